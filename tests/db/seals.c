/* The journal is sealed, and whatever is changed afterwards is found and named. */
#include <pthread.h>
#include <string.h>

#include "app/events/event_stream.h"
#include "app/seal/proof.h"
#include "app/seal/seal.h"
#include "app/seal/seal_check.h"
#include "app/seal/tree.h"
#include "base/arena.h"
#include "base/word.h"
#include "ledger/account.h"
#include "ledger/ledger.h"
#include "tests/support/books.h"
#include "tests/support/cmocka.h"
#include "tests/support/keys.h"
#include "tests/support/sealing.h"

enum { TRANSFERS = 2300, AT_ONCE = 100, SEALERS = 3 };

/* Triggers and foreign keys do not hold for a replica. */
#define AS_REPLICA "SET session_replication_role = replica; SET search_path = cowry; "

/* What there is is saved, and brought back after each damage. */
#define TABLES(with)                                                                            \
	with("account") with("transaction") with("posting") with("seal_tree") with("seal_feed") \
		with("seal_hash") with("seal_leaf")
#define SAVE_ONE(name)   "CREATE TABLE saved." name " AS TABLE cowry." name ";"
#define DELETE_ONE(name) "DELETE FROM cowry." name ";"
#define RESTORE_ONE(name) \
	"INSERT INTO cowry." name " OVERRIDING SYSTEM VALUE SELECT * FROM saved." name ";"
#define SAVE    "DROP SCHEMA IF EXISTS saved CASCADE; CREATE SCHEMA saved;" TABLES(SAVE_ONE)
#define RESTORE AS_REPLICA TABLES(DELETE_ONE) TABLES(RESTORE_ONE)

/* The seals as if they had never been made. */
#define UNSEAL                                                                            \
	"DELETE FROM seal_hash; DELETE FROM seal_leaf; UPDATE seal_feed SET done_id = 0;" \
	"UPDATE seal_tree SET size = 0, root = sha256('');"

static void
post_many(struct books *b, int64_t ledger_id, size_t n)
{
	struct uuid x = books_wallet_in(b, ledger_id, "NGN", 0);

	for (size_t i = 0; i < n; i++) {
		struct ledger_transaction *t = books_order(
			b, b->ctx, books_reference(b->ctx),
			ledger_system_account(ledger_id, ACCOUNT_PROJECT_FUNDING, "NGN"), x,
			(int64_t)i + 1);

		t->ledger_id = ledger_id;
		assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
	}
}

static int
setup(void **state)
{
	struct books *b;
	int64_t live;

	if (books_setup(state) != 0)
		return -1;
	b = *state;
	for (size_t i = 0; i < PROCESSES; i++)
		b->apps[i].keys = test_keyring();
	assert_non_null(b->apps[0].keys);
	assert_int_equal(ledger_of(b->ctx, 0, MODE_LIVE, &live), ERR_OK);
	post_many(b, b->ledger_id, 5);
	post_many(b, live, 40);
	(void)books_number(b, "SELECT nextval('cowry.transaction_transaction_id_seq')");
	post_many(b, b->ledger_id, 3);
	seal_all(b->ctx);
	fixture_sql(b->fixture->superuser_url, SAVE);
	return 0;
}

static int
teardown(void **state)
{
	struct books *b = *state;

	for (size_t i = 0; i < PROCESSES; i++)
		keyring_free(b->apps[i].keys);
	return books_teardown(state);
}

/* The problems that are found; the first one is printed if none was expected. */
static size_t
check(const struct books *b, struct witness *witnesses, size_t n, const char *const **problems)
{
	size_t count;

	fault_clear(&b->ctx->fault);
	assert_int_equal(seal_check(b->ctx, NULL, witnesses, n, problems, &count), ERR_OK);
	return count;
}

static void
expect_clean(const struct books *b)
{
	const char *const *problems;

	if (check(b, NULL, 0, &problems) > 0)
		fail_msg("%s", problems[0]);
}

static struct stored_tree
tree_of(const struct books *b, enum mode mode)
{
	struct stored_tree tree;

	assert_int_equal(tree_find(b->ctx, mode, &tree), ERR_OK);
	return tree;
}

