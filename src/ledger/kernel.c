#include "ledger/kernel.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/money.h"
#include "ledger/amounts.h"
#include "ledger/fee.h"

const char *const transaction_type_words[] = {
#define TRANSACTION(symbol, word, policy) word,
#include "ledger/types.def"
#undef TRANSACTION
	NULL,
};

/* References of the batch by hash: the known or earlier transaction that has one. */
struct reference_slot {
	int64_t ledger_id;
	const char *reference; /* NULL: empty */
	const struct known_transaction *known;
	const struct ledger_transaction *posted;
};

struct reference_table {
	struct reference_slot *slots;
	size_t mask;
};

static uint64_t
reference_hash(int64_t ledger_id, const char *reference)
{
	uint64_t hash = text_hash(TEXT_HASH ^ (uint64_t)ledger_id, reference);

	return hash ^ (hash >> 29);
}

/* The slot that holds the reference, or the empty one where it belongs. */
static struct reference_slot *
reference_slot(const struct reference_table *table, int64_t ledger_id, const char *reference)
{
	size_t i = (size_t)reference_hash(ledger_id, reference) & table->mask;

	while (table->slots[i].reference != NULL &&
	       (table->slots[i].ledger_id != ledger_id ||
		strcmp(table->slots[i].reference, reference) != 0))
		i = (i + 1) & table->mask;
	return &table->slots[i];
}

static struct reference_table
reference_table(struct arena *arena, const struct ledger_batch *batch)
{
	struct reference_table table = {NULL, 15};

	while (table.mask < 2 * (batch->known_count + batch->transaction_count))
		table.mask = table.mask * 2 + 1;
	table.slots = arena_array(arena, table.mask + 1, sizeof(*table.slots));
	for (size_t i = 0; i < batch->known_count; i++) {
		const struct known_transaction *known = &batch->known[i];
		struct reference_slot *slot =
			reference_slot(&table, known->ledger_id, known->reference);

		*slot = (struct reference_slot){known->ledger_id, known->reference, known, NULL};
	}
	return table;
}

static int
account_order(const void *key, const void *row)
{
	return uuid_compare(key, &((const struct ledger_account *)row)->public_id);
}

static int
hold_order(const void *key, const void *row)
{
	return uuid_compare(key, &((const struct ledger_hold *)row)->public_id);
}

struct ledger_account *
ledger_find_account(struct ledger_account *accounts, size_t n, struct uuid id)
{
	return bsearch(&id, accounts, n, sizeof(*accounts), account_order);
}

static struct ledger_account *
find_account(const struct ledger_batch *batch, struct uuid id, int64_t ledger_id)
{
	struct ledger_account *a = ledger_find_account(batch->accounts, batch->account_count, id);

	return a != NULL && a->ledger_id == ledger_id ? a : NULL;
}

static struct ledger_hold *
find_hold(const struct ledger_batch *batch, struct uuid id, int64_t ledger_id)
{
	struct ledger_hold *hold =
		bsearch(&id, batch->holds, batch->hold_count, sizeof(*batch->holds), hold_order);

	return hold != NULL && hold->ledger_id == ledger_id ? hold : NULL;
}

int64_t
ledger_spendable(const struct ledger_account *account)
{
	int64_t spendable;

	if (!account->has_floor)
		return INT64_MAX;
	if (__builtin_sub_overflow(account->balance, account->held, &spendable))
		return 0;
	if (__builtin_sub_overflow(spendable, account->floor, &spendable))
		return account->floor < 0 ? INT64_MAX : 0;
	return spendable > 0 ? spendable : 0;
}

int64_t
ledger_available(const struct ledger_account *account)
{
	int64_t spendable = ledger_spendable(account);
	int64_t available;

	if (__builtin_sub_overflow(account->balance, account->held, &available) || available < 0)
		return 0;
	return available < spendable ? available : spendable;
}

/* Whether balance - held fits the type: the database computes it too. */
static bool
can_stand(int64_t balance, int64_t held)
{
	int64_t left;

	return !__builtin_sub_overflow(balance, held, &left);
}

