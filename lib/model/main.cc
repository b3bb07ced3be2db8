// SPDX-License-Identifier: GPL-2.0
/*
 * Run suites: each at random, and then every interleaving up to a bound of
 * context switches that nothing forces. relacy takes each load through the stores
 * that it may see.
 */
#include "suite.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace cwq;

static const char usage[] =
	"usage: model [--random N] [--bound N] [--list] [SUITE]...\n"
	"\n"
	"  --random N  so many executions at random first (20000)\n"
	"  --bound N   then all with up to N switches that nothing forces; 0:\n"
	"              none of these; without it, what each suite says\n"
	"  --list      the names of the suites\n"
	"\n"
	"Two runs with the same options do the same. Exit status: 1 if a suite\n"
	"failed, 2 if asked for what there is not.\n";

/* What relacy says, kept without the heap: that is relacy's while it runs. */
class Text : public std::streambuf {
public:
	Text()
	{
		setp(text_, text_ + sizeof(text_));
	}
	void print(FILE *to) const
	{
		fwrite(text_, 1, pptr() - pbase(), to);
	}

private:
	static inline char text_[1 << 24];
};

static bool search(const Suite &suite, rl::scheduler_type_e scheduler,
		   unsigned bound, unsigned long executions)
{
	const char *how = scheduler == rl::sched_bound ? "bound" : "random";
	auto start = std::chrono::steady_clock::now();
	Text text, nothing;
	std::ostream out(&text), progress(&nothing);
	rl::test_params params;
	bool ok;

	params.output_stream = &out;
	params.progress_stream = &progress;
	params.search_type = scheduler;
	params.context_bound = bound;
	params.iteration_count = executions;
	params.execution_depth_limit = 10000;
	ok = suite.simulate(params);

	std::chrono::duration<double> took =
		std::chrono::steady_clock::now() - start;

	if (!ok)
		text.print(stdout);
	printf("%s %-20s %s %u: %llu executions in %.1f s\n",
	       ok ? "ok    " : "not ok", suite.name, how, bound,
	       (unsigned long long)params.stop_iteration, took.count());
	if (!ok)
		printf("again: model --random %lu --bound %u %s\n",
		       scheduler == rl::sched_random ? executions : 0, bound,
		       suite.name);
	fflush(stdout);
	return ok;
}

static bool run(const Suite &suite, unsigned long random, int bound)
{
	if (bound < 0)
		bound = suite.bound;
	return (!random || search(suite, rl::sched_random, 0, random)) &&
	       (!bound || search(suite, rl::sched_bound, bound, ~0ul));
}

int main(int argc, char **argv)
{
	unsigned long random = 20000;
	int bound = -1;
	bool ok = true;
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--list")) {
			for (Suite *s = Suite::first; s; s = s->next)
				puts(s->name);
			return 0;
		}
		if (!strcmp(argv[i], "--random") && argv[i + 1]) {
			random = strtoul(argv[++i], nullptr, 0);
		} else if (!strcmp(argv[i], "--bound") && argv[i + 1]) {
			bound = atoi(argv[++i]);
		} else {
			fputs(usage, stderr);
			return 2;
		}
	}

	if (i == argc)
		for (Suite *s = Suite::first; s; s = s->next)
			ok &= run(*s, random, bound);
	for (; i < argc; i++) {
		Suite *s = Suite::first;

		while (s && strcmp(s->name, argv[i]))
			s = s->next;
		if (!s) {
			fprintf(stderr, "model: no such suite: %s\n", argv[i]);
			return 2;
		}
		ok &= run(*s, random, bound);
	}
	return !ok;
}
