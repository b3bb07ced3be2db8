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
 *   in debugfs, and change nothing: the call returns false, NULL or -EINVAL.
 * - A delay or a limit may be any number: what is too far away for a timer is as
 *   far away as a timer can be.
 * - Calls that may not sleep work from hard interrupts, softirqs and under
 *   spinlocks; on PREEMPT_RT, too, and under raw spinlocks.
 * - A work must not be freed while a call on it is under way, except by its own
 *   function, which may free it at any time: nothing touches it after the
 *   function has started.
 */
#ifndef CWQ_WORKQUEUE_H
#define CWQ_WORKQUEUE_H

#include <linux/bitops.h>
#include <linux/container_of.h>
#include <linux/cpumask.h>
#include <linux/kconfig.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/sched/task_stack.h>
#include <linux/stringify.h>
#include <linux/timer.h>
#include <linux/types.h>

#include <cwq/types.h>

/*
 * The timer of a delayed work runs with interrupts disabled, so that a cancel
 * from any context can wait for it to end.
 */
#define CWQ_TIMER_FLAGS TIMER_IRQSAFE

/* The timer function of every delayed work; only for the macros below. */
void cwq_delayed_work_timer_fn(struct timer_list *timer);

/* Reports a work on the stack that is not initialised as such. */
void __cwq_work_on_stack(void);

/* What CONFIG_DEBUG_OBJECTS_WORK watches. */
#ifdef CONFIG_DEBUG_OBJECTS_WORK
void __cwq_init_work(struct cwq_work_struct *work, bool onstack);
void cwq_destroy_work_on_stack(struct cwq_work_struct *work);
#else
static inline void __cwq_init_work(struct cwq_work_struct *work, bool onstack)
{
}
static inline void cwq_destroy_work_on_stack(struct cwq_work_struct *work)
{
}
#endif

/* What CONFIG_DEBUG_OBJECTS_TIMERS watches besides. */
#if defined(CONFIG_DEBUG_OBJECTS_WORK) || defined(CONFIG_DEBUG_OBJECTS_TIMERS)
void cwq_destroy_delayed_work_on_stack(struct cwq_delayed_work *dwork);
#else
static inline void
cwq_destroy_delayed_work_on_stack(struct cwq_delayed_work *dwork)
{
}
#endif

/* These macros are laid out by hand. */
/* clang-format off */

#ifdef CONFIG_LOCKDEP
#define __CWQ_WORK_LOCKDEP(name)					\
	.lockdep_map = STATIC_LOCKDEP_MAP_INIT(				\
		"(cwq_work)" __stringify(name), &(name)),
#define __CWQ_INIT_LOCKDEP(_work, _name)				\
	do {								\
		static struct lock_class_key __cwq_key;			\
									\
		lockdep_init_map(&(_work)->lockdep_map,			\
				 "(cwq_work)" _name, &__cwq_key, 0);	\
	} while (0)
#else
#define __CWQ_WORK_LOCKDEP(name)
#define __CWQ_INIT_LOCKDEP(_work, _name) do { } while (0)
#endif

/*
 * No next: so where it is first queued, it is known to have come without a call, and seen
 * if it is on the stack (is_initialised() in lib/queue.hpp).
 */
#define CWQ_WORK_INITIALIZER(name, f)					\
	{								\
		.entry = { .prev = &(name).entry },			\
		.func = (f),						\
		__CWQ_WORK_LOCKDEP(name)				\
	}

#define __CWQ_DELAYED_WORK_INITIALIZER(name, f, flags)			\
	{								\
		.work = CWQ_WORK_INITIALIZER((name).work, f),		\
		.timer = __TIMER_INITIALIZER(cwq_delayed_work_timer_fn,	\
					     CWQ_TIMER_FLAGS | (flags)),\
	}
#define CWQ_DELAYED_WORK_INITIALIZER(name, f)				\
	__CWQ_DELAYED_WORK_INITIALIZER(name, f, 0)

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
 * CWQ_DECLARE_DEFERRABLE_WORK - define and initialise a delayed work that does
 *	not wake an idle CPU
 * @name: the variable
 * @f: its function
 */
#define CWQ_DECLARE_DEFERRABLE_WORK(name, f)				\
	struct cwq_delayed_work name =					\
		__CWQ_DELAYED_WORK_INITIALIZER(name, f, TIMER_DEFERRABLE)

