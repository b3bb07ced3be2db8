#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A function dies, and its worker with it. All else goes on, and debugfs tells where.
#
# Neither the client nor cwq can be unloaded afterwards, so this runs only where
# somebody has said that the machine may be spoilt, by CWQ_TEST_OOPS=1.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

CPU=1
PANIC=/proc/sys/kernel/panic_on_oops
OOPS_FN="oops_fn[cwq_test_items]"

# The worker is gone from the machine, and its queue says so.
worker_dies() {
	pid=$(value cwq_items "$CPU" pid)
	expect "oops_fn"
	echo "$CPU" >"$ITEMS/oops" &&
		loop_until value_is cwq_items "$CPU" state dead || return
	loop_until test ! -e "/proc/$pid" || complain "$pid lives" || return
	look_is "dead $OOPS_FN 1" queues "state func running" queue=cwq_items \
		"cpu=$CPU" &&
		value_is cwq_items "$CPU" pid "$pid"
}

others_go_on() {
	for cpu in $CPUS; do
		[ "$cpu" = "$CPU" ] || echo "$cpu 2" >"$ITEMS/queue" || return
		echo "$cpu 2" >"$ITEMS/common" || return
	done
	echo "-1 2" >"$ITEMS/queue" && loop_until all_have_run
}

all_have_run() {
	[ "$(sum cwq_single executed)" = 2 ] || return
	for cpu in $CPUS; do
		[ "$cpu" = "$CPU" ] || value_is cwq_items "$cpu" executed 2 ||
			return
		value_is events "$cpu" executed 2 || return
	done
}

# Accepted, not run, and taken off again: nothing is lost sight of.
works_behind_it() {
	echo "$CPU 3" >"$ITEMS/queue" && echo 1 >"$ITEMS/cancel" || return
	row_is cwq_items "$CPU" 4 0 1 2 1 && check_ledger 1
}

limit_holds() {
	! echo 100 2>"$scratch/error" >"$ITEMS/patience" ||
		complain "a flush of a dead worker has ended" || return
	grep -qi "timed out" "$scratch/error" ||
		complain "$(cat "$scratch/error")" || return
	row_is cwq_items "$CPU" 4 0 1 2 1
}

waits_for_the_dead() {
	look_is "$1" waiters "call queue cpu ahead func then" hop=0
}

# It can be seen that this never ends; who waits with a limit can be killed.
waiters_are_seen() {
	echo 1000000 2>/dev/null >"$ITEMS/patience" &
	waiter=$!
	loop_until waits_for_the_dead \
		"flush_workqueue_timeout cwq_items $CPU 2 $OOPS_FN dead" \
		>/dev/null || complain "$(cat "$DEBUGFS/cwq/waiters")" || return
	kill -KILL "$waiter"
	wait "$waiter" 2>/dev/null
	waits_for_the_dead ""
}

# Without its CPU it gets no work; and that comes back though there is no thread.
cpu_goes_and_comes() {
	before=$(sum cwq_items redirected)
	set_cpu "$CPU" 0 && echo "$CPU 2" >"$ITEMS/queue" &&
		set_cpu "$CPU" 1 || return
	[ "$(sum cwq_items redirected)" = $((before + 2)) ] ||
		complain "not redirected:" "$(rows cwq_items)" || return
	row_is cwq_items "$CPU" 4 0 1 2 1 &&
		value_is cwq_items "$CPU" state dead &&
		thread_is events "$CPU" "events/$CPU" "$CPU"
}

# The item that the one on the new queue waits for is not one behind the dead.
new_queues_work() {
	echo "-1 1" >"$ITEMS/queue" && echo 1 >"$ITEMS/deep" &&
		echo 1 >"$ITEMS/destroy" && ! rmmod cwq 2>/dev/null &&
		check_ledger 1
}

restore() {
	status=$?
	rm -rf "$scratch"
	echo "$panic" >"$PANIC"
	exit "$status"
}

[ "${CWQ_TEST_OOPS-}" = 1 ] ||
	skip_all "spoils the machine; CWQ_TEST_OOPS=1 allows it"
plan 7 cwq_test_items
scratch=$(mktemp -d)
panic=$(cat "$PANIC")
load cwq && load cwq_test_items || exit
# What has been loaded stays.
trap restore EXIT
goes=false
[ ! -e "/sys/devices/system/cpu/cpu$CPU/online" ] ||
	! set_cpu "$CPU" 0 2>/dev/null || ! set_cpu "$CPU" 1 || goes=true
echo 0 >"$PANIC"
result "a worker dies, and is shown dead" worker_dies
result "other CPUs and queues go on" others_go_on
result "works behind it stay, and can be cancelled" works_behind_it
result "a flush with a limit ends" limit_holds
result "it is seen who waits for it" waiters_are_seen
what="its CPU goes and comes"
if $goes; then
	result "$what" cpu_goes_and_comes
else
	skip "$what" "CPU $CPU cannot be taken offline"
fi
result "queues come and go" new_queues_work
finish
