/* Limits of wallets: the rules, the refusals, and what is left. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "tests/support/money.h"
#include "tests/support/moolah_voucher.h"

enum { AT_ONCE = 50 };

static struct tenant acme;
static struct tenant other;
static struct person admin;

static int
setup(void **state)
{
	if (tenants_setup(state, &acme, &other) != 0)
		return -1;
	admin = person_admin(*state, "root@example.com");
	return 0;
}

static int
begin(void **state)
{
	struct client *c = *state;

	if (client_begin(state) != 0)
		return -1;
	client_sql(c, "UPDATE cowry.limit_rule SET ended_at = now() WHERE ended_at IS NULL;"
		      " DELETE FROM cowry.limited_ledger");
	return 0;
}

#define limits_test(function) cmocka_unit_test_setup(function, begin)

static struct answer
make(struct client *c, const char *members)
{
	return client_call(c, "POST", "/v1/admin/limits", admin.access,
			   client_json(c, "{'mode':'test',%s}", members));
}

/* A rule that must be valid; its id. */
static const char *
limit(struct client *c, const char *members)
{
	struct answer a = make(c, members);

	expect_status(&a, 201);
	return answer_at(&a, "data.id");
}

#define OUT_OF  "'measure':'sum','direction':'out','currency':'NGN','window':'day'"
#define COUNTED "'measure':'count','direction':'out','window':'hour'"

static const char *
for_wallet(struct client *c, const char *wallet, const char *members)
{
	return limit(c, client_text(c, "'scope':'wallet','subject':'%s',%s", wallet, members));
}

static struct answer
of_wallet(struct client *c, const char *credential, const char *wallet)
{
	return client_call(c, "GET", client_text(c, "/v1/wallets/%s/limits", wallet), credential,
			   NULL);
}

static struct answer
pay(struct client *c, const char *from, const char *to, const char *amount, const char *more)
{
	return transfer(c, acme.test_key, from, to, amount, fresh_reference(c), more);
}

/* A wallet of a customer of the project, with money. */
static const char *
wallet_of(struct client *c, const struct tenant *tenant, const char *customer)
{
	struct answer a =
		client_call(c, "POST", "/v1/wallets", tenant->test_key,
			    client_json(c, "{'currency':'NGN','accountId':'%s'}", customer));
	const char *id;

	expect_status(&a, 201);
	id = answer_at(&a, "data.id");
	a = fund(c, "credit", tenant->test_key, id, "1000", "NGN", fresh_reference(c), "");
	expect_status(&a, 201);
	return id;
}

static const char *
customer_new(struct client *c, const struct tenant *tenant)
{
	struct answer a =
		client_call(c, "POST", client_text(c, "/v1/projects/%s/accounts", tenant->project),
			    tenant->owner.access, client_json(c, "{'name':'Ada'}"));

	expect_status(&a, 201);
	return answer_at(&a, "data.id");
}

static void
test_refusal(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *id = for_wallet(c, from, OUT_OF ",'limit':'50','timeZone':'Africa/Lagos'");
	const char *before;
	struct answer a = pay(c, from, to, "20", "");

	expect_status(&a, 201);
	before = books(c);
	a = pay(c, from, to, "30.01", "");
	expect_refusal(&a, 422, "LIMIT_EXCEEDED");
	expect_text(&a, "limit.id", id);
	expect_text(&a, "limit.measure", "sum");
	expect_text(&a, "limit.window", "day");
	expect_text(&a, "limit.limit", "50.00");
	expect_text(&a, "limit.left", "30.00");
	assert_non_null(answer_at(&a, "limit.freesAt"));
	a = pay(c, from, to, "50.01", "");
	expect_refusal(&a, 422, "LIMIT_EXCEEDED");
	expect_text(&a, "limit.freesAt", "null");
	a = pay(c, from, to, "30.01", ",'dryRun':true");
	expect_refusal(&a, 422, "LIMIT_EXCEEDED");
	expect_text(&a, "limit.left", "30.00");
	assert_string_equal(books(c), before);
	a = pay(c, from, to, "30", ",'dryRun':true");
	expect_status(&a, 201);
	a = pay(c, from, to, "30", "");
	expect_status(&a, 201);
	a = fund(c, "debit", acme.test_key, from, "1", "NGN", fresh_reference(c), "");
	expect_refusal(&a, 422, "LIMIT_EXCEEDED");
	expect_text(&a, "limit.left", "0.00");
	expect_text(
		&a, "message",
		client_text(c,
			    "The limit of the sum of amounts in a day is 50.00 NGN, 0.00 is left; "
			    "there is enough from %s",
			    answer_at(&a, "limit.freesAt")));
}

