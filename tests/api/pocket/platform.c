/* Platform accounts, projects, and the projects' customers. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "base/arena.h"
#include "tests/support/money.h"

static void
test_platform_account(void **state)
{
	struct client *c = *state;
	struct person ada = person_new(c, "ada@example.com");
	struct answer a = client_call(c, "GET", "/v1/platform-accounts/me", ada.access, NULL);

	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET", "/v1/platform-accounts/me/projects", ada.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "POST", "/v1/projects", ada.access, client_json(c, "{'name':'X'}"));
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "POST", "/v1/platform-accounts", ada.access,
			client_json(c, "{'name':'Acme','metadata':{'b':1,'a':[true,null,'x']}}"));
	expect_status(&a, 201);
	expect_text(&a, "data.name", "Acme");
	expect_text(&a, "data.companyName", "null");
	expect_text(&a, "data.metadata.b", "1");
	expect_text(&a, "data.metadata.a.2", "x");
	a = client_call(c, "POST", "/v1/platform-accounts", ada.access,
			client_json(c, "{'name':'Second'}"));
	expect_refusal(&a, 409, "CONFLICT");
	a = client_call(c, "GET", "/v1/platform-accounts/me", ada.access, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.name", "Acme");
	a = client_call(c, "GET", "/v1/platform-accounts/me/projects", ada.access, NULL);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 0);
}

static struct answer
project(struct client *c, const struct tenant *t, const char *members)
{
	return client_call(c, "POST", "/v1/projects", t->owner.access,
			   client_json(c, "{%s}", members));
}

static void
test_slugs(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "slugs");
	struct tenant other = tenant_new(c, "slugs2");
	static const struct {
		const char *members;
		const char *slug; /* NULL: refused */
	} rows[] = {
		{"'name':'Production  Wallets!'", "production-wallets"},
		{"'name':'\u00e9\u00e8'", "project"},
		{"'name':'-- A --'", "a"},
		{"'name':'B','slug':'b-1'", "b-1"},
		{"'name':'C','slug':'Upper'", NULL},
		{"'name':'C','slug':'under_score'", NULL},
		{"'name':'Without','slug':''", "without"},
		{"'name':'C','slug':'a b'", NULL},
	};
	struct answer a;

	for (size_t i = 0; i < COUNT(rows); i++) {
		a = project(c, &t, rows[i].members);
		if (rows[i].slug == NULL) {
			expect_field(&a, "slug");
			continue;
		}
		expect_status(&a, 201);
		expect_text(&a, "data.slug", rows[i].slug);
		expect_text(&a, "data.platformAccountId", t.account);
	}
	a = project(c, &t, "'name':'Again','slug':'b-1'");
	expect_refusal(&a, 409, "CONFLICT");
	a = project(c, &t, "'name':'B 1'");
	expect_refusal(&a, 409, "CONFLICT");
	a = project(c, &other, "'name':'B','slug':'b-1'"); /* unique on one platform account */
	expect_status(&a, 201);
}

static void
test_projects(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "projects");
	struct tenant other = tenant_new(c, "foreign");
	const char *path = client_text(c, "/v1/projects/%s", t.project);
	struct answer a = client_call(c, "GET", path, t.owner.access, NULL);

	expect_status(&a, 200);
	expect_text(&a, "data.id", t.project);
	a = client_call(c, "GET", path, other.owner.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET", "/v1/projects/0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55",
			t.owner.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET", "/v1/projects/42", t.owner.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
}

static void
test_metadata_size(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "metadata");
	char *text = arena_alloc(c->scratch, 5000);
	struct answer a;

	memset(text, 'x', 4096 - strlen("{\"k\":\"\"}"));
	a = project(c, &t, client_text(c, "'name':'most','metadata':{'k':'%s'}", text));
	expect_status(&a, 201);
	text[strlen(text)] = 'x';
	a = project(c, &t, client_text(c, "'name':'more','metadata':{'k':'%s'}", text));
	expect_field(&a, "metadata");
}

