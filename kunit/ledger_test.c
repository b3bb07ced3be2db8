// SPDX-License-Identifier: GPL-2.0
/*
 * The ledger: accepted == executed + cancelled + pending + running, in every
 * snapshot of every CPU at every moment.
 */

#include "helpers.h"

static void expect_ledger(struct kunit *test, struct cwq_workqueue_struct *wq,
			  int cpu, const struct cwq_snapshot *want)
{
	struct cwq_snapshot s = snapshot_of(test, wq, cpu);

	KUNIT_EXPECT_EQ(test, s.accepted, want->accepted);
	KUNIT_EXPECT_EQ(test, s.executed, want->executed);
	KUNIT_EXPECT_EQ(test, s.cancelled, want->cancelled);
	KUNIT_EXPECT_EQ(test, s.pending, want->pending);
	KUNIT_EXPECT_EQ(test, s.running, want->running);
	KUNIT_EXPECT_EQ(test, s.delayed, want->delayed);
	KUNIT_EXPECT_EQ(test, s.redirected, 0UL);
	KUNIT_EXPECT_TRUE(test, ledger_holds(&s));
}

/* The figures after each operation, step by step. */
static void exact(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gate = new_gate(test);
	struct item *a = new_item(test);
	struct item *b = new_item(test);
	struct item *c = new_item(test);
	struct cwq_snapshot want = {};
	int cpu = first_cpu();
	struct call *flush;

	expect_ledger(test, wq, cpu, &want);

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(gate)));
	KUNIT_ASSERT_TRUE(test, item_entered(gate));
	want.accepted = 1;
	want.running = 1;
	expect_ledger(test, wq, cpu, &want);

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(b)));
	want.accepted = 3;
	want.pending = 2;
	expect_ledger(test, wq, cpu, &want);

	/* Refused is not accepted. */
	KUNIT_ASSERT_FALSE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	expect_ledger(test, wq, cpu, &want);

	/* A delayed work is accepted when its timer ends. */
	KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work_on(cpu, wq, &c->dwork,
							  TEST_FAR_AWAY));
	want.delayed = 1;
	expect_ledger(test, wq, cpu, &want);

	/* A barrier is no item. */
	flush = start_call(test, call_flush_delayed_work, c);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	want.delayed = 0;
	want.accepted = 4;
	want.pending = 3;
	expect_ledger(test, wq, cpu, &want);

	KUNIT_ASSERT_TRUE(test, run_call(test, call_cancel_work_sync, a));
	want.cancelled = 1;
	want.pending = 2;
	expect_ledger(test, wq, cpu, &want);

	item_open(gate);
	KUNIT_ASSERT_TRUE(test, call_returned(flush));
	want.executed = 3;
	want.pending = 0;
	want.running = 0;
	expect_ledger(test, wq, cpu, &want);

	/* Cancelling an idle work is none. */
	KUNIT_ASSERT_FALSE(test, run_call(test, call_cancel_work_sync, a));
	run_call(test, call_flush_workqueue, wq);
	expect_ledger(test, wq, cpu, &want);
}

/* Each CPU keeps its own, a single thread has one for all. */
static void each_cpu(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_workqueue_struct *single = new_single_queue(test);
	struct item *a = new_item(test);
	struct cwq_snapshot s;
	int cpu, i, nr = 0;

	for_each_online_cpu(cpu) {
		for (i = 0; i <= cpu; i++) {
			KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq,
								  work_of(a)));
			run_call(test, call_flush_work, a);
		}
		KUNIT_ASSERT_TRUE(test,
				  cwq_queue_work_on(cpu, single, work_of(a)));
		run_call(test, call_flush_work, a);
		nr++;
	}
	for_each_online_cpu(cpu) {
		s = snapshot_of(test, wq, cpu);
		KUNIT_EXPECT_EQ(test, s.cpu, cpu);
		KUNIT_EXPECT_EQ(test, s.executed, cpu + 1UL);
		s = snapshot_of(test, single, cpu);
		KUNIT_EXPECT_EQ(test, s.cpu, -1);
		KUNIT_EXPECT_EQ(test, s.executed, (unsigned long)nr);
	}
}

