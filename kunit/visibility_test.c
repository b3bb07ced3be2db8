// SPDX-License-Identifier: GPL-2.0
/*
 * What a function sees of what was stored before its work was queued.
 *
 * This catches a PENDING that is taken off too late. That the memory ordering of
 * a refused call is needed is hardly ever seen on x86, whose stores are out long
 * before the call has come to its end.
 */

#include "helpers.h"

#define NR_ROUNDS 1000
#define MAX_DELAY (1u << 16)
#define LOOK_SPINS 20

/*
 * Each round races one queue call with the very moment when the worker takes
 * PENDING off. The worker is kept spinning in a function with the work right
 * behind it. Then it is let go, and a little later the number of the round is
 * stored and the work queued again. Refused or not, a run after that has to see
 * the number. The delay between the two becomes longer after a refused call and
 * shorter after an accepted one, so it stays where the one turns into the other.
 */
struct race {
	struct cwq_workqueue_struct *wq;
	struct cwq_work_struct spin;
	struct cwq_work_struct look;
	int worker_cpu;
	unsigned int spinning;
	unsigned int let_go;
	unsigned int stored;
	unsigned int seen;
	unsigned int refused;
	unsigned int accepted;
	unsigned int missed;
};

static void spin_fn(struct cwq_work_struct *work)
{
	struct race *race = container_of(work, struct race, spin);
	unsigned int round = race->spinning + 1;

	WRITE_ONCE(race->spinning, round);
	while (READ_ONCE(race->let_go) < round)
		cpu_relax();
}

static void look_fn(struct cwq_work_struct *work)
{
	struct race *race = container_of(work, struct race, look);
	int i;

	WRITE_ONCE(race->seen, READ_ONCE(race->stored));
	/* Were the work still pending, what is stored now would be lost. */
	for (i = 0; i < LOOK_SPINS; i++)
		cpu_relax();
}

/* Returns whether the second queue call was refused. */
static bool run_round(struct race *race, unsigned int round, unsigned int delay)
{
	bool refused;

	cwq_queue_work_on(race->worker_cpu, race->wq, &race->spin);
	cwq_queue_work_on(race->worker_cpu, race->wq, &race->look);
	while (READ_ONCE(race->spinning) < round)
		cond_resched();

	WRITE_ONCE(race->let_go, round);
	for (; delay; delay--)
		cpu_relax();
	WRITE_ONCE(race->stored, round);
	refused = !cwq_queue_work_on(race->worker_cpu, race->wq, &race->look);

	cwq_flush_workqueue(race->wq);
	if (race->seen < round)
		race->missed++;
	return refused;
}

static bool call_race(void *arg)
{
	struct race *race = arg;
	unsigned int round, delay = 0;

	/*
	 * In small steps around the delay at which one becomes the other, however long
	 * an emulator lets the worker's CPU wait.
	 */
	for (round = 1; round <= NR_ROUNDS; round++) {
		unsigned int step = delay / 16 + 1;

		if (run_round(race, round, delay)) {
			race->refused++;
			delay = min(delay + step, MAX_DELAY);
		} else {
			race->accepted++;
			delay -= min(delay, step);
		}
	}
	return true;
}

/* Refused or accepted: a later run sees everything stored before the call. */
static void store_is_seen(struct kunit *test)
{
	static struct race race;
	int cpu = first_cpu();

	need_two_cpus(test);
	memset(&race, 0, sizeof(race));
	race.wq = new_queue(test);
	race.worker_cpu = next_cpu(cpu);
	CWQ_INIT_WORK(&race.spin, spin_fn);
	CWQ_INIT_WORK(&race.look, look_fn);

	run_call_on(test, cpu, call_race, &race);
	kunit_info(test, "%u refused, %u accepted\n", race.refused,
		   race.accepted);
	KUNIT_EXPECT_EQ(test, race.missed, 0U);
	/* Without both the case has raced nothing. */
	KUNIT_EXPECT_GT(test, race.refused, 0U);
	KUNIT_EXPECT_GT(test, race.accepted, 0U);
}

static struct kunit_case visibility_cases[] = {
	KUNIT_CASE(store_is_seen),
	{},
};

static struct kunit_suite visibility_suite = {
	.name = "cwq_visibility",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = visibility_cases,
};

kunit_test_suite(visibility_suite);
