// SPDX-License-Identifier: GPL-2.0
/* debugfs: the directory of a queue, with what is observed of its works. */
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/string_helpers.h>

#include <cwq/workqueue.h>

#include "shim.h"

/* The tables of one cwq, which is the data of each. */
static bool load_once(void *cwq, struct cwq_place *place,
		      struct cwq_stats *stats)
{
	if (place->index)
		return false;
	cwq_core_read_stats(cwq, stats);
	return true;
}

static void show_func(struct seq_file *m, const struct cwq_stats *stats,
		      const struct cwq_func_stats *func)
{
	if (func == &stats->funcs[CWQ_FUNCS_KNOWN])
		seq_puts(m, "(others)");
	else
		cwq_show_func(m, func->func);
}

/* Of those that have been counted, in this order. */
struct funcs_group {
	struct cwq_stats stats;
	unsigned int rows[CWQ_FUNCS_KNOWN + 1];
};

static int load_funcs(void *arg, struct cwq_place *place, void *group)
{
	struct funcs_group *g = group;
	unsigned int i, nr = 0;

	if (!load_once(arg, place, &g->stats))
		return -1;
	for (i = 0; i <= CWQ_FUNCS_KNOWN; i++) {
		if (g->stats.funcs[i].count)
			g->rows[nr++] = i;
	}
	return nr;
}

static void show_us(struct seq_file *m, unsigned long ns)
{
	seq_printf(m, " %llu", div_u64(ns, NSEC_PER_USEC));
}

static void show_funcs(struct seq_file *m, const void *group, unsigned int row)
{
	const struct funcs_group *g = group;
	const struct cwq_func_stats *func = &g->stats.funcs[g->rows[row]];

	show_func(m, &g->stats, func);
	seq_printf(m, " %lu", func->count);
	show_us(m, func->run_total);
	show_us(m, func->run_max);
	show_us(m, func->wait_total);
	show_us(m, func->wait_max);
	seq_printf(m, " %lu", func->hogs);
}

static const struct cwq_table funcs_table = {
	.columns =
		"func count run_total_us run_max_us wait_total_us wait_max_us hogs",
	.group_size = sizeof(struct funcs_group),
	.load = load_funcs,
	.show = show_funcs,
};

/* Of the buckets that are not empty, in this order. */
struct buckets_group {
	struct cwq_stats stats;
	unsigned int nr;
	struct {
		unsigned char func;
		unsigned char bucket;
		bool run;
	} rows[2 * (CWQ_FUNCS_KNOWN + 1) * CWQ_BUCKETS];
};

static void add_buckets(struct buckets_group *g, unsigned int func, bool run)
{
	const struct cwq_func_stats *f = &g->stats.funcs[func];
	unsigned int i;

	for (i = 0; i < CWQ_BUCKETS; i++) {
		if (!(run ? f->run[i] : f->wait[i]))
			continue;
		g->rows[g->nr].func = func;
		g->rows[g->nr].bucket = i;
		g->rows[g->nr].run = run;
		g->nr++;
	}
}

static int load_buckets(void *arg, struct cwq_place *place, void *group)
{
	struct buckets_group *g = group;
	unsigned int i;

	if (!load_once(arg, place, &g->stats))
		return -1;
	g->nr = 0;
	for (i = 0; i <= CWQ_FUNCS_KNOWN; i++) {
		add_buckets(g, i, true);
		add_buckets(g, i, false);
	}
	return g->nr;
}

static void show_bucket(struct seq_file *m, const void *group, unsigned int row)
{
	const struct buckets_group *g = group;
	const struct cwq_func_stats *func = &g->stats.funcs[g->rows[row].func];
	unsigned int bucket = g->rows[row].bucket;
	bool run = g->rows[row].run;

	show_func(m, &g->stats, func);
	seq_printf(m, " %s %lu", run ? "run" : "wait",
		   bucket ? 1ul << (bucket - 1) : 0);
	cwq_show_number(m, bucket < CWQ_BUCKETS - 1, 1ul << bucket);
	seq_printf(m, " %u", run ? func->run[bucket] : func->wait[bucket]);
}

static const struct cwq_table buckets_table = {
	.columns = "func what from_us to_us count",
	.group_size = sizeof(struct buckets_group),
	.load = load_buckets,
	.show = show_bucket,
};

static int load_missed(void *arg, struct cwq_place *place, void *group)
{
	return load_once(arg, place, group) ? 2 : -1;
}

