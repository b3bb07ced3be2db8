#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Lay this machine's Python 3 into the root of a VM: vm-python.sh ROOT [ARCH]. For another
# kind of machine it is that of Debian 13.
#
# That is the interpreter, the standard library without what only developers of
# Python need, and the terminals that curses knows: 7 MB when packed. Of the
# modules in shared libraries there are those that the imports below lead to.

here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

[[ -d ${1-} ]] || die "usage: vm-python.sh ROOT [ARCH]"
root=$1 arch=${2:-$(uname -m)}
spared=(--exclude={test,tests,idlelib,lib2to3,ensurepip,distutils,pydoc_data}
	--exclude={tkinter,turtledemo,'config-*','*.opt-*.pyc'})

# Debian's, for another kind of machine: what is needed of each package.
foreign() {
	local dir=$cache/python-$arch python packages

	[[ -d $dir ]] || lock "python-$arch"
	if [[ ! -d $dir ]]; then
		"$here/root.sh" make trixie
		rm -rf "$dir.new"
		mkdir -p "$dir.new"
		python=$(in_root trixie apt-cache depends python3-minimal |
		    sed -n 's/.*Depends: \(python3\.[0-9]*\)-minimal.*/\1/p')
		packages=({,lib}"$python"-minimal "lib$python-stdlib" libc6 zlib1g
			libexpat1 libncursesw6 libtinfo6 ncurses-base)
		packages=("${packages[@]/%/:arm64}")
		logged "downloading Python for $arch" "$cache/logs/python-$arch.log" \
		    apt_download trixie "$dir.new" \
		    "${packages[@]/ncurses-base:arm64/ncurses-base}"
		for package in "$dir.new"/*.deb; do
			dpkg-deb --extract "$package" "$dir.new/root"
		done
		ln -s "$python" "$dir.new/root/usr/bin/python3"
		mv "$dir.new" "$dir"
	fi
	# Where the dynamic linker is looked for.
	ln -sfn usr/lib "$root/lib"
	rsync --archive "${spared[@]}" --exclude={doc,man,gconv,locale,lintian} \
	    "$dir/root/usr" "$root/"
	[[ ! -d $dir/root/lib ]] ||
		rsync --archive "$dir/root/lib/" "$root/usr/lib/"
}
if [[ $arch != "$(uname -m)" ]]; then
	foreign
	exit
fi

python=$(realpath /usr/bin/python3) # Debian's, whatever PATH says
lib=$("$python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
# Which modules are shared libraries and which are built in differs from version to
# version.
mapfile -t modules < <("$python" -ES -c '
import argparse, contextlib, curses, dataclasses, itertools, json, os, pty
import re, shutil, signal, textwrap, time, typing
import sys
for module in sys.modules.values():
    file = getattr(module, "__file__", None) or ""
    if file.endswith(".so"):
        print(file)')
((${#modules[@]})) || die "$python has no curses: apt-get install python3"

# Libraries are found where they are on this machine.
mapfile -t libraries < <(ldd "$python" "${modules[@]}" |
    awk '$2 == "=>" && $3 ~ "^/" { print $3 } $1 ~ "^/.*[^:]$" { print $1 }' |
    sort -u)

rsync --archive --relative "${spared[@]}" --exclude=lib-dynload "$lib/" "$root/"
cp --parents --dereference -t "$root" "$python" "${modules[@]}" "${libraries[@]}"
# Below /lib up to Debian 12, below /usr/share since.
dpkg-query --listfiles ncurses-base | grep '/terminfo/./' |
    xargs cp --parents --no-dereference -t "$root"
ln -sf "${python##*/}" "$root/usr/bin/python3"
