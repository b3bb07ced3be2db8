/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the shim know of each other. */
#ifndef CWQ_SHIM_H
#define CWQ_SHIM_H

#include <linux/types.h>

#include "../lib/core.h"

struct seq_file;

/* The queue of cwq_schedule_work(). */
extern struct cwq_workqueue_struct *cwq_events;

void cwq_debugfs_init(void);
void cwq_debugfs_exit(void);

/* The table of debugfs cwq/misuse. */
void cwq_misuse_show(struct seq_file *m);

#endif /* CWQ_SHIM_H */
