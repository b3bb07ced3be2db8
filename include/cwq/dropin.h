/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names of <linux/workqueue.h>, on cwq.
 *
 * A driver is rebuilt onto cwq by one line, behind its other includes:
 *
 *	#include <cwq/dropin.h>
 *
 * From there on struct work_struct, INIT_WORK(), queue_work() and the others mean
 * cwq's. What comes from headers included before keeps the kernel's types; so in
 * a driver of several files, the line goes into the driver's own header, behind
 * what that includes of the kernel's.
 *
 * What cwq cannot give does not compile, and says what to use instead:
 *
 * - alloc_workqueue() with a max_active other than 1, and the system_..._wq but
 *   for the first, promise that several works of a queue run at once on one CPU.
 *   cwq has one thread per CPU and queue: say 1 if the works need not run beside
 *   each other, and make a queue of its own for what must not wait for others.
 * - A work that is part of a structure of the kernel's, such as the one in struct
 *   led_classdev, is the kernel's to queue: the compiler says that a pointer to
 *   struct work_struct is not one to struct cwq_work_struct. Embed a work of
 *   your own.
 */
#ifndef CWQ_DROPIN_H
#define CWQ_DROPIN_H

#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/workqueue.h>

#include <cwq/workqueue.h>

/* clang-format off */

/* Some are macros, on one kernel or another. */
#undef work_struct
#undef delayed_work
#undef workqueue_struct
#undef execute_work
#undef work_func_t
#undef __WORK_INITIALIZER
#undef __DELAYED_WORK_INITIALIZER
#undef DECLARE_WORK
#undef DECLARE_DELAYED_WORK
#undef DECLARE_DEFERRABLE_WORK
#undef INIT_WORK
#undef INIT_WORK_ONSTACK
#undef INIT_DELAYED_WORK
#undef INIT_DELAYED_WORK_ONSTACK
#undef INIT_DEFERRABLE_WORK
#undef PREPARE_WORK
#undef PREPARE_DELAYED_WORK
#undef destroy_work_on_stack
#undef destroy_delayed_work_on_stack
#undef work_pending
#undef delayed_work_pending
#undef work_busy
#undef WORK_BUSY_PENDING
#undef WORK_BUSY_RUNNING
#undef to_delayed_work
#undef create_workqueue
#undef create_singlethread_workqueue
#undef create_freezeable_workqueue
#undef create_freezable_workqueue
#undef create_rt_workqueue
#undef destroy_workqueue
#undef drain_workqueue
#undef system_wq
#undef system_percpu_wq
#undef queue_work
#undef queue_work_on
#undef queue_delayed_work
#undef queue_delayed_work_on
#undef mod_delayed_work
#undef mod_delayed_work_on
#undef schedule_work
#undef schedule_work_on
#undef schedule_delayed_work
#undef schedule_delayed_work_on
#undef schedule_on_each_cpu
#undef execute_in_process_context
#undef work_on_cpu
#undef current_is_keventd
#undef keventd_up
#undef flush_workqueue
#undef flush_scheduled_work
#undef flush_work
#undef flush_delayed_work
#undef cancel_work
#undef cancel_work_sync
#undef cancel_delayed_work
#undef cancel_delayed_work_sync
#undef cancel_rearming_delayed_work
#undef alloc_workqueue
#undef alloc_ordered_workqueue
#undef system_highpri_wq
#undef system_long_wq
#undef system_unbound_wq
#undef system_dfl_wq
#undef system_dfl_long_wq
#undef system_freezable_wq
#undef system_power_efficient_wq
#undef system_freezable_power_efficient_wq
#undef system_bh_wq
#undef system_bh_highpri_wq
#undef alloc_workqueue_attrs
#undef free_workqueue_attrs
#undef apply_workqueue_attrs
#undef workqueue_set_max_active
#undef INIT_RCU_WORK
#undef INIT_RCU_WORK_ONSTACK
#undef queue_rcu_work
#undef flush_rcu_work
#undef queue_work_node
#undef disable_work
#undef disable_work_sync
#undef enable_work
#undef enable_and_queue_work
#undef disable_delayed_work
#undef disable_delayed_work_sync
#undef enable_delayed_work
#undef current_work
/* This one has no counterpart. */
#undef INIT_DEFERRABLE_WORK_ONSTACK

/* Types */

#define work_struct		cwq_work_struct
#define delayed_work		cwq_delayed_work
#define workqueue_struct	cwq_workqueue_struct
#define execute_work		cwq_execute_work
#define work_func_t		cwq_work_func_t

/* Works */

#define __WORK_INITIALIZER		CWQ_WORK_INITIALIZER
#define __DELAYED_WORK_INITIALIZER(n, f, flags) \
	__CWQ_DELAYED_WORK_INITIALIZER(n, f, flags)
