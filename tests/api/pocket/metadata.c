/* Transactions are found by what is in their metadata. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "tests/support/money.h"

static struct tenant acme;
static struct tenant other;
static struct person admin;

static int
setup(void **state)
{
	if (tenants_setup(state, &acme, &other) != 0)
		return -1;
	admin = person_admin(*state, "metadata-admin@example.com");
	return 0;
}

/* Transfers with these metadata, each with its number as reference. */
static const char *const metadata[] = {
	/* 0 */ "{'order.id':'A1','channel':'web'}",
	/* 1 */ "{'order':{'id':'A1'},'channel':'web'}",
	/* 2 */ "{'order':{'id':'B2','items':[{'sku':'x'},{'sku':'y'}]}}",
	/* 3 */ "{'n':7,'yes':true,'none':null,'empty':''}",
	/* 4 */ "{'n':'7','yes':'true','none':'null'}",
	/* 5 */ "{'n':7.50}",
	/* 6 */ "{'\\ud83d\\ude00':'\\u2028','a]b':'c&d','it\\u0027s':'%_','':'nameless'}",
	/* 7 */ "{'a\\u0000b':'x','order':{'id':'A1'}}",
	/* 8 */ "{'n':1e300,'big':'z'}",
	/* 9 */ "{}",
};

static void
fill(struct client *c, const struct tenant *tenant)
{
	const char *from = wallet_with(c, tenant->test_key, "NGN", "100");
	const char *to = wallet_new(c, tenant->test_key, "NGN");

	for (size_t i = 0; i < COUNT(metadata); i++) {
		struct answer a =
			transfer(c, tenant->test_key, from, to, "1", client_text(c, "meta-%zu", i),
				 client_text(c, ",'metadata':%s", metadata[i]));

		expect_status(&a, 201);
	}
}

/* Paths and values as they are in a query string, and the references of what is found, newest first. */
static const struct {
	const char *query;
	const char *found;
} queries[] = {
	/* Names with points, and names in names. */
	{"metadata[order.id]=A1", "meta-1 meta-0"},
	{"metadata%5Border.id%5D=A1&metadata[channel]=web", "meta-1 meta-0"},
	{"metadata[order.id]=B2&metadata[channel]=web", ""},
	{"metadata[order.id]=a1", ""},
	{"metadata[order]=A1", ""},
	/* Any item of a list. */
	{"metadata[order.items.sku]=y", "meta-2"},
	{"metadata[order.items.sku]=x&metadata[order.id]=B2", "meta-2"},
	/* Numbers, true and null, or the strings. */
	{"metadata[n]=7", "meta-4 meta-3"},
	{"metadata[n]=7.0", "meta-3"},
	{"metadata[n]=%227%22", "meta-4"},
	{"metadata[n]=7.5", "meta-5"},
	{"metadata[yes]=true", "meta-4 meta-3"},
	{"metadata[yes]=%22true%22", "meta-4"},
	{"metadata[none]=null", "meta-4 meta-3"},
	{"metadata[none]=%22null%22", "meta-4"},
	/* An empty one means what it says. */
	{"metadata[empty]=", "meta-3"},
	{"metadata[empty]", "meta-3"},
	{"metadata[n]=", ""},
	{"metadata[]=nameless", "meta-6"},
	/* Characters of queries, of SQL, and beyond. */
	{"metadata[%F0%9F%98%80]=%E2%80%A8", "meta-6"},
	{"metadata[a]b]=c%26d", "meta-6"},
	{"metadata[it's]=%25_", "meta-6"},
	{"metadata[it's]=%25", ""},
	{"metadata[n]=7'%20OR%201=1--", ""},
	{"metadata[n]=1,2", ""},
	{"metadata[n]=[7]", ""},
	{"metadata[n]=1e999999999", ""},
	/* With other filters. */
	{"metadata[channel]=web&reference=meta-0", "meta-0"},
	{"metadata[channel]=web&reference=meta-3", ""},
	{"metadata[channel]=web&reference[prefix]=meta-1", "meta-1"},
	{"metadata[channel]=web&type=credit", ""},
	{"metadata[channel]=web&type=transfer&currency=NGN&amount=1", "meta-1 meta-0"},
	{"metadata[channel]=web&currency=NGN&amount[gt]=1", ""},
	{"metadata[channel]=web&createdAt[lt]=2020-01-01", ""},
};

