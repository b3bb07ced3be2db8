// SPDX-License-Identifier: GPL-2.0
/*
 * Producers in softirqs and in hard interrupts, on each CPU: a timer and a timer of
 * high resolution.
 */
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/timer.h>

#include "../../../module/compat.h"
#include "torture.h"

#define CALLS 4
#define HARD_INTERVAL (2 * NSEC_PER_MSEC)

struct interrupts {
	struct timer_list soft;
	struct hrtimer hard;
	struct rnd_state soft_random;
	struct rnd_state hard_random;
};

static DEFINE_PER_CPU(struct interrupts, interrupts);

static void produce(struct rnd_state *random)
{
	unsigned int i;

	for (i = 0; i < CALLS; i++)
		torture_shared_call(random);
	/* On PREEMPT_RT, no memory is to be had in a hard interrupt. */
	if (!IS_ENABLED(CONFIG_PREEMPT_RT) || !in_hardirq())
		torture_freed_make(random, GFP_ATOMIC | __GFP_NOWARN);
}

static void soft_fn(struct timer_list *timer)
{
	struct interrupts *in = container_of(timer, struct interrupts, soft);

	produce(&in->soft_random);
	mod_timer(timer, jiffies + 1);
}

static enum hrtimer_restart hard_fn(struct hrtimer *timer)
{
	struct interrupts *in = container_of(timer, struct interrupts, hard);

	produce(&in->hard_random);
	hrtimer_forward_now(timer, HARD_INTERVAL);
	return HRTIMER_RESTART;
}

void torture_interrupts_start(int cpu)
{
	struct interrupts *in = per_cpu_ptr(&interrupts, cpu);

	timer_setup(&in->soft, soft_fn, TIMER_PINNED);
	in->soft.expires = jiffies + 1;
	add_timer_on(&in->soft, cpu);
	hrtimer_setup(&in->hard, hard_fn, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED_HARD);
	hrtimer_start(&in->hard, HARD_INTERVAL, HRTIMER_MODE_REL_PINNED_HARD);
}

void torture_interrupts_stop(int cpu)
{
	struct interrupts *in = per_cpu_ptr(&interrupts, cpu);

	timer_delete_sync(&in->soft);
	hrtimer_cancel(&in->hard);
}

void torture_interrupts_seed(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct interrupts *in = per_cpu_ptr(&interrupts, cpu);

		torture_seed(&in->soft_random, 2 * cpu + 1);
		torture_seed(&in->hard_random, 2 * cpu + 2);
	}
}
