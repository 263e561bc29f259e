/* Events are published once and in order, and can be followed, while many post and some commit late. */
#include "tests/support/cmocka.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "app/events/event_stream.h"
#include "tests/support/money.h"
#include "tests/support/poll.h"
#include "tests/support/webhook_scene.h"

enum { MOVERS = 6, MOVES = 60, WALLETS = 4 };

struct mover {
	struct client client;
	const char *const *wallets;
	unsigned number;
	pthread_t thread;
};

static void *
move_about(void *arg)
{
	struct mover *mover = arg;
	struct client *c = &mover->client;

	for (unsigned i = 0; i < MOVES; i++) {
		unsigned from = (mover->number + i) % WALLETS;
		struct ask ask = {
			.method = "POST",
			.target = "/v1/wallets/transfer",
			.credential = acme.test_key,
			.body = client_json(c,
					    "{'fromWalletId':'%s','toWalletId':'%s','amount':'%u',"
					    "'currency':'NGN','reference':'m-%u-%u'}",
					    mover->wallets[from],
					    mover->wallets[(from + 1 + i % 3) % WALLETS], 1 + i % 9,
					    mover->number, i),
		};

		(void)client_exchange(c, &ask);
		arena_reset(c->scratch);
	}
	return NULL;
}

struct reader {
	struct client *c;
	pthread_t thread;
	bool failed;
};

static void *
stream_along(void *arg)
{
	struct reader *reader = arg;

	for (int i = 0; i < 150; i++) {
		struct ctx ctx = app_ctx(reader->c->app, arena_new(64 << 20));
		bool found;

		reader->failed |= event_stream_read(&ctx, &found) != ERR_OK;
		arena_free(ctx.arena);
	}
	return NULL;
}

/* Follows the list while it grows. */
struct poller {
	struct client client;
	int64_t seen; /* events, each after the one before */
	int64_t last;
	atomic_bool stop;
	bool failed;
	pthread_t thread;
};

/* Read a page; whether there is another one now. */
static bool
poll_page(struct poller *poller)
{
	struct client *c = &poller->client;
	struct ask ask = {
		.method = "GET",
		.target =
			client_text(c, "/v1/events?limit=100&cursor=%lld", (long long)poller->last),
		.credential = acme.test_key,
	};
	struct reply reply = client_exchange(c, &ask);
	struct answer a = {.status = reply.status};
	struct fault fault = {0};

	if (reply.status != 200 ||
	    json_read(c->scratch, &fault, reply.body.data, reply.body.length, &a.json) != ERR_OK) {
		poller->failed = true;
		return false;
	}
	for (size_t i = 0; i < answer_count(&a, "data"); i++, poller->seen++) {
		const char *path = client_text(c, "data.%zu.data.sequence", i);
		int64_t sequence = atoll(answer_at(&a, path));

		poller->failed |= sequence <= poller->last;
		poller->last = sequence;
	}
	poller->failed |= atoll(answer_at(&a, "pagination.nextCursor")) != poller->last;
	return strcmp(answer_at(&a, "pagination.hasNextPage"), "true") == 0;
}

static void *
poll_along(void *arg)
{
	struct poller *poller = arg;
	bool more = true;

	while (more || !atomic_load(&poller->stop)) {
		more = poll_page(poller);
		arena_reset(poller->client.scratch);
	}
	do
		more = poll_page(
			poller); /* what was published between the last page and the stop */
	while (more);
	return NULL;
}

static void
start_poller(struct client *c, struct poller *poller)
{
	*poller = (struct poller){
		.client = *c,
		.last = atoll(client_value(c, "SELECT sequence FROM cowry.event_feed")),
	};
	poller->client.scratch = arena_new(64 << 20);
	assert_int_equal(pthread_create(&poller->thread, NULL, poll_along, poller), 0);
}