static void
test_found(void **state)
{
	struct client *c = *state;

	fill(c, &acme);
	for (size_t i = 0; i < COUNT(queries); i++)
		expect_listed(c, acme.test_key,
			      client_text(c, "/v1/transactions?%s", queries[i].query), "reference",
			      queries[i].found);
	expect_listed(c, other.test_key, "/v1/transactions?metadata[n]=7", "reference", "");
	expect_listed(c, acme.live_key, "/v1/transactions?metadata[n]=7", "reference", "");
}

/* What jsonb would change is stored as text, and is not looked into. */
static void
test_not_looked_into(void **state)
{
	struct client *c = *state;

	struct answer a =
		client_call(c, "GET", "/v1/transactions?reference=meta-8", acme.test_key, NULL);

	expect_text(&a, "data.0.metadata.big", "z");
	expect_listed(c, acme.test_key, "/v1/transactions?metadata[big]=z", "reference", "");
}

static void
test_wallet(void **state)
{
	struct client *c = *state;
	const char *ann = wallet_with(c, acme.test_key, "NGN", "10");
	const char *ben = wallet_with(c, acme.test_key, "NGN", "10");
	struct answer a = transfer(c, acme.test_key, ann, ben, "1", "wallet-1",
				   ",'metadata':{'channel':'web'}");

	expect_status(&a, 201);
	expect_listed(c, acme.test_key,
		      client_text(c, "/v1/transactions?metadata[channel]=web&walletId=%s", ben),
		      "reference", "wallet-1");
	expect_listed(c, acme.test_key,
		      client_text(c,
				  "/v1/transactions?metadata[channel]=web&walletId=%s"
				  "&counterpartyWalletId=%s",
				  ben, ann),
		      "reference", "wallet-1");
}

/* The terms of transactions that were posted before there were any. */
static void
test_migration(void **state)
{
	struct client *c = *state;

	client_sql(c, "DELETE FROM cowry.transaction_term");
	client_migrate(c, "0048_metadata_filled.sql");
	for (size_t i = 0; i < COUNT(queries); i++)
		expect_listed(c, acme.test_key,
			      client_text(c, "/v1/transactions?%s", queries[i].query), "reference",
			      queries[i].found);
}

/* What is posted between two pages shifts nothing. */
static void
test_pages(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	static const char query[] = "/v1/transactions?limit=2&metadata[page]=1";
	const char *cursor;
	struct answer a;

	for (int i = 0; i < 3; i++) {
		a = transfer(c, acme.test_key, from, to, "1", client_text(c, "page-%d", i),
			     ",'metadata':{'page':1}");
		expect_status(&a, 201);
	}
	a = client_call(c, "GET", query, acme.test_key, NULL);
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.reference", "page-2");
	expect_text(&a, "data.1.reference", "page-1");
	cursor = answer_at(&a, "pagination.nextCursor");
	a = transfer(c, acme.test_key, from, to, "1", "page-3", ",'metadata':{'page':1}");
	expect_status(&a, 201);
	expect_listed(c, acme.test_key, client_text(c, "%s&cursor=%s", query, cursor), "reference",
		      "page-0");
}

static struct answer
add(struct client *c, const char *credential, const char *id, const char *body)
{
	return client_call(c, "PATCH", client_text(c, "/v1/transactions/%s", id), credential,
			   client_json(c, "%s", body));
}

/* A new transaction with these metadata; its id. */
static const char *
posted(struct client *c, const char *json)
{
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a = fund(c, "credit", acme.test_key, wallet, "1", "NGN", fresh_reference(c),
			       client_text(c, ",'metadata':%s", json));

	expect_status(&a, 201);
	return answer_at(&a, "data.id");
}

