/*
 * Concurrent operations on vouchers, in two processes: one wins, no cent is created or lost, and
 * there are no deadlocks. COWRY_TEST_SEED changes the order.
 */
#include "tests/support/cmocka.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "api/service.h"
#include "base/arena.h"
#include "base/config.h"
#include "runtime/app.h"
#include "tests/support/moolah_voucher.h"

enum { AT_ONCE = 200, ROUNDS = 50, SETTLERS = 20, ARENA_MAX = 16 << 20 };

static struct person ada;
static struct person bob;
static struct app second; /* a separate process, as far as the database can tell */

static int
setup(void **state)
{
	struct client *c;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	second = *c->app;
	second.database.pool = db_pool_new(&c->fixture->options);
	ada = person_with(c, "ada@example.com", 1000000000);
	bob = person_with(c, "bob@example.com", 100);
	open_network(c);
	return second.database.pool != NULL && service_open(&second) ? 0 : -1;
}

static int
teardown(void **state)
{
	service_close(&second);
	db_pool_free(second.database.pool);
	return client_teardown(state);
}

/* One of the concurrent actors: a request, or the job (no target). No asserts in here. */
struct actor {
	struct client client;
	struct ask ask;
	pthread_barrier_t *start;
	long delay_ns;
	pthread_t thread;
	int status;
};

static void *
run_actor(void *arg)
{
	struct actor *actor = arg;
	struct ctx ctx = app_ctx(actor->client.app, actor->client.scratch);
	bool found = false;

	(void)pthread_barrier_wait(actor->start);
	(void)nanosleep(&(struct timespec){0, actor->delay_ns}, NULL);
	if (actor->ask.target != NULL)
		actor->status = client_exchange(&actor->client, &actor->ask).status;
	else
		actor->status = voucher_expire_due(&ctx, &found) == ERR_OK ? found : -1;
	return NULL;
}

static void
play(const struct client *c, struct actor *actors, size_t n)
{
	pthread_barrier_t start;

	assert_int_equal(pthread_barrier_init(&start, NULL, (unsigned)n), 0);
	for (size_t i = 0; i < n; i++) {
		actors[i].client = *c;
		if (i % 2 == 1)
			actors[i].client.app = &second;
		actors[i].client.scratch = arena_new(ARENA_MAX);
		actors[i].start = &start;
		assert_int_equal(pthread_create(&actors[i].thread, NULL, run_actor, &actors[i]), 0);
	}
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(pthread_join(actors[i].thread, NULL), 0);
		arena_free(actors[i].client.scratch);
	}
	(void)pthread_barrier_destroy(&start);
}

static size_t
count(const struct actor *actors, size_t n, int status)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += actors[i].status == status;
	return found;
}

static struct ask
ask_redeem(struct client *c, const struct person *who, const char *code, const char *amount,
	   const char *more)
{
	return (struct ask){
		.method = "POST",
		.target = VOUCHERS "/redeem",
		.credential = who->access,
		.body = client_json(c, "{'voucher_code':'%s','amount':%s%s}", code, amount, more),
	};
}

static struct ask
ask_settle(struct client *c, const char *number, const char *amount, const char *transaction)
{
	return (struct ask){
		.method = "POST",
		.target = VOUCHERS "/easypay/settlement",
		.api_key = NETWORK_KEY,
		.body = settlement_body(c, number, amount, transaction),
	};
}

/* The delays of a round: none for one of the two, up to two milliseconds for the other. */
static void
stagger(struct actor actors[2], unsigned *seed)
{
	long delay = rand_r(seed) % 2000000L;

	actors[rand_r(seed) % 2].delay_ns = delay;
}

/* The outcome of a race, for the log: both outcomes, if it is one. */
static void
tell(const char *what, int times)
{
	(void)fprintf(stderr, "%s: %d of %d times\n", what, times, ROUNDS);
}

static unsigned
first_seed(void)
{
	const char *text = getenv("COWRY_TEST_SEED");

	return text != NULL ? (unsigned)strtoul(text, NULL, 10) : 1;
}

/* 200 times 3.00 of 100.00, into wallets and to merchants: 33 times. */
static void
test_redeem_at_once(void **state)
{
	struct client *c = *state;
	struct answer a = issue(c, &ada, "100", "");
	const char *id = answer_at(&a, "data.id");
	const char *code = answer_at(&a, "data.voucherCode");
	struct actor *actors = arena_array(c->scratch, AT_ONCE, sizeof(*actors));

	for (size_t i = 0; i < 7; i += 2)
		register_payee(c, "merchant", client_text(c, "M%zu", i));
	for (size_t i = 0; i < AT_ONCE; i++)
		actors[i].ask = ask_redeem(
			c, i % 3 == 0 ? &ada : &bob, code, "3",
			i % 4 == 0 ? client_text(c, ",'merchant_id':'M%zu'", i % 7) : "");
	play(c, actors, AT_ONCE);
	assert_int_equal(count(actors, AT_ONCE, 200), 33);
	assert_int_equal(count(actors, AT_ONCE, 400), AT_ONCE - 33);
	assert_string_equal(client_value(c,
					 "SELECT balance || ' ' || redemptions FROM cowry.voucher"
					 " WHERE voucher_id = %s",
					 id),
			    "100 33");
}

