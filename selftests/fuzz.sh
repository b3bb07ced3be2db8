#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Readers and writers who want the worst of every file in debugfs, and parameters that
# make no sense. (What looks like a line for control is in observe.sh.)

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

CWQ=$DEBUGFS/cwq

# Those with these permissions; of a queue's CPUs the first says all.
files() {
	find "$CWQ" -type f -perm "$1" | grep -v '/[1-9][0-9]*/'
}

# Nobody is at work, so nothing changes but what the test does.
state() {
	for file in $(files -400); do
		echo "$file"
		cat "$file"
	done
}

nothing_has_changed() {
	state >"$scratch/after"
	cmp "$scratch/before" "$scratch/after" ||
		complain "$1 has changed something:" \
			"$(diff "$scratch/before" "$scratch/after")"
}

# In pieces of every size, and from every place, the end and what is behind it
# among them.
odd_reads() {
	for file in $(files -400); do
		cat "$file" >"$scratch/whole"
		for size in 1 7 1000000; do
			dd if="$file" bs="$size" 2>/dev/null |
				cmp - "$scratch/whole" ||
				complain "$file in steps of $size" || return
		done
		length=$(wc -c <"$scratch/whole")
		for skip in 5 "$length" 9223372036854775806; do
			dd if="$file" bs=1 skip="$skip" 2>/dev/null \
				>"$scratch/part"
			[ "$skip" -lt "$length" ] || {
				[ ! -s "$scratch/part" ] && continue
				complain "$file has something at $skip"
				return
			}
			tail -c +$((skip + 1)) "$scratch/whole" |
				cmp - "$scratch/part" ||
				complain "$file from $skip on" || return
		done
	done
}

# write_is_refused(file, what) - of what is in $scratch/line, in one go
write_is_refused() {
	! dd if="$scratch/line" of="$1" bs=2000000 2>"$scratch/error" ||
		complain "$1 took $2: $(od -c "$scratch/line" | head -3)" ||
		return
	grep -qi "invalid argument" "$scratch/error" ||
		complain "$1: $2:" "$(cat "$scratch/error")"
}

# Of a file that is read only root may open it for writing, and no more.
odd_writes() {
	for file in $(files -200) $(files -400); do
		case $file in
		*/misuse | */funcs | */histograms | */missed | */queues | \
				*/works | */waiters) lines="1" ;;
		*/cpus) lines="x 01x -1 4294967297 1-0 : 0- timing" ;;
		*) lines="2 01x -1 4294967297 1-1 : timing on_ off%" ;;
		esac
		for line in $lines; do
			printf %s "$line" >"$scratch/line"
			write_is_refused "$file" "'$line'" || return
		done
		for size in 1 31 32 4097 1048576; do
			head -c "$size" /dev/zero >"$scratch/line"
			write_is_refused "$file" "$size zeros" || return
		done
	done
	nothing_has_changed "a write"
}

# Readers of all there is, while queues come and go and are watched or not.
crowd() {
	rm -f "$scratch/stop"
	for _ in 1 2 3; do
		while [ ! -e "$scratch/stop" ]; do
			# Some of it goes while it is read.
			find "$CWQ" -type f -perm -400 -exec cat {} \; \
				>/dev/null 2>&1
		done &
	done
	status=0
	for n in $(seq 10); do
		echo "$((n % 2)) 20" >"$ITEMS/queue" || status=1
		echo 2 >"$ITEMS/deep" || status=1
		echo "timing on" >"$CWQ/control" || status=1
		echo 1 >"$CWQ/cwq_items/reset" || status=1
		echo 1 >"$ITEMS/flush" || status=1
		echo "timing off" >"$CWQ/control" || status=1
		echo 1 >"$ITEMS/destroy" && echo 1 >"$ITEMS/destroy" || status=1
		check_ledger 2 || status=1
	done
	touch "$scratch/stop"
	wait
	return "$status"
}

# The message says which parameter, and cwq has not come.
odd_parameters() {
	for value in -1 86401 99999999999999999999 x 1s ""; do
		mark_log
		! load cwq watchdog_thresh="$value" 2>/dev/null ||
			complain "it took '$value'" || return
		! is_loaded cwq || complain "it is there with '$value'" ||
			return
		log_since_mark | grep -q "cwq: watchdog_thresh is a number" ||
			complain "not told what is wrong with '$value'" ||
			return
	done
	for value in 0 86400 0x10; do
		load cwq watchdog_thresh="$value" && unload cwq || return
	done
}

plan 4 cwq_test_items
scratch=$(mktemp -d)
result "parameters that make no sense are refused" odd_parameters
load cwq && load cwq_test_items || exit
state >"$scratch/before"
result "reading in odd steps, from odd places" odd_reads
result "writing what makes no sense is refused" odd_writes
result "a crowd of readers, while queues come and go" crowd
finish
