#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Everything at once, at random: does each work run as often as it was accepted?

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

# Loading runs it all.
each_work_is_accounted_for() {
	load cwq_test_stress
	status=$?
	dmesg | grep cwq_test_stress: | tail -n 1 | sed 's/^/# /'
	return "$status"
}

nothing_stays() {
	unload cwq_test_stress && check_ledger 1 || return
	[ -z "$(rows cwq_stress)" ] || complain "a queue is left"
}

plan 2 cwq_test_stress
load cwq || exit
result "each work runs as often as it was accepted" each_work_is_accounted_for
result "and nothing stays behind" nothing_stays
finish
