// SPDX-License-Identifier: GPL-2.0
/* mod_delayed_work: whatever the work does, it is queued when and where asked. */

#include <linux/slab.h>

#include "helpers.h"

static void expect_ledger(struct kunit *test, struct cwq_workqueue_struct *wq,
			  int cpu, unsigned long accepted,
			  unsigned long cancelled, unsigned long delayed)
{
	struct cwq_snapshot s = snapshot_of(test, wq, cpu);

	KUNIT_EXPECT_EQ(test, s.accepted, accepted);
	KUNIT_EXPECT_EQ(test, s.cancelled, cancelled);
	KUNIT_EXPECT_EQ(test, s.delayed, delayed);
	KUNIT_EXPECT_TRUE(test, ledger_holds(&s));
}

/* Idle: queued, with and without a delay, before and after a run. False. */
static void idle(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);
	unsigned long delay, expiry;
	int cpu = first_cpu(), runs = 0;

	for (delay = 0; delay < 4; delay++) {
		expiry = jiffies + delay;
		KUNIT_EXPECT_FALSE(test,
				   cwq_mod_delayed_work(wq, &a->dwork, delay));
		KUNIT_ASSERT_TRUE(test, item_ended(a));
		KUNIT_EXPECT_TRUE(test, time_after_eq(a->start, expiry));
		run_call(test, call_flush_work, a);
		KUNIT_EXPECT_EQ(test, item_runs(a), ++runs);

		KUNIT_EXPECT_FALSE(test,
				   cwq_mod_delayed_work_on(cpu, wq, &a->dwork,
							   TEST_FAR_AWAY));
		KUNIT_EXPECT_TRUE(test, timer_pending(&a->dwork.timer));
		KUNIT_EXPECT_TRUE(test, run_call(test, call_cancel_work, a));
	}
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
}

struct submission {
	struct cwq_workqueue_struct *wq;
	struct item *item;
	unsigned long delay;
};

static bool call_mod(void *arg)
{
	struct submission *s = arg;

	return cwq_mod_delayed_work(s->wq, &s->item->dwork, s->delay);
}

/* Without a CPU it goes to that of the caller, whatever it was armed for. */
static void goes_to_the_calling_cpu(struct kunit *test)
{
	static struct submission s;
	int cpu;

	s.wq = new_queue(test);
	s.item = new_item(test);
	for_each_online_cpu(cpu) {
		for (s.delay = 0; s.delay < 2; s.delay++) {
			KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work_on(
							next_cpu(cpu), s.wq,
							&s.item->dwork,
							TEST_FAR_AWAY));
			KUNIT_EXPECT_TRUE(test,
					  run_call_on(test, cpu, call_mod, &s));
			KUNIT_ASSERT_TRUE(test, item_ended(s.item));
			KUNIT_EXPECT_EQ(test, s.item->cpu, cpu);
			run_call(test, call_flush_work, s.item);
		}
	}
}

/* Armed, moved nearer: it runs, at the new time and once. True. */
static void armed_nearer(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);
	int cpu = first_cpu();
	unsigned long delay, expiry;

	for (delay = 1; delay < 4; delay++) {
		KUNIT_ASSERT_TRUE(test,
				  cwq_queue_delayed_work_on(cpu, wq, &a->dwork,
							    TEST_FAR_AWAY));
		expiry = jiffies + delay;
		KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(
						cpu, wq, &a->dwork, delay));
		KUNIT_ASSERT_TRUE(test, item_ended(a));
		KUNIT_EXPECT_TRUE(test, time_after_eq(a->start, expiry));
		run_call(test, call_flush_work, a);
		expect_ledger(test, wq, cpu, delay, 0, 0);
	}
	KUNIT_EXPECT_EQ(test, item_runs(a), 3);
}