/* Pages from the newest down, without gaps or repeats. */
static void
test_pages(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "pages");
	const char *target = "/v1/projects?limit=2";
	const char *cursor = "";
	size_t seen = 0;

	for (int i = 0; i < 4; i++)
		(void)tenant_project(c, &t, client_text(c, "page %d", i));
	while (cursor != NULL) {
		struct answer a = client_call(c, "GET", target, t.owner.access, NULL);

		expect_status(&a, 200);
		expect_text(&a, "pagination.limit", "2");
		for (size_t i = 0; i < answer_count(&a, "data"); i++, seen++)
			expect_text(&a, client_text(c, "data.%zu.name", i),
				    seen < 4 ? client_text(c, "page %zu", 3 - seen) : "pages");
		cursor = strcmp(answer_at(&a, "pagination.hasNextPage"), "true") == 0
				 ? answer_at(&a, "pagination.nextCursor")
				 : NULL;
		if (cursor != NULL)
			target = client_text(c, "/v1/projects?limit=2&cursor=%s", cursor);
		else
			expect_text(&a, "pagination.nextCursor", "null");
	}
	assert_int_equal(seen, 5);
}

static void
test_page_rules(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "page-rules");
	static const struct {
		const char *query;
		const char *field;
	} rows[] = {
		{"limit=0", "limit"},         {"limit=101", "limit"},
		{"limit=x", "limit"},         {"limit=1.5", "limit"},
		{"limit=1&limit=2", "limit"}, {"limit=", "limit"},
		{"cursor=0", "cursor"},       {"cursor=-1", "cursor"},
		{"cursor=abc", "cursor"},     {"cursor=99999999999999999999", "cursor"},
	};
	static const char *const paths[] = {"projects", "platform-accounts/me/projects"};
	struct answer a;

	for (size_t i = 0; i < COUNT(rows) * COUNT(paths); i++) {
		a = client_call(c, "GET",
				client_text(c, "/v1/%s?%s", paths[i % 2], rows[i / 2].query),
				t.owner.access, NULL);
		expect_field(&a, rows[i / 2].field);
	}
	a = client_call(c, "GET", "/v1/projects?limit=100&&", t.owner.access, NULL);
	expect_status(&a, 200);
	a = client_call(c, "GET", "/v1/projects?limit=100&pageSize=1", t.owner.access, NULL);
	expect_field(&a, "pageSize");
	a = client_call(c, "GET", "/v1/projects?limit=%zz", t.owner.access, NULL);
	expect_refusal(&a, 400, "BAD_REQUEST");
	a = client_call(c, "GET", "/v1/projects?x=%00", t.owner.access, NULL);
	expect_refusal(&a, 400, "BAD_REQUEST");
	a = client_call(c, "GET", "/v1/projects?x=%ff", t.owner.access, NULL);
	expect_refusal(&a, 400, "BAD_REQUEST");
}

static void
test_customers(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "customers");
	struct tenant other = tenant_new(c, "customers2");
	const char *path = client_text(c, "/v1/projects/%s/accounts", t.project);
	const char *one;
	struct answer a = client_call(
		c, "POST", path, t.owner.access,
		client_json(c, "{'name':'Ada Obi','reference':'c-1','email':'ada@x.io'}"));

	expect_status(&a, 201);
	expect_text(&a, "data.projectId", t.project);
	expect_text(&a, "data.reference", "c-1");
	one = client_text(c, "%s/%s", path, answer_at(&a, "data.id"));
	a = client_call(c, "POST", path, t.owner.access,
			client_json(c, "{'name':'Twin','reference':'c-1'}"));
	expect_refusal(&a, 409, "CONFLICT");
	a = client_call(c, "POST", path, t.owner.access, client_json(c, "{'name':'No reference'}"));
	expect_status(&a, 201);
	expect_text(&a, "data.reference", "null");
	a = client_call(c, "GET", one, t.owner.access, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.email", "ada@x.io");
	a = client_call(c, "GET", path, t.owner.access, NULL);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 2);
	a = client_call(c, "GET", one, other.owner.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET", path, other.owner.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "POST", path, other.owner.access, client_json(c, "{'name':'X'}"));
	expect_refusal(&a, 404, "NOT_FOUND");
}

