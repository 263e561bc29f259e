/* Fee schedules: who may change and see them, and what is refused. */
#include "tests/support/cmocka.h"

#include "api/pocket/pocket.h"
#include "tests/support/fee_scene.h"

static void
test_schedules(void **state)
{
	struct client *c = *state;
	const char *key = project_key(c);
	struct person admin = person_admin(c, client_text(c, "%s@example.com", fresh_reference(c)));
	struct answer a = schedule(c, key, "credit",
				   "'bearer':'payee','onReversal':'keep','tierMode':'graduated',"
				   "'minimum':'0.10','maximum':'9.99','tiers':[{'upTo':'10',"
				   "'percent':'1.5'},{'flat':'0.5','percent':'0.000001'}],"
				   "'effectiveFrom':'2100-01-01','effectiveTo':'2101-01-01',"
				   "'dryRun':true");
	const char *id;

	expect_status(&a, 201);
	expect_text(&a, "data.dryRun", "true");
	expect_text(&a, "data.versions.0.effectiveTo", "2101-01-01T00:00:00.000Z");
	expect_text(&a, "data.versions.0.tiers.0.upTo", "10.00");
	expect_text(&a, "data.versions.0.tiers.0.percent", "1.5");
	expect_text(&a, "data.versions.0.tiers.1.upTo", NULL);
	expect_text(&a, "data.versions.0.tiers.1.flat", "0.50");
	expect_text(&a, "data.versions.0.tiers.1.percent", "0.000001");
	expect_text(&a, "data.versions.0.maximum", "9.99");
	expect_listed(c, key, "/v1/fee-schedules", "id", "");
	id = charge(c, key, "credit", "'bearer':'payee','tiers':[{'flat':'1'}]");
	assert_string_equal(id,
			    charge(c, key, "credit", "'bearer':'payer','tiers':[{'flat':'2'}]"));
	(void)charge(c, key, "debit", "'bearer':'payee','tiers':[{'flat':'1'}]");
	expect_listed(c, key, "/v1/fee-schedules", "type", "debit credit");
	expect_listed(c, key, "/v1/fee-schedules?type=credit&currency=ngn", "id", id);
	expect_listed(c, key, "/v1/fee-schedules?currency=USD", "id", "");
	expect_listed(c, acme.test_key, client_text(c, "/v1/fee-schedules"), "id", "");
	a = client_call(c, "GET", "/v1/fee-schedules?mode=live", key, NULL);
	expect_field(&a, "mode");
	a = client_call(c, "GET", "/v1/fee-schedules?kind=credit", key, NULL);
	expect_field(&a, "kind");
	expect_listed(c, admin.access,
		      client_text(c, "/v1/fee-schedules?projectId=%s&mode=test", acme.project),
		      "id", "");
	expect_listed(c, acme.owner.access, "/v1/fee-schedules", "id", "");
	a = client_call(c, "GET",
			"/v1/fee-schedules?projectId=0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55",
			admin.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	for (int i = 0; i < 2; i++) {
		a = client_call(c, "GET", client_text(c, "/v1/fee-schedules/%s", id),
				i == 0 ? key : admin.access, NULL);
		expect_status(&a, 200);
		assert_int_equal(answer_count(&a, "data.versions"), 2);
		expect_text(&a, "data.versions.0.effectiveTo", "null");
		expect_text(&a, "data.versions.1.bearer", "payee");
		assert_string_equal(answer_at(&a, "data.versions.1.effectiveTo"),
				    answer_at(&a, "data.versions.0.effectiveFrom"));
	}
	a = client_call(c, "GET", client_text(c, "/v1/fee-schedules/%s", id), other.test_key, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET", client_text(c, "/v1/fee-schedules/%s", id), acme.owner.access,
			NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = act(c, other.test_key, "fee-schedules", id, "end", "");
	expect_refusal(&a, 404, "NOT_FOUND");
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.audit_log WHERE action = "
					 "'fee_schedule_add' AND subject = '%s'",
					 id),
			    "2");
}

