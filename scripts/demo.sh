#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# See cwq at work: boot this release's own kernel in a VM with 4 CPUs and have it hash
# real files through selftests/test_modules/cwq_hash.c. Leaves a picture of that.

here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$cache/logs/demo.log

verdict() {
	printf '\ndemo: %s\n' "$*"
}

"$here/setup.sh" demo
use_kernel host
"$here/build.sh" host "$work/root/modules" test_modules
mkdir "$work/root/files"
cp "$IMAGE" "$MODULES/lib/modules/$RELEASE/kernel/fs/"{btrfs/btrfs,xfs/xfs}.ko* \
    "$(command -v busybox)" "$work/root/files/"
cp "$here/../selftests/demo-in-vm.sh" "$work/root/run-tests"
cp "$here/cwq-record.sh" "$work/root/"

say "booting Linux $RELEASE in a VM ..."
if ! "$here/vm.sh" --log "$log" --results "$cache/demo" "$work/root"; then
	verdict "FAILED: a digest is wrong, or the VM did not get that far"
	exit 1
fi
if ! complaints=$("$here/check-log.py" "$log"); then
	printf '%s\n' "$complaints"
	verdict "FAILED: the kernel has complained, see $log"
	exit 1
fi
"$here/cwq-report" draw "$cache/demo/demo.trace" -o "$cache/demo/report.html"
verdict "PASSED in $SECONDS s: every digest is what sha256sum says," \
	"and the kernel has no complaint"
echo "demo: to see what ran when, open $cache/demo/report.html"
