// SPDX-License-Identifier: GPL-2.0
/*
 * Items on request, for the scripts that watch the queues from outside.
 *
 * There are two queues, cwq_items on every CPU and the single-threaded
 * cwq_single, and these files in debugfs, all for writing:
 *
 * queue	"CPU COUNT": so many new items on that CPU of cwq_items, or on
 *		cwq_single if the CPU is -1
 * cancel	"COUNT": so many items, the newest first, which must be pending
 * gate		"0": items that start from now on wait in their function;
 *		"1": they end
 * flush	anything: wait for both queues
 * churn	"1": until "0", every CPU queues, runs and cancels items as fast
 *		as it can
 */
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <cwq/workqueue.h>

/* More than are ever pending at once: they are used in turn. */
#define NR_ITEMS 512

static struct cwq_workqueue_struct *items_wq;
static struct cwq_workqueue_struct *single_wq;

static DEFINE_MUTEX(items_mutex); /* guards next_item and the array */
static struct cwq_work_struct items[NR_ITEMS];
static unsigned int next_item;

static DECLARE_WAIT_QUEUE_HEAD(gate);
static bool gate_open = true;

static void item_fn(struct cwq_work_struct *work)
{
	wait_event(gate, READ_ONCE(gate_open));
}

static void set_gate(bool open)
{
	WRITE_ONCE(gate_open, open);
	wake_up_all(&gate);
}

static int queue_items(int cpu, unsigned int count)
{
	struct cwq_work_struct *work;
	bool queued;

	if (cpu >= (int)nr_cpu_ids)
		return -EINVAL;
	for (; count; count--) {
		work = &items[next_item % NR_ITEMS];
		if (cpu < 0)
			queued = cwq_queue_work(single_wq, work);
		else
			queued = cwq_queue_work_on(cpu, items_wq, work);
		if (!queued)
			return -EBUSY;
		next_item++;
	}
	return 0;
}

static int cancel_items(unsigned int count)
{
	for (; count; count--) {
		if (!cwq_cancel_work_sync(&items[--next_item % NR_ITEMS]))
			return -ENOENT;
	}
	return 0;
}

/*
 * Churn: one work for each CPU queues itself again, and puts a victim on the
 * next CPU, which it takes back if it is quick enough.
 */
struct churn {
	struct cwq_work_struct work;
	struct cwq_work_struct victim;
};

static struct churn *churns;
static bool churning;

static void victim_fn(struct cwq_work_struct *work)
{
}

static void churn_fn(struct cwq_work_struct *work)
{
	struct churn *churn = container_of(work, struct churn, work);
	unsigned int cpu;

	cpu = cpumask_next(raw_smp_processor_id(), cpu_online_mask);
	if (cpu >= nr_cpu_ids)
		cpu = cpumask_first(cpu_online_mask);
	cwq_queue_work_on(cpu, items_wq, &churn->victim);
	cwq_cancel_work_sync(&churn->victim);

	if (READ_ONCE(churning))
		cwq_queue_work(items_wq, work);
}

static void set_churn(bool on)
{
	unsigned int cpu;

	WRITE_ONCE(churning, on);
	for_each_online_cpu(cpu) {
		if (on)
			cwq_queue_work_on(cpu, items_wq, &churns[cpu].work);
		else
			cwq_cancel_work_sync(&churns[cpu].work);
	}
}

/* The files */

#define LINE_SIZE 32

static int copy_line(char line[LINE_SIZE], const char __user *buf, size_t count)
{
	if (count >= LINE_SIZE)
		return -EINVAL;
	if (copy_from_user(line, buf, count))
		return -EFAULT;
	line[count] = '\0';
	return 0;
}

static ssize_t queue_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *ppos)
{
	char line[LINE_SIZE];
	int cpu, n, ret;

	ret = copy_line(line, buf, count);
	if (ret)
		return ret;
	if (sscanf(line, "%d %d", &cpu, &n) != 2)
		return -EINVAL;
	mutex_lock(&items_mutex);
	ret = queue_items(cpu, n);
	mutex_unlock(&items_mutex);
	return ret ?: count;
}

static ssize_t cancel_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *ppos)
{
	unsigned int n;
	int ret = kstrtouint_from_user(buf, count, 0, &n);

	if (ret)
		return ret;
	mutex_lock(&items_mutex);
	ret = cancel_items(n);
	mutex_unlock(&items_mutex);
	return ret ?: count;
}

static ssize_t gate_write(struct file *file, const char __user *buf,
			  size_t count, loff_t *ppos)
{
	bool open;
	int ret = kstrtobool_from_user(buf, count, &open);

	if (ret)
		return ret;
	set_gate(open);
	return count;
}

static ssize_t flush_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *ppos)
{
	cwq_flush_workqueue(items_wq);
	cwq_flush_workqueue(single_wq);
	return count;
}

static ssize_t churn_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *ppos)
{
	bool on;
	int ret = kstrtobool_from_user(buf, count, &on);

	if (ret)
		return ret;
	set_churn(on);
	return count;
}

#define ITEMS_FOPS(name)                                    \
	static const struct file_operations name##_fops = { \
		.owner = THIS_MODULE,                       \
		.open = simple_open,                        \
		.write = name##_write,                      \
	}

ITEMS_FOPS(queue);
ITEMS_FOPS(cancel);
ITEMS_FOPS(gate);
ITEMS_FOPS(flush);
ITEMS_FOPS(churn);

static struct dentry *dir;

static int __init cwq_test_items_init(void)
{
	unsigned int i;

	churns = kcalloc(nr_cpu_ids, sizeof(*churns), GFP_KERNEL);
	if (!churns)
		return -ENOMEM;
	for (i = 0; i < nr_cpu_ids; i++) {
		CWQ_INIT_WORK(&churns[i].work, churn_fn);
		CWQ_INIT_WORK(&churns[i].victim, victim_fn);
	}
	for (i = 0; i < NR_ITEMS; i++)
		CWQ_INIT_WORK(&items[i], item_fn);

	items_wq = cwq_create_workqueue("cwq_items");
	if (!items_wq)
		goto free_churns;
	single_wq = cwq_create_singlethread_workqueue("cwq_single");
	if (!single_wq)
		goto destroy_items_wq;

	dir = debugfs_create_dir("cwq_test_items", NULL);
	debugfs_create_file("queue", 0200, dir, NULL, &queue_fops);
	debugfs_create_file("cancel", 0200, dir, NULL, &cancel_fops);
	debugfs_create_file("gate", 0200, dir, NULL, &gate_fops);
	debugfs_create_file("flush", 0200, dir, NULL, &flush_fops);
	debugfs_create_file("churn", 0200, dir, NULL, &churn_fops);
	return 0;

destroy_items_wq:
	cwq_destroy_workqueue(items_wq);
free_churns:
	kfree(churns);
	return -ENOMEM;
}

/* What is still queued is run by cwq_destroy_workqueue(). */
static void __exit cwq_test_items_exit(void)
{
	debugfs_remove(dir);
	set_churn(false);
	set_gate(true);
	cwq_destroy_workqueue(single_wq);
	cwq_destroy_workqueue(items_wq);
	kfree(churns);
}

module_init(cwq_test_items_init);
module_exit(cwq_test_items_exit);

MODULE_AUTHOR("cwq project");
MODULE_DESCRIPTION("Items on request, for tests of cwq");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
