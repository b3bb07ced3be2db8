#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What a user does, over and over: load cwq and a client, give it work, look at
# the counters, unload both.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

ROUNDS=30
BARE_ROUNDS=60
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

bare_rounds() {
	for round in $(seq "$BARE_ROUNDS"); do
		load cwq && unload cwq || complain "in round $round" || return
	done
	nothing_is_left
}

# Who has a file open holds cwq, and nothing else.
holds_cwq() {
	cwq_is_in_use || complain "with $1 open" || return
	case $1 in
	*/reset) echo 1 >&3 ;;
	*) cat <&3 >"$scratch/read" && [ -s "$scratch/read" ] ;;
	esac || complain "$1 has failed, though nothing has gone"
}

open_files() {
	load cwq || return
	for file in queues works waiters misuse control events/0/funcs \
			events/0/histograms events/0/missed; do
		exec 3<"$DEBUGFS/cwq/$file"
		holds_cwq "$file" || return
		exec 3<&-
	done
	exec 3>"$DEBUGFS/cwq/events/reset"
	holds_cwq events/reset || return
	exec 3>&-
	unload cwq && nothing_is_left
}

# The client goes while its files are open: what is read and written there fails,
# and what had been read half goes on without it.
client_goes() {
	load cwq && load cwq_test_items || return
	exec 3<"$DEBUGFS/cwq/queues" 4<"$DEBUGFS/cwq/cwq_items/0/funcs" \
		5>"$DEBUGFS/cwq/cwq_items/reset"
	dd bs=100 count=1 <&3 >"$scratch/read" 2>/dev/null
	unload cwq_test_items || return
	! cat <&4 >"$scratch/gone" 2>&1 ||
		complain "funcs of a queue that is gone:" \
			"$(cat "$scratch/gone")" || return
	! echo 1 2>/dev/null >&5 || complain "reset what is gone" || return
	cat <&3 >>"$scratch/read" && awk '
		NR == 1 { n = NF }
		NF != n { bad = 1 }
		END { exit bad || NR < 2 }' "$scratch/read" ||
		complain "the rest:" "$(cat "$scratch/read")" || return
	cwq_is_in_use || return
	exec 3<&- 4<&- 5>&-
	unload cwq && nothing_is_left
}

plan 5 cwq_test_items
scratch=$(mktemp -d)
result "one round of load, work, unload" one_round
result "$ROUNDS rounds" all_rounds
result "$BARE_ROUNDS rounds of load and unload" bare_rounds
result "files that are open keep it" open_files
result "files of a queue that is gone fail" client_goes
finish
