#include "tests/support/ledger_case.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ledger/kernel.h"
#include "tests/support/case_source.h"
#include "tests/support/ledger_model.h"

enum {
	ACCOUNTS_MAX = 8,
	HOLDS_MAX = 6,
	KNOWN_MAX = 4,
	REVERSED_MAX = 3,
	LIMITS_MAX = 4,
	TRANSACTIONS_MAX = 24,
	REFERENCES = 8,
	ARENA_LIMIT = 16 << 20,
	FIRST_ID = 1000, /* of the transactions of the batch */
};

static const char *const currencies[] = {"NGN", "USD"};
static const char *const references[REFERENCES] = {"a", "b", "c", "d", "e", "f", "g", "h"};
static const int64_t ledgers[] = {7, 9};
static const struct instant now = {1000 * SECOND_US};
static const unsigned char contents[2][CONTENT_SIZE] = {{1}, {2}};

static struct uuid
id_of(unsigned char group, size_t number)
{
	return (struct uuid){{group, (unsigned char)number}};
}

static void
make_holds(struct source *s, struct ledger_batch *batch)
{
	for (size_t i = 0; i < batch->hold_count; i++) {
		const struct ledger_account *owner =
			&batch->accounts[pick(s, batch->account_count)];

		batch->holds[i] = (struct ledger_hold){
			.hold_id = (int64_t)i + 1,
			.public_id = id_of(2, i),
			.ledger_id = owner->ledger_id,
			.account = owner->public_id,
			.amount = 1 + take(s),
			.status = rarely(s, 4) ? HOLD_VOIDED : HOLD_ACTIVE,
			.expires_at = {now.us + (rarely(s, 4) ? 0 : 1)},
		};
	}
}

static int64_t
sum_of_holds(const struct ledger_batch *batch, const struct ledger_account *account)
{
	int64_t sum = 0;

	for (size_t i = 0; i < batch->hold_count; i++)
		if (uuid_equal(batch->holds[i].account, account->public_id) &&
		    batch->holds[i].status == HOLD_ACTIVE)
			sum += batch->holds[i].amount;
	return sum;
}

/* Usually a small balance; sometimes one at the end of the numbers. */
static int64_t
balance_above(struct source *s, int64_t least)
{
	int64_t extra = take(s);

	if (rarely(s, 6))
		return INT64_MAX - extra;
	if (rarely(s, 6))
		return least + extra / 16;
	return (least < -1000 ? -1000 : least) + extra;
}

static void
make_accounts(struct source *s, struct ledger_batch *batch)
{
	static const int64_t floors[] = {0, 0, -50, 10, INT64_MIN};

	for (size_t i = 0; i < batch->account_count; i++)
		batch->accounts[i] = (struct ledger_account){
			.account_id = (int64_t)(batch->account_count - i),
			.public_id = id_of(1, i),
			.ledger_id = ledgers[rarely(s, 8)],
			.kind = ACCOUNT_WALLET,
			.currency = currencies[rarely(s, 8)],
			.has_floor = !rarely(s, 4),
			.floor = floors[pick(s, 5)],
			.status = rarely(s, 12) ? (int64_t)(1 + pick(s, 2)) : ACCOUNT_ACTIVE,
			.sequence = take(s),
			/* Sometimes the clock has stepped back since. */
			.last_at = {now.us - 100 + take(s)},
		};
	make_holds(s, batch);
	for (size_t i = 0; i < batch->account_count; i++) {
		struct ledger_account *account = &batch->accounts[i];
		int64_t least = account->has_floor ? account->floor : INT64_MIN;

		account->held = sum_of_holds(batch, account);
		account->balance = balance_above(s, least + account->held);
	}
}

static const struct known_transaction *
make_known(struct source *s, struct arena *arena, size_t n)
{
	struct known_transaction *known = arena_array(arena, n, sizeof(*known));

	for (size_t i = 0; i < n; i++)
		known[i] = (struct known_transaction){
			.transaction_id = (int64_t)i + 1,
			.public_id = id_of(3, i),
			.ledger_id = ledgers[0],
			.reference = references[i],
			.content = {contents[pick(s, 2)], CONTENT_SIZE},
			.created_at = {now.us - 1},
			.amount = take(s),
			.from_balance = take(s),
			.to_balance = take(s),
			.from_sequence = take(s),
			.to_sequence = take(s),
		};
	return known;
}

/* What was given back of the transactions that those of the batch may reverse. */
static const struct reversed_transaction *
make_reversed(struct source *s, struct arena *arena, size_t n)
{
	struct reversed_transaction *reversed = arena_array(arena, n, sizeof(*reversed));

	for (size_t i = 0; i < n; i++)
		reversed[i] = (struct reversed_transaction){(int64_t)i + 1, 1 + take(s)};
	return reversed;
}

