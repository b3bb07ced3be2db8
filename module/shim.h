/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the shim know of each other. */
#ifndef CWQ_SHIM_H
#define CWQ_SHIM_H

#include <linux/fs.h>
#include <linux/irq_work.h>
#include <linux/lockdep.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "../lib/core.h"

struct dentry;
struct seq_file;

/* What lockdep knows of a queue: see module/lockdep.c. */
struct cwq_queue_map {
#ifdef CONFIG_LOCKDEP
	struct lock_class_key key;
	struct lockdep_map map;
#endif
};

/* Where the core waits for what may happen in a hard interrupt. */
struct cwq_waitq {
	struct wait_queue_head head;
	struct irq_work later; /* wakes up where that cannot be done at once */
};

/*
 * A table that debugfs shows: see module/table.c. It is read a group of rows at a
 * time.
 */
struct cwq_table {
	const char *columns; /* the line above the rows */
	size_t group_size; /* of the memory for a group */

	/*
	 * Fill @group with that at @place, where each group has one of its own, or
	 * with the next one, and set @place to where that is. Returns its number
	 * of rows, 0 if it is empty, negative behind the last group.
	 */
	int (*load)(void *arg, struct cwq_place *place, void *group);
	void (*show)(struct seq_file *m, const void *group, unsigned int row);
};

/* The data of a file: which table, and what its load() gets. */
struct cwq_table_file {
	const struct cwq_table *table;
	void *arg;
};
extern const struct file_operations cwq_table_fops;

/* Words of a row. */
int cwq_name_word(char *word, size_t size, const char *name);
void cwq_show_where(struct seq_file *m, const struct cwq_where *where);
void cwq_show_func(struct seq_file *m, const void *func);

/* These begin with a blank. */
void cwq_show_task(struct seq_file *m, const struct cwq_task *task);
void cwq_show_number(struct seq_file *m, bool applies, unsigned long number);
void cwq_show_ms(struct seq_file *m, bool applies, unsigned long age);

extern const struct cwq_table cwq_works_table;
extern const struct cwq_table cwq_waiters_table;
extern const struct file_operations cwq_control_fops;
extern struct dentry *cwq_debugfs_dir;

const char *cwq_call_name(enum cwq_call call);

int cwq_control_start(void);
void cwq_control_stop(void);

int cwq_watchdog_start(void);
void cwq_watchdog_stop(void);

void cwq_dump_start(void);
void cwq_dump_stop(void);

void cwq_debugfs_init(void);
void cwq_debugfs_exit(void);

/* The table of debugfs cwq/misuse. */
void cwq_misuse_show(struct seq_file *m);

#endif /* CWQ_SHIM_H */