/* A repetition gives the first answer, also if nothing is left by now. */
static void
test_repetition(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *reference = fresh_reference(c);
	struct answer a;

	(void)for_wallet(c, from, COUNTED ",'limit':1");
	a = transfer(c, acme.test_key, from, to, "5", reference, "");
	expect_status(&a, 201);
	a = transfer(c, acme.test_key, from, to, "5", reference, "");
	expect_status(&a, 200);
	a = pay(c, from, to, "5", "");
	expect_refusal(&a, 422, "LIMIT_EXCEEDED");
	expect_text(&a, "limit.limit", "1");
	expect_text(&a, "limit.left", "0");
}

/* Holds take of a limit until they end. */
static void
test_holds(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *id;
	struct answer a;

	(void)for_wallet(c, from, OUT_OF ",'limit':'50'");
	a = hold(c, acme.test_key, from, "40", fresh_reference(c), "");
	expect_status(&a, 201);
	id = answer_at(&a, "data.id");
	a = hold(c, acme.test_key, from, "11", fresh_reference(c), "");
	expect_refusal(&a, 422, "LIMIT_EXCEEDED");
	expect_text(&a, "limit.left", "10.00");
	a = hold(c, acme.test_key, from, "11", fresh_reference(c), ",'dryRun':true");
	expect_refusal(&a, 422, "LIMIT_EXCEEDED");
	a = of_wallet(c, acme.test_key, from);
	expect_text(&a, "data.0.used", "0.00");
	expect_text(&a, "data.0.held", "40.00");
	expect_text(&a, "data.0.left", "10.00");
	a = act(c, acme.test_key, "holds", id, "capture", "'amount':'25'");
	expect_status(&a, 200);
	a = of_wallet(c, acme.test_key, from);
	expect_text(&a, "data.0.used", "25.00");
	expect_text(&a, "data.0.held", "0.00");
	a = pay(c, from, to, "25.01", "");
	expect_refusal(&a, 422, "LIMIT_EXCEEDED");
}

static void
test_bulk(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *items = "";
	struct answer a;

	(void)for_wallet(c, from, OUT_OF ",'limit':'25'");
	for (int i = 0; i < 3; i++)
		items = client_text(c,
				    "%s%s{'type':'transfer','fromWalletId':'%s','toWalletId':'%s',"
				    "'amount':'10','currency':'NGN','reference':'%s'}",
				    items, i == 0 ? "" : ",", from, to, fresh_reference(c));
	a = client_call(c, "POST", "/v1/transactions/bulk", acme.test_key,
			client_json(c, "{'transactions':[%s]}", items));
	expect_refusal(&a, 422, "LIMIT_EXCEEDED");
	expect_text(&a, "errors.0.field", "transactions[2]");
	a = client_call(c, "POST", "/v1/transactions/bulk", acme.test_key,
			client_json(c, "{'transactions':[%s],'atomic':false}", items));
	expect_text(&a, "data.posted", "2");
	expect_text(&a, "data.results.2.code", "LIMIT_EXCEEDED");
}

