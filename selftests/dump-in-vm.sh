#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The payload of a VM (scripts/vm.sh) whose kernel panics, for scripts/dump-test.sh: it
# says what the tables show, and what a debugger has to know, and panics.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. /selftests/cwq/functions.sh

# Where find_module() looks.
here=/selftests/cwq

waits() {
	[ -n "$(look waiters waiter)" ]
}

load cwq waiters_on_panic=1 && load cwq_test_items || exit
echo "1 1 100000" >"$ITEMS/delay" && hold 3 || exit
echo 1 >"$ITEMS/flush_item" &
loop_until waits || exit

for table in queues works waiters; do
	sed "s/^/$table: /" "$DEBUGFS/cwq/$table"
done
(cd /sys/module/cwq/sections && grep -r . .) | sed 's/^/sections: /'
grep -E '\[cwq|\<jiffies$' /proc/kallsyms | sed 's/^/kallsyms: /'
# Until all that has left the port.
stty raw <&1
echo c >/proc/sysrq-trigger
