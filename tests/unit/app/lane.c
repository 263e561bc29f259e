/* Which deliveries go next: each object's in order, no receiver at the expense of others. */
#include "app/events/lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cmocka.h"

#define MS INT64_C(1000000)
#define S  (1000 * MS)

enum { LEASE_S = 1000000 };

static int
begin(void **state)
{
	*state = calloc(1, sizeof(struct lanes));
	return *state != NULL ? 0 : -1;
}

static int
end(void **state)
{
	lanes_free(*state);
	free(*state);
	return 0;
}

static struct lane *
lane_of(struct lanes *lanes, int64_t subscription)
{
	struct lane *lane = lanes_get(lanes, subscription);

	assert_non_null(lane);
	lane->lease_end_ns = LEASE_S * S;
	return lane;
}

/* A chain of deliveries with these numbers. */
static void
add(struct lanes *lanes, struct lane *lane, int64_t first, int64_t n, int64_t now_ns)
{
	struct message *chain = NULL;
	struct message **last = &chain;

	for (int64_t i = 0; i < n; i++) {
		struct message *message = message_new(lanes, lane, "evt", (struct bytes){"{}", 2});

		assert_non_null(message);
		message->delivery_id = first + i;
		message->fetched_ns = now_ns;
		*last = message;
		last = &message->next;
	}
	assert_non_null(chain);
	lane_add(lanes, lane, chain);
}

static void
forget(struct lanes *lanes, struct message *list)
{
	while (list != NULL) {
		struct message *next = list->next;

		message_free(lanes, list);
		list = next;
	}
}

/* Send until no lane may; how many requests of this lane were begun. */
static size_t
send_all(struct lanes *lanes, const struct lane *of, int64_t now_ns)
{
	struct lane *lane;
	size_t n = 0;

	while ((lane = lanes_next(lanes, now_ns)) != NULL) {
		struct message *rest;

		forget(lanes, lane_take(lanes, lane, &rest));
		forget(lanes, rest);
		lane_began(lanes, lane, now_ns);
		n += lane == of;
	}
	return n;
}

static void
add_many(struct lanes *lanes, struct lane *lane, int64_t n, int64_t now_ns)
{
	for (int64_t i = 0; i < n; i++)
		add(lanes, lane, i, 1, now_ns);
}

static void
end_all(struct lanes *lanes, struct lane *lane, bool succeeded, int64_t began_ns, int64_t now_ns)
{
	while (lane->under_way > 0)
		lane_ended(lanes, lane, succeeded, began_ns, now_ns);
}

static void
test_limit_grows(void **state)
{
	struct lanes *lanes = *state;
	struct lane *lane = lane_of(lanes, 1);

	add_many(lanes, lane, 500, S);
	assert_int_equal(send_all(lanes, lane, S), LANE_REQUESTS_LEAST);
	end_all(lanes, lane, true, S, S + 5 * MS);
	assert_int_equal(send_all(lanes, lane, S), 2 * LANE_REQUESTS_LEAST);
	for (int i = 0; i < 8; i++) {
		end_all(lanes, lane, true, S, S + 5 * MS);
		(void)send_all(lanes, lane, S);
	}
	assert_int_equal(lane->under_way, LANE_REQUESTS_MOST);
	/* One failure, or one slow success, and it begins again. */
	end_all(lanes, lane, true, S, S + 5 * MS);
	lane_began(lanes, lane, S);
	lane_ended(lanes, lane, false, S, S + 5 * MS);
	add_many(lanes, lane, 100, S);
	assert_int_equal(send_all(lanes, lane, S), LANE_REQUESTS_LEAST);
	end_all(lanes, lane, true, S, 3 * S);
	assert_int_equal(send_all(lanes, lane, S), LANE_REQUESTS_LEAST);
}

/* Receivers that don't answer leave places to those that do, and to new ones. */
static void
test_places(void **state)
{
	struct lanes *lanes = *state;
	struct lane *quick = lane_of(lanes, 1000);
	struct lane *fresh;
	int64_t now_ns = S;

	add_many(lanes, quick, 1, now_ns);
	assert_int_equal(send_all(lanes, quick, now_ns), 1);
	end_all(lanes, quick, true, now_ns, now_ns + MS);
	for (int64_t i = 0; i < 100; i++)
		add_many(lanes, lane_of(lanes, i), 20, now_ns);
	(void)send_all(lanes, NULL, now_ns);
	assert_int_equal(lanes->under_way, PLACES_NEW);
	/* The mute ones are known now. */
	for (int64_t i = 0; i < 100; i++)
		end_all(lanes, lane_of(lanes, i), false, now_ns, now_ns + 10 * S);
	now_ns += 10 * S;
	for (int64_t i = 0; i < 100; i++)
		add_many(lanes, lane_of(lanes, i), 20, now_ns);
	(void)send_all(lanes, NULL, now_ns);
	assert_int_equal(lanes->under_way, PLACES_BAD);
	fresh = lane_of(lanes, 2000);
	add_many(lanes, fresh, 20, now_ns);
	assert_int_equal(send_all(lanes, fresh, now_ns), LANE_REQUESTS_LEAST);
	add_many(lanes, quick, 20, now_ns);
	assert_int_equal(send_all(lanes, quick, now_ns), LANE_REQUESTS_LEAST + 1);
}

