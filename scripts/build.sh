#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build the modules for one of the test kernels, outside the source tree:
# build.sh NAME OUTDIR [ARGUMENT]...
#
# NAME is as for kernel.sh, an ARGUMENT is for make: a target, a variable. All
# modules that come of it are copied to OUTDIR, with the symbols that cwq.ko
# exports, and without what is for a debugger, which a VM would take long to load; that
# is in the modules below the link OUTDIR/build. A warning is a failure.

here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

(($# >= 2)) || die "usage: build.sh NAME OUTDIR [ARGUMENT]..."
name=$1 out=$2
shift 2
use_kernel "$name"

# One place for each way to build: no object or module meets another's.
top=$(dirname "$here")
key=$({ echo "$top $ID ${BUILD[*]} $*"
	in_root "$ROOT" sh -c 'gcc --version; g++ --version' || true
} | sha256sum | cut -c 1-12)
build=$cache/build/$name-$key
log=$cache/logs/build-$name-$key.log
lock "build-$name-$key"

# What git tracks or would track, so nothing that was built in the tree comes
# along. make never removes what has lost its source: then all is built anew.
sources=$(git -C "$top" ls-files --cached --others --exclude-standard)
if [[ ! -f $build/.sources || $(<"$build/.sources") != "$sources" ]]; then
	rm -rf "$build"
	mkdir -p "$build"
	echo "$sources" >"$build/.sources"
fi
rsync --archive --ignore-missing-args --files-from="$build/.sources" \
    "$top/" "$build/"

logged "building the modules for $name" "$log" \
    in_root "$ROOT" make -C "$build" -j"$(nproc)" KDIR="$KDIR" "${BUILD[@]}" "$@"
# One client refers to a symbol that there is not: selftests/test_modules/abi.
if grep -i 'warning:' "$log" | grep -v 'cwq_test_abi.*cwq_headers_are_not' |
    grep -v 'cwq_headers_are_not.*cwq_test_abi' >&2; then
	# Or the next run would find nothing to do, and no warning.
	rm -rf "$build"
	die "there were warnings" "The full log is $log"
fi

mkdir -p "$out"
rm -f "$out"/*.ko
find "$build" -name '*.ko' -exec cp -p -t "$out" {} +
# shellcheck disable=SC2153 # a fact of use_kernel
in_root "$ROOT" "${TOOLS}strip" --strip-debug "$out"/*.ko
cp -p "$build/Module.symvers" "$out"
ln -sfn "$build" "$out/build"
