#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The demo client gives the digest that sha256sum gives, whatever is written and
# from wherever.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

DEVICE=/dev/cwq_hash
WRITERS=4	# for each CPU

# make_file(bytes) - a file of that size in the work directory
make_file() {
	head -c "$1" /dev/urandom >"$scratch/$1"
}

digest() {
	sha256sum <"$1" | cut -d ' ' -f 1
}

# The digest that the device gives, written in blocks of so many bytes.
device_digest() {
	(
		exec 3<>"$DEVICE" &&
		dd if="$1" bs="$2" 2>/dev/null >&3 &&
		cat <&3
	)
}

same_digest() {
	is=$(device_digest "$1" "$2")
	should=$(digest "$1")
	[ "$is" = "$should" ] ||
		complain "$1 in blocks of $2: $is, not $should"
}

file_of() {
	make_file "$1" && same_digest "$scratch/$1" "$2"
}

# The mask of one CPU, for taskset.
mask_of() {
	printf '%x' $((1 << $1))
}

on_cpu() {
	mask=$(mask_of "$1")
	shift
	taskset "$mask" "$@"
}

# Every block that is written on a CPU is a work on that CPU, and on no other.
written_on() {
	cpu=$1
	before=$(rows cwq_hash)
	on_cpu "$cpu" sh -c "exec 3<>$DEVICE &&
		dd if='$scratch/1000003' bs=4096 2>/dev/null >&3 && cat <&3" \
		>"$scratch/digest"
	[ "$(cat "$scratch/digest")" = "$(digest "$scratch/1000003")" ] ||
		complain "wrong digest on CPU $cpu" || return
	after=$(rows cwq_hash)
	[ "$(executed "$before" "$after")" = "$cpu 245" ] ||
		complain "written on CPU $cpu:" "$before" "then" "$after"
}

# Where and how many items have been executed between two looks.
executed() {
	printf '%s\n' "$1" "$2" | awk '
		!($1 in executed) { executed[$1] = $3; next }
		$3 != executed[$1] { print $1, $3 - executed[$1] }'
}

each_cpu_hashes_its_own() {
	for cpu in $CPUS; do
		written_on "$cpu" || return
	done
}

# From all CPUs at once, several files each, in blocks of different sizes.
all_cpus_at_once() {
	writers=
	for cpu in $CPUS; do
		for i in $(seq "$WRITERS"); do
			size=$((300000 * i + 7919 * cpu + i))
			make_file "$size"
			on_cpu "$cpu" sh -c "exec 3<>$DEVICE &&
				dd if='$scratch/$size' bs=$((1000 * i)) 2>/dev/null \
				>&3 && cat <&3" >"$scratch/$size.is" &
			writers="$writers $!:$size"
		done
	done
	failed=0
	for writer in $writers; do
		size=${writer#*:}
		wait "${writer%:*}" &&
			[ "$(cat "$scratch/$size.is")" = \
			  "$(digest "$scratch/$size")" ] ||
			complain "wrong digest of a file of $size bytes" ||
			failed=1
	done
	return "$failed"
}

# One open file whose writer goes from CPU to CPU. Others see to it that what is
# written on the first CPU has to wait there, so that what is written on the
# next one could overtake it.
wandering_writer() {
	size=2000001
	first=$(echo "$CPUS" | head -n 1)
	make_file "$size"
	others=
	mask=$(mask_of "$first")
	for _ in $(seq "$WRITERS"); do
		# Not on_cpu: a kill has to reach the cat, not a shell.
		taskset "$mask" cat /dev/zero >"$DEVICE" &
		others="$others $!"
	done
	wander "$size" >"$scratch/digest"
	# shellcheck disable=SC2086 # a list of pids
	kill $others
	wait
	[ "$(cat "$scratch/digest")" = "$(digest "$scratch/$size")" ]
}

wander() {
	exec 3<>"$DEVICE" || return
	block=0
	while [ $((block * 50000)) -lt "$1" ]; do
		for cpu in $CPUS; do
			on_cpu "$cpu" dd if="$scratch/$1" bs=50000 \
				skip="$block" count=1 2>/dev/null >&3 || return
			block=$((block + 1))
		done
	done
	cat <&3
	exec 3>&-
}

no_write_after_read() {
	(
		exec 3<>"$DEVICE" || exit
		echo some >&3
		cat <&3 >/dev/null
		! echo more 2>/dev/null >&3
	)
}

# Nobody reads the digest: what is still to be hashed is dropped.
close_without_read() {
	for _ in $(seq 20); do
		cat "$scratch/1000003" >"$DEVICE" || return
	done
	same_digest "$scratch/1000003" 4096
}

# A writer that is killed halfway leaves nothing behind.
killed_writer() {
	cat /dev/zero >"$DEVICE" &
	writer=$!
	before=$(total_executed)
	loop_until more_executed_than "$before" || return
	kill "$writer"
	wait "$writer" 2>/dev/null
	check_ledger 1 && same_digest "$scratch/1000003" 4096
}

total_executed() {
	rows cwq_hash | awk '{ sum += $3 } END { print sum }'
}

more_executed_than() {
	[ "$(total_executed)" -gt "$1" ]
}

plan 11 cwq_hash
scratch=$(mktemp -d)
load cwq && load cwq_hash || exit
loop_until test -c $DEVICE
make_file 1000003
result "an empty file" file_of 0 4096
result "one byte" file_of 1 4096
result "a file of one page, byte by byte" file_of 4096 1
result "a file of full blocks" file_of 1048576 65536
result "a file and blocks of odd sizes" file_of 777777 10007
result "each CPU hashes what is written on it" each_cpu_hashes_its_own
result "all CPUs at once, $WRITERS files each" all_cpus_at_once
result "a writer that goes from CPU to CPU" wandering_writer
result "no write once the digest is read" no_write_after_read
result "closed with the digest unread" close_without_read
result "a writer that is killed" killed_writer
finish