static void
test_everything_is_sealed(void **state)
{
	const struct books *b = *state;

	assert_int_equal(tree_of(b, MODE_LIVE).size, 40);
	assert_int_equal(tree_of(b, MODE_TEST).size, 8);
	expect_clean(b);
	(void)books_check(state);
}

static struct checkpoint
open_checkpoint(const struct books *b, const struct stored_tree *tree)
{
	struct checkpoint checkpoint = {0};
	struct note_key *keys;
	const char *why;
	const char *text;
	size_t n;

	assert_int_equal(tree_keys(b->ctx, tree->origin, &keys, &n), ERR_OK);
	text = note_open(b->ctx->arena, tree->checkpoint, keys, n, &why);
	assert_non_null(text);
	assert_true(checkpoint_parse(b->ctx->arena, text, &checkpoint));
	return checkpoint;
}

static void
test_each_transaction_is_proved(void **state)
{
	const struct books *b = *state;
	struct stored_tree tree = tree_of(b, MODE_LIVE);
	struct checkpoint checkpoint = open_checkpoint(b, &tree);
	int64_t first =
		books_number(b, "SELECT min(first_id) FROM cowry.seal_leaf WHERE mode = 'live'");

	assert_int_equal(checkpoint.size, 40);
	for (int64_t i = 0; i < checkpoint.size; i++) {
		struct seal_proof proof;
		struct hash leaf;

		assert_int_equal(seal_prove(b->ctx, MODE_LIVE, first + i, &proof), ERR_OK);
		assert_true(proof.sealed);
		assert_int_equal(proof.index, i);
		merkle_leaf(proof.leaf.data, proof.leaf.length, &leaf);
		assert_true(
			merkle_included(i, checkpoint.size, &leaf, &proof.path, &checkpoint.root));
	}
	for (int64_t old = 0; old <= checkpoint.size; old++) {
		struct merkle_tree hashes = tree_hashes(b->ctx, MODE_LIVE);
		struct merkle_proof proof;
		struct hash root;

		assert_int_equal(merkle_root_at(&hashes, old, &root), ERR_OK);
		assert_int_equal(seal_prove_growth(b->ctx, MODE_LIVE, old, checkpoint.size, &proof),
				 ERR_OK);
		assert_true(
			merkle_consistent(old, checkpoint.size, &root, &checkpoint.root, &proof));
	}
}

static void
test_what_has_no_proof(void **state)
{
	struct books *b = *state;
	struct merkle_proof path;
	struct seal_proof proof;
	int64_t id;

	post_many(b, b->ledger_id, 1);
	id = books_number(b, "SELECT max(transaction_id) FROM cowry.transaction");
	assert_int_equal(seal_prove(b->ctx, MODE_TEST, id, &proof), ERR_OK);
	assert_false(proof.sealed);
	seal_all(b->ctx);
	assert_int_equal(seal_prove(b->ctx, MODE_TEST, id, &proof), ERR_OK);
	assert_true(proof.sealed);
	assert_int_equal(seal_prove(b->ctx, MODE_LIVE, id, &proof), ERR_OK);
	assert_false(proof.sealed);
	assert_int_equal(seal_prove_growth(b->ctx, MODE_LIVE, 2, 41, &path), ERR_NOT_FOUND);
	assert_int_equal(seal_prove_growth(b->ctx, MODE_LIVE, 3, 2, &path), ERR_NOT_FOUND);
	fixture_sql(b->fixture->superuser_url, SAVE);
}

/* Where the ids have a gap. */
#define INSERT_46(like)                                                                             \
	"INSERT INTO transaction (transaction_id, public_id, ledger_id, reference, type, content, " \
	"created_at) SELECT 46, gen_random_uuid(), ledger_id, 'more', type, content, created_at "   \
	"FROM transaction WHERE transaction_id = " like

