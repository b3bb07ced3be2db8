#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A client that uses everything in <cwq/workqueue.h> the ordinary way.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

plan 18 cwq_test_client
load cwq && load cwq_test_client || exit
results_of /sys/module/cwq_test_client/parameters/results
finish
