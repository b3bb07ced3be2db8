#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# An exported symbol of 56 characters builds, and every module that uses it does not.
#
# Guess: a symbol may be as long as kallsyms allows, KSYM_NAME_LEN, 512 since Linux 6.1.
# If a name is too long to be exported, the module that exports it does not build.
#
# Seen: with CONFIG_MODVERSIONS the table of a module's imports has MODULE_NAME_LEN bytes
# for a name, 56 on 64 bits. modpost looks at that when it writes the table, so at the
# importing module: "too long symbol". The exporting one builds without a warning, with
# its CRC in Module.symvers, and passes its CI; the error is another project's. A mangled
# C++ name gets there soon. A name of 55 characters can be imported.
#
# Versions: linux-headers-6.1.0-57-amd64 6.1.192-3 (Debian 12), gcc 12.2.0-14+deb12u1; the
# same with 6.12.117-1~deb12u1 of backports. Debian's 7.2 and 7.3 are built without
# CONFIG_MODVERSIONS and have no such limit.
# Source: add_versions() in scripts/mod/modpost.c, struct modversion_info and
# MODULE_NAME_LEN in include/linux/module.h and moduleparam.h.

set -euo pipefail

release=6.1.0-57 version=6.1.192-3

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

# An apt of Debian 12 in the temporary folder, from where this machine has its Debian.
# shellcheck disable=SC2016 # apt expands them
site=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' \
    'Origin: Debian' | awk '$1 !~ /-/ { print $2; exit }')
mkdir -p lists/partial archives/partial root
: >status
printf 'deb [arch=amd64] %s %s main\n' "$site" bookworm "${site%/}-security" \
    bookworm-security >sources
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
    make mawk perl-base sed gcc-12=12.2.0-14+deb12u1 libelf1 zlib1g >apt.log
(cd archives && apt-get -qq download "linux-headers-$release-amd64=$version" \
    "linux-headers-$release-common=$version" "linux-kbuild-6.1=$version")

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

# build LENGTH: an exporting module, then one that uses its symbol of that length
build() {
	local name part symbols=()

	name=$(printf 'a%.0s' $(seq "$1"))
	rm -rf root/src
	mkdir -p root/src/{export,import}
	echo 'obj-m := export.o' >root/src/export/Makefile
	echo 'obj-m := import.o' >root/src/import/Makefile
	cat >root/src/export/export.c <<-END
	#include <linux/module.h>
	int $name(void);
	int $name(void) { return 0; }
	EXPORT_SYMBOL_GPL($name);
	MODULE_DESCRIPTION("exports");
	MODULE_LICENSE("GPL");
	END
	cat >root/src/import/import.c <<-END
	#include <linux/module.h>
	int $name(void);
	static int __init import_init(void) { return $name(); }
	module_init(import_init);
	MODULE_DESCRIPTION("imports");
	MODULE_LICENSE("GPL");
	END
	for part in export import; do
		echo "== $1 characters, $part"
		status=0
		in_root make -C "/usr/src/linux-headers-$release-amd64" "M=/src/$part" \
		    "${symbols[@]}" modules >"$part.log" 2>&1 || status=$?
		grep -iE 'error|warning|LD .*\.ko' "$part.log" || true
		echo "status $status"
		symbols=(KBUILD_EXTRA_SYMBOLS=/src/export/Module.symvers)
	done
}

in_root gcc-12 --version | head -n 1
grep CONFIG_MODVERSIONS= "root/usr/src/linux-headers-$release-amd64/.config"
build 55
((status == 0))
build 56
[[ -e root/src/export/export.ko ]]
if grep -iq warning export.log; then false; fi
grep "a\{56\}" root/src/export/Module.symvers
((status != 0))
grep -q 'ERROR: modpost: too long symbol "a\{56\}"' import.log
echo "As recorded: the limit is 55 characters, and the importer's problem."
