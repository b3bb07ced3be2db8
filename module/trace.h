/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tracepoints, under events/cwq in tracefs. Fields have the names that the
 * kernel's own workqueue events have.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM cwq

#if !defined(CWQ_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define CWQ_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>

#include <cwq/types.h>

int cwq_trace_begin(void);
void cwq_trace_end(void);

/* clang-format off */

/* A work gets on the list of a queue; of a delayed one, when its timer fires. */
TRACE_EVENT_FN(cwq_queue_work,
	TP_PROTO(const void *work, const void *function, const char *workqueue,
		 int req_cpu, int cpu),
	TP_ARGS(work, function, workqueue, req_cpu, cpu),
	TP_STRUCT__entry(
		__field(const void *, work)
		__field(const void *, function)
		__array(char, workqueue, CWQ_NAME_LEN)
		__field(int, req_cpu)
		__field(int, cpu)
	),
	TP_fast_assign(
		__entry->work = work;
		__entry->function = function;
		strscpy(__entry->workqueue, workqueue, CWQ_NAME_LEN);
		__entry->req_cpu = req_cpu;
		__entry->cpu = cpu;
	),
	TP_printk("work struct=%p function=%ps workqueue=%s req_cpu=%d cpu=%d",
		  __entry->work, __entry->function, __entry->workqueue,
		  __entry->req_cpu, __entry->cpu),
	cwq_trace_begin, cwq_trace_end
);

DECLARE_EVENT_CLASS(cwq_execute,
	TP_PROTO(const void *work, const void *function),
	TP_ARGS(work, function),
	TP_STRUCT__entry(
		__field(const void *, work)
		__field(const void *, function)
	),
	TP_fast_assign(
		__entry->work = work;
		__entry->function = function;
	),
	TP_printk("work struct %p: function %ps",
		  __entry->work, __entry->function)
);

/* The function of a work is about to be called. */
DEFINE_EVENT(cwq_execute, cwq_execute_start,
	TP_PROTO(const void *work, const void *function),
	TP_ARGS(work, function));

/* It has returned. There may be nothing at @work any more. */
DEFINE_EVENT(cwq_execute, cwq_execute_end,
	TP_PROTO(const void *work, const void *function),
	TP_ARGS(work, function));

/* A work that was pending is taken off. */
TRACE_EVENT_FN(cwq_cancel_work,
	TP_PROTO(const void *work, const void *function, const char *workqueue,
		 int cpu),
	TP_ARGS(work, function, workqueue, cpu),
	TP_STRUCT__entry(
		__field(const void *, work)
		__field(const void *, function)
		__array(char, workqueue, CWQ_NAME_LEN)
		__field(int, cpu)
	),
	TP_fast_assign(
		__entry->work = work;
		__entry->function = function;
		strscpy(__entry->workqueue, workqueue, CWQ_NAME_LEN);
		__entry->cpu = cpu;
	),
	TP_printk("work struct=%p function=%ps workqueue=%s cpu=%d",
		  __entry->work, __entry->function, __entry->workqueue,
		  __entry->cpu),
	cwq_trace_begin, cwq_trace_end
);

/* Somebody is about to wait for what a queue has to do on a CPU. */
TRACE_EVENT_FN(cwq_insert_barrier,
	TP_PROTO(const char *workqueue, int cpu),
	TP_ARGS(workqueue, cpu),
	TP_STRUCT__entry(
		__array(char, workqueue, CWQ_NAME_LEN)
		__field(int, cpu)
	),
	TP_fast_assign(
		strscpy(__entry->workqueue, workqueue, CWQ_NAME_LEN);
		__entry->cpu = cpu;
	),
	TP_printk("workqueue=%s cpu=%d", __entry->workqueue, __entry->cpu),
	cwq_trace_begin, cwq_trace_end
);

DECLARE_EVENT_CLASS(cwq_workqueue,
	TP_PROTO(const char *workqueue),
	TP_ARGS(workqueue),
	TP_STRUCT__entry(
		__array(char, workqueue, CWQ_NAME_LEN)
	),
	TP_fast_assign(
		strscpy(__entry->workqueue, workqueue, CWQ_NAME_LEN);
	),
	TP_printk("workqueue=%s", __entry->workqueue)
);

DEFINE_EVENT(cwq_workqueue, cwq_create_workqueue,
	TP_PROTO(const char *workqueue),
	TP_ARGS(workqueue));

DEFINE_EVENT(cwq_workqueue, cwq_destroy_workqueue,
	TP_PROTO(const char *workqueue),
	TP_ARGS(workqueue));

/* clang-format on */

#endif /* CWQ_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
