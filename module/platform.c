// SPDX-License-Identifier: GPL-2.0
/*
 * What the core asks of the kernel, call by call: see the Platform concept in
 * lib/platform.hpp.
 */
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/freezer.h>
#include <linux/irq_work.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/rcuwait.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/timer.h>
#include <linux/topology.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <uapi/linux/sched/types.h>

#include <cwq/workqueue.h>

#include "compat.h"
#include "shim.h"

/*
 * SAFETY: every void * here is memory that the core keeps for just this kind of
 * object, of the size and alignment in module/layout.c, and that it had
 * initialised by the _init function next to it.
 */

/*
 * Raw, so that hard interrupts queue on PREEMPT_RT, too. One call of
 * raw_spin_lock_init() would make one class of all locks.
 */
void cwq_shim_lock_init(void *lock, enum cwq_lock_class lock_class)
{
	static struct lock_class_key keys[CWQ_NR_LOCK_CLASSES];
	static const char *const names[CWQ_NR_LOCK_CLASSES] = {
		[CWQ_LOCK_CWQ] = "cwq->lock",
		[CWQ_LOCK_WAITS] = "waits_lock",
		[CWQ_LOCK_LEAVING] = "leaving_lock",
	};

	raw_spin_lock_init((raw_spinlock_t *)lock);
	lockdep_set_class_and_name((raw_spinlock_t *)lock, &keys[lock_class],
				   names[lock_class]);
}

/* Each item comes through some of these five: no room for a tracer's nop. */
CWQ_DIRECT notrace unsigned long cwq_shim_lock(void *lock) __acquires(lock)
{
	unsigned long flags;

	raw_spin_lock_irqsave((raw_spinlock_t *)lock, flags);
	return flags;
}

CWQ_DIRECT notrace void cwq_shim_unlock(void *lock, unsigned long flags)
	__releases(lock)
{
	raw_spin_unlock_irqrestore((raw_spinlock_t *)lock, flags);
}

CWQ_DIRECT notrace void cwq_shim_lock_irq(void *lock) __acquires(lock)
{
	raw_spin_lock_irq((raw_spinlock_t *)lock);
}

CWQ_DIRECT notrace void cwq_shim_unlock_irq(void *lock) __releases(lock)
{
	raw_spin_unlock_irq((raw_spinlock_t *)lock);
}

CWQ_DIRECT notrace void cwq_shim_interrupts_restore(unsigned long flags)
{
	local_irq_restore(flags);
}

void cwq_shim_relax(void)
{
	cpu_relax();
}

void cwq_shim_lock_nested(void *lock) __acquires(lock)
{
	raw_spin_lock_nested((raw_spinlock_t *)lock, SINGLE_DEPTH_NESTING);
}

void cwq_shim_unlock_nested(void *lock) __releases(lock)
{
	raw_spin_unlock((raw_spinlock_t *)lock);
}

void cwq_shim_assert_held(void *lock)
{
	lockdep_assert_held((raw_spinlock_t *)lock);
}

bool cwq_shim_lock_is_held(const void *lock)
{
	return raw_spin_is_locked((raw_spinlock_t *)lock);
}

void cwq_shim_mutex_init(void *mutex, enum cwq_mutex_class mutex_class)
{
	static struct lock_class_key keys[CWQ_NR_MUTEX_CLASSES];
	static const char *const names[CWQ_NR_MUTEX_CLASSES] = {
		[CWQ_MUTEX_CHANGES] = "registry->changes",
		[CWQ_MUTEX_QUEUES] = "registry->mutex",
	};

	mutex_init((struct mutex *)mutex);
	lockdep_set_class_and_name((struct mutex *)mutex, &keys[mutex_class],
				   names[mutex_class]);
}

void cwq_shim_mutex_lock(void *mutex)
{
	mutex_lock(mutex);
}

void cwq_shim_mutex_unlock(void *mutex)
{
	mutex_unlock(mutex);
}

static void wake_up_later(struct irq_work *irq_work)
{
	wake_up(&container_of(irq_work, struct cwq_waitq, later)->head);
}

void cwq_shim_waitq_init(void *memory)
{
	struct cwq_waitq *waitq = memory;

	init_waitqueue_head(&waitq->head);
	waitq->later = IRQ_WORK_INIT(wake_up_later);
}

void cwq_shim_waitq_exit(void *waitq)
{
	irq_work_sync(&((struct cwq_waitq *)waitq)->later);
}

/* May the lock of a wait queue be taken here? It is a spinlock_t. */
static bool may_wake_up(void)
{
	return IS_ENABLED(CONFIG_PREEMPT_RT) ? preemptible() : !in_hardirq();
}

/*
 * The barrier in it pairs with the one in wait_event(): who is not on the queue yet
 * looks once more.
 */
