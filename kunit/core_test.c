// SPDX-License-Identifier: GPL-2.0
/*
 * The core from the inside: its list, its inbox, and the word that says where a work
 * is. What is checked is in core_checks.cc.
 */

#include <kunit/test.h>
#include <linux/string.h>

#include <cwq/workqueue.h>

#include "core_checks.h"

static void expect_passed(struct kunit *test, const char *failed)
{
	if (failed)
		KUNIT_FAIL(test, "%s", failed);
}

/* A list that was initialised is empty. */
static void starts_empty(struct kunit *test)
{
	expect_passed(test, core_list_starts_empty());
}

/* What is added at the tail stands in that order, read in both directions. */
static void is_fifo(struct kunit *test)
{
	expect_passed(test, core_list_is_fifo());
}

/* list_add() puts a node right behind another, or first. */
static void adds_behind(struct kunit *test)
{
	expect_passed(test, core_list_adds_behind());
}

/* list_add_tail() puts a node right before another, or last. */
static void adds_before(struct kunit *test)
{
	expect_passed(test, core_list_adds_before());
}

/* A node leaves any place, and is then on no list. */
static void deletes_anywhere(struct kunit *test)
{
	expect_passed(test, core_list_deletes_anywhere());
}

/* A node that has left can be linked again, as it is. */
static void takes_back(struct kunit *test)
{
	expect_passed(test, core_list_takes_back());
}

/* A node tells whether it is on a list, also when it never was on one. */
static void tells_whether_it_is_linked(struct kunit *test)
{
	expect_passed(test, core_list_knows_linked());
}

/* What is pushed is taken all at once, the newest first, each leading to the next. */
static void is_a_stack(struct kunit *test)
{
	expect_passed(test, core_inbox_is_a_stack());
}

/* Of those who find the worker asleep one wakes it; it does not sleep on works. */
static void rouses_once(struct kunit *test)
{
	expect_passed(test, core_inbox_rouses_once());
}

/* Nothing gets into an inbox that is shut, and what is in it stays. */
static void shuts(struct kunit *test)
{
	expect_passed(test, core_inbox_shuts());
}

/* What is collected comes to the end of the list, in order, and is counted. */
static void is_collected(struct kunit *test)
{
	expect_passed(test, core_inbox_is_collected());
}

/* Data gives back the cwq and the flags that were put in, for all flags. */
static void holds_cwq_and_flags(struct kunit *test)
{
	expect_passed(test, core_data_holds_cwq_and_flags());
}

/* A work that was never queued names no cwq. */
static void of_no_cwq(struct kunit *test)
{
	expect_passed(test, core_data_of_no_cwq());
}

/* Moving a work tells what it was before. */
static void moves(struct kunit *test)
{
	expect_passed(test, core_data_moves());
}

/* From the list entry back to the work. */
static void finds_work(struct kunit *test)
{
	expect_passed(test, core_data_finds_work());
}

/* The core's own initialisation, which barriers get. */
static void is_initialised(struct kunit *test)
{
	expect_passed(test, core_data_is_initialised());
}

static void some_func(struct cwq_work_struct *work)
{
}

/* The macros of the client and the core agree on what an idle work is. */
static void of_client(struct kunit *test)
{
	static CWQ_DECLARE_WORK(declared, some_func);
	static CWQ_DECLARE_DELAYED_WORK(delayed, some_func);
	static struct cwq_work_struct work;
	struct cwq_work_struct on_stack;

	expect_passed(test, core_data_of_client(&declared, some_func, true));
	expect_passed(test,
		      core_data_of_client(&delayed.work, some_func, true));
	KUNIT_EXPECT_PTR_EQ(test, delayed.timer.function,
			    &cwq_delayed_work_timer_fn);
	memset(&work, 0xff, sizeof(work));
	CWQ_INIT_WORK(&work, some_func);
	expect_passed(test, core_data_of_client(&work, some_func, false));
	memset(&on_stack, 0xff, sizeof(on_stack));
	CWQ_INIT_WORK_ONSTACK(&on_stack, some_func);
	expect_passed(test, core_data_of_client(&on_stack, some_func, false));
	cwq_destroy_work_on_stack(&on_stack);
}

/* cwq_work_pending() reads the core's PENDING, and no other flag. */
static void pending_as_client_reads_it(struct kunit *test)
{
	struct cwq_work_struct work;

	CWQ_INIT_WORK_ONSTACK(&work, some_func);
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(&work));
	core_data_set_pending(&work, true);
	KUNIT_EXPECT_TRUE(test, cwq_work_pending(&work));
	core_data_set_pending(&work, false);
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(&work));
	cwq_destroy_work_on_stack(&work);
}

static struct kunit_case list_cases[] = {
	KUNIT_CASE(starts_empty),
	KUNIT_CASE(is_fifo),
	KUNIT_CASE(adds_behind),
	KUNIT_CASE(adds_before),
	KUNIT_CASE(deletes_anywhere),
	KUNIT_CASE(takes_back),
	KUNIT_CASE(tells_whether_it_is_linked),
	{},
};

static struct kunit_suite list_suite = {
	.name = "cwq_list",
	.test_cases = list_cases,
};

static struct kunit_case inbox_cases[] = {
	KUNIT_CASE(is_a_stack),
	KUNIT_CASE(rouses_once),
	KUNIT_CASE(shuts),
	KUNIT_CASE(is_collected),
	{},
};

static struct kunit_suite inbox_suite = {
	.name = "cwq_inbox",
	.test_cases = inbox_cases,
};

static struct kunit_case work_data_cases[] = {
	KUNIT_CASE(holds_cwq_and_flags),
	KUNIT_CASE(of_no_cwq),
	KUNIT_CASE(moves),
	KUNIT_CASE(finds_work),
	KUNIT_CASE(is_initialised),
	KUNIT_CASE(of_client),
	KUNIT_CASE(pending_as_client_reads_it),
	{},
};

static struct kunit_suite work_data_suite = {
	.name = "cwq_work_data",
	.test_cases = work_data_cases,
};

kunit_test_suites(&list_suite, &inbox_suite, &work_data_suite);
