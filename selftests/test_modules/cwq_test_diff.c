// SPDX-License-Identifier: GPL-2.0
/*
 * The same random calls on a queue of cwq and on one of the running kernel: do
 * they return the same, run the same items in the same order and leave the same
 * behind? Loading it returns when all is done, and fails if they differ. A
 * sequence of calls with which they do is told, cut down to those that matter,
 * and how to repeat it.
 *
 * The queues are such that there is one order: single-threaded ones or, since
 * that takes no time to wake up another CPU, queues with a thread on each CPU of
 * which one CPU's is used.
 *
 * Nothing is left to chance. The function of an item parks until it is released,
 * which is one of the random steps. Calls that may wait are made by a thread of
 * its own, the caller, so that the steps go on meanwhile; how many releases it
 * takes until the call returns is compared, too. After each step everything comes
 * to rest before the next: an item is parked or none is active, the caller is
 * asleep or has returned. A timer is armed for so late that it never fires, or
 * for so soon that its firing is a part of the step.
 *
 * Where the two differ on purpose, and what the test does about it:
 *
 * D1 cancel_work(), cancel_work_sync() of a delayed work whose timer is armed:
 *    the kernel spins until the timer fires, cwq takes it out (contract row 7).
 *    On the kernel the test calls cancel_delayed_work(), .._sync() instead.
 * D2 a work that a cancel_work_sync() waits for: cwq and the kernel up to 6.9
 *    show it as pending, and mod_delayed_work() says so. Later kernels take
 *    PENDING off and refuse by other means. The test takes it for pending.
 * D3 a running delayed work that is cancelled while its timer is armed: the kernel
 *    takes the timer out before it waits, cwq afterwards. Should it fire in
 *    between, nothing comes of it. The test takes it for not armed.
 * D4 a pending work is taken off while flush_work() waits for it: on the kernel
 *    the flush may end at once, beside what runs; with cwq it ends when what was
 *    queued before has run. The test first lets the flush end.
 * D5 queueing during drain_workqueue() by others than works of the queue: the
 *    kernel warns and leaves the work pending for ever, cwq reports and refuses.
 *    The test first lets the drain end.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/compiler.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include <cwq/workqueue.h>

#include "../../module/compat.h"

#define NR_ITEMS 6
#define MAX_OPS 100
/* A step makes at most two events itself, and four runs of up to three. */
#define MAX_EVENTS (16 * MAX_OPS)
#define MAX_REPORTS 3
#define PATIENCE (10 * HZ)

static unsigned int seed;
module_param(seed, uint, 0444);
MODULE_PARM_DESC(seed, "of all sequences; 0: a random one");

static unsigned int first;
module_param(first, uint, 0444);
MODULE_PARM_DESC(first, "number of the first sequence");

static unsigned int sequences = 10000;
module_param(sequences, uint, 0444);
MODULE_PARM_DESC(sequences, "how many");

static unsigned int ops = 24;
module_param(ops, uint, 0444);
MODULE_PARM_DESC(ops, "steps of a sequence");

enum code {
	QUEUE,
	QUEUE_DELAYED,
	MOD,
	CANCEL,
	CANCEL_DELAYED,
	CANCEL_SYNC,
	CANCEL_DELAYED_SYNC,
	FLUSH,
	FLUSH_DELAYED,
	FLUSH_QUEUE,
	DRAIN,
	RELEASE, /* what is parked */
	PROGRAM, /* what an item does when it is released */
	NOTHING,
	NR_CODES
};

#define HAS_ITEM 1u
#define HAS_DELAY 2u
#define WAITS 4u
#define TAKES_OFF 8u

