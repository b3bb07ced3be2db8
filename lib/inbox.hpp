// SPDX-License-Identifier: GPL-2.0
/*
 * Where works are put without the lock of their cwq: a stack, which whoever takes
 * the lock empties into the worklist before looking at anything else (class
 * CwqGuard). So under the lock, nothing shows that there is an inbox.
 *
 * The stack is one word: its newest entry, from which Work::entry.next leads to the
 * older ones, and two flags. Queuers and the worker meet in it: a worker that finds
 * nothing to do sets ASLEEP, if the stack is empty still, and who takes that off
 * owes it the wake-up. So an awake worker is never woken, and no wake-up is lost.
 *
 * Where a cwq does not take every work, the inbox is SHUT: then it takes the lock to
 * find out.
 */
#ifndef CWQ_INBOX_HPP
#define CWQ_INBOX_HPP

#include "list.hpp"

namespace cwq {

enum class Pushed {
	yes,
	yes_wake, /* and the caller has to wake the worker */
	shut, /* no: the lock has to be taken */
	/* Nor in push_work(), where the work was not claimed: it is not idle, or was
	 * elsewhere the last time, or the inbox is shut. */
	no,
	claimed, /* it was, but has not been initialised by a call */
};

template <Platform P>
class Inbox {
public:
	/* What a look at it has shown. */
	class Seen {
	public:
		bool is_empty() const
		{
			return !(word_ & ~(ASLEEP | SHUT));
		}
		bool is_shut() const
		{
			return word_ & SHUT;
		}
		bool is_asleep() const
		{
			return word_ & ASLEEP;
		}

	private:
		friend class Inbox;
		explicit Seen(unsigned long word) : word_(word)
		{
		}

		unsigned long word_;
	};

	Seen look() const
	{
		return Seen(word_.load(Order::relaxed));
	}

	/* Called without the lock, by who owns @entry. The release pairs with the
	 * acquire in take(). */
	Pushed push(ListNode<P> *entry, Seen seen)
	{
		for (;; seen = look()) {
			if (UNLIKELY(seen.is_shut()))
				return Pushed::shut;
			if (LIKELY(!seen.is_empty())) { /* so there is no flag */
				if (LIKELY(push_on(entry, seen.word_, seen)))
					return Pushed::yes;
				continue;
			}
			/* Others may be about to say the same, at that time. */
			first_pushed_.set(P::now());
			if (LIKELY(push_on(entry, 0, seen)))
				return seen.word_ & ASLEEP ? Pushed::yes_wake
							   : Pushed::yes;
		}
	}

	/* The rest is called under the lock. */

	/* What is in it, the newest first. */
	ListNode<P> *take(Seen seen)
	{
		return newest(
			word_.exchange(seen.word_ & SHUT, Order::acquire));
	}
	/* When the first of what take() has returned was put there, in jiffies. */
	unsigned long first_pushed() const
	{
		return first_pushed_.get();
	}

	/* The worker has nothing on its list. If there is something here, which is
	 * @shut or not, it stays awake. */
	void fall_asleep(bool shut)
	{
		const unsigned long empty = shut ? SHUT : 0;

		word_.compare_exchange(empty, empty | ASLEEP, Order::relaxed);
	}
	/* Something was put on the list. Has the caller to wake the worker? */
	bool rouse()
	{
		const unsigned long seen = word_.load(Order::relaxed);

		return seen & ASLEEP &&
		       word_.compare_exchange(seen, seen & ~ASLEEP,
					      Order::relaxed);
	}

	/* Shut if it was open, and the other way round. What is here stays; so this
	 * may not be a plain store, which would come between push() and take(). */
	void toggle_shut()
	{
		unsigned long seen;

		do
			seen = word_.load(Order::relaxed);
		while (!word_.compare_exchange(seen, seen ^ SHUT,
					       Order::relaxed));
	}

private:
	static constexpr unsigned long ASLEEP = 1 << 0; /* nothing is in it */
	static constexpr unsigned long SHUT = 1 << 1; /* see is_shut() */

	/* Put @entry on @older, if this is as it was @seen. */
	bool push_on(ListNode<P> *entry, unsigned long older, Seen seen)
	{
		entry->next.set(newest_of(older));
		return word_.compare_exchange(seen.word_, word(entry),
					      Order::release);
	}

	static unsigned long word(ListNode<P> *entry)
	{
		return reinterpret_cast<unsigned long>(entry);
	}
	/* SAFETY: without its flags a word is what word() has made. */
	static ListNode<P> *newest_of(unsigned long word)
	{
		return reinterpret_cast<ListNode<P> *>(word);
	}
	static ListNode<P> *newest(unsigned long word)
	{
		return newest_of(word & ~(ASLEEP | SHUT));
	}

	typename P::template Atomic<unsigned long> word_;
	typename P::template Hint<unsigned long> first_pushed_;
};

} // namespace cwq

#endif // CWQ_INBOX_HPP