/* Move the amount of one posting; a refusal moves nothing. */
static enum err
move(struct ledger_account *from, struct ledger_account *to, int64_t amount,
     struct posting_result *result)
{
	int64_t from_balance;
	int64_t to_balance;

	if (amount > ledger_spendable(from))
		return ERR_INSUFFICIENT_FUNDS;
	if (__builtin_sub_overflow(from->balance, amount, &from_balance) ||
	    __builtin_add_overflow(to->balance, amount, &to_balance) ||
	    !can_stand(from_balance, from->held))
		return ERR_AMOUNT_TOO_LARGE;
	from->balance = from_balance;
	to->balance = to_balance;
	from->sequence++;
	to->sequence++;
	*result = (struct posting_result){from->balance, to->balance, from->sequence, to->sequence,
					  amount};
	return ERR_OK;
}

/*
 * A closed account is treated as missing, with two exceptions: a hold from before is captured; and
 * an order marked so takes the rest.
 */
static const struct ledger_account *
unless_closed(const struct ledger_account *account, bool takes_from_closed)
{
	if (account == NULL || takes_from_closed || account->status != ACCOUNT_CLOSED)
		return account;
	return NULL;
}

static enum err
check_sides(const struct ledger_transaction *t, size_t i, const struct ledger_account *from,
	    const struct ledger_account *to)
{
	const char *currency = posting_currency(t, i);

	from = unless_closed(from, t->from_closed || !uuid_is_nil(t->hold));
	to = unless_closed(to, false);
	if ((from != NULL && strcmp(from->currency, currency) != 0) ||
	    (to != NULL && strcmp(to->currency, currency) != 0))
		return ERR_CURRENCY_MISMATCH;
	if (from == NULL || to == NULL)
		return ERR_NOT_FOUND;
	if (from == to)
		return ERR_SAME_WALLET;
	if (from->status == ACCOUNT_FROZEN || to->status == ACCOUNT_FROZEN)
		return ERR_WALLET_INACTIVE;
	return ERR_OK;
}

static struct ledger_account *
source(const struct ledger_batch *batch, const struct ledger_transaction *t, size_t i)
{
	return find_account(batch, t->postings[i].from, t->ledger_id);
}

static struct ledger_account *
destination(const struct ledger_batch *batch, const struct ledger_transaction *t, size_t i)
{
	return find_account(batch, t->postings[i].to, t->ledger_id);
}

/* Undo the first n postings of a transaction that was refused after them. */
static void
undo(const struct ledger_batch *batch, const struct ledger_transaction *t, size_t n)
{
	while (n-- > 0) {
		struct ledger_account *from = source(batch, t, n);
		struct ledger_account *to = destination(batch, t, n);

		assert(from != NULL && to != NULL);
		if (t->results[n].amount == 0)
			continue;
		from->balance += t->results[n].amount;
		to->balance -= t->results[n].amount;
		from->sequence--;
		to->sequence--;
	}
}

/* Find the amounts that were not given, if all accounts are as they must be. */
static enum err
find_amounts(const struct ledger_batch *batch, const struct ledger_transaction *t)
{
	int64_t available[POSTINGS_MAX];

	for (size_t i = 0; i < t->count; i++) {
		const struct ledger_account *from = source(batch, t, i);

		TRY(check_sides(t, i, from, destination(batch, t, i)));
		available[i] = ledger_available(from);
	}
	return amounts_find(t, available);
}

/* Move one posting, if there is something to move. */
static enum err
move_one(const struct ledger_batch *batch, const struct ledger_transaction *t, size_t i)
{
	struct ledger_account *from = source(batch, t, i);
	struct ledger_account *to = destination(batch, t, i);
	bool found = t->rules != NULL || (t->reverses != 0 && fee_is(t, i));
	int64_t amount = found ? t->results[i].amount : t->postings[i].amount;

	TRY(check_sides(t, i, from, to));
	if (posting_amount(t, i) == AMOUNT_ALL)
		amount = ledger_available(from);
	return amount > 0 ? move(from, to, amount, &t->results[i]) : ERR_OK;
}

