/* Fees: what is taken, shown and given back. */
#include <string.h>

#include "tests/support/cmocka.h"

#include "app/wallet/fee_terms.h"
#include "tests/support/fee_scene.h"
#include "tests/support/webhook_receiver.h"

enum { AT_ONCE = 8 };

/* The fee revenue of the ledger of a wallet, in minor units. */
static const char *
revenue(struct client *c, const char *wallet)
{
	return client_value(c,
			    "SELECT r.balance FROM cowry.account r JOIN cowry.account w USING "
			    "(ledger_id, currency) WHERE w.public_id = '%s' AND r.kind = 5",
			    wallet);
}

/* A quote, the transfer, and its repetition: all say the same. */
static void
test_transfer(void **state)
{
	struct client *c = *state;
	const char *key = project_key(c);
	const char *from = wallet_with(c, key, "NGN", "100");
	const char *to = wallet_new(c, key, "NGN");
	const char *reference = fresh_reference(c);
	const char *id = charge(c, key, "transfer",
				"'bearer':'payer','tiers':[{'flat':'0.50','percent':'1.25'}]");
	struct answer a = transfer(c, key, from, to, "10.20", reference, ",'dryRun':true");

	expect_status(&a, 201);
	expect_fee(&a, "0.63", "payer", "1");
	expect_text(&a, "data.balance", "89.17");
	expect_balance(c, key, from, "100.00");
	a = transfer(c, key, from, to, "10.20", reference, "");
	expect_status(&a, 201);
	expect_fee(&a, "0.63", "payer", "1");
	expect_text(&a, "data.fee.scheduleId", id);
	expect_text(&a, "data.amount", "10.20");
	expect_text(&a, "data.balance", "89.17");
	a = transfer(c, key, from, to, "10.20", reference, "");
	expect_status(&a, 200);
	expect_fee(&a, "0.63", "payer", "1");
	expect_text(&a, "data.fee.scheduleId", id);
	expect_text(&a, "data.balance", "89.17");
	expect_balance(c, key, from, "89.17");
	expect_balance(c, key, to, "10.20");
	assert_string_equal(revenue(c, to), "63");
}

static void
test_payee(void **state)
{
	struct client *c = *state;
	const char *key = project_key(c);
	const char *wallet = wallet_new(c, key, "NGN");
	const char *reference = fresh_reference(c);
	struct answer a;

	(void)charge(c, key, "credit", "'bearer':'payee','tiers':[{'percent':'3'}]");
	(void)charge(c, key, "debit", "'bearer':'payee','tiers':[{'flat':'2'}]");
	a = fund(c, "credit", key, wallet, "50", "NGN", reference, "");
	expect_status(&a, 201);
	expect_fee(&a, "1.50", "payee", "1");
	expect_text(&a, "data.balance", "48.50");
	a = fund(c, "credit", key, wallet, "50", "NGN", reference, "");
	expect_status(&a, 200);
	expect_text(&a, "data.balance", "48.50");
	a = fund(c, "debit", key, wallet, "10", "NGN", fresh_reference(c), "");
	expect_status(&a, 201);
	expect_fee(&a, "2.00", "payee", "1");
	expect_text(&a, "data.balance", "38.50");
	expect_balance(c, key, wallet, "38.50");
	assert_string_equal(revenue(c, wallet), "350");
}

