/* Where projects want to hear of their events, and what became of the deliveries. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "base/arena.h"
#include "tests/support/money.h"
#include "tests/support/vectors.h"
#include "tests/support/webhook_receiver.h"

static struct tenant acme;
static struct tenant other;

static int
setup(void **state)
{
	return tenants_setup(state, &acme, &other);
}

static const char *
path_of(struct client *c, const struct tenant *tenant)
{
	return client_text(c, "/v1/projects/%s/webhooks", tenant->project);
}

static struct answer
create(struct client *c, const char *members)
{
	return client_call(c, "POST", path_of(c, &acme), acme.owner.access,
			   client_json(c, "{%s}", members));
}

/* A subscription to everything; its path. */
static const char *
created(struct client *c, const char *mode)
{
	struct answer a = create(c, client_text(c,
						"'url':'https://hooks.example.com/x','mode':'%s',"
						"'eventTypes':['*']",
						mode));

	expect_status(&a, 201);
	return client_text(c, "%s/%s", path_of(c, &acme), answer_at(&a, "data.id"));
}

static void
drop(struct client *c, const char *path)
{
	struct answer a = client_call(c, "DELETE", path, acme.owner.access, NULL);

	expect_status(&a, 200);
}

static void
test_life(void **state)
{
	struct client *c = *state;
	const char *path;
	struct answer a = create(c, "'url':'https://hooks.example.com/x?y=1','description':'Shop',"
				    "'eventTypes':['wallet.credited','transfer.completed']");

	expect_status(&a, 201);
	expect_text(&a, "data.mode", "live");
	expect_text(&a, "data.status", "active");
	expect_text(&a, "data.batchSize", "1");
	expect_text(&a, "data.projectId", acme.project);
	expect_text(&a, "data.eventTypes.1", "transfer.completed");
	assert_memory_equal(answer_at(&a, "data.secret"), "whsec_", 6);
	assert_int_equal(strlen(answer_at(&a, "data.secret")), 50);
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.webhook_subscription"
					    " WHERE position('whsec' IN"
					    " encode(secret_sealed, 'escape')) > 0"),
			    "0");
	path = client_text(c, "%s/%s", path_of(c, &acme), answer_at(&a, "data.id"));
	a = client_call(c, "GET", path, acme.owner.access, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.url", "https://hooks.example.com/x?y=1");
	expect_text(&a, "data.secret", NULL);
	a = client_call(c, "PATCH", path, acme.owner.access,
			client_json(c, "{'eventTypes':['*'],'status':'inactive'}"));
	expect_status(&a, 200);
	expect_text(&a, "data.eventTypes.0", "*");
	expect_text(&a, "data.status", "inactive");
	expect_text(&a, "data.description", "Shop");
	a = client_call(c, "PATCH", path, acme.owner.access, client_json(c, "{'batchSize':100}"));
	expect_text(&a, "data.batchSize", "100");
	a = client_call(c, "PATCH", path, acme.owner.access,
			client_json(c, "{'url':'https://new.example.com/'}"));
	expect_text(&a, "data.batchSize", "100");
	expect_text(&a, "data.url", "https://new.example.com/");
	expect_text(&a, "data.status", "inactive");
	a = client_call(c, "POST", client_text(c, "%s/rotate-secret", path), acme.owner.access,
			NULL);
	expect_status(&a, 200);
	assert_non_null(answer_at(&a, "data.secret"));
	assert_non_null(answer_at(&a, "data.previousSecretExpiresAt"));
	a = client_call(c, "GET", path_of(c, &acme), acme.owner.access, NULL);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 1);
	drop(c, path);
	a = client_call(c, "GET", path, acme.owner.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.webhook_subscription WHERE"
					    " secret_sealed IS NOT NULL OR previous_sealed IS NOT"
					    " NULL"),
			    "0");
}

