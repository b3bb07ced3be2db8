// SPDX-License-Identifier: GPL-2.0
/*
 * Bad input: every exported function with each argument that can be bad, from each
 * context. Each such call is refused, is one misuse of the right kind, told by the
 * name of who called, and changes nothing.
 *
 * The reports are counted where they are made, by way of ftrace. The log has the
 * first of each kind.
 */

#include <linux/cache.h>
#include <linux/ftrace.h>
#include <linux/irq_work.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "../lib/core.h"
#include "../module/compat.h"
#include "apis.h"

/* What cwq_shim_misuse() was called with, since the last start_listening(). */
static struct {
	unsigned int nr;
	enum cwq_misuse misuse;
	const void *caller;
} told;

static void note_misuse(unsigned long ip, unsigned long parent_ip,
			struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	told.nr++;
	told.misuse = ftrace_argument(fregs, 0);
	told.caller = (void *)ftrace_argument(fregs, 1);
}

static struct ftrace_ops listener = {
	.func = note_misuse,
	.flags = FTRACE_OPS_FL_ARGUMENTS,
};

/* The contexts; the first is the one where everything is allowed. */
enum context { PROCESS, SPINLOCK, BH_OFF, IRQS_OFF, HARDIRQ, NR_CONTEXTS };

static const char *const context_names[NR_CONTEXTS] = {
	[PROCESS] = "process context",	   [SPINLOCK] = "under a spinlock",
	[BH_OFF] = "bottom halves off",	   [IRQS_OFF] = "interrupts off",
	[HARDIRQ] = "in a hard interrupt",
};

struct attempt {
	const struct api *api;
	const struct args *args;
	bool accepted;
};

static struct attempt attempt;

static void try_here(struct irq_work *unused)
{
	attempt.accepted = attempt.api->call(attempt.args);
}

static bool try_in(enum context context, const struct api *api,
		   const struct args *args)
{
	static DEFINE_RAW_SPINLOCK(lock);
	static struct irq_work irq_work;

	attempt.api = api;
	attempt.args = args;
	told.nr = 0;
	switch (context) {
	case PROCESS:
		try_here(NULL);
		break;
	case SPINLOCK:
		raw_spin_lock(&lock);
		try_here(NULL);
		raw_spin_unlock(&lock);
		break;
	case BH_OFF:
		local_bh_disable();
		try_here(NULL);
		local_bh_enable();
		break;
	case IRQS_OFF:
		local_irq_disable();
		try_here(NULL);
		local_irq_enable();
		break;
	default:
		irq_work = IRQ_WORK_INIT_HARD(try_here);
		irq_work_queue(&irq_work);
		irq_work_sync(&irq_work);
	}
	return attempt.accepted;
}

/* What is bad. A set_...() function makes it so in arguments that are good. */

static struct cwq_delayed_work bad_dwork;

static void set_null_queue(struct args *args)
{
	args->wq = NULL;
}

static void set_common_queue(struct args *args)
{
	args->wq = cwq_system_wq;
}

static void set_null_work(struct args *args)
{
	args->dwork = NULL;
}

static void set_no_func(struct args *args)
{
	CWQ_INIT_DELAYED_WORK(&bad_dwork, NULL);
	args->dwork = &bad_dwork;
}

static void set_zeroes_without_func(struct args *args)
{
	memset(&bad_dwork, 0, sizeof(bad_dwork));
	args->dwork = &bad_dwork;
}

/* A function and nothing else; what needs no more than an idle work takes it. */
static void set_zeroes(struct args *args)
{
	set_zeroes_without_func(args);
	bad_dwork.work.func = not_called;
}

