/* Prepaid products and bills: the catalogue, buying, and what is refused. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/moolah/moolah.h"
#include "app/prepaid/product.h"
#include "base/arena.h"
#include "runtime/app.h"
#include "tests/support/fake_vendor.h"
#include "json/reader.h"

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

static void
test_products(void **state)
{
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "1");
	struct answer a = buyer_get(c, &buyer, "products");

	expect_status(&a, 200);
	expect_text(&a, "success", "true");
	expect_text(&a, "data.products.0.productCode", "EASYPAY-BILL");
	assert_true(answer_count(&a, "data.products") >= 12);
	a = buyer_get(c, &buyer, "products?kind=data&provider=mobilemart");
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data.products"), 1);
	expect_text(&a, "data.products.0.amount", "29");
	expect_text(&a, "data.products.0.currency", "ZAR");
	a = buyer_get(c, &buyer, "products?kind=airtime&provider=flash");
	expect_text(&a, "data.products.0.amount", "null");
	a = buyer_get(c, &buyer, "products?kind=water");
	expect_refusal(&a, 400, "VALIDATION_ERROR");
	a = client_call(c, "GET", "/api/v1/products", NULL, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	client_sql(c, "UPDATE cowry.product SET is_active = false WHERE code = 'MM-MTN-AIRTIME'");
	a = buy(c, &buyer, "mobilemart", "MM-MTN-AIRTIME", "10", MOBILE, "off-1");
	expect_refusal(&a, 404, "PRODUCT_NOT_FOUND");
	client_sql(c, "UPDATE cowry.product SET is_active = true WHERE code = 'MM-MTN-AIRTIME'");
}

static void
test_airtime(void **state)
{
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "100");
	struct answer a = buy_airtime(c, &buyer, "29.50", "air-1");
	const char *id = answer_at(&a, "data.transactionId");
	char value[64];

	expect_status(&a, 200);
	expect_text(&a, "message", "Purchase received");
	expect_text(&a, "data.status", "completed");
	expect_text(&a, "data.productCode", AIRTIME);
	expect_text(&a, "data.amount", "29.5");
	expect_text(&a, "data.recipient", MOBILE);
	expect_text(&a, "data.reference", "air-1");
	expect_text(&a, "data.provider", "flash");
	assert_non_null(answer_at(&a, "data.createdAt"));
	assert_non_null(answer_at(&a, "data.settledAt"));
	assert_true(text_starts_with(id, "PUR-"));
	assert_string_equal(fake_server_header(vendor.server, fake_server_count(vendor.server) - 1,
					       "authorization", value, sizeof value),
			    "Bearer " SHOP_KEY);
	expect_money(c, &buyer, "7050 0");
	assert_string_equal(client_value(c,
					 "SELECT type || ' ' || (metadata->>'productCode')"
					 " FROM cowry.transaction WHERE reference = '%s'",
					 id),
			    "purchase " AIRTIME);
	a = buyer_get(c, &buyer, client_text(c, "purchases/%s", id));
	expect_status(&a, 200);
	expect_text(&a, "data.status", "completed");
	expect_text(&a, "data.transactionId", id);
	/* A number is accepted in all forms that sign-in accepts. */
	a = buy(c, &buyer, "mobilemart", "MM-VODACOM-AIRTIME", "20", "(082) 123-45.67", "air-2");
	expect_status(&a, 200);
	expect_text(&a, "data.status", "completed");
	assert_non_null(strstr(
		fake_server_request(vendor.server, fake_server_count(vendor.server) - 1)->body,
		"\"mobileNumber\":\"27821234567\",\"amount\":20.00"));
	expect_money(c, &buyer, "5050 0");
	assert_true(purchase_settled(c, "air-2"));
}

