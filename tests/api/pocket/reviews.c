/* Reviews, and the log of administrators' actions. */
#include "tests/support/cmocka.h"

#include "api/pocket/pocket.h"
#include "tests/support/money.h"

static struct person admin;
static struct person joe;

static int
setup(void **state)
{
	struct client *c;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	admin = person_admin(c, "root@example.com");
	joe = person_new(c, "joe@example.com");
	return 0;
}

/* A funding of Joe's that waits for a review; the id of the review. number makes it unique. */
static const char *
new_review(struct client *c, int number)
{
	const char *funding = client_value(
		c,
		"INSERT INTO cowry.funding (public_id, user_id, purpose, reference, transaction_no,"
		" amount, email, email_key, risk, risk_rules, requires_review, status, expires_at)"
		" SELECT gen_random_uuid(), user_id, 'wallet_funding', 'FUND-000000000000%d-abcdefgh',"
		" 'TXN-000000000000%d', 50000, email, email_key, 'high', 'amount', true, 'review',"
		" now() + interval '1 hour' FROM cowry.users WHERE email = 'joe@example.com'"
		" RETURNING public_id",
		number, number);

	return client_value(c,
			    "INSERT INTO cowry.review (public_id, kind, subject, reason, detail)"
			    " VALUES (gen_random_uuid(), 'funding', '%s', 'Unusual',"
			    " '{\"risk\":\"high\"}') RETURNING public_id",
			    funding);
}

static struct answer
decide(struct client *c, const struct person *by, const char *id, const char *what,
       const char *members)
{
	return client_call(c, "POST", client_text(c, "/v1/admin/reviews/%s/%s", id, what),
			   by->access, client_json(c, "{%s}", members));
}

static struct answer
get(struct client *c, const struct person *by, const char *what)
{
	return client_call(c, "GET", client_text(c, "/v1/admin/%s", what), by->access, NULL);
}

static const char *
status_of_funding(struct client *c, int number)
{
	return client_value(c,
			    "SELECT status FROM cowry.funding WHERE transaction_no ="
			    " 'TXN-000000000000%d'",
			    number);
}

static void
test_approve(void **state)
{
	struct client *c = *state;
	const char *id = new_review(c, 1);
	struct answer a = get(c, &admin, client_text(c, "reviews/%s", id));

	expect_status(&a, 200);
	expect_text(&a, "data.kind", "funding");
	expect_text(&a, "data.status", "open");
	expect_text(&a, "data.detail.risk", "high");
	expect_text(&a, "data.decidedBy", "null");
	expect_text(&a, "data.decidedAt", "null");
	a = decide(c, &admin, id, "approve", "'note':'By phone'");
	expect_status(&a, 200);
	expect_text(&a, "data.status", "approved");
	expect_text(&a, "data.note", "By phone");
	expect_text(&a, "data.decidedBy", admin.id);
	assert_string_equal(status_of_funding(c, 1), "completed");
	a = decide(c, &admin, id, "approve", "");
	expect_refusal(&a, 409, "CONFLICT");
	a = decide(c, &admin, id, "reject", "");
	expect_refusal(&a, 409, "CONFLICT");
	a = get(c, &admin, "audit?action=review_approve");
	expect_text(&a, "data.0.subject", id);
	expect_text(&a, "data.0.userId", admin.id);
	expect_text(&a, "data.0.detail.note", "By phone");
}

static void
test_reject(void **state)
{
	struct client *c = *state;
	const char *id = new_review(c, 2);
	struct answer a = decide(c, &admin, id, "reject", "");

	expect_status(&a, 200);
	expect_text(&a, "data.status", "rejected");
	expect_text(&a, "data.note", "null");
	assert_string_equal(status_of_funding(c, 2), "failed");
	a = get(c, &admin, "audit?action=review_reject");
	expect_text(&a, "data.0.subject", id);
}

/* Impossible actions are not decided either. */
static void
test_consequence_fails(void **state)
{
	struct client *c = *state;
	const char *id = new_review(c, 3);
	struct answer a;

	client_sql(c, "UPDATE cowry.funding SET status = 'failed', closed_at = now()"
		      " WHERE transaction_no = 'TXN-0000000000003'");
	a = decide(c, &admin, id, "approve", "");
	expect_refusal(&a, 409, "CONFLICT");
	a = get(c, &admin, client_text(c, "reviews/%s", id));
	expect_text(&a, "data.status", "open");
}

static void
test_at_once(void **state)
{
	struct client *c = *state;
	const char *id = new_review(c, 4);
	struct ask asks[6];
	int statuses[6];

	for (size_t i = 0; i < COUNT(asks); i++)
		asks[i] = (struct ask){.method = "POST",
				       .target = client_text(c, "/v1/admin/reviews/%s/%s", id,
							     i % 2 == 0 ? "approve" : "reject"),
				       .credential = admin.access,
				       .body = "{}"};
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 200), 1);
	assert_int_equal(count_status(statuses, COUNT(asks), 409), COUNT(asks) - 1);
}

static void
test_lists(void **state)
{
	struct client *c = *state;
	struct answer a = get(c, &admin, "reviews?limit=1");

	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 1);
	a = get(c, &admin,
		client_text(c, "reviews?limit=100&cursor=%s",
			    answer_at(&a, "pagination.nextCursor")));
	assert_int_equal(answer_count(&a, "data"), 3);
	a = get(c, &admin, "reviews?status=open&kind=funding");
	assert_int_equal(answer_count(&a, "data"), 1);
	a = get(c, &admin, "reviews?kind=payment");
	assert_int_equal(answer_count(&a, "data"), 0);
	a = get(c, &admin, "reviews?status=odd");
	expect_field(&a, "status");
	a = get(c, &admin, "audit?limit=1");
	assert_int_equal(answer_count(&a, "data"), 1);
	a = get(c, &admin, "audit?action=nothing");
	assert_int_equal(answer_count(&a, "data"), 0);
	a = get(c, &admin, "audit?limit=0");
	expect_field(&a, "limit");
}

static void
test_who_may(void **state)
{
	struct client *c = *state;
	static const char *const whats[] = {"reviews", ("reviews/" NOBODY), "audit"};
	struct answer a;

	for (size_t i = 0; i < COUNT(whats); i++) {
		a = get(c, &joe, whats[i]);
		expect_refusal(&a, 403, "FORBIDDEN");
	}
	a = decide(c, &joe, NOBODY, "approve", "");
	expect_refusal(&a, 403, "FORBIDDEN");
	a = get(c, &admin, "reviews/" NOBODY);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = decide(c, &admin, NOBODY, "reject", "'note':7");
	expect_field(&a, "note");
	a = decide(c, &admin, NOBODY, "reject", "'note':''");
	expect_refusal(&a, 404, "NOT_FOUND");
}

static void
test_covered(void **state)
{
	client_covered(*state, pocket_reviews, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_approve),
		client_test(test_reject),
		client_test(test_consequence_fails),
		client_test(test_at_once),
		client_test(test_lists),
		client_test(test_who_may),
		client_test(client_books_hold),
		client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
