# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Sourced by the tests: KTAP, modules, and the table in debugfs.

DEBUGFS=/sys/kernel/debug
QUEUES=$DEBUGFS/cwq/queues
CPUS=$(awk '/^processor/ { print $3 }' /proc/cpuinfo)
# shellcheck disable=SC2034 # used by those who source this file
ITEMS=$DEBUGFS/cwq_test_items
# shellcheck disable=SC2034
ITEM_FN="item_fn[cwq_test_items]"
MAX_RETRIES=300
RETRY_INTERVAL=.1

# Kselftest framework requirement - SKIP code is 4
ksft_skip=4

here=$(dirname "$(realpath "$0")")
tests_run=0
tests_failed=0
scratch=	# a directory, if the test has made one

# plan(n, module...) - announce n tests, for which the modules are needed
plan() {
	echo "TAP version 13"
	n=$1
	shift
	[ "$(id -u)" -eq 0 ] || skip_all "must be run as root"
	[ -d "$DEBUGFS/tracing" ] || [ -d "$DEBUGFS/bdi" ] ||
		skip_all "debugfs is not mounted on $DEBUGFS"
	for module in cwq "$@"; do
		! is_loaded "$module" ||
			skip_all "$module is loaded already"
		find_module "$module" >/dev/null ||
			skip_all "$module.ko is not there"
	done
	echo "1..$n"
	planned=$n
	trap cleanup EXIT
	trap 'exit 1' INT TERM HUP
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit $ksft_skip
}

# result(description, command...) - one test: does the command succeed?
result() {
	description=$1
	shift
	tests_run=$((tests_run + 1))
	if "$@"; then
		echo "ok $tests_run $description"
	else
		tests_failed=$((tests_failed + 1))
		echo "not ok $tests_run $description"
		# What it has left waiting must not hold up the next one.
		[ ! -e "$ITEMS/gate" ] || echo 1 >"$ITEMS/gate"
	fi
}

# skip(description, why) - one test that cannot be run here
skip() {
	tests_run=$((tests_run + 1))
	echo "ok $tests_run $1 # SKIP $2"
}

# results_of(file) - lines of "ok" or "not ok" and a description: a test each
results_of() {
	results=$(cat "$1")
	while read -r line; do
		case $line in
		"ok "*) result "${line#ok }" true ;;
		*) result "${line#not ok }" false ;;
		esac
	done <<RESULTS
$results
RESULTS
}

# finish - the test's exit status
finish() {
	[ "$tests_run" -eq "$planned" ] || {
		echo "# $tests_run tests were run, $planned were planned"
		exit 1
	}
	[ "$tests_failed" -eq 0 ]
	exit
}

# A diagnostic line, for the reader of a failure. Fails itself.
complain() {
	echo "# $*"
	return 1
}

# What a test has loaded goes, also when it ends halfway.
cleanup() {
	status=$?
	[ -z "$scratch" ] || rm -rf "$scratch"
	for module in cwq_test_guard cwq_test_freed cwq_test_items cwq_test_client \
			cwq_test_misuse cwq_torture cwq_test_suspend \
			cwq_test_diff cwq_hash cwq; do
		! is_loaded "$module" || unload "$module" || status=1
	done
	for cpu in $CPUS; do
		is_online "$cpu" || set_cpu "$cpu" 1 || status=1
	done
	exit $status
}

# Modules: installed beside this file, or where they have been built.
find_module() {
	for dir in "$here" "$here/test_modules" "$here/.."; do
		if [ -f "$dir/$1.ko" ]; then
			echo "$dir/$1.ko"
			return
		fi
	done
	return 1
}

# load(module, parameter...)
load() {
	path=$(find_module "$1")
	shift
	insmod "$path" "$@"
}

unload() {
	rmmod "$1"
}

is_loaded() {
	[ -d "/sys/module/$1" ]
}

# set_cpu(cpu, online) - 1 or 0
set_cpu() {
	echo "$2" >"/sys/devices/system/cpu/cpu$1/online"
}

is_online() {
	[ ! -e "/sys/devices/system/cpu/cpu$1/online" ] ||
		[ "$(cat "/sys/devices/system/cpu/cpu$1/online")" = 1 ]
}

# mark_log - put a line into the kernel log for log_since_mark
mark_log() {
	mark="$0 $$ $(cut -d ' ' -f 1 /proc/uptime)"
	echo "$mark" >/dev/kmsg
}

log_since_mark() {
	dmesg | awk -v mark="$mark" 'found { print } index($0, mark) { found = 1 }' |
		grep -v cwq-expect:
}

# expect(regular expression) - a report in the kernel log that is no failure; see
# scripts/check-log.py
expect() {
	echo "cwq-expect: $1" >/dev/kmsg
}

# loop_until(command...) - for what becomes true without telling anybody
loop_until() {
	retries=0
	until "$@"; do
		retries=$((retries + 1))
		[ "$retries" -lt "$MAX_RETRIES" ] || return 1
		sleep $RETRY_INTERVAL
	done
}

