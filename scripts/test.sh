#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run the tests: test.sh [SUITE] [KERNEL], all of them if not told which. Without a
# KERNEL some kernels are left out that take long; KERNEL is all for all, and then
# the model checker goes further, too.
#
#	check		the sources: format, locking, scripts; no kernel
#	model		the core under a model checker, on this machine
#	build		the module, for each stock kernel, without a warning; what
#			stops a build, and what keeps a client from being loaded
#	kunit		the KUnit suites, on the test kernels
#	dropin		drivers of the kernel's, rebuilt onto cwq, on stock kernels
#	selftests	the kselftests, on stock kernels, or whichever kernel is the
#			KERNEL; and 6.1 without debugfs, and locked down
#	smoke		a few of them, on arm64
#	dump		what a debugger finds in the memory of a machine that has panicked
#	load		the module and two clients, on kernels configured otherwise
#			(Documentation/configurations.md)
#	cost		the budget of instructions, on stock 6.1

here=$(dirname "$(realpath "$0")")
top=$(dirname "$here")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

suites=(check model build kunit dropin selftests smoke dump load cost)

mapfile -t all_kernels < <("$here/kernel.sh" --list)

one_of() {
	local what=$1 word=$2
	shift 2

	[[ -z $word || " $* " = *" $word "* ]] ||
		die "no such $what: $word" "There are: $*"
}

suite=${1-} kernel=${2-}
one_of suite "$suite" "${suites[@]}"
one_of kernel "$kernel" "${all_kernels[@]}" all

# The kernels of a suite that we were asked for.
kernels() {
	awk -v suite="$1" -v asked="$kernel" '/^[0-9]/ {
		n = split($7, tests, ",")
		for (i = 1; i <= n; i++)
			if (asked == $1 || asked == "all" || asked == "")
				if (tests[i] == suite "+" ||
				    asked != "" && tests[i] == suite)
					print $1
	}' "$here/kernels"
}

logs=$cache/logs/test
kept=$cache/results
mkdir -p "$logs" "$kept"
tmp=$(mktemp -d)

# count WHAT PASSED FAILED SECONDS - for the summary and scripts/kernels-table.sh
count() {
	echo "$2 $3 $4" >"$kept/${1//[ \/]/-}"
	printf '%-32s %4d passed %4d failed %5d s\n' "$@" >>"$tmp/summary"
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
	local ktap=$1.ktap

	"$here/check-log.py" --messages "$1" |
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
	tool "$SRC/tools/testing/kunit/kunit.py" parse "$base.ktap" \
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
	    --timeout 1800 "$@" |
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
		printf '#define CWQ_%s 1\n' CPU_THIS EDEADLK EINVAL ENODEV ENOMEM \
		    ERESTARTSYS ETIMEDOUT
		sed -nE 's/^\tSHARED(\((\w+), .*\));/#define CWQ_LAYOUT_\2 CWQ_LAYOUT\1/p' \
		    "$top/module/layout.c"
	} >"$tmp/layout.h"
	tool clang++ -std=c++20 -fsyntax-only -Wall -Wextra -Wthread-safety \
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

# Does the drop-in header clear away each name that it defines? On some kernel it may be
# a macro.
dropin_names_are_free() {
	local header=$top/include/cwq/dropin.h

	sed -nE 's/^#define (\w+).*/\1/p' "$header" | grep -viE '^_*cwq' |
	    sort -u >"$tmp/names"
	sed -nE 's/^#undef (\w+)$/\1/p' "$header" | sort -u |
	    comm -23 "$tmp/names" - | tee "$tmp/not-free"
	[[ ! -s $tmp/not-free ]]
}

