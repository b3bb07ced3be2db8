#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What cwq-record.sh records, and that it leaves no traces in tracefs. (What is
# made of a recording, the tests in scripts/tests look after.)

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

TRACEFS=/sys/kernel/tracing
RECORD=$here/cwq-record.sh
[ -e "$RECORD" ] || RECORD=$here/../scripts/cwq-record.sh

# record(argument...) - its exit status; what it says is in $scratch/said
record() {
	"$RECORD" -o "$scratch/trace" "$@" 2>"$scratch/said"
}

said() {
	grep -q "$1" "$scratch/said" ||
		complain "no \"$1\" in:" "$(cat "$scratch/said")"
}

# recorded(regular expression) - how many lines the recording has of it
recorded() {
	grep -c "$1" "$scratch/trace"
}

recorded_is() {
	is=$(recorded "$2")
	[ "$is" = "$1" ] || complain "$is lines with $2, not $1"
}

# What somebody else may have set.
tracefs_state() {
	(cd "$TRACEFS" && head -n 1 events/cwq/*/enable tracing_on trace_clock \
		current_tracer set_event && ls instances)
}

# For a shell: 25 items on each CPU, and wait for them.
put_items="for cpu in \$CPUS; do echo \$cpu 25 >$ITEMS/queue; done
	echo 1 >$ITEMS/flush"

# As many, on each CPU, as the table says; and the table is there as well.
a_command() {
	was=$(tracefs_state)
	record -- sh -c "$put_items" || return
	now=$(tracefs_state)
	[ "$was" = "$now" ] || complain "tracefs was" "$was" "and is" "$now" ||
		return
	for cpu in $CPUS; do
		recorded_is 25 "cwq_queue_work: .* workqueue=cwq_items .* cpu=$cpu\$" ||
			return
		recorded_is 1 "^#@ before cwq_items $cpu [0-9]* 0 0 0 0 0 " &&
			recorded_is 1 "^#@ after cwq_items $cpu [0-9]* 25 25 0 0 0 " ||
			return
	done
	n=$(($(echo "$CPUS" | wc -l) * 25))
	recorded_is "$n" cwq_execute_start: && recorded_is "$n" cwq_execute_end: &&
		said "$(recorded '^[^#]') of $(recorded '^[^#]') events"
}

# A full buffer keeps what is newest, and it shows.
too_many() {
	record -b 4 -- sh -c "$put_items; $put_items; $put_items" || return
	[ "$(recorded '^#@ stats [0-9]* overrun: [1-9]')" -gt 0 ] ||
		complain "no overrun in $(recorded '^[^#]') events"
}

exit_status() {
	record -- sh -c "exit 7"
	[ $? = 7 ]
}

some_time() {
	record -d 1 && said "0 of 0 events" &&
		recorded_is 1 "^# tracer: nop"
}

is_recording() {
	grep -q recording "$scratch/said"
}

# Who is told to end leaves nothing behind.
told_to_end() {
	was=$(tracefs_state)
	true >"$scratch/said" # or the last one's would do
	"$RECORD" -o "$scratch/trace" 2>"$scratch/said" &
	loop_until is_recording || return
	kill $!
	wait $!
	[ $? = 2 ] || complain "exit status" || return
	now=$(tracefs_state)
	[ "$was" = "$now" ] || complain "tracefs was" "$was" "and is" "$now"
}

# fails_with(what it says, argument...)
fails_with() {
	text=$1
	shift
	record "$@"
	[ $? = 2 ] && said "$text" &&
		[ -z "$(ls "$TRACEFS/instances")" ]
}

bad_arguments() {
	fails_with usage: -d 1 -- true && fails_with usage: --nonsense &&
		fails_with "cannot write" -o "$scratch/not/there" &&
		fails_with "cannot set up" -b nonsense -- true
}

plan 8 cwq_test_items
scratch=$(mktemp -d)
export CPUS # for put_items
result "without cwq it says so" fails_with "cwq is not loaded" -- true
load cwq && load cwq_test_items || exit
result "what a command makes cwq do" a_command
result "a buffer that is too small" too_many
result "the command's exit status" exit_status
result "for some time" some_time
result "told to end" told_to_end
result "bad arguments" bad_arguments
unload cwq_test_items
result "cwq is unloaded meanwhile" \
	fails_with "cwq was unloaded" -- rmmod cwq
finish
