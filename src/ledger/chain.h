/*
 * chain.h - the ends of the accounts' histories, while the journal is read in its order.
 *
 * A posting continues the history of its account if it has the next number, the balance before it plus
 * its amount, and no earlier time, and if it leaves the account at its floor or above. Each account of
 * the range takes 32 bytes, so a range is what memory allows.
 */
#ifndef LEDGER_CHAIN_H
#define LEDGER_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

struct chain;

/* One side of a posting. */
struct chain_link {
	int64_t account_id;
	int64_t sequence;
	int64_t amount;  /* what it adds to the balance */
	int64_t balance; /* after it */
	int64_t at_us;   /* time of its transaction */
};

/* For the accounts with ids after this one, so many ids. They begin without postings and without floor.
 * NULL without memory. */
struct chain *chain_new(int64_t after_id, size_t accounts);
void chain_free(struct chain *chain);

void chain_set_floor(struct chain *chain, int64_t account_id, int64_t floor);
/* The last posting of an account, and the balance after it; 0 without one. False if it is not in the range. */
bool chain_end(const struct chain *chain, int64_t account_id, int64_t *sequence,
	       int64_t *balance) MUST_CHECK;
/* Whether the link continues its history, or is of another account. If it does not, the next one is
 * expected to follow it nevertheless. */
bool chain_follow(struct chain *chain, const struct chain_link *link) MUST_CHECK;

#endif
