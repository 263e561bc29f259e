/* Money held, then captured, voided, or released when it expires. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "ledger/hold.h"
#include "runtime/app.h"
#include "tests/support/hold_scene.h"

static void
test_place(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	const char *reference = fresh_reference(c);
	struct answer first = hold(c, acme.test_key, wallet, "30", reference, "");
	struct answer a;

	expect_status(&first, 201);
	expect_text(&first, "data.walletId", wallet);
	expect_text(&first, "data.amount", "30.00");
	expect_text(&first, "data.captured", "0.00");
	expect_text(&first, "data.status", "active");
	expect_text(&first, "data.closedAt", "null");
	expect_balances(c, wallet, "100.00", "70.00", "30.00");
	a = hold(c, acme.test_key, wallet, "30.00", reference, "");
	expect_status(&a, 200);
	assert_string_equal(answer_header(&a, "Idempotent-Replayed"), "true");
	expect_text(&a, "data.id", answer_at(&first, "data.id"));
	a = hold(c, acme.test_key, wallet, "31", reference, "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = hold(c, acme.test_key, wallet, "70.01", fresh_reference(c), "");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = fund(c, "debit", acme.test_key, wallet, "70.01", "NGN", fresh_reference(c), "");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS"); /* what is held can't be spent */
	expect_balances(c, wallet, "100.00", "70.00", "30.00");
	a = get(c, acme.test_key, answer_at(&first, "data.id"));
	expect_status(&a, 200);
	expect_text(&a, "data.status", "active");
}