/* The fee changes between quote and posting. Who has shown the quote says so, and is refused rather than charged more. */
static void
test_changed_after_quote(void **state)
{
	struct client *c = *state;
	const char *key = project_key(c);
	const char *from = wallet_with(c, key, "NGN", "100");
	const char *to = wallet_new(c, key, "NGN");
	const char *reference = fresh_reference(c);
	struct answer a;

	(void)charge(c, key, "transfer", "'bearer':'payer','tiers':[{'flat':'1'}]");
	a = transfer(c, key, from, to, "10", reference, ",'maxFee':'1','dryRun':true");
	expect_status(&a, 201);
	expect_fee(&a, "1.00", "payer", "1");
	(void)charge(c, key, "transfer", "'bearer':'payee','tiers':[{'flat':'1.01'}]");
	a = transfer(c, key, from, to, "10", reference, ",'maxFee':'1'");
	expect_refusal(&a, 422, "FEE_EXCEEDS_MAXIMUM");
	expect_balance(c, key, from, "100.00");
	a = transfer(c, key, from, to, "10", reference, "");
	expect_status(&a, 201);
	expect_fee(&a, "1.01", "payee", "2");
	expect_text(&a, "data.balance", "90.00");
	/* What was posted is repeated, whatever is charged now. */
	(void)charge(c, key, "transfer", "'bearer':'payer','tiers':[{'flat':'5'}]");
	a = transfer(c, key, from, to, "10", reference, "");
	expect_status(&a, 200);
	expect_fee(&a, "1.01", "payee", "2");
	a = transfer(c, key, from, to, "10", reference, ",'maxFee':'9'");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = transfer(c, key, from, to, "10", fresh_reference(c), ",'maxFee':'0.001'");
	expect_field(&a, "maxFee");
}

/* A process that knows nothing of the change, nor of the schedule, charges what is due. */
static void
test_other_process(void **state)
{
	struct client *c = *state;
	struct fee_cache *mine = c->fixture->app.fee_cache;
	struct fee_cache *other_one = fee_cache_new();
	const char *key = project_key(c);
	const char *from = wallet_with(c, key, "NGN", "100");
	const char *to = wallet_new(c, key, "NGN");
	struct answer a;

	assert_non_null(other_one);
	for (int i = 1; i <= 3; i++) {
		c->fixture->app.fee_cache = other_one;
		(void)charge(c, key, "transfer",
			     client_text(c, "'bearer':'payer','tiers':[{'flat':'%d'}]", i));
		c->fixture->app.fee_cache = mine;
		a = transfer(c, key, from, to, "1", fresh_reference(c), "");
		expect_status(&a, 201);
		expect_fee(&a, client_text(c, "%d.00", i), "payer", client_text(c, "%d", i));
	}
	c->fixture->app.fee_cache = other_one;
	a = client_send(c, &(struct ask){.method = "POST",
					 .target = "/v1/wallets/transfer",
					 .credential = key,
					 .idempotency_key = "unaware",
					 .body = client_json(c,
							     "{'fromWalletId':'%s','toWalletId':"
							     "'%s','amount':'1','currency':'NGN',"
							     "'reference':'%s'}",
							     from, to, fresh_reference(c))});
	c->fixture->app.fee_cache = mine;
	fee_cache_free(other_one);
	expect_status(&a, 201);
	expect_fee(&a, "3.00", "payer", "3");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.idempotency WHERE key = "
					    "'unaware' AND posted = 201"),
			    "1");
	assert_string_equal(revenue(c, to), "900");
}

/* Repeated by its key, the answer is the first one. */
static void
test_repeated_by_key(void **state)
{
	struct client *c = *state;
	const char *key = project_key(c);
	const char *wallet = wallet_new(c, key, "NGN");
	struct ask ask = {.method = "POST",
			  .target = "/v1/wallets/credit",
			  .credential = key,
			  .idempotency_key = "credit"};
	struct answer first;

	ask.body = client_json(
		c, "{'walletId':'%s','amount':'8','currency':'NGN','reference':'%s','maxFee':'2'}",
		wallet, fresh_reference(c));
	(void)charge(c, key, "credit", "'bearer':'payee','tiers':[{'flat':'2'}]");
	first = client_send(c, &ask);
	expect_status(&first, 201);
	expect_fee(&first, "2.00", "payee", "1");
	(void)charge(c, key, "credit", "'bearer':'payer','tiers':[{'flat':'3'}]");
	for (int i = 0; i < 2; i++) {
		struct answer again = client_send(c, &ask);

		expect_status(&again, 201);
		assert_string_equal(answer_header(&again, "Idempotent-Replayed"), "true");
		assert_int_equal(again.body.length, first.body.length);
		assert_memory_equal(again.body.data, first.body.data, first.body.length);
	}
	expect_balance(c, key, wallet, "6.00");
}

