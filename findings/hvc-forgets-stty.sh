#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What stty sets on the console hvc0 is forgotten when stty exits.
#
# Guess: `stty -F /dev/hvc0 raw -echo` prepares a virtio console for a test's binary or
# KTAP stream as it does a serial port: the settings stay until the next stty.
#
# Seen: they are gone as soon as the last file descriptor of the terminal is closed, which
# is stty's own. hvc_driver resets the termios of a terminal on its last close; the serial
# driver does not. So the next command finds canonical mode, echo and newlines turned into
# CR LF again. A descriptor that the shell holds, "exec 3<>/dev/hvc0", keeps them. A guest
# with a login shell on its console never shows it, for that holds one.
#
# Versions: linux-binary-7.3.4+deb13-amd64 7.3.4-1~bpo13+1, stty of busybox-static of
# Debian 13, QEMU 10.0.13 without KVM, virtconsole and 16550A.
# Source: TTY_DRIVER_RESET_TERMIOS in hvc_init(), drivers/tty/hvc/hvc_console.c, which
# tty_save_termios() in drivers/tty/tty_io.c heeds; serial_core.c does not set it.

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
apt-get -qq -y --download-only install busybox-static \
    qemu-system-x86=1:10.0.13+ds-0+deb13u1 >apt.log
(cd archives && apt-get -qq download "linux-binary-$release=$version")

mkdir -p root/usr/{bin,lib,lib64,sbin}
for dir in bin lib lib64 sbin; do
	ln -s "usr/$dir" "root/$dir"
done
for deb in archives/*.deb; do
	dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C root
done
lib=$tmp/root/usr/lib/x86_64-linux-gnu

mkdir -p init/{bin,dev,proc}
cp root/usr/bin/busybox init/bin
cat >init/init <<'END'
#!/bin/busybox sh
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t devtmpfs dev /dev
echo "kernel $($bb uname -r)"
modes() {
	$bb stty -F /dev/$1 -a 2>/dev/null |
	    $bb grep -oE -e '-?(icanon|opost)' | $bb tr '\n' ' '
}
for tty in ttyS1 hvc0; do
	echo "$tty at first: $(modes $tty)"
	$bb stty -F /dev/$tty raw
	echo "$tty after stty raw: $(modes $tty)"
	exec 3<>/dev/$tty
	$bb stty -F /dev/$tty raw
	echo "$tty after stty raw, kept open: $(modes $tty)"
	exec 3>&-
	echo "$tty closed again: $(modes $tty)"
done
$bb poweroff -f
END
chmod +x init/init
(cd init && find . | ../root/usr/bin/busybox cpio -o -H newc 2>/dev/null) >initrd

QEMU_MODULE_DIR=$lib/qemu timeout 1200 "$lib/ld-linux-x86-64.so.2" \
    --library-path "$lib" root/usr/bin/qemu-system-x86_64 -L root/usr/share/qemu \
    -L root/usr/share/seabios -accel tcg -m 512 -nic none -display none -vga none \
    -monitor none -serial stdio -serial null -device virtio-serial \
    -chardev null,id=nothing -device virtconsole,chardev=nothing -no-reboot \
    -initrd initrd -kernel "root/usr/lib/modules/$release/vmlinuz" \
    -append 'console=ttyS0 quiet panic=-1 cryptomgr.notests' </dev/null 2>errors |
    tr -d '\r' | sed -n '/^kernel /,$p' | tee log

for tty in ttyS1 hvc0; do
	grep -q "^$tty at first: opost icanon" log
	grep -q "^$tty after stty raw, kept open: -opost -icanon" log
done
grep -q '^ttyS1 after stty raw: -opost -icanon' log
grep -q '^ttyS1 closed again: -opost -icanon' log
grep -q '^hvc0 after stty raw: opost icanon' log
grep -q '^hvc0 closed again: opost icanon' log
echo "As recorded: hvc0 forgets what stty set, ttyS1 keeps it."