static void
test_electricity(void **state)
{
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "100");
	struct answer a = buy(c, &buyer, "flash", ELECTRICITY, "60", METER, "ele-1");

	expect_status(&a, 200);
	expect_text(&a, "data.token", TOKEN);
	expect_money(c, &buyer, "4000 0");
	/* A meter for which the provider reports a failure at once. */
	vendor.script.state = "FAILED";
	a = buy(c, &buyer, "flash", ELECTRICITY, "40", METER, "ele-2");
	expect_refusal(&a, 400, "PURCHASE_REFUSED");
	expect_money(c, &buyer, "4000 0");
	a = buyer_get(c, &buyer, "purchases?reference=ele-2");
	expect_status(&a, 200);
	expect_text(&a, "data.purchases.0.status", "failed");
	expect_text(&a, "data.purchases.0.reason", "The provider reports a failure");
	assert_null(answer_at(&a, "data.purchases.0.token"));
	/* A late result also has its token. */
	vendor.script.state = "PENDING";
	a = buy(c, &buyer, "flash", ELECTRICITY, "40", METER, "ele-2");
	expect_status(&a, 200);
	expect_text(&a, "data.status", "pending");
	assert_null(answer_at(&a, "data.token"));
	expect_money(c, &buyer, "4000 4000");
	vendor.script.found = "PENDING";
	assert_false(purchase_settled(c, "ele-2"));
	vendor.script.found = "SUCCESSFUL";
	assert_true(purchase_settled(c, "ele-2"));
	expect_money(c, &buyer, "0 0");
	a = buy(c, &buyer, "flash", ELECTRICITY, "40", METER, "ele-2");
	expect_status(&a, 200);
	expect_text(&a, "data.status", "completed");
	expect_text(&a, "data.token", TOKEN);
	expect_money(c, &buyer, "0 0");
}

static void
test_bill(void **state)
{
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "500");
	struct answer a = pay_bill(c, &buyer, BILL, "450.25", "bill-1");

	expect_status(&a, 200);
	expect_text(&a, "message", "Payment received");
	expect_text(&a, "data.status", "completed");
	expect_text(&a, "data.productCode", "EASYPAY-BILL");
	expect_text(&a, "data.recipient", BILL);
	expect_money(c, &buyer, "4975 0");
	assert_string_equal(
		client_value(c, "SELECT type FROM cowry.transaction WHERE reference = '%s'",
			     answer_at(&a, "data.transactionId")),
		"bill_payment");
	a = pay_bill(c, &buyer, "812346042633", "10", "bill-2");
	expect_refusal(&a, 400, "VALIDATION_ERROR");
	a = pay_bill(c, &buyer, "91234388661929", "10", "bill-2");
	expect_refusal(&a, 400, "VALIDATION_ERROR");
	vendor.script.status = 400;
	vendor.script.body = "{\"status\":false,\"message\":\"Unknown bill\"}";
	a = pay_bill(c, &buyer, "91234138519487", "10", "bill-2");
	expect_refusal(&a, 400, "PURCHASE_REFUSED");
	expect_text(&a, "error", "Unknown bill");
	expect_money(c, &buyer, "4975 0");
	/* A bill is no product that Flash sells. */
	vendor.script = (struct fake_vendor_script){.status = 0};
	a = buy(c, &buyer, "flash", "EASYPAY-BILL", "10", BILL, "bill-3");
	expect_refusal(&a, 404, "PRODUCT_NOT_FOUND");
}