#define __CWQ_INIT_WORK(_work, _func, _onstack)				\
	do {								\
		struct cwq_work_struct *__cwq_work = (_work);		\
									\
		if (!(_onstack) && object_is_on_stack(__cwq_work))	\
			__cwq_work_on_stack();				\
		__cwq_init_work(__cwq_work, _onstack);			\
		__CWQ_INIT_LOCKDEP(__cwq_work, #_work);			\
		__cwq_work->data = 0;					\
		INIT_LIST_HEAD(&__cwq_work->entry);			\
		__cwq_work->func = (_func);				\
	} while (0)

/**
 * CWQ_INIT_WORK - initialise a work
 * @_work: the work; must not be pending or running
 * @_func: its function
 *
 * A work on the stack of who calls is reported: it needs CWQ_INIT_WORK_ONSTACK(). So
 * it is by the other macros of this kind; and one of CWQ_DECLARE_WORK() is where it is
 * first queued.
 *
 * Context: any.
 */
#define CWQ_INIT_WORK(_work, _func) __CWQ_INIT_WORK(_work, _func, false)

/**
 * CWQ_INIT_WORK_ONSTACK - initialise a work that lives on the stack
 * @_work: the work; it must be neither pending nor running when the stack frame
 *	is left: flush or cancel it first, then call cwq_destroy_work_on_stack()
 * @_func: its function
 *
 * Context: any.
 */
#define CWQ_INIT_WORK_ONSTACK(_work, _func) __CWQ_INIT_WORK(_work, _func, true)

/**
 * CWQ_INIT_DELAYED_WORK - initialise a delayed work
 * @_dwork: the delayed work; must not be delayed, pending or running
 * @_func: its function
 *
 * Context: any.
 */
#define CWQ_INIT_DELAYED_WORK(_dwork, _func)				\
	do {								\
		CWQ_INIT_WORK(&(_dwork)->work, _func);			\
		timer_setup(&(_dwork)->timer,				\
			    cwq_delayed_work_timer_fn, CWQ_TIMER_FLAGS);\
	} while (0)

/**
 * CWQ_INIT_DEFERRABLE_WORK - initialise a delayed work that does not wake an
 *	idle CPU
 * @_dwork: the delayed work; must not be delayed, pending or running
 * @_func: its function
 *
 * The delay may last until the CPU wakes up for another reason.
 *
 * Context: any.
 */
#define CWQ_INIT_DEFERRABLE_WORK(_dwork, _func)				\
	do {								\
		CWQ_INIT_WORK(&(_dwork)->work, _func);			\
		timer_setup(&(_dwork)->timer, cwq_delayed_work_timer_fn,\
			    CWQ_TIMER_FLAGS | TIMER_DEFERRABLE);	\
	} while (0)

/**
 * CWQ_INIT_DELAYED_WORK_ONSTACK - initialise a delayed work that lives on the
 *	stack
 * @_dwork: the delayed work; as in CWQ_INIT_WORK_ONSTACK(), with
 *	cwq_destroy_delayed_work_on_stack() at the end
 * @_func: its function
 *
 * Context: any.
 */
#define CWQ_INIT_DELAYED_WORK_ONSTACK(_dwork, _func)			\
	do {								\
		CWQ_INIT_WORK_ONSTACK(&(_dwork)->work, _func);		\
		timer_setup_on_stack(&(_dwork)->timer,			\
			    cwq_delayed_work_timer_fn, CWQ_TIMER_FLAGS);\
	} while (0)

/**
 * CWQ_PREPARE_WORK - give an initialised work another function
 * @_work: the work; must be neither pending nor running, unless it is its function
 *	that calls this
 * @_func: its function from the next queueing on
 *
 * A function that does this and queues the work again is waited for as before. If
 * anybody else does while it runs, it no longer counts as running: a work with
 * another function is another work, see cwq_work_busy().
 *
 * Context: as cwq_queue_work().
 */
#define CWQ_PREPARE_WORK(_work, _func) cwq_prepare_work(_work, _func)

/**
 * CWQ_PREPARE_DELAYED_WORK - give an initialised delayed work another function
 * @_dwork: the delayed work; must be neither delayed, pending nor running, as in
 *	CWQ_PREPARE_WORK()
 * @_func: its function from the next queueing on
 *
 * Context: as cwq_queue_work().
 */
#define CWQ_PREPARE_DELAYED_WORK(_dwork, _func)				\
	CWQ_PREPARE_WORK(&(_dwork)->work, _func)

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
 * cwq_delayed_work_pending - is the delayed work accepted and not yet started?
 * @dwork: the delayed work
 *
 * Context: any.
 * Return: as cwq_work_pending().
 */
static inline bool
cwq_delayed_work_pending(const struct cwq_delayed_work *dwork)
{
	return cwq_work_pending(&dwork->work);
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
 * module/workqueue.c, queueing in module/queue.c, waiting in module/wait.c, and
 * what runs a function elsewhere in module/elsewhere.c.
 */

/* The queue of cwq_schedule_work(), called "events". */
extern struct cwq_workqueue_struct *cwq_system_wq;

struct cwq_workqueue_struct *__cwq_create_workqueue(const char *name,
						    unsigned int flags,
						    struct module *owner);
void cwq_destroy_workqueue(struct cwq_workqueue_struct *wq);
int cwq_workqueue_set_cpus(struct cwq_workqueue_struct *wq,
			   const struct cpumask *cpus);
void cwq_drain_workqueue(struct cwq_workqueue_struct *wq);
bool cwq_workqueue_snapshot(struct cwq_workqueue_struct *wq, int cpu,
			    struct cwq_snapshot *snapshot);

/**
 * cwq_create_workqueue - make a queue with a thread on each CPU
 * @name: its name, from 1 to CWQ_NAME_LEN - 1 characters; copied. Threads are
 *	called name/cpu. Other queues may have the same name.
 *
 * Threads come and go with their CPUs.
 *
 * Context: process context; may sleep. Takes the CPU hotplug lock.
 * Return: the queue, for cwq_destroy_workqueue(); NULL if there is no memory or
 * a thread could not be made, or on bad input, which is reported.
 */
static inline struct cwq_workqueue_struct *
cwq_create_workqueue(const char *name)
{
	return __cwq_create_workqueue(name, 0, THIS_MODULE);
}

/**
 * cwq_create_singlethread_workqueue - make a queue with a single thread
 * @name: as in cwq_create_workqueue(); the thread has just this name
 *
 * Works run one after another in the order in which they were queued, whatever
 * CPU they were queued on. The thread runs on any CPU.
 *
 * Context: process context; may sleep. Takes the CPU hotplug lock.
 * Return: as cwq_create_workqueue().
 */
static inline struct cwq_workqueue_struct *
cwq_create_singlethread_workqueue(const char *name)
{
	return __cwq_create_workqueue(name, CWQ_SINGLETHREAD, THIS_MODULE);
}

/**
 * cwq_create_freezeable_workqueue - make a queue with a single thread that is
 *	frozen during suspend
 * @name: as in cwq_create_singlethread_workqueue()
 *
 * The thread freezes as soon as the work that it runs has ended, whatever is
 * pending, and goes on after resume. Until then a flush of the queue does not
 * end: tasks that must not hang take cwq_flush_workqueue_timeout().
 *
 * Context: process context; may sleep. Takes the CPU hotplug lock.
 * Return: as cwq_create_workqueue().
 */
static inline struct cwq_workqueue_struct *
cwq_create_freezeable_workqueue(const char *name)
{
	return __cwq_create_workqueue(name, CWQ_SINGLETHREAD | CWQ_FREEZEABLE,
				      THIS_MODULE);
}

/**
 * cwq_create_rt_workqueue - make a queue with a real-time thread on each CPU
 * @name: as in cwq_create_workqueue()
 *
 * The threads are SCHED_FIFO, at the priority that the kernel gives to its own.
 *
 * Context: process context; may sleep. Takes the CPU hotplug lock.
 * Return: as cwq_create_workqueue().
 */
static inline struct cwq_workqueue_struct *
cwq_create_rt_workqueue(const char *name)
{
	return __cwq_create_workqueue(name, CWQ_RT, THIS_MODULE);
}

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
bool cwq_mod_delayed_work(struct cwq_workqueue_struct *wq,
			  struct cwq_delayed_work *dwork, unsigned long delay);
bool cwq_mod_delayed_work_on(int cpu, struct cwq_workqueue_struct *wq,
			     struct cwq_delayed_work *dwork,
			     unsigned long delay);

void cwq_flush_workqueue(struct cwq_workqueue_struct *wq);
bool cwq_flush_work(struct cwq_work_struct *work);
bool cwq_flush_delayed_work(struct cwq_delayed_work *dwork);
int cwq_flush_workqueue_timeout(struct cwq_workqueue_struct *wq,
				unsigned long timeout);
int cwq_flush_work_timeout(struct cwq_work_struct *work, unsigned long timeout);

bool cwq_cancel_work(struct cwq_work_struct *work);
bool cwq_cancel_work_sync(struct cwq_work_struct *work);
bool cwq_cancel_delayed_work(struct cwq_delayed_work *dwork);
bool cwq_cancel_delayed_work_sync(struct cwq_delayed_work *dwork);

unsigned int cwq_work_busy(struct cwq_work_struct *work);
void cwq_prepare_work(struct cwq_work_struct *work, cwq_work_func_t func);

bool cwq_schedule_work(struct cwq_work_struct *work);
bool cwq_schedule_work_on(int cpu, struct cwq_work_struct *work);
bool cwq_schedule_delayed_work(struct cwq_delayed_work *dwork,
			       unsigned long delay);
bool cwq_schedule_delayed_work_on(int cpu, struct cwq_delayed_work *dwork,
				  unsigned long delay);
void cwq_flush_scheduled_work(void);

int cwq_schedule_on_each_cpu(cwq_work_func_t func);
long cwq_work_on_cpu(int cpu, long (*fn)(void *arg), void *arg);
int cwq_execute_in_process_context(cwq_work_func_t func,
				   struct cwq_execute_work *ew);
int cwq_current_is_keventd(void);
int cwq_keventd_up(void);

#include <cwq/abi.h>

#endif /* CWQ_WORKQUEUE_H */
