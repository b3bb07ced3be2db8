#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Of several --lang_exclude, pahole obeys the last one only, and says nothing.
#
# Guess: each adds to what is left out, as each --btf_features=+... does, or the second one
# is refused. A kernel build can be given a language more by PAHOLE="pahole
# --lang_exclude=c++14".
#
# Seen: the last one replaces those before it. Kbuild puts the kernel's own
# --lang_exclude=rust behind what the variable says, so the addition does nothing: pahole
# reads the C++ of a module after all, and the module fails with "Unsupported
# DW_TAG_reference_type" or is without BTF. Several languages go into one option, with
# commas, and that has to be the last.
#
# Versions: pahole 1.24-4.1 (Debian 12), which is run here; 1.30 (Debian 13) does the same
# in the build of a module with C++ for Linux 7.3.
# Source: pahole --help says "Don't consider compilation units written in these languages"; the
# kernel adds its own in scripts/Makefile.btf (6.1: scripts/pahole-flags.sh).

set -euo pipefail

version=1.24-4.1

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

# An apt of Debian 12 in the temporary folder, from where this machine has its Debian.
# shellcheck disable=SC2016 # apt expands them
site=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' \
    'Origin: Debian' | awk '$1 !~ /-/ { print $2; exit }')
mkdir -p lists/partial archives/partial
: >status
printf 'deb [arch=amd64] %s %s main\n' "$site" bookworm >sources
cat >apt.conf <<END
APT { Architecture "amd64"; Architectures "amd64"; Sandbox::User ""; };
Dir { State { Lists "$tmp/lists"; Status "$tmp/status"; };
	Cache "$tmp"; Cache::Archives "$tmp/archives";
	Etc { SourceList "$tmp/sources"; SourceParts "/dev/null"; }; };
Debug::NoLocking "true";
END
export APT_CONFIG=$tmp/apt.conf
apt-get -qq update
apt-get -qq download "pahole=$version" libbpf1 libdw1 libelf1
for deb in *.deb; do
	dpkg-deb --extract "$deb" root
done
unset APT_CONFIG

echo 'struct of_c { int member; }; struct of_c variable_of_c;' >c.c
echo 'struct of_cpp { int member; }; of_cpp variable_of_cpp;' >cpp.cc
gcc -g -c -o c.o c.c
g++ -g -std=c++14 -c -o cpp.o cpp.cc
ld -r -o both.o c.o cpp.o

# structs OPTION...: those that pahole finds
structs() {
	env LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu" \
	    root/usr/bin/pahole "$@" both.o >said
	found=$(sed -n 's/^struct \(of_[a-z]*\) {.*/\1/p' said | sort | paste -sd ' ')
	echo "pahole $*: $found"
}

changed() {
	echo "this has changed: $*" >&2
	exit 1
}

structs
[[ $found = "of_c of_cpp" ]] || changed "it does not find both"
structs --lang_exclude=c++14
[[ $found = of_c ]] || changed "C++ is not left out"
structs --lang_exclude=c++14 --lang_exclude=rust
[[ $found = "of_c of_cpp" ]] || changed "the first option counts, too"
structs --lang_exclude=rust,c++14
[[ $found = of_c ]] || changed "one option with both languages does not help"
echo "still so"
