#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# `kunit.py parse` prints [CRASHED] for a suite, and exits with 0.
#
# Guess: kunit.py's exit status says what it printed. A log that ends in an oops is a
# failure, the more so if kunit.py itself shows the suite in red as crashed.
#
# Seen: the status follows the counts of the cases alone. If the kernel dies behind the
# last case of a suite, in suite_exit or in the clean-up of the last case's resources,
# every case has its result and only the suite has none: kunit.py prints "missing subtest
# result line!" and "[CRASHED]", counts "errors: 1", and exits with 0. The same log cut
# off one line earlier, before the result of the last case, is a failure. The same holds
# if a suite reports more cases than its plan says: a case that failed behind the plan is
# not counted. A CI job has to require "errors" to be absent from the last line as well.
#
# Versions: linux-source-7.3 7.3.4-1~bpo13+1 (Debian 13, backports), Python 3.11.
# Source: tools/testing/kunit/kunit_parser.py: bubble_up_test_results() adds the status of
# a suite to the counts only if there is no case with a status; the status of the whole is
# made of the counts, and kunit.py looks at neither the errors nor the suites.

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
    tar -xJ --strip-components=1 --wildcards '*/tools/testing/kunit'

# parse NAME: what kunit.py says of the log NAME, and its status
parse() {
	echo "== $1"
	status=0
	python3 tools/testing/kunit/kunit.py parse "$tmp/$1" >said 2>&1 || status=$?
	sed 's/^\[[0-9:]*\] //' said
	echo "status $status"
}

python3 --version
cat >dies-in-suite_exit <<'END'
KTAP version 1
1..1
    KTAP version 1
    # Subtest: demo
    # module: demo_test
    1..2
    ok 1 first
    ok 2 second
BUG: kernel NULL pointer dereference, address: 0000000000000000
RIP: 0010:demo_suite_exit+0x5/0x10 [demo_test]
Kernel panic - not syncing: Fatal exception
END
parse dies-in-suite_exit
((status == 0))
grep -q 'missing subtest result line!' said
grep -q '\[CRASHED\] demo' said
grep -q 'passed: 2, errors: 1' said

sed '/ok 2/d' dies-in-suite_exit >dies-in-the-last-case
parse dies-in-the-last-case
((status == 1))

cat >a-failure-behind-the-plan <<'END'
KTAP version 1
1..1
    KTAP version 1
    # Subtest: demo
    # module: demo_test
    1..1
    ok 1 first
    # second: EXPECTATION FAILED at demo_test.c:42
    not ok 2 second
# demo: pass:1 fail:1 skip:0 total:2
not ok 1 demo
END
parse a-failure-behind-the-plan
((status == 0))
grep -q '\[CRASHED\] demo' said
grep -q 'passed: 1, errors: 1' said
echo "As recorded: a suite that kunit.py itself calls crashed leaves status 0."
