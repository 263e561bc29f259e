/* Purchases from vendors that are slow, fail, give wrong answers or repeat themselves, and many
 * at once. */
#include "tests/support/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/prepaid/purchase.h"
#include "runtime/app.h"
#include "tests/support/fake_vendor.h"

static struct fake_vendor vendor;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	fake_vendor_open(*state, &vendor);
	return 0;
}

static int
teardown(void **state)
{
	int result = client_teardown(state);

	fake_vendor_close(&vendor);
	return result;
}

static int
begin(void **state)
{
	vendor.script = (struct fake_vendor_script){.status = 0};
	return client_begin(state);
}

static struct ctx
ctx_of(struct client *c)
{
	return app_ctx(c->app, c->scratch);
}

static void
make_older(struct client *c, const char *reference)
{
	client_sql(c,
		   "UPDATE cowry.purchase SET created_at = created_at - interval '25 hours'"
		   " WHERE reference = '%s'",
		   reference);
}

struct decision {
	struct uuid id;
	bool approved;
};

static enum err
decide_in_transaction(struct ctx *ctx, void *arg)
{
	const struct decision *decision = arg;

	return purchase_decide(ctx, decision->id, decision->approved);
}

static enum err
decide(struct client *c, const char *reference, bool approved)
{
	struct ctx ctx = ctx_of(c);
	struct decision decision = {purchase_id(c, reference), approved};

	return db_transact(&ctx, decide_in_transaction, &decision);
}

static size_t
reviews(struct client *c, const char *reference)
{
	char id[UUID_TEXT_MAX];

	return (size_t)atoi(client_value(c,
					 "SELECT count(*) FROM cowry.review WHERE subject = '%s'"
					 " AND kind = 'purchase' AND status = 'open'",
					 uuid_text(id, purchase_id(c, reference))));
}

/* The balance while the vendor is asked. */
struct glimpse {
	struct client *c;
	const struct buyer *buyer;
	char seen[64];
};

static void
glance(void *arg)
{
	struct glimpse *glimpse = arg;

	(void)snprintf(glimpse->seen, sizeof glimpse->seen, "%s",
		       buyer_money(glimpse->c, glimpse->buyer));
}

static void
test_hold(void **state)
{
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "100");
	struct glimpse glimpse = {.c = c, .buyer = &buyer};
	struct answer a;

	vendor.script.meanwhile = glance;
	vendor.script.arg = &glimpse;
	a = buy_airtime(c, &buyer, "29", "hold-1");
	expect_status(&a, 200);
	assert_string_equal(glimpse.seen, "10000 2900");
	expect_money(c, &buyer, "7100 0");
	/* Held money can't be spent. */
	vendor.script = (struct fake_vendor_script){.state = "PENDING"};
	a = buy_airtime(c, &buyer, "60", "hold-2");
	expect_text(&a, "data.status", "pending");
	a = buy_airtime(c, &buyer, "20", "hold-3");
	expect_refusal(&a, 400, "INSUFFICIENT_BALANCE");
	expect_money(c, &buyer, "7100 6000");
	/* Nor does the hold expire while the outcome is unknown. */
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.purchase JOIN cowry.hold"
					    " USING (hold_id) WHERE expires_at <"
					    " now() + interval '99 years'"),
			    "0");
	vendor.script.found = "FAILED";
	assert_true(purchase_settled(c, "hold-2"));
	expect_money(c, &buyer, "7100 0");
	assert_string_equal(purchase_status(c, "hold-2"), "failed");
}

/* Whatever happens to the call, the money stays held until the outcome is known. */
static void
test_lost_answers(void **state)
{
	static const struct fake_vendor_script scripts[] = {
		{.manner = PEER_RESETS},
		{.manner = PEER_CLOSES},
		{.manner = PEER_HALVES},
		{.status = 500, .body = "{}"},
		{.status = 502, .body = "<html>"},
		{.status = 200, .body = "{\"responseCode\":0,\"reference\":\"cw-another\"}"},
		{.status = 400,
		 .body = "{\"responseCode\":12,\"message\":\"Duplicate reference\"}"},
		{.status = 409, .body = "{\"responseCode\":12,\"message\":\"Busy\"}"},
	};
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "100");

	for (size_t i = 0; i < COUNT(scripts); i++) {
		bool sold = i % 2 == 0;
		const char *reference = client_text(c, "lost-%zu", i);
		struct answer a;

		vendor.script = scripts[i];
		a = buy_airtime(c, &buyer, "10", reference);
		expect_status(&a, 200);
		expect_text(&a, "data.status", "pending");
		a = buy_airtime(c, &buyer, "10", reference);
		expect_text(&a, "data.status", "pending");
		vendor.script = (struct fake_vendor_script){.found = NULL};
		assert_false(purchase_settled(c, reference));
		assert_string_equal(purchase_status(c, reference), "pending");
		vendor.script.found = sold ? "SUCCESSFUL" : "FAILED";
		assert_true(purchase_settled(c, reference));
		assert_true(purchase_settled(c, reference));
		assert_string_equal(purchase_status(c, reference), sold ? "completed" : "failed");
		expect_money(c, &buyer, client_text(c, "%zu 0", 10000 - 1000 * (i / 2 + 1)));
	}
}