static const struct {
	const char *name;
	u8 weight[2]; /* how often as a step, and inside a function */
	u8 flags;
} codes[NR_CODES] = {
	[QUEUE] = { "queue", { 14, 6 }, HAS_ITEM },
	[QUEUE_DELAYED] = { "queue_delayed", { 6, 3 }, HAS_ITEM | HAS_DELAY },
	[MOD] = { "mod", { 6, 3 }, HAS_ITEM | HAS_DELAY | TAKES_OFF },
	[CANCEL] = { "cancel", { 2, 2 }, HAS_ITEM | TAKES_OFF },
	[CANCEL_DELAYED] = { "cancel_delayed", { 2, 2 }, HAS_ITEM | TAKES_OFF },
	[CANCEL_SYNC] = { "cancel_sync", { 3 }, HAS_ITEM | TAKES_OFF | WAITS },
	[CANCEL_DELAYED_SYNC] = { "cancel_delayed_sync",
				  { 3 },
				  HAS_ITEM | TAKES_OFF | WAITS },
	[FLUSH] = { "flush", { 3 }, HAS_ITEM | WAITS },
	[FLUSH_DELAYED] = { "flush_delayed", { 3 }, HAS_ITEM | WAITS },
	[FLUSH_QUEUE] = { "flush_queue", { 2 }, WAITS },
	[DRAIN] = { "drain", { 1 }, WAITS },
	[RELEASE] = { "release", { 12 } },
	[PROGRAM] = { "program", { 6 }, HAS_ITEM },
};

enum delay { NOW, NEAR, FAR };

static const unsigned long jiffies_of[] = { 0, 1, 3600 * HZ };
static const char *const delay_names[] = { "now", "near", "far" };

struct op {
	u8 code;
	u8 item;
	u8 delay;
};

struct step {
	struct op op;
	struct op inside; /* PROGRAM: this, so many times */
	u8 times;
};

struct item {
	struct delayed_work kernel;
	struct cwq_delayed_work cwq;
	struct op inside;
	unsigned int times;
};

static struct item items[NR_ITEMS];

static int cpu; /* where the test runs */
static bool single_threaded; /* which queues it uses now */

/* What the two implementations are asked through. */
struct implementation {
	void (*init)(struct item *item);
	bool (*call)(struct op op);
	bool (*pending)(struct item *item);
	unsigned int (*busy)(struct item *item);
	struct timer_list *(*timer)(struct item *item);
};

static const struct implementation *impl; /* the one whose turn it is */

enum what { CALLED, RETURNED, PROGRAMMED, STARTED, INSIDE, STUCK };

/* No holes: histories are compared byte by byte. */
struct event {
	u8 what;
	u8 item; /* the one whose function it is */
	s8 result; /* -1 for none, or none yet */
	struct op op;
	char state[NR_ITEMS + 1]; /* of each item afterwards */
};

struct history {
	struct event events[MAX_EVENTS];
	unsigned int n;
	unsigned long runs;
	unsigned long taken_off; /* of the queue, before they ran */
	bool stuck;
};

static struct history histories[2];
static struct history *history;
static bool ledger_is_right;
static unsigned long nr_calls, nr_runs;

/* The function that runs, and the threads that run it and ran the last one. */
static enum { NO_FUNC, PARKED, RELEASED } func_state;
static struct task_struct *worker, *last_worker;
static bool no_parking;
static DECLARE_COMPLETION(go_on);

/* The call that may wait. */
static struct kthread_worker *caller;
static struct op call;
static bool call_result;
static enum { NO_CALL, CALL_ASKED, CALL_BEGUN, CALL_ENDED } call_state;

/* Who sees the new state sees all that was done before. */
#define set_state(state, value) smp_store_release(&(state), value)
/* Pairs with set_state(). */
#define get_state(state) smp_load_acquire(&(state))

static bool call_is_under_way(void)
{
	return get_state(call_state) == CALL_BEGUN;
}

/* Does a cancel that waits keep @item from being queued? */
static bool is_being_cancelled(struct item *item)
{
	return call_is_under_way() && &items[call.item] == item &&
	       (codes[call.code].flags & TAKES_OFF);
}

static bool is_armed(struct item *item)
{
	return !is_being_cancelled(item) /* D3 */ &&
	       timer_pending(impl->timer(item));
}

static bool is_pending(struct item *item)
{
	return is_being_cancelled(item) /* D2 */ || impl->pending(item);
}

static bool is_on_queue(struct item *item)
{
	return is_pending(item) && !is_armed(item) && !is_being_cancelled(item);
}