static void
test_refusals(void **state)
{
	static const struct {
		const char *product;
		const char *amount;
		const char *recipient;
		int status;
		const char *code;
	} cases[] = {
		{"NO-SUCH", "29", MOBILE, 404, "PRODUCT_NOT_FOUND"},
		{"MM-VODACOM-AIRTIME", "29", MOBILE, 404, "PRODUCT_NOT_FOUND"},
		{AIRTIME, "1.99", MOBILE, 400, "INVALID_AMOUNT"},
		{AIRTIME, "999.01", MOBILE, 400, "INVALID_AMOUNT"},
		{"FLASH-VODACOM-DATA-1GB", "84", MOBILE, 400, "INVALID_AMOUNT"},
		{AIRTIME, "29.001", MOBILE, 400, "VALIDATION_ERROR"},
		{AIRTIME, "0", MOBILE, 400, NULL},
		{AIRTIME, "-5", MOBILE, 400, NULL},
		{AIRTIME, "null", MOBILE, 400, "VALIDATION_ERROR"},
		{AIRTIME, "29", "+2782123456", 400, "VALIDATION_ERROR"},
		{AIRTIME, "29", "+44821234567", 400, "VALIDATION_ERROR"},
		{AIRTIME, "29", "27821234567", 400, "VALIDATION_ERROR"},
		{ELECTRICITY, "29", "123", 400, "VALIDATION_ERROR"},
		{ELECTRICITY, "29", MOBILE, 400, "VALIDATION_ERROR"},
		{AIRTIME, "101", MOBILE, 400, "INSUFFICIENT_BALANCE"},
	};
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "100");
	size_t calls = fake_server_count(vendor.server);
	struct answer a;

	for (size_t i = 0; i < COUNT(cases); i++) {
		a = buy(c, &buyer, "flash", cases[i].product, cases[i].amount, cases[i].recipient,
			"ref-1");
		expect_status(&a, cases[i].status);
		if (cases[i].code != NULL)
			expect_refusal(&a, cases[i].status, cases[i].code);
	}
	a = buy(c, &buyer, "mobilemart", AIRTIME, "29", MOBILE, "ref-1");
	expect_refusal(&a, 404, "PRODUCT_NOT_FOUND");
	a = buy(c, &buyer, "flash", AIRTIME, "29", MOBILE, "x y");
	expect_refusal(&a, 400, "VALIDATION_ERROR");
	a = client_call(c, "POST", "/api/v1/flash/process", NULL, "{}");
	expect_refusal(&a, 401, "UNAUTHORIZED");
	assert_int_equal(fake_server_count(vendor.server), calls);
	expect_money(c, &buyer, "10000 0");
	a = buyer_get(c, &buyer, "purchases");
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data.purchases"), 0);
	client_sql(c, "UPDATE cowry.provider_config SET is_active = false WHERE type = 'flash'");
	a = buy_airtime(c, &buyer, "29", "ref-1");
	expect_refusal(&a, 503, "SERVICE_UNAVAILABLE");
	client_sql(c, "UPDATE cowry.provider_config SET is_active = true WHERE type = 'flash'");
	expect_money(c, &buyer, "10000 0");
}

static void
test_references(void **state)
{
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "100");
	struct buyer other = buyer_new(c, "100");
	struct answer first = buy_airtime(c, &buyer, "29", "same-1");
	size_t calls = fake_server_count(vendor.server);
	struct answer a = buy_airtime(c, &buyer, "29.00", "same-1");

	expect_status(&first, 200);
	expect_status(&a, 200);
	expect_text(&a, "data.transactionId", answer_at(&first, "data.transactionId"));
	a = buy_airtime(c, &buyer, "30", "same-1");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = buy(c, &buyer, "flash", AIRTIME, "29", "+27829999999", "same-1");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = pay_bill(c, &buyer, BILL, "29", "same-1");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	assert_int_equal(fake_server_count(vendor.server), calls);
	expect_money(c, &buyer, "7100 0");
	/* Only visible to its user. */
	a = buy_airtime(c, &other, "29", "same-1");
	expect_status(&a, 200);
	expect_money(c, &other, "7100 0");
	a = buyer_get(c, &other,
		      client_text(c, "purchases/%s", answer_at(&first, "data.transactionId")));
	expect_refusal(&a, 404, "NOT_FOUND");
	a = buyer_get(c, &buyer, "purchases/PUR-1-0");
	expect_refusal(&a, 404, "NOT_FOUND");
}

static void
test_list(void **state)
{
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "50");
	struct answer a;

	for (int i = 0; i < 3; i++)
		(void)buy_airtime(c, &buyer, "10", client_text(c, "list-%d", i));
	a = buyer_get(c, &buyer, "purchases?limit=2");
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data.purchases"), 2);
	expect_text(&a, "data.purchases.0.reference", "list-2");
	a = buyer_get(c, &buyer,
		      client_text(c, "purchases?before=%s", answer_at(&a, "data.purchases.1.id")));
	assert_int_equal(answer_count(&a, "data.purchases"), 1);
	expect_text(&a, "data.purchases.0.reference", "list-0");
	a = buyer_get(c, &buyer, "purchases?limit=101");
	expect_refusal(&a, 400, "VALIDATION_ERROR");
}

/* Deleting a user deletes the numbers, which were never in the journal. */
static void
test_forgotten(void **state)
{
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "60");
	struct person admin = person_admin(c, "eraser@example.com");
	struct answer a = buy(c, &buyer, "flash", ELECTRICITY, "60", METER, "forget-1");

	expect_status(&a, 200);
	a = client_call(c, "DELETE", client_text(c, "/v1/users/%s", buyer.person.id), admin.access,
			NULL);
	assert_true(a.status == 200 || a.status == 204);
	assert_string_equal(client_value(c, "SELECT recipient || coalesce(token, '')"
					    " FROM cowry.purchase WHERE reference = 'forget-1'"),
			    "deleted");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.transaction"
					    " WHERE metadata::text LIKE '%%" METER "%%'"),
			    "0");
}