CWQ_DIRECT notrace void cwq_shim_wake_up(void *memory)
{
	struct cwq_waitq *waitq = memory;

	if (!wq_has_sleeper(&waitq->head))
		return;
	if (may_wake_up())
		wake_up(&waitq->head);
	else
		irq_work_queue(&waitq->later);
}

void cwq_shim_wait(void *waitq, bool (*done)(void *arg), void *arg)
{
	wait_event_idle(((struct cwq_waitq *)waitq)->head, done(arg));
}

void cwq_shim_rcuwait_init(void *rcuwait)
{
	rcuwait_init((struct rcuwait *)rcuwait);
}

CWQ_DIRECT notrace void cwq_shim_rcuwait_wake_up(void *rcuwait)
{
	rcuwait_wake_up((struct rcuwait *)rcuwait);
}

/*
 * Freezing is only of consequence to threads that have called
 * cwq_shim_set_freezable().
 */
CWQ_DIRECT notrace void cwq_shim_rcuwait(void *rcuwait, bool (*done)(void *arg),
					 void *arg)
{
	rcuwait_wait_event((struct rcuwait *)rcuwait, done(arg),
			   TASK_IDLE | TASK_FREEZABLE);
}

void cwq_shim_completion_init(void *completion)
{
	init_completion((struct completion *)completion);
}

void cwq_shim_complete(void *completion)
{
	complete(completion);
}

void cwq_shim_wait_for_completion(void *completion)
{
	wait_for_completion(completion);
}

/* Time left, at least 1; 0: none; negative: killed. */
long cwq_shim_wait_killable(void *completion, unsigned long timeout)
{
	timeout = min_t(unsigned long, timeout, MAX_SCHEDULE_TIMEOUT);
	return wait_for_completion_killable_timeout(completion, timeout);
}

/* Who wanted it is told that there is none; a trace would tell nobody anything. */
void *cwq_shim_alloc(unsigned long size)
{
	return kvzalloc(size, GFP_KERNEL | __GFP_NOWARN);
}

/* A power of two is aligned to itself, which the core's structs may need. */
void *cwq_shim_alloc_on(int cpu, unsigned long size)
{
	int node = cpu < 0 ? NUMA_NO_NODE : cpu_to_node(cpu);

	return kzalloc_node(roundup_pow_of_two(size), GFP_KERNEL, node);
}

void *cwq_shim_alloc_atomic(unsigned long size)
{
	return kzalloc(size, GFP_NOWAIT | __GFP_NOWARN);
}

void cwq_shim_free(void *memory)
{
	kvfree(memory);
}

/* What @where was is known: memory of the kernel's. It may be mapped no longer. */
bool cwq_shim_peek(const void *where, void *what)
{
	if ((unsigned long)where < min(PAGE_OFFSET, VMALLOC_START))
		return false;
	__get_kernel_nofault(what, where, unsigned long, gone);
	return true;
gone:
	return false;
}

/*
 * A work that was never initialised may have led to @where. What is allocated is in
 * the linear mapping, and that may have holes.
 */
CWQ_DIRECT notrace bool cwq_shim_holds(const void *const *where,
				       const void *what)
{
	unsigned long held;

	if ((unsigned long)where >= PAGE_OFFSET &&
	    (void *)where < high_memory) {
		__get_kernel_nofault(&held, where, unsigned long, hole);
		return held == (unsigned long)what;
	}
hole:
	return false;
}

/* An interrupt is not the worker's doing. */
CWQ_DIRECT notrace void *cwq_shim_current_worker(void)
{
	if (!in_task() || !(current->flags & PF_KTHREAD) ||
	    kthread_func(current) != cwq_core_worker_thread)
		return NULL;
	return kthread_data(current);
}

/*
 * The caller holds the task until cwq_shim_thread_stop(), whether the thread has
 * ended or not. If there is none, @error is an errno: EINTR if the caller was killed.
 */
struct task_struct *cwq_shim_thread_create(void *cwq, const char *name, int cpu,
					   bool rt, int *error)
{
	struct task_struct *thread;

	if (cpu < 0) {
		thread =
			kthread_create(cwq_core_worker_thread, cwq, "%s", name);
	} else {
		thread = kthread_create_on_node(cwq_core_worker_thread, cwq,
						cpu_to_node(cpu), "%s/%d", name,
						cpu);
		if (!IS_ERR(thread))
			kthread_bind(thread, cpu);
	}
	if (IS_ERR(thread)) {
		*error = -PTR_ERR(thread);
		return NULL;
	}
	if (rt)
		sched_set_fifo(thread);
	return get_task_struct(thread);
}

void cwq_shim_thread_start(struct task_struct *thread)
{
	wake_up_process(thread);
}

void cwq_shim_thread_rebind(struct task_struct *thread, int cpu)
{
	set_cpus_allowed_ptr(thread, cpumask_of(cpu));
}

int cwq_shim_thread_set_cpus(struct task_struct *thread, const void *cpus)
{
	return -set_cpus_allowed_ptr(thread, cpus);
}