static int64_t
amount_of(struct source *s)
{
	int64_t amount = 1 + take(s);

	return rarely(s, 16) ? INT64_MAX - amount + 1 : amount;
}

static const struct posting *
make_postings(struct source *s, struct arena *arena, const struct ledger_batch *batch, size_t n)
{
	struct posting *postings = arena_array(arena, n, sizeof(*postings));

	/* One past the last account is an account that nobody knows. */
	for (size_t i = 0; i < n; i++)
		postings[i] = (struct posting){
			id_of(1, pick(s, batch->account_count + rarely(s, 8))),
			id_of(1, pick(s, batch->account_count + rarely(s, 8))),
			amount_of(s),
		};
	return postings;
}

static const struct posting_rule *
make_rules(struct source *s, struct arena *arena, size_t n)
{
	static const int64_t shares[] = {SHARE_WHOLE, SHARE_WHOLE / 2, SHARE_WHOLE / 4,
					 SHARE_WHOLE / 3, 1};
	struct posting_rule *rules = arena_array(arena, n, sizeof(*rules));

	for (size_t i = 0; i < n; i++)
		rules[i] = (struct posting_rule){
			.currency = rarely(s, 6) ? currencies[pick(s, 2)] : NULL,
			.amount = (enum posting_amount)pick(s, 4),
			.share = shares[pick(s, 5)],
			.of = rarely(s, 2) ? amount_of(s) : 0,
		};
	return rules;
}

static const struct ledger_condition *
make_conditions(struct source *s, struct arena *arena, const struct ledger_batch *batch, size_t n)
{
	struct ledger_condition *conditions = arena_array(arena, n, sizeof(*conditions));

	for (size_t i = 0; i < n; i++) {
		size_t account = pick(s, batch->account_count + rarely(s, 8));
		bool known = account < batch->account_count;

		conditions[i] = (struct ledger_condition){
			.account = id_of(1, account),
			.has_least = rarely(s, 2),
			.least = take(s),
			.has_sequence = rarely(s, 2),
			.sequence = (known ? batch->accounts[account].sequence : 0) + rarely(s, 3),
		};
	}
	return conditions;
}

/* One of several postings may be a fee, or give back a part of one. */
static void
make_fee(struct source *s, struct ledger_transaction *t)
{
	bool may = t->count > 1 && t->rules == NULL && (t->reverses == 0 || t->reversible > 0);

	t->has_fee = rarely(s, 2) && may;
	t->has_fee_most = t->has_fee && t->reverses == 0 && rarely(s, 4);
	t->fee_most = take(s);
}

static struct ledger_transaction *
make_transaction(struct source *s, struct arena *arena, const struct ledger_batch *batch, size_t i)
{
	struct ledger_transaction *t = arena_alloc(arena, sizeof(*t));

	*t = (struct ledger_transaction){
		.ledger_id = ledgers[rarely(s, 8)],
		.currency = currencies[rarely(s, 8)],
		.reference = references[pick(s, REFERENCES)],
		.type = TRANSACTION_TRANSFER,
		.metadata = "{}",
		.reverses = rarely(s, 4) ? (int64_t)pick(s, 5) : 0,
		.reversible = rarely(s, 2) ? 2 * take(s) : 0,
		.keeps_hold = rarely(s, 2),
		.hold = rarely(s, 4) ? id_of(2, pick(s, batch->hold_count + 1))
				     : (struct uuid){{0}},
		.count = rarely(s, 3) ? 1 + pick(s, 4) : 1,
		.transaction_id = FIRST_ID + (int64_t)i,
		.public_id = id_of(4, i),
	};
	memcpy(t->content, contents[rarely(s, 3)], CONTENT_SIZE);
	t->postings = make_postings(s, arena, batch, t->count);
	if (uuid_is_nil(t->hold) && t->reverses == 0 && rarely(s, 3))
		t->rules = make_rules(s, arena, t->count);
	make_fee(s, t);
	t->condition_count = uuid_is_nil(t->hold) && rarely(s, 4) ? 1 + pick(s, 2) : 0;
	t->conditions = make_conditions(s, arena, batch, t->condition_count);
	if (pick(s, 2) == 0 && t->hold.bytes[1] < batch->hold_count && !uuid_is_nil(t->hold)) {
		struct posting *of_hold =
			arena_copy(arena, t->postings, t->count * sizeof(*of_hold));

		for (size_t p = 0; p < t->count; p++)
			of_hold[p].from = batch->holds[t->hold.bytes[1]].account;
		t->postings = of_hold;
	}
	return t;
}

