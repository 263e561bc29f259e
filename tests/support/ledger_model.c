#include "tests/support/ledger_model.h"

#include <string.h>

#include "base/arena.h"
#include "tests/support/limit_model.h"

struct ledger_account *
model_account(const struct trial *trial, struct uuid id)
{
	for (size_t i = 0; i < trial->batch->account_count; i++)
		if (uuid_equal(trial->accounts[i].public_id, id) &&
		    trial->accounts[i].ledger_id == trial->t->ledger_id)
			return &trial->accounts[i];
	return NULL;
}

static struct ledger_hold *
hold(const struct trial *trial)
{
	for (size_t i = 0; i < trial->batch->hold_count; i++)
		if (uuid_equal(trial->batch->holds[i].public_id, trial->t->hold) &&
		    trial->batch->holds[i].ledger_id == trial->t->ledger_id)
			return &trial->batch->holds[i];
	return NULL;
}

static bool
fits(wide_int number)
{
	return number >= INT64_MIN && number <= INT64_MAX;
}

static const char *
currency_of(const struct ledger_transaction *t, size_t line)
{
	if (t->rules == NULL || t->rules[line].currency == NULL)
		return t->currency;
	return t->rules[line].currency;
}

static enum err
check(const struct trial *trial, size_t line)
{
	const struct posting *p = &trial->t->postings[line];
	const char *currency = currency_of(trial->t, line);
	const struct ledger_account *from = model_account(trial, p->from);
	const struct ledger_account *to = model_account(trial, p->to);

	if (from != NULL && from->status == ACCOUNT_CLOSED && !trial->t->from_closed &&
	    uuid_is_nil(trial->t->hold))
		from = NULL;
	if (to != NULL && to->status == ACCOUNT_CLOSED)
		to = NULL;
	if (from != NULL && strcmp(from->currency, currency) != 0)
		return ERR_CURRENCY_MISMATCH;
	if (to != NULL && strcmp(to->currency, currency) != 0)
		return ERR_CURRENCY_MISMATCH;
	if (from == NULL || to == NULL)
		return ERR_NOT_FOUND;
	if (uuid_equal(p->from, p->to))
		return ERR_SAME_WALLET;
	if (from->status == ACCOUNT_FROZEN || to->status == ACCOUNT_FROZEN)
		return ERR_WALLET_INACTIVE;
	return ERR_OK;
}

static enum err
move(const struct trial *trial, size_t line, int64_t amount)
{
	const struct posting *p = &trial->t->postings[line];
	struct ledger_account *from = model_account(trial, p->from);
	struct ledger_account *to = model_account(trial, p->to);
	wide_int left;

	TRY(check(trial, line));
	left = (wide_int)from->balance - amount;
	if (from->has_floor && left - from->held < from->floor)
		return ERR_INSUFFICIENT_FUNDS;
	if (!fits(left) || !fits(left - from->held) || !fits((wide_int)to->balance + amount))
		return ERR_AMOUNT_TOO_LARGE;
	from->balance = (int64_t)left;
	to->balance += amount;
	from->sequence++;
	to->sequence++;
	from->changed = true;
	to->changed = true;
	trial->t->results[line] = (struct posting_result){from->balance, to->balance,
							  from->sequence, to->sequence, amount};
	return ERR_OK;
}

static wide_int
available(const struct ledger_account *a)
{
	wide_int free = (wide_int)a->balance - a->held;

	if (a->has_floor && a->floor > 0)
		free -= a->floor;
	return free > 0 ? free : 0;
}

/* Postings of the same account and currency; with a whole, those of the same one. */
static bool
together(const struct ledger_transaction *t, size_t a, size_t b, bool whole)
{
	return uuid_equal(t->postings[a].from, t->postings[b].from) &&
	       strcmp(currency_of(t, a), currency_of(t, b)) == 0 &&
	       (!whole || t->rules[a].of == t->rules[b].of);
}