static void
test_slow(void **state)
{
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "100");
	struct answer a;

	vendor.script.manner = PEER_HANGS;
	a = buy_airtime(c, &buyer, "10", "slow-1");
	expect_status(&a, 200);
	expect_text(&a, "data.status", "pending");
	fake_server_release(vendor.server);
	expect_money(c, &buyer, "10000 1000");
	/* There is work for the job runner. */
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.job j JOIN cowry.purchase p"
					    " ON j.subject = p.public_id::text"
					    " WHERE j.kind = 'purchase_lookup'"
					    " AND p.reference = 'slow-1'"),
			    "1");
	vendor.script = (struct fake_vendor_script){.found = "SUCCESSFUL", .amount = "1000"};
	assert_true(purchase_settled(c, "slow-1"));
	expect_money(c, &buyer, "9000 0");
}

static void
test_down(void **state)
{
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "100");
	const char *url = c->fixture->config.flash_url;
	struct answer a;

	c->fixture->config.flash_url = "http://127.0.0.1:1";
	a = buy_airtime(c, &buyer, "10", "down-1");
	expect_refusal(&a, 502, "PROVIDER_UNAVAILABLE");
	assert_non_null(answer_header(&a, "Retry-After"));
	c->fixture->config.flash_url = url;
	url = c->fixture->config.mobilemart_url;
	c->fixture->config.mobilemart_url = "http://127.0.0.1:1";
	a = buy(c, &buyer, "mobilemart", "MM-MTN-AIRTIME", "10", MOBILE, "down-2");
	expect_refusal(&a, 502, "PROVIDER_UNAVAILABLE");
	c->fixture->config.mobilemart_url = url;
	url = c->fixture->config.easypay_url;
	c->fixture->config.easypay_url = "http://127.0.0.1:1";
	a = pay_bill(c, &buyer, BILL, "10", "down-3");
	expect_refusal(&a, 502, "PROVIDER_UNAVAILABLE");
	c->fixture->config.easypay_url = url;
	expect_money(c, &buyer, "10000 0");
	assert_string_equal(purchase_status(c, "down-1"), "failed");
	/* It did nothing, so the same order may be retried. */
	a = buy_airtime(c, &buyer, "10", "down-1");
	expect_status(&a, 200);
	expect_text(&a, "data.status", "completed");
	expect_money(c, &buyer, "9000 0");
}

/* Unknown at the vendor: that may mean "not yet" for a day. */
static void
test_absent(void **state)
{
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "100");

	vendor.script.manner = PEER_RESETS;
	(void)buy_airtime(c, &buyer, "10", "absent-1");
	make_older(c, "absent-1");
	vendor.script = (struct fake_vendor_script){.found = NULL};
	assert_true(purchase_settled(c, "absent-1"));
	assert_string_equal(purchase_status(c, "absent-1"), "failed");
	expect_money(c, &buyer, "10000 0");
	/* But not if the provider had accepted it. */
	vendor.script.state = "PENDING";
	(void)buy_airtime(c, &buyer, "10", "absent-2");
	make_older(c, "absent-2");
	assert_true(purchase_settled(c, "absent-2"));
	assert_string_equal(purchase_status(c, "absent-2"), "review");
	assert_int_equal(reviews(c, "absent-2"), 1);
	expect_money(c, &buyer, "10000 1000");
	assert_int_equal(decide(c, "absent-2", false), ERR_OK);
	assert_string_equal(purchase_status(c, "absent-2"), "failed");
	expect_money(c, &buyer, "10000 0");
	assert_int_equal(decide(c, "absent-2", true), ERR_CONFLICT);
}

