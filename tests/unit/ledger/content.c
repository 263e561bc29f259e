/* The digest by which a repeated request is recognised, years later, too: of exactly this text. */
#include <string.h>

#include "base/arena.h"
#include "crypto/hmac.h"
#include "ledger/ledger.h"
#include "tests/support/cmocka.h"

enum { MEMORY_MAX = 1 << 20 };

static struct uuid
id(const char *text)
{
	struct uuid id;

	assert_true(uuid_parse(&id, text));
	return id;
}

#define A "01980a2e-0000-7000-8000-00000000000a"
#define B "01980a2e-0000-7000-8000-00000000000b"

static void
expect_text(struct ledger_transaction *t, const char *text)
{
	struct ctx ctx = {.arena = arena_new(MEMORY_MAX)};
	unsigned char digest[SHA256_SIZE];

	sha256(text, strlen(text), digest);
	ledger_content(&ctx, t);
	assert_memory_equal(t->content, digest, sizeof(digest));
	arena_free(ctx.arena);
}

static void
test_least(void **state)
{
	struct ledger_transaction t = {.ledger_id = 7, .type = TRANSACTION_TRANSFER};

	(void)state;
	expect_text(&t, "cowry-1;7;0;8:transfer;0:;0:;0:;");
}

static void
test_everything(void **state)
{
	struct posting postings[] = {{.amount = 100}, {.amount = INT64_MAX}};
	struct ledger_transaction t = {
		.ledger_id = INT64_MAX,
		.reverses = INT64_MIN,
		.type = TRANSACTION_TRANSFER,
		.currency = "NGN",
		.metadata = "{\"a\":\"\xc3\xa4;1:\"}",
		.hold = id(B),
		.postings = postings,
		.count = COUNT(postings),
	};

	(void)state;
	postings[0].from = id(A);
	postings[0].to = id(B);
	postings[1].from = id(B);
	postings[1].to = id(A);
	expect_text(&t, "cowry-1;9223372036854775807;-9223372036854775808;8:transfer;3:NGN;"
			"13:{\"a\":\"\xc3\xa4;1:\"};36:" B ";"
			"36:" A ";36:" B ";100;36:" B ";36:" A ";9223372036854775807;");
}

/* Only a capture that keeps its hold says so: the digests of all others are as they were. */
static void
test_kept_hold(void **state)
{
	struct ledger_transaction t = {
		.ledger_id = 7, .type = TRANSACTION_CAPTURE, .hold = id(B), .keeps_hold = true};

	(void)state;
	expect_text(&t, "cowry-1;7;0;7:capture;0:;0:;36:" B ";5:keeps;");
}

/* Amounts that are found, and conditions, are a part of the order. */
static void
test_rules(void **state)
{
	const struct posting postings[] = {{id(A), id(B), 0}};
	const struct posting_rule rules[] = {{"USD", AMOUNT_SHARE, 12500000, 700}};
	const struct ledger_condition conditions[] = {{id(A), true, 5, true, 17}};
	struct ledger_transaction t = {
		.ledger_id = 7,
		.type = TRANSACTION_COMPOUND,
		.postings = postings,
		.count = 1,
		.rules = rules,
		.conditions = conditions,
		.condition_count = 1,
	};

	(void)state;
	expect_text(&t, "cowry-1;7;0;8:compound;0:;0:;0:;36:" A ";36:" B
			";0;3:USD;2;12500000;700;36:" A ";1;5;1;17;");
}

/* The fee is not part of the order; how high it may be is. */
static void
test_fee(void **state)
{
	const struct posting postings[] = {{id(A), id(B), 100}, {id(B), id(A), 3}};
	struct ledger_transaction t = {.ledger_id = 7,
				       .type = TRANSACTION_TRANSFER,
				       .postings = postings,
				       .count = 2,
				       .has_fee = true};

	(void)state;
	expect_text(&t, "cowry-1;7;0;8:transfer;0:;0:;0:;36:" A ";36:" B ";100;");
	t.reverses = 5;
	expect_text(&t, "cowry-1;7;5;8:transfer;0:;0:;0:;36:" B ";36:" A ";3;");
	t = (struct ledger_transaction){
		.ledger_id = 7, .type = TRANSACTION_TRANSFER, .has_fee_most = true, .fee_most = 3};
	expect_text(&t, "cowry-1;7;0;8:transfer;0:;0:;0:;3:fee;3;");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_least),     cmocka_unit_test(test_everything),
		cmocka_unit_test(test_kept_hold), cmocka_unit_test(test_rules),
		cmocka_unit_test(test_fee),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
