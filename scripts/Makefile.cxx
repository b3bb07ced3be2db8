# SPDX-License-Identifier: GPL-2.0
# C++ in Kbuild: $(obj)/%.o from %.cc.
#
# The flags are Kbuild's own for C, less what only C knows, so that whatever the
# kernel's configuration asks for (objtool's needs, ftrace, sanitizers, CFI,
# mitigations) comes along. The rule is Kbuild's too: dependencies through
# fixdep, a .cmd file, objtool where C objects get it one by one.

# The C++ compiler beside the C compiler that the kernel is built with: another name
# in the same directory. CXX= names another one.
cxx-name = $(if $(filter cc,$(1)),c++,$(subst clang,clang++,$(subst gcc,g++,$(1))))
cxx-beside = $(if $(filter -%,$(1)),$(1),$(if $(findstring /,$(1)),$(dir $(1)))$(call cxx-name,$(notdir $(1))))
cxx := $(if $(filter command environment,$(firstword $(origin CXX))),$(CXX),$(foreach word,$(CC),$(call cxx-beside,$(word))))

# Only a build has a configuration; make clean reads this file, too.
ifdef CONFIG_MODULES
include $(dir $(lastword $(MAKEFILE_LIST)))Makefile.check

# What a C++ compiler refuses of the flags it says itself, by option. clang++ is silent
# about most, and takes them.
cxx-c-only := $(shell LC_ALL=C $(cxx) $(KBUILD_CFLAGS) $(KBUILD_CFLAGS_MODULE) \
	-fsyntax-only -x c++ /dev/null 2>&1 | sed -nE \
	"s/.*'(-[^']+)' is (valid for .* but not|not valid) for C\+\+.*/\1/p")
endif

# Besides: the dialect; what is about an attribute that C++ spells otherwise; and
# what clang++ does warn of.
cxx-c-only += -std=% -Wimplicit-fallthrough% -Wno-initializer-overrides

# gcc's plugin for CONFIG_RANDSTRUCT is for C: cc1plus loads it and dies in it of a class
# template. The core needs none: it has no struct of the kernel's, and of those that it
# shares with C it asserts that C has them in order, too (lib/core.cc).
cxx-c-only += -fplugin=%/randomize_layout_plugin.so \
	-fplugin-arg-randomize_layout_plugin-%

# compiler_types.h is for C; filtered as a pair with its -include.
cxx-c-only += -include=%/compiler_types.h
cxx-join = $(subst -include ,-include=,$(1))
cxx-split = $(subst -include=,-include ,$(1))

# C++ debug information is more than pahole understands, so where the module
# gets BTF, which takes a vmlinux, the C++ objects have none unless pahole leaves them
# out. With it, a debugger knows their types and lines. Atomic operations are instructions: the
# functions that gcc would call for them on arm64 are not in the kernel. And no function
# is split: objtool of 6.1 looks for the hot part of one by a name of 128 characters at
# most, and those of templates are longer.
cxx-only := -std=gnu++20 -ffreestanding -fno-exceptions -fno-rtti \
	-fno-threadsafe-statics -nostdinc++ -foptimize-sibling-calls \
	$(if $(and $(CONFIG_DEBUG_INFO_BTF_MODULES),$(wildcard $(objtree)/vmlinux),$(if \
	$(filter %/scripts/pahole.sh,$(PAHOLE)),,y)),-g0) \
	$(if $(CONFIG_ARM64),-mno-outline-atomics) \
	$(call cc-option,-fno-reorder-blocks-and-partition)

cxx_flags = $(call cxx-split,$(filter-out $(cxx-c-only),$(call cxx-join,$(c_flags)))) $(cxx-only)

quiet_cmd_cxx_o_cc = CXX $(quiet_modtag)  $@
      cmd_cxx_o_cc = $(cxx) $(cxx_flags) -c -o $@ $< $(cmd_objtool)

define rule_cxx_o_cc
	$(call cmd_and_fixdep,cxx_o_cc)
	$(call cmd,gen_objtooldep)
endef

# As Kbuild does it: with MO= the source is found by VPATH.
$(obj)/%.o: $(obj)/%.cc FORCE
	$(call if_changed_rule,cxx_o_cc)
