#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Everything at once, at random, for a few seconds: does each work do what it must?
# scripts/torture.sh does it for longer, with more around it.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

PARAMETERS=/sys/module/cwq_torture/parameters
ITEMS_ACCEPTED=100000

is_over() {
	[ "$(cat "$PARAMETERS/result")" != running ]
}

# What it says in the end, and what was wrong before.
told() {
	log_since_mark | sed -n 's/.*cwq_torture: //p'
}

# ended_well() - the torture has been unloaded
ended_well() {
	told | sed 's/^/# /'
	told | tail -n 1 | grep -q ': SUCCESS$' ||
		complain "it has not ended with SUCCESS"
}

# The queues that come and go are created by the torture itself.
every_work_is_accounted_for() {
	mark_log
	load cwq_torture items="$ITEMS_ACCEPTED" hotplug_interval="$1" || return
	until is_over; do
		check_ledger 1 || return
	done
	unload cwq_torture && ended_well || return
	told | tail -n 1 | grep -q ', [1-9][0-9]* timeouts,' ||
		complain "no flush has timed out"
}

has_accepted() {
	[ "$(sum cwq_torture accepted)" -gt 1000 ]
}

ends_when_unloaded() {
	mark_log
	load cwq_torture && loop_until has_accepted && unload cwq_torture &&
		ended_well
}

# refused(parameter)
refused() {
	mark_log
	! load cwq_torture "$1" 2>/dev/null || complain "$1 is accepted" ||
		return
	told | grep -q "^${1%%=*} is ${1#*=}, not from" ||
		complain "not told why $1 is refused:" "$(told)"
}

bad_parameters_are_refused() {
	for parameter in producers=1025 works=1 queues=0 queues=65 \
			duration=31536001 stat_interval=86401 \
			hotplug_interval=10001; do
		refused "$parameter" || return
	done
}

nothing_stays() {
	[ -z "$(rows cwq_torture)$(rows cwq_short)" ] ||
		complain "a queue is left" || return
	! cat /proc/[0-9]*/comm | grep '^cwq_tort' ||
		complain "a thread is left" || return
	misused=$(awk 'NR > 1 && $2' "$DEBUGFS/cwq/misuse")
	[ -z "$misused" ] || complain "cwq was misused:" "$misused" || return
	check_ledger 1
}

plan 5 cwq_torture
load cwq || exit
result "bad parameters are refused" bad_parameters_are_refused
result "each work does what it must" every_work_is_accounted_for 0
what="and while CPUs go and come"
if [ -e /sys/devices/system/cpu/cpu1/online ]; then
	result "$what" every_work_is_accounted_for 100
else
	skip "$what" "CPU 1 cannot be taken offline"
fi
result "unloading ends it" ends_when_unloaded
result "and nothing stays behind" nothing_stays
finish
