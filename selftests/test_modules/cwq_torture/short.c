// SPDX-License-Identifier: GPL-2.0
/*
 * A queue that comes and goes, used by one producer alone. So it can be drained, and
 * it is known that a flush of it must time out while one of its works waits for a
 * gate, and what must have become of everything when it is gone.
 */
#include <linux/completion.h>
#include <linux/jiffies.h>

#include "torture.h"

#define REPEATS 5
#define FAR_AWAY (1000 * HZ)

struct gate {
	struct cwq_work_struct work;
	struct completion open;
	bool ended;
};

static void gate_fn(struct cwq_work_struct *work)
{
	struct gate *gate = container_of(work, struct gate, work);

	torture_count(executed);
	wait_for_completion(&gate->open);
	WRITE_ONCE(gate->ended, true);
}

struct repeated {
	struct cwq_work_struct work;
	struct cwq_workqueue_struct *wq;
	unsigned int runs;
};

static void repeated_fn(struct cwq_work_struct *work)
{
	struct repeated *r = container_of(work, struct repeated, work);

	torture_count(executed);
	WRITE_ONCE(r->runs, r->runs + 1);
	if (r->runs < REPEATS && !torture_accepted(cwq_queue_work(r->wq, work)))
		torture_error(
			"a work was refused by its own queue, in a drain");
}

struct late {
	struct cwq_delayed_work dwork;
	unsigned int runs;
};

static void late_fn(struct cwq_work_struct *work)
{
	struct late *late = container_of(work, struct late, dwork.work);

	torture_count(executed);
	WRITE_ONCE(late->runs, late->runs + 1);
}

struct inner {
	struct cwq_work_struct work;
	unsigned int runs;
};

static void inner_fn(struct cwq_work_struct *work)
{
	struct inner *inner = container_of(work, struct inner, work);

	torture_count(executed);
	WRITE_ONCE(inner->runs, inner->runs + 1);
}

struct outer {
	struct cwq_work_struct work;
	struct cwq_workqueue_struct *wq;
	int cpu; /* of the work that it waits for */
	unsigned int runs;
};

/* What it waits for may be behind it, or behind one that waits for what is. */
static void outer_fn(struct cwq_work_struct *work)
{
	struct outer *outer = container_of(work, struct outer, work);
	struct inner inner = {};

	torture_count(executed);
	CWQ_INIT_WORK_ONSTACK(&inner.work, inner_fn);
	if (!torture_accepted(
		    cwq_queue_work_on(outer->cpu, outer->wq, &inner.work)))
		torture_error("a new work was refused");
	cwq_flush_work(&inner.work);
	if (READ_ONCE(inner.runs) != 1)
		torture_error(
			"a work that another has flushed has run %u times",
			READ_ONCE(inner.runs));
	cwq_destroy_work_on_stack(&inner.work);
	WRITE_ONCE(outer->runs, outer->runs + 1);
}

static void must_time_out(int ret, const char *call)
{
	if (ret == -ETIMEDOUT)
		torture_count(timeouts);
	else
		torture_error("%s on a work that waits: %d", call, ret);
}

static void check_gate(struct cwq_workqueue_struct *wq,
		       struct rnd_state *random, struct torture_task *task)
{
	struct gate gate = {};

	init_completion(&gate.open);
	CWQ_INIT_WORK_ONSTACK(&gate.work, gate_fn);
	torture_accepted(
		cwq_queue_work_on(torture_cpu(random), wq, &gate.work));
	torture_step(task, "flush_work_timeout");
	must_time_out(cwq_flush_work_timeout(&gate.work, 1), task->doing);
	torture_step(task, "flush_workqueue_timeout");
	must_time_out(cwq_flush_workqueue_timeout(wq, 1), task->doing);
	complete(&gate.open);
	torture_step(task, "flush_work");
	cwq_flush_work(&gate.work);
	if (!READ_ONCE(gate.ended))
		torture_error("flush_work of a work that waits has returned");
	cwq_destroy_work_on_stack(&gate.work);
}

static void check_nested(struct cwq_workqueue_struct *wq,
			 struct rnd_state *random, struct torture_task *task)
{
	int cpus[2] = { torture_cpu(random), torture_cpu(random) }, i;
	struct outer outers[2] = {};

	for (i = 0; i < 2; i++) {
		outers[i].wq = wq;
		outers[i].cpu = cpus[!i];
		CWQ_INIT_WORK_ONSTACK(&outers[i].work, outer_fn);
		torture_accepted(
			cwq_queue_work_on(cpus[i], wq, &outers[i].work));
	}
	torture_step(task, "flush_work of works that flush works");
	for (i = 0; i < 2; i++) {
		cwq_flush_work(&outers[i].work);
		if (READ_ONCE(outers[i].runs) != 1)
			torture_error(
				"a work that was flushed has run %u times",
				READ_ONCE(outers[i].runs));
		cwq_destroy_work_on_stack(&outers[i].work);
	}
}

static void check_drain(struct cwq_workqueue_struct *wq,
			struct torture_task *task)
{
	struct repeated r = { .wq = wq };

	CWQ_INIT_WORK_ONSTACK(&r.work, repeated_fn);
	torture_accepted(cwq_queue_work(wq, &r.work));
	torture_step(task, "drain_workqueue");
	cwq_drain_workqueue(wq);
	if (READ_ONCE(r.runs) != REPEATS)
		torture_error("%u of %u runs have ended after a drain",
			      READ_ONCE(r.runs), REPEATS);
	torture_step(task, "cancel_work_sync");
	torture_cancelled(cwq_cancel_work_sync(&r.work));
	cwq_destroy_work_on_stack(&r.work);
}

/* Its timer is armed when the queue goes; that is told in the log, so it is rare. */
static void destroy_armed(struct cwq_workqueue_struct *wq,
			  struct torture_task *task)
{
	struct late late = {};

	CWQ_INIT_DELAYED_WORK_ONSTACK(&late.dwork, late_fn);
	torture_accepted(cwq_queue_delayed_work(wq, &late.dwork, FAR_AWAY));
	torture_step(task, "destroy_workqueue");
	cwq_destroy_workqueue(wq);
	if (READ_ONCE(late.runs) || cwq_delayed_work_pending(&late.dwork))
		torture_error("a timer has outlived its queue");
	torture_cancelled(true);
	cwq_destroy_delayed_work_on_stack(&late.dwork);
}

void torture_short_queue(struct batch *batch, struct rnd_state *random,
			 struct torture_task *task)
{
	struct cwq_workqueue_struct *wq;
	unsigned int n;

	torture_step(task, "create_workqueue");
	wq = torture_create("cwq_short", prandom_u32_state(random));
	if (!wq)
		return;
	torture_count(created);
	if (torture_below(random, 2))
		check_gate(wq, random, task);
	if (torture_below(random, 2))
		check_nested(wq, random, task);
	n = torture_batch_put(batch, random, wq);
	torture_shared_wander(random, wq);
	if (torture_below(random, 2)) {
		check_drain(wq, task);
		torture_batch_check(batch, n, "drain_workqueue");
	}
	if (torture_below(random, 32)) {
		torture_step(task, "destroy_workqueue");
		cwq_destroy_workqueue(wq);
	} else {
		destroy_armed(wq, task);
	}
	torture_batch_check(batch, n, "destroy_workqueue");
}
