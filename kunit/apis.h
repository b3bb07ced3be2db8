/* SPDX-License-Identifier: GPL-2.0 */
/* Every exported function, to be called alike: a table for those who try all. */
#ifndef CWQ_KUNIT_APIS_H
#define CWQ_KUNIT_APIS_H

#include "helpers.h"

/* What a call may get; each takes what it needs. */
struct args {
	struct cwq_workqueue_struct *wq;
	struct cwq_delayed_work *dwork;
	int cpu;
	const char *name;
	unsigned int flags;
	cwq_work_func_t func;
	long (*fn)(void *arg);
	struct cwq_execute_work *ew;
	struct cwq_snapshot *snapshot;
	const struct cpumask *cpus;
};

/* What a call takes, and what it does. */
#define TAKES_QUEUE BIT(0)
#define TAKES_WORK (BIT(1) | TAKES_WORK_AT_ALL)
#define TAKES_CPU BIT(2)
#define TAKES_NAME BIT(3)
#define TAKES_FLAGS BIT(4)
#define TAKES_FUNC BIT(5)
#define TAKES_EW BIT(6)
#define TAKES_SNAPSHOT BIT(7)
#define QUEUES BIT(8) /* on the queue that it takes */
#define SLEEPS BIT(9)
#define OWNS BIT(10) /* the queue must be the caller's */
#define TAKES_CPUS BIT(11)
/* A work that need not have a function. */
#define TAKES_WORK_AT_ALL BIT(12)

/**
 * struct api - an exported function
 * @symbol: its name
 * @how: in which way it is called, if there are several
 * @call: calls it: true if it did anything
 * @flags: TAKES_... and the others
 */
struct api {
	const char *symbol;
	const char *how;
	bool (*call)(const struct args *args);
	unsigned int flags;
};

extern const struct api apis[];
extern const unsigned int nr_apis;

/* Every function that has all of @flags, with @args, refuses. */
void refused_by_all(struct kunit *test, unsigned int flags,
		    const struct args *args);

/* For the functions to call, which they must not. */
void not_called(struct cwq_work_struct *work);
long not_called_on_cpu(void *unused);

/* A queue with a shut gate on the first CPU and an item behind it. */
struct scene {
	struct cwq_workqueue_struct *wq;
	struct item *gate;
	struct item *pending;
	struct cwq_snapshot before;
};

struct scene set_scene(struct kunit *test);

/* Nothing has changed; and what was queued still runs, once the gate is open. */
void expect_unchanged(struct kunit *test, const struct scene *scene);
void expect_scene(struct kunit *test, const struct scene *scene);

#endif /* CWQ_KUNIT_APIS_H */
