// SPDX-License-Identifier: GPL-2.0
/*
 * Works that would wait for each other without end: who would close the ring is
 * told so and goes on, and so do all the others. Who waits in no ring waits.
 *
 * lockdep finds the rings by itself, from the functions that wait for each other,
 * and would then find nothing else any more; so it is off while they wait.
 *
 * The calls without a limit report the first ring of all, and tell of every one
 * in the log. Who waits for a work that is only pending closes no ring: it runs that
 * itself, see cwq_nested. The report is that of cwq_misuse.wait_for_own_thread, which comes
 * before. Who waits with a limit only closes rings here; it may be argued whether
 * one that somebody would leave by himself is a ring.
 */

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kmsg_dump.h>
#include <linux/lockdep.h>

#include "helpers.h"

#define MOST_PARTIES 8

/* What is not found to be a ring ends like this, and not the case with it. */
#define RING_TIMEOUT (TEST_TIMEOUT / 4)

struct party;

/* How one party waits for another. */
struct way {
	const char *name;
	int (*wait)(const struct party *next);
	/* It cannot be told, so the log is. */
	bool logs;
	/* It waits for one that is pending, and runs it itself instead. */
	bool runs;
};

/**
 * struct party - a work that waits for the work of the next
 * @item: a gate; it waits when it has been opened
 * @wq: the queue that it runs on
 * @behind: an item that is pending behind it
 * @way: how it waits
 * @next: for whom; NULL if it just ends
 * @ret: how its wait has ended
 * @task: the worker
 * @begun: it is about to wait
 * @ended: it has waited
 */
struct party {
	struct item *item;
	struct cwq_workqueue_struct *wq;
	struct item *behind;
	const struct way *way;
	struct party *next;
	int ret;
	struct task_struct *task;
	bool begun;
	bool ended;
};

static int by_work_timeout(const struct party *next)
{
	return cwq_flush_work_timeout(work_of(next->item), RING_TIMEOUT);
}

static int by_queue_timeout(const struct party *next)
{
	return cwq_flush_workqueue_timeout(next->wq, RING_TIMEOUT);
}

static int by_work_behind_timeout(const struct party *next)
{
	return cwq_flush_work_timeout(work_of(next->behind), RING_TIMEOUT);
}

static int by_work(const struct party *next)
{
	return cwq_flush_work(work_of(next->item)) ? 0 : -EDEADLK;
}

static int by_work_behind(const struct party *next)
{
	return cwq_flush_work(work_of(next->behind)) ? 0 : -EDEADLK;
}

static int by_delayed_work(const struct party *next)
{
	cwq_queue_delayed_work_on(next->item->cpu, next->wq,
				  &next->behind->dwork, TEST_FAR_AWAY);
	cwq_flush_delayed_work(&next->behind->dwork);
	return 0;
}

static int by_queue(const struct party *next)
{
	cwq_flush_workqueue(next->wq);
	return 0;
}

static int by_drain(const struct party *next)
{
	cwq_drain_workqueue(next->wq);
	return 0;
}

static int by_destroy(const struct party *next)
{
	cwq_destroy_workqueue(next->wq);
	return 0;
}

static int by_cancel(const struct party *next)
{
	cwq_cancel_work_sync(work_of(next->item));
	return 0;
}

static const struct way work_timeout = { "flush_work_timeout", by_work_timeout,
					 false };
static const struct way queue_timeout = { "flush_workqueue_timeout",
					  by_queue_timeout, false };
static const struct way work_behind_timeout = { "flush_work_timeout, pending",
						by_work_behind_timeout, false };
static const struct way work = { "flush_work", by_work, true };
static const struct way work_behind = { "flush_work, pending", by_work_behind,
					false, true };
static const struct way delayed_work = { "flush_delayed_work", by_delayed_work,
					 false, true };
static const struct way queue = { "flush_workqueue", by_queue, true };
static const struct way drain = { "drain_workqueue", by_drain, true };
static const struct way destroy = { "destroy_workqueue", by_destroy, true };
static const struct way cancel = { "cancel_work_sync", by_cancel, true };

static const struct way *const ways[] = {
	&work_timeout, &queue_timeout, &work_behind_timeout,
	&work,	       &work_behind,   &delayed_work,
	&queue,	       &drain,	       &destroy,
	&cancel,
};

