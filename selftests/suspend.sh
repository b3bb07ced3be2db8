#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What becomes of the queues in a suspend that goes half the way.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

CPU=1
POWER=/sys/power
DELAY=/sys/module/suspend/parameters/pm_test_delay

# suspend_until(level, state, seconds) - go no further than to that level of
# pm_test, and come back after that time
suspend_until() {
	before=$(cat "$DELAY")
	echo "$3" >"$DELAY"
	echo "$1" >"$POWER/pm_test" && echo "$2" >"$POWER/state"
	status=$?
	echo none >"$POWER/pm_test"
	echo "$before" >"$DELAY"
	return "$status"
}

seconds() {
	cut -d . -f 1 /proc/uptime
}

# An event that wakes the machine up, whatever it was, ends a suspend before
# anything can be seen of it.
freezing_suspends() {
	for _ in 1 2 3 4 5; do
		load cwq_test_suspend || return
		start=$(seconds)
		suspend_until freezer freeze 3 || return
		[ $(($(seconds) - start)) -lt 2 ] || return 0
		unload cwq_test_suspend || return
	done
	complain "five suspends have ended at once"
}

# One item runs on a CPU, and another is pending, while the CPUs but the first go
# and come.
cpus_come_back() {
	unload cwq_test_suspend && load cwq_test_items || return
	echo 0 >"$ITEMS/gate"
	echo "$CPU 2" >"$ITEMS/queue" &&
		loop_until is_running cwq_items "$CPU" || return
	pid=$(value cwq_items "$CPU" pid)
	suspend_until processors mem 0 || return
	value_is cwq_items "$CPU" pid "$pid" ||
		complain "the thread at work was replaced" || return
	for cpu in $CPUS; do
		thread_is cwq_items "$cpu" "cwq_items/$cpu" "$cpu" || return
		echo "$cpu 1" >"$ITEMS/queue" || return
	done
	echo 1 >"$ITEMS/gate"
	echo 1 >"$ITEMS/flush"
	for cpu in $CPUS; do
		n=1
		[ "$cpu" != "$CPU" ] || n=3
		row_is cwq_items "$cpu" "$n" "$n" 0 0 0 || return
	done
}

for file in $POWER/pm_test $POWER/state $DELAY; do
	[ -e "$file" ] || skip_all "there is no $file"
done
plan 11 cwq_test_suspend cwq_test_items
load cwq || exit
result "a suspend with work on a freezeable queue" freezing_suspends
results_of "$DEBUGFS/cwq_test_suspend"
what="threads and items outlive a suspend of the CPUs"
if grep -qF '[deep]' "$POWER/mem_sleep" && [ -e /sys/devices/system/cpu/cpu$CPU/online ]
then
	result "$what" cpus_come_back
else
	skip "$what" "no suspend takes CPUs offline"
fi
finish