#define NR_LOADS 4
#define NR_WORKS 6
#define LOAD_ROUNDS 500

static struct load {
	struct cwq_workqueue_struct *wq;
	unsigned int seed;
} loads[NR_LOADS];

static struct item *load_items[NR_WORKS];

/* Everything that moves an item, in an order that differs per thread. */
static bool call_load(void *arg)
{
	struct load *load = arg;
	unsigned int i, n = load->seed;
	int cpu = first_cpu();

	for (i = 0; i < LOAD_ROUNDS; i++) {
		struct item *item;

		n = n * 1103515245 + 12345;
		item = load_items[(n >> 16) % NR_WORKS];
		cpu = next_cpu(cpu);
		switch ((n >> 24) % 8) {
		case 0:
			cwq_cancel_work_sync(work_of(item));
			break;
		case 1:
			cwq_cancel_delayed_work(&item->dwork);
			break;
		case 2:
			cwq_flush_delayed_work(&item->dwork);
			break;
		case 3:
			cwq_queue_delayed_work_on(cpu, load->wq, &item->dwork,
						  1);
			break;
		case 4:
			cwq_flush_workqueue(load->wq);
			break;
		default:
			cwq_queue_work_on(cpu, load->wq, work_of(item));
			break;
		}
	}
	return true;
}

/* It holds at any moment while all CPUs queue, cancel and flush. */
static void under_load(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_snapshot s;
	struct call *calls[NR_LOADS];
	int cpu = first_cpu(), i;
	unsigned long executed = 0, runs = 0, wrong = 0;
	unsigned long end = jiffies + 6 * TEST_TIMEOUT;
	bool busy;

	for (i = 0; i < NR_WORKS; i++)
		load_items[i] = new_item(test);
	for (i = 0; i < NR_LOADS; i++) {
		loads[i].wq = wq;
		loads[i].seed = i + 1;
		calls[i] = start_call_on(test, cpu, call_load, &loads[i]);
		cpu = next_cpu(cpu);
	}
	do {
		busy = false;
		for (i = 0; i < NR_LOADS; i++)
			busy |= !completion_done(&calls[i]->returned);
		for_each_online_cpu(cpu) {
			s = snapshot_of(test, wq, cpu);
			wrong += !ledger_holds(&s) || s.running > 1;
		}
		cond_resched();
	} while (busy && time_before(jiffies, end));
	KUNIT_ASSERT_FALSE(test, busy);
	KUNIT_EXPECT_EQ(test, wrong, 0UL);

	for (i = 0; i < NR_WORKS; i++)
		run_call(test, call_cancel_delayed_work_sync, load_items[i]);
	for_each_online_cpu(cpu) {
		s = snapshot_of(test, wq, cpu);
		KUNIT_EXPECT_TRUE(test, ledger_holds(&s));
		KUNIT_EXPECT_EQ(test, s.pending, 0UL);
		KUNIT_EXPECT_EQ(test, s.running, 0UL);
		KUNIT_EXPECT_EQ(test, s.delayed, 0UL);
		executed += s.executed;
	}
	for (i = 0; i < NR_WORKS; i++) {
		runs += item_runs(load_items[i]);
		KUNIT_EXPECT_FALSE(test, load_items[i]->reentered);
	}
	KUNIT_EXPECT_EQ(test, executed, runs);
}

static struct kunit_case ledger_cases[] = {
	KUNIT_CASE(exact),
	KUNIT_CASE(each_cpu),
	KUNIT_CASE(under_load),
	{},
};

static struct kunit_suite ledger_suite = {
	.name = "cwq_ledger",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = ledger_cases,
};

kunit_test_suite(ledger_suite);
