#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# `make C=2 CHECK=...` with Debian's headers of Linux 7.3 checks nothing, and succeeds.
#
# Guess: an external module is built with C=1 or C=2 as on any kernel before: the
# checker, sparse or another command that CHECK names, is run on each source file. If it
# could not be run, make would fail.
#
# Seen: the Makefile first runs scripts/checker-valid.sh, which finds out whether the
# checker understands __typeof_unqual__. Debian's package linux-kbuild does not contain
# that script, and a script that is not there counts as a checker that is no good: make
# says that the checker "is not available or not up to date", whichever checker it is,
# builds without it and exits with 0. A CI job that runs sparse or smatch this way
# reports no finding from then on. With the headers of 6.12 the same command runs the
# checker. With a stand-in for the missing script 7.3 does, too.
#
# Versions: linux-headers-7.3.4+deb13-amd64 and linux-kbuild-7.3.4+deb13
# 7.3.4-1~bpo13+1 (Debian 13, backports; 7.2.12-1 of testing lacks the script, too),
# linux-headers-6.12.117+deb13-amd64 6.12.117-1 (Debian 13), gcc 14.2.0-19.
# Source: "Validate the checker is available and functional" in the Makefile of Linux
# 7.3; the list of files of linux-kbuild-7.3.4+deb13.

set -euo pipefail

new=7.3.4+deb13 new_version=7.3.4-1~bpo13+1
old=6.12.117+deb13 old_version=6.12.117-1

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

# An apt of Debian 13 in the temporary folder, from where this machine has its Debian.
# shellcheck disable=SC2016 # apt expands them
site=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' \
    'Origin: Debian' | awk '$1 !~ /-/ { print $2; exit }')
mkdir -p lists/partial archives/partial root
: >status
printf 'deb [arch=amd64] %s %s main\n' "$site" trixie "$site" trixie-backports >sources
cat >apt.conf <<END
APT { Architecture "amd64"; Architectures "amd64"; Sandbox::User "";
	Install-Recommends "false"; };
Dir { State { Lists "$tmp/lists"; Status "$tmp/status"; };
	Cache "$tmp"; Cache::Archives "$tmp/archives";
	Etc { SourceList "$tmp/sources"; SourceParts "/dev/null"; }; };
Debug::NoLocking "true";
END
export APT_CONFIG=$tmp/apt.conf
apt-get -qq update
apt-get -qq -y --download-only install bash binutils coreutils dash findutils grep \
    make mawk perl-base sed "linux-headers-$new-amd64=$new_version" >apt.log
(cd archives && apt-get -qq download "linux-headers-$old-amd64=$old_version" \
    "linux-headers-$old-common=$old_version" "linux-kbuild-$old=$old_version")

# The packages, unpacked: a root for chroot, which mounts /dev and /proc while it runs.
mkdir -p root/usr/{bin,lib,lib64,sbin} root/{dev,proc,tmp}
for dir in bin lib lib64 sbin; do
	ln -s "usr/$dir" "root/$dir"
done
for deb in archives/*.deb; do
	dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C root
done
ln -sf mawk root/usr/bin/awk
in_root() {
	local map=()

	((EUID == 0)) || map=(--map-root-user)
	# shellcheck disable=SC2016 # the inner shell expands them
	unshare "${map[@]}" --mount sh -ec 'mount --rbind /dev "$0/dev"
		mount --rbind /proc "$0/proc"
		exec chroot "$0" "$@"' "$tmp/root" env PATH=/usr/bin LC_ALL=C "$@"
}

mkdir root/src
cat >root/src/hello.c <<'END'
#include <linux/module.h>
MODULE_DESCRIPTION("nothing");
MODULE_LICENSE("GPL");
END
echo 'obj-m := hello.o' >root/src/Makefile
cat >root/usr/bin/checker <<'END'
#!/bin/sh
echo "the checker runs"
END
chmod +x root/usr/bin/checker

# build KERNEL: the output of make, and its status
build() {
	echo "== make C=2 CHECK=checker, headers of $1"
	rm -f root/src/hello.*o root/src/.hello.*
	status=0
	in_root make -C "/usr/src/linux-headers-$1-amd64" M=/src C=2 CHECK=checker \
	    modules >log 2>&1 || status=$?
	grep -E 'CC.*hello\.o|CHECK|[Cc]hecker' log
	echo "status $status, $(ls root/src/hello.ko)"
	rm root/src/hello.ko
	((status == 0))
}

in_root x86_64-linux-gnu-gcc-14 --version | head -n 1
build "$old"
grep -q 'the checker runs' log

build "$new"
grep -q 'checker-valid.sh: No such file' log
grep -q 'checker is not available or not up to date' log
if grep -q "the checker runs" log; then false; fi

echo "== and with a checker-valid.sh that answers yes:"
printf '#!/bin/sh\necho 1\n' >"root/usr/lib/linux-kbuild-$new/scripts/checker-valid.sh"
chmod +x "root/usr/lib/linux-kbuild-$new/scripts/checker-valid.sh"
build "$new"
grep -q 'the checker runs' log
echo "As recorded: without the script of the package, C=2 is ignored."
