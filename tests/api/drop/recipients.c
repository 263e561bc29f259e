/* Recipients of remittances. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/drop/drop.h"
#include "tests/support/users.h"

static struct person ada;
static struct person eve;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	ada = person_new(*state, "ada@example.com");
	eve = person_new(*state, "eve@example.com");
	return 0;
}

static struct answer
add(struct client *c, const struct person *who, const char *country, const char *currency,
    const char *account)
{
	return client_call(c, "POST", "/api/recipients", who->access,
			   client_json(c,
				       "{'name':'Mama Jasmina','country':'%s','currency':'%s',"
				       "'bankAccount':'%s','bankName':'<b>Banca</b> Intesa'}",
				       country, currency, account));
}

static void
test_add(void **state)
{
	static const struct {
		const char *country;
		const char *currency;
		const char *account;
		const char *shown;
	} cases[] = {
		{"RS", "RSD", "RS35 2600 0560 1001 6113 79", "*****1379"},
		{"BA", "BAM", "ba391290079401028494", "*****8494"},
		{"PL", "EUR", "PL61109010140000071219812874", "*****2874"},
		{"PK", "PKR", "PK36SCBL0000001123456702", "*****6702"},
		{"TR", "TRY", "TR330006100519786457841326", "*****1326"},
	};
	struct client *c = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct answer a =
			add(c, &ada, cases[i].country, cases[i].currency, cases[i].account);

		expect_status(&a, 201);
		assert_int_equal(strncmp(answer_at(&a, "data.id"), "rec_", 4), 0);
		expect_text(&a, "data.name", "Mama Jasmina");
		expect_text(&a, "data.country", cases[i].country);
		expect_text(&a, "data.currency", cases[i].currency);
		expect_text(&a, "data.bankAccount", cases[i].shown);
		expect_text(&a, "data.bankName", "Banca Intesa");
		assert_non_null(answer_at(&a, "data.createdAt"));
	}
}

static void
test_refusals(void **state)
{
	static const struct {
		const char *country;
		const char *currency;
		const char *account;
		const char *field;
	} cases[] = {
		{"RS", "PLN", "RS35260005601001611379", "currency"},
		{"RS", "USD", "RS35260005601001611379", "currency"},
		{"NO", "EUR", "NO9386011117947", "country"},
		{"RS", "RSD", "RS35260005601001611378", "bankAccount"},
		{"RS", "RSD", "PL61109010140000071219812874", "bankAccount"},
		{"RS", "RSD", "260005601001611379", "bankAccount"},
		{"RS", "RSD", "", "bankAccount"},
		{"PL", "PLN", "PL27114020040000300201355387X", "bankAccount"},
	};
	struct client *c = *state;
	struct answer a;

	for (size_t i = 0; i < COUNT(cases); i++) {
		a = add(c, &ada, cases[i].country, cases[i].currency, cases[i].account);
		expect_refusal(&a, 422, "validation_error");
		assert_true(answer_names(&a, cases[i].field));
	}
	a = client_call(c, "POST", "/api/recipients", ada.access,
			client_json(c, "{'name':'<script>','country':'RS','currency':'RSD',"
				       "'bankAccount':'RS35260005601001611379'}"));
	expect_refusal(&a, 422, "validation_error");
	a = client_call(c, "POST", "/api/recipients", NULL, "{}");
	expect_refusal(&a, 401, "unauthorized");
}

static void
test_list_and_delete(void **state)
{
	struct client *c = *state;
	struct person bea = person_new(c, "bea@example.com");
	const char *id = NULL;
	struct answer a;

	for (int i = 0; i < 3; i++) {
		a = add(c, &bea, "RS", "RSD", "RS35260005601001611379");
		expect_status(&a, 201);
		id = answer_at(&a, "data.id");
	}
	a = client_call(c, "GET", "/api/recipients?limit=2", bea.access, NULL);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.id", id);
	expect_text(&a, "data.0.bankAccount", "*****1379");
	expect_text(&a, "pagination.page", "1");
	expect_text(&a, "pagination.limit", "2");
	expect_text(&a, "pagination.total", "3");
	expect_text(&a, "pagination.totalPages", "2");
	a = client_call(c, "GET", "/api/recipients?limit=2&page=2", bea.access, NULL);
	assert_int_equal(answer_count(&a, "data"), 1);
	a = client_call(c, "GET", "/api/recipients?limit=51", bea.access, NULL);
	expect_refusal(&a, 422, "validation_error");
	a = client_call(c, "DELETE", client_text(c, "/api/recipients/%s", id), eve.access, NULL);
	expect_refusal(&a, 404, "not_found");
	a = client_call(c, "DELETE", client_text(c, "/api/recipients/%s", id), bea.access, NULL);
	expect_status(&a, 204);
	a = client_call(c, "DELETE", client_text(c, "/api/recipients/%s", id), bea.access, NULL);
	expect_refusal(&a, 404, "not_found");
	a = client_call(c, "DELETE", "/api/recipients/7", bea.access, NULL);
	expect_refusal(&a, 404, "not_found");
	a = client_call(c, "GET", "/api/recipients", bea.access, NULL);
	assert_int_equal(answer_count(&a, "data"), 2);
}

static void
test_covered(void **state)
{
	client_covered(*state, drop_recipients, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_add),
		client_test(test_refusals),
		client_test(test_list_and_delete),
		client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
