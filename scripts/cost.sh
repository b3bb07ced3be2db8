#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Does each operation of cwq keep to its budget of instructions? On the stock 6.1
# kernel. With --update the budget is what they take now.

here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

budget=$here/../selftests/budget
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$cache/logs/cost.log

"$here/setup.sh"
"$here/build.sh" 6.1 "$work/modules" test_modules W=1
mkdir -p "$work/root/modules"
cp "$work"/modules/{cwq,cwq_bench}.ko "$work/root/modules"
cp "$here/../selftests/bench-in-vm.sh" "$work/root/run-tests"
echo "1 ops only=cwq" >"$work/root/plan"
"$here/vm.sh" --kernel 6.1 --icount --append mitigations=off --log "$log" \
    --results "$work/results" "$work/root"
"$here/check-log.py" "$log"
if [[ ${1-} = --update ]]; then
	"$here/cwq-bench" budget "$work/results/round-1" >"$budget"
	say "written: $(realpath "$budget")"
else
	"$here/cwq-bench" check "$budget" "$work/results/round-1"
fi
