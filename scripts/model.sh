#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The core under the model checker, with the compiler and the relacy of one Debian
# release, whatever this machine has: model.sh run|mutants|fuzz [ARGUMENT]...
#
# What else lib/model/Makefile reads comes from the environment.

here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

(($#)) || die "usage: model.sh run|mutants|fuzz [ARGUMENT]..."
"$here/setup.sh"
need_packages "$tools" g++ make relacy-dev patch git rsync
in_root "$tools" make --no-print-directory -C "$(dirname "$here")/lib/model" \
    -j"$(nproc)" "$@"
