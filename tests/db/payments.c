/* Reserved references, and payments that the database refuses or the checks report. */
#include <libpq-fe.h>
#include <string.h>

#include "base/arena.h"
#include "ledger/account.h"
#include "ledger/reference.h"
#include "ledger/verify.h"
#include "tests/support/books.h"
#include "tests/support/cmocka.h"

#define AS_REPLICA "SET session_replication_role = replica; SET search_path = cowry; "
#define SAVE                                                             \
	"CREATE SCHEMA saved;"                                           \
	"CREATE TABLE saved.payment AS TABLE cowry.payment;"             \
	"CREATE TABLE saved.reserved AS TABLE cowry.reserved_reference;" \
	"ALTER TABLE cowry.payment DROP CONSTRAINT payment_completed,"   \
	" DROP CONSTRAINT payment_open"
#define RESTORE                                                                               \
	AS_REPLICA "DELETE FROM payment; DELETE FROM reserved_reference;"                     \
		   "INSERT INTO payment OVERRIDING SYSTEM VALUE SELECT * FROM saved.payment;" \
		   "INSERT INTO reserved_reference SELECT * FROM saved.reserved"

/* One that brought 50 to x and is settled, and one that takes 20 from it and is not. */
#define PAYMENTS                                                                              \
	"INSERT INTO cowry.provider_config (public_id, type, config_sealed, is_active)"       \
	" VALUES (gen_random_uuid(), 'paystack', 'x', true);"                                 \
	"INSERT INTO cowry.payment (public_id, ledger_id, account_id, withdrawal, type,"      \
	" currency, amount, reference, content, provider, provider_reference,"                \
	" provider_config_id, status, transaction_id, settled_at)"                            \
	" SELECT gen_random_uuid(), x.ledger_id, x.account_id, false, 'credit', x.currency,"  \
	" 50, 'paid-in', sha256('1'), 'paystack', 'cw-1', c.provider_config_id, 'completed'," \
	" t.transaction_id, now()"                                                            \
	" FROM cowry.account x, cowry.provider_config c, cowry.transaction t"                 \
	" WHERE x.public_id = '%s' AND t.reference = 'paid-in';"                              \
	"INSERT INTO cowry.payment (public_id, ledger_id, account_id, withdrawal, type,"      \
	" currency, amount, reference, content, provider, provider_reference,"                \
	" provider_config_id, hold_id)"                                                       \
	" SELECT gen_random_uuid(), x.ledger_id, x.account_id, true, 'debit', x.currency,"    \
	" 20, 'to-pay', sha256('2'), 'paystack', 'cw-2', c.provider_config_id, h.hold_id"     \
	" FROM cowry.account x, cowry.provider_config c, cowry.hold h"                        \
	" WHERE x.public_id = '%s' AND h.account_id = x.account_id;"                          \
	"INSERT INTO cowry.reserved_reference (ledger_id, reference, holder)"                 \
	" SELECT ledger_id, reference, public_id FROM cowry.payment"                          \
	" WHERE reference = 'to-pay';"

static int
setup(void **state)
{
	char x[UUID_TEXT_MAX];
	struct books *b;
	struct uuid wallet;
	struct uuid clearing;

	if (books_setup(state) != 0)
		return -1;
	b = *state;
	wallet = books_wallet(b, 100);
	clearing = ledger_system_account(b->ledger_id, ACCOUNT_PROVIDER_CLEARING, "NGN");
	assert_int_equal(books_move(b, b->ctx, "paid-in", clearing, wallet, 50), ERR_OK);
	(void)books_hold(b, wallet, 20, 3600);
	(void)uuid_text(x, wallet);
	fixture_sql(b->fixture->superuser_url, arena_printf(b->ctx->arena, PAYMENTS SAVE, x, x));
	return 0;
}

struct reservation {
	int64_t ledger_id;
	const char *reference;
	struct uuid holder;
	bool reserved;
};

