// SPDX-License-Identifier: GPL-2.0
/*
 * The core as the kernel runs it: the templates over the kernel, behind the C
 * functions of core.h. Here every argument is looked at, once.
 */
#include "kernel.hpp"

#include "affinity.hpp"
#include "cancel.hpp"
#include "evict.hpp"
#include "watchdog.hpp"
#include "worker.hpp"

using namespace cwq;

/* What a client embeds is what the core works on. The sizes of the kernel's own
 * structs are module/layout.c's. */
static_assert(sizeof(Work<Kernel>) == sizeof(cwq_work_struct));
static_assert(sizeof(Work<Kernel>) == CWQ_SIZEOF_WORK);
static_assert(__builtin_offsetof(Work<Kernel>, data) ==
	      __builtin_offsetof(cwq_work_struct, data));
static_assert(__builtin_offsetof(Work<Kernel>, entry) ==
	      __builtin_offsetof(cwq_work_struct, entry));
static_assert(__builtin_offsetof(Work<Kernel>, func) ==
	      __builtin_offsetof(cwq_work_struct, func));
static_assert(sizeof(ListNode<Kernel>) == sizeof(list_head));
static_assert(sizeof(cwq_delayed_work) == CWQ_SIZEOF_DELAYED_WORK);
static_assert(__builtin_offsetof(cwq_delayed_work, work) == 0);

