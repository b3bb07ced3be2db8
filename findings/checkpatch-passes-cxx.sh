#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# checkpatch.pl finds any C++ file "ready for submission".
#
# Guess: `checkpatch.pl --strict -f file.cc` checks the file, perhaps with false alarms on
# what is C++ only; or it says that it does not know C++.
#
# Seen: nearly all of its checks are for names that end in .c or .h, a few for .S, .rs,
# .sh and the like. Any other file passes, with the count of its lines and the sentence "has no obvious style
# problems and is ready for submission": the same bytes that as .c have errors, warnings
# and checks have none as .cc, .cpp or .hpp, and the status is 0 instead of 1. The same
# in a patch. A CI job that runs checkpatch on C++ sources checks next to nothing.
#
# Versions: linux-source-7.3 7.3.4-1~bpo13+1 (Debian 13, backports).
# Source: the lines "next if ($realfile !~ /\.(h|c)$/);" and "check we are in a valid
# source file if not then ignore this hunk" in process() of scripts/checkpatch.pl.

set -euo pipefail

version=7.3.4-1~bpo13+1

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

# An apt of Debian 13 in the temporary folder, from where this machine has its Debian.
# shellcheck disable=SC2016 # apt expands them
site=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' \
    'Origin: Debian' | awk '$1 !~ /-/ { print $2; exit }')
mkdir -p lists/partial archives/partial
: >status
printf 'deb [arch=amd64] %s %s main\n' "$site" trixie-backports >sources
cat >apt.conf <<END
APT { Architecture "amd64"; Architectures "amd64"; Sandbox::User ""; };
Dir { State { Lists "$tmp/lists"; Status "$tmp/status"; };
	Cache "$tmp"; Cache::Archives "$tmp/archives";
	Etc { SourceList "$tmp/sources"; SourceParts "/dev/null"; }; };
Debug::NoLocking "true";
END
export APT_CONFIG=$tmp/apt.conf
apt-get -qq update
apt-get -qq download "linux-source-7.3=$version"
dpkg-deb --fsys-tarfile linux-source-7.3_*.deb |
    tar -xO ./usr/src/linux-source-7.3.tar.xz |
    tar -xJ --strip-components=2 --wildcards '*/scripts/checkpatch.pl' \
	'*/scripts/spelling.txt' '*/scripts/const_structs.checkpatch'

cat >demo.c <<'END'
// SPDX-License-Identifier: GPL-2.0
int f( int a )
{
    if(a==1){
        return  a ;
    }
    int* p=NULL; volatile int v = simple_strtoul ("1",NULL,0);
    return (a+*p+v);
}
END
for name in demo.c demo.cc demo.cpp demo.hpp; do
	[[ $name = demo.c ]] || cp demo.c "$name"
	status=0
	./checkpatch.pl --no-tree --strict -f "$name" >found || status=$?
	echo "$name: status $status; $(grep ^total: found)"
	if [[ $name = demo.c ]]; then
		((status == 1))
		grep -Eq 'total: [1-9][0-9]* errors, [1-9]' found
	else
		((status == 0))
		grep -q 'total: 0 errors, 0 warnings, 0 checks, 9 lines checked' found
	fi
done
./checkpatch.pl --no-tree --strict -f demo.cc | tail -n 1 | tee found
grep -q 'demo.cc has no obvious style problems and is ready for submission.' found
echo "As recorded: what is wrong in C is not even looked for in C++."
