#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What cwqtop shows, in situations that are known.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

CONTROL=$DEBUGFS/cwq/control
THRESH=/sys/module/cwq/parameters/watchdog_thresh
CPU=1
top=	# the pid of one in the background

cwqtop() {
	"$CWQTOP" --interval .2 "$@"
}

# What a test that has failed has left behind would turn switches in the next.
stop_left_over() {
	[ -z "$top" ] || kill "$top" 2>/dev/null
	top=
}

# start(option...) - cwqtop in the background, until stop; not for ever, should
# that not be reached
start() {
	stop_left_over
	"$CWQTOP" --interval .2 --count 1000 "$@" >"$scratch/out" \
		2>"$scratch/err" &
	top=$!
}

# start_json(option...) - and wait until it has begun
start_json() {
	start --json "$@"
	loop_until holds True
}

# stop - and it has had nothing to complain of
stop() {
	kill "$top"
	wait "$top"
	top=
	[ ! -s "$scratch/err" ] || complain "it says" "$(cat "$scratch/err")"
}

# holds(expression) - is it true of the documents of JSON in out, which are called
# ds, and of which d is the last?
holds() {
	python3 -ES - "$scratch/out" "$1" <<'PYTHON'
import json, sys

path, expression = sys.argv[1:]
with open(path) as file:
    ds = [json.loads(line) for line in file if line.endswith("\n")]
if not ds:
    sys.exit(1)
d = ds[-1]

def rows(d, table="queues", **where):
    return [row for row in d[table]
            if all(row[key] == value for key, value in where.items())]

def row(d, table="queues", **where):
    found, = rows(d, table, **where)
    return found

def more(queue, column):
    """How many more there are than at first."""
    return round(sum(row(d, queue=queue)[column] * d["interval_s"]
                     for d in ds if rows(d, queue=queue)))

sys.exit(not eval(f"({expression})"))
PYTHON
}

# says(expression) - the same, and if it is not true, what there is instead
says() {
	holds "$1" || complain "not $1:" "$(tail -n 1 "$scratch/out")"
}

# cell(headline, title, column=value...) - what stands below a title in the text, in
# the table whose headline begins like this, in such rows
cell() {
	headline=$1 title=$2
	shift 2
	awk -v headline="$headline" -v title="$title" -v conditions="$*" '
		/^$/ { inside = 0; next }
		$1 == headline {
			inside = 1
			for (i = 1; i <= NF; i++)
				column[$i] = i
			n = split(conditions, condition, " ")
			next
		}
		inside {
			for (i = 1; i <= n; i++) {
				split(condition[i], part, "=")
				if ($column[part[1]] != part[2])
					next
			}
			print $column[title]
		}' "$scratch/text"
}

cell_is() {
	should=$1
	shift
	is=$(cell "$@")
	[ "$is" = "$should" ] || complain "$* is" "$is" "and not" "$should"
}

# and_let_go(test) - whatever has come of it
and_let_go() {
	"$1"
	status=$?
	let_go
	return "$status"
}

switches_are() {
	is=$(look control state | tr '\n' ' ')
	[ "$is" = "$1 " ] || complain "the switches are $is"
}

once() {
	hold 4 && echo "0 2 3600000" >"$ITEMS/delay" || return
	cwqtop --once >"$scratch/text" && cwqtop --json >"$scratch/out" &&
		cell_is 3 QUEUE PEND QUEUE=cwq_items &&
		cell_is 2 QUEUE DELAY QUEUE=cwq_items &&
		cell_is running QUEUE STATE QUEUE=cwq_items &&
		cell_is "$ITEM_FN" QUEUE FUNC QUEUE=cwq_items &&
		cell_is 0/s QUEUE IN QUEUE=cwq_items &&
		cell_is idle QUEUE STATE QUEUE=cwq_single &&
		cell_is 6 FUNCTION LIVE "FUNCTION=$ITEM_FN" &&
		cell_is - FUNCTION RUN-P50 "FUNCTION=$ITEM_FN" &&
		says 'row(d, queue="cwq_items")["pending"] == 3' &&
		says 'row(d, queue="cwq_single")["kind"] == "single"' &&
		says 'row(d, "functions")["live"] == 6' || return
	cwqtop --json --per-cpu >"$scratch/out" &&
		says 'row(d, queue="cwq_items", cpu=1)["pending"] == 3 and
		       row(d, queue="cwq_items", cpu=0)["delayed"] == 2 and
		       row(d, queue="cwq_single")["cpu"] is None' || return
	echo 2 >"$ITEMS/cancel"
}

# All that come between two looks, summed up: not one is lost or counted twice.
rates() {
	start_json || return
	echo "$CPU 300" >"$ITEMS/queue" && echo 1 >"$ITEMS/flush" || return
	loop_until holds 'more("cwq_items", "accepted_per_s") == 300' &&
		loop_until holds 'more("cwq_items", "executed_per_s") == 300' &&
		stop && holds 'more("cwq_single", "accepted_per_s") == 0'
}

