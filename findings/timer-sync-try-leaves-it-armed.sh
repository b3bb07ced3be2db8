#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timer_delete_sync_try() leaves an armed timer armed, and says that its function runs.
#
# Guess: -1 means that the timer has gone off: it is not armed any more, and its function
# is about to do, or doing, what it is for. Who gets -1 can leave the rest to the function.
#
# Seen: the function counts as running until the CPU that called it is back in the timer
# code, and a timer that was armed anew before is not taken out: -1, and it is armed still,
# for an hour in this example. timer_delete() at the same moment takes it out and says 1.
# On real machines that moment is some instructions long; a virtual CPU may be stopped
# there for as long as its host likes, and then "try again later" is all that is left,
# however often what the timer is for has been done.
#
# Versions: linux-headers-7.3.4+deb13-amd64 and linux-binary-7.3.4+deb13-amd64
# 7.3.4-1~bpo13+1 (Debian 13, backports), gcc 14.2.0-19, QEMU 10.0.13 without KVM. Linux
# 6.1 does the same, where the name is try_to_del_timer_sync().
# Source: expire_timers() in kernel/time/timer.c sets base->running_timer to NULL after the
# function has returned and the base is locked again, and __try_to_del_timer_sync() looks at
# nothing else before it gives up.

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
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/timer.h>

static struct timer_list timer;
static bool fired, come_back;

/* What it is for is done at once; its CPU comes back from it at the latest in 5 s. */
static void demo_fn(struct timer_list *unused)
{
	int ms = 0;

	smp_store_release(&fired, true);
	while (!smp_load_acquire(&come_back) && ms++ < 5000)
		mdelay(1);
}

static int __init demo_init(void)
{
	int tried, deleted;
	bool armed, still_armed;

	if (num_online_cpus() < 2 || set_cpus_allowed_ptr(current, cpumask_of(0)))
		return -EINVAL;
	timer_setup(&timer, demo_fn, TIMER_PINNED);
	timer.expires = jiffies + 1;
	add_timer_on(&timer, 1);
	while (!smp_load_acquire(&fired))
		cond_resched();

	mod_timer(&timer, jiffies + 3600 * HZ);
	armed = timer_pending(&timer);
	tried = timer_delete_sync_try(&timer);
	still_armed = timer_pending(&timer);
	deleted = timer_delete(&timer);

	smp_store_release(&come_back, true);
	timer_delete_sync(&timer);
	pr_info("demo: armed %d, timer_delete_sync_try() %d, armed %d, timer_delete() %d\n",
		armed, tried, still_armed, deleted);
	return 0;
}

static void __exit demo_exit(void)
{
}

module_init(demo_init);
module_exit(demo_exit);
MODULE_DESCRIPTION("a timer function whose CPU does not come back");
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
    -L root/usr/share/seabios -accel tcg -smp 2 -m 512 -nic none -display none -vga none \
    -monitor none -serial stdio -no-reboot -initrd initrd \
    -kernel "root/usr/lib/modules/$release/vmlinuz" \
    -append 'console=ttyS0 quiet panic=-1 cryptomgr.notests' </dev/null 2>errors |
    tr -d '\r' | sed -n '/^kernel /,$p' | tee log

grep -q '^insmod: status 0' log
grep -q 'demo: armed 1, timer_delete_sync_try() -1, armed 1, timer_delete() 1$' log
echo "As recorded: it is left armed."
