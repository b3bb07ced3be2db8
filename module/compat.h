/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's names of today, on kernels that have older ones: the one place of the
 * module and its tests that knows of differences between kernels. What clients
 * include has include/cwq/compat.h.
 *
 * HAVE_... is what scripts/Makefile.probe finds in the kernel's headers, so a stable
 * kernel that has taken over a new name is right, too.
 */
#ifndef CWQ_COMPAT_H
#define CWQ_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/timer.h>
#include <linux/types.h>

#ifndef HAVE_TIMER_DELETE
#define timer_delete(timer) del_timer(timer)
#endif

#ifndef HAVE_TIMER_DELETE_SYNC
#define timer_delete_sync(timer) del_timer_sync(timer)
#endif

#ifndef HAVE_TIMER_DELETE_SYNC_TRY /* not on 6.12 */
#define timer_delete_sync_try(timer) try_to_del_timer_sync(timer)
#endif

#ifndef HAVE_TIMER_DESTROY_ON_STACK /* not on 6.12 */
#define timer_destroy_on_stack(timer) destroy_timer_on_stack(timer)
#endif

#ifndef HAVE_HRTIMER_SETUP /* not on 6.12 */
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*fn)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = fn;
}
#endif

/*
 * An enumerator, so it cannot be asked for. Where there is one, a queue must have it or
 * WQ_UNBOUND.
 */
#ifndef HAVE_WQ_PERCPU /* not on 6.1, but on 6.12.117 */
#define WQ_PERCPU 0
#endif

/* Does @task run on a CPU at this moment? With one CPU, whoever asks does. */
static inline bool cwq_task_is_running(const struct task_struct *task)
{
#ifdef CONFIG_SMP
	return READ_ONCE(task->on_cpu);
#else
	return false;
#endif
}

/*
 * The stack of a task that does not run. Returns how many entries there are, 0 if the
 * kernel does not tell.
 */
static inline unsigned int cwq_save_stack(struct task_struct *task,
					  unsigned long *entries,
					  unsigned int size)
{
#ifdef HAVE_STACK_TRACE_SAVE_TSK
	return stack_trace_save_tsk(task, entries, size, 0);
#else /* not on 6.1 */
	return 0;
#endif
}

/* What the handler of a sysrq key gets. */
#ifdef HAVE_SYSRQ_KEY_U8
#define SYSRQ_KEY u8
#else /* on 6.1 */
#define SYSRQ_KEY int
#endif

/* What a function was called with that ftrace has caught. */
#if __has_include("linux/ftrace_regs.h")
#define FTRACE_OPS_FL_ARGUMENTS 0
#define ftrace_argument(fregs, n) ftrace_regs_get_argument(fregs, n)
#else /* not on 6.1: all registers or none */
#define FTRACE_OPS_FL_ARGUMENTS FTRACE_OPS_FL_SAVE_REGS
#define ftrace_argument(fregs, n) \
	regs_get_kernel_argument(ftrace_get_regs(fregs), n)
#endif

#endif /* CWQ_COMPAT_H */