static void show_missed(struct seq_file *m, const void *group, unsigned int row)
{
	const struct cwq_stats *stats = group;

	if (row)
		seq_printf(m, "funcs %lu", stats->funcs_missed);
	else
		seq_printf(m, "works %lu", stats->works_missed);
}

static const struct cwq_table missed_table = {
	.columns = "what count",
	.group_size = sizeof(struct cwq_stats),
	.load = load_missed,
	.show = show_missed,
};

static const struct {
	const char *name;
	const struct cwq_table *table;
} files[] = {
	{ "funcs", &funcs_table },
	{ "histograms", &buckets_table },
	{ "missed", &missed_table },
};

/* One queue's, for as long as that lives. */
struct directory {
	struct dentry *dentry;
	void *wq;
	int nr; /* of cwqs */
	void *const *cwqs;
	struct cwq_table_file files[];
};

static ssize_t reset_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *ppos)
{
	const struct directory *d = file->private_data;
	unsigned int one;
	int i;

	if (kstrtouint_from_user(buf, count, 0, &one) || one != 1)
		return -EINVAL;
	for (i = 0; i < d->nr; i++)
		cwq_core_reset_stats(d->cwqs[i]);
	return count;
}

static const struct file_operations reset_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = reset_write,
};

/* The CPUs that a queue uses, as a list. */
static int cpus_show(struct seq_file *m, void *unused)
{
	const struct directory *d = m->private;
	cpumask_var_t cpus;
	int cpu;

	if (!zalloc_cpumask_var(&cpus, GFP_KERNEL))
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		if (!cwq_core_kept_off(d->cwqs[cpu]))
			cpumask_set_cpu(cpu, cpus);
	}
	seq_printf(m, "%*pbl\n", cpumask_pr_args(cpus));
	free_cpumask_var(cpus);
	return 0;
}

static ssize_t cpus_write(struct file *file, const char __user *buf,
			  size_t count, loff_t *ppos)
{
	const struct directory *d =
		((struct seq_file *)file->private_data)->private;
	cpumask_var_t cpus;
	int ret;

	if (!alloc_cpumask_var(&cpus, GFP_KERNEL))
		return -ENOMEM;
	if (cpumask_parselist_user(buf, count, cpus) ||
	    !cpumask_intersects(cpus, cpu_possible_mask))
		ret = -EINVAL;
	else
		ret = cwq_core_use_cpus(d->wq, cpus);
	free_cpumask_var(cpus);
	return ret ?: count;
}

static int cpus_open(struct inode *inode, struct file *file)
{
	return single_open(file, cpus_show, inode->i_private);
}

static const struct file_operations cpus_fops = {
	.owner = THIS_MODULE,
	.open = cpus_open,
	.read = seq_read,
	.write = cpus_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static void create_files(struct dentry *parent, struct cwq_table_file *of_cwq,
			 void *cwq)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		of_cwq[i].table = files[i].table;
		of_cwq[i].arg = cwq;
		debugfs_create_file(files[i].name, 0400, parent, &of_cwq[i],
				    &cwq_table_fops);
	}
}

/* NULL if there is no memory: then the queue has none. */
void *cwq_shim_directory_create(void *wq, const char *queue,
				unsigned int instance, void *const *cwqs,
				int nr, bool singlethread)
{
	char word[4 * CWQ_NAME_LEN + sizeof("#4294967295")];
	struct directory *d;
	int i, len;

	d = kvzalloc(struct_size(d, files, nr * ARRAY_SIZE(files)), GFP_KERNEL);
	if (!d)
		return NULL;
	d->wq = wq;
	d->cwqs = cwqs;
	d->nr = nr;

	len = cwq_name_word(word, sizeof(word), queue);
	if (instance > 1)
		snprintf(word + len, sizeof(word) - len, "#%u", instance);
	d->dentry = debugfs_create_dir(word, cwq_debugfs_dir);
	debugfs_create_file("reset", 0200, d->dentry, d, &reset_fops);
	/* The common queue keeps all. */
	if (!singlethread && cwq_system_wq)
		debugfs_create_file("cpus", 0600, d->dentry, d, &cpus_fops);
	for (i = 0; i < nr; i++) {
		if (singlethread)
			strscpy(word, "all", sizeof(word));
		else
			snprintf(word, sizeof(word), "%d", i);
		create_files(debugfs_create_dir(word, d->dentry),
			     &d->files[i * ARRAY_SIZE(files)], cwqs[i]);
	}
	return d;
}

/* Nobody reads or writes there any more when this returns. */
void cwq_shim_directory_remove(void *directory)
{
	struct directory *d = directory;

	if (!d)
		return;
	debugfs_remove(d->dentry);
	kvfree(d);
}