static void wait_for_next(struct item *item)
{
	struct party *p = item->arg;

	if (!p->next || p->begun)
		return;
	p->task = current;
	/* Pairs with the acquire in waits(), for p->task. */
	smp_store_release(&p->begun, true);
	lockdep_off();
	p->ret = p->way->wait(p->next);
	lockdep_on();
	WRITE_ONCE(p->ended, true);
}

/* A party on @cpu of @wq, whose function has been entered. */
static void join(struct kunit *test, struct party *p,
		 struct cwq_workqueue_struct *wq, int cpu)
{
	memset(p, 0, sizeof(*p));
	p->wq = wq;
	p->item = new_gate(test);
	p->item->body = wait_for_next;
	p->item->arg = p;
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(p->item)));
	KUNIT_ASSERT_TRUE(test, item_entered(p->item));
}

static void let_wait(struct kunit *test, struct party *p, const struct way *way,
		     struct party *next)
{
	if (way->wait == by_work_behind ||
	    way->wait == by_work_behind_timeout) {
		next->behind = new_item(test);
		KUNIT_ASSERT_TRUE(test,
				  cwq_queue_work_on(next->item->cpu, next->wq,
						    work_of(next->behind)));
	} else if (way->wait == by_delayed_work) {
		next->behind = new_item(test);
	} else if (way->wait == by_destroy) {
		forget_queue(test, next->wq);
	}
	p->way = way;
	p->next = next;
	item_open(p->item);
}

/* Does it sleep in its wait? False when the wait is over. */
static bool waits(struct party *p)
{
	unsigned long end = jiffies + TEST_TIMEOUT;

	/* Going to sleep is no event that could be waited for. */
	while (time_before(jiffies, end)) {
		if (READ_ONCE(p->ended))
			return false;
		/* Pairs with the release in wait_for_next(). */
		if (smp_load_acquire(&p->begun) &&
		    READ_ONCE(p->task->__state) & TASK_NORMAL)
			return true;
		usleep_range(50, 200);
	}
	return false;
}

/* Let it wait; it must come to sleep. */
static void must_wait(struct kunit *test, struct party *p,
		      const struct way *way, struct party *next)
{
	let_wait(test, p, way, next);
	KUNIT_ASSERT_TRUE_MSG(test, waits(p), "cwq_%s()", way->name);
}

/* Its wait has ended well. */
static void must_have_waited(struct kunit *test, struct party *p)
{
	KUNIT_ASSERT_TRUE_MSG(test, item_ended(p->item), "cwq_%s()",
			      p->way->name);
	KUNIT_EXPECT_EQ_MSG(test, p->ret, 0, "cwq_%s()", p->way->name);
}

/* The links of rings that the log has told of since it was marked. */
static int links_told(struct kmsg_dump_iter *log)
{
	return log_lines(log, "cwq: deadlock: ", " waits for ");
}

/*
 * The last of @nr parties, who all run, closes the ring: it alone is refused, by
 * an error or by the log, and when it has ended the others come to their end one
 * after the other.
 */
static void close_ring(struct kunit *test, struct party *parties, int nr,
		       const struct way *const *how)
{
	struct party *last = &parties[nr - 1];
	struct kmsg_dump_iter log;
	int i;

	log_mark(&log);
	for (i = 0; i < nr - 1; i++)
		must_wait(test, &parties[i], how[i], &parties[i + 1]);
	KUNIT_EXPECT_EQ(test, links_told(&log), 0);

	/* Refused, a destroy leaves the queue to us. */
	let_wait(test, last, how[nr - 1], parties);
	if (how[nr - 1] == &destroy)
		keep_queue(test, parties->wq);
	KUNIT_ASSERT_TRUE_MSG(test, item_ended(last->item), "cwq_%s()",
			      last->way->name);
	KUNIT_EXPECT_EQ(test, links_told(&log), last->way->logs ? nr : 0);
	if (!last->way->logs)
		KUNIT_EXPECT_EQ_MSG(test, last->ret,
				    last->way->runs ? 0 : -EDEADLK, "cwq_%s()",
				    last->way->name);
	for (i = 0; i < nr - 1; i++)
		must_have_waited(test, &parties[i]);
	KUNIT_EXPECT_EQ(test, links_told(&log), 0);

	for (i = 0; i < nr; i++) {
		if (i && how[i - 1] == &destroy)
			continue;
		KUNIT_EXPECT_TRUE(test, comes_to_rest(test, parties[i].wq));
	}
}