/* One that was quick and is mute now is found out after a second. */
static void
test_stuck(void **state)
{
	struct lanes *lanes = *state;
	struct lane *lane = lane_of(lanes, 1);

	lane->limit = LANE_REQUESTS_MOST;
	lane->standing = STANDING_GOOD;
	add_many(lanes, lane, 10, S);
	assert_int_equal(send_all(lanes, lane, S), 10);
	add_many(lanes, lane, 10, 3 * S);
	assert_int_equal(send_all(lanes, lane, 3 * S), 0);
	while (lane->under_way > LANE_REQUESTS_LEAST - 1)
		lane_ended(lanes, lane, false, S, 3 * S);
	assert_int_equal(send_all(lanes, lane, 3 * S), 1);
}

static void
expect_taken(struct lanes *lanes, struct lane *lane, const char *ids, struct message **rest)
{
	char text[256] = "";
	struct message *list = lane_take(lanes, lane, rest);

	for (const struct message *p = list; p != NULL; p = p->next) {
		size_t used = strlen(text);

		(void)snprintf(text + used, sizeof(text) - used, "%s%lld%s", used > 0 ? " " : "",
			       (long long)p->delivery_id, p->is_behind ? "+" : "");
	}
	assert_string_equal(text, ids);
	forget(lanes, list);
}

/* Only the first of a chain goes; the next one when it has succeeded, before other chains. */
static void
test_chain(void **state)
{
	struct lanes *lanes = *state;
	struct lane *lane = lane_of(lanes, 1);
	struct message *rest;

	add(lanes, lane, 1, 3, S);
	add(lanes, lane, 10, 1, S);
	expect_taken(lanes, lane, "1", &rest);
	expect_taken(lanes, lane, "10", &(struct message *){NULL});
	assert_null(lanes_next(lanes, S));
	lane_continue(lanes, lane, rest);
	add(lanes, lane, 20, 1, S);
	expect_taken(lanes, lane, "2", &rest);
	lane_drop(lanes, rest);
	assert_true(lane->more);
	expect_taken(lanes, lane, "20", &rest);
	assert_null(rest);
	assert_int_equal(lane->held, 0);
	assert_int_equal(lanes->held_count, 0);
}

static void
test_batch(void **state)
{
	struct lanes *lanes = *state;
	struct lane *lane = lane_of(lanes, 1);
	struct message *rest;

	lane->batch_size = 4;
	add(lanes, lane, 1, 2, S);
	add(lanes, lane, 10, 5, S);
	add(lanes, lane, 20, 1, S);
	expect_taken(lanes, lane, "1 2+ 10 11+", &rest);
	assert_int_equal(rest->delivery_id, 12);
	expect_taken(lanes, lane, "20", &(struct message *){NULL});
	lane_continue(lanes, lane, rest);
	expect_taken(lanes, lane, "12 13+ 14+", &rest);
	assert_null(rest);
}

/* What was fetched long ago, or is held no longer, is not sent. */
static void
test_too_late(void **state)
{
	struct lanes *lanes = *state;
	struct lane *lane = lane_of(lanes, 1);

	add(lanes, lane, 1, 2, S);
	assert_ptr_equal(lanes_next(lanes, 2 * S), lane);
	assert_null(lanes_next(lanes, 4 * S));
	assert_int_equal(lane->held, 0);
	assert_true(lane->more);
	add(lanes, lane, 1, 2, 4 * S);
	lane->lease_end_ns = 4 * S;
	assert_null(lanes_next(lanes, 4 * S));
	lane->lease_end_ns = 5 * S;
	assert_ptr_equal(lanes_next(lanes, 4 * S), lane);
	lane->not_before_ns = 9 * S;
	assert_null(lanes_next(lanes, 4 * S));
}

/* A receiver that is down does not fill the memory. */
static void
test_room(void **state)
{
	struct lanes *lanes = *state;
	struct lane *good = lane_of(lanes, 1);
	size_t room;

	good->standing = STANDING_GOOD;
	good->limit = LANE_REQUESTS_MOST;
	room = lane_room(lanes, good, S);
	for (int64_t i = 2; i < 500; i++) {
		struct lane *bad = lane_of(lanes, i);

		bad->standing = STANDING_BAD;
		add_many(lanes, bad, (int64_t)lane_room(lanes, bad, S), S);
		assert_int_equal(lane_room(lanes, bad, S), 0);
	}
	assert_int_equal(lane_room(lanes, lane_of(lanes, 499), S), 0);
	assert_true(lane_room(lanes, lane_of(lanes, 1000), S) > 0); /* a new one */
	assert_int_equal(lane_room(lanes, good, S), room);
	add_many(lanes, good, (int64_t)room, S);
	assert_int_equal(lane_room(lanes, good, S), 0);
}

static void
test_forgotten(void **state)
{
	struct lanes *lanes = *state;
	struct lane *busy = lane_of(lanes, 2);

	(void)lane_of(lanes, 3);
	assert_ptr_equal(lane_of(lanes, 2), busy);
	(void)lane_of(lanes, 1);
	add(lanes, busy, 1, 1, S);
	lanes_forget(lanes, S);
	assert_int_equal(lanes->count, 3);
	lanes_forget(lanes, 1000 * S);
	assert_int_equal(lanes->count, 1);
	assert_ptr_equal(lanes_get(lanes, 2), busy);
}

#define lane_test(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		lane_test(test_limit_grows), lane_test(test_places),    lane_test(test_stuck),
		lane_test(test_chain),       lane_test(test_batch),     lane_test(test_too_late),
		lane_test(test_room),        lane_test(test_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
