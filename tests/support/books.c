#include "tests/support/books.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "crypto/hmac.h"
#include "ledger/account.h"
#include "ledger/hold.h"
#include "ledger/ledger.h"
#include "ledger/verify.h"
#include "runtime/app.h"

#include "tests/support/cmocka.h"
#include "tests/support/folder.h"

_Static_assert((int)BOOKS_FOLDER_MAX == (int)FOLDER_MAX, "folder_make() writes so much");

static void
start_process(struct books *books, size_t i)
{
	books->apps[i] = books->fixture->app;
	books->apps[i].database.pool = db_pool_new(&books->fixture->options);
	books->apps[i].committer = committer_new(&books->apps[i]);
	assert_non_null(books->apps[i].database.pool);
	assert_non_null(books->apps[i].committer);
}

static int
set_up(void **state, bool shared)
{
	struct books *books = calloc(1, sizeof(*books));
	void *fixture = NULL;

	if (books == NULL || fixture_setup(&fixture) != 0 ||
	    (shared && !folder_make(books->folder)))
		return -1;
	books->fixture = fixture;
	books->fixture->config.database_url = books->fixture->url;
	books->fixture->config.metrics_dir = books->folder;
	for (size_t i = 0; i < PROCESSES; i++)
		start_process(books, i);
	books->ctx = &books->fixture->ctx;
	books->ctx->app = &books->apps[0];
	books->ctx->database = &books->apps[0].database;
	assert_int_equal(ledger_of(books->ctx, 0, MODE_TEST, &books->ledger_id), ERR_OK);
	*state = books;
	return 0;
}

int
books_setup(void **state)
{
	return set_up(state, false);
}

int
books_setup_shared(void **state)
{
	return set_up(state, true);
}

static void
stop_processes(struct books *books)
{
	for (size_t i = 0; i < PROCESSES; i++) {
		committer_free(books->apps[i].committer);
		db_pool_free(books->apps[i].database.pool);
	}
}

void
books_restart(struct books *books)
{
	stop_processes(books);
	for (size_t i = 0; i < PROCESSES; i++)
		start_process(books, i);
}

int
books_teardown(void **state)
{
	struct books *books = *state;
	void *fixture = books->fixture;

	stop_processes(books);
	if (books->folder[0] != '\0')
		folder_remove(books->folder);
	free(books);
	return fixture_teardown(&fixture);
}

int
books_check(void **state)
{
	const struct books *books = *state;

	for (size_t i = 0; ledger_check_at(i) != NULL; i++) {
		const char *const *problems;
		size_t n;

		assert_int_equal(ledger_check_run(books->ctx, i, NULL, &problems, &n), ERR_OK);
		if (n > 0)
			print_error("%s: %s\n", ledger_check_at(i)->name, problems[0]);
		assert_int_equal(n, 0);
	}
	return 0;
}

struct ctx
books_ctx(const struct books *books, size_t process)
{
	struct ctx ctx = fixture_ctx(books->fixture);

	ctx.app = &books->apps[process];

	ctx.database = &books->apps[process].database;
	return ctx;
}

struct ledger_transaction *
books_order(const struct books *books, struct ctx *ctx, const char *reference, struct uuid from,
	    struct uuid to, int64_t amount)
{
	struct ledger_transaction *t = arena_alloc(ctx->arena, sizeof(*t));
	const struct posting posting = {from, to, amount};

	*t = (struct ledger_transaction){
		.ledger_id = books->ledger_id,
		.currency = "NGN",
		.reference = reference,
		.type = TRANSACTION_TRANSFER,
		.metadata = "{}",
		.postings = arena_copy(ctx->arena, &posting, sizeof(posting)),
		.count = 1,
		.results = arena_alloc(ctx->arena, sizeof(struct posting_result)),
	};
	ledger_content(ctx, t);
	return t;
}

