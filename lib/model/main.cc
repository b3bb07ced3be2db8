// SPDX-License-Identifier: GPL-2.0
/* The command line: run suites, or a single execution of one. */
#include "program.hpp"
#include "search.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace cwq;

static const char usage[] =
	"usage: model [--random N] [--bound N | --deeper N] [SUITE]...\n"
	"       model [--program CALLS] --replay STATE SUITE\n"
	"       model --fuzz SECONDS [--seed N]\n"
	"       model --list\n"
	"\n"
	"  --random N      so many executions at random first (20000)\n"
	"  --bound N       then all with up to N switches that nothing forces;\n"
	"                  0: none of these; without it, what each suite says.\n"
	"                  Any, whose search would not end, is at random alone\n"
	"  --deeper N      with so many more than each suite says\n"
	"  --replay STATE  the one execution that a failure has told\n"
	"  --fuzz SECONDS  make up calls for the suite Any, for so long\n"
	"  --seed N        other calls (1)\n"
	"  --program CALLS those that a failure has told\n"
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

static bool try_suite(const Suite &suite, unsigned long random, int bound,
		      unsigned deeper)
{
	if (random && !try_search(suite, { true, 0, random }))
		return false;
	if (suite.bound == RANDOM)
		return true;
	if (bound < 0)
		bound = suite.bound == FULL ? FULL : suite.bound + deeper;
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

/* Two hexadecimal digits a call. */
static void read_program(const char *calls)
{
	unsigned call;

	program.nr = 0;
	for (; sscanf(calls, "%2x", &call) == 1; calls += 2)
		if (program.nr < Program::MAX_CALLS)
			program.calls[program.nr++] = call;
}

/* The same seed makes up the same programs. */
static void make_up_program(unsigned long *seed)
{
	auto next = [seed] {
		*seed = *seed * 6364136223846793005ul + 1442695040888963407ul;
		return *seed >> 33;
	};

	program.nr = 4 + next() % (Program::MAX_CALLS - 3);
	for (int i = 0; i < program.nr; i++)
		program.calls[i] = next();
}

/* Leave out of a program that fails what it fails without. */
static void shrink_program(const Suite &suite)
{
	for (int i = 0; i < program.nr; i++) {
		const unsigned char call = program.calls[i];

		program.calls[i] = Program::NOTHING;
		if (!find(suite, { true, 0, 3000 }).failed)
			program.calls[i] = call;
	}
}

/* Programs one after another, each some hundred times at random. */
static bool fuzz(unsigned long seconds, unsigned long seed)
{
	auto end = std::chrono::steady_clock::now() +
		   std::chrono::seconds(seconds);
	const Suite &suite = *find_suite("Any");
	unsigned long programs = 0, executions = 0, first_seed = seed;

	while (std::chrono::steady_clock::now() < end) {
		make_up_program(&seed);

		Found found = find(suite, { true, 0, 300 });

		programs++;
		executions += found.executions;
		if (!found.failed)
			continue;
		shrink_program(suite);
		found = search(suite, { true, 0, 3000 });
		printf("not ok fuzz: program %lu\nagain: model --program ",
		       programs);
		for (int i = 0; i < program.nr; i++)
			printf("%02x", program.calls[i]);
		printf(" --replay %s Any\n", found.state.c_str());
		return false;
	}
	printf("ok     fuzz: %lu programs, %lu executions in %lu s, seed %lu\n",
	       programs, executions, seconds, first_seed);
	return true;
}

int main(int argc, char **argv)
{
	unsigned long random = 20000, seconds = 0, seed = 1, deeper = 0;
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
		} else if (!strcmp(argv[i], "--deeper") && argv[i + 1]) {
			deeper = strtoul(argv[++i], nullptr, 0);
		} else if (!strcmp(argv[i], "--replay") && argv[i + 1]) {
			state = argv[++i];
		} else if (!strcmp(argv[i], "--program") && argv[i + 1]) {
			read_program(argv[++i]);
		} else if (!strcmp(argv[i], "--fuzz") && argv[i + 1]) {
			seconds = strtoul(argv[++i], nullptr, 0);
		} else if (!strcmp(argv[i], "--seed") && argv[i + 1]) {
			seed = strtoul(argv[++i], nullptr, 0);
		} else {
			fputs(usage, stderr);
			return 2;
		}
	}
	if (seconds)
		return !fuzz(seconds, seed);
	if (state && i == argc - 1)
		return replay(*find_suite(argv[i]), state);

	if (i == argc)
		for (Suite *s = Suite::first; s; s = s->next)
			ok &= try_suite(*s, random, bound, deeper);
	for (; i < argc; i++)
		ok &= try_suite(*find_suite(argv[i]), random, bound, deeper);
	return !ok;
}