/* As report() explains it. */
static char state_of(struct item *item)
{
	unsigned int busy = impl->busy(item);

	if (!!(busy & WORK_BUSY_PENDING) != impl->pending(item))
		return '!';
	if (is_armed(item) && !is_pending(item))
		return '?';
	if (busy & WORK_BUSY_RUNNING)
		return is_armed(item) ? 'D' : is_pending(item) ? 'P' : 'r';
	return is_armed(item) ? 'd' : is_pending(item) ? 'p' : '.';
}

static struct event *record(enum what what, struct op op, int result)
{
	struct event *event = &history->events[history->n];

	if (history->n < MAX_EVENTS - 1)
		history->n++;
	*event = (struct event){ .what = what, .op = op, .result = result };
	return event;
}

/* Add to @event what it has come to. */
static void record_state(struct event *event)
{
	int i;

	for (i = 0; i < NR_ITEMS; i++)
		event->state[i] = state_of(&items[i]);
}

static void get_stuck(void)
{
	if (!history->stuck)
		record_state(record(STUCK, (struct op){ NOTHING }, -1));
	history->stuck = true;
}

static bool perform(struct op op, bool was_on_queue)
{
	bool result;

	result = impl->call(op);
	if (op.code == MOD && is_being_cancelled(&items[op.item]))
		result = true; /* D2 */
	if (result && was_on_queue && (codes[op.code].flags & TAKES_OFF))
		history->taken_off++;
	return result;
}

/* D4: may the flush that waits now be surprised by this? */
static bool surprises_flush(struct op op)
{
	return call_is_under_way() && call.item == op.item &&
	       (call.code == FLUSH || call.code == FLUSH_DELAYED) &&
	       (codes[op.code].flags & TAKES_OFF);
}

static void do_program(struct item *item)
{
	struct op op = item->inside;

	if (!item->times || surprises_flush(op))
		return;
	item->times--;
	record(INSIDE, op, perform(op, is_on_queue(&items[op.item])))->item =
		item - items;
}

/* The function of every item, in the worker of either queue. */
static void run_item(struct item *item)
{
	if (READ_ONCE(no_parking))
		return;
	record(STARTED, (struct op){ NOTHING }, -1)->item = item - items;
	history->runs++;
	worker = current;
	set_state(func_state, PARKED);
	wait_for_completion(&go_on);
	do_program(item);
	set_state(func_state, NO_FUNC);
}

static void call_fn(struct kthread_work *work)
{
	bool was_on_queue = is_on_queue(&items[call.item]);

	set_state(call_state, CALL_BEGUN);
	call_result = perform(call, was_on_queue);
	set_state(call_state, CALL_ENDED);
}

static DEFINE_KTHREAD_WORK(call_work, call_fn);

/* Not a task that waits for a spinlock on PREEMPT_RT. */
static bool is_asleep(struct task_struct *task)
{
	return READ_ONCE(task->__state) & TASK_NORMAL;
}

static bool is_caller_at_rest(void)
{
	switch (get_state(call_state)) {
	case CALL_ASKED:
		return false;
	case CALL_BEGUN:
		return is_asleep(caller->task);
	default:
		return true;
	}
}

static bool is_any_active(void)
{
	int i;

	for (i = 0; i < NR_ITEMS; i++)
		if (is_on_queue(&items[i]) ||
		    impl->busy(&items[i]) & WORK_BUSY_RUNNING)
			return true;
	return false;
}

static bool is_worker_at_rest(void)
{
	switch (get_state(func_state)) {
	case RELEASED:
		return false;
	case NO_FUNC:
		if (is_any_active())
			return false;
		break;
	case PARKED:
		break;
	}
	/*
	 * The next item of the kernel may start while the worker of the last
	 * one still wakes those who wait for that.
	 */
	return !last_worker || is_asleep(last_worker);
}

/* The caller may give work to the worker, and the worker wake the caller. */
static bool is_at_rest(void)
{
	return is_caller_at_rest() && is_worker_at_rest() &&
	       is_caller_at_rest();
}

/*
 * Waits for @condition(), which nobody announces. Most of the time it is a thread
 * of this CPU that makes it true.
 */
