#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What an item costs on cwq, on the kernel's workqueue and on a kthread_worker,
# in instructions: selftests/test_modules/cwq_bench.c in a VM that counts them. Also
# what it costs to observe items, and to look at them.

here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

work=$(mktemp -d) more=
trap 'rm -rf "$work"' EXIT

"$here/setup.sh" demo
"$here/build.sh" 6.1 "$work/root/modules" test_modules
cp "$here/../selftests/bench-in-vm.sh" "$work/root/run-tests"
"$here/vm.sh" --icount --append mitigations=off --log "$work/console" \
    --results "$work/results" "$work/root"
"$here/check-log.py" "$work/console" >&2

# With --icount an instruction takes 2 ns. The median of the rounds is shown;
# what they differ by comes from the timer interrupts.
cat "$work"/results/round-* | sort -k 1,2 -k 3,3n | awk '
	function flush(	median) {
		median = value[int((n + 1) / 2)]
		time[name] = median
		if (n && (value[n] - value[1]) / median > spread)
			spread = (value[n] - value[1]) / median
		n = 0
	}
	function row(op, what,	own, kernel, kthread) {
		own = time["cwq " op] / 2 / items
		kernel = time["workqueue " op] / 2 / items
		kthread = time["kthread_worker " op] / 2 / items
		printf "%-48s %7.1f %9.1f %9.1f %8.2f %8.2f\n", what, own,
		       kernel, kthread, kernel / own, kthread / own
	}
	$1 == "items" { items = $2; next }
	$1 " " $2 != name { if (n) flush(); name = $1 " " $2 }
	{ value[++n] = $3 }
	END {
		flush()
		printf "%-48s %7s %9s %9s %17s\n", "", "", "kernel", "kthread",
		       "times as many"
		printf "%-48s %7s %9s %9s %8s %8s\n", "instructions per item",
		       "cwq", "workqueue", "worker", "wq", "kthread"
		row("busy-enqueue", "enqueue, the worker busy")
		row("busy-execute", "enqueue and execute, the worker busy at first")
		row("refused", "enqueue what is pending already")
		row("burst-enqueue", "enqueue in a burst on an idle worker")
		row("burst-execute", "burst, and execute")
		printf "%d items a round; rounds differ by %.1f%% at most\n",
		       items, 100 * spread
	}'

echo
printf '%-48s %8s %8s\n' 'cwq, observed: instructions per item' enqueue execute
for switch in timing histograms provenance; do
	awk -v what="$switch${more:+, and the above}" '
		$1 == "items" { items = $2 }
		$1 == "cwq" { time[$2] = $3 / 2 / items }
		END { printf "%-48s %8.1f %8.1f\n", what,
			     time["busy-enqueue"], time["busy-execute"] }' \
		"$work/results/observed-$switch"
	more=1
done

echo
awk '{ each[NR] = ($4 - $3) / $2 }
     END { printf "reading works with 10,000 pending: %.0f us (%.0f instructions)\n",
		  (each[2] - each[1]) * 1e6, (each[2] - each[1]) / 2e-9 }' \
    "$work/results/works"
