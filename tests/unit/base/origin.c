/* Lists of origins: valid origins, and lists. */
#include <stdio.h>
#include <string.h>

#include "base/origin.h"
#include "runtime/app.h"

#include "tests/support/cmocka.h"

static void
test_valid(void **state)
{
	static const char *const lists[] = {
		"",
		"*",
		"https://app.example.com",
		"https://app.example.com:8443",
		"http://localhost:3000",
		"http://127.0.0.1",
		"https://[::1]:8443",
		"capacitor://localhost",
		"https://a.example, https://b.example\thttp://c.example:81,",
		"* https://a.example",
		"https://xn--bcher-kva.example",
		"http://a.example:443",
	};
	char problem[200];

	(void)state;
	for (size_t i = 0; i < COUNT(lists); i++)
		if (!origin_list_valid(lists[i], problem))
			fail_msg("%s: %s", lists[i], problem);
}

static void
test_malformed(void **state)
{
	static const char *const lists[] = {
		"null",
		"app.example.com",
		"https://",
		"https:/a.example",
		"https://a.example/",
		"https://a.example/path",
		"https://a.example?x",
		"https://A.example",
		"HTTPS://a.example",
		"https://a.example:443",
		"http://a.example:80",
		"https://a.example:",
		"https://a.example:0",
		"https://a.example:08",
		"https://a.example:123456",
		"https://a.example:8x",
		"https://*.example.com",
		"https://user@a.example",
		"https://b\xc3\xbc.example",
		"https://[::1",
		"https://[]",
		"1http://a.example",
		"://a.example",
		"https://a.example;https://b.example",
		"https://a.example \"",
		"**",
	};
	char problem[200];

	(void)state;
	for (size_t i = 0; i < COUNT(lists); i++) {
		problem[0] = '\0';
		if (origin_list_valid(lists[i], problem))
			fail_msg("%s is taken for a list", lists[i]);
		assert_non_null(strstr(problem, "is not an origin"));
	}
}

static void
test_listed(void **state)
{
	static const char list[] = "https://a.example,http://b.example:81 *";

	(void)state;
	assert_true(origin_is_listed(list, "https://a.example"));
	assert_true(origin_is_listed(list, "http://b.example:81"));
	assert_false(origin_is_listed(list, "http://b.example:8"));
	assert_false(origin_is_listed(list, "http://b.example:811"));
	assert_false(origin_is_listed(list, "https://a.exampl"));
	assert_false(origin_is_listed(list, "https://a.example.evil.example"));
	assert_false(origin_is_listed(list, "HTTPS://a.example"));
	assert_false(origin_is_listed(list, "*"));
	assert_false(origin_is_listed(list, ""));
	assert_false(origin_is_listed("", "https://a.example"));
	assert_true(origin_any_listed(list));
	assert_true(origin_any_listed("*"));
	assert_false(origin_any_listed("https://a.example"));
	assert_false(origin_any_listed(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