/* Armed, moved farther away: it does not run at the old time. True. */
static void armed_farther(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);
	int cpu = first_cpu();
	unsigned long delay, expiry;

	for (delay = 1; delay < 4; delay++) {
		struct item *gate = shut_gate(test, wq, cpu);

		KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work_on(
						cpu, wq, &a->dwork, delay));
		/* Behind the gate it may have left its timer by now. */
		expiry = jiffies + 10;
		KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(cpu, wq,
								&a->dwork, 10));
		item_open(gate);
		KUNIT_ASSERT_TRUE(test, item_ended(a));
		KUNIT_EXPECT_TRUE(test, time_after_eq(a->start, expiry));
		run_call(test, call_flush_work, a);
	}
	KUNIT_EXPECT_EQ(test, item_runs(a), 3);

	KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work_on(cpu, wq, &a->dwork,
							  TEST_FAR_AWAY));
	expiry = a->dwork.timer.expires;
	KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(cpu, wq, &a->dwork,
							2 * TEST_FAR_AWAY));
	KUNIT_EXPECT_TRUE(test, time_after(a->dwork.timer.expires, expiry));
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).delayed, 1UL);
}

/* Armed, no delay: on the list when the call returns, its timer out. True. */
static void armed_now(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);

	KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work_on(cpu, wq, &a->dwork,
							  TEST_FAR_AWAY));
	KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(cpu, wq, &a->dwork, 0));
	KUNIT_EXPECT_FALSE(test, timer_pending(&a->dwork.timer));
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).pending, 1UL);
	expect_ledger(test, wq, cpu, 2, 0, 0);
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

/* Armed, to another CPU and to another queue: it waits and runs there. */
static void armed_elsewhere(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_workqueue_struct *single = new_single_queue(test);
	int here = first_cpu(), there = next_cpu(here);
	struct item *a = new_item(test);

	need_two_cpus(test);
	shut_gate(test, wq, here);
	KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work_on(here, wq, &a->dwork,
							  TEST_FAR_AWAY));
	KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(there, wq, &a->dwork,
							TEST_FAR_AWAY));
	expect_ledger(test, wq, here, 1, 0, 0);
	expect_ledger(test, wq, there, 0, 0, 1);
	KUNIT_EXPECT_TRUE(test,
			  cwq_mod_delayed_work_on(there, wq, &a->dwork, 1));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_EQ(test, a->cpu, there);
	run_call(test, call_flush_work, a);

	KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work_on(here, wq, &a->dwork,
							  TEST_FAR_AWAY));
	KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(here, single, &a->dwork,
							TEST_FAR_AWAY));
	expect_ledger(test, wq, here, 1, 0, 0);
	expect_ledger(test, single, here, 0, 0, 1);
	KUNIT_EXPECT_TRUE(test,
			  cwq_mod_delayed_work_on(here, single, &a->dwork, 0));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_EQ(test, item_runs(a), 2);
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, single));
}

/*
 * On the list, no delay: it goes to the tail, which the ledger knows as a cancel
 * and a new item. True.
 */
static void pending_goes_to_the_tail(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);
	struct item *b = new_item(test);

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(b)));
	KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(cpu, wq, &a->dwork, 0));
	expect_ledger(test, wq, cpu, 4, 1, 0);
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_TRUE(test, ran_in_order(test, gate, b, a));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
}

/* On the list, with a delay: it leaves the list for its timer. True. */
static void pending_is_delayed(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);
	unsigned long expiry;

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(cpu, wq, &a->dwork,
							TEST_FAR_AWAY));
	KUNIT_EXPECT_TRUE(test, timer_pending(&a->dwork.timer));
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).pending, 0UL);
	expect_ledger(test, wq, cpu, 2, 1, 1);
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, reach_marker(test, wq, cpu));
	KUNIT_EXPECT_EQ(test, item_runs(a), 0);

	expiry = jiffies + 2;
	KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(cpu, wq, &a->dwork, 2));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_TRUE(test, time_after_eq(a->start, expiry));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

