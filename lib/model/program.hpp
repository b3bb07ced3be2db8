// SPDX-License-Identifier: GPL-2.0
/* What the clients of the suite Any do: a byte is a call, see program.cc. */
#ifndef CWQ_PROGRAM_HPP
#define CWQ_PROGRAM_HPP

namespace cwq {

struct Program {
	static constexpr int MAX_CALLS = 12;

	unsigned char calls[MAX_CALLS];
	int nr; /* of calls; the clients take turns */
};

/* Unless told otherwise, a bit of everything. */
inline Program program = {
	{ 0x02, 0x34, 0x0e, 0x22, 0x05, 0x0a, 0x10, 0x16, 0x0f, 0x0b }, 10
};

} // namespace cwq

#endif // CWQ_PROGRAM_HPP
