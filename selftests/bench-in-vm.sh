#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The payload of the VMs of scripts/bench.sh and scripts/cost.sh.
#
# A line of /plan is a number, a test of cwq_bench, and parameters of the module
# for it: the test is done in so many rounds, and the figures of a round are a
# file in /results. If there is a file /observe, it is measured as well what it
# costs to have cwq observe items, and to look at them.
set -e

BENCH=/sys/kernel/debug/cwq_bench
PARAMETERS=/sys/module/cwq_bench/parameters
CWQ=/sys/kernel/debug/cwq
ITEMS=/sys/kernel/debug/cwq_test_items
SWITCHES="timing histograms provenance"
READS=50

# measure TEST [PARAMETER=VALUE]...
measure() {
	test=$1
	shift
	for setting in only= "$@"; do
		echo "${setting#*=}" >"$PARAMETERS/${setting%%=*}"
	done
	# On the first CPU: the noise of the latency test is on the last one.
	taskset 1 cat "$BENCH/$test"
}

# How long the machine has been up, in seconds.
now() {
	cut -d ' ' -f 1 /proc/uptime
}

# How long it takes to read the works with so many pending, in seconds.
read_works() {
	start=$(now)
	for _ in $(seq $READS); do
		cat $CWQ/works >/dev/null
	done
	echo "$1 $READS $start $(now)" >>/results/works
}

insmod /modules/cwq.ko
insmod /modules/cwq_bench.ko
uname -r >/results/kernel
# What is done first meets what a kernel still does after it has booted. That
# would be counted.
[ "$(nproc)" -gt 1 ] || measure ops only=cwq >/dev/null
for round in $(seq "$(sort -nr /plan | head -n 1 | cut -d ' ' -f 1)"); do
	while read -r rounds line; do
		# shellcheck disable=SC2086 # words they are
		[ "$round" -gt "$rounds" ] || measure $line
	done </plan >"/results/round-$round"
done

if [ -e /observe ]; then
	# What a switch adds, on top of those before it.
	for switch in $SWITCHES; do
		echo "$switch on" >$CWQ/control
		measure ops only=cwq >"/results/observed-$switch"
	done
	for switch in $SWITCHES; do
		echo "$switch off" >$CWQ/control
	done
	insmod /modules/cwq_test_items.ko
	read_works 0
	echo 0 >$ITEMS/gate
	echo "0 10001" >$ITEMS/queue
	read_works 10000
	echo 1 >$ITEMS/gate
	rmmod cwq_test_items
fi
rmmod cwq_bench cwq
