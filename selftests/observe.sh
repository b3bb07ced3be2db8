#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What is observed of works when it is switched on: how long they wait and run, and
# who has queued them.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

CONTROL=$DEBUGFS/cwq/control
HOG_LIMIT=/sys/module/cwq/parameters/hog_limit_us
DIR=cwq_items/1
WRITES=10000

# switches_are(timing, histograms, provenance)
switches_are() {
	should="switch state
timing $1
histograms $2
provenance $3"
	is=$(cat "$CONTROL")
	[ "$is" = "$should" ] || complain "the switches are" "$is"
}

# turn(switch, state)
turn() {
	echo "$1 $2" >"$CONTROL"
}

all_off() {
	switches_are off off off && look_is - queues flags cpu=1 queue=cwq_items
}

on_and_off() {
	turn timing on && turn provenance on && switches_are on off on &&
		look_is observed queues flags cpu=1 queue=cwq_items &&
		turn timing off && switches_are off off on &&
		turn provenance off && all_off
}

# The same by the module's parameters, also before the module is there.
parameters() {
	parameters=/sys/module/cwq/parameters
	echo Y >"$parameters/timing" && switches_are on off off &&
		turn provenance on && [ "$(cat "$parameters/provenance")" = Y ] &&
		echo 0 >"$parameters/provenance" && switches_are on off off &&
		! echo maybe 2>/dev/null >"$parameters/timing" &&
		echo n >"$parameters/timing" && all_off &&
		[ "$(cat "$parameters/timing")" = N ] || return
	unload cwq_test_items && unload cwq &&
		load cwq timing=1 histograms=Y provenance=0 &&
		switches_are on on off && unload cwq &&
		load cwq && load cwq_test_items && all_off
}

# Whatever is written, it is refused, or it is a switch that is turned. The second
# half of the lines has what comes close.
random_writes() {
	turn histograms on || return
	awk -v n="$WRITES" '
		function pick(list,	word, n) {
			n = split(list, word, "|")
			return word[int(rand() * n) + 1]
		}
		BEGIN {
			srand(5)
			for (i = 0; i < n / 2; i++) {
				line = ""
				for (len = int(rand() * 40); len > 0; len--)
					line = line sprintf("%c",
						int(rand() * 94) + 33)
				print line
			}
			for (i = 0; i < n / 2; i++)
				print pick("timing|timin|Timing|histograms|" \
					"provenance| timing|on|") \
					pick(" |  |:|\t| on ") \
					pick("On|1|offf|on off|of|ON|no")
		}' >"$scratch/lines"
	[ "$(wc -l <"$scratch/lines")" = "$WRITES" ] || return
	taken=0
	while IFS= read -r line; do
		! echo "$line" >"$CONTROL" ||
			taken=$((taken + 1))
	done <"$scratch/lines" 2>/dev/null
	head -c 4096 /dev/urandom | dd of="$CONTROL" bs=4096 2>/dev/null &&
		taken=$((taken + 1))
	! printf 'timing on\0x' 2>/dev/null >"$CONTROL" || taken=$((taken + 1))
	[ "$taken" = 0 ] || complain "$taken lines were taken" || return
	switches_are off on off && turn histograms off && all_off
}

# func_is(should, columns) - of the items on CPU 1
func_is() {
	look_is "$1" "$DIR/funcs" "$2" "func=$ITEM_FN"
}

# slow_items(switch, time, n) - with the switch on, so many items that sleep for so
# many milliseconds, one behind the other. All are there when the first one starts:
# one from before the switch was turned, which is not counted, holds them back.
slow_items() {
	hold 1 && turn "$1" on && func_is "" count || return
	echo "$2" >"$ITEMS/slow"
	echo "1 $3" >"$ITEMS/queue" && let_go || return
	echo 0 >"$ITEMS/slow"
}

timing() {
	slow_items timing 100 3 || return
	func_is 3 count || return
	look "$DIR/funcs" "run_total_us run_max_us wait_total_us wait_max_us" \
		"func=$ITEM_FN" >"$scratch/times"
	# 0 + 100 + 200 ms at least they wait.
	awk '{ exit !($1 >= 300000 && $2 >= 100000 && $2 <= $1 &&
		      $3 >= 300000 && $4 >= 200000 && $4 <= $3) }' \
		"$scratch/times" ||
		complain "the times are $(cat "$scratch/times")" || return
	look_is "0
