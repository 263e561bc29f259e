#include "ledger/fee.h"

static size_t
place(const struct ledger_transaction *t)
{
	return t->reverses != 0 ? 0 : t->count - 1;
}

bool
fee_is(const struct ledger_transaction *t, size_t i)
{
	return t->has_fee && i == place(t);
}

const struct posting *
fee_order(const struct ledger_transaction *t)
{
	return &t->postings[fee_is(t, 0) ? 1 : 0];
}

bool
fee_exceeds(const struct ledger_transaction *t)
{
	return t->has_fee && t->has_fee_most && t->postings[place(t)].amount > t->fee_most;
}

int64_t
fee_back(const struct ledger_transaction *t, wide_int before, wide_int now)
{
	wide_int fee = t->postings[place(t)].amount;

	return (int64_t)(fee * now / t->reversible - fee * before / t->reversible);
}

bool
fee_moved(const struct ledger_transaction *t, int64_t *line, int64_t *amount)
{
	if (!t->has_fee)
		return false;
	*line = (int64_t)place(t);
	*amount = t->results[place(t)].amount;
	return *amount > 0;
}