#define DECLARE_WORK			CWQ_DECLARE_WORK
#define DECLARE_DELAYED_WORK		CWQ_DECLARE_DELAYED_WORK
#define DECLARE_DEFERRABLE_WORK		CWQ_DECLARE_DEFERRABLE_WORK
#define INIT_WORK			CWQ_INIT_WORK
#define INIT_WORK_ONSTACK		CWQ_INIT_WORK_ONSTACK
#define INIT_DELAYED_WORK		CWQ_INIT_DELAYED_WORK
#define INIT_DELAYED_WORK_ONSTACK	CWQ_INIT_DELAYED_WORK_ONSTACK
#define INIT_DEFERRABLE_WORK		CWQ_INIT_DEFERRABLE_WORK
#define PREPARE_WORK			CWQ_PREPARE_WORK
#define PREPARE_DELAYED_WORK		CWQ_PREPARE_DELAYED_WORK
#define destroy_work_on_stack		cwq_destroy_work_on_stack
#define destroy_delayed_work_on_stack	cwq_destroy_delayed_work_on_stack
#define work_pending			cwq_work_pending
#define delayed_work_pending		cwq_delayed_work_pending
#define work_busy			cwq_work_busy
#define WORK_BUSY_PENDING		CWQ_WORK_BUSY_PENDING
#define WORK_BUSY_RUNNING		CWQ_WORK_BUSY_RUNNING
#define to_delayed_work			cwq_to_delayed_work

/* Queues */

/*
 * A name that is too long is cut, as the kernel does it, and the log says so the first
 * time.
 */
__printf(2, 4)
static inline struct cwq_workqueue_struct *
__cwq_create_named(unsigned int flags, const char *fmt, struct module *owner,
		   ...)
{
	char name[CWQ_NAME_LEN];
	va_list args;

	va_start(args, owner);
	if (vsnprintf(name, sizeof(name), fmt, args) >= (int)sizeof(name))
		pr_warn_once(KBUILD_MODNAME ": cwq: the name of a queue is cut: %s\n",
			     name);
	va_end(args);
	return __cwq_create_workqueue(name, flags, owner);
}

#define create_workqueue(name)						\
	__cwq_create_named(0, "%s", THIS_MODULE, name)
#define create_singlethread_workqueue(name)				\
	__cwq_create_named(CWQ_SINGLETHREAD, "%s", THIS_MODULE, name)
#define create_freezeable_workqueue(name)				\
	__cwq_create_named(CWQ_SINGLETHREAD | CWQ_FREEZEABLE, "%s",	\
			   THIS_MODULE, name)
#define create_freezable_workqueue	create_freezeable_workqueue
#define create_rt_workqueue(name)					\
	__cwq_create_named(CWQ_RT, "%s", THIS_MODULE, name)
#define destroy_workqueue		cwq_destroy_workqueue
#define drain_workqueue			cwq_drain_workqueue
#define system_wq			cwq_system_wq
#define system_percpu_wq		cwq_system_wq

/* Queueing */

#define queue_work			cwq_queue_work
#define queue_work_on			cwq_queue_work_on
#define queue_delayed_work		cwq_queue_delayed_work
#define queue_delayed_work_on		cwq_queue_delayed_work_on
#define mod_delayed_work		cwq_mod_delayed_work
#define mod_delayed_work_on		cwq_mod_delayed_work_on
#define schedule_work			cwq_schedule_work
#define schedule_work_on		cwq_schedule_work_on
#define schedule_delayed_work		cwq_schedule_delayed_work
#define schedule_delayed_work_on	cwq_schedule_delayed_work_on
#define schedule_on_each_cpu		cwq_schedule_on_each_cpu
#define execute_in_process_context	cwq_execute_in_process_context
#define work_on_cpu			cwq_work_on_cpu
#define current_is_keventd		cwq_current_is_keventd
#define keventd_up			cwq_keventd_up

/* Waiting */

#define flush_workqueue			cwq_flush_workqueue
#define flush_scheduled_work		cwq_flush_scheduled_work
#define flush_work			cwq_flush_work
#define flush_delayed_work		cwq_flush_delayed_work
#define cancel_work			cwq_cancel_work
#define cancel_work_sync		cwq_cancel_work_sync
#define cancel_delayed_work		cwq_cancel_delayed_work
#define cancel_delayed_work_sync	cwq_cancel_delayed_work_sync
#define cancel_rearming_delayed_work	cwq_cancel_delayed_work_sync

/*
 * A queue that runs one work at a time on each CPU is create_workqueue()'s; one
 * that runs one at a time altogether, ordered or unbound, has a single thread.
 * WQ_MEM_RECLAIM and WQ_CPU_INTENSIVE ask for what each queue here has: threads of
 * its own.
 */
