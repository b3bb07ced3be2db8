#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Install what is missing on this machine: setup.sh [demo|test|all]
#
# demo is what it takes to build the module for the stock kernel, to boot it and
# to draw what it did; test, the default, adds the other kernels, what builds
# kernels and what checks sources; all adds a second compiler, and what adds up
# coverage.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$(realpath "$0")")/lib.sh"

commands=(gcc g++ make git rsync cpio python3 gnuplot busybox
	qemu-system-x86_64)
packages=(
	gcc g++ make libc6-dev git rsync cpio kmod python3
	gnuplot-nox busybox-static qemu-system-x86
	linux-headers-amd64
)

case ${1-test} in
demo)
	;;
test | all)
	commands+=(flex bison bc pahole xz perl clang++ clang-format
		shellcheck patch pyflakes3 pycodestyle mypy)
	packages+=(
		flex bison bc libelf-dev libssl-dev dwarves xz-utils
		perl clang clang-format shellcheck relacy-dev patch
		pyflakes3 pycodestyle mypy
		linux-headers-rt-amd64 linux-headers-6.12-amd64
	)
	if [[ ${1-} = all ]]; then
		commands+=(clang-19 gcovr)
		packages+=(clang-19 lld-19 llvm-19 gcovr)
	fi
	;;
*)
	die "unknown set of packages: $1" "usage: setup.sh [demo|test|all]"
	;;
esac

# shellcheck source=/dev/null
os=$(. /etc/os-release && echo "$ID ${VERSION_ID-}") || os=unknown
if [[ $os != "debian 12" ]]; then
	missing=()
	for command in "${commands[@]}"; do
		[[ -n $(command -v "$command") ]] || missing+=("$command")
	done
	die "the test kernels come from Debian 12; this is $os" \
	    "Missing commands: ${missing[*]:-none}" \
	    "The Debian packages would be: ${packages[*]}"
fi

installed=$(dpkg-query --show --showformat \
    '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || true)
missing=()
for package in "${packages[@]}"; do
	[[ $'\n'$installed$'\n' = *$'\n'"installed $package"$'\n'* ]] ||
		missing+=("$package")
done
((${#missing[@]} == 0)) || apt_install "${missing[@]}"
