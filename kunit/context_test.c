// SPDX-License-Identifier: GPL-2.0
/* The contexts from which the calls that may not sleep are made. */

#include <linux/interrupt.h>
#include <linux/irq_work.h>

#include "../module/compat.h"
#include "helpers.h"

/* What is done in the context, and what was found there. */
struct visit {
	struct cwq_workqueue_struct *wq;
	struct item *item;
	bool hardirq;
	bool softirq;
	bool queued;
	bool refused;
	bool armed;
	bool moved;
	bool cancelled;
	bool taken;
	unsigned int busy;
	bool snapshot;
	struct completion done;
};

static struct visit visit;

static void pay_visit(void)
{
	struct cwq_snapshot s;
	int cpu = raw_smp_processor_id();

	visit.hardirq = in_hardirq();
	visit.softirq = in_serving_softirq();
	visit.armed = cwq_queue_delayed_work(visit.wq, &visit.item->dwork,
					     TEST_FAR_AWAY);
	visit.moved = cwq_mod_delayed_work(visit.wq, &visit.item->dwork, 0);
	visit.cancelled = cwq_cancel_delayed_work(&visit.item->dwork);
	cwq_mod_delayed_work_on(cpu, visit.wq, &visit.item->dwork,
				TEST_FAR_AWAY);
	visit.taken = cwq_cancel_work(work_of(visit.item));
	visit.queued = cwq_queue_work_on(cpu, visit.wq, work_of(visit.item));
	visit.refused = !cwq_queue_work(visit.wq, work_of(visit.item));
	visit.busy = cwq_work_busy(work_of(visit.item));
	visit.snapshot = cwq_workqueue_snapshot(visit.wq, cpu, &s);
	complete(&visit.done);
}

static void start_visit(struct kunit *test, struct cwq_workqueue_struct *wq)
{
	memset(&visit, 0, sizeof(visit));
	init_completion(&visit.done);
	visit.wq = wq;
	visit.item = new_item(test);
}

/* Every call did its work there, and the thread has got to the item. */
static void end_visit(struct kunit *test, struct item *gate)
{
	KUNIT_ASSERT_TRUE(test, wait_for_completion_timeout(&visit.done,
							    TEST_TIMEOUT));
	KUNIT_EXPECT_TRUE(test, visit.armed);
	KUNIT_EXPECT_TRUE(test, visit.moved);
	KUNIT_EXPECT_TRUE(test, visit.cancelled);
	KUNIT_EXPECT_TRUE(test, visit.taken);
	KUNIT_EXPECT_EQ(test, visit.busy, CWQ_WORK_BUSY_PENDING);
	KUNIT_EXPECT_TRUE(test, visit.queued);
	KUNIT_EXPECT_TRUE(test, visit.refused);
	KUNIT_EXPECT_TRUE(test, visit.snapshot);
	KUNIT_EXPECT_EQ(test, item_runs(visit.item), 0);
	item_open(gate);
	KUNIT_EXPECT_TRUE(test, item_ended(visit.item));
	run_call(test, call_flush_work, visit.item);
	KUNIT_EXPECT_EQ(test, item_runs(visit.item), 1);
}

static void visit_from_hardirq(struct irq_work *irq_work)
{
	pay_visit();
}

/* Hard interrupt. */
static void hard_interrupt(struct kunit *test)
{
	static struct irq_work irq_work;
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *gate = shut_gate(test, wq, first_cpu());

	start_visit(test, wq);
	irq_work = IRQ_WORK_INIT_HARD(visit_from_hardirq);
	irq_work_queue(&irq_work);
	irq_work_sync(&irq_work);
	end_visit(test, gate);
	KUNIT_EXPECT_TRUE(test, visit.hardirq);
}

static void visit_from_softirq(struct tasklet_struct *tasklet)
{
	pay_visit();
}

/* Soft interrupt. */
static void soft_interrupt(struct kunit *test)
{
	static struct tasklet_struct tasklet;
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *gate = shut_gate(test, wq, first_cpu());

	start_visit(test, wq);
	tasklet_setup(&tasklet, visit_from_softirq);
	tasklet_schedule(&tasklet);
	end_visit(test, gate);
	tasklet_kill(&tasklet);
	KUNIT_EXPECT_TRUE(test, visit.softirq);
}

static void visit_from_timer(struct timer_list *timer)
{
	pay_visit();
}

/* The function of a timer. */
static void timer_function(struct kunit *test)
{
	static struct timer_list timer;
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *gate = shut_gate(test, wq, first_cpu());

	start_visit(test, wq);
	timer_setup(&timer, visit_from_timer, 0);
	mod_timer(&timer, jiffies);
	end_visit(test, gate);
	timer_delete_sync(&timer);
	KUNIT_EXPECT_TRUE(test, visit.softirq);
}

/* A process. */
static void process(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *gate = shut_gate(test, wq, first_cpu());

	start_visit(test, wq);
	pay_visit();
	end_visit(test, gate);
}

/* A process that holds a spinlock with interrupts off, as a raw one has them. */
static void under_a_spinlock(struct kunit *test)
{
	static DEFINE_RAW_SPINLOCK(lock);
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *gate = shut_gate(test, wq, first_cpu());
	unsigned long flags;
	bool still_off;

	start_visit(test, wq);
	raw_spin_lock_irqsave(&lock, flags);
	pay_visit();
	still_off = irqs_disabled();
	raw_spin_unlock_irqrestore(&lock, flags);
	end_visit(test, gate);
	KUNIT_EXPECT_TRUE(test, still_off);
}

static void visit_from_item(struct item *item)
{
	pay_visit();
}

/* The function of a work, of the same queue and of another one. */
static void work_function(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct cwq_workqueue_struct *other = new_queue(test);
	struct item *gate, *host;

	start_visit(test, wq);
	gate = new_gate(test);
	host = new_item(test);
	host->body = visit_from_item;
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(host)));
	KUNIT_ASSERT_TRUE(test, item_ended(visit.item));
	KUNIT_EXPECT_TRUE(test, visit.queued);

	start_visit(test, wq);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(gate)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(other, work_of(host)));
	end_visit(test, gate);
}

static struct kunit_case context_cases[] = {
	KUNIT_CASE(hard_interrupt),
	KUNIT_CASE(soft_interrupt),
	KUNIT_CASE(timer_function),
	KUNIT_CASE(process),
	KUNIT_CASE(under_a_spinlock),
	KUNIT_CASE(work_function),
	{},
};

static struct kunit_suite context_suite = {
	.name = "cwq_context",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = context_cases,
};

kunit_test_suite(context_suite);
