// SPDX-License-Identifier: GPL-2.0
/* The list of suites: each file of suites/ ends with its part of it. */
#ifndef CWQ_SUITE_HPP
#define CWQ_SUITE_HPP

#include "scene.hpp"

namespace cwq {

struct Suite {
	const char *name;
	unsigned bound; /* how far the search goes unless told otherwise */
	bool (*simulate)(rl::test_params &params);
	Suite *next;

	static inline Suite *first = nullptr;

	Suite(const char *name, unsigned bound,
	      bool (*simulate)(rl::test_params &params))
		: name(name),
		  bound(bound),
		  simulate(simulate),
		  next(first)
	{
		first = this;
	}
};

#define SUITE(S, bound) static Suite suite_of_##S(#S, bound, rl::simulate<S>)

} // namespace cwq

#endif // CWQ_SUITE_HPP
