#include "ledger/amounts.h"

#include <string.h>

#include "base/money.h"

enum posting_amount
posting_amount(const struct ledger_transaction *t, size_t i)
{
	return t->rules != NULL ? t->rules[i].amount : AMOUNT_GIVEN;
}

const char *
posting_currency(const struct ledger_transaction *t, size_t i)
{
	return t->rules != NULL && t->rules[i].currency != NULL ? t->rules[i].currency
								: t->currency;
}

static bool
same_source(const struct ledger_transaction *t, size_t a, size_t b)
{
	return uuid_equal(t->postings[a].from, t->postings[b].from) &&
	       strcmp(posting_currency(t, a), posting_currency(t, b)) == 0;
}

/* Whether both are shares or rests of the same whole. */
static bool
same_whole(const struct ledger_transaction *t, size_t a, size_t b)
{
	return t->rules[a].of == t->rules[b].of && same_source(t, a, b);
}

static int64_t
whole_of(const struct ledger_transaction *t, size_t i, const int64_t *available)
{
	return t->rules[i].of != 0 ? t->rules[i].of : available[i];
}

/* Whether the posting is the last share of a whole of which all is shared out. */
static bool
ends_whole(const struct ledger_transaction *t, size_t i)
{
	wide_int sum = 0;

	for (size_t p = 0; p < t->count; p++) {
		if (t->rules[p].amount != AMOUNT_SHARE || !same_whole(t, p, i))
			continue;
		if (p > i)
			return false;
		sum += t->rules[p].share;
	}
	return sum == SHARE_WHOLE;
}

static int64_t
share_of(const struct ledger_transaction *t, size_t i, int64_t whole)
{
	int64_t left = whole;

	if (!ends_whole(t, i))
		return (int64_t)((wide_int)whole * t->rules[i].share / SHARE_WHOLE);
	for (size_t p = 0; p < i; p++)
		if (t->rules[p].amount == AMOUNT_SHARE && same_whole(t, p, i))
			left -= t->results[p].amount;
	return left;
}

/* What the shares of the whole, and the given amounts, leave of it; it may be less than nothing. */
static wide_int
rest_of(const struct ledger_transaction *t, size_t i, int64_t whole)
{
	wide_int left = whole;

	for (size_t p = 0; p < t->count; p++)
		if ((t->rules[p].amount == AMOUNT_GIVEN && same_source(t, p, i)) ||
		    (t->rules[p].amount == AMOUNT_SHARE && same_whole(t, p, i)))
			left -= t->results[p].amount;
	return left;
}

enum err
amounts_find(const struct ledger_transaction *t, const int64_t *available)
{
	for (size_t i = 0; i < t->count; i++) {
		t->results[i] = (struct posting_result){.amount = 0};
		if (t->rules[i].amount == AMOUNT_GIVEN)
			t->results[i].amount = t->postings[i].amount;
		else if (t->rules[i].amount == AMOUNT_SHARE)
			t->results[i].amount = share_of(t, i, whole_of(t, i, available));
	}
	for (size_t i = 0; i < t->count; i++) {
		wide_int rest;

		if (t->rules[i].amount != AMOUNT_REST)
			continue;
		rest = rest_of(t, i, whole_of(t, i, available));
		if (rest < 0)
			return ERR_INSUFFICIENT_FUNDS;
		t->results[i].amount = (int64_t)rest;
	}
	return ERR_OK;
}
