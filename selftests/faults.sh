#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Memory runs out: whatever a user does, one allocation after the other fails, the
# first of a run, then the second, until a run needs no more. An operation fails
# with an error or does without; either way all is in order, and it can be repeated.
#
# The kernel lets the n-th allocation of a thread fail by /proc/PID/fail-nth.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

CONTROL=$DEBUGFS/cwq/control
KMEMLEAK=$DEBUGFS/kmemleak
SLAB=$DEBUGFS/failslab
PAGES=$DEBUGFS/fail_page_alloc
CPU=1
KTHREADD=2
PLENTY=1000000

# Only as told by fail-nth; every allocation may fail, and nothing is printed.
arm() {
	for attr in "$SLAB" "$PAGES"; do
		echo 0 >"$attr/probability" && echo 0 >"$attr/verbose" &&
			echo N >"$attr/ignore-gfp-wait" || return
	done
	echo 0 >"$PAGES/min-order" && echo N >"$PAGES/ignore-gfp-highmem"
}

# How many have failed since, by what the kernel has left of its plenty.
reset_count() {
	echo "$PLENTY" >"$SLAB/times" && echo "$PLENTY" >"$PAGES/times"
}

count() {
	echo $((2 * PLENTY - $(cat "$SLAB/times") - $(cat "$PAGES/times")))
}

# each_fails(pid, undo, command...) - have the allocations of a thread fail. If they
# are this shell's, the command must not fork.
each_fails() {
	nth=1 pid=$1 undo=$2 errors=0
	shift 2
	exec 7>&2 2>"$scratch/errors" 8>"/proc/$pid/fail-nth"
	while :; do
		reset_count || return
		echo "$nth" >&8
		"$@"
		status=$?
		echo 0 >&8
		[ "$status" -eq 0 ] || errors=$((errors + 1))
		"$undo" || complain "after allocation $nth:" \
			"$(tail -n 2 "$scratch/errors")" || return
		[ "$(count)" -ne 0 ] || break
		nth=$((nth + 1))
	done
	exec 2>&7 8>&- 7>&-
	! grep -v "Cannot allocate memory" "$scratch/errors" ||
		complain "other errors than ENOMEM" || return
	echo "# $((nth - 1)) allocations have failed, and $errors times $*"
	[ "$status" -eq 0 ] || complain "$* fails though there is memory"
}

# write_argument(argument) - to the file that is open as fd 9
write_argument() {
	echo "$1" >&9
}

in_order() {
	[ -z "$(rows cwq_made)" ] || complain "$(rows cwq_made)" || return
	check_ledger 1
}

# command_fails(pid, name, argument)
command_fails() {
	exec 9>"$ITEMS/$2"
	each_fails "$1" in_order write_argument "$3"
	status=$?
	exec 9>&-
	return "$status"
}

# Or nothing of what is tested here has been tested.
makes_errors() {
	"$@" || return
	[ "$errors" -gt 0 ] || complain "nothing has failed"
}

# There is something to wait for on each CPU.
queue_on_all() {
	for cpu in $CPUS; do
		echo "$cpu 1" >"$ITEMS/queue" || return
	done
	check_ledger 1
}

# flush_fails(command, argument) - with works that take some time
flush_fails() {
	echo 100 >"$ITEMS/slow" && queue_on_all || return
	exec 9>"$ITEMS/$1"
	each_fails $$ queue_on_all write_argument "$2"
	status=$?
	exec 9>&-
	echo 0 >"$ITEMS/slow" && echo 1 >"$ITEMS/flush" || return
	[ "$status" -eq 0 ] || return
	[ "$1" != flush ] || [ "$errors" -eq 0 ] ||
		complain "$errors errors, of what cannot fail"
}

# The switch is as it was, or it is turned.
switched_off() {
	echo "$1 off" >"$CONTROL"
	[ "$(grep -c off "$CONTROL")" -eq 3 ] || complain "$(cat "$CONTROL")"
}

timing_off() {
	switched_off timing
}

provenance_off() {
	switched_off provenance
}

switch_fails() {
	exec 9>"$CONTROL"
	for switch in timing provenance; do
		each_fails $$ "${switch}_off" write_argument "$switch on" ||
			break
	done
	status=$?
	exec 9>&-
	return "$status"
}