0" "$DIR/missed" count || return
	echo 1 >"$DEBUGFS/cwq/cwq_items/reset" && func_is "" count || return
	! echo 2 2>/dev/null >"$DEBUGFS/cwq/cwq_items/reset" &&
		turn timing off && all_off
}

hogs_are() {
	func_is "$1" hogs || return
	log_has "$2" "cwq_items (CPU 1): item_fn [cwq_test_items] has used its CPU for"
}

log_has() {
	n=$(log_since_mark | grep -cF "$2")
	[ "$n" = "$1" ] || complain "$n lines with '$2', not $1"
}

# burn(n) - items that keep their CPU busy, one after the other, each for so long that it
# is a hog
burn() {
	for _ in $(seq "$1"); do
		echo 1 >"$ITEMS/burn" && echo "1 1" >"$ITEMS/queue" &&
			loop_until longer 600 queues running_ms func="$ITEM_FN" queue=cwq_items \
				cpu=1 || return
		echo 0 >"$ITEMS/burn"
		echo 1 >"$ITEMS/flush" || return
	done
}

# Who uses its CPU for long is counted and told, who sleeps is not.
hogs() {
	mark_log
	[ "$(cat "$HOG_LIMIT")" = 10000 ] && echo 500000 >"$HOG_LIMIT" || return
	slow_items timing 1000 2 && hogs_are 0 0 || return
	burn 3 && hogs_are 3 2 || return
	echo 1 >"$DEBUGFS/cwq/cwq_items/reset"
	echo 0 >"$HOG_LIMIT" && burn 1 && hogs_are 0 2 || return
	echo 10000 >"$HOG_LIMIT"
	turn timing off && all_off
}

# Sleeps are in the bucket for them, or, the machine being busy, in a later one.
histograms() {
	slow_items histograms 150 4 || return
	func_is "" count || return
	look "$DIR/histograms" "what from_us to_us count" \
		"func=$ITEM_FN" >"$scratch/buckets"
	awk '
		$3 != "-" && $3 != ($2 ? 2 * $2 : 1) { bad = 1 }
		{ n[$1] += $4 }
		$1 == "run" && $2 < 131072 { bad = 1 }
		# The last three wait for 150, 300, 450 ms.
		$1 == "wait" && $2 >= 131072 { late += $4 }
		$1 == "wait" && $2 >= 262144 { later += $4 }
		END {
			exit bad || n["run"] != 4 || n["wait"] != 4 ||
				late < 3 || later < 2
		}' "$scratch/buckets" ||
		complain "the buckets are" "$(cat "$scratch/buckets")" || return
	columns_are_constant "$DIR/histograms" && turn histograms off && all_off
}

# The winner of two that queue an item, and of a delayed one who armed the timer.
provenance() {
	turn provenance on && hold 1 || return
	comm=$(cat /proc/$$/comm)
	echo 1 >"$ITEMS/twice" || return
	echo "0 1 3600000" >"$ITEMS/delay" || return
	for state in pending=queue_first delayed=delay_items; do
		look_is "${state#*=}[cwq_test_items] $$ $comm" \
			works "caller pid comm" queue=cwq_items \
			"state=${state%=*}" || return
	done
	look_is "0
1
1" works req_cpu queue=cwq_items || return
	look_is "$$ $comm" works "pid comm" queue=cwq_items state=running ||
		return
	# When its timer fires, it is still from there.
	echo 1 >"$ITEMS/expedite" &
	echo 1 >"$ITEMS/gate"
	wait
	echo 1 >"$ITEMS/flush"
	turn provenance off && all_off
}

