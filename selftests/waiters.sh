#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The table of those who wait tells for whom, hop by hop.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

FOLLOW_FN="follow_fn[cwq_test_items]"
SYSRQ=/sys/module/cwq/parameters/waiters_sysrq

# waiters_of(pid) - the chain of the task of that pid
waiters_of() {
	waiter=$(look waiters waiter hop=0 "pid=$1")
	look waiters "hop pid comm call queue cpu ahead func worker then" \
		"waiter=$waiter"
}

# blocks(pid) - does it wait?
blocks() {
	[ -n "$(look waiters waiter hop=0 "pid=$1")" ]
}

chain_is() {
	is=$(waiters_of "$1")
	[ "$is" = "$2" ] || complain "the chain is" "$is" "and not" "$2"
}

nobody_waits() {
	look_is "" waiters waiter
}

# A task waits for an item behind another, that waits for one on another queue and
# CPU, that waits for one that waits for the gate.
three_hops() {
	nobody_waits || return
	echo 0 >"$ITEMS/gate"
	echo "0 1" >"$ITEMS/queue" && loop_until is_running cwq_items 0 ||
		return
	echo 1 >"$ITEMS/follow" && loop_until is_running cwq_items 1 || return
	echo -1 >"$ITEMS/follow" && loop_until is_running cwq_single - ||
		return
	echo "-1 2" >"$ITEMS/queue" || return
	first=$(value cwq_items 0 pid)
	second=$(value cwq_items 1 pid)
	third=$(value cwq_single - pid)
	echo 1 >"$ITEMS/flush_item" &
	task=$!
	loop_until blocks "$task" && loop_until blocks "$second" &&
		loop_until blocks "$third" || return

	comm=$(cat "/proc/$task/comm")
	chain_is "$task" \
"0 $task $comm flush_work cwq_single - 2 $FOLLOW_FN $third waits
1 $third cwq_single flush_work cwq_items 1 0 $FOLLOW_FN $second waits
2 $second cwq_items!1 flush_work cwq_items 0 0 $ITEM_FN $first runs" ||
		return
	chain_is "$second" \
"0 $second cwq_items!1 flush_work cwq_items 0 0 $ITEM_FN $first runs" ||
		return
	columns_are_constant waiters || return

	echo 1 >"$ITEMS/gate"
	wait
	echo 1 >"$ITEMS/flush"
	nobody_waits
}

# waits_in(call, command) - such a writer to the test's file waits in that call for
# the item that runs on CPU 1
waits_in() {
	echo 1 >"$ITEMS/$2" &
	task=$!
	loop_until blocks "$task" || return
	look_is "$1 cwq_items 1 $ITEM_FN runs" waiters \
		"call queue cpu func then" "pid=$task" || return
	echo 1 >"$ITEMS/gate"
	wait
	nobody_waits
}

each_call() {
	hold 1 && waits_in flush_workqueue flush || return
	hold 1 && waits_in cancel_work_sync cancel_item || return
	hold 1 && waits_in flush_delayed_work flush_delayed || return
	hold 1 && waits_in drain_workqueue drain || return
	hold 1 && waits_in flush_work flush_item
}

# Who destroys a queue waits for its works, and so for those they wait for.
destroy() {
	hold 1 && echo 1 >"$ITEMS/deep" &&
		loop_until is_running cwq_deep - || return
	first=$(value cwq_items 1 pid)
	second=$(value cwq_deep - pid)
	echo 1 >"$ITEMS/destroy" &
	task=$!
	loop_until blocks "$task" && loop_until blocks "$second" || return
	comm=$(cat "/proc/$task/comm")
	chain_is "$task" \
"0 $task $comm destroy_workqueue cwq_deep - 0 $FOLLOW_FN $second waits
1 $second cwq_deep flush_work cwq_items 1 0 $ITEM_FN $first runs" || return
	echo 1 >"$ITEMS/gate"
	wait
	nobody_waits
}

