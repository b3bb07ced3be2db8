#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run the tests: test.sh [SUITE] [KERNEL], all of them if not told which. Without a
# KERNEL some kernels are left out that take long; KERNEL is all for all.
#
#	check		the sources: format, locking, scripts; no kernel
#	model		the core under a model checker, on this machine
#	build		the module, for each stock kernel, without a warning
#	kunit		the KUnit suites, on 6.1-debug, or whichever test kernel
#			is the KERNEL
#	dropin		drivers of the kernel's, rebuilt onto cwq, on stock 6.1
#	selftests	the kselftests, on each stock kernel, or whichever kernel
#			is the KERNEL; and 6.1 without debugfs
#	cost		the budget of instructions, on stock 6.1

here=$(dirname "$(realpath "$0")")
top=$(dirname "$here")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

suites=(check model build kunit dropin selftests cost)
debug_kernels=(6.1-debug)
stock_kernels=(6.1 6.1-rt 6.12)
# Only if asked for.
more_kernels=(6.1-kcsan 6.1-gcov 6.12-debug 6.12-rt-debug 6.12-cfi)

one_of() {
	local what=$1 word=$2
	shift 2

	[[ -z $word || " $* " = *" $word "* ]] ||
		die "no such $what: $word" "There are: $*"
}

suite=${1-} kernel=${2-}
one_of suite "$suite" "${suites[@]}"
one_of kernel "$kernel" "${debug_kernels[@]}" "${stock_kernels[@]}" \
    "${more_kernels[@]}" all

# The kernels of a suite that we were asked for.
kernels() {
	local k

	for k; do
		[[ $kernel && $kernel != all && $kernel != "$k" ]] || echo "$k"
	done
}

logs=$cache/logs/test
mkdir -p "$logs"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

passed=0 failed=0 summary=()

# count WHAT PASSED FAILED SECONDS
count() {
	passed=$((passed + $2))
	failed=$((failed + $3))
	summary+=("$(printf '%-32s %4d passed %4d failed %5d s' "$@")")
	say "$1: $2 passed, $3 failed in $4 s"
}

