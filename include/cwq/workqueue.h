/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The classic workqueue: named queues with worker threads of their own.
 *
 * A queue made by cwq_create_workqueue() has one thread per online CPU, one
 * made by cwq_create_singlethread_workqueue() has a single thread. A work that
 * is queued runs once, in process context, in the thread of the CPU it was
 * queued on:
 *
 *	struct device_state {
 *		struct cwq_work_struct refill;
 *		...
 *	};
 *
 *	static void refill_fn(struct cwq_work_struct *work)
 *	{
 *		struct device_state *s =
 *			container_of(work, struct device_state, refill);
 *		...			// may sleep, may queue itself again
 *	}
 *
 *	wq = cwq_create_workqueue("mydev");	// threads mydev/0, mydev/1, ...
 *	CWQ_INIT_WORK(&s->refill, refill_fn);
 *	cwq_queue_work(wq, &s->refill);		// from any context
 *	...
 *	cwq_cancel_work_sync(&s->refill);	// not queued, not running
 *	cwq_destroy_workqueue(wq);
 *
 * What holds for every call:
 *
 * - Bad arguments (NULL, a work that was never initialised, no function, a CPU
 *   that cannot exist, a queue that is being destroyed, a sleeping call from
 *   atomic context) are reported once per kind, with the caller's name, counted
 *   in debugfs, and change nothing: the call returns false or NULL.
 * - Calls that may not sleep work from hard interrupts, softirqs and under
 *   spinlocks. On PREEMPT_RT they may not be used from hard interrupts, nor
 *   under raw spinlocks or with interrupts disabled.
 * - A work must not be freed while a call on it is under way, except by its own
 *   function, which may free it at any time: nothing touches it after the
 *   function has started.
 */
#ifndef CWQ_WORKQUEUE_H
#define CWQ_WORKQUEUE_H

#include <linux/bitops.h>
#include <linux/container_of.h>
#include <linux/kconfig.h>
#include <linux/list.h>
#include <linux/timer.h>
#include <linux/types.h>

#include <cwq/types.h>

/*
 * The timer of a delayed work runs with interrupts disabled, so that a cancel
 * from any context can wait for it to end. On PREEMPT_RT it must be able to
 * take a sleeping lock, and cancel is not called from hard interrupts there.
 */
#define CWQ_TIMER_FLAGS (IS_ENABLED(CONFIG_PREEMPT_RT) ? 0 : TIMER_IRQSAFE)

/* The timer function of every delayed work; only for the macros below. */
void cwq_delayed_work_timer_fn(struct timer_list *timer);

/* These macros are laid out by hand. */
/* clang-format off */

#define CWQ_WORK_INITIALIZER(name, f)					\
	{								\
		.entry = LIST_HEAD_INIT((name).entry),			\
		.func = (f),						\
	}

#define CWQ_DELAYED_WORK_INITIALIZER(name, f)				\
	{								\
		.work = CWQ_WORK_INITIALIZER((name).work, f),		\
		.timer = __TIMER_INITIALIZER(cwq_delayed_work_timer_fn,	\
					     CWQ_TIMER_FLAGS),		\
	}

/**
 * CWQ_DECLARE_WORK - define and initialise a work
 * @name: the variable
 * @f: its function
 */
#define CWQ_DECLARE_WORK(name, f)					\
	struct cwq_work_struct name = CWQ_WORK_INITIALIZER(name, f)

/**
 * CWQ_DECLARE_DELAYED_WORK - define and initialise a delayed work
 * @name: the variable
 * @f: its function
 */
#define CWQ_DECLARE_DELAYED_WORK(name, f)				\
	struct cwq_delayed_work name = CWQ_DELAYED_WORK_INITIALIZER(name, f)

/**
 * CWQ_INIT_WORK - initialise a work
 * @_work: the work; must not be pending or running
 * @_func: its function
 *
 * Context: any.
 */
#define CWQ_INIT_WORK(_work, _func)					\
	do {								\
		struct cwq_work_struct *__cwq_work = (_work);		\
									\
		__cwq_work->data = 0;					\
		INIT_LIST_HEAD(&__cwq_work->entry);			\
		__cwq_work->func = (_func);				\
	} while (0)

