/* People's wallets: deposits by Paystack, who is a server of this program, transfers, histories. */
#include "tests/support/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/bitpal/bitpal.h"
#include "app/payment/provider_config.h"
#include "app/wallet/user_wallet.h"
#include "base/arena.h"
#include "crypto/hmac.h"
#include "runtime/app.h"
#include "tests/support/fake_server.h"
#include "tests/support/money.h"

#define OWN_KEY "sk_live_of_the_platform"
#define WALLET  "/api/v1/wallet"
#define TAKEN                                                                                  \
	"{\"status\":true,\"message\":\"Authorization URL created\",\"data\":{"                \
	"\"authorization_url\":\"https://checkout.paystack.com/abc\",\"access_code\":\"abc\"," \
	"\"reference\":\"x\"}}"

static struct {
	struct fake_server *server;
	struct fake_server_reply initialize;
} paystack;

static const struct fake_server_reply taken = {.status = 200, .body = TAKEN};

static struct fake_server_reply
answer(void *arg, size_t n, const struct fake_server_request *request)
{
	(void)arg;
	(void)n;
	if (strcmp(request->target, "/transaction/initialize") == 0)
		return paystack.initialize;
	return (struct fake_server_reply){.status = 404, .body = "{\"status\":false}"};
}

static enum err
set_own(struct ctx *ctx, void *arg)
{
	const struct provider_config in = {
		.type = "paystack", .config = {"{\"apiKey\":\"" OWN_KEY "\"}"}, .is_active = true};
	struct provider_config out;

	(void)arg;
	return provider_config_set(ctx, (struct uuid){{0}}, &in, &out);
}

static int
setup(void **state)
{
	struct client *c;
	struct ctx ctx = {.app = NULL, .database = NULL};

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	ctx.app = c->app;
	ctx.database = &c->app->database;
	ctx.arena = c->keep;
	paystack.server = fake_server_start(answer, NULL);
	paystack.initialize = taken;
	c->fixture->config.paystack_url = fake_server_url(paystack.server);
	c->fixture->config.public_url = "https://pay.example";
	return db_transact(&ctx, set_own, NULL) == ERR_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	int result = client_teardown(state);

	fake_server_stop(paystack.server);
	return result;
}

/* A user with a naira wallet. */
struct holder {
	struct person person;
	const char *number;
};

static struct holder
holder_new(struct client *c)
{
	struct holder holder = {person_new(c, client_text(c, "%s@example.com", fresh_reference(c))),
				NULL};
	struct ctx ctx = app_ctx(c->app, c->keep);
	struct user_wallet wallet;
	const char *id = client_value(c, "SELECT user_id FROM cowry.users WHERE public_id = '%s'",
				      holder.person.id);

	assert_int_equal(user_wallet(&ctx, atoll(id), currency_find("NGN"), &wallet), ERR_OK);
	holder.number = wallet.number;
	return holder;
}

static struct answer
get(struct client *c, const struct holder *who, const char *path)
{
	return client_call(c, "GET", client_text(c, WALLET "/%s", path), who->person.access, NULL);
}

static const char *
balance(struct client *c, const struct holder *who)
{
	struct answer a = get(c, who, "balance");

	expect_status(&a, 200);
	return answer_at(&a, "data.balance");
}

static struct answer
deposit(struct client *c, const struct holder *who, const char *amount)
{
	return client_call(c, "POST", WALLET "/deposit", who->person.access,
			   client_json(c, "{'amount':%s}", amount));
}

/* A started one; its reference. */
static const char *
deposited(struct client *c, const struct holder *who, const char *amount)
{
	struct answer a = deposit(c, who, amount);

	expect_status(&a, 200);
	return answer_at(&a, "data.reference");
}

static const char *
status_of(struct client *c, const struct holder *who, const char *reference)
{
	struct answer a = get(c, who, client_text(c, "deposit/%s/status", reference));

	expect_status(&a, 200);
	expect_text(&a, "message", "Transaction status retrieved");
	expect_text(&a, "data.reference", reference);
	return answer_at(&a, "data.status");
}

