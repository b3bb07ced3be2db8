#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A freezeable queue stops between items when the machine suspends, and goes on.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

FREEZE=$DEBUGFS/cwq_test_freeze
DELAY=/sys/module/suspend/parameters/pm_test_delay

suspends() {
	echo 1 >"$FREEZE/arm" || return
	echo freezer >/sys/power/pm_test || return
	echo freeze >/sys/power/state
	status=$?
	echo none >/sys/power/pm_test
	[ "$status" = 0 ] || complain "no suspend: $status" || return
	results=$(cat "$FREEZE/results")
}

# saw(name, number)
saw() {
	is=$(echo "$results" | awk -v name="$1" '$1 == name { print $2 }')
	[ "$is" = "$2" ] || complain "$1 is $is, not $2"
}

stops_between_items() {
	saw runs_when_frozen 1 && saw runs_at_the_end 1 && saw still_frozen 1
}

[ -w /sys/power/pm_test ] || skip_all "this kernel has no pm_test"
[ ! -w $DELAY ] || echo 3 >$DELAY
plan 5 cwq_test_freeze
load cwq && load cwq_test_freeze || exit
result "the machine suspends while an item runs" suspends
result "no other item starts" stops_between_items
result "a queue that does not freeze goes on" saw other_runs 1
result "a flush of the frozen queue can be killed" saw flush_was_killed 1
result "all items have run after resume" saw runs_after_resume 3
finish
