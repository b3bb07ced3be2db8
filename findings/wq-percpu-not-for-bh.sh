#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A stable kernel has a new flag of workqueues, and refuses a pair of flags that is
# right on the kernel which the flag is from.
#
# Guess: where WQ_PERCPU is defined it may stand wherever WQ_UNBOUND does not, as on 7.x,
# where alloc_workqueue() warns if neither is there.
#
# Seen: 6.12 stable took over WQ_PERCPU, but not its place in __WQ_BH_ALLOWS. There
# alloc_workqueue("x", WQ_BH | WQ_PERCPU, 0) warns (kernel/workqueue.c:5718 of 6.12.118) and
# returns NULL; on 7.3.4 it makes a queue. A driver that asks "is there WQ_PERCPU?" is
# wrong on 6.12 only. WQ_BH | (__WQ_BH_ALLOWS & WQ_PERCPU) is right on both.
#
# Versions: linux-headers-6.12.118+deb13-common 6.12.118-1 (Debian 13, security),
# linux-headers-7.3.4+deb13-common 7.3.4-1~bpo13+1 (its backports).
# Source: enum wq_flags in include/linux/workqueue.h; __alloc_workqueue() in
# kernel/workqueue.c.

set -euo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

# An apt of Debian 13 in the temporary folder, from where this machine has its Debian.
# shellcheck disable=SC2016 # apt expands them
site=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' \
    'Origin: Debian' | awk '$1 !~ /-/ { print $2; exit }')
mkdir -p lists/partial archives/partial
: >status
printf 'deb [arch=amd64] %s %s main\n' "$site" trixie-backports \
    "${site%/}-security" trixie-security >sources
cat >apt.conf <<END
APT { Architecture "amd64"; Architectures "amd64"; Sandbox::User ""; };
Dir { State { Lists "$tmp/lists"; Status "$tmp/status"; };
	Cache "$tmp"; Cache::Archives "$tmp/archives";
	Etc { SourceList "$tmp/sources"; SourceParts "/dev/null"; }; };
Debug::NoLocking "true";
END
export APT_CONFIG=$tmp/apt.conf
apt-get -qq update

# allows RELEASE VERSION: is WQ_PERCPU there, and may it stand beside WQ_BH?
allows() {
	local header has=no beside=no

	apt-get -qq download "linux-headers-$1-common=$2"
	dpkg-deb --extract "linux-headers-$1-common"_*.deb "$1"
	header=$1/usr/src/linux-headers-$1-common/include/linux/workqueue.h
	! grep -qE '^\s*WQ_PERCPU\s*=' "$header" || has=yes
	! grep -qE '^\s*__WQ_BH_ALLOWS\s*=.*\<WQ_PERCPU\>' "$header" || beside=yes
	echo "$2: WQ_PERCPU $has, beside WQ_BH $beside"
}

seen=$(allows 6.12.118+deb13 6.12.118-1; allows 7.3.4+deb13 '7.3.4-1~bpo13+1')
echo "$seen"
[[ $seen = "6.12.118-1: WQ_PERCPU yes, beside WQ_BH no
7.3.4-1~bpo13+1: WQ_PERCPU yes, beside WQ_BH yes" ]]
