#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The kernel's own workqueue as the measure: the same calls have the same effect.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

SEQUENCES=3000

# Loading runs it all. Some versions of insmod try twice.
same_calls_same_effect() {
	load cwq_test_diff sequences="$SEQUENCES"
	status=$?
	dmesg | grep cwq_test_diff: | tail -n $((status ? 100 : 1)) |
		sed 's/^/# /'
	return "$status"
}

nothing_stays() {
	unload cwq_test_diff && check_ledger 1 || return
	[ -z "$(rows cwq_diff)$(rows cwq_diff1)" ] || complain "a queue is left"
}

plan 2 cwq_test_diff
load cwq || exit
result "the same calls have the same effect" same_calls_same_effect
result "and nothing stays behind" nothing_stays
finish