/* first: how what is found begins; NULL: only a witness finds it. */
static const struct damage {
	const char *first;
	const char *sql;
} damages[] = {
	{"live transaction 6 ", "UPDATE posting SET amount = amount + 1 WHERE transaction_id = 6"},
	{"live transaction 6 ",
	 "UPDATE posting SET to_balance = to_balance + 1 WHERE transaction_id = 6"},
	{"live transaction 6 ", "UPDATE posting SET from_sequence = 777 WHERE transaction_id = 6"},
	{"live transaction 6 ", "UPDATE posting SET line = 1 WHERE transaction_id = 6"},
	{"live transaction 6 ",
	 "UPDATE posting p SET to_id = q.to_id, to_sequence = 777 FROM posting q WHERE p.transaction_id = 6 AND "
	 "q.transaction_id = 1"},
	{"live transaction 6 ", "UPDATE transaction SET reference = 'x' WHERE transaction_id = 6"},
	{"live transaction 6 ",
	 "UPDATE transaction SET metadata = '{\"a\":1}' WHERE transaction_id = 6"},
	{"live transaction 6 ", "UPDATE transaction SET type = 'fee' WHERE transaction_id = 6"},
	{"live transaction 6 ",
	 "UPDATE transaction SET created_at = created_at + interval '1 us' WHERE transaction_id = 6"},
	{"live transaction 6 ",
	 "UPDATE transaction SET public_id = gen_random_uuid() WHERE transaction_id = 6"},
	{"live transaction 6 ", "UPDATE transaction SET reverses = 7 WHERE transaction_id = 6"},
	{"live transaction 6 ", "DELETE FROM posting WHERE transaction_id = 6"},
	{"live transaction 9 was sealed as number 3, and is gone",
	 "DELETE FROM posting WHERE transaction_id = 9; DELETE FROM transaction WHERE "
	 "transaction_id = 9"},
	/* Of the other mode. */
	{"test transaction 1 was sealed as number 0, and is gone",
	 "UPDATE transaction SET ledger_id = (SELECT ledger_id FROM transaction WHERE "
	 "transaction_id = 6) WHERE transaction_id = 1"},
	/* In a gap of the ids, and behind the last one. */
	{"test transaction 46 ", INSERT_46("1")},
	{"live transaction 46 ", INSERT_46("6")},
	/* Two that change their places. */
	{"live transaction 7 ",
	 "UPDATE transaction SET transaction_id = -1 WHERE transaction_id = 7;"
	 "UPDATE transaction SET transaction_id = 7 WHERE transaction_id = 8;"
	 "UPDATE transaction SET transaction_id = 8 WHERE transaction_id = -1;"
	 "UPDATE posting SET transaction_id = -1 WHERE transaction_id = 7;"
	 "UPDATE posting SET transaction_id = 7 WHERE transaction_id = 8;"
	 "UPDATE posting SET transaction_id = 8 WHERE transaction_id = -1"},
	/* The seals themselves. */
	{"live transaction 6 ",
	 "UPDATE seal_leaf SET salts = set_byte(salts, 0, 255 - get_byte(salts, 0)) WHERE mode = "
	 "'live' AND number = 0"},
	{"live transaction 6 ",
	 "UPDATE seal_hash SET hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0)) WHERE mode = "
	 "'live' AND level = 0 AND number = 0"},
	{"live transaction 38 ", "DELETE FROM seal_leaf WHERE mode = 'live' AND number = 1"},
	{"live transaction 6 ", "DELETE FROM seal_hash WHERE mode = 'live' AND number = 0"},
	{"the root of the live tree",
	 "UPDATE seal_tree SET root = sha256('x') WHERE mode = 'live'"},
	{"the live checkpoint is refused",
	 "UPDATE seal_tree SET checkpoint = replace(checkpoint, E'\\n40\\n', E'\\n39\\n') WHERE mode = "
	 "'live'"},
};

static void
test_each_damage_is_named(void **state)
{
	const struct books *b = *state;

	for (size_t i = 0; i < COUNT(damages); i++) {
		const char *const *problems;
		size_t n;

		fixture_sql(b->fixture->superuser_url,
			    arena_printf(b->ctx->arena, AS_REPLICA "%s", damages[i].sql));
		n = check(b, NULL, 0, &problems);
		if (n == 0 || !text_starts_with(problems[0], damages[i].first))
			fail_msg("%s: %s", damages[i].sql, n > 0 ? problems[0] : "nothing");
		fixture_sql(b->fixture->superuser_url, RESTORE);
	}
	expect_clean(b);
}

