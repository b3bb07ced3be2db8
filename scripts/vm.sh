#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Boot a kernel in QEMU, run a payload in it, exit with the payload's status.

here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

usage() {
	cat <<'USAGE'
usage: vm.sh [option]... ROOT

ROOT is a directory that is laid over a busybox root. Its /run-tests is run
with /proc, /sys, debugfs and tracefs mounted; what it prints appears here as
it comes, and its exit status is vm.sh's. The kernel's console goes to a log.

  --kernel NAME     as for kernel.sh (host)
  --cpus N          (4)
  --memory MB       (1024)
  --timeout SECONDS after which the VM is killed (300)
  --icount          time is a count of instructions, 2 ns each; one CPU
  --append ARGS     more kernel arguments
  --qemu ARGS       more devices, as QEMU's own arguments
  --log FILE        where the console goes
  --results DIR     unpack the VM's /results here
  --shell           a shell on this terminal in place of /run-tests

exit status: the payload's; 124: timed out; 125: there was no verdict
USAGE
}

kernel=host cpus=4 memory=1024 timeout=300 append='' mode=run
log='' results='' root=''
accel=(-accel 'tcg,thread=multi') devices=()

while (($#)); do
	case $1 in
	--kernel) kernel=$2; shift ;;
	--cpus) cpus=$2; shift ;;
	--memory) memory=$2; shift ;;
	--timeout) timeout=$2; shift ;;
	--icount) accel=(-accel tcg -icount 'shift=1') cpus=1 ;;
	--append) append=$2; shift ;;
	--qemu) read -rd "" -a devices <<<"$2" || true; shift ;;
	--log) log=$2; shift ;;
	--results) results=$2; shift ;;
	--shell) mode=shell ;;
	--help) usage; exit ;;
	-*) usage >&2; exit 125 ;;
	*) root=$1 ;;
	esac
	shift
done
[[ -d $root && ( $mode = shell || -x $root/run-tests ) ]] || {
	usage >&2
	exit 125
}

use_kernel "$kernel"

# busybox_for ARCH - of this machine, or of Debian for that
busybox_for() {
	local dir=$cache/busybox-$1

	if [[ $1 = "$(uname -m)" ]]; then
		command -v busybox
		return
	fi
	[[ -d $dir ]] || lock "busybox-$1"
	if [[ ! -d $dir ]]; then
		rm -rf "$dir.new"
		mkdir -p "$dir.new"
		logged "downloading busybox for $1" "$cache/logs/busybox-$1.log" \
		    apt_download "$ROOT" "$dir.new" busybox-static:arm64
		dpkg-deb --extract "$dir.new"/*.deb "$dir.new"
		mv "$dir.new" "$dir"
	fi
	find "$dir" -path "*/bin/busybox"
}

# Sets emulator. Before 8.1 QEMU may go on executing an instruction that the kernel has
# patched (Documentation/testing.md); then we take the one of a newer release's root,
# if setup.sh has put it there.
use_emulator() {
	local version

	emulator=("$1")
	version=$("$1" --version | sed -nE 's/.* version ([0-9.]+).*/\1/p')
	if [[ $(printf '8.1\n%s\n' "$version" | sort -V | head -n 1) != 8.1 &&
	    -x $(root_dir trixie)/usr/bin/$1 ]]; then
		emulator=("$here/root.sh" run trixie "$1")
	fi
}

tmp=$(mktemp -d)
vm=
trap '[[ -z $vm ]] || kill "$vm" || true; rm -rf "$tmp"' EXIT

# The initramfs is two archives, one after the other: busybox, then ROOT.
pack() {
	(cd "$1" && find . -mindepth 1 |
	    cpio --quiet --create --format=newc --owner=+0:+0)
}
base=$tmp/base
mkdir -p "$base"/{bin,sbin,usr/{bin,sbin}} \
    "$base"/{dev,mnt,proc,results,root,run,sys,tmp}
cp "$(busybox_for "$ARCH")" "$base/bin/busybox"
ln -s busybox "$base/bin/sh"
install -m 755 "$here/vm-init" "$base/init"
{ pack "$base"; pack "$root"; } | gzip -1 >"$tmp/initramfs.gz"

