#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# CPUs go and come while there is work for them.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

CYCLES=20
CPU=1

set_cpu() {
	echo "$2" >"/sys/devices/system/cpu/cpu$1/online"
}

# The sum of a column over the rows of a queue.
sum() {
	awk -v queue="$1" -v name="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		$column["queue"] == queue { n += $column[name] }
		END { print n }' "$QUEUES"
}

nothing_is_lost() {
	[ "$(sum cwq_items accepted)" = "$(sum cwq_items executed)" ] ||
		complain "not all has run:" "$(rows cwq_items)"
}

# One item runs on the CPU and two are pending when it goes.
items_survive_their_cpu() {
	before=$(value cwq_items "$CPU" accepted)
	echo 0 >"$ITEMS/gate"
	echo "$CPU 3" >"$ITEMS/queue"
	loop_until is_running cwq_items "$CPU" || return
	set_cpu "$CPU" 0 || return
	row_is cwq_items "$CPU" $((before + 3)) "$before" 0 2 1
}

# The gate is still shut.
offline_cpu_gets_no_work() {
	before=$(value cwq_items "$CPU" accepted)
	echo "$CPU 4" >"$ITEMS/queue" || return
	[ "$(value cwq_items "$CPU" accepted)" = "$before" ] ||
		complain "an offline CPU has taken work" || return
	[ "$(sum cwq_items redirected)" = 4 ] ||
		complain "redirected:" "$(sum cwq_items redirected)"
}

all_run_elsewhere() {
	echo 1 >"$ITEMS/gate"
	echo 1 >"$ITEMS/flush"
	nothing_is_lost
}

has_no_thread() {
	[ "$(value cwq_items "$CPU" pid)" = - ]
}

no_thread_of_cpu() {
	! worker_threads | grep -q "/$CPU\$"
}

# It has worked off its list.
thread_ends_with_its_cpu() {
	loop_until has_no_thread || complain "still there" || return
	loop_until no_thread_of_cpu ||
		complain "threads are left:" "$(worker_threads)"
}

cpu_takes_work_again() {
	set_cpu "$CPU" 1 || return
	thread_is cwq_items "$CPU" "cwq_items/$CPU" "$CPU" || return
	before=$(value cwq_items "$CPU" executed)
	echo "$CPU 5" >"$ITEMS/queue" && echo 1 >"$ITEMS/flush" || return
	[ "$(value cwq_items "$CPU" executed)" = $((before + 5)) ]
}

# A queue that is made while a CPU is away gets its thread when the CPU comes.
late_cpu_gets_a_thread() {
	unload cwq_test_items && set_cpu "$CPU" 0 && load cwq_test_items ||
		return
	[ "$(value cwq_items "$CPU" pid)" = - ] ||
		complain "a thread for an offline CPU" || return
	echo "$CPU 1" >"$ITEMS/queue" && echo 1 >"$ITEMS/flush" || return
	set_cpu "$CPU" 1 && thread_is cwq_items "$CPU" "cwq_items/$CPU" "$CPU" &&
		nothing_is_lost
}

# All CPUs queue, run and cancel while each but the first goes and comes.
churn_survives() {
	echo 1 >"$ITEMS/churn"
	for cycle in $(seq "$CYCLES"); do
		for cpu in $CPUS; do
			[ "$cpu" -ne 0 ] || continue
			set_cpu "$cpu" 0 && check_ledger 2 &&
				set_cpu "$cpu" 1 && check_ledger 2 ||
				complain "in cycle $cycle, CPU $cpu" || return
		done
	done
	echo 0 >"$ITEMS/churn"
	echo 1 >"$ITEMS/flush"
	check_ledger 1 || return
	busy=$(rows cwq_items | awk '$5 || $6')
	[ -z "$busy" ] || complain "not idle:" "$busy"
}

[ -e /sys/devices/system/cpu/cpu$CPU/online ] ||
	skip_all "CPU $CPU cannot be taken offline"
plan 7 cwq_test_items
load cwq && load cwq_test_items || exit
result "what is queued on a CPU that goes stays" items_survive_their_cpu
result "new work goes to another CPU" offline_cpu_gets_no_work
result "all of it runs elsewhere" all_run_elsewhere
result "the CPU's threads end" thread_ends_with_its_cpu
result "the CPU takes work again when it is back" cpu_takes_work_again
result "a queue made meanwhile gets its thread" late_cpu_gets_a_thread
result "$CYCLES cycles under load" churn_survives
finish
