#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What is to be seen of cwq while something with real-time priority does not let go of a
# CPU: without new threads, and without the watchdog.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

THRESH=/sys/module/cwq/parameters/watchdog_thresh
RT_RUNTIME=/proc/sys/kernel/sched_rt_runtime_us
FAIR_RUNTIME=$DEBUGFS/sched/fair_server/cpu1/runtime
KTHREADD=2

is_fifo() {
	[ "$(cut -d ' ' -f 41 "/proc/$1/stat")" = 1 ]
}

# turn_off(file, value) - and leave in old what it was; a kernel need not have it
turn_off() {
	old=
	[ ! -e "$1" ] || { old=$(cat "$1") && echo "$2" >"$1"; }
}

# spin - until let_it_end, CPU 1 is nobody else's; not this shell's either
spin() {
	taskset -p "$others" $$ >/dev/null
	turn_off "$RT_RUNTIME" -1 && rt_runtime=$old || return
	turn_off "$FAIR_RUNTIME" 0 && fair_runtime=$old || return
	python3 -ES -c 'import os
os.sched_setaffinity(0, {1})
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
while True:
    pass' &
	spinner=$!
	loop_until is_fifo "$spinner"
}

let_it_end() {
	kill "$spinner"
	wait "$spinner" 2>/dev/null
	[ -z "$fair_runtime" ] || echo "$fair_runtime" >"$FAIR_RUNTIME"
	echo "$rt_runtime" >"$RT_RUNTIME"
	taskset -p "$all" $$ >/dev/null
}

log_has() {
	log_since_mark | grep -qF "$1"
}

waits_for_a_thread() {
	grep -q kthread_create "/proc/$1/stack"
}

everything_is_read() {
	for table in queues works waiters; do
		columns_are_constant "$table" || return
	done
	for file in misuse control cwq_items/0/funcs cwq_items/cpus; do
		cat "$DEBUGFS/cwq/$file" >/dev/null || return
	done
}

stalls_are() {
	value_is cwq_items 2 stalls "$1"
}

# Somebody makes a queue and does not get his thread. Everything is read, the watchdog
# reports, other queues go on.
without_threads() {
	expect "item_fn"
	mark_log
	taskset -p 2 "$KTHREADD" >/dev/null && spin || return
	echo 0 >"$ITEMS/make" &
	maker=$!
	loop_until waits_for_a_thread "$maker" && everything_is_read &&
		echo 0 >"$ITEMS/gate" && echo "2 2" >"$ITEMS/queue" &&
		echo 1 >"$THRESH" && loop_until stalls_are 1 &&
		log_has "cwq_items (CPU 2): item_fn [cwq_test_items] has been running" &&
		echo 1 >"$ITEMS/gate" && echo "-1 3" >"$ITEMS/queue" &&
		echo 1 >"$ITEMS/flush" && everything_is_read &&
		value_is cwq_single - executed 3 && kill -0 "$maker"
	status=$?
	echo 30 >"$THRESH"
	let_it_end
	taskset -p "$all" "$KTHREADD" >/dev/null
	wait "$maker" && return "$status"
}

# The watchdog may run nowhere else. That is told, and by whom; afterwards it goes on.
without_the_watchdog() {
	expect "watchdog_is_late|show_who_has_cpu"
	expect "item_fn"
	mark_log
	watchdog=$(grep -lx cwq_watchdog /proc/[0-9]*/comm | cut -d / -f 3)
	taskset -p 2 "$watchdog" >/dev/null && echo 1 >"$THRESH" && spin || return
	loop_until log_has "the watchdog is not let run: python3 ($spinner) has CPU 1"
	status=$?
	let_it_end
	taskset -p "$all" "$watchdog" >/dev/null
	[ "$status" = 0 ] || return
	hold 1 && loop_until value_is cwq_items 1 stalls 1 && let_go &&
		echo 30 >"$THRESH"
}

python3 -ES -c 'import os' 2>/dev/null || skip_all "there is no python3"
plan 2 cwq_test_items
all=$(taskset -p $$ | sed 's/.*: //')
others=$(printf %x $((0x$all & ~2)))
load cwq && load cwq_test_items || exit
result "no new thread is to be had" without_threads
result "the watchdog does not run" without_the_watchdog
finish
