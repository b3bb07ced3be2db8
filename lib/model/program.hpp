// SPDX-License-Identifier: GPL-2.0
/* What the clients of the suite Any do: a byte is a call, see program.cc. */
#ifndef CWQ_PROGRAM_HPP
#define CWQ_PROGRAM_HPP

namespace cwq {

struct Program {
	static constexpr int MAX_CALLS = 14;
	static constexpr unsigned char NOTHING = 0xff;

	/* The first two are for the functions of the two works, in their first runs;
	 * the clients take turns with the others. */
	unsigned char calls[MAX_CALLS];
	int nr; /* of calls */
};

/* Unless told otherwise, a bit of everything. */
inline Program program = { { 0x24, 0x00, 0x02, 0x62, 0x16, 0x42, 0x06, 0x0d,
			     0x20, 0x29, 0x17, 0x0f, 0x93, 0x14 },
			   14 };

} // namespace cwq

#endif // CWQ_PROGRAM_HPP
