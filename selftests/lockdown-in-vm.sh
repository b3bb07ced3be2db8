#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The payload of a VM (scripts/vm.sh) whose kernel is locked down, once the modules are
# there: what there is to see of cwq is seen, and the switches are turned by parameters.
# What kselftest-install makes is in /selftests.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. /selftests/cwq/functions.sh

# Where find_module() looks.
here=/selftests/cwq
LOCKDOWN=/sys/kernel/security/lockdown
PARAMETERS=/sys/module/cwq/parameters

locked_down() {
	mount -t securityfs securityfs /sys/kernel/security &&
		echo integrity >"$LOCKDOWN" &&
		grep -q '\[integrity\]' "$LOCKDOWN"
}

# What may be written is not even read there.
control_is_shut() {
	! cat "$DEBUGFS/cwq/control" 2>/dev/null || complain "it is not"
}

tables_are_read() {
	for table in queues works waiters misuse; do
		[ "$(wc -l <"$DEBUGFS/cwq/$table")" -ge 1 ] ||
			complain "$table is empty" || return
	done
	grep -q '^cwq_hash ' "$QUEUES"
}

parameters_turn_switches() {
	for switch in timing histograms provenance; do
		echo Y >"$PARAMETERS/$switch" &&
			[ "$(cat "$PARAMETERS/$switch")" = Y ] || return
	done
	head -c 1000003 /dev/urandom >/tmp/file
	(exec 3<>/dev/cwq_hash && cat /tmp/file >&3 && cat <&3) >/dev/null
	cat "$DEBUGFS"/cwq/cwq_hash/*/funcs | grep -q hash_chunk_fn ||
		complain "no times of what has run"
}

echo "TAP version 13"
planned=5
echo "1..$planned"
result "cwq and a client come" eval 'load cwq && load cwq_hash'
result "the kernel is locked down" locked_down
result "the switches in debugfs are shut" control_is_shut
result "the tables are read" tables_are_read
result "parameters turn the switches" parameters_turn_switches
finish
