// SPDX-License-Identifier: GPL-2.0
/*
 * The module: what is set up when it comes and taken down when it goes.
 */
#define pr_fmt(fmt) "cwq: " fmt

#include <linux/cpuhotplug.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>

#include <cwq/workqueue.h>

#include "shim.h"

struct cwq_workqueue_struct *cwq_system_wq;
EXPORT_SYMBOL_GPL(cwq_system_wq);

static enum cpuhp_state cpuhp_state;

static int cwq_cpu_online(unsigned int cpu)
{
	if (cwq_core_cpu_online(cpu))
		return 0;
	pr_err("no worker threads for CPU %u\n", cpu);
	return -ENOMEM;
}

static int cwq_cpu_offline(unsigned int cpu)
{
	cwq_core_cpu_offline(cpu);
	return 0;
}

/* After the module's exit function, or its failed init function. */
static int cwq_module_event(struct notifier_block *nb, unsigned long event,
			    void *module)
{
	if (event == MODULE_STATE_GOING)
		cwq_core_evict(module);
	return NOTIFY_DONE;
}

static struct notifier_block cwq_module_nb = {
	.notifier_call = cwq_module_event,
};

static int __init cwq_init(void)
{
	int ret;

	if (!cwq_core_init())
		return -ENOMEM;
	/* The directories of queues are in it. */
	cwq_debugfs_init();

	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "cwq:online",
				cwq_cpu_online, cwq_cpu_offline);
	if (ret < 0)
		goto exit_core;
	cpuhp_state = ret;

	cwq_system_wq = cwq_create_workqueue("events");
	if (!cwq_system_wq) {
		ret = -ENOMEM;
		goto remove_state;
	}
	ret = register_module_notifier(&cwq_module_nb);
	if (ret)
		goto destroy_events;
	ret = cwq_control_start();
	if (ret)
		goto unregister_nb;
	ret = cwq_watchdog_start();
	if (ret)
		goto stop_control;
	cwq_dump_start();
	return 0;

stop_control:
	cwq_control_stop();
unregister_nb:
	unregister_module_notifier(&cwq_module_nb);
destroy_events:
	cwq_core_destroy_workqueue(cwq_system_wq, NULL);
remove_state:
	cpuhp_remove_state_nocalls(cpuhp_state);
exit_core:
	cwq_debugfs_exit();
	cwq_core_exit();
	return ret;
}

static void __exit cwq_exit(void)
{
	cwq_dump_stop();
	cwq_watchdog_stop();
	cwq_control_stop();
	unregister_module_notifier(&cwq_module_nb);
	cwq_core_destroy_workqueue(cwq_system_wq, NULL);
	cpuhp_remove_state_nocalls(cpuhp_state);
	cwq_debugfs_exit();
	/* The last timer function may still be on its way out of the core. */
	synchronize_rcu();
	cwq_core_exit();
}

module_init(cwq_init);
module_exit(cwq_exit);

MODULE_AUTHOR("The cwq project");
MODULE_DESCRIPTION("The classic per-CPU workqueue");
MODULE_VERSION("0.1");
MODULE_LICENSE("GPL");
