/*
 * Ownership of accounts: each kind of proof of the address, and the settings made before by
 * somebody who registered with it.
 */
#include "tests/support/cmocka.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/drop/drop.h"
#include "app/people/google.h"
#include "app/people/ownership.h"
#include "app/people/user.h"
#include "app/people/user_admin.h"
#include "base/arena.h"
#include "runtime/app.h"
#include "tests/support/drop_payer.h"
#include "tests/support/moolah_user.h"
#include "tests/support/otp_wallet.h"

#define OWNER_PASSWORD "the-owner-chose-this-1"

/* A user who registered with an address, and their settings. */
struct squatter {
	struct moolah_user person;
	struct tenant tenant;
	const char *personal_key;
	const char *wallet_key;
};

static int people;

static const char *
public_id(struct client *c, const char *email)
{
	return client_value(c, "SELECT public_id FROM cowry.users WHERE email_key = '%s'", email);
}

static const char *
made(struct client *c, const struct squatter *s, const char *target, const char *body,
     const char *path)
{
	struct answer a = client_call(c, "POST", target, s->person.access, body);

	expect_status(&a, 201);
	return path != NULL ? arena_strdup(c->keep, answer_at(&a, path)) : NULL;
}

static void
make_platform(struct client *c, struct squatter *s)
{
	s->tenant.owner = (struct person){.email = s->person.email, .access = s->person.access};
	(void)made(c, s, "/v1/platform-accounts", "{\"name\":\"Shop\"}", NULL);
	s->tenant.project = made(c, s, "/v1/projects", "{\"name\":\"Shop\"}", "data.id");
	s->tenant.live_key =
		key_new(c, &s->tenant.owner, s->tenant.project, "'quota':null,'scope':'live'");
	s->personal_key = key_new(c, &s->tenant.owner, NULL, "");
	(void)made(c, s, client_text(c, "/v1/projects/%s/webhooks", s->tenant.project),
		   client_json(c, "{'url':'https://93.184.215.14/hook',"
				  "'eventTypes':['*']}"),
		   NULL);
	(void)made(c, s, client_text(c, "/v1/projects/%s/providers", s->tenant.project),
		   client_json(c, "{'type':'paystack','config':{'apiKey':'sk_live_x'},"
				  "'isActive':true}"),
		   NULL);
}

/* What is of use for a while only: a code, a token, an answer that can be asked for again, and an
 * address that the account knows. */
static void
make_passing(struct client *c, const struct squatter *s, const struct person *as_person)
{
	struct answer a = client_send(c, &(struct ask){.method = "POST",
						       .target = "/v1/projects",
						       .credential = s->person.access,
						       .idempotency_key = "of-before",
						       .body = "{\"name\":\"Shop 2\"}"});

	expect_status(&a, 201);
	(void)otp_start(c, as_person, "fund", "1000");
	client_sql(c,
		   "INSERT INTO cowry.email_token (digest, user_id, purpose, expires_at)"
		   " SELECT sha256(public_id::text::bytea), user_id, 'reset_password',"
		   " now() + interval '1 hour' FROM cowry.users WHERE email_key = '%s'",
		   s->person.email);
	client_sql(c,
		   "INSERT INTO cowry.known_address (user_id, address)"
		   " SELECT user_id, sha256('elsewhere') FROM cowry.users WHERE email_key = '%s'",
		   s->person.email);
}

/* Everything that there is. */
static struct squatter
squatter_new(struct client *c)
{
	struct squatter s = {.person = moolah_user_new(c, people++)};
	struct person as_person = {.email = s.person.email, .access = s.person.access};

	as_person.id = arena_strdup(c->keep, public_id(c, s.person.email));
	make_platform(c, &s);
	s.wallet_key = made(c, &s, "/api/v1/keys/create",
			    client_json(c, "{'name':'x','permissions':['read'],'expiry':'1Y'}"),
			    "data.api_key");
	(void)recipient_new(c, &as_person, "RSD");
	(void)drop_payer_account(c, &as_person, 1000, true);
	(void)made(c, &s, "/api/cards", "{\"type\":\"virtual\"}", NULL);
	(void)made(c, &s, "/api/merchants/register",
		   client_json(c,
			       "{'businessName':'Shop','orgNumber':'%09d',"
			       "'bankAccount':'8601.11.17947'}",
			       923609016 - people),
		   NULL);
	(void)made(c, &s, "/api/consents", "{\"consentType\":\"terms\",\"granted\":true}", NULL);
	make_passing(c, &s, &as_person);
	return s;
}