static void
test_refusals(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	const char *yen = wallet_new(c, acme.test_key, "JPY");
	const char *id = held(c, wallet, "10");
	struct answer a = hold(c, other.test_key, wallet, "1", fresh_reference(c), "");

	expect_refusal(&a, 404, "NOT_FOUND");
	a = hold(c, acme.live_key, wallet, "1", fresh_reference(c), "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = hold(c, acme.test_key, operator_account(c, wallet), "1", fresh_reference(c), "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = hold(c, acme.test_key, yen, "1", fresh_reference(c), "");
	expect_refusal(&a, 422, "CURRENCY_MISMATCH");
	a = hold(c, acme.test_key, wallet, "1", fresh_reference(c), ",'expiresIn':0");
	expect_field(&a, "expiresIn");
	a = hold(c, acme.test_key, wallet, "1", fresh_reference(c), ",'expiresIn':2678401");
	expect_field(&a, "expiresIn");
	a = get(c, other.test_key, id);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = get(c, acme.live_key, id);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = act(c, other.test_key, "holds", id, "capture", "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = act(c, other.test_key, "holds", id, "void", "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = get(c, acme.test_key, NOBODY);
	expect_refusal(&a, 404, "NOT_FOUND");
	expect_balances(c, wallet, "100.00", "90.00", "10.00");
}

static void
test_capture(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *id = held(c, wallet, "30");
	struct answer first = capture(c, id, client_text(c, "'toWalletId':'%s'", to));
	struct answer a;

	expect_status(&first, 200);
	expect_text(&first, "data.type", "capture");
	expect_text(&first, "data.amount", "30.00");
	expect_text(&first, "data.holdId", id);
	expect_text(&first, "data.fromWalletId", wallet);
	expect_text(&first, "data.toWalletId", to);
	expect_balances(c, wallet, "70.00", "70.00", "0.00");
	expect_balances(c, to, "30.00", "30.00", "0.00");
	a = get(c, acme.test_key, id);
	expect_text(&a, "data.status", "captured");
	expect_text(&a, "data.captured", "30.00");
	expect_text(&a, "data.transactionId", answer_at(&first, "data.id"));
	a = capture(c, id, client_text(c, "'toWalletId':'%s'", to));
	expect_status(&a, 200);
	assert_string_equal(answer_header(&a, "Idempotent-Replayed"), "true");
	a = capture(c, id, client_text(c, "'reference':'%s'", fresh_reference(c)));
	expect_refusal(&a, 409, "HOLD_NOT_ACTIVE");
	a = cancel(c, id, "");
	expect_refusal(&a, 409, "HOLD_NOT_ACTIVE");
	expect_balances(c, to, "30.00", "30.00", "0.00");
}

/* Part of it moves, the rest is released. */
static void
test_capture_part(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	const char *id = held(c, wallet, "100");
	struct answer a = capture(c, id, "'amount':'100.01'");

	expect_field(&a, "amount");
	a = capture(c, id, "'amount':'0.001'");
	expect_field(&a, "amount");
	a = capture(c, id, client_text(c, "'toWalletId':'%s'", operator_account(c, wallet)));
	expect_refusal(&a, 404, "NOT_FOUND");
	a = capture(c, id, client_text(c, "'toWalletId':'%s'", wallet));
	expect_refusal(&a, 422, "SAME_WALLET");
	a = capture(c, id, "'amount':'40'");
	expect_status(&a, 200);
	expect_balances(c, wallet, "60.00", "60.00", "0.00");
	a = get(c, acme.test_key, id);
	expect_text(&a, "data.captured", "40.00");
	expect_text(&a, "data.amount", "100.00");
}

/* Another order without reference is told what was done; client references do not collide. */
static void
test_capture_twice(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	const char *id = held(c, wallet, "30");
	struct answer a = fund(c, "debit", acme.test_key, wallet, "1", "NGN",
			       client_text(c, "cap:%s", id), "");

	expect_status(&a, 201);
	a = capture(c, id, "'amount':'20'");
	expect_status(&a, 200);
	expect_text(&a, "data.reference", client_text(c, "capture/%s", id));
	a = capture(c, id, "'amount':'20.00'");
	expect_status(&a, 200);
	assert_string_equal(answer_header(&a, "Idempotent-Replayed"), "true");
	a = capture(c, id, "");
	expect_refusal(&a, 409, "ALREADY_CAPTURED");
	a = capture(c, id, "'amount':'20','metadata':{'note':'again'}");
	expect_refusal(&a, 409, "ALREADY_CAPTURED");
	id = held(c, wallet, "10");
	a = capture(c, id, client_text(c, "'reference':'%s'", fresh_reference(c)));
	expect_status(&a, 200);
	a = capture(c, id, "");
	expect_refusal(&a, 409, "ALREADY_CAPTURED");
	expect_balances(c, wallet, "69.00", "69.00", "0.00");
}

static void
test_void(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	const char *id = held(c, wallet, "30");
	struct answer a = cancel(c, id, "");

	expect_status(&a, 200);
	expect_text(&a, "data.status", "voided");
	expect_balances(c, wallet, "100.00", "100.00", "0.00");
	a = cancel(c, id, "");
	expect_refusal(&a, 409, "HOLD_NOT_ACTIVE");
	a = capture(c, id, "");
	expect_refusal(&a, 409, "HOLD_NOT_ACTIVE");
}

static void
test_expiry(void **state)
{
	struct client *c = *state;
	struct ctx ctx = app_ctx(c->app, c->scratch);
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	const char *id = held(c, wallet, "30");
	int64_t expired = 0;
	struct answer a;

	assert_string_equal(client_value(c,
					 "SELECT round(extract(epoch FROM expires_at - created_at))"
					 " FROM cowry.hold WHERE public_id = '%s'",
					 id),
			    "604800");
	client_sql(c, "UPDATE cowry.hold SET expires_at = clock_timestamp() WHERE public_id = '%s'",
		   id);
	a = capture(c, id, ""); /* even before the job runner sees it */
	expect_refusal(&a, 409, "HOLD_NOT_ACTIVE");
	assert_int_equal(hold_expire_due(&ctx, NULL, &expired), ERR_OK);
	assert_int_equal(expired, 1);
	a = get(c, acme.test_key, id);
	expect_text(&a, "data.status", "expired");
	expect_balances(c, wallet, "100.00", "100.00", "0.00");
	assert_int_equal(hold_expire_due(&ctx, NULL, &expired), ERR_OK);
	assert_int_equal(expired, 0);
}

static void
test_dry_run(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	const char *id = held(c, wallet, "30");
	const char *before = books(c);
	struct answer a =
		hold(c, acme.test_key, wallet, "70", fresh_reference(c), ",'dryRun':true");

	expect_status(&a, 201);
	expect_text(&a, "data.dryRun", "true");
	a = hold(c, acme.test_key, wallet, "70.01", fresh_reference(c), ",'dryRun':true");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = capture(c, id, "'amount':'5','dryRun':true");
	expect_status(&a, 200);
	expect_text(&a, "data.dryRun", "true");
	a = cancel(c, id, "'dryRun':true");
	expect_status(&a, 200);
	expect_text(&a, "data.dryRun", "true");
	expect_text(&a, "data.status", "voided");
	assert_string_equal(books(c), before);
	a = get(c, acme.test_key, id);
	expect_text(&a, "data.status", "active");
}

/* A project with four holds on two wallets: "0" of 1 is captured, "1" of 2 voided, "2" of 30 and one of a dollar
 * active. */
struct shop {
	struct tenant tenant;
	const char *key;
	const char *ann;
	const char *ben;
};

static struct shop
shop_new(struct client *c, const char *name)
{
	static const char *const amounts[] = {"1", "2", "30"};
	struct shop shop = {.tenant = tenant_new(c, name)};
	struct answer made[COUNT(amounts)];
	struct answer a;

	shop.key = shop.tenant.test_key;
	shop.ann = wallet_with(c, shop.key, "NGN", "100");
	shop.ben = wallet_with(c, shop.key, "USD", "2");
	for (size_t i = 0; i < COUNT(amounts); i++) {
		made[i] = hold(c, shop.key, shop.ann, amounts[i],
			       client_text(c, "%s._%zu", name, i), "");
		expect_status(&made[i], 201);
	}
	a = client_call(c, "POST", "/v1/holds", shop.key,
			client_json(c,
				    "{'walletId':'%s','amount':'1','currency':'USD',"
				    "'reference':'%s-usd'}",
				    shop.ben, name));
	expect_status(&a, 201);
	a = act(c, shop.key, "holds", answer_at(&made[0], "data.id"), "capture", "");
	expect_status(&a, 200);
	a = act(c, shop.key, "holds", answer_at(&made[1], "data.id"), "void", "");
	expect_status(&a, 200);
	return shop;
}

static struct answer
list(struct client *c, const char *credential, const char *query)
{
	return client_call(c, "GET", client_text(c, "/v1/holds%s", query), credential, NULL);
}

/* The amounts of a list, in its order. */
static void
expect_list(struct client *c, const char *credential, const char *query, const char *amounts)
{
	expect_listed(c, credential, client_text(c, "/v1/holds%s", query), "amount", amounts);
}

static void
test_list(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "list");
	struct answer a = list(c, shop.key, "");
	struct answer one = get(c, shop.key, answer_at(&a, "data.3.id"));

	expect_list(c, shop.key, "", "1.00 30.00 2.00 1.00");
	expect_list(c, shop.tenant.live_key, "", "");
	expect_text(&a, "data.3.status", "captured");
	expect_text(&a, "data.3.captured", "1.00");
	expect_text(&a, "data.3.walletId", shop.ann);
	expect_text(&a, "data.3.reference", "list._0");
	expect_text(&a, "data.3.transactionId", answer_at(&one, "data.transactionId"));
	expect_text(&a, "data.3.closedAt", answer_at(&one, "data.closedAt"));
	expect_text(&a, "data.2.status", "voided");
	expect_text(&a, "data.0.currency", "USD");
}

/* Those of withdrawals and other things, which have a slash, are not the client's. */
static void
test_internal_holds(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "internal");

	client_sql(
		c,
		"INSERT INTO cowry.hold (public_id, ledger_id, account_id, currency, amount, reference,"
		" content, created_at, expires_at)"
		" SELECT gen_random_uuid(), ledger_id, account_id, currency, 7, 'a/b', content,"
		" created_at, expires_at FROM cowry.hold WHERE reference = 'internal._2'");
	expect_list(c, shop.key, "", "1.00 30.00 2.00 1.00");
	expect_list(c, shop.key, "?reference=a/b", "");
	expect_list(c, shop.key, client_text(c, "?walletId=%s", shop.ann), "30.00 2.00 1.00");
	client_sql(c, "DELETE FROM cowry.hold WHERE reference = 'a/b'");
}