static bool
moves_something(const struct ledger_transaction *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->results[i].amount > 0)
			return true;
	return false;
}

/* Move all postings, or none. */
static enum err
move_all(const struct ledger_batch *batch, struct ledger_transaction *t)
{
	if (t->rules != NULL)
		TRY(find_amounts(batch, t));
	for (size_t i = 0; i < t->count; i++) {
		enum err err = move_one(batch, t, i);

		if (err != ERR_OK) {
			undo(batch, t, i);
			return err;
		}
	}
	return moves_something(t) ? ERR_OK : ERR_INSUFFICIENT_FUNDS;
}

/* Conditions on what was before. */
static enum err
check_before(const struct ledger_batch *batch, const struct ledger_transaction *t)
{
	for (size_t i = 0; i < t->condition_count; i++) {
		const struct ledger_condition *c = &t->conditions[i];
		const struct ledger_account *account =
			unless_closed(find_account(batch, c->account, t->ledger_id), false);

		if (account == NULL)
			return ERR_NOT_FOUND;
		if (c->has_sequence && account->sequence != c->sequence)
			return ERR_CONDITION;
	}
	return ERR_OK;
}

/* Conditions on what is afterwards. */
static enum err
check_after(const struct ledger_batch *batch, const struct ledger_transaction *t)
{
	for (size_t i = 0; i < t->condition_count; i++) {
		const struct ledger_condition *c = &t->conditions[i];

		if (c->has_least &&
		    ledger_available(find_account(batch, c->account, t->ledger_id)) < c->least)
			return ERR_CONDITION;
	}
	return ERR_OK;
}

/* The limits of the accounts between which the postings were moved. */
static enum err
take_of_limits(const struct ledger_batch *batch, struct ledger_transaction *t)
{
	struct ledger_account *sides[2 * POSTINGS_MAX];

	if (batch->limit_count == 0)
		return ERR_OK;
	for (size_t i = 0; i < t->count; i++) {
		bool moved = t->results[i].amount > 0;

		sides[2 * i] = moved ? source(batch, t, i) : NULL;
		sides[2 * i + 1] = moved ? destination(batch, t, i) : NULL;
	}
	return limits_take(sides, t);
}

/* Move all postings if the conditions are met and the limits are kept, or none. */
static enum err
move_on_conditions(const struct ledger_batch *batch, struct ledger_transaction *t)
{
	enum err err;

	TRY(check_before(batch, t));
	TRY(move_all(batch, t));
	err = check_after(batch, t);
	if (err == ERR_OK)
		err = take_of_limits(batch, t);
	if (err != ERR_OK)
		undo(batch, t, t->count);
	return err;
}

static void
put_later(struct instant *at, struct instant other)
{
	if (other.us > at->us)
		*at = other;
}

/*
 * Date a transaction whose postings were moved. The clock may have stepped back since the last
 * posting of an account; its history must be in chronological order nevertheless.
 */
static void
date(const struct ledger_batch *batch, struct ledger_transaction *t)
{
	struct ledger_account *accounts[2 * POSTINGS_MAX];
	size_t n = 0;

	t->created_at = batch->now;
	for (size_t i = 0; i < t->count; i++) {
		if (t->results[i].amount == 0)
			continue;
		accounts[n++] = source(batch, t, i);
		accounts[n++] = destination(batch, t, i);
	}
	for (size_t i = 0; i < n; i++)
		put_later(&t->created_at, accounts[i]->last_at);
	for (size_t i = 0; i < n; i++) {
		accounts[i]->last_at = t->created_at;
		accounts[i]->changed = true;
	}
}