static struct ledger_limit
make_limit(struct source *s, size_t i)
{
	static const uint64_t types[] = {0, 0, UINT64_C(1) << TRANSACTION_TRANSFER,
					 UINT64_C(1) << TRANSACTION_CAPTURE |
						 UINT64_C(1) << TRANSACTION_DEBIT};
	struct ledger_limit limit = {
		.limit_id = (int64_t)(LIMITS_MAX - i),
		.public_id = id_of(5, i),
		.measure = (enum limit_measure)(1 + pick(s, 4)),
		.direction = (enum limit_direction)(1 + pick(s, 2)),
		.types = types[pick(s, 4)],
		.most = rarely(s, 8) ? INT64_MAX : INT64_C(4) * take(s),
	};

	if (limit.measure == LIMIT_COUNT)
		limit.most %= 6;
	if (limit.measure == LIMIT_SUM || limit.measure == LIMIT_COUNT) {
		limit.span = LIMIT_DAY;
		limit.used = limit.most == INT64_MAX ? limit.most - take(s) : take(s) % 3;
		limit.held = limit.direction == LIMIT_OUT ? take(s) % 3 : 0;
	} else if (limit.measure == LIMIT_BALANCE) {
		limit.types = 0;
		limit.used = take(s);
	}
	return limit;
}

/* Limits, each of some accounts; and types that they treat differently. The size of one transaction is a limit of each
 * account alone. */
static void
make_limits(struct source *s, struct arena *arena, struct ledger_batch *batch)
{
	static const enum transaction_type types[] = {TRANSACTION_TRANSFER, TRANSACTION_TRANSFER,
						      TRANSACTION_DEPOSIT, TRANSACTION_ADMIN_DEBIT};

	batch->limit_count = pick(s, LIMITS_MAX + 1);
	batch->limits = arena_array(arena, batch->limit_count, sizeof(*batch->limits));
	for (size_t i = 0; i < batch->account_count; i++)
		batch->accounts[i].limits =
			arena_array(arena, LIMITS_MAX, sizeof(struct ledger_limit *));
	for (size_t i = 0; i < batch->limit_count; i++) {
		size_t first = pick(s, batch->account_count);
		size_t count;

		batch->limits[i] = make_limit(s, i);
		count = batch->limits[i].measure == LIMIT_AMOUNT ? 1 : 1 + pick(s, 3);
		for (size_t a = first; a < first + count && a < batch->account_count; a++) {
			struct ledger_account *account = &batch->accounts[a];

			account->limits[account->limit_count++] = &batch->limits[i];
		}
	}
	for (size_t i = 0; i < batch->hold_count; i++)
		batch->holds[i].type = rarely(s, 2) ? TRANSACTION_DEBIT : TRANSACTION_CAPTURE;
	for (size_t i = 0; i < batch->transaction_count; i++) {
		batch->transactions[i]->type = types[pick(s, 4)];
		batch->transactions[i]->settles = rarely(s, 5);
	}
}

static struct ledger_batch
make_batch(struct source *s, struct arena *arena)
{
	struct ledger_batch batch = {
		.account_count = 1 + pick(s, ACCOUNTS_MAX),
		.hold_count = pick(s, HOLDS_MAX + 1),
		.known_count = pick(s, KNOWN_MAX + 1),
		.reversed_count = pick(s, REVERSED_MAX + 1),
		.transaction_count = 1 + pick(s, TRANSACTIONS_MAX),
		.now = now,
	};

	batch.accounts = arena_array(arena, batch.account_count, sizeof(*batch.accounts));
	batch.holds = arena_array(arena, batch.hold_count, sizeof(*batch.holds));
	make_accounts(s, &batch);
	batch.known = make_known(s, arena, batch.known_count);
	batch.reversed = make_reversed(s, arena, batch.reversed_count);
	batch.transactions =
		arena_array(arena, batch.transaction_count, sizeof(struct ledger_transaction *));
	for (size_t i = 0; i < batch.transaction_count; i++)
		batch.transactions[i] = make_transaction(s, arena, &batch, i);
	make_limits(s, arena, &batch);
	return batch;
}

/* Limits of its own for a batch. */
static void
clone_limits(struct arena *arena, const struct ledger_batch *from, struct ledger_batch *to)
{
	to->limits = from->limits;
	if (from->limit_count > 0)
		to->limits =
			arena_copy(arena, from->limits, from->limit_count * sizeof(*from->limits));
	for (size_t i = 0; i < to->account_count; i++) {
		struct ledger_account *account = &to->accounts[i];
		struct ledger_limit **limits =
			arena_array(arena, LIMITS_MAX, sizeof(struct ledger_limit *));

		for (size_t l = 0; l < account->limit_count; l++)
			limits[l] = to->limits + (account->limits[l] - from->limits);
		account->limits = limits;
	}
}

