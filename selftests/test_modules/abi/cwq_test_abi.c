// SPDX-License-Identifier: GPL-2.0
/*
 * A client that was built with headers other than those of the cwq.ko that is loaded:
 * in these a name has more room. It must not be loaded.
 */
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/timer.h>

#include <cwq/types.h>

#undef CWQ_NAME_LEN
#define CWQ_NAME_LEN 64

#include <cwq/workqueue.h>

static int __init test_abi_init(void)
{
	struct cwq_workqueue_struct *wq = cwq_create_workqueue("cwq_abi");

	if (!wq)
		return -ENOMEM;
	cwq_destroy_workqueue(wq);
	return 0;
}

static void __exit test_abi_exit(void)
{
}

module_init(test_abi_init);
module_exit(test_abi_exit);

MODULE_DESCRIPTION("A client of cwq that was built with other headers");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