/* The reference at Paystack: its alphabet has no "_". */
static const char *
dashed(struct client *c, const char *reference)
{
	char *text = arena_strdup(c->scratch, reference);

	for (char *p = text; *p != '\0'; p++)
		if (*p == '_')
			*p = '-';
	return text;
}

static struct ask
webhook_ask(struct client *c, const char *event, const char *reference, const char *kobo,
	    const char *currency)
{
	struct ask ask = {.method = "POST", .target = WALLET "/paystack/webhook"};
	unsigned char digest[SHA512_SIZE];

	ask.body = client_json(c,
			       "{'event':'%s','data':{'id':%s,'status':'%s','reference':'%s',"
			       "'amount':%s,'currency':'%s'}}",
			       event, kobo, strstr(event, "failed") != NULL ? "failed" : "success",
			       dashed(c, reference), kobo, currency);
	hmac_sha512((struct bytes){OWN_KEY, strlen(OWN_KEY)}, ask.body, strlen(ask.body), digest);
	ask.headers[HEADER_PAYSTACK_SIGNATURE] = hex_encode(c->scratch, digest, sizeof(digest));
	return ask;
}

static struct answer
webhook(struct client *c, const char *event, const char *reference, const char *kobo)
{
	struct ask ask = webhook_ask(c, event, reference, kobo, "NGN");

	return client_send(c, &ask);
}

/* A user with an amount in their wallet: naira, and the same in kobo. */
static struct holder
rich(struct client *c, const char *naira, const char *kobo)
{
	struct holder who = holder_new(c);
	struct answer a = webhook(c, "charge.success", deposited(c, &who, naira), kobo);

	expect_status(&a, 200);
	assert_string_equal(balance(c, &who), naira);
	return who;
}

static void
test_deposit(void **state)
{
	struct client *c = *state;
	struct holder who = holder_new(c);
	struct answer a = deposit(c, &who, "5000.50");
	const char *reference = answer_at(&a, "data.reference");
	size_t n = fake_server_count(paystack.server) - 1;
	const char *body = fake_server_request(paystack.server, n)->body;
	char value[128];

	expect_status(&a, 200);
	expect_text(&a, "message", "Deposit initiated");
	expect_text(&a, "data.authorization_url", "https://checkout.paystack.com/abc");
	assert_true(text_starts_with(reference, "DEP_"));
	assert_int_equal(strspn(reference + 4, "0123456789"), 10);
	assert_int_equal(reference[14], '_');
	assert_int_equal(strspn(reference + 15, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), 8);
	assert_int_equal(strlen(reference), 23);
	assert_non_null(strstr(body, "\"amount\":500050,"));
	assert_non_null(strstr(body, client_text(c, "\"email\":\"%s\"", who.person.email)));
	assert_non_null(strstr(body, client_text(c, "\"reference\":\"%s\"", dashed(c, reference))));
	assert_non_null(strstr(body, "\"callback_url\":\"https://pay.example"));
	assert_string_equal(
		fake_server_header(paystack.server, n, "authorization", value, sizeof(value)),
		"Bearer " OWN_KEY);
	assert_string_equal(status_of(c, &who, reference), "pending");
	assert_string_equal(balance(c, &who), "0");
	a = webhook(c, "charge.success", reference, "500050");
	expect_status(&a, 200);
	assert_string_equal(a.body.data, "{\"status\":true}");
	assert_string_equal(status_of(c, &who, reference), "success");
	assert_string_equal(balance(c, &who), "5000.5");
	a = webhook(c, "charge.success", reference, "500050");
	expect_status(&a, 200);
	a = webhook(c, "charge.failed", reference, "500050");
	expect_status(&a, 200);
	assert_string_equal(balance(c, &who), "5000.5");
	assert_string_equal(status_of(c, &who, reference), "success");
}