/* Holds that are placed or end between two pages shift nothing. */
static void
test_pages(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "pages");
	struct answer a = list(c, shop.key, "?limit=2");
	const char *next = answer_at(&a, "pagination.nextCursor");
	struct answer placed = hold(c, shop.key, shop.ann, "3", fresh_reference(c), "");

	expect_status(&placed, 201);
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.1.amount", "30.00");
	placed = act(c, shop.key, "holds", answer_at(&a, "data.1.id"), "void", "");
	expect_status(&placed, 200);
	expect_list(c, shop.key, client_text(c, "?limit=2&cursor=%s", next), "2.00 1.00");
	a = list(c, shop.key, client_text(c, "?limit=1&cursor=%s&walletId=%s", next, shop.ann));
	expect_text(&a, "data.0.amount", "2.00");
	next = answer_at(&a, "pagination.nextCursor");
	expect_list(c, shop.key, client_text(c, "?cursor=%s&walletId=%s", next, shop.ann), "1.00");
}

static void
test_filters(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "filters");
	const char *ann = client_text(c, "?walletId=%s", shop.ann);

	expect_list(c, shop.key, "?status=active", "1.00 30.00");
	expect_list(c, shop.key, "?status=captured", "1.00");
	expect_list(c, shop.key, "?status=expired", "");
	expect_list(c, shop.key, "?reference=filters._1", "2.00");
	expect_list(c, shop.key, "?reference=filters._1&status=active", "");
	expect_list(c, shop.key, "?reference=%27%20OR%201%3D1", "");
	expect_list(c, shop.key, "?reference[prefix]=filters._", "30.00 2.00 1.00");
	expect_list(c, shop.key, "?reference[prefix]=filters%25", "");
	expect_list(c, shop.key, ann, "30.00 2.00 1.00");
	expect_list(c, shop.key, client_text(c, "%s&status=voided", ann), "2.00");
	expect_list(c, shop.key, client_text(c, "%s&reference=filters-usd", ann), "");
	expect_list(c, other.test_key, ann, "");
	expect_list(c, shop.key, "?walletId=" NOBODY, "");
	expect_list(c, shop.key, "?currency=USD", "1.00");
	expect_list(c, shop.key, "?currency=usd", "1.00");
	expect_list(c, shop.key, "?currency=NGN&amount[gt]=1&amount[lte]=30", "30.00 2.00");
	expect_list(c, shop.key, "?createdAt[lt]=2020-01-01", "");
	expect_list(c, shop.key, client_text(c, "%s&createdAt[gte]=2020-01-01", ann),
		    "30.00 2.00 1.00");
}