static void wait_until(bool (*condition)(void))
{
	unsigned long end = jiffies + PATIENCE;
	unsigned int looks;

	for (looks = 0; !history->stuck && !condition(); looks++) {
		if (looks < 50)
			schedule();
		else
			usleep_range(20, 50);
		if (time_after(jiffies, end))
			get_stuck();
	}
}

static void rest(void)
{
	wait_until(is_at_rest);
}

static void release(void)
{
	struct event *event;

	if (func_state != PARKED)
		return;
	event = record(CALLED, (struct op){ RELEASE }, -1);
	last_worker = worker;
	set_state(func_state, RELEASED);
	complete(&go_on);
	rest();
	record_state(event);
	if (call_state == CALL_ENDED) {
		call_state = NO_CALL;
		record(RETURNED, call, call_result);
	}
}

/* Release what the call waits for. */
static void finish_call(void)
{
	while (call_state != NO_CALL && !history->stuck) {
		if (func_state != PARKED)
			get_stuck();
		release();
	}
}

static struct item *near_item;

static bool has_near_timer_fired(void)
{
	return !is_armed(near_item);
}

/* The timer that @op has armed fires, and puts the item on the queue. */
static void wait_for_near_timer(struct op op)
{
	near_item = &items[op.item];
	wait_until(has_near_timer_fired);
	timer_delete_sync(impl->timer(near_item));
}

/* Returns the result, or -1 if it waits for a release. */
static int let_caller_perform(struct op op)
{
	call = op;
	call_state = CALL_ASKED;
	kthread_queue_work(caller, &call_work);
	rest();
	if (call_state != CALL_ENDED)
		return -1;
	call_state = NO_CALL;
	return call_result;
}

static int perform_here(struct op op)
{
	struct item *item = &items[op.item];
	int result = perform(op, is_on_queue(item));

	if (op.delay == NEAR && (result || op.code == MOD) &&
	    !is_being_cancelled(item))
		wait_for_near_timer(op);
	rest();
	return result;
}

static void do_call(struct op op)
{
	bool waits = codes[op.code].flags & WAITS;
	struct event *event;

	if (waits || surprises_flush(op))
		finish_call();
	if (history->stuck)
		return;
	nr_calls++;
	event = record(CALLED, op, -1);
	event->result = waits ? let_caller_perform(op) : perform_here(op);
	record_state(event);
	/* D5 */
	if (op.code == DRAIN)
		finish_call();
}

static void take_step(const struct step *step)
{
	switch (step->op.code) {
	case NOTHING:
		break;
	case RELEASE:
		release();
		break;
	case PROGRAM:
		items[step->op.item].inside = step->inside;
		items[step->op.item].times = step->times;
		record(PROGRAMMED, step->inside, step->times)->item =
			step->op.item;
		break;
	default:
		do_call(step->op);
	}
}

/* The kernel's workqueue. */
static struct workqueue_struct *kernel_wqs[2];

static void kernel_fn(struct work_struct *work)
{
	run_item(container_of(work, struct item, kernel.work));
}

static void kernel_init(struct item *item)
{
	INIT_DELAYED_WORK(&item->kernel, kernel_fn);
}

static bool kernel_call(struct op op)
{
	struct workqueue_struct *wq = kernel_wqs[single_threaded];
	struct delayed_work *dwork = &items[op.item].kernel;
	unsigned long delay = jiffies_of[op.delay];

	/* D1 */
	if (timer_pending(&dwork->timer) && op.code == CANCEL)
		op.code = CANCEL_DELAYED;
	if (timer_pending(&dwork->timer) && op.code == CANCEL_SYNC)
		op.code = CANCEL_DELAYED_SYNC;

	switch (op.code) {
	case QUEUE:
		return queue_work(wq, &dwork->work);
	case QUEUE_DELAYED:
		return queue_delayed_work_on(cpu, wq, dwork, delay);
	case MOD:
		return mod_delayed_work_on(cpu, wq, dwork, delay);
	case CANCEL:
		return cancel_work(&dwork->work);
	case CANCEL_DELAYED:
		return cancel_delayed_work(dwork);
	case CANCEL_SYNC:
		return cancel_work_sync(&dwork->work);
	case CANCEL_DELAYED_SYNC:
		return cancel_delayed_work_sync(dwork);
	case FLUSH:
		return flush_work(&dwork->work);
	case FLUSH_DELAYED:
		return flush_delayed_work(dwork);
	case FLUSH_QUEUE:
		flush_workqueue(wq);
		break;
	case DRAIN:
		drain_workqueue(wq);
		break;
	}
	return false;
}