static void
test_amounts(void **state)
{
	struct client *c = *state;
	struct holder who = holder_new(c);
	static const char *const amounts[] = {
		"99.99", "0", "-100", "100.001", "1000000000000000", "true", "null", "\"x\"", "[]",
	};
	struct answer a;

	for (size_t i = 0; i < COUNT(amounts); i++) {
		a = deposit(c, &who, amounts[i]);
		expect_status(&a, 400);
		if (a.status == 400 && answer_at(&a, "errors") != NULL)
			assert_true(answer_names(&a, "amount"));
		expect_text(&a, "data", "null");
	}
	a = deposit(c, &who, "1e3");
	expect_status(&a, 400);
	a = deposit(c, &who, "100");
	expect_status(&a, 200);
}

static const char *
events(struct client *c)
{
	return client_value(c, "SELECT count(*) FROM cowry.provider_event");
}

static void
test_forged(void **state)
{
	struct client *c = *state;
	struct holder who = holder_new(c);
	const char *reference = deposited(c, &who, "500");
	struct ask good = webhook_ask(c, "charge.success", reference, "50000", "NGN");
	struct ask bad = good;
	const char *before = events(c);
	struct answer a;

	bad.headers[HEADER_PAYSTACK_SIGNATURE] = NULL;
	a = client_send(c, &bad);
	expect_status(&a, 401);
	expect_text(&a, "status_code", "401");
	expect_text(&a, "status", "error");
	bad.headers[HEADER_PAYSTACK_SIGNATURE] = "";
	a = client_send(c, &bad);
	expect_status(&a, 401);
	bad = good;
	bad.body = client_text(c, "%s ", good.body);
	a = client_send(c, &bad);
	expect_status(&a, 401);
	bad = good;
	bad.body = NULL;
	a = client_send(c, &bad);
	expect_status(&a, 401);
	assert_string_equal(events(c), before);
	assert_string_equal(status_of(c, &who, reference), "pending");
	a = client_send(c, &good);
	expect_status(&a, 200);
	assert_string_equal(balance(c, &who), "500");
}

/* The requested amount is credited, once; anything else is recorded and reviewed. */
static void
test_odd_webhooks(void **state)
{
	struct client *c = *state;
	struct holder who = holder_new(c);
	const char *reference = deposited(c, &who, "500");
	struct ask ask = webhook_ask(c, "charge.success", reference, "50000", "USD");
	struct answer a = client_send(c, &ask);

	expect_status(&a, 200);
	assert_string_equal(status_of(c, &who, reference), "pending");
	reference = deposited(c, &who, "500");
	a = webhook(c, "charge.success", reference, "49999");
	expect_status(&a, 200);
	assert_string_equal(status_of(c, &who, reference), "pending");
	a = webhook(c, "charge.success", "DEP_1_UNKNOWN0", "50000");
	expect_status(&a, 200);
	a = webhook(c, "customeridentification.success", reference, "50000");
	expect_status(&a, 200);
	reference = deposited(c, &who, "500");
	a = webhook(c, "charge.failed", reference, "50000");
	expect_status(&a, 200);
	assert_string_equal(status_of(c, &who, reference), "failed");
	assert_string_equal(balance(c, &who), "0");
	/* A second card, under the same reference. */
	a = webhook(c, "charge.success", reference, "50000");
	expect_status(&a, 200);
	assert_string_equal(status_of(c, &who, reference), "success");
	assert_string_equal(balance(c, &who), "500");
}

static void
test_webhooks_at_once(void **state)
{
	struct client *c = *state;
	struct holder who = holder_new(c);
	const char *reference = deposited(c, &who, "500");
	struct ask asks[8];
	int statuses[COUNT(asks)];

	for (size_t i = 0; i < COUNT(asks); i++)
		asks[i] = webhook_ask(c, "charge.success", reference, "50000", "NGN");
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 200), COUNT(asks));
	assert_string_equal(balance(c, &who), "500");
}

/* The only deposit of a person. */
static const char *
only_status(struct client *c, const struct holder *who)
{
	struct answer a = get(c, who, "transactions");

	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.type", "deposit");
	return answer_at(&a, "data.0.status");
}

