# SPDX-License-Identifier: GPL-2.0
# C++ in Kbuild: $(obj)/%.o from $(src)/%.cc.
#
# The flags are Kbuild's own for C, less what only C knows, so that whatever the
# kernel's configuration asks for (objtool's needs, ftrace, sanitizers, CFI,
# mitigations) comes along. The rule is Kbuild's too: dependencies through
# fixdep, a .cmd file, objtool where C objects get it one by one.

# The C++ compiler beside the C compiler that the kernel is built with.
cxx = $(subst clang,clang++,$(subst gcc,g++,$(CC)))

# compiler_types.h is for C; filtered as a pair with its -include.
cxx-join = $(subst -include ,-include=,$(1))
cxx-split = $(subst -include=,-include ,$(1))

cxx-c-only := -std=% -include=%/compiler_types.h \
	-Wno-pointer-sign -Wmissing-prototypes -Wstrict-prototypes \
	-Wold-style-definition -Wdeclaration-after-statement \
	-Wno-override-init -Wno-initializer-overrides \
	-Wno-incompatible-pointer-types -Wno-discarded-qualifiers \
	-Wno-alloc-size-larger-than -Wimplicit-fallthrough% \
	-Werror=strict-prototypes -Werror=implicit-function-declaration \
	-Werror=implicit-int -Werror=incompatible-pointer-types \
	-Werror=designated-init

# C++ debug information is more than pahole understands, so where the module
# gets BTF, the C++ objects have none.
cxx-only := -std=gnu++20 -ffreestanding -fno-exceptions -fno-rtti \
	-fno-threadsafe-statics -nostdinc++ \
	$(if $(CONFIG_DEBUG_INFO_BTF_MODULES),-g0)

cxx_flags = $(call cxx-split,$(filter-out $(cxx-c-only),$(call cxx-join,$(c_flags)))) $(cxx-only)

quiet_cmd_cxx_o_cc = CXX $(quiet_modtag)  $@
      cmd_cxx_o_cc = $(cxx) $(cxx_flags) -c -o $@ $< $(cmd_objtool)

define rule_cxx_o_cc
	$(call cmd_and_fixdep,cxx_o_cc)
	$(call cmd,gen_objtooldep)
endef

$(obj)/%.o: $(src)/%.cc FORCE
	$(call if_changed_rule,cxx_o_cc)
