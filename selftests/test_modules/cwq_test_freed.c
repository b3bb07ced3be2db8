// SPDX-License-Identifier: GPL-2.0
/*
 * A client that frees a delayed work while the timer is armed. It leaves two others on
 * the common queue, armed before and behind that one, and takes them off when it goes.
 *
 * The memory is its own, and it deletes the timer first, so that the mistake is known
 * to cwq alone.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/timer.h>

#include <cwq/workqueue.h>

#include "../../module/compat.h"

#define CPU 0
/* Longer than the module is there. */
#define LONG_DELAY (3600 * HZ)
#define POISON 0x6b

static void before_fn(struct cwq_work_struct *work)
{
}

static void freed_fn(struct cwq_work_struct *work)
{
}

static void behind_fn(struct cwq_work_struct *work)
{
}

static CWQ_DECLARE_DELAYED_WORK(before, before_fn);
static CWQ_DECLARE_DELAYED_WORK(freed, freed_fn);
static CWQ_DECLARE_DELAYED_WORK(behind, behind_fn);

static int __init cwq_test_freed_init(void)
{
	cwq_schedule_delayed_work_on(CPU, &before, LONG_DELAY);
	cwq_schedule_delayed_work_on(CPU, &freed, LONG_DELAY);
	cwq_schedule_delayed_work_on(CPU, &behind, LONG_DELAY);
	timer_delete_sync(&freed.timer);
	memset(&freed, POISON, sizeof(freed));
	return 0;
}

static void __exit cwq_test_freed_exit(void)
{
	if (!cwq_cancel_delayed_work_sync(&before) ||
	    !cwq_cancel_delayed_work_sync(&behind))
		pr_err("a neighbour of what was freed is lost\n");
	if (memchr_inv(&freed, POISON, sizeof(freed)))
		pr_err("what was freed has been written to\n");
}

module_init(cwq_test_freed_init);
module_exit(cwq_test_freed_exit);

MODULE_AUTHOR("cwq project");
MODULE_DESCRIPTION("A client of cwq that frees a delayed work");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