/* What begins later is in force from then on; the end takes it back, too. */
static void
test_ended(void **state)
{
	struct client *c = *state;
	const char *key = project_key(c);
	const char *wallet = wallet_new(c, key, "NGN");
	const char *id = charge(c, key, "credit", "'bearer':'payee','tiers':[{'flat':'1'}]");
	struct answer a;

	(void)charge(c, key, "credit",
		     "'bearer':'payee','tiers':[{'flat':'2'}],'effectiveFrom':'2100-01-01'");
	a = fund(c, "credit", key, wallet, "5", "NGN", fresh_reference(c), "");
	expect_fee(&a, "1.00", "payee", "1");
	a = schedule(c, key, "credit",
		     "'bearer':'payee','tiers':[{'flat':'2'}],'effectiveFrom':'2099-01-01'");
	expect_refusal(&a, 409, "CONFLICT");
	a = act(c, key, "fee-schedules", id, "end", "'effectiveTo':'2020-01-01'");
	expect_field(&a, "effectiveTo");
	a = act(c, key, "fee-schedules", id, "end", "'dryRun':true");
	expect_status(&a, 200);
	a = act(c, key, "fee-schedules", id, "end", "'effectiveTo':'2050-01-01'");
	expect_status(&a, 200);
	expect_text(&a, "data.versions.0.effectiveTo", "2100-01-01T00:00:00.000Z");
	expect_text(&a, "data.versions.1.effectiveTo", "2050-01-01T00:00:00.000Z");
	a = fund(c, "credit", key, wallet, "5", "NGN", fresh_reference(c), "");
	expect_fee(&a, "1.00", "payee", "1");
	a = act(c, key, "fee-schedules", id, "end", "");
	expect_status(&a, 200);
	a = fund(c, "credit", key, wallet, "5", "NGN", fresh_reference(c), "");
	expect_status(&a, 201);
	expect_text(&a, "data.fee", NULL);
	expect_balance(c, key, wallet, "13.00");
}

static void
test_refused_schedules(void **state)
{
	static const struct {
		const char *members;
		const char *field;
	} rows[] = {
		{"'tiers':[{'flat':'1'}]", "bearer"},
		{"'bearer':'both','tiers':[{'flat':'1'}]", "bearer"},
		{"'bearer':'payer'", "tiers"},
		{"'bearer':'payer','tiers':[]", "tiers"},
		{"'bearer':'payer','tiers':[{'flat':'1.001'}]", "tiers[0].flat"},
		{"'bearer':'payer','tiers':[{'flat':'-1'}]", "tiers[0].flat"},
		{"'bearer':'payer','tiers':[{'percent':'100.000001'}]", "tiers[0].percent"},
		{"'bearer':'payer','tiers':[{'percent':'0.0000001'}]", "tiers[0].percent"},
		{"'bearer':'payer','tiers':[{'upTo':'5','flat':'1'}]", "tiers[0].upTo"},
		{"'bearer':'payer','tiers':[{'flat':'1'},{'flat':'2'}]", "tiers[0].upTo"},
		{"'bearer':'payer','tiers':[{'upTo':'5'},{'upTo':'5'},{}]", "tiers[1].upTo"},
		{"'bearer':'payer','tiers':[{'flat':'1'}],'minimum':'2','maximum':'1'", "minimum"},
		{"'bearer':'payer','tiers':[{'flat':'1'}],'effectiveFrom':'2020-01-01'",
		 "effectiveFrom"},
		{"'bearer':'payer','tiers':[{'flat':'1'}],'effectiveTo':'2020-01-01'",
		 "effectiveTo"},
		{"'bearer':'payer','tiers':[{'flat':'1'}],'tierMode':'steps'", "tierMode"},
		{"'bearer':'payer','tiers':[{'flat':'1'}],'onReversal':'half'", "onReversal"},
	};
	struct client *c = *state;
	const char *key = project_key(c);
	struct answer a;

	for (size_t i = 0; i < COUNT(rows); i++) {
		a = schedule(c, key, "transfer", rows[i].members);
		expect_field(&a, rows[i].field);
	}
	a = schedule(c, key, "deposit", "'bearer':'payer','tiers':[{'flat':'1'}]");
	expect_field(&a, "type");
	a = schedule(c, acme.owner.access, "transfer", "'bearer':'payer','tiers':[{'flat':'1'}]");
	expect_status(&a, 401);
	expect_listed(c, key, "/v1/fee-schedules", "id", "");
}

static void
test_covered(void **state)
{
	client_covered(*state, pocket_fees, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_schedules),         client_test(test_ended),
		client_test(test_refused_schedules), cmocka_unit_test(client_books_hold),
		cmocka_unit_test(test_covered),
	};

	return cmocka_run_group_tests(tests, hold_setup, client_teardown);
}
