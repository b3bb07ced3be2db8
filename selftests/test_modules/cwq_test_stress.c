// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that queue, move, flush and cancel a few works at random, on queues of
 * both kinds, some of which come and go, and on all CPUs, which may go and come
 * meanwhile. Loading it returns when all is done, and fails if a work has not run
 * exactly as often as it was accepted and not cancelled.
 *
 * Every second work stays on one queue, where it must never run twice at once;
 * the others wander from queue to queue.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/sched.h>

#include <cwq/workqueue.h>

#define NR_QUEUES 4
#define NR_WORKS 24
#define NR_THREADS 8
#define MAX_DELAY 4 /* jiffies */

static unsigned int steps = 10000;
module_param(steps, uint, 0444);
MODULE_PARM_DESC(steps, "calls that each thread makes");

static unsigned int seed;
module_param(seed, uint, 0444);
MODULE_PARM_DESC(seed, "of what the threads do; 0: a random one");

struct stress_work {
	struct cwq_delayed_work dwork;
	struct cwq_workqueue_struct *home; /* NULL: it wanders */
	atomic_t accepted;
	atomic_t cancelled;
	atomic_t runs;
	atomic_t inside;
	bool reentered;
};

static struct stress_work works[NR_WORKS];
static struct cwq_workqueue_struct *queues[NR_QUEUES];

static struct rnd_state fn_random; /* racy, which makes it more so */

static unsigned int below(struct rnd_state *random, unsigned int limit)
{
	return prandom_u32_state(random) % limit;
}

static struct cwq_workqueue_struct *queue_for(struct stress_work *w,
					      struct rnd_state *random)
{
	return w->home ?: queues[below(random, NR_QUEUES)];
}

static void accepted(struct stress_work *w, bool yes)
{
	if (yes)
		atomic_inc(&w->accepted);
}

static void cancelled(struct stress_work *w, bool yes)
{
	if (yes)
		atomic_inc(&w->cancelled);
}

/* Runs, sometimes sleeps, sometimes queues itself again. */
static void stress_fn(struct cwq_work_struct *work)
{
	struct stress_work *w =
		container_of(work, struct stress_work, dwork.work);

	if (atomic_inc_return(&w->inside) > 1)
		WRITE_ONCE(w->reentered, true);
	atomic_inc(&w->runs);
	if (!below(&fn_random, 4))
		usleep_range(1, 50);
	atomic_dec(&w->inside);
	if (!below(&fn_random, 4))
		accepted(w, cwq_queue_work(queue_for(w, &fn_random), work));
}

/* A work that wanders finds a queue that is gone right afterwards. */
static void use_short_lived_queue(struct stress_work *w, bool single)
{
	struct cwq_workqueue_struct *wq;

	if (w->home)
		return;
	wq = single ? cwq_create_singlethread_workqueue("cwq_short")
		    : cwq_create_workqueue("cwq_short");
	if (!wq)
		return;
	accepted(w, cwq_queue_work(wq, &w->dwork.work));
	cwq_destroy_workqueue(wq);
}

static void take_step(struct rnd_state *random)
{
	struct stress_work *w = &works[below(random, NR_WORKS)];
	struct cwq_workqueue_struct *wq = queue_for(w, random);
	unsigned long delay = below(random, MAX_DELAY);
	int cpu = below(random, nr_cpu_ids);

	if (!cpu_possible(cpu))
		cpu = 0;

	switch (below(random, 64)) {
	case 0 ... 11:
		accepted(w, cwq_queue_work(wq, &w->dwork.work));
		break;
	case 12 ... 19:
		accepted(w, cwq_queue_work_on(cpu, wq, &w->dwork.work));
		break;
	case 20 ... 23:
		accepted(w, cwq_queue_delayed_work(wq, &w->dwork, delay));
		break;
	case 24 ... 27:
		accepted(w,
			 cwq_queue_delayed_work_on(cpu, wq, &w->dwork, delay));
		break;
	case 28 ... 31:
		accepted(w, !cwq_mod_delayed_work(wq, &w->dwork, delay));
		break;
	case 32 ... 35:
		accepted(w,
			 !cwq_mod_delayed_work_on(cpu, wq, &w->dwork, delay));
		break;
	case 36 ... 39:
		cancelled(w, cwq_cancel_work_sync(&w->dwork.work));
		break;
	case 40 ... 43:
		cancelled(w, cwq_cancel_delayed_work(&w->dwork));
		break;
	case 44 ... 47:
		cancelled(w, cwq_cancel_delayed_work_sync(&w->dwork));
		break;
	case 48 ... 51:
		cwq_flush_work(&w->dwork.work);
		break;
	case 52 ... 53:
		cwq_flush_work_timeout(&w->dwork.work, delay);
		break;
	case 54 ... 57:
		cwq_flush_delayed_work(&w->dwork);
		break;
	case 58 ... 60:
		cwq_flush_workqueue(wq);
		break;
	case 61 ... 62:
		cwq_flush_workqueue_timeout(wq, delay);
		break;
	case 63:
		use_short_lived_queue(w, below(random, 2));
		break;
	}
}

