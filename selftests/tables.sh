#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The tables in debugfs, in situations that are known: what runs, what is pending,
# and for how long; and however they are read.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

TABLES="queues works waiters control misuse"
CPU=1
SNAPSHOTS=1000

columns_of_all_tables() {
	for table in $TABLES; do
		columns_are_constant "$table" || return
	done
}

queue_is() {
	look_is "$1" queues "state pending pending_max func flags" \
		queue=cwq_items cpu="$CPU"
}

states() {
	queue_is "idle 0 0 - -" || return
	look_is percpu queues kind queue=cwq_items cpu="$CPU" || return
	look_is single queues kind queue=cwq_single || return
	look_is "- - -" queues "oldest_ms running_ms func" \
		queue=cwq_items cpu="$CPU" || return
	hold 4 && queue_is "running 3 3 $ITEM_FN -" || return
	echo 1 >"$ITEMS/cancel" &&
		queue_is "running 2 3 $ITEM_FN -" && let_go &&
		queue_is "idle 0 3 - -"
}

ages() {
	hold 2 || return
	running=$(look queues running_ms queue=cwq_items cpu="$CPU")
	oldest=$(look queues oldest_ms queue=cwq_items cpu="$CPU")
	loop_until longer $((running + 200)) queues running_ms \
		queue=cwq_items cpu="$CPU" || return
	loop_until longer $((oldest + 200)) queues oldest_ms \
		queue=cwq_items cpu="$CPU" || return
	loop_until longer $((running + 200)) works age_ms \
		queue=cwq_items cpu="$CPU" state=running || return
	let_go
	look_is "- -" queues "oldest_ms running_ms" queue=cwq_items cpu="$CPU"
}

# A work that comes while another has been running is younger than that run.
age_of_the_first() {
	hold 1 || return
	loop_until longer 400 queues running_ms queue=cwq_items cpu="$CPU" ||
		return
	echo "$CPU 1" >"$ITEMS/queue"
	look queues "oldest_ms running_ms" queue=cwq_items cpu="$CPU" \
		>"$scratch/ages"
	let_go
	awk '{ exit $1 + 300 > $2 }' "$scratch/ages" ||
		complain "the ages are $(cat "$scratch/ages")"
}

# Nobody knows how long the second has been waiting when the first is taken away.
age_of_the_next() {
	hold 1 || return
	echo "$CPU 1" >"$ITEMS/queue"
	loop_until longer 400 queues oldest_ms queue=cwq_items cpu="$CPU" ||
		return
	old=$(look queues oldest_ms queue=cwq_items cpu="$CPU")
	echo "$CPU 1" >"$ITEMS/queue" && echo 2 >"$ITEMS/cancel_item" || return
	new=$(look queues oldest_ms queue=cwq_items cpu="$CPU")
	let_go
	[ "$new" -lt "$old" ] || complain "$old ms, and then $new ms"
}

offline() {
	set_cpu "$CPU" 0 || return
	is=$(look queues "pid flags" queue=cwq_items cpu="$CPU")
	set_cpu "$CPU" 1 || return
	[ "$is" = "- offline" ] || complain "pid and flags are $is" || return
	look_is - queues flags queue=cwq_items cpu="$CPU"
}

works_are() {
	look_is "$1" works "cpu state func count" queue=cwq_items
}

works() {
	works_are "" && hold 3 || return
	echo "0 2 3600000" >"$ITEMS/delay" || return
	works_are "0 delayed $ITEM_FN 1
0 delayed $ITEM_FN 1
$CPU running $ITEM_FN 1
$CPU pending $ITEM_FN 1
$CPU pending $ITEM_FN 1" || return
	look works expires_ms state=delayed |
		awk '$1 > 3500000 && $1 <= 3600010 { n++ } END { exit n != 2 }' ||
		complain "delayed for" "$(look works expires_ms state=delayed)" ||
		return
	echo 2 >"$ITEMS/cancel" && let_go && works_are ""
}

# A cancel takes the work that is queued a second time, and waits for the first.
cancelling() {
	hold 1 && echo "1" >"$ITEMS/again" || return
	works_are "$CPU running $ITEM_FN 1
$CPU pending $ITEM_FN 1" || return
	echo 1 >"$ITEMS/cancel_item" &
	loop_until works_are "$CPU running $ITEM_FN 1
$CPU cancelling $ITEM_FN 1" >/dev/null || return
	let_go
	wait
	works_are ""
}