static struct witness
witness_of(const struct books *b, enum mode mode)
{
	struct stored_tree tree = tree_of(b, mode);

	return (struct witness){.name = "kept", .checkpoint = open_checkpoint(b, &tree)};
}

/* An attacker with all rights and the keys: amounts and balances are changed, and sealed again. */
static void
test_rewritten_history(void **state)
{
	const struct books *b = *state;
	struct witness witness = witness_of(b, MODE_LIVE);
	const char *const *problems;

	assert_int_equal(check(b, &witness, 1, &problems), 0);
	assert_null(witness.problem);
	fixture_sql(b->fixture->superuser_url, AS_REPLICA
		    "UPDATE posting SET amount = amount + 5 WHERE transaction_id = 6;"
		    "UPDATE posting SET from_balance = from_balance - 5, to_balance = "
		    "to_balance + 5 WHERE transaction_id BETWEEN 6 AND 45;"
		    "UPDATE account a SET balance = balance + CASE a.account_id WHEN "
		    "p.to_id THEN 5 ELSE -5 END FROM posting p WHERE p.transaction_id = 6 "
		    "AND a.account_id IN (p.from_id, p.to_id);" UNSEAL);
	seal_all(b->ctx);
	expect_clean(b);
	(void)books_check(state);
	assert_int_equal(check(b, &witness, 1, &problems), 0);
	assert_non_null(witness.problem);
	assert_non_null(strstr(witness.problem, "the first 40 live transactions were others"));
	fixture_sql(b->fixture->superuser_url, RESTORE);
}

/* A backup of yesterday: the rest is consistent. */
static void
test_rolled_back(void **state)
{
	const struct books *b = *state;
	struct witness witnesses[] = {witness_of(b, MODE_LIVE), witness_of(b, MODE_TEST),
				      witness_of(b, MODE_LIVE)};
	const char *const *problems;

	witnesses[2].checkpoint.origin = "example.com/other";
	fixture_sql(b->fixture->superuser_url,
		    AS_REPLICA "DELETE FROM posting WHERE transaction_id > 30;"
			       "DELETE FROM transaction WHERE transaction_id > 30;" UNSEAL);
	seal_all(b->ctx);
	expect_clean(b);
	assert_int_equal(check(b, witnesses, 3, &problems), 0);
	assert_non_null(
		strstr(witnesses[0].problem, "has 40 live transactions, but only 25 are sealed"));
	assert_non_null(strstr(witnesses[1].problem, "test transactions, but only 5 are sealed"));
	assert_non_null(strstr(witnesses[2].problem, "names no tree"));
	fixture_sql(b->fixture->superuser_url, RESTORE);
}

static void
test_since(void **state)
{
	const struct books *b = *state;
	struct ledger_check_scope scope = {.since_id = 48};
	const char *const *problems;
	size_t n;

	fixture_sql(b->fixture->superuser_url,
		    AS_REPLICA "UPDATE posting SET amount = amount + 1 WHERE transaction_id = 6");
	assert_int_equal(seal_check(b->ctx, &scope, NULL, 0, &problems, &n), ERR_OK);
	assert_int_equal(n, 0);
	scope.since_id = 6;
	assert_int_equal(seal_check(b->ctx, &scope, NULL, 0, &problems, &n), ERR_OK);
	assert_int_equal(n, 1);
	fixture_sql(b->fixture->superuser_url, RESTORE);
}

static enum err
rewrite(struct ctx *ctx, const char *table)
{
	struct hash other = {{0}};
	const int64_t first = 0; /* level, and row */
	const int64_t one = 1;
	struct bytes bytes = {other.bytes, sizeof(other.bytes)};
	struct bytes salt = {other.bytes, LEAF_SALT_SIZE};

	fault_clear(&ctx->fault);
	if (strcmp(table, "seal_hash") == 0)
		return db_run(ctx, SQL_seal_hashes_add, NULL,
			      PARAMS(p_text("live"), p_ints(&first, 1), p_ints(&first, 1),
				     p_bytes_list(&bytes, 1)));
	return db_run(ctx, SQL_seal_leaves_add, NULL,
		      PARAMS(p_text("live"), p_ints(&one, 1), p_ints(&first, 1), p_ints(&one, 1),
			     p_ints(&one, 1), p_bytes_list(&salt, 1)));
}