static enum err
reserve(struct ctx *ctx, void *arg)
{
	struct reservation *r = arg;

	return reference_reserve(ctx, r->ledger_id, r->reference, r->holder, &r->reserved);
}

static enum err
release(struct ctx *ctx, void *arg)
{
	struct reservation *r = arg;

	return reference_release(ctx, r->ledger_id, r->reference, r->holder);
}

static void
test_reserved_reference(void **state)
{
	struct books *b = *state;
	struct uuid wallet = books_wallet(b, 100);
	struct uuid to = books_wallet(b, 0);
	struct reservation mine = {b->ledger_id, books_reference(b->ctx), uuid_v7(), false};
	struct reservation other = mine;

	other.holder = uuid_v7();
	assert_int_equal(db_transact(b->ctx, reserve, &mine), ERR_OK);
	assert_true(mine.reserved);
	assert_int_equal(db_transact(b->ctx, reserve, &other), ERR_OK);
	assert_false(other.reserved);
	assert_int_equal(books_move(b, b->ctx, mine.reference, wallet, to, 1),
			 ERR_DUPLICATE_REFERENCE);
	assert_int_equal(books_balance(b, to), 0);
	/* Only the holder can release it. */
	assert_int_equal(db_transact(b->ctx, release, &other), ERR_OK);
	assert_int_equal(books_move(b, b->ctx, mine.reference, wallet, to, 1),
			 ERR_DUPLICATE_REFERENCE);
	assert_int_equal(db_transact(b->ctx, release, &mine), ERR_OK);
	assert_int_equal(books_move(b, b->ctx, mine.reference, wallet, to, 1), ERR_OK);
	assert_int_equal(books_balance(b, to), 1);
	/* A used reference can't be reserved. */
	assert_int_equal(db_transact(b->ctx, reserve, &other), ERR_OK);
	assert_false(other.reserved);
	/* Another ledger has references of its own. */
	other.ledger_id++;
	assert_int_equal(db_transact(b->ctx, reserve, &other), ERR_OK);
	assert_true(other.reserved);
	assert_int_equal(db_transact(b->ctx, release, &other), ERR_OK);
}

static const struct {
	const char *sql;
	const char *state;
	const char *constraint;
} refused[] = {
	{"DELETE FROM payment", "42501", NULL},
	{"UPDATE payment SET amount = 1", "42501", NULL},
	{"UPDATE payment SET reference = 'x'", "42501", NULL},
	{"UPDATE payment SET account_id = 1", "42501", NULL},
	{"UPDATE provider_event SET payment_id = NULL", "42501", NULL},
	{"DELETE FROM provider_event", "42501", NULL},
	{"DELETE FROM provider_config", "42501", NULL},
	{"UPDATE provider_config SET type = 'paga'", "42501", NULL},
	{"UPDATE reserved_reference SET holder = gen_random_uuid()", "42501", NULL},
	{"UPDATE payment SET transaction_id = (SELECT transaction_id FROM payment"
	 " WHERE transaction_id IS NOT NULL)",
	 "23505", "payment_transaction_id_key"},
	{"UPDATE payment SET status = 'lost'", "23514", "payment_status_check"},
	{"UPDATE payment SET status = 'failed', settled_at = NULL", "23514", "payment_settled"},
	{"UPDATE payment SET paid_amount = 1, paid_currency = NULL", "23514", "payment_check1"},
	{"INSERT INTO payment (public_id, ledger_id, account_id, withdrawal, type, currency, amount,"
	 " reference, content, provider, provider_reference, provider_config_id)"
	 " SELECT gen_random_uuid(), ledger_id, account_id, false, type, currency, amount,"
	 " reference, content, provider, 'cw-3', provider_config_id FROM payment LIMIT 1",
	 "23505", "payment_reference"},
	{"INSERT INTO payment (public_id, ledger_id, account_id, withdrawal, type, currency, amount,"
	 " reference, content, provider, provider_reference, provider_config_id)"
	 " SELECT gen_random_uuid(), ledger_id, account_id, true, type, currency, amount,"
	 " 'other', content, provider, 'cw-3', provider_config_id FROM payment LIMIT 1",
	 "23514", "payment_check"},
	{"INSERT INTO payment (public_id, ledger_id, account_id, withdrawal, type, currency, amount,"
	 " reference, content, provider, provider_reference, provider_config_id)"
	 " SELECT gen_random_uuid(), ledger_id, account_id, false, type, 'USD', amount,"
	 " 'other', content, provider, 'cw-3', provider_config_id FROM payment LIMIT 1",
	 "23503", "payment_account_id_ledger_id_currency_fkey"},
};

