#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A module that goes leaves nothing behind, whatever it forgets.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

# Each line once: an insmod that fails may have tried twice.
told() {
	log_since_mark | sed -n 's/.*cwq: \(module cwq_test_guard goes\)/\1/p' |
		sort -u
}

was_told() {
	told | grep -q "but $1" || complain "not told that $1"
}

# was_told_of(function, what, queue)
was_told_of() {
	was_told "$1 \[cwq_test_guard\] $2 on $3: "
}

# n_lines_told(n) - and no work has run that was taken off
n_lines_told() {
	n=$(told | wc -l)
	[ "$n" = "$1" ] || complain "told $n lines, not $1:" "$(told)" ||
		return
	! log_since_mark | grep -q "what was forgotten runs" ||
		complain "a work has run that should have been taken off"
}

three_works_told() {
	was_told_of hold_fn runs "$1" &&
		was_told_of forgotten_fn "is pending" "$1" &&
		was_told_of delayed_fn "is pending" "$1"
}

# The machine goes on: the queue of the module is gone, and others work.
others_go_on() {
	! is_loaded cwq_test_guard ||
		complain "cwq_test_guard is still there" || return
	[ -z "$(rows cwq_guard)" ] || complain "its queue is still there" ||
		return
	! worker_threads | grep -q '^cwq_guard' ||
		complain "it has threads:" "$(worker_threads)" || return
	should=$(sum cwq_items executed)
	for cpu in $CPUS; do
		echo "$cpu 2" >"$ITEMS/queue" || return
		should=$((should + 2))
	done
	echo 1 >"$ITEMS/flush"
	[ "$(sum cwq_items executed)" = "$should" ] ||
		complain "items are missing:" "$(rows cwq_items)" || return
	check_ledger 1
}

# leave(what) - with a log of its own
leave() {
	mark_log
	load cwq_test_guard leave="$1" && unload cwq_test_guard
}

live_queue() {
	leave queue && three_works_told cwq_guard &&
		was_told "its queue cwq_guard is alive" && n_lines_told 4 &&
		others_go_on
}

failed_init() {
	mark_log
	! load cwq_test_guard leave=init 2>/dev/null ||
		complain "loading should have failed" || return
	three_works_told cwq_guard &&
		was_told "its queue cwq_guard is alive" && n_lines_told 4 &&
		others_go_on
}

# Works of others are on the common queue before, and come while the module goes.
common_queue() {
	mark_log
	events=$(value events 0 accepted)
	load cwq_test_guard leave=common && echo "0 2" >"$ITEMS/common" ||
		return
	unload cwq_test_guard &
	unloading=$!
	loop_until was_told_of forgotten_fn "is pending" events >/dev/null ||
		complain "nothing was taken off" || return
	echo "0 3" >"$ITEMS/common" || return
	wait "$unloading" || return
	three_works_told events && n_lines_told 3 && others_go_on || return
	# Of ours all five, of the module's one of the two that were queued.
	row_is events 0 $((events + 7)) $((events + 6)) 1 0 0
}

misuses() {
	awk '$1 == "module_going" { print $2 }' "$DEBUGFS/cwq/misuse"
}

endless_work() {
	report="the module of the work is going: called by loop_fn"
	echo "cwq-expect: $report" >/dev/kmsg
	before=$(misuses)
	leave loop && was_told_of loop_fn runs events && others_go_on ||
		return
	log_since_mark | grep -q "$report" ||
		complain "the work was not refused" || return
	[ "$(misuses)" -gt "$before" ] || complain "it was not counted"
}

tidy_module() {
	before=$(misuses)
	leave nothing && n_lines_told 0 && others_go_on &&
		[ "$(misuses)" = "$before" ]
}

plan 5 cwq_test_guard cwq_test_items
load cwq && load cwq_test_items || exit
result "a queue with works is taken down" live_queue
result "works are taken off the common queue, others stay" common_queue
result "a module whose init function fails leaves nothing" failed_init
result "a work that queues itself is refused" endless_work
result "nobody is told of a module that cleans up" tidy_module
finish
