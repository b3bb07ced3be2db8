/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every suite needs: a bench that cleans up after its case, items whose
 * start, end and order can be waited for, and calls made in threads of their
 * own.
 *
 * A case never sleeps to give something time to happen. It waits for an event
 * (an item was entered, a call blocks), and it shows that an item does not run
 * by waiting for one that stands behind it on the same CPU. TEST_TIMEOUT only
 * turns a hang into a failure.
 */
#ifndef CWQ_KUNIT_HELPERS_H
#define CWQ_KUNIT_HELPERS_H

#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/kmsg_dump.h>
#include <linux/lockdep_types.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include <cwq/workqueue.h>

#define TEST_TIMEOUT (60 * HZ)

/* Far enough away that a timer armed for it does not fire during a run. */
#define TEST_FAR_AWAY (3600 * HZ)

#define BENCH_QUEUES 32
#define BENCH_ITEMS 40
#define BENCH_CALLS 32
#define BENCH_ORDER 64

struct bench;

/**
 * struct item - a work that reports on itself
 * @dwork: the work, with a timer for the cases that need one
 * @key: makes it a class of its own to lockdep
 * @bench: the bench it belongs to
 * @body: what it does besides reporting, or NULL
 * @arg: for @body
 * @gated: it waits for @gate after it has reported its start
 * @gate: see item_open()
 * @entered: completed once per run, when it starts
 * @ended: completed once per run, as its last action
 * @runs: how often it was started
 * @inside: how many threads are inside it now
 * @reentered: it was entered while another thread was inside
 * @cpu: where it ran last
 * @start: jiffies when it was started last
 * @comm: the thread it ran in last
 */
struct item {
	struct cwq_delayed_work dwork;
	struct lock_class_key key;
	struct bench *bench;
	void (*body)(struct item *item);
	void *arg;
	bool gated;
	struct completion gate;
	struct completion entered;
	struct completion ended;
	atomic_t runs;
	atomic_t inside;
	bool reentered;
	int cpu;
	unsigned long start;
	char comm[TASK_COMM_LEN];
};

/**
 * struct call - a call in a thread of its own
 * @fn: the call
 * @arg: its argument
 * @bench: the bench it belongs to
 * @task: the thread
 * @started: the thread has reached @fn
 * @ret: what @fn returned
 * @ended_items: how many runs of items had ended when @fn returned
 * @returned: completed when @fn has returned
 */
struct call {
	bool (*fn)(void *arg);
	void *arg;
	struct bench *bench;
	struct task_struct *task;
	bool started;
	bool ret;
	int ended_items;
	struct completion returned;
};

/**
 * struct bench - what belongs to one case; test->priv
 * @stopping: an item that queues itself must not do so any more
 * @nr_ended: runs of items that have ended
 * @queues: queues to destroy after the case
 * @items: see new_item()
 * @nr_items: how many of @items are in use
 * @calls: see start_call()
 * @nr_calls: how many of @calls are in use
 * @clean_up: the last call
 * @lock: protects @order and @nr_order
 * @order: the items in the order in which they were started
 * @nr_order: how many starts there were, also those beyond the end of @order
 */
struct bench {
	bool stopping;
	atomic_t nr_ended;
	struct cwq_workqueue_struct *queues[BENCH_QUEUES];
	struct item items[BENCH_ITEMS];
	unsigned int nr_items;
	struct call calls[BENCH_CALLS];
	unsigned int nr_calls;
	struct call clean_up;
	spinlock_t lock; /* order, nr_order */
	struct item *order[BENCH_ORDER];
	unsigned int nr_order;
};

/* init and exit of every suite that uses a bench */
int bench_init(struct kunit *test);
void bench_exit(struct kunit *test);

/* Queues that bench_exit() destroys. A case that fails to get one ends. */
struct cwq_workqueue_struct *new_queue(struct kunit *test);
struct cwq_workqueue_struct *new_single_queue(struct kunit *test);
void keep_queue(struct kunit *test, struct cwq_workqueue_struct *wq);
void forget_queue(struct kunit *test, struct cwq_workqueue_struct *wq);
void destroy_queue(struct kunit *test, struct cwq_workqueue_struct *wq);

