#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The table of Documentation/kernels.md: which kernel, compiler and test meet.
#
#	kernels-table.sh		print it, with the figures of the last runs here
#	kernels-table.sh --update	put it into the document
#	kernels-table.sh --check	does the document have these kernels and tests?

here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

document=$here/../Documentation/kernels.md

# figures SUITE KERNEL: what test.sh has left of the last run
figures() {
	local file=$cache/results/$1-$2 good bad seconds

	[[ -e $file ]] || return 0
	read -r good bad seconds <"$file"
	((bad == 0)) && echo ": $good in $seconds s" || echo ": $bad FAILED"
}

# tests_of KERNEL TESTS: bold is what each make test does
tests_of() {
	local test text=''

	for test in ${2//,/ }; do
		text+="${text:+; }"
		if [[ $test = *+ ]]; then
			text+="**${test%+}**$(figures "${test%+}" "$1")"
		else
			text+="$test$(figures "$test" "$1")"
		fi
	done
	echo "$text"
}

# What the kernel was built by. Empty if it is not prepared on this machine.
compiler_of() {
	local config

	for config in "$cache/kernels/$1"_*/.config \
	    "$(root_dir "$2")/usr/src/linux-headers-$(readlink \
		"$cache/kernels/$1" | cut -d _ -f 1)/.config"; do
		[[ ! -e $config ]] || sed -nE \
		    's/^CONFIG_CC_VERSION_TEXT=".*(gcc|clang).*[ (]([0-9]+\.[0-9]+\.[0-9]+).*"/\1 \2/p' \
		    "$config"
	done | tail -n 1
}

table() {
	local name kind suite flavour tests machine

	echo '| kernel | from | machine | compiler | tests |'
	echo '|---|---|---|---|---|'
	while read -r name kind suite flavour tests; do
		case $flavour in
		*arm64) machine=arm64 ;;
		*riscv64) machine=riscv64 ;;
		*) machine=amd64 ;;
		esac
		# shellcheck disable=SC2016 # not a command
		printf '| `%s` | %s, %s | %s | %s | %s |\n' "$name" "$kind" \
		    "$suite" "$machine" \
		    "$(compiler_of "$name" "$(root_for "$suite")")" \
		    "$(tests_of "$name" "$tests")"
	done < <(awk '/^[0-9]/ { print $1, $2, $3, $5, $7 }' "$here/kernels")
}

# Without what differs from machine to machine and from run to run.
plain() {
	grep '^|' | awk -F ' [|] ' '{
		gsub(/: [0-9]+ (in [0-9]+ s|FAILED)/, "", $5)
		print $1, $2, $3, $5
	}'
}

case ${1-} in
'') table ;;
--check) diff <(table | plain) <(sed '/^|/,/^$/!d; /^$/q' "$document" | plain) ;;
--update)
	# It is the first table, up to the empty line behind it.
	{ sed '/^|/,$d' "$document"; table; echo
	    sed '1,/^|/d' "$document" | sed '1,/^$/d'; } >"$document.new"
	mv "$document.new" "$document"
	;;
*) die "usage: kernels-table.sh [--update|--check]" ;;
esac