static void
expect_number_found(struct client *c, const char *query, size_t n)
{
	struct answer a = client_call(c, "GET", client_text(c, "/v1/transactions?%s", query),
				      acme.test_key, NULL);

	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), n);
}

static void
test_added(void **state)
{
	struct client *c = *state;
	const char *id = posted(c, "{'invoice':'I-1','stage':'new','gone':'soon'}");
	const char *path = client_text(c, "/v1/transactions/%s/metadata", id);
	struct answer a = add(c, acme.test_key, id,
			      "{'metadata':{'stage':'paid','paid.by':'ann','gone':null}}");

	expect_status(&a, 200);
	expect_text(&a, "data.id", id);
	expect_text(&a, "data.metadata.invoice", "I-1");
	expect_text(&a, "data.metadata.stage", "paid");
	assert_null(answer_at(&a, "data.metadata.gone"));
	/* The same again changes nothing. */
	a = add(c, acme.test_key, id, "{'metadata':{'stage':'paid'}}");
	expect_status(&a, 200);
	a = add(c, admin.access, id, "{'metadata':{'stage':'closed'},'dryRun':true}");
	expect_status(&a, 200);
	expect_text(&a, "data.metadata.stage", "closed");
	a = add(c, admin.access, id, "{'metadata':{'stage':'checked'}}");
	expect_status(&a, 200);
	a = client_call(c, "GET", client_text(c, "/v1/transactions/%s", id), acme.test_key, NULL);
	expect_text(&a, "data.metadata.stage", "checked");
	a = client_call(c, "GET", path, acme.test_key, NULL);
	assert_int_equal(answer_count(&a, "data"), 3);
	expect_text(&a, "data.0.revision", "2");
	expect_text(&a, "data.0.administratorId", admin.id);
	assert_null(answer_at(&a, "data.0.apiKeyId"));
	expect_text(&a, "data.1.metadata.stage", "paid");
	assert_non_null(answer_at(&a, "data.1.apiKeyId"));
	expect_text(&a, "data.2.revision", "0");
	expect_text(&a, "data.2.metadata.gone", "soon");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.audit_log"
					    " WHERE action = 'metadata_add'"),
			    "1");
	/* Lists look for what is valid now. */
	expect_number_found(c, "metadata[invoice]=I-1", 1);
	expect_number_found(c, "metadata[stage]=checked", 1);
	expect_number_found(c, "metadata[stage]=paid", 0);
	expect_number_found(c, "metadata[stage]=new", 0);
	expect_number_found(c, "metadata[gone]=soon", 0);
	expect_number_found(c, "metadata[paid.by]=ann&metadata[stage]=checked", 1);
}

static void
test_not_added(void **state)
{
	struct client *c = *state;
	const char *id = posted(c, "{'a':1}");
	const char *odd = posted(c, "{'a':1e300}");
	struct answer a = add(c, acme.live_key, id, "{'metadata':{'a':2}}");

	expect_refusal(&a, 404, "NOT_FOUND");
	a = add(c, other.test_key, id, "{'metadata':{'a':2}}");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = add(c, acme.owner.access, id, "{'metadata':{'a':2}}");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET", client_text(c, "/v1/transactions/%s/metadata", id),
			other.test_key, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = add(c, NULL, id, "{'metadata':{'a':2}}");
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = add(c, acme.test_key, id, "{}");
	expect_refusal(&a, 400, "VALIDATION_FAILED");
	a = add(c, acme.test_key, id, "{'metadata':[1]}");
	expect_refusal(&a, 400, "VALIDATION_FAILED");
	a = add(c, acme.test_key, id, "{'metadata':{'a':1e300}}");
	expect_refusal(&a, 400, "VALIDATION_FAILED");
	a = add(c, acme.test_key, odd, "{'metadata':{'b':1}}");
	expect_refusal(&a, 409, "CONFLICT");
	a = add(c, acme.test_key, id, client_text(c, "{'metadata':{'b':'%0*d'}}", 3000, 0));
	expect_status(&a, 200);
	a = add(c, acme.test_key, id, client_text(c, "{'metadata':{'c':'%0*d'}}", 3000, 0));
	expect_refusal(&a, 400, "VALIDATION_FAILED");
	expect_number_found(c, "metadata[a]=1", 1);
}