/* Shares: rounded down, the last one with the difference where all is shared out. */
static void
share_out(const struct ledger_transaction *t, const wide_int *wholes, wide_int *amounts)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->rules[i].amount == AMOUNT_SHARE)
			amounts[i] = wholes[i] * t->rules[i].share / SHARE_WHOLE;
	for (size_t i = 0; i < t->count; i++) {
		wide_int shares = 0;
		wide_int sum = 0;
		size_t last = 0;

		if (t->rules[i].amount != AMOUNT_SHARE)
			continue;
		for (size_t p = 0; p < t->count; p++)
			if (t->rules[p].amount == AMOUNT_SHARE && together(t, i, p, true)) {
				shares += t->rules[p].share;
				sum += amounts[p];
				last = p;
			}
		if (last == i && shares == SHARE_WHOLE)
			amounts[i] += wholes[i] - sum;
	}
}

static wide_int
left_of(const struct ledger_transaction *t, size_t rest, wide_int whole, const wide_int *amounts)
{
	for (size_t p = 0; p < t->count; p++) {
		bool given = t->rules[p].amount == AMOUNT_GIVEN;

		if ((given || t->rules[p].amount == AMOUNT_SHARE) && together(t, rest, p, !given))
			whole -= amounts[p];
	}
	return whole;
}

/* What each posting moves, before any has moved. */
static enum err
find(const struct trial *trial, wide_int *amounts)
{
	const struct ledger_transaction *t = trial->t;
	wide_int wholes[POSTINGS_MAX];

	for (size_t i = 0; i < t->count; i++) {
		TRY(check(trial, i));
		amounts[i] = t->postings[i].amount;
		wholes[i] = t->rules[i].of != 0
				    ? t->rules[i].of
				    : available(model_account(trial, t->postings[i].from));
	}
	share_out(t, wholes, amounts);
	for (size_t i = 0; i < t->count; i++) {
		if (t->rules[i].amount != AMOUNT_REST)
			continue;
		amounts[i] = left_of(t, i, wholes[i], amounts);
		if (amounts[i] < 0)
			return ERR_INSUFFICIENT_FUNDS;
	}
	return ERR_OK;
}

static enum err
move_by_rules(const struct trial *trial)
{
	const struct ledger_transaction *t = trial->t;
	wide_int amounts[POSTINGS_MAX];
	bool moved = false;

	TRY(find(trial, amounts));
	for (size_t i = 0; i < t->count; i++) {
		t->results[i] = (struct posting_result){.amount = 0};
		if (t->rules[i].amount == AMOUNT_ALL)
			amounts[i] = available(model_account(trial, t->postings[i].from));
		if (amounts[i] == 0)
			continue;
		TRY(move(trial, i, (int64_t)amounts[i]));
		moved = true;
	}
	return moved ? ERR_OK : ERR_INSUFFICIENT_FUNDS;
}

/* Where the fee is among the postings; past them if there is none. */
static size_t
fee_line(const struct ledger_transaction *t)
{
	if (!t->has_fee)
		return t->count;
	return t->reverses != 0 ? 0 : t->count - 1;
}

static const struct posting *
ordered(const struct ledger_transaction *t)
{
	return fee_line(t) == 0 ? t->postings + 1 : t->postings;
}

static wide_int
given_before(const struct trial *trial)
{
	const struct ledger_batch *batch = trial->batch;
	wide_int before = 0;

	for (size_t i = 0; i < batch->reversed_count; i++)
		if (batch->reversed[i].transaction_id == trial->t->reverses)
			before += batch->reversed[i].amount;
	for (size_t i = 0; i < trial->index; i++)
		if (batch->transactions[i]->err == ERR_OK && !batch->transactions[i]->replayed &&
		    batch->transactions[i]->reverses == trial->t->reverses)
			before += model_moved(batch->transactions[i]);
	return before;
}

