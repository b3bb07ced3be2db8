#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What a user does, over and over: load cwq and a client, give it work, look at
# the counters, unload both.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

ROUNDS=100
COUNT=10

work_is_done() {
	for cpu in $CPUS; do
		echo "$cpu $COUNT" >"$ITEMS/queue" || return
	done
	echo "-1 $COUNT" >"$ITEMS/queue" || return
	echo 1 >"$ITEMS/flush"
	rows_are cwq_items "$COUNT" "$COUNT" 0 0 0 &&
		row_is cwq_single - "$COUNT" "$COUNT" 0 0 0 && check_ledger 1
}

cwq_is_in_use() {
	! rmmod cwq 2>/dev/null || complain "cwq went away under its client"
}

nothing_is_left() {
	! is_loaded cwq || complain "cwq is still loaded" || return
	[ ! -e "$DEBUGFS/cwq" ] || complain "debugfs has a cwq directory" ||
		return
	# A thread that has ended is in /proc a moment longer.
	loop_until no_worker_threads ||
		complain "threads are left:" "$(worker_threads)"
}

one_round() {
	load cwq && load cwq_test_items && work_is_done && cwq_is_in_use ||
		return
	# The client goes with work still queued.
	echo "0 $COUNT" >"$ITEMS/queue" || return
	unload cwq_test_items || return
	[ -z "$(rows cwq_items)" ] ||
		complain "the queue of the client is still there" || return
	unload cwq && nothing_is_left
}

all_rounds() {
	for round in $(seq "$ROUNDS"); do
		one_round || complain "in round $round" || return
	done
}

plan 2 cwq_test_items
result "one round of load, work, unload" one_round
result "$ROUNDS rounds" all_rounds
finish
