// SPDX-License-Identifier: GPL-2.0
/* The memory of one execution. */
#ifndef CWQ_ARENA_HPP
#define CWQ_ARENA_HPP

#include "model.hpp"

namespace cwq {

/*
 * Storage that gives the same addresses in each execution: the core orders locks
 * by address, and relacy wants executions to be repeatable. So what was freed is
 * not used again either, but it is spoilt, and relacy tells who uses it.
 */
class Arena {
public:
	/* The one before is not destroyed if its execution has failed. */
	Arena()
	{
		nr_ = 0;
		used_ = 0;
	}
	~Arena()
	{
		while (nr_)
			end(&blocks_[--nr_]);
	}

	/* So many objects and so many bytes behind them, as if zeroed. */
	template <class T>
	T *make(int n, unsigned long extra)
	{
		unsigned long align = alignof(T) > 64 ? alignof(T) : 64;
		unsigned long start = (used_ + align - 1) & -align;
		unsigned long size = sizeof(T) * n + extra;

		RL_ASSERT(start + size <= sizeof(memory_) && nr_ < MAX_BLOCKS);
		used_ = start + size;
		__builtin_memset(memory_ + start, 0, size);

		T *objects = reinterpret_cast<T *>(memory_ + start);

		for (int i = 0; i < n; i++)
			new (&objects[i]) T();
		blocks_[nr_++] = { objects, size, n, end_objects<T> };
		return objects;
	}

	/* All use of it must be ordered before: the end of a Var is a store. */
	void free(const void *memory)
	{
		int i = 0;

		while (blocks_[i].memory != memory)
			RL_ASSERT(++i < nr_);
		RL_ASSERT(blocks_[i].end);
		end(&blocks_[i]);
	}

private:
	static constexpr int MAX_BLOCKS = 64;
	static constexpr int POISON = 0xdb;

	struct Block {
		void *memory;
		unsigned long size;
		int n;
		void (*end)(void *memory, int n); /* nullptr: it was freed */
	};

	template <class T>
	static void end_objects(void *memory, int n)
	{
		while (n)
			static_cast<T *>(memory)[--n].~T();
	}

	static void end(Block *block)
	{
		if (!block->end)
			return;
		block->end(block->memory, block->n);
		__builtin_memset(block->memory, POISON, block->size);
		block->end = nullptr;
	}

	alignas(64) static inline unsigned char memory_[1 << 16];
	static inline unsigned long used_ = 0;
	static inline Block blocks_[MAX_BLOCKS];
	static inline int nr_ = 0;
};

} // namespace cwq

#endif // CWQ_ARENA_HPP
