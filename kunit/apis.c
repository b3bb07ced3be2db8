// SPDX-License-Identifier: GPL-2.0
/* The table of all exported functions; see apis.h. */

#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "apis.h"

void not_called(struct cwq_work_struct *work)
{
	pr_err("BUG: a function is called that must not be\n");
}

long not_called_on_cpu(void *unused)
{
	not_called(NULL);
	return 0;
}

static struct cwq_work_struct *work_in(const struct args *args)
{
	return args->dwork ? &args->dwork->work : NULL;
}

/* Who calls is named in the report: so none may end in a jump. */
/* clang-format off */
#define CALL(name, expression)						\
	static bool do_##name(const struct args *args)			\
	{								\
		bool accepted = expression;				\
									\
		barrier();						\
		return accepted;					\
	}

CALL(cwq_queue_work, cwq_queue_work(args->wq, work_in(args)))
CALL(cwq_queue_work_on, cwq_queue_work_on(args->cpu, args->wq, work_in(args)))
CALL(cwq_queue_delayed_work, cwq_queue_delayed_work(args->wq, args->dwork, 1))
CALL(queue_delayed_work_now, cwq_queue_delayed_work(args->wq, args->dwork, 0))
CALL(cwq_queue_delayed_work_on,
	cwq_queue_delayed_work_on(args->cpu, args->wq, args->dwork, 1))
CALL(queue_delayed_work_on_now,
	cwq_queue_delayed_work_on(args->cpu, args->wq, args->dwork, 0))
CALL(cwq_mod_delayed_work, cwq_mod_delayed_work(args->wq, args->dwork, 1))
CALL(mod_delayed_work_now, cwq_mod_delayed_work(args->wq, args->dwork, 0))
CALL(cwq_mod_delayed_work_on,
	cwq_mod_delayed_work_on(args->cpu, args->wq, args->dwork, 1))
CALL(mod_delayed_work_on_now,
	cwq_mod_delayed_work_on(args->cpu, args->wq, args->dwork, 0))
CALL(cwq_schedule_work, cwq_schedule_work(work_in(args)))
CALL(cwq_schedule_work_on, cwq_schedule_work_on(args->cpu, work_in(args)))
CALL(cwq_schedule_delayed_work, cwq_schedule_delayed_work(args->dwork, 1))
CALL(cwq_schedule_delayed_work_on,
	cwq_schedule_delayed_work_on(args->cpu, args->dwork, 1))
CALL(cwq_flush_workqueue, (cwq_flush_workqueue(args->wq), false))
CALL(cwq_flush_workqueue_timeout,
	cwq_flush_workqueue_timeout(args->wq, 1) != -EINVAL)
CALL(cwq_drain_workqueue, (cwq_drain_workqueue(args->wq), false))
CALL(cwq_flush_work, cwq_flush_work(work_in(args)))
CALL(cwq_flush_work_timeout,
	cwq_flush_work_timeout(work_in(args), 1) == -ETIMEDOUT)
CALL(cwq_flush_delayed_work, cwq_flush_delayed_work(args->dwork))
CALL(cwq_flush_scheduled_work, (cwq_flush_scheduled_work(), false))
CALL(cwq_cancel_work, cwq_cancel_work(work_in(args)))
CALL(cwq_cancel_work_sync, cwq_cancel_work_sync(work_in(args)))
CALL(cwq_cancel_delayed_work, cwq_cancel_delayed_work(args->dwork))
CALL(cwq_cancel_delayed_work_sync, cwq_cancel_delayed_work_sync(args->dwork))
CALL(create_workqueue, cwq_create_workqueue(args->name))
CALL(create_singlethread_workqueue,
	cwq_create_singlethread_workqueue(args->name))
CALL(create_freezeable_workqueue, cwq_create_freezeable_workqueue(args->name))
CALL(create_rt_workqueue, cwq_create_rt_workqueue(args->name))
CALL(__cwq_create_workqueue,
	__cwq_create_workqueue(args->name, args->flags, THIS_MODULE))
