// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel's object debugging knows of a work: it is active while it is
 * on a list, so who initialises or frees it then is told, and so is who leaves
 * the stack frame of one without cwq_destroy_work_on_stack().
 */
#include <linux/debugobjects.h>
#include <linux/export.h>
#include <linux/list.h>

#include <cwq/workqueue.h>

#include "compat.h"
#include "shim.h"

#ifdef CONFIG_DEBUG_OBJECTS_WORK

static void *work_debug_hint(void *addr)
{
	struct cwq_work_struct *work = addr;

	return work->func;
}

/* Asked before the work is linked. One that was never initialised has nothing there. */
static bool work_is_static_object(void *addr)
{
	struct cwq_work_struct *work = addr;

	return work->entry.prev == &work->entry;
}

/* The works that are given back or made anew leave their list first. */
static bool work_fixup(void *addr, enum debug_obj_state state)
{
	if (state != ODEBUG_STATE_ACTIVE)
		return false;
	cwq_cancel_work(addr);
	return true;
}

static const struct debug_obj_descr work_debug_descr = {
	.name = "cwq_work_struct",
	.debug_hint = work_debug_hint,
	.is_static_object = work_is_static_object,
	.fixup_init = work_fixup,
	.fixup_free = work_fixup,
};

/*
 * A work on the stack is watched a second time, by way of its list entry: active
 * from the beginning of its life to its end, so that a frame which is left
 * without cwq_destroy_work_on_stack() is noticed when its memory is used for
 * another work, or freed.
 */
static bool frame_fixup(void *addr, enum debug_obj_state state);

static const struct debug_obj_descr frame_debug_descr = {
	.name = "cwq_work_struct (cwq_destroy_work_on_stack)",
	.fixup_init = frame_fixup,
	.fixup_free = frame_fixup,
};

static bool frame_fixup(void *addr, enum debug_obj_state state)
{
	debug_object_deactivate(addr, &frame_debug_descr);
	return true;
}

/* For CWQ_INIT_WORK() and its sisters. */
void __cwq_init_work(struct cwq_work_struct *work, bool onstack)
{
	if (!onstack) {
		debug_object_init(work, &work_debug_descr);
		return;
	}
	debug_object_init_on_stack(work, &work_debug_descr);
	debug_object_init_on_stack(&work->entry, &frame_debug_descr);
	debug_object_activate(&work->entry, &frame_debug_descr);
}
EXPORT_SYMBOL_GPL(__cwq_init_work);

/**
 * cwq_destroy_work_on_stack - end a work that lives on the stack
 * @work: the work of CWQ_INIT_WORK_ONSTACK(), neither pending nor running
 *
 * Does nothing without CONFIG_DEBUG_OBJECTS_WORK.
 *
 * Context: any.
 */
void cwq_destroy_work_on_stack(struct cwq_work_struct *work)
{
	debug_object_deactivate(&work->entry, &frame_debug_descr);
	debug_object_free(&work->entry, &frame_debug_descr);
	debug_object_free(work, &work_debug_descr);
}
EXPORT_SYMBOL_GPL(cwq_destroy_work_on_stack);

void cwq_shim_debug_activate(struct cwq_work_struct *work)
{
	debug_object_activate(work, &work_debug_descr);
}

void cwq_shim_debug_deactivate(struct cwq_work_struct *work)
{
	debug_object_deactivate(work, &work_debug_descr);
}

#endif

#if defined(CONFIG_DEBUG_OBJECTS_WORK) || defined(CONFIG_DEBUG_OBJECTS_TIMERS)

/**
 * cwq_destroy_delayed_work_on_stack - end a delayed work that lives on the stack
 * @dwork: the delayed work of CWQ_INIT_DELAYED_WORK_ONSTACK(), neither delayed
 *	nor pending nor running
 *
 * Does nothing without CONFIG_DEBUG_OBJECTS_WORK and CONFIG_DEBUG_OBJECTS_TIMERS.
 *
 * Context: any.
 */
void cwq_destroy_delayed_work_on_stack(struct cwq_delayed_work *dwork)
{
	timer_destroy_on_stack(&dwork->timer);
	cwq_destroy_work_on_stack(&dwork->work);
}
EXPORT_SYMBOL_GPL(cwq_destroy_delayed_work_on_stack);

#endif
