// SPDX-License-Identifier: GPL-2.0
/*
 * Contention: a producer on each CPU, all of which start at once, and queue
 * either each on its own CPU's queue or all on a single one. Each has an array
 * of items, and puts every one of them once.
 *
 * They do so twice. The first time nothing is timed but the whole, from the
 * start until the last item has run. The second time each call is timed: the
 * clock takes longer to read than an item to put.
 *
 * Or, each on its own CPU's queue, they wait for an item before they put the next
 * one. That takes so long that the clock may be read at once.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "bench.h"

static unsigned int items = 20000;
module_param(items, uint, 0644);
MODULE_PARM_DESC(items, "items that the producers put, all together");

static DECLARE_COMPLETION(gate);
static atomic_t not_ready, not_done;
static DECLARE_COMPLETION(all_ready);
static DECLARE_COMPLETION(all_done);

static int producer_thread(void *data)
{
	struct bench_producer *p = data;

	if (atomic_dec_and_test(&not_ready))
		complete(&all_ready);
	wait_for_completion(&gate);
	p->produce(p);
	/* If it takes longer, items are lost, and check() says so. */
	wait_for_completion_timeout(&p->all_run, 60 * HZ);
	if (atomic_dec_and_test(&not_done))
		complete(&all_done);
	return 0;
}

static void free_producer(struct bench_producer *p)
{
	if (p->task) {
		kthread_stop(p->task);
		put_task_struct(p->task);
	}
	kvfree(p->items);
}

static int make_producer(struct bench_producer *p,
			 const struct bench_peer *peer, void *queue, int cpu)
{
	struct task_struct *task;
	unsigned int i;

	p->target = peer->target(queue, cpu);
	atomic_set(&p->left, p->n);
	init_completion(&p->all_run);
	p->items = kvcalloc(p->n, sizeof(*p->items), GFP_KERNEL);
	if (!p->items)
		return -ENOMEM;
	for (i = 0; i < p->n; i++) {
		peer->init(&p->items[i], PRODUCED);
		p->items[i].producer = p;
	}
	task = kthread_create_on_cpu(producer_thread, p, cpu, "producer/%u");
	if (IS_ERR(task))
		return PTR_ERR(task);
	/* It ends by itself, and is waited for nevertheless. */
	get_task_struct(task);
	p->task = task;
	return 0;
}

static u64 run_producers(struct bench_producer *producers, unsigned int n)
{
	unsigned int i;
	u64 start;

	reinit_completion(&gate);
	atomic_set(&not_ready, n);
	atomic_set(&not_done, n);
	for (i = 0; i < n; i++)
		wake_up_process(producers[i].task);
	wait_for_completion(&all_ready);
	start = ktime_get_ns();
	complete_all(&gate);
	wait_for_completion(&all_done);
	return ktime_get_ns() - start;
}

/* Was each item accepted once, and has it run once? */
static int check(const struct bench_peer *peer, const char *test,
		 struct bench_producer *producers, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		int left = atomic_read(&producers[i].left);

		if (producers[i].refused || left) {
			pr_err("%s: %s: %u of %u items refused, %d not run\n",
			       test, peer->name, producers[i].refused,
			       producers[i].n, left);
			return -EIO;
		}
	}
	return 0;
}

/* How long calls took goes to @samples, if @produce times them. */
static int measure(const struct bench_peer *peer, const char *test,
		   enum bench_shape shape,
		   void (*produce)(struct bench_producer *p), unsigned int each,
		   u32 *samples, u64 *ns)
{
	unsigned int i, made = 0, n = num_online_cpus();
	struct bench_producer *producers;
	int cpu, ret = 0;
	void *queue;

	producers = kvcalloc(n, sizeof(*producers), GFP_KERNEL);
	if (!producers)
		return -ENOMEM;
	queue = peer->create(peer, shape);
	if (IS_ERR(queue)) {
		kvfree(producers);
		return PTR_ERR(queue);
	}
	for_each_online_cpu(cpu) {
		struct bench_producer *p = &producers[made];

		if (ret || made == n)
			break;
		p->produce = produce;
		p->n = each;
		p->samples = samples + made * each;
		ret = make_producer(p, peer, queue, cpu);
		made++;
	}
	if (!ret)
		*ns = run_producers(producers, made);
	/* Runs what should not be there any more, and is counted, too. */
	peer->destroy(queue);
	if (!ret)
		ret = check(peer, test, producers, made);
	for (i = 0; i < made; i++)
		free_producer(&producers[i]);
	kvfree(producers);
	return ret;
}

static int run(struct seq_file *m, const struct bench_peer *peer,
	       const char *test, enum bench_shape shape, bool in_turn)
{
	unsigned int n = num_online_cpus(), each = items / n;
	u32 *samples;
	u64 ns, not_told;
	int ret;

	if (!(peer->shapes & BIT(shape)) || !peer->produce)
		return 0;
	if (!each)
		return -EINVAL;
	samples = kvcalloc(n * each, sizeof(*samples), GFP_KERNEL);
	if (!samples)
		return -ENOMEM;
	if (in_turn) {
		ret = measure(peer, test, shape, peer->produce_in_turn, each,
			      samples, &ns);
	} else {
		ret = measure(peer, test, shape, peer->produce, each, samples,
			      &ns);
		if (!ret)
			ret = measure(peer, test, shape, peer->produce_timed,
				      each, samples, &not_told);
	}
	if (!ret) {
		bench_figure(m, test, peer, "per_s",
			     div64_u64((u64)n * each * NSEC_PER_SEC, ns));
		bench_percentiles(m, test, peer, samples, n * each);
	}
	kvfree(samples);
	return ret;
}

int bench_own_queue(struct seq_file *m, const struct bench_peer *peer)
{
	return run(m, peer, "own-queue", PER_CPU, false);
}

int bench_one_queue(struct seq_file *m, const struct bench_peer *peer)
{
	return run(m, peer, "one-queue", SINGLE, false);
}

int bench_in_turn(struct seq_file *m, const struct bench_peer *peer)
{
	return run(m, peer, "in-turn", PER_CPU, true);
}
