// SPDX-License-Identifier: GPL-2.0
/*
 * Producers that are threads. Most of what they do is cheap, so that there are many
 * works about when something that is not happens to them.
 */
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "torture.h"

struct producer {
	struct torture_task task;
	struct rnd_state random;
	struct own_works *own;
	struct batch *batch;
};

static struct producer *producers;
static unsigned int nr_producers;

static void take_step(struct producer *p)
{
	struct rnd_state *random = &p->random;
	unsigned int i;

	switch (torture_below(random, 1024)) {
	case 0 ... 3:
		torture_short_queue(p->batch, random, &p->task);
		break;
	case 4 ... 5:
		torture_elsewhere(random, &p->task);
		break;
	case 6 ... 99:
		torture_shared_wait(random, &p->task);
		break;
	case 100 ... 199:
		for (i = 0; i < 16; i++)
			torture_shared_call(random);
		torture_freed_make(random, GFP_KERNEL);
		torture_freed_reap();
		break;
	case 200 ... 499:
		for (i = 0; i < 8; i++)
			torture_own_step(p->own, random, &p->task);
		break;
	default:
		torture_batch_step(p->batch, random, &p->task);
		break;
	}
	torture_step(&p->task, "nothing");
}

static int producer_thread(void *data)
{
	struct producer *p = data;

	while (!kthread_should_stop()) {
		take_step(p);
		cond_resched();
	}
	return 0;
}

int torture_producers_start(unsigned int n)
{
	producers = kvcalloc(n, sizeof(*producers), GFP_KERNEL);
	if (!producers)
		return -ENOMEM;
	while (nr_producers < n) {
		struct producer *p = &producers[nr_producers];
		int ret;

		torture_seed(&p->random, 2 * nr_cpu_ids + 2 + nr_producers);
		p->own = torture_own_create(nr_producers, &p->random);
		p->batch = torture_batch_create(nr_producers);
		snprintf(p->task.name, sizeof(p->task.name), "cwq_tort/%u",
			 nr_producers);
		ret = -ENOMEM;
		if (p->own && p->batch)
			ret = torture_start(&p->task, producer_thread, p);
		if (ret) {
			kfree(p->own);
			torture_batch_free(p->batch);
			return ret;
		}
		nr_producers++;
	}
	return 0;
}

void torture_producers_stop(struct torture_task *task)
{
	while (nr_producers) {
		struct producer *p = &producers[--nr_producers];

		torture_step(task, "the end of a producer");
		torture_stop(&p->task);
		torture_own_free(p->own, task);
		torture_batch_free(p->batch);
	}
	kvfree(producers);
	producers = NULL;
}
