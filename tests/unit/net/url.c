/* URLs of customers. */
#include "tests/support/cmocka.h"

#include "base/arena.h"
#include "net/url.h"

static int
setup(void **state)
{
	*state = arena_new(1 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void
takes_apart(void **state)
{
	static const struct {
		const char *text;
		const char *scheme;
		const char *host;
		int port;
		bool credentials;
		bool fragment;
	} rows[] = {
		{"https://a.example.com", "https", "a.example.com", 443, false, false},
		{"HTTPS://A.Example.COM/x?y=z", "https", "a.example.com", 443, false, false},
		{"http://a.example.com:8080/", "http", "a.example.com", 8080, false, false},
		{"https://u@a.example.com/", "https", "a.example.com", 443, true, false},
		{"https://u:p@a.example.com/#x", "https", "a.example.com", 443, true, true},
		{"https://a.example.com/#", "https", "a.example.com", 443, false, true},
		{"https://[::1]:444/", "https", "::1", 444, false, false},
	};
	static const char *const wrong[] = {"",
					    "a.example.com",
					    "https://",
					    "https://a b/",
					    "https://a.example.com:99999/",
					    "https://[::1/",
					    "/path",
					    "mailto:a@example.com"};
	struct url url;

	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(url_parse(*state, rows[i].text, &url));
		assert_string_equal(url.scheme, rows[i].scheme);
		assert_string_equal(url.host, rows[i].host);
		assert_int_equal(url.port, rows[i].port);
		assert_int_equal(url.has_credentials, rows[i].credentials);
		assert_int_equal(url.has_fragment, rows[i].fragment);
	}
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(url_parse(*state, wrong[i], &url));
}

static void
tells_hosts(void **state)
{
	static const char *const public[] = {"example.com", "a.b.example", "93.184.215.14",
					     "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
					     "xn--bcher-kva.example"};
	static const char *const not_public[] = {"localhost",     "a.localhost",    "intranet",
						 "printer.local", "x.internal",     "127.0.0.1",
						 "127.1",         "2130706433",     "0x7f.1",
						 "0177.0.0.1",    "10.0.0.1",       "::1",
						 "fd00::1",       "::ffff:7f00:1",  "example.",
						 "a.example.1",   "169.254.169.254"};

	(void)state;
	for (size_t i = 0; i < COUNT(public); i++)
		assert_true(url_host_may_be_public(public[i]));
	for (size_t i = 0; i < COUNT(not_public); i++)
		assert_false(url_host_may_be_public(not_public[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_apart),
		cmocka_unit_test(tells_hosts),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