static void
test_second_wall(void **state)
{
	const struct books *b = *state;
	const char *const names[] = {"dbname", "options", NULL};
	const char *const values[] = {b->fixture->url, "-c search_path=cowry", NULL};
	PGconn *pg = PQconnectdbParams(names, values, 1);

	for (size_t i = 0; i < COUNT(refused); i++) {
		PGresult *result = PQexec(pg, refused[i].sql);
		const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
		const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);

		if (sqlstate == NULL || strcmp(sqlstate, refused[i].state) != 0)
			fail_msg("%s: %s", refused[i].sql, sqlstate != NULL ? sqlstate : "done");
		if (refused[i].constraint != NULL)
			assert_string_equal(constraint, refused[i].constraint);
		PQclear(result);
	}
	PQfinish(pg);
}

static const struct {
	const char *check;
	const char *sql;
} damages[] = {
	{"payments", "UPDATE payment SET amount = amount + 1 WHERE status = 'completed'"},
	{"payments",
	 "UPDATE payment SET withdrawal = true, hold_id = -1 WHERE status = 'completed'"},
	{"payments", "UPDATE payment SET account_id = account_id + 1 WHERE status = 'completed'"},
	{"payments", "UPDATE payment SET currency = 'USD' WHERE status = 'completed'"},
	{"payments", "UPDATE payment SET paid_amount = 1, paid_currency = currency"
		     " WHERE status = 'completed'"},
	{"withdrawals", "UPDATE payment SET amount = amount + 1 WHERE withdrawal"},
	{"withdrawals", "UPDATE payment SET account_id = account_id + 1 WHERE withdrawal"},
	{"withdrawals", "UPDATE payment SET status = 'failed', settled_at = now() WHERE withdrawal;"
			"DELETE FROM reserved_reference"},
	{"clearing", "DELETE FROM payment WHERE status = 'completed'"},
	{"references", "DELETE FROM reserved_reference"},
	{"references", "UPDATE reserved_reference SET holder = gen_random_uuid()"},
	{"references", "INSERT INTO reserved_reference SELECT ledger_id, 'nobodys',"
		       " gen_random_uuid(), now() FROM payment LIMIT 1"},
};

static void
test_each_damage_is_found(void **state)
{
	const struct books *b = *state;

	(void)books_check(state);
	for (size_t d = 0; d < COUNT(damages); d++) {
		fixture_sql(b->fixture->superuser_url,
			    arena_printf(b->ctx->arena, AS_REPLICA "%s", damages[d].sql));
		for (size_t i = 0; ledger_check_at(i) != NULL; i++) {
			bool hit = strcmp(ledger_check_at(i)->name, damages[d].check) == 0;
			const char *const *problems;
			size_t n;

			assert_int_equal(ledger_check_run(b->ctx, i, NULL, &problems, &n), ERR_OK);
			if ((n > 0) != hit)
				fail_msg("%s: %s says %s", damages[d].sql, ledger_check_at(i)->name,
					 n > 0 ? problems[0] : "nothing");
		}
		fixture_sql(b->fixture->superuser_url, RESTORE);
	}
	(void)books_check(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reserved_reference),
		cmocka_unit_test(test_second_wall),
		cmocka_unit_test(test_each_damage_is_found),
	};

	return cmocka_run_group_tests(tests, setup, books_teardown);
}
