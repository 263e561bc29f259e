/* Jobs of the queue, managed by administrators. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "tests/support/users.h"

static struct person admin;
static struct person other;

static int
setup(void **state)
{
	struct client *c;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	admin = person_admin(c, "root@example.com");
	other = person_new(c, "somebody@example.com");
	return 0;
}

static int
begin(void **state)
{
	int failed = client_begin(state);

	client_sql(*state,
		   "TRUNCATE cowry.job, cowry.audit_log RESTART IDENTITY;"
		   "INSERT INTO cowry.job (kind, subject, due_at, parked_at, attempts, problem,"
		   " claimed_until) VALUES"
		   " ('mail', 'first', now(), NULL, 0, NULL, NULL),"
		   " ('mail', 'second', now(), now(), 7, 'refused', NULL),"
		   " ('webhook_delivery', 'third', now(), NULL, 1, NULL, now() + interval '1 h')");
	return failed;
}

static struct answer
list(struct client *c, const char *query)
{
	return client_call(c, "GET", client_text(c, "/v1/admin/jobs%s", query), admin.access, NULL);
}

static struct answer
act(struct client *c, const char *id, const char *verb)
{
	return client_call(c, "POST", client_text(c, "/v1/admin/jobs/%s/%s", id, verb),
			   admin.access, NULL);
}

static void
test_list(void **state)
{
	struct client *c = *state;
	struct answer a = list(c, "");

	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 3);
	expect_text(&a, "data.0.subject", "third");
	expect_text(&a, "data.0.status", "running");
	expect_text(&a, "data.1.id", "2");
	expect_text(&a, "data.1.status", "parked");
	expect_text(&a, "data.1.problem", "refused");
	expect_text(&a, "data.1.attempts", "7");
	expect_text(&a, "data.2.status", "waiting");
	expect_text(&a, "data.2.problem", "null");
}

static void
test_filters_and_pages(void **state)
{
	struct client *c = *state;
	struct answer a = list(c, "?kind=mail&limit=1");

	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.subject", "second");
	expect_text(&a, "pagination.hasNextPage", "true");
	a = list(c, client_text(c, "?kind=mail&cursor=%s", answer_at(&a, "pagination.nextCursor")));
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.subject", "first");
	a = list(c, "?status=parked");
	assert_int_equal(answer_count(&a, "data"), 1);
	a = list(c, "?status=gone");
	expect_field(&a, "status");
}

static const char *
audited(struct client *c)
{
	return client_value(c, "SELECT string_agg(action || ' ' || l.subject || ' ' || email, ',')"
			       "  FROM cowry.audit_log l JOIN cowry.users u USING (user_id)");
}

static void
test_retry(void **state)
{
	struct client *c = *state;
	struct answer a = act(c, "2", "retry");

	expect_status(&a, 200);
	expect_text(&a, "data.status", "waiting");
	expect_text(&a, "data.attempts", "0");
	assert_string_equal(audited(c), "job_retry mail second root@example.com");
}

static void
test_park(void **state)
{
	struct client *c = *state;
	struct answer a = act(c, "1", "park");

	expect_status(&a, 200);
	expect_text(&a, "data.status", "parked");
	assert_string_equal(audited(c), "job_park mail first root@example.com");
}

static void
test_not_there(void **state)
{
	static const char *const ids[] = {"4711", "0", "-1", "x", "99999999999999999999"};
	struct client *c = *state;
	struct answer a;

	for (size_t i = 0; i < COUNT(ids); i++) {
		a = act(c, ids[i], "retry");
		expect_refusal(&a, 404, "NOT_FOUND");
		a = act(c, ids[i], "park");
		expect_refusal(&a, 404, "NOT_FOUND");
	}
	assert_string_equal(audited(c), "");
}

static void
test_administrators_only(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(c, "GET", "/v1/admin/jobs", other.access, NULL);

	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "POST", "/v1/admin/jobs/1/park", other.access, NULL);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "POST", "/v1/admin/jobs/1/retry", NULL, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

static void
test_routes(void **state)
{
	client_covered(*state, pocket_jobs, NULL);
}

#define jobs_test(function) cmocka_unit_test_setup(function, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		jobs_test(test_list),      jobs_test(test_filters_and_pages),
		jobs_test(test_retry),     jobs_test(test_park),
		jobs_test(test_not_there), jobs_test(test_administrators_only),
		jobs_test(test_routes),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
