#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A client that goes without cleaning up is reported and cleaned up after.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

mark_log() {
	mark="cwq_test_leaver $$ $(cut -d ' ' -f 1 /proc/uptime)"
	echo "$mark" >/dev/kmsg
}

log_since_mark() {
	dmesg | awk -v mark="$mark" 'found { print } index($0, mark) { found = 1 }' |
		grep -v cwq-expect:
}

# logged(pattern) - once since the mark
logged() {
	n=$(log_since_mark | grep -cE "cwq: module cwq_test_leaver goes, but $1")
	[ "$n" = 1 ] || complain "$n lines on $1"
}

tidy_client_is_silent() {
	mark_log
	load cwq_test_leaver tidy=1 && unload cwq_test_leaver || return
	! log_since_mark | grep "cwq: module" | sed 's/^/# /' | grep .
}

goes_untidily() {
	mark_log
	echo "cwq-expect: cwq: the module of the work is going: called by leaver_forever_fn[+]" >/dev/kmsg
	load cwq_test_leaver && loop_until is_running cwq_leaver - &&
		unload cwq_test_leaver
}

names_all() {
	logged "leaver_pending_fn .*is pending: cancelled on cwq_leaver" &&
		logged "leaver_running_fn .*is running: waiting for it on cwq_leaver" &&
		logged "leaver_delayed_fn .*is pending: cancelled on cwq_leaver" &&
		logged "leaver_common_fn .*is pending: cancelled on events" &&
		logged "its queue cwq_leaver is alive: destroyed"
}

nothing_is_left() {
	[ -z "$(rows cwq_leaver)" ] || complain "its queue is still there" ||
		return
	[ "$(value events - delayed)" = "" ] || return
	for cpu in $CPUS; do
		[ "$(value events "$cpu" delayed)" = 0 ] ||
			complain "a timer is still armed" || return
	done
	check_ledger 1
}

failed_init_leaves_nothing() {
	mark_log
	! load cwq_test_leaver fail=1 2>/dev/null || return
	log_since_mark | grep -q "leaver_common_fn .*is pending: cancelled on events" &&
		nothing_is_left
}

others_go_on() {
	load cwq_test_items && echo "0 20" >"$ITEMS/queue" &&
		echo 1 >"$ITEMS/flush" || return
	row_is cwq_items 0 20 20 0 0 0
}

plan 6 cwq_test_leaver cwq_test_items
load cwq || exit
result "a client that cleans up is not mentioned" tidy_client_is_silent
result "one that does not can go" goes_untidily
result "what it has left is named" names_all
result "and gone" nothing_is_left
result "so it is if its init function fails" failed_init_leaves_nothing
result "others go on" others_go_on
finish