static void
test_paystack_down(void **state)
{
	struct client *c = *state;
	static const struct {
		struct fake_server_reply reply;
		int status;
	} rows[] = {
		{{.manner = PEER_CLOSES}, 504},
		{{.manner = PEER_RESETS}, 504},
		{{.manner = PEER_HALVES, .status = 200, .body = TAKEN}, 504},
		{{.status = 503, .body = "busy"}, 504},
		{{.status = 400, .body = "{\"status\":false,\"message\":\"Invalid amount\"}"}, 422},
	};
	struct holder who;
	struct answer a;

	for (size_t i = 0; i < COUNT(rows); i++) {
		who = holder_new(c);
		paystack.initialize = rows[i].reply;
		a = deposit(c, &who, "500");
		expect_status(&a, rows[i].status);
		expect_text(&a, "data", "null");
		assert_string_equal(only_status(c, &who), "failed");
	}
	paystack.initialize = taken;
	who = holder_new(c);
	c->fixture->config.paystack_url = "http://127.0.0.1:1";
	a = deposit(c, &who, "500");
	expect_status(&a, 502);
	assert_string_equal(only_status(c, &who), "failed");
	c->fixture->config.paystack_url = fake_server_url(paystack.server);
	assert_string_equal(balance(c, &who), "0");
	client_sql(c, "UPDATE cowry.provider_config SET is_active = false");
	a = deposit(c, &who, "500");
	expect_status(&a, 503);
	expect_text(&a, "message", "Deposits are not available right now");
	client_sql(c, "UPDATE cowry.provider_config SET is_active = true");
}

static void
test_other_s_deposits(void **state)
{
	struct client *c = *state;
	struct holder who = holder_new(c);
	struct holder other = holder_new(c);
	const char *reference = deposited(c, &who, "500");
	struct answer a = get(c, &other, client_text(c, "deposit/%s/status", reference));

	expect_status(&a, 404);
	expect_text(&a, "message", "Transaction not found");
	a = get(c, &who, "deposit/DEP_1_NOTHING0/status");
	expect_status(&a, 404);
	a = get(c, &who, "deposit/%20/status");
	expect_status(&a, 404);
}

static struct answer
send_money(struct client *c, const struct holder *who, const char *number, const char *amount)
{
	return client_call(c, "POST", WALLET "/transfer", who->person.access,
			   client_json(c, "{'wallet_number':'%s','amount':%s}", number, amount));
}

static void
test_transfer(void **state)
{
	struct client *c = *state;
	struct holder from = rich(c, "15000", "1500000");
	struct holder to = holder_new(c);
	struct answer a = send_money(c, &from, to.number, "3000.25");
	const char *reference = answer_at(&a, "data.reference");

	expect_status(&a, 200);
	expect_text(&a, "message", "Transfer completed");
	expect_text(&a, "data.amount", "3000.25");
	expect_text(&a, "data.recipient_wallet", to.number);
	assert_true(text_starts_with(reference, "TRF_"));
	assert_int_equal(strlen(reference), 27);
	assert_string_equal(reference + 23, "_OUT");
	assert_string_equal(balance(c, &from), "11999.75");
	assert_string_equal(balance(c, &to), "3000.25");
	a = get(c, &from, "transactions");
	expect_text(&a, "message", "Transactions retrieved");
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.type", "transfer_out");
	expect_text(&a, "data.0.amount", "3000.25");
	expect_text(&a, "data.0.status", "success");
	expect_text(&a, "data.0.reference", reference);
	expect_text(&a, "data.0.description", client_text(c, "Transfer to wallet %s", to.number));
	expect_text(&a, "data.1.type", "deposit");
	expect_text(&a, "data.1.description", "Deposit of \u20A615,000.00");
	a = get(c, &to, "transactions");
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.type", "transfer_in");
	expect_text(&a, "data.0.reference", client_text(c, "%.23s_IN", reference));
	expect_text(&a, "data.0.description",
		    client_text(c, "Transfer from wallet %s", from.number));
}

