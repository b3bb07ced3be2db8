/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the core tells who looks: the rows of the tables in debugfs, for both
 * languages. Documentation/debugfs.md says what each is shown as. Times are ages in
 * jiffies; functions are addresses to be printed, nullptr where none runs.
 */
#ifndef CWQ_ROWS_H
#define CWQ_ROWS_H

/* The calls that wait. */
enum cwq_call {
	CWQ_CALL_FLUSH_WORK,
	CWQ_CALL_FLUSH_WORK_TIMEOUT,
	CWQ_CALL_FLUSH_DELAYED_WORK,
	CWQ_CALL_FLUSH_WORKQUEUE,
	CWQ_CALL_FLUSH_WORKQUEUE_TIMEOUT,
	CWQ_CALL_CANCEL_WORK_SYNC,
	CWQ_CALL_DRAIN_WORKQUEUE,
	CWQ_CALL_DESTROY_WORKQUEUE,
	CWQ_CALL_SCHEDULE_ON_EACH_CPU,
	CWQ_CALL_MODULE_EXIT,
	CWQ_NR_CALLS,
};

enum cwq_queue_state {
	CWQ_QUEUE_IDLE,
	CWQ_QUEUE_PENDING,
	CWQ_QUEUE_RUNNING,
	CWQ_QUEUE_FROZEN,
	CWQ_QUEUE_STALLED,
	CWQ_QUEUE_DEAD,
	CWQ_NR_QUEUE_STATES,
};

/* Why a cwq does not take every work, for a reader: bits of cwq_queue_row. */
#define CWQ_FLAG_OFFLINE (1u << 0)
#define CWQ_FLAG_DRAINING (1u << 1)
#define CWQ_FLAG_CLOSED (1u << 2)
#define CWQ_FLAG_OBSERVED (1u << 3)
#define CWQ_FLAG_KEPT_OFF (1u << 4)

enum cwq_work_state {
	CWQ_SHOWN_RUNNING,
	CWQ_SHOWN_PENDING,
	CWQ_SHOWN_DELAYED,
	CWQ_SHOWN_CANCELLING,
	CWQ_NR_SHOWN,
};

/* What a waiter waits for, or the function in front of it. */
enum cwq_then {
	CWQ_THEN_WAITS,
	CWQ_THEN_RUNS,
	CWQ_THEN_FROZEN,
	CWQ_THEN_DEAD,
	CWQ_THEN_STARTS,
	CWQ_THEN_CANCELLED,
	CWQ_THEN_WAKES,
	CWQ_THEN_LOCKED,
	CWQ_NR_THENS,
};

struct cwq_task {
	int pid;
	char comm[16];
};

/* One queue on one CPU. No name, "": that queue is gone. */
struct cwq_where {
	char name[32];
	unsigned int instance; /* tells queues of one name apart, from 1 */
	int cpu; /* -1: the thread of a single-threaded queue */
};

struct cwq_queue_row {
	struct cwq_where where;
	bool freezeable;
	bool rt;
	enum cwq_queue_state state;
	unsigned int flags; /* CWQ_FLAG_... */
	unsigned long pending_max;
	unsigned long stalls;
	unsigned long oldest; /* if any is pending */
	unsigned long running; /* if func runs */
	const void *func;
};

/* What is observed of works, if it is wanted. */
#define CWQ_OBSERVE_TIMING (1u << 0)
#define CWQ_OBSERVE_HISTOGRAMS (1u << 1)
#define CWQ_OBSERVE_PROVENANCE (1u << 2)

/* Where a work comes from. */
struct cwq_origin {
	const void *caller; /* an address in the function that queued it */
	struct cwq_task task;
	int cpu; /* that was asked for */
};

struct cwq_work_row {
	enum cwq_work_state state;
	const void *func;
	unsigned long age; /* of a running or cancelling one */
	long expires; /* from now, of a delayed one */
	unsigned int known; /* CWQ_OBSERVE_...: there are these */
	unsigned long waited; /* ns on its list, with TIMING */
	struct cwq_origin origin; /* with PROVENANCE */
};

#define CWQ_FUNCS_KNOWN 24
#define CWQ_BUCKETS 32

/* The runs of one function; times in ns. */
struct cwq_func_stats {
	const void *func;
	unsigned long count;
	unsigned long run_total, run_max;
	unsigned long wait_total, wait_max;
	unsigned long hogs; /* runs that have used a CPU for too long */
	/* 0: below 1 us; n: from 2^(n - 1) us on, and below twice that. */
	unsigned int run[CWQ_BUCKETS], wait[CWQ_BUCKETS];
};

/* The runs of one cwq; the last one is of all the functions that did not fit. */
struct cwq_stats {
	unsigned long works_missed, funcs_missed;
	struct cwq_func_stats funcs[CWQ_FUNCS_KNOWN + 1];
};

#define CWQ_WORKS_SHOWN 256 /* pending, and as many delayed */
#define CWQ_CANCELS_SHOWN 16
/* A worker runs at most so many works within the function of another. */
#define CWQ_NESTED_MAX 8

/* The live works of one queue on one CPU. */
struct cwq_works {
	struct cwq_where where;
	unsigned long truncated; /* so many are not in rows */
	unsigned int nr;
	struct cwq_work_row rows[1 + CWQ_NESTED_MAX + 2 * CWQ_WORKS_SHOWN +
				 CWQ_CANCELS_SHOWN];
};

/* One hop of a chain of waits. */
struct cwq_wait_row {
	unsigned int hop;
	struct cwq_task task;
	enum cwq_call call;
	unsigned long waits; /* how long */
	struct cwq_where where;
	unsigned int ahead;
	const void *func;
	unsigned long running;
	int worker;
	enum cwq_then then;
	const void *cwq; /* only to be compared */
};

#define CWQ_WAITS_SHOWN 32
#define CWQ_AHEAD_MAX 256

/* One waiter and what it waits for. */
struct cwq_waits {
	unsigned long id;
	bool truncated;
	unsigned int nr;
	struct cwq_wait_row rows[CWQ_WAITS_SHOWN];
};

#define CWQ_STALL_WAITERS 8

/* An incident that the watchdog has found. */
struct cwq_stall {
	struct cwq_where where;
	bool running; /* else func is pending */
	const void *func;
	unsigned long age; /* at least */
	unsigned int nr_waiters;
	struct {
		struct cwq_task task;
		enum cwq_call call;
		unsigned long waits;
	} waiters[CWQ_STALL_WAITERS]; /* the first of them */
};

/*
 * Where a reader is: at this cwq of this queue, or at this waiter, or behind it. All
 * zero before the first; what comes to be after that is not shown.
 */
struct cwq_place {
	unsigned long id;
	unsigned int index;
	unsigned long end;
};

/*
 * The layout of a struct, as far as its size and its last member show it. For each
 * that both languages know, module/layout.c has what C makes of it, and lib/core.cc
 * asserts that C++ makes the same: a kernel may have its C compiler put members in
 * random order (CONFIG_RANDSTRUCT).
 */
#define CWQ_LAYOUT(type, last) \
	(sizeof(struct type) << 16 | __builtin_offsetof(struct type, last))

#endif /* CWQ_ROWS_H */