/* What the transaction moved was held. */
static void
take_from(struct ledger_hold *hold, struct ledger_transaction *t, size_t index)
{
	int64_t amount = fee_order(t)->amount;

	t->kept_hold = t->keeps_hold && amount < hold->amount;
	if (t->kept_hold) {
		hold->amount -= amount;
		hold->captured_before += amount;
	} else {
		hold->status = HOLD_CAPTURED;
		hold->captured = amount;
		hold->captured_by = index;
	}
	hold->changed = true;
}

/* What stays held after the fee must be covered all the same; a hold that ends may pay it. */
static enum err
check_kept(const struct ledger_transaction *t, const struct ledger_hold *hold,
	   const struct ledger_account *account)
{
	int64_t kept = t->keeps_hold ? hold->amount - fee_order(t)->amount : 0;

	if (!t->has_fee || kept == 0)
		return ERR_OK;
	if (kept > ledger_spendable(account))
		return ERR_INSUFFICIENT_FUNDS;
	return can_stand(account->balance, account->held + kept) ? ERR_OK : ERR_AMOUNT_TOO_LARGE;
}

/* Capture: the held amount becomes spendable for this transaction, and the rest of it is released, or held
 * again. */
static enum err
capture(const struct ledger_batch *batch, struct ledger_transaction *t, size_t index)
{
	struct ledger_hold *hold = find_hold(batch, t->hold, t->ledger_id);
	struct ledger_account *account;
	int64_t held;
	enum err err;

	if (hold == NULL)
		return ERR_NOT_FOUND;
	account = find_account(batch, hold->account, t->ledger_id);
	if (account == NULL || t->count != (t->has_fee ? 2 : 1) ||
	    !uuid_equal(fee_order(t)->from, hold->account))
		return ERR_NOT_FOUND;
	if (hold->status != HOLD_ACTIVE || hold->expires_at.us <= batch->now.us)
		return ERR_HOLD_CLOSED;
	if (fee_order(t)->amount > hold->amount)
		return ERR_EXCEEDS_REST;
	held = account->held;
	account->held -= hold->amount;
	err = move_all(batch, t);
	if (err == ERR_OK) {
		err = check_kept(t, hold, account);
		if (err != ERR_OK)
			undo(batch, t, t->count);
	}
	if (err != ERR_OK) {
		account->held = held;
		return err;
	}
	take_from(hold, t, index);
	if (t->kept_hold)
		account->held += hold->amount;
	limits_release(account, hold->type, held - account->held, !t->kept_hold);
	return take_of_limits(batch, t);
}

/* By its order. */
static wide_int
moved_by(const struct ledger_transaction *t)
{
	wide_int amount = 0;

	for (size_t i = 0; i < t->count; i++)
		if (!fee_is(t, i))
			amount += t->postings[i].amount;
	return amount;
}

/* What was given back of a transaction by others, in the books or in the batch before this index. */
static wide_int
given_back(const struct ledger_batch *batch, int64_t reverses, size_t before)
{
	wide_int amount = 0;

	for (size_t i = 0; i < batch->reversed_count; i++)
		if (batch->reversed[i].transaction_id == reverses)
			amount += batch->reversed[i].amount;
	for (size_t i = 0; i < before; i++) {
		const struct ledger_transaction *other = batch->transactions[i];

		if (other->err == ERR_OK && !other->replayed && other->reverses == reverses)
			amount += moved_by(other);
	}
	return amount;
}

static enum err
check_reversal(const struct ledger_batch *batch, size_t index)
{
	struct ledger_transaction *t = batch->transactions[index];
	wide_int given = given_back(batch, t->reverses, index);

	if (given > 0 && given >= t->reversible)
		return ERR_ALREADY_REVERSED;
	if (t->reversible > 0 && given + moved_by(t) > t->reversible)
		return ERR_EXCEEDS_REST;
	if (t->has_fee)
		t->results[0] =
			(struct posting_result){.amount = fee_back(t, given, given + moved_by(t))};
	return ERR_OK;
}