static void
test_list_refuses(void **state)
{
	static const char *const queries[][2] = {
		{"?status=open", "status"},
		{"?status=", "status"},
		{"?amount[gte]=1", "amount[gte]"},
		{"?walletId=x", "walletId"},
		{"?mode=live", "mode"},
		{"?type=hold", "type"},
		{"?projectId=" NOBODY, "projectId"},
	};
	struct client *c = *state;
	struct answer a;

	for (size_t i = 0; i < COUNT(queries); i++) {
		a = list(c, acme.test_key, queries[i][0]);
		expect_refusal(&a, 400, "VALIDATION_FAILED");
		expect_field(&a, queries[i][1]);
	}
	a = list(c, NULL, "");
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

static void
test_administrator(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "admin");
	struct person admin = person_admin(c, "holds-admin@example.com");
	struct answer a;

	expect_list(c, admin.access,
		    client_text(c, "?mode=test&projectId=%s&status=voided", shop.tenant.project),
		    "2.00");
	expect_list(c, admin.access, client_text(c, "?projectId=%s", shop.tenant.project), "");
	expect_list(c, shop.tenant.owner.access,
		    client_text(c, "?mode=test&projectId=%s", shop.tenant.project), "");
	a = list(c, admin.access, "?projectId=" NOBODY);
	expect_refusal(&a, 404, "NOT_FOUND");
}

/* Of any ledger, but no hold that the server made for itself; others have nothing to see. */
static void
test_administrator_reads(void **state)
{
	struct client *c = *state;
	struct person admin = person_admin(c, "holds-reader@example.com");
	const char *id = held(c, wallet_with(c, acme.test_key, "NGN", "100"), "10");
	struct answer a = get(c, admin.access, id);

	expect_status(&a, 200);
	expect_text(&a, "data.id", id);
	expect_text(&a, "data.amount", "10.00");
	a = get(c, admin.access, NOBODY);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = get(c, acme.owner.access, id);
	expect_refusal(&a, 404, "NOT_FOUND");
	expect_text(&a, "message", "Hold not found");
	a = get(c, NULL, id);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = act(c, admin.access, "holds", id, "void", "");
	expect_refusal(&a, 401, "UNAUTHORIZED");
	client_sql(c, "UPDATE cowry.hold SET reference = 'x/' || reference WHERE public_id = '%s'",
		   id);
	a = get(c, admin.access, id);
	expect_refusal(&a, 404, "NOT_FOUND");
}

static void
test_routes(void **state)
{
	client_covered(*state, pocket_holds, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_place),
		client_test(test_refusals),
		client_test(test_capture),
		client_test(test_capture_part),
		client_test(test_capture_twice),
		client_test(test_void),
		client_test(test_expiry),
		client_test(test_dry_run),
		client_test(test_list),
		client_test(test_internal_holds),
		client_test(test_pages),
		client_test(test_filters),
		client_test(test_list_refuses),
		client_test(test_administrator),
		client_test(test_administrator_reads),
		client_test(client_books_hold),
		client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, hold_setup, client_teardown);
}
