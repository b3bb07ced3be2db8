#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The events that tracefs has under events/cwq tell what the table of the queues
# tells.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

TRACEFS=/sys/kernel/tracing
EVENTS=$TRACEFS/events/cwq
CPU=1

# trace(1 or 0). Names of tasks are not wanted: for them the scheduler is patched,
# in the middle of which an emulator's CPU may hang.
trace() {
	echo norecord-cmd >"$TRACEFS/trace_options"
	echo "$1" >"$EVENTS/enable"
}

# Forget what has been traced, and what the table has told.
start_anew() {
	before=$(rows cwq_items)
	echo >"$TRACEFS/trace"
}

# events(name, field...) - how many events of that name, and with such fields, the
# trace has
events() {
	awk -v name=" cwq_$1: " -v fields="$2 $3 $4 $5" '
		BEGIN { n = split(fields, field, " ") }
		index($0, name) {
			for (i = 1; i <= n; i++)
				if (!index($0 " ", " " field[i] " "))
					next
			count++
		}
		END { print count + 0 }' "$TRACEFS/trace"
}

# events_are(n, name, field...)
events_are() {
	should=$1
	shift
	is=$(events "$@")
	[ "$is" = "$should" ] || complain "$is events $*, not $should"
}

# works(name) - the work in each of these events, sorted
works() {
	sed -n "s/.* cwq_$1: work struct[ =]\([0-9a-f]*\).*/\1/p" \
		"$TRACEFS/trace" | sort
}

same_works() {
	[ "$2" = "$4" ] ||
		complain "$1: $(echo "$2" | wc -l)," \
			"$3: $(echo "$4" | wc -l), or not the same ones"
}

# counted(column, event) - has the trace as many of those events, on each CPU, as
# the table says?
counted() {
	printf '%s\n' "$before" "$(rows cwq_items)" |
		awk -v column="$1" '
			!($1 in was) { was[$1] = $column; next }
			{ print $1, $column - was[$1] }' >"$scratch/counts"
	while read -r cpu n; do
		events_are "$n" "$2" "cpu=$cpu" || return
	done <"$scratch/counts"
}

# What was put on the lists was cancelled or has run.
trace_agrees_with_table() {
	counted 2 queue_work && counted 4 cancel_work || return
	started=$(works execute_start)
	ended=$(works execute_end)
	taken=$({ works execute_end; works cancel_work; } | sort)
	same_works started "$started" ended "$ended" &&
		same_works queued "$(works queue_work)" taken "$taken"
}

queues_come_and_go() {
	trace 1
	load cwq_test_items && unload cwq_test_items && load cwq_test_items ||
		return
	for queue in cwq_items cwq_single; do
		events_are 2 create_workqueue workqueue="$queue" &&
			events_are 1 destroy_workqueue workqueue="$queue" ||
			return
	done
	events_are 4 create_workqueue && events_are 2 destroy_workqueue
}

every_item_is_traced() {
	start_anew
	for cpu in $CPUS; do
		echo "$cpu 20" >"$ITEMS/queue" || return
	done
	echo 1 >"$ITEMS/flush"
	for cpu in $CPUS; do
		events_are 20 queue_work function=item_fn workqueue=cwq_items \
			"req_cpu=$cpu" "cpu=$cpu" || return
	done
	events_are $(($(echo "$CPUS" | wc -l) * 20)) execute_end item_fn &&
		trace_agrees_with_table
}

# One item runs, one is pending, one has been cancelled, and somebody waits.
each_step_is_traced() {
	start_anew
	echo 0 >"$ITEMS/gate"
	echo "$CPU 3" >"$ITEMS/queue" && echo 1 >"$ITEMS/cancel" || return
	loop_until is_running cwq_items "$CPU" || return
	events_are 1 execute_start item_fn && events_are 0 execute_end &&
		events_are 1 cancel_work function=item_fn workqueue=cwq_items \
			"cpu=$CPU" &&
		events_are 0 insert_barrier || return
	echo 1 >"$ITEMS/flush" &
	loop_until events_are 1 insert_barrier workqueue=cwq_items \
		"cpu=$CPU" >/dev/null || return
	echo 1 >"$ITEMS/gate"
	wait
	events_are 1 insert_barrier && trace_agrees_with_table
}

# When it gets on the list, not when its timer is armed.
delayed_items_are_traced() {
	start_anew
	echo "$CPU 2 3600000" >"$ITEMS/delay" || return
	events_are 0 queue_work || return
	echo 2 >"$ITEMS/expedite" && echo 1 >"$ITEMS/flush" &&
		trace_agrees_with_table
}

moved_items_are_traced() {
	start_anew
	echo 0 >"$ITEMS/gate"
	echo "$CPU 3" >"$ITEMS/queue" && echo "0 2 0" >"$ITEMS/mod" || return
	echo 1 >"$ITEMS/gate"
	echo 1 >"$ITEMS/flush"
	events_are 2 queue_work req_cpu=0 cpu=0 && trace_agrees_with_table
}

