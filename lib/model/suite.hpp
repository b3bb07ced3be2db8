// SPDX-License-Identifier: GPL-2.0
/*
 * What relacy runs, and the list of all that there is. Nothing of the core is
 * known here: what is is in scene.hpp.
 */
#ifndef CWQ_SUITE_HPP
#define CWQ_SUITE_HPP

#include <relacy/relacy.hpp>

/* relacy takes these words for itself. */
#undef new
#undef delete
#undef malloc
#undef calloc
#undef realloc
#undef free
#undef assert

#include <new>

namespace cwq {

/* So many threads of relacy's, numbered in this order. */
struct Crew {
	int clients;
	int threads; /* that the core may make */
	int timers; /* for the first delayed works; the others never fire */
};

/* One execution. The threads of a crew take part in it between before() and
 * after(). */
class Play {
public:
	virtual void before() = 0;
	virtual void thread(unsigned i) = 0;
	virtual void after() = 0;
	virtual ~Play() = default;
};

struct Suite {
	const char *name;
	unsigned bound; /* how far the search goes, unless told otherwise */
	Crew crew;
	Play *(*make)(void *memory);
	Suite *next;

	static inline Suite *first = nullptr;
};

/* As far as there is anything to search. */
inline constexpr unsigned FULL = 1000;
/* Too wide for a search: for the random executions alone. */
inline constexpr unsigned RANDOM = 0;

/* How much memory make() may take. */
inline constexpr unsigned long PLAY_SIZE = 1 << 14;

template <class S>
class SuiteOf : public Suite {
public:
	SuiteOf(const char *name, unsigned bound)
		: Suite{ name, bound, S::CREW, make_play, Suite::first }
	{
		static_assert(sizeof(S) <= PLAY_SIZE);
		Suite::first = this;
	}

private:
	static Play *make_play(void *memory)
	{
		return new (memory) S();
	}
};

/* Each file of suites/ ends with these, one a suite. */
#define SUITE(S, bound) static SuiteOf<S> suite_of_##S(#S, bound)

} // namespace cwq

#endif // CWQ_SUITE_HPP
