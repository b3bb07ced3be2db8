// SPDX-License-Identifier: GPL-2.0
/* See search.hpp. relacy is instantiated here, once for each number of threads. */
#include "search.hpp"

#include <csignal>
#include <cstdio>
#include <cstring>

#include <sys/time.h>

namespace cwq {

/* Which suite a Test runs. */
static const Suite *current;
static bool only_one; /* execution */
static volatile unsigned long begun; /* executions */
alignas(64) static unsigned char memory[PLAY_SIZE];

template <int N>
struct Test : rl::test_suite<Test<N>, N> {
	Play *play = current->make(memory);

	~Test()
	{
		play->~Play();
	}
	void before()
	{
		begun = begun + 1;
		play->before();
	}
	void thread(unsigned i)
	{
		play->thread(i);
	}
	void after()
	{
		play->after();
		if (only_one)
			RL_UNTIL(true);
	}
};

/* What relacy says, kept without the heap: that is relacy's while it runs. */
class Text : public std::streambuf {
public:
	Text()
	{
		setp(text_, text_ + sizeof(text_) - 1);
	}
	/* The value of a character is told as that character, 0 too. */
	const char *get()
	{
		for (char *p = text_; p < pptr(); p++)
			if (!*p)
				*p = '0';
		*pptr() = 0;
		return text_;
	}

private:
	static inline char text_[1 << 24];
};

static void print_task(unsigned i)
{
	const Crew &crew = current->crew;
	unsigned threads = crew.clients, timers = threads + crew.threads;

	if (i < threads)
		printf("client %u", i);
	else if (i < timers)
		printf("worker %u", i - threads);
	else
		printf("timer %u ", i - timers);
}

/*
 * The history as relacy tells it, a step a line: "[step] thread: what, in
 * function, file(line)". Less what only the model is interested in, and what
 * follows, which is the same once more for each thread.
 */
static void print_history(const char *line)
{
	for (const char *end; (end = strchr(line, '\n')); line = end + 1) {
		int length = end - line;
		unsigned step, task;
		int head = 0;

		if (!strncmp(line, "thread 0:", 9))
			return;
		if (memmem(line, length, ", in exists,", 12))
			continue;
		if (sscanf(line, "[%u] %u: %n", &step, &task, &head) == 2 &&
		    head) {
			printf("%5u ", step);
			print_task(task);
			printf("  %.*s\n", length - head, line + head);
		} else if (length) {
			printf("%.*s\n", length, line);
		}
	}
}

/* A wild pointer is a failure like any other. Comes in the thread that has it. */
static void tell_of_fault(int)
{
	if (!rl::is_ctx())
		abort();
	rl::ctx().fail_test("invalid memory access",
			    rl::test_result_user_assert_failed, $);
}

/* So is a loop without a step, for which relacy would wait. An execution takes less
 * than a millisecond. */
static constexpr time_t HANG_SECONDS = 10;

static void tell_of_hang(int)
{
	static unsigned long last;

	if (begun != last || !rl::is_ctx())
		last = begun;
	else
		rl::ctx().fail_test("a loop without a step",
				    rl::test_result_livelock, $);
}

/* Call tell_of_hang() after each HANG_SECONDS of CPU time. */
static void watch_for_hangs()
{
	const itimerval interval = { { HANG_SECONDS, 0 }, { HANG_SECONDS, 0 } };
	struct sigaction hang = {};

	hang.sa_handler = tell_of_hang;
	hang.sa_flags = SA_NODEFER | SA_RESTART;
	sigaction(SIGVTALRM, &hang, nullptr);
	setitimer(ITIMER_VIRTUAL, &interval, nullptr);
}

template <int N>
static rl::test_result_e run(rl::test_params &params, rl::ostringstream &state)
{
	using Random = ClientsFirst<rl::random_scheduler<N>>;
	using Bound = ClientsFirst<SearchScheduler<N>>;

	Random::others = Bound::others =
		current->crew.threads + current->crew.timers;

	if (params.search_type == rl::sched_random)
		return rl::run_test<Test<N>, Random>(params, state,
						     params.collect_history);
	return rl::run_test<Test<N>, Bound>(params, state,
					    params.collect_history);
}

static rl::test_result_e run(rl::test_params &params, rl::ostringstream &state)
{
	const Crew &crew = current->crew;

	switch (crew.clients + crew.threads + crew.timers) {
	case 2:
		return run<2>(params, state);
	case 3:
		return run<3>(params, state);
	case 4:
		return run<4>(params, state);
	case 5:
		return run<5>(params, state);
	case 6:
		return run<6>(params, state);
	case 7:
		return run<7>(params, state);
	case 8:
		return run<8>(params, state);
	}
	fprintf(stderr, "model: %s has too many threads\n", current->name);
	exit(2);
}

/* Run @suite as @params say. What relacy says of a failure goes to @out, if its history
 * is wanted, and where it is to @params. */
static rl::test_result_e run_suite(const Suite &suite, rl::test_params &params,
				   std::ostream &out)
{
	Text nothing;
	std::ostream progress(&nothing);
	rl::ostringstream state;
	rl::test_result_e result;
	struct sigaction fault = {};

	fault.sa_handler = tell_of_fault;
	fault.sa_flags = SA_NODEFER;
	sigaction(SIGSEGV, &fault, nullptr);
	sigaction(SIGBUS, &fault, nullptr);
	watch_for_hangs();

	current = &suite;
	params.output_stream = &out;
	params.progress_stream = &progress;
	params.execution_depth_limit = 2000;
	result = run(params, state);
	if (result != rl::test_result_success && !params.collect_history)
		params.final_state = state.str();
	return result;
}

/* The same, and print the execution that fails. */
static rl::test_result_e run_and_tell(const Suite &suite,
				      rl::test_params &params)
{
	Text text;
	std::ostream out(&text);
	rl::test_result_e result = run_suite(suite, params, out);

	if (result == rl::test_result_success)
		return result;
	if (!params.collect_history) {
		params.initial_state = params.final_state;
		params.collect_history = true;
		run_suite(suite, params, out);
	}
	print_history(text.get());
	return result;
}

/*
 * What relacy says of where an execution is: its number, and of a search also
 * how many decisions there were, and for each among how many, which, and of what
 * kind. For a command line, each of those is a character.
 */
static rl::string pack(const Search &search, const rl::string &state)
{
	rl::istringstream in(state);
	rl::ostringstream out;
	unsigned long execution, decisions = 0;
	unsigned value;

	in >> execution >> decisions;
	out << (search.random ? 'r' : 'b') << search.bound << ':' << execution;
	if (!search.random)
		out << ':';
	while (in >> value)
		out << (char)('0' + value);
	return out.str();
}

static bool unpack(const char *packed, rl::test_params *params)
{
	rl::ostringstream out;
	unsigned bound;
	unsigned long execution;
	char how;
	int head = 0;

	if (sscanf(packed, "%c%u:%lu%n", &how, &bound, &execution, &head) != 3)
		return false;
	packed += head;
	out << execution;
	if (how == 'b') {
		if (*packed++ != ':')
			return false;
		out << ' ' << strlen(packed) / 3;
		for (; *packed; packed++)
			out << ' ' << *packed - '0';
	}
	params->search_type = how == 'b' ? rl::sched_bound : rl::sched_random;
	params->context_bound = bound;
	params->iteration_count = execution;
	params->initial_state = out.str();
	params->collect_history = true;
	return true;
}

/* Search, and let @run_it say what comes of it. */
template <class Run>
static Found search_by(const Suite &suite, const Search &search, Run run_it)
{
	rl::test_params params;

	only_one = false;
	params.search_type = search.random ? rl::sched_random : rl::sched_bound;
	params.context_bound = search.bound;
	params.iteration_count = search.executions;

	bool failed = run_it(suite, params) != rl::test_result_success;

	return { failed, (unsigned long)params.stop_iteration,
		 failed ? pack(search, params.final_state) : rl::string() };
}

Found find(const Suite &suite, const Search &search)
{
	return search_by(suite, search,
			 [](const Suite &suite, rl::test_params &params) {
				 Text text;
				 std::ostream out(&text);

				 return run_suite(suite, params, out);
			 });
}

Found search(const Suite &suite, const Search &search)
{
	return search_by(suite, search, run_and_tell);
}

bool replay(const Suite &suite, const char *state)
{
	rl::test_params params;
	rl::test_result_e result;

	if (!unpack(state, &params)) {
		fprintf(stderr, "model: this stands for no execution: %s\n",
			state);
		exit(2);
	}
	only_one = true;
	result = run_and_tell(suite, params);
	return result != rl::test_result_success &&
	       result != rl::test_result_until_condition_hit;
}

} // namespace cwq