/* On the list, to another CPU and to another queue: it runs there. True. */
static void pending_elsewhere(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_workqueue_struct *single = new_single_queue(test);
	int here = first_cpu(), there = next_cpu(here);
	struct item *a = new_item(test);
	unsigned long delay;

	need_two_cpus(test);
	shut_gate(test, wq, here);
	for (delay = 0; delay < 2; delay++) {
		KUNIT_ASSERT_TRUE(test,
				  cwq_queue_work_on(here, wq, work_of(a)));
		KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(
						there, wq, &a->dwork, delay));
		KUNIT_ASSERT_TRUE(test, item_ended(a));
		KUNIT_EXPECT_EQ(test, a->cpu, there);
		run_call(test, call_flush_work, a);

		KUNIT_ASSERT_TRUE(test,
				  cwq_queue_work_on(here, wq, work_of(a)));
		KUNIT_EXPECT_TRUE(test,
				  cwq_mod_delayed_work_on(here, single,
							  &a->dwork, delay));
		KUNIT_ASSERT_TRUE(test, item_ended(a));
		run_call(test, call_flush_work, a);
	}
	expect_ledger(test, wq, here, 5, 4, 0);
	expect_ledger(test, wq, there, 2, 0, 0);
	expect_ledger(test, single, here, 2, 0, 0);
	KUNIT_EXPECT_EQ(test, item_runs(a), 4);
}

/* Who waits for the place that it leaves is not forgotten there. */
static void pending_and_flushed(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);
	struct item *later = new_gate(test);
	struct call *flush;

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(later)));
	flush = start_call(test, call_flush_work, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(cpu, wq, &a->dwork,
							TEST_FAR_AWAY));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, call_returned(flush));
	KUNIT_EXPECT_EQ(test, flush->ended_items, 1);
}

/*
 * Running, and pending in whatever way: to another CPU of the queue it follows
 * its thread, so it does not run twice at once.
 */
static void running_follows_its_thread(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int here = first_cpu(), there = next_cpu(here);
	struct item *a = shut_gate(test, wq, here);
	struct cwq_delayed_work *dwork = &a->dwork;

	need_two_cpus(test);
	/* From idle, for it is not pending: that is a queue call. */
	KUNIT_EXPECT_FALSE(test, cwq_mod_delayed_work_on(there, wq, dwork, 0));
	expect_ledger(test, wq, here, 2, 0, 0);
	/* From the list to the list, to the timer, to the timer, back. */
	KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(there, wq, dwork, 0));
	expect_ledger(test, wq, here, 3, 1, 0);
	KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(there, wq, dwork,
							TEST_FAR_AWAY));
	expect_ledger(test, wq, here, 3, 2, 1);
	KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(there, wq, dwork,
							TEST_FAR_AWAY));
	expect_ledger(test, wq, here, 3, 2, 1);
	KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(there, wq, dwork, 0));
	expect_ledger(test, wq, here, 4, 2, 0);
	expect_ledger(test, wq, there, 0, 0, 0);
	KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, there));
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);

	item_open(a);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_FALSE(test, a->reentered);
	KUNIT_EXPECT_EQ(test, a->cpu, here);
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
	KUNIT_EXPECT_EQ(test, item_runs(a), 2);
}

/*
 * Running and pending: to another queue it goes, and runs there at once; who
 * flushes or cancels it waits for the thread that it has left, too.
 */
static void running_leaves_its_queue(struct kunit *test)
{
	bool (*const waits[])(void *arg) = {
		call_flush_work,
		call_cancel_work_sync,
	};
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_workqueue_struct *single = new_single_queue(test);
	int cpu = first_cpu(), i;

	for (i = 0; i < ARRAY_SIZE(waits); i++) {
		struct item *a = shut_gate(test, wq, cpu);
		struct call *wait;

		a->gated = false;
		KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
		KUNIT_EXPECT_TRUE(test,
				  cwq_mod_delayed_work(single, &a->dwork, i));
		KUNIT_ASSERT_TRUE(test, item_ended(a));
		run_call(test, call_flush_workqueue, single);
		KUNIT_EXPECT_EQ(test, item_runs(a), 2);

		wait = start_call(test, waits[i], a);
		KUNIT_EXPECT_TRUE(test, call_blocked(wait));
		item_open(a);
		KUNIT_ASSERT_TRUE(test, call_returned(wait));
		KUNIT_EXPECT_EQ(test, wait->ended_items, 2 * (i + 1));
		KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
		KUNIT_EXPECT_TRUE(test, comes_to_rest(test, single));
	}
}

