#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# CPUs go and come while there is work for them, and threads with them.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

CPU=1
ACCEPTED=200000	# items of cwq_torture
THREADS_MAX=/proc/sys/kernel/threads-max

# thread_has_ended(queue, pid) - that was the queue's on the CPU
thread_has_ended() {
	loop_until value_is "$1" "$CPU" pid - ||
		complain "$1 still has a thread on CPU $CPU" || return
	# A thread that has ended is in /proc a moment longer.
	loop_until test ! -e "/proc/$2" ||
		complain "thread $2 of $1 still exists"
}

# Bring the CPU back: a new thread, bound to it.
thread_is_new() {
	thread_is "$1" "$CPU" "$1/$CPU" "$CPU" || return
	[ "$(value "$1" "$CPU" pid)" != "$2" ] ||
		complain "$1 has kept thread $2"
}

# So many items on the CPU, of which the first waits for the gate.
hold_items() {
	echo 0 >"$ITEMS/gate"
	echo "$CPU $1" >"$ITEMS/queue" &&
		loop_until is_running cwq_items "$CPU"
}

# Open the gate: all that was accepted runs, wherever.
release_items() {
	echo 1 >"$ITEMS/gate"
	echo 1 >"$ITEMS/flush"
	[ "$(sum cwq_items accepted)" = \
	  $(($(sum cwq_items executed) + $(sum cwq_items cancelled))) ] ||
		complain "not all has run:" "$(rows cwq_items)"
}

# redirected_by(before, n)
redirected_by() {
	is=$(($(sum cwq_items redirected) - $1))
	[ "$is" = "$2" ] || complain "$is items were redirected, not $2"
}

threads_go_and_come() {
	events=$(value events "$CPU" pid)
	items=$(value cwq_items "$CPU" pid)
	set_cpu "$CPU" 0 &&
		thread_has_ended events "$events" &&
		thread_has_ended cwq_items "$items" || return
	set_cpu "$CPU" 1 &&
		thread_is_new events "$events" &&
		thread_is_new cwq_items "$items"
}

# One item runs on the CPU and two are pending when it goes.
items_survive_their_cpu() {
	before=$(value cwq_items "$CPU" accepted)
	hold_items 3 || return
	pid=$(value cwq_items "$CPU" pid)
	set_cpu "$CPU" 0 || return
	row_is cwq_items "$CPU" $((before + 3)) "$before" 0 2 1 &&
		value_is cwq_items "$CPU" pid "$pid"
}

# The gate is still shut, here and in the following ones.
offline_cpu_gets_no_work() {
	before=$(value cwq_items "$CPU" accepted)
	redirected=$(sum cwq_items redirected)
	echo "$CPU 4" >"$ITEMS/queue" || return
	value_is cwq_items "$CPU" accepted "$before" ||
		complain "an offline CPU has taken work" || return
	redirected_by "$redirected" 4
}

moved_work_goes_elsewhere() {
	before=$(value cwq_items "$CPU" accepted)
	redirected=$(sum cwq_items redirected)
	echo "$CPU 2 0" >"$ITEMS/mod" || return
	value_is cwq_items "$CPU" accepted "$before" ||
		complain "an offline CPU has taken work" || return
	redirected_by "$redirected" 2
}

thread_waits_for_its_cpu() {
	set_cpu "$CPU" 1 || return
	thread_is cwq_items "$CPU" "cwq_items/$CPU" "$CPU" || return
	value_is cwq_items "$CPU" pid "$pid" ||
		complain "thread $pid was replaced" || return
	before=$(value cwq_items "$CPU" accepted)
	echo "$CPU 1" >"$ITEMS/queue" || return
	row_is cwq_items "$CPU" $((before + 1)) $((before - 3)) 0 3 1
}

# With the CPU away again, a flush waits and a cancel does not.
flush_and_cancel_find_them() {
	set_cpu "$CPU" 0 || return
	echo 1 >"$ITEMS/flush" &
	flush=$!
	echo 1 >"$ITEMS/cancel" || return
	value_is cwq_items "$CPU" cancelled 1 ||
		complain "nothing was cancelled" || return
	kill -0 "$flush" || complain "the flush did not wait" || return
	release_items && wait "$flush"
}

cpu_takes_work_again() {
	thread_has_ended cwq_items "$pid" && set_cpu "$CPU" 1 &&
		thread_is_new cwq_items "$pid" || return
	before=$(value cwq_items "$CPU" executed)
	echo "$CPU 5" >"$ITEMS/queue" && echo 1 >"$ITEMS/flush" &&
		value_is cwq_items "$CPU" executed $((before + 5))
}