# 100 ms are in the bucket from 65536 us on or, the machine being busy, in a later.
how_long() {
	switches_are "off off off" && start_json --measure --all-times &&
		switches_are "on on off" || return
	echo 100 >"$ITEMS/slow"
	echo "$CPU 3" >"$ITEMS/queue" && echo 1 >"$ITEMS/flush" || return
	echo 0 >"$ITEMS/slow"
	loop_until holds '[r for r in rows(d, "functions") if r["run_max_us"]]' ||
		return
	says '(lambda r: r["run_p50_us"][0] >= 65536 and
		r["run_p50_us"][1] == 2 * r["run_p50_us"][0] and
		r["run_max_us"] >= r["run_avg_us"] >= 100000 and
		r["wait_p99_us"][1] > 200000)(row(d, "functions"))' || return
	stop && switches_are "off off off"
}

# What was on before stays on.
switches_stay() {
	echo timing on >"$CONTROL"
	cwqtop --once -m >/dev/null && switches_are "on off off" || return
	echo timing off >"$CONTROL"
}

waiters() {
	hold 2 || return
	echo 1 >"$ITEMS/flush_item" &
	task=$!
	loop_until look_is "$task" waiters pid >/dev/null || return
	cwqtop --once >"$scratch/text" && cwqtop --json >"$scratch/out" &&
		says '[[r[key] for key in ("hop", "pid", "call", "queue", "cpu", "ahead",
	      "func", "then")] for r in rows(d, "waiters")] == [[0, '"$task"',
	      "flush_work", "cwq_items", 1, 1, "'"$ITEM_FN"'", "runs"]]' &&
		cell_is flush_work WAITER CALL "PID=$task" || return
	let_go
	wait
	cwqtop --json >"$scratch/out" && says 'd["waiters"] == []'
}

out_has() {
	grep -qE -e "$1" "$scratch/out"
}

stalls() {
	cwqtop --watch stalls --once || return
	start --watch stalls
	expect "item_fn"
	hold 2 || return
	echo 1 >"$ITEMS/flush_item" &
	echo 1 >"$THRESH"
	loop_until out_has "cwq_items on CPU $CPU: stalled, item_fn\[cwq_test_items\] has been running for [0-9.]+(ms|s); 1 pending" &&
		out_has "\($!\) waits for it in flush_work for [0-9.]+(ms|s)" ||
		complain "$(cat "$scratch/out")" || return
	! "$CWQTOP" --watch stalls --once --json >"$scratch/json" ||
		complain "its status does not tell" || return
	echo 0 >"$THRESH"
	let_go
	loop_until out_has "cwq_items on CPU $CPU: moves again" && stop || return
	[ "$(wc -l <"$scratch/out")" = 3 ] || complain "$(cat "$scratch/out")" ||
		return
	mv "$scratch/json" "$scratch/out"
	says 'd["event"] == "stalled" and d["queue"] == "cwq_items" and
	       d["cpu"] == 1 and d["pending"] == 1 and d["stalls"] == 1 and
	       d["running_ms"] >= 1000 and len(d["waiters"]) == 1'
}

# It sees cwq go, waits, and switches on again what it had switched on. While it
# reads a table, cwq cannot go.
cwq_goes_and_comes() {
	start_json --measure || return
	unload cwq_test_items && loop_until unload cwq 2>/dev/null || return
	loop_until grep -q "cwq is not loaded" "$scratch/err" || return
	load cwq watchdog_thresh=0 && load cwq_test_items || return
	seen=$(wc -l <"$scratch/out")
	loop_until holds "len(ds) > $seen and rows(d, queue='cwq_single') and
			  d['switches']['histograms']" || return
	: >"$scratch/err"
	stop && switches_are "off off off"
}

# Typed into a pseudoterminal. What it shows is beyond a shell.
on_a_terminal() {
	mkfifo "$scratch/keys"
	TERM=xterm python3 -c 'import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1])))' "$CWQTOP" \
		<"$scratch/keys" >"$scratch/out" &
	top=$!
	exec 9>"$scratch/keys"
	loop_until out_has cwq_items || return
	printf m >&9
	loop_until switches_are "on on off" >/dev/null || return
	printf q >&9
	exec 9>&-
	wait "$top" || complain "its status is $?" || return
	top=
	switches_are "off off off"
}

nothing_to_see() {
	unload cwq_test_items && unload cwq || return
	! "$CWQTOP" --once >"$scratch/out" 2>&1 || return
	[ "$(cat "$scratch/out")" = "cwqtop: cwq is not loaded: modprobe cwq" ] ||
		complain "it says" "$(cat "$scratch/out")"
}

CWQTOP=$here/cwqtop
[ -x "$CWQTOP" ] || CWQTOP=$here/../scripts/cwqtop
python3 -c 'import curses, json' 2>/dev/null || {
	echo "TAP version 13"
	skip_all "there is no python3 with curses"
}

plan 9 cwq_test_items
scratch=$(mktemp -d)
load cwq watchdog_thresh=0 && load cwq_test_items || exit
result "the tables" and_let_go once
result "rates" rates
result "how long works wait and run" how_long
result "a switch that was on stays on" switches_stay
result "who waits" and_let_go waiters
result "stalls" and_let_go stalls
result "cwq is unloaded and loaded again" cwq_goes_and_comes
result "on a terminal" on_a_terminal
result "cwq is not loaded" nothing_to_see
stop_left_over
finish
