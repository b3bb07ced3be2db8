/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The loops of a peer. Each peer's file includes this once, behind its own
 *
 * peer_work		the item's struct, which is member PEER_MEMBER of the bench_item
 * peer_init(work, fn)	a macro: initialise it to run that function
 * peer_queue(target, work)
 *			put it on the queue; was it accepted?
 */

/* One of so many. */
static void count_fn(struct peer_work *work)
{
	bench_count_down();
}

/* Whatever the item says. */
static void call_fn(struct peer_work *work)
{
	struct bench_item *item =
		container_of(work, struct bench_item, PEER_MEMBER);

	item->call(item);
}

/* One of a producer's. */
static void produced_fn(struct peer_work *work)
{
	struct bench_item *item =
		container_of(work, struct bench_item, PEER_MEMBER);
	struct bench_producer *p = item->producer;

	if (atomic_dec_and_test(&p->left))
		complete(&p->all_run);
}

static void init_item(struct bench_item *item, enum bench_fn fn)
{
	switch (fn) {
	case COUNT:
		peer_init(&item->PEER_MEMBER, count_fn);
		break;
	case CALL:
		peer_init(&item->PEER_MEMBER, call_fn);
		break;
	case PRODUCED:
		peer_init(&item->PEER_MEMBER, produced_fn);
		break;
	}
}

static void queue_items(void *target, struct bench_item *items, int n)
{
	int i;

	for (i = 0; i < n; i++)
		peer_queue(target, &items[i].PEER_MEMBER);
}

static void queue_pending(void *target, struct bench_item *item, int n)
{
	int i;

	for (i = 0; i < n; i++)
		peer_queue(target, &item->PEER_MEMBER);
}

static void ping(void *target, struct bench_item *item, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		atomic_set(&bench_left, 1);
		peer_queue(target, &item->PEER_MEMBER);
		wait_for_completion(&bench_all_run);
	}
}

static void produce(struct bench_producer *p)
{
	unsigned int i, refused = 0;

	for (i = 0; i < p->n; i++)
		refused += !peer_queue(p->target, &p->items[i].PEER_MEMBER);
	p->refused = refused;
}

static void produce_timed(struct bench_producer *p)
{
	unsigned int i, refused = 0;

	for (i = 0; i < p->n; i++) {
		u64 start = ktime_get_ns();

		refused += !peer_queue(p->target, &p->items[i].PEER_MEMBER);
		p->samples[i] = ktime_get_ns() - start;
	}
	p->refused = refused;
}

/* The last one is waited for by who calls this. */
static void produce_in_turn(struct bench_producer *p)
{
	unsigned int i, refused = 0;

	for (i = 0; i < p->n; i++) {
		u64 start;

		if (i)
			wait_for_completion(&p->all_run);
		atomic_set(&p->left, 1);
		start = ktime_get_ns();
		refused += !peer_queue(p->target, &p->items[i].PEER_MEMBER);
		p->samples[i] = ktime_get_ns() - start;
	}
	p->refused = refused;
}

#define LOOPS                                                             \
	.init = init_item, .queue = queue_items,                          \
	.queue_pending = queue_pending, .ping = ping, .produce = produce, \
	.produce_timed = produce_timed, .produce_in_turn = produce_in_turn
