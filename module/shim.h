/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the shim know of each other. */
#ifndef CWQ_SHIM_H
#define CWQ_SHIM_H

#include <linux/lockdep.h>
#include <linux/types.h>

#include "../lib/core.h"

struct seq_file;

/* What lockdep knows of a queue: see module/lockdep.c. */
struct cwq_queue_map {
#ifdef CONFIG_LOCKDEP
	struct lock_class_key key;
	struct lockdep_map map;
#endif
};

void cwq_debugfs_init(void);
void cwq_debugfs_exit(void);

/* The table of debugfs cwq/misuse. */
void cwq_misuse_show(struct seq_file *m);

#endif /* CWQ_SHIM_H */
