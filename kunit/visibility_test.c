// SPDX-License-Identifier: GPL-2.0
/*
 * What a function sees of what was stored before its work was queued.
 *
 * Two threads meet again and again: each stores the number of the round and
 * queues the same work. One of them is refused as a rule, and often at the very
 * moment when the worker takes PENDING off. Then both wait until the function
 * has seen their store, and neither queues the work a second time meanwhile, so
 * a store that is missed stays missed.
 */

#include "helpers.h"

#define NR_ROUNDS 500

struct side {
	unsigned int stored;
	unsigned int seen;
	unsigned int refused;
	unsigned int delay;
};

static struct meeting {
	struct cwq_workqueue_struct *wq;
	struct cwq_work_struct work;
	atomic_t arrived;
	struct side sides[2];
	wait_queue_head_t progress;
	bool failed;
	int worker_cpu;
} meeting;

static void look(struct cwq_work_struct *work)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(meeting.sides); i++) {
		struct side *side = &meeting.sides[i];

		WRITE_ONCE(side->seen, READ_ONCE(side->stored));
	}
	wake_up_all(&meeting.progress);
}

/* Spin, so that both sides leave within a few instructions. */
static void meet(unsigned int round)
{
	unsigned long end = jiffies + TEST_TIMEOUT;

	atomic_inc(&meeting.arrived);
	while (atomic_read(&meeting.arrived) < 2 * round &&
	       !READ_ONCE(meeting.failed) && time_before(jiffies, end)) {
		cpu_relax();
		cond_resched();
	}
}

static bool call_side(void *arg)
{
	struct side *side = arg;
	unsigned int round, i;

	for (round = 1; round <= NR_ROUNDS; round++) {
		meet(round);
		if (READ_ONCE(meeting.failed))
			return false;
		/* One side after the other comes a little later. */
		for (i = (round * side->delay) % 64; i; i--)
			cpu_relax();
		WRITE_ONCE(side->stored, round);
		if (!cwq_queue_work_on(meeting.worker_cpu, meeting.wq,
				       &meeting.work))
			side->refused++;
		if (!wait_event_timeout(meeting.progress,
					READ_ONCE(side->seen) >= round ||
						READ_ONCE(meeting.failed),
					TEST_TIMEOUT) ||
		    READ_ONCE(side->seen) < round) {
			WRITE_ONCE(meeting.failed, true);
			wake_up_all(&meeting.progress);
			return false;
		}
	}
	return true;
}

/* Refused: a later run of the function sees everything stored before. */
static void refused_store_is_seen(struct kunit *test)
{
	struct call *calls[2];
	int cpu = first_cpu();

	need_two_cpus(test);
	memset(&meeting, 0, sizeof(meeting));
	init_waitqueue_head(&meeting.progress);
	CWQ_INIT_WORK(&meeting.work, look);
	meeting.wq = new_queue(test);
	meeting.sides[0].delay = 1;
	meeting.sides[1].delay = 3;

	meeting.worker_cpu = next_cpu(next_cpu(cpu));

	calls[0] = start_call_on(test, cpu, call_side, &meeting.sides[0]);
	calls[1] = start_call_on(test, next_cpu(cpu), call_side,
				 &meeting.sides[1]);

	KUNIT_ASSERT_TRUE(test, call_returned(calls[0]));
	KUNIT_ASSERT_TRUE(test, call_returned(calls[1]));
	KUNIT_EXPECT_TRUE(test, calls[0]->ret);
	KUNIT_EXPECT_TRUE(test, calls[1]->ret);
	/* Without refusals the case would have shown nothing. */
	KUNIT_EXPECT_GT(
		test, meeting.sides[0].refused + meeting.sides[1].refused, 0U);
}

static struct kunit_case visibility_cases[] = {
	KUNIT_CASE(refused_store_is_seen),
	{},
};

static struct kunit_suite visibility_suite = {
	.name = "cwq_visibility",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = visibility_cases,
};

kunit_test_suite(visibility_suite);