/*
 * Each on a queue of its own; on the last CPU, so that who waits for the queue has
 * others to look at before.
 */
static void close_ring_of_queues(struct kunit *test, int nr,
				 const struct way *const *how)
{
	static struct party parties[MOST_PARTIES];
	int i;

	for (i = 0; i < nr; i++)
		join(test, &parties[i],
		     i % 2 ? new_queue(test) : new_single_queue(test),
		     cpumask_last(cpu_online_mask));
	close_ring(test, parties, nr, how);
}

/*
 * A ring of one: itself, its queue, and who is pending behind it. The calls with a
 * limit are in cwq_timeout.
 */
static void own_thread(struct kunit *test)
{
	static struct party a;
	struct kmsg_dump_iter log;
	struct cwq_workqueue_struct *wq = new_queue(test);
	int i;

	log_mark(&log);
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		/* That one is found without looking for a ring. */
		if (ways[i] == &destroy || !(ways[i]->logs || ways[i]->runs))
			continue;
		join(test, &a, wq, first_cpu());
		let_wait(test, &a, ways[i], &a);
		KUNIT_ASSERT_TRUE_MSG(test, item_ended(a.item), "cwq_%s()",
				      ways[i]->name);
		KUNIT_EXPECT_EQ_MSG(test, links_told(&log), ways[i]->logs,
				    "cwq_%s()", ways[i]->name);
	}
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
}

/* Two that wait for each other, the first in whatever way. */
static void two_queues(struct kunit *test)
{
	const struct way *how[2] = { NULL, &work_timeout };
	int i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		how[0] = ways[i];
		if (how[0]->logs || how[0]->runs)
			close_ring_of_queues(test, 2, how);
	}
}

/* Closed in whatever way. */
static void two_queues_closed(struct kunit *test)
{
	const struct way *how[2] = { &work };
	int i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		how[1] = ways[i];
		close_ring_of_queues(test, 2, how);
	}
}

/* The smallest ring in which somebody has to be asked whom he waits for. */
static void three_queues(struct kunit *test)
{
	static const struct way *const how[] = { &work, &work, &work_timeout };
	static const struct way *const how_told[] = { &work, &work, &work };

	close_ring_of_queues(test, ARRAY_SIZE(how), how);
	close_ring_of_queues(test, ARRAY_SIZE(how_told), how_told);
}

/* A long ring, with all kinds of links. */
static void eight_queues(struct kunit *test)
{
	static const struct way *const how[] = {
		&work,	      &queue,	&cancel, &drain,
		&work_behind, &destroy, &queue,	 &work_timeout,
	};
	static const struct way *const how_told[] = {
		&work_behind, &queue, &destroy,	     &cancel,
		&work,	      &drain, &delayed_work, &queue,
	};

	close_ring_of_queues(test, ARRAY_SIZE(how), how);
	close_ring_of_queues(test, ARRAY_SIZE(how_told), how_told);
}

/* All CPUs of one queue. */
static void across_cpus(struct kunit *test)
{
	static const struct way *const how[] = {
		&cancel, &work,	       &work_behind, &work,
		&work,	 &work_behind, &cancel,	     &work_timeout,
	};
	static struct party parties[MOST_PARTIES];
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu, nr = 0;

	need_two_cpus(test);
	for_each_online_cpu(cpu) {
		if (nr < MOST_PARTIES)
			join(test, &parties[nr++], wq, cpu);
	}
	/* Closed by a call that has an error to tell. */
	close_ring(test, parties, nr, &how[MOST_PARTIES - nr]);
}

/* All at once, so that nobody knows who is the last: it is one all the same. */
static void all_at_once(struct kunit *test)
{
	static struct party parties[MOST_PARTIES];
	int round, nr, refused, i;

	for (round = 0; round < 6; round++) {
		struct cwq_workqueue_struct *wq = new_queue(test);

		nr = 0;
		for_each_online_cpu(i) {
			if (nr < 4)
				join(test, &parties[nr++], wq, i);
		}
		/* A thread of its own, also where there is only one CPU. */
		join(test, &parties[nr++], new_single_queue(test), 0);
		for (i = 0; i < nr; i++)
			let_wait(test, &parties[i], &work,
				 &parties[(i + 1) % nr]);
		refused = 0;
		for (i = 0; i < nr; i++) {
			KUNIT_ASSERT_TRUE(test, item_ended(parties[i].item));
			refused += parties[i].ret == -EDEADLK;
		}
		KUNIT_EXPECT_EQ(test, refused, 1);
	}
}