static bool kernel_pending(struct item *item)
{
	/* The kernel clears another bit of that word with a plain write. */
	return data_race(delayed_work_pending(&item->kernel));
}

static unsigned int kernel_busy(struct item *item)
{
	return work_busy(&item->kernel.work);
}

static struct timer_list *kernel_timer(struct item *item)
{
	return &item->kernel.timer;
}

static const struct implementation kernel = {
	.init = kernel_init,
	.call = kernel_call,
	.pending = kernel_pending,
	.busy = kernel_busy,
	.timer = kernel_timer,
};

/* The same with cwq. */
static struct cwq_workqueue_struct *cwq_wqs[2];

static void cwq_fn(struct cwq_work_struct *work)
{
	run_item(container_of(work, struct item, cwq.work));
}

static void cwq_init(struct item *item)
{
	CWQ_INIT_DELAYED_WORK(&item->cwq, cwq_fn);
}

static bool cwq_call(struct op op)
{
	struct cwq_workqueue_struct *wq = cwq_wqs[single_threaded];
	struct cwq_delayed_work *dwork = &items[op.item].cwq;
	unsigned long delay = jiffies_of[op.delay];

	switch (op.code) {
	case QUEUE:
		return cwq_queue_work(wq, &dwork->work);
	case QUEUE_DELAYED:
		return cwq_queue_delayed_work_on(cpu, wq, dwork, delay);
	case MOD:
		return cwq_mod_delayed_work_on(cpu, wq, dwork, delay);
	case CANCEL:
		return cwq_cancel_work(&dwork->work);
	case CANCEL_DELAYED:
		return cwq_cancel_delayed_work(dwork);
	case CANCEL_SYNC:
		return cwq_cancel_work_sync(&dwork->work);
	case CANCEL_DELAYED_SYNC:
		return cwq_cancel_delayed_work_sync(dwork);
	case FLUSH:
		return cwq_flush_work(&dwork->work);
	case FLUSH_DELAYED:
		return cwq_flush_delayed_work(dwork);
	case FLUSH_QUEUE:
		cwq_flush_workqueue(wq);
		break;
	case DRAIN:
		cwq_drain_workqueue(wq);
		break;
	}
	return false;
}

static bool cwq_pending(struct item *item)
{
	return cwq_delayed_work_pending(&item->cwq);
}

static unsigned int cwq_busy(struct item *item)
{
	return cwq_work_busy(&item->cwq.work);
}

static struct timer_list *cwq_timer(struct item *item)
{
	return &item->cwq.timer;
}

static const struct implementation cwq = {
	.init = cwq_init,
	.call = cwq_call,
	.pending = cwq_pending,
	.busy = cwq_busy,
	.timer = cwq_timer,
};

/* Leave nothing behind that the next sequence could find. */
static void tidy_up(void)
{
	struct op op = { CANCEL_DELAYED_SYNC };

	finish_call();
	while (func_state == PARKED && !history->stuck)
		release();
	for (; op.item < NR_ITEMS && !history->stuck; op.item++)
		record(CALLED, op, perform_here(op));
}

static void run_sequence(const struct implementation *which,
			 const struct step *steps)
{
	int i;

	impl = which;
	history = &histories[which == &cwq];
	last_worker = NULL;
	for (i = 0; i < NR_ITEMS; i++) {
		items[i].times = 0;
		impl->init(&items[i]);
	}
	for (i = 0; i < ops && !history->stuck; i++)
		take_step(&steps[i]);
	tidy_up();
	nr_runs += history->runs;
}

static bool get_ledger(struct cwq_snapshot *snapshot)
{
	return cwq_workqueue_snapshot(cwq_wqs[single_threaded], cpu, snapshot);
}

