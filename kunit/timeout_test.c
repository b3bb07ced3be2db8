// SPDX-License-Identifier: GPL-2.0
/* The flush calls with a limit: what they return, and that they leave nothing. */

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kmsg_dump.h>
#include <linux/lockdep.h>
#include <linux/sched/signal.h>

#include "helpers.h"

/* As many as there are items for. */
#define MOST_CPUS 4

/* A call that waits for @item, or if that is NULL for all of @wq. */
struct wait {
	struct cwq_workqueue_struct *wq;
	struct item *item;
	unsigned long timeout;
	bool killed; /* before it begins */
	int ret;
	unsigned long took;
};

static bool call_wait(void *arg)
{
	struct wait *w = arg;
	unsigned long start;

	allow_signal(SIGKILL);
	if (w->killed)
		send_sig(SIGKILL, current, 1);
	start = jiffies;
	if (w->item)
		w->ret = cwq_flush_work_timeout(work_of(w->item), w->timeout);
	else
		w->ret = cwq_flush_workqueue_timeout(w->wq, w->timeout);
	w->took = jiffies - start;
	return !w->ret;
}

static int wait_item(struct kunit *test, struct item *item,
		     unsigned long timeout)
{
	static struct wait w;

	w = (struct wait){ .item = item, .timeout = timeout };
	run_call(test, call_wait, &w);
	return w.ret;
}

static int wait_queue(struct kunit *test, struct cwq_workqueue_struct *wq,
		      unsigned long timeout)
{
	static struct wait w;

	w = (struct wait){ .wq = wq, .timeout = timeout };
	run_call(test, call_wait, &w);
	return w.ret;
}

/* Kills a call that waits. */
static void kill_call(struct call *call)
{
	send_sig(SIGKILL, call->task, 1);
}

/* From none to no limit at all. */
static const unsigned long timeouts[] = {
	0, 1, 2, HZ, MAX_SCHEDULE_TIMEOUT, ULONG_MAX,
};

/* Nothing to wait for: 0, whatever the limit. A timer is not waited for. */
static void idle(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_workqueue_struct *single = new_single_queue(test);
	struct item *never = new_item(test);
	struct item *once = new_item(test);
	struct item *armed = new_item(test);
	int i;

	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(once)));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
	KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work(wq, &armed->dwork,
						       TEST_FAR_AWAY));
	for (i = 0; i < ARRAY_SIZE(timeouts); i++) {
		KUNIT_EXPECT_EQ(test, wait_item(test, never, timeouts[i]), 0);
		KUNIT_EXPECT_EQ(test, wait_item(test, once, timeouts[i]), 0);
		KUNIT_EXPECT_EQ(test, wait_item(test, armed, timeouts[i]), 0);
		KUNIT_EXPECT_EQ(test, wait_queue(test, wq, timeouts[i]), 0);
		KUNIT_EXPECT_EQ(test, wait_queue(test, single, timeouts[i]), 0);
	}
	KUNIT_EXPECT_TRUE(test, timer_pending(&armed->dwork.timer));
}

/*
 * A gate that runs, an item that is pending behind it, and the queue; for each
 * there is something to wait for.
 */
struct scene {
	struct cwq_workqueue_struct *wq;
	struct item *gate;
	struct item *pending;
	struct wait waits[3];
};

static void set_scene(struct kunit *test, struct scene *s,
		      struct cwq_workqueue_struct *wq, unsigned long timeout)
{
	int cpu = first_cpu();

	memset(s, 0, sizeof(*s));
	s->wq = wq;
	s->gate = shut_gate(test, wq, cpu);
	s->pending = new_item(test);
	KUNIT_ASSERT_TRUE(test,
			  cwq_queue_work_on(cpu, wq, work_of(s->pending)));
	s->waits[0] = (struct wait){ .item = s->gate, .timeout = timeout };
	s->waits[1] = (struct wait){ .item = s->pending, .timeout = timeout };
	s->waits[2] = (struct wait){ .wq = wq, .timeout = timeout };
}

/* It ends within the limit: waited for, 0. */
static void in_time(struct kunit *test)
{
	static const unsigned long limits[] = {
		TEST_FAR_AWAY,
		MAX_SCHEDULE_TIMEOUT,
		ULONG_MAX,
	};
	static struct scene s;
	struct call *calls[ARRAY_SIZE(s.waits)];
	int i, j;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		set_scene(test, &s,
			  i % 2 ? new_single_queue(test) : new_queue(test),
			  limits[i]);
		for (j = 0; j < ARRAY_SIZE(calls); j++) {
			calls[j] = start_call(test, call_wait, &s.waits[j]);
			KUNIT_ASSERT_TRUE(test, call_blocked(calls[j]));
		}
		item_open(s.gate);
		for (j = 0; j < ARRAY_SIZE(calls); j++) {
			KUNIT_ASSERT_TRUE(test, call_returned(calls[j]));
			KUNIT_EXPECT_EQ(test, s.waits[j].ret, 0);
			KUNIT_EXPECT_GE(test, calls[j]->ended_items,
					2 * i + 1 + (j > 0));
		}
	}
}