# Run one command as one test: try WHAT COMMAND...
try() {
	local what=$1 start=$SECONDS log=$logs/${1//[ \/]/-}.log
	shift

	say "$what ..."
	if "$@" >"$log" 2>&1; then
		count "$what" 1 0 $((SECONDS - start))
	else
		tail -n 40 "$log" >&2
		say "$what failed; the full log is $log"
		count "$what" 0 1 $((SECONDS - start))
	fi
}

# The figures in KUnit's closing line: tally WHAT SECONDS FILE. A log without
# results is a failure.
tally() {
	local what=$1 seconds=$2 line good bad

	line=$(grep 'Testing complete' "$3" | tail -n 1)
	figure() {
		sed -nE "s/.*$1: ([0-9]+).*/\1/p" <<<"$line"
	}
	good=$(figure passed)
	bad=$(($(figure failed) + $(figure crashed) + $(figure errors) + 0))
	((${good:-0} + bad)) || bad=1
	count "$what" "${good:-0}" "$bad" "$seconds"
}

# The KTAP in a kernel's log, from the first suite on: what stands above that is of
# no suite, and not the same in all releases.
ktap_of_log() {
	local ktap=$tmp/ktap

	sed -e 's/^\[ *[0-9.]*\] //' -e 's/\r//' "$1" |
	    sed -nE '/^    (KTAP version|# Subtest:)/,$p' >"$ktap"
	printf 'KTAP version 1\n1..%d\n' "$(grep -cE '^(not )?ok ' "$ktap")"
	cat "$ktap"
}

# Boot KERNEL with the payload in ROOT, show the results, and hold the kernel's
# log against what the tests announced: boot WHAT KERNEL ROOT RESULTS [OPTION]...
#
# An OPTION is for vm.sh. RESULTS is where the KTAP is: in the kernel's log or on
# the VM's stdout.
boot() {
	local what=$1 kernel=$2 root=$3 results=$4 start=$SECONDS
	local base=$logs/${1//[ \/]/-}
	shift 4

	try "$what: the VM" tee_vm "$base" --kernel "$kernel" "$@" "$root"
	if [[ $results = log ]]; then
		ktap_of_log "$base.log" >"$base.ktap"
	else
		cp "$base.stdout" "$base.ktap"
	fi
	use_kernel src
	"$SRC/tools/testing/kunit/kunit.py" parse "$base.ktap" \
	    >"$base.parsed" 2>&1 || true
	tally "$what" $((SECONDS - start)) "$base.parsed"
	if grep -qE 'FAILED|CRASHED|ERROR' "$base.parsed"; then
		grep -vE 'PASSED|SKIPPED' "$base.parsed" | tail -n 60 >&2
		say "$what: the results are in $base.parsed," \
		    "the console's log is $base.log"
	fi
	try "$what: kernel reports" "$here/check-log.py" "$base.log"
}

tee_vm() {
	local base=$1
	shift

	rm -rf "$base.results"
	"$here/vm.sh" --log "$base.log" --results "$base.results" \
	    --timeout 900 "$@" |
	    tee "$base.stdout"
}

# What the core's locking annotations promise, checked by clang. The sizes of
# the kernel's objects do not matter for it.
thread_safety() {
	{
		printf '#define CWQ_SIZEOF_%s 40\n' \
		    LOCK MUTEX WAITQ RCUWAIT COMPLETION TIMER
		printf '#define CWQ_ALIGNOF_%s 8\n' \
		    LOCK MUTEX WAITQ RCUWAIT COMPLETION TIMER
		printf '#define CWQ_SIZEOF_%s\n' 'WORK 32' 'DELAYED_WORK 72' \
		    'LOCKDEP_MAP 0' 'QUEUE_MAP 0'
		printf '#define CWQ_E%s 1\n' DEADLK INVAL RESTARTSYS TIMEDOUT
	} >"$tmp/layout.h"
	clang++ -std=c++20 -fsyntax-only -Wall -Wextra -Wthread-safety \
	    -Werror -I"$tmp" -I"$top/include" '-DIS_ENABLED(option)=0' \
	    "$top/lib/core.cc"
}

# Does the table of kunit/apis.c have every exported symbol, and no other?
exports_are_tried() {
	cat "$top"/module/*.c |
	    sed -nE 's/^EXPORT_SYMBOL_GPL\((\w+)\);/\1/p' |
	    sort -u >"$tmp/exports"
	grep -oE '\b(API|API_HOW|NO_ARGS)\(\w+' "$top/kunit/apis.c" |
	    sed 's/.*(//' | grep -vx symbol | sort -u | diff "$tmp/exports" -
}

# Whoever changes a line that a mutant breaks says anew how. Whether the mutants are
# noticed takes longer: make mutants, make torture-mutants.
mutants_apply() {
	local patch bad=0

	for patch in "$top"/lib/model/mutants/*.patch \
	    "$top"/selftests/torture-mutants/*.patch; do
		patch --dry-run --fuzz=0 --silent --forward \
		    --directory="$top" -p1 <"$patch" || {
			echo "$patch does not apply"
			bad=1
		}
	done
	return "$bad"
}

# What is written in Python: names, layout, types.
python_style() {
	local typed=("$here"/{cwq,cwqtop,cwq_bench,tests})
	local sources=("${typed[@]}" "$here"/{cwq_report,cwq-report,cwq-bench})

	pyflakes3 "${sources[@]}" "$here/check-log.py" &&
		pycodestyle --max-line-length=80 "${sources[@]}" &&
		mypy --cache-dir "$cache/mypy" "${typed[@]}"
}

suite_check() {
	local c cxx
	mapfile -t c < <(cd "$top" && git ls-files '*.c' '*.h')
	mapfile -t cxx < <(cd "$top" && git ls-files '*.cc' '*.hpp')

	try 'log checker' "$here/check-log.py" --self-test
	try 'Python' env -C "$here" python3 -m unittest discover \
	    --start-directory tests --top-level-directory .
	try 'Python style' python_style
	try 'scripts' shellcheck --external-sources "$here"/*.sh "$here"/vm-* \
	    "$top"/selftests/*.sh "$top"/lib/model/*.sh
	try 'format' env -C "$top" clang-format --dry-run -Werror \
	    "${c[@]}" "${cxx[@]}"
	try 'locking' thread_safety
	try 'exports' exports_are_tried
	try 'mutants' mutants_apply
	use_kernel src
	try 'kernel-doc' env -C "$top" perl "$SRC/scripts/kernel-doc" -none \
	    -Werror "${c[@]}"
	try 'checkpatch' env -C "$top" perl "$SRC/scripts/checkpatch.pl" \
	    --no-tree --terse --show-types --no-summary --file "${c[@]}"
}

suite_model() {
	local start=$SECONDS log=$logs/model.log good bad died=0

	say "model ..."
	# Our SUITE, which make has put into the environment, is none of its.
	make --no-print-directory -C "$top/lib/model" -j"$(nproc)" SUITE= run \
	    >"$log" 2>&1 || died=1
	good=$(grep -ac '^ok ' "$log" || true)
	bad=$(grep -ac '^not ok ' "$log" || true)
	((bad)) || bad=$died
	if ((bad)); then
		tail -n 40 "$log" >&2
		say "model failed; the histories are in $log"
	fi
	count model "$good" "$bad" $((SECONDS - start))
}

# Do the dependencies work? Nothing is rebuilt for nothing, and for a header of
# the core the core, and no more.
rebuild() {
	local dir=$tmp/rebuild log=$tmp/rebuild.log

	use_kernel "$1"
	git -C "$top" ls-files --cached --others --exclude-standard |
	    rsync --archive --ignore-missing-args --files-from=- "$top/" "$dir/"
	# Prints what make has compiled, one a line.
	compiled() {
		make -C "$dir" KDIR="$KDIR" >"$log" || return
		cat "$log" >&2
		awk '/^ +(CC|CXX) / { print $NF }' "$log" | sed "s|^$dir/||"
	}
	compiled && [[ -s $dir/Module.symvers ]] &&
		[[ -z $(compiled) ]] &&
		touch "$dir/lib/list.hpp" && [[ $(compiled) = lib/core.o ]]
}

suite_build() {
	local k

	while read -r k; do
		try "build $k" "$here/build.sh" "$k" "$tmp/build" \
		    test_modules W=1
		try "rebuild $k" rebuild "$k"
	done < <(kernels "${stock_kernels[@]}")
}

suite_kunit() {
	local k root=$tmp/kunit

	while read -r k; do
		"$here/build.sh" "$k" "$root/modules" kunit test_modules
		cp "$here/vm-kunit" "$root/run-tests"
		boot "kunit $k" "$k" "$root" log
	done < <(kernels "${debug_kernels[@]}" ${kernel:+"${more_kernels[@]}"})
}

# The drivers of the kernel's, and what must not compile, on the one kernel whose
# source there is. The crypto self-tests take long in a VM, and fail for it.
suite_dropin() {
	local root=$tmp/dropin start=$SECONDS log=$logs/dropin.ktap good bad

	[[ -n $(kernels 6.1) ]] || return 0
	"$here/dropin.sh" --statements | tee "$log"
	good=$(grep -c '^ok ' "$log" || true)
	bad=$(grep -c '^not ok ' "$log" || true)
	count 'dropin: statements' "$good" "$bad" $((SECONDS - start))

	mkdir -p "$root/selftests"
	"$here/dropin.sh" "$root"
	cp "$top/selftests/functions.sh" "$root/selftests"
	cp "$top/selftests/dropin/run-in-vm.sh" "$root/run-tests"
	head -c 1474560 /dev/urandom >"$tmp/floppy"
	sha256sum <"$tmp/floppy" >"$root/floppy.sha256"
	boot "dropin 6.1" 6.1 "$root" stdout \
	    --append cryptomgr.notests \
	    --qemu "-netdev user,id=net -device e1000,netdev=net \
	    -drive if=floppy,format=raw,file=$tmp/floppy"
}

suite_selftests() {
	local k root=$tmp/selftests

	while read -r k; do
		rm -rf "$root"
		"$here/build.sh" "$k" "$tmp/modules" test_modules W=1
		use_kernel src
		make -s -C "$top/selftests" KSELFTEST_SRC="$SRC" \
		    MODULES="$tmp/modules" INSTALL_PATH="$root/selftests" \
		    kselftest-install
		"$here/vm-python.sh" "$root"
		cp "$top/selftests/run-in-vm.sh" "$root/run-tests"
		boot "selftests $k" "$k" "$root" stdout --timeout 2700
		[[ $k = 6.1 ]] || continue
		cp "$top/selftests/no-debugfs-in-vm.sh" "$root/run-tests"
		boot 'no debugfs 6.1' 6.1 "$root" stdout --append debugfs=off
	# They take long on a kernel that watches itself.
	done < <(kernels "${stock_kernels[@]}" \
	    ${kernel:+"${debug_kernels[@]}" "${more_kernels[@]}"})
}

# What cwq's operations cost, against what they may.
suite_cost() {
	[[ -n $(kernels 6.1) ]] || return 0
	try 'cost 6.1' "$here/cost.sh"
}

case " ${more_kernels[*]} all " in
*" ${kernel:-none} "*) "$here/setup.sh" all ;;
*) "$here/setup.sh" ;;
esac
for s in "${suites[@]}"; do
	[[ -n $suite && $suite != "$s" ]] || "suite_$s"
done

echo
printf '%s\n' "${summary[@]}"
echo "$passed passed, $failed failed"
((failed == 0))
