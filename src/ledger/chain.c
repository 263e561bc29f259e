#include "ledger/chain.h"

#include <stdlib.h>

struct end {
	int64_t sequence;
	int64_t balance;
	int64_t at_us;
	int64_t floor; /* INT64_MIN: none, which a balance can't be below */
};

struct chain {
	int64_t after_id;
	size_t count;
	struct end ends[];
};

struct chain *
chain_new(int64_t after_id, size_t accounts)
{
	struct chain *chain = malloc(sizeof(*chain) + accounts * sizeof(struct end));

	if (chain == NULL)
		return NULL;
	chain->after_id = after_id;
	chain->count = accounts;
	for (size_t i = 0; i < accounts; i++)
		chain->ends[i] = (struct end){.at_us = INT64_MIN, .floor = INT64_MIN};
	return chain;
}

void
chain_free(struct chain *chain)
{
	free(chain);
}

/* The place of an account; outside of the range: count or more. */
static size_t
place_of(const struct chain *chain, int64_t account_id)
{
	if (account_id <= chain->after_id)
		return SIZE_MAX;
	return (size_t)account_id - (size_t)chain->after_id - 1;
}

/* NULL for an account outside of the range. */
static struct end *
end_of(struct chain *chain, int64_t account_id)
{
	size_t place = place_of(chain, account_id);

	return place < chain->count ? &chain->ends[place] : NULL;
}

void
chain_set_floor(struct chain *chain, int64_t account_id, int64_t floor)
{
	struct end *end = end_of(chain, account_id);

	if (end != NULL)
		end->floor = floor;
}

bool
chain_end(const struct chain *chain, int64_t account_id, int64_t *sequence, int64_t *balance)
{
	size_t place = place_of(chain, account_id);

	if (place >= chain->count)
		return false;
	*sequence = chain->ends[place].sequence;
	*balance = chain->ends[place].balance;
	return true;
}

bool
chain_follow(struct chain *chain, const struct chain_link *link)
{
	struct end *end = end_of(chain, link->account_id);
	struct end before;
	int64_t balance;

	if (end == NULL)
		return true;
	before = *end;
	end->sequence = link->sequence;
	end->balance = link->balance;
	end->at_us = link->at_us;
	return !__builtin_add_overflow(before.balance, link->amount, &balance) &&
	       balance == link->balance && link->sequence > 0 &&
	       link->sequence - 1 == before.sequence && link->at_us >= before.at_us &&
	       link->balance >= before.floor;
}
