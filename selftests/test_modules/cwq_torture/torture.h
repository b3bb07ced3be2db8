/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of cwq_torture share.
 *
 * There are four kinds of works. Those that are shared are used by everybody, from
 * every context, and have an account that is looked at in the end. Those that a
 * producer has to itself, singly or in batches, are checked after each call, because
 * it knows exactly what must have become of them. And there are works that nobody
 * waits for, which free themselves.
 *
 * Where CPUs or calls race with a check, the check is left out: what is reported
 * is wrong for certain.
 */
#ifndef CWQ_TORTURE_H
#define CWQ_TORTURE_H

#include <linux/percpu.h>
#include <linux/prandom.h>
#include <linux/sched.h>

#include <cwq/workqueue.h>

/* Delays of works are below that, in jiffies. */
#define MAX_DELAY 4

/**
 * struct torture_counts - what has been done, on one CPU
 * @accepted: items, those that are delayed when they are queued
 * @executed: runs
 * @cancelled: items that were taken off, by a cancel or with their queue
 * @refused: calls that found the work pending
 * @timeouts: flushes that gave up
 * @snapshots: ledgers read
 * @created: queues that came and went
 * @freed: works that have freed themselves
 * @hotplug: CPUs taken down
 */
struct torture_counts {
	unsigned long accepted;
	unsigned long executed;
	unsigned long cancelled;
	unsigned long refused;
	unsigned long timeouts;
	unsigned long snapshots;
	unsigned long created;
	unsigned long freed;
	unsigned long hotplug;
};

DECLARE_PER_CPU(struct torture_counts, torture_counts);

#define torture_count(what) this_cpu_inc(torture_counts.what)

static inline bool torture_accepted(bool yes)
{
	if (yes)
		torture_count(accepted);
	else
		torture_count(refused);
	return yes;
}

static inline bool torture_cancelled(bool yes)
{
	if (yes)
		torture_count(cancelled);
	return yes;
}

/* count.c */

extern atomic_t torture_errors;

/* The first few are told, all are counted. */
__printf(1, 2) void torture_error(const char *format, ...);
void torture_sum(struct torture_counts *sum);
void torture_print_counts(bool the_end);

/**
 * struct torture_task - a thread that the watchdog looks at
 * @task: the thread
 * @name: of the thread
 * @doing: the call that it makes
 * @steps: calls so far
 * @seen: @steps when the watchdog looked last
 * @stuck: how often that has not changed since
 * @ran: for how long it had run when it last did, ns
 * @told: that it hangs
 * @link: in the watchdog's list
 */
struct torture_task {
	struct task_struct *task;
	char name[TASK_COMM_LEN];
	const char *doing;
	unsigned long steps;
	unsigned long seen;
	unsigned int stuck;
	u64 ran;
	bool told;
	struct list_head link;
};

/* watch.c: what @task does next */
static inline void torture_step(struct torture_task *task, const char *doing)
{
	WRITE_ONCE(task->doing, doing);
	WRITE_ONCE(task->steps, task->steps + 1);
}

int torture_start(struct torture_task *task, int (*fn)(void *data), void *data);
void torture_stop(struct torture_task *task);
void torture_watch(bool on);
bool torture_hangs(void);

/* main.c: no work queues itself any more */
extern bool torture_stopping;

static inline bool torture_is_stopping(void)
{
	return READ_ONCE(torture_stopping);
}

static inline unsigned int torture_below(struct rnd_state *random,
					 unsigned int limit)
{
	return prandom_u32_state(random) % limit;
}

/* A generator of its own for each user, all from the one seed. */
void torture_seed(struct rnd_state *random, unsigned int user);

/**
 * struct torture_queue - a queue that stays for the whole run
 * @wq: the queue
 * @single: it has a single thread
 */
struct torture_queue {
	struct cwq_workqueue_struct *wq;
	bool single;
};

/* queues.c */

extern struct torture_queue *torture_queues;
extern unsigned int torture_nr_queues;

static inline struct torture_queue *torture_queue(struct rnd_state *random)
{
	return &torture_queues[torture_below(random, torture_nr_queues)];
}

/* The kinds of queues, which @kind goes round: those with one thread are odd. */
struct cwq_workqueue_struct *torture_create(const char *name,
					    unsigned int kind);
int torture_create_queues(unsigned int n);
void torture_destroy_queues(void);
void torture_flush_queues(void);
void torture_check_ledger(struct cwq_workqueue_struct *wq, int cpu);
void torture_check_rest(void);

/**
 * struct torture_place - a CPU that a work is to run on
 * @cpu: the CPU
 * @seq: how often it had come and gone; odd: it is not there
 *
 * Filled in before the work is queued. As long as the CPU stays, nothing else will
 * do.
 */
struct torture_place {
	int cpu;
	unsigned int seq;
};

/* cpus.c */

int torture_cpu(struct rnd_state *random);
struct torture_place torture_place(int cpu);
bool torture_stayed(const struct torture_place *place);
bool torture_misplaced(const struct torture_place *place);
unsigned int torture_transitions(void);
int torture_cpus_start(void);
void torture_cpus_stop(void);
void torture_cpus_free(void);

/* hotplug.c */
int torture_hotplug_start(unsigned int interval);
void torture_hotplug_stop(void);

/* interrupts.c: the producers of a CPU that are no threads, on that CPU */
void torture_interrupts_start(int cpu);
void torture_interrupts_stop(int cpu);
void torture_interrupts_seed(void);

/* shared.c */
int torture_shared_create(unsigned int n);
void torture_shared_free(void);
void torture_shared_call(struct rnd_state *random);
void torture_shared_wait(struct rnd_state *random, struct torture_task *task);
bool torture_shared_wander(struct rnd_state *random,
			   struct cwq_workqueue_struct *wq);
void torture_shared_finish(struct torture_task *task);

/* freed.c */
void torture_freed_make(struct rnd_state *random, gfp_t gfp);
void torture_freed_reap(void);
void torture_freed_finish(struct torture_task *task);

/* own.c */

struct own_works;

struct own_works *torture_own_create(unsigned int id, struct rnd_state *random);
void torture_own_step(struct own_works *own, struct rnd_state *random,
		      struct torture_task *task);
void torture_own_free(struct own_works *own, struct torture_task *task);

/* batch.c */

struct batch;

struct batch *torture_batch_create(unsigned int id);
void torture_batch_step(struct batch *batch, struct rnd_state *random,
			struct torture_task *task);
void torture_batch_free(struct batch *batch);
unsigned int torture_batch_put(struct batch *batch, struct rnd_state *random,
			       struct cwq_workqueue_struct *wq);
void torture_batch_check(struct batch *batch, unsigned int n,
			 const char *after);

/* short.c: a queue that comes and goes */
void torture_short_queue(struct batch *batch, struct rnd_state *random,
			 struct torture_task *task);

/* elsewhere.c */
void torture_elsewhere(struct rnd_state *random, struct torture_task *task);

/* producers.c: threads */
int torture_producers_start(unsigned int n);
void torture_producers_stop(struct torture_task *task);

#endif /* CWQ_TORTURE_H */