/* Only one of them gets a voucher with one redemption, whatever amounts they ask for. */
static void
test_single_redemption(void **state)
{
	struct client *c = *state;
	struct answer a = issue(c, &ada, "100", ",'max_redemptions':1");
	const char *code = answer_at(&a, "data.voucherCode");
	struct actor actors[SETTLERS] = {{.status = 0}};

	for (size_t i = 0; i < SETTLERS; i++)
		actors[i].ask = ask_redeem(c, &bob, code, client_text(c, "%zu", i + 1), "");
	play(c, actors, SETTLERS);
	assert_int_equal(count(actors, SETTLERS, 200), 1);
	assert_int_equal(count(actors, SETTLERS, 400), SETTLERS - 1);
}

/* Many users redeem each other's vouchers at once; wallets are locked in both directions. */
static void
test_crosswise(void **state)
{
	enum { VOUCHERS_EACH = 4, CODES = 8, ACTORS = 64 };
	struct client *c = *state;
	struct person people[2] = {person_with(c, "cross1@example.com", 100000),
				   person_with(c, "cross2@example.com", 100000)};
	struct actor *actors = arena_array(c->scratch, ACTORS, sizeof(*actors));
	const char *codes[2][VOUCHERS_EACH];

	for (size_t i = 0; i < CODES; i++)
		codes[i % 2][i / 2] = issued_code(c, &people[i % 2], "80");
	for (size_t i = 0; i < ACTORS; i++)
		actors[i].ask = ask_redeem(c, &people[i % 2],
					   codes[(i + 1) % 2][i / 2 % VOUCHERS_EACH], "10", "");
	play(c, actors, ACTORS);
	assert_int_equal(count(actors, ACTORS, 200), ACTORS);
	assert_int_equal(cents_of(c, &people[0]), 100000);
	assert_int_equal(cents_of(c, &people[1]), 100000);
}

/* Settled twenty times at once under one id: once. */
static void
test_settle_at_once(void **state)
{
	struct client *c = *state;
	struct answer a = issue_easypay(c, &ada, "50");
	const char *number = answer_at(&a, "data.easypay_code");
	struct actor actors[SETTLERS] = {{.status = 0}};

	for (size_t i = 0; i < SETTLERS; i++)
		actors[i].ask = ask_settle(c, number, "50", "TX-SAME");
	play(c, actors, SETTLERS);
	assert_int_equal(count(actors, SETTLERS, 200), SETTLERS);
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.easypay_settlement"
					    " WHERE external_id = 'TX-SAME'"),
			    "1");
	a = issue_easypay(c, &ada, "50");
	number = answer_at(&a, "data.easypay_code");
	for (size_t i = 0; i < SETTLERS; i++)
		actors[i].ask = ask_settle(c, number, "50", client_text(c, "TX-%zu", i));
	play(c, actors, SETTLERS);
	assert_int_equal(count(actors, SETTLERS, 200), 1);
	assert_int_equal(count(actors, SETTLERS, 409), SETTLERS - 1);
}

/* One id for many vouchers at once: it settles one of them. */
static void
test_one_id_for_many(void **state)
{
	struct client *c = *state;
	struct actor actors[SETTLERS] = {{.status = 0}};

	for (size_t i = 0; i < SETTLERS; i++) {
		struct answer a = issue_easypay(c, &ada, "50");

		actors[i].ask = ask_settle(c, answer_at(&a, "data.easypay_code"), "50", "TX-MANY");
	}
	play(c, actors, SETTLERS);
	assert_int_equal(count(actors, SETTLERS, 200), 1);
	assert_int_equal(count(actors, SETTLERS, 409), SETTLERS - 1);
}

/* A full redemption and the job, for a voucher that expires at that moment. */
static void
test_expiry_against_redemption(void **state)
{
	struct client *c = *state;
	unsigned seed = first_seed();
	int times = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct answer a = issue(c, &ada, "10", "");
		const char *id = answer_at(&a, "data.id");
		int64_t adas = cents_of(c, &ada), bobs = cents_of(c, &bob);
		struct actor actors[2] = {{.status = 0}};
		bool won;

		actors[0].ask = ask_redeem(c, &bob, answer_at(&a, "data.voucherCode"), "10", "");
		stagger(actors, &seed);
		client_sql(c,
			   "UPDATE cowry.voucher SET expires_at = clock_timestamp() + interval"
			   " '%d microseconds', refund_after = clock_timestamp() + interval"
			   " '%d microseconds' WHERE voucher_id = %s",
			   round * 100, round * 100, id);
		play(c, actors, 2);
		won = actors[0].status == 200;
		assert_true(won || actors[0].status == 400);
		assert_int_not_equal(actors[1].status, -1);
		if (!won)
			while (expire(c))
				;
		assert_int_equal(cents_of(c, &ada), adas + (won ? 0 : 1000));
		assert_int_equal(cents_of(c, &bob), bobs + (won ? 1000 : 0));
		times += won;
	}
	tell("redeemed, not expired", times);
}

