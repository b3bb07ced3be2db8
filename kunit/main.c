// SPDX-License-Identifier: GPL-2.0
/* The module that the suites are in; each file registers its own. */

#include <linux/module.h>

MODULE_DESCRIPTION("KUnit suites of cwq");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
