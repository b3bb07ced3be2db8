// SPDX-License-Identifier: GPL-2.0
/* What the clients of the suite Any do: a byte is a call. None, if not told. */
#ifndef CWQ_PROGRAM_HPP
#define CWQ_PROGRAM_HPP

namespace cwq {

struct Program {
	static constexpr int MAX_CALLS = 12;

	unsigned char calls[MAX_CALLS];
	int nr; /* of calls; the clients take turns */
};

inline Program program = {};

} // namespace cwq

#endif // CWQ_PROGRAM_HPP
