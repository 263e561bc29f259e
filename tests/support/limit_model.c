#include "tests/support/limit_model.h"

static bool
has_limit(const struct ledger_account *a, const struct ledger_limit *limit)
{
	for (size_t i = 0; a != NULL && i < a->limit_count; i++)
		if (a->limits[i] == limit)
			return true;
	return false;
}

static bool
limits_type(const struct ledger_limit *limit, enum transaction_type type)
{
	return limit->types == 0 || (limit->types & UINT64_C(1) << type) != 0;
}

/* How often an account is in one direction of a transaction before a line. */
static int
times_before(const struct ledger_transaction *t, size_t line, bool out)
{
	int times = 0;

	for (size_t i = 0; i < line; i++)
		if (t->results[i].amount > 0 &&
		    uuid_equal(out ? t->postings[i].from : t->postings[i].to,
			       out ? t->postings[line].from : t->postings[line].to))
			times++;
	return times;
}

/* What one side of a line takes of a limit. */
static wide_int
takes(const struct trial *trial, const struct ledger_limit *limit, size_t line, bool out)
{
	const struct posting *p = &trial->t->postings[line];
	int64_t amount = trial->t->results[line].amount;

	if (amount == 0 || !has_limit(model_account(trial, out ? p->from : p->to), limit))
		return 0;
	if (limit->measure == LIMIT_BALANCE)
		return out ? -(wide_int)amount : amount;
	if (limit_policy(trial->t->type) == LIMIT_IGNORES || !limits_type(limit, trial->t->type) ||
	    out != (limit->direction == LIMIT_OUT))
		return 0;
	if (limit->measure == LIMIT_COUNT)
		return times_before(trial->t, line, out) == 0;
	return amount;
}

static wide_int
takes_in_all(const struct trial *trial, const struct ledger_limit *limit)
{
	wide_int sum = 0;

	for (size_t i = 0; i < trial->t->count; i++)
		sum += takes(trial, limit, i, true) + takes(trial, limit, i, false);
	return sum;
}

static int64_t
postings_of(const struct trial *trial, const struct ledger_limit *limit)
{
	int64_t n = 0;

	for (size_t i = 0; i < trial->t->count; i++) {
		const struct posting *p = &trial->t->postings[i];

		if (trial->t->results[i].amount == 0)
			continue;
		n += has_limit(model_account(trial, p->from), limit);
		n += has_limit(model_account(trial, p->to), limit);
	}
	return n;
}

static void
refuse(struct ledger_transaction *t, const struct ledger_limit *limit, wide_int taking)
{
	wide_int left = limit->most - limit->used - limit->held;

	t->exceeded.id = limit->public_id;
	t->exceeded.left = left > 0 ? (int64_t)left : 0;
	t->exceeded.wanted = 0;
	if (limit->span != 0 && taking + limit->held <= limit->most)
		t->exceeded.wanted = (int64_t)(taking - left);
}

enum err
model_limits(const struct trial *trial)
{
	const struct ledger_batch *batch = trial->batch;
	struct ledger_transaction *t = trial->t;
	const struct ledger_limit *worst = NULL;

	for (size_t i = 0; i < batch->limit_count; i++) {
		const struct ledger_limit *limit = &batch->limits[i];
		wide_int taking = takes_in_all(trial, limit);

		if (taking > 0 && limit->used + limit->held + taking > limit->most &&
		    (worst == NULL || limit->limit_id < worst->limit_id))
			worst = limit;
	}
	if (worst != NULL && limit_policy(t->type) == LIMIT_DECIDES && !t->settles &&
	    uuid_is_nil(t->hold)) {
		refuse(t, worst, takes_in_all(trial, worst));
		return ERR_LIMIT;
	}
	for (size_t i = 0; i < batch->limit_count; i++) {
		struct ledger_limit *limit = &batch->limits[i];

		limit->postings += postings_of(trial, limit);
		if (limit->measure == LIMIT_AMOUNT)
			continue;
		limit->used += takes_in_all(trial, limit);
		limit->added += takes_in_all(trial, limit);
	}
	return ERR_OK;
}

void
model_limits_release(const struct trial *trial, const struct ledger_hold *held, int64_t before)
{
	for (size_t i = 0; i < trial->batch->limit_count; i++) {
		struct ledger_limit *limit = &trial->batch->limits[i];
		bool ended = held->status != HOLD_ACTIVE;

		if (!has_limit(model_account(trial, held->account), limit) ||
		    limit->direction != LIMIT_OUT || !limits_type(limit, held->type))
			continue;
		if (limit->measure == LIMIT_SUM)
			limit->held -= ended ? before : before - held->amount;
		if (limit->measure == LIMIT_COUNT && ended)
			limit->held--;
	}
}
