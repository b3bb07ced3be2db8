#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What cwq costs, beside the kernel's own queues and what else one could use:
# bench.sh [--kernel NAME]... [--icount-only] [--compare OLD.json]
#
# For each kernel (by default 6.1, 6.12, 7.3 and 7.3-arm64, all of them stock ones) one
# virtual machine that counts instructions, and, if it is for this machine's kind of CPU,
# one for each number of CPUs in which the client module cwq_bench measures contention.
# With --icount-only, one round of counting what the operations take, and nothing else.
# Prints tables; the figures as JSON and the plots are kept, where is printed at
# the end. Documentation/benchmark.md tells what they mean.

here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

rounds=5
contended=11 # these differ by more
kernels=()
icount_only=
compare=()
while (($#)); do
	case $1 in
	--kernel)
		kernels+=("${2-}")
		shift
		;;
	--icount-only)
		icount_only=y
		;;
	--compare)
		[[ -r ${2-} ]] || die "there is no run to compare with: ${2-}"
		compare=(--compare "$2")
		shift
		;;
	*)
		die "usage: bench.sh [--kernel NAME]... [--icount-only]" \
		    "[--compare OLD.json]"
		;;
	esac
	shift
done
((${#kernels[@]})) || kernels=(6.1 6.12 7.3 7.3-arm64)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=$cache/bench/$(date +%Y%m%d-%H%M%S)

# measure KERNEL NAME PLAN [OPTION]... - in a VM, for which the options are
measure() {
	local kernel=$1 name=$1-$2 plan=$3 start=$SECONDS
	local log=$cache/logs/bench-$name.log
	shift 3

	say "$name ..."
	echo "$plan" >"$work/root-$kernel/plan"
	"$here/vm.sh" --kernel "$kernel" --memory 2048 --timeout 1800 \
	    --append "mitigations=off cryptomgr.notests" \
	    --log "$log" --results "$work/runs/$name" "$@" \
	    "$work/root-$kernel"
	"$here/check-log.py" "$log" >&2
	say "$name: done in $((SECONDS - start)) s"
}

"$here/setup.sh"
load=$(cut -d ' ' -f 1-3 /proc/loadavg)
mkdir -p "$work/runs"
for kernel in "${kernels[@]}"; do
	root=$work/root-$kernel
	"$here/build.sh" "$kernel" "$work/modules-$kernel" test_modules W=1
	mkdir -p "$root/modules"
	cp "$work/modules-$kernel"/{cwq,cwq_bench,cwq_test_items}.ko \
	    "$root/modules"
	cp "$here/../selftests/bench-in-vm.sh" "$root/run-tests"
	if [[ -n $icount_only ]]; then
		measure "$kernel" icount "1 ops" --icount
		continue
	fi
	: >"$root/observe"
	measure "$kernel" icount "$rounds ops
1 depth only=cwq,bound,kthread_worker
1 queues only=cwq,bound,ordered,kthread_worker" --icount
	rm "$root/observe"
	use_kernel "$kernel"
	[[ $ARCH = "$(uname -m)" ]] || continue
	for cpus in 1 2 4 8; do
		plan="$contended own-queue items=100000
$contended one-queue items=100000
$rounds in-turn items=20000"
		((cpus != 2)) || plan+="
$rounds latency"
		((cpus != 8)) || plan+="
$rounds flush"
		measure "$kernel" "$cpus" "$plan" --cpus "$cpus"
	done
done

mkdir -p "$out"
"$here/cwq-bench" collect -o "$out/run.json" "$work/runs" \
    "date=$(date --utc +%FT%TZ)" \
    "commit=$(git -C "$here" describe --always --dirty --tags)" \
    "host=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
    "host CPUs=$(nproc)" "host load=$load" "host kernel=$(uname -r)" \
    "qemu=$(qemu-system-x86_64 --version | head -n 1)" \
    "gcc=$(gcc --version | head -n 1)" \
    "rounds=$rounds, of contention $contended"
"$here/cwq-bench" show "$out/run.json" --plots "$out/plots.svg" \
    "${compare[@]}" | tee "$out/tables.txt"
say "kept in $out: run.json, tables.txt, plots.svg"