# All virtual CPUs read one clock, whatever the kernel suspects of this CPU
# model; told so, it does not fall back on a timer that is slow to read. Page
# tables of five levels would cost time as well.
#
# That clock is the time stamp counter of this machine, unless it is made of
# instructions. How fast it is the VM would have to find out, and does not if this
# machine is busy at that moment; then every sleep would take a tick of 4 ms.
#
# Nor is there a timer interrupt that a starved VM would have to see in time:
# no_timer_check keeps the kernel from a panic ("IO-APIC + timer doesn't work").
#
# A port that sends at once interrupts more often than PREEMPT_RT's threaded
# handler runs; noirqdebug keeps the kernel from shutting it off as stuck.
#
# panic=-1 resets at once and -no-reboot turns a reset into an end, so a
# kernel that dies ends the run. An oops is as good as dead: what waits for the
# oopsed thread would only sit there until the time is up.
qemu=("${accel[@]}" -smp "$cpus" -m "$memory"
	-nodefaults -no-user-config -display none -no-reboot
	-kernel "$IMAGE" -initrd "$tmp/initramfs.gz"
	"${devices[@]}"
)
cmdline="panic=-1 oops=panic"
case $ARCH in
x86_64)
	use_emulator qemu-system-x86_64
	qemu=("${emulator[@]}" -machine pc -bios qboot.rom -cpu 'max,la57=off'
		"${qemu[@]}")
	cmdline+=" console=ttyS0 tsc=reliable noirqdebug no_timer_check"
	khz=$(awk '/^bogomips/ { printf "%.0f", $3 * 500; exit }' /proc/cpuinfo)
	[[ ${accel[*]} = *icount* || -z $khz ]] || cmdline+=" tsc_early_khz=$khz"
	port=ttyS1 channel=(-serial stdio)
	;;
aarch64)
	use_emulator qemu-system-aarch64
	qemu=("${emulator[@]}" -machine virt -cpu 'max,pauth-impdef=on'
		"${qemu[@]}")
	cmdline+=" console=ttyAMA0"
	# shellcheck disable=SC2054
	port=hvc0 channel=(-device virtio-serial-pci -chardev stdio,id=payload
		-device virtconsole,chardev=payload)
	;;
*)
	die "vm.sh boots no $ARCH"
	;;
esac
alarm=$((timeout > 40 ? timeout - 20 : timeout / 2))
cmdline+=" vm_mode=$mode vm_alarm=$alarm vm_port=$port"

# A serial line does not tell the VM what it is connected to.
if [[ $mode = shell ]]; then
	[[ ! -t 0 ]] || cmdline+=" TERM=$TERM vm_size=$(stty size | tr ' ' ,)"
	"${qemu[@]}" -append "$cmdline loglevel=5 $append" \
	    -chardev stdio,id=tty,mux=on,signal=off \
	    -serial chardev:tty -mon chardev=tty
	exit
fi

log=${log:-$cache/logs/vm-$kernel-$$.log}
mkdir -p "$cache/logs" "$(dirname "$log")"
find "$cache/logs" -name 'vm-*.log' -mtime +7 -delete

# The console's end and where the rest is, then leave with what went wrong.
give_up() {
	local status=$1
	shift

	say "the last lines of the console:"
	tail -n 25 "$log" | tr -d '\r' >&2
	cat "$tmp/stderr" >&2
	say "error: $kernel: $*"
	say "the console's full log is $log"
	exit "$status"
}

# Sets verdict, if there is one, and status, QEMU's.
#
# The parent-death signal takes QEMU along even when this script is killed in
# a way that no trap sees. A payload need not end its last line, so a record may
# begin within one.
boot() {
	local text record

	: >"$log"
	setpriv --pdeathsig TERM \
	    timeout --kill-after=5 "$timeout" \
	    "${qemu[@]}" -append "$cmdline $append" \
	    -serial "file:$log" "${channel[@]}" \
	    </dev/null >"$tmp/out" 2>"$tmp/stderr" &
	vm=$!
	while IFS=$'\036' read -r text record || [[ -n $text ]]; do
		case $record in
		'results '*) printf '%s\n' "${record#results }" >&3 ;;
		'verdict '*) verdict=${record#verdict } ;;
		esac
		[[ -z $text && -n $record ]] || printf '%s\n' "$text"
	done <"$tmp/out" 3>"$tmp/results"
	status=0
	wait "$vm" || status=$?
	vm=
}

mkfifo "$tmp/out"
verdict=
boot
# The emulator may execute a breakpoint that is gone (Documentation/testing.md).
# A kernel that dies of it before there is a process has run nothing of ours.
if grep -q 'Oops: int3' "$log" && ! grep -q 'Run /init' "$log"; then
	mv "$log" "$log.int3"
	say "$kernel: the emulator failed ($log.int3), once more ..."
	boot
fi

if [[ -z $verdict ]]; then
	if ((status == 124 || status == 137)); then
		give_up 124 "timed out: no verdict after $timeout s"
	elif grep -q 'Kernel panic' "$log"; then
		give_up 125 "the kernel panicked"
	else
		give_up 125 "the VM ended without a verdict (QEMU: $status)"
	fi
fi
if [[ -n $results ]]; then
	mkdir -p "$results"
	base64 -d "$tmp/results" | tar -C "$results" -xz ||
		give_up 125 "the results did not arrive whole"
fi
exit "$verdict"
