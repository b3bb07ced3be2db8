#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A shell in a VM with the modules in /modules, those of the tests among them, and
# /scripts/cwqtop: shell.sh NAME [vm.sh option]...

here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

(($#)) || die "usage: shell.sh NAME [vm.sh option]..."
name=$1
shift

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
"$here/build.sh" "$name" "$root/modules" test_modules ||
	say "no modules, but a shell all the same"
"$here/vm-python.sh" "$root"
mkdir "$root/scripts"
cp -r "$here"/{cwq,cwqtop} "$root/scripts"
"$here/vm.sh" --kernel "$name" --shell "$@" "$root"
