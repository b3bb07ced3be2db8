#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Record what cwq does, for cwq-report to draw. Needs a shell and tracefs only, so
# this file alone can be copied to the machine that is to be watched.

usage() {
	cat <<'USAGE'
usage: cwq-record.sh [-o FILE] [-b KB] [-d SECONDS | -- COMMAND...]

Record cwq's trace events while COMMAND runs, for so many SECONDS, or until
ctrl-c. The events go to a trace buffer of our own, so nothing that tracefs has
been told is changed.

  -o FILE       where the recording goes (cwq.trace)
  -b KB         the buffer, for each CPU (4096: some 15,000 works); when it is
                full the oldest events are lost, which cwq-report tells
  -d SECONDS

exit status: that of COMMAND; 2: the recording has failed
USAGE
}

die() {
	echo "cwq-record: $*" >&2
	exit 2
}

# What cwq-report gets to know besides the trace: lines that begin with "#@".
facts() {
	echo "#@ kernel $(uname -r)"
	echo "#@ cpus $(grep -c ^processor /proc/cpuinfo)"
	echo "#@ what $(echo "$what" | tr '\n' ' ')"
	echo "#@ buffer_kb $kb"
	echo "$before" | sed 's/^/#@ before /'
	echo "$after" | sed 's/^/#@ after /'
	for stats in "$instance"/per_cpu/cpu*/stats; do
		cpu=${stats%/stats}
		sed -n "/overrun\|dropped/s/^/#@ stats ${cpu##*/cpu} /p" "$stats"
	done
}

queues() {
	cat /sys/kernel/debug/cwq/queues 2>/dev/null
}

# The clock is one that all CPUs have in common. Nothing is written before all
# events are on. The names of tasks are not needed, and would take a probe in every
# task switch; but that option reaches all events that are on, so it is left alone
# if somebody else has some.
set_up() {
	if [ -z "$(cat "$tracefs"/set_event "$tracefs"/instances/*/set_event)" ]
	then
		echo norecord-cmd >"$instance/trace_options" || return
	fi
	echo 0 >"$instance/tracing_on" &&
		echo mono >"$instance/trace_clock" &&
		echo "$kb" >"$instance/buffer_size_kb" &&
		echo 1 >"$instance/events/cwq/enable"
}

# A sleep that a signal ends, even one that comes as soon as there is a $!. Then the
# child may not be a sleep yet, but a shell that loses other signals than KILL.
sleep_for() {
	sleeping=yes
	sleep "$1" &
	wait $!
	stop_sleeping
}

stop_sleeping() {
	[ -z "$sleeping" ] || kill -KILL $! 2>/dev/null
	sleeping=
}

# Called by a trap.
# shellcheck disable=SC2317
clean_up() {
	stop_sleeping
	rmdir "$instance"
}

out=cwq.trace kb=4096 seconds='' sleeping=''
while [ $# -gt 0 ]; do
	case $1 in
	-o) out=${2?} && shift ;;
	-b) kb=${2?} && shift ;;
	-d) seconds=${2?} && shift ;;
	-h | --help) usage && exit ;;
	--) shift && break ;;
	*) usage >&2 && exit 2 ;;
	esac
	shift
done
if [ -n "$seconds" ] && [ $# -gt 0 ]; then
	usage >&2
	exit 2
fi
[ "$(id -u)" -eq 0 ] || die "must be run as root"
for tracefs in /sys/kernel/tracing /sys/kernel/debug/tracing; do
	[ ! -d "$tracefs/instances" ] || break
done
[ -d "$tracefs/instances" ] ||
	die "tracefs is not mounted: mount -t tracefs nodev /sys/kernel/tracing"
[ -d "$tracefs/events/cwq" ] ||
	die "cwq is not loaded: there is no $tracefs/events/cwq"
true >"$out" || die "cannot write to $out"

instance=$tracefs/instances/cwq-record.$$
mkdir "$instance" || die "cannot make a trace buffer"
trap clean_up EXIT
trap 'exit 2' HUP TERM
set_up || die "cannot set up the tracing"

what=${*:-${seconds:+$seconds s}} status=0
before=$(queues)
trap : INT
echo 1 >"$instance/tracing_on"
echo "cwq-record: recording; ctrl-c ends it" >&2
if [ $# -gt 0 ]; then
	"$@"
	status=$?
elif [ -n "$seconds" ]; then
	sleep_for "$seconds"
else
	sleep_for 1000000
fi
echo 0 >"$instance/tracing_on"
trap - INT
after=$(queues)

# The kernel forgets the events of a module that has gone.
[ -d "$tracefs/events/cwq" ] ||
	die "cwq was unloaded before the recording ended"
{ facts && cat "$instance/trace"; } >"$out" || die "cannot write to $out"
entries=$(sed -n 's|^# entries-in-buffer/entries-written: \([0-9/]*\) .*|\1|p' \
	"$out")
echo "cwq-record: ${entries%/*} of ${entries#*/} events are in $out" >&2
exit $status