/* Fifty at once, from wallets of one customer: transfers, and holds. */
static void
test_fifty_at_once(void **state)
{
	struct client *c = *state;
	const char *customer = customer_new(c, &acme);
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *wallets[3];
	struct ask asks[AT_ONCE] = {{.method = NULL}};
	int statuses[AT_ONCE];

	for (size_t i = 0; i < 3; i++)
		wallets[i] = wallet_of(c, &acme, customer);
	(void)limit(c, client_text(c, "'scope':'customer','subject':'%s'," OUT_OF ",'limit':'17'",
				   customer));
	for (size_t i = 0; i < AT_ONCE; i++) {
		const char *from = wallets[i % 3];

		asks[i] = (struct ask){
			.method = "POST",
			.target = i % 5 == 0 ? "/v1/holds" : "/v1/wallets/transfer",
			.credential = acme.test_key,
		};
		asks[i].body =
			i % 5 == 0 ? client_json(c,
						 "{'walletId':'%s','amount':'1','currency':'NGN',"
						 "'reference':'%s'}",
						 from, fresh_reference(c))
				   : client_json(c,
						 "{'fromWalletId':'%s','toWalletId':'%s','amount':"
						 "'1','currency':'NGN','reference':'%s'}",
						 from, to, fresh_reference(c));
	}
	client_at_once(c, asks, AT_ONCE, statuses);
	assert_int_equal(count_status(statuses, AT_ONCE, 201), 17);
	assert_int_equal(count_status(statuses, AT_ONCE, 422), AT_ONCE - 17);
}

/* The nearest rule applies, and what it limits otherwise stays limited. */
static void
test_nearest(void **state)
{
	struct client *c = *state;
	const struct tenant shop = tenant_new(c, "limitedshop");
	const char *customer = customer_new(c, &shop);
	const char *from = wallet_of(c, &shop, customer);
	const char *to = wallet_new(c, shop.test_key, "NGN");
	const char *of_project;
	const char *own;
	struct answer a;

	(void)limit(c, "'scope':'default'," OUT_OF ",'limit':'5'");
	of_project =
		limit(c, client_text(c, "'scope':'project','subject':'%s'," OUT_OF ",'limit':'10'",
				     shop.project));
	own = limit(c, client_text(c,
				   "'scope':'customer','subject':'%s','per':'wallet'," OUT_OF
				   ",'limit':'20'",
				   customer));
	(void)limit(c, client_text(c,
				   "'scope':'project','subject':'%s','per':'project'," OUT_OF
				   ",'limit':'18'",
				   shop.project));
	(void)limit(c, "'scope':'kyc_level','subject':'none'," OUT_OF ",'limit':'0'");
	a = of_wallet(c, shop.test_key, from);
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.id", own);
	expect_text(&a, "data.1.per", "project");
	a = transfer(c, shop.test_key, from, to, "20.01", fresh_reference(c), "");
	expect_text(&a, "limit.limit", "20.00");
	a = transfer(c, shop.test_key, from, to, "19", fresh_reference(c), "");
	expect_text(&a, "limit.limit", "18.00");
	a = transfer(c, shop.test_key, from, to, "12", fresh_reference(c), "");
	expect_status(&a, 201);
	a = client_call(c, "DELETE", client_text(c, "/v1/admin/limits/%s", own), admin.access,
			NULL);
	expect_status(&a, 200);
	a = transfer(c, shop.test_key, from, to, "1", fresh_reference(c), "");
	expect_refusal(&a, 422, "LIMIT_EXCEEDED");
	expect_text(&a, "limit.id", of_project);
	expect_text(&a, "limit.left", "0.00");
}