/* An EasyPay number is paid for while its owner cancels it. */
static void
test_settlement_against_cancel(void **state)
{
	struct client *c = *state;
	unsigned seed = first_seed();
	int times = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct answer a = issue_easypay(c, &ada, "50");
		const char *id = answer_at(&a, "data.id");
		int64_t before = cents_of(c, &ada);
		struct actor actors[2] = {{.status = 0}};
		bool settled;

		actors[0].ask = ask_settle(c, answer_at(&a, "data.easypay_code"), "50",
					   client_text(c, "TX-R%d", round));
		actors[1].ask = (struct ask){
			.method = "POST",
			.target = client_text(c, VOUCHERS "/%s/cancel", id),
			.credential = ada.access,
		};
		stagger(actors, &seed);
		play(c, actors, 2);
		settled = actors[0].status == 200;
		assert_int_equal(actors[0].status, settled ? 200 : 409);
		assert_int_equal(actors[1].status, settled ? 400 : 200);
		assert_int_equal(cents_of(c, &ada), before + (settled ? 0 : 5000));
		assert_string_equal(client_value(c,
						 "SELECT status FROM cowry.voucher"
						 " WHERE voucher_id = %s",
						 id),
				    settled ? "active" : "cancelled");
		times += settled;
	}
	tell("settled, not cancelled", times);
}

/* The same while it expires. */
static void
test_settlement_against_expiry(void **state)
{
	struct client *c = *state;
	unsigned seed = first_seed();
	int times = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct answer a = issue_easypay(c, &ada, "50");
		const char *id = answer_at(&a, "data.id");
		int64_t before = cents_of(c, &ada);
		struct actor actors[2] = {{.status = 0}};
		bool settled;

		actors[0].ask = ask_settle(c, answer_at(&a, "data.easypay_code"), "50",
					   client_text(c, "TX-X%d", round));
		stagger(actors, &seed);
		client_sql(c,
			   "UPDATE cowry.voucher SET expires_at = clock_timestamp() + interval"
			   " '%d microseconds', refund_after = clock_timestamp() + interval"
			   " '%d microseconds' WHERE voucher_id = %s",
			   round * 100, round * 100, id);
		play(c, actors, 2);
		settled = actors[0].status == 200;
		assert_int_equal(actors[0].status, settled ? 200 : 400);
		if (!settled)
			while (expire(c))
				;
		assert_int_equal(cents_of(c, &ada), before + (settled ? 0 : 5000));
		times += settled;
	}
	tell("settled, not expired", times);
}

/* Eight runners at once refund each voucher once, while others are redeemed. */
static void
test_many_runners(void **state)
{
	enum { DUE = 120, DUE_CENTS = 60000, RUNNERS = 8, RUNNERS_CENTS = 4000, ALL = 16 };
	struct client *c = *state;
	struct person p = person_with(c, "runner@example.com", DUE_CENTS);
	struct actor actors[ALL] = {{.status = 0}};

	for (int i = 0; i < DUE; i++)
		(void)issue(c, &p, "5", "");
	client_sql(c, "UPDATE cowry.voucher SET expires_at = now(), refund_after = now()"
		      " WHERE user_id = (SELECT user_id FROM cowry.users"
		      " WHERE email_key = 'runner@example.com')");
	for (size_t i = RUNNERS; i < ALL; i++)
		actors[i].ask = ask_redeem(c, &p, issued_code(c, &ada, "5"), "5", "");
	play(c, actors, ALL);
	assert_int_equal(count(actors, ALL, -1), 0);
	assert_int_equal(count(actors, ALL, 200), RUNNERS);
	while (expire(c))
		;
	assert_int_equal(cents_of(c, &p), DUE_CENTS + RUNNERS_CENTS);
}

static void
test_no_deadlocks(void **state)
{
	struct client *c = *state;

	assert_string_equal(client_value(c, "SELECT deadlocks FROM pg_stat_database"
					    " WHERE datname = current_database()"),
			    "0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_redeem_at_once),
		client_test(test_single_redemption),
		client_test(test_crosswise),
		client_test(test_settle_at_once),
		client_test(test_one_id_for_many),
		client_test(test_expiry_against_redemption),
		client_test(test_settlement_against_cancel),
		client_test(test_settlement_against_expiry),
		client_test(test_many_runners),
		client_test(client_books_hold),
		client_test(test_no_deadlocks),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