/*
 * It does not end within the limit: -ETIMEDOUT, not before, and with nothing
 * changed. Afterwards everything goes on as if nobody had waited.
 */
static void too_late(struct kunit *test)
{
	static const unsigned long limits[] = { 0, 1, 5 };
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_snapshot before, after;
	static struct scene s;
	int cpu = first_cpu(), i, j;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		set_scene(test, &s, wq, limits[i]);
		clear_order(test);
		before = snapshot_of(test, wq, cpu);
		for (j = 0; j < ARRAY_SIZE(s.waits); j++) {
			run_call(test, call_wait, &s.waits[j]);
			KUNIT_EXPECT_EQ(test, s.waits[j].ret, -ETIMEDOUT);
			KUNIT_EXPECT_GE(test, s.waits[j].took, limits[i]);
		}
		after = snapshot_of(test, wq, cpu);
		KUNIT_EXPECT_EQ(test, memcmp(&after, &before, sizeof(after)),
				0);
		item_open(s.gate);
		KUNIT_ASSERT_TRUE(test, item_ended(s.pending));
		KUNIT_EXPECT_TRUE(test, ran_in_order(test, s.pending));
		KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
		for (j = 0; j < ARRAY_SIZE(s.waits); j++) {
			run_call(test, call_wait, &s.waits[j]);
			KUNIT_EXPECT_EQ(test, s.waits[j].ret, 0);
		}
	}
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).executed, 6UL);
}

/* Who gives up does not take anybody else along who waits for the same. */
static void others_wait_on(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	static struct scene s;
	struct call *calls[3];
	int i;

	set_scene(test, &s, wq, 1);
	calls[0] = start_call(test, call_flush_work, s.gate);
	KUNIT_ASSERT_TRUE(test, call_blocked(calls[0]));
	calls[1] = start_call(test, call_flush_work, s.pending);
	KUNIT_ASSERT_TRUE(test, call_blocked(calls[1]));
	calls[2] = start_call(test, call_flush_workqueue, wq);
	KUNIT_ASSERT_TRUE(test, call_blocked(calls[2]));
	for (i = 0; i < ARRAY_SIZE(s.waits); i++) {
		run_call(test, call_wait, &s.waits[i]);
		KUNIT_EXPECT_EQ(test, s.waits[i].ret, -ETIMEDOUT);
	}
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		KUNIT_EXPECT_TRUE(test, call_blocked(calls[i]));
	item_open(s.gate);
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		KUNIT_ASSERT_TRUE(test, call_returned(calls[i]));
		KUNIT_EXPECT_GE(test, calls[i]->ended_items, i ? 2 : 1);
	}
}

/* Killed while it waits: -ERESTARTSYS at once, and nothing is left behind. */
static void killed(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	static struct scene s;
	struct call *call;
	int i;

	set_scene(test, &s, wq, MAX_SCHEDULE_TIMEOUT);
	for (i = 0; i < ARRAY_SIZE(s.waits); i++) {
		call = start_call(test, call_wait, &s.waits[i]);
		KUNIT_ASSERT_TRUE(test, call_blocked(call));
		kill_call(call);
		KUNIT_ASSERT_TRUE(test, call_returned(call));
		KUNIT_EXPECT_EQ(test, s.waits[i].ret, -ERESTARTSYS);
		KUNIT_EXPECT_EQ(test, call->ended_items, 0);
	}
	item_open(s.gate);
	KUNIT_ASSERT_TRUE(test, item_ended(s.pending));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
}

/* Killed before: the same, unless there is nothing to wait for. */
static void killed_before(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	static struct scene s;
	int i;

	set_scene(test, &s, wq, MAX_SCHEDULE_TIMEOUT);
	for (i = 0; i < ARRAY_SIZE(s.waits); i++) {
		s.waits[i].killed = true;
		run_call(test, call_wait, &s.waits[i]);
		KUNIT_EXPECT_EQ(test, s.waits[i].ret, -ERESTARTSYS);
	}
	item_open(s.gate);
	KUNIT_ASSERT_TRUE(test, item_ended(s.pending));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
	for (i = 0; i < ARRAY_SIZE(s.waits); i++) {
		run_call(test, call_wait, &s.waits[i]);
		KUNIT_EXPECT_EQ(test, s.waits[i].ret, 0);
	}
}