/* Only its own customers, wallets and mode. */
static void
test_of_others(void **state)
{
	struct client *c = *state;
	const char *mine = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	struct answer a;

	(void)limit(c, client_text(c, "'scope':'project','subject':'%s'," OUT_OF ",'limit':'0'",
				   other.project));
	a = client_call(c, "POST", "/v1/admin/limits", admin.access,
			client_json(c, "{'mode':'live','scope':'default'," OUT_OF ",'limit':0}"));
	expect_status(&a, 201);
	a = pay(c, mine, to, "100", "");
	expect_status(&a, 201);
	a = of_wallet(c, acme.test_key, mine);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 0);
	a = of_wallet(c, other.test_key, mine);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = of_wallet(c, acme.live_key, mine);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = of_wallet(c, acme.owner.access, mine);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET", "/v1/admin/limits", acme.owner.access, NULL);
	expect_refusal(&a, 403, "FORBIDDEN");
}

/* A user is told about limits of the own wallet, and nothing of the other one's. */
static void
test_users(void **state)
{
	struct client *c = *state;
	struct person ann = person_new(c, "ann@example.com");
	struct person ben = person_new(c, "ben@example.com");
	const char *wallet;
	struct answer a;

	give(c, &ann, 50000);
	give(c, &ben, 1000);
	wallet = client_value(c, "SELECT a.public_id FROM cowry.wallet w JOIN cowry.account a USING"
				 " (account_id) JOIN cowry.users u USING (user_id)"
				 " WHERE u.email = 'ben@example.com' AND a.currency = 'ZAR'");
	a = client_call(
		c, "POST", "/v1/admin/limits", admin.access,
		client_json(c, "{'mode':'live','scope':'kyc_level','subject':'none','per':"
			       "'customer','measure':'balance','currency':'ZAR','limit':'15'}"));
	expect_status(&a, 201);
	a = of_wallet(c, ben.access, wallet);
	expect_status(&a, 200);
	expect_text(&a, "data.0.used", "10.00");
	expect_text(&a, "data.0.left", "5.00");
	a = of_wallet(c, ann.access, wallet);
	expect_refusal(&a, 404, "NOT_FOUND");
}

static void
test_made_wrong(void **state)
{
	static const struct {
		const char *members;
		const char *field;
	} wrong[] = {
		{"'scope':'default','measure':'sum','currency':'NGN','window':'day','limit':1",
		 "direction"},
		{"'scope':'default','measure':'sum','direction':'out','window':'day','limit':1",
		 "currency"},
		{"'scope':'default','measure':'sum','direction':'out','currency':'NGN','limit':1",
		 "window"},
		{"'scope':'default','measure':'amount','direction':'out','currency':'NGN','window':"
		 "'day','limit':1",
		 "window"},
		{"'scope':'default','measure':'balance','direction':'in','currency':'NGN','limit':1",
		 "direction"},
		{"'scope':'default','measure':'balance','types':['transfer'],'currency':'NGN',"
		 "'limit':1",
		 "types"},
		{"'scope':'default'," COUNTED ",'currency':'NGN','limit':1", "currency"},
		{"'scope':'default'," COUNTED ",'limit':'1.5'", "limit"},
		{"'scope':'default'," OUT_OF ",'limit':'1.005'", "limit"},
		{"'scope':'default'," OUT_OF ",'limit':1,'timeZone':'Africa/Nowhere'", "timeZone"},
		{"'scope':'default'," OUT_OF ",'limit':1,'types':['reversal']", "types[0]"},
		{"'scope':'default'," OUT_OF ",'limit':1,'types':['transfer','x']", "types[1]"},
		{"'scope':'default'," OUT_OF ",'limit':1,'per':'project'", "per"},
		{"'scope':'default'," OUT_OF ",'limit':1,'subject':'none'", "subject"},
		{"'scope':'wallet'," OUT_OF ",'limit':1", "subject"},
		{"'scope':'wallet','subject':'x'," OUT_OF ",'limit':1", "subject"},
		{"'scope':'kyc_level','subject':'gold'," OUT_OF ",'limit':1", "subject"},
		{"'scope':'kyc_level'," OUT_OF ",'limit':1", "subject"},
		{"'scope':'nobody'," OUT_OF ",'limit':1", "scope"},
		{"'scope':'default'," OUT_OF, "limit"},
	};
	struct client *c = *state;
	struct answer a;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		a = make(c, wrong[i].members);
		expect_field(&a, wrong[i].field);
	}
	a = make(c, "'scope':'wallet','subject':'" NOBODY "'," OUT_OF ",'limit':1");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = make(c, client_text(c, "'scope':'wallet','subject':'%s',%s,'limit':1",
				wallet_new(c, acme.live_key, "NGN"), OUT_OF));
	expect_field(&a, "mode");
	a = make(c, client_text(c, "'scope':'wallet','subject':'%s',%s,'limit':1",
				wallet_new(c, acme.test_key, "USD"), OUT_OF));
	expect_refusal(&a, 422, "CURRENCY_MISMATCH");
}

