#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Prepare a kernel to test on, once, and print where it is as shell variables.

here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

usage() {
	cat <<'USAGE'
usage: kernel.sh NAME

NAME is a line of scripts/kernels, of which kernel.sh --list prints the names:

6.1, 6.12, 7.2, 7.3, with -rt, -arm64, -riscv64
    Debian's own kernels, taken apart and not installed
6.1-debug, 7.3-kcsan and others that are not so short
    built from Debian's sources: allnoconfig plus fragments from configs/
host
    the stock kernel of this machine's own release
src, src-7.3
    the source of 6.1 or 7.3, as it comes

  ID       a name that changes whenever the kernel does
  KIND     stock or built
  ROOT     the Debian release in whose root a module is built for it (root.sh),
           or empty: on this machine
  ARCH     x86_64, aarch64 or riscv64
  RELEASE  what uname -r says on it
  IMAGE    what boots
  MODULES  the directory that holds lib/modules/RELEASE, or empty
  KDIR     what a module is built against, as seen in ROOT
  BUILD    what make must be given for that: an array
  TOOLS    what the names of the binary tools for that machine begin with
  SRC      the kernel's source (not for stock ones)
USAGE
}

facts() {
	while (($#)); do
		printf '%s=%q\n' "$1" "$2"
		shift 2
	done
	printf 'BUILD=(%s)\nTOOLS=%q\n' "${build[*]}" "$tools_prefix"
}

# Everything is made under another name and renamed when it is whole.
new=
trap '[[ -z $new ]] || rm -rf "$new"' EXIT
begin() {
	new=$1.new
	rm -rf "$new"
	mkdir -p "$new"
}

# Unpack a package of $version into $new.
take_apart() {
	local log=$cache/logs/$1.log file

	mkdir -p "$new/package"
	logged "downloading $1 $version" "$log" \
	    apt_download "$root" "$new/package" "$1=$version"
	file=("$new"/package/*.deb)
	logged "unpacking $1" "$log" dpkg-deb --extract "${file[0]}" "$new"
	rm -r "$new/package"
}

# The package of the newest headers of the series.
newest() {
	in_root "$root" apt-cache search --names-only \
	    "^linux-headers-${series//./\\.}\.[0-9][^-]*(-[0-9]+)?-$flavour\$" |
	    cut -d ' ' -f 1 | sort -V | tail -n 1
}

# Sets release and version to those of the newest kernel of the series that the
# archive has, with its headers installed in root.
install_headers() {
	local package log=$cache/logs/headers-$name.log

	logged "fetching the package lists" "$log" apt_get "$root" update
	package=$(newest)
	[[ $package ]] || die "Debian $suite has no Linux $series for $flavour" \
	    "It may have gone on to a later one: change scripts/kernels then."
	release=${package#linux-headers-}
	version=$(in_root "$root" apt-cache show "$package$foreign" |
	    sed -n 's/^Version: //p' | sort -V | tail -n 1)
	if [[ -z $foreign ]]; then
		need_packages "$root" "$package=$version"
		return
	fi
	# Those of another machine depend on that machine's compiler. All that is
	# needed of them is files; the tools are this machine's.
	need_packages "$root" "linux-kbuild-${release%-"$flavour"}" \
	    "linux-headers-${release%-"$flavour"}-common"
	take_apart "$package$foreign"
	"$here/root.sh" admin "$root" cp -r "$new/usr/src/$package" /usr/src/
	rm -rf "${new:?}/usr/src"
}

# Sets dir, release and version to those of the one that is prepared, if it is.
have_stock() {
	dir=$(readlink "$link" || true)
	release=${dir%%_*} version=${dir#*_}
	[[ -d $link && -d $(root_dir "$root")/usr/src/linux-headers-$release ]]
}

# Debian's kernel of $series and $flavour.
stock() {
	local link=$cache/kernels/$name dir image

	have_stock || lock "kernel-$name"
	if ! have_stock; then
		begin "$link"
		install_headers
		dir=${release}_$version
		take_apart "linux-image-$release$foreign"
		# From 7.x on that is empty, and these have what was in it. (On riscv64
		# its image is called vmlinux.)
		if [[ ! -e $new/boot/vmlinuz-$release &&
		    ! -e $new/boot/vmlinux-$release ]]; then
			take_apart "linux-binary-$release$foreign"
			take_apart "linux-modules-$release$foreign"
		fi
		rm -rf "${cache:?}/kernels/$dir"
		mv "$new" "$cache/kernels/$dir"
		ln -sfn "$dir" "$link"
	fi
	dir=$cache/kernels/$dir
	for image in "$dir/boot/vmlinuz-$release" "$dir/boot/vmlinux-$release" \
	    "$dir/usr/lib/modules/$release/vmlinuz"; do
		[[ ! -e $image ]] || break
	done
	facts ID "${dir##*/}" KIND stock ROOT "$root" ARCH "$arch" \
	    RELEASE "$release" IMAGE "$image" \
	    MODULES "$([[ -d $dir/lib/modules ]] && echo "$dir" || echo "$dir/usr")" \
	    KDIR "/usr/src/linux-headers-$release"
}

# Sets src to the source of $series, in the version of the stock kernel if that is
# prepared, and that is still to be had.
source_tree() {
	local package=linux-source-$series link=$cache/kernels/src-$series have
	local root

	[[ -d $link ]] || lock "$package"
	src=$cache/kernels/$(readlink "$link" || true)
	[[ ! -d $link ]] || return 0
	suite=$(awk -v series="$series" '$2 == "stock" && $4 == series {
		print $3; exit }' "$here/kernels")
	root=$(root_for "$suite")
	need_packages "$root" xz-utils
	in_root "$root" apt-cache show "$package" &>/dev/null ||
		logged "fetching the package lists" "$cache/logs/$package.log" \
		    apt_get "$root" update
	have=$(readlink "$cache/kernels/$series" || true)
	version=$(in_root "$root" apt-cache show "$package" |
	    sed -n 's/^Version: //p' | sort -V)
	[[ $version ]] || die "Debian $suite has no $package" \
	    "It may have gone on to a later one: change scripts/kernels then."
	if [[ $have && $'\n'$version$'\n' = *$'\n'"${have#*_}"$'\n'* ]]; then
		version=${have#*_}
	else
		version=$(tail -n 1 <<<"$version")
	fi
	src=$cache/kernels/${package}_$version
	begin "$src"
	take_apart "$package"
	logged "unpacking the source" "$cache/logs/$package.log" \
	    tar -C "$new" -xf "$new/usr/src/$package.tar.xz"
	rm -rf "$src"
	mv "$new/$package" "$src"
	rm -r "$new"
	ln -sfn "${src##*/}" "$link"
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

# The packages that fragments say they need.
packages_for() {
	(cd "$here/configs" && sed -n 's/^# Debian packages: //p' "${@/%/.config}")
}

# make_kernel DIR TARGET... - in the kernel's source
# shellcheck disable=SC2317 # logged calls it
make_kernel() {
	local dir=$1
	shift

	in_root "$root" make -C "$src" O="$dir" "${build[@]}" \
	    KCONFIG_ALLCONFIG="$dir/fragment" -j"$(nproc)" "$@"
}

build_in() {
	local dir=$1 log=$cache/logs/$name.log fragment=$1/fragment lost
	shift

	options "$@" >"$fragment"
	logged "configuring $name" "$log" make_kernel "$dir" allnoconfig
	# An option that is not to be may be one that there is not.
	lost=$(awk -F '[ =]' 'NR == FNR { line[$0]; has[$1]; next }
	    !($0 in line) && (!/^#/ || $2 in has)' "$dir/.config" "$fragment")
	[[ -z $lost ]] || die "these lines of configs/ did not survive:" \
	    "$lost" "A dependency of each is missing in: $*"
	logged "building $name" "$log" \
	    make_kernel "$dir" "${image##*/}" modules
	# From 7.x on it says where it is, which is about to change.
	sed -i "s|$dir|${dir%.new}|g" "$dir/Makefile"
	# What builds a module needs no object but those of the tools.
	find "$dir" \( -path "$dir/scripts" -o -path "$dir/tools" \) -prune -o \
	    -name '*.[ao]' ! -name module.lds ! -path '*/lib/lib.a' -exec rm {} +
}

# A kernel of $series from source, of these fragments.
built() {
	local key dir image=arch/x86/boot/bzImage

	[[ $arch != aarch64 ]] || image=arch/arm64/boot/Image.gz
	source_tree
	# shellcheck disable=SC2046 # they are words
	need_packages "$root" "${kernel_packages[@]}" "${compilers[@]}" \
	    $(packages_for "$@")
	key=$({ echo "$src ${build[*]}"; options "$@"
		in_root "$root" "$cc" --version; } | sha256sum | cut -c 1-12)
	dir=$cache/kernels/${name}_$key
	[[ -d $dir ]] || lock "$name"
	if [[ ! -d $dir ]]; then
		begin "$dir"
		build_in "$new" "$@"
		mv "$new" "$dir"
	fi
	facts ID "${dir##*/}" KIND built ROOT "$root" ARCH "$arch" \
	    RELEASE "$(<"$dir/include/config/kernel.release")" \
	    IMAGE "$dir/$image" MODULES '' KDIR "$dir" SRC "$src"
}

# The compiler that a release's kernels are built by, or another one: gcc, or clang-NN
# with its tools.
use_compiler() {
	cc=${cc:-gcc} compilers=(gcc g++) build=() tools_prefix=''
	case $arch in
	x86_64) foreign='' ;;
	aarch64) foreign=:arm64 build=(ARCH=arm64) ;;
	riscv64) foreign=:riscv64 build=(ARCH=riscv) ;;
	esac
	if [[ $cc = clang* ]]; then
		compilers=("$cc" "lld${cc#clang}" "llvm${cc#clang}")
		build+=("LLVM=${cc#clang}")
	elif [[ $foreign ]]; then
		compilers+=("g++-$arch-linux-gnu")
		tools_prefix=$arch-linux-gnu-
		build+=("CROSS_COMPILE=$tools_prefix")
		cc=${tools_prefix}gcc
	fi
}

# In braces, so bash has read all of it before something that takes minutes.
{
	name=${1-} root='' suite='' series='' flavour='' arch=x86_64 cc=''
	case $name in
	--help) usage; exit ;;
	--list) sed -nE 's/^([0-9][^ \t]*).*/\1/p' "$here/kernels"; exit ;;
	host) name=$(host_kernel) ;;
	src) name=6.1 want=source ;;
	src-*) name=${name#src-} want=source ;;
	esac
	line=$(awk -v name="$name" '$1 == name' "$here/kernels")
	[[ $line ]] || { usage >&2; exit 1; }
	read -r _ kind suite series flavour cc _ fragments <<<"$line"
	case $flavour in
	*arm64) arch=aarch64 ;;
	*riscv64) arch=riscv64 ;;
	esac
	[[ $cc != - ]] || cc=
	use_compiler
	# Packages for another kind of machine are for a root alone to ask for.
	root=${suite%%-*}
	[[ $foreign ]] || root=$(root_for "$suite")
	mkdir -p "$cache/kernels"
	if [[ ${want-} = source ]]; then
		source_tree
		facts SRC "$src"
	elif [[ $kind = stock ]]; then
		need_packages "$root" "${module_packages[@]}" "${compilers[@]}"
		stock
	else
		# shellcheck disable=SC2086
		built $fragments
	fi
	exit
}
