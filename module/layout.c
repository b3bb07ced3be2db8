// SPDX-License-Identifier: GPL-2.0
/*
 * What the core has to know of the kernel: the sizes of the objects that it
 * keeps room for, and its error numbers. Compiled to assembly only, from which
 * Kbuild makes lib/layout.h.
 */
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/kbuild.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rcuwait.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <cwq/workqueue.h>

#include "shim.h"

#ifdef CONFIG_ARM64
#include <asm/alternative.h>
#endif

static_assert(offsetof(struct cwq_work_struct, data) == 0);
static_assert(offsetof(struct cwq_work_struct, entry) == sizeof(long));
static_assert(offsetof(struct cwq_work_struct, func) == 3 * sizeof(long));
static_assert(offsetof(struct cwq_delayed_work, work) == 0);
static_assert(sizeof(struct cwq_work_struct) <= sizeof(struct work_struct));
static_assert(sizeof(struct cwq_delayed_work) <= sizeof(struct delayed_work));

/* has_lse() in lib/lse.hpp writes one. */
#ifdef CONFIG_ARM64
static_assert(offsetof(struct alt_instr, alt_offset) == 4);
static_assert(offsetof(struct alt_instr, cpucap) == 8);
static_assert(offsetof(struct alt_instr, orig_len) == 10);
static_assert(offsetof(struct alt_instr, alt_len) == 11);
static_assert(sizeof(struct alt_instr) == 12);
#endif

#define SHARED(type, last) DEFINE(CWQ_LAYOUT_##type, CWQ_LAYOUT(type, last))

static void __used layout(void)
{
	DEFINE(CWQ_SIZEOF_LOCK, sizeof(raw_spinlock_t));
	DEFINE(CWQ_ALIGNOF_LOCK, __alignof__(raw_spinlock_t));
	DEFINE(CWQ_SIZEOF_MUTEX, sizeof(struct mutex));
	DEFINE(CWQ_ALIGNOF_MUTEX, __alignof__(struct mutex));
	DEFINE(CWQ_SIZEOF_WAITQ, sizeof(struct cwq_waitq));
	DEFINE(CWQ_ALIGNOF_WAITQ, __alignof__(struct cwq_waitq));
	DEFINE(CWQ_SIZEOF_RCUWAIT, sizeof(struct rcuwait));
	DEFINE(CWQ_ALIGNOF_RCUWAIT, __alignof__(struct rcuwait));
	DEFINE(CWQ_SIZEOF_COMPLETION, sizeof(struct completion));
	DEFINE(CWQ_ALIGNOF_COMPLETION, __alignof__(struct completion));
	DEFINE(CWQ_SIZEOF_TIMER, sizeof(struct timer_list));
	DEFINE(CWQ_ALIGNOF_TIMER, __alignof__(struct timer_list));
	DEFINE(CWQ_SIZEOF_LOCKDEP_MAP, sizeof(struct lockdep_map));
	DEFINE(CWQ_SIZEOF_QUEUE_MAP, sizeof(struct cwq_queue_map));
	DEFINE(CWQ_CPU_THIS, WORK_CPU_UNBOUND);
	DEFINE(CWQ_EDEADLK, EDEADLK);
	DEFINE(CWQ_EINVAL, EINVAL);
	DEFINE(CWQ_ENODEV, ENODEV);
	DEFINE(CWQ_ENOMEM, ENOMEM);
	DEFINE(CWQ_ERESTARTSYS, ERESTARTSYS);
	DEFINE(CWQ_ETIMEDOUT, ETIMEDOUT);
	DEFINE(CWQ_SIZEOF_WORK, sizeof(struct cwq_work_struct));
	DEFINE(CWQ_SIZEOF_DELAYED_WORK, sizeof(struct cwq_delayed_work));
	SHARED(cwq_work_struct, func);
	SHARED(cwq_delayed_work, timer);
	SHARED(cwq_snapshot, redirected);
	SHARED(cwq_task, comm);
	SHARED(cwq_where, cpu);
	SHARED(cwq_queue_row, func);
	SHARED(cwq_origin, cpu);
	SHARED(cwq_work_row, origin);
	SHARED(cwq_func_stats, wait);
	SHARED(cwq_stats, funcs);
	SHARED(cwq_works, rows);
	SHARED(cwq_wait_row, cwq);
	SHARED(cwq_waits, rows);
	SHARED(cwq_stall, waiters);
	SHARED(cwq_place, end);
	DEFINE(CWQ_ABI_OF_MODULE, CWQ_ABI_NUMBER);
#ifdef CONFIG_ARM64
	DEFINE(CWQ_LSE_CAP, ARM64_CB_BIT | ARM64_HAS_LSE_ATOMICS);
#endif
}
