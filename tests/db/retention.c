/* What the job of retention deletes, and what it keeps. */
#include <libpq-fe.h>
#include <pthread.h>
#include <string.h>

#include "base/log.h"
#include "jobs/job.h"
#include "tests/support/cmocka.h"
#include "tests/support/fixture.h"
#include "tests/support/poll.h"
#include "tests/support/sql_value.h"

/* Jobs abandoned for three months. */
static void
test_retention(void **state)
{
	struct fixture *f = *state;
	bool found;

	fixture_sql(f->superuser_url,
		    "INSERT INTO cowry.job (kind, subject, due_at, parked_at) VALUES"
		    " ('once', 'old', now(), now() - interval '91 days'),"
		    " ('once', 'new', now(), now() - interval '89 days'),"
		    " ('once', 'waiting', now() - interval '91 days', NULL);"
		    "INSERT INTO cowry.mail (public_id, recipient, subject, expires_at, sent_at,"
		    " failed_at) VALUES"
		    " (gen_random_uuid(), 'sent', 's', now(), now() - interval '31 days', NULL),"
		    " (gen_random_uuid(), 'failed', 's', now(), NULL, now() - interval '31 days'),"
		    " (gen_random_uuid(), 'new', 's', now(), now() - interval '29 days', NULL),"
		    " (gen_random_uuid(), 'waiting', 's', now(), NULL, NULL)");
	assert_int_equal(job_retention.run(&f->ctx, &found), ERR_OK);
	assert_false(found);
	expect_sql(f, "SELECT string_agg(subject, ' ' ORDER BY subject) FROM cowry.job",
		   "new waiting");
	expect_sql(f, "SELECT string_agg(recipient, ' ' ORDER BY recipient) FROM cowry.mail",
		   "new waiting");
}

/* Sign-ins that nobody completed. */
static void
test_challenges(void **state)
{
	struct fixture *f = *state;
	bool found;

	fixture_sql(f->superuser_url,
		    "INSERT INTO cowry.users (public_id, email, email_key, name)"
		    " VALUES (gen_random_uuid(), 'c', 'c', 'c');"
		    "INSERT INTO cowry.sign_in_challenge (digest, user_id, credential, expires_at)"
		    " SELECT sha256(hours::text::bytea), user_id, sha256(''),"
		    " now() - make_interval(hours => hours)"
		    " FROM cowry.users, unnest(ARRAY[0, 2]) hours");
	assert_int_equal(job_retention.run(&f->ctx, &found), ERR_OK);
	expect_sql(f, "SELECT count(*) FROM cowry.sign_in_challenge", "1");
	fixture_sql(f->superuser_url,
		    "DELETE FROM cowry.sign_in_challenge; DELETE FROM cowry.users");
}

/* Events are kept while a delivery is pending, the audit log and providers' webhooks unless days are
 * set; of those, never anything young. */
static void
test_retention_by_setting(void **state)
{
	struct fixture *f = *state;
	bool found;

	fixture_sql(
		f->superuser_url,
		"SET search_path = cowry; SET session_replication_role = replica;"
		"INSERT INTO event (event_id, public_id, project_id, mode, object, type, data,"
		" created_at, sequence) OVERRIDING SYSTEM VALUE"
		" SELECT i, gen_random_uuid(), 1, 'test', gen_random_uuid(), 't', '{}',"
		"        now() - make_interval(days => CASE i WHEN 4 THEN 89 ELSE 91 END),"
		"        CASE i WHEN 3 THEN NULL ELSE i END FROM generate_series(1, 4) i;"
		"INSERT INTO webhook_delivery (public_id, subscription_id, event_id, object, sequence,"
		" status, delivered_at) SELECT gen_random_uuid(), s, e, gen_random_uuid(), e, status,"
		" now() FROM (VALUES (1, 1, 'delivered'), (2, 1, 'failed'), (1, 2, 'delivered'),"
		" (2, 2, 'pending'), (1, 4, 'delivered')) v (s, e, status);"
		"INSERT INTO audit_log (action, subject, created_at) SELECT 'a', days::text,"
		" now() - make_interval(days => days) FROM unnest(ARRAY[900, 400, 300]) days;"
		"INSERT INTO provider_event (provider, digest, body, received_at)"
		" SELECT 'p', sha256(days::text::bytea), '', now() - make_interval(days => days)"
		"   FROM unnest(ARRAY[100, 80]) days");
	assert_int_equal(job_retention.run(&f->ctx, &found), ERR_OK);
	expect_sql(f, "SELECT string_agg(event_id::text, ' ' ORDER BY event_id) FROM cowry.event",
		   "2 3 4");
	expect_sql(f,
		   "SELECT string_agg(event_id || status, ' ' ORDER BY event_id, status)"
		   " FROM cowry.webhook_delivery",
		   "2delivered 2pending 4delivered");
	expect_sql(f, "SELECT count(*) FROM cowry.audit_log", "3");
	expect_sql(f, "SELECT count(*) FROM cowry.provider_event", "2");
	f->config.audit_days = 30;
	f->config.provider_event_days = 30;
	assert_int_equal(job_retention.run(&f->ctx, &found), ERR_OK);
	expect_sql(f, "SELECT string_agg(subject, ' ') FROM cowry.audit_log", "300");
	expect_sql(f, "SELECT count(*) FROM cowry.provider_event", "1");
	f->config.audit_days = 0;
	f->config.provider_event_days = 0;
}

static void *
retain(void *arg)
{
	struct fixture *f = arg;
	struct ctx ctx = fixture_ctx(f);
	bool found;

	assert_int_equal(job_retention.run(&ctx, &found), ERR_OK);
	fixture_ctx_end(&ctx);
	return NULL;
}

/* Somebody replays a delivery at the moment in which it is about to be removed. */
static void
test_retention_during_replay(void **state)
{
	struct fixture *f = *state;
	PGconn *pg = PQconnectdb(f->superuser_url);
	struct poll poll = poll_for(10);
	pthread_t thread;

	fixture_sql(
		f->superuser_url,
		"SET search_path = cowry; SET session_replication_role = replica;"
		"DELETE FROM webhook_delivery; DELETE FROM event;"
		"INSERT INTO event (event_id, public_id, project_id, mode, object, type, data,"
		" created_at, sequence) OVERRIDING SYSTEM VALUE VALUES (9, gen_random_uuid(), 1,"
		" 'test', gen_random_uuid(), 't', '{}', now() - interval '91 days', 9);"
		"INSERT INTO webhook_delivery (public_id, subscription_id, event_id, object,"
		" sequence, status, delivered_at) VALUES (gen_random_uuid(), 1, 9,"
		" gen_random_uuid(), 9, 'delivered', now())");
	PQclear(PQexec(pg, "BEGIN; SET LOCAL session_replication_role = replica;"
			   "UPDATE cowry.webhook_delivery SET status = 'pending'"));
	assert_int_equal(pthread_create(&thread, NULL, retain, f), 0);
	while (strcmp(value(f, "SELECT count(*) FROM pg_locks WHERE NOT granted"), "0") == 0)
		assert_true(poll_again(&poll));
	PQclear(PQexec(pg, "COMMIT"));
	PQfinish(pg);
	assert_int_equal(pthread_join(thread, NULL), 0);
	expect_sql(f,
		   "SELECT count(*) FROM cowry.webhook_delivery d JOIN cowry.event e"
		   " USING (event_id) WHERE status = 'pending'",
		   "1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_retention),
		cmocka_unit_test(test_challenges),
		cmocka_unit_test(test_retention_by_setting),
		cmocka_unit_test(test_retention_during_replay),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