/* The settings, counted while they are valid. */
static const struct thing {
	const char *name;
	const char *count;
} things[] = {
	{"sessions", "SELECT count(*) FROM cowry.session JOIN me USING (user_id)"
		     " WHERE revoked_at IS NULL"},
	{"personal keys", "SELECT count(*) FROM cowry.api_key JOIN me USING (user_id)"
			  " WHERE revoked_at IS NULL AND project_id IS NULL"},
	{"keys of projects", "SELECT count(*) FROM cowry.api_key JOIN me USING (user_id)"
			     " WHERE revoked_at IS NULL AND project_id IS NOT NULL"},
	{"wallet keys", "SELECT count(*) FROM cowry.wallet_key JOIN me USING (user_id)"
			" WHERE is_active"},
	{"webhooks", "SELECT count(*) FROM cowry.webhook_subscription s"
		     " JOIN cowry.project USING (project_id)"
		     " JOIN cowry.platform_account USING (platform_account_id)"
		     " JOIN me USING (user_id) WHERE s.is_active AND s.secret_sealed IS NOT NULL"},
	{"accounts at providers", "SELECT count(*) FROM cowry.provider_config s"
				  " JOIN cowry.project USING (project_id)"
				  " JOIN cowry.platform_account USING (platform_account_id)"
				  " JOIN me USING (user_id) WHERE s.is_active"},
	{"recipients", "SELECT count(*) FROM cowry.recipient JOIN me USING (user_id)"
		       " WHERE deleted_at IS NULL"},
	{"bank accounts", "SELECT count(*) FROM cowry.bank_account JOIN me USING (user_id)"
			  " WHERE unlinked_at IS NULL"},
	{"consents of banks", "SELECT count(*) FROM cowry.bank_consent JOIN me USING (user_id)"
			      " WHERE ended_at IS NULL"},
	{"cards", "SELECT count(*) FROM cowry.card JOIN me USING (user_id)"
		  " WHERE status = 'active'"},
	{"where a merchant is paid", "SELECT count(bank_account) FROM cowry.merchant"
				     " JOIN me USING (user_id)"},
	{"consents", "SELECT count(*) FROM cowry.consent JOIN me USING (user_id)"},
	{"phone", "SELECT count(phone) FROM cowry.users JOIN me USING (user_id)"},
	{"identity document", "SELECT count(document_digest) FROM cowry.users"
			      " JOIN me USING (user_id)"},
	{"mailed tokens", "SELECT count(*) FROM cowry.email_token JOIN me USING (user_id)"
			  " WHERE used_at IS NULL"},
	{"codes", "SELECT count(*) FROM cowry.one_time_code JOIN me USING (user_id)"
		  " WHERE used_at IS NULL AND ended_at IS NULL"},
	{"answers", "SELECT count(*) FROM cowry.idempotency JOIN me"
		    " ON principal = 'user:' || user_id"},
	{"addresses that it knows", "SELECT count(*) FROM cowry.known_address JOIN me"
				    " USING (user_id) WHERE address = sha256('elsewhere')"},
};
enum { THINGS = COUNT(things) };

static bool
is_good(struct client *c, const char *email, const struct thing *thing)
{
	return strcmp(client_value(c,
				   "WITH me AS (SELECT user_id FROM cowry.users"
				   " WHERE email_key = '%s') %s",
				   email, thing->count),
		      "0") != 0;
}

static void
expect_things(struct client *c, const char *email, bool good, const char *after)
{
	for (size_t i = 0; i < THINGS; i++)
		if (is_good(c, email, &things[i]) != good)
			fail_msg("%s are %s after %s", things[i].name, good ? "void" : "good",
				 after);
}

static int
status_with(struct client *c, const char *target, const char *bearer, const char *api_key)
{
	return client_send(c, &(struct ask){.method = "GET",
					    .target = target,
					    .credential = bearer,
					    .api_key = api_key})
		.status;
}

