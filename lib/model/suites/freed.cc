// SPDX-License-Identifier: GPL-2.0
/* Delayed works that are initialised once more while their timers are armed. Here no
 * timer fires: it is the list that is looked at. */
#include "../scene.hpp"

#include "../../show.hpp"

namespace cwq {

/* a and c are armed before and behind b, or both before, and b is made anew; then
 * comes rest(). */
struct MadeAnew : Scene<1, 2> {
	Item c;
	Workqueue<Model> *other;
	CpuWorkqueue<Model> *cwq;

	virtual void rest() = 0;
	virtual bool b_is_last()
	{
		return false;
	}
	void arm(Item &item)
	{
		/* The CPU of a timer that never fires. */
		item.dwork()->timer.base = 0;
		RL_ASSERT(queue_delayed_work_on(cwq, item.work(), 1) ==
			  Queued::yes);
	}
	unsigned int nr_shown()
	{
		static cwq_works works;

		show_works(registry, cwq, &works);
		RL_ASSERT(!works.truncated);
		return works.nr;
	}
	void client(unsigned) override
	{
		other = new_queue();
		cwq = other->cwq[0];
		arm(a);
		arm(b_is_last() ? c : b);
		arm(b_is_last() ? b : c);
		RL_ASSERT(Model::timer_take_out(b.work()));
		init_work(b.work(), 0, Item::fn);
		rest();
		RL_ASSERT(destroy_workqueue(registry, other));
		RL_ASSERT(!a.is_pending() && !b.is_pending() &&
			  !c.is_pending());

		/* A timer may know it still. */
		MutexGuard<Model> guard(registry->mutex);

		RL_ASSERT(!registry->pool.take(cwq->cpu));
	}
};

struct MadeAnewDestroy : MadeAnew {
	void rest() override
	{
	}
};

struct MadeAnewShow : MadeAnew {
	void rest() override
	{
		RL_ASSERT(nr_shown() == 2);
	}
};

struct MadeAnewCancel : MadeAnew {
	void rest() override
	{
		RL_ASSERT(cancel_sync(a));
		RL_ASSERT(nr_shown() == 1);
		RL_ASSERT(cancel_sync(c));
		RL_ASSERT(nr_shown() == 0);
		RL_ASSERT(!is_linked(&b.work()->entry));
	}
};

/* Another one comes behind it. */
struct MadeAnewLast : MadeAnew {
	Item d;

	bool b_is_last() override
	{
		return true;
	}
	void rest() override
	{
		arm(d);
		RL_ASSERT(!is_linked(&b.work()->entry));
		RL_ASSERT(b.work()->entry.next.get() == &b.work()->entry);
		RL_ASSERT(nr_shown() == 3);
		RL_ASSERT(cancel_sync(d));
	}
};

struct MadeAnewQueue : MadeAnew {
	void rest() override
	{
		arm(b);
		RL_ASSERT(nr_shown() == 3);
		RL_ASSERT(cancel_sync(b));
		RL_ASSERT(nr_shown() == 2);
	}
};

/* Both ends of the list: nothing good can be got to, but each knows where it is. */
struct MadeAnewBoth : MadeAnew {
	void rest() override
	{
		arm(b);
		for (Item *item : { &a, &c }) {
			RL_ASSERT(Model::timer_take_out(item->work()));
			init_work(item->work(), 0, Item::fn);
		}
		RL_ASSERT(cancel_sync(b));
		RL_ASSERT(nr_shown() == 0);
		arm(a);
		RL_ASSERT(nr_shown() == 1);
	}
};

SUITE(MadeAnewDestroy, 1);
SUITE(MadeAnewShow, 1);
SUITE(MadeAnewCancel, 1);
SUITE(MadeAnewLast, 1);
SUITE(MadeAnewQueue, 1);
SUITE(MadeAnewBoth, 1);

} // namespace cwq