static void
test_transfers_refused(void **state)
{
	struct client *c = *state;
	struct holder from = rich(c, "500", "50000");
	struct holder to = holder_new(c);
	static const char *const numbers[] = {"", "123456789012", "12345678901234", "123456789012a",
					      "1234 56789012"};
	static const char *const amounts[] = {"0", "-1", "1.001", "null", "\"x\""};
	struct answer a;

	for (size_t i = 0; i < COUNT(numbers); i++) {
		a = send_money(c, &from, numbers[i], "1");
		expect_status(&a, 400);
		assert_true(answer_names(&a, "wallet_number"));
	}
	for (size_t i = 0; i < COUNT(amounts); i++) {
		a = send_money(c, &from, to.number, amounts[i]);
		expect_status(&a, 400);
	}
	a = send_money(c, &from, "0000000000000", "1");
	expect_status(&a, 404);
	expect_text(&a, "message", "Recipient wallet not found");
	a = send_money(c, &from, from.number, "1");
	expect_status(&a, 400);
	expect_text(&a, "message", "Cannot transfer to own wallet");
	a = send_money(c, &from, to.number, "500.01");
	expect_status(&a, 422);
	expect_text(&a, "message", "Insufficient balance");
	expect_text(&a, "data", "null");
	client_sql(c,
		   "UPDATE cowry.account SET status = 1 WHERE account_id ="
		   " (SELECT account_id FROM cowry.wallet WHERE number = '%s')",
		   to.number);
	a = send_money(c, &from, to.number, "1");
	expect_status(&a, 422);
	assert_string_equal(balance(c, &from), "500");
	assert_string_equal(balance(c, &to), "0");
}

static void
test_idempotency(void **state)
{
	struct client *c = *state;
	struct holder from = rich(c, "500", "50000");
	struct holder to = holder_new(c);
	struct ask ask = {
		.method = "POST",
		.target = WALLET "/transfer",
		.credential = from.person.access,
		.idempotency_key = "once",
		.body = client_json(c, "{'wallet_number':'%s','amount':100}", to.number),
	};
	struct answer a = client_send(c, &ask);
	const char *reference = answer_at(&a, "data.reference");

	expect_status(&a, 200);
	a = client_send(c, &ask);
	expect_status(&a, 200);
	expect_text(&a, "data.reference", reference);
	ask.body = client_json(c, "{'wallet_number':'%s','amount':101}", to.number);
	a = client_send(c, &ask);
	expect_status(&a, 422);
	assert_string_equal(balance(c, &to), "100");
	ask.target = WALLET "/deposit";
	ask.idempotency_key = "deposit";
	ask.body = client_json(c, "{'amount':100}");
	a = client_send(c, &ask);
	expect_status(&a, 200);
	reference = answer_at(&a, "data.reference");
	a = client_send(c, &ask);
	expect_status(&a, 200);
	expect_text(&a, "data.reference", reference);
}

/* More than the balance, in many concurrent requests; and money that moves in a circle. */
static void
test_races(void **state)
{
	struct client *c = *state;
	struct holder from = rich(c, "1000", "100000");
	struct holder to = rich(c, "1000", "100000");
	struct ask asks[10];
	int statuses[COUNT(asks)];

	for (size_t i = 0; i < COUNT(asks); i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = WALLET "/transfer",
			.credential = from.person.access,
			.body = client_json(c, "{'wallet_number':'%s','amount':300}", to.number)};
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 200), 3);
	assert_int_equal(count_status(statuses, COUNT(asks), 422), COUNT(asks) - 3);
	assert_string_equal(balance(c, &from), "100");
	assert_string_equal(balance(c, &to), "1900");
	for (size_t i = 0; i < COUNT(asks); i++) {
		asks[i].credential = i % 2 == 0 ? from.person.access : to.person.access;
		asks[i].body = client_json(c, "{'wallet_number':'%s','amount':10}",
					   i % 2 == 0 ? to.number : from.number);
	}
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 200), COUNT(asks));
	assert_string_equal(balance(c, &from), "100");
	assert_string_equal(balance(c, &to), "1900");
}

