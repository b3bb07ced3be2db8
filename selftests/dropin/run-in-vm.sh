#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The payload of a VM (scripts/vm.sh): the kernel's own drivers, rebuilt onto cwq
# by scripts/dropin.sh, do what they do, and their works run on cwq's queues.

# Tests are called by name, by result().
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=../functions.sh
. /selftests/functions.sh

# Where find_module() looks.
here=/modules

# executed(queue) - how many works has it run, on all CPUs?
executed() {
	awk -v queue="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		$column["queue"] == queue { n += $column["executed"] }
		END { print n + 0 }' "$QUEUES"
}

# has_executed(queue, number) - more than that
has_executed() {
	[ "$(executed "$1")" -gt "$2" ]
}

# load_driver(module, parameter...) - and first what it needs
load_driver() {
	driver=$1
	shift
	while read -r needed; do
		is_loaded "$(basename "$needed" .ko | tr - _)" ||
			insmod "/modules/$needed" || return
	done <"/modules/$driver.needs"
	insmod "/modules/$driver.ko" "$@"
}

# interface_of(driver)
interface_of() {
	for device in /sys/class/net/*; do
		case $(readlink "$device/device/driver") in
		*/"$1") basename "$device"; return ;;
		esac
	done
	return 1
}

# It has a link, which its works watch, and reaches its gateway.
network() {
	before=$(executed events)
	load_driver e1000 || return
	interface=$(interface_of e1000) || complain "no interface" || return
	ip address add 10.0.2.15/24 dev "$interface" &&
		ip link set "$interface" up || return
	ping -c 3 -W 10 10.0.2.2 >/dev/null ||
		complain "the gateway does not answer" || return
	loop_until has_executed events "$before" ||
		complain "no work has run" || return
	ip link set "$interface" down && rmmod e1000 || return
	echo "# $(($(executed events) - before)) works"
}

# Whoever opens it and says nothing gets a device, after a second: a delayed work.
bluetooth() {
	before=$(executed events)
	load_driver hci_vhci || return
	exec 3<>/dev/vhci || return
	loop_until [ -d /sys/class/bluetooth/hci0 ] ||
		complain "no device" || return
	has_executed events "$before" || complain "no work has run" || return
	exec 3>&- && rmmod hci_vhci || return
	echo "# $(($(executed events) - before)) works"
}

# Each command ends in a work: the disk holds what was written to it.
disk() {
	load_driver sd_mod && load_driver scsi_debug delay=-1 dev_size_mb=8 ||
		return
	loop_until [ -b /dev/sda ] || complain "no disk" || return
	before=$(executed events)
	dd if=/dev/urandom of=/tmp/written bs=1M count=4 2>/dev/null
	dd if=/tmp/written of=/dev/sda bs=4k conv=fsync 2>/dev/null || return
	echo 3 >/proc/sys/vm/drop_caches
	cmp -n $((4 << 20)) /tmp/written /dev/sda || return
	has_executed events "$before" || complain "no work has run" || return
	rmmod scsi_debug || return
	echo "# $(($(executed events) - before)) works"
}

# A real controller, on a queue of its own.
floppy() {
	load_driver floppy || return
	[ "$(sha256sum </dev/fd0)" = "$(cat /floppy.sha256)" ] ||
		complain "the disk reads wrong" || return
	works=$(executed floppy)
	[ "$works" -gt 0 ] || complain "no work has run" || return
	rmmod floppy || return
	echo "# $works works"
}

plan 4
insmod /modules/cwq.ko || exit
result "e1000: network" network
result "hci_vhci: bluetooth controller" bluetooth
result "scsi_debug: disk" disk
result "floppy: disk" floppy
finish
