/*
 * books.h - a ledger on the real database for tests: accounts with money, and the group commit of
 * two processes.
 */
#ifndef TESTS_SUPPORT_BOOKS_H
#define TESTS_SUPPORT_BOOKS_H

#include "ledger/hold.h"
#include "runtime/app.h"
#include "tests/support/fixture.h"

enum { PROCESSES = 2, BOOKS_FOLDER_MAX = 64 };

struct books {
	struct fixture *fixture;
	struct ctx *ctx; /* of the first process */
	struct app apps[PROCESSES];
	int64_t ledger_id; /* the platform's own test money */
	char folder
		[BOOKS_FOLDER_MAX]; /* in which the processes share a queue of transactions; empty: none */
};

/* For cmocka: *state becomes a struct books. */
int books_setup(void **state);
/* The same, with processes that share a queue of transactions. */
int books_setup_shared(void **state);
int books_teardown(void **state);
/* For cmocka, after each test: every check of the ledger passes. */
int books_check(void **state);

/* Stop both processes and start them again. */
void books_restart(struct books *books);
/* A context of one of the processes, for a thread; fixture_ctx_end() ends it. */
struct ctx books_ctx(const struct books *books, size_t process);

/* A new wallet with a balance. */
struct uuid books_wallet(struct books *books, int64_t balance);
struct uuid books_wallet_in(struct books *books, int64_t ledger_id, const char *currency,
			    int64_t balance);
/* The account that wallets are funded from. */
struct uuid books_funding(const struct books *books);

/* A transaction of one posting in the arena; its content says what it does. */
struct ledger_transaction *books_order(const struct books *books, struct ctx *ctx,
				       const char *reference, struct uuid from, struct uuid to,
				       int64_t amount);
/* Order and submit it. */
enum err books_move(const struct books *books, struct ctx *ctx, const char *reference,
		    struct uuid from, struct uuid to, int64_t amount);
/* A reference that no other call returns. */
const char *books_reference(struct ctx *ctx);

struct hold_order books_hold_order(const struct books *books, const char *reference,
				   struct uuid account, int64_t amount, int64_t lifetime_s);
/* Place a hold in a transaction of its own; it must succeed. */
struct hold books_hold(struct books *books, struct uuid account, int64_t amount,
		       int64_t lifetime_s);
enum err books_void(const struct books *books, struct ctx *ctx, struct uuid hold);

/* One column of the account's row. */
int64_t books_balance(const struct books *books, struct uuid account);
int64_t books_held(const struct books *books, struct uuid account);
int64_t books_sequence(const struct books *books, struct uuid account);
/* A number by SQL of the test's, as the superuser. */
int64_t books_number(const struct books *books, const char *sql);

#endif