/*
 * A ring through a cancel that is not the party's own: another task has begun
 * it, and the party waits for its end.
 */
static void over_a_cancel_of_others(struct kunit *test)
{
	static const struct way *const how[][2] = {
		{ &cancel, &work_timeout },
		{ &cancel, &work },
		{ &work, &cancel },
		{ &cancel, &cancel },
	};
	static struct party parties[2];
	struct call *calls[2];
	int i, j;

	for (i = 0; i < ARRAY_SIZE(how); i++) {
		for (j = 0; j < 2; j++) {
			join(test, &parties[j], new_single_queue(test), 0);
			calls[j] = start_call(test, call_cancel_work_sync,
					      parties[j].item);
			KUNIT_ASSERT_TRUE(test, call_blocked(calls[j]));
		}
		close_ring(test, parties, 2, how[i]);
		for (j = 0; j < 2; j++)
			KUNIT_EXPECT_TRUE(test, call_returned(calls[j]));
	}
}

/* A ring through a thread that the work has left behind for another queue. */
static void over_a_work_that_left(struct kunit *test)
{
	static const struct way *const how[][2] = {
		{ &work, &work_timeout },
		{ &cancel, &work_timeout },
		{ &queue, &work_timeout },
		{ &queue, &cancel },
	};
	static struct party parties[2];
	struct cwq_workqueue_struct *other = new_queue(test);
	int i;

	for (i = 0; i < ARRAY_SIZE(how); i++) {
		struct item *a;

		join(test, &parties[0], new_single_queue(test), 0);
		join(test, &parties[1], new_single_queue(test), 0);
		/* Runs on @other, as the gate that it is, but not gated. */
		a = parties[0].item;
		a->gated = false;
		a->body = NULL;
		KUNIT_ASSERT_TRUE(test, cwq_queue_work(other, work_of(a)));
		KUNIT_ASSERT_TRUE(test, item_ended(a));
		run_call(test, call_flush_workqueue, other);
		a->body = wait_for_next;
		close_ring(test, parties, 2, how[i]);
	}
}

static int each_cpu_ret;

static void each_cpu_fn(struct cwq_work_struct *work)
{
}

static void by_each_cpu(struct item *item)
{
	lockdep_off();
	each_cpu_ret = cwq_schedule_on_each_cpu(each_cpu_fn);
	lockdep_on();
}

/* A ring through a thread of the common queue. */
static void each_cpu(struct kunit *test)
{
	static struct party common;
	static struct party a;
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct kmsg_dump_iter log;

	join(test, &common, cwq_system_wq, first_cpu());
	join(test, &a, wq, first_cpu());
	a.item->body = by_each_cpu;
	must_wait(test, &common, &work, &a);
	log_mark(&log);
	item_open(a.item);
	KUNIT_ASSERT_TRUE(test, item_ended(a.item));
	KUNIT_EXPECT_EQ(test, each_cpu_ret, -EDEADLK);
	KUNIT_EXPECT_EQ(test, links_told(&log), 2);
	must_have_waited(test, &common);
}

static struct cwq_work_struct told_works[2];
static struct completion told_entered[2], told_go, told_ended[2];

static void told_wait(int own)
{
	complete(&told_entered[own]);
	wait_for_completion(&told_go);
	lockdep_off();
	cwq_flush_work(&told_works[!own]);
	lockdep_on();
	complete(&told_ended[own]);
}

static void told_one(struct cwq_work_struct *work)
{
	told_wait(0);
}

static void told_other(struct cwq_work_struct *work)
{
	told_wait(1);
}

static bool completed(struct completion *event)
{
	return wait_for_completion_timeout(event, TEST_TIMEOUT);
}

