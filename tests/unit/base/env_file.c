/* Files of settings: what systemd documents is read as systemd reads it, the rest is refused. */
#include "base/env_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

#include "tests/support/cmocka.h"

enum { LIMIT = 4 << 20 };

static int
begin(void **state)
{
	*state = arena_new(LIMIT);
	return 0;
}

static int
end(void **state)
{
	arena_free(*state);
	return 0;
}

static struct bytes
bytes_of(const char *text)
{
	return (struct bytes){text, strlen(text)};
}

static void
reads_values(void **state)
{
	static const struct {
		const char *text;
		const char *value; /* of A */
	} cases[] = {
		{"A=b", "b"},
		{"A=b\n", "b"},
		{"A=b\r\n", "b"},
		{"  A = b  c \t\n", "b  c"},
		{"A=", ""},
		{"A=\nB=c", ""},
		{"A=b=c", "b=c"},
		{"A=b # c", "b # c"},
		{"A=it's \"so\"", "it's \"so\""},
		{"A=a\\b\\\\c\\\"", "ab\\c\""},
		{"A=b\\\nc", "bc"},
		{"A=b \\\n  c", "b   c"},
		{"A=\\\n  c", "  c"},
		{"A=b\\ \n", "b "},
		{"A=b\\", "b"},
		{"A=b \\", "b "},
		{"A='b'", "b"},
		{"A= ' b ' \n", " b "},
		{"A='b\nc\\'", "b\nc\\"},
		{"A='\"#'", "\"#"},
		{"A=\"b\"", "b"},
		{"A=\"b \\\" \\\\ \\` \\$ \\n '\"", "b \" \\ ` $ \\n '"},
		{"A=\"b\\\nc\nd\"", "bc\nd"},
		{"A=\"\"", ""},
		{"#A=0\n;A=0\n\n \t\nA=1\n#A=2", "1"},
		{"A=0\nB=1\nA=2", "2"},
		{"A=\xC3\xB8", "\xC3\xB8"},
		{"_A1=0\nA=1", "1"},
	};
	struct env_file file;
	char problem[256] = "";

	for (size_t i = 0; i < COUNT(cases); i++) {
		if (!env_file_parse(*state, bytes_of(cases[i].text), &file, problem))
			fail_msg("%s: %s", cases[i].text, problem);
		assert_string_equal(env_file_value(&file, "A"), cases[i].value);
	}
}

static void
refuses_what_misleads(void **state)
{
	static const struct {
		const char *text;
		const char *problem;
	} cases[] = {
		{"A", "line 1: expected NAME=value"},
		{"A=1\n\nexport B=2", "line 3: expected NAME=value"},
		{"1A=b", "line 1: expected NAME=value"},
		{"A-B=c", "line 1: expected NAME=value"},
		{"=b", "line 1: expected NAME=value"},
		{"\xC3\xB8=b", "line 1: expected NAME=value"},
		{"A='b\nc", "line 1: the closing ' is missing"},
		{"\nA=\"b\nc\\\"\n", "line 2: the closing \" is missing"},
		{"A=\"b\" # c", "line 1: there is text behind the closing quotation mark"},
		{"A='b'c", "line 1: there is text behind the closing quotation mark"},
		{"# b \\\nA=1", "line 1: a comment must not end with a backslash"},
		{"A=\xFF", "is not UTF-8 text"},
	};
	struct env_file file;
	char problem[256];

	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_false(env_file_parse(*state, bytes_of(cases[i].text), &file, problem));
		assert_string_equal(problem, cases[i].problem);
	}
	assert_false(env_file_parse(*state, (struct bytes){"A=b\0", 4}, &file, problem));
}

static void
numbers_lines(void **state)
{
	struct env_file file;
	char problem[256];

	assert_true(env_file_parse(*state, bytes_of("# a\nA='1\n2'\r\n\nB=\\\n3\nC=4"), &file,
				   problem));
	assert_int_equal(file.first->line, 2);
	assert_int_equal(file.first->next->line, 5);
	assert_int_equal(file.first->next->next->line, 7);
	assert_null(file.first->next->next->next);
	assert_null(env_file_value(&file, "D"));
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
reads_files(void **state)
{
	char path[] = "/tmp/cowry-env.XXXXXX";
	struct env_file file;
	char problem[256];
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	(void)close(fd);
	write_file(path, "A=1\n");
	assert_int_equal(env_file_read(*state, path, &file, problem), ENV_FILE_READ);
	assert_string_equal(env_file_value(&file, "A"), "1");
	write_file(path, "A=1\nsecret\n");
	assert_int_equal(env_file_read(*state, path, &file, problem), ENV_FILE_WRONG);
	assert_non_null(strstr(problem, path));
	assert_non_null(strstr(problem, ": line 2: "));
	assert_null(strstr(problem, "secret"));
	(void)chmod(path, 0);
	if (geteuid() != 0)
		assert_int_equal(env_file_read(*state, path, &file, problem), ENV_FILE_DENIED);
	(void)unlink(path);
	assert_int_equal(env_file_read(*state, path, &file, problem), ENV_FILE_ABSENT);
	assert_int_equal(env_file_read(*state, "/tmp", &file, problem), ENV_FILE_WRONG);
	assert_non_null(strstr(problem, "/tmp: "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_values, begin, end),
		cmocka_unit_test_setup_teardown(refuses_what_misleads, begin, end),
		cmocka_unit_test_setup_teardown(numbers_lines, begin, end),
		cmocka_unit_test_setup_teardown(reads_files, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
