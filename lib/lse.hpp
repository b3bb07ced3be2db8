// SPDX-License-Identifier: GPL-2.0
/*
 * The atomic instructions of arm64 (LSE, from ARMv8.1 on), on CPUs that have them. On
 * others, and before the kernel has found out, it is load-exclusive and
 * store-exclusive.
 */
#ifndef CWQ_LSE_HPP
#define CWQ_LSE_HPP

#include "layout.h"
#include "platform.hpp"

namespace cwq {

/*
 * As the kernel's alternative_has_cap_likely(): a branch, and a struct alt_instr by
 * which the kernel makes it a nop, when it loads the module, if all CPUs have them.
 * What it asks for is in layout.h, with the bit that says that the replacement is a
 * function: alt_cb_patch_nops(), exported for this.
 */
ALWAYS_INLINE bool has_lse()
{
	asm goto("661:	b %l[llsc]\n"
		 "662:\n"
		 "	.pushsection .altinstructions, \"a\"\n"
		 "	.word 661b - .\n"
		 "	.word alt_cb_patch_nops - .\n"
		 "	.hword %[cap]\n"
		 "	.byte 662b - 661b\n"
		 "	.byte 0\n"
		 "	.popsection"
		 :
		 : [cap] "i"(CWQ_LSE_CAP)
		 :
		 : llsc);
	return true;
llsc:
	return false;
}

/* An instruction in each order. Nothing is moved across it by the compiler. */
#define CWQ_LSE(order, name, operands, ...)                               \
	do {                                                              \
		switch (order) {                                          \
		case Order::relaxed:                                      \
			CWQ_LSE_ASM(name "	" operands, __VA_ARGS__); \
			break;                                            \
		case Order::acquire:                                      \
			CWQ_LSE_ASM(name "a	" operands, __VA_ARGS__); \
			break;                                            \
		case Order::release:                                      \
			CWQ_LSE_ASM(name "l	" operands, __VA_ARGS__); \
			break;                                            \
		case Order::acq_rel:                                      \
			CWQ_LSE_ASM(name "al	" operands, __VA_ARGS__); \
			break;                                            \
		}                                                         \
	} while (0)
#define CWQ_LSE_ASM(text, ...) \
	asm volatile(".arch_extension lse\n	" text __VA_ARGS__ : "memory")

template <class T>
ALWAYS_INLINE T lse_exchange(T *p, T v, Order o)
{
	static_assert(sizeof(T) == 8);
	T old;

	CWQ_LSE(o, "swp", "%x[v], %x[old], %[p]",
		: [old] "=r"(old), [p] "+Q"(*p)
		: [v] "rZ"(v));
	return old;
}

template <class T>
ALWAYS_INLINE T lse_fetch_add(T *p, T v, Order o)
{
	static_assert(sizeof(T) == 8);
	T old;

	CWQ_LSE(o, "ldadd", "%x[v], %x[old], %[p]",
		: [old] "=r"(old), [p] "+Q"(*p)
		: [v] "rZ"(v));
	return old;
}

template <class T>
ALWAYS_INLINE bool lse_compare_exchange(T *p, T expected, T v, Order o)
{
	static_assert(sizeof(T) == 8);
	T old = expected;

	CWQ_LSE(o, "cas", "%x[old], %x[v], %[p]",
		: [old] "+r"(old), [p] "+Q"(*p)
		: [v] "rZ"(v));
	return old == expected;
}

#undef CWQ_LSE
#undef CWQ_LSE_ASM

} // namespace cwq

#endif // CWQ_LSE_HPP