static void
test_urls(void **state)
{
	static const char *const refused[] = {
		"http://hooks.example.com/",
		"ftp://hooks.example.com/",
		"https://user@hooks.example.com/",
		"https://user:pw@hooks.example.com/",
		"https://hooks.example.com/#part",
		"https://hooks.example.com:8443/",
		"https://localhost/",
		"https://hooks.localhost/",
		"https://LOCALHOST/",
		"https://printer.local/",
		"https://metadata.google.internal/",
		"https://intranet/",
		"https://127.0.0.1/",
		"https://127.1/",
		"https://2130706433/",
		"https://0x7f000001/",
		"https://0177.0.0.1/",
		"https://10.1.2.3/",
		"https://169.254.169.254/latest/meta-data",
		"https://192.168.0.1/",
		"https://172.16.0.1/",
		"https://0.0.0.0/",
		"https://[::1]/",
		"https://[::ffff:127.0.0.1]/",
		"https://[fd00::1]/",
		"https://[fe80::1]/",
		"https://",
		"https:///x",
		"https://hooks.example.com:99999/",
		"not a url",
		"",
	};
	static const char *const taken[] = {
		"https://hooks.example.com",
		"https://hooks.example.com:443/a/b?c=d",
		"HTTPS://hooks.example.com/",
		"https://93.184.215.14/",
		"https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
	};
	struct client *c = *state;
	char *text = arena_alloc(c->scratch, 3000);
	struct answer a;

	for (size_t i = 0; i < COUNT(refused) * 2; i++) {
		a = create(c, client_text(c, "'url':'%s','eventTypes':['*'],'mode':'%s'",
					  refused[i / 2], i % 2 == 0 ? "live" : "test"));
		expect_field(&a, "url");
	}
	for (size_t i = 0; i < COUNT(taken); i++) {
		a = create(c, client_text(c, "'url':'%s','eventTypes':['*']", taken[i]));
		if (i == 2) {
			expect_field(&a, "url"); /* schemes are written in lower case */
			continue;
		}
		expect_status(&a, 201);
		drop(c, client_text(c, "%s/%s", path_of(c, &acme), answer_at(&a, "data.id")));
	}
	memset(text, 'x', 2048 - strlen("https://hooks.example.com/"));
	a = create(c,
		   client_text(c, "'url':'https://hooks.example.com/%s','eventTypes':['*']", text));
	expect_status(&a, 201);
	drop(c, client_text(c, "%s/%s", path_of(c, &acme), answer_at(&a, "data.id")));
	text[strlen(text)] = 'x';
	a = create(c,
		   client_text(c, "'url':'https://hooks.example.com/%s','eventTypes':['*']", text));
	expect_field(&a, "url");
}

/* A development server lets test webhooks stay on the machine, and live ones not. */
static void
test_development(void **state)
{
	struct client *c = *state;
	struct config *config = &c->fixture->config;
	const char *before = config->environment;
	struct answer a;

	config->environment = "development";
	a = create(c, "'url':'http://127.0.0.1:9000/','eventTypes':['*'],'mode':'test'");
	expect_status(&a, 201);
	drop(c, client_text(c, "%s/%s", path_of(c, &acme), answer_at(&a, "data.id")));
	a = create(c, "'url':'http://127.0.0.1:9000/','eventTypes':['*'],'mode':'live'");
	expect_field(&a, "url");
	a = create(c, "'url':'ftp://127.0.0.1:9000/','eventTypes':['*'],'mode':'test'");
	expect_field(&a, "url");
	config->environment = before;
}

static void
test_fields(void **state)
{
	static const struct {
		const char *members;
		const char *field;
	} rows[] = {
		{"'eventTypes':['*']", "url"},
		{"'url':'https://a.example.com/'", "eventTypes"},
		{"'url':'https://a.example.com/','eventTypes':[]", "eventTypes"},
		{"'url':'https://a.example.com/','eventTypes':'*'", "eventTypes"},
		{"'url':'https://a.example.com/','eventTypes':[1]", "eventTypes"},
		{"'url':'https://a.example.com/','eventTypes':['wallet.*']", "eventTypes"},
		{"'url':'https://a.example.com/','eventTypes':['*'],'mode':'prod'", "mode"},
		{"'url':7,'eventTypes':['*']", "url"},
		{"'url':'https://a.example.com/','eventTypes':['*'],'batchSize':0", "batchSize"},
		{"'url':'https://a.example.com/','eventTypes':['*'],'batchSize':101", "batchSize"},
		{"'url':'https://a.example.com/','eventTypes':['*'],'batchSize':'10'", "batchSize"},
	};
	struct client *c = *state;
	const char *path;
	struct answer a;

	for (size_t i = 0; i < COUNT(rows); i++) {
		a = create(c, rows[i].members);
		expect_field(&a, rows[i].field);
	}
	path = created(c, "live");
	a = client_call(c, "PATCH", path, acme.owner.access,
			client_json(c, "{'url':'https://10.0.0.1/'}"));
	expect_field(&a, "url");
	a = client_call(c, "PATCH", path, acme.owner.access, client_json(c, "{'status':'gone'}"));
	expect_field(&a, "status");
	drop(c, path);
}

static void
test_most(void **state)
{
	struct client *c = *state;
	struct answer a;

	for (int i = 0; i < 20; i++)
		(void)created(c, "live");
	a = create(c, "'url':'https://hooks.example.com/x','eventTypes':['*']");
	expect_refusal(&a, 409, "CONFLICT");
	a = client_call(c, "GET", client_text(c, "%s?limit=12", path_of(c, &acme)),
			acme.owner.access, NULL);
	assert_int_equal(answer_count(&a, "data"), 12);
	a = client_call(c, "GET",
			client_text(c, "%s?limit=12&cursor=%s", path_of(c, &acme),
				    answer_at(&a, "pagination.nextCursor")),
			acme.owner.access, NULL);
	assert_int_equal(answer_count(&a, "data"), 8);
	client_sql(c, "UPDATE cowry.webhook_subscription SET deleted_at = now(), is_active = false,"
		      " secret_sealed = NULL");
}

