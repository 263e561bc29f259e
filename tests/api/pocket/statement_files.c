/* Statements as PDF that a job makes: the same content, in files that only their link and their time give. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#include "api/admission.h"
#include "api/pocket/pocket.h"
#include "app/wallet/statement_pdf.h"
#include "tests/support/statement_scene.h"
#include "tests/support/webhook_receiver.h"

enum { LINES = 100001, TEXT_MAX = 64 * 1024 * 1024 };

/* The content of a stream, behind the text so far. */
static size_t
inflate_stream(const char *from, const char *end, char *out, size_t room)
{
	z_stream z = {.next_in = (const unsigned char *)from,
		      .avail_in = (unsigned)(end - from),
		      .next_out = (unsigned char *)out,
		      .avail_out = (unsigned)room};

	assert_int_equal(inflateInit(&z), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	(void)inflateEnd(&z);
	return z.total_out;
}

/* What is drawn on the pages. */
static char *
drawn(struct client *c, const struct answer *a)
{
	const char *end = (const char *)a->body.data + a->body.length;
	const char *p = a->body.data;
	char *text = arena_alloc(c->scratch, TEXT_MAX / 4);
	size_t n = 0;

	while ((p = memmem(p, (size_t)(end - p), "\nstream\r\n", 9)) != NULL) {
		n += inflate_stream(p + 9, end, text + n, TEXT_MAX / 4 - n - 1);
		p += 9;
	}
	text[n] = '\0';
	return text;
}

static size_t
count_text(const char *text, const char *part)
{
	size_t count = 0;

	for (const char *p = text; (p = strstr(p, part)) != NULL; p++)
		count++;
	return count;
}

static void
expect_drawn(const char *text, const char *part, size_t count)
{
	if (count_text(text, part) != count)
		fail_msg("%s: %zu", part, count_text(text, part));
}

/* Without the time at which it was made. */
static const char *
timeless(char *text)
{
	char *at = strstr(text, "created ");

	assert_non_null(at);
	memset(at + 8, '-', 19);
	return text;
}

static void
test_life(void **state)
{
	struct client *c = *state;
	struct answer a = order(c, acme.test_key, wallet, "{}");
	const char *id = answer_at(&a, "data.id");

	expect_status(&a, 202);
	expect_text(&a, "data.walletId", wallet);
	expect_text(&a, "data.status", "queued");
	expect_text(&a, "data.lines", "3");
	expect_text(&a, "data.linesDone", "0");
	assert_int_equal(answer_count(&a, "data.files"), 0);
	assert_null(answer_at(&a, "data.expiresAt"));
	a = look(c, acme.test_key, wallet, id);
	expect_status(&a, 200);
	expect_text(&a, "data.status", "queued");
	assert_true(run_job(c));
	a = look(c, acme.test_key, wallet, id);
	expect_text(&a, "data.status", "ready");
	expect_text(&a, "data.linesDone", "3");
	assert_int_equal(answer_count(&a, "data.files"), 1);
	expect_text(&a, "data.files.0.firstLine", "1");
	expect_text(&a, "data.files.0.lines", "3");
	assert_non_null(answer_at(&a, "data.expiresAt"));
	assert_string_equal(client_value(c, "SELECT round(extract(epoch FROM expires_at"
					    " - clock_timestamp()) / 3600) FROM"
					    " cowry.wallet_statement"),
			    "24");
	assert_false(run_job(c));
}

/* It shows what the statement shows that is made at once. */
static void
test_same_content(void **state)
{
	struct client *c = *state;
	struct answer a = made(c, wallet);
	const char *bytes = answer_at(&a, "data.files.0.bytes");
	struct ask ask = {
		.method = "GET",
		.target = client_text(c, "/v1/wallets/%s/statement", wallet),
		.credential = acme.test_key,
		.headers = {[HEADER_ACCEPT] = "application/pdf"},
	};
	struct answer usual = client_send(c, &ask);
	char *text;

	a = fetch(c, file_path(c, &a, 0));
	expect_status(&a, 200);
	assert_string_equal(a.reply.content_type, "application/pdf");
	assert_int_equal(a.body.length, strtol(bytes, NULL, 10));
	assert_memory_equal(a.body.data, "%PDF-", 5);
	assert_non_null(strstr(answer_header(&a, "Content-Disposition"), wallet));
	assert_null(strstr(answer_header(&a, "Content-Disposition"), "part"));
	text = drawn(c, &a);
	expect_drawn(text, "(Opening balance)", 1);
	expect_drawn(text, "(Closing balance)", 1);
	expect_drawn(text, "(97.50)", 2);
	expect_drawn(text, "Part ", 0);
	assert_string_equal(timeless(text), timeless(drawn(c, &usual)));
}

static void
expect_part(struct client *c, const struct answer *statement, size_t i, int64_t first,
	    int64_t lines)
{
	struct answer a;
	const char *text;

	expect_text(statement, client_text(c, "data.files.%zu.firstLine", i),
		    client_text(c, "%lld", (long long)first));
	expect_text(statement, client_text(c, "data.files.%zu.lines", i),
		    client_text(c, "%lld", (long long)lines));
	a = fetch(c, file_path(c, statement, i));
	expect_status(&a, 200);
	assert_false(a.broken_off);
	assert_int_equal(a.reply.length, a.body.length);
	expect_text(statement, client_text(c, "data.files.%zu.bytes", i),
		    client_text(c, "%zu", a.body.length));
	assert_non_null(strstr(answer_header(&a, "Content-Disposition"),
			       client_text(c, "-part-%zu-of-3.pdf", i + 1)));
	assert_true(lines == 1 ? a.parts == 1 : a.parts > 4);
	text = drawn(c, &a);
	expect_drawn(text,
		     client_text(c, "Part %zu of 3: transactions %lld to %lld of 100001", i + 1,
				 (long long)first, (long long)(first + lines - 1)),
		     1);
	expect_drawn(text, "(Opening balance)", i == 0);
	expect_drawn(text, "(Brought forward)", i > 0);
	expect_drawn(text, "(Carried forward)", i < 2);
	expect_drawn(text, "(Closing balance)", i == 2);
	expect_drawn(text, "All parts: in 1500.00, out 500.00 NGN", i == 2);
	expect_drawn(text, "(many-", (size_t)(i == 0 ? lines - 1 : lines));
}

/* A file for each 50,000 lines, sent in pieces of a limited size. */
static void
test_parts(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "1000");
	struct answer a;

	client_post_many(c, from, wallet_new(c, acme.test_key, "NGN"), LINES - 1);
	a = made(c, from);
	expect_text(&a, "data.lines", "100001");
	expect_text(&a, "data.linesDone", "100001");
	assert_int_equal(answer_count(&a, "data.files"), 3);
	expect_part(c, &a, 0, 1, STATEMENT_FILE_LINES);
	expect_part(c, &a, 1, STATEMENT_FILE_LINES + 1, STATEMENT_FILE_LINES);
	expect_part(c, &a, 2, 2 * STATEMENT_FILE_LINES + 1, 1);
	assert_string_equal(
		client_value(c, "SELECT max(length(content)) FROM cowry.statement_piece"),
		"262144");
}

