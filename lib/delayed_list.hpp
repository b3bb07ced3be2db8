// SPDX-License-Identifier: GPL-2.0
/*
 * The list of a cwq's delayed works.
 *
 * A client may free a work item whose timer is armed, or initialise it again. That is a
 * bug of the client, and the kernel's own queue, which has no such list, does not notice
 * it. Here it would corrupt the links of other clients' items. So a link is written
 * through only if the neighbour points back, and each item is validated before the walk
 * goes on from it: an invalid item is unlinked and reported.
 */
#ifndef CWQ_DELAYED_LIST_HPP
#define CWQ_DELAYED_LIST_HPP

#include "workqueue.hpp"

namespace cwq {

/* Is this a delayed work of @cwq? It may be anything, or no memory at all. */
template <Platform P>
bool is_delayed_on(const CpuWorkqueue<P> *cwq, ListNode<P> *entry)
{
	unsigned long data;

	return P::peek(work_of(entry)->data, &data) && data & WORK_DELAYED &&
	       cwq_of<P>(data) == cwq;
}

/* Is @entry, which @before leads to, what it should be? */
template <Platform P>
bool is_behind(const CpuWorkqueue<P> *cwq, ListNode<P> *entry,
	       const ListNode<P> *before)
{
	ListNode<P> *prev;

	return P::peek(entry->prev, &prev) && prev == before &&
	       is_delayed_on(cwq, entry);
}

/* The same the other way round. */
template <Platform P>
bool is_before(const CpuWorkqueue<P> *cwq, ListNode<P> *entry,
	       const ListNode<P> *behind)
{
	ListNode<P> *next;

	return P::peek(entry->next, &next) && next == behind &&
	       is_delayed_on(cwq, entry);
}

/*
 * Close the gap in the list of @cwq: between the last work that can be got to from its
 * head and the first that can be got to from its tail. Good works in between, if more
 * than one was freed, are on no list from then on.
 */
template <Platform P>
NOINLINE void mend_delayed(CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	ListNode<P> *const head = &cwq->delayed;
	ListNode<P> *last = head, *first = head, *entry;
	unsigned long nr = 0;

	for (; (entry = last->next.get()) != head; last = entry, nr++)
		if (!is_behind(cwq, entry, last))
			break;
	if (entry != head)
		for (; (entry = first->prev.get()) != head; first = entry, nr++)
			if (!is_before(cwq, entry, first))
				break;
	if (last->next.get() == first && first->prev.get() == last)
		return;
	last->next.set(first);
	first->prev.set(last);
	cwq->nr_lost.set(cwq->nr_lost.get() + cwq->nr_delayed.get() - nr);
	cwq->nr_delayed.set(nr);
	P::log_freed_armed(cwq->wq.get()->name);
}

/* What comes behind @entry, which is the head of the list or good. */
template <Platform P>
ListNode<P> *next_delayed(CpuWorkqueue<P> *cwq, ListNode<P> *entry)
	REQUIRES(cwq->lock)
{
	ListNode<P> *next = entry->next.get();

	if (next != &cwq->delayed && !is_behind(cwq, next, entry)) {
		mend_delayed(cwq);
		next = entry->next.get();
	}
	return next;
}

/* The same for either of the lists of @cwq. */
template <Platform P>
ListNode<P> *next_on(CpuWorkqueue<P> *cwq, const ListNode<P> *list,
		     ListNode<P> *entry) REQUIRES(cwq->lock)
{
	return list == &cwq->delayed ? next_delayed(cwq, entry)
				     : entry->next.get();
}

/* Do its neighbours lead to @entry? */
template <Platform P>
bool is_in_place(const ListNode<P> *entry)
{
	return entry->next.get()->prev.get() == entry &&
	       entry->prev.get()->next.get() == entry;
}

/* The same as unlink_delayed(), where the list is broken, or was. */
template <Platform P>
NOINLINE void unlink_from_broken(CpuWorkqueue<P> *cwq, ListNode<P> *entry)
	REQUIRES(cwq->lock)
{
	mend_delayed(cwq);
	if (is_in_place(entry)) {
		list_del(entry);
		cwq->nr_delayed.set(cwq->nr_delayed.get() - 1);
	} else {
		entry->prev.set(entry);
		cwq->nr_lost.set(cwq->nr_lost.get() - 1);
	}
}

template <Platform P>
void link_delayed(CpuWorkqueue<P> *cwq, Work<P> *work, unsigned long delay)
	REQUIRES(cwq->lock)
{
	if (UNLIKELY(cwq->delayed.prev.get()->next.get() != &cwq->delayed))
		mend_delayed(cwq);
	list_add_tail(&work->entry, &cwq->delayed);
	cwq->nr_delayed.set(cwq->nr_delayed.get() + 1);
	P::timer_arm(work, delay);
}

template <Platform P>
void unlink_delayed(CpuWorkqueue<P> *cwq, Work<P> *work) REQUIRES(cwq->lock)
{
	if (UNLIKELY(!is_in_place(&work->entry)))
		return unlink_from_broken(cwq, &work->entry);
	list_del(&work->entry);
	cwq->nr_delayed.set(cwq->nr_delayed.get() - 1);
}

/* May a timer still fire that knows @cwq, when all that is listed is cancelled? */
template <Platform P>
bool has_lost_delayed(CpuWorkqueue<P> *cwq)
{
	Guard<P> guard(cwq->lock);

	return cwq->nr_lost.get();
}

} // namespace cwq

#endif // CWQ_DELAYED_LIST_HPP
