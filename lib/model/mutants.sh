#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Break the core on purpose: mutants.sh [NAME]... Each patch in mutants/ is put on
# a copy of lib/, which must then fail the suite that the patch names, or any.

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../..")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export RUNNER=$tmp/runner

# What knows nothing of the core is built once.
make --no-print-directory -C "$here" O="$RUNNER" runner >"$tmp/log" 2>&1 || {
	cat "$tmp/log" >&2
	exit 2
}

# build DIR [FILE] - the model of the copy in DIR, with all of suites/ or one file
build() {
	local dir=$1
	shift

	make --no-print-directory -C "$dir/lib/model" O="$dir/o" \
	    "${@/#/FILES=}" "$dir/o/model" >"$dir/log" 2>&1
}

# Print one line: ok, and by which suite it was killed, or not ok, and why.
try_mutant() {
	local name=$1 dir=$tmp/$1 patch=$here/mutants/$1.patch suite file
	local start=$SECONDS

	mkdir -p "$dir/include"
	cp -r "$top/lib" "$dir"
	cp -r "$top/include/cwq" "$dir/include"
	if ! patch --fuzz=0 --silent --forward -d "$dir" -p1 <"$patch" \
	    >"$dir/log" 2>&1; then
		echo "not ok $name does not apply any more: $(tail -n 1 "$dir/log")"
		return
	fi

	suite=$(sed -n 's/^Killed-by: //p' "$patch")
	file=$(grep -l "^SUITE($suite," "$here"/suites/*.cc)
	if ! build "$dir" "$(basename "$file" .cc)"; then
		echo "not ok $name does not compile: $(grep -m 1 error: "$dir/log")"
		return
	fi
	if ! "$dir/o/model" "$suite" >"$dir/log"; then
		echo "ok     $name killed by $suite in $((SECONDS - start)) s"
	elif build "$dir" && ! "$dir/o/model" --list | grep -vx Any |
	    xargs "$dir/o/model" --bound 2 >"$dir/log"; then
		suite=$(awk '/^not ok/ { print $3; exit }' "$dir/log")
		echo "not ok $name killed by $suite, not by what it names"
	else
		echo "not ok $name survives"
	fi
	rm -rf "$dir"
}
export -f try_mutant build
export here top tmp

if (($#)); then
	printf '%s\n' "$@"
else
	(cd "$here/mutants" && basename -s .patch ./*.patch)
fi | xargs -P "$(nproc)" -n 1 bash -c "try_mutant \$1" bash | tee "$tmp/out"

killed=$(grep -c '^ok ' "$tmp/out")
all=$(wc -l <"$tmp/out")
echo "$killed of $all mutants killed"
((killed == all))