/* A file that is deleted while it is sent looks so. */
static void
test_deleted_meanwhile(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "1000");
	struct answer a;

	client_post_many(c, from, wallet_new(c, acme.test_key, "NGN"), 10000);
	a = made(c, from);
	a = client_send(c, &(struct ask){.method = "GET",
					 .target = file_path(c, &a, 0),
					 .meanwhile = delete_statements});
	expect_status(&a, 200);
	assert_true(a.broken_off);
	assert_true(a.body.length < (size_t)a.reply.length);
}

/* Files of several pieces have the places of other long answers. */
static void
test_places(void **state)
{
	struct client *c = *state;
	struct admission *admission = c->app->admission;
	const char *from = wallet_with(c, acme.test_key, "NGN", "1000");
	const char *path;
	size_t taken = 0;
	struct answer a;

	client_post_many(c, from, wallet_new(c, acme.test_key, "NGN"), 10000);
	a = made(c, from);
	path = file_path(c, &a, 0);
	while (admission_enter_long(admission))
		taken++;
	a = fetch(c, path);
	expect_refusal(&a, 503, "SERVICE_UNAVAILABLE");
	assert_string_equal(answer_header(&a, "Retry-After"), "1");
	while (taken-- > 0)
		admission_leave_long(admission);
	for (int i = 0; i < 2; i++) {
		a = fetch(c, path);
		expect_status(&a, 200);
		assert_true(a.parts > 1 && !a.broken_off);
	}
}

static void
test_empty(void **state)
{
	struct client *c = *state;
	struct answer a = made(c, wallet_new(c, acme.test_key, "NGN"));

	expect_text(&a, "data.lines", "0");
	assert_int_equal(answer_count(&a, "data.files"), 1);
	expect_text(&a, "data.files.0.lines", "0");
	a = fetch(c, file_path(c, &a, 0));
	expect_status(&a, 200);
	expect_drawn(drawn(c, &a), "(0.00)", 2);
}

