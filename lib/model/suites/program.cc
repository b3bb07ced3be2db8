// SPDX-License-Identifier: GPL-2.0
/* Any calls in any order: what model --fuzz makes up. */
#include "../program.hpp"
#include "../scene.hpp"

namespace cwq {

/* What must hold for each work: as many runs as it was accepted and not
 * cancelled, or moved elsewhere; besides the ledger, as always. */
class Any : public Scene<2, 3, 2, 2> {
public:
	void client(unsigned i) override
	{
		for (int n = i; n < program.nr; n += crew_size)
			call(i, program.calls[n]);
	}
	void check() override
	{
		RL_ASSERT(a.runs() + a.is_armed() == account_[0]);
		RL_ASSERT(b.runs() + b.is_armed() == account_[1]);
	}

private:
	static constexpr int crew_size = CREW.clients;

	/* Which call in the low bits, which work, which CPU. */
	void call(unsigned client, unsigned char byte)
	{
		Item &item = byte & 0x10 ? b : a;
		int &account = account_[!!(byte & 0x10)];
		int cpu = !!(byte & 0x20);

		switch (byte & 0xf) {
		case 0:
		case 1:
			account += queue(item, cpu);
			break;
		case 2:
		case 3:
			account += queue_delayed(item, cpu);
			break;
		case 4:
		case 5:
			account += !mod(item, byte & 1, cpu);
			break;
		case 6:
		case 7:
			account -= cancel_sync(item);
			break;
		case 8:
			account -= cancel_work(item.work());
			break;
		case 9:
			flush(item);
			break;
		case 10:
			flush_delayed_work(registry, item.work());
			break;
		case 11:
			flush_queue();
			break;
		case 12:
			flush_work(registry, item.work(), { true, 1 });
			break;
		case 13:
			flush_queue({ true, 1 });
			break;
		default:
			/* One client is enough for the CPUs. */
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

	int account_[2] = {};
};
SUITE(Any, RANDOM);

} // namespace cwq
