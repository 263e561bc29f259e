#include "tests/support/ledger_scene.h"

#include <string.h>

#include "base/arena.h"

#include "tests/support/cmocka.h"

enum { ARENA_LIMIT = 1 << 20 };

const unsigned char scene_content[CONTENT_SIZE] = {1};
const unsigned char scene_other_content[CONTENT_SIZE] = {2};

void
scene_open_account(struct scene *s, int n, int64_t balance, int64_t held)
{
	s->accounts[n - 1] = (struct ledger_account){
		.account_id = n,
		.public_id = ID((unsigned char)n),
		.ledger_id = 7,
		.kind = ACCOUNT_WALLET,
		.currency = "NGN",
		.has_floor = true,
		.balance = balance,
		.held = held,
		.sequence = INT64_C(10) * n,
	};
}

/* A has 100, of which 30 are held; B has 50; C has nothing. */
int
scene_setup(void **state)
{
	static struct scene scene;
	struct scene *s = &scene;

	memset(s, 0, sizeof(*s));
	s->arena = arena_new(ARENA_LIMIT);
	scene_open_account(s, A, 100, 30);
	scene_open_account(s, B, 50, 0);
	scene_open_account(s, C, 0, 0);
	s->holds[0] = (struct ledger_hold){
		.hold_id = 1,
		.public_id = ID(50),
		.ledger_id = 7,
		.account = ID(A),
		.amount = 30,
		.expires_at = {NOW + 1},
	};
	s->batch = (struct ledger_batch){
		.accounts = s->accounts,
		.account_count = COUNT(s->accounts),
		.holds = s->holds,
		.hold_count = COUNT(s->holds),
		.known = s->known,
		.reversed = s->reversed,
		.now = {NOW},
		.transactions = s->list,
	};
	*state = s;
	return 0;
}

int
scene_teardown(void **state)
{
	struct scene *s = *state;

	arena_free(s->arena);
	return 0;
}

/* Append a transaction of one posting to the batch. */
struct ledger_transaction *
scene_add(struct scene *s, const char *reference, int from, int to, int64_t amount)
{
	size_t i = s->batch.transaction_count++;
	struct ledger_transaction *t = &s->transactions[i];

	s->postings[i][0] =
		(struct posting){ID((unsigned char)from), ID((unsigned char)to), amount};
	*t = (struct ledger_transaction){
		.ledger_id = 7,
		.currency = "NGN",
		.reference = reference,
		.type = TRANSACTION_TRANSFER,
		.postings = s->postings[i],
		.count = 1,
		.transaction_id = 100 + (int64_t)i,
		.public_id = ID((unsigned char)(100 + i)),
		.results = s->results[i],
	};
	memcpy(t->content, scene_content, CONTENT_SIZE);
	s->list[i] = t;
	return t;
}

void
scene_add_posting(struct scene *s, struct ledger_transaction *t, int from, int to, int64_t amount)
{
	s->postings[t - s->transactions][t->count++] =
		(struct posting){ID((unsigned char)from), ID((unsigned char)to), amount};
}

void
scene_apply(struct scene *s)
{
	ledger_apply(s->arena, &s->batch);
}

void
scene_expect_account(const struct scene *s, int n, int64_t balance, int64_t held, int64_t sequence)
{
	const struct ledger_account *account = &s->accounts[n - 1];

	assert_int_equal(account->balance, balance);
	assert_int_equal(account->held, held);
	assert_int_equal(account->sequence, sequence);
}

/* As the scene began. */
void
scene_expect_untouched(const struct scene *s)
{
	scene_expect_account(s, A, 100, 30, 10);
	scene_expect_account(s, B, 50, 0, 20);
	scene_expect_account(s, C, 0, 0, 30);
	for (size_t i = 0; i < COUNT(s->accounts); i++)
		assert_false(s->accounts[i].changed);
	assert_int_equal(s->holds[0].status, HOLD_ACTIVE);
	assert_false(s->holds[0].changed);
}

/* Apply the one transaction that was added and see it refused. */
void
scene_expect_refused(struct scene *s, enum err err)
{
	scene_apply(s);
	assert_int_equal(s->transactions[0].err, err);
	assert_false(s->transactions[0].replayed);
	scene_expect_untouched(s);
}

void
scene_know(struct scene *s, const char *reference, const unsigned char *digest)
{
	s->known[s->batch.known_count++] = (struct known_transaction){
		.transaction_id = 5,
		.public_id = ID(55),
		.ledger_id = 7,
		.reference = reference,
		.content = {digest, CONTENT_SIZE},
		.created_at = {NOW - 5},
		.amount = 9,
		.from_balance = 1,
		.to_balance = 2,
		.from_sequence = 3,
		.to_sequence = 4,
	};
}

void
scene_reverse(struct scene *s, int64_t transaction_id, int64_t amount)
{
	s->reversed[s->batch.reversed_count++] =
		(struct reversed_transaction){transaction_id, amount};
}