static void
test_who_may(void **state)
{
	struct client *c = *state;
	const char *const strangers[] = {other.test_key, acme.live_key, acme.owner.access,
					 other.owner.access};
	struct answer a = made(c, wallet);
	const char *id = answer_at(&a, "data.id");

	for (size_t i = 0; i < COUNT(strangers); i++) {
		a = order(c, strangers[i], wallet, "{}");
		expect_refusal(&a, 404, "NOT_FOUND");
		a = look(c, strangers[i], wallet, id);
		expect_refusal(&a, 404, "NOT_FOUND");
	}
	a = look(c, other.test_key, wallet_new(c, other.test_key, "NGN"), id);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = look(c, acme.test_key, wallet_new(c, acme.test_key, "NGN"), id);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = look(c, acme.test_key, wallet, NOBODY);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = look(c, admin.access, wallet, id);
	expect_status(&a, 200);
	a = order(c, admin.access, wallet, "{}");
	expect_status(&a, 202);
	a = order(c, NULL, wallet, "{}");
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = look(c, NULL, wallet, id);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

static void
test_links(void **state)
{
	struct client *c = *state;
	struct answer first = made(c, wallet);
	struct answer second = made(c, wallet);
	const char *path = file_path(c, &first, 0);
	const char *token = strstr(path, "?token=");
	const char *bare = client_text(c, "%.*s", (int)(token - path), path);
	struct answer a;

	assert_int_equal(strlen(token), 7 + 64);
	assert_string_not_equal(token, strstr(file_path(c, &second, 0), "?token="));
	expect_no_file(c, bare);
	expect_no_file(c, client_text(c, "%s?token=%.63s", bare, token + 7));
	expect_no_file(c,
		       client_text(c, "%s%s", bare, strstr(file_path(c, &second, 0), "?token=")));
	expect_no_file(c, client_text(c, "/v1/statement-files/" NOBODY "%s", token));
	a = fetch(c, client_text(c, "%s0", path));
	expect_field(&a, "token");
	a = fetch(c, client_text(c, "%s&a=b", path));
	expect_field(&a, "a");
	a = client_call(c, "GET", bare, acme.test_key, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	client_sql(c,
		   "UPDATE cowry.wallet_statement SET expires_at = clock_timestamp()"
		   " WHERE public_id = '%s'",
		   answer_at(&first, "data.id"));
	expect_no_file(c, path);
	a = look(c, acme.test_key, wallet, answer_at(&first, "data.id"));
	expect_refusal(&a, 404, "NOT_FOUND");
	a = fetch(c, file_path(c, &second, 0));
	expect_status(&a, 200);
	assert_null(strstr(client_value(c, "SELECT string_agg(f::text, ' ') FROM"
					   " cowry.statement_file f"),
			   token + 7));
}

static void
test_periods(void **state)
{
	struct client *c = *state;
	struct answer a = order(c, acme.test_key, wallet, "{'from':'yesterday'}");

	expect_field(&a, "from");
	a = order(c, acme.test_key, wallet, "{'from':'2026-02-02','to':'2026-02-01'}");
	expect_field(&a, "from");
	a = order(c, acme.test_key, wallet, "{'from':'2019-01-01','to':'2020-02-01'}");
	expect_field(&a, "from");
	a = order(c, acme.test_key, wallet, "{'from':7}");
	expect_field(&a, "from");
	a = order(c, acme.test_key, wallet, "{'from':'2020-01-01','to':'2020-01-31'}");
	expect_status(&a, 202);
	expect_text(&a, "data.from", "2020-01-01T00:00:00.000Z");
	expect_text(&a, "data.to", "2020-02-01T00:00:00.000Z");
	expect_text(&a, "data.lines", "0");
}

static void
test_event(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(
		c, "POST", client_text(c, "/v1/projects/%s/webhooks", acme.project),
		acme.owner.access,
		client_json(c, "{'polled':true,'mode':'test','eventTypes':['statement.ready']}"));
	struct answer ready;

	expect_status(&a, 201);
	ready = made(c, wallet);
	stream_all(c);
	a = client_call(c, "GET", "/v1/events?type=statement.ready", acme.test_key, NULL);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.data.id", answer_at(&ready, "data.id"));
	expect_text(&a, "data.0.data.walletId", wallet);
	expect_text(&a, "data.0.data.status", "ready");
	expect_text(&a, "data.0.data.lines", "3");
	expect_text(&a, "data.0.data.expiresAt", answer_at(&ready, "data.expiresAt"));
}

static void
test_covered(void **state)
{
	client_covered(*state, pocket_statement_files, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		statement_test(test_life),      statement_test(test_same_content),
		statement_test(test_parts),     statement_test(test_deleted_meanwhile),
		statement_test(test_places),    statement_test(test_empty),
		statement_test(test_who_may),   statement_test(test_links),
		statement_test(test_periods),   statement_test(test_event),
		client_test(client_books_hold), client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, statement_setup, client_teardown);
}
