/* The age of a request, whatever the clocks do. */
#include <config.h>

#include "base/clock.h"

#include "bin/arrival.h"

#include "tests/support/cmocka.h"

#define MS     INT64_C(1000)
#define HOUR_S INT64_C(3600)

/* A host whose web server's wall clock and ours are as the test says; time is the true one. */
struct scene {
	struct arrivals *arrivals;
	int64_t true_us;
	int64_t web_offset_us; /* of the web server's wall clock */
	int64_t our_offset_us; /* of this process's */
};

static int
setup(void **state)
{
	static struct scene scene;

	scene = (struct scene){.arrivals = arrivals_new(), .true_us = 1000 * SECOND_US};
	scene.web_offset_us = scene.our_offset_us = INT64_C(1767225600) * SECOND_US;
	*state = &scene;
	return scene.arrivals != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	arrivals_free(((struct scene *)*state)->arrivals);
	return 0;
}

/* The web server's time of a request that arrives now. */
static int64_t
arrive(const struct scene *s)
{
	return s->true_us + s->web_offset_us;
}

static int64_t
age(struct scene *s, int64_t arrived_us)
{
	struct arrival_clocks now = {s->true_us, s->true_us + s->our_offset_us};

	return arrivals_age_us(s->arrivals, arrived_us, now);
}

/* A request that is read at once. */
static int64_t
fresh_age(struct scene *s)
{
	return age(s, arrive(s));
}

static void
test_age(void **state)
{
	struct scene *s = *state;
	int64_t arrived = arrive(s);

	assert_int_equal(fresh_age(s), 0);
	s->true_us += 40 * SECOND_US;
	assert_int_equal(age(s, arrived), 40 * SECOND_US);
	assert_int_equal(fresh_age(s), 0);
}

/* A request that waited in the socket of a stopped process is old, although no other arrived. */
static void
test_stopped(void **state)
{
	struct scene *s = *state;
	int64_t arrived;

	assert_int_equal(fresh_age(s), 0);
	arrived = arrive(s);
	s->true_us += 10 * HOUR_S * SECOND_US;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(age(s, arrived), 10 * HOUR_S * SECOND_US);
}

/* The clock of the host steps: what comes afterwards is as young as it is. */
static void
test_step(void **state)
{
	struct scene *s = *state;
	static const int64_t steps_s[] = {HOUR_S, -HOUR_S, 2 * HOUR_S, -20, 1, -1};

	assert_int_equal(fresh_age(s), 0);
	for (size_t i = 0; i < COUNT(steps_s); i++) {
		s->web_offset_us += steps_s[i] * SECOND_US;
		s->our_offset_us += steps_s[i] * SECOND_US;
		s->true_us += 5 * MS;
		assert_int_equal(fresh_age(s), 0);
	}
}

/* It steps back while a request is stuck: an hour is no excuse. */
static void
test_step_back_over(void **state)
{
	struct scene *s = *state;
	int64_t arrived = arrive(s);

	assert_int_equal(fresh_age(s), 0);
	s->true_us += 40 * SECOND_US;
	s->web_offset_us -= HOUR_S * SECOND_US;
	s->our_offset_us -= HOUR_S * SECOND_US;
	assert_int_equal(age(s, arrived), 40 * SECOND_US);
}

/* Our clock is another than the web server's, all the time or suddenly. */
static void
test_foreign_clock(void **state)
{
	struct scene *s = *state;
	static const int64_t steps_s[] = {HOUR_S, -2 * HOUR_S, 48 * HOUR_S};

	for (size_t i = 0; i < COUNT(steps_s); i++) {
		int64_t arrived = arrive(s);

		s->our_offset_us += steps_s[i] * SECOND_US;
		assert_int_equal(fresh_age(s), 0);
		s->true_us += 25 * SECOND_US;
		assert_int_equal(age(s, arrived), 25 * SECOND_US);
		assert_int_equal(fresh_age(s), 0);
	}
}

/* The web server's clock alone is put back: that is forgotten within a minute. */
static void
test_web_clock(void **state)
{
	struct scene *s = *state;

	assert_int_equal(fresh_age(s), 0);
	s->web_offset_us -= HOUR_S * SECOND_US;
	assert_int_equal(fresh_age(s), HOUR_S * SECOND_US);
	for (int second = 0; second < 61; second++) {
		s->true_us += SECOND_US;
		(void)fresh_age(s);
	}
	assert_int_equal(fresh_age(s), 0);
}

static struct requester
judge(struct scene *s, const char *arrived, const char *within)
{
	struct requester requester = {.fd = -1};

	arrivals_judge(s->arrivals, arrived, within, &requester);
	return requester;
}

static void
test_judge(void **state)
{
	struct scene *s = *state;
	static const char *const odd[] = {"",
					  "0",
					  "1767225600",
					  "1767225600.12",
					  "1767225600,123",
					  "-767225600.123",
					  "1767225600.123 ",
					  "99999999999.123"};
	int64_t now_ns = clock_monotonic_ns();
	struct requester r = judge(s, "1767225600.123", "30");

	/* The first request that a process sees is as old as the wall clock says at most. */
	assert_true(r.begin_by_ns >= now_ns + INT64_C(20000000000));
	assert_int_equal(r.commit_by_ns - r.begin_by_ns, INT64_C(10000000000));
	assert_true(requester_may_begin(&r));
	r = judge(s, "1767225570.000", "30"); /* half a minute before the other */
	assert_false(requester_may_begin(&r));
	assert_false(requester_waits(&r));
	r = judge(s, "1767225578.000", "30");
	assert_false(requester_may_begin(&r));
	assert_true(requester_waits(&r));
	r = judge(s, "0000000000.000", "30");
	assert_false(requester_waits(&r));
	for (size_t i = 0; i < COUNT(odd); i++)
		assert_int_equal(judge(s, odd[i], "30").begin_by_ns, 0);
	assert_int_equal(judge(s, NULL, "30").commit_by_ns, 0);
	assert_int_equal(judge(s, "1767225600.123", NULL).commit_by_ns, 0);
	assert_int_equal(judge(s, "1767225600.123", "0").commit_by_ns, 0);
	assert_int_equal(judge(s, "1767225600.123", "x").commit_by_ns, 0);
	r = judge(s, NULL, NULL);
	assert_true(requester_may_begin(&r));
	assert_true(requester_waits(NULL));
}

#define scene_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(test_age),           scene_test(test_stopped),
		scene_test(test_step),          scene_test(test_step_back_over),
		scene_test(test_foreign_clock), scene_test(test_web_clock),
		scene_test(test_judge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
