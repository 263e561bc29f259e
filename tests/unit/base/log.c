#include <config.h>

#include "base/log.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#include "tests/support/cmocka.h"

enum { LINE_BYTES_MAX = 4096 };

/* What one call writes to standard error. */
static ssize_t
capture(char out[2 * LINE_BYTES_MAX], enum log_level level, const char *event,
	const struct log_field *fields)
{
	int fds[2];
	int saved = dup(STDERR_FILENO);
	ssize_t length;

	assert_int_equal(pipe(fds), 0);
	assert_true(dup2(fds[1], STDERR_FILENO) >= 0);
	log_event(level, event, fields);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	(void)close(saved);
	(void)close(fds[1]);
	length = read(fds[0], out, 2 * LINE_BYTES_MAX - 1);
	(void)close(fds[0]);
	assert_true(length >= 0);
	out[length] = '\0';
	return length;
}

/* The line as an object: one line, one value, valid UTF-8. */
static struct json_object *
parse(const char *line, ssize_t length)
{
	struct json_object *object;

	assert_true(length > 0 && length <= LINE_BYTES_MAX);
	assert_ptr_equal(strchr(line, '\n'), line + length - 1);
	assert_true(utf8_valid(line, (size_t)length));
	object = json_tokener_parse(line);
	assert_non_null(object);
	return object;
}

static const char *
member(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	assert_true(json_object_object_get_ex(object, name, &value));
	return json_object_get_string(value);
}

static void
writes_a_line(void **state)
{
	char line[2 * LINE_BYTES_MAX];
	struct json_object *object;

	(void)state;
	object = parse(line, capture(line, LOG_LEVEL_WARN, "request",
				     LOG_FIELDS({"path", "/v1/x", 0}, {"status", NULL, -200})));
	assert_string_equal(member(object, "level"), "warn");
	assert_string_equal(member(object, "program"), "log-test");
	assert_string_equal(member(object, "event"), "request");
	assert_string_equal(member(object, "path"), "/v1/x");
	assert_string_equal(member(object, "status"), "-200");
	assert_int_equal(strlen(member(object, "time")), 24);
	assert_int_equal(strtol(member(object, "pid"), NULL, 10), getpid());
	(void)json_object_put(object);
	object = parse(line, capture(line, LOG_LEVEL_INFO, "start", NULL));
	(void)json_object_put(object);
}

static void
leaves_lower_levels_out(void **state)
{
	char line[2 * LINE_BYTES_MAX];

	(void)state;
	assert_int_equal(capture(line, LOG_LEVEL_DEBUG, "noise", NULL), 0);
	assert_int_equal(log_level_parse("error"), LOG_LEVEL_ERROR);
	assert_int_equal(log_level_parse("debug"), LOG_LEVEL_DEBUG);
	assert_int_equal(log_level_parse("loud"), LOG_LEVEL_INFO);
}

static void
can_t_be_injected_into(void **state)
{
	static const char *const texts[] = {
		"\"}\n{\"event\":\"forged\"}",
		"\r\n",
		"\\",
		"\\\"",
		"\x01\x1F\x7F",
		"</script>",
		"\xE2\x82\xA6",
	};
	char line[2 * LINE_BYTES_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct json_object *object =
			parse(line, capture(line, LOG_LEVEL_INFO, texts[i],
					    LOG_FIELDS({"text", texts[i], 0}, {texts[i], "x", 0})));

		assert_string_equal(member(object, "text"), texts[i]);
		assert_string_equal(member(object, "event"), texts[i]);
		assert_string_equal(member(object, texts[i]), "x");
		(void)json_object_put(object);
	}
}

static void
survives_invalid_utf8(void **state)
{
	char line[2 * LINE_BYTES_MAX];
	struct json_object *object;

	(void)state;
	object = parse(line, capture(line, LOG_LEVEL_INFO, "x",
				     LOG_FIELDS({"text", "a\xFF\xC3z\xE2\x82", 0})));
	assert_string_equal(member(object, "text"),
			    "a\xEF\xBF\xBD\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD");
	(void)json_object_put(object);
}

/* Whatever the lengths are, the line stays whole JSON. */
static void
cuts_long_lines(void **state)
{
	static const char *const units[] = {"x", "\"", "\x01", "\xF0\x9F\x98\x80", "\xFF"};
	char line[2 * LINE_BYTES_MAX];
	char text[6001];

	(void)state;
	for (size_t u = 0; u < COUNT(units); u++) {
		size_t size = strlen(units[u]);

		for (size_t length = 600; length <= 6000; length += 397) {
			for (size_t i = 0; i + size <= length; i += size)
				memcpy(text + i, units[u], size + 1);
			(void)json_object_put(
				parse(line, capture(line, LOG_LEVEL_INFO, "x",
						    LOG_FIELDS({"a", text, 0}, {"b", NULL, 7},
							       {"c", text, 0}, {text, "d", 0}))));
		}
	}
}

/* Whether lines begin with a priority if this is standard error when the log is opened. */
static void
with_stream(const char *stream, const char *expected)
{
	char line[2 * LINE_BYTES_MAX];

	(void)setenv("JOURNAL_STREAM", stream, 1);
	log_open("test", LOG_LEVEL_INFO);
	(void)capture(line, LOG_LEVEL_WARN, "event", NULL);
	assert_int_equal(strncmp(line, expected, strlen(expected)), 0);
	assert_string_equal(log_priority(LOG_LEVEL_ERROR), expected[0] == '<' ? "<3>" : "");
	assert_true(strncmp(line + strlen(expected), "\"time\"", 6) == 0);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void
tells_the_journal_priorities(void **state)
{
	struct stat status;
	char own[64];

	(void)state;
	assert_int_equal(fstat(STDERR_FILENO, &status), 0);
	(void)snprintf(own, sizeof own, "%ju:%ju", (uintmax_t)status.st_dev,
		       (uintmax_t)status.st_ino);
	with_stream(own, "<4>{");
	with_stream("1:1", "{");
	with_stream("", "{");
	(void)unsetenv("JOURNAL_STREAM");
	log_open("test", LOG_LEVEL_INFO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_line),
		cmocka_unit_test(leaves_lower_levels_out),
		cmocka_unit_test(can_t_be_injected_into),
		cmocka_unit_test(survives_invalid_utf8),
		cmocka_unit_test(cuts_long_lines),
		cmocka_unit_test(tells_the_journal_priorities),
	};

	log_open("log-test", LOG_LEVEL_INFO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