/* A batch of its own with the same content. */
static struct ledger_batch
clone(struct arena *arena, const struct ledger_batch *from)
{
	struct ledger_batch to = *from;

	to.accounts =
		arena_copy(arena, from->accounts, from->account_count * sizeof(*from->accounts));
	clone_limits(arena, from, &to);
	to.holds = arena_copy(arena, from->holds, from->hold_count * sizeof(*from->holds));
	to.transactions =
		arena_array(arena, from->transaction_count, sizeof(struct ledger_transaction *));
	for (size_t i = 0; i < from->transaction_count; i++) {
		struct ledger_transaction *t = arena_copy(arena, from->transactions[i], sizeof(*t));

		t->results = arena_array(arena, t->count, sizeof(*t->results));
		to.transactions[i] = t;
	}
	return to;
}

/* What was given back, after the first n transactions. An entry for each of them: they are added up. */
static void
learn_reversed(struct arena *arena, struct ledger_batch *batch, size_t n)
{
	struct reversed_transaction *reversed =
		arena_array(arena, batch->reversed_count + n, sizeof(*reversed));
	size_t count = batch->reversed_count;

	if (count > 0)
		memcpy(reversed, batch->reversed, count * sizeof(*reversed));
	for (size_t i = 0; i < n; i++) {
		const struct ledger_transaction *t = batch->transactions[i];
		wide_int moved = model_moved(t);

		if (t->err == ERR_OK && !t->replayed && t->reverses != 0)
			reversed[count++] = (struct reversed_transaction){
				t->reverses, (int64_t)(moved < INT64_MAX ? moved : INT64_MAX)};
	}
	batch->reversed = reversed;
	batch->reversed_count = count;
}

/* What the database knows after the first n transactions were stored. */
static void
learn(struct arena *arena, struct ledger_batch *batch, size_t n)
{
	struct known_transaction *known =
		arena_array(arena, batch->known_count + n, sizeof(*known));
	size_t count = batch->known_count;

	if (count > 0)
		memcpy(known, batch->known, count * sizeof(*known));
	for (size_t i = 0; i < n; i++) {
		const struct ledger_transaction *t = batch->transactions[i];

		if (t->err != ERR_OK || t->replayed)
			continue;
		known[count++] = (struct known_transaction){
			t->transaction_id,
			t->public_id,
			t->ledger_id,
			t->reference,
			{t->content, CONTENT_SIZE},
			t->created_at,
			t->results[0].amount,
			t->results[0].from_balance,
			t->results[0].to_balance,
			t->results[0].from_sequence,
			t->results[0].to_sequence,
		};
	}
	batch->known = known;
	batch->known_count = count;
}

/* The same transactions as two batches, one after the other. */
static void
apply_in_two(struct arena *arena, struct ledger_batch *batch, size_t at)
{
	struct ledger_batch part = *batch;

	part.transaction_count = at;
	ledger_apply(arena, &part);
	for (size_t i = 0; i < part.hold_count; i++)
		part.holds[i].changed = false;
	learn(arena, &part, at);
	learn_reversed(arena, &part, at);
	part.transactions = batch->transactions + at;
	part.transaction_count = batch->transaction_count - at;
	ledger_apply(arena, &part);
	for (size_t i = 0; i < part.hold_count; i++)
		if (part.holds[i].changed && part.holds[i].status == HOLD_CAPTURED)
			part.holds[i].captured_by += at;
}

static bool
same_result(const struct posting_result *a, const struct posting_result *b)
{
	return a->from_balance == b->from_balance && a->to_balance == b->to_balance &&
	       a->from_sequence == b->from_sequence && a->to_sequence == b->to_sequence;
}

static const char *
compare_transactions(const struct ledger_transaction *a, const struct ledger_transaction *b)
{
	size_t results = a->replayed ? 1 : a->count;

	if (a->err != b->err)
		return "another error";
	if (a->replayed != b->replayed)
		return "replayed or not";
	if (a->kept_hold != b->kept_hold)
		return "kept a hold or not";
	if (!uuid_equal(a->exceeded.id, b->exceeded.id) || a->exceeded.left != b->exceeded.left ||
	    a->exceeded.wanted != b->exceeded.wanted)
		return "another limit";
	if (a->err != ERR_OK)
		return NULL;
	if (a->transaction_id != b->transaction_id || !uuid_equal(a->public_id, b->public_id) ||
	    a->created_at.us != b->created_at.us)
		return "another identity";
	for (size_t i = 0; i < results; i++)
		if (!same_result(&a->results[i], &b->results[i]) ||
		    a->results[i].amount != b->results[i].amount)
			return "another result";
	return NULL;
}