static void
test_change(void **state)
{
	static const struct {
		const char *members;
		const char *field;
	} wrong[] = {
		{"'name':''", "name"},         {"'name':7", "name"},
		{"'slug':'Upper'", "slug"},    {"'description':7", "description"},
		{"'metadata':[]", "metadata"},
	};
	struct client *c = *state;
	struct tenant t = tenant_new(c, "change");
	struct tenant other = tenant_new(c, "change2");
	const char *path = client_text(c, "/v1/projects/%s", t.project);
	struct answer a = client_call(c, "PATCH", path, t.owner.access,
				      client_json(c, "{'name':'New','description':'What it is',"
						     "'metadata':{'a':1}}"));

	expect_status(&a, 200);
	expect_text(&a, "data.name", "New");
	expect_text(&a, "data.slug", "change");
	expect_text(&a, "data.status", "active");
	expect_text(&a, "data.archivedAt", "null");
	a = client_call(c, "PATCH", path, t.owner.access, client_json(c, "{'slug':'new-1'}"));
	expect_text(&a, "data.name", "New");
	expect_text(&a, "data.slug", "new-1");
	expect_text(&a, "data.description", "What it is");
	expect_text(&a, "data.metadata.a", "1");
	for (size_t i = 0; i < COUNT(wrong); i++) {
		a = client_call(c, "PATCH", path, t.owner.access,
				client_json(c, "{%s}", wrong[i].members));
		if (i == 0) /* the same as absent */
			expect_text(&a, "data.name", "New");
		else
			expect_field(&a, wrong[i].field);
	}
	(void)tenant_project(c, &t, "taken");
	a = client_call(c, "PATCH", path, t.owner.access, client_json(c, "{'slug':'taken'}"));
	expect_refusal(&a, 409, "CONFLICT");
	a = client_call(c, "PATCH", path, other.owner.access, client_json(c, "{'name':'Mine'}"));
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "PATCH", path, t.test_key, client_json(c, "{'name':'Mine'}"));
	expect_refusal(&a, 403, "FORBIDDEN");
}

static void
expect_archived(struct client *c, const char *key, const char *method, const char *path,
		const char *body)
{
	struct answer a = client_call(c, method, path, key, body);

	expect_refusal(&a, 401, "UNAUTHORIZED");
	expect_text(&a, "message", "The project of the API key is archived");
}

static struct answer
set_archived(struct client *c, const char *who, const struct tenant *t, const char *verb)
{
	return client_call(c, "POST", client_text(c, "/v1/projects/%s/%s", t->project, verb), who,
			   NULL);
}