/* The catalogue is loaded atomically. */
struct loading {
	struct json_object *list;
	size_t count;
};

static enum err
load_in_transaction(struct ctx *ctx, void *arg)
{
	struct loading *loading = arg;

	return product_load(ctx, loading->list, &loading->count);
}

static enum err
load(struct client *c, const char *text, const char **message)
{
	struct db_options options = c->fixture->options;
	struct app app = *c->app;
	struct ctx ctx = app_ctx(&app, c->scratch);
	struct loading loading = {NULL, 0};
	enum err err;

	options.conninfo = c->fixture->owner_url;
	app.database.pool = db_pool_new(&options);
	text = client_json(c, "%s", text);
	assert_int_equal(json_read(c->scratch, &ctx.fault, text, strlen(text), &loading.list),
			 ERR_OK);
	err = db_transact(&ctx, load_in_transaction, &loading);
	db_pool_free(app.database.pool);
	*message = arena_strdup(c->scratch, ctx.fault.message);
	return err;
}

#define ONE(code, more)  \
	"{'code':'" code \
	"','provider':'flash','providerCode':'7','kind':'airtime','name':'x'" more "}"

static void
test_load(void **state)
{
	static const struct {
		const char *list;
		const char *message;
	} wrong[] = {
		{"{}", "a list"},
		{"[7]", "product 1: an object"},
		{"[" ONE("NEW-1", ",'amount':5") "," ONE("new", ",'amount':5") "]", "product 2"},
		{"[" ONE("NEW-1", "") "]", "either amount"},
		{"[" ONE("NEW-1", ",'amount':5,'minAmount':5") "]", "either amount"},
		{"[" ONE("NEW-1", ",'minAmount':5") "]", "either amount"},
		{"[" ONE("NEW-1", ",'minAmount':5,'maxAmount':4") "]", "maxAmount"},
		{"[" ONE("NEW-1", ",'amount':5.001") "]", "two decimals"},
		{"[" ONE("NEW-1", ",'amount':5,'price':5") "]", "unknown member price"},
		{"[" ONE("NEW-1", ",'amount':5,'active':'yes'") "]", "active"},
		{"[{'code':'NEW-1','provider':'flash','providerCode':'7','kind':'bill',"
		 "'name':'x','amount':5}]",
		 "bills"},
		{"[{'code':'NEW-1','provider':'shop','providerCode':'7','kind':'data',"
		 "'name':'x','amount':5}]",
		 "provider"},
	};
	struct client *c = *state;
	const char *message;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_int_equal(load(c, wrong[i].list, &message), ERR_VALIDATION);
		if (strstr(message, wrong[i].message) == NULL)
			fail_msg("%s: %s", wrong[i].list, message);
	}
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.product"
					    " WHERE code LIKE 'NEW%%'"),
			    "0");
	assert_int_equal(load(c,
			      "[" ONE("NEW-1", ",'amount':5") "," ONE(
				      "NEW-2", ",'minAmount':5,'maxAmount':10.50") "]",
			      &message),
			 ERR_OK);
	assert_int_equal(load(c, "[" ONE("NEW-1", ",'amount':6,'active':false") "]", &message),
			 ERR_OK);
	assert_string_equal(
		client_value(c,
			     "SELECT string_agg(code || ' ' || min_amount || ' ' || max_amount ||"
			     " ' ' || is_active, ', ' ORDER BY code) FROM cowry.product"
			     " WHERE code LIKE 'NEW%%'"),
		"NEW-1 600 600 false, NEW-2 500 1050 true");
}

static void
test_covered(void **state)
{
	client_covered(*state, moolah_prepaid, NULL);
}

#define CASE(function) cmocka_unit_test_setup(function, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_products),     CASE(test_airtime),   CASE(test_electricity),
		CASE(test_bill),         CASE(test_refusals),  CASE(test_references),
		CASE(test_list),         CASE(test_forgotten), CASE(test_load),
		CASE(client_books_hold), CASE(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
