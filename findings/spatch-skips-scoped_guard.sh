#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Coccinelle leaves out every function with a scoped_guard(), and does not say so.
#
# Guess: a semantic patch that renames a function changes all its calls. Code that spatch
# cannot parse is reported, or spatch fails.
#
# Seen: "scoped_guard(mutex, &s->lock) { ... }" is no C for spatch, because an unknown
# name with an argument list followed by a block may be a function's head. The whole
# function around it is dropped from the file, silently: the calls in it, and those before
# and behind the block, are not renamed; standard error is empty but for "HANDLING", the
# status is 0. So a tree-wide rename misses exactly the code in today's style, and a check
# that finds nothing there has looked at nothing. guard(mutex)(&s->lock) and __free() are
# parsed. An argument that does not look like a type, scoped_guard(rcu), does not help.
# "iterator name scoped_guard;" in the rule does, for that rule. Only "spatch --parse-c"
# counts what was dropped.
#
# Versions: coccinelle 1.3.0.deb-1+b2 (Debian 13), the same in 1.1.1.deb-2+b1 (Debian 12).
# Source: the output of --parse-c; scoped_guard() is in include/linux/cleanup.h since
# Linux 6.5. Coccinelle's own standard.h, which names the kernel's macros, has no entry.

set -euo pipefail

version=1.3.0.deb-1+b2

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

# An apt of Debian 13 in the temporary folder, from where this machine has its Debian.
# shellcheck disable=SC2016 # apt expands them
site=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' \
    'Origin: Debian' | awk '$1 !~ /-/ { print $2; exit }')
mkdir -p lists/partial archives/partial
: >status
printf 'deb [arch=amd64] %s %s main\n' "$site" trixie >sources
cat >apt.conf <<END
APT { Architecture "amd64"; Architectures "amd64"; Sandbox::User ""; };
Dir { State { Lists "$tmp/lists"; Status "$tmp/status"; };
	Cache "$tmp"; Cache::Archives "$tmp/archives";
	Etc { SourceList "$tmp/sources"; SourceParts "/dev/null"; }; };
Debug::NoLocking "true";
END
export APT_CONFIG=$tmp/apt.conf
apt-get -qq update
apt-get -qq download "coccinelle=$version" libc6 libzstd1
for deb in ./*.deb; do
	dpkg-deb -x "$deb" root
done
lib=$tmp/root/usr/lib
export COCCINELLE_HOME=$lib/coccinelle
# spatch, with the C library that it was built for
spatch() {
	"$lib"/x86_64-linux-gnu/ld-linux-x86-64.so.2 \
	    --library-path "$lib/x86_64-linux-gnu" root/usr/bin/spatch "$@"
}

cat >rename.cocci <<'END'
@@
expression e;
@@
- old_call(e)
+ new_call(e)
END
cat >demo.c <<'END'
void plain(struct s *s)
{
	old_call(s);
}

void with_guard(struct s *s)
{
	guard(mutex)(&s->lock);
	old_call(s);
}

void with_free(struct s *s)
{
	void *p __free(kfree) = old_call(s);

	old_call(p);
}

void with_scoped_guard(struct s *s)
{
	old_call(s);
	scoped_guard(mutex, &s->lock) {
		old_call(s);
	}
	old_call(s);
}

void with_scoped_guard_rcu(struct s *s)
{
	scoped_guard(rcu)
		old_call(s);
}
END

# rename RULES: demo.c with the patch that spatch prints for it applied
rename() {
	status=0
	spatch --sp-file "$1" -o renamed.c demo.c >changes 2>errors || status=$?
	cat errors
	echo "status $status, $(grep -c '^+.*new_call' changes) calls of" \
	    "$(grep -c old_call demo.c) renamed"
}

spatch --version | head -n 1
echo "== a rename"
rename rename.cocci
((status == 0))
[[ $(grep -v -e ^init_defs -e '^HANDLING: demo.c' -e '^diff = $' errors) = "" ]]
[[ $(grep -c '^+.*new_call' changes) = 4 ]]
sed -n '/with_scoped_guard(/,$p' renamed.c
[[ $(sed -n '/with_scoped_guard(/,$p' renamed.c | grep -c old_call) = 4 ]]

echo "== spatch --parse-c"
spatch --parse-c demo.c >parsed 2>&1
grep -E 'nb good|parsing errors' parsed
grep -q 'nb bad' parsed

echo "== with \"iterator name scoped_guard;\" in the rule"
sed 's/^expression/iterator name scoped_guard;\n&/' rename.cocci >named.cocci
rename named.cocci
[[ $(grep -c '^+.*new_call' changes) = 8 ]]
echo "As recorded: a function with a scoped_guard() is skipped without a word."