static bool call_flush_unkillable(void *arg)
{
	allow_signal(SIGKILL);
	return call_flush_workqueue(arg);
}

/* The calls without a limit go on waiting. */
static void unlimited_is_not_killed(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gate = shut_gate(test, wq, first_cpu());
	struct call *call = start_call(test, call_flush_unkillable, wq);

	KUNIT_ASSERT_TRUE(test, call_blocked(call));
	kill_call(call);
	KUNIT_EXPECT_TRUE(test, call_blocked(call));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, call_returned(call));
	KUNIT_EXPECT_EQ(test, call->ended_items, 1);
}

/*
 * Shut the gates of all CPUs, flush, open all but that of @last, and end the
 * flush: the other CPUs are done with its barriers, that one is not.
 */
static void done_but_for(struct kunit *test, struct cwq_workqueue_struct *wq,
			 int last, bool kill)
{
	static struct wait w;
	struct item *gates[MOST_CPUS];
	struct call *call;
	int cpu, nr = 0, i;

	for_each_online_cpu(cpu) {
		if (nr < MOST_CPUS)
			gates[nr++] = shut_gate(test, wq, cpu);
	}
	w = (struct wait){
		.wq = wq,
		.timeout = kill ? MAX_SCHEDULE_TIMEOUT : HZ / 5,
	};
	call = start_call(test, call_wait, &w);
	for (i = 0; i < nr; i++) {
		if (i == last)
			continue;
		if (kill)
			KUNIT_ASSERT_TRUE(test, call_blocked(call));
		item_open(gates[i]);
		KUNIT_ASSERT_TRUE(test, reach_marker(test, wq, gates[i]->cpu));
	}
	if (kill) {
		KUNIT_EXPECT_TRUE(test, call_blocked(call));
		kill_call(call);
	}
	KUNIT_ASSERT_TRUE(test, call_returned(call));
	KUNIT_EXPECT_EQ(test, w.ret, kill ? -ERESTARTSYS : -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, wait_queue(test, wq, 1), -ETIMEDOUT);
	item_open(gates[last]);
	KUNIT_EXPECT_EQ(test, wait_queue(test, wq, TEST_TIMEOUT), 0);
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
}

/* Some CPUs are done when the time is over, and others are not. */
static void queue_partly_done(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);

	need_two_cpus(test);
	done_but_for(test, wq, 0, false);
	done_but_for(test, wq, 1, false);
}

/* Some CPUs are done when the caller is killed, and others are not. */
static void queue_partly_done_killed(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);

	need_two_cpus(test);
	done_but_for(test, wq, 0, true);
	done_but_for(test, wq, 1, true);
}

/* Still running on a queue that it has left: waited for, to the same limit. */
static void running_elsewhere(struct kunit *test)
{
	struct cwq_workqueue_struct *one = new_queue(test);
	struct cwq_workqueue_struct *other = new_single_queue(test);
	struct item *a = shut_gate(test, one, first_cpu());

	a->gated = false;
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(other, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	run_call(test, call_flush_workqueue, other);

	KUNIT_EXPECT_EQ(test, wait_item(test, a, 0), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, wait_item(test, a, 2), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, wait_queue(test, other, 2), 0);
	item_open(a);
	KUNIT_EXPECT_EQ(test, wait_item(test, a, MAX_SCHEDULE_TIMEOUT), 0);
	KUNIT_EXPECT_TRUE(test, item_ended(a));
}

static struct item *inner;
static int inner_ret[3];

static void wait_for_inner(struct item *item)
{
	inner_ret[0] = cwq_flush_work_timeout(work_of(inner), 0);
	inner_ret[1] = cwq_flush_work_timeout(work_of(inner), 2);
	complete(&item->entered);
	inner_ret[2] = cwq_flush_work_timeout(work_of(inner), TEST_TIMEOUT);
}

/* A work may call them, and may lose its patience, like anybody else. */
static void by_a_work(struct kunit *test)
{
	struct cwq_workqueue_struct *one = new_queue(test);
	struct cwq_workqueue_struct *other = new_queue(test);
	struct item *a = new_item(test);

	inner = shut_gate(test, other, first_cpu());
	a->body = wait_for_inner;
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(one, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_entered(a));
	KUNIT_ASSERT_TRUE(test, item_entered(a));
	item_open(inner);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_EQ(test, inner_ret[0], -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, inner_ret[1], -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, inner_ret[2], 0);
}

static int own_ret[4];
static struct cwq_workqueue_struct *own_wq;
static struct item *own_neighbour;

static void wait_for_self(struct item *item)
{
	/* lockdep would see it, too. */
	lockdep_off();
	own_ret[0] = cwq_flush_work_timeout(work_of(item), HZ);
	own_ret[1] = cwq_flush_workqueue_timeout(own_wq, HZ);
	own_ret[2] = cwq_flush_work_timeout(work_of(own_neighbour), HZ);
	own_ret[3] = cwq_flush_work_timeout(work_of(item), 0);
	lockdep_on();
}

/*
 * A work that would wait for itself, for its queue, or for who is pending behind
 * it: -EDEADLK at once, and nobody is told but the caller.
 */
static void by_a_work_for_itself(struct kunit *test)
{
	struct item *a = new_gate(test);
	struct kmsg_dump_iter log;
	int cpu = first_cpu(), i;

	own_wq = new_queue(test);
	own_neighbour = new_item(test);
	a->body = wait_for_self;
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, own_wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, own_wq,
						  work_of(own_neighbour)));
	log_mark(&log);
	item_open(a);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	for (i = 0; i < ARRAY_SIZE(own_ret); i++)
		KUNIT_EXPECT_EQ(test, own_ret[i], -EDEADLK);
	KUNIT_EXPECT_EQ(test, log_lines(&log, "cwq: ", ""), 0);
	KUNIT_EXPECT_TRUE(test, item_ended(own_neighbour));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, own_wq));
}