CALL(cwq_destroy_workqueue, (cwq_destroy_workqueue(args->wq), false))
CALL(cwq_workqueue_set_cpus,
	!cwq_workqueue_set_cpus(args->wq, args->cpus))
CALL(cwq_workqueue_snapshot,
	cwq_workqueue_snapshot(args->wq, args->cpu, args->snapshot))
CALL(cwq_work_busy, cwq_work_busy(work_in(args)))
CALL(cwq_prepare_work, (cwq_prepare_work(work_in(args), args->func), false))
CALL(cwq_schedule_on_each_cpu, cwq_schedule_on_each_cpu(args->func) != -EINVAL)
CALL(cwq_work_on_cpu, cwq_work_on_cpu(args->cpu, args->fn, NULL) != -EINVAL)
CALL(cwq_execute_in_process_context,
	cwq_execute_in_process_context(args->func, args->ew) != -EINVAL)
/* clang-format on */

#define API(symbol, flags)                      \
	{                                       \
#symbol, "", do_##symbol, flags \
	}
#define API_HOW(symbol, how, call, flags)      \
	{                                      \
#symbol, how, do_##call, flags \
	}
/* This can be given nothing bad. */
#define NO_ARGS(symbol)              \
	{                            \
#symbol, "", NULL, 0 \
	}

/* All that is in Module.symvers: make test SUITE=check compares. */
const struct api apis[] = {
	API(cwq_queue_work, TAKES_QUEUE | TAKES_WORK | QUEUES),
	API(cwq_queue_work_on, TAKES_QUEUE | TAKES_WORK | TAKES_CPU | QUEUES),
	API(cwq_queue_delayed_work, TAKES_QUEUE | TAKES_WORK | QUEUES),
	API_HOW(cwq_queue_delayed_work, ", no delay", queue_delayed_work_now,
		TAKES_QUEUE | TAKES_WORK | QUEUES),
	API(cwq_queue_delayed_work_on,
	    TAKES_QUEUE | TAKES_WORK | TAKES_CPU | QUEUES),
	API_HOW(cwq_queue_delayed_work_on, ", no delay",
		queue_delayed_work_on_now,
		TAKES_QUEUE | TAKES_WORK | TAKES_CPU | QUEUES),
	API(cwq_mod_delayed_work, TAKES_QUEUE | TAKES_WORK | QUEUES),
	API_HOW(cwq_mod_delayed_work, ", no delay", mod_delayed_work_now,
		TAKES_QUEUE | TAKES_WORK | QUEUES),
	API(cwq_mod_delayed_work_on,
	    TAKES_QUEUE | TAKES_WORK | TAKES_CPU | QUEUES),
	API_HOW(cwq_mod_delayed_work_on, ", no delay", mod_delayed_work_on_now,
		TAKES_QUEUE | TAKES_WORK | TAKES_CPU | QUEUES),
	API(cwq_schedule_work, TAKES_WORK),
	API(cwq_schedule_work_on, TAKES_WORK | TAKES_CPU),
	API(cwq_schedule_delayed_work, TAKES_WORK),
	API(cwq_schedule_delayed_work_on, TAKES_WORK | TAKES_CPU),
	API(cwq_flush_workqueue, TAKES_QUEUE | SLEEPS),
	API(cwq_flush_workqueue_timeout, TAKES_QUEUE | SLEEPS),
	API(cwq_drain_workqueue, TAKES_QUEUE | SLEEPS),
	API(cwq_flush_work, TAKES_WORK | SLEEPS),
	API(cwq_flush_work_timeout, TAKES_WORK | SLEEPS),
	API(cwq_flush_delayed_work, TAKES_WORK | SLEEPS),
	API(cwq_flush_scheduled_work, SLEEPS),
	API(cwq_cancel_work, TAKES_WORK),
	API(cwq_cancel_work_sync, TAKES_WORK | SLEEPS),
	API(cwq_cancel_delayed_work, TAKES_WORK),
	API(cwq_cancel_delayed_work_sync, TAKES_WORK | SLEEPS),
	API_HOW(__cwq_create_workqueue, ", per CPU", create_workqueue,
		TAKES_NAME | SLEEPS),
	API_HOW(__cwq_create_workqueue, ", single",
		create_singlethread_workqueue, TAKES_NAME | SLEEPS),
	API_HOW(__cwq_create_workqueue, ", freezeable",
		create_freezeable_workqueue, TAKES_NAME | SLEEPS),
	API_HOW(__cwq_create_workqueue, ", rt", create_rt_workqueue,
		TAKES_NAME | SLEEPS),
	API(__cwq_create_workqueue, TAKES_NAME | TAKES_FLAGS | SLEEPS),
	API(cwq_destroy_workqueue, TAKES_QUEUE | SLEEPS | OWNS),
	API(cwq_workqueue_set_cpus, TAKES_QUEUE | TAKES_CPUS | SLEEPS | OWNS),
	API(cwq_workqueue_snapshot, TAKES_QUEUE | TAKES_CPU | TAKES_SNAPSHOT),
	API(cwq_work_busy, TAKES_WORK),
	API(cwq_prepare_work, TAKES_WORK_AT_ALL | TAKES_FUNC),
	API(cwq_schedule_on_each_cpu, TAKES_FUNC | SLEEPS),
	API(cwq_work_on_cpu, TAKES_CPU | TAKES_FUNC | SLEEPS),
	API(cwq_execute_in_process_context, TAKES_FUNC | TAKES_EW),
	NO_ARGS(cwq_current_is_keventd),
	NO_ARGS(cwq_keventd_up),
	NO_ARGS(cwq_system_wq), /* a variable */
	/* What the macros hand over, not a client. */
	NO_ARGS(cwq_delayed_work_timer_fn),
	NO_ARGS(__cwq_init_work),
	NO_ARGS(__cwq_work_on_stack),
	NO_ARGS(cwq_destroy_work_on_stack),
	NO_ARGS(cwq_destroy_delayed_work_on_stack),
	/* What their headers refer to. */
	NO_ARGS(CWQ_ABI_SYMBOL),
};
const unsigned int nr_apis = ARRAY_SIZE(apis);

