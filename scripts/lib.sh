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

# The codename of this machine's Debian; empty if it is another distribution. Testing
# and unstable are the next release.
debian_release() {
	local ID='' VERSION_CODENAME=''

	# shellcheck source=/dev/null
	. /etc/os-release
	[[ $ID != debian ]] || echo "$VERSION_CODENAME"
}

# The stock kernel of this machine's release; elsewhere that of Debian stable.
host_kernel() {
	case $(debian_release) in
	bookworm) echo 6.1 ;;
	forky) echo 7.2 ;;
	*) echo 6.12 ;;
	esac
}

# Where to build for the kernels of a suite, such as trixie-backports: in the root of
# that release, or, which is empty, on this machine, if it has this suite.
root_for() {
	[[ $1 = "$(debian_release)" ]] || echo "${1%%-*}"
}

# Where what checks the sources is taken from: its verdicts are those of a version.
# shellcheck disable=SC2034
tools=$(root_for bookworm)

# The directory of a root.
root_dir() {
	[[ -z $1 ]] || echo "$cache/roots/$1"
}

# Run a command in a root, or here if it is empty: in_root ROOT COMMAND...
in_root() {
	local root=$1
	shift

	if [[ $root ]]; then
		"${BASH_SOURCE%/*}/root.sh" run "$root" "$@"
	else
		"$@"
	fi
}

# apt-get in a root, not asking anybody anything, and patient with another apt; what
# locks the package lists is not: apt_get ROOT ARGUMENT...
apt_get() (
	local root=$1 as=(as_root)
	shift

	lock "apt-${root:-machine}"
	[[ -z $root ]] || as=("${BASH_SOURCE%/*}/root.sh" admin "$root")
	"${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --yes --quiet \
	    -o DPkg::Lock::Timeout=600 "$@"
)

# Download packages into a directory: apt_download ROOT DIR PACKAGE[=VERSION]...
apt_download() (
	local root=$1 dir=$2
	shift 2

	lock "apt-${root:-machine}"
	in_root "$root" env --chdir="$dir" apt-get download "$@"
)

# What it takes to build modules, and kernels. With W=1 the comments for kernel-doc are
# read, by a script in Perl or Python.
# shellcheck disable=SC2034
module_packages=(make libc6-dev kmod perl python3)
# shellcheck disable=SC2034
kernel_packages=("${module_packages[@]}" flex bison bc libelf-dev libssl-dev
	dwarves xz-utils rsync cpio)

# Install what is missing in a root: need_packages ROOT PACKAGE[=VERSION]...
need_packages() {
	local root=$1 where=${1:-machine} installed package missing=()
	shift

	[[ -z $root ]] || "${BASH_SOURCE%/*}/root.sh" make "$root"
	# shellcheck disable=SC2016 # dpkg-query expands them
	installed=$(in_root "$root" dpkg-query --show --showformat \
	    '${db:Status-Status} ${Package}\n' "${@%%=*}" 2>/dev/null || true)
	for package; do
		[[ $'\n'$installed$'\n' = *$'\n'"installed ${package%%=*}"$'\n'* ]] ||
			missing+=("$package")
	done
	((${#missing[@]})) || return 0
	logged "fetching the package lists ($where)" \
	    "$cache/logs/apt-update-$where.log" apt_get "$root" update
	logged "installing ${missing[*]} ($where)" \
	    "$cache/logs/apt-install-$where.log" \
	    apt_get "$root" install --no-install-recommends "${missing[@]}"
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

	# For shellcheck, too.
	# shellcheck disable=SC2034
	ID='' KIND='' ROOT='' ARCH='' RELEASE='' IMAGE='' MODULES='' KDIR='' SRC='' TOOLS=''
	# shellcheck disable=SC2034
	BUILD=()
	facts=$("${BASH_SOURCE%/*}/kernel.sh" "$1")
	eval "$facts"
}