#define NR_IMPATIENT 4
#define NR_WORKS 6

static struct impatient {
	struct cwq_workqueue_struct *wq;
	unsigned int seed;
	unsigned int wrong;
} impatient[NR_IMPATIENT];

static struct item *works[NR_WORKS];

/* Queue, and wait with next to no patience. */
static bool call_impatient(void *arg)
{
	struct impatient *p = arg;
	unsigned int i, n = p->seed;
	int cpu = first_cpu(), ret;

	for (i = 0; i < 250; i++) {
		struct item *item;

		n = n * 1103515245 + 12345;
		item = works[(n >> 16) % NR_WORKS];
		cpu = next_cpu(cpu);
		cwq_queue_work_on(cpu, p->wq, work_of(item));
		if ((n >> 20) % 3)
			ret = cwq_flush_work_timeout(work_of(item),
						     (n >> 24) % 3);
		else
			ret = cwq_flush_workqueue_timeout(p->wq, (n >> 24) % 3);
		if (ret && ret != -ETIMEDOUT)
			p->wrong++;
	}
	return true;
}

/*
 * Barriers that are withdrawn while the worker gets to them: none is lost on a
 * list, no work is lost or run twice, and KASAN sees who comes too late. How many
 * flushes end in time is up to the machine.
 */
static void many_at_once(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	unsigned long executed = 0, runs = 0;
	struct call *calls[NR_IMPATIENT];
	int cpu = first_cpu(), i;

	for (i = 0; i < NR_WORKS; i++)
		works[i] = new_item(test);
	for (i = 0; i < NR_IMPATIENT; i++) {
		impatient[i] = (struct impatient){ .wq = wq, .seed = i + 1 };
		calls[i] =
			start_call_on(test, cpu, call_impatient, &impatient[i]);
		cpu = next_cpu(cpu);
	}
	for (i = 0; i < NR_IMPATIENT; i++) {
		KUNIT_ASSERT_TRUE(test, call_returned(calls[i]));
		KUNIT_EXPECT_EQ(test, impatient[i].wrong, 0U);
	}
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
	for_each_online_cpu(cpu)
		executed += snapshot_of(test, wq, cpu).executed;
	for (i = 0; i < NR_WORKS; i++)
		runs += item_runs(works[i]);
	KUNIT_EXPECT_EQ(test, executed, runs);
}

static struct kunit_case timeout_cases[] = {
	KUNIT_CASE(idle),
	KUNIT_CASE(in_time),
	KUNIT_CASE(too_late),
	KUNIT_CASE(others_wait_on),
	KUNIT_CASE(killed),
	KUNIT_CASE(killed_before),
	KUNIT_CASE(unlimited_is_not_killed),
	KUNIT_CASE(queue_partly_done),
	KUNIT_CASE(queue_partly_done_killed),
	KUNIT_CASE(running_elsewhere),
	KUNIT_CASE(by_a_work),
	KUNIT_CASE(by_a_work_for_itself),
	KUNIT_CASE(many_at_once),
	{},
};

static struct kunit_suite timeout_suite = {
	.name = "cwq_timeout",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = timeout_cases,
};

kunit_test_suite(timeout_suite);