static void
test_rule(void **state)
{
	struct client *c = *state;
	const char *members = client_text(c,
					  "'scope':'project','subject':'%s'," OUT_OF
					  ",'types':['transfer','debit','debit'],"
					  "'limit':'5'",
					  acme.project);
	const char *path = client_text(c, "/v1/admin/limits/%s", limit(c, members));
	struct answer a = make(c, members);

	expect_refusal(&a, 409, "CONFLICT");
	a = client_call(c, "GET", path, admin.access, NULL);
	expect_text(&a, "data.types.0", "debit");
	assert_int_equal(answer_count(&a, "data.types"), 2);
	expect_text(&a, "data.per", "wallet");
	expect_text(&a, "data.timeZone", "null");
	expect_text(&a, "data.subject", acme.project);
	a = client_call(c, "PATCH", path, admin.access, client_json(c, "{'limit':'7.25'}"));
	expect_status(&a, 200);
	expect_text(&a, "data.limit", "7.25");
	a = client_call(c, "PATCH", path, admin.access, client_json(c, "{'limit':'7.255'}"));
	expect_field(&a, "limit");
	a = client_call(c, "GET", "/v1/admin/audit?action=limit_change", admin.access, NULL);
	expect_text(&a, "data.0.detail.before", "5.00");
	expect_text(&a, "data.0.detail.limit", "7.25");
	expect_text(&a, "data.0.userId", admin.id);
	a = client_call(c, "DELETE", path, admin.access, NULL);
	expect_text(&a, "data.status", "ended");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.limited_ledger"), "0");
	a = client_call(c, "DELETE", path, admin.access, NULL);
	expect_status(&a, 200);
	a = client_call(c, "PATCH", path, admin.access, client_json(c, "{'limit':'1'}"));
	expect_refusal(&a, 409, "CONFLICT");
	a = client_call(c, "GET", "/v1/admin/limits/" NOBODY, admin.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "DELETE", "/v1/admin/limits/" NOBODY, admin.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(
		c, "GET",
		client_text(c, "/v1/admin/limits?status=ended&scope=project&subject=%s&mode=test",
			    acme.project),
		admin.access, NULL);
	expect_text(&a, "data.0.limit", "7.25");
	a = client_call(c, "GET", "/v1/admin/limits?status=active", admin.access, NULL);
	assert_int_equal(answer_count(&a, "data"), 0);
	a = client_call(c, "GET", "/v1/admin/limits?scopes=project", admin.access, NULL);
	expect_status(&a, 400);
}

static void
test_covered(void **state)
{
	client_covered(*state, pocket_limits, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		limits_test(test_refusal),
		limits_test(test_repetition),
		limits_test(test_holds),
		limits_test(test_bulk),
		limits_test(test_fifty_at_once),
		limits_test(test_nearest),
		limits_test(test_of_others),
		limits_test(test_users),
		limits_test(test_made_wrong),
		limits_test(test_rule),
		cmocka_unit_test(client_books_hold),
		cmocka_unit_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
