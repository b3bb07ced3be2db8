#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The payload of the VM of scripts/demo.sh: load cwq and /dev/cwq_hash, have all
# CPUs hash the files in /files at once, show what happened, and leave a recording.

QUEUES=/sys/kernel/debug/cwq/queues
CPUS=$(awk '/^processor/ { print $3 }' /proc/cpuinfo)

headline() {
	printf '\n== %s\n' "$*"
}

# The table of the queues, its columns in line.
table() {
	awk '{
		printf "  %-10s", $1
		for (i = 2; i <= NF; i++)
			printf " %10s", $i
		print ""
	}' "$1"
}

# Whether the table in a file has two items running at the same time.
two_run() {
	awk 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
	     { n += $column["running"] }
	     END { exit n < 2 }' "$1"
}

# hash_on CPU FILE - what /dev/cwq_hash says of a file, written on that CPU
hash_on() {
	# shellcheck disable=SC2016 # for the other shell to expand
	taskset "$(printf '%x' $((1 << $1)))" sh -c \
		'exec 3<>/dev/cwq_hash && cat "$1" >&3 && cat <&3' - "$2"
}

headline "Linux $(uname -r) with $(nproc) CPUs: loading cwq.ko and cwq_hash.ko"
insmod /modules/cwq.ko && insmod /modules/cwq_hash.ko || exit
ls -l /dev/cwq_hash

headline "The queue cwq_hash has a thread on each CPU (ps)"
# shellcheck disable=SC2009 # ps is what people know
ps -o pid,comm | grep -E 'PID|cwq_hash/'

cd /files || exit
headline "Every CPU writes every file to the device, all at the same time"
for file in *; do
	printf '  %9d bytes  %s\n' "$(stat -c %s "$file")" "$file"
done
# The first second of it, for cwq-report to draw.
mkfifo /tmp/recorder
/cwq-record.sh -o /results/demo.trace -d 1 2>/tmp/recorder &
recorder=$!
exec 4</tmp/recorder
read -r line <&4
echo "  $line"

writers=
for cpu in $CPUS; do
	for file in *; do
		hash_on "$cpu" "$file" >"/tmp/$cpu.$file" &
		writers="$writers $!"
	done
done

headline "Meanwhile, $QUEUES"
until cat $QUEUES >/tmp/table && two_run /tmp/table; do
	for writer in $writers; do
		[ ! -d "/proc/$writer" ] || continue 2
	done
	break
done
table /tmp/table

# shellcheck disable=SC2086 # a list of pids
wait $writers
wait $recorder || exit

headline "Digests read back, beside those of sha256sum"
n=0 good=0
for file in *; do
	should=$(sha256sum <"$file" | cut -d ' ' -f 1)
	verdicts=
	for cpu in $CPUS; do
		n=$((n + 1))
		if [ "$(cat "/tmp/$cpu.$file")" = "$should" ]; then
			good=$((good + 1))
			verdicts="$verdicts ok"
		else
			verdicts="$verdicts WRONG"
		fi
	done
	printf '  %.24s...  CPU 0 to %d:%s  %s\n' "$should" "$cpu" "$verdicts" \
		"$file"
done

headline "Afterwards, $QUEUES"
cat $QUEUES >/tmp/table
table /tmp/table

rmmod cwq_hash && rmmod cwq || exit
headline "$good of $n digests are right; the modules are unloaded again"
[ "$good" -eq "$n" ] && [ "$n" -gt 0 ]