static struct answer
reverse(struct client *c, const char *key, const char *id, const char *members)
{
	return act(c, key, "transactions", id, "reverse", members);
}

/* A fee of 0.07 for 1.00 goes back in parts, the last of which has all that is left. */
static void
test_refunded_in_parts(void **state)
{
	struct client *c = *state;
	const char *key = project_key(c);
	const char *from = wallet_with(c, key, "NGN", "2");
	const char *to = wallet_new(c, key, "NGN");
	static const char *const parts[][3] = {
		{"0.33", "0.02", "0.02"}, {"0.01", NULL, "0.02"}, {"0.32", "0.02", "0.04"}};
	struct answer a;
	const char *id;

	(void)charge(c, key, "transfer", "'bearer':'payee','tiers':[{'percent':'7'}]");
	a = transfer(c, key, from, to, "1", fresh_reference(c), "");
	expect_status(&a, 201);
	expect_fee(&a, "0.07", "payee", "1");
	id = answer_at(&a, "data.id");
	(void)charge(c, key, "transfer", "'bearer':'payer','tiers':[{'flat':'5'}]");
	for (size_t i = 0; i < COUNT(parts); i++) {
		const char *members = client_text(c, "'amount':'%s','reference':'%s'", parts[i][0],
						  fresh_reference(c));

		for (int again = 0; again < 2; again++) {
			a = reverse(c, key, id, members);
			expect_status(&a, again == 0 ? 201 : 200);
			expect_text(&a, "data.fee.amount", parts[i][1]);
			expect_text(&a, "data.amount", parts[i][0]);
		}
		a = client_call(c, "GET", client_text(c, "/v1/transactions/%s", id), key, NULL);
		expect_text(&a, "data.fee.amount", "0.07");
		expect_text(&a, "data.fee.refundedAmount", parts[i][2]);
	}
	a = reverse(c, key, id,
		    client_text(c, "'amount':'0.35','reference':'%s'", fresh_reference(c)));
	expect_refusal(&a, 422, "AMOUNT_EXCEEDS_REST");
	/* The payee has nothing else, and needs what is given back of its fee. */
	expect_balance(c, key, to, "0.31");
	a = reverse(c, key, id, "");
	expect_status(&a, 201);
	expect_fee(&a, "0.03", "payee", "1");
	expect_text(&a, "data.amount", "0.34");
	a = reverse(c, key, id, "");
	expect_status(&a, 200);
	expect_text(&a, "data.fee.amount", "0.03");
	a = client_call(c, "GET", client_text(c, "/v1/transactions/%s", id), key, NULL);
	expect_text(&a, "data.fee.refundedAmount", "0.07");
	expect_text(&a, "data.reversedAmount", "1.00");
	expect_text(&a, "data.reversibleAmount", "0.00");
	expect_balance(c, key, from, "2.00");
	expect_balance(c, key, to, "0.00");
	assert_string_equal(revenue(c, to), "0");
}

static void
test_kept(void **state)
{
	struct client *c = *state;
	const char *key = project_key(c);
	const char *from = wallet_with(c, key, "NGN", "20");
	const char *to = wallet_new(c, key, "NGN");
	struct answer a;
	const char *id;

	(void)charge(c, key, "transfer",
		     "'bearer':'payer','onReversal':'keep','tiers':[{'flat':'3'}]");
	a = transfer(c, key, from, to, "10", fresh_reference(c), "");
	expect_status(&a, 201);
	id = answer_at(&a, "data.id");
	a = reverse(c, key, id, "'amount':'4','reference':'kept-part'");
	expect_status(&a, 201);
	expect_text(&a, "data.fee", NULL);
	a = reverse(c, key, id, "");
	expect_status(&a, 201);
	expect_text(&a, "data.fee", NULL);
	a = client_call(c, "GET", client_text(c, "/v1/transactions/%s", id), key, NULL);
	expect_text(&a, "data.fee.refundedAmount", NULL);
	expect_text(&a, "data.reversedAmount", "10.00");
	expect_balance(c, key, from, "17.00");
	assert_string_equal(revenue(c, to), "300");
}

