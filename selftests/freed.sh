#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A client frees a delayed work whose timer is armed: others do not pay for it.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

CPU=0
REPORT="cwq: a delayed work was freed or initialised with its timer armed"

functions_shown() {
	look works func queue=events "cpu=$CPU" | tr '\n' ' '
}

# functions_are(function...) - of the delayed works that are shown
functions_are() {
	should=$(printf '%s[cwq_test_freed] ' "$@")
	is=$(functions_shown)
	[ "$is" = "$should" ] || complain "works are shown of $is, not of $should"
}

neighbours_are_shown() {
	expect "$REPORT"
	mark_log
	load cwq_test_freed && functions_are before_fn behind_fn
}

told() {
	n=$(log_since_mark | grep -c "WARNING:")
	[ "$n" = 1 ] && log_since_mark | grep -qF "$REPORT" ||
		complain "$n reports" || return
	is=$(awk '$1 == "freed_armed" { print $2 }' "$DEBUGFS/cwq/misuse")
	[ "$is" = 1 ] || complain "counted $is times"
}

# That CPU's common queue, by another client.
others_go_on() {
	before=$(value events "$CPU" executed)
	echo "$CPU 3" >"$ITEMS/common" &&
		loop_until value_is events "$CPU" executed $((before + 3))
}

neighbours_go() {
	unload cwq_test_freed || return
	! log_since_mark | grep "cwq_test_freed: " || return
	[ -z "$(functions_shown)" ] ||
		complain "still there: $(functions_shown)" || return
	check_ledger 1
}

plan 4 cwq_test_freed cwq_test_items
load cwq && load cwq_test_items || exit
if [ -d "$DEBUGFS/debug_objects" ]; then
	for what in "its neighbours" "a report" "the queue" "its neighbours"; do
		skip "$what" "object debugging knows works that are freed"
	done
	finish
fi
result "its neighbours are shown, and it is not" neighbours_are_shown
result "it is told once, and counted" told
result "the queue goes on" others_go_on
result "its neighbours are taken off, and nothing wrote to it" neighbours_go
finish
