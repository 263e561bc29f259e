/* Holds that are captured in parts. */
#include "tests/support/cmocka.h"

#include "ledger/hold.h"
#include "runtime/app.h"
#include "tests/support/hold_scene.h"

static struct answer
capture_under(struct client *c, const char *id, const char *reference, const char *members)
{
	return capture(c, id, client_text(c, "'reference':'%s'%s", reference, members));
}

/* Several captures, the last of which takes what is left; each can be repeated at any time. */
static void
test_capture_parts(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	const char *id = held(c, wallet, "60");
	const char *references[] = {fresh_reference(c), fresh_reference(c)};
	const char *last;
	struct answer a = capture(c, id, "'amount':'20','final':false");

	expect_field(&a, "reference");
	a = capture_under(c, id, references[0], ",'amount':'20','final':false");
	expect_status(&a, 200);
	last = answer_at(&a, "data.id");
	a = client_call(c, "GET", client_text(c, "/v1/transactions/%s", last), acme.test_key, NULL);
	expect_text(&a, "data.holdId", id);
	expect_balances(c, wallet, "80.00", "40.00", "40.00");
	a = get(c, acme.test_key, id);
	expect_text(&a, "data.status", "active");
	expect_text(&a, "data.amount", "60.00");
	expect_text(&a, "data.captured", "20.00");
	expect_text(&a, "data.remaining", "40.00");
	expect_text(&a, "data.transactionId", NULL);
	a = capture_under(c, id, references[0], ",'amount':'20'");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE"); /* a final one is another order */
	a = capture_under(c, id, references[1], ",'amount':'40.01','final':false");
	expect_refusal(&a, 422, "AMOUNT_EXCEEDS_REST");
	a = capture_under(c, id, references[1], ",'amount':'60.01'");
	expect_field(&a, "amount");
	a = capture_under(c, id, references[1], ",'amount':'30','dryRun':true");
	expect_status(&a, 200);
	a = capture_under(c, id, references[1], "");
	expect_status(&a, 200);
	expect_text(&a, "data.amount", "40.00");
	last = answer_at(&a, "data.id");
	for (size_t i = 0; i < 2; i++) {
		a = capture_under(c, id, references[1], "");
		expect_status(&a, 200);
		expect_text(&a, "data.amount", "40.00");
		assert_string_equal(answer_header(&a, "Idempotent-Replayed"), "true");
		a = capture_under(c, id, references[0], ",'amount':'20','final':false");
		expect_status(&a, 200);
	}
	a = get(c, acme.test_key, id);
	expect_text(&a, "data.status", "captured");
	expect_text(&a, "data.amount", "60.00");
	expect_text(&a, "data.captured", "60.00");
	expect_text(&a, "data.remaining", "0.00");
	expect_text(&a, "data.transactionId", last);
	a = capture_under(c, id, fresh_reference(c), ",'final':false");
	expect_refusal(&a, 409, "HOLD_NOT_ACTIVE");
	expect_balances(c, wallet, "40.00", "40.00", "0.00");
}

/* A part that uses up the hold ends it; a final one releases the rest. */
static void
test_capture_ends(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	const char *id = held(c, wallet, "60");
	struct answer a = capture_under(c, id, fresh_reference(c), ",'final':false");

	expect_status(&a, 200);
	a = get(c, acme.test_key, id);
	expect_text(&a, "data.status", "captured");
	id = held(c, wallet, "40");
	a = capture_under(c, id, fresh_reference(c), ",'amount':'15','final':false");
	expect_status(&a, 200);
	a = capture(c, id, "'amount':'5'");
	expect_status(&a, 200);
	a = get(c, acme.test_key, id);
	expect_text(&a, "data.captured", "20.00");
	expect_balances(c, wallet, "20.00", "20.00", "0.00");
	a = capture(c, id, "'amount':'5'");
	expect_status(&a, 200);
	a = capture(c, id, "");
	expect_refusal(&a, 409, "ALREADY_CAPTURED");
}

/* What was captured stays so when the rest is voided, or expires. */
static void
test_void_after_part(void **state)
{
	struct client *c = *state;
	struct ctx ctx = app_ctx(c->app, c->scratch);
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	const char *ids[] = {held(c, wallet, "60"), held(c, wallet, "40")};
	int64_t expired = 0;
	struct answer a;

	for (size_t i = 0; i < 2; i++) {
		a = capture_under(c, ids[i], fresh_reference(c), ",'amount':'10','final':false");
		expect_status(&a, 200);
	}
	a = cancel(c, ids[0], "");
	expect_status(&a, 200);
	expect_text(&a, "data.status", "voided");
	expect_text(&a, "data.captured", "10.00");
	expect_text(&a, "data.remaining", "0.00");
	expect_balances(c, wallet, "80.00", "50.00", "30.00");
	client_sql(c, "UPDATE cowry.hold SET expires_at = clock_timestamp() WHERE public_id = '%s'",
		   ids[1]);
	a = capture_under(c, ids[1], fresh_reference(c), ",'final':false");
	expect_refusal(&a, 409, "HOLD_NOT_ACTIVE");
	assert_int_equal(hold_expire_due(&ctx, NULL, &expired), ERR_OK);
	assert_int_equal(expired, 1);
	a = get(c, acme.test_key, ids[1]);
	expect_text(&a, "data.status", "expired");
	expect_text(&a, "data.captured", "10.00");
	expect_balances(c, wallet, "80.00", "80.00", "0.00");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_capture_parts),
		client_test(test_capture_ends),
		client_test(test_void_after_part),
		cmocka_unit_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, hold_setup, client_teardown);
}