/* The credentials themselves, in use. */
static void
expect_credentials(struct client *c, const struct squatter *s, int status)
{
	assert_int_equal(status_with(c, "/v1/auth/me", s->person.access, NULL), status);
	assert_int_equal(status_with(c, "/v1/projects", s->personal_key, NULL), status);
	assert_int_equal(status_with(c, "/v1/wallets", s->tenant.live_key, NULL), status);
	assert_int_equal(status_with(c, "/api/v1/wallet/balance", NULL, s->wallet_key), status);
}

static struct answer
log_in(struct client *c, const char *email, const char *password)
{
	return client_call(c, "POST", "/v1/auth/login", NULL,
			   client_json(c, "{'email':'%s','password':'%s'}", email, password));
}

static struct answer
verify_as(struct client *c, const char *email, const char *bearer)
{
	struct answer a = client_call(c, "POST", "/v1/auth/request-verify-email", NULL,
				      client_json(c, "{'email':'%s'}", email));

	expect_status(&a, 200);
	return client_call(
		c, "POST", "/v1/auth/verify-email", bearer,
		client_json(c, "{'email':'%s','token':'%s'}", email, mailed_token(c, email)));
}

static void
by_verification(struct client *c, const struct squatter *s)
{
	struct answer a = verify_as(c, s->person.email, NULL);

	expect_status(&a, 200);
}

static void
by_reset(struct client *c, const struct squatter *s)
{
	struct answer a = client_call(c, "POST", "/v1/auth/forgotten-password", NULL,
				      client_json(c, "{'email':'%s'}", s->person.email));

	expect_status(&a, 200);
	a = client_call(
		c, "POST", "/v1/auth/reset-password", NULL,
		client_json(c, "{'email':'%s','token':'%s','newPassword':'" OWNER_PASSWORD "'}",
			    s->person.email, mailed_token(c, s->person.email)));
	expect_status(&a, 200);
}

static enum err
google_says(struct ctx *ctx, void *arg)
{
	const struct idtoken who = {.subject = "1", .email = arg, .name = "The Owner"};
	struct user user = {0};

	return google_user(ctx, &who, &user);
}

static void
by_google(struct client *c, const struct squatter *s)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);

	assert_int_equal(db_transact(&ctx, google_says, arena_strdup(c->scratch, s->person.email)),
			 ERR_OK);
}

static enum err
promote(struct ctx *ctx, void *arg)
{
	return user_make_admin(ctx, arg, "The Owner", OWNER_PASSWORD);
}

static void
by_operator(struct client *c, const struct squatter *s)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);

	assert_int_equal(db_transact(&ctx, promote, arena_strdup(c->scratch, s->person.email)),
			 ERR_OK);
}

/* The ways, and whether the old password still signs in. */
static const struct way {
	const char *name;
	void (*prove)(struct client *c, const struct squatter *s);
	int old_password;
} ways[] = {
	{"the verification of the address", by_verification, 200},
	{"a reset of the password", by_reset, 401},
	{"a sign-in with Google", by_google, 401},
	{"an appointment by the operator", by_operator, 401},
};

static void
test_matrix(void **state)
{
	struct client *c = *state;

	for (size_t i = 0; i < COUNT(ways); i++) {
		struct squatter s = squatter_new(c);
		struct answer a;

		expect_things(c, s.person.email, true, "registration");
		expect_credentials(c, &s, 200);
		ways[i].prove(c, &s);
		expect_things(c, s.person.email, false, ways[i].name);
		expect_credentials(c, &s, 401);
		a = log_in(c, s.person.email, PASSWORD);
		expect_status(&a, ways[i].old_password);
	}
}

/* A user who verifies the address in their own session made all settings. */
static void
test_holder(void **state)
{
	struct client *c = *state;
	struct squatter s = squatter_new(c);
	struct answer a = verify_as(c, s.person.email, s.person.access);

	expect_status(&a, 200);
	expect_things(c, s.person.email, true, "their own verification");
	expect_credentials(c, &s, 200);
	by_reset(c, &s);
	assert_int_equal(status_with(c, "/v1/auth/me", s.person.access, NULL), 401);
	assert_int_equal(status_with(c, "/v1/projects", s.personal_key, NULL), 200);
	assert_true(is_good(c, s.person.email, &things[4]));
}

/* Another user's session does not help. */
static void
test_other_session(void **state)
{
	struct client *c = *state;
	struct squatter s = squatter_new(c);
	struct person eve = person_new(c, "other-session@example.com");
	struct answer a = verify_as(c, s.person.email, eve.access);

	expect_status(&a, 200);
	expect_things(c, s.person.email, false, "verification in another's session");
	assert_int_equal(status_with(c, "/v1/auth/me", eve.access, NULL), 200);
}

