#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Break the module on purpose, and see whether the torture notices within a minute,
# on stock 6.1: torture-mutants.sh [NAME]...
#
# The core is broken by those of the patches in lib/model/mutants/ that are named in
# selftests/torture-mutants/core, the shim by the patches beside that file.

here=$(dirname "$(realpath "$0")")
top=$(dirname "$here")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

seconds=60
mutants=$top/selftests/torture-mutants
logs=$cache/logs/torture-mutants
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$logs"

# The patch of that name.
patch_of() {
	local patch=$mutants/$1.patch

	if grep -qx "$1" "$mutants/core"; then
		patch=$top/lib/model/mutants/$1.patch
	fi
	[[ -r $patch ]] || die "there is no such mutant: $1" \
	    "There are: $(names | xargs)"
	echo "$patch"
}

names() {
	grep -v '^#' "$mutants/core"
	(cd "$mutants" && basename -s .patch ./*.patch)
}

# copy - the tree, for make and the patches
copy() {
	git -C "$top" ls-files --cached --others --exclude-standard |
	    rsync --archive --no-times --checksum --ignore-missing-args \
		--files-from=- "$top/" "$tmp/copy/"
}

# apply PATCH [-R] - to the copy of the tree
apply() {
	patch --fuzz=0 --silent --forward --directory="$tmp/copy" -p1 "${@:2}" \
	    <"$1"
}

# compile - the copy, of which make does anew what a patch has touched
compile() {
	in_root "$ROOT" make -C "$tmp/copy" -j"$(nproc)" KDIR="$KDIR"
}

# build PATCH - cwq.ko with the patch
build() {
	if ! apply "$1"; then
		echo "it does not apply any more"
		return 1
	fi
	if ! compile; then
		echo "it does not compile"
		return 1
	fi
	cp "$tmp/copy/cwq.ko" "$tmp/root/modules"
}

# What is wrong, in the words of the torture, or of the kernel; nothing if it has
# ended with SUCCESS. A kernel that complains that it gets no time may be right, and
# no mutant is to blame.
complaint() {
	local log=$1 status=$2

	sed -n 's/\r$//; s/^\[[^]]*\] //
	    /cwq_torture: /{ /seed\|loading\|taint/d; s/cwq_torture: //p; q }' \
	    "$log" | grep . && return
	"$here/check-log.py" "$log" | sed 's/^\[[^]]*\] //' |
	    grep -E 'BUG|WARNING|general protection|list_(add|del)|panic' |
	    grep -vE 'stall|soft lockup' | head -n 1 | grep . && return
	((status != 124)) || echo "the machine hangs"
}

# torture NAME - the modules in the root. Sets status, and what it complains of.
torture() {
	status=0
	"$here/vm.sh" --kernel 6.1 --log "$logs/$1.log" \
	    --timeout $((4 * seconds)) "$tmp/root" >"$logs/$1.out" 2>&1 ||
		status=$?
	what=$(complaint "$logs/$1.log" "$status")
}

# Print one line: ok, and what has caught it, or not ok, and why.
try_mutant() {
	local name=$1 patch=$2 start=$SECONDS

	if ! build "$patch" >"$logs/$name.build" 2>&1; then
		echo "not ok $name: $(tail -n 1 "$logs/$name.build");" \
		    "see $logs/$name.build"
		# What has been applied in part has to go as well.
		copy
		return
	fi
	apply "$patch" -R
	torture "$name"
	if [[ -n $what ]]; then
		echo "ok     $name in $((SECONDS - start)) s: $what"
	elif ((status == 0)); then
		echo "not ok $name survives; see $logs/$name.log"
	else
		echo "not ok $name: status $status; see $logs/$name.out"
	fi
}

"$here/setup.sh"
use_kernel 6.1
"$here/build.sh" 6.1 "$tmp/root/modules" test_modules W=1
cp "$top/selftests/torture-in-vm.sh" "$tmp/root/run-tests"
echo "duration=$seconds seed=1 hotplug_interval=100 stat_interval=0" \
    >"$tmp/root/parameters"
touch "$tmp/root/mutant"
copy
logged "building what is to be broken" "$logs/build" compile

if ((!$#)); then
	# Whoever cries wolf catches everything.
	torture unbroken
	((status == 0)) || die "the module fails though unbroken: $what" \
	    "The console's log is $logs/unbroken.log"
	mapfile -t all < <(names)
	set -- "${all[@]}"
fi
for name; do
	try_mutant "$name" "$(patch_of "$name")"
done | tee "$tmp/results"
caught=$(grep -c '^ok ' "$tmp/results" || true)
echo "$caught of $# caught"
((caught == $#))
