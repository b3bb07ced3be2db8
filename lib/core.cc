// SPDX-License-Identifier: GPL-2.0
/*
 * The core as the kernel runs it: the templates over the kernel, behind the C
 * functions of core.h. Here every argument is looked at, once.
 */
#include "kernel.hpp"

#include "cancel.hpp"
#include "hotplug.hpp"

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
static_assert(WORK_PENDING == 1ul << CWQ_WORK_PENDING_BIT);
static_assert(alignof(CpuWorkqueue<Kernel>) > WORK_FLAGS);
static_assert(NAME_LEN == CWQ_NAME_LEN);
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
static bool args_ok(const cwq_workqueue_struct *wq, const Work<Kernel> *work,
		    const void *caller)
{
	if (UNLIKELY(!wq))
		return misused(CWQ_MISUSE_NULL_QUEUE, caller);
	if (UNLIKELY(!Kernel::may_queue()))
		return misused(CWQ_MISUSE_HARDIRQ, caller);
	return work_given(work, caller);
}

/* A work that is on @cwq, as usual, need not be looked at any closer. */
static bool work_ok_for(const Work<Kernel> *work,
			const CpuWorkqueue<Kernel> *cwq, const void *caller)
{
	unsigned long data = get_wq_data(work);

	return LIKELY(cwq_of<Kernel>(data) == cwq) || data_ok(data, caller);
}

static bool cpu_ok(int cpu, const void *caller)
{
	return LIKELY(cwq_shim_cpu_possible(cpu)) ||
	       misused(CWQ_MISUSE_BAD_CPU, caller);
}

static bool tell(Queued queued, const void *caller)
{
	if (LIKELY(queued == Queued::yes))
		return true;
	if (queued == Queued::closed)
		return misused(CWQ_MISUSE_QUEUE_CLOSED, caller);
	if (queued == Queued::not_initialised)
		return misused(CWQ_MISUSE_NOT_INITIALISED, caller);
	return false;
}

static bool tell(Waited waited, const void *caller)
{
	if (UNLIKELY(waited.for_itself))
		misused(CWQ_MISUSE_OWN_THREAD, caller);
	return waited.result;
}

bool cwq_core_queue_work(int cpu, cwq_workqueue_struct *wq,
			 cwq_work_struct *work, const void *caller)
{
	if (!args_ok(wq, core(work), caller))
		return false;

	CpuWorkqueue<Kernel> *cwq = core(wq)->cwq[cpu];

	return work_ok_for(core(work), cwq, caller) &&
	       tell(queue_work_on(cwq, core(work)), caller);
}

bool cwq_core_queue_work_on(int cpu, cwq_workqueue_struct *wq,
			    cwq_work_struct *work, const void *caller)
{
	return cpu_ok(cpu, caller) &&
	       cwq_core_queue_work(cpu, wq, work, caller);
}

bool cwq_core_queue_delayed_work_on(int cpu, cwq_workqueue_struct *wq,
				    cwq_delayed_work *dwork,
				    unsigned long delay, const void *caller)
{
	if (!args_ok(wq, core(dwork), caller) || !cpu_ok(cpu, caller))
		return false;
	if (!cwq_shim_is_delayed_work(dwork))
		return misused(CWQ_MISUSE_NOT_INITIALISED, caller);

	CpuWorkqueue<Kernel> *cwq = core(wq)->cwq[cpu];

	return work_ok_for(core(dwork), cwq, caller) &&
	       tell(queue_delayed_work_on(cwq, core(dwork), delay), caller);
}

void cwq_core_timer_fn(cwq_delayed_work *dwork)
{
	delayed_work_timer_fn(core(dwork));
}

bool cwq_core_flush_work(cwq_work_struct *work, const void *caller)
{
	if (!work_ok(core(work), caller) || !may_sleep(caller))
		return false;
	return tell(flush_work(&registry, core(work)), caller);
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
		tell(flush_workqueue(core(wq)), caller);
}

bool cwq_core_cancel_work_sync(cwq_work_struct *work, const void *caller)
{
	if (!work_ok(core(work), caller) || !may_sleep(caller))
		return false;
	return tell(cancel_work_sync(&registry, core(work)), caller);
}

bool cwq_core_cancel_delayed_work(cwq_delayed_work *dwork, const void *caller)
{
	if (!work_ok(core(dwork), caller))
		return false;
	if (!Kernel::may_queue())
		return misused(CWQ_MISUSE_HARDIRQ, caller);
	return cancel_delayed_work(core(dwork));
}

bool cwq_core_cancel_delayed_work_sync(cwq_delayed_work *dwork,
				       const void *caller)
{
	if (!work_ok(core(dwork), caller) || !may_sleep(caller))
		return false;
	return tell(cancel_work_sync(&registry, core(dwork)), caller);
}

cwq_workqueue_struct *cwq_core_create_workqueue(const char *name,
						bool singlethread,
						const void *caller)
{
	if (!valid_name(name)) {
		misused(CWQ_MISUSE_BAD_NAME, caller);
		return nullptr;
	}
	if (!may_sleep(caller))
		return nullptr;
	return client(create_workqueue(&registry, name, singlethread));
}

void cwq_core_destroy_workqueue(cwq_workqueue_struct *wq, const void *caller)
{
	if (!wq)
		misused(CWQ_MISUSE_NULL_QUEUE, caller);
	else if (may_sleep(caller) && !destroy_workqueue(&registry, core(wq)))
		misused(CWQ_MISUSE_OWN_THREAD, caller);
}

bool cwq_core_snapshot(cwq_workqueue_struct *wq, int cpu,
		       cwq_snapshot *snapshot, const void *caller)
{
	if (!wq)
		return misused(CWQ_MISUSE_NULL_QUEUE, caller);
	if (!cpu_ok(cpu, caller))
		return false;
	take_snapshot(core(wq)->cwq[cpu], snapshot);
	return true;
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

void cwq_core_for_each(cwq_show_fn show, void *arg)
{
	MutexGuard<Kernel> guard(registry.mutex);

	for_each_workqueue(&registry, [&](Workqueue<Kernel> *wq) {
		for (int i = 0; i < nr_cwqs(wq); i++) {
			cwq_snapshot snapshot;

			take_snapshot(wq->cwq[i], &snapshot);
			show(arg, wq->name, wq->instance, &snapshot);
		}
		return true;
	});
}