/* The log names who waits for whom, on which queues and CPUs, once around. */
static void log_names_the_ring(struct kunit *test)
{
	struct cwq_workqueue_struct *one = cwq_create_workqueue("ring one");
	struct cwq_workqueue_struct *other;
	struct kmsg_dump_iter log, again;
	int cpu = cpumask_last(cpu_online_mask), i;
	char one_line[160], other_line[160];

	keep_queue(test, one);
	other = cwq_create_singlethread_workqueue("ring other");
	keep_queue(test, other);
	init_completion(&told_go);
	for (i = 0; i < 2; i++) {
		init_completion(&told_entered[i]);
		init_completion(&told_ended[i]);
	}
	CWQ_INIT_WORK(&told_works[0], told_one);
	CWQ_INIT_WORK(&told_works[1], told_other);
	snprintf(
		one_line, sizeof(one_line),
		"told_one [%s] on ring one (CPU %d) waits for ring other (CPU -1), which runs told_other [%s]",
		KBUILD_MODNAME, cpu, KBUILD_MODNAME);
	snprintf(
		other_line, sizeof(other_line),
		"told_other [%s] on ring other (CPU -1) waits for ring one (CPU %d), which runs told_one [%s]",
		KBUILD_MODNAME, cpu, KBUILD_MODNAME);

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, one, &told_works[0]));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(other, &told_works[1]));
	for (i = 0; i < 2; i++)
		KUNIT_ASSERT_TRUE(test, completed(&told_entered[i]));
	log_mark(&log);
	again = log;
	complete_all(&told_go);
	for (i = 0; i < 2; i++)
		KUNIT_ASSERT_TRUE(test, completed(&told_ended[i]));
	KUNIT_EXPECT_EQ(test, log_lines(&log, "cwq: deadlock: ", one_line), 1);
	KUNIT_EXPECT_EQ(test, log_lines(&again, "cwq: deadlock: ", other_line),
			1);
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, one));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, other));
}

/*
 * No ring: each waits for the next, in whatever way, and the last for nobody.
 * When it ends all others do.
 */
static void chain(struct kunit *test)
{
	static struct party parties[MOST_PARTIES];
	const int nr = ARRAY_SIZE(parties);
	struct kmsg_dump_iter log;
	int round, i;

	for (round = 0; round < 2; round++) {
		log_mark(&log);
		for (i = 0; i < nr; i++)
			join(test, &parties[i],
			     i % 2 ? new_queue(test) : new_single_queue(test),
			     first_cpu());
		for (i = 0; i < nr - 1; i++)
			must_wait(test, &parties[i],
				  ways[(round * nr + i) % ARRAY_SIZE(ways)],
				  &parties[i + 1]);
		item_open(parties[nr - 1].item);
		for (i = 0; i < nr - 1; i++)
			must_have_waited(test, &parties[i]);
		KUNIT_EXPECT_EQ(test, links_told(&log), 0);
	}
}

/* No ring: two that wait for the same one. */
static void two_for_one(struct kunit *test)
{
	static struct party parties[3];
	struct kmsg_dump_iter log;
	int i;

	for (i = 0; i < ARRAY_SIZE(parties); i++)
		join(test, &parties[i], new_single_queue(test), 0);
	log_mark(&log);
	must_wait(test, &parties[0], &work, &parties[2]);
	must_wait(test, &parties[1], &work_timeout, &parties[2]);
	item_open(parties[2].item);
	must_have_waited(test, &parties[0]);
	must_have_waited(test, &parties[1]);
	KUNIT_EXPECT_EQ(test, links_told(&log), 0);
}

/* No ring: one that waits for two, who wait for the same one. */
static void diamond(struct kunit *test)
{
	static struct party from, left, right, to;
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct kmsg_dump_iter log;

	need_two_cpus(test);
	join(test, &from, new_single_queue(test), 0);
	join(test, &left, wq, first_cpu());
	join(test, &right, wq, next_cpu(first_cpu()));
	join(test, &to, new_single_queue(test), 0);
	log_mark(&log);
	/* Both orders: who waits first knows less. */
	must_wait(test, &left, &work, &to);
	must_wait(test, &from, &queue, &left);
	must_wait(test, &right, &queue, &to);
	item_open(to.item);
	must_have_waited(test, &left);
	must_have_waited(test, &right);
	must_have_waited(test, &from);
	KUNIT_EXPECT_EQ(test, links_told(&log), 0);
}

/* No ring: back to the first queue, but to another thread of it. */
static void back_to_another_cpu(struct kunit *test)
{
	static struct party parties[3];
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct kmsg_dump_iter log;

	need_two_cpus(test);
	join(test, &parties[0], wq, first_cpu());
	join(test, &parties[1], new_single_queue(test), 0);
	join(test, &parties[2], wq, next_cpu(first_cpu()));
	log_mark(&log);
	must_wait(test, &parties[0], &work, &parties[1]);
	must_wait(test, &parties[1], &work, &parties[2]);
	item_open(parties[2].item);
	must_have_waited(test, &parties[0]);
	must_have_waited(test, &parties[1]);
	KUNIT_EXPECT_EQ(test, links_told(&log), 0);
}

