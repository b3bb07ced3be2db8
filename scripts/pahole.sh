#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# pahole for a module with C++ in it: pahole.sh ARGUMENT...
#
# It cannot make BTF of C++, and leaves out the languages that it is told to; of
# several such options the last one counts, so this one names what the kernel names, too.
# Compilers call their C++ c++14 or, before DWARF 5, c++.
exec pahole "$@" --lang_exclude=rust,c++,c++14
