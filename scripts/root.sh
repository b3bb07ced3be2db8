#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A Debian of another release in a directory, to build in:
#
#	root.sh make RELEASE			install it, unless it is there
#	root.sh run RELEASE COMMAND...		run a command in it
#	root.sh admin RELEASE COMMAND...	as its root
#
# A release's kernel is built against with that release's compiler, headers and
# tools. On a machine of that release, lib.sh uses the machine itself; elsewhere the
# release is installed once below the cache, and commands run in it by chroot, in a
# mount namespace of their own, which sees /tmp, the cache and this source tree at
# their usual places. Nothing outside the cache is changed.

here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

usage="usage: root.sh make RELEASE | root.sh run|admin RELEASE COMMAND..."
(($# >= 2)) || die "$usage"
action=$1 release=$2
shift 2
top=$(dirname "$here")
root=$cache/roots/$release

# field NAME PATTERN: from the package lists of this machine, the NAME of the first
# list of Debian's whose codename matches
field() {
	apt-get indextargets --format "\$(CODENAME) \$($1)" \
	    'Created-By: Packages' 'Origin: Debian' 2>/dev/null |
	    awk -v pattern="$2" '$1 ~ pattern { print $2; exit }'
}

# Where this machine gets Debian from, or where debootstrap does. The other machines'
# suites are those that scripts/kernels names; an archive of which one of them is being
# updated has no list at all.
sources() {
	local mirror security

	mirror=$(awk '$1 == "deb" { print $2; exit }' "$1/etc/apt/sources.list")
	security=$(field REPO_URI '-security$' || true)
	security=${security:-${mirror%/}-security}
	echo "deb [arch=amd64] $mirror $release main"
	[[ $release != forky ]] || return 0
	echo "deb [arch=amd64] $mirror $release-updates main"
	echo "deb [arch=amd64] $security $release-security main"
	[[ $release = trixie ]] || return 0
	echo "deb [arch=arm64,riscv64] $mirror $release main"
	echo "deb [arch=amd64,arm64] $mirror $release-backports main"
}

bootstrap() {
	local new=$root.new mirror arch script=/usr/share/debootstrap/scripts/$release
	local log=$cache/logs/root-$release.log

	# An older debootstrap does not know the name; all since sid are alike.
	[[ -e $script ]] || script=/usr/share/debootstrap/scripts/sid
	mirror=$(field REPO_URI '^[a-z]+$' || true)
	as_root rm -rf "$new"
	mkdir -p "$cache/roots"
	logged "installing Debian $release in a directory" "$log" \
	    as_root debootstrap --variant=minbase --include=ca-certificates \
	    "$release" "$new" "${mirror:-}" "$script"
	# How this machine reaches the archive holds there, too.
	apt-config dump 2>/dev/null | grep '^Acquire::' |
	    as_root tee "$new/etc/apt/apt.conf.d/50host" >/dev/null || true
	sources "$new" | as_root tee "$new/etc/apt/sources.list.new" >/dev/null
	as_root mv "$new/etc/apt/sources.list.new" "$new/etc/apt/sources.list"
	for arch in arm64 riscv64; do
		as_root chroot "$new" dpkg --add-architecture "$arch"
	done
	printf '#!/bin/sh\nexit 101\n' |
	    as_root tee "$new/usr/sbin/policy-rc.d" >/dev/null
	as_root chmod 755 "$new/usr/sbin/policy-rc.d"
	as_root mv "$new" "$root"
}

make_root() {
	[[ ! -d $root ]] || return 0
	lock "root-$release"
	[[ ! -d $root ]] || return 0
	command -v debootstrap >/dev/null || die \
	    "a Debian $release root is needed to build for its kernels" \
	    "Install the package debootstrap (scripts/setup.sh does on Debian)."
	bootstrap
}

# The mounts end with the namespace, and that with the command, which takes the place
# of this script: who kills it kills that. Where our own / is no mount, as in a chroot,
# no mount can be kept from others: then they are taken away when the command has ended.
# shellcheck disable=SC2016 # the inner shell expands them
run() {
	local user=$1 command propagation=private as=()
	shift

	((EUID == 0)) || as=(sudo)
	"${as[@]}" unshare --mount --propagation private true 2>/dev/null ||
		propagation=unchanged
	as_root mkdir -p "$root$cache" "$root$top" "$root$PWD"
	command=("${as[@]}" env HOME="$HOME" unshare --mount
	    --propagation "$propagation" sh -ec '
	propagation=$1 root=$2 cache=$3 top=$4 dir=$5 user=$6
	shift 6
	for d in /proc /dev /sys /tmp "$cache" "$top"; do
		mount --rbind "$d" "$root$d"
	done
	[ ! -e /etc/resolv.conf ] ||
		cat /etc/resolv.conf >"$root/etc/resolv.conf" || true
	set -- chroot --userspec="$user" "$root" env --chdir="$dir" "$@"
	[ "$propagation" = unchanged ] || exec "$@"
	status=0
	"$@" || status=$?
	for d in "$top" "$cache" /tmp /sys /dev /proc; do
		umount --recursive --lazy "$root$d"
	done
	exit $status
	' sh "$propagation" "$root" "$cache" "$top" "$PWD" "$user"
	    PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@")
	exec "${command[@]}"
}

case $action in
make) make_root ;;
run) run "$(id -u):$(id -g)" "$@" ;;
admin) run 0:0 "$@" ;;
*) die "$usage" ;;
esac
