#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Is the number in <cwq/abi.h> that of the headers' text? With --update it is made so:
# clients built before are then refused by cwq.ko, and have to be rebuilt.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$(realpath "$0")")/lib.sh"

cd "$(dirname "$(realpath "$0")")/../include/cwq"

# What compiles to something, without comments and layout.
text() {
	perl -0777 -pe 's{/\*.*?\*/}{}gs; s/\s+/ /g' types.h workqueue.h
	grep -v 'define CWQ_ABI_TEXT' abi.h |
	    perl -0777 -pe 's{/\*.*?\*/}{}gs; s/\s+/ /g'
}

number=0x$(text | sha256sum | cut -c 1-8)
line="#define CWQ_ABI_TEXT $number"
case ${1-} in
'') grep -qx "$line" abi.h || die \
	"the headers of include/cwq have changed, the number in abi.h has not" \
	"Run scripts/abi.sh --update: clients will have to be rebuilt." ;;
--update) sed -i "s/^#define CWQ_ABI_TEXT .*/$line/" abi.h ;;
*) die "usage: abi.sh [--update]" ;;
esac