# arm(n, milliseconds) - so many delayed items on the CPU, which then goes
arm() {
	accepted=$(sum cwq_items accepted)
	on_cpu=$(value cwq_items "$CPU" accepted)
	redirected=$(sum cwq_items redirected)
	echo "$CPU $1 $2" >"$ITEMS/delay" && set_cpu "$CPU" 0
}

# have_run_elsewhere(n) - what was armed, once each
have_run_elsewhere() {
	echo 1 >"$ITEMS/flush"
	[ "$(sum cwq_items accepted)" = $((accepted + $1)) ] &&
		value_is cwq_items "$CPU" accepted "$on_cpu" ||
		complain "wrong runs:" "$(rows cwq_items)" || return
	redirected_by "$redirected" "$1" && release_items
}

nothing_is_delayed() {
	[ "$(sum cwq_items delayed)" = 0 ]
}

# If the CPU needs too long to go, the delay was too short.
delayed_items_run_elsewhere() {
	for delay in 1000 4000 16000; do
		arm 3 "$delay" || return
		! value_is cwq_items "$CPU" delayed 3 || break
		set_cpu "$CPU" 1
	done
	loop_until nothing_is_delayed && have_run_elsewhere 3 &&
		set_cpu "$CPU" 1
}

# The timers would take an hour.
delayed_items_are_flushed() {
	arm 3 3600000 && echo 3 >"$ITEMS/expedite" &&
		nothing_is_delayed && have_run_elsewhere 3 &&
		set_cpu "$CPU" 1
}

# The item ends when the CPU has gone, so who takes it must not wait for it.
item_takes_the_hotplug_lock() {
	echo "$CPU" >"$ITEMS/locker" &&
		loop_until is_running cwq_items "$CPU" &&
		set_cpu "$CPU" 0 && release_items && set_cpu "$CPU" 1 || return
	[ "$(cat "$ITEMS/locked")" = Y ] ||
		complain "the item has waited for the lock in vain"
}

# A queue that is made while a CPU is away gets its thread when the CPU comes.
late_cpu_gets_a_thread() {
	unload cwq_test_items && set_cpu "$CPU" 0 && load cwq_test_items ||
		return
	value_is cwq_items "$CPU" pid - ||
		complain "a thread for an offline CPU" || return
	echo "$CPU 1" >"$ITEMS/queue" && echo 1 >"$ITEMS/flush" || return
	set_cpu "$CPU" 1 &&
		thread_is cwq_items "$CPU" "cwq_items/$CPU" "$CPU" &&
		release_items
}