/* Does cwq's own account say the same? */
static bool is_ledger_right(const struct cwq_snapshot *before)
{
	const struct history *h = &histories[1];
	struct cwq_snapshot now;

	return get_ledger(&now) && !now.pending && !now.running &&
	       !now.delayed && now.executed - before->executed == h->runs &&
	       now.cancelled - before->cancelled == h->taken_off &&
	       now.accepted - before->accepted == h->runs + h->taken_off;
}

static bool is_same_event(int i)
{
	const struct history *k = &histories[0], *c = &histories[1];

	return i < k->n && i < c->n &&
	       !memcmp(&k->events[i], &c->events[i], sizeof(k->events[i]));
}

/* The same on both; do they agree? */
static bool run_on_both(const struct step *steps)
{
	struct history *k = &histories[0], *c = &histories[1];
	struct cwq_snapshot before;

	memset(histories, 0, sizeof(histories));
	ledger_is_right = get_ledger(&before);
	run_sequence(&kernel, steps);
	if (k->stuck)
		return false;
	run_sequence(&cwq, steps);
	if (c->stuck)
		return false;
	ledger_is_right &= is_ledger_right(&before);
	return ledger_is_right && k->n == c->n &&
	       !memcmp(k->events, c->events, k->n * sizeof(k->events[0]));
}

/* Leave out what makes no difference to the difference. */
static void shorten(struct step *steps)
{
	int i;

	for (i = 0; i < ops; i++) {
		struct step step = steps[i];

		if (histories[0].stuck || histories[1].stuck)
			return;
		steps[i].op.code = NOTHING;
		if (run_on_both(steps))
			steps[i] = step;
	}
	run_on_both(steps);
}

static void print_op(char *text, size_t size, struct op op)
{
	unsigned int flags = codes[op.code].flags;
	int n = scnprintf(text, size, "%s", codes[op.code].name);

	if (flags & HAS_ITEM)
		n += scnprintf(text + n, size - n, " %d", op.item);
	if (flags & HAS_DELAY)
		scnprintf(text + n, size - n, " %s", delay_names[op.delay]);
}

static void print_event(char *text, size_t size, const struct history *h, int i)
{
	const struct event *event = &h->events[i];
	char op[32], what[48], result[8] = "";

	*text = '\0';
	if (i >= h->n)
		return;
	print_op(op, sizeof(op), event->op);
	if (event->result >= 0)
		snprintf(result, sizeof(result), "%d", event->result);
	switch (event->what) {
	case CALLED:
		snprintf(what, sizeof(what), "%s", op);
		break;
	case RETURNED:
		snprintf(what, sizeof(what), "... %s", op);
		break;
	case PROGRAMMED:
		snprintf(what, sizeof(what), "program %d: %s", event->item, op);
		break;
	case STARTED:
		snprintf(what, sizeof(what), "    %d runs", event->item);
		break;
	case INSIDE:
		snprintf(what, sizeof(what), "    %d: %s", event->item, op);
		break;
	case STUCK:
		snprintf(what, sizeof(what), "stuck");
		break;
	}
	snprintf(text, size, "%-31s%-2s%s", what, result, event->state);
}

static void report(unsigned int number)
{
	const struct history *k = &histories[0], *c = &histories[1];
	char left[64], right[64];
	int i, end = 0;

	/* After the last line that differs there is nothing to see. */
	for (i = 0; i < k->n || i < c->n; i++)
		if (!is_same_event(i))
			end = i + 1;

	pr_err("seed %u, sequence %u, %s: they differ, with these steps:\n",
	       seed, number, single_threaded ? "single thread" : "one CPU");
	pr_err("(. idle, d delayed, p pending, r running, D P both)\n");
	pr_err("  %-40s %s\n", "kernel", "cwq");
	for (i = 0; i < end; i++) {
		print_event(left, sizeof(left), k, i);
		print_event(right, sizeof(right), c, i);
		pr_err("%c %-40s %s\n", is_same_event(i) ? ' ' : '!', left,
		       right);
	}
	if (!ledger_is_right)
		pr_err("the snapshot of the queue tells something else\n");
	pr_err("again: insmod %s.ko seed=%u first=%u ops=%u sequences=1\n",
	       KBUILD_MODNAME, seed, number, ops);
}