/* Other users' subscriptions can't be seen or changed. */
static void
test_foreign(void **state)
{
	struct client *c = *state;
	const char *path = created(c, "test");
	const char *base = path_of(c, &acme);
	const struct {
		const char *method;
		const char *target;
		const char *body;
	} rows[] = {
		{"POST", base, "{'url':'https://a.example.com/','eventTypes':['*']}"},
		{"GET", base, NULL},
		{"GET", path, NULL},
		{"PATCH", path, "{'status':'inactive'}"},
		{"DELETE", path, NULL},
		{"POST", client_text(c, "%s/rotate-secret", path), NULL},
		{"GET", client_text(c, "%s/deliveries", path), NULL},
		{"POST", client_text(c, "%s/deliveries/" NOBODY "/replay", path), NULL},
	};
	struct answer a;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *body = rows[i].body != NULL ? client_json(c, "%s", rows[i].body) : NULL;

		a = client_call(c, rows[i].method, rows[i].target, other.owner.access, body);
		expect_refusal(&a, 404, "NOT_FOUND");
		a = client_call(c, rows[i].method, rows[i].target, acme.test_key, body);
		expect_refusal(&a, 403, "FORBIDDEN");
		a = client_call(c, rows[i].method, rows[i].target, NULL, body);
		expect_refusal(&a, 401, "UNAUTHORIZED");
	}
	a = client_call(c, "GET", client_text(c, "%s" NOBODY, base), acme.owner.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET", base, key_new(c, &acme.owner, NULL, ""), NULL);
	expect_status(&a, 200); /* a personal key acts as its owner */
	drop(c, path);
}

/* A failed delivery of the webhook; its id. */
static const char *
failed_delivery(struct client *c)
{
	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	client_sql(c, "UPDATE cowry.webhook_delivery SET status = 'failed', next_at = NULL,"
		      " attempts = 6, tries = 6, response_status = 500");
	return client_value(c, "SELECT public_id FROM cowry.webhook_delivery"
			       " ORDER BY delivery_id DESC LIMIT 1");
}

static void
test_deliveries(void **state)
{
	struct client *c = *state;
	const char *path = created(c, "test");
	const char *id = failed_delivery(c);
	struct answer a = client_call(c, "GET", client_text(c, "%s/deliveries", path),
				      acme.owner.access, NULL);

	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.id", id);
	expect_text(&a, "data.0.status", "failed");
	expect_text(&a, "data.0.eventType", "wallet.created");
	expect_text(&a, "data.0.attempts", "6");
	expect_text(&a, "data.0.responseStatus", "500");
	assert_memory_equal(answer_at(&a, "data.0.eventId"), "evt_", 4);
	a = client_call(c, "GET", client_text(c, "%s/deliveries?status=pending", path),
			acme.owner.access, NULL);
	assert_int_equal(answer_count(&a, "data"), 0);
	a = client_call(c, "GET", client_text(c, "%s/deliveries?status=lost", path),
			acme.owner.access, NULL);
	expect_field(&a, "status");
	a = client_call(c, "POST", client_text(c, "%s/deliveries/%s/replay", path, id),
			acme.owner.access, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.status", "pending");
	a = client_call(c, "POST", client_text(c, "%s/deliveries/%s/replay", path, id),
			acme.owner.access, NULL);
	expect_refusal(&a, 409, "CONFLICT");
	a = client_call(c, "PATCH", path, acme.owner.access,
			client_json(c, "{'status':'inactive'}"));
	a = client_call(c, "GET", client_text(c, "%s/deliveries?status=failed", path),
			acme.owner.access, NULL);
	expect_text(&a, "data.0.problem", "The webhook was disabled");
	a = client_call(c, "POST", client_text(c, "%s/deliveries/%s/replay", path, id),
			acme.owner.access, NULL);
	expect_refusal(&a, 409, "CONFLICT");
	drop(c, path);
}

static void
test_admin(void **state)
{
	struct client *c = *state;
	struct person root = person_admin(c, "root@example.com");
	const char *path = created(c, "test");
	const char *id = failed_delivery(c);
	const char *replay = client_text(c, "/v1/admin/deliveries/%s/replay", id);
	struct answer a = client_call(c, "GET", "/v1/admin/deliveries?status=failed&limit=1",
				      root.access, NULL);

	expect_status(&a, 200);
	expect_text(&a, "data.0.id", id);
	expect_text(&a, "data.0.projectId", acme.project);
	expect_text(&a, "data.0.url", "https://hooks.example.com/x");
	a = client_call(c, "GET", "/v1/admin/deliveries", acme.owner.access, NULL);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "POST", replay, acme.owner.access, NULL);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "POST", replay, root.access, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.status", "pending");
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.audit_log WHERE action ="
					 " 'delivery_replay' AND subject = '%s'",
					 id),
			    "1");
	drop(c, path);
}

static void
test_routes(void **state)
{
	client_covered(*state, pocket_subscriptions, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_life),         client_test(test_urls),
		client_test(test_development),  client_test(test_fields),
		client_test(test_most),         client_test(test_foreign),
		client_test(test_deliveries),   client_test(test_admin),
		client_test(client_books_hold), client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