/* What is left of a hold may pay the fee, if it is released. */
static void
test_captures(void **state)
{
	struct client *c = *state;
	const char *key = project_key(c);
	const char *wallet = wallet_with(c, key, "NGN", "10");
	struct answer a = hold(c, key, wallet, "10", fresh_reference(c), "");
	const char *id = answer_at(&a, "data.id");

	(void)charge(c, key, "capture", "'bearer':'payer','tiers':[{'flat':'1'}]");
	a = act(c, key, "holds", id, "capture", "'amount':'3','final':false,'reference':'cap-1'");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = act(c, key, "holds", id, "capture", "'amount':'10'");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = act(c, key, "holds", id, "capture", "'amount':'9','maxFee':'0.99'");
	expect_refusal(&a, 422, "FEE_EXCEEDS_MAXIMUM");
	a = act(c, key, "holds", id, "capture", "'amount':'9','dryRun':true");
	expect_status(&a, 200);
	for (int i = 0; i < 2; i++) {
		a = act(c, key, "holds", id, "capture", "'amount':'9'");
		expect_status(&a, 200);
		expect_fee(&a, "1.00", "payer", "1");
		expect_text(&a, "data.balance", "0.00");
	}
	expect_balance(c, key, wallet, "0.00");
}

static void
test_bulk(void **state)
{
	struct client *c = *state;
	const char *key = project_key(c);
	const char *from = wallet_with(c, key, "NGN", "100");
	const char *to = wallet_new(c, key, "NGN");
	const char *body;
	struct answer a;

	(void)charge(c, key, "transfer", "'bearer':'payer','tiers':[{'percent':'10'}]");
	body = client_json(c,
			   "{'atomic':false,'transactions':["
			   "{'type':'transfer','fromWalletId':'%s','toWalletId':'%s','amount':'10',"
			   "'currency':'NGN','reference':'%s'},"
			   "{'type':'transfer','fromWalletId':'%s','toWalletId':'%s','amount':'20',"
			   "'currency':'NGN','reference':'%s','maxFee':'1.99'},"
			   "{'type':'credit','walletId':'%s','amount':'5','currency':'NGN',"
			   "'reference':'%s'},"
			   "{'type':'transfer','fromWalletId':'%s','toWalletId':'%s','amount':'80',"
			   "'currency':'NGN','reference':'%s','maxFee':'8'}]}",
			   from, to, fresh_reference(c), from, to, fresh_reference(c), to,
			   fresh_reference(c), from, to, fresh_reference(c));
	for (int i = 0; i < 2; i++) {
		a = client_call(c, "POST", "/v1/transactions/bulk", key, body);
		expect_status(&a, 201);
		expect_text(&a, "data.results.0.fee.amount", "1.00");
		expect_text(&a, "data.results.1.code", "FEE_EXCEEDS_MAXIMUM");
		expect_text(&a, "data.results.1.fee", NULL);
		expect_text(&a, "data.results.2.fee", NULL);
		expect_text(&a, "data.results.3.fee.amount", "8.00");
		expect_text(&a, i == 0 ? "data.posted" : "data.replayed", "3");
	}
	expect_balance(c, key, from, "1.00");
	expect_balance(c, key, to, "95.00");
}

/* A capture that keeps its hold has its fee from what is free. */
static void
test_captures_in_parts(void **state)
{
	struct client *c = *state;
	const char *key = project_key(c);
	const char *wallet = wallet_with(c, key, "NGN", "12");
	struct answer a = hold(c, key, wallet, "10", fresh_reference(c), "");
	const char *id = answer_at(&a, "data.id");

	(void)charge(c, key, "capture", "'bearer':'payer','tiers':[{'flat':'1'}]");
	a = act(c, key, "holds", id, "capture", "'amount':'3','final':false,'reference':'part-1'");
	expect_status(&a, 200);
	a = act(c, key, "holds", id, "capture", "'amount':'3','final':false,'reference':'part-2'");
	expect_status(&a, 200);
	expect_fee(&a, "1.00", "payer", "1");
	a = act(c, key, "holds", id, "capture", "'amount':'3','final':false,'reference':'part-3'");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = act(c, key, "holds", id, "capture", "'amount':'3','reference':'part-3'");
	expect_status(&a, 200);
	expect_balance(c, key, wallet, "0.00");
}