/* No ring: back to a CPU that the flush of the queue has left behind already. */
static void back_to_a_cpu_that_is_done(struct kunit *test)
{
	static struct party from, done, again, to;
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct kmsg_dump_iter log;
	int cpu = first_cpu();

	need_two_cpus(test);
	join(test, &from, new_single_queue(test), 0);
	join(test, &done, wq, cpu);
	join(test, &to, wq, next_cpu(cpu));
	log_mark(&log);
	must_wait(test, &from, &queue, &to);
	item_open(done.item);
	KUNIT_ASSERT_TRUE(test, reach_marker(test, wq, cpu));
	join(test, &again, wq, cpu);
	must_wait(test, &again, &work, &from);
	item_open(to.item);
	must_have_waited(test, &from);
	must_have_waited(test, &again);
	KUNIT_EXPECT_EQ(test, links_told(&log), 0);
}

/* A wait that ends, in a function that does not. */
static struct {
	struct cwq_workqueue_struct *wq;
	unsigned long limit;
	int ret;
	struct completion ended;
	struct completion hold;
} hold;

static void wait_and_hold(struct item *item)
{
	lockdep_off();
	hold.ret = cwq_flush_workqueue_timeout(hold.wq, hold.limit);
	lockdep_on();
	complete(&hold.ended);
	wait_for_completion(&hold.hold);
}

/*
 * No ring: a wait that has ended, because it was over or by its limit, binds
 * nobody. Who was waited for may wait then.
 */
static void after_the_wait(struct kunit *test)
{
	static const unsigned long limits[] = { RING_TIMEOUT, 1 };
	static struct party inner, a;
	struct kmsg_dump_iter log;
	int i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		join(test, &inner, new_single_queue(test), 0);
		join(test, &a, new_single_queue(test), 0);
		a.item->body = wait_and_hold;
		hold.wq = inner.wq;
		hold.limit = limits[i];
		init_completion(&hold.ended);
		init_completion(&hold.hold);
		log_mark(&log);
		item_open(a.item);
		if (!i) {
			item_open(inner.item);
			KUNIT_ASSERT_TRUE(test, item_ended(inner.item));
		}
		KUNIT_ASSERT_TRUE(test, completed(&hold.ended));
		KUNIT_EXPECT_EQ(test, hold.ret, i ? -ETIMEDOUT : 0);
		if (!i)
			join(test, &inner, inner.wq, 0);
		must_wait(test, &inner, &work, &a);
		complete(&hold.hold);
		KUNIT_ASSERT_TRUE(test, item_ended(a.item));
		must_have_waited(test, &inner);
		KUNIT_EXPECT_EQ(test, links_told(&log), 0);
	}
}

#define NR_QUEUES 5
#define WORKS_PER_QUEUE 4
#define NR_QUEUERS 3
#define QUEUER_ROUNDS 150

static struct cwq_workqueue_struct *ranked[NR_QUEUES];
static struct item *ranked_items[NR_QUEUES][WORKS_PER_QUEUE];
static atomic_t random_seed, nr_deadlocks, nr_other_ends;

/* A number that differs from call to call, the same in each run. */
static unsigned int next_number(void)
{
	unsigned int n = atomic_inc_return(&random_seed) * 2654435761U;

	return n >> 8;
}

static void note_end(int ret)
{
	if (ret == -EDEADLK)
		atomic_inc(&nr_deadlocks);
	else if (ret)
		atomic_inc(&nr_other_ends);
}

/* The rank of a queue, and of the items that are queued on it. */
static int rank_of(struct item *item)
{
	return (long)item->arg;
}

static void wait_for_rank(int rank, unsigned int n)
{
	struct item *item = ranked_items[rank][n / 8 % WORKS_PER_QUEUE];

	lockdep_off();
	switch (n % 8) {
	case 0:
		cwq_flush_workqueue(ranked[rank]);
		break;
	case 1:
		note_end(cwq_flush_workqueue_timeout(ranked[rank],
						     RING_TIMEOUT));
		break;
	case 2:
		cwq_cancel_work_sync(work_of(item));
		break;
	case 3:
		cwq_flush_work(work_of(item));
		break;
	default:
		note_end(cwq_flush_work_timeout(work_of(item), RING_TIMEOUT));
		break;
	}
	lockdep_on();
}

