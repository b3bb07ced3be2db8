#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Which lines and branches of the module do the tests reach? Runs the KUnit suites
# and the kselftests on a kernel that counts, and adds up.

here=$(dirname "$(realpath "$0")")
top=$(dirname "$here")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

kernel=6.1-gcov
out=$cache/coverage
log=$cache/logs/gcovr.log

"$here/setup.sh"
need_packages "$tools" gcovr
rm -rf "$out"
mkdir -p "$out"

failed=
for suite in kunit selftests; do
	"$here/test.sh" "$suite" "$kernel" || failed=1
	# Each suite has had a build of its own. The counters carry the names that
	# they belong to on this machine, beside the objects.
	counters=$cache/logs/test/$suite-$kernel.results/gcov
	core=$(cd "$counters" && find . -path '*/lib/core.gcda')
	[[ $core ]] || die "$suite on $kernel has left no counters in $counters"
	build=$(dirname "$(dirname "${core#.}")")
	cp -rT "$counters" /
	# module/layout.c is not in the module: the sizes in its assembler are.
	logged "reading the counters of $suite" "$log" \
	    in_root "$tools" gcovr --root "$build" --filter "$build/lib/" \
	    --filter "$build/module/" --exclude "$build/module/layout.c" \
	    --json "$out/$suite.json" "$build"
done

report() {
	in_root "$tools" gcovr --root "$top" --add-tracefile "$out/kunit.json" \
	    --add-tracefile "$out/selftests.json" "$@"
}

# total DIR [OPTION] - how many are covered, of how many
total() {
	report --filter "$top/$1/" "${@:2}" | awk '/^TOTAL/ { print $3, "of", $2 }'
}

report --html-details "$out/index.html"
report
for dir in lib module; do
	echo "$dir: $(total "$dir") lines, $(total "$dir" --branches) branches"
done
say "line by line: $out/index.html"
[[ -z $failed ]] || die "some tests have failed, so lines may be missing"