/* A key can do what it permits, in its owner's wallet. */
static void
test_keys(void **state)
{
	struct client *c = *state;
	struct holder from = rich(c, "500", "50000");
	struct holder to = holder_new(c);
	struct answer a = client_call(c, "POST", "/api/v1/keys/create", from.person.access,
				      client_json(c, "{'name':'x','permissions':['transfer',"
						     "'deposit'],'expiry':'1H'}"));
	struct ask ask = {.method = "POST", .api_key = answer_at(&a, "data.api_key")};

	expect_status(&a, 201);
	ask.target = WALLET "/transfer";
	ask.body = client_json(c, "{'wallet_number':'%s','amount':1}", to.number);
	a = client_send(c, &ask);
	expect_status(&a, 200);
	ask.target = WALLET "/deposit";
	ask.body = client_json(c, "{'amount':100}");
	a = client_send(c, &ask);
	expect_status(&a, 200);
	assert_string_equal(status_of(c, &from, answer_at(&a, "data.reference")), "pending");
	assert_string_equal(balance(c, &from), "499");
}

static void
test_history(void **state)
{
	struct client *c = *state;
	struct holder who = rich(c, "1234567", "123456700");
	struct person admin = person_admin(c, client_text(c, "%s@example.com", fresh_reference(c)));
	const char *pending = deposited(c, &who, "100");
	struct answer a = client_call(
		c, "POST", "/v1/admin/wallets/credit", admin.access,
		client_json(c,
			    "{'walletId':'%s','amount':'0.50','currency':'NGN','reference':'%s',"
			    "'reason':'a gift'}",
			    who.number, fresh_reference(c)));

	expect_status(&a, 201);
	a = get(c, &who, "transactions");
	assert_int_equal(answer_count(&a, "data"), 3);
	expect_text(&a, "data.0.type", "admin_credit");
	expect_text(&a, "data.0.description", "Admin credit of \u20A60.50");
	expect_text(&a, "data.0.amount", "0.5");
	expect_text(&a, "data.1.reference", pending);
	expect_text(&a, "data.1.status", "pending");
	expect_text(&a, "data.1.description", "Deposit of \u20A6100.00");
	expect_text(&a, "data.2.description", "Deposit of \u20A61,234,567.00");
	expect_text(&a, "data.2.amount", "1234567");
	a = get(c, &who, "transactions?limit=1&offset=1");
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.reference", pending);
	a = get(c, &who, "transactions?offset=3");
	assert_int_equal(answer_count(&a, "data"), 0);
	a = get(c, &who, "transactions?limit=101");
	expect_status(&a, 400);
	assert_true(answer_names(&a, "limit"));
	a = get(c, &who, "transactions?limit=0");
	expect_status(&a, 400);
	a = get(c, &who, "transactions?offset=x");
	expect_status(&a, 400);
}

/* A user registered in any dialect gets a wallet on first use. */
static void
test_first_look(void **state)
{
	struct client *c = *state;
	struct person person = person_new(c, client_text(c, "%s@example.com", fresh_reference(c)));
	struct ask asks[6];
	int statuses[COUNT(asks)];

	for (size_t i = 0; i < COUNT(asks); i++)
		asks[i] = (struct ask){
			.method = "GET", .target = WALLET "/balance", .credential = person.access};
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 200), COUNT(asks));
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.wallet w JOIN cowry.users u"
					 " USING (user_id) WHERE u.email = '%s'",
					 person.email),
			    "1");
}

static void
test_strangers(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(c, "GET", WALLET "/balance", NULL, NULL);

	expect_status(&a, 401);
	a = client_call(c, "GET", WALLET "/balance", "nonsense", NULL);
	expect_status(&a, 401);
	expect_text(&a, "status_code", "401");
	expect_text(&a, "data", "null");
}

static void
test_covered(void **state)
{
	client_covered(*state, bitpal_wallet, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_deposit),
		client_test(test_amounts),
		client_test(test_forged),
		client_test(test_odd_webhooks),
		client_test(test_webhooks_at_once),
		client_test(test_paystack_down),
		client_test(test_other_s_deposits),
		client_test(test_transfer),
		client_test(test_transfers_refused),
		client_test(test_idempotency),
		client_test(test_races),
		client_test(test_keys),
		client_test(test_history),
		client_test(test_first_look),
		client_test(test_strangers),
		client_test(test_covered),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
