// SPDX-License-Identifier: GPL-2.0
/*
 * Running a work within the function of another one, which waits for it.
 *
 * A function that waits for a work behind it, on its own thread or on one that waits
 * for its own, would wait for ever: nothing behind it is run while it waits. So the
 * worker takes that work off its list and runs it there and then. Others see both
 * works as running, and whoever waits for the inner one waits for that alone.
 */
#ifndef CWQ_NESTED_HPP
#define CWQ_NESTED_HPP

#include "barrier.hpp"
#include "queue.hpp"
#include "registry.hpp"

namespace cwq {

/* Each level takes from the stack. */
template <Platform P>
bool may_nest(const CpuWorkqueue<P> *self) NO_THREAD_SAFETY_ANALYSIS
{
	int depth = 0;

	/* Our own: nobody else changes it. */
	for (const OuterRun<P> *run = self->outer.get(); run; run = run->outer)
		depth++;
	return depth < CWQ_NESTED_MAX;
}

/* The first pending work of @cwq that can be run beside what runs there. */
template <Platform P>
Work<P> *first_to_nest(CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	ListNode<P> *entry = cwq->worklist.next.get();

	for (; entry != &cwq->worklist; entry = entry->next.get()) {
		Work<P> *work = work_of(entry);

		if (work->func.get() && !runs(cwq, work))
			return work;
	}
	return nullptr;
}

/*
 * Who waits for @work alone, behind it on its list, waits for it wherever it runs. Who
 * waits for all that is in front of the barrier stays where it is: nothing there goes on
 * before @work has ended.
 */
template <Platform P>
void take_barriers(CpuWorkqueue<P> *self, OuterRun<P> *outer,
		   CpuWorkqueue<P> *from, Work<P> *work)
	REQUIRES(self->lock, from->lock)
{
	ListNode<P> *entry;

	while ((entry = work->entry.next.get()) != &from->worklist) {
		Work<P> *next = work_of(entry);

		if (!(next->data.load(Order::relaxed) & WORK_BARRIER) ||
		    flusher_of(next)->of != work)
			break;
		list_del(entry);
		list_add(entry, &outer->behind.entry);
		move_wq_data(next, self, WORK_PENDING | WORK_BARRIER);
	}
}

/* Take @work, pending on @from with @data, off its list, to be run on @self. */
template <Platform P>
void take_over(CpuWorkqueue<P> *self, CpuWorkqueue<P> *from, Work<P> *work,
	       unsigned long data) REQUIRES(self->lock, from->lock)
{
	/* If it is the first, nobody knows how old the next one is. */
	if (first_pending(from) == work)
		from->head_since.set(P::now());
	list_del(&work->entry);
	one_less(from);
	if (from != self) {
		P::trace_cancel(from, work);
		from->cancelled.set(from->cancelled.get() + 1);
		P::trace_queue_work(from, self, work);
		self->accepted.set(self->accepted.get() + 1);
	}
	P::debug_deactivate(work);
	observe_cancelled(from, work, data);
	move_wq_data(work, self, 0);
}

/* From here on the worker of @self runs @work, and what it ran is @outer. */
template <Platform P>
void begin_nested(CpuWorkqueue<P> *self, OuterRun<P> *outer, Work<P> *work,
		  typename P::Func func) REQUIRES(self->lock)
{
	unsigned char after_run = self->after_run.get();

	outer->outer = self->outer.get();
	outer->work = self->current_work.get();
	outer->func = self->current_func.get();
	outer->next_func = self->next_func.get();
	outer->prepared = after_run & AFTER_RUN_PREPARED;
	outer->started = self->started.get();

	self->outer.set(outer);
	self->after_run.set(after_run & ~AFTER_RUN_PREPARED);
	self->current_work.set(work);
	self->current_func.set(func);
	self->started.set(P::now());
	/* Seen by who takes the lock to look for @work. */
	self->wq.get()->registry->nr_left.fetch_add(1, Order::relaxed);
}

/* What is to be done after the run, other than for its own work, is left to the end
 * of the outer one. */
template <Platform P>
void end_nested(CpuWorkqueue<P> *self, OuterRun<P> *outer)
{
	IrqGuard<P> guard(self->lock);

	self->outer.set(outer->outer);
	self->after_run.set((self->after_run.get() & ~AFTER_RUN_PREPARED) |
			    (outer->prepared ? AFTER_RUN_PREPARED : 0));
	self->current_work.set(outer->work);
	self->current_func.set(outer->func);
	self->next_func.set(outer->next_func);
	self->started.set(outer->started);
	self->executed.set(self->executed.get() + 1);
	end_of_left_work(self);

	while (!list_empty(&outer->behind.entry)) {
		Work<P> *barrier = work_of(outer->behind.entry.next.get());

		list_del(&barrier->entry);
		move_wq_data(barrier, self, 0);
		pass_barrier(self, barrier);
	}
}

/*
 * Run @work within the function that the worker of @self, who calls, runs. False if it
 * is no longer pending as @data says: on a list of a cwq whose worker goes on only
 * when that function has ended.
 */
template <Platform P>
NOINLINE bool run_within(CpuWorkqueue<P> *self, Work<P> *work,
			 unsigned long data) NO_THREAD_SAFETY_ANALYSIS
{
	CpuWorkqueue<P> *from = cwq_of<P>(data);
	/* If the function dies, the stack goes, but others look on. */
	auto *made = P::template make_atomic<OuterRun<P>>(1);
	OuterRun<P> on_stack = {};
	OuterRun<P> *outer = made ? made : &on_stack;
	typename P::Func func = {};

	init_work(&outer->behind, WORK_BARRIER, func);
	{
		QueueGuard<P> guard(self, from);

		if (work->data.load(Order::relaxed) == data &&
		    is_linked(&work->entry))
			func = work->func.get();
		if (func) {
			take_barriers(self, outer, from, work);
			take_over(self, from, work, data);
			begin_nested(self, outer, work, func);
		}
	}
	if (func) {
		P::run_nested(func, work);
		end_nested(self, outer);
	}
	if (made)
		P::free(made);
	return !!func;
}

} // namespace cwq

#endif // CWQ_NESTED_HPP
