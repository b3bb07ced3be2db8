#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A constructor in a module is built without a warning, and never runs.
#
# Guess: __attribute__((constructor)), or the constructor of a global C++ object, runs
# when the module is loaded, before its init function; or modpost or the loader refuses a
# module that has an .init_array which nobody will look at.
#
# Seen: the loader runs it only with CONFIG_CONSTRUCTORS, which gcov, KASAN and KCSAN
# select. Debian's kernels have none of them: the module builds without a warning, its
# .init_array is in the .ko file and is loaded, and the variable that the constructor sets
# is as it was.
#
# Versions: linux-headers-7.3.4+deb13-amd64 and linux-binary-7.3.4+deb13-amd64
# 7.3.4-1~bpo13+1 (Debian 13, backports), gcc 14.2.0-19, QEMU 10.0.13 without KVM.
# Source: do_mod_ctors() in kernel/module/main.c and find_module_sections(), both under
# CONFIG_CONSTRUCTORS; "config CONSTRUCTORS" in init/Kconfig and who selects it.

set -euo pipefail

release=7.3.4+deb13-amd64 version=7.3.4-1~bpo13+1

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
apt-get -qq -y --download-only install bash binutils busybox-static coreutils dash \
    findutils grep make mawk perl-base sed qemu-system-x86=1:10.0.13+ds-0+deb13u1 \
    "linux-headers-$release=$version" >apt.log
(cd archives && apt-get -qq download "linux-binary-$release=$version")

# The packages, unpacked: a root for chroot, which mounts /dev and /proc while it runs.
mkdir -p root/usr/{bin,lib,lib64,sbin} root/{dev,proc,tmp}
for dir in bin lib lib64 sbin; do
	ln -s "usr/$dir" "root/$dir"
done
for deb in archives/*.deb; do
	dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C root
done
lib=$tmp/root/usr/lib/x86_64-linux-gnu
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
cat >root/src/demo.c <<'END'
#include <linux/module.h>

static int n = 1;

static void __attribute__((constructor)) demo_constructor(void)
{
	n = 2;
}

static int __init demo_init(void)
{
	pr_info("demo: n is %d\n", n);
	return 0;
}

static void __exit demo_exit(void)
{
}

module_init(demo_init);
module_exit(demo_exit);
MODULE_DESCRIPTION("a constructor");
MODULE_LICENSE("GPL");
END
echo 'obj-m := demo.o' >root/src/Makefile
in_root x86_64-linux-gnu-gcc-14 --version | head -n 1
in_root make -C "/usr/src/linux-headers-$release" M=/src modules >log 2>&1 || {
	cat log
	exit 1
}
cat log
if grep -iq warning log; then false; fi
in_root readelf -SW /src/demo.ko | grep ' \.init_array ' | tee log
[[ -s log ]]

mkdir -p init/{bin,proc}
cp root/usr/bin/busybox init/bin
cp root/src/demo.ko init
cat >init/init <<'END'
#!/bin/busybox sh
bb=/bin/busybox
$bb mount -t proc proc /proc
echo "kernel $($bb uname -r)"
$bb insmod /demo.ko
echo "insmod: status $?"
$bb dmesg | $bb grep 'demo:'
$bb poweroff -f
END
chmod +x init/init
(cd init && find . | ../root/usr/bin/busybox cpio -o -H newc 2>/dev/null) >initrd

QEMU_MODULE_DIR=$lib/qemu timeout 1200 "$lib/ld-linux-x86-64.so.2" \
    --library-path "$lib" root/usr/bin/qemu-system-x86_64 -L root/usr/share/qemu \
    -L root/usr/share/seabios -accel tcg -m 512 -nic none -display none -vga none \
    -monitor none -serial stdio -no-reboot -initrd initrd \
    -kernel "root/usr/lib/modules/$release/vmlinuz" \
    -append 'console=ttyS0 quiet panic=-1 cryptomgr.notests' </dev/null 2>errors |
    tr -d '\r' | sed -n '/^kernel /,$p' | tee log

grep -q '^insmod: status 0' log
grep -q 'demo: n is 1$' log
config=root/usr/lib/modules/$release/config
if grep CONFIG_CONSTRUCTORS= "$config"; then false; fi
echo "As recorded: the constructor is in the file, and is not run."