/* As it comes from kmalloc(). */
#define SET_GARBAGE(pattern)                                        \
	static void set_garbage_##pattern(struct args *args)        \
	{                                                           \
		memset(&bad_dwork, 0x##pattern, sizeof(bad_dwork)); \
		args->dwork = &bad_dwork;                           \
	}
SET_GARBAGE(5a)
SET_GARBAGE(6b)
SET_GARBAGE(a5)
SET_GARBAGE(cc)
SET_GARBAGE(ff)

/* What stands there is an address, but no queue is there. */
static void set_garbage_address(struct args *args)
{
	set_garbage_5a(args);
	bad_dwork.work.data = (unsigned long)current;
}

/* And here is not even room for one. */
static void set_garbage_last_address(struct args *args)
{
	set_garbage_5a(args);
	bad_dwork.work.data = (unsigned long)high_memory - L1_CACHE_BYTES;
}

static void set_cpu_minus_one(struct args *args)
{
	args->cpu = -1;
}

static void set_cpu_too_large(struct args *args)
{
	/* Not the one number that means this CPU. */
	args->cpu = nr_cpu_ids + (nr_cpu_ids == WORK_CPU_UNBOUND);
}

static void set_cpu_int_max(struct args *args)
{
	args->cpu = INT_MAX;
}

static void set_cpu_int_min(struct args *args)
{
	args->cpu = INT_MIN;
}

static void set_null_name(struct args *args)
{
	args->name = NULL;
}

static void set_empty_name(struct args *args)
{
	args->name = "";
}

/* 32 characters, and many more. */
static void set_long_name(struct args *args)
{
	args->name = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn";
}

static void set_very_long_name(struct args *args)
{
	static char name[4 * CWQ_NAME_LEN];

	memset(name, 'n', sizeof(name) - 1);
	args->name = name;
}

static void set_unknown_flag(struct args *args)
{
	args->flags = CWQ_RT << 1;
}

static void set_all_flags(struct args *args)
{
	args->flags = UINT_MAX;
}

static void set_null_func(struct args *args)
{
	args->func = NULL;
	args->fn = NULL;
}

static void set_null_ew(struct args *args)
{
	args->ew = NULL;
}

static void set_null_snapshot(struct args *args)
{
	args->snapshot = NULL;
}

static void set_null_cpus(struct args *args)
{
	args->cpus = NULL;
}

static void set_no_cpus(struct args *args)
{
	args->cpus = cpu_none_mask;
}

/* Not one argument, but the context. */
static void set_nothing(struct args *args)
{
}

/*
 * A function that has all of @flags and gets what @set has made of good arguments is
 * told that it is @misuse; of @lenient ones some need not be told.
 */
static const struct bad {
	const char *name;
	unsigned int flags;
	enum cwq_misuse misuse;
	void (*set)(struct args *args);
	bool lenient;
} bads[] = {
	{ "NULL queue", TAKES_QUEUE, CWQ_MISUSE_NULL_QUEUE, set_null_queue },
	{ "the common queue", OWNS, CWQ_MISUSE_COMMON_QUEUE, set_common_queue },
	{ "NULL work", TAKES_WORK_AT_ALL, CWQ_MISUSE_NULL_WORK, set_null_work },
	{ "no function", TAKES_WORK, CWQ_MISUSE_NO_FUNC, set_no_func },
	{ "zeroes", TAKES_WORK, CWQ_MISUSE_NO_FUNC, set_zeroes_without_func },
	{ "zeroes and a function", TAKES_WORK, CWQ_MISUSE_NOT_INITIALISED,
	  set_zeroes, .lenient = true },
	{ "5a", TAKES_WORK_AT_ALL, CWQ_MISUSE_NOT_INITIALISED, set_garbage_5a },
	{ "6b", TAKES_WORK_AT_ALL, CWQ_MISUSE_NOT_INITIALISED, set_garbage_6b },
	{ "a5", TAKES_WORK_AT_ALL, CWQ_MISUSE_NOT_INITIALISED, set_garbage_a5 },
	{ "cc", TAKES_WORK_AT_ALL, CWQ_MISUSE_NOT_INITIALISED, set_garbage_cc },
	{ "ff", TAKES_WORK_AT_ALL, CWQ_MISUSE_NOT_INITIALISED, set_garbage_ff },
	{ "an address", TAKES_WORK_AT_ALL, CWQ_MISUSE_NOT_INITIALISED,
	  set_garbage_address },
	{ "the last address", TAKES_WORK_AT_ALL, CWQ_MISUSE_NOT_INITIALISED,
	  set_garbage_last_address },
	{ "CPU -1", TAKES_CPU, CWQ_MISUSE_BAD_CPU, set_cpu_minus_one },
	{ "CPU nr_cpu_ids", TAKES_CPU, CWQ_MISUSE_BAD_CPU, set_cpu_too_large },
	{ "CPU INT_MAX", TAKES_CPU, CWQ_MISUSE_BAD_CPU, set_cpu_int_max },
	{ "CPU INT_MIN", TAKES_CPU, CWQ_MISUSE_BAD_CPU, set_cpu_int_min },
	{ "NULL name", TAKES_NAME, CWQ_MISUSE_BAD_NAME, set_null_name },
	{ "empty name", TAKES_NAME, CWQ_MISUSE_BAD_NAME, set_empty_name },
	{ "long name", TAKES_NAME, CWQ_MISUSE_BAD_NAME, set_long_name },
	{ "very long name", TAKES_NAME, CWQ_MISUSE_BAD_NAME,
	  set_very_long_name },
	{ "unknown flag", TAKES_FLAGS, CWQ_MISUSE_BAD_FLAGS, set_unknown_flag },
	{ "all flags", TAKES_FLAGS, CWQ_MISUSE_BAD_FLAGS, set_all_flags },
	{ "NULL function", TAKES_FUNC, CWQ_MISUSE_NO_FUNC, set_null_func },
	{ "NULL execute_work", TAKES_EW, CWQ_MISUSE_NULL_WORK, set_null_ew },
	{ "NULL snapshot", TAKES_SNAPSHOT, CWQ_MISUSE_NULL_SNAPSHOT,
	  set_null_snapshot },
	{ "NULL CPUs", TAKES_CPUS, CWQ_MISUSE_BAD_CPU, set_null_cpus },
	{ "no CPUs", TAKES_CPUS, CWQ_MISUSE_BAD_CPU, set_no_cpus },
	{ "good arguments", SLEEPS, CWQ_MISUSE_ATOMIC, set_nothing },
};

static bool same_function(const void *one, const void *other)
{
	char a[KSYM_SYMBOL_LEN], b[KSYM_SYMBOL_LEN];

	snprintf(a, sizeof(a), "%ps", one);
	snprintf(b, sizeof(b), "%ps", other);
	return !strcmp(a, b);
}

static bool right_misuse(const struct bad *bad, const struct api *api,
			 enum context context)
{
	return told.misuse == bad->misuse ||
	       (told.misuse == CWQ_MISUSE_ATOMIC && api->flags & SLEEPS &&
		context != PROCESS);
}

/* Of a work what a client sees. */
#define WORK_SIZE offsetofend(struct cwq_work_struct, func)

static void expect_refused(struct kunit *test, const struct bad *bad,
			   const struct api *api, const struct args *args,
			   enum context context)
{
	char before[WORK_SIZE];
	bool accepted;

	memcpy(before, &bad_dwork.work, WORK_SIZE);
	accepted = try_in(context, api, args);
	if (accepted || memcmp(before, &bad_dwork.work, WORK_SIZE))
		KUNIT_FAIL(test, "%s()%s, %s, %s: had an effect", api->symbol,
			   api->how, bad->name, context_names[context]);
	if (!told.nr && bad->lenient)
		return;
	if (told.nr != 1 || !right_misuse(bad, api, context))
		KUNIT_FAIL(test, "%s()%s, %s, %s: %u reports, the last is %u",
			   api->symbol, api->how, bad->name,
			   context_names[context], told.nr, told.misuse);
	if (told.nr && !same_function(told.caller, api->call))
		KUNIT_FAIL(test, "%s()%s, %s, %s: the caller is told as %ps",
			   api->symbol, api->how, bad->name,
			   context_names[context], told.caller);
}

static struct cwq_snapshot common_snapshot(struct kunit *test)
{
	return snapshot_of(test, cwq_system_wq, first_cpu());
}

static void announce_all(void)
{
	static const char *const texts[] = {
		"the queue is NULL",
		"the common queue is not the caller's",
		"the work is NULL",
		"the work has no function",
		"the work was never initialised",
		"there is no such CPU",
		"the name is NULL, empty or too long",
		"there is no such kind of queue",
		"the snapshot is NULL",
		"a call that sleeps, in atomic context",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		pr_info("cwq-expect: cwq: %s: called by do_\n", texts[i]);
}

static void try_all(struct kunit *test, const struct args *good,
		    const struct scene *scene)
{
	unsigned int i, j, nr = 0;
	enum context context;

	for (i = 0; i < ARRAY_SIZE(bads); i++) {
		const struct bad *bad = &bads[i];

		for (j = 0; j < nr_apis; j++) {
			if ((apis[j].flags & bad->flags) != bad->flags)
				continue;
			for (context = 0; context < NR_CONTEXTS; context++) {
				struct args args = *good;

				if (bad->misuse == CWQ_MISUSE_ATOMIC &&
				    context == PROCESS)
					continue;
				bad->set(&args);
				expect_refused(test, bad, &apis[j], &args,
					       context);
				expect_unchanged(test, scene);
				nr++;
			}
		}
	}
	kunit_info(test, "%u calls", nr);
}

/*
 * All of them. What they could have waited for, cancelled or destroyed is there, and
 * stays.
 */
static void refused(struct kunit *test)
{
	struct cwq_snapshot snapshot, common = common_snapshot(test), after;
	struct scene scene = set_scene(test);
	struct cwq_execute_work ew;
	const struct args good = {
		.wq = scene.wq,
		.dwork = &scene.pending->dwork,
		.cpu = first_cpu(),
		.name = "cwqtest",
		.func = not_called,
		.fn = not_called_on_cpu,
		.ew = &ew,
		.snapshot = &snapshot,
		.cpus = cpu_possible_mask,
	};

	announce_all();
	KUNIT_ASSERT_EQ(test,
			ftrace_set_filter(&listener, "cwq_shim_misuse",
					  strlen("cwq_shim_misuse"), 1),
			0);
	KUNIT_ASSERT_EQ(test, register_ftrace_function(&listener), 0);
	try_all(test, &good, &scene);
	unregister_ftrace_function(&listener);
	ftrace_free_filter(&listener);

	after = common_snapshot(test);
	KUNIT_EXPECT_EQ(test, memcmp(&after, &common, sizeof(after)), 0);
	expect_scene(test, &scene);
	KUNIT_EXPECT_TRUE(test, reach_marker(test, scene.wq, first_cpu()));
	KUNIT_EXPECT_TRUE(test, reach_marker(test, cwq_system_wq, first_cpu()));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, scene.wq));
}

static struct kunit_case input_cases[] = {
	KUNIT_CASE(refused),
	{},
};

static struct kunit_suite input_suite = {
	.name = "cwq_input",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = input_cases,
};

kunit_test_suite(input_suite);
