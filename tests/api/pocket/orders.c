/* Lists of transactions and of holds from the oldest on have the same items as from the newest on. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "api/pocket/pocket.h"
#include "base/arena.h"
#include "base/text.h"
#include "tests/support/money.h"

static struct tenant other;

/* A project with seven transactions, the oldest first: a credit, five transfers with a label in their metadata,
 * and a capture; and three holds, the first one of which is captured. */
struct shop {
	struct tenant tenant;
	const char *key;
	const char *ann;
	const char *ben;
};

static struct shop shop;

static int
setup(void **state)
{
	struct client *c;
	struct answer a;
	const char *first = NULL;

	if (tenants_setup(state, &shop.tenant, &other) != 0)
		return -1;
	c = *state;
	shop.key = shop.tenant.test_key;
	shop.ann = wallet_with(c, shop.key, "NGN", "100");
	shop.ben = wallet_new(c, shop.key, "NGN");
	for (int i = 0; i < 5; i++) {
		a = transfer(c, shop.key, shop.ann, shop.ben, "1", client_text(c, "order-%d", i),
			     i % 2 == 0 ? ",'metadata':{'channel':'web'}" : "");
		expect_status(&a, 201);
	}
	for (int i = 0; i < 3; i++) {
		a = hold(c, shop.key, shop.ben, "1", client_text(c, "hold-%d", i), "");
		expect_status(&a, 201);
		first = first == NULL ? answer_at(&a, "data.id") : first;
	}
	a = act(c, shop.key, "holds", first, "capture", "");
	expect_status(&a, 200);
	return 0;
}

static struct answer
page(struct client *c, const char *path, const char *query, const char *sort, const char *cursor)
{
	const char *url =
		client_text(c, "%s?%s&sort=%s%s%s", path, query, sort,
			    cursor != NULL ? "&cursor=" : "", cursor != NULL ? cursor : "");

	return client_call(c, "GET", url, shop.key, NULL);
}

enum { ITEMS_MAX = 16 };

/* The references of all pages of a list; returns their number. */
static size_t
walk(struct client *c, const char *path, const char *query, const char *sort,
     const char *references[ITEMS_MAX])
{
	const char *cursor = NULL;
	size_t n = 0;

	do {
		struct answer a = page(c, path, query, sort, cursor);

		expect_status(&a, 200);
		for (size_t i = 0; i < answer_count(&a, "data"); i++) {
			assert_true(n < ITEMS_MAX);
			references[n++] =
				answer_at(&a, client_text(c, "data.%d.reference", (int)i));
		}
		cursor = answer_at(&a, "pagination.nextCursor");
	} while (!text_equal(cursor, "null"));
	return n;
}

