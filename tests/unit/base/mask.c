/* Texts without the passwords that they contain. */
#include "base/mask.h"
#include "base/arena.h"
#include "base/attributes.h"

#include "tests/support/cmocka.h"

enum { ARENA_MAX = 1024 * 1024 };

static const struct {
	const char *text;
	const char *masked;
} cases[] = {
	{"", ""},
	{"dbname=cowry user=cowry_worker", "dbname=cowry user=cowry_worker"},
	{"password=secret", "password=***"},
	{"host=db PASSWORD = secret user=u", "host=db PASSWORD = *** user=u"},
	{"password='it\\'s a secret' user=u", "password=*** user=u"},
	{"password=a\\ b user=u", "password=*** user=u"},
	{"password='never closed", "password=***"},
	{"password= user=u", "password= ***"}, /* as libpq reads it */
	{"password=a&b user=u", "password=*** user=u"},
	{"sslpassword=s passfile=/etc/p", "sslpassword=*** passfile=/etc/p"},
	{"my_password=x passwords=x", "my_password=x passwords=x"},
	{"postgresql://u:secret@db:5432/cowry", "postgresql://u:***@db:5432/cowry"},
	{"postgresql://u:p@ss/w@db/cowry", "postgresql://u:***@db/cowry"},
	{"postgres://u@db/cowry?password=s&sslmode=require",
	 "postgres://u@db/cowry?password=***&sslmode=require"},
	{"postgres://u@db/cowry?sslmode=require&password=s",
	 "postgres://u@db/cowry?sslmode=require&password=***"},
	{"postgresql://:s@/cowry", "postgresql://:***@/cowry"},
	{"postgresql://u:@db/cowry", "postgresql://u:@db/cowry"},
	{"smtps://mail:s@smtp.example.com:465", "smtps://mail:***@smtp.example.com:465"},
	{"https://localhost:8443/v1/users?x=1", "https://localhost:8443/v1/users?x=1"},
	{"https://[::1]:8443/", "https://[::1]:8443/"},
	{"invalid port number in \"postgresql://u:s@db:x/\": see \"password=t\"",
	 "invalid port number in \"postgresql://u:***@db:x/\": see \"password=***"},
	{"from https://a:b@c/ to https://d:e@f/", "from https://a:***@c/ to https://d:***@f/"},
};

static void
test_mask(void **state)
{
	struct arena *arena = arena_new(ARENA_MAX);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(mask_text(arena, cases[i].text), cases[i].masked);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