/* Waits for a work of a higher rank, so there are no rings. */
static void wait_upwards(struct item *item)
{
	int own = rank_of(item);
	unsigned int n = next_number();

	if (own + 1 < NR_QUEUES)
		wait_for_rank(own + 1 + n % (NR_QUEUES - own - 1), n / 8);
}

/* Waits for any work, itself not excluded, so there are rings. */
static void wait_for_any(struct item *item)
{
	unsigned int n = next_number();
	struct item *other;

	other = ranked_items[n % NR_QUEUES][n / 8 % WORKS_PER_QUEUE];
	lockdep_off();
	cwq_flush_work(work_of(other));
	lockdep_on();
}

static bool call_queue_ranked(void *unused)
{
	int cpu = first_cpu(), i, rank;
	unsigned int n;

	for (i = 0; i < QUEUER_ROUNDS; i++) {
		n = next_number();
		rank = n % NR_QUEUES;
		cpu = next_cpu(cpu);
		cwq_queue_work_on(
			cpu, ranked[rank],
			work_of(ranked_items[rank][n / 8 % WORKS_PER_QUEUE]));
		cond_resched();
	}
	return true;
}

static void queue_ranked(struct kunit *test, void (*body)(struct item *item))
{
	struct call *calls[NR_QUEUERS];
	int cpu = first_cpu(), i, j;

	atomic_set(&random_seed, 0);
	atomic_set(&nr_deadlocks, 0);
	atomic_set(&nr_other_ends, 0);
	for (i = 0; i < NR_QUEUES; i++) {
		ranked[i] = i % 2 ? new_queue(test) : new_single_queue(test);
		for (j = 0; j < WORKS_PER_QUEUE; j++) {
			ranked_items[i][j] = new_item(test);
			ranked_items[i][j]->arg = (void *)(long)i;
			ranked_items[i][j]->body = body;
		}
	}
	for (i = 0; i < NR_QUEUERS; i++) {
		calls[i] = start_call_on(test, cpu, call_queue_ranked, NULL);
		cpu = next_cpu(cpu);
	}
	for (i = 0; i < NR_QUEUERS; i++)
		KUNIT_ASSERT_TRUE(test, call_returned(calls[i]));
	for (i = 0; i < NR_QUEUES; i++)
		KUNIT_EXPECT_TRUE(test, comes_to_rest(test, ranked[i]));
	KUNIT_EXPECT_EQ(test, atomic_read(&nr_other_ends), 0);
}

/* No ring: works at random, but each waits only for higher ranks than its own. */
static void no_ring_at_random(struct kunit *test)
{
	struct kmsg_dump_iter log;

	log_mark(&log);
	queue_ranked(test, wait_upwards);
	KUNIT_EXPECT_EQ(test, atomic_read(&nr_deadlocks), 0);
	KUNIT_EXPECT_EQ(test, links_told(&log), 0);
}

/* Whatever works wait for whatever works, none of them waits for ever. */
static void rings_at_random(struct kunit *test)
{
	struct kmsg_dump_iter log;

	log_mark(&log);
	queue_ranked(test, wait_for_any);
	KUNIT_EXPECT_GT(test, links_told(&log), 0);
}

static struct kunit_case deadlock_cases[] = {
	KUNIT_CASE(own_thread),
	KUNIT_CASE(two_queues),
	KUNIT_CASE(two_queues_closed),
	KUNIT_CASE(three_queues),
	KUNIT_CASE(eight_queues),
	KUNIT_CASE(across_cpus),
	KUNIT_CASE(all_at_once),
	KUNIT_CASE(over_a_cancel_of_others),
	KUNIT_CASE(over_a_work_that_left),
	KUNIT_CASE(each_cpu),
	KUNIT_CASE(log_names_the_ring),
	KUNIT_CASE(chain),
	KUNIT_CASE(two_for_one),
	KUNIT_CASE(diamond),
	KUNIT_CASE(back_to_another_cpu),
	KUNIT_CASE(back_to_a_cpu_that_is_done),
	KUNIT_CASE(after_the_wait),
	KUNIT_CASE(no_ring_at_random),
	KUNIT_CASE(rings_at_random),
	{},
};

static struct kunit_suite deadlock_suite = {
	.name = "cwq_deadlock",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = deadlock_cases,
};

kunit_test_suite(deadlock_suite);