static void
expect_line(struct client *c, const struct answer *a, size_t i, const char *amount,
	    const char *balance, bool is_fee)
{
	expect_text(a, client_text(c, "data.%zu.amount", i), amount);
	expect_text(a, client_text(c, "data.%zu.balance", i), balance);
	expect_text(a, client_text(c, "data.%zu.isFee", i), is_fee ? "true" : NULL);
}

/* Histories, lists and statements tell fees from orders; the balance at a time is after both. */
static void
test_shown(void **state)
{
	struct client *c = *state;
	const char *key = project_key(c);
	const char *from = wallet_with(c, key, "NGN", "100");
	const char *to = wallet_new(c, key, "NGN");
	struct answer a;
	const char *id;
	struct ask ask = {.method = "GET",
			  .target = client_text(c, "/v1/wallets/%s/statement", from),
			  .credential = key,
			  .headers[HEADER_ACCEPT] = "text/csv"};

	(void)charge(c, key, "transfer", "'bearer':'payer','tiers':[{'percent':'2'}]");
	a = transfer(c, key, from, to, "50", fresh_reference(c), "");
	expect_status(&a, 201);
	id = answer_at(&a, "data.id");
	a = client_call(
		c, "GET",
		client_text(c, "/v1/wallets/%s/balance?at=%s", from,
			    client_value(c, "SELECT to_char(max(created_at) AT TIME ZONE 'UTC', "
					    "'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') FROM "
					    "cowry.transaction WHERE type = 'transfer'")),
		key, NULL);
	expect_text(&a, "data.ledger", "49.00");
	a = reverse(c, key, id, "");
	expect_status(&a, 201);
	a = client_call(c, "GET", client_text(c, "/v1/wallets/%s/transactions", from), key, NULL);
	assert_int_equal(answer_count(&a, "data"), 5);
	expect_line(c, &a, 0, "50.00", "100.00", false);
	expect_line(c, &a, 1, "1.00", "50.00", true);
	expect_line(c, &a, 2, "1.00", "49.00", true);
	expect_line(c, &a, 3, "50.00", "50.00", false);
	a = client_call(c, "GET", "/v1/transactions?type=transfer", key, NULL);
	expect_text(&a, "data.0.fee.amount", "1.00");
	expect_text(&a, "data.0.fee.refundedAmount", "1.00");
	expect_text(&a, "data.0.postings.1.toAccount", "Fee revenue");
	a = client_call(c, "GET", "/v1/transactions?type=credit", key, NULL);
	expect_text(&a, "data.0.fee", NULL);
	a = client_call(c, "GET", client_text(c, "/v1/wallets/%s/statement", from), key, NULL);
	expect_text(&a, "data.lines.2.isFee", "true");
	expect_text(&a, "data.lines.2.balance", "49.00");
	a = client_send(c, &ask);
	expect_status(&a, 200);
	assert_non_null(strstr(a.body.data, "\"fee\","));
}

/* The value of a member in the last event of a type; "" if it has none. */
static const char *
in_event(struct client *c, const char *type, const char *member)
{
	return client_value(c,
			    "SELECT coalesce(data->>'%s', '') FROM cowry.event WHERE type = '%s' "
			    "ORDER BY event_id DESC LIMIT 1",
			    member, type);
}