/* Neither the worker's role nor the owner's can change what was sealed; full rows take no more. */
static void
test_only_grows(void **state)
{
	static const char *const refused[] = {
		"UPDATE cowry.seal_hash SET hashes = sha256('x') WHERE level = 0",
		"UPDATE cowry.seal_leaf SET salts = substr(salts, 17) || substr(salts, 1, 16)",
	};
	const struct books *b = *state;

	assert_int_not_equal(rewrite(b->ctx, "seal_hash"), ERR_OK);
	assert_int_not_equal(rewrite(b->ctx, "seal_leaf"), ERR_OK);
	for (size_t i = 0; i < COUNT(refused); i++)
		fixture_sql(b->fixture->superuser_url,
			    arena_printf(b->ctx->arena,
					 "DO $$ BEGIN %s; RAISE 'done'; EXCEPTION WHEN "
					 "restrict_violation THEN NULL; END $$",
					 refused[i]));
	expect_clean(b);
}

/* A new key signs beside the old one; then it signs alone, and old checkpoints can still be checked. */
static void
test_rotation(void **state)
{
	struct books *b = *state;
	struct keyring *kept = b->apps[0].keys;
	struct stored_tree before = tree_of(b, MODE_LIVE);
	struct stored_tree after;
	char place[FOLDER_MAX];
	char problem[256];
	bool found;

	assert_true(folder_make(place) && folder_write(place, "jwt.keys", "a " KEY_A "\n", 0600) &&
		    folder_write(place, "box.keys", "a " KEY_A "\n", 0600) &&
		    folder_write(place, "pepper.key", KEY_B "\n", 0600) &&
		    folder_write(place, "seal.keys", "b " KEY_B "\na " KEY_A "\n", 0600));
	b->apps[0].keys = keyring_load(place, problem);
	assert_int_equal(seal_some(b->ctx, &found), ERR_OK);
	after = tree_of(b, MODE_LIVE);
	assert_string_not_equal(after.checkpoint, before.checkpoint);
	assert_int_equal(open_checkpoint(b, &after).size, 40);
	keyring_free(b->apps[0].keys);
	assert_true(folder_write(place, "seal.keys", "b " KEY_B "\n", 0600));
	b->apps[0].keys = keyring_load(place, problem);
	assert_int_equal(seal_some(b->ctx, &found), ERR_OK);
	after = tree_of(b, MODE_LIVE);
	assert_int_equal(open_checkpoint(b, &after).size, 40);
	assert_int_equal(open_checkpoint(b, &before).size, 40);
	expect_clean(b);
	/* Without keys nothing is signed, and the last checkpoint stays. */
	keyring_free(b->apps[0].keys);
	assert_true(folder_write(place, "seal.keys", "", 0600));
	b->apps[0].keys = keyring_load(place, problem);
	post_many(b, b->ledger_id, 1);
	seal_all(b->ctx);
	assert_string_equal(tree_of(b, MODE_LIVE).checkpoint, after.checkpoint);
	assert_true(
		tree_of(b, MODE_TEST).size >
		open_checkpoint(
			b, &(struct stored_tree){.origin = tree_of(b, MODE_TEST).origin,
						 .checkpoint = tree_of(b, MODE_TEST).checkpoint})
			.size);
	keyring_free(b->apps[0].keys);
	folder_remove(place);
	b->apps[0].keys = kept;
	seal_all(b->ctx);
	expect_clean(b);
}

static enum err
post_batch(struct ctx *ctx, void *arg)
{
	return ledger_post(ctx, arg, AT_ONCE);
}

struct sealer {
	struct books *books;
	size_t process;
	pthread_t thread;
};

static void *
seal_beside(void *arg)
{
	const struct sealer *sealer = arg;
	struct ctx ctx = books_ctx(sealer->books, sealer->process % PROCESSES);
	bool found = true;

	for (int quiet = 0; quiet < 20; quiet = found ? 0 : quiet + 1) {
		if (event_stream_read(&ctx, &found) != ERR_OK || seal_some(&ctx, &found) != ERR_OK)
			break;
		arena_reset(ctx.arena);
	}
	fixture_ctx_end(&ctx);
	return NULL;
}

