// SPDX-License-Identifier: GPL-2.0
/*
 * What lockdep is told: a worker holds the map of its queue and that of the work
 * while a function runs, and who waits for either takes its map for a moment. So
 * a lock that is held over a flush, and that a function takes, is a circle.
 */
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>

#include <cwq/workqueue.h>

#include "shim.h"

#ifdef CONFIG_LOCKDEP

/* SAFETY: every void * here is a struct cwq_queue_map in a core's queue. */

/* @name is that of the queue, and lives as long. */
void cwq_shim_queue_map_init(void *map, const char *name)
{
	struct cwq_queue_map *m = map;

	lockdep_register_key(&m->key);
	lockdep_init_map(&m->map, name, &m->key, 0);
}

/* Who found the queue by way of a work may still use the map, under RCU. */
void cwq_shim_queue_map_exit(void *map)
{
	struct cwq_queue_map *m = map;

	synchronize_rcu();
	lockdep_unregister_key(&m->key);
}

void cwq_shim_queue_map_touch(void *map)
{
	struct cwq_queue_map *m = map;

	lock_map_acquire(&m->map);
	lock_map_release(&m->map);
}

void cwq_shim_maps_lock(void)
{
	rcu_read_lock();
}

void cwq_shim_maps_unlock(void)
{
	rcu_read_unlock();
}

void cwq_shim_work_map_touch(struct cwq_work_struct *work)
{
	lock_map_acquire(&work->lockdep_map);
	lock_map_release(&work->lockdep_map);
}

#endif
