#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The payload of a VM (scripts/vm.sh) that boots with debugfs=off: cwq comes, works and
# goes without it. What kselftest-install makes is in /selftests.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. /selftests/cwq/functions.sh

# Where find_module() looks.
here=/selftests/cwq
DEVICE=/dev/cwq_hash

no_debugfs() {
	! mount -t debugfs debugfs "$DEBUGFS" 2>/dev/null ||
		complain "there is a debugfs"
}

# Its works are on queues with threads of their own.
hash_is_right() {
	head -c 1000003 /dev/urandom >/tmp/file
	is=$(exec 3<>"$DEVICE" && cat /tmp/file >&3 && cat <&3)
	should=$(sha256sum </tmp/file | cut -d ' ' -f 1)
	[ "$is" = "$should" ] || complain "$is, not $should" || return
	worker_threads | grep -q '^cwq_hash/1$' ||
		complain "threads:" "$(worker_threads)"
}

cpu_goes_and_comes() {
	set_cpu 1 0 && set_cpu 1 1 && hash_is_right
}

goes() {
	unload cwq_hash && unload cwq && loop_until no_worker_threads
}

echo "TAP version 13"
planned=5
echo "1..$planned"
result "there is no debugfs" no_debugfs
result "cwq and a client come" eval 'load cwq && load cwq_hash'
result "the client's works are done" hash_is_right
result "a CPU goes and comes" cpu_goes_and_comes
result "they go" goes
finish