/* The same reference again: the first answer if the content is the same. */
static enum err
replay(struct ledger_transaction *t, const struct reference_slot *slot)
{
	const struct known_transaction *known = slot->known;
	const struct ledger_transaction *posted = slot->posted;
	const void *content = known != NULL ? known->content.data : posted->content;

	assert(known == NULL || known->content.length == CONTENT_SIZE);
	if (memcmp(content, t->content, CONTENT_SIZE) != 0)
		return ERR_DUPLICATE_REFERENCE;
	t->replayed = true;
	if (known != NULL) {
		t->transaction_id = known->transaction_id;
		t->public_id = known->public_id;
		t->created_at = known->created_at;
		t->results[0] = (struct posting_result){
			.amount = known->amount,
			.from_balance = known->from_balance,
			.to_balance = known->to_balance,
			.from_sequence = known->from_sequence,
			.to_sequence = known->to_sequence,
		};
	} else {
		t->transaction_id = posted->transaction_id;
		t->public_id = posted->public_id;
		t->created_at = posted->created_at;
		t->results[0] = posted->results[0];
	}
	return ERR_OK;
}

static enum err
decide(const struct ledger_batch *batch, const struct reference_table *references, size_t index)
{
	struct ledger_transaction *t = batch->transactions[index];
	struct reference_slot *slot = reference_slot(references, t->ledger_id, t->reference);
	enum err err;

	assert(t->count >= 1 && t->count <= POSTINGS_MAX);
	assert((t->rules == NULL && t->condition_count == 0) || uuid_is_nil(t->hold));
	assert(!t->has_fee || (t->rules == NULL && t->count > 1));
	assert(!t->has_fee || t->reverses == 0 || t->reversible > 0);
	for (size_t i = 0; i < t->count; i++)
		assert(t->postings[i].amount > 0 || posting_amount(t, i) != AMOUNT_GIVEN);
	if (slot->reference != NULL)
		return replay(t, slot);
	if (t->stopped)
		return ERR_LEDGER_STOPPED;
	if (fee_exceeds(t))
		return ERR_FEE_EXCEEDS_MAXIMUM;
	if (t->reverses != 0)
		TRY(check_reversal(batch, index));
	err = uuid_is_nil(t->hold) ? move_on_conditions(batch, t) : capture(batch, t, index);
	if (err != ERR_OK)
		return err;
	date(batch, t);
	*slot = (struct reference_slot){t->ledger_id, t->reference, NULL, t};
	return ERR_OK;
}

void
ledger_apply(struct arena *arena, struct ledger_batch *batch)
{
	struct reference_table references = reference_table(arena, batch);

	for (size_t i = 0; i < batch->transaction_count; i++) {
		batch->transactions[i]->replayed = false;
		batch->transactions[i]->kept_hold = false;
		batch->transactions[i]->exceeded = (struct ledger_exceeded){.wanted = 0};
		batch->transactions[i]->err = decide(batch, &references, i);
	}
}

enum err
ledger_reserve(struct ledger_account *account, int64_t amount)
{
	int64_t held;

	assert(amount > 0);
	if (account->status == ACCOUNT_CLOSED)
		return ERR_NOT_FOUND;
	if (account->status != ACCOUNT_ACTIVE)
		return ERR_WALLET_INACTIVE;
	if (amount > ledger_spendable(account))
		return ERR_INSUFFICIENT_FUNDS;
	if (__builtin_add_overflow(account->held, amount, &held) ||
	    !can_stand(account->balance, held))
		return ERR_AMOUNT_TOO_LARGE;
	account->held = held;
	account->changed = true;
	return ERR_OK;
}

enum err
ledger_release(struct ledger_account *account, struct ledger_hold *hold, enum hold_status status)
{
	assert(status == HOLD_VOIDED || status == HOLD_EXPIRED);
	if (hold->status != HOLD_ACTIVE)
		return ERR_HOLD_CLOSED;
	assert(account->held >= hold->amount);
	account->held -= hold->amount;
	hold->status = status;
	account->changed = true;
	hold->changed = true;
	return ERR_OK;
}
