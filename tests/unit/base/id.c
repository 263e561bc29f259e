#include <config.h>

#include "base/id.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#include "tests/support/cmocka.h"

enum { MANY = 5000 };

static int64_t
birth_ms(struct uuid id)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms * 256 + id.bytes[i];
	return ms;
}

static void
makes_version_7(void **state)
{
	int64_t before = clock_system().us / 1000;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct uuid id = uuid_v7();

		assert_int_equal(id.bytes[6] >> 4, 7);
		assert_int_equal(id.bytes[8] >> 6, 2);
		assert_in_range(birth_ms(id), before, clock_system().us / 1000);
	}
}

static void
makes_unique_ids(void **state)
{
	struct uuid *ids = calloc(MANY, sizeof(*ids));

	(void)state;
	assert_non_null(ids);
	for (int i = 0; i < MANY; i++)
		ids[i] = uuid_v7();
	qsort(ids, MANY, sizeof(*ids), uuid_compare);
	for (int i = 1; i < MANY; i++)
		assert_false(uuid_equal(ids[i - 1], ids[i]));
	free(ids);
}

/* Random bytes drawn ahead must not be used by parent and child. */
static void
child_draws_its_own(void **state)
{
	struct uuid from_child = {{0}};
	struct uuid own;
	int fds[2];
	pid_t child;

	(void)state;
	(void)uuid_v7();
	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (child == 0) {
		own = uuid_v7();
		_exit(write(fds[1], &own, sizeof(own)) == sizeof(own) ? 0 : 1);
	}
	own = uuid_v7();
	assert_int_equal(read(fds[0], &from_child, sizeof(from_child)), sizeof(from_child));
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_memory_not_equal(own.bytes + 8, from_child.bytes + 8, 8);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void
makes_version_8(void **state)
{
	static const unsigned char digest[16] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
						 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
	char buf[UUID_TEXT_MAX];

	(void)state;
	assert_string_equal(uuid_text(buf, uuid_v8(digest)),
			    "ffffffff-ffff-8fff-bfff-ffffffffffff");
}

static void
reads_and_writes(void **state)
{
	static const char *const wrong[] = {
		"",
		"0190163d-8694-739b-aea5-966c26f8ad9",
		"0190163d-8694-739b-aea5-966c26f8ad911",
		"0190163d8694739baea5966c26f8ad91",
		"{190163d-8694-739b-aea5-966c26f8ad91",
		"0190163d-8694-739b-aea5_966c26f8ad91",
		"0190163g-8694-739b-aea5-966c26f8ad91",
		" 190163d-8694-739b-aea5-966c26f8ad91",
		"0190163d-8694-739b-aea5-966c26f8ad91 ",
		"0190163-d8694-739b-aea5-966c26f8ad91",
	};
	const char *text = "0190163d-8694-739b-aea5-966c26f8ad91";
	char buf[UUID_TEXT_MAX];
	struct uuid id;
	struct uuid same;

	(void)state;
	assert_true(uuid_parse(&id, text));
	assert_string_equal(uuid_text(buf, id), text);
	assert_true(uuid_parse(&same, "0190163D-8694-739B-AEA5-966C26F8AD91"));
	assert_true(uuid_equal(id, same));
	assert_false(uuid_is_nil(id));
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(uuid_parse(&same, wrong[i]));
	assert_true(uuid_parse(&id, "00000000-0000-0000-0000-000000000000"));
	assert_true(uuid_is_nil(id));
	assert_true(uuid_compare(&id, &same) < 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_version_7),     cmocka_unit_test(makes_unique_ids),
		cmocka_unit_test(child_draws_its_own), cmocka_unit_test(makes_version_8),
		cmocka_unit_test(reads_and_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