/* It has seen each of the events, once. */
static void
join_poller(struct client *c, struct poller *poller, int64_t first)
{
	atomic_store(&poller->stop, true);
	assert_int_equal(pthread_join(poller->thread, NULL), 0);
	arena_free(poller->client.scratch);
	assert_false(poller->failed);
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.event WHERE sequence > %lld",
					 (long long)first),
			    client_text(c, "%lld", (long long)poller->seen));
}

static void
start_movers(struct client *c, struct mover movers[MOVERS], const char *const wallets[WALLETS])
{
	for (unsigned i = 0; i < MOVERS; i++) {
		movers[i] = (struct mover){*c, wallets, i, 0};
		movers[i].client.scratch = arena_new(64 << 20);
		assert_int_equal(pthread_create(&movers[i].thread, NULL, move_about, &movers[i]),
				 0);
	}
}

static void
read_at_once(struct client *c)
{
	struct reader readers[2];

	for (size_t i = 0; i < COUNT(readers); i++) {
		readers[i] = (struct reader){c, 0, false};
		assert_int_equal(
			pthread_create(&readers[i].thread, NULL, stream_along, &readers[i]), 0);
	}
	for (size_t i = 0; i < COUNT(readers); i++) {
		assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
		assert_false(readers[i].failed);
	}
}

static void
join_movers(struct mover movers[MOVERS])
{
	for (size_t i = 0; i < MOVERS; i++) {
		assert_int_equal(pthread_join(movers[i].thread, NULL), 0);
		arena_free(movers[i].client.scratch);
	}
}

/* All that the movers posted, each once; the number of postings. */
static int
expect_published(struct client *c)
{
	const char *count = "SELECT count(*) FROM cowry.transaction WHERE reference LIKE 'm-%%'";
	const char *posted = client_value(c, "%s", count);

	assert_true(atoi(posted) > 50);
	assert_string_equal(
		client_value(c, "SELECT count(*) FROM cowry.event WHERE type ="
				" 'transfer.completed' AND data->>'reference' LIKE 'm-%%'"),
		posted);
	assert_string_equal(
		client_value(c, "SELECT count(DISTINCT (t.public_id, e.type, e.object)) FROM"
				" cowry.transaction t JOIN cowry.event e ON t.public_id::text ="
				" e.data->>'transactionId' WHERE reference LIKE 'm-%%'"),
		client_text(c, "%d", 2 * atoi(posted)));
	return atoi(posted);
}

/* The balances in the events of a wallet are those of its history, in order. */
static void
expect_order_of_history(struct client *c)
{
	assert_string_equal(
		client_value(
			c,
			"SELECT count(*) FROM (SELECT e.object, row_number() OVER (PARTITION BY"
			" e.object ORDER BY e.sequence) AS told, row_number() OVER (PARTITION BY"
			" e.object ORDER BY CASE WHEN p.from_id = a.account_id THEN"
			" p.from_sequence ELSE p.to_sequence END) AS posted FROM cowry.event e"
			" JOIN cowry.account a ON a.public_id = e.object JOIN cowry.transaction t"
			" ON t.public_id::text = e.data->>'transactionId' JOIN cowry.posting p"
			" USING (transaction_id) WHERE t.reference LIKE 'm-%%') x"
			" WHERE told <> posted"),
		"0");
}

/* While many post and two readers read, every posting is published once, each wallet's in order; and who polls
 * meanwhile misses nothing. */
static void
test_concurrent_readers(void **state)
{
	struct client *c = *state;
	struct mover movers[MOVERS];
	const char *wallets[WALLETS];
	struct poller poller;
	struct hook hook;
	int64_t first;
	int posted;

	for (size_t i = 0; i < WALLETS; i++)
		wallets[i] = wallet_with(c, acme.test_key, "NGN", "20");
	stream_all(c);
	hook = subscribe(c, "'*'");
	start_poller(c, &poller);
	first = atoll(client_value(c, "SELECT sequence FROM cowry.event_feed"));
	start_movers(c, movers, wallets);
	read_at_once(c);
	join_movers(movers);
	stream_all(c);
	join_poller(c, &poller, first);
	posted = expect_published(c);
	expect_order_of_history(c);
	receiver_reset(receiver);
	(void)deliver_due(c);
	assert_string_equal(
		client_value(c,
			     "SELECT count(*) FROM cowry.webhook_delivery d JOIN"
			     " cowry.webhook_subscription s USING (subscription_id) WHERE"
			     " s.public_id = '%s' AND d.status <> 'delivered'",
			     hook.id),
		"0");
	assert_int_equal(receiver_count(receiver), 3 * posted);
	unsubscribe(c, &hook);
}

