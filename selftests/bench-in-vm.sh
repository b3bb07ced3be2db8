#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The payload of the VM of scripts/bench.sh: rounds of measuring, each a file in
# /results, and one round for each switch of debugfs cwq/control.
set -e

insmod /modules/cwq.ko
insmod /modules/cwq_bench.ko
for round in 1 2 3 4 5; do
	cat /sys/kernel/debug/cwq_bench >/results/round-$round
done
# The same with all that the switches before it add, too.
for switch in timing histograms provenance; do
	echo $switch on >/sys/kernel/debug/cwq/control
	cat /sys/kernel/debug/cwq_bench >/results/observed-$switch
done
rmmod cwq_bench cwq