# rows(queue) - what the table has on a queue, as it is now: for each CPU that,
# and accepted, executed, cancelled, pending, running
rows() {
	awk -v queue="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		$column["queue"] == queue {
			print $column["cpu"], $column["accepted"],
			      $column["executed"], $column["cancelled"],
			      $column["pending"], $column["running"]
		}' "$QUEUES"
}

# look(table, columns, column=value...) - these columns, of the rows of a table in
# debugfs that have such values
look() {
	table=$1 wanted=$2
	shift 2
	awk -v wanted="$wanted" -v conditions="$*" '
		NR == 1 {
			for (i = 1; i <= NF; i++)
				column[$i] = i
			n = split(conditions, condition, " ")
			m = split(wanted, want, " ")
			next
		}
		{
			for (i = 1; i <= n; i++) {
				split(condition[i], part, "=")
				if ($column[part[1]] != part[2])
					next
			}
			line = $column[want[1]]
			for (i = 2; i <= m; i++)
				line = line " " $column[want[i]]
			print line
		}' "$DEBUGFS/cwq/$table"
}

# look_is(should, table, columns, column=value...)
look_is() {
	should=$1
	shift
	is=$(look "$@")
	[ "$is" = "$should" ] || complain "$1 has" "$is" "and not" "$should"
}

# columns_are_constant(table)
columns_are_constant() {
	awk -v table="$1" '
		NR == 1 { n = NF }
		NF != n {
			print "# " table ": " NF " columns, not " n ": " $0
			bad = 1
		}
		END { exit !n || bad }' "$DEBUGFS/cwq/$1"
}

# longer(than, table, column, column=value...) - there is one such row, and it says
# so many milliseconds at least
longer() {
	than=$1
	shift
	is=$(look "$@")
	[ "$is" -ge "$than" ]
}

# value(queue, cpu, column)
value() {
	awk -v queue="$1" -v cpu="$2" -v name="$3" '
		NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		$column["queue"] == queue && $column["cpu"] == cpu {
			print $column[name]
		}' "$QUEUES"
}

# sum(queue, column) - over the CPUs
sum() {
	awk -v queue="$1" -v name="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		$column["queue"] == queue { n += $column[name] }
		END { print n }' "$QUEUES"
}

# value_is(queue, cpu, column, value)
value_is() {
	[ "$(value "$1" "$2" "$3")" = "$4" ]
}

# is_running(queue, cpu)
is_running() {
	value_is "$1" "$2" running 1
}

# hold(n) - so many items on CPU 1, of which the first runs and does not end
hold() {
	echo 0 >"$ITEMS/gate"
	echo "1 1" >"$ITEMS/queue" && loop_until is_running cwq_items 1 &&
		echo "1 $(($1 - 1))" >"$ITEMS/queue"
}

# let_go - and wait until they have ended
let_go() {
	echo 1 >"$ITEMS/gate"
	echo 1 >"$ITEMS/flush"
}

# thread_is(queue, cpu, name, allowed) - the thread that the table tells of has
# the right name and place
thread_is() {
	queue=$1 cpu=$2 name=$3 allowed=$4
	pid=$(value "$queue" "$cpu" pid)
	is=$(cat "/proc/$pid/comm")
	[ "$is" = "$name" ] ||
		complain "the thread of $queue on $cpu is $is" || return
	is=$(awk '/^Cpus_allowed_list:/ { print $2 }' "/proc/$pid/status")
	[ "$is" = "$allowed" ] || complain "$name may run on $is"
}

# row_is(queue, cpu, accepted, executed, cancelled, pending, running)
row_is() {
	is=$(rows "$1" | grep -e "^$2 ")
	should="$2 $3 $4 $5 $6 $7"
	[ "$is" = "$should" ] || complain "a row of $1 is $is, not $should"
}

# rows_are(queue, accepted, executed, cancelled, pending, running) - on each CPU
rows_are() {
	queue=$1
	shift
	is=$(rows "$queue")
	should=$(for cpu in $CPUS; do echo "$cpu $*"; done)
	[ "$is" = "$should" ] ||
		complain "the rows of $queue are" "$is" "and not" "$should"
}

# check_ledger(reads) - read the table so many times: is accepted = executed +
# cancelled + pending + running in every row?
check_ledger() {
	awk -v reads="$1" -v table="$QUEUES" '
		function read_header(	i) {
			getline <table
			for (i = 1; i <= NF; i++)
				column[$i] = i
		}
		function check_row() {
			rows++
			if ($column["accepted"] != $column["executed"] +
			    $column["cancelled"] + $column["pending"] +
			    $column["running"]) {
				print "# the ledger is wrong: " $0
				bad = 1
			}
		}
		BEGIN {
			while (reads--) {
				read_header()
				while ((getline <table) > 0)
					check_row()
				close(table)
			}
			exit !rows || bad
		}'
}

# Names of the kernel threads that belong to cwq or to a test's queue.
worker_threads() {
	cat /proc/[0-9]*/comm 2>/dev/null |
		grep -E '^(events|cwq_[a-z1]+)(/[0-9]+)?$'
}

no_worker_threads() {
	[ -z "$(worker_threads)" ]
}
