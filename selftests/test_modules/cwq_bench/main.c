// SPDX-License-Identifier: GPL-2.0
/*
 * What an item costs: cwq beside the kernel's own workqueue in all its kinds,
 * its kthread_worker, a tasklet, and a bare thread, all under the same harness.
 *
 * Each file of /sys/kernel/debug/cwq_bench is a test, and each read of it one
 * round: every peer in turn, so that whatever else happens on the machine
 * happens to all of them. Documentation/benchmark.md tells what is measured.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/sort.h>

#include "bench.h"

static const struct bench_peer *const peers[] = {
	&cwq_peer,
	&bound_peer,
	&highpri_peer,
	&ordered_peer,
	&unbound_peer,
#ifdef HAVE_BH_WORKQUEUE
	&bh_peer,
#endif
	&kthread_worker_peer,
	&tasklet_peer,
	&floor_peer,
};

static char *only[ARRAY_SIZE(peers)];
static unsigned int nr_only;
module_param_array(only, charp, &nr_only, 0644);
MODULE_PARM_DESC(only, "the peers to measure, between commas (all)");

static const struct bench_test {
	const char *name;
	bench_test_t measure;
} tests[] = {
	{ "ops", bench_ops },
	{ "own-queue", bench_own_queue },
	{ "one-queue", bench_one_queue },
	{ "in-turn", bench_in_turn },
	{ "depth", bench_depth },
	{ "flush", bench_flush },
	{ "queues", bench_queues },
	{ "latency", bench_latency },
};

/* Figures */

void bench_figure(struct seq_file *m, const char *test,
		  const struct bench_peer *peer, const char *metric, u64 value)
{
	seq_printf(m, "%s %s %s %llu\n", test, peer->name, metric, value);
}

static int compare(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

void bench_percentiles(struct seq_file *m, const char *test,
		       const struct bench_peer *peer, u32 *samples,
		       unsigned int n)
{
	static const struct {
		const char *name;
		unsigned int permille;
	} percentiles[] = {
		{ "p50", 500 },
		{ "p90", 900 },
		{ "p99", 990 },
		{ "p999", 999 },
	};
	unsigned int i;

	if (!n)
		return;
	sort(samples, n, sizeof(*samples), compare, NULL);
	for (i = 0; i < ARRAY_SIZE(percentiles); i++)
		bench_figure(
			m, test, peer, percentiles[i].name,
			samples[(u64)(n - 1) * percentiles[i].permille / 1000]);
}

/* The files */

static bool is_measured(const struct bench_peer *peer)
{
	unsigned int i;
	bool measured;

	kernel_param_lock(THIS_MODULE);
	measured = !nr_only;
	for (i = 0; i < nr_only; i++)
		measured |= sysfs_streq(only[i], peer->name) ||
			    sysfs_streq(only[i], "");
	kernel_param_unlock(THIS_MODULE);
	return measured;
}

/* One peer that cannot be made is no reason to leave out the others. */
static int round_show(struct seq_file *m, void *unused)
{
	const struct bench_test *test = m->private;
	int i, ret;

	for (i = 0; i < ARRAY_SIZE(peers); i++) {
		if (!is_measured(peers[i]))
			continue;
		ret = test->measure(m, peers[i]);
		if (ret == -EIO || ret == -EINVAL)
			return ret;
		if (ret)
			bench_figure(m, test->name, peers[i], "failed", -ret);
	}
	return 0;
}

/* All at once: a buffer too small would have it measured again. */
static int round_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, round_show, inode->i_private, SZ_64K);
}

static const struct file_operations round_fops = {
	.owner = THIS_MODULE,
	.open = round_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static struct dentry *directory;

static int __init cwq_bench_init(void)
{
	int i;

	directory = debugfs_create_dir("cwq_bench", NULL);
	for (i = 0; i < ARRAY_SIZE(tests); i++)
		debugfs_create_file(tests[i].name, 0400, directory,
				    (void *)&tests[i], &round_fops);
	return 0;
}

static void __exit cwq_bench_exit(void)
{
	debugfs_remove(directory);
}

module_init(cwq_bench_init);
module_exit(cwq_bench_exit);

MODULE_AUTHOR("cwq project");
MODULE_DESCRIPTION("What an item costs on cwq and on its peers");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
