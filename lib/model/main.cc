// SPDX-License-Identifier: GPL-2.0
/* The command line: run suites, or a single execution of one. */
#include "search.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace cwq;

static const char usage[] =
	"usage: model [--random N] [--bound N] [SUITE]...\n"
	"       model --replay STATE SUITE\n"
	"       model --list\n"
	"\n"
	"  --random N      so many executions at random first (20000)\n"
	"  --bound N       then all with up to N switches that nothing forces;\n"
	"                  0: none of these; without it, what each suite says\n"
	"  --replay STATE  the one execution that a failure has told\n"
	"  --list          the names of the suites\n"
	"\n"
	"Two runs with the same options do the same. Exit status: 1 if a suite\n"
	"failed, 2 if asked for what there is not.\n";

static bool try_search(const Suite &suite, const Search &how)
{
	auto start = std::chrono::steady_clock::now();
	Found found = search(suite, how);
	std::chrono::duration<double> took =
		std::chrono::steady_clock::now() - start;
	char what[24];

	if (how.random)
		snprintf(what, sizeof(what), "random");
	else if (how.bound == FULL)
		snprintf(what, sizeof(what), "all");
	else
		snprintf(what, sizeof(what), "bound %u", how.bound);
	printf("%s %-20s %-8s %9lu executions in %.1f s\n",
	       found.failed ? "not ok" : "ok    ", suite.name, what,
	       found.executions, took.count());
	if (found.failed)
		printf("again: model --replay %s %s\n", found.state.c_str(),
		       suite.name);
	fflush(stdout);
	return !found.failed;
}

static bool try_suite(const Suite &suite, unsigned long random, int bound)
{
	if (random && !try_search(suite, { true, 0, random }))
		return false;
	if (bound < 0)
		bound = suite.bound;
	return !bound || try_search(suite, { false, (unsigned)bound, 0 });
}

static const Suite *find_suite(const char *name)
{
	for (Suite *s = Suite::first; s; s = s->next)
		if (!strcmp(s->name, name))
			return s;
	fprintf(stderr, "model: no such suite: %s\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	unsigned long random = 20000;
	int bound = -1;
	const char *state = nullptr;
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
		} else if (!strcmp(argv[i], "--replay") && argv[i + 1]) {
			state = argv[++i];
		} else {
			fputs(usage, stderr);
			return 2;
		}
	}
	if (state && i == argc - 1)
		return replay(*find_suite(argv[i]), state);

	if (i == argc)
		for (Suite *s = Suite::first; s; s = s->next)
			ok &= try_suite(*s, random, bound);
	for (; i < argc; i++)
		ok &= try_suite(*find_suite(argv[i]), random, bound);
	return !ok;
}