# Whoever changes a line that a mutant breaks says anew how. Whether the mutants are
# noticed takes longer: make mutants, make torture-mutants.
# shellcheck disable=SC2016 # the inner shell expands them
mutants_apply() {
	tool sh -c 'bad=0
	cd "$1"
	for patch in lib/model/mutants/*.patch selftests/torture-mutants/*.patch; do
		patch --dry-run --fuzz=0 --silent --forward -p1 <"$patch" || {
			echo "$patch does not apply"
			bad=1
		}
	done
	exit $bad' sh "$top"
}

# What is written in Python: names, layout, types.
python_style() {
	local typed=("$here"/{cwq,cwqtop,cwq_bench,tests})
	local sources=("${typed[@]}" "$here"/{cwq_report,cwq-report,cwq-bench})

	tool pyflakes3 "${sources[@]}" "$here/check-log.py" &&
		tool pycodestyle --max-line-length=80 "${sources[@]}" &&
		tool mypy --cache-dir "$cache/mypy" "${typed[@]}"
}

# A tool of the release that gives the verdicts.
tool() {
	in_root "$tools" "$@"
}

suite_check() {
	local c cxx

	need_packages "$tools" clang clang-format shellcheck pyflakes3 pycodestyle \
	    mypy perl python3 gnuplot-nox patch
	mapfile -t c < <(cd "$top" && git ls-files '*.c' '*.h')
	mapfile -t cxx < <(cd "$top" && git ls-files '*.cc' '*.hpp')

	try 'log checker' "$here/check-log.py" --self-test
	try 'Python' tool env -C "$here" python3 -m unittest discover \
	    --start-directory tests --top-level-directory .
	try 'Python style' python_style
	try 'scripts' tool shellcheck --external-sources "$here"/*.sh "$here"/vm-* \
	    "$top"/selftests/*.sh "$top"/lib/model/*.sh
	try 'format' tool env -C "$top" clang-format --dry-run -Werror \
	    "${c[@]}" "${cxx[@]}"
	try 'locking' thread_safety
	try 'exports' exports_are_tried
	try 'drop-in names' dropin_names_are_free
	try 'ABI' "$here/abi.sh"
	try 'kernels' "$here/kernels-table.sh" --check
	try 'mutants' mutants_apply
	use_kernel src
	try 'kernel-doc' tool env -C "$top" perl "$SRC/scripts/kernel-doc" -none \
	    -Werror "${c[@]}"
	try 'checkpatch' tool env -C "$top" perl "$SRC/scripts/checkpatch.pl" \
	    --no-tree --terse --show-types --no-summary --file "${c[@]}"
}

suite_model() {
	local start=$SECONDS log=$logs/model.log seed=$RANDOM good bad died=0 deeper=

	[[ $kernel != all ]] || deeper=1

	say "model ..."
	# Our SUITE, which make has put into the environment, is none of its. It takes
	# what the others leave of the CPUs.
	nice -n 19 "$here/model.sh" SUITE= ${deeper:+DEEPER=1} run >"$log" 2>&1 || died=1
	say "model: fuzz, seed $seed ..."
	nice -n 19 "$here/model.sh" SECONDS=20 SEED="$seed" fuzz >>"$log" 2>&1 || died=1
	good=$(grep -ac '^ok ' "$log" || true)
	bad=$(grep -ac '^not ok ' "$log" || true)
	((bad)) || bad=$died
	if ((bad)); then
		tail -n 40 "$log" >&2
		say "model failed; the histories are in $log"
	fi
	count model "$good" "$bad" $((SECONDS - start))
}

# copy_sources DIR - what git tracks or would track
copy_sources() {
	git -C "$top" ls-files --cached --others --exclude-standard |
	    rsync --archive --ignore-missing-args --files-from=- "$top/" "$1/"
}

# Do the dependencies work? Nothing is rebuilt for nothing, and for a header of
# the core the core, and no more. Groups of sections, see lib/kernel.hpp, must not be.
rebuild() {
	local dir=$tmp/rebuild log=$tmp/rebuild.log

	use_kernel "$1"
	copy_sources "$dir"
	# Prints what make has compiled, one a line.
	compiled() {
		in_root "$ROOT" make -C "$dir" KDIR="$KDIR" "${BUILD[@]}" \
		    >"$log" || return
		cat "$log" >&2
		awk '/^ +(CC|CXX) / { print $NF }' "$log" | sed "s|^$dir/||"
	}
	compiled && [[ -s $dir/Module.symvers ]] &&
		[[ -z $(compiled) ]] &&
		touch "$dir/lib/list.hpp" && [[ $(compiled) = lib/core.o ]] &&
		! readelf --section-groups "$dir/lib/core.o" | grep COMDAT
}

# Is what stops a build said in one sentence, before anything is compiled? The kernel and
# the compilers are those of $1, or stand in for what this machine has not.
refusals() {
	local dir=$tmp/refusals old=$tmp/old log=$tmp/refusals.log bin=$tmp/bin bad=0

	use_kernel "$1"
	copy_sources "$dir"
	mkdir -p "$bin" "$old/include/config" "$old/include/linux"
	printf '#!/bin/sh\necho 14 4\n' >"$bin/clang++"
	printf '#!/bin/sh\necho __clang_major__ 9\n' >"$bin/g++"
	chmod +x "$bin"/*
	# A kernel of long ago, as far as our Kbuild sees.
	touch "$old/include/config/auto.conf" "$old/include/linux/sched.h"
	# shellcheck disable=SC2016 # make expands them
	printf '%s\n' 'srctree := $(CURDIR)' 'src := $(M)' 'obj := $(M)' \
	    'CONFIG_MODULES := y' 'CONFIG_64BIT := y' 'all modules:' \
	    'include $(M)/Kbuild' >"$old/Makefile"

	# refuses SENTENCE ARGUMENT... - for make
	refuses() {
		local sentence=$1
		shift

		if in_root "$ROOT" make -C "$dir" KDIR="$KDIR" "${BUILD[@]}" "$@" \
		    >"$log" 2>&1; then
			echo "not refused: $*"
		elif ! grep -F "cwq: " "$log" | grep -qF "$sentence"; then
			echo "not said for $*: $sentence"
		elif grep -E '^ +(CC|CXX) ' "$log"; then
			echo "said too late: $*"
		else
			return 0
		fi
		cat "$log"
		bad=1
	}
	refuses "there are no kernel headers in $tmp/none" KDIR="$tmp/none"
	mkdir -p "$old.raw"; touch "$old.raw/Makefile"
	refuses "is not configured" KDIR="$old.raw"
	refuses "this kernel is too old" KDIR="$old"
	refuses "this kernel is for 32-bit machines" CONFIG_64BIT=
	refuses "apt-get install g++-99" CXX=g++-99
	refuses "apt-get install clang-99" CXX=clang++-99
	refuses "apt-get install g++-99-riscv64-linux-gnu" CXX=riscv64-linux-gnu-g++-99
	refuses "this kernel was built by gcc" CXX="$bin/clang++"
	refuses "needs 10 or later" CXX="$bin/g++"
	[[ $1 != 6.1 ]] || refuses "MO= is for Linux 6.13" MO="$tmp/mo"
	mv "$dir" "$tmp/re fusals"
	dir="$tmp/re fusals"
	refuses "a blank in its name"
	return "$bad"
}

# Does a debugger know the core, and bpftrace what is C? KO
has_debug_info() {
	in_root "$ROOT" readelf --sections "$1" | grep -w '\.BTF' &&
		in_root "$ROOT" readelf --debug-dump=info "$1" |
		grep 'DW_AT_name.*lib/core\.cc$'
}

# The compiler of a kernel, under a name that has the other one's in it; and objects
# that are kept elsewhere.
elsewhere() {
	local dir=$tmp/elsewhere bin=$tmp/clang-and-gcc name

	use_kernel "$1"
	copy_sources "$dir"
	mkdir -p "$bin"
	for name in gcc g++; do
		printf '#!/bin/sh\nexec %s "$@"\n' "$name" >"$bin/$name"
		chmod +x "$bin/$name"
	done
	in_root "$ROOT" make -C "$dir" KDIR="$KDIR" CC="$bin/gcc" V=1 \
	    >"$tmp/elsewhere.log" 2>&1 &&
		grep -q "$bin/g++ .*lib/core.cc" "$tmp/elsewhere.log" || return
	[[ $1 != 6.1 ]] || return 0
	# From a source tree in which nothing was built.
	copy_sources "$dir-mo"
	in_root "$ROOT" make -C "$dir-mo" KDIR="$KDIR" MO="$tmp/mo" modules &&
		[[ -s $tmp/mo/cwq.ko && ! -e $dir-mo/lib/layout.h ]] &&
		has_debug_info "$tmp/mo/cwq.ko"
}

suite_build() {
	local k

	while read -r k; do
		try "build $k" "$here/build.sh" "$k" "$tmp/build" \
		    test_modules W=1
		# The rules of Kbuild are those of its release: the newest ones, and if
		# asked for, the oldest.
		[[ $k = 7.3 || ( $k = 6.1 && $kernel ) ]] || continue
		try "rebuild $k" rebuild "$k"
		try "refusals $k" refusals "$k"
		try "elsewhere $k" elsewhere "$k"
	done < <(kernels build)
}

suite_kunit() {
	local k root=$tmp/kunit

	while read -r k; do
		"$here/build.sh" "$k" "$root/modules" kunit test_modules
		cp "$here/vm-kunit" "$root/run-tests"
		# Later kernels load a suite without running it if not told so. On a
		# busy machine a case may take longer than the 30 s after which these
		# kernels ask why a task sleeps.
		boot "kunit $k" "$k" "$root" log --append \
		    'kunit.autorun=1 sysctl.kernel.hung_task_timeout_secs=120'
	done < <(kernels kunit)
}

# The drivers of the kernel's, and what must not compile, with the source of their own
# kernel. The crypto self-tests take long in a VM, and fail for it.
suite_dropin() {
	local k root=$tmp/dropin start log good bad

	head -c 1474560 /dev/urandom >"$tmp/floppy"
	while read -r k; do
		start=$SECONDS log=$logs/dropin-$k.ktap
		"$here/dropin.sh" "$k" --statements | tee "$log"
		good=$(grep -c '^ok ' "$log" || true)
		bad=$(grep -c '^not ok ' "$log" || true)
		count "dropin $k: statements" "$good" "$bad" $((SECONDS - start))

		rm -rf "$root"
		mkdir -p "$root/selftests"
		"$here/dropin.sh" "$k" "$root"
		cp "$top/selftests/functions.sh" "$root/selftests"
		cp "$top/selftests/dropin/run-in-vm.sh" "$root/run-tests"
		sha256sum <"$tmp/floppy" >"$root/floppy.sha256"
		boot "dropin $k" "$k" "$root" stdout \
		    --append cryptomgr.notests \
		    --qemu "-netdev user,id=net -device e1000,netdev=net \
		    -drive if=floppy,format=raw,file=$tmp/floppy"
	done < <(kernels dropin)
}

# install_selftests KERNEL ROOT - the kselftests, and what they need in a VM
install_selftests() {
	rm -rf "$2"
	"$here/build.sh" "$1" "$tmp/modules" test_modules W=1
	use_kernel src
	make -s -C "$top/selftests" KSELFTEST_SRC="$SRC" \
	    MODULES="$tmp/modules" INSTALL_PATH="$2/selftests" \
	    kselftest-install
	use_kernel "$1"
	"$here/vm-python.sh" "$2" "$ARCH"
	cp "$top/selftests/run-in-vm.sh" "$2/run-tests"
}

suite_selftests() {
	local k root=$tmp/selftests

	while read -r k; do
		install_selftests "$k" "$root"
		boot "selftests $k" "$k" "$root" stdout --timeout 2700
		[[ $k = 6.1 ]] || continue
		cp "$top/selftests/no-debugfs-in-vm.sh" "$root/run-tests"
		boot 'no debugfs 6.1' 6.1 "$root" stdout --append debugfs=off
		cp "$top/selftests/lockdown-in-vm.sh" "$root/run-tests"
		boot 'lockdown 6.1' 6.1 "$root" stdout
	done < <(kernels selftests)
}

# What tells soonest that cwq does not work on a machine.
suite_smoke() {
	local k root=$tmp/smoke

	while read -r k; do
		install_selftests "$k" "$root"
		printf 'cwq:%s\n' lifecycle.sh client.sh hash.sh hotplug.sh \
		    >"$root/selftests/kselftest-list.txt"
		boot "smoke $k" "$k" "$root" stdout
	done < <(kernels smoke)
}

suite_dump() {
	local k

	while read -r k; do
		try "dump $k" "$here/dump-test.sh" "$k"
	done < <(kernels dump)
}

# Kernels without what the other suites need, or built in ways that change how a module
# is: the module and its clients without a warning, and once from load to unload.
suite_load() {
	local k root=$tmp/load

	while read -r k; do
		rm -rf "$root"
		mkdir -p "$root"
		try "load $k: build" "$here/build.sh" "$k" "$root/modules" \
		    test_modules W=1
		cp "$top/selftests/functions.sh" "$root"
		cp "$top/selftests/load-in-vm.sh" "$root/run-tests"
		boot "load $k" "$k" "$root" stdout
	done < <(kernels load)
}

# What cwq's operations cost, against what they may.
suite_cost() {
	[[ -n $(kernels cost) ]] || return 0
	try 'cost 6.1' "$here/cost.sh"
}

# run SUITE... - one after another, of those that we were asked for
run() {
	local s

	for s; do
		[[ -n $suite && $suite != "$s" ]] || "suite_$s"
	done
}

# lane SUITE... - beside the others, in a process group of its own, which ends with us
lanes=()
lane() {
	set -m
	(
		what=$*
		trap '(($? == 0)) || say "error: ended too early: $what"' EXIT
		run "$@"
	) &
	lanes+=($!)
	set +m
}
stop_lanes() {
	local group

	for group in "${lanes[@]}"; do
		kill -- "-$group" 2>/dev/null || true
	done
	rm -rf "$tmp"
}
trap stop_lanes EXIT

"$here/setup.sh"
# A VM seldom keeps more than one CPU busy.
lane model
lane check build kunit dropin load cost
lane selftests smoke dump
for l in "${lanes[@]}"; do
	# One that did not come to its end.
	wait "$l" || count "lane $l" 0 1 "$SECONDS"
done

echo
sort "$tmp/summary"
awk '{ passed += $(NF - 5); failed += $(NF - 3) }
END { print passed + 0, "passed,", failed + 0, "failed"; exit failed > 0 || !passed }' \
    "$tmp/summary"
