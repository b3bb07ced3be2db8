// SPDX-License-Identifier: GPL-2.0
/* debugfs: the switches of what is observed. */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "shim.h"

static const struct {
	const char *name;
	unsigned int flag;
} switches[] = {
	{ "timing", CWQ_OBSERVE_TIMING },
	{ "histograms", CWQ_OBSERVE_HISTOGRAMS },
	{ "provenance", CWQ_OBSERVE_PROVENANCE },
};

static int control_show(struct seq_file *m, void *unused)
{
	unsigned int observing = cwq_core_observing();
	unsigned int i;

	seq_puts(m, "switch state\n");
	for (i = 0; i < ARRAY_SIZE(switches); i++)
		seq_printf(m, "%s %s\n", switches[i].name,
			   observing & switches[i].flag ? "on" : "off");
	return 0;
}

static int control_open(struct inode *inode, struct file *file)
{
	return single_open(file, control_show, NULL);
}

/* The two words of @line, with one blank between them. */
static int turn(char *line)
{
	char *state = strim(line);
	const char *name = strsep(&state, " ");
	unsigned int i;
	bool on;

	if (!state)
		return -EINVAL;
	on = !strcmp(state, "on");
	if (!on && strcmp(state, "off"))
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(switches); i++) {
		if (!strcmp(name, switches[i].name))
			return cwq_core_observe(switches[i].flag, on) ? 0
								      : -ENOMEM;
	}
	return -EINVAL;
}

static ssize_t control_write(struct file *file, const char __user *buf,
			     size_t count, loff_t *ppos)
{
	char line[32] = "";
	int ret;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, count))
		return -EFAULT;
	/* A zero within would hide what stands behind it. */
	if (strlen(line) != count)
		return -EINVAL;
	ret = turn(line);
	return ret ?: count;
}

const struct file_operations cwq_control_fops = {
	.owner = THIS_MODULE,
	.open = control_open,
	.read = seq_read,
	.write = control_write,
	.llseek = seq_lseek,
	.release = single_release,
};
