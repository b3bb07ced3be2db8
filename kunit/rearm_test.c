// SPDX-License-Identifier: GPL-2.0
/*
 * A delayed work is armed again before the CPU of its timer has come back from the timer
 * function that queued it the last time. On a virtual CPU that may take long.
 */

#include <linux/completion.h>
#include <linux/ktime.h>
#include <linux/processor.h>
#include <linux/timer.h>

#include "helpers.h"

/* By then the CPU comes back in any case, and the case has failed. */
#define LIMIT_NS (10 * NSEC_PER_SEC)

/* The work, and a CPU that has called its timer function and does not come back. */
static struct {
	struct cwq_delayed_work dwork;
	struct cwq_workqueue_struct *wq;
	int cpu; /* where it runs; the timer fires on another one */
	int runs;
	struct completion ran, back;
	bool may_come_back, late;
} slow;

static void slow_fn(struct cwq_work_struct *work)
{
	slow.runs++;
	complete(&slow.ran);
}

/* Interrupts are off, as in the function that it stands for. */
static void slow_timer_fn(struct timer_list *timer)
{
	u64 limit = ktime_get_ns() + LIMIT_NS;

	cwq_delayed_work_timer_fn(timer);
	while (!smp_load_acquire(&slow.may_come_back)) { /* see arm_again() */
		if (ktime_get_ns() > limit) {
			WRITE_ONCE(slow.late, true);
			break;
		}
		cpu_relax();
	}
	complete(&slow.back);
}

/* Called on the CPU where the timer is to fire. */
static bool arm(void *arg)
{
	CWQ_INIT_DELAYED_WORK(&slow.dwork, slow_fn);
	slow.dwork.timer.flags |= TIMER_PINNED;
	if (!cwq_queue_delayed_work_on(slow.cpu, slow.wq, &slow.dwork,
				       TEST_FAR_AWAY))
		return false;
	slow.dwork.timer.function = slow_timer_fn;
	mod_timer(&slow.dwork.timer, jiffies + 1);
	return true;
}

static bool is_armed(void)
{
	return timer_pending(&slow.dwork.timer);
}

/*
 * Called on the CPU where the work runs: arm it once more, and do what is to be done
 * with it before the CPU of the timer comes back.
 */
static bool arm_again(void *arg)
{
	bool (*take_out)(void) = arg;
	bool taken = false;

	if (wait_for_completion_timeout(&slow.ran, TEST_TIMEOUT)) {
		cwq_flush_work(&slow.dwork.work);
		slow.dwork.timer.function = cwq_delayed_work_timer_fn;
		taken = cwq_queue_delayed_work_on(slow.cpu, slow.wq,
						  &slow.dwork, TEST_FAR_AWAY) &&
			take_out();
	}
	taken = taken && !READ_ONCE(slow.late);
	/* Pairs with the acquire in slow_timer_fn(). */
	smp_store_release(&slow.may_come_back, true);
	return wait_for_completion_timeout(&slow.back, TEST_TIMEOUT) && taken;
}

static void take_out_by(struct kunit *test, bool (*take_out)(void))
{
	struct call *call;

	need_two_cpus(test);
	slow.wq = new_queue(test);
	slow.cpu = first_cpu();
	slow.runs = 0;
	slow.may_come_back = false;
	slow.late = false;
	init_completion(&slow.ran);
	init_completion(&slow.back);
	/*
	 * Its thread is made first: whoever makes threads may be on the CPU that does
	 * not come back.
	 */
	call = start_call_on(test, slow.cpu, arm_again, take_out);
	KUNIT_EXPECT_TRUE(test,
			  run_call_on(test, next_cpu(slow.cpu), arm, NULL));
	KUNIT_ASSERT_TRUE(test, call_returned(call));
	KUNIT_EXPECT_TRUE(test, call->ret);
	cwq_cancel_delayed_work_sync(&slow.dwork);
}

static bool flush_it(void)
{
	return cwq_flush_delayed_work(&slow.dwork) && slow.runs == 2;
}

static void flush(struct kunit *test)
{
	take_out_by(test, flush_it);
}

static bool mod_it(void)
{
	bool pending =
		cwq_mod_delayed_work_on(slow.cpu, slow.wq, &slow.dwork, 0);

	cwq_flush_work(&slow.dwork.work);
	return pending && slow.runs == 2;
}

static void mod_to_now(struct kunit *test)
{
	take_out_by(test, mod_it);
}

static bool mod_it_to_later(void)
{
	return cwq_mod_delayed_work_on(slow.cpu, slow.wq, &slow.dwork,
				       TEST_FAR_AWAY) &&
	       is_armed() && slow.runs == 1;
}

static void mod_to_later(struct kunit *test)
{
	take_out_by(test, mod_it_to_later);
}

static bool cancel_it(void)
{
	return cwq_cancel_delayed_work(&slow.dwork) && !is_armed() &&
	       slow.runs == 1;
}

static void cancel(struct kunit *test)
{
	take_out_by(test, cancel_it);
}

static bool cancel_it_sync(void)
{
	return cwq_cancel_delayed_work_sync(&slow.dwork) && !is_armed() &&
	       slow.runs == 1;
}

static void cancel_sync(struct kunit *test)
{
	take_out_by(test, cancel_it_sync);
}

static struct kunit_case rearm_cases[] = {
	KUNIT_CASE(flush),  KUNIT_CASE(mod_to_now),  KUNIT_CASE(mod_to_later),
	KUNIT_CASE(cancel), KUNIT_CASE(cancel_sync), {},
};

static struct kunit_suite rearm_suite = {
	.name = "cwq_rearm",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = rearm_cases,
};

kunit_test_suite(rearm_suite);