# How long a work has been pending, and one that was there before: nobody knows.
ages() {
	hold 1 && echo "1 1" >"$ITEMS/queue" && turn timing on &&
		echo "1 1" >"$ITEMS/queue" &&
		echo "0 1 3600000" >"$ITEMS/delay" || return
	loop_until longer 300 works age_ms queue=cwq_items state=delayed ||
		return
	look works age_ms queue=cwq_items state=pending >"$scratch/ages"
	awk 'NR == 1 && $1 != "-" { bad = 1 }
	     NR == 2 && $1 < 300 { bad = 1 }
	     END { exit bad || NR != 2 }' "$scratch/ages" ||
		complain "the ages are" "$(cat "$scratch/ages")" || return
	echo 1 >"$ITEMS/cancel" && let_go && turn timing off && all_off
}

# Works by the thousand, cancelled and moved and run: nothing stays in the tables.
churn() {
	for switch in timing histograms provenance; do
		turn "$switch" on || return
	done
	before=$(sum cwq_items executed)
	echo 1 >"$ITEMS/churn"
	check_ledger 100
	status=$?
	for n in $(seq 20); do
		for table in works "$DIR/funcs" "$DIR/histograms" "$DIR/missed"; do
			columns_are_constant "$table" || status=1
		done
		echo 1 >"$DEBUGFS/cwq/cwq_items/reset"
	done
	# And while the switches are turned.
	for n in $(seq 20); do
		for switch in timing histograms provenance; do
			turn "$switch" off && turn "$switch" on || status=1
		done
		for switch in timing histograms provenance; do
			turn "$switch" off || status=1
		done
		turn timing on || status=1
	done
	echo 0 >"$ITEMS/churn"
	echo 1 >"$ITEMS/flush"
	[ "$(sum cwq_items executed)" -gt "$before" ] || status=1
	look_is "" works state queue=cwq_items || status=1
	look_is "0
0" "$DIR/missed" count || status=1
	turn timing off && all_off && return "$status"
}

# 512 are known at once. One more is not, and that is told.
too_many() {
	turn timing on || return
	echo "0 512 3600000" >"$ITEMS/delay" || return
	look_is 0 cwq_items/0/missed count what=works || return
	echo "0 1 3600000" >"$ITEMS/delay" || return
	look_is 1 cwq_items/0/missed count what=works || return
	echo 513 >"$ITEMS/cancel" || return
	look_is "" works state queue=cwq_items && turn timing off && all_off
}

# 24 functions are told apart. There are two more.
more_functions() {
	turn timing on || return
	echo 1 >"$ITEMS/funcs" && echo 1 >"$ITEMS/flush" || return
	for letter in a x; do
		look_is 1 "$DIR/funcs" count "func=func_${letter}[cwq_test_items]" ||
			return
	done
	look_is 2 "$DIR/funcs" count "func=(others)" &&
		look_is 2 "$DIR/missed" count what=funcs || return
	turn histograms on && echo 1 >"$ITEMS/funcs" &&
		echo 1 >"$ITEMS/flush" || return
	[ "$(look "$DIR/histograms" count what=run "func=(others)" |
		awk '{ n += $1 } END { print n }')" = 2 ] &&
		turn histograms off && turn timing off && all_off
}

# A queue that is made meanwhile is observed, and its directory goes with it.
new_queues() {
	turn timing on && unload cwq_test_items &&
		[ ! -e "$DEBUGFS/cwq/cwq_items" ] && load cwq_test_items &&
		look_is observed queues flags queue=cwq_single &&
		[ -e "$DEBUGFS/cwq/cwq_single/all/funcs" ] || return
	exec 9<"$DEBUGFS/cwq/cwq_single/all/funcs"
	unload cwq_test_items || return
	! cat <&9 2>/dev/null >/dev/null ||
		complain "the file of a queue that is gone can be read" ||
		return
	exec 9<&-
	load cwq_test_items && turn timing off && all_off
}

plan 13 cwq_test_items
scratch=$(mktemp -d)
load cwq && load cwq_test_items || exit
result "at first nothing is observed" all_off
result "the switches" on_and_off
result "the switches as parameters" parameters
result "$WRITES random writes to the switches" random_writes
result "times" timing
result "functions that use their CPU for long" hogs
result "histograms" histograms
result "who has queued a work" provenance
result "how long a work is pending" ages
result "works by the thousand" churn
result "more works than are known at once" too_many
result "more functions than are told apart" more_functions
result "queues come and go" new_queues
finish