# Not one allocation fails, which need not be noticed, but all do.
no_memory_at_all() {
	exec 7>&2 2>"$scratch/errors" 8>"/proc/$$/make-it-fail" 9>"$CONTROL"
	for attr in "$SLAB" "$PAGES"; do
		echo Y >"$attr/task-filter" && echo 100 >"$attr/probability" ||
			return
	done
	reset_count && echo 1 >&8 || return
	echo "timing on" >&9
	status=$?
	echo 0 >&8
	for attr in "$SLAB" "$PAGES"; do
		echo 0 >"$attr/probability" && echo N >"$attr/task-filter" ||
			return
	done
	exec 2>&7 7>&- 8>&- 9>&-
	[ "$status" -ne 0 ] || complain "it can do without" || return
	[ "$(grep -c off "$CONTROL")" -eq 3 ] ||
		complain "$(cat "$CONTROL")" || return
	echo "timing on" >"$CONTROL" && echo "timing off" >"$CONTROL"
}

read_table() {
	while read -r line; do
		:
	done <"$1"
}

tables_fail() {
	for table in queues works waiters misuse control events/0/funcs; do
		each_fails $$ true read_table "$DEBUGFS/cwq/$table" || return
	done
}

# pid_of(kernel thread)
pid_of() {
	comm=$(grep -lx "$1" /proc/[0-9]*/comm)
	basename "${comm%/comm}"
}

cpu_up() {
	echo 1 >"/sys/devices/system/cpu/cpu$CPU/online"
}

# Whether it has come or not: works find a worker, and the CPU may go again.
works_run_without() {
	echo "$CPU 1" >"$ITEMS/queue" && echo 1 >"$ITEMS/flush" &&
		check_ledger 1 || return
	! is_online "$CPU" || set_cpu "$CPU" 0
}

# A kernel that lacked memory when a CPU came up may never take it down again.
cpu_stays() {
	! set_cpu "$CPU" 0 2>"$scratch/busy" && grep -q busy "$scratch/busy" &&
		echo "# the kernel does not take CPU $CPU down any more"
}

cpu_up_fails() {
	set_cpu "$CPU" 0 &&
		each_fails $$ works_run_without cpu_up &&
		each_fails "$(pid_of "cpuhp/$CPU")" works_run_without \
			cpu_up &&
		each_fails "$KTHREADD" works_run_without cpu_up &&
		set_cpu "$CPU" 1 && return
	check_ledger 1 && cpu_stays
}

# What was lost shows after the second scan, and not before it is 5 s old.
no_leak() {
	sleep 6
	echo scan >"$KMEMLEAK" && echo scan >"$KMEMLEAK"
	! grep . "$KMEMLEAK"
}

# An insmod that tries again by itself hides the error, but not what comes of it.
gone() {
	! is_loaded cwq || unload cwq
}

for file in "$SLAB" "$PAGES" /proc/$$/fail-nth; do
	[ -e "$file" ] || skip_all "the kernel cannot make allocations fail"
done
plan 13 cwq_test_items
scratch=$(mktemp -d)
arm || exit
result "load cwq, which makes threads" each_fails "$KTHREADD" gone load cwq
load cwq && load cwq_test_items || exit
result "make a queue" makes_errors command_fails $$ make "$CPU"
result "make its threads" makes_errors command_fails "$KTHREADD" make "$CPU"
result "make a single-threaded queue" command_fails $$ make -1
result "call on each CPU" command_fails $$ each_cpu 1
result "call on a CPU" command_fails $$ on_cpu "$CPU"
result "flush" flush_fails flush 1
result "flush with a limit" flush_fails patience 10000
result "turn a switch" switch_fails
result "turn a switch without any memory" no_memory_at_all
result "read the tables" tables_fail
what="bring a CPU up"
if [ -e "/sys/devices/system/cpu/cpu$CPU/online" ]; then
	result "$what" cpu_up_fails
else
	skip "$what" "CPU $CPU cannot be taken offline"
fi
unload cwq_test_items
unload cwq
what="nothing is lost"
if [ -e "$KMEMLEAK" ]; then
	result "$what" no_leak
else
	skip "$what" "the kernel does not look for leaks"
fi
finish