enum err
books_move(const struct books *books, struct ctx *ctx, const char *reference, struct uuid from,
	   struct uuid to, int64_t amount)
{
	fault_clear(&ctx->fault);
	return ledger_submit(ctx, books_order(books, ctx, reference, from, to, amount));
}

const char *
books_reference(struct ctx *ctx)
{
	char text[UUID_TEXT_MAX];

	return arena_printf(ctx->arena, "ref-%s", uuid_text(text, uuid_v7()));
}

struct uuid
books_funding(const struct books *books)
{
	return ledger_system_account(books->ledger_id, ACCOUNT_PROJECT_FUNDING, "NGN");
}

struct uuid
books_wallet_in(struct books *books, int64_t ledger_id, const char *currency, int64_t balance)
{
	struct ledger_transaction *t;
	int64_t account_id;
	struct uuid id;

	assert_int_equal(ledger_open_account(books->ctx, ledger_id, ACCOUNT_WALLET,
					     currency_find(currency), &account_id, &id),
			 ERR_OK);
	if (balance == 0)
		return id;
	t = books_order(books, books->ctx, books_reference(books->ctx),
			ledger_system_account(ledger_id, ACCOUNT_PROJECT_FUNDING, currency), id,
			balance);
	t->ledger_id = ledger_id;
	t->currency = currency;
	assert_int_equal(ledger_submit(books->ctx, t), ERR_OK);
	return id;
}

struct uuid
books_wallet(struct books *books, int64_t balance)
{
	return books_wallet_in(books, books->ledger_id, "NGN", balance);
}

struct hold_order
books_hold_order(const struct books *books, const char *reference, struct uuid account,
		 int64_t amount, int64_t lifetime_s)
{
	struct hold_order order = {
		.ledger_id = books->ledger_id,
		.account = account,
		.currency = "NGN",
		.amount = amount,
		.reference = reference,
		.metadata = "{}",
		.lifetime_s = lifetime_s,
	};

	sha256(&amount, sizeof(amount), order.content);
	return order;
}

struct placing {
	struct hold_order order;
	struct hold hold;
};

static enum err
place(struct ctx *ctx, void *arg)
{
	struct placing *placing = arg;

	return hold_place(ctx, &placing->order, &placing->hold);
}

struct hold
books_hold(struct books *books, struct uuid account, int64_t amount, int64_t lifetime_s)
{
	struct placing placing = {.order = books_hold_order(books, books_reference(books->ctx),
							    account, amount, lifetime_s)};

	assert_int_equal(db_transact(books->ctx, place, &placing), ERR_OK);
	return placing.hold;
}

struct voiding {
	int64_t ledger_id;
	struct uuid id;
};

static enum err
void_it(struct ctx *ctx, void *arg)
{
	const struct voiding *voiding = arg;
	struct hold hold;

	return hold_void(ctx, voiding->ledger_id, voiding->id, &hold);
}

enum err
books_void(const struct books *books, struct ctx *ctx, struct uuid hold)
{
	struct voiding voiding = {books->ledger_id, hold};

	fault_clear(&ctx->fault);
	return db_transact(ctx, void_it, &voiding);
}

int64_t
books_number(const struct books *books, const char *sql)
{
	const char *text = fixture_value(books->ctx->arena, books->fixture->superuser_url, sql);
	int64_t number = 0;

	assert_true(integer_parse(&number, text));
	return number;
}

static int64_t
account_value(const struct books *books, const char *column, struct uuid account)
{
	char id[UUID_TEXT_MAX];

	return books_number(books,
			    arena_printf(books->ctx->arena,
					 "SELECT %s FROM cowry.account WHERE public_id = '%s'",
					 column, uuid_text(id, account)));
}

int64_t
books_balance(const struct books *books, struct uuid account)
{
	return account_value(books, "balance", account);
}

int64_t
books_held(const struct books *books, struct uuid account)
{
	return account_value(books, "held", account);
}

int64_t
books_sequence(const struct books *books, struct uuid account)
{
	return account_value(books, "sequence", account);
}
