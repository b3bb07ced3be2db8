#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A client that uses everything in <cwq/workqueue.h> the ordinary way; and one that was
# built with other headers.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

# A client that other headers were used for is not loaded, with a line that says why.
other_headers() {
	find_module cwq_test_abi >/dev/null || complain "it is not built" || return
	mark_log
	! load cwq_test_abi 2>/dev/null || complain "it is loaded" || return
	log_since_mark | grep -q 'Unknown symbol cwq_headers_are_not_those_of_cwq_ko_' ||
		complain "the log does not say why" || return
	! log_since_mark | grep 'Unknown symbol cwq_[^h]'
}

plan 19 cwq_test_client
load cwq && load cwq_test_client || exit
results_of /sys/module/cwq_test_client/parameters/results
result "a client that was built with other headers is refused" other_headers
finish