/* Held by a cancel that waits for its function: left to it. True. */
static void held_by_a_cancel(struct kunit *test)
{
	static const unsigned long delays[] = { 0, 1, TEST_FAR_AWAY };
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_workqueue_struct *other = new_queue(test);
	int cpu = first_cpu(), i;
	struct item *a = shut_gate(test, wq, cpu);
	struct call *cancel = start_call(test, call_cancel_work_sync, a);
	struct cwq_delayed_work *dwork = &a->dwork;

	KUNIT_ASSERT_TRUE(test, call_blocked(cancel));
	for (i = 0; i < ARRAY_SIZE(delays); i++) {
		KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(cpu, wq, dwork,
								delays[i]));
		KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work(other, dwork,
							     delays[i]));
		KUNIT_EXPECT_FALSE(test, timer_pending(&dwork->timer));
		expect_ledger(test, wq, cpu, 1, 0, 0);
	}
	item_open(a);
	KUNIT_ASSERT_TRUE(test, call_returned(cancel));
	KUNIT_EXPECT_FALSE(test, cancel->ret);
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);

	/* And after it as ever. */
	KUNIT_EXPECT_FALSE(test, cwq_mod_delayed_work_on(cpu, wq, dwork, 0));
	KUNIT_EXPECT_TRUE(test, item_ended(a));
}

/* A work may give itself another time, over and over. */
static struct cwq_workqueue_struct *own_wq;

static void mod_self(struct item *item)
{
	if (item_runs(item) < 6) {
		cwq_mod_delayed_work(own_wq, &item->dwork, TEST_FAR_AWAY);
		cwq_mod_delayed_work(own_wq, &item->dwork, item_runs(item) % 3);
	}
}

static void by_its_own_function(struct kunit *test)
{
	struct item *a = new_item(test);
	int i;

	own_wq = new_queue(test);
	a->body = mod_self;
	KUNIT_EXPECT_FALSE(test, cwq_mod_delayed_work(own_wq, &a->dwork, 0));
	for (i = 0; i < 6; i++)
		KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, own_wq));
	KUNIT_EXPECT_EQ(test, item_runs(a), 6);
	KUNIT_EXPECT_FALSE(test, a->reentered);
}

/* A work on the heap that several threads fight for. */
struct contested {
	struct cwq_delayed_work dwork;
	struct cwq_workqueue_struct *wq[2];
	atomic_t inside;
	bool reentered;
	unsigned long runs;
};

static void contested_fn(struct cwq_work_struct *work)
{
	struct contested *c = container_of(work, struct contested, dwork.work);

	if (atomic_inc_return(&c->inside) > 1)
		WRITE_ONCE(c->reentered, true);
	c->runs++;
	cond_resched();
	atomic_dec(&c->inside);
}

#define CONTEST_ROUNDS 150

static bool call_rearm(void *arg)
{
	struct contested *c = arg;
	int cpu = raw_smp_processor_id(), i;

	for (i = 0; i < CONTEST_ROUNDS; i++) {
		cpu = next_cpu(cpu);
		cwq_mod_delayed_work_on(cpu, c->wq[0], &c->dwork, 1);
		let_timer_come(&c->dwork, i);
		cwq_mod_delayed_work_on(cpu, c->wq[0], &c->dwork, i % 2);
		cond_resched();
	}
	return true;
}

