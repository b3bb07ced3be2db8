#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A kselftest script that dies of a syntax error passes.
#
# Guess: run_kselftest.sh takes the exit status of a test: 0 passed, 4 skipped, all else
# failed. A test that the shell cannot even parse is a failure.
#
# Seen: 2 is KSFT_XFAIL, "failed as expected": the runner prints "ok" for it, and its own
# status is 0. But 2 is also what dash and bash exit with on a syntax error, grep on a
# file that it cannot read (a sysfs file that this kernel does not have), make on a failed
# rule, Python's argparse and a shell's builtins on a wrong option. So the most broken
# tests are counted as passed, whereas a test that exits with 1 fails. A test script has
# to catch 2 itself, by a trap or by "grep ... || exit 1".
#
# Versions: linux-source-7.3 7.3.4-1~bpo13+1 (Debian 13, backports), on the shell, grep,
# make and Python of Debian 12.
# Source: KSFT_XFAIL in tools/testing/selftests/kselftest/ktap_helpers.sh, the case on $rc
# in kselftest/runner.sh, and the end of run_kselftest.sh.

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
    tar -xJ --strip-components=4 --wildcards \
	'*/tools/testing/selftests/kselftest' \
	'*/tools/testing/selftests/run_kselftest.sh'

mkdir demo
cat >demo/unparsable.sh <<'END'
#!/bin/sh
if then
END
cat >demo/no-such-file.sh <<'END'
#!/bin/bash
set -e
grep -q enabled /sys/kernel/no_such_file
END
cat >demo/no-such-option.py <<'END'
#!/usr/bin/env python3
import argparse
argparse.ArgumentParser().parse_args(["--no-such-option"])
END
cat >demo/no-such-target.sh <<'END'
#!/bin/sh
make -C / no-such-target
END
printf '#!/bin/sh\nexit 1\n' >demo/exit-1.sh
chmod +x demo/*

# run TEST...: what the runner prints, and its status
run() {
	printf 'demo:%s\n' "$@" >kselftest-list.txt
	status=0
	./run_kselftest.sh </dev/null | cat >log || status=$?
	cat log
	echo "status $status"
}

dpkg-query -W -f '${Package} ${Version}\n' dash grep make
python3 --version
echo "== four tests that do not work at all"
run unparsable.sh no-such-file.sh no-such-option.py no-such-target.sh
((status == 0))
[[ $(grep -c '^ok .*# XFAIL' log) = 4 ]]
grep -q '^# Totals: pass:0 fail:0 xfail:4 xpass:0 skip:0 error:0' log

echo "== one that says that it failed"
run exit-1.sh
((status == 1))
grep -q '^not ok 1 .*# exit=1' log
echo "As recorded: status 2 of a test is a success of the run."
