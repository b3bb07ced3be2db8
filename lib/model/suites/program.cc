// SPDX-License-Identifier: GPL-2.0
/* Any calls in any order: what model --fuzz makes up. */
#include "../program.hpp"
#include "../scene.hpp"

#include "../../show.hpp"

namespace cwq {

/*
 * What must hold for each work: as many runs as it was accepted and not cancelled, or
 * moved elsewhere; each is ordered behind the one before, unless the work may go to the
 * other queue and back. Besides the ledger, as always.
 */
class Any : public Scene<2, 4, 2, 2> {
public:
	void set_up() override
	{
		self = this;
		init_work(a.work(), 0, fn);
		init_work(b.work(), 0, fn);
		other = make_queue(true);
	}
	void client(unsigned i) override
	{
		for (int n = 2 + i; n < program.nr; n += CREW.clients)
			if (program.calls[n] != Program::NOTHING)
				call(i, program.calls[n]);
	}
	void check() override
	{
		RL_ASSERT(runs(0) + a.is_armed() == account_[0]);
		RL_ASSERT(runs(1) + b.is_armed() == account_[1]);
	}

private:
	static inline Any *self;
	Workqueue<Model> *other; /* single-threaded */
	bool observed = false;
	Model::Var<int> runs_[2];
	Model::Atomic<int> disordered_runs_[2];
	int account_[2] = {};

	/* Which call in the low bits, which work, which CPU, which queue. */
	struct Byte {
		static constexpr unsigned char CALL = 0x1f;
		static constexpr unsigned char B = 0x20;
		static constexpr unsigned char CPU_1 = 0x40;
		static constexpr unsigned char OTHER = 0x80;
	};

	static void fn(void *work)
	{
		self->run(Item::of(work) == &self->b);
	}
	void run(int item)
	{
		const unsigned char byte = program.calls[item];
		int before;

		if (uses_other_queue(item)) {
			before = disordered_runs_[item].fetch_add(
				1, Order::relaxed);
		} else {
			before = runs_[item].get();
			runs_[item].set(before + 1);
		}
		if (!before && byte != Program::NOTHING)
			call_of_function(byte);
	}
	int runs(int item)
	{
		return runs_[item].get() +
		       disordered_runs_[item].load(Order::relaxed);
	}
	static bool uses_other_queue(int item)
	{
		for (int n = 0; n < program.nr; n++) {
			const unsigned char byte = program.calls[n];

			if (byte != Program::NOTHING && byte & Byte::OTHER &&
			    !!(byte & Byte::B) == item)
				return true;
		}
		return false;
	}

	Item &item_of(unsigned char byte)
	{
		return byte & Byte::B ? b : a;
	}
	int &account_of(unsigned char byte)
	{
		return account_[!!(byte & Byte::B)];
	}
	Workqueue<Model> *queue_of(unsigned char byte)
	{
		return byte & Byte::OTHER ? other : wq;
	}
	CpuWorkqueue<Model> *cwq_of_call(unsigned char byte)
	{
		return byte & Byte::OTHER ? other->cwq[0]
					  : wq->cwq[!!(byte & Byte::CPU_1)];
	}

	/* The calls that wait for nothing come first. */
	static constexpr unsigned char WAITS_FOR_NOTHING = 9;
	static constexpr unsigned char CALLS = 25;

	void call_of_function(unsigned char byte)
	{
		quick_call((byte & Byte::CALL) % WAITS_FOR_NOTHING, byte);
	}
	void call(unsigned client, unsigned char byte)
	{
		const unsigned char which = (byte & Byte::CALL) % CALLS;

		if (which < WAITS_FOR_NOTHING)
			quick_call(which, byte);
		else
			long_call(client, which, byte);
	}

	void quick_call(unsigned char which, unsigned char byte)
	{
		CpuWorkqueue<Model> *const cwq = cwq_of_call(byte);
		Item &item = item_of(byte);
		Queued queued;

		switch (which) {
		case 0:
		case 1:
			queued = queue_on(cwq, item);
			break;
		case 2:
		case 3:
			queued = queue_delayed_work_on(cwq, item.work(), 1);
			break;
		case 4:
			queued = queue_delayed_work_on(cwq, item.work(),
						       Model::FAR_AWAY);
			break;
		case 5:
			queued = mod_delayed_work_on(cwq, item.work(), 0);
			break;
		case 6:
			queued = mod_delayed_work_on(cwq, item.work(), 1);
			break;
		case 7:
			queued = mod_delayed_work_on(cwq, item.work(),
						     Model::FAR_AWAY);
			break;
		default:
			account_of(byte) -= cancel_work(item.work());
			return;
		}
		account_of(byte) += queued == Queued::yes;
	}

	void long_call(unsigned client, unsigned char which, unsigned char byte)
	{
		static cwq_works works;
		Item &item = item_of(byte);

		switch (which) {
		case 9:
		case 10:
			account_of(byte) -= cancel_sync(item);
			break;
		case 11:
		case 12:
			flush(item);
			break;
		case 13:
		case 14:
			flush_delayed_work(registry, item.work());
			break;
		case 15:
		case 16:
			flush_workqueue(registry, queue_of(byte), FOREVER);
			break;
		case 17:
			flush_work(registry, item.work(), { true, 1 });
			break;
		case 18:
			flush_workqueue(registry, queue_of(byte), { true, 1 });
			break;
		case 19:
			RL_ASSERT(drain_workqueue(registry, queue_of(byte)) ==
				  WaitEnd::done);
			break;
		case 20:
			show_works(registry, cwq_of_call(byte), &works);
			break;
		case 21:
			/* One client is enough for what is there once. */
			if (client)
				break;
			observed = !observed;
			RL_ASSERT(observe(registry, CWQ_OBSERVE_TIMING,
					  observed));
			break;
		default:
			if (!client)
				toggle_cpu();
		}
	}
	void toggle_cpu()
	{
		if (machine.online[1])
			machine.take_down(1);
		else
			machine.bring_up(1);
	}
};
SUITE(Any, RANDOM);

} // namespace cwq