/**
 * CWQ_INIT_WORK_ONSTACK - initialise a work that lives on the stack
 * @_work: the work; it must be neither pending nor running when the stack frame
 *	is left: flush or cancel it first
 * @_func: its function
 *
 * Context: any.
 */
#define CWQ_INIT_WORK_ONSTACK(_work, _func) CWQ_INIT_WORK(_work, _func)

/**
 * CWQ_INIT_DELAYED_WORK - initialise a delayed work
 * @_dwork: the delayed work; must not be delayed, pending or running
 * @_func: its function
 *
 * Context: any.
 */
#define CWQ_INIT_DELAYED_WORK(_dwork, _func)				\
	do {								\
		struct cwq_delayed_work *__cwq_dwork = (_dwork);	\
									\
		CWQ_INIT_WORK(&__cwq_dwork->work, (_func));		\
		timer_setup(&__cwq_dwork->timer,			\
			    cwq_delayed_work_timer_fn, CWQ_TIMER_FLAGS);	\
	} while (0)

/* clang-format on */

/**
 * cwq_work_pending - is the work accepted and not yet started?
 * @work: the work
 *
 * True from the moment a queue call accepts the work, through the delay of a
 * delayed work, until its function is about to be called; also while a
 * cancel_sync call holds the work.
 *
 * Context: any.
 * Return: the state at some moment during the call. It may have changed when
 * the caller looks at it, and false does not mean that the function has ended.
 */
static inline bool cwq_work_pending(const struct cwq_work_struct *work)
{
	return test_bit(CWQ_WORK_PENDING_BIT, &work->data);
}

/**
 * cwq_to_delayed_work - the delayed work around a work
 * @work: the work that a delayed work's function was called with
 *
 * Return: the struct cwq_delayed_work that @work is a part of.
 */
static inline struct cwq_delayed_work *
cwq_to_delayed_work(struct cwq_work_struct *work)
{
	return container_of(work, struct cwq_delayed_work, work);
}

/*
 * The functions are documented where they are defined: queues in
 * module/workqueue.c, queueing in module/queue.c, waiting in module/wait.c.
 */

struct cwq_workqueue_struct *cwq_create_workqueue(const char *name);
struct cwq_workqueue_struct *
cwq_create_singlethread_workqueue(const char *name);
void cwq_destroy_workqueue(struct cwq_workqueue_struct *wq);
bool cwq_workqueue_snapshot(struct cwq_workqueue_struct *wq, int cpu,
			    struct cwq_snapshot *snapshot);

bool cwq_queue_work(struct cwq_workqueue_struct *wq,
		    struct cwq_work_struct *work);
bool cwq_queue_work_on(int cpu, struct cwq_workqueue_struct *wq,
		       struct cwq_work_struct *work);
bool cwq_queue_delayed_work(struct cwq_workqueue_struct *wq,
			    struct cwq_delayed_work *dwork,
			    unsigned long delay);
bool cwq_queue_delayed_work_on(int cpu, struct cwq_workqueue_struct *wq,
			       struct cwq_delayed_work *dwork,
			       unsigned long delay);

void cwq_flush_workqueue(struct cwq_workqueue_struct *wq);
bool cwq_flush_work(struct cwq_work_struct *work);
bool cwq_flush_delayed_work(struct cwq_delayed_work *dwork);

bool cwq_cancel_work_sync(struct cwq_work_struct *work);
bool cwq_cancel_delayed_work(struct cwq_delayed_work *dwork);
bool cwq_cancel_delayed_work_sync(struct cwq_delayed_work *dwork);

bool cwq_schedule_work(struct cwq_work_struct *work);
bool cwq_schedule_work_on(int cpu, struct cwq_work_struct *work);
bool cwq_schedule_delayed_work(struct cwq_delayed_work *dwork,
			       unsigned long delay);
bool cwq_schedule_delayed_work_on(int cpu, struct cwq_delayed_work *dwork,
				  unsigned long delay);
void cwq_flush_scheduled_work(void);

#endif /* CWQ_WORKQUEUE_H */
