// SPDX-License-Identifier: GPL-2.0
/*
 * Tables in debugfs: columns with a blank between them, under a line that names
 * them.
 *
 * A reader gets a group of rows, say those of one queue and CPU, in one go and keeps
 * it in memory of its own until all of it has been read, however slowly. Between the
 * groups it holds nothing, so that queues may come and go.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/kallsyms.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/string_helpers.h>

#include <cwq/types.h>

#include "shim.h"

/* What blanks, and what would be taken for something else, in a word. */
#define ESCAPED " \t\n\\#"

struct reader {
	const struct cwq_table_file *file;
	struct cwq_place place; /* of the group that comes next */
	unsigned int nr; /* rows of the group in hand; 0: all has been read */
	unsigned int row;
	unsigned long long group[]; /* aligned for anything */
};

static void *next_group(struct reader *r)
{
	const struct cwq_table *table = r->file->table;
	int nr;

	do {
		nr = table->load(r->file->arg, &r->place, r->group);
		r->place.index++;
	} while (!nr);

	r->nr = max(nr, 0);
	r->row = 0;
	return r->nr ? r : NULL;
}

/* Only ever the first position, or the one that was the last to be asked for. */
static void *table_start(struct seq_file *m, loff_t *pos)
{
	struct reader *r = m->private;

	if (*pos)
		return r->nr ? r : NULL;
	memset(&r->place, 0, sizeof(r->place));
	r->nr = 0;
	return SEQ_START_TOKEN;
}

static void *table_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct reader *r = m->private;

	++*pos;
	if (v == SEQ_START_TOKEN || ++r->row == r->nr)
		return next_group(r);
	return r;
}

static void table_stop(struct seq_file *m, void *v)
{
}

static int table_show(struct seq_file *m, void *v)
{
	struct reader *r = m->private;
	const struct cwq_table *table = r->file->table;

	if (v == SEQ_START_TOKEN)
		seq_puts(m, table->columns);
	else
		table->show(m, r->group, r->row);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations table_seq_ops = {
	.start = table_start,
	.next = table_next,
	.stop = table_stop,
	.show = table_show,
};

static int table_open(struct inode *inode, struct file *file)
{
	const struct cwq_table_file *f = inode->i_private;
	struct reader *r;
	int ret;

	r = kvzalloc(struct_size(r, group, f->table->group_size / 8 + 1),
		     GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	r->file = f;
	ret = seq_open(file, &table_seq_ops);
	if (ret) {
		kvfree(r);
		return ret;
	}
	((struct seq_file *)file->private_data)->private = r;
	return 0;
}

static int table_release(struct inode *inode, struct file *file)
{
	kvfree(((struct seq_file *)file->private_data)->private);
	return seq_release(inode, file);
}

const struct file_operations cwq_table_fops = {
	.owner = THIS_MODULE,
	.open = table_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = table_release,
};

/* Words */

/* The name of a queue, or of a task, as one word. Returns its length. */
int cwq_name_word(char *word, size_t size, const char *name)
{
	int len =
		string_escape_str(name, word, size - 1, ESCAPE_OCTAL, ESCAPED);

	word[len] = '\0';
	strreplace(word, '/', '!');
	return len;
}

void cwq_show_where(struct seq_file *m, const struct cwq_where *where)
{
	char word[4 * CWQ_NAME_LEN];

	if (!where->name[0]) {
		seq_puts(m, "- -");
		return;
	}
	cwq_name_word(word, sizeof(word), where->name);
	seq_puts(m, word);
	if (where->instance > 1)
		seq_printf(m, "#%u", where->instance);
	if (where->cpu < 0)
		seq_puts(m, " -");
	else
		seq_printf(m, " %d", where->cpu);
}

void cwq_show_task(struct seq_file *m, const struct cwq_task *task)
{
	char word[4 * TASK_COMM_LEN];

	cwq_name_word(word, sizeof(word), task->comm);
	seq_printf(m, " %d %s", task->pid, word);
}

/* One word: without the blank before the module that it is in. */
void cwq_show_func(struct seq_file *m, const void *func)
{
	char word[KSYM_SYMBOL_LEN];
	char *blank;

	if (!func) {
		seq_puts(m, "-");
		return;
	}
	snprintf(word, sizeof(word), "%ps", func);
	blank = strchr(word, ' ');
	if (blank)
		memmove(blank, blank + 1, strlen(blank));
	seq_puts(m, word);
}

void cwq_show_number(struct seq_file *m, bool applies, unsigned long number)
{
	if (applies)
		seq_printf(m, " %lu", number);
	else
		seq_puts(m, " -");
}

void cwq_show_ms(struct seq_file *m, bool applies, unsigned long age)
{
	cwq_show_number(m, applies, jiffies_to_msecs(age));
}
