// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs: cwq/queues and cwq/misuse, tables of whitespace-separated columns
 * under a line that names them.
 *
 * If debugfs is missing or fails, cwq works without it.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include <cwq/types.h>

#include "shim.h"

static struct dentry *cwq_dir;

/* A name is one word: blanks as \ooo, and as in sysfs '!' for '/'. */
static void show_name(struct seq_file *m, const char *name,
		      unsigned int instance)
{
	char word[CWQ_NAME_LEN];

	strscpy(word, name, sizeof(word));
	strreplace(word, '/', '!');
	seq_escape(m, word, " \t\n\\#");
	if (instance > 1)
		seq_printf(m, "#%u", instance);
}

/* @value, or '-' if it is @none. */
static void show_or_dash(struct seq_file *m, int value, int none)
{
	if (value == none)
		seq_puts(m, " -");
	else
		seq_printf(m, " %d", value);
}

static const char queue_columns[] =
	"queue cpu pid accepted executed cancelled pending running delayed redirected\n";

static void show_queue(void *arg, const char *name, unsigned int instance,
		       const struct cwq_snapshot *s)
{
	struct seq_file *m = arg;

	show_name(m, name, instance);
	show_or_dash(m, s->cpu, -1);
	show_or_dash(m, s->pid, 0);
	seq_printf(m, " %lu %lu %lu %lu %lu %lu %lu\n", s->accepted,
		   s->executed, s->cancelled, s->pending, s->running,
		   s->delayed, s->redirected);
}

static int queues_show(struct seq_file *m, void *unused)
{
	seq_puts(m, queue_columns);
	cwq_core_for_each(show_queue, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(queues);

static int misuse_show(struct seq_file *m, void *unused)
{
	cwq_misuse_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(misuse);

void cwq_debugfs_init(void)
{
	cwq_dir = debugfs_create_dir("cwq", NULL);
	debugfs_create_file("queues", 0400, cwq_dir, NULL, &queues_fops);
	debugfs_create_file("misuse", 0400, cwq_dir, NULL, &misuse_fops);
}

void cwq_debugfs_exit(void)
{
	debugfs_remove(cwq_dir);
}
