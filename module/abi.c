// SPDX-License-Identifier: GPL-2.0
/* The symbol that clients built with the same headers refer to: see <cwq/abi.h>. */
#include <linux/export.h>

#include <cwq/workqueue.h>

#include "layout.h"

#define PASTE(a, b) a##b
#define SYMBOL(name, number) PASTE(name, number)
#define CWQ_ABI_SYMBOL SYMBOL(CWQ_ABI_NAME, CWQ_ABI_OF_MODULE)

const char CWQ_ABI_SYMBOL;
EXPORT_SYMBOL_GPL(CWQ_ABI_SYMBOL);