/* Its keys are refused at once, also those that are cached, and its money stays. */
static void
test_archive(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "archive");
	struct tenant other = tenant_new(c, "archive2");
	const char *wallet = wallet_with(c, t.test_key, "NGN", "10");
	const char *path = client_text(c, "/v1/wallets/%s", wallet);
	const char *keys = client_text(c, "/v1/projects/%s/api-keys", t.project);
	const char *pay = client_json(c,
				      "{'walletId':'%s','amount':'1','currency':'NGN',"
				      "'reference':'late-1'}",
				      wallet);
	const char *at;
	struct answer a = client_call(c, "GET", path, t.test_key, NULL); /* it is cached now */

	expect_status(&a, 200);
	a = set_archived(c, other.owner.access, &t, "archive");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = set_archived(c, t.test_key, &t, "archive");
	expect_refusal(&a, 403, "FORBIDDEN");
	a = set_archived(c, t.owner.access, &t, "archive");
	expect_status(&a, 200);
	expect_text(&a, "data.status", "archived");
	at = answer_at(&a, "data.archivedAt");
	a = set_archived(c, t.owner.access, &t, "archive");
	expect_text(&a, "data.archivedAt", at);
	expect_archived(c, t.test_key, "GET", path, NULL);
	expect_archived(c, t.test_key, "GET", "/v1/wallets", NULL);
	expect_archived(c, t.test_key, "POST", "/v1/wallets/credit", pay);
	expect_archived(c, t.live_key, "GET", "/v1/wallets", NULL);
	a = client_call(c, "POST", keys, t.owner.access, "{}");
	expect_refusal(&a, 409, "CONFLICT");
	a = client_call(c, "GET", client_text(c, "%s?limit=1", keys), t.owner.access, NULL);
	a = client_call(c, "POST", client_text(c, "%s/%s/rotate", keys, answer_at(&a, "data.0.id")),
			t.owner.access, "{}");
	expect_refusal(&a, 409, "CONFLICT");
	a = client_call(c, "GET", "/v1/projects", t.owner.access, NULL);
	expect_text(&a, "data.0.status", "archived");
	a = client_call(c, "GET", "/v1/wallets", other.test_key, NULL);
	expect_status(&a, 200);
	a = set_archived(c, t.owner.access, &t, "restore");
	expect_status(&a, 200);
	expect_text(&a, "data.status", "active");
	expect_text(&a, "data.archivedAt", "null");
	assert_string_equal(wallet_balance(c, t.test_key, wallet, "ledger"), "10.00");
	a = client_call(c, "POST", "/v1/wallets/credit", t.test_key, pay);
	expect_status(&a, 201);
	a = set_archived(c, other.owner.access, &t, "restore");
	expect_refusal(&a, 404, "NOT_FOUND");
}

/* Keys that are created while the project is archived: none is accepted afterwards. */
static void
test_archive_races(void **state)
{
	enum { ASKS = 12 };
	struct client *c = *state;
	struct tenant t = tenant_new(c, "archive-races");
	struct ask asks[ASKS];
	int statuses[ASKS];

	for (size_t i = 0; i < ASKS; i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = client_text(c, "/v1/projects/%s/%s", t.project,
					      i == ASKS / 2 ? "archive" : "api-keys"),
			.credential = t.owner.access,
			.body = i == ASKS / 2 ? NULL : "{}",
		};
	client_at_once(c, asks, ASKS, statuses);
	assert_int_equal(statuses[ASKS / 2], 200);
	assert_int_equal(count_status(statuses, ASKS, 201) + count_status(statuses, ASKS, 409),
			 ASKS - 1);
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.api_key JOIN cowry.project p"
					 " USING (project_id) WHERE p.public_id = '%s' AND"
					 " api_key.archived_at IS NULL",
					 t.project),
			    "0");
}

static void
test_change_customer(void **state)
{
	static const struct {
		const char *members;
		const char *field;
	} wrong[] = {
		{"'name':7", "name"},
		{"'reference':'a b\\u200b'", "reference"},
		{"'email':'x'", "email"},
		{"'metadata':[]", "metadata"},
	};
	struct client *c = *state;
	struct tenant t = tenant_new(c, "change-customer");
	struct tenant other = tenant_new(c, "change-customer2");
	const char *all = client_text(c, "/v1/projects/%s/accounts", t.project);
	struct answer a =
		client_call(c, "POST", all, t.owner.access,
			    client_json(c, "{'name':'Ada','reference':'c-1','email':'a@x.io'}"));
	const char *path = client_text(c, "%s/%s", all, answer_at(&a, "data.id"));

	expect_text(&a, "data.status", "active");
	a = client_call(c, "POST", all, t.owner.access,
			client_json(c, "{'name':'Bola','reference':'c-2'}"));
	expect_status(&a, 201);
	a = client_call(c, "PATCH", path, t.owner.access,
			client_json(c, "{'name':'Ada Obi','metadata':{'a':1}}"));
	expect_status(&a, 200);
	a = client_call(c, "PATCH", path, t.owner.access,
			client_json(c, "{'reference':'c-3','email':'b@x.io'}"));
	expect_text(&a, "data.name", "Ada Obi");
	expect_text(&a, "data.reference", "c-3");
	expect_text(&a, "data.email", "b@x.io");
	expect_text(&a, "data.metadata.a", "1");
	for (size_t i = 0; i < COUNT(wrong); i++) {
		a = client_call(c, "PATCH", path, t.owner.access,
				client_json(c, "{%s}", wrong[i].members));
		expect_field(&a, wrong[i].field);
	}
	a = client_call(c, "PATCH", path, t.owner.access, client_json(c, "{'reference':'c-2'}"));
	expect_refusal(&a, 409, "CONFLICT");
	a = client_call(c, "PATCH", path, other.owner.access, client_json(c, "{'name':'Mine'}"));
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "PATCH", path, t.test_key, client_json(c, "{'name':'Mine'}"));
	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "GET", path, t.owner.access, NULL);
	expect_text(&a, "data.name", "Ada Obi");
}