struct item *new_item(struct kunit *test);
struct item *new_gate(struct kunit *test);

static inline struct cwq_work_struct *work_of(struct item *item)
{
	return &item->dwork.work;
}

static inline struct item *to_item(struct cwq_work_struct *work)
{
	return container_of(work, struct item, dwork.work);
}

/* Each consumes one run; false when there is none within TEST_TIMEOUT. */
bool item_entered(struct item *item);
bool item_ended(struct item *item);

/* A gate lets every run pass from item_open() until item_shut(). */
void item_open(struct item *item);
void item_shut(struct item *item);

static inline int item_runs(struct item *item)
{
	return atomic_read(&item->runs);
}

/* A gate on @cpu of @wq that was entered: nothing behind it runs. */
struct item *shut_gate(struct kunit *test, struct cwq_workqueue_struct *wq,
		       int cpu);

/* Has everything that was queued on @cpu of @wq before this call run? */
bool reach_marker(struct kunit *test, struct cwq_workqueue_struct *wq, int cpu);

/* Forget the starts so far. */
void clear_order(struct kunit *test);

bool check_order(struct kunit *test, struct item *const *items,
		 unsigned int nr);

/* Were exactly these items started, in this order? */
#define ran_in_order(test, ...)                                     \
	check_order((test), (struct item *const[]){ __VA_ARGS__ },  \
		    sizeof((struct item *const[]){ __VA_ARGS__ }) / \
			    sizeof(struct item *))

struct call *start_call(struct kunit *test, bool (*fn)(void *arg), void *arg);
struct call *start_call_on(struct kunit *test, int cpu, bool (*fn)(void *arg),
			   void *arg);

/* Does it sleep inside? False when it has returned or does neither. */
bool call_blocked(struct call *call);

/* False when it does not return within TEST_TIMEOUT. */
bool call_returned(struct call *call);

/* Start it and wait for it; a case in which it does not return ends. */
bool run_call(struct kunit *test, bool (*fn)(void *arg), void *arg);
bool run_call_on(struct kunit *test, int cpu, bool (*fn)(void *arg), void *arg);

/*
 * As the first process finds it: on 7.3 a kernel thread, in which a case runs, has a
 * root of its own with nothing in it. To be closed by filp_close().
 */
struct file *open_file(const char *path, int flags);

/* The API in the shape that a call has; the argument is a struct item. */
bool call_flush_work(void *arg);
bool call_flush_delayed_work(void *arg);
bool call_cancel_work(void *arg);
bool call_cancel_work_sync(void *arg);
bool call_cancel_delayed_work_sync(void *arg);

/* The same for a queue; they return true. */
bool call_flush_workqueue(void *arg);
bool call_drain_workqueue(void *arg);
bool call_destroy_workqueue(void *arg);

/* The first CPU that is online, and the one that follows, round in a ring. */
int first_cpu(void);
int next_cpu(int cpu);

/* Let the timer of @dwork come near in round @i, not always equally near. */
void let_timer_come(struct cwq_delayed_work *dwork, int i);

/* Skip the case on a machine that has only one CPU. */
void need_two_cpus(struct kunit *test);

/* The snapshot of one CPU (-1: the single thread); must succeed. */
struct cwq_snapshot snapshot_of(struct kunit *test,
				struct cwq_workqueue_struct *wq, int cpu);

/* Redirected items of all CPUs, offline ones included. */
unsigned long redirected(struct kunit *test, struct cwq_workqueue_struct *wq);

/* Does it hold the ledger rule? */
bool ledger_holds(const struct cwq_snapshot *s);

/* Is there a work pending on @cpu of @wq, within TEST_TIMEOUT? */
bool left_its_timer(struct kunit *test, struct cwq_workqueue_struct *wq,
		    int cpu);

/* Flushed: nothing pending, running or armed on any CPU, the ledgers right? */
bool comes_to_rest(struct kunit *test, struct cwq_workqueue_struct *wq);

/* The lines of the kernel log since log_mark() that contain both words. */
void log_mark(struct kmsg_dump_iter *iter);
int log_lines(struct kmsg_dump_iter *iter, const char *one, const char *other);

#endif /* CWQ_KUNIT_HELPERS_H */