# Bring the CPU up while no more than so many threads can be made. The shell
# cannot make any either, so inside there are only its own commands.
bring_up_with_room_for() {
	max=$(cat "$THREADS_MAX")
	(
		read -r _ _ _ threads _ </proc/loadavg
		echo $((${threads#*/} + $1)) >"$THREADS_MAX"
		set_cpu "$CPU" 1 2>/dev/null
	)
	status=$?
	echo "$max" >"$THREADS_MAX"
	return "$status"
}

cpu_comes_with_room_for() {
	# Another thread may have ended meanwhile and made room.
	for _ in $(seq 10); do
		bring_up_with_room_for "$1" || return
		set_cpu "$CPU" 0
	done
}

# The first queue is events, then comes cwq_items, whose thread is at work and
# needs none, and the last ones are those of cwq_test_client.
failing_threads_stop_the_cpu() {
	load cwq_test_client && hold_items 2 || return
	pid=$(value cwq_items "$CPU" pid)
	set_cpu "$CPU" 0
	for room in 0 1; do
		! cpu_comes_with_room_for "$room" && ! is_online "$CPU" ||
			complain "there was room for $room, and CPU $CPU came" ||
			return
		dmesg | tail -n 20 |
			grep -q "cwq: no worker threads for CPU $CPU" ||
			complain "failed, but not for us" || return
		nothing_is_half_made || return
	done
	release_items && thread_has_ended cwq_items "$pid"
}

nothing_is_half_made() {
	value_is cwq_items "$CPU" pid "$pid" && is_running cwq_items "$CPU" ||
		complain "cwq_items:" "$(rows cwq_items)" || return
	for queue in events cwq_client; do
		value_is "$queue" "$CPU" pid - ||
			complain "$queue has a thread" || return
		! cat /proc/[0-9]*/comm 2>/dev/null | grep -qx "$queue/$CPU" ||
			complain "there is a thread $queue/$CPU" || return
	done
	redirected=$(sum cwq_items redirected)
	echo "$CPU 1" >"$ITEMS/queue" && redirected_by "$redirected" 1
}

next_attempt_succeeds() {
	set_cpu "$CPU" 1 || return
	for queue in events cwq_items cwq_client; do
		thread_is "$queue" "$CPU" "$queue/$CPU" "$CPU" || return
	done
	unload cwq_test_client
}

torture_is_over() {
	[ "$(cat /sys/module/cwq_torture/parameters/result)" != running ]
}

# Clients use the queues at random while each CPU but the first goes and comes.
churn_survives() {
	load cwq_torture items="$ACCEPTED" || return
	cycles=0
	until torture_is_over; do
		for cpu in $CPUS; do
			[ -e "/sys/devices/system/cpu/cpu$cpu/online" ] ||
				continue
			set_cpu "$cpu" 0 && check_ledger 1 &&
				set_cpu "$cpu" 1 && check_ledger 1 ||
				complain "in cycle $cycles, CPU $cpu" || return
			cycles=$((cycles + 1))
		done
	done
	echo "# CPUs came and went $cycles times"
	dmesg | grep cwq_torture: | tail -n 1 | sed 's/^/# /'
	result=$(cat /sys/module/cwq_torture/parameters/result)
	unload cwq_torture && [ "$result" = SUCCESS ]
}

[ -e /sys/devices/system/cpu/cpu$CPU/online ] ||
	skip_all "CPU $CPU cannot be taken offline"
# The thread ends, and what is queued there goes elsewhere; until all are used again.
keeps_off_a_cpu() {
	cpus=$DEBUGFS/cwq/cwq_items/cpus
	all=$(cat "$cpus")
	pid=$(value cwq_items "$CPU" pid)
	before=$(sum cwq_items redirected)
	echo 0 >"$cpus" && [ "$(cat "$cpus")" = 0 ] &&
		thread_has_ended cwq_items "$pid" &&
		look_is offline,kept_off queues flags queue=cwq_items \
			"cpu=$CPU" || return
	echo "$CPU 2" >"$ITEMS/queue" && echo 1 >"$ITEMS/flush" &&
		redirected_by "$before" 2 || return
	set_cpu "$CPU" 0 && set_cpu "$CPU" 1 &&
		value_is cwq_items "$CPU" pid - || complain "it has a thread" ||
		return
	echo "$all" >"$cpus" && thread_is_new cwq_items "$pid" || return
	echo "$CPU 1" >"$ITEMS/queue" && echo 1 >"$ITEMS/flush" &&
		redirected_by "$before" 2
}

nonsense_about_cpus() {
	cpus=$DEBUGFS/cwq/cwq_items/cpus
	all=$(cat "$cpus")
	for list in "" x 0-x 99999; do
		! echo "$list" >"$cpus" || complain "accepted: $list" || return
	done 2>/dev/null
	[ "$(cat "$cpus")" = "$all" ] || complain "now $(cat "$cpus")" || return
	for file in events cwq_single; do
		[ ! -e "$DEBUGFS/cwq/$file/cpus" ] ||
			complain "$file has cpus" || return
	done
}

plan 17 cwq_test_items cwq_test_client cwq_torture
load cwq && load cwq_test_items || exit
result "idle threads go and come with their CPU" threads_go_and_come
result "what is queued on a CPU that goes stays" items_survive_their_cpu
result "new work goes to another CPU" offline_cpu_gets_no_work
result "so does work that is moved there" moved_work_goes_elsewhere
result "a thread at work goes on when its CPU is back" thread_waits_for_its_cpu
result "flush and cancel find what is left there" flush_and_cancel_find_them
result "then it ends, and a new one comes" cpu_takes_work_again
result "delayed items run elsewhere" delayed_items_run_elsewhere
result "also when they are flushed" delayed_items_are_flushed
result "an item may take the CPU hotplug lock" item_takes_the_hotplug_lock
result "a queue made meanwhile gets its thread" late_cpu_gets_a_thread
result "without threads the CPU does not come" failing_threads_stop_the_cpu
result "the next attempt succeeds" next_attempt_succeeds
result "a queue keeps off a CPU" keeps_off_a_cpu
result "and refuses nonsense" nonsense_about_cpus
result "random use while CPUs go and come" churn_survives
result "and the ledger holds" check_ledger 1
finish