#define __cwq_alloc_workqueue(fmt, flags, args...)			\
	__cwq_create_named((flags & WQ_UNBOUND ? CWQ_SINGLETHREAD : 0) |	\
			   (flags & WQ_FREEZABLE ? CWQ_FREEZEABLE : 0),	\
			   fmt, THIS_MODULE, ##args)

/*
 * 1 << 8 is WQ_PERCPU. It is an enumerator, which cannot be asked for, and a bit of no
 * other meaning on kernels that have none.
 */
#define __CWQ_ALLOC_FLAGS						\
	((unsigned int)(WQ_UNBOUND | WQ_FREEZABLE | WQ_MEM_RECLAIM |	\
			WQ_CPU_INTENSIVE | __WQ_LEGACY | __WQ_ORDERED |	\
			1 << 8))

#define alloc_workqueue(fmt, flags, max_active, args...)		\
({									\
	BUILD_BUG_ON_MSG((max_active) != 1,				\
		"cwq: a queue runs one work at a time per CPU; if that is enough, use create_workqueue(), or a max_active of 1"); \
	BUILD_BUG_ON_MSG((flags) & ~__CWQ_ALLOC_FLAGS,			\
		"cwq: queues have no such flag; for priority use create_rt_workqueue()"); \
	BUILD_BUG_ON_MSG((flags) & WQ_FREEZABLE && !((flags) & WQ_UNBOUND), \
		"cwq: what freezes has a single thread; use create_freezeable_workqueue()"); \
	__cwq_alloc_workqueue(fmt, (flags), ##args);			\
})

#define alloc_ordered_workqueue(fmt, flags, args...)			\
	alloc_workqueue(fmt, WQ_UNBOUND | (flags), 1, ##args)

/* What there is not */

#define __CWQ_NO(name, instead)						\
	extern void name(void)						\
		__compiletime_error("cwq: " instead)

__CWQ_NO(__cwq_no_system_queue,
	 "this queue runs works of one CPU beside each other; use schedule_work() or create_workqueue()");
__CWQ_NO(__cwq_no_attrs,
	 "queues have no attributes; use create_rt_workqueue() for priority, queue_work_on() for a CPU");
__CWQ_NO(__cwq_no_rcu_work,
	 "there is no rcu_work; use call_rcu() and queue_work() in its callback");
__CWQ_NO(__cwq_no_node,
	 "works go to CPUs, not to nodes; use queue_work_on()");
__CWQ_NO(__cwq_no_disable,
	 "works cannot be disabled; use cancel_work_sync() and a flag of your own");
__CWQ_NO(__cwq_no_current_work,
	 "a work is not told which one it is; let the function note that it runs");

#define __CWQ_NO_QUEUE \
	({ __cwq_no_system_queue(); (struct cwq_workqueue_struct *)NULL; })

#define system_highpri_wq		__CWQ_NO_QUEUE
#define system_long_wq			__CWQ_NO_QUEUE
#define system_unbound_wq		__CWQ_NO_QUEUE
#define system_dfl_wq			__CWQ_NO_QUEUE
#define system_dfl_long_wq		__CWQ_NO_QUEUE
#define system_freezable_wq		__CWQ_NO_QUEUE
#define system_power_efficient_wq	__CWQ_NO_QUEUE
#define system_freezable_power_efficient_wq	__CWQ_NO_QUEUE
#define system_bh_wq			__CWQ_NO_QUEUE
#define system_bh_highpri_wq		__CWQ_NO_QUEUE
#define alloc_workqueue_attrs(...)	({ __cwq_no_attrs(); NULL; })
#define free_workqueue_attrs(...)	__cwq_no_attrs()
#define apply_workqueue_attrs(...)	({ __cwq_no_attrs(); 0; })
#define workqueue_set_max_active(...)	__cwq_no_attrs()
#define INIT_RCU_WORK(...)		__cwq_no_rcu_work()
#define INIT_RCU_WORK_ONSTACK(...)	__cwq_no_rcu_work()
#define queue_rcu_work(...)		({ __cwq_no_rcu_work(); false; })
#define flush_rcu_work(...)		({ __cwq_no_rcu_work(); false; })
#define queue_work_node(...)		({ __cwq_no_node(); false; })
#define disable_work(...)		({ __cwq_no_disable(); false; })
#define disable_work_sync(...)		({ __cwq_no_disable(); false; })
#define enable_work(...)		({ __cwq_no_disable(); false; })
#define enable_and_queue_work(...)	({ __cwq_no_disable(); false; })
#define disable_delayed_work(...)	({ __cwq_no_disable(); false; })
#define disable_delayed_work_sync(...)	({ __cwq_no_disable(); false; })
#define enable_delayed_work(...)	({ __cwq_no_disable(); false; })
#define current_work()			({ __cwq_no_current_work(); NULL; })

/* clang-format on */

#endif /* CWQ_DROPIN_H */