# 300 delayed and, behind one that runs, 302 pending: of each 256 are shown.
truncated() {
	hold 203 || return
	echo "$CPU 100" >"$ITEMS/queue" || return
	is=$(look works state queue=cwq_items | sort | uniq -c | tr -s ' ')
	should=" 256 pending
 1 running
 1 truncated"
	[ "$is" = "$should" ] || complain "there are" "$is" || return
	look_is "- 46" works "func count" queue=cwq_items state=truncated ||
		return
	columns_are_constant works && let_go && works_are ""
}

# Without the numbers that time changes.
still() {
	awk '
		NR == 1 { for (i = 1; i <= NF; i++) ms[i] = $i ~ /_ms$/ }
		{
			for (i = 1; i <= NF; i++)
				if (NR > 1 && ms[i])
					$i = "ms"
			print
		}' "$@"
}

# Byte by byte, page by page, and from the middle, it is the same.
in_steps() {
	hold 200 || return
	for table in $TABLES; do
		file=$DEBUGFS/cwq/$table
		still "$file" >"$scratch/whole"
		for size in 1 7 4096; do
			dd if="$file" bs="$size" 2>/dev/null |
				still >"$scratch/steps"
			cmp "$scratch/whole" "$scratch/steps" ||
				complain "$table in steps of $size" || return
		done
	done
	# Not works, in which the length of a line changes with time.
	cat "$DEBUGFS/cwq/misuse" >"$scratch/whole"
	for skip in 1 5 40; do
		dd if="$DEBUGFS/cwq/misuse" bs=1 skip="$skip" 2>/dev/null \
			>"$scratch/part"
		tail -c +$((skip + 1)) "$scratch/whole" |
			cmp - "$scratch/part" ||
			complain "misuse from byte $skip" || return
	done
	dd if="$DEBUGFS/cwq/works" bs=64 skip=20 2>/dev/null |
		awk 'NR > 1 && NF != 11 { bad = 1 } END { exit NR < 100 || bad }' ||
		complain "works from its middle" || return
	let_go
}

# While queues come and go, each row is a whole one, and the ledger is right.
queues_come_and_go() {
	unload cwq_test_items || return
	rm -f "$scratch/stop"
	while [ ! -e "$scratch/stop" ]; do
		load cwq_test_items
		echo 1 >"$ITEMS/churn"
		echo 0 >"$ITEMS/churn"
		unload cwq_test_items
	done &
	status=0
	for n in $(seq 30); do
		for table in $TABLES; do
			# Byte by byte, so that much happens meanwhile.
			dd if="$DEBUGFS/cwq/$table" bs=1 2>/dev/null \
				>"$scratch/read"
			awk 'NR == 1 { n = NF } NF != n { bad = 1 }
			     END { exit !n || bad }' "$scratch/read" ||
				status=1
		done
		check_ledger 5 || status=1
	done
	touch "$scratch/stop"
	wait
	load cwq_test_items && return "$status"
}

# And while CPUs do.
ledger_under_stress() {
	echo 1 >"$ITEMS/churn"
	rm -f "$scratch/stop"
	while [ ! -e "$scratch/stop" ]; do
		set_cpu "$CPU" 0
		set_cpu "$CPU" 1
	done &
	check_ledger "$SNAPSHOTS"
	status=$?
	touch "$scratch/stop"
	wait
	echo 0 >"$ITEMS/churn"
	return "$status"
}

plan 12 cwq_test_items
scratch=$(mktemp -d)
load cwq && load cwq_test_items || exit
result "what a queue does" states
result "and for how long" ages
result "the age of a work that is the first" age_of_the_first
result "the age of a work that comes to be the first" age_of_the_next
what="a CPU that is offline"
if [ -e "/sys/devices/system/cpu/cpu$CPU/online" ]; then
	result "$what" offline
else
	skip "$what" "CPU $CPU cannot be taken offline"
fi
result "the live works" works
result "a work that a cancel keeps" cancelling
result "more works than are shown" truncated
result "read in small steps, and from the middle" in_steps
result "every row has every column" columns_of_all_tables
result "queues come and go meanwhile" queues_come_and_go
result "the ledger holds in $SNAPSHOTS reads under stress" ledger_under_stress
finish