void refused_by_all(struct kunit *test, unsigned int flags,
		    const struct args *args)
{
	unsigned int i;

	for (i = 0; i < nr_apis; i++) {
		if (apis[i].call && (apis[i].flags & flags) == flags)
			KUNIT_EXPECT_FALSE_MSG(test, apis[i].call(args),
					       "%s()%s", apis[i].symbol,
					       apis[i].how);
	}
}

struct scene set_scene(struct kunit *test)
{
	struct scene scene = { .wq = new_queue(test) };
	int cpu = first_cpu();

	scene.gate = shut_gate(test, scene.wq, cpu);
	scene.pending = new_item(test);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, scene.wq,
						  work_of(scene.pending)));
	scene.before = snapshot_of(test, scene.wq, cpu);
	return scene;
}

void expect_unchanged(struct kunit *test, const struct scene *scene)
{
	struct cwq_snapshot after = snapshot_of(test, scene->wq, first_cpu());

	KUNIT_EXPECT_EQ(test, memcmp(&after, &scene->before, sizeof(after)), 0);
	KUNIT_EXPECT_TRUE(test, cwq_work_pending(work_of(scene->pending)));
}

void expect_scene(struct kunit *test, const struct scene *scene)
{
	expect_unchanged(test, scene);
	item_open(scene->gate);
	KUNIT_EXPECT_TRUE(test, item_ended(scene->pending));
	KUNIT_EXPECT_EQ(test, item_runs(scene->pending), 1);
}