/* The mailbox alone leaves the password unverified: later settings are invalidated by the next
 * proof. */
static void
test_second_proof(void **state)
{
	struct client *c = *state;
	struct squatter s = squatter_new(c);
	struct person again;
	const char *key;

	by_verification(c, &s);
	again = person_sign_in(c, s.person.email, PASSWORD);
	key = key_new(c, &again, NULL, "");
	assert_int_equal(status_with(c, "/v1/projects", key, NULL), 200);
	by_reset(c, &s);
	assert_int_equal(status_with(c, "/v1/projects", key, NULL), 401);
	again = person_sign_in(c, s.person.email, OWNER_PASSWORD);
	key = key_new(c, &again, NULL, "");
	by_reset(c, &s);
	assert_int_equal(status_with(c, "/v1/projects", key, NULL), 200);
}

/* Money, wallets and projects are the owner's from then on. */
static void
test_handed_over(void **state)
{
	struct client *c = *state;
	struct squatter s = squatter_new(c);
	const char *before;
	const char *wallet = wallet_with(c, s.tenant.live_key, "NGN", "5");
	struct person owner;
	struct answer a;

	before = client_value(c,
			      "SELECT number FROM cowry.wallet WHERE user_id ="
			      " (SELECT user_id FROM cowry.users WHERE email_key = '%s')",
			      s.person.email);
	by_reset(c, &s);
	owner = person_sign_in(c, s.person.email, OWNER_PASSWORD);
	a = client_call(c, "GET", client_text(c, "/v1/projects/%s", s.tenant.project), owner.access,
			NULL);
	expect_status(&a, 200);
	assert_string_equal(
		wallet_balance(c,
			       key_new(c, &owner, s.tenant.project, "'quota':null,'scope':'live'"),
			       wallet, "ledger"),
		"5.00");
	a = client_call(c, "GET", "/api/v1/wallet/balance", owner.access, NULL);
	expect_status(&a, 200);
	assert_string_equal(client_value(c,
					 "SELECT number FROM cowry.wallet WHERE user_id ="
					 " (SELECT user_id FROM cowry.users"
					 " WHERE email_key = '%s') LIMIT 1",
					 s.person.email),
			    before);
	a = client_call(c, "POST", "/api/merchants/register", owner.access,
			client_json(c,
				    "{'businessName':'Mine','orgNumber':'%09d',"
				    "'bankAccount':'8601.11.17947'}",
				    923609016 - people));
	expect_status(&a, 201);
}

/* Pending payments of a provider account set by the stranger are not settled by its webhooks. */
static void
test_payment_under_way(void **state)
{
	struct client *c = *state;
	struct squatter s = squatter_new(c);
	const char *wallet = wallet_new(c, s.tenant.live_key, "NGN");

	client_sql(c,
		   "INSERT INTO cowry.payment (public_id, ledger_id, account_id, project_id,"
		   " withdrawal, type, currency, amount, reference, content, provider,"
		   " provider_reference, provider_config_id) SELECT gen_random_uuid(),"
		   " a.ledger_id, a.account_id, l.project_id, false, 'credit', 'NGN', 100,"
		   " 'squat-1', sha256('x'), 'paystack', 'squat-1', f.provider_config_id"
		   " FROM cowry.account a JOIN cowry.ledger l USING (ledger_id)"
		   " JOIN cowry.provider_config f ON f.project_id = l.project_id"
		   " WHERE a.public_id = '%s'",
		   wallet);
	client_sql(c, "INSERT INTO cowry.reserved_reference (ledger_id, reference, holder)"
		      " SELECT ledger_id, reference, public_id FROM cowry.payment"
		      " WHERE reference = 'squat-1'");
	by_reset(c, &s);
	assert_string_equal(client_value(c, "SELECT p.status || r.status FROM cowry.payment p"
					    " JOIN cowry.review r ON r.subject = p.public_id"
					    " WHERE p.reference = 'squat-1'"),
			    "reviewopen");
}

struct background {
	struct client client;
	struct ask ask;
	struct reply reply;
};

static void *
in_background(void *arg)
{
	struct background *background = arg;

	background->reply = client_exchange(&background->client, &background->ask);
	return NULL;
}

