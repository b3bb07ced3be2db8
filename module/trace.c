// SPDX-License-Identifier: GPL-2.0
/* The tracepoints, and those of them that the core makes. */
#include "shim.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* To how many of the core's tracepoints does somebody listen? The core cannot see. */
unsigned int cwq_shim_tracing;

int cwq_trace_begin(void)
{
	WRITE_ONCE(cwq_shim_tracing, cwq_shim_tracing + 1);
	return 0;
}

void cwq_trace_end(void)
{
	WRITE_ONCE(cwq_shim_tracing, cwq_shim_tracing - 1);
}

void cwq_shim_trace_queue_work(const char *queue, int req_cpu, int cpu,
			       const struct cwq_work_struct *work,
			       const void *func)
{
	trace_cwq_queue_work(work, func, queue, req_cpu, cpu);
}

void cwq_shim_trace_cancel(const char *queue, int cpu,
			   const struct cwq_work_struct *work, const void *func)
{
	trace_cwq_cancel_work(work, func, queue, cpu);
}

void cwq_shim_trace_insert_barrier(const char *queue, int cpu)
{
	trace_cwq_insert_barrier(queue, cpu);
}

void cwq_shim_trace_create(const char *queue)
{
	trace_cwq_create_workqueue(queue);
}

void cwq_shim_trace_destroy(const char *queue)
{
	trace_cwq_destroy_workqueue(queue);
}
