#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A module that was compressed by plain `xz` cannot be loaded on Debian 13's kernels.
#
# Guess: foo.ko.xz is foo.ko.xz. modinfo reads it and depmod indexes it, so modprobe and
# insmod load it, whatever options xz was called with.
#
# Seen: kmod 34 does not unpack such a file, it hands it to the kernel if the kernel's own
# format, in /sys/module/compression, is the same. The kernel's decoder has no CRC64,
# which is what xz writes by default: "decompression failed with status 6" in the log,
# "Invalid parameters" from insmod. kmod does not try again by itself, though its modinfo
# reads the very same file. `xz --check=crc32`, which the kernel's modules_install uses,
# makes a file that loads. busybox insmod, refused in the same way, unpacks the file for
# itself, and loads it. So an initramfs with modules that plain xz compressed works with
# busybox and not with kmod, and which kernel it is decides, too: one that was configured
# for another format, or without CONFIG_MODULE_DECOMPRESS, leaves the unpacking to kmod.
#
# Versions: linux-modules-7.3.4+deb13-amd64 7.3.4-1~bpo13+1 (dummy.ko.xz of it), kmod
# 34.2-2, xz-utils and busybox-static of Debian 13, QEMU 10.0.13 without KVM.
# Source: CONFIG_MODULE_COMPRESS_XZ and CONFIG_MODULE_DECOMPRESS in the kernel's config;
# module_xz_decompress() in kernel/module/decompress.c; 6 is XZ_OPTIONS_ERROR in
# include/linux/xz.h, "file uses ... an integrity check that is not supported"; cmd_xz in
# scripts/Makefile.modinst; libkmod's kmod_module_insert_module().

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
apt-get -qq -y --download-only install busybox-static kmod=34.2-2 xz-utils \
    qemu-system-x86=1:10.0.13+ds-0+deb13u1 >apt.log
(cd archives && apt-get -qq download "linux-binary-$release=$version" \
    "linux-modules-$release=$version")

mkdir -p root/usr/{bin,lib,lib64,sbin}
for dir in bin lib lib64 sbin; do
	ln -s "usr/$dir" "root/$dir"
done
for deb in archives/*.deb; do
	case $deb in
	*linux-modules-*) only=(--wildcards '*/net/dummy.ko*') ;;
	*) only=() ;;
	esac
	dpkg-deb --fsys-tarfile "$deb" |
	    tar -x --keep-directory-symlink -C root "${only[@]}"
done
lib=$tmp/root/usr/lib/x86_64-linux-gnu
# run PROGRAM...: one of the root's, with the root's libraries
run() {
	"$lib/ld-linux-x86-64.so.2" --library-path "$lib" "$@"
}

# An initramfs with the module in four ways.
mkdir -p init/{bin,dev,proc,sys,lib64,usr}
cp root/usr/bin/busybox init/bin
cp root/usr/bin/kmod init/bin/insmod
for file in $(run --list root/usr/bin/kmod | grep -o '/[^ ]*'); do
	mkdir -p init/usr/lib/x86_64-linux-gnu
	cp -L "$file" init/usr/lib/x86_64-linux-gnu
done
ln -s usr/lib init/lib
cp -L "$lib/ld-linux-x86-64.so.2" init/lib64
packed=$(find root/usr/lib/modules -name dummy.ko.xz)
run root/usr/bin/xz -dc "$packed" >init/plain.ko
cp "$packed" init/debian.ko.xz
run root/usr/bin/xz -c init/plain.ko >init/default.ko.xz
run root/usr/bin/xz -c --check=crc32 init/plain.ko >init/crc32.ko.xz
cat >init/init <<'END'
#!/bin/busybox sh
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t sysfs sysfs /sys
echo "kernel $($bb uname -r), format $($bb cat /sys/module/compression)"
for file in plain.ko debian.ko.xz crc32.ko.xz default.ko.xz; do
	for insmod in "/bin/insmod" "$bb insmod"; do
		status=0
		$insmod /$file || status=$?
		echo "$insmod $file: status $status"
		$bb rmmod dummy 2>/dev/null
	done
done
$bb dmesg | $bb grep decompression
$bb poweroff -f
END
chmod +x init/init
(cd init && find . | ../root/usr/bin/busybox cpio -o -H newc 2>/dev/null) >initrd

run root/usr/bin/xz --version | head -n 1
ln -sf kmod root/usr/bin/modinfo
echo "modinfo default.ko.xz: $(cd root/usr/bin && run ./modinfo -F description \
    "$tmp/init/default.ko.xz")" | tee log
[[ $(cat log) = *[a-z]*:\ ?* ]]
QEMU_MODULE_DIR=$lib/qemu timeout 1200 "$lib/ld-linux-x86-64.so.2" \
    --library-path "$lib" root/usr/bin/qemu-system-x86_64 -L root/usr/share/qemu \
    -L root/usr/share/seabios -accel tcg -m 512 -nic none -display none -vga none \
    -monitor none -serial stdio -no-reboot -initrd initrd \
    -kernel "root/usr/lib/modules/$release/vmlinuz" \
    -append 'console=ttyS0 quiet panic=-1 cryptomgr.notests' </dev/null 2>errors |
    tr -d '\r' | sed -n '/^kernel /,$p' | tee log

for good in plain debian crc32; do
	[[ $(grep -c "$good.ko.*: status 0" log) = 2 ]]
done
grep -q 'default.ko.xz: Invalid parameters' log
grep -q '^/bin/insmod default.ko.xz: status 1' log
grep -q '^/bin/busybox insmod default.ko.xz: status 0' log
grep -q 'decompression failed with status 6' log
echo "As recorded: what xz writes by default, the kernel refuses."
