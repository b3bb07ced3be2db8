#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Rebuild drivers of the kernel's own source onto cwq with <cwq/dropin.h>:
#
#	dropin.sh KERNEL ROOT		into ROOT/modules, with what they depend on
#	dropin.sh KERNEL --statements	what compiles, and what must not; in KTAP
#
# KERNEL is a stock one, 6.1 or 7.3, and the source that of its Debian package. A
# driver gets one line behind its last #include, and is otherwise untouched.

here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

top=$(dirname "$here")
(($# == 2)) || die "usage: dropin.sh KERNEL ROOT|--statements"
kernel=$1
shift

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

use_kernel "src-$kernel"
src=$SRC
use_kernel "$kernel"

# build DIR [OPTION]... - against the kernel and cwq, whose symbols are in $symbols;
# the options are for make
build() {
	local dir=$1
	shift

	in_root "$ROOT" make "$@" -C "$KDIR" M="$dir" \
	    KBUILD_EXTRA_SYMBOLS="$symbols" \
	    "CFLAGS_MODULE=-I$top/include -Wno-error" modules
}

# The line goes behind the last include.
drop_in() {
	local last

	last=$(grep -nE '^#include' "$1" | tail -n 1 | cut -d : -f 1)
	sed -i "${last}a #include <cwq/dropin.h>" "$1"
}

driver() {
	local module=$1 file=$2 dir=$tmp/$1 pattern
	shift

	mkdir "$dir"
	for pattern; do
		# shellcheck disable=SC2086 # it is one
		cp "$src"/$pattern "$dir"
	done
	[[ -f $dir/Makefile ]] || echo "obj-m := $module.o" >"$dir/Makefile"
	sed -i 's/obj-.(CONFIG_[A-Z0-9_]*)/obj-m/' "$dir/Makefile"
	drop_in "$dir/${file##*/}"
	logged "rebuilding $module onto cwq" "$cache/logs/dropin-$kernel-$module.log" \
	    build "$dir"
	nm "$dir/$module.ko" | grep ' U cwq_' >/dev/null ||
		die "$module.ko uses nothing of cwq"
	cp "$dir/$module.ko" "$root/modules"
}

# bring PATH - a stock module, which later kernels have compressed
bring() {
	cp -L "$1" "$root/modules"
	case $1 in
	*.xz) xz --decompress --force "$root/modules/${1##*/}" ;;
	esac
}

# Bring the stock modules that MODULE needs, and list them, the first to load
# first.
bring_needs() {
	local module=$1 path

	in_root "$ROOT" modprobe --dirname "$tmp/stock" --set-version "$RELEASE" \
	    --show-depends "$module" | awk '$1 == "insmod" { print $2 }' |
	    while read -r path; do
		[[ ${path##*/} != "$module.ko"* ]] || continue
		bring "$path"
		path=${path##*/}
		echo "${path%.xz}"
	    done >"$root/modules/$module.needs"
}

rebuild_drivers() {
	local module files

	root=$1
	mkdir -p "$root/modules"
	"$here/build.sh" "$kernel" "$root/modules"
	symbols=$root/modules/Module.symvers
	mkdir -p "$tmp/stock/lib"
	cp -rs "$MODULES/lib/modules" "$tmp/stock/lib/"
	in_root "$ROOT" depmod --basedir "$tmp/stock" "$RELEASE"
	while read -r module files; do
		[[ $module != \#* ]] || continue
		set -f # the source is not here
		# shellcheck disable=SC2086
		set -- $files
		set +f
		driver "$module" "$@"
		bring_needs "$module"
	done <"$top/selftests/dropin/drivers"
	# What the disk of scsi_debug needs, as it comes.
	bring_needs sd_mod
	bring "$(find "$MODULES/lib/modules/$RELEASE/kernel/drivers/scsi" \
	    -name 'sd_mod.ko*')"
}

# One run of Kbuild compiles them all, each in a module of its own, for the sake of
# time. make goes on after one that fails, and shows each file's output in one piece.
try_statements() {
	local statement message n=0 said dir=$tmp/statements log=$tmp/log
	local statements=() messages=()

	symbols=
	mkdir "$dir"
	while read -r statement; do
		[[ $statement != \#* ]] || continue
		n=$((n + 1)) message=${statement#* => } statement=${statement% => *}
		messages[n]=$message statements[n]=$statement
		echo "obj-m += statement$n.o" >>"$dir/Makefile"
		cat >"$dir/statement$n.c" <<C
#include <linux/module.h>
#include <linux/workqueue.h>

static struct work_struct kernels_work;
static struct rcu_work rcu_work;
#include <cwq/dropin.h>

void try(struct workqueue_struct *queue);
void try(struct workqueue_struct *queue)
{
	static struct work_struct work;
	static struct delayed_work delayed;

	(void)&delayed;
	(void)&kernels_work;
	(void)&rcu_work;
	(void)&work;
	(void)$statement;
}
MODULE_LICENSE("GPL");
C
	done < <(cat "$top/selftests/dropin/statements" \
	    "$top/selftests/dropin/statements-$kernel" 2>/dev/null || true)

	build "$dir" --keep-going --jobs="$(nproc)" --output-sync=target \
	    >"$log" 2>&1 || true
	for ((n = 1; n < ${#statements[@]} + 1; n++)); do
		said=$(awk -v object="statement$n.o" '
			/^ +CC / { ours = $NF ~ "(^|/)" object "$" }
			ours' "$log")
		sed -n '/error:/s/^/# /p' <<<"$said"
		message=${messages[n]}
		if [[ -f $dir/statement$n.o ]]; then
			[[ $message = compiles ]] || printf 'not '
		else
			[[ $message != compiles && $said = *"$message"* ]] ||
				printf 'not '
		fi
		echo "ok $n ${statements[n]}"
	done
	echo "1..${#statements[@]}"
	grep -q '^ *CC ' "$log" || cat "$log" >&2
}

if [[ $1 = --statements ]]; then
	try_statements
else
	rebuild_drivers "$1"
fi
