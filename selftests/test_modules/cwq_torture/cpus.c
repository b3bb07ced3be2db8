// SPDX-License-Identifier: GPL-2.0
/*
 * Which CPUs are there, and since when: a number for each that grows when it comes
 * and when it goes. The producers that are interrupts come and go with it.
 *
 * Our callback is behind that of cwq: a CPU is there for us when it has its threads,
 * and gone before it loses them. But before that it is dying, then not active any
 * more, and the scheduler sends threads elsewhere.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "torture.h"

static unsigned int *seqs; /* odd: the CPU is not there */
static atomic_t transitions;
static int state;

int torture_cpu(struct rnd_state *random)
{
	int cpu = torture_below(random, nr_cpu_ids);

	return cpu_possible(cpu) ? cpu : cpumask_first(cpu_possible_mask);
}

static bool has_threads(int cpu)
{
	return cpu_active(cpu) && !cpu_dying(cpu);
}

struct torture_place torture_place(int cpu)
{
	unsigned int seq = READ_ONCE(seqs[cpu]);

	return (struct torture_place){ cpu, seq | !has_threads(cpu) };
}

/* Has the CPU been there all the time? */
bool torture_stayed(const struct torture_place *place)
{
	unsigned int seq = READ_ONCE(place->seq);

	return !(seq & 1) && READ_ONCE(seqs[READ_ONCE(place->cpu)]) == seq;
}

/* Does the function that calls this run where it must not? */
bool torture_misplaced(const struct torture_place *place)
{
	int cpu = READ_ONCE(place->cpu);

	if (raw_smp_processor_id() == cpu || !has_threads(cpu))
		return false;
	/* If it has them again, the number must not be from before. */
	smp_rmb();
	return torture_stayed(place);
}

unsigned int torture_transitions(void)
{
	return atomic_read(&transitions);
}

static int cpu_comes(unsigned int cpu)
{
	atomic_inc(&transitions);
	WRITE_ONCE(seqs[cpu], seqs[cpu] + 1);
	torture_interrupts_start(cpu);
	return 0;
}

static int cpu_goes(unsigned int cpu)
{
	atomic_inc(&transitions);
	WRITE_ONCE(seqs[cpu], seqs[cpu] + 1);
	torture_interrupts_stop(cpu);
	return 0;
}

int torture_cpus_start(void)
{
	int cpu, ret;

	seqs = kcalloc(nr_cpu_ids, sizeof(*seqs), GFP_KERNEL);
	if (!seqs)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		seqs[cpu] = 1;
	torture_interrupts_seed();
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "cwq_torture:online",
				cpu_comes, cpu_goes);
	state = ret > 0 ? ret : 0;
	return min(ret, 0);
}

void torture_cpus_stop(void)
{
	if (state)
		cpuhp_remove_state(state);
	state = 0;
}

/* Works that still run look at them. */
void torture_cpus_free(void)
{
	kfree(seqs);
	seqs = NULL;
}