static void
test_events(void **state)
{
	struct client *c = *state;
	const char *project = tenant_project(c, &acme, "events");
	const char *key = key_new(c, &acme.owner, project, "'scope':'test','quota':null");
	const char *from = wallet_with(c, key, "NGN", "100");
	const char *to = wallet_new(c, key, "NGN");
	struct answer a = client_call(
		c, "POST", client_text(c, "/v1/projects/%s/webhooks", project), acme.owner.access,
		client_json(c, "{'polled':true,'mode':'test','eventTypes':['*']}"));

	expect_status(&a, 201);
	(void)charge(c, key, "transfer", "'bearer':'payer','tiers':[{'percent':'2'}]");
	a = transfer(c, key, from, to, "50", fresh_reference(c), "");
	expect_status(&a, 201);
	stream_all(c);
	assert_string_equal(in_event(c, "transfer.completed", "fee"), "1.00");
	assert_string_equal(in_event(c, "transfer.completed", "amount"), "50.00");
	assert_string_equal(in_event(c, "wallet.debited", "isFee"), "true");
	assert_string_equal(in_event(c, "wallet.debited", "amount"), "1.00");
	assert_string_equal(in_event(c, "wallet.debited", "balance"), "49.00");
	assert_string_equal(in_event(c, "wallet.credited", "isFee"), "");
	a = reverse(c, key, answer_at(&a, "data.id"), "'amount':'25','reference':'in-part'");
	expect_status(&a, 201);
	stream_all(c);
	assert_string_equal(in_event(c, "transaction.reversed", "fee"), "0.50");
	assert_string_equal(in_event(c, "transaction.reversed", "amount"), "25.00");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.event WHERE type = "
					    "'transaction.reversed'"),
			    "1");
}

/* Parts that are given back at once: all of them are the whole fee. */
static void
test_refunded_at_once(void **state)
{
	struct client *c = *state;
	const char *key = project_key(c);
	const char *from = wallet_with(c, key, "NGN", "2");
	const char *to = wallet_new(c, key, "NGN");
	struct ask asks[AT_ONCE];
	int statuses[AT_ONCE];
	struct answer a;

	(void)charge(c, key, "transfer", "'bearer':'payer','tiers':[{'flat':'0.13'}]");
	a = transfer(c, key, from, to, "0.80", fresh_reference(c), "");
	expect_status(&a, 201);
	for (size_t i = 0; i < AT_ONCE; i++)
		asks[i] = (struct ask){.method = "POST",
				       .target = client_text(c, "/v1/transactions/%s/reverse",
							     answer_at(&a, "data.id")),
				       .credential = key,
				       .body = client_json(c, "{'amount':'0.10','reference':'%s'}",
							   fresh_reference(c))};
	client_at_once(c, asks, AT_ONCE, statuses);
	assert_int_equal(count_status(statuses, AT_ONCE, 201), AT_ONCE);
	expect_balance(c, key, from, "2.00");
	assert_string_equal(revenue(c, to), "0");
}

/* At once, while the schedule changes: each transaction has the fee of a version. */
static void
test_at_once(void **state)
{
	struct client *c = *state;
	const char *key = project_key(c);
	const char *from = wallet_with(c, key, "NGN", "100");
	const char *to = wallet_new(c, key, "NGN");
	struct ask asks[AT_ONCE];
	int statuses[AT_ONCE];

	(void)charge(c, key, "transfer", "'bearer':'payer','tiers':[{'flat':'1'}]");
	for (size_t i = 0; i < AT_ONCE; i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = i == 3 ? "/v1/fee-schedules" : "/v1/wallets/transfer",
			.credential = key,
			.body = i == 3 ? client_json(c, "{'type':'transfer','currency':'NGN',"
							"'bearer':'payer','tiers':[{'flat':'1'}]}")
				       : client_json(c,
						     "{'fromWalletId':'%s','toWalletId':'%s',"
						     "'amount':'1','currency':'NGN','reference':"
						     "'%s'}",
						     from, to, fresh_reference(c))};
	client_at_once(c, asks, AT_ONCE, statuses);
	assert_int_equal(count_status(statuses, AT_ONCE, 201), AT_ONCE);
	expect_balance(c, key, from, "86.00");
	assert_string_equal(revenue(c, to), "700");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_transfer),
		client_test(test_payee),
		client_test(test_changed_after_quote),
		client_test(test_other_process),
		client_test(test_repeated_by_key),
		client_test(test_refunded_in_parts),
		client_test(test_kept),
		client_test(test_captures),
		client_test(test_bulk),
		client_test(test_captures_in_parts),
		client_test(test_shown),
		client_test(test_events),
		client_test(test_refunded_at_once),
		client_test(test_at_once),
		cmocka_unit_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, hold_setup, client_teardown);
}
