#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The payload of a VM (scripts/vm.sh) whose kernel may have no debugfs, no freezer, no
# tracepoints, no CPU hotplug: load cwq, let clients work, unload all. The modules are
# in /modules.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. /functions.sh

# Where find_module() looks.
here=/modules
DEVICE=/dev/cwq_hash
CLIENT=/sys/module/cwq_test_client/parameters/results
STEPS=18
ROUNDS=5

modules_are_loaded() {
	load cwq && load cwq_test_client && load cwq_hash
}

# What is hashed passes through work items on each CPU's thread.
hash_is_right() {
	head -c 100003 /dev/urandom >/tmp/file
	is=$(exec 3<>"$DEVICE" && cat /tmp/file >&3 && cat <&3)
	should=$(sha256sum </tmp/file | cut -d ' ' -f 1)
	[ "$is" = "$should" ] || complain "$is, not $should"
}

# Each per-CPU queue has a thread on each CPU that is online.
threads_are_there() {
	is=$(worker_threads | grep '^cwq_client/' | sort)
	should=$(for cpu in $CPUS; do echo "cwq_client/$cpu"; done | sort)
	[ "$is" = "$should" ] || complain "threads:" "$is" "and not" "$should"
}

cpu_goes_offline_and_online() {
	set_cpu 1 0 && hash_is_right && set_cpu 1 1 && hash_is_right &&
		threads_are_there
}

modules_are_unloaded() {
	unload cwq_hash && unload cwq_test_client && unload cwq &&
		loop_until no_worker_threads
}

rounds() {
	for round in $(seq "$ROUNDS"); do
		modules_are_loaded && hash_is_right && modules_are_unloaded ||
			complain "in round $round" || return
	done
}

echo "TAP version 13"
planned=$((STEPS + 6))
echo "1..$planned"
result "cwq and two clients are loaded" modules_are_loaded
results_of "$CLIENT"
result "each CPU has a thread" threads_are_there
result "data is hashed by work items" hash_is_right
if [ -e /sys/devices/system/cpu/cpu1/online ]; then
	result "a CPU goes offline and online" cpu_goes_offline_and_online
else
	skip "a CPU goes offline and online" "no CPU can go offline"
fi
result "all are unloaded" modules_are_unloaded
result "$ROUNDS rounds of that" rounds
finish
