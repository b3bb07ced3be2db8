#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# With MODVERSIONS, a structure that becomes packed keeps its CRC.
#
# Guess: the CRC of an exported function covers the types that it takes: a client built
# for another layout of a structure is refused, "disagrees about version of symbol". And
# where nothing but the spelling of a type changes, so does nothing else.
#
# Seen: genksyms hashes the words of a declaration, not the layout. It drops attributes
# behind the closing brace of a structure, "packed" and "aligned(64)" among them, those
# of a typedef, and does not look into the operand of sizeof: the CRC is the same though
# offsets and sizes differ, and an old client is loaded. Yet "signed int" for "int", or
# 2 + 2 for 4 as the length of an array, changes the CRC of the same layout.
#
# Versions: linux-kbuild-6.1 6.1.192-3 (Debian 12, CONFIG_MODVERSIONS=y); the genksyms of
# linux-kbuild-7.3.4+deb13 7.3.4-1~bpo13+1 prints the same definitions.
# Source: the actions for attribute_opt in scripts/genksyms/parse.y, which leave them out;
# gendwarfksyms (Linux 6.14) takes the types from the debug information instead.

set -euo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

# An apt of Debian 12 in the temporary folder, from where this machine has its Debian.
# shellcheck disable=SC2016 # apt expands them
site=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' \
    'Origin: Debian' | awk '$1 !~ /-/ { print $2; exit }')
mkdir -p lists/partial archives/partial
: >status
printf 'deb [arch=amd64] %s %s main\n' "$site" bookworm "${site%/}-security" \
    bookworm-security >sources
cat >apt.conf <<END
APT { Architecture "amd64"; Architectures "amd64"; Sandbox::User ""; };
Dir { State { Lists "$tmp/lists"; Status "$tmp/status"; };
	Cache "$tmp"; Cache::Archives "$tmp/archives";
	Etc { SourceList "$tmp/sources"; SourceParts "/dev/null"; }; };
Debug::NoLocking "true";
END
export APT_CONFIG=$tmp/apt.conf
apt-get -qq update
apt-get -qq download linux-kbuild-6.1=6.1.192-3
dpkg-deb -x linux-kbuild-6.1_*.deb .
genksyms=usr/lib/linux-kbuild-6.1/scripts/genksyms/genksyms

# look DECLARATIONS: the CRC of a function that takes a struct s, and the size of that
look() {
	crc=$(echo "$1 int f(struct s *p) { return 0; } __GENKSYMS_EXPORT_SYMBOL(f);" |
	    "$genksyms" -w 2>&1 | awk '$2 == "f" { print $NF }')
	echo "$1 extern char size[sizeof(struct s)]; char size[sizeof(struct s)];" |
	    cc -x c -c -o size.o -
	size=$((16#$(nm -S size.o | awk '$4 == "size" { print $2 }')))
	printf '%s  %3d bytes  %s\n' "$crc" "$size" "$1"
	[[ $crc = 0x* ]]
}

# same_crc A B: another size, the same CRC; other_crc A B: the reverse
same_crc() {
	local a

	look "$1"
	a=$crc/$size
	look "$2"
	[[ ${a%/*} = "$crc" && ${a#*/} != "$size" ]]
}
other_crc() {
	local a

	look "$1"
	a=$crc/$size
	look "$2"
	[[ ${a%/*} != "$crc" && ${a#*/} = "$size" ]]
}

dpkg-deb -W linux-kbuild-6.1_*.deb
echo "== another layout, the same CRC"
same_crc 'struct s { char a; int b; };' \
    'struct s { char a; int b; } __attribute__((__packed__));'
same_crc 'struct s { char a; int b; };' \
    'struct s { char a; int b; } __attribute__((__aligned__(64)));'
same_crc 'typedef int t __attribute__((mode(SI))); struct s { t a; };' \
    'typedef int t __attribute__((mode(DI))); struct s { t a; };'
same_crc 'struct u { int x; }; struct s { char a[sizeof(struct u)]; };' \
    'struct u { int x, y; }; struct s { char a[sizeof(struct u)]; };'
echo "== the same layout, another CRC"
other_crc 'struct s { int a; };' 'struct s { signed int a; };'
other_crc 'struct s { char a[4]; };' 'struct s { char a[2 + 2]; };'
echo "As recorded: the CRC is one of words, not of layouts."