static void *
transfer_apart(void *arg)
{
	struct mover *mover = arg;
	struct ask ask = {
		.method = "POST",
		.target = "/v1/transactions/bulk", /* in a transaction of its own */
		.credential = acme.test_key,
		.body = client_json(&mover->client,
				    "{'transactions':[{'type':'transfer','fromWalletId':'%s',"
				    "'toWalletId':'%s','amount':'1','currency':'NGN',"
				    "'reference':'held-up'}]}",
				    mover->wallets[0], mover->wallets[1]),
	};

	(void)client_exchange(&mover->client, &ask);
	return NULL;
}

static void
wait_until(struct client *c, const char *condition)
{
	struct poll poll = poll_for(20);

	while (strcmp(client_value(c, "SELECT %s", condition), "t") != 0)
		assert_true(poll_again(&poll));
}

/* One that got its number early and commits late is neither overtaken nor lost. */
static void
test_late_commit(void **state)
{
	struct client *c = *state;
	const char *wallets[] = {wallet_with(c, acme.test_key, "NGN", "5"),
				 wallet_new(c, acme.test_key, "NGN")};
	const char *third = wallet_with(c, acme.test_key, "NGN", "5");
	struct mover mover = {*c, wallets, 0, 0};
	struct ctx ctx = app_ctx(c->app, c->scratch);
	PGconn *blocker = PQconnectdb(c->fixture->superuser_url);
	struct hook hook;
	struct answer a;
	bool found;

	stream_all(c);
	hook = subscribe(c, "'transfer.completed'");
	PQclear(PQexec(blocker, "BEGIN"));
	/* Another use of this reference waits for the end of this transaction, with its number
	 * assigned. */
	PQclear(PQexec(blocker,
		       client_text(c,
				   "INSERT INTO cowry.transaction (transaction_id, public_id,"
				   " ledger_id, reference, type, content, created_at) SELECT -1,"
				   " gen_random_uuid(), ledger_id, 'held-up', 'x',"
				   " decode(repeat('00', 32), 'hex'), now() FROM cowry.account"
				   " WHERE public_id = '%s'",
				   third)));
	assert_int_equal(PQtransactionStatus(blocker), PQTRANS_INTRANS);
	mover.client.scratch = arena_new(64 << 20);
	assert_int_equal(pthread_create(&mover.thread, NULL, transfer_apart, &mover), 0);
	wait_until(c, "EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
		      " AND wait_event_type = 'Lock')");
	a = transfer(c, acme.test_key, third, wallet_new(c, acme.test_key, "NGN"), "2",
		     fresh_reference(c), "");
	expect_status(&a, 201);
	for (int i = 0; i < 10; i++)
		assert_int_equal(event_stream_read(&ctx, &found), ERR_OK);
	assert_int_equal(deliver_due(c), 0);
	PQclear(PQexec(blocker, "ROLLBACK"));
	PQfinish(blocker);
	assert_int_equal(pthread_join(mover.thread, NULL), 0);
	arena_free(mover.client.scratch);
	stream_all(c);
	assert_int_equal(deliver_due(c), 2);
	assert_string_equal(told(c, 0, "data.reference"), "held-up");
	assert_string_equal(told(c, 1, "data.amount"), "2.00");
	unsubscribe(c, &hook);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_concurrent_readers),
		client_test(test_late_commit),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, webhook_setup, webhook_teardown);
}
