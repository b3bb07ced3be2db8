// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs: the files, and the tables of queues and of misuse. What is in them is
 * described in Documentation/debugfs.md.
 *
 * If debugfs is missing or fails, cwq works without it.
 */
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>

#include <cwq/types.h>

#include "shim.h"

struct dentry *cwq_debugfs_dir;

/* One of @words for each bit of @flags. */
static void show_flags(struct seq_file *m, unsigned int flags,
		       const char *const *words)
{
	char separator = ' ';

	if (!flags)
		seq_puts(m, " -");
	for (; flags; flags >>= 1, words++) {
		if (!(flags & 1))
			continue;
		seq_printf(m, "%c%s", separator, *words);
		separator = ',';
	}
}

struct queue_group {
	struct cwq_queue_row row;
	struct cwq_snapshot counters;
};

static int load_queue(void *arg, struct cwq_place *place, void *group)
{
	struct queue_group *g = group;

	return cwq_core_next_queue(place, &g->row, &g->counters) ? 1 : -1;
}

static void show_queue(struct seq_file *m, const void *group, unsigned int row)
{
	static const char *const states[CWQ_NR_QUEUE_STATES] = {
		[CWQ_QUEUE_IDLE] = "idle",
		[CWQ_QUEUE_PENDING] = "pending",
		[CWQ_QUEUE_RUNNING] = "running",
		[CWQ_QUEUE_FROZEN] = "frozen",
		[CWQ_QUEUE_STALLED] = "stalled",
		[CWQ_QUEUE_DEAD] = "dead",
	};
	static const char *const flags[] = { "offline", "draining", "closed",
					     "observed", "kept_off" };
	const struct queue_group *g = group;
	const struct cwq_queue_row *q = &g->row;
	const struct cwq_snapshot *s = &g->counters;

	cwq_show_where(m, &q->where);
	cwq_show_number(m, s->pid, s->pid);
	seq_printf(m, " %lu %lu %lu %lu %lu %lu %lu", s->accepted, s->executed,
		   s->cancelled, s->pending, s->running, s->delayed,
		   s->redirected);
	seq_printf(m, " %s%s%s %s", s->cpu < 0 ? "single" : "percpu",
		   q->freezeable ? ",freezeable" : "", q->rt ? ",rt" : "",
		   states[q->state]);
	show_flags(m, q->flags, flags);
	seq_printf(m, " %lu", q->pending_max);
	cwq_show_ms(m, s->pending, q->oldest);
	cwq_show_ms(m, q->func, q->running);
	seq_putc(m, ' ');
	cwq_show_func(m, q->func);
	seq_printf(m, " %lu", q->stalls);
}

static const struct cwq_table queues_table = {
	.columns =
		"queue cpu pid accepted executed cancelled pending running delayed redirected kind state flags pending_max oldest_ms running_ms func stalls",
	.group_size = sizeof(struct queue_group),
	.load = load_queue,
	.show = show_queue,
};

static int misuse_show(struct seq_file *m, void *unused)
{
	cwq_misuse_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(misuse);

/* The tables of everything; the data of their files. */
static const struct {
	const char *name;
	struct cwq_table_file file;
} tables[] = {
	{ "queues", { &queues_table } },
	{ "works", { &cwq_works_table } },
	{ "waiters", { &cwq_waiters_table } },
};

void cwq_debugfs_init(void)
{
	unsigned int i;

	cwq_debugfs_dir = debugfs_create_dir("cwq", NULL);
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		debugfs_create_file(tables[i].name, 0400, cwq_debugfs_dir,
				    (void *)&tables[i].file, &cwq_table_fops);
	debugfs_create_file("control", 0600, cwq_debugfs_dir, NULL,
			    &cwq_control_fops);
	debugfs_create_file("misuse", 0400, cwq_debugfs_dir, NULL,
			    &misuse_fops);
}

void cwq_debugfs_exit(void)
{
	debugfs_remove(cwq_debugfs_dir);
}
