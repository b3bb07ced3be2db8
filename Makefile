# SPDX-License-Identifier: GPL-2.0
# What a person types. The rules for the objects are in Kbuild.

KDIR ?= $(or $(KERNELDIR),/lib/modules/$(shell uname -r)/build)

# MO=<directory> keeps what is built out of the source tree.
out = $(or $(MO),$(CURDIR))

# What stops Kbuild before it reads anything of ours. The rest: scripts/Makefile.check.
one-word = $(if $(filter 1,$(words $(1))),,$(error cwq: Kbuild cannot work in a \
	directory with a blank in its name: move "$(1)"))
checked = $(call one-word,$(CURDIR))$(call one-word,$(KDIR))$(if \
	$(wildcard $(KDIR)/Makefile),,$(error cwq: there are no kernel headers in \
	$(KDIR): install them (on Debian: apt-get install \
	linux-headers-$(shell uname -r)), or say where others are by KDIR=))$(if \
	$(wildcard $(configured)),,$(error cwq: the kernel in $(KDIR) is not \
	configured: "make modules_prepare" there does it))

# A kernel that clang has built wants clang, and says so nowhere else; with LTO, its
# linker as well, whichever compiler CC= names.
configured = $(KDIR)/include/config/auto.conf
clang := $(shell sed -n 's/^CONFIG_CLANG_VERSION=\([1-9][0-9]*\)[0-9]\{4\}$$/\1/p' \
	"$(configured)" 2>/dev/null)
ifneq ($(clang),)
ifeq ($(LLVM),)
llvm = LLVM=$(if $(shell command -v clang-$(clang)),-$(clang),1)
endif
endif

# BTF of what is C, and debug information of everything: see scripts/Makefile.cxx. Not
# every pahole can leave a language out.
pahole := $(if $(PAHOLE),,$(if $(shell pahole --lang_exclude=c++14 --version \
	2>/dev/null),PAHOLE=$(CURDIR)/scripts/pahole.sh))

kbuild = $(checked)$(MAKE) -C $(KDIR) $(llvm) $(pahole)
client = $(kbuild) CWQ=$(CURDIR) KBUILD_EXTRA_SYMBOLS=$(out)/Module.symvers
tests = M=$(CURDIR)/$(1) $(if $(MO),MO=$(MO)/$(1))

.PHONY: modules modules_install kunit test_modules clean
.PHONY: demo test test-all coverage model mutants fuzz torture torture-mutants
.PHONY: bench shell setup help

modules:
	+$(kbuild) M=$(CURDIR) modules

modules_install:
	+$(kbuild) M=$(CURDIR) modules_install

kunit: modules
	+$(client) $(call tests,kunit) modules

test_modules: modules
	+$(client) $(call tests,selftests/test_modules) modules
	+$(client) $(call tests,selftests/test_modules/abi) \
		KBUILD_MODPOST_WARN=1 modules

clean:
	+$(kbuild) M=$(CURDIR) clean
	+$(client) $(call tests,kunit) clean
	+$(client) $(call tests,selftests/test_modules) clean
	+$(client) $(call tests,selftests/test_modules/abi) clean

demo:
	scripts/demo.sh

test:
	scripts/test.sh "$(SUITE)" "$(KERNEL)"

test-all:
	scripts/test.sh "$(SUITE)" all

coverage:
	scripts/coverage.sh

model:
	scripts/model.sh run

mutants fuzz:
	scripts/model.sh $@

torture:
	scripts/torture.sh "$(KERNEL)" "$(DURATION)" "$(SEED)"

torture-mutants:
	scripts/torture-mutants.sh $(MUTANT)

bench:
	scripts/bench.sh $(if $(COMPARE),--compare "$(COMPARE)")

shell:
	scripts/shell.sh "$(or $(KERNEL),6.1)"

setup:
	scripts/setup.sh

help:
	@echo 'For the kernel whose headers are in KDIR (the running one, if not given):'
	@echo '  make                 build cwq.ko'
	@echo '  make modules_install install it; INSTALL_MOD_PATH=<root> elsewhere'
	@echo '  make clean           remove what was built'
	@echo '  make kunit           build the KUnit suites as well'
	@echo '  make test_modules    build the client modules of the selftests as well'
	@echo '  V=1 W=1 C=1 MO= LLVM= CC=  mean what they mean in the kernel; CXX= is like CC='
	@echo
	@echo 'In virtual machines, on Debian 12 and later; each sets up what it needs:'
	@echo "  make demo            the module on this release's stock kernel, a client at work"
	@echo '  make test            all tests; SUITE=<suite> and KERNEL=<kernel> narrow it'
	@echo '      suites:          check model build kunit dropin selftests smoke dump load cost'
	@echo '      kernels:         those of scripts/kernels, from 6.1 to 7.3-arm64'
	@echo '  make test-all        the same on all kernels; takes several hours'
	@echo '  make coverage        which lines of the module do the tests reach?'
	@echo '  make model           the core under a model checker, on this machine'
	@echo '      SUITE=<name> BOUND=<n> RANDOM=<n>  narrow or widen the search'
	@echo '      DEPTH=deep       for a night'
	@echo '  make mutants         does it notice a broken core? MUTANT=<name> for one'
	@echo '  make fuzz            calls made up at random; SECONDS=<n> SEED=<n>'
	@echo '  make torture         all calls at random, while CPUs go and the machine sleeps'
	@echo '      KERNEL=<kernel> DURATION=<s> SEED=<n>'
	@echo '  make torture-mutants does that notice a broken module? MUTANT=<name> for one'
	@echo '  make bench           what cwq costs, beside the kernel'"'"'s own queues and others'
	@echo '      COMPARE=<run.json>  and what has changed since'
	@echo '  make shell           a shell in a VM, /modules, /scripts/cwqtop; KERNEL=<kernel>'
	@echo '  make setup           only install what the tests need'
