#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The payload of the VMs of scripts/torture.sh and scripts/torture-mutants.sh.
#
# /parameters are those of cwq_torture. While it runs, the machine goes half the way
# to sleep and comes back, client modules come and go, tables are read and switches
# turned. If there is a file /mutant, nothing of that happens, and the first error
# ends it.

PARAMETERS=/sys/module/cwq_torture/parameters
CWQ=/sys/kernel/debug/cwq
POWER=/sys/power

is_caught() {
	[ -e /mutant ] && [ "$(cat $PARAMETERS/errors)" != 0 ]
}

is_over() {
	[ "$(cat $PARAMETERS/result)" != running ] || is_caught
}

# The freezeable queues freeze, and the torture goes on.
suspend() {
	echo freezer >$POWER/pm_test && echo freeze >$POWER/state &&
		echo "suspended" >>/run/suspends
	echo none >$POWER/pm_test
	sleep 5
}

clients() {
	for module in cwq_test_items cwq_hash; do
		insmod /modules/$module.ko && sleep 1
		rmmod $module && echo $module >>/run/clients
	done
}

look() {
	for switch in timing histograms provenance; do
		echo "$switch on" >$CWQ/control
		cat $CWQ/queues $CWQ/works $CWQ/waiters $CWQ/*/*/* >/run/tables
		sleep 1
	done 2>/dev/null
	for switch in timing histograms provenance; do
		echo "$switch off" >$CWQ/control
	done
	wc -c </run/tables >>/run/looks
	sleep 1
}

# around(command) - again and again while the torture runs
around() {
	until is_over; do
		"$1"
	done
}

# count(file) - how often something was done
count() {
	wc -l </run/"$1"
}

touch /run/suspends /run/clients /run/looks
[ ! -e /sys/module/suspend ] ||
	echo 1 >/sys/module/suspend/parameters/pm_test_delay
insmod /modules/cwq.ko || exit
# shellcheck disable=SC2046 # words they are
insmod /modules/cwq_torture.ko $(cat /parameters) || exit
if [ ! -e /mutant ]; then
	[ ! -e $POWER/pm_test ] || around suspend &
	around clients &
	around look &
fi
until is_over; do
	sleep 1
done
result=$(cat $PARAMETERS/result)
# What hangs would hang the following, too.
if [ "$result" != SUCCESS ]; then
	dmesg | grep cwq_torture: >&2
	exit 1
fi
wait
echo "suspended $(count suspends) times, $(count clients) clients have gone," \
	"tables read $(count looks) times"
rmmod cwq_torture && rmmod cwq
