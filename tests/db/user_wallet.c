/* The wallets of people: one a currency, however many ask for it at once. */
#include <pthread.h>
#include <string.h>

#include "app/wallet/user_wallet.h"
#include "base/arena.h"
#include "tests/support/books.h"
#include "tests/support/cmocka.h"

enum { THREADS = 12 };

static int64_t
new_user(struct books *books, const char *name)
{
	fixture_sql(books->fixture->superuser_url,
		    arena_printf(books->ctx->arena,
				 "INSERT INTO cowry.users (public_id, email, email_key, name) "
				 "VALUES (gen_random_uuid(), '%s@example.com', '%s@example.com', "
				 "'%s')",
				 name, name, name));
	return books_number(books, arena_printf(books->ctx->arena,
						"SELECT user_id FROM cowry.users "
						"WHERE email_key = '%s@example.com'",
						name));
}

/* Luhn's sum of a whole number, told another way than the code under test does. */
static int
luhn(const char *number)
{
	static const int doubled[] = {0, 2, 4, 6, 8, 1, 3, 5, 7, 9};
	int sum = 0;

	for (size_t i = strlen(number), place = 0; i-- > 0; place++)
		sum += place % 2 == 0 ? number[i] - '0' : doubled[number[i] - '0'];
	return sum % 10;
}

static void
test_made_when_needed(void **state)
{
	struct books *books = *state;
	int64_t user = new_user(books, "ada");
	struct user_wallet naira;
	struct user_wallet again;
	struct user_wallet rand;

	assert_int_equal(user_wallet(books->ctx, user, currency_find("NGN"), &naira), ERR_OK);
	assert_true(user_wallet_number_valid(naira.number));
	assert_int_equal(luhn(naira.number), 0);
	assert_int_equal(naira.balance.minor, 0);
	assert_string_equal(naira.balance.currency->code, "NGN");
	assert_int_equal(naira.status, WALLET_ACTIVE);
	assert_true(text_starts_with(naira.label, "WAL-"));
	assert_int_equal(user_wallet(books->ctx, user, currency_find("NGN"), &again), ERR_OK);
	assert_int_equal(again.account_id, naira.account_id);
	assert_int_equal(user_wallet(books->ctx, user, currency_find("ZAR"), &rand), ERR_OK);
	assert_int_not_equal(rand.account_id, naira.account_id);
	assert_string_not_equal(rand.number, naira.number);
	assert_string_not_equal(rand.label, naira.label);
}

static void
test_found_by_number(void **state)
{
	struct books *books = *state;
	int64_t user = new_user(books, "bola");
	struct user_wallet wallet;
	struct user_wallet found;

	assert_int_equal(user_wallet(books->ctx, user, currency_find("NGN"), &wallet), ERR_OK);
	assert_int_equal(user_wallet_by_number(books->ctx, wallet.number, &found), ERR_OK);
	assert_int_equal(found.account_id, wallet.account_id);
	assert_int_equal(found.user_id, user);
	assert_int_equal(user_wallet_by_number(books->ctx, "0000000000000", &found), ERR_NOT_FOUND);
	fault_clear(&books->ctx->fault);
	assert_false(user_wallet_number_valid("123456789012"));
	assert_false(user_wallet_number_valid("12345678901234"));
	assert_false(user_wallet_number_valid("123456789012x"));
}

struct asker {
	struct ctx ctx;
	int64_t user;
	struct user_wallet wallet;
	enum err err;
};

static void *
ask(void *arg)
{
	struct asker *asker = arg;

	asker->err = user_wallet(&asker->ctx, asker->user, currency_find("NGN"), &asker->wallet);
	return NULL;
}

static void
test_all_at_once(void **state)
{
	struct books *books = *state;
	int64_t user = new_user(books, "chi");
	struct asker askers[THREADS];
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++) {
		askers[i] = (struct asker){.ctx = books_ctx(books, i % PROCESSES), .user = user};
		assert_int_equal(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(askers[i].err, ERR_OK);
		assert_int_equal(askers[i].wallet.account_id, askers[0].wallet.account_id);
		fixture_ctx_end(&askers[i].ctx);
	}
	assert_int_equal(books_number(books, arena_printf(books->ctx->arena,
							  "SELECT count(*) FROM cowry.wallet "
							  "WHERE user_id = %lld",
							  (long long)user)),
			 1);
}

#define TEST(name) cmocka_unit_test_teardown(name, books_check)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_made_when_needed),
		TEST(test_found_by_number),
		TEST(test_all_at_once),
	};

	return cmocka_run_group_tests(tests, books_setup, books_teardown);
}