static void
expect_reversed(struct client *c, const char *path, const char *query, size_t count)
{
	const char *newest[ITEMS_MAX];
	const char *oldest[ITEMS_MAX];

	assert_int_equal(walk(c, path, query, "-createdAt", newest), count);
	assert_int_equal(walk(c, path, query, "createdAt", oldest), count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(oldest[i], newest[count - 1 - i]);
}

static const char *
of_both(struct client *c)
{
	return client_text(c, "limit=2&walletId=%s&counterpartyWalletId=%s", shop.ann, shop.ben);
}

static void
test_transactions(void **state)
{
	struct client *c = *state;
	const struct {
		const char *query;
		size_t count;
	} lists[] = {
		{"limit=1", 7},
		{"limit=3", 7},
		{"limit=100", 7},
		{"limit=1&type=transfer", 5},
		{"limit=1&reference=order-3", 1},
		{"limit=2&reference[prefix]=order", 5},
		{"limit=2&currency=NGN&amount=100", 1},
		{"limit=1&metadata[channel]=web", 3},
		{client_text(c, "limit=1&walletId=%s", shop.ann), 6},
		{client_text(c, "limit=2&walletId=%s", shop.ben), 6},
		{client_text(c, "limit=2&walletId=%s&type=transfer", shop.ben), 5},
		{of_both(c), 5},
		{"walletId=" NOBODY, 0},
	};

	for (size_t i = 0; i < COUNT(lists); i++)
		expect_reversed(c, "/v1/transactions", lists[i].query, lists[i].count);
}

/* Two of them may be of the same millisecond. */
static void
test_times(void **state)
{
	struct client *c = *state;
	const char *at = client_value(
		c,
		"SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
		" FROM cowry.transaction WHERE reference = 'order-2'");
	size_t before = strtoul(
		client_value(c, "SELECT count(*) FROM cowry.transaction WHERE created_at < '%s'",
			     at),
		NULL, 10);

	assert_in_range(before, 1, 3);
	expect_reversed(c, "/v1/transactions", client_text(c, "limit=1&createdAt[lt]=%s", at),
			before);
	expect_reversed(c, "/v1/transactions", client_text(c, "limit=1&createdAt[gte]=%s", at),
			7 - before);
	expect_reversed(c, "/v1/transactions",
			client_text(c, "limit=1&walletId=%s&createdAt[lt]=%s", shop.ann, at),
			before);
	expect_reversed(c, "/v1/transactions",
			client_text(c, "limit=1&walletId=%s&createdAt[gte]=%s", shop.ann, at),
			6 - before);
}

static void
test_holds(void **state)
{
	struct client *c = *state;

	expect_reversed(c, "/v1/holds", "limit=1", 3);
	expect_reversed(c, "/v1/holds", "limit=1&status=active", 2);
	expect_reversed(c, "/v1/holds", "limit=1&reference[prefix]=hold", 3);
	expect_reversed(c, "/v1/holds", client_text(c, "limit=2&walletId=%s", shop.ben), 3);
	expect_reversed(c, "/v1/holds", client_text(c, "walletId=%s", shop.ann), 0);
}

/* What is left out leads to the newest. */
static void
test_default(void **state)
{
	struct client *c = *state;

	struct answer a = client_call(c, "GET", "/v1/transactions?limit=1", shop.key, NULL);

	expect_text(&a, "data.0.type", "capture");
	a = client_call(c, "GET", "/v1/holds?limit=1", shop.key, NULL);
	expect_text(&a, "data.0.reference", "hold-2");
}

/* What was added while pages were read is at the end, whatever is asked for. */
static void
expect_added(struct client *c, const char *query, const char *reference)
{
	struct answer a = page(c, "/v1/transactions", query, "createdAt", NULL);
	const char *cursor = answer_at(&a, "pagination.nextCursor");
	const char *second = NULL;
	const char *last = NULL;
	struct answer added;

	expect_status(&a, 200);
	added = transfer(c, shop.key, shop.ann, shop.ben, "1", reference, "");
	expect_status(&added, 201);
	while (!text_equal(cursor, "null")) {
		a = page(c, "/v1/transactions", query, "createdAt", cursor);
		expect_status(&a, 200);
		second = second == NULL ? answer_at(&a, "data.0.reference") : second;
		last = answer_at(
			&a, client_text(c, "data.%d.reference", (int)answer_count(&a, "data") - 1));
		cursor = answer_at(&a, "pagination.nextCursor");
	}
	assert_string_equal(second, "order-2");
	assert_string_equal(last, reference);
}

static void
test_added(void **state)
{
	struct client *c = *state;

	expect_added(c, "limit=2&type=transfer", "added-1");
	expect_added(c, of_both(c), "added-2");
	expect_added(c, "limit=2&reference[prefix]=order", "order-added");
}

static void
expect_refused(struct client *c, const char *url, const char *field)
{
	struct answer a = client_call(c, "GET", url, shop.key, NULL);

	expect_refusal(&a, 400, "VALIDATION_FAILED");
	expect_field(&a, field);
}

static void
test_refused(void **state)
{
	static const char *const paths[] = {"/v1/transactions", "/v1/holds"};
	static const char *const queries[][2] = {
		{"sort=", "sort"},
		{"sort=amount", "sort"},
		{"sort=+createdAt", "sort"},
		{"sort=createdAt&dir=asc", "dir"},
		{"cursor=0", "cursor"},
		{"cursor=x", "cursor"},
		{"cursor=-9223372036854775808&sort=createdAt", "cursor"},
	};
	struct client *c = *state;

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct answer newest = page(c, paths[i], "limit=1", "-createdAt", NULL);
		struct answer oldest = page(c, paths[i], "limit=1", "createdAt", NULL);

		for (size_t j = 0; j < COUNT(queries); j++)
			expect_refused(c, client_text(c, "%s?%s", paths[i], queries[j][0]),
				       queries[j][1]);
		expect_refused(c,
			       client_text(c, "%s?sort=createdAt&cursor=%s", paths[i],
					   answer_at(&newest, "pagination.nextCursor")),
			       "cursor");
		expect_refused(c,
			       client_text(c, "%s?cursor=%s", paths[i],
					   answer_at(&oldest, "pagination.nextCursor")),
			       "cursor");
	}
}

/* Close a month that ends with the third transfer. */
static void
archive(struct client *c)
{
	client_sql(c, "SET search_path = cowry;"
		      "UPDATE event_feed SET done_id = journal_end(), next_id = journal_end();"
		      "SELECT period_begin('2020-01', transaction_id, NULL) FROM transaction"
		      " WHERE reference = 'order-2';"
		      "SELECT period_copy('2020-01', 100); SELECT period_copy('2020-01', 100)");
	client_sql(c, "SET search_path = cowry; SELECT period_index('2020-01')");
	client_sql(c, "SET search_path = cowry; SELECT period_index('2020-01');"
		      "SELECT period_close_accounts('2020-01', 0, 100);"
		      "SELECT period_compare('2020-01', 0); SELECT period_attach('2020-01');"
		      "SELECT period_prune(100); SELECT period_prune(100)");
}

/* The history of a wallet goes through the archive, and ends or begins where that is detached. */
static void
test_archive(void **state)
{
	struct client *c = *state;
	const char *queries[] = {
		client_text(c, "limit=1&walletId=%s", shop.ann),
		client_text(c, "limit=100&walletId=%s", shop.ann),
		client_text(c, "limit=2&walletId=%s&type=transfer&currency=NGN", shop.ann),
	};
	static const size_t archived[] = {4, 4, 3};
	size_t counts[COUNT(queries)];
	const char *references[ITEMS_MAX];

	for (size_t i = 0; i < COUNT(queries); i++)
		counts[i] = walk(c, "/v1/transactions", queries[i], "createdAt", references);
	archive(c);
	for (size_t i = 0; i < COUNT(queries); i++)
		expect_reversed(c, "/v1/transactions", queries[i], counts[i]);
	client_sql(c, "SET search_path = cowry; SELECT period_detach('2020-01')");
	for (size_t i = 0; i < COUNT(queries); i++)
		expect_reversed(c, "/v1/transactions", queries[i], counts[i] - archived[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_transactions), client_test(test_holds), client_test(test_times),
		client_test(test_default),      client_test(test_added), client_test(test_refused),
		client_test(test_archive),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