static const char *
compare(const struct ledger_batch *a, const struct ledger_batch *b)
{
	for (size_t i = 0; i < a->transaction_count; i++) {
		const char *problem = compare_transactions(a->transactions[i], b->transactions[i]);

		if (problem != NULL)
			return problem;
	}
	for (size_t i = 0; i < a->account_count; i++) {
		const struct ledger_account *x = &a->accounts[i];
		const struct ledger_account *y = &b->accounts[i];

		if (x->balance != y->balance || x->held != y->held || x->sequence != y->sequence ||
		    x->changed != y->changed || x->last_at.us != y->last_at.us)
			return "another account";
	}
	for (size_t i = 0; i < a->hold_count; i++) {
		const struct ledger_hold *x = &a->holds[i];
		const struct ledger_hold *y = &b->holds[i];

		if (x->status != y->status || x->captured != y->captured ||
		    x->amount != y->amount || x->captured_before != y->captured_before ||
		    x->captured_by != y->captured_by)
			return "another hold";
	}
	for (size_t i = 0; i < a->limit_count; i++) {
		const struct ledger_limit *x = &a->limits[i];
		const struct ledger_limit *y = &b->limits[i];

		if (x->used != y->used || x->held != y->held || x->added != y->added ||
		    x->postings != y->postings)
			return "another use of a limit";
	}
	return NULL;
}

static wide_int
sum_of(const struct ledger_batch *batch, int64_t ledger_id, const char *currency)
{
	wide_int sum = 0;

	for (size_t i = 0; i < batch->account_count; i++)
		if (batch->accounts[i].ledger_id == ledger_id &&
		    strcmp(batch->accounts[i].currency, currency) == 0)
			sum += batch->accounts[i].balance;
	return sum;
}

/* What holds whatever was asked. */
static const char *
check_invariants(const struct ledger_batch *before, const struct ledger_batch *after)
{
	for (size_t l = 0; l < 2; l++)
		for (size_t c = 0; c < 2; c++)
			if (sum_of(before, ledgers[l], currencies[c]) !=
			    sum_of(after, ledgers[l], currencies[c]))
				return "money appeared or vanished";
	for (size_t i = 0; i < after->account_count; i++) {
		const struct ledger_account *a = &after->accounts[i];
		wide_int left = (wide_int)a->balance - a->held;

		if (a->has_floor && left < a->floor)
			return "an account below its floor";
		if (left < INT64_MIN)
			return "an account that can't be stored";
		if (a->held != sum_of_holds(after, a))
			return "held differs from the holds";
		if (!a->changed && (a->balance != before->accounts[i].balance ||
				    a->sequence != before->accounts[i].sequence ||
				    a->held != before->accounts[i].held))
			return "an account changed in secret";
	}
	for (size_t i = 0; i < after->hold_count; i++) {
		const struct ledger_hold *h = &after->holds[i];

		if (h->amount <= 0 || h->captured > h->amount ||
		    h->amount + h->captured_before != before->holds[i].amount)
			return "a hold of another amount";
	}
	return NULL;
}

static const char *
check(struct arena *arena, const struct ledger_batch *batch, size_t first_split)
{
	struct ledger_batch kernel = clone(arena, batch);
	struct ledger_batch model = clone(arena, batch);
	const char *problem;

	ledger_apply(arena, &kernel);
	model_apply(arena, &model);
	problem = compare(&kernel, &model);
	if (problem == NULL)
		problem = check_invariants(batch, &kernel);
	for (size_t at = first_split; problem == NULL && at < batch->transaction_count; at += 5) {
		struct ledger_batch two = clone(arena, batch);

		apply_in_two(arena, &two, at);
		if (compare(&kernel, &two) != NULL)
			problem = "two batches end otherwise than one";
	}
	return problem;
}

const char *
ledger_case_check(const uint8_t *data, size_t size)
{
	struct source s = {data, size < CASE_BYTES_MAX ? size : CASE_BYTES_MAX};
	struct arena *arena = arena_new(ARENA_LIMIT);
	size_t first_split = pick(&s, 5);
	const struct ledger_batch batch = make_batch(&s, arena);
	const char *problem = check(arena, &batch, first_split);

	arena_free(arena);
	return problem;
}
