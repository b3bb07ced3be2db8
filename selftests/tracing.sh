#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The tracepoints: each event is seen, with its fields, as often as it happened.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

TRACING=/sys/kernel/tracing
EVENTS="cwq_create_workqueue cwq_queue_work cwq_execute_start cwq_execute_end \
cwq_insert_barrier cwq_cancel_work cwq_destroy_workqueue"

trace_on() {
	echo 0 >"$TRACING/trace"
	echo 1 >"$TRACING/events/cwq/enable"
}

trace_off() {
	echo 0 >"$TRACING/events/cwq/enable"
}

# events(event, pattern) - how many of them are in the trace?
events() {
	grep -E " $1: $2" -c "$TRACING/trace"
}

# A client that uses everything.
all_are_seen() {
	trace_on
	load cwq_test_client && cat "$DEBUGFS/cwq_test_client" >/dev/null &&
		unload cwq_test_client || return
	trace_off
	for event in $EVENTS; do
		[ "$(events "$event")" -gt 0 ] || complain "no $event" || return
	done
}

counts_agree() {
	load cwq_test_items || return
	trace_on
	echo "0 7" >"$ITEMS/queue" && echo 1 >"$ITEMS/flush"
	trace_off
	queued=$(events cwq_queue_work \
		"work struct=[^ ]+ function=item_fn .*workqueue=cwq_items req_cpu=0 cpu=0")
	[ "$queued" = 7 ] && [ "$queued" = "$(value cwq_items 0 accepted)" ] ||
		complain "$queued items queued" || return
	for event in cwq_execute_start cwq_execute_end; do
		n=$(events "$event" "work struct [^ ]+: function item_fn")
		[ "$n" = 7 ] || complain "$n $event" || return
	done
}

# The gate keeps one running, behind which the others stay pending.
cancels_are_told() {
	echo 0 >"$ITEMS/gate"
	echo "0 3" >"$ITEMS/queue"
	loop_until is_running cwq_items 0 || return
	trace_on
	echo 2 >"$ITEMS/cancel"
	trace_off
	echo 1 >"$ITEMS/gate"
	echo 1 >"$ITEMS/flush"
	n=$(events cwq_cancel_work \
		"work struct=[^ ]+ function=item_fn .*workqueue=cwq_items cpu=0")
	[ "$n" = 2 ] || complain "$n cancels"
}

filter_works() {
	echo 'workqueue == "cwq_single"' \
		>"$TRACING/events/cwq/cwq_queue_work/filter" || return
	trace_on
	echo "0 5" >"$ITEMS/queue" && echo "-1 2" >"$ITEMS/queue" &&
		echo 1 >"$ITEMS/flush"
	trace_off
	echo 0 >"$TRACING/events/cwq/cwq_queue_work/filter"
	[ "$(events cwq_queue_work)" = 2 ] ||
		complain "$(events cwq_queue_work) events"
}

off_is_off() {
	echo 0 >"$TRACING/trace"
	echo "0 5" >"$ITEMS/queue" && echo 1 >"$ITEMS/flush"
	[ "$(events 'cwq_[a-z_]*')" = 0 ]
}

[ -d $TRACING/events ] || skip_all "tracefs is not mounted on $TRACING"
plan 5 cwq_test_client cwq_test_items
load cwq || exit
result "each event is seen" all_are_seen
result "as often as the ledger says, with its fields" counts_agree
result "cancels are told" cancels_are_told
result "a filter by queue works" filter_works
result "off is off" off_is_off
finish