# A flush of a queue waits for each CPU that is busy.
all_barriers() {
	echo 0 >"$ITEMS/gate"
	for cpu in $CPUS; do
		echo "$cpu 3" >"$ITEMS/queue" &&
			loop_until is_running cwq_items "$cpu" || return
	done
	echo 1 >"$ITEMS/flush" &
	task=$!
	loop_until blocks "$task" || return
	look_is "$(for cpu in $CPUS; do
		echo "$cpu 2 $ITEM_FN runs"
	done)" waiters "cpu ahead func then" "pid=$task" queue=cwq_items ||
		return
	echo 1 >"$ITEMS/gate"
	wait
	nobody_waits
}

# waiting(n) - do so many?
waiting() {
	[ "$(look waiters waiter | sort -u | wc -l)" = "$1" ]
}

# A chain of 37 hops: 32 rows are shown, and that there are more.
truncated() {
	hold 1 && echo 36 >"$ITEMS/deep" || return
	echo 1 >"$ITEMS/flush_item" &
	task=$!
	loop_until waiting 37 || return
	columns_are_constant waiters || return
	waiter=$(look waiters waiter hop=0 "pid=$task")
	is=$(look waiters "hop then" "waiter=$waiter")
	should="$(seq 0 31 | sed 's/$/ waits/')
- truncated"
	echo 1 >"$ITEMS/gate"
	wait
	[ "$is" = "$should" ] || complain "the chain is" "$is" || return
	nobody_waits
}

# While tasks wait all the time, a reader comes to an end, and each row is whole.
under_churn() {
	echo 1 >"$ITEMS/churn"
	status=0
	for n in $(seq 200); do
		columns_are_constant waiters || status=1
	done
	echo 0 >"$ITEMS/churn"
	return "$status"
}

# logged(columns) - of the table that was put into the log since mark_log
logged() {
	log_since_mark | sed -n 's/.*cwq: //p' >"$scratch/table"
	awk -v wanted="$1" '
		!n { n = split(wanted, want, " "); for (i = 1; i <= NF; i++) column[$i] = i; next }
		/^waiters:/ { exit }
		{
			line = $column[want[1]]
			for (i = 2; i <= n; i++)
				line = line " " $column[want[i]]
			print line
		}' "$scratch/table"
	grep '^waiters:' "$scratch/table"
}

# A key shows the table in the log, without anything that has to be scheduled.
by_a_key() {
	[ -e /proc/sysrq-trigger ] || return
	for nonsense in yy - "y " "$(printf "\344")"; do
		! echo "$nonsense" >"$SYSRQ" 2>/dev/null ||
			complain "it took '$nonsense'" || return
	done
	! echo b >"$SYSRQ" 2>/dev/null || complain "it took a key of the kernel's" ||
		return
	[ -z "$(cat "$SYSRQ")" ] && echo y >"$SYSRQ" && [ "$(cat "$SYSRQ")" = y ] ||
		return

	hold 2 || return
	echo 1 >"$ITEMS/flush_item" &
	task=$!
	loop_until blocks "$task" || return
	mark_log
	echo y >/proc/sysrq-trigger
	is=$(logged "hop pid call queue cpu ahead func then")
	should="0 $task flush_work cwq_items 1 1 $ITEM_FN runs
waiters: 1"
	let_go
	wait
	[ "$is" = "$should" ] || complain "the log has" "$is" "and not" "$should" ||
		return

	# It is anybody's again.
	echo "" >"$SYSRQ" && [ -z "$(cat "$SYSRQ")" ] || return
	mark_log
	echo y >/proc/sysrq-trigger
	! log_since_mark | grep -q "cwq: waiter"
}

plan 7 cwq_test_items
scratch=$(mktemp -d)
load cwq && load cwq_test_items || exit
result "a chain of three hops" three_hops
result "every call that waits" each_call
result "the end of a queue" destroy
result "a flush of several CPUs" all_barriers
result "a chain that is longer than is shown" truncated
result "under load" under_churn
result "in the log, by a key" by_a_key
finish