#define SAME_IN_C(type, last) \
	static_assert(CWQ_LAYOUT(type, last) == CWQ_LAYOUT_##type)
SAME_IN_C(cwq_work_struct, func);
SAME_IN_C(cwq_delayed_work, timer);
SAME_IN_C(cwq_snapshot, redirected);
SAME_IN_C(cwq_task, comm);
SAME_IN_C(cwq_where, cpu);
SAME_IN_C(cwq_queue_row, func);
SAME_IN_C(cwq_origin, cpu);
SAME_IN_C(cwq_work_row, origin);
SAME_IN_C(cwq_func_stats, wait);
SAME_IN_C(cwq_stats, funcs);
SAME_IN_C(cwq_works, rows);
SAME_IN_C(cwq_wait_row, cwq);
SAME_IN_C(cwq_waits, rows);
SAME_IN_C(cwq_stall, waiters);
SAME_IN_C(cwq_place, end);

static_assert(WORK_PENDING == 1ul << CWQ_WORK_PENDING_BIT);
static_assert(alignof(CpuWorkqueue<Kernel>) > WORK_FLAGS);
static_assert(NAME_LEN == CWQ_NAME_LEN);
/* One page more would cost twice the memory. */
static_assert(sizeof(Observer<Kernel>) <= 1 << 16);
static_assert(Platform<Kernel>);

static constinit Registry<Kernel> registry = {};

/* SAFETY: the layouts are the same, as asserted above. */
static Work<Kernel> *core(cwq_work_struct *work)
{
	return reinterpret_cast<Work<Kernel> *>(work);
}

static Work<Kernel> *core(cwq_delayed_work *dwork)
{
	return reinterpret_cast<Work<Kernel> *>(dwork);
}

/* SAFETY: clients see no more of a queue than the pointer they got from
 * cwq_core_create_workqueue(). */
static Workqueue<Kernel> *core(cwq_workqueue_struct *wq)
{
	return reinterpret_cast<Workqueue<Kernel> *>(wq);
}

static cwq_workqueue_struct *client(Workqueue<Kernel> *wq)
{
	return reinterpret_cast<cwq_workqueue_struct *>(wq);
}

/* Reports a misuse; false, for the caller to return. */
static bool __attribute__((cold, noinline))
misused(cwq_misuse misuse, const void *caller)
{
	cwq_shim_misuse(misuse, caller);
	return false;
}

static bool work_given(const Work<Kernel> *work, const void *caller)
{
	if (UNLIKELY(!work))
		return misused(CWQ_MISUSE_NULL_WORK, caller);
	return LIKELY(work->func.get()) || misused(CWQ_MISUSE_NO_FUNC, caller);
}

static bool data_ok(unsigned long data, const void *caller)
{
	return names_cwq<Kernel>(data) ||
	       misused(CWQ_MISUSE_NOT_INITIALISED, caller);
}

static bool work_ok(const Work<Kernel> *work, const void *caller)
{
	return work_given(work, caller) && data_ok(get_wq_data(work), caller);
}

static bool may_sleep(const void *caller)
{
	return LIKELY(Kernel::may_sleep()) ||
	       misused(CWQ_MISUSE_ATOMIC, caller);
}

/* May this be queued, or cancelled without waiting, from here? */
static ALWAYS_INLINE bool are_ok(const cwq_workqueue_struct *wq,
				 const Work<Kernel> *work)
{
	return LIKELY(wq) && LIKELY(work) && LIKELY(work->func.get());
}

/* If not, why. Always false. */
static bool __attribute__((cold, noinline))
tell_args(const cwq_workqueue_struct *wq, const Work<Kernel> *work,
	  const void *caller)
{
	if (!wq)
		return misused(CWQ_MISUSE_NULL_QUEUE, caller);
	return work_given(work, caller);
}

static bool args_ok(const cwq_workqueue_struct *wq, const Work<Kernel> *work,
		    const void *caller)
{
	return are_ok(wq, work) || tell_args(wq, work, caller);
}

/* A work that is on @cwq, as usual, need not be looked at any closer. */
static bool work_ok_for(const Work<Kernel> *work,
			const CpuWorkqueue<Kernel> *cwq, const void *caller)
{
	unsigned long data = get_wq_data(work);

	return LIKELY(cwq_of<Kernel>(data) == cwq) || data_ok(data, caller);
}

static bool delayed_ok(const cwq_delayed_work *dwork, const void *caller)
{
	return LIKELY(cwq_shim_is_delayed_work(dwork)) ||
	       misused(CWQ_MISUSE_NOT_INITIALISED, caller);
}

static bool cpu_ok(int cpu, const void *caller)
{
	return LIKELY(cwq_shim_cpu_possible(cpu)) ||
	       misused(CWQ_MISUSE_BAD_CPU, caller);
}

/* The CPU that the caller of a queue call means by @cpu, which is no CPU: if
 * WORK_CPU_UNBOUND, the one that it runs on. Negative if nothing, which is reported. */
static int __attribute__((cold, noinline)) meant_by(int cpu, const void *caller)
{
	if (cpu == CWQ_CPU_THIS)
		return cwq_shim_this_cpu();
	misused(CWQ_MISUSE_BAD_CPU, caller);
	return -1;
}

/* What is possible is meant. */
static ALWAYS_INLINE bool find_cpu(int *cpu, const void *caller)
{
	if (LIKELY(cwq_shim_cpu_possible(*cpu)))
		return true;
	*cpu = meant_by(*cpu, caller);
	return *cpu >= 0;
}

/* A queue call was refused for another reason than that the work is pending. If this
 * were cold, gcc would put the end of a call that is not refused among what is. */
static NOINLINE bool tell_refusal(Queued queued, const void *caller)
{
	switch (queued) {
	case Queued::closed:
		return misused(CWQ_MISUSE_QUEUE_CLOSED, caller);
	case Queued::draining:
		return misused(CWQ_MISUSE_QUEUE_DRAINING, caller);
	case Queued::leaving:
		return misused(CWQ_MISUSE_MODULE_GOING, caller);
	case Queued::not_initialised:
		return misused(CWQ_MISUSE_NOT_INITIALISED, caller);
	case Queued::yes:
	case Queued::pending:
		break;
	}
	return false;
}

static ALWAYS_INLINE bool tell(Queued queued, const void *caller)
{
	if (LIKELY(queued == Queued::yes))
		return true;
	return UNLIKELY(queued != Queued::pending) &&
	       tell_refusal(queued, caller);
}

static bool tell(Waited waited, const void *caller)
{
	if (UNLIKELY(waited.end == WaitEnd::deadlock))
		misused(CWQ_MISUSE_DEADLOCK, caller);
	return waited.result;
}

static int error(WaitEnd end)
{
	switch (end) {
	case WaitEnd::deadlock:
		return -CWQ_EDEADLK;
	case WaitEnd::timeout:
		return -CWQ_ETIMEDOUT;
	case WaitEnd::killed:
		return -CWQ_ERESTARTSYS;
	case WaitEnd::done:
		break;
	}
	return 0;
}

/* Out of line, so that a call that has nothing to do here saves no registers. */
static NOINLINE bool end_push_work(unsigned long flags, Work<Kernel> *work,
				   const void *caller,
				   CpuWorkqueue<Kernel> *cwq, Pushed pushed)
{
	return tell(end_push(pushed, cwq, work, caller, flags), caller);
}

/* SAFETY: what cwq_core_queue_work() has given to cwq_shim_push_work(). */
CWQ_DIRECT NOTRACE bool cwq_core_push_work(unsigned long flags,
					   cwq_work_struct *work,
					   const void *caller, void *memory)
{
	auto *cwq = static_cast<CpuWorkqueue<Kernel> *>(memory);
	const Pushed pushed = push_work(cwq, core(work));

	if (UNLIKELY(pushed != Pushed::yes))
		return end_push_work(flags, core(work), caller, cwq, pushed);
	return cwq_shim_work_pushed(flags);
}

/* A work that is pending has a function, so a refused call does not look for it. */
CWQ_DIRECT NOTRACE bool cwq_core_queue_work(cwq_workqueue_struct *wq,
					    cwq_work_struct *work,
					    const void *caller,
					    unsigned long cpu)
{
	if (UNLIKELY(!wq))
		return tell_args(wq, core(work), caller);

	CpuWorkqueue<Kernel> *cwq = core(wq)->cwq[cpu];

	if (UNLIKELY(!work))
		return tell_args(wq, core(work), caller);
	if (refuse_here(cwq, core(work)))
		return false;
	if (UNLIKELY(!core(work)->func.get()))
		return misused(CWQ_MISUSE_NO_FUNC, caller);
	return cwq_shim_push_work(wq, work, caller, cwq);
}

bool cwq_core_queue_work_on(int cpu, cwq_workqueue_struct *wq,
			    cwq_work_struct *work, const void *caller)
{
	return find_cpu(&cpu, caller) &&
	       cwq_core_queue_work(wq, work, caller, cpu);
}

bool cwq_core_queue_work_traced(cwq_workqueue_struct *wq, cwq_work_struct *work,
				const void *caller, unsigned long cpu)
{
	int on = cpu;

	return args_ok(wq, core(work), caller) && find_cpu(&on, caller) &&
	       tell(queue_work_slowly(core(wq)->cwq[on], core(work), caller),
		    caller);
}

bool cwq_core_queue_delayed_work(cwq_workqueue_struct *wq,
				 cwq_delayed_work *dwork, unsigned long delay,
				 const void *caller, unsigned long cpu)
{
	if (!args_ok(wq, core(dwork), caller) || !delayed_ok(dwork, caller))
		return false;

	CpuWorkqueue<Kernel> *cwq = core(wq)->cwq[cpu];

	return work_ok_for(core(dwork), cwq, caller) &&
	       tell(queue_delayed_work_on(cwq, core(dwork), delay, caller),
		    caller);
}

bool cwq_core_queue_delayed_work_on(int cpu, cwq_workqueue_struct *wq,
				    cwq_delayed_work *dwork,
				    unsigned long delay, const void *caller)
{
	return find_cpu(&cpu, caller) &&
	       cwq_core_queue_delayed_work(wq, dwork, delay, caller, cpu);
}

bool cwq_core_mod_delayed_work_on(int cpu, cwq_workqueue_struct *wq,
				  cwq_delayed_work *dwork, unsigned long delay,
				  const void *caller)
{
	if (!args_ok(wq, core(dwork), caller) || !find_cpu(&cpu, caller) ||
	    !delayed_ok(dwork, caller))
		return false;

	CpuWorkqueue<Kernel> *cwq = core(wq)->cwq[cpu];

	if (!work_ok_for(core(dwork), cwq, caller))
		return false;

	Queued queued = mod_delayed_work_on(cwq, core(dwork), delay, caller);

	tell(queued, caller);
	return queued == Queued::pending;
}

void cwq_core_timer_fn(cwq_delayed_work *dwork)
{
	delayed_work_timer_fn(core(dwork));
}

bool cwq_core_flush_work(cwq_work_struct *work, const void *caller)
{
	if (!work_ok(core(work), caller) || !may_sleep(caller))
		return false;
	return tell(flush_work(&registry, core(work), FOREVER), caller);
}

int cwq_core_wait_for_work(cwq_work_struct *work)
{
	return error(flush_work(&registry, core(work),
				forever(CWQ_CALL_SCHEDULE_ON_EACH_CPU))
			     .end);
}

int cwq_core_flush_work_timeout(cwq_work_struct *work, unsigned long timeout,
				const void *caller)
{
	if (!work_ok(core(work), caller) || !may_sleep(caller))
		return -CWQ_EINVAL;
	return error(flush_work(&registry, core(work),
				{ true, timeout, CWQ_CALL_FLUSH_WORK_TIMEOUT })
			     .end);
}

bool cwq_core_flush_delayed_work(cwq_delayed_work *dwork, const void *caller)
{
	if (!work_ok(core(dwork), caller) || !may_sleep(caller))
		return false;
	return tell(flush_delayed_work(&registry, core(dwork)), caller);
}

void cwq_core_flush_workqueue(cwq_workqueue_struct *wq, const void *caller)
{
	if (!wq)
		misused(CWQ_MISUSE_NULL_QUEUE, caller);
	else if (may_sleep(caller))
		tell(flush_workqueue(&registry, core(wq),
				     forever(CWQ_CALL_FLUSH_WORKQUEUE)),
		     caller);
}

int cwq_core_flush_workqueue_timeout(cwq_workqueue_struct *wq,
				     unsigned long timeout, const void *caller)
{
	if (!wq)
		misused(CWQ_MISUSE_NULL_QUEUE, caller);
	if (!wq || !may_sleep(caller))
		return -CWQ_EINVAL;
	return error(flush_workqueue(&registry, core(wq),
				     { true, timeout,
				       CWQ_CALL_FLUSH_WORKQUEUE_TIMEOUT })
			     .end);
}

void cwq_core_drain_workqueue(cwq_workqueue_struct *wq, const void *caller)
{
	if (!wq)
		misused(CWQ_MISUSE_NULL_QUEUE, caller);
	else if (may_sleep(caller))
		tell({ true, drain_workqueue(&registry, core(wq)) }, caller);
}

bool cwq_core_cancel_work_sync(cwq_work_struct *work, const void *caller)
{
	if (!work_ok(core(work), caller) || !may_sleep(caller))
		return false;
	return tell(cancel_work_sync(&registry, core(work)), caller);
}

bool cwq_core_cancel_work(cwq_work_struct *work, const void *caller)
{
	return work_ok(core(work), caller) && cancel_work(core(work));
}

bool cwq_core_cancel_delayed_work(cwq_delayed_work *dwork, const void *caller)
{
	/* SAFETY: the work is the first member, see below. */
	return cwq_core_cancel_work(reinterpret_cast<cwq_work_struct *>(dwork),
				    caller);
}

bool cwq_core_cancel_delayed_work_sync(cwq_delayed_work *dwork,
				       const void *caller)
{
	if (!work_ok(core(dwork), caller) || !may_sleep(caller))
		return false;
	return tell(cancel_work_sync(&registry, core(dwork)), caller);
}

cwq_workqueue_struct *cwq_core_create_workqueue(const char *name,
						unsigned int flags,
						const void *owner,
						const void *caller)
{
	if (!valid_name(name)) {
		misused(CWQ_MISUSE_BAD_NAME, caller);
		return nullptr;
	}
	if (flags & ~(CWQ_SINGLETHREAD | CWQ_FREEZEABLE | CWQ_RT)) {
		misused(CWQ_MISUSE_BAD_FLAGS, caller);
		return nullptr;
	}
	if (!may_sleep(caller))
		return nullptr;

	Failure failure;
	Workqueue<Kernel> *wq =
		create_workqueue(&registry, name,
				 { .singlethread = !!(flags & CWQ_SINGLETHREAD),
				   .freezeable = !!(flags & CWQ_FREEZEABLE),
				   .rt = !!(flags & CWQ_RT),
				   .owner = owner },
				 &failure);

	if (!wq)
		cwq_shim_log_not_made(name, failure.cpu, failure.error, caller);
	return client(wq);
}

void cwq_core_destroy_workqueue(cwq_workqueue_struct *wq, const void *caller)
{
	if (!wq)
		misused(CWQ_MISUSE_NULL_QUEUE, caller);
	else if (may_sleep(caller) && !destroy_workqueue(&registry, core(wq)))
		misused(CWQ_MISUSE_DEADLOCK, caller);
}

int cwq_core_set_cpus(cwq_workqueue_struct *wq, const void *cpus,
		      const void *caller)
{
	if (!wq)
		misused(CWQ_MISUSE_NULL_QUEUE, caller);
	else if (!cpus || cwq_shim_mask_is_empty(cpus))
		misused(CWQ_MISUSE_BAD_CPU, caller);
	else if (may_sleep(caller))
		return -set_cpus(&registry, core(wq), cpus);
	return -CWQ_EINVAL;
}

/* SAFETY: what cwq_shim_directory_create() was given. */
int cwq_core_use_cpus(void *wq, const void *cpus)
{
	return -set_cpus(&registry, static_cast<Workqueue<Kernel> *>(wq), cpus);
}

/* SAFETY: the same. */
bool cwq_core_kept_off(const void *cwq)
{
	return is_kept_off(&registry,
			   static_cast<const CpuWorkqueue<Kernel> *>(cwq));
}

bool cwq_core_snapshot(cwq_workqueue_struct *wq, int cpu,
		       cwq_snapshot *snapshot, const void *caller)
{
	if (!wq)
		return misused(CWQ_MISUSE_NULL_QUEUE, caller);
	if (!snapshot)
		return misused(CWQ_MISUSE_NULL_SNAPSHOT, caller);
	if (!cpu_ok(cpu, caller))
		return false;
	take_snapshot(core(wq)->cwq[cpu], snapshot);
	return true;
}

void cwq_core_prepare_work(cwq_work_struct *work, cwq_work_func_t func,
			   const void *caller)
{
	if (!work)
		misused(CWQ_MISUSE_NULL_WORK, caller);
	else if (!func)
		misused(CWQ_MISUSE_NO_FUNC, caller);
	else if (data_ok(get_wq_data(core(work)), caller))
		prepare_work(core(work), func);
}

unsigned int cwq_core_work_busy(cwq_work_struct *work, const void *caller)
{
	if (!work_ok(core(work), caller))
		return 0;

	WorkGuard<Kernel> at(core(work));

	if (!at.cwq)
		return 0;
	at.cwq->lock.assert_held();
	return (at.data & WORK_PENDING ? CWQ_WORK_BUSY_PENDING : 0) |
	       (runs(at.cwq, core(work)) ? CWQ_WORK_BUSY_RUNNING : 0);
}

bool cwq_core_within_workqueue(const cwq_workqueue_struct *wq)
{
	/* SAFETY: see core() above; only the address is compared. */
	return within_workqueue(
		reinterpret_cast<const Workqueue<Kernel> *>(wq));
}

/* Only its own worker changes either. */
const void *cwq_core_current_func(void) NO_THREAD_SAFETY_ANALYSIS
{
	return Kernel::address(current_cwq<Kernel>()->current_func.get());
}

void *cwq_core_current_map(void) NO_THREAD_SAFETY_ANALYSIS
{
	return &current_cwq<Kernel>()->wq.get()->map;
}

void cwq_core_freeze_after_run(void)
{
	freeze_after_run(current_cwq<Kernel>());
}

int cwq_core_worker_thread(void *cwq)
{
	/* SAFETY: the shim hands back what start_thread() gave it. */
	worker_thread(static_cast<CpuWorkqueue<Kernel> *>(cwq));
	return 0;
}

bool cwq_core_init(void)
{
	return init_registry(&registry);
}

void cwq_core_exit(void)
{
	destroy_registry(&registry);
}

bool cwq_core_cpu_online(int cpu)
{
	return cpu_online(&registry, cpu);
}

void cwq_core_cpu_offline(int cpu)
{
	cpu_offline(&registry, cpu);
}

void cwq_core_evict(const void *module)
{
	evict(&registry, module);
}

bool cwq_core_observe(unsigned int flag, bool on)
{
	return observe(&registry, flag, on);
}

unsigned int cwq_core_observing(void)
{
	return observing(&registry);
}

/* SAFETY: the shim hands back what it got for the directory. */
void cwq_core_read_stats(void *cwq, cwq_stats *stats)
{
	read_stats(static_cast<CpuWorkqueue<Kernel> *>(cwq), stats);
}

void cwq_core_reset_stats(void *cwq)
{
	reset_stats(static_cast<CpuWorkqueue<Kernel> *>(cwq));
}

bool cwq_core_next_queue(cwq_place *place, cwq_queue_row *row,
			 cwq_snapshot *snapshot)
{
	return next_queue(&registry, place, row, snapshot);
}

bool cwq_core_next_works(cwq_place *place, cwq_works *works)
{
	return next_works(&registry, place, works);
}

void cwq_core_begin_round(unsigned long period, unsigned long slack)
{
	begin_round(&registry, period, slack);
}

bool cwq_core_next_stall(unsigned long thresh, cwq_place *place,
			 cwq_stall *stall, task_struct **worker)
{
	return next_stall(&registry, thresh, place, stall, worker);
}

bool cwq_core_next_waits(cwq_place *place, cwq_waits *waits, bool stopped)
{
	return next_waits(&registry, place, waits, stopped);
}
