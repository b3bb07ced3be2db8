#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Prepare a kernel to test on, once, and print where it is as shell variables.

here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

usage() {
	cat <<'USAGE'
usage: kernel.sh NAME

6.1, 6.1-rt, 6.12
    Debian's own kernels, taken apart and not installed
6.1-debug, 6.1-kcsan, 6.1-gcov, 6.12-debug, 6.12-rt-debug, 6.12-cfi
    built from Debian's sources: allnoconfig plus fragments from configs/
src the source of 6.1, as it comes

  ID       a name that changes whenever the kernel does
  KIND     stock or built
  RELEASE  what uname -r says on it
  IMAGE    what boots
  MODULES  the directory that holds lib/modules/RELEASE, or empty
  KDIR     what a module is built against
  LLVM     what LLVM= must be for that: empty, or the suffix of a clang
  SRC      the kernel's source (not for stock ones)
USAGE
}

# Sets release and version to those of the headers that a meta package brought.
# Whatever else is needed of that kernel is taken in the same version.
installed_headers() {
	local depends pattern='^linux-headers-([^ ]+) \(= ([^)]+)\)'

	depends=$(dpkg-query --show --showformat '${Depends}' "$1") ||
		die "the package $1 is not installed" "Run scripts/setup.sh"
	[[ $depends =~ $pattern ]] ||
		die "the package $1 has unexpected dependencies: $depends"
	release=${BASH_REMATCH[1]}
	version=${BASH_REMATCH[2]}
}

# The archive holds the newest version only, so headers that have aged since
# they were installed are upgraded before anything is fetched to match them.
refresh_headers() {
	local log=$cache/logs/apt-upgrade.log

	logged "fetching the package lists" "$log" apt_get update
	if ! apt-cache show "linux-headers-$release=$version" &>/dev/null; then
		logged "upgrading $1" "$log" \
		    apt_get install --no-install-recommends "$1"
		installed_headers "$1"
	fi
}

# Everything is made under another name and renamed when it is whole.
new=
trap '[[ -z $new ]] || rm -rf "$new"' EXIT
begin() {
	new=$1.new
	rm -rf "$new"
	mkdir -p "$new"
}

# Unpack a package in the headers' version.
take_apart() {
	local package=$1 log=$cache/logs/$1.log

	logged "downloading $package $version" "$log" \
	    env -C "$new" apt-get download "$package=$version"
	logged "unpacking $package" "$log" \
	    dpkg-deb --extract "$new/$package"_*.deb "$new"
	rm "$new/$package"_*.deb
}

stock() {
	local name=$1 meta=$2 dir

	installed_headers "$meta"
	dir=$cache/kernels/${release}_$version
	if [[ ! -d $dir ]]; then
		lock "$name"
		refresh_headers "$meta"
		dir=$cache/kernels/${release}_$version
	fi
	if [[ ! -d $dir ]]; then
		begin "$dir"
		take_apart "linux-image-$release"
		mv "$new" "$dir"
	fi
	facts ID "${dir##*/}" KIND stock RELEASE "$release" \
	    IMAGE "$dir/boot/vmlinuz-$release" MODULES "$dir" \
	    KDIR "/usr/src/linux-headers-$release" LLVM ''
}

# Sets src: source_tree 6.1|6.12
source_tree() {
	local package=linux-source-$1 meta=linux-headers-$1-amd64

	# The headers of the release's own kernel have no number in their name.
	[[ $1 != 6.1 ]] || meta=linux-headers-amd64
	installed_headers "$meta"
	src=$cache/kernels/${package}_$version
	if [[ ! -d $src ]]; then
		lock "$package"
		refresh_headers "$meta"
		src=$cache/kernels/${package}_$version
	fi
	if [[ ! -d $src ]]; then
		begin "$src"
		take_apart "$package"
		logged "unpacking the source" "$cache/logs/$package.log" \
		    tar -C "$new" -xf "$new/usr/src/$package.tar.xz"
		mv "$new/$package" "$src"
		rm -r "$new"
	fi
}

# The options of fragments, without the comments. The last to speak of an option
# is right.
options() {
	(cd "$here/configs" && grep -hE '^(# )?CONFIG_' "${@/%/.config}") |
	    awk '{
		option = $1 == "#" ? $2 : $1
		sub(/=.*/, "", option)
		line[option] = $0
	    }
	    END { for (option in line) print line[option] }' | sort
}

build_in() {
	local name=$1 llvm=$2 dir=$3 log=$cache/logs/$1.log fragment lost
	shift 3

	fragment=$dir/fragment
	options "$@" >"$fragment"
	logged "configuring $name" "$log" make -C "$src" O="$dir" LLVM="$llvm" \
	    KCONFIG_ALLCONFIG="$fragment" allnoconfig
	lost=$(grep -vxFf "$dir/.config" "$fragment" || true)
	[[ -z $lost ]] || die "these lines of configs/ did not survive:" \
	    "$lost" "A dependency of each is missing in: $*"
	logged "building $name" "$log" \
	    make -C "$src" O="$dir" LLVM="$llvm" -j"$(nproc)" \
	    bzImage modules
	# What builds a module needs no object but those of the tools.
	find "$dir" -path "$dir/scripts" -prune -o \
	    -name '*.[ao]' -exec rm {} +
}

# built NAME SOURCE LLVM FRAGMENT...
built() {
	local name=$1 source=$2 llvm=$3 cc=gcc key dir
	shift 3

	source_tree "$source"
	[[ -z $llvm ]] || cc=clang$llvm
	key=$({ echo "$version"; "$cc" --version; options "$@"; } |
	    sha256sum | cut -c 1-12)
	dir=$cache/kernels/${name}_$key
	if [[ ! -d $dir ]]; then
		lock "$name"
	fi
	if [[ ! -d $dir ]]; then
		begin "$dir"
		build_in "$name" "$llvm" "$new" "$@"
		mv "$new" "$dir"
	fi
	facts ID "${dir##*/}" KIND built \
	    RELEASE "$(<"$dir/include/config/kernel.release")" \
	    IMAGE "$dir/arch/x86/boot/bzImage" MODULES '' \
	    KDIR "$dir" LLVM "$llvm" SRC "$src"
}

facts() {
	while (($#)); do
		printf '%s=%q\n' "$1" "$2"
		shift 2
	done
}

# In braces, so bash has read all of it before something that takes minutes.
{
	case ${1-} in
	6.1) stock 6.1 linux-headers-amd64 ;;
	6.1-rt) stock 6.1-rt linux-headers-rt-amd64 ;;
	6.12) stock 6.12 linux-headers-6.12-amd64 ;;
	6.1-debug) built "$1" 6.1 '' vm 6.1 debug 6.1-debug ;;
	6.1-kcsan) built "$1" 6.1 '' vm 6.1 kcsan ;;
	6.1-gcov) built "$1" 6.1 '' vm 6.1 gcov ;;
	6.12-debug) built "$1" 6.12 '' vm 6.12 debug ;;
	6.12-rt-debug) built "$1" 6.12 '' vm 6.12 debug rt ;;
	6.12-cfi) built "$1" 6.12 -19 vm 6.12 cfi ;;
	src) source_tree 6.1 && facts SRC "$src" ;;
	--help) usage ;;
	*) usage >&2; exit 1 ;;
	esac
	exit
}
