#include <config.h>

#include "crypto/password.h"

#include <crypt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "tests/support/cmocka.h"
#include "tests/support/poll.h"

#include "base/arena.h"
#include "base/clock.h"

enum { THREADS = 4, VERIFY_SECONDS = 60 };

struct fixture {
	struct arena *arena;
	struct password_gate *gate;
};

static int
setup(void **state)
{
	static struct fixture fixture;

	fixture.arena = arena_new(1 << 20);
	fixture.gate = password_gate_new(2);
	*state = &fixture;
	return fixture.gate != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	password_gate_free(fixture->gate);
	arena_free(fixture->arena);
	return 0;
}

static bool
matches(struct fixture *x, const char *encoded, const char *password)
{
	struct fault f = {0};
	bool match = false;

	assert_int_equal(password_verify(x->gate, &f, encoded, password, &match), ERR_OK);
	return match;
}

static void
hashes_and_verifies(void **state)
{
	struct fixture *x = *state;
	struct fault f = {0};
	const char *first = NULL;
	const char *second = NULL;

	assert_int_equal(password_hash(x->gate, x->arena, &f, "korrekt pf\xC3\xA4rd", &first),
			 ERR_OK);
	assert_int_equal(password_hash(x->gate, x->arena, &f, "korrekt pf\xC3\xA4rd", &second),
			 ERR_OK);
	assert_string_not_equal(first, second);
	assert_int_equal(strncmp(first, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
	assert_true(matches(x, first, "korrekt pf\xC3\xA4rd"));
	assert_false(matches(x, first, "korrekt pf\xC3\xA4rD"));
	assert_false(matches(x, first, ""));
	assert_false(matches(x, NULL, "korrekt pf\xC3\xA4rd"));
}

static void
reports_a_broken_hash(void **state)
{
	struct fixture *x = *state;
	struct fault f = {0};
	bool match = false;

	assert_int_equal(password_verify(x->gate, &f, "*0", "password", &match), ERR_INTERNAL);
	assert_false(match);
	assert_null(strstr(f.message, "argon"));
}

struct work {
	struct fixture *fixture;
	const char *encoded;
	atomic_int matched;
};

/* On a slow machine a turn may come after the gate has given up: then it is asked again. */
static bool
verify_in_turn(struct work *work)
{
	struct poll poll = poll_for(VERIFY_SECONDS);
	struct fault f = {0};
	bool match = false;
	enum err e;

	do
		e = password_verify(work->fixture->gate, &f, work->encoded, "a secret", &match);
	while (e == ERR_RATE_LIMITED && poll_again(&poll));
	return e == ERR_OK && match;
}

static void *
verify(void *arg)
{
	struct work *work = arg;

	for (int i = 0; i < 3; i++)
		if (verify_in_turn(work))
			atomic_fetch_add(&work->matched, 1);
	return NULL;
}

static void
serves_more_threads_than_places(void **state)
{
	struct work work = {.fixture = *state};
	pthread_t threads[THREADS];
	struct fault f = {0};

	assert_int_equal(password_hash(work.fixture->gate, work.fixture->arena, &f, "a secret",
				       &work.encoded),
			 ERR_OK);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, verify, &work), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(atomic_load(&work.matched), 3 * THREADS);
}

static void
gives_up_at_a_full_gate(void **state)
{
	struct password_gate *gate = password_gate_new(0);
	int64_t start = clock_monotonic_ns();
	struct fault f = {0};
	bool match = false;

	(void)state;
	assert_non_null(gate);
	assert_int_equal(password_verify(gate, &f, NULL, "password", &match), ERR_RATE_LIMITED);
	assert_true(f.retry_after_s > 0);
	assert_true(clock_monotonic_ns() - start >= INT64_C(1900000000));
	password_gate_free(gate);
	password_gate_free(NULL);
}

static void
hashes_with_bcrypt(void **state)
{
	struct fixture *fixture = *state;
	struct fault f = {0};
	struct crypt_data *data = arena_array(fixture->arena, 1, sizeof(*data));
	const char *once = NULL;
	const char *again = NULL;

	assert_int_equal(password_bcrypt(fixture->gate, fixture->arena, &f, "4111", &once), ERR_OK);
	assert_int_equal(password_bcrypt(fixture->gate, fixture->arena, &f, "4111", &again),
			 ERR_OK);
	assert_memory_equal(once, "$2b$10$", 7);
	assert_string_not_equal(once, again);
	assert_string_equal(crypt_r("4111", once, data), once);
	assert_string_not_equal(crypt_r("4112", once, data), once);
}

static void
knows_common_passwords(void **state)
{
	static const char *const entries[] = {
#include "crypto/common_passwords.def"
	};
	static const char *const usual[] = {"password", "PassWord1",  "12345678", "QWERTYUIOP",
					    "iloveyou", "Welcome123", "P@ssw0rd"};

	(void)state;
	for (size_t i = 0; i < COUNT(usual); i++)
		assert_true(password_is_common(usual[i]));
	assert_false(password_is_common("gule ris og gr\xC3\xB8nne \xC3\xA6rter"));
	assert_false(password_is_common(""));
	assert_false(password_is_common(
		"passwordpasswordpasswordpasswordpasswordpasswordpasswordpasswordpassword1"));
	for (size_t i = 0; i < COUNT(entries); i++) {
		assert_true(strlen(entries[i]) >= 8 && strlen(entries[i]) <= PASSWORD_BYTES_MAX);
		assert_true(i == 0 || strcmp(entries[i - 1], entries[i]) < 0);
		assert_true(password_is_common(entries[i]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_and_verifies),
		cmocka_unit_test(reports_a_broken_hash),
		cmocka_unit_test(serves_more_threads_than_places),
		cmocka_unit_test(gives_up_at_a_full_gate),
		cmocka_unit_test(hashes_with_bcrypt),
		cmocka_unit_test(knows_common_passwords),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