static void
test_another_amount(void **state)
{
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "100");
	struct answer a;

	vendor.script.amount = "999";
	a = buy_airtime(c, &buyer, "10", "other-1");
	expect_status(&a, 200);
	expect_text(&a, "data.status", "pending");
	assert_string_equal(purchase_status(c, "other-1"), "review");
	assert_int_equal(reviews(c, "other-1"), 1);
	expect_money(c, &buyer, "10000 1000");
	a = buyer_get(c, &buyer, "purchases?status=pending");
	assert_int_equal(answer_count(&a, "data.purchases"), 1);
	assert_int_equal(decide(c, "other-1", true), ERR_OK);
	expect_money(c, &buyer, "9000 0");
	a = buyer_get(c, &buyer, "purchases?status=completed");
	assert_int_equal(answer_count(&a, "data.purchases"), 1);
}

#define EARLY "early-1"

/* Settled by look-up before the vendor has answered; in a thread of the vendor. */
static void
succeed_meanwhile(void *arg)
{
	vendor.script.found = "SUCCESSFUL";
	(void)purchase_settled(arg, EARLY);
}

static void
test_early(void **state)
{
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "100");
	struct answer a;

	/* The look-up reports success, the answer is lost. */
	vendor.script =
		(struct fake_vendor_script){.body = "?", .meanwhile = succeed_meanwhile, .arg = c};
	a = buy_airtime(c, &buyer, "10", EARLY);
	expect_status(&a, 200);
	expect_text(&a, "data.status", "completed");
	expect_money(c, &buyer, "9000 0");
}

/* The look-up reports a sale, the answer a failure: it is put in review. */
static void
test_contradiction(void **state)
{
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "100");
	struct answer a;

	vendor.script = (struct fake_vendor_script){
		.state = "FAILED", .meanwhile = succeed_meanwhile, .arg = c};
	a = buy_airtime(c, &buyer, "10", EARLY);
	expect_status(&a, 200);
	expect_text(&a, "data.status", "pending");
	assert_string_equal(purchase_status(c, EARLY), "review");
	expect_money(c, &buyer, "9000 0");
	assert_int_equal(decide(c, EARLY, false), ERR_OK);
	assert_string_equal(purchase_status(c, EARLY), "failed");
	expect_money(c, &buyer, "10000 0");
}

/* Twenty at once on a balance for five: five are bought. */
static void
test_rush(void **state)
{
	enum { AT_ONCE = 20, ENOUGH_FOR = 5 };
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "50");
	struct ask asks[AT_ONCE];
	int statuses[AT_ONCE];

	for (size_t i = 0; i < AT_ONCE; i++)
		asks[i] = ask_to_buy(c, &buyer, "flash", AIRTIME, "10", MOBILE,
				     client_text(c, "rush-%zu", i));
	client_at_once(c, asks, AT_ONCE, statuses);
	assert_int_equal(count_status(statuses, AT_ONCE, 200), ENOUGH_FOR);
	assert_int_equal(count_status(statuses, AT_ONCE, 400), AT_ONCE - ENOUGH_FOR);
	expect_money(c, &buyer, "0 0");
}

/* The same at once is bought once. */
static void
test_same_at_once(void **state)
{
	enum { AT_ONCE = 12 };
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "50");
	size_t calls = fake_server_count(vendor.server);
	struct ask asks[AT_ONCE];
	int statuses[AT_ONCE];

	for (size_t i = 0; i < AT_ONCE; i++)
		asks[i] = ask_to_buy(c, &buyer, "flash", AIRTIME, "10", MOBILE, "once-1");
	client_at_once(c, asks, AT_ONCE, statuses);
	assert_int_equal(count_status(statuses, AT_ONCE, 200), AT_ONCE);
	assert_int_equal(fake_server_count(vendor.server), calls + 1);
	expect_money(c, &buyer, "4000 0");
}

/* Bills are not on offer. */
static void
test_no_bills(void **state)
{
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "100");
	struct answer a;

	client_sql(c, "UPDATE cowry.product SET is_active = false WHERE kind = 'bill'");
	a = pay_bill(c, &buyer, BILL, "10", "bill-off");
	expect_refusal(&a, 404, "PRODUCT_NOT_FOUND");
	client_sql(c, "UPDATE cowry.product SET is_active = true WHERE kind = 'bill'");
	expect_money(c, &buyer, "10000 0");
}

#define CASE(function) cmocka_unit_test_setup(function, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_hold),         CASE(test_lost_answers),  CASE(test_slow),
		CASE(test_down),         CASE(test_absent),        CASE(test_another_amount),
		CASE(test_early),        CASE(test_contradiction), CASE(test_rush),
		CASE(test_same_at_once), CASE(test_no_bills),      CASE(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