static bool call_rearm_elsewhere(void *arg)
{
	struct contested *c = arg;
	int i;

	for (i = 0; i < CONTEST_ROUNDS; i++) {
		cwq_mod_delayed_work(c->wq[i % 2], &c->dwork, 1);
		let_timer_come(&c->dwork, i);
		cwq_mod_delayed_work(c->wq[i % 2], &c->dwork, i / 2 % 2);
		cond_resched();
	}
	return true;
}

static bool call_disturb(void *arg)
{
	struct contested *c = arg;
	int i;

	for (i = 0; i < CONTEST_ROUNDS; i++) {
		let_timer_come(&c->dwork, i);
		switch (i % 3) {
		case 0:
			cwq_flush_delayed_work(&c->dwork);
			break;
		case 1:
			cwq_cancel_delayed_work(&c->dwork);
			break;
		default:
			cwq_queue_delayed_work(c->wq[0], &c->dwork, 1);
			break;
		}
		cond_resched();
	}
	return true;
}

/*
 * Let the three fight for a work on the heap, and free it as soon as it is
 * cancelled; KASAN sees a timer function that comes too late. On one queue it
 * must never run twice at once; two queues may run it at once, and then its
 * runs are not counted one by one.
 */
static void contest(struct kunit *test, bool (*rearm)(void *arg), bool one)
{
	bool (*const fns[])(void *arg) = { rearm, rearm, call_disturb };
	struct contested *c = kzalloc(sizeof(*c), GFP_KERNEL);
	unsigned long executed = 0, runs;
	struct call *calls[ARRAY_SIZE(fns)];
	struct cwq_workqueue_struct *wq[2];
	int cpu = first_cpu(), i;
	bool reentered;

	KUNIT_ASSERT_NOT_NULL(test, c);
	CWQ_INIT_DELAYED_WORK(&c->dwork, contested_fn);
	for (i = 0; i < 2; i++)
		wq[i] = c->wq[i] = new_queue(test);
	for (i = 0; i < ARRAY_SIZE(fns); i++) {
		calls[i] = start_call_on(test, cpu, fns[i], c);
		cpu = next_cpu(cpu);
	}
	for (i = 0; i < ARRAY_SIZE(fns); i++)
		KUNIT_ASSERT_TRUE(test, call_returned(calls[i]));
	cwq_cancel_delayed_work_sync(&c->dwork);
	runs = c->runs;
	reentered = c->reentered;
	kfree(c);

	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq[i]));
		for_each_online_cpu(cpu)
			executed += snapshot_of(test, wq[i], cpu).executed;
	}
	KUNIT_EXPECT_GT(test, executed, 0UL);
	if (one) {
		KUNIT_EXPECT_FALSE(test, reentered);
		KUNIT_EXPECT_EQ(test, runs, executed);
	}
}

/* Calls that race with each other, with the timer, a flush and a cancel. */
static void many_at_once(struct kunit *test)
{
	contest(test, call_rearm, true);
}

/* The same from queue to queue. */
static void many_at_once_between_queues(struct kunit *test)
{
	contest(test, call_rearm_elsewhere, false);
}

static struct kunit_case mod_cases[] = {
	KUNIT_CASE(idle),
	KUNIT_CASE(goes_to_the_calling_cpu),
	KUNIT_CASE(armed_nearer),
	KUNIT_CASE(armed_farther),
	KUNIT_CASE(armed_now),
	KUNIT_CASE(armed_elsewhere),
	KUNIT_CASE(pending_goes_to_the_tail),
	KUNIT_CASE(pending_is_delayed),
	KUNIT_CASE(pending_elsewhere),
	KUNIT_CASE(pending_and_flushed),
	KUNIT_CASE(running_follows_its_thread),
	KUNIT_CASE(running_leaves_its_queue),
	KUNIT_CASE(held_by_a_cancel),
	KUNIT_CASE(by_its_own_function),
	KUNIT_CASE(many_at_once),
	KUNIT_CASE(many_at_once_between_queues),
	{},
};

static struct kunit_suite mod_suite = {
	.name = "cwq_mod",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = mod_cases,
};

kunit_test_suite(mod_suite);