static unsigned int below(struct rnd_state *random, unsigned int limit)
{
	return prandom_u32_state(random) % limit;
}

static struct op random_op(struct rnd_state *random, bool inside, bool near)
{
	struct op op = { .code = 0 };
	unsigned int total = 0, pick;
	int i;

	for (i = 0; i < NR_CODES; i++)
		total += codes[i].weight[inside];
	pick = below(random, total);
	for (; pick >= codes[op.code].weight[inside]; op.code++)
		pick -= codes[op.code].weight[inside];

	op.item = below(random, NR_ITEMS);
	if (codes[op.code].flags & HAS_DELAY)
		op.delay = near && !below(random, 3) ? NEAR
			   : below(random, 3)	     ? NOW
						     : FAR;
	return op;
}

/* A sequence depends on the seed and its number only. */
static void make_sequence(struct step *steps, unsigned int number)
{
	struct rnd_state random;
	bool near;
	int i;

	prandom_seed_state(&random, jhash_2words(seed, number, 0));
	/* They take a tick or two each. */
	near = !below(&random, 32);
	/* Slow: most wake-ups are those of another CPU. */
	single_threaded = !below(&random, 8);
	for (i = 0; i < ops; i++) {
		steps[i].op = random_op(&random, false, near);
		steps[i].inside = random_op(&random, true, false);
		if (below(&random, 2))
			steps[i].inside.item = steps[i].op.item;
		steps[i].times = 1 + below(&random, 3);
	}
}

static int run_all(void)
{
	static struct step steps[MAX_OPS];
	unsigned int i, reports = 0;
	struct op op = { CANCEL_DELAYED_SYNC };
	bool stuck = false;

	for (i = 0; i < sequences && reports < MAX_REPORTS && !stuck; i++) {
		make_sequence(steps, first + i);
		if (run_on_both(steps))
			continue;
		shorten(steps);
		report(first + i);
		reports++;
		stuck = histories[0].stuck || histories[1].stuck;
	}
	pr_info("%u sequences, %lu calls, %lu runs, %u differences, seed %u\n",
		i, nr_calls, nr_runs, reports, seed);
	if (stuck) {
		/* Not tidied up. If this hangs, then that has been told. */
		WRITE_ONCE(no_parking, true);
		complete_all(&go_on);
		for (; op.item < NR_ITEMS; op.item++)
			impl->call(op);
	}
	return reports ? -EIO : 0;
}

static void destroy_queues(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (kernel_wqs[i])
			destroy_workqueue(kernel_wqs[i]);
		if (cwq_wqs[i])
			cwq_destroy_workqueue(cwq_wqs[i]);
	}
}

static bool create_queues(void)
{
	kernel_wqs[false] = alloc_workqueue("kernel_diff", WQ_PERCPU, 1);
	kernel_wqs[true] = alloc_ordered_workqueue("kernel_diff1", 0);
	cwq_wqs[false] = cwq_create_workqueue("cwq_diff");
	cwq_wqs[true] = cwq_create_singlethread_workqueue("cwq_diff1");
	return kernel_wqs[0] && kernel_wqs[1] && cwq_wqs[0] && cwq_wqs[1];
}

static int __init cwq_test_diff_init(void)
{
	int ret = -ENOMEM;

	if (!ops || ops > MAX_OPS)
		return -EINVAL;
	if (!seed)
		seed = get_random_u32();

	migrate_disable();
	cpu = smp_processor_id();
	caller = kthread_create_worker_on_cpu(cpu, 0, "cwq_diff_caller");
	if (IS_ERR(caller)) {
		ret = PTR_ERR(caller);
		goto out;
	}
	if (create_queues())
		ret = run_all();
	destroy_queues();
	kthread_destroy_worker(caller);
out:
	migrate_enable();
	return ret;
}

/* All is over when the module is loaded. */
static void __exit cwq_test_diff_exit(void)
{
}

module_init(cwq_test_diff_init);
module_exit(cwq_test_diff_exit);

MODULE_AUTHOR("cwq project");
MODULE_DESCRIPTION("The same calls on cwq and on the kernel's workqueue");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
