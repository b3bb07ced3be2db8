// SPDX-License-Identifier: GPL-2.0
/*
 * Who waits, in the kernel log: for when there is no shell to read the table by. If
 * asked for, on a panic, and when somebody presses a key (sysrq).
 */
#define pr_fmt(fmt) "cwq: " fmt

#include <linux/atomic.h>
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/sysrq.h>

#include "compat.h"
#include "shim.h"

/* In any context; @stopped: nothing else runs any more. */
static void dump_waiters(bool stopped)
{
	static atomic_t busy;
	static struct cwq_waits waits; /* guarded by busy, as the next ones */
	static char line[1024];
	/* All that seq_printf() needs. */
	struct seq_file m = { .buf = line, .size = sizeof(line) };
	struct cwq_place place = {};
	unsigned int row, nr = 0;

	if (atomic_xchg_acquire(&busy, 1) && !stopped)
		return;
	pr_err("%s\n", cwq_waiters_table.columns);
	for (; cwq_core_next_waits(&place, &waits, stopped); place.index++) {
		for (row = 0; row < waits.nr + waits.truncated; row++) {
			m.count = 0;
			cwq_waiters_table.show(&m, &waits, row);
			pr_err("%.*s\n", (int)m.count, line);
		}
		nr++;
	}
	pr_err("waiters: %u\n", nr);
	atomic_set_release(&busy, 0);
}

static bool waiters_on_panic;
module_param(waiters_on_panic, bool, 0644);
MODULE_PARM_DESC(waiters_on_panic, "log who waits on a panic (N)");

static int panic_event(struct notifier_block *nb, unsigned long event,
		       void *reason)
{
	if (READ_ONCE(waiters_on_panic))
		dump_waiters(true);
	return NOTIFY_DONE;
}

static struct notifier_block panic_nb = {
	.notifier_call = panic_event,
};

static void show_waiters(SYSRQ_KEY key)
{
	dump_waiters(false);
}

static const struct sysrq_key_op show_waiters_op = {
	.handler = show_waiters,
	.help_msg = "cwq-waiters",
	.action_msg = "Show who waits for cwq's work items",
	.enable_mask = SYSRQ_ENABLE_DUMP,
};

/* These are guarded by the lock of the module's parameters. */
static char sysrq_key[2]; /* the empty string: none */
static bool started; /* and sysrq_key is registered */

static int set_sysrq_key(const char *text, const struct kernel_param *kp)
{
	char key = text[0] == '\n' ? '\0' : text[0];

	if (key && (!isascii(key) || !isalnum(key) ||
		    (text[1] && strcmp(text + 1, "\n")))) {
		pr_err("waiters_sysrq is a digit, a letter or nothing\n");
		return -EINVAL;
	}
	if (key == sysrq_key[0])
		return 0;
	if (started && key && register_sysrq_key(key, &show_waiters_op)) {
		pr_err("waiters_sysrq: %c is another one's key\n", key);
		return -EBUSY;
	}
	if (started && sysrq_key[0])
		unregister_sysrq_key(sysrq_key[0], &show_waiters_op);
	sysrq_key[0] = key;
	return 0;
}

static const struct kernel_param_ops sysrq_key_ops = {
	.set = set_sysrq_key,
	.get = param_get_string,
};
static struct kparam_string sysrq_key_param = {
	.maxlen = sizeof(sysrq_key),
	.string = sysrq_key,
};
module_param_cb(waiters_sysrq, &sysrq_key_ops, &sysrq_key_param, 0644);
MODULE_PARM_DESC(waiters_sysrq, "log who waits on this sysrq key (none)");

void cwq_dump_start(void)
{
	atomic_notifier_chain_register(&panic_notifier_list, &panic_nb);

	kernel_param_lock(THIS_MODULE);
	if (sysrq_key[0] &&
	    register_sysrq_key(sysrq_key[0], &show_waiters_op)) {
		pr_err("waiters_sysrq: %s is another one's key\n", sysrq_key);
		sysrq_key[0] = '\0';
	}
	started = true;
	kernel_param_unlock(THIS_MODULE);
}

void cwq_dump_stop(void)
{
	kernel_param_lock(THIS_MODULE);
	if (sysrq_key[0])
		unregister_sysrq_key(sysrq_key[0], &show_waiters_op);
	started = false;
	sysrq_key[0] = '\0';
	kernel_param_unlock(THIS_MODULE);

	atomic_notifier_chain_unregister(&panic_notifier_list, &panic_nb);
}
