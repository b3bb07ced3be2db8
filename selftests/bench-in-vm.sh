#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The payload of the VM of scripts/bench.sh: rounds of measuring, each a file in
# /results, one round for each switch of debugfs cwq/control, and what it costs to
# look at many works.
set -e

CWQ=/sys/kernel/debug/cwq
ITEMS=/sys/kernel/debug/cwq_test_items
READS=100

insmod /modules/cwq.ko
insmod /modules/cwq_bench.ko
for round in 1 2 3 4 5; do
	cat /sys/kernel/debug/cwq_bench >/results/round-$round
done
# The same with all that the switches before it add, too.
for switch in timing histograms provenance; do
	echo $switch on >$CWQ/control
	cat /sys/kernel/debug/cwq_bench >/results/observed-$switch
done
rmmod cwq_bench
for switch in timing histograms provenance; do
	echo $switch off >$CWQ/control
done

# read_works PENDING - how long it takes with so many, in seconds
read_works() {
	start=$(cut -d ' ' -f 1 /proc/uptime)
	for _ in $(seq $READS); do
		cat $CWQ/works >/dev/null
	done
	end=$(cut -d ' ' -f 1 /proc/uptime)
	echo "$1 $READS $start $end" >>/results/works
}
insmod /modules/cwq_test_items.ko
read_works 0
echo 0 >$ITEMS/gate
echo "0 10001" >$ITEMS/queue
read_works 10000
echo 1 >$ITEMS/gate
rmmod cwq_test_items cwq
