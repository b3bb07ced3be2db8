// SPDX-License-Identifier: GPL-2.0
/* What has been done, and what went wrong. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>

#include "torture.h"

#define MAX_TOLD 10

DEFINE_PER_CPU(struct torture_counts, torture_counts);

atomic_t torture_errors;

void torture_error(const char *format, ...)
{
	struct va_format vaf = { .fmt = format };
	va_list args;

	if (atomic_inc_return(&torture_errors) > MAX_TOLD)
		return;
	va_start(args, format);
	vaf.va = &args;
	pr_err("%pV\n", &vaf);
	va_end(args);
}

static unsigned long sum_of(size_t offset)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		char *counts = (char *)per_cpu_ptr(&torture_counts, cpu);

		sum += READ_ONCE(*(unsigned long *)(counts + offset));
	}
	return sum;
}

void torture_sum(struct torture_counts *sum)
{
	size_t i;

	for (i = 0; i < sizeof(*sum); i += sizeof(unsigned long))
		*(unsigned long *)((char *)sum + i) = sum_of(i);
}
