#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The table of the queues in debugfs says what is going on.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

READS=300

header_names_columns() {
	header=" $(head -n 1 "$QUEUES") "
	for name in queue cpu pid accepted executed cancelled pending running; do
		case $header in
		*" $name "*) ;;
		*) complain "no column $name in:$header" || return ;;
		esac
	done
}

cpus_of() {
	awk -v queue="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		$column["queue"] == queue { print $column["cpu"] }' "$QUEUES"
}

one_row_for_each_cpu() {
	[ "$(cpus_of cwq_items)" = "$CPUS" ] ||
		complain "rows of cwq_items:" "$(cpus_of cwq_items)" || return
	[ "$(cpus_of cwq_single)" = - ] ||
		complain "rows of cwq_single:" "$(cpus_of cwq_single)"
}

pids_are_the_threads() {
	for cpu in $CPUS; do
		thread_is cwq_items "$cpu" "cwq_items/$cpu" "$cpu" || return
	done
	pid=$(value cwq_single - pid)
	[ "$(cat "/proc/$pid/comm")" = cwq_single ]
}

# With the gate shut one item runs and the others are pending.
held_items_show() {
	cpu=$1
	before=$(value cwq_items "$cpu" accepted)

	echo 0 >"$ITEMS/gate"
	echo "$cpu 6" >"$ITEMS/queue"
	loop_until is_running cwq_items "$cpu" || return
	row_is cwq_items "$cpu" $((before + 6)) "$before" 0 5 1 || return
	echo 2 >"$ITEMS/cancel" || return
	row_is cwq_items "$cpu" $((before + 6)) "$before" 2 3 1 || return
	echo 1 >"$ITEMS/gate"
	echo 1 >"$ITEMS/flush"
	row_is cwq_items "$cpu" $((before + 6)) $((before + 4)) 2 0 0
}

all_cpus_show_held_items() {
	for cpu in $CPUS; do
		held_items_show "$cpu" || return
	done
}

single_shows_held_items() {
	echo 0 >"$ITEMS/gate"
	echo "-1 3" >"$ITEMS/queue"
	loop_until is_running cwq_single - || return
	row_is cwq_single - 3 0 0 2 1 || return
	echo 1 >"$ITEMS/gate"
	echo 1 >"$ITEMS/flush"
	row_is cwq_single - 3 3 0 0 0
}

ledger_holds_under_load() {
	before=$(rows cwq_items)
	echo 1 >"$ITEMS/churn"
	check_ledger "$READS"
	status=$?
	echo 0 >"$ITEMS/churn"
	echo 1 >"$ITEMS/flush"
	[ "$status" -eq 0 ] || return
	after=$(rows cwq_items)
	[ "$(moved "$before" "$after")" = "$CPUS" ] ||
		complain "no load on every CPU:" "$before" "then" "$after"
}

# The CPUs on which items have been executed and cancelled between two looks.
moved() {
	printf '%s\n' "$1" "$2" | awk '
		!($1 in executed) {
			executed[$1] = $3
			cancelled[$1] = $4
			next
		}
		$3 > executed[$1] && $4 > cancelled[$1] { print $1 }'
}

ledger_is_balanced_afterwards() {
	busy=$(rows cwq_items | awk '$5 || $6')
	[ -z "$busy" ] || complain "not idle:" "$busy" || return
	check_ledger 1
}

plan 9 cwq_test_items
load cwq && load cwq_test_items || exit
result "the header names the columns" header_names_columns
result "every row has every column" columns_are_constant queues
result "one row for each queue and CPU" one_row_for_each_cpu
result "pids are those of the threads, bound to their CPU" pids_are_the_threads
result "pending, running and cancelled items" all_cpus_show_held_items
result "the same on a single-threaded queue" single_shows_held_items
result "the ledger holds in $READS reads under load" ledger_holds_under_load
result "and when the load is over" ledger_is_balanced_afterwards
unload cwq_test_items
result "a queue that is destroyed leaves the table" \
	test -z "$(cpus_of cwq_items)"
finish
