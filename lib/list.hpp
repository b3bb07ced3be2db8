// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's circular doubly linked list, over Platform::Var.
 *
 * A ListNode is laid out as the kernel's struct list_head. A node that is on no
 * list points to itself, backwards at least.
 */
#ifndef CWQ_LIST_HPP
#define CWQ_LIST_HPP

#include "platform.hpp"

namespace cwq {

template <Platform P>
struct ListNode {
	typename P::template Var<ListNode *> next;
	typename P::template Var<ListNode *> prev;
};

template <Platform P>
void init_list_head(ListNode<P> *node)
{
	node->next.set(node);
	node->prev.set(node);
}

template <Platform P>
bool list_empty(const ListNode<P> *head)
{
	return head->next.get() == head;
}

/* Insert @node right behind @pos. */
template <Platform P>
void list_add(ListNode<P> *node, ListNode<P> *pos)
{
	ListNode<P> *next = pos->next.get();

	node->next.set(next);
	node->prev.set(pos);
	next->prev.set(node);
	pos->next.set(node);
}

/* Insert @node right before @pos: at the tail, if @pos is the head. */
template <Platform P>
void list_add_tail(ListNode<P> *node, ListNode<P> *pos)
{
	list_add(node, pos->prev.get());
}

template <Platform P>
void list_del(ListNode<P> *node)
{
	ListNode<P> *next = node->next.get();
	ListNode<P> *prev = node->prev.get();

	next->prev.set(prev);
	prev->next.set(next);
	node->prev.set(node);
}

/* Is @node on a list? One that was never initialised is not. */
template <Platform P>
bool is_linked(const ListNode<P> *node)
{
	const ListNode<P> *prev = node->prev.get();

	return prev && prev != node;
}

} // namespace cwq

#endif // CWQ_LIST_HPP
