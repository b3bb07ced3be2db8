#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Lay this machine's Python 3 into the root of a VM: vm-python.sh ROOT
#
# That is the interpreter, the standard library without what only developers of
# Python need, and the terminals that curses knows: 7 MB when packed. Of the
# modules in shared libraries there are those that are named below.

here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

[[ -d ${1-} ]] || die "usage: vm-python.sh ROOT"
root=$1
python=$(realpath /usr/bin/python3) # Debian's, whatever PATH says
lib=$("$python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
modules=("$lib"/lib-dynload/{_curses,_json,termios}.cpython-*.so)

# Libraries are found where they are on this machine.
mapfile -t libraries < <(ldd "$python" "${modules[@]}" |
    awk '$2 == "=>" && $3 ~ "^/" { print $3 } $1 ~ "^/.*[^:]$" { print $1 }' |
    sort -u)

rsync --archive --relative \
    --exclude={test,tests,idlelib,lib2to3,ensurepip,distutils,pydoc_data} \
    --exclude={tkinter,turtledemo,lib-dynload,'config-*','*.opt-*.pyc'} \
    "$lib/" "$root/"
cp --parents --dereference -t "$root" "$python" "${modules[@]}" "${libraries[@]}"
cp --parents --recursive -t "$root" /lib/terminfo
ln -sf "${python##*/}" "$root/usr/bin/python3"
