#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The payload of a VM (scripts/vm.sh): run what kselftest-install has put into
# /selftests, leave the KTAP in /results, and say whether all is well, which
# run_kselftest.sh does not.

# What the runner wants and a busybox root has not: a place to log to, and an
# option of timeout.
ln -s /proc/self/fd/1 /dev/stdout
rm /usr/bin/timeout
cat >/usr/bin/timeout <<'TIMEOUT'
#!/bin/sh
[ "$1" != --foreground ] || shift
exec busybox timeout "$@"
TIMEOUT
chmod +x /usr/bin/timeout

# A kernel that looks for data races as closely as it does for the KUnit suites would
# take hours.
skip_watch=/sys/module/kcsan/parameters/skip_watch
[ ! -e $skip_watch ] || echo 4000 >$skip_watch

# This machine is for one run: it may be spoilt at the end.
export CWQ_TEST_OOPS=1
/selftests/run_kselftest.sh | tee /results/selftests.ktap
grep -q '^ok ' /results/selftests.ktap &&
	! grep -q '^not ok ' /results/selftests.ktap
