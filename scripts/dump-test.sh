#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What is to be had of cwq when its machine is gone? dump-test.sh KERNEL
#
# A VM shows its tables and panics. The log must have the waiters, and gdb find in a
# dump of the memory what the tables had.

here=$(dirname "$(realpath "$0")")
top=$(dirname "$here")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

kernel=$1
tmp=$(mktemp -d)
vm=
trap '[[ -z $vm ]] || kill "$vm" 2>/dev/null || true; rm -rf "$tmp"' EXIT

need_packages "$tools" gdb
"$here/build.sh" "$kernel" "$tmp/modules" test_modules
use_kernel src
make -s -C "$top/selftests" KSELFTEST_SRC="$SRC" MODULES="$tmp/modules" \
    INSTALL_PATH="$tmp/root/selftests" kselftest-install
cp "$top/selftests/dump-in-vm.sh" "$tmp/root/run-tests"

# qmp COMMAND - an order for QEMU, in JSON; until it has been carried out
qmp() {
	python3 - "$tmp/qmp" "$1" <<'PYTHON'
import json
import socket
import sys

path, command = sys.argv[1:]
with socket.socket(socket.AF_UNIX) as qemu:
    qemu.connect(path)
    lines = qemu.makefile("rw")
    lines.readline()
    for order in ('{"execute": "qmp_capabilities"}', command):
        print(order, file=lines, flush=True)
        while True:
            answer = json.loads(lines.readline())
            if "error" in answer:
                sys.exit(answer["error"]["desc"])
            if "return" in answer:
                break
PYTHON
}

# It stands still after the panic, until it is told to end.
"$here/vm.sh" --kernel "$kernel" --memory 512 --log "$tmp/log" --timeout 600 \
    --append 'panic=0' --qemu "-qmp unix:$tmp/qmp,server=on,wait=off" "$tmp/root" \
    >"$tmp/told" 2>"$tmp/vm.err" &
vm=$!
until grep -q 'end Kernel panic' "$tmp/log" 2>/dev/null; do
	if ! kill -0 "$vm" 2>/dev/null; then
		cat "$tmp/told" "$tmp/vm.err" >&2
		die "the VM ended without a panic"
	fi
	sleep 1
done
qmp "{\"execute\": \"dump-guest-memory\", \"arguments\": {\"paging\": true,
    \"protocol\": \"file:$tmp/vmcore\"}}"
qmp '{"execute": "quit"}'
wait "$vm" || true
vm=

# told WHAT - the lines of that kind
told() {
	tr -d '\r' <"$tmp/told" | sed -n "s/^$1: //p"
}
told kallsyms >"$tmp/kallsyms"
mkdir "$tmp/sections"
while IFS=: read -r name address; do
	echo "$address" >"$tmp/sections/${name#./}"
done < <(told sections)

# columns NAME... - of a table, in this order; the first line names them
columns() {
	awk -v wanted="$*" '
		NR == 1 {
			for (i = 1; i <= NF; i++)
				column[$i] = i
			n = split(wanted, want, " ")
			next
		}
		{
			for (i = 1; i <= n; i++)
				printf "%s%s", $column[want[i]], i < n ? " " : "\n"
		}'
}

# same TABLE COLUMN... - does gdb see what the table had?
bad=0
same() {
	local table=$1
	shift

	in_root "$tools" gdb -nx -batch -ex "source $here/cwq-gdb.py" \
	    -ex "core-file $tmp/vmcore" \
	    -ex "cwq load $tmp/modules/build/cwq.ko $tmp/sections $tmp/kallsyms" \
	    -ex "cwq $table" >"$tmp/gdb.out" 2>"$tmp/gdb.err" ||
		cat "$tmp/gdb.err"
	sed -n '/^\(queue\|waiter\) /,$p' "$tmp/gdb.out" | columns "$@" >"$tmp/is"
	told "$table" | columns "$@" >"$tmp/should"
	[[ -s $tmp/should ]] && diff "$tmp/should" "$tmp/is" && return
	cat "$tmp/gdb.out" "$tmp/gdb.err"
	echo "gdb sees other $table than there were"
	bad=1
}
same queues queue cpu pid accepted executed cancelled pending running delayed \
    redirected flags func
same works queue cpu state func
same waiters waiter pid comm call queue cpu func worker

tr -d '\r' <"$tmp/log" | sed -n 's/.*\] cwq: //p' | sed -n '/^waiter /,/^waiters: /p' \
    >"$tmp/logged"
told waiters | columns waiter pid comm call queue cpu func "then" >"$tmp/should"
columns waiter pid comm call queue cpu func "then" < <(grep -v '^waiters:' "$tmp/logged") |
    diff "$tmp/should" - || {
	cat "$tmp/logged"
	echo "the log has other waiters than there were"
	bad=1
}
exit "$bad"