/* All that is to be given back of a fee by now, less what was. */
static wide_int
fee_back(const struct trial *trial)
{
	wide_int fee = trial->t->postings[0].amount;
	wide_int before = given_before(trial);
	wide_int after = before + model_moved(trial->t);

	return after * fee / trial->t->reversible - before * fee / trial->t->reversible;
}

static enum err
move_all(const struct trial *trial)
{
	struct ledger_transaction *t = trial->t;

	if (t->rules != NULL)
		return move_by_rules(trial);
	for (size_t i = 0; i < t->count; i++) {
		wide_int amount = t->postings[i].amount;

		if (i == fee_line(t) && t->reverses != 0)
			amount = fee_back(trial);
		t->results[i] = (struct posting_result){.amount = 0};
		TRY(amount > 0 ? move(trial, i, (int64_t)amount) : check(trial, i));
	}
	return ERR_OK;
}

static enum err
move_on_conditions(const struct trial *trial)
{
	const struct ledger_condition *c = trial->t->conditions;
	size_t n = trial->t->condition_count;

	for (size_t i = 0; i < n; i++) {
		const struct ledger_account *a = model_account(trial, c[i].account);

		if (a == NULL || a->status == ACCOUNT_CLOSED)
			return ERR_NOT_FOUND;
		if (c[i].has_sequence && a->sequence != c[i].sequence)
			return ERR_CONDITION;
	}
	TRY(move_all(trial));
	for (size_t i = 0; i < n; i++)
		if (c[i].has_least && available(model_account(trial, c[i].account)) < c[i].least)
			return ERR_CONDITION;
	return ERR_OK;
}

static enum err
capture(const struct trial *trial)
{
	struct ledger_hold *held = hold(trial);
	const struct posting *p = ordered(trial->t);
	size_t lines = trial->t->has_fee ? 2 : 1;
	struct ledger_account *owner;
	wide_int left;

	if (held == NULL || model_account(trial, held->account) == NULL ||
	    trial->t->count != lines || !uuid_equal(p->from, held->account))
		return ERR_NOT_FOUND;
	if (held->status != HOLD_ACTIVE || held->expires_at.us <= trial->batch->now.us)
		return ERR_HOLD_CLOSED;
	if (p->amount > held->amount)
		return ERR_EXCEEDS_REST;
	owner = model_account(trial, held->account);
	owner->held -= held->amount;
	TRY(move_all(trial));
	left = trial->t->keeps_hold ? held->amount - p->amount : 0;
	if (trial->t->has_fee && left > 0 && owner->has_floor &&
	    (wide_int)owner->balance - owner->held - left < owner->floor)
		return ERR_INSUFFICIENT_FUNDS;
	if (trial->t->has_fee && !fits((wide_int)owner->balance - owner->held - left))
		return ERR_AMOUNT_TOO_LARGE;
	held->changed = true;
	trial->t->kept_hold = trial->t->keeps_hold && p->amount != held->amount;
	if (trial->t->kept_hold) {
		held->captured_before += p->amount;
		held->amount -= p->amount;
		owner->held += held->amount;
		return ERR_OK;
	}
	held->status = HOLD_CAPTURED;
	held->captured = p->amount;
	held->captured_by = trial->index;
	return ERR_OK;
}

static enum err
capture_and_release(const struct trial *trial)
{
	const struct ledger_hold *held = hold(trial);
	int64_t before = held != NULL ? held->amount : 0;

	TRY(capture(trial));
	if (held != NULL)
		model_limits_release(trial, held, before);
	return ERR_OK;
}

static enum err
replay(struct ledger_transaction *t, const void *content, int64_t id, struct uuid public_id,
       struct instant created_at, struct posting_result result)
{
	if (memcmp(t->content, content, CONTENT_SIZE) != 0)
		return ERR_DUPLICATE_REFERENCE;
	t->replayed = true;
	t->transaction_id = id;
	t->public_id = public_id;
	t->created_at = created_at;
	t->results[0] = result;
	return ERR_OK;
}

