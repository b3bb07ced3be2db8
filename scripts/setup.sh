#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Install what is missing on this machine: setup.sh [demo|test]
#
# demo is what it takes to build the module for the stock kernel of this release, to
# boot it and to draw what it did; test, the default, adds what the other kernels and
# checks need here. What builds for another release's
# kernel is installed in a root of that release, by scripts/kernel.sh; so is what
# checks the sources, by those who use it.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$(realpath "$0")")/lib.sh"

commands=(make git rsync cpio python3 gnuplot busybox qemu-system-x86_64)
packages=(make git rsync cpio kmod python3 gnuplot-nox busybox-static qemu-system-x86)
case ${1-test} in
demo)
	;;
test)
	commands+=(debootstrap qemu-system-aarch64 perl xz)
	packages+=(debootstrap qemu-system-arm perl xz-utils)
	;;
*)
	die "unknown set of packages: $1" "usage: setup.sh [demo|test]"
	;;
esac

if [[ $(debian_release) ]]; then
	need_packages '' "${packages[@]}"
	# See use_emulator() in vm.sh.
	[[ ${1-test} = demo || $(debian_release) != bookworm ]] ||
		need_packages trixie qemu-system-x86 qemu-system-arm
	exit
fi

missing=()
for command in "${commands[@]}"; do
	[[ -n $(command -v "$command") ]] || missing+=("$command")
done
if ((${#missing[@]})); then
	die "this is no Debian, so it is for you to install: ${missing[*]}" \
	    "On Debian they are in the packages: ${packages[*]}"
fi
say "this is no Debian: the kernels are built for in Debian roots, below $cache/roots," \
    "the first of them $(root_for trixie)"