static void
run_sql(PGconn *pg, const char *sql)
{
	PGresult *result = PQexec(pg, sql);

	assert_true(PQresultStatus(result) == PGRES_COMMAND_OK ||
		    PQresultStatus(result) == PGRES_TUPLES_OK);
	PQclear(result);
}

/* The status of a request whose credential was good when it was read, and is void before anything
 * is made with it. */
static int
status_of_late(struct client *c, const struct squatter *s, const char *credential,
	       const char *table)
{
	static const struct timespec step = {0, 10000000};
	struct background late = {.client = *c,
				  .ask = {.method = "POST",
					  .target = "/v1/projects",
					  .credential = credential,
					  .body = "{\"name\":\"Late\"}"}};
	const char *me = client_text(c, "(SELECT user_id FROM cowry.users WHERE email_key = '%s')",
				     s->person.email);
	PGconn *proof = PQconnectdb(c->fixture->superuser_url);
	time_t deadline = time(NULL) + 10;
	pthread_t thread;

	run_sql(proof, "BEGIN");
	run_sql(proof, client_text(c, "SELECT FROM cowry.users WHERE user_id = %s FOR UPDATE", me));
	late.client.scratch = arena_new(1 << 24);
	assert_int_equal(pthread_create(&thread, NULL, in_background, &late), 0);
	while (strcmp(client_value(c, "SELECT count(*) FROM pg_stat_activity WHERE datname ="
				      " current_database() AND wait_event_type = 'Lock'"),
		      "1") != 0 &&
	       time(NULL) < deadline)
		(void)nanosleep(&step, NULL);
	run_sql(proof, client_text(c, "UPDATE cowry.%s SET revoked_at = now() WHERE user_id = %s",
				   table, me));
	run_sql(proof, "COMMIT");
	PQfinish(proof);
	assert_int_equal(pthread_join(thread, NULL), 0);
	arena_free(late.client.scratch);
	return late.reply.status;
}

static void
test_void_before_used(void **state)
{
	struct client *c = *state;
	struct squatter s = squatter_new(c);

	assert_int_equal(status_of_late(c, &s, s.personal_key, "api_key"), 401);
	assert_int_equal(status_of_late(c, &s, s.person.access, "session"), 401);
	assert_string_equal(
		client_value(c, "SELECT count(*) FROM cowry.project WHERE name = 'Late'"), "0");
}

enum { RACERS = 4 };

/* Keys created while the owner signs in are invalidated as well. */
static void
test_race(void **state)
{
	struct client *c = *state;

	for (int i = 0; i < 6; i++) {
		struct squatter s = squatter_new(c);
		struct ask asks[RACERS + 1];
		int statuses[RACERS + 1];
		const char *token;
		struct answer a = client_call(c, "POST", "/v1/auth/forgotten-password", NULL,
					      client_json(c, "{'email':'%s'}", s.person.email));

		expect_status(&a, 200);
		token = mailed_token(c, s.person.email);
		asks[0] = (struct ask){.method = "POST",
				       .target = "/v1/auth/reset-password",
				       .body = client_json(c,
							   "{'email':'%s','token':'%s',"
							   "'newPassword':'" OWNER_PASSWORD "'}",
							   s.person.email, token)};
		for (size_t r = 1; r <= RACERS; r++)
			asks[r] = (struct ask){
				.method = "POST",
				.target = r % 2 == 0 ? "/v1/api-key" : "/api/v1/keys/create",
				.credential = s.person.access,
				.body = r % 2 == 0 ? "{}"
						   : "{\"name\":\"x\",\"permissions\":"
						     "[\"read\"],\"expiry\":\"1Y\"}"};
		asks[RACERS] = (struct ask){.method = "POST",
					    .target = "/v1/auth/login",
					    .body = client_json(c, "{'email':'%s','password':'%s'}",
								s.person.email, PASSWORD)};
		client_at_once(c, asks, RACERS + 1, statuses);
		assert_int_equal(statuses[0], 200);
		for (size_t t = 0; t < 4; t++)
			if (is_good(c, s.person.email, &things[t]))
				fail_msg("%s were made meanwhile", things[t].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_matrix),           client_test(test_holder),
		client_test(test_other_session),    client_test(test_second_proof),
		client_test(test_handed_over),      client_test(test_payment_under_way),
		client_test(test_void_before_used), client_test(test_race),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
