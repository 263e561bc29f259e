/* Query strings through field tables, and the formats of texts. */
#include <string.h>

#include "base/arena.h"
#include "schema/schema.h"

#include "tests/support/cmocka.h"

#define ID       "0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55"
#define NOT_TIME "must be a time such as 2026-12-31T23:59:59Z"

enum finish { FINISH_PLAIN = 1, FINISH_FANCY };

struct search {
	const char *name, *kind, *mail;
	enum finish finish;
	int64_t count, most;
	struct optional_int quota;
	bool gift, notify;
	struct decimal amount;
	struct uuid id;
	struct moment due;
};

static const char *const kinds[] = {"plain", "fancy", NULL};

static const struct field query_fields[] = {
	FIELD(struct search, name, .name = "name", .min = 2, .max = 5),
	FIELD(struct search, kind, .name = "kind", .choices = kinds, .fallback = "plain"),
	FIELD(struct search, finish, .name = "finish", .choices = kinds, .fallback = "plain"),
	FIELD(struct search, mail, .name = "mail", .format = "email"),
	FIELD(struct search, count, .name = "count", .lower_bound = true, .min = 0, .max = 9),
	FIELD(struct search, most, .name = "most", .required = true),
	FIELD(struct search, quota, .name = "quota"),
	FIELD(struct search, gift, .name = "gift"),
	FIELD(struct search, notify, .name = "notify", .fallback_true = true),
	FIELD(struct search, amount, .name = "amount"),
	FIELD(struct search, id, .name = "id"),
	FIELD(struct search, due, .name = "due"),
};
static const struct schema search = SCHEMA(struct search, "Query", query_fields);

