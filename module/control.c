// SPDX-License-Identifier: GPL-2.0
/*
 * The switches of what is observed: in debugfs, and as parameters of the module, for
 * who wants them from the beginning, or may not write to debugfs.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/time64.h>
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

/*
 * Parameters are set before the core is there, and still may be when it is gone.
 * Guarded by kernel_param_lock(), which whoever sets one holds.
 */
static bool core_is_up;
static unsigned int wanted; /* when the core comes */

static int set_parameter(const char *value, const struct kernel_param *param)
{
	unsigned int flag = (unsigned long)param->arg;
	bool on;
	int ret = kstrtobool(value, &on);

	if (ret)
		return ret;
	if (core_is_up)
		return cwq_core_observe(flag, on) ? 0 : -ENOMEM;
	wanted = on ? wanted | flag : wanted & ~flag;
	return 0;
}

static int get_parameter(char *buffer, const struct kernel_param *param)
{
	unsigned int flag = (unsigned long)param->arg;
	unsigned int on = core_is_up ? cwq_core_observing() : wanted;

	return sprintf(buffer, "%c\n", on & flag ? 'Y' : 'N');
}

static const struct kernel_param_ops parameter_ops = {
	.set = set_parameter,
	.get = get_parameter,
};

module_param_cb(timing, &parameter_ops,
		(void *)(unsigned long)CWQ_OBSERVE_TIMING, 0644);
MODULE_PARM_DESC(timing, "observe how long works wait and run (N)");
module_param_cb(histograms, &parameter_ops,
		(void *)(unsigned long)CWQ_OBSERVE_HISTOGRAMS, 0644);
MODULE_PARM_DESC(histograms, "the same, as histograms (N)");
module_param_cb(provenance, &parameter_ops,
		(void *)(unsigned long)CWQ_OBSERVE_PROVENANCE, 0644);
MODULE_PARM_DESC(provenance, "note who has queued a work (N)");

/* The workqueue of the kernel has the same. */
static unsigned int hog_limit_us = 10000;
module_param(hog_limit_us, uint, 0644);
MODULE_PARM_DESC(
	hog_limit_us,
	"with timing, tell which functions use a CPU for longer in one run (10000; 0: none)");

unsigned long cwq_shim_hog_limit(void)
{
	return READ_ONCE(hog_limit_us) * NSEC_PER_USEC;
}

/* The core is there: turn on what is wanted. */
int cwq_control_start(void)
{
	unsigned int i;
	int ret = 0;

	kernel_param_lock(THIS_MODULE);
	for (i = 0; i < ARRAY_SIZE(switches); i++) {
		if (wanted & switches[i].flag &&
		    !cwq_core_observe(switches[i].flag, true))
			ret = -ENOMEM;
	}
	core_is_up = !ret;
	kernel_param_unlock(THIS_MODULE);
	return ret;
}

/* It is about to go. */
void cwq_control_stop(void)
{
	kernel_param_lock(THIS_MODULE);
	core_is_up = false;
	kernel_param_unlock(THIS_MODULE);
}

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
