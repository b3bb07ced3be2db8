// SPDX-License-Identifier: GPL-2.0
/* Running a suite under relacy: at random, or all that there is up to a bound. */
#ifndef CWQ_SEARCH_HPP
#define CWQ_SEARCH_HPP

#include "scheduler.hpp"

namespace cwq {

struct Search {
	bool random;
	unsigned bound; /* of switches that nothing forces, if not at random */
	unsigned long executions; /* if at random */
};

struct Found {
	bool failed;
	unsigned long executions;
	rl::string state; /* if it failed: what replay() wants */
};

/* Search until an execution fails. */
Found find(const Suite &suite, const Search &search);

/* The same, and print that one. */
Found search(const Suite &suite, const Search &search);

/* Print the one execution that @state stands for. False if it does not fail. */
bool replay(const Suite &suite, const char *state);

} // namespace cwq

#endif // CWQ_SEARCH_HPP
