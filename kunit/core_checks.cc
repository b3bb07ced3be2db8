// SPDX-License-Identifier: GPL-2.0
/* Checks of the core from the inside; see core_checks.h. */
#include "../lib/kernel.hpp"

#include "../lib/cpu_workqueue.hpp"
#include "../lib/inbox.hpp"
#include "../lib/list.hpp"
#include "../lib/work.hpp"

#include "core_checks.h"

using namespace cwq;

using Node = ListNode<Kernel>;

#define STRING(x) #x
#define LINE(x) STRING(x)
#define CHECK(expr)                                              \
	do {                                                     \
		if (!(expr))                                     \
			return #expr " in line " LINE(__LINE__); \
	} while (0)

/* Does the list hold exactly these nodes, read in either direction? */
template <class... Nodes>
static bool holds(const Node &head, const Nodes &...nodes)
{
	const Node *const want[] = { &nodes..., &head };
	const Node *at = &head;

	for (const Node *node : want) {
		if (at->next.get() != node || node->prev.get() != at)
			return false;
		at = node;
	}
	return true;
}

const char *core_list_starts_empty(void)
{
	Node head;

	init_list_head(&head);
	CHECK(list_empty(&head));
	CHECK(holds(head));
	return nullptr;
}

const char *core_list_is_fifo(void)
{
	Node head, a, b, c;

	init_list_head(&head);
	list_add_tail(&a, &head);
	CHECK(!list_empty(&head));
	CHECK(holds(head, a));
	list_add_tail(&b, &head);
	list_add_tail(&c, &head);
	CHECK(holds(head, a, b, c));
	return nullptr;
}

const char *core_list_adds_behind(void)
{
	Node head, a, b, c, d;

	init_list_head(&head);
	list_add(&b, &head);
	list_add(&a, &head);
	CHECK(holds(head, a, b));
	list_add(&c, &a);
	CHECK(holds(head, a, c, b));
	list_add(&d, &b);
	CHECK(holds(head, a, c, b, d));
	return nullptr;
}

const char *core_list_adds_before(void)
{
	Node head, a, b, c;

	init_list_head(&head);
	list_add_tail(&b, &head);
	list_add_tail(&a, &b);
	CHECK(holds(head, a, b));
	list_add_tail(&c, &b);
	CHECK(holds(head, a, c, b));
	return nullptr;
}

const char *core_list_deletes_anywhere(void)
{
	Node head, a, b, c;

	init_list_head(&head);
	list_add_tail(&a, &head);
	list_add_tail(&b, &head);
	list_add_tail(&c, &head);

	list_del(&b);
	CHECK(holds(head, a, c));
	list_del(&a);
	CHECK(holds(head, c));
	list_del(&c);
	CHECK(holds(head));
	return nullptr;
}

const char *core_list_takes_back(void)
{
	Node head, a, b;

	init_list_head(&head);
	list_add_tail(&a, &head);
	list_add_tail(&b, &head);
	list_del(&a);
	list_add_tail(&a, &head);
	CHECK(holds(head, b, a));
	return nullptr;
}

const char *core_list_knows_linked(void)
{
	Node head, a;
	Node zeros = {};

	init_list_head(&head);
	init_list_head(&a);
	CHECK(!is_linked(&a));
	CHECK(!is_linked(&zeros));
	list_add(&a, &head);
	CHECK(is_linked(&a));
	list_del(&a);
	CHECK(!is_linked(&a));
	return nullptr;
}

static Pushed push(Inbox<Kernel> &inbox, Node &node)
{
	return inbox.push(&node, inbox.look());
}

static Node *take(Inbox<Kernel> &inbox)
{
	return inbox.take(inbox.look());
}

const char *core_inbox_is_a_stack(void)
{
	Inbox<Kernel> inbox = {};
	Node a, b;
	auto seen = inbox.look();

	CHECK(seen.is_empty());
	CHECK(push(inbox, a) == Pushed::yes);
	CHECK(!inbox.look().is_empty());
	/* Who has seen it as it was looks again. */
	CHECK(inbox.push(&b, seen) == Pushed::yes);
	CHECK(take(inbox) == &b);
	CHECK(b.next.get() == &a);
	CHECK(a.next.get() == nullptr);
	CHECK(take(inbox) == nullptr);
	return nullptr;
}

const char *core_inbox_rouses_once(void)
{
	Inbox<Kernel> inbox = {};
	Node a, b;

	CHECK(!inbox.rouse());
	inbox.fall_asleep(false);
	inbox.fall_asleep(false);
	CHECK(inbox.look().is_asleep());
	CHECK(inbox.look().is_empty());
	CHECK(inbox.rouse());
	CHECK(!inbox.rouse());

	inbox.fall_asleep(false);
	CHECK(push(inbox, a) == Pushed::yes_wake);
	CHECK(push(inbox, b) == Pushed::yes);
	CHECK(!inbox.rouse());
	inbox.fall_asleep(false);
	CHECK(!inbox.look().is_asleep());
	CHECK(take(inbox) == &b);
	inbox.fall_asleep(false);
	CHECK(inbox.look().is_asleep());
	return nullptr;
}

