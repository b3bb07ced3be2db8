#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The watchdog tells what takes too long, once, and counts it.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

THRESH=/sys/module/cwq/parameters/watchdog_thresh

thirty_seconds() {
	[ "$(cat "$THRESH")" = 30 ]
}

nonsense_is_refused() {
	mark_log
	for nonsense in x -1 1s "" 86401 4294967297; do
		! echo "$nonsense" >"$THRESH" 2>/dev/null ||
			complain "it took '$nonsense'" || return
	done
	thirty_seconds && log_has 6 "watchdog_thresh is a number of seconds"
}

# log_has(n, text) - so many lines since mark_log
log_has() {
	n=$(log_since_mark | grep -cF "$2")
	[ "$n" = "$1" ] || complain "$n lines with '$2', not $1"
}

stalls_are() {
	value_is cwq_items 1 stalls "$1"
}

# level_of(text) - of the line in the log that has it
level_of() {
	dmesg -r | awk -v mark="$mark" -v text="$1" '
		found && index($0, text) {
			sub(/>.*/, "")
			print substr($0, 2)
			exit
		}
		index($0, mark) { found = 1 }'
}

# Who reads the errors only gets the stack, too, where a module may ask for it.
stack_is_an_error() {
	grep -q __ksymtab_stack_trace_save_tsk /proc/kallsyms || return 0
	levels="$(level_of "has been running for") $(level_of " item_fn+")"
	[ "$levels" = "3 3" ] ||
		complain "what runs and its stack have the levels $levels"
}

# Somebody waits for an item that does not end; behind it stands another.
a_run() {
	expect "item_fn"
	mark_log
	hold 1 && echo "1 1" >"$ITEMS/queue" || return
	echo 1 >"$ITEMS/flush_item" &
	task=$!
	echo 1 >"$THRESH"
	loop_until stalls_are 1 || return
	look_is "stalled $ITEM_FN" queues "state func" stalls=1 || return
	# As long again, and nothing more is told.
	loop_until longer 3500 queues running_ms stalls=1 || return
	stalls_are 1 || return
	let_go
	wait
	log_has 1 "cwq_items (CPU 1): item_fn [cwq_test_items] has been running for" &&
		log_has 1 "($task) waits behind it in flush_work for" &&
		log_has 0 "has been pending" && stack_is_an_error &&
		look_is "idle -" queues "state func" stalls=1
}

ten_wait() {
	[ "$(look waiters pid call=flush_work | wc -l)" -eq 10 ]
}

# Of ten that wait eight are named.
another_run() {
	expect "item_fn"
	mark_log
	echo 0 >"$THRESH"
	hold 1 || return
	for _ in $(seq 10); do
		echo 1 >"$ITEMS/flush_item" &
	done
	loop_until ten_wait || return
	echo 1 >"$THRESH"
	loop_until stalls_are 2 || return
	let_go
	wait
	log_has 8 "waits behind it in flush_work for" &&
		log_has 1 "and 2 more wait behind it"
}

has_executed() {
	[ "$(value cwq_items 1 executed)" -ge "$1" ]
}

# None runs for long, but there are many.
a_long_list() {
	expect "Call Trace"
	mark_log
	echo 200 >"$ITEMS/slow"
	before=$(value cwq_items 1 executed)
	echo "1 40" >"$ITEMS/queue"
	loop_until stalls_are 3 || return
	state=$(look queues state stalls=3)
	# The last one waits, and waits, and nothing more is told.
	loop_until has_executed $((before + 30)) && stalls_are 3 || return
	echo 0 >"$ITEMS/slow"
	let_go
	[ "$state" = running ] || complain "it is $state" || return
	log_has 1 "cwq_items (CPU 1): item_fn [cwq_test_items] has been pending for" &&
		log_has 0 "has been running"
}

switched_off() {
	echo 0 >"$THRESH"
	hold 1 && loop_until longer 2500 queues running_ms stalls=3 || return
	let_go
	stalls_are 3
}

nobody_else() {
	look_is 0 queues stalls queue=cwq_single &&
		look_is 0 queues stalls queue=cwq_items cpu=0
}

stack_has() {
	log_since_mark | grep -q "$1+" || complain "no $1() in the stack"
}

# Nobody but its CPU knows where such a function is.
one_that_burns_its_cpu() {
	expect "burn_cpu"
	mark_log
	echo 1 >"$THRESH" && echo 1 >"$ITEMS/burn" && echo "1 1" >"$ITEMS/queue" ||
		return
	loop_until stalls_are 4
	stalled=$?
	echo 0 >"$ITEMS/burn"
	let_go
	[ "$stalled" -eq 0 ] || return
	log_has 1 "cwq_items (CPU 1): item_fn [cwq_test_items] has been running for" &&
		stack_has burn_cpu
}

plan 7 cwq_test_items
load cwq && load cwq_test_items || exit
result "nonsense is refused" nonsense_is_refused
result "a function that runs" a_run
result "and another time" another_run
result "a work that is pending" a_long_list
result "none of others" nobody_else
result "switched off" switched_off
result "a function that burns its CPU" one_that_burns_its_cpu
finish
