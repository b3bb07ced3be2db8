/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The structures that a client embeds and that both languages share.
 *
 * No kernel header stands behind this file: it wants struct list_head, struct
 * timer_list and struct lockdep_map to be complete, which <cwq/workqueue.h> sees
 * to for a client and lib/kernel.hpp for the core. The layout is asserted on both
 * sides: in module/layout.c and in lib/core.cc.
 */
#ifndef CWQ_TYPES_H
#define CWQ_TYPES_H

struct cwq_work_struct;
struct cwq_workqueue_struct;

/**
 * typedef cwq_work_func_t - what a work does
 * @work: the work itself; the function may requeue or free it
 *
 * Context: process context, in a worker thread of the queue; may sleep.
 */
typedef void (*cwq_work_func_t)(struct cwq_work_struct *work);

/**
 * struct cwq_work_struct - one item of work
 * @data: PENDING and the other state bits, and the cpu_workqueue that the work
 *	is on or was on last; the core's own, see lib/work.hpp
 * @entry: linked into a list of that cpu_workqueue while the work is pending
 * @func: what the worker calls
 * @lockdep_map: with CONFIG_LOCKDEP only: what is held while @func runs
 *
 * Initialise it with CWQ_INIT_WORK() or CWQ_DECLARE_WORK(), never by hand. As
 * large as the kernel's own work_struct.
 */
struct cwq_work_struct {
	unsigned long data;
	struct list_head entry;
	cwq_work_func_t func;
#ifdef CONFIG_LOCKDEP
	struct lockdep_map lockdep_map;
#endif
};

/**
 * struct cwq_delayed_work - work that is queued when a timer fires
 * @work: the work
 * @timer: armed while the work is delayed
 */
struct cwq_delayed_work {
	struct cwq_work_struct work;
	struct timer_list timer;
};

/**
 * struct cwq_execute_work - room for cwq_execute_in_process_context()
 * @work: the work that it may queue
 */
struct cwq_execute_work {
	struct cwq_work_struct work;
};

/* The bit of cwq_work_struct.data that says "accepted and not yet started". */
#define CWQ_WORK_PENDING_BIT 0

/* What cwq_work_busy() returns, together or not. */
#define CWQ_WORK_BUSY_PENDING (1u << 0)
#define CWQ_WORK_BUSY_RUNNING (1u << 1)

/* What kind of queue; for the cwq_create_ functions. */
#define CWQ_SINGLETHREAD (1u << 0)
#define CWQ_FREEZEABLE (1u << 1)
#define CWQ_RT (1u << 2)

/* Room for the name of a queue, with the terminating zero. */
#define CWQ_NAME_LEN 32

/**
 * struct cwq_snapshot - the state of one queue on one CPU at one moment
 * @cpu: the CPU, -1 for a single-threaded queue
 * @pid: the worker thread, 0 if there is none (the CPU is offline)
 * @accepted: items ever put on the list; a delayed work counts when its timer
 *	fires
 * @executed: items whose function has returned
 * @cancelled: items taken off the list, by a cancel, by cwq_mod_delayed_work(), or by
 *	cwq_flush_work() to be accepted and run on another thread
 * @pending: items on the list now
 * @running: 1 while a function runs, else 0; more while works run within the function
 *	of another: see cwq_flush_work()
 * @delayed: works whose timer is armed now; not part of the ledger
 * @redirected: items accepted here because the CPU asked for was offline
 *
 * The ledger: accepted == executed + cancelled + pending + running, always.
 */
struct cwq_snapshot {
	int cpu;
	int pid;
	unsigned long accepted;
	unsigned long executed;
	unsigned long cancelled;
	unsigned long pending;
	unsigned long running;
	unsigned long delayed;
	unsigned long redirected;
};

#endif /* CWQ_TYPES_H */
