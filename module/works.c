// SPDX-License-Identifier: GPL-2.0
/* debugfs: the tables of works and of who waits for them. */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/seq_file.h>
#include <linux/time64.h>

#include <cwq/types.h>

#include "shim.h"

static int load_works(void *arg, struct cwq_place *place, void *group)
{
	struct cwq_works *works = group;

	if (!cwq_core_next_works(place, works))
		return -1;
	return works->nr + !!works->truncated;
}

static void show_origin(struct seq_file *m, bool known,
			const struct cwq_origin *origin)
{
	if (!known) {
		seq_puts(m, " - - - -");
		return;
	}
	cwq_show_number(m, origin->cpu >= 0, origin->cpu);
	seq_putc(m, ' ');
	cwq_show_func(m, origin->caller);
	cwq_show_task(m, &origin->task);
}

static void show_work(struct seq_file *m, const void *group, unsigned int row)
{
	static const char *const states[CWQ_NR_SHOWN] = {
		[CWQ_SHOWN_RUNNING] = "running",
		[CWQ_SHOWN_PENDING] = "pending",
		[CWQ_SHOWN_DELAYED] = "delayed",
		[CWQ_SHOWN_CANCELLING] = "cancelling",
	};
	const struct cwq_works *works = group;
	const struct cwq_work_row *work = &works->rows[row];

	cwq_show_where(m, &works->where);
	if (row == works->nr) {
		seq_printf(m, " truncated - %lu - - - - - -", works->truncated);
		return;
	}
	seq_printf(m, " %s", states[work->state]);
	seq_putc(m, ' ');
	cwq_show_func(m, work->func);
	seq_puts(m, " 1");
	if (work->state == CWQ_SHOWN_RUNNING ||
	    work->state == CWQ_SHOWN_CANCELLING)
		cwq_show_ms(m, true, work->age);
	else
		cwq_show_number(m, work->known & CWQ_OBSERVE_TIMING,
				div_u64(work->waited, NSEC_PER_MSEC));
	cwq_show_ms(m, work->state == CWQ_SHOWN_DELAYED,
		    max(work->expires, 0L));
	show_origin(m, work->known & CWQ_OBSERVE_PROVENANCE, &work->origin);
}

const struct cwq_table cwq_works_table = {
	.columns =
		"queue cpu state func count age_ms expires_ms req_cpu caller pid comm",
	.group_size = sizeof(struct cwq_works),
	.load = load_works,
	.show = show_work,
};

static int load_waits(void *arg, struct cwq_place *place, void *group)
{
	struct cwq_waits *waits = group;

	if (!cwq_core_next_waits(place, waits, false))
		return -1;
	return waits->nr + waits->truncated;
}

static const char *const calls[CWQ_NR_CALLS] = {
	[CWQ_CALL_FLUSH_WORK] = "flush_work",
	[CWQ_CALL_FLUSH_WORK_TIMEOUT] = "flush_work_timeout",
	[CWQ_CALL_FLUSH_DELAYED_WORK] = "flush_delayed_work",
	[CWQ_CALL_FLUSH_WORKQUEUE] = "flush_workqueue",
	[CWQ_CALL_FLUSH_WORKQUEUE_TIMEOUT] = "flush_workqueue_timeout",
	[CWQ_CALL_CANCEL_WORK_SYNC] = "cancel_work_sync",
	[CWQ_CALL_DRAIN_WORKQUEUE] = "drain_workqueue",
	[CWQ_CALL_DESTROY_WORKQUEUE] = "destroy_workqueue",
	[CWQ_CALL_SCHEDULE_ON_EACH_CPU] = "schedule_on_each_cpu",
	[CWQ_CALL_MODULE_EXIT] = "module_exit",
};

const char *cwq_call_name(enum cwq_call call)
{
	return calls[call];
}

static void show_wait(struct seq_file *m, const void *group, unsigned int row)
{
	static const char *const thens[CWQ_NR_THENS] = {
		[CWQ_THEN_WAITS] = "waits",
		[CWQ_THEN_RUNS] = "runs",
		[CWQ_THEN_FROZEN] = "frozen",
		[CWQ_THEN_DEAD] = "dead",
		[CWQ_THEN_STARTS] = "starts",
		[CWQ_THEN_CANCELLED] = "cancelled",
		[CWQ_THEN_WAKES] = "wakes",
		[CWQ_THEN_LOCKED] = "locked",
	};
	const struct cwq_waits *waits = group;
	const struct cwq_wait_row *wait = &waits->rows[row];

	seq_printf(m, "%lu", waits->id);
	if (row == waits->nr) {
		seq_puts(m, " - - - - - - - - - - - truncated");
		return;
	}
	seq_printf(m, " %u", wait->hop);
	cwq_show_task(m, &wait->task);
	seq_printf(m, " %s", cwq_call_name(wait->call));
	cwq_show_ms(m, true, wait->waits);
	seq_putc(m, ' ');
	cwq_show_where(m, &wait->where);
	cwq_show_number(m, wait->then <= CWQ_THEN_STARTS, wait->ahead);
	seq_putc(m, ' ');
	cwq_show_func(m, wait->func);
	cwq_show_ms(m, wait->func, wait->running);
	cwq_show_number(m, wait->worker, wait->worker);
	seq_printf(m, " %s", thens[wait->then]);
}

const struct cwq_table cwq_waiters_table = {
	.columns =
		"waiter hop pid comm call wait_ms queue cpu ahead func running_ms worker then",
	.group_size = sizeof(struct cwq_waits),
	.load = load_waits,
	.show = show_wait,
};