/* Their number has a limit. */
static void
test_many(void **state)
{
	struct client *c = *state;
	const char *id = posted(c, "{}");
	struct answer a;

	for (int i = 0; i < 100; i++) {
		a = add(c, acme.test_key, id, client_text(c, "{'metadata':{'many':%d}}", i));
		expect_status(&a, 200);
	}
	a = add(c, acme.test_key, id, "{'metadata':{'many':99}}");
	expect_status(&a, 200);
	a = add(c, acme.test_key, id, "{'metadata':{'many':100}}");
	expect_refusal(&a, 409, "CONFLICT");
	a = client_call(c, "GET", client_text(c, "/v1/transactions/%s/metadata?limit=60", id),
			acme.test_key, NULL);
	assert_int_equal(answer_count(&a, "data"), 60);
	expect_text(&a, "data.59.revision", "41");
	a = client_call(c, "GET",
			client_text(c, "/v1/transactions/%s/metadata?limit=60&cursor=%s", id,
				    answer_at(&a, "pagination.nextCursor")),
			acme.test_key, NULL);
	assert_int_equal(answer_count(&a, "data"), 41);
	expect_text(&a, "data.0.revision", "40");
	expect_text(&a, "data.40.revision", "0");
	expect_text(&a, "pagination.nextCursor", "null");
	expect_number_found(c, "metadata[many]=99", 1);
	expect_number_found(c, "metadata[many]=98", 0);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *query;
		const char *field;
		const char *code;
	} bad[] = {
		{"metadata=x", "metadata", "UNKNOWN"},
		{"metadata[n=7", "metadata[n", "UNKNOWN"},
		{"metadata[n]x=7", "metadata[n]x", "UNKNOWN"},
		{"metadata[n][gt]=7", "metadata[n][gt]", "UNKNOWN"},
		{"Metadata[n]=7", "Metadata[n]", "UNKNOWN"},
		{"metadata[n]=7&metadata[n]=8", "metadata[n]", "REPEATED"},
		{"metadata[a]=&metadata[b]=&metadata[c]=&metadata[d]=&metadata[e]=&metadata[f]="
		 "&metadata[g]=&metadata[h]=&metadata[i]=&metadata[j]=&metadata[k]=",
		 "metadata", "LENGTH"},
	};
	struct client *c = *state;
	struct answer a;

	for (size_t i = 0; i < COUNT(bad); i++) {
		a = client_call(c, "GET", client_text(c, "/v1/transactions?%s", bad[i].query),
				acme.test_key, NULL);
		expect_refusal(&a, 400, "VALIDATION_FAILED");
		expect_field(&a, bad[i].field);
		expect_text(&a, "errors.0.code", bad[i].code);
	}
	a = client_call(c, "GET", "/v1/transactions?metadata[a%00b]=x", acme.test_key, NULL);
	expect_refusal(&a, 400, "BAD_REQUEST");
	a = client_call(c, "GET", "/v1/transactions?metadata[a]=%FF", acme.test_key, NULL);
	expect_refusal(&a, 400, "BAD_REQUEST");
}

static void
test_covered(void **state)
{
	client_covered(*state, pocket_metadata, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),     cmocka_unit_test(test_not_looked_into),
		cmocka_unit_test(test_migration), cmocka_unit_test(test_wallet),
		cmocka_unit_test(test_pages),     cmocka_unit_test(test_added),
		cmocka_unit_test(test_not_added), cmocka_unit_test(test_many),
		cmocka_unit_test(test_refused),   cmocka_unit_test(client_books_hold),
		cmocka_unit_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
