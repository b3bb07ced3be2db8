// SPDX-License-Identifier: GPL-2.0
/* The function of a work goes on while that is another work, or has another function. */
#include "../scene.hpp"

namespace cwq {

/* The new work is queued behind the function that made it, which takes it off again:
 * the function does not wait for itself. */
struct RecycledWithin : Scene<1, 1> {
	static inline RecycledWithin *self;

	void set_up() override
	{
		self = this;
		a.body = [](Item *item) {
			item->recycle();
			RL_ASSERT(self->queue(*item));
			RL_ASSERT(self->cancel_sync(*item));
		};
	}
	void client(unsigned) override
	{
		queue(a);
		flush_queue();
		RL_ASSERT(a.runs() == 1 && !a.other_runs());
		a.free();
	}
};

/* The function goes on until it is told to, and meanwhile there is a new work. */
template <int Threads, int Cpus>
struct RecycledBeside : Scene<1, Threads, Cpus> {
	static inline RecycledBeside *self;
	Model::Completion recycled, go_on;

	void set_up() override
	{
		self = this;
		this->a.body = [](Item *item) {
			self->leave(*item);
			item->recycle();
			self->recycled.complete();
			self->go_on.wait();
		};
	}
	/* What the function does with the first work before that is gone. */
	virtual void leave(Item &)
	{
	}
	/* What is done with the new one, while the function goes on. */
	virtual void use(Item &item) = 0;

	void client(unsigned) override
	{
		this->queue(this->a);
		recycled.wait();
		use(this->a);
		this->a.free();
		go_on.complete();
	}
};

/* Nobody waits for that function. */
struct RecycledCancel : RecycledBeside<1, 1> {
	void use(Item &item) override
	{
		RL_ASSERT(queue(item));
		RL_ASSERT(cancel_sync(item));
		RL_ASSERT(!cancel_sync(item));
		RL_ASSERT(!flush(item));
		RL_ASSERT(!item.other_runs());
	}
};

/* The new work does not follow it to its CPU. */
struct RecycledElsewhere : RecycledBeside<2, 2> {
	void use(Item &item) override
	{
		RL_ASSERT(queue(item, 0));
		RL_ASSERT(cancel_sync(item));
		RL_ASSERT(queue(item, 1));
		RL_ASSERT(flush(item) == !item.other_runs() ||
			  item.other_runs() == 1);
	}
};

/* Nor does anybody if it is left behind, by a work that went to another queue, where
 * b keeps it from running. */
struct RecycledLeft : RecycledBeside<2, 1> {
	static inline RecycledLeft *me;
	Workqueue<Model> *other;
	Model::Completion b_goes_on;

	void set_up() override
	{
		RecycledBeside::set_up();
		me = this;
		other = new_queue();
		b.body = [](Item *) {
			me->b_goes_on.wait();
		};
	}
	void leave(Item &item) override
	{
		RL_ASSERT(try_queue(other, 0, b) == Queued::yes);
		RL_ASSERT(try_queue(other, 0, item) == Queued::yes);
		RL_ASSERT(cancel_work(item.work()));
	}
	void use(Item &item) override
	{
		RL_ASSERT(try_queue(other, 0, item) == Queued::yes);
		RL_ASSERT(cancel_sync(item));
		b_goes_on.complete();
	}
};

/* But a function that gives its work another function and queues it is waited for. */
struct PreparedCancel : Scene<1, 1> {
	static inline PreparedCancel *self;

	void set_up() override
	{
		self = this;
		a.body = [](Item *item) {
			prepare_work(item->work(), &Item::other_fn);
			self->queue(*item);
		};
	}
	void client(unsigned) override
	{
		queue(a);
		cancel_sync(a);
		RL_ASSERT(a.other_runs() <= a.runs());
		a.free();
	}
};

/* Also when it is left behind: the other queue runs the other function beside it. */
struct PreparedLeft : Scene<1, 2> {
	static inline PreparedLeft *self;
	Workqueue<Model> *other;

	void set_up() override
	{
		self = this;
		other = new_queue();
		a.body = [](Item *item) {
			prepare_work(item->work(), &Item::other_fn);
			try_queue(self->other, 0, *item);
		};
	}
	void client(unsigned) override
	{
		queue(a);
		flush(a);
		cancel_sync(a);
		RL_ASSERT(a.runs() == 1);
		a.free();
	}
};

SUITE(RecycledWithin, FULL);
SUITE(RecycledCancel, FULL);
SUITE(RecycledElsewhere, 4);
SUITE(RecycledLeft, 3);
SUITE(PreparedCancel, 5);
SUITE(PreparedLeft, 3);

} // namespace cwq