/* @ended has ended, but is held; @thread was never started. */
void cwq_shim_thread_inherit(struct task_struct *thread,
			     const struct task_struct *ended)
{
	const struct sched_attr attr = {
		.size = sizeof(attr),
		.sched_policy = ended->policy,
		.sched_nice = task_nice(ended),
		.sched_priority = ended->rt_priority,
	};

	/* A deadline is not to be had for what was not asked for again. */
	if (ended->policy != SCHED_DEADLINE)
		sched_setattr_nocheck(thread, &attr);
}

int cwq_shim_thread_pid(struct task_struct *thread)
{
	return task_pid_nr(thread);
}

CWQ_DIRECT notrace bool cwq_shim_thread_should_stop(void)
{
	return kthread_should_stop();
}

void cwq_shim_thread_stop(struct task_struct *thread)
{
	kthread_stop(thread);
	put_task_struct(thread);
}

void cwq_shim_thread_get(struct task_struct *thread)
{
	get_task_struct(thread);
}

bool cwq_shim_thread_frozen(struct task_struct *thread)
{
	return READ_ONCE(thread->__state) & TASK_FROZEN;
}

/* Or is about to: it does not come back. */
bool cwq_shim_thread_died(struct task_struct *thread)
{
	return READ_ONCE(thread->flags) & PF_EXITING;
}

unsigned long cwq_shim_clock(void)
{
	return ktime_get_ns();
}

unsigned long cwq_shim_cpu_time(void)
{
	return current->se.sum_exec_runtime;
}

void cwq_shim_thread_describe(struct task_struct *thread, struct cwq_task *task)
{
	task->pid = task_pid_nr(thread);
	strscpy(task->comm, thread->comm, sizeof(task->comm));
}

CWQ_DIRECT notrace struct task_struct *cwq_shim_current_thread(void)
{
	return current;
}

void cwq_shim_set_freezable(void)
{
	set_freezable();
}

void cwq_shim_freeze(void)
{
	try_to_freeze();
}

/* What is farther away than a timer can be is as far away as can be. */
CWQ_DIRECT notrace void cwq_shim_timer_arm(struct cwq_delayed_work *dwork,
					   unsigned long delay)
{
	mod_timer(&dwork->timer,
		  jiffies + min_t(unsigned long, delay, MAX_JIFFY_OFFSET));
}

/*
 * Disarm the timer. False if its function has yet to move the item. The kernel calls a
 * function running until its CPU has returned from it, so a running function may have
 * moved the item already, and the timer may be armed again: then it is disarmed.
 */
CWQ_DIRECT notrace bool cwq_shim_timer_take_out(struct cwq_delayed_work *dwork)
{
	return timer_delete_sync_try(&dwork->timer) >= 0 ||
	       timer_delete(&dwork->timer);
}

/* Disarm the timer and wait until its function has returned. */
CWQ_DIRECT notrace void
cwq_shim_timer_delete_sync(struct cwq_delayed_work *dwork)
{
	timer_delete_sync(&dwork->timer);
}

unsigned long cwq_shim_timer_expires(const struct cwq_delayed_work *dwork)
{
	return READ_ONCE(dwork->timer.expires);
}

CWQ_DIRECT notrace bool
cwq_shim_is_delayed_work(const struct cwq_delayed_work *dwork)
{
	return dwork->timer.function == cwq_delayed_work_timer_fn;
}

void cwq_shim_cpus_lock(void)
{
	cpus_read_lock();
}

void cwq_shim_cpus_unlock(void)
{
	cpus_read_unlock();
}

int cwq_shim_nr_cpus(void)
{
	return nr_cpu_ids;
}

bool cwq_shim_cpu_possible(int cpu)
{
	return cpu >= 0 && cpu < nr_cpu_ids && cpu_possible(cpu);
}

int cwq_shim_this_cpu(void)
{
	return raw_smp_processor_id();
}

bool cwq_shim_cpu_online(int cpu)
{
	return cpu_online(cpu);
}

bool cwq_shim_mask_has(const void *cpus, int cpu)
{
	return cpumask_test_cpu(cpu, cpus);
}

bool cwq_shim_mask_is_empty(const void *cpus)
{
	return !cpumask_intersects(cpus, cpu_possible_mask);
}

/*
 * Without CONFIG_PREEMPT_COUNT a spinlock held leaves no trace to be seen. On PREEMPT_RT
 * a softirq is preemptible, and so is who has them disabled.
 */
CWQ_DIRECT notrace bool cwq_shim_may_sleep(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT) && softirq_count())
		return false;
	if (IS_ENABLED(CONFIG_PREEMPT_COUNT)) {
		if (!preemptible())
			return false;
	} else if (in_interrupt() || irqs_disabled()) {
		return false;
	}
	might_sleep();
	return true;
}

bool cwq_shim_within_module(const void *module, const void *address)
{
	return within_module((unsigned long)address, module);
}