/* A journal that was never sealed, by several runners while more is posted: each transaction once. */
static void
test_catching_up(void **state)
{
	struct books *b = *state;
	struct sealer sealers[SEALERS];
	struct uuid wallet = books_wallet(b, 0);
	int64_t total;

	fixture_sql(b->fixture->superuser_url, AS_REPLICA UNSEAL);
	for (size_t i = 0; i < SEALERS; i++) {
		sealers[i] = (struct sealer){.books = b, .process = i};
		assert_int_equal(pthread_create(&sealers[i].thread, NULL, seal_beside, &sealers[i]),
				 0);
	}
	for (size_t n = 0; n < TRANSFERS; n += AT_ONCE) {
		struct ledger_transaction *list[AT_ONCE];

		for (size_t i = 0; i < AT_ONCE; i++)
			list[i] = books_order(b, b->ctx, books_reference(b->ctx), books_funding(b),
					      wallet, 1);
		assert_int_equal(db_transact(b->ctx, post_batch, list), ERR_OK);
	}
	for (size_t i = 0; i < SEALERS; i++)
		(void)pthread_join(sealers[i].thread, NULL);
	seal_all(b->ctx);
	total = books_number(b, "SELECT count(*) FROM cowry.transaction");
	assert_int_equal(tree_of(b, MODE_LIVE).size + tree_of(b, MODE_TEST).size, total);
	assert_true(total > TRANSFERS);
	expect_clean(b);
}

static enum err
seal_and_fail(struct ctx *ctx, void *arg)
{
	TRY(seal_some(ctx, arg));
	return ERR_OK;
}

/* A process that is killed before its COMMIT has done nothing. */
static void
test_cut_off(void **state)
{
	struct books *b = *state;
	struct stored_tree before = tree_of(b, MODE_TEST);
	bool found;

	post_many(b, b->ledger_id, 2);
	for (int i = 0; i < 4; i++)
		assert_int_equal(event_stream_read(b->ctx, &found), ERR_OK);
	assert_int_equal(db_dry_run(b->ctx, seal_and_fail, &found), ERR_OK);
	assert_int_equal(tree_of(b, MODE_TEST).size, before.size);
	expect_clean(b);
	seal_all(b->ctx);
	assert_int_equal(tree_of(b, MODE_TEST).size, before.size + 2);
	expect_clean(b);
}

/* What can't be read is not compared, and stays sealed; what is not sealed waits until it can be read. */
static void
test_detached_period(void **state)
{
	const struct books *b = *state;
	bool found;

	fixture_sql(b->fixture->superuser_url, AS_REPLICA
		    "INSERT INTO journal_period (name, first_id, last_id, ends_at, state) "
		    "VALUES ('2020-01', 6, 10, now(), 'detached');"
		    "DELETE FROM posting WHERE transaction_id BETWEEN 6 AND 10");
	expect_clean(b);
	fixture_sql(b->fixture->superuser_url, AS_REPLICA UNSEAL);
	assert_int_equal(seal_some(b->ctx, &found), ERR_CONFLICT);
	assert_non_null(strstr(b->ctx->fault.message, "period 2020-01 is detached"));
	fixture_sql(b->fixture->superuser_url, RESTORE "DELETE FROM cowry.journal_period;");
	expect_clean(b);
}

/* A hundred violations are enough, however many there are. */
static void
test_many_violations(void **state)
{
	const struct books *b = *state;
	const char *const *problems;

	fixture_sql(b->fixture->superuser_url, AS_REPLICA "UPDATE posting SET amount = amount + 1");
	assert_int_equal(check(b, NULL, 0, &problems), 100);
	fixture_sql(b->fixture->superuser_url, AS_REPLICA "UPDATE posting SET amount = amount - 1");
	expect_clean(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything_is_sealed),
		cmocka_unit_test(test_each_transaction_is_proved),
		cmocka_unit_test(test_each_damage_is_named),
		cmocka_unit_test(test_rewritten_history),
		cmocka_unit_test(test_rolled_back),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_only_grows),
		cmocka_unit_test(test_detached_period),
		cmocka_unit_test(test_what_has_no_proof),
		cmocka_unit_test(test_rotation),
		cmocka_unit_test(test_catching_up),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_many_violations),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