/* One more than the threads: the loading itself. */
static atomic_t threads_left = ATOMIC_INIT(1);
static DECLARE_COMPLETION(threads_done);

static void thread_done(void)
{
	if (atomic_dec_and_test(&threads_left))
		complete(&threads_done);
}

static int stress_thread(void *data)
{
	struct rnd_state random;
	unsigned int i;

	prandom_seed_state(&random, seed + (unsigned long)data);
	for (i = 0; i < steps; i++) {
		take_step(&random);
		cond_resched();
	}
	thread_done();
	return 0;
}

/* Starts what can be started, and waits for it. */
static int run_threads(void)
{
	struct task_struct *thread;
	unsigned long i;
	int ret = 0;

	for (i = 0; i < NR_THREADS && !ret; i++) {
		atomic_inc(&threads_left);
		thread = kthread_run(stress_thread, (void *)i, "cwq_stress/%lu",
				     i);
		if (IS_ERR(thread)) {
			ret = PTR_ERR(thread);
			thread_done();
		}
	}
	thread_done();
	wait_for_completion(&threads_done);
	return ret;
}

static bool account_is_right(int i)
{
	struct stress_work *w = &works[i];
	int accepted = atomic_read(&w->accepted);
	int cancelled = atomic_read(&w->cancelled);
	int runs = atomic_read(&w->runs);

	if (accepted != runs + cancelled) {
		pr_err("work %d: accepted %d, ran %d, cancelled %d\n", i,
		       accepted, runs, cancelled);
		return false;
	}
	if (w->home && w->reentered) {
		pr_err("work %d: ran twice at once\n", i);
		return false;
	}
	return true;
}

static int check_accounts(void)
{
	unsigned long total = 0;
	int i, ret = 0;

	for (i = 0; i < NR_WORKS; i++) {
		if (!account_is_right(i))
			ret = -EIO;
		total += atomic_read(&works[i].runs);
	}
	pr_info("%lu runs, seed %u\n", total, seed);
	return ret;
}

static void destroy_queues(void)
{
	int i;

	for (i = 0; i < NR_QUEUES; i++)
		if (queues[i])
			cwq_destroy_workqueue(queues[i]);
}

static bool create_queues(void)
{
	int i;

	for (i = 0; i < NR_QUEUES; i++) {
		queues[i] =
			i % 2 ? cwq_create_workqueue("cwq_stress")
			      : cwq_create_singlethread_workqueue("cwq_stress");
		if (!queues[i])
			return false;
	}
	return true;
}

static int __init cwq_test_stress_init(void)
{
	int i, ret = -ENOMEM;

	if (!seed)
		seed = get_random_u32();
	prandom_seed_state(&fn_random, seed + NR_THREADS);

	if (create_queues()) {
		for (i = 0; i < NR_WORKS; i++) {
			CWQ_INIT_DELAYED_WORK(&works[i].dwork, stress_fn);
			if (i % 2)
				works[i].home = queues[i / 2 % NR_QUEUES];
		}
		ret = run_threads();
		/* They would queue themselves on a queue that is gone. */
		for (i = 0; i < NR_WORKS; i++)
			cancelled(&works[i], cwq_cancel_delayed_work_sync(
						     &works[i].dwork));
	}
	destroy_queues();
	return check_accounts() ?: ret;
}

/* All is over when the module is loaded. */
static void __exit cwq_test_stress_exit(void)
{
}

module_init(cwq_test_stress_init);
module_exit(cwq_test_stress_exit);

MODULE_AUTHOR("cwq project");
MODULE_DESCRIPTION("Random use of cwq, with an account for each work");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
