#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Bad input is refused, and reported once with the name of who gave it.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

# The kind, as cwq/misuse counts it, and the text of the report. The function in
# cwq_test_misuse.c that does it is misuse_KIND or misuse_KIND_fn.
kinds="null_queue null_work not_initialised no_func bad_cpu bad_name bad_flags \
null_snapshot common_queue atomic deadlock queue_closed"
# Object debugging tells that one itself.
[ -d "$DEBUGFS/debug_objects" ] || kinds="$kinds on_stack"

text_of() {
	case $1 in
	null_queue) echo "the queue is NULL" ;;
	null_work) echo "the work is NULL" ;;
	not_initialised) echo "the work was never initialised" ;;
	no_func) echo "the work has no function" ;;
	bad_cpu) echo "there is no such CPU" ;;
	bad_name) echo "the name is NULL, empty or too long" ;;
	bad_flags) echo "there is no such kind of queue" ;;
	null_snapshot) echo "the snapshot is NULL" ;;
	common_queue) echo "the common queue is not the caller's" ;;
	atomic) echo "a call that sleeps, in atomic context" ;;
	deadlock) echo "a work would wait for itself" ;;
	queue_closed) echo "the queue is being destroyed" ;;
	on_stack) echo "a work on the stack was not initialised as such" ;;
	esac
}

pattern_of() {
	echo "cwq: $(text_of "$1"): called by misuse_$1(_fn)?\+"
}

# The reports are counted from here on. Whoever reads the log afterwards is told
# what to expect.
announce() {
	mark_log
	for kind in $kinds; do
		echo "cwq-expect: $(pattern_of "$kind")" >/dev/kmsg
	done
}

reported_once() {
	n=$(log_since_mark | grep -cE "$(pattern_of "$1")")
	[ "$n" = 1 ] || complain "$1 was reported $n times"
}

counted() {
	is=$(awk -v kind="$1" '$1 == kind { print $2 }' "$DEBUGFS/cwq/misuse")
	[ "$is" = "$2" ] || complain "$1 was counted $is times, not $2"
}

# each_load(kind) - so often it is done when the module is loaded
each_load() {
	case $1 in
	on_stack) echo 2 ;;
	*) echo 1 ;;
	esac
}

all_counted() {
	for kind in $kinds; do
		counted "$kind" $(($1 * $(each_load "$kind"))) || return
	done
}

no_more_reports() {
	n=$(log_since_mark | grep -c 'WARNING:')
	is=$(echo "$kinds" | wc -w)
	[ "$n" = "$is" ] || complain "$n reports for $is kinds"
}

plan $((5 + $(echo "$kinds" | wc -w))) cwq_test_misuse
load cwq || exit
announce
result "every bad call is refused, a good one works" load cwq_test_misuse
for kind in $kinds; do
	result "$kind is reported once, with the caller" reported_once "$kind"
done
result "each is counted" all_counted 1
unload cwq_test_misuse
load cwq_test_misuse
result "a second time, each is counted again" all_counted 2
result "and not reported again" no_more_reports
result "the queues are in order" check_ledger 1
finish
