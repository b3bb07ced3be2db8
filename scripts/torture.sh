#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Use cwq at random for a while, on one of the test kernels, with all that may
# happen to a machine around it: torture.sh [KERNEL [SECONDS [SEED]]]

here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

kernel=${1:-6.1} seconds=${2:-600} seed=${3:-0}
[[ $seconds =~ ^[1-9][0-9]*$ && $seed =~ ^[0-9]+$ ]] ||
	die "usage: torture.sh [KERNEL [SECONDS [SEED]]]"

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
log=$cache/logs/torture-$kernel.log

"$here/setup.sh"
"$here/build.sh" "$kernel" "$root/modules" test_modules W=1
cp "$here/../selftests/torture-in-vm.sh" "$root/run-tests"
echo "duration=$seconds seed=$seed hotplug_interval=200 stat_interval=30" \
    >"$root/parameters"

say "torture on $kernel for $seconds s; the console's log is $log"
failed=
"$here/vm.sh" --kernel "$kernel" --log "$log" \
    --timeout $((seconds + seconds / 2 + 120)) "$root" ||
	failed="it ended with status $?"
"$here/check-log.py" "$log" || failed="${failed:+$failed; }the kernel has reported"
summary=$(sed -n 's/\r$//; s/.*cwq_torture: \(seed .*\(SUCCESS\|FAILURE\)\)$/\1/p' \
    "$log" | tail -n 1)
echo "torture $kernel: ${summary:-no summary}"
[[ $summary = *SUCCESS ]] || failed="${failed:-it has not ended with SUCCESS}"
[[ -z $failed ]] || die "torture on $kernel: $failed" "The full log is $log"