/* What has the reference already, in the books or earlier in the batch. */
static bool
is_replay(const struct trial *trial, enum err *err)
{
	const struct ledger_batch *batch = trial->batch;
	struct ledger_transaction *t = trial->t;

	for (size_t i = 0; i < batch->known_count; i++) {
		const struct known_transaction *k = &batch->known[i];

		if (k->ledger_id != t->ledger_id || strcmp(k->reference, t->reference) != 0)
			continue;
		*err = replay(t, k->content.data, k->transaction_id, k->public_id, k->created_at,
			      (struct posting_result){.amount = k->amount,
						      .from_balance = k->from_balance,
						      .to_balance = k->to_balance,
						      .from_sequence = k->from_sequence,
						      .to_sequence = k->to_sequence});
		return true;
	}
	for (size_t i = 0; i < trial->index; i++) {
		const struct ledger_transaction *o = batch->transactions[i];

		if (o->err != ERR_OK || o->replayed || o->ledger_id != t->ledger_id ||
		    strcmp(o->reference, t->reference) != 0)
			continue;
		*err = replay(t, o->content, o->transaction_id, o->public_id, o->created_at,
			      o->results[0]);
		return true;
	}
	return false;
}

wide_int
model_moved(const struct ledger_transaction *t)
{
	wide_int sum = 0;

	for (size_t i = 0; i < t->count; i++)
		if (!t->has_fee || i != (t->reverses != 0 ? 0 : t->count - 1))
			sum += t->postings[i].amount;
	return sum;
}

static enum err
reversal(const struct trial *trial)
{
	const struct ledger_transaction *t = trial->t;
	wide_int before;

	if (t->reverses == 0)
		return ERR_OK;
	before = given_before(trial);
	if (t->reversible == 0)
		return before == 0 ? ERR_OK : ERR_ALREADY_REVERSED;
	if (before >= t->reversible)
		return ERR_ALREADY_REVERSED;
	return before + model_moved(t) <= t->reversible ? ERR_OK : ERR_EXCEEDS_REST;
}

/* The latest of the clock and the times of the accounts; it is their next time. */
static void
date(const struct trial *trial)
{
	struct ledger_transaction *t = trial->t;
	struct instant at = trial->batch->now;

	for (size_t i = 0; i < 2 * t->count; i++) {
		const struct posting *p = &t->postings[i / 2];
		const struct ledger_account *a = model_account(trial, i % 2 == 0 ? p->from : p->to);

		if (t->results[i / 2].amount != 0 && a->last_at.us > at.us)
			at = a->last_at;
	}
	for (size_t i = 0; i < t->count; i++) {
		if (t->results[i].amount == 0)
			continue;
		model_account(trial, t->postings[i].from)->last_at = at;
		model_account(trial, t->postings[i].to)->last_at = at;
	}
	t->created_at = at;
}

static enum err
decide(const struct trial *trial)
{
	enum err err;

	trial->t->replayed = false;
	trial->t->kept_hold = false;
	trial->t->exceeded = (struct ledger_exceeded){.wanted = 0};
	if (is_replay(trial, &err))
		return err;
	if (trial->t->has_fee && trial->t->has_fee_most &&
	    trial->t->postings[trial->t->count - 1].amount > trial->t->fee_most)
		return ERR_FEE_EXCEEDS_MAXIMUM;
	TRY(reversal(trial));
	if (uuid_is_nil(trial->t->hold))
		TRY(move_on_conditions(trial));
	else
		TRY(capture_and_release(trial));
	TRY(model_limits(trial));
	date(trial);
	return ERR_OK;
}

void
model_apply(struct arena *arena, struct ledger_batch *batch)
{
	size_t size = batch->account_count * sizeof(*batch->accounts);

	for (size_t i = 0; i < batch->transaction_count; i++) {
		struct trial trial = {batch, arena_copy(arena, batch->accounts, size),
				      batch->transactions[i], i};

		trial.t->err = decide(&trial);
		if (trial.t->err == ERR_OK)
			memcpy(batch->accounts, trial.accounts, size);
	}
}