/* No wallet is opened for the customer meanwhile, and those that there are stay. */
static void
test_archive_customer(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "archive-customer");
	struct tenant other = tenant_new(c, "archive-customer2");
	const char *all = client_text(c, "/v1/projects/%s/accounts", t.project);
	struct answer a =
		client_call(c, "POST", all, t.owner.access, client_json(c, "{'name':'Ada'}"));
	const char *id = answer_at(&a, "data.id");
	const char *archive = client_text(c, "%s/%s/archive", all, id);
	const char *restore = client_text(c, "%s/%s/restore", all, id);
	const char *order = client_json(c, "{'currency':'NGN','accountId':'%s'}", id);
	const char *wallet;
	const char *at;

	a = client_call(c, "POST", "/v1/wallets", t.test_key, order);
	expect_status(&a, 201);
	wallet = client_text(c, "/v1/wallets/%s", answer_at(&a, "data.id"));
	a = client_call(c, "POST", archive, other.owner.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "POST", archive, t.owner.access, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.status", "archived");
	at = answer_at(&a, "data.archivedAt");
	a = client_call(c, "POST", archive, t.owner.access, NULL);
	expect_text(&a, "data.archivedAt", at);
	a = client_call(c, "POST", "/v1/wallets", t.test_key, order);
	expect_refusal(&a, 409, "CONFLICT");
	expect_text(&a, "message", "The account is archived");
	a = client_call(c, "GET", wallet, t.test_key, NULL);
	expect_text(&a, "data.wallet.accountId", id);
	a = client_call(c, "GET", all, t.owner.access, NULL);
	expect_text(&a, "data.0.status", "archived");
	a = client_call(c, "POST", restore, other.owner.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "POST", restore, t.owner.access, NULL);
	expect_text(&a, "data.status", "active");
	expect_text(&a, "data.archivedAt", "null");
	a = client_call(c, "POST", "/v1/wallets", t.test_key, order);
	expect_status(&a, 201);
}

/* A personal key acts as its owner here. */
static void
test_user_key(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "user-key");
	const char *key = key_new(c, &t.owner, NULL, "");
	struct answer a = client_call(c, "GET", "/v1/platform-accounts/me", key, NULL);

	expect_status(&a, 200);
	expect_text(&a, "data.id", t.account);
	a = client_call(c, "POST", "/v1/projects", key, client_json(c, "{'name':'By key'}"));
	expect_status(&a, 201);
	a = client_call(c, "GET", "/v1/platform-accounts/me", t.test_key, NULL);
	expect_refusal(&a, 403, "FORBIDDEN");
}

static void
test_routes(void **state)
{
	client_covered(*state, pocket_platform, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_platform_account),
		client_test(test_slugs),
		client_test(test_projects),
		client_test(test_metadata_size),
		client_test(test_pages),
		client_test(test_page_rules),
		client_test(test_customers),
		client_test(test_change),
		client_test(test_archive),
		client_test(test_archive_races),
		client_test(test_change_customer),
		client_test(test_archive_customer),
		client_test(test_user_key),
		client_test(client_books_hold),
		client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