# The trace tells what was asked for as well.
redirected_items_are_traced() {
	start_anew
	set_cpu "$CPU" 0 || return
	echo 0 >"$ITEMS/gate"
	echo "$CPU 3" >"$ITEMS/queue" && echo "$CPU 2 0" >"$ITEMS/mod" || return
	echo 1 >"$ITEMS/gate"
	echo 1 >"$ITEMS/flush"
	set_cpu "$CPU" 1 || return
	events_are 5 queue_work "req_cpu=$CPU" &&
		events_are 0 queue_work "cpu=$CPU" && trace_agrees_with_table
}

filter_works() {
	start_anew
	filter=$EVENTS/cwq_queue_work/filter
	echo 'workqueue == "cwq_single"' >"$filter" || return
	echo "$CPU 3" >"$ITEMS/queue" && echo "-1 4" >"$ITEMS/queue" || return
	echo 0 >"$filter"
	echo 1 >"$ITEMS/flush"
	events_are 4 queue_work workqueue=cwq_single &&
		events_are 4 queue_work && events_are 7 execute_end
}

nothing_is_traced() {
	trace 0
	start_anew
	echo "$CPU 3" >"$ITEMS/queue" && echo 1 >"$ITEMS/flush" || return
	! grep cwq_ "$TRACEFS/trace"
}

# hist(event) - what its histogram has of item_fn, counted
hist() {
	sed -n 's/.*\bitem_fn .*hitcount: *//p' "$EVENTS/cwq_$1/hist"
}

# The kernel counts by function, as tracing.md says.
functions_are_counted() {
	trigger='hist:keys=function.sym'
	echo "$trigger" >"$EVENTS/cwq_execute_start/trigger" || return
	echo "$CPU 5" >"$ITEMS/queue" && echo "$CPU 2" >"$ITEMS/common" &&
		echo 1 >"$ITEMS/flush" && loop_until counted_are 7 || return
	echo "!$trigger" >"$EVENTS/cwq_execute_start/trigger"
}

counted_are() {
	[ "$(hist execute_start)" = "$1" ]
}

# The longest run of a worker, and its function.
# shellcheck disable=SC2016 # the kernel expands $at and $us
longest_run_is_known() {
	start='hist:keys=common_pid.execname:at=common_timestamp.usecs'
	end='hist:keys=common_pid.execname:us=common_timestamp.usecs-$at'
	end=$end':onmax($us).save(function)'
	echo "$start" >"$EVENTS/cwq_execute_start/trigger" &&
		echo "$end" >"$EVENTS/cwq_execute_end/trigger" || return
	echo "$CPU 5" >"$ITEMS/queue" && echo 1 >"$ITEMS/flush" || return
	grep -A 1 "common_pid: cwq_items/$CPU .*hitcount: *5" \
		"$EVENTS/cwq_execute_end/hist" | grep -q "max: .*function: " ||
		complain "$(cat "$EVENTS/cwq_execute_end/hist")" || return
	echo "!$end" >"$EVENTS/cwq_execute_end/trigger" &&
		echo "!$start" >"$EVENTS/cwq_execute_start/trigger"
}

# The events go with cwq, also when they are in use.
module_goes_while_traced() {
	trace 1
	echo "$CPU 3" >"$ITEMS/queue" || return
	unload cwq_test_items && unload cwq && [ ! -e "$EVENTS" ] &&
		load cwq && [ "$(cat "$EVENTS/enable")" = 0 ]
}

[ -d $TRACEFS/events ] || skip_all "tracefs is not mounted on $TRACEFS"
plan 11 cwq_test_items
scratch=$(mktemp -d)
load cwq || exit
result "queues come and go" queues_come_and_go
result "every item is queued, starts and ends" every_item_is_traced
result "cancel and flush, and what they find" each_step_is_traced
result "delayed items" delayed_items_are_traced
result "items that are moved" moved_items_are_traced
what="items that are redirected"
if [ -e "/sys/devices/system/cpu/cpu$CPU/online" ]; then
	result "$what" redirected_items_are_traced
else
	skip "$what" "CPU $CPU cannot be taken offline"
fi
result "a filter" filter_works
result "tracing that is off" nothing_is_traced
what="a histogram"
if [ -e "$EVENTS/cwq_execute_start/hist" ]; then
	result "$what of functions" functions_are_counted
	result "$what of runs" longest_run_is_known
else
	skip "$what of functions" "no CONFIG_HIST_TRIGGERS"
	skip "$what of runs" "no CONFIG_HIST_TRIGGERS"
fi
result "cwq goes while it is traced" module_goes_while_traced
echo record-cmd >"$TRACEFS/trace_options"
finish