static int
setup(void **state)
{
	*state = arena_new(16 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static struct search
decode(struct arena *arena, const struct query_pair *pairs, size_t n, struct fault *f)
{
	struct search out = {0};
	enum err err;

	*f = (struct fault){0};
	err = schema_decode_query(&search, arena, f, pairs, n, false, &out);
	assert_int_equal(err, f->err);
	assert_int_equal(f->err, f->violations != NULL ? ERR_VALIDATION : ERR_OK);
	return out;
}

static void
decodes_every_type(void **state)
{
	static const struct query_pair pairs[] = {
		{"unknown", "1"},    {"name", "\xC3\xA9\xC3\xA9"},
		{"kind", "fancy"},   {"mail", "a@b.io"},
		{"count", "9"},      {"most", "-9223372036854775808"},
		{"quota", "5"},      {"gift", "true"},
		{"notify", "false"}, {"amount", "1.50"},
		{"id", ID},          {"due", "2026-01-31T09:30:00Z"},
		{"unknown", "2"},    {"finish", "fancy"},
	};
	char text[UUID_TEXT_MAX];
	struct fault f;
	struct search out = decode(*state, pairs, COUNT(pairs), &f);

	assert_int_equal(f.err, ERR_OK);
	assert_string_equal(out.name, "\xC3\xA9\xC3\xA9");
	assert_string_equal(out.kind, "fancy");
	assert_int_equal(out.finish, FINISH_FANCY);
	assert_string_equal(out.mail, "a@b.io");
	assert_int_equal(out.count, 9);
	assert_true(out.most == INT64_MIN);
	assert_true(out.quota.present && !out.quota.null && out.quota.value == 5);
	assert_true(out.gift);
	assert_false(out.notify);
	assert_int_equal(out.amount.coefficient, 150);
	assert_int_equal(out.amount.scale, 2);
	assert_string_equal(uuid_text(text, out.id), ID);
	assert_string_equal(instant_text(text, out.due.first), "2026-01-31T09:30:00.000Z");
}

static const char *
first_problem(struct arena *arena, const char *name, const char *value)
{
	const struct query_pair pairs[] = {{"most", "1"}, {name, value}};
	struct fault f = {0};
	struct search out = {0};
	enum err err = schema_decode_query(&search, arena, &f, pairs, COUNT(pairs), true, &out);

	assert_int_equal(err, f.violations != NULL ? ERR_VALIDATION : ERR_OK);
	return err == ERR_OK
		       ? ""
		       : arena_printf(arena, "%s %s", f.violations->field, f.violations->code);
}

/* What a client meant to filter by is never dropped. */
static void
strict_drops_nothing(void **state)
{
	char longest[102];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_string_equal(first_problem(*state, "name", "xx"), "");
	assert_string_equal(first_problem(*state, "name", ""), "name EMPTY");
	assert_string_equal(first_problem(*state, "kind", ""), "kind CHOICE");
	assert_string_equal(first_problem(*state, "Name", "x"), "Name UNKNOWN");
	assert_string_equal(first_problem(*state, "name[gte]", "x"), "name[gte] UNKNOWN");
	assert_string_equal(first_problem(*state, "", ""), "query UNKNOWN");
	assert_string_equal(first_problem(*state, longest, ""), "query UNKNOWN");
}

static void
falls_back_where_absent(void **state)
{
	static const struct query_pair pairs[] = {{"most", "1"}};
	static const struct query_pair empty[] = {
		{"most", "1"}, {"name", ""}, {"kind", ""}, {"mail", ""}, {"finish", ""}};
	struct fault f;
	struct search out = decode(*state, empty, COUNT(empty), &f);

	assert_int_equal(f.err, ERR_OK);
	assert_null(out.name);
	assert_string_equal(out.kind, "plain");
	assert_int_equal(out.finish, FINISH_PLAIN);
	assert_null(out.mail);
	out = decode(*state, pairs, COUNT(pairs), &f);
	assert_int_equal(f.err, ERR_OK);
	assert_null(out.name);
	assert_string_equal(out.kind, "plain");
	assert_int_equal(out.finish, FINISH_PLAIN);
	assert_false(out.gift);
	assert_true(out.notify);
	assert_false(out.quota.present);
	assert_false(out.amount.present);
	(void)decode(*state, NULL, 0, &f);
	assert_string_equal(f.violations->field, "most");
	assert_string_equal(f.violations->code, "REQUIRED");
}

static void
refuses_what_the_type_refuses(void **state)
{
	static const struct {
		const char *name, *value, *code, *message;
	} rows[] = {
		{"name", "abcdef", "LENGTH", "must have 2 to 5 characters"},
		{"name", "a\nb", "CONTROL", "must not have control characters"},
		{"kind", "Plain", "CHOICE", "must be one of plain, fancy"},
		{"finish", "Plain", "CHOICE", "must be one of plain, fancy"},
		{"finish", "%", "CHOICE", "must be one of plain, fancy"},
		{"mail", "a", "FORMAT", "must be an email address"},
		{"count", "", "TYPE", "must be an integer"},
		{"count", "-", "TYPE", "must be an integer"},
		{"count", "+1", "TYPE", "must be an integer"},
		{"count", " 1", "TYPE", "must be an integer"},
		{"count", "1x", "TYPE", "must be an integer"},
		{"count", "1.0", "TYPE", "must be an integer"},
		{"count", "9223372036854775808", "TYPE", "must be an integer"},
		{"count", "-1", "RANGE", "must be 0 to 9"},
		{"count", "10", "RANGE", "must be 0 to 9"},
		{"quota", "null", "TYPE", "must be an integer"},
		{"gift", "1", "TYPE", "must be true or false"},
		{"gift", "True", "TYPE", "must be true or false"},
		{"gift", "", "TYPE", "must be true or false"},
		{"amount", "0", "AMOUNT", "must be greater than 0"},
		{"amount", "-1", "AMOUNT",
		 "must be an amount: digits, with a point before the decimals, no sign"},
		{"id", "00000000-0000-0000-0000-000000000000", "UUID", "must be a UUID"},
		{"id", "", "UUID", "must be a UUID"},
		{"due", "2026-13-01T00:00:00Z", "TIME", NOT_TIME},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct query_pair pairs[] = {{"most", "1"}, {rows[i].name, rows[i].value}};
		struct fault f;

		(void)decode(*state, pairs, COUNT(pairs), &f);
		assert_non_null(f.violations);
		assert_string_equal(f.violations->field, rows[i].name);
		assert_string_equal(f.violations->code, rows[i].code);
		assert_string_equal(f.violations->message, rows[i].message);
		assert_null(f.violations->next);
	}
}

static void
refuses_what_comes_twice(void **state)
{
	static const struct query_pair pairs[] = {
		{"gift", "true"}, {"most", "1"}, {"most", "1"}, {"gift", "true"}, {"count", "x"},
	};
	struct fault f;
	struct search out = decode(*state, pairs, COUNT(pairs), &f);
	const struct violation *v = f.violations;

	assert_non_null(v);
	assert_string_equal(v->field, "count");
	v = v->next;
	assert_string_equal(v->field, "most");
	assert_string_equal(v->code, "REPEATED");
	assert_string_equal(v->message, "must be given once");
	v = v->next;
	assert_string_equal(v->field, "gift");
	assert_null(v->next);
	assert_false(out.gift);
}

#define X8(text)   text text text text text text text text
#define X64(text)  X8(X8(text))
#define X120(text) X64(text) X8(text text text text text text text)
#define LABEL      "a." X8("abcdefg.") X8("abcdefg.") /* 130 bytes */

/* Valid and invalid texts of each format; each list ends with NULL. */
static const struct {
	const char *name;
	const char *taken[8];
	const char *refused[24];
} formats[] = {
	{"email",
	 {"a@b.io", "jane.doe+x@mail.example.com", "o'neil@example.com", "a@localhost",
	  "\xC3\xA9@example.com", X64("a") "@b.io"},
	 {"",
	  "a",
	  "@b.io",
	  "a@",
	  "a@b",
	  "a@@b.io",
	  "a@b@c.io",
	  "a b@c.io",
	  "a@b.io ",
	  ".a@b.io",
	  "a.@b.io",
	  "a..b@c.io",
	  "a@.b.io",
	  "a@-b.io",
	  "a@b.io.",
	  "a@b.io-",
	  "a@b..io",
	  "<a@b.io>",
	  "a@b.io,c@d.io",
	  X64("a") "a@b.io",
	  "a@" LABEL LABEL "io"}},
	{"uri",
	 {"http://a", "https://example.com/a?b=c#d", "https://example.com:8443/",
	  "https://\xC3\xA9.example", "https://" X8(X120("a") X120("a")) X120("a")},
	 {"", "example.com", "http://", "https://", "https:///a", "HTTPS://a", "ftp://a",
	  "javascript:alert(1)", "https://a b", "https://a\tb", "https://a\"b", "https://<a>",
	  "https://a\\b", "//a", " https://a", "https://" X8(X120("a") X120("a") X8("a") X8("a"))}},
	{"currency",
	 {"NGN", "ngn", "Usd", "JPY"},
	 {"", "NG", "NGNN", "ZZZ", "N N", " NGN", "NGN "}},
	{"slug",
	 {"a", "my-project-1", "-", X120("a")},
	 {"", "A", "a_b", "a b", "a.b", "\xC3\xA9", X120("a") "a"}},
	{"reference",
	 {"abcde", "Order.1_2=3:4-5", X120("a")},
	 {"", "abcd", "abc de", "abcd/", "abcd\xC3\xA9", "abcd\n", X120("a") "a"}},
	{"password",
	 {"12345678", X64("a") X8("a"), X8("\xC3\xA9"), "a b\tc\nd\x01e"},
	 {"", "1234567", "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", X64("a") X8("a") "a"}},
};

static void
formats_take_and_refuse(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(formats); i++) {
		const struct format *format = format_find(formats[i].name);

		assert_non_null(format);
		assert_string_equal(format->name, formats[i].name);
		assert_true(text_starts_with(format->message, "must "));
		for (size_t n = 0; formats[i].taken[n] != NULL; n++)
			if (!format->valid(formats[i].taken[n]))
				fail_msg("%s refuses %s", format->name, formats[i].taken[n]);
		for (size_t n = 0; formats[i].refused[n] != NULL; n++)
			if (format->valid(formats[i].refused[n]))
				fail_msg("%s takes %s", format->name, formats[i].refused[n]);
	}
	assert_null(format_find("none"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_every_type),
		cmocka_unit_test(strict_drops_nothing),
		cmocka_unit_test(falls_back_where_absent),
		cmocka_unit_test(refuses_what_the_type_refuses),
		cmocka_unit_test(refuses_what_comes_twice),
		cmocka_unit_test(formats_take_and_refuse),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