const char *core_inbox_shuts(void)
{
	Inbox<Kernel> inbox = {};
	Node a, b;
	auto open = inbox.look();

	CHECK(push(inbox, a) == Pushed::yes);
	inbox.toggle_shut();
	CHECK(inbox.look().is_shut());
	CHECK(push(inbox, b) == Pushed::shut);
	CHECK(inbox.push(&b, open) == Pushed::shut);
	inbox.fall_asleep(true);
	CHECK(!inbox.look().is_asleep());
	CHECK(take(inbox) == &a);
	CHECK(a.next.get() == nullptr);
	CHECK(inbox.look().is_shut());
	inbox.fall_asleep(true);
	CHECK(inbox.look().is_asleep());
	CHECK(push(inbox, b) == Pushed::shut);
	inbox.toggle_shut();
	CHECK(push(inbox, b) == Pushed::yes_wake);
	return nullptr;
}

/* Nobody else knows of the cwq. */
const char *core_inbox_is_collected(void) NO_THREAD_SAFETY_ANALYSIS
{
	static CpuWorkqueue<Kernel> cwq;
	static Work<Kernel> a, b, c;

	init_list_head(&cwq.worklist);
	cwq.accepted.set(0);
	cwq.behind_first.set(-1ul);
	CHECK(!collect(&cwq));
	CHECK(list_empty(&cwq.worklist));
	push(cwq.inbox, a.entry);
	push(cwq.inbox, b.entry);
	CHECK(collect(&cwq));
	CHECK(holds(cwq.worklist, a.entry, b.entry));
	push(cwq.inbox, c.entry);
	CHECK(collect(&cwq));
	CHECK(holds(cwq.worklist, a.entry, b.entry, c.entry));
	CHECK(nr_pending(&cwq) == 3);
	CHECK(cwq.accepted.get() == 3);
	CHECK(first_pending(&cwq) == &a);
	return nullptr;
}

/* As aligned as the real one, and as little looked into. */
alignas(alignof(CpuWorkqueue<
		Kernel>)) static char memory[2 * sizeof(CpuWorkqueue<Kernel>)];

/* SAFETY: only the address is used. */
static CpuWorkqueue<Kernel> *const some_cwq =
	reinterpret_cast<CpuWorkqueue<Kernel> *>(memory);
static CpuWorkqueue<Kernel> *const other_cwq = some_cwq + 1;

const char *core_data_holds_cwq_and_flags(void)
{
	Work<Kernel> work = {};

	for (unsigned long flags = 0; flags <= WORK_FLAGS; flags++) {
		set_wq_data(&work, some_cwq, flags);
		CHECK(cwq_of<Kernel>(get_wq_data(&work)) == some_cwq);
		CHECK((get_wq_data(&work) & WORK_FLAGS) == flags);
		set_wq_data(&work, other_cwq, flags);
		CHECK(cwq_of<Kernel>(get_wq_data(&work)) == other_cwq);
		CHECK((get_wq_data(&work) & WORK_FLAGS) == flags);
	}
	return nullptr;
}

const char *core_data_of_no_cwq(void)
{
	for (unsigned long flags = 0; flags <= WORK_FLAGS; flags++)
		CHECK(cwq_of<Kernel>(flags) == nullptr);
	return nullptr;
}

const char *core_data_moves(void)
{
	Work<Kernel> work = {};
	unsigned long old;

	set_wq_data(&work, some_cwq, WORK_PENDING);
	old = move_wq_data(&work, other_cwq, WORK_PENDING | WORK_DELAYED);
	CHECK(old == wq_data(some_cwq, WORK_PENDING));
	CHECK(get_wq_data(&work) ==
	      wq_data(other_cwq, WORK_PENDING | WORK_DELAYED));
	return nullptr;
}

const char *core_data_finds_work(void)
{
	Work<Kernel> work = {};

	CHECK(work_of(&work.entry) == &work);
	return nullptr;
}

const char *core_data_is_initialised(void)
{
	Work<Kernel> work;

	init_work(&work, wq_data(some_cwq, WORK_BARRIER), Kernel::Func());
	CHECK(get_wq_data(&work) == wq_data(some_cwq, WORK_BARRIER));
	CHECK(list_empty(&work.entry));
	CHECK(!work.func.get());
	return nullptr;
}

/* SAFETY: the layouts are the same, as lib/core.cc asserts. */
static Work<Kernel> *core(cwq_work_struct *work)
{
	return reinterpret_cast<Work<Kernel> *>(work);
}

const char *core_data_of_client(cwq_work_struct *work, cwq_work_func_t func,
				bool declared)
{
	ListNode<Kernel> *entry = &core(work)->entry;

	CHECK(get_wq_data(core(work)) == 0);
	CHECK(entry->prev.get() == entry);
	CHECK(entry->next.get() == (declared ? nullptr : entry));
	CHECK(core(work)->func.get() == func);
	return nullptr;
}

void core_data_set_pending(cwq_work_struct *work, bool pending)
{
	set_wq_data(core(work), some_cwq,
		    pending ? WORK_PENDING : WORK_FLAGS & ~WORK_PENDING);
}
