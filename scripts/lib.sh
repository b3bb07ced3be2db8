# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by the other scripts: where things are kept, and how a script speaks.

set -euo pipefail

# Everything large lives here, under names that say what it was made from, so
# removing the whole directory costs time and nothing else.
# shellcheck disable=SC2034 # used by the scripts that source this file
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cwq

# What a make above us was told is not meant for the makes below us.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES

# Progress goes to stderr: what a script prints on stdout is its answer.
say() {
	printf 'cwq: %s\n' "$*" >&2
}

# die WHAT [WHAT TO DO NEXT]...
die() {
	say "error: $1"
	shift
	if (($#)); then
		printf '     %s\n' "$@" >&2
	fi
	exit 1
}

# A sign of life every 20 s, for as long as the script lives. It waits in a
# read, not a sleep, so that killing it leaves no process behind with our locks.
tick() {
	local what=$1 log=$2 start=$SECONDS n=0

	while kill -0 "$$" 2>/dev/null; do
		read -rt 1 <> <(:) || true
		if ((++n % 20 == 0)); then
			say "$what: $((SECONDS - start)) s," \
			    "$(wc -l <"$log") steps," \
			    "now $(tail -n 1 "$log" | tr -s ' \t\r' ' ' | cut -c 1-60)"
		fi
	done
}

# Run one long command with its output in a log: logged WHAT LOG COMMAND...
# Returns the command's exit status.
logged() {
	local what=$1 log=$2 start=$SECONDS status=0 ticker
	shift 2

	mkdir -p "${log%/*}"
	: >"$log"
	say "$what ..."
	tick "$what" "$log" &
	ticker=$!
	"$@" >"$log" 2>&1 || status=$?
	kill "$ticker"
	wait "$ticker" 2>/dev/null || true
	if ((status)); then
		tail -n 20 "$log" >&2
		say "error: $what failed after $((SECONDS - start)) s"
		say "the full log is $log"
		return "$status"
	fi
	say "$what: done in $((SECONDS - start)) s"
}

as_root() {
	if ((EUID)); then
		sudo "$@"
	else
		"$@"
	fi
}

# apt-get, not asking anybody anything, and patient with another apt.
apt_get() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get --yes --quiet \
	    -o DPkg::Lock::Timeout=600 "$@"
}

apt_install() {
	logged "fetching the package lists" "$cache/logs/apt-update.log" \
	    apt_get update
	logged "installing $*" "$cache/logs/apt-install.log" \
	    apt_get install --no-install-recommends "$@"
}

# Have the named thing to ourselves until this script ends.
lock() {
	local fd

	mkdir -p "$cache/locks"
	exec {fd}>"$cache/locks/$1"
	if ! flock --nonblock "$fd"; then
		say "waiting for another run that is preparing $1"
		flock "$fd"
	fi
}

# Prepare a kernel and take over the facts that kernel.sh prints about it.
use_kernel() {
	local facts

	facts=$("${BASH_SOURCE%/*}/kernel.sh" "$1")
	eval "$facts"
}
