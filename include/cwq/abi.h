/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ties a client to the cwq.ko that it was built for.
 *
 * The layout of what a client embeds and the values of what it hands over become a
 * number, the number a part of a symbol's name. Each client refers to the symbol
 * that its headers lead to; cwq.ko exports the one that its own led to. Where they
 * differ the client is not loaded, and the symbol that is missing says why. So this
 * holds without CONFIG_MODVERSIONS, too.
 */
#ifndef CWQ_ABI_H
#define CWQ_ABI_H

#include <linux/compiler.h>
#include <linux/stddef.h>
#include <linux/stringify.h>

/*
 * What no expression shows, such as the text of macros and inline functions: written
 * by scripts/abi.sh.
 */
#define CWQ_ABI_TEXT 0x2c45328d

#define __CWQ_ABI_MIX(number, value) \
	((number)*1000003ULL + (unsigned long long)(value))
#define __CWQ_ABI_LAYOUT(number, type, last)                      \
	__CWQ_ABI_MIX(__CWQ_ABI_MIX(number, sizeof(struct type)), \
		      offsetof(struct type, last))

#define __CWQ_ABI_1 __CWQ_ABI_LAYOUT(CWQ_ABI_TEXT, cwq_work_struct, func)
#define __CWQ_ABI_2 __CWQ_ABI_LAYOUT(__CWQ_ABI_1, cwq_work_struct, entry)
#define __CWQ_ABI_3 __CWQ_ABI_LAYOUT(__CWQ_ABI_2, cwq_work_struct, data)
#define __CWQ_ABI_4 __CWQ_ABI_LAYOUT(__CWQ_ABI_3, cwq_delayed_work, work)
#define __CWQ_ABI_5 __CWQ_ABI_LAYOUT(__CWQ_ABI_4, cwq_delayed_work, timer)
#define __CWQ_ABI_6 __CWQ_ABI_LAYOUT(__CWQ_ABI_5, cwq_execute_work, work)
#define __CWQ_ABI_7 __CWQ_ABI_LAYOUT(__CWQ_ABI_6, cwq_snapshot, redirected)
#define __CWQ_ABI_8 __CWQ_ABI_MIX(__CWQ_ABI_7, CWQ_TIMER_FLAGS)
#define __CWQ_ABI_9 __CWQ_ABI_MIX(__CWQ_ABI_8, CWQ_WORK_PENDING_BIT)
#define __CWQ_ABI_10 __CWQ_ABI_MIX(__CWQ_ABI_9, CWQ_WORK_BUSY_PENDING)
#define __CWQ_ABI_11 __CWQ_ABI_MIX(__CWQ_ABI_10, CWQ_WORK_BUSY_RUNNING)
#define __CWQ_ABI_12 __CWQ_ABI_MIX(__CWQ_ABI_11, CWQ_SINGLETHREAD)
#define __CWQ_ABI_13 __CWQ_ABI_MIX(__CWQ_ABI_12, CWQ_FREEZEABLE)
#define __CWQ_ABI_14 __CWQ_ABI_MIX(__CWQ_ABI_13, CWQ_RT)
#define __CWQ_ABI_15 __CWQ_ABI_MIX(__CWQ_ABI_14, CWQ_NAME_LEN)

/* Any 31 bits of it: some assemblers print a number as signed. */
#define CWQ_ABI_NUMBER ((__CWQ_ABI_15 ^ __CWQ_ABI_15 >> 32) & 0x7fffffff)

/*
 * Together with the number not as long as the name of a module may be, or modpost
 * refuses it.
 */
#define CWQ_ABI_NAME cwq_headers_are_not_those_of_cwq_ko_

/* The number as assembly: gcc for RISC-V knows no %c, and needs none. */
#ifdef __riscv
#define CWQ_ABI_OPERAND "%0"
#else
#define CWQ_ABI_OPERAND "%c0"
#endif

/* Not called: it holds the reference, which is freed once the client is loaded. */
static void __used __section(".init.text") __cwq_refer_to_abi(void)
{
	asm volatile(".pushsection .init.rodata, \"a\"\n\t"
		     ".balign 8\n\t"
		     ".quad " __stringify(CWQ_ABI_NAME) CWQ_ABI_OPERAND
		     "\n\t"
		     ".popsection"
		     :
		     : "i"(CWQ_ABI_NUMBER));
}

#endif /* CWQ_ABI_H */
