/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The border between the core (C++) and the shim (C). Read by both languages.
 *
 * cwq_core_*: the core, called by the shim. cwq_shim_*: the other way round.
 * Pointers to kernel objects go through as void *: the core keeps room for
 * them, of the size that module/layout.c tells, and never looks inside.
 */
#ifndef CWQ_CORE_H
#define CWQ_CORE_H

#ifdef __cplusplus
extern "C" {
#else
#include <linux/types.h> /* bool */
#endif

#include "rows.h"

/*
 * For functions that each item comes through: never called through a pointer, so they
 * need no instruction that says where such calls may end.
 */
#ifdef CONFIG_X86_KERNEL_IBT
#define CWQ_DIRECT __attribute__((nocf_check))
#else
#define CWQ_DIRECT
#endif

/* The core's spinlocks, which lockdep is to tell apart; see platform.c. */
enum cwq_lock_class {
	CWQ_LOCK_CWQ,
	CWQ_LOCK_WAITS,
	CWQ_LOCK_LEAVING,
	CWQ_NR_LOCK_CLASSES,
};

/* And its mutexes, the outer one first. */
enum cwq_mutex_class {
	CWQ_MUTEX_CHANGES,
	CWQ_MUTEX_QUEUES,
	CWQ_NR_MUTEX_CLASSES,
};

struct cwq_delayed_work;
struct cwq_snapshot;
struct cwq_work_struct;
struct cwq_workqueue_struct;
struct task_struct;

/* How a caller can be wrong; the texts are in module/misuse.c. */
enum cwq_misuse {
	CWQ_MISUSE_NULL_QUEUE,
	CWQ_MISUSE_NULL_WORK,
	CWQ_MISUSE_NOT_INITIALISED,
	CWQ_MISUSE_NO_FUNC,
	CWQ_MISUSE_BAD_CPU,
	CWQ_MISUSE_BAD_NAME,
	CWQ_MISUSE_BAD_FLAGS,
	CWQ_MISUSE_NULL_SNAPSHOT,
	CWQ_MISUSE_COMMON_QUEUE,
	CWQ_MISUSE_QUEUE_CLOSED,
	CWQ_MISUSE_QUEUE_DRAINING,
	CWQ_MISUSE_MODULE_GOING,
	CWQ_MISUSE_ATOMIC,
	CWQ_MISUSE_DEADLOCK,
	CWQ_MISUSE_LEAK,
	CWQ_MISUSE_ON_STACK,
	CWQ_MISUSE_LOST_FUNC,
	CWQ_MISUSE_FREED_ARMED,
	CWQ_NR_MISUSES,
};

/*
 * What the exported functions are made of. @caller is the address that called
 * the exported function, for the report of a misuse. None of these trusts its
 * arguments, but for the CPU of the calls without _on. That and the caller come
 * after what cwq_queue_work() has in registers already, and as wide as they are
 * needed.
 */
CWQ_DIRECT bool cwq_core_queue_work(struct cwq_workqueue_struct *wq,
				    struct cwq_work_struct *work,
				    const void *caller, unsigned long cpu);
bool cwq_core_queue_work_on(int cpu, struct cwq_workqueue_struct *wq,
			    struct cwq_work_struct *work, const void *caller);
/* What cwq_shim_push_work() goes on with: restores the interrupts to @flags. */
CWQ_DIRECT bool cwq_core_push_work(unsigned long flags,
				   struct cwq_work_struct *work,
				   const void *caller, void *cwq);
/* The same, but for tracing: no insertion goes untold. */
bool cwq_core_queue_work_traced(struct cwq_workqueue_struct *wq,
				struct cwq_work_struct *work,
				const void *caller, unsigned long cpu);
bool cwq_core_queue_delayed_work(struct cwq_workqueue_struct *wq,
				 struct cwq_delayed_work *dwork,
				 unsigned long delay, const void *caller,
				 unsigned long cpu);
bool cwq_core_queue_delayed_work_on(int cpu, struct cwq_workqueue_struct *wq,
				    struct cwq_delayed_work *dwork,
				    unsigned long delay, const void *caller);
bool cwq_core_mod_delayed_work_on(int cpu, struct cwq_workqueue_struct *wq,
				  struct cwq_delayed_work *dwork,
				  unsigned long delay, const void *caller);
void cwq_core_timer_fn(struct cwq_delayed_work *dwork);

bool cwq_core_flush_work(struct cwq_work_struct *work, const void *caller);
bool cwq_core_flush_delayed_work(struct cwq_delayed_work *dwork,
				 const void *caller);
void cwq_core_flush_workqueue(struct cwq_workqueue_struct *wq,
			      const void *caller);

/* 0 or a negative errno; @timeout in jiffies. The first has none. */
int cwq_core_wait_for_work(struct cwq_work_struct *work);
int cwq_core_flush_work_timeout(struct cwq_work_struct *work,
				unsigned long timeout, const void *caller);
int cwq_core_flush_workqueue_timeout(struct cwq_workqueue_struct *wq,
				     unsigned long timeout, const void *caller);
void cwq_core_drain_workqueue(struct cwq_workqueue_struct *wq,
			      const void *caller);

bool cwq_core_cancel_work_sync(struct cwq_work_struct *work,
			       const void *caller);
bool cwq_core_cancel_work(struct cwq_work_struct *work, const void *caller);
bool cwq_core_cancel_delayed_work(struct cwq_delayed_work *dwork,
				  const void *caller);
bool cwq_core_cancel_delayed_work_sync(struct cwq_delayed_work *dwork,
				       const void *caller);

struct cwq_workqueue_struct *cwq_core_create_workqueue(const char *name,
						       unsigned int flags,
						       const void *owner,
						       const void *caller);
void cwq_core_destroy_workqueue(struct cwq_workqueue_struct *wq,
				const void *caller);
/* @cpus is a struct cpumask; 0 or a negative errno. */
int cwq_core_set_cpus(struct cwq_workqueue_struct *wq, const void *cpus,
		      const void *caller);
bool cwq_core_snapshot(struct cwq_workqueue_struct *wq, int cpu,
		       struct cwq_snapshot *snapshot, const void *caller);

void cwq_core_prepare_work(struct cwq_work_struct *work,
			   void (*func)(struct cwq_work_struct *work),
			   const void *caller);
unsigned int cwq_core_work_busy(struct cwq_work_struct *work,
				const void *caller);
/* Is the caller a work of @wq? */
bool cwq_core_within_workqueue(const struct cwq_workqueue_struct *wq);

/* Of the work that calls: its function, and what lockdep knows of its queue. */
const void *cwq_core_current_func(void);
void *cwq_core_current_map(void);

/* The worker that calls this is to freeze when its function has returned. */
void cwq_core_freeze_after_run(void);

/* The life of a worker thread; the function that the shim starts it with. */
int cwq_core_worker_thread(void *cwq);

bool cwq_core_init(void);
void cwq_core_exit(void);
bool cwq_core_cpu_online(int cpu);
void cwq_core_cpu_offline(int cpu);
void cwq_core_evict(const void *module);

/* Turn one of CWQ_OBSERVE_... on or off; false if there is no memory. */
bool cwq_core_observe(unsigned int flag, bool on);
unsigned int cwq_core_observing(void);

/*
 * For the directory of a queue: the same as cwq_core_set_cpus(), and of one cwq,
 * whether its queue keeps off its CPU.
 */
int cwq_core_use_cpus(void *wq, const void *cpus);
bool cwq_core_kept_off(const void *cwq);

/* Of one cwq, as in the directory of its queue. */
void cwq_core_read_stats(void *cwq, struct cwq_stats *stats);
void cwq_core_reset_stats(void *cwq);

/*
 * What there is at @place, or behind it, where @place goes then. False behind the
 * last queue.
 */
bool cwq_core_next_queue(struct cwq_place *place, struct cwq_queue_row *row,
			 struct cwq_snapshot *snapshot);
bool cwq_core_next_works(struct cwq_place *place, struct cwq_works *works);
/*
 * The watchdog begins a round, at most @period jiffies after the last one, and if it is
 * late, by @slack jiffies at most.
 */
void cwq_core_begin_round(unsigned long period, unsigned long slack);
/*
 * The same for an incident that has lasted for @thresh jiffies and was not told
 * before; @worker, if there is one, is held.
 */
bool cwq_core_next_stall(unsigned long thresh, struct cwq_place *place,
			 struct cwq_stall *stall, struct task_struct **worker);
/* @stopped: after a panic, when nothing else runs any more. */
bool cwq_core_next_waits(struct cwq_place *place, struct cwq_waits *waits,
			 bool stopped);

/* module/platform.c */
void cwq_shim_lock_init(void *lock, enum cwq_lock_class lock_class);
CWQ_DIRECT unsigned long cwq_shim_lock(void *lock);
CWQ_DIRECT void cwq_shim_unlock(void *lock, unsigned long flags);
CWQ_DIRECT void cwq_shim_lock_irq(void *lock);
CWQ_DIRECT void cwq_shim_unlock_irq(void *lock);
CWQ_DIRECT void cwq_shim_interrupts_restore(unsigned long flags);
void cwq_shim_relax(void);
void cwq_shim_lock_nested(void *lock);
void cwq_shim_unlock_nested(void *lock);
void cwq_shim_assert_held(void *lock);
bool cwq_shim_lock_is_held(const void *lock);

void cwq_shim_mutex_init(void *mutex, enum cwq_mutex_class mutex_class);
void cwq_shim_mutex_lock(void *mutex);
void cwq_shim_mutex_unlock(void *mutex);

void cwq_shim_waitq_init(void *waitq);
void cwq_shim_waitq_exit(void *waitq);
CWQ_DIRECT void cwq_shim_wake_up(void *waitq);
void cwq_shim_wait(void *waitq, bool (*done)(void *arg), void *arg);
void cwq_shim_rcuwait_init(void *rcuwait);
CWQ_DIRECT void cwq_shim_rcuwait_wake_up(void *rcuwait);
CWQ_DIRECT void cwq_shim_rcuwait(void *rcuwait, bool (*done)(void *arg),
				 void *arg);

void cwq_shim_completion_init(void *completion);
void cwq_shim_complete(void *completion);
void cwq_shim_wait_for_completion(void *completion);
long cwq_shim_wait_killable(void *completion, unsigned long timeout);

void *cwq_shim_alloc(unsigned long size);
void *cwq_shim_alloc_on(int cpu, unsigned long size);
void *cwq_shim_alloc_atomic(unsigned long size);
void cwq_shim_free(void *memory);
bool cwq_shim_peek(const void *where, void *what);
CWQ_DIRECT bool cwq_shim_holds(const void *const *where, const void *what);

/* In ns, the same for all CPUs. */
unsigned long cwq_shim_clock(void);
/* How long the caller's thread has run, in ns; to a tick. */
unsigned long cwq_shim_cpu_time(void);

/* Who calls this, or is interrupted. */
CWQ_DIRECT struct task_struct *cwq_shim_current_thread(void);

/* What the worker that calls this was started with; NULL if none does. */
CWQ_DIRECT void *cwq_shim_current_worker(void);
struct task_struct *cwq_shim_thread_create(void *cwq, const char *name, int cpu,
					   bool rt, int *error);
void cwq_shim_thread_start(struct task_struct *thread);
void cwq_shim_thread_rebind(struct task_struct *thread, int cpu);
int cwq_shim_thread_set_cpus(struct task_struct *thread, const void *cpus);
void cwq_shim_thread_inherit(struct task_struct *thread,
			     const struct task_struct *ended);
int cwq_shim_thread_pid(struct task_struct *thread);
CWQ_DIRECT bool cwq_shim_thread_should_stop(void);
void cwq_shim_thread_stop(struct task_struct *thread);
void cwq_shim_thread_get(struct task_struct *thread);
bool cwq_shim_thread_frozen(struct task_struct *thread);
bool cwq_shim_thread_died(struct task_struct *thread);
void cwq_shim_thread_describe(struct task_struct *thread,
			      struct cwq_task *task);
void cwq_shim_set_freezable(void);
void cwq_shim_freeze(void);

CWQ_DIRECT void cwq_shim_timer_arm(struct cwq_delayed_work *dwork,
				   unsigned long delay);
CWQ_DIRECT bool cwq_shim_timer_take_out(struct cwq_delayed_work *dwork);
CWQ_DIRECT void cwq_shim_timer_delete_sync(struct cwq_delayed_work *dwork);
unsigned long cwq_shim_timer_expires(const struct cwq_delayed_work *dwork);

/* Is the timer of @dwork set up as CWQ_INIT_DELAYED_WORK() does it? */
CWQ_DIRECT bool cwq_shim_is_delayed_work(const struct cwq_delayed_work *dwork);

/* While held, no CPU comes or goes. */
void cwq_shim_cpus_lock(void);
void cwq_shim_cpus_unlock(void);
int cwq_shim_nr_cpus(void);
bool cwq_shim_cpu_possible(int cpu);
int cwq_shim_this_cpu(void);
bool cwq_shim_cpu_online(int cpu);
bool cwq_shim_mask_has(const void *cpus, int cpu);
bool cwq_shim_mask_is_empty(const void *cpus);
CWQ_DIRECT bool cwq_shim_may_sleep(void);

/* Is @address within @module? */
bool cwq_shim_within_module(const void *module, const void *address);

/*
 * module/queue.c: disables the interrupts and goes on with cwq_core_push_work(), which
 * gets what they were in the place of @wq; the rest is in its registers already.
 */
CWQ_DIRECT bool cwq_shim_push_work(const struct cwq_workqueue_struct *wq,
				   struct cwq_work_struct *work,
				   const void *caller, void *cwq);
/* What that ends with: restores the interrupts, and is true. */
CWQ_DIRECT bool cwq_shim_work_pushed(unsigned long flags);

/* module/run.c */
CWQ_DIRECT void cwq_shim_run(struct cwq_work_struct *work,
			     void (*func)(struct cwq_work_struct *work));
void cwq_shim_run_nested(struct cwq_work_struct *work,
			 void (*func)(struct cwq_work_struct *work));

/* module/lockdep.c */
void cwq_shim_queue_map_init(void *map, const char *name);
void cwq_shim_queue_map_exit(void *map);
void cwq_shim_queue_map_touch(void *map);
void cwq_shim_maps_lock(void);
void cwq_shim_maps_unlock(void);
void cwq_shim_work_map_touch(struct cwq_work_struct *work);

/* module/debug_objects.c */
void cwq_shim_debug_activate(struct cwq_work_struct *work);
void cwq_shim_debug_deactivate(struct cwq_work_struct *work);

/* module/trace.c */
extern unsigned int cwq_shim_tracing;
void cwq_shim_trace_queue_work(const char *queue, int req_cpu, int cpu,
			       const struct cwq_work_struct *work,
			       const void *func);
void cwq_shim_trace_cancel(const char *queue, int cpu,
			   const struct cwq_work_struct *work,
			   const void *func);
void cwq_shim_trace_insert_barrier(const char *queue, int cpu);
void cwq_shim_trace_create(const char *queue);
void cwq_shim_trace_destroy(const char *queue);

/* module/directory.c: @cwqs of @wq are @nr, by CPU, or that of a single thread */
void *cwq_shim_directory_create(void *wq, const char *queue,
				unsigned int instance, void *const *cwqs,
				int nr, bool singlethread);
void cwq_shim_directory_remove(void *directory);

/* module/misuse.c */
void cwq_shim_misuse(enum cwq_misuse misuse, const void *caller);
void cwq_shim_check_place(const void *work, const void *caller);

/* module/control.c; in ns, 0: none */
unsigned long cwq_shim_hog_limit(void);

/* module/report.c; @cpu is -1 for that of no CPU, @error an errno */
void cwq_shim_log_not_made(const char *queue, int cpu, int error,
			   const void *caller);
void cwq_shim_log_no_thread(const char *queue, int cpu, int error);
void cwq_shim_log_hog(const char *queue, int cpu, const void *func,
		      unsigned long used, unsigned long nr);
void cwq_shim_log_lost_func(const char *queue);
void cwq_shim_log_freed_armed(const char *queue);
void cwq_shim_log_cancelled(const char *queue, const void *func);
void cwq_shim_log_wait(const char *queue, int cpu, const void *func,
		       const char *for_queue, int for_cpu,
		       const void *for_func);
void cwq_shim_log_evicted(const void *module, const void *func,
			  const char *queue, bool running);
void cwq_shim_log_evicted_queue(const void *module, const char *queue);

#ifdef __cplusplus
}
#endif

#endif /* CWQ_CORE_H */
