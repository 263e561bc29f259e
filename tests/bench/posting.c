/*
 * What the database and the caller spend on a transfer, by size of batch, and on a combined read:
 * make tests/bench/posting && tests/with-postgres tests/bench/posting [-n TRANSFERS]
 * [-r ROUNDS] [-s SQL] [BATCH...]
 * A batch is a number of transfers, or of reads if it begins with r.
 *
 * One session runs the statements of ledger_post(), as a leader of the group commit does. Sizes alternate;
 * the medians of the rounds are printed. SQL is run as the superuser before, to try a change of the schema.
 * To compare programs, run them in turns beside one server.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "ledger/ledger.h"
#include "tests/support/books.h"
#include "tests/support/cmocka.h"

enum { WALLETS = 2000, BATCH_MOST = 64, ROUNDS_MOST = 99, SIZES_MOST = 16, MEMORY_MOST = 64 << 20 };
enum measure { SERVER_US, CLIENT_US, ELAPSED_US, WAL_BYTES, MEASURES };

struct size {
	size_t batch;
	bool reads;
	double results[MEASURES][ROUNDS_MOST];
};

struct bench {
	struct books *books;
	struct app app; /* with a pool of one connection */
	struct ctx ctx;
	clockid_t server_clock; /* of the process of that connection */
	struct uuid wallets[WALLETS];
	int64_t key_id;
	long transfers;
	size_t rounds;
	struct size sizes[SIZES_MOST];
	size_t size_count;
};

struct batch {
	struct ledger_transaction *list[BATCH_MOST];
	size_t n;
};

static enum err
post(struct ctx *ctx, void *arg)
{
	struct batch *batch = arg;

	return ledger_post(ctx, batch->list, batch->n);
}

static struct uuid
any_wallet(const struct bench *bench)
{
	return bench->wallets[arc4random_uniform(WALLETS)];
}

static struct ledger_transaction *
any_transfer(struct bench *bench)
{
	struct uuid from = any_wallet(bench);
	struct uuid to = any_wallet(bench);
	struct ledger_transaction *t;

	while (uuid_equal(from, to))
		to = any_wallet(bench);
	t = books_order(bench->books, &bench->ctx, books_reference(&bench->ctx), from, to, 1);
	t->authority = bench->key_id;
	return t;
}

/* As requests come: each with a key that is to be checked. */
static void
transfer(struct bench *bench, size_t n)
{
	struct batch batch = {.n = n};

	for (size_t i = 0; i < n; i++)
		batch.list[i] = any_transfer(bench);
	assert_int_equal(db_transact(&bench->ctx, post, &batch), ERR_OK);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(batch.list[i]->err, ERR_OK);
}

static void
read_wallets(struct bench *bench, size_t n)
{
	int64_t ledgers[BATCH_MOST];
	int64_t keys[BATCH_MOST];
	struct uuid ids[BATCH_MOST];
	struct rows rows;

	for (size_t i = 0; i < n; i++) {
		ledgers[i] = bench->books->ledger_id;
		keys[i] = bench->key_id;
		ids[i] = any_wallet(bench);
	}
	assert_int_equal(db_run(&bench->ctx, SQL_wallet_find, &rows,
				PARAMS(p_ints(ledgers, n), p_uuids(ids, n), p_ints(keys, n))),
			 ERR_OK);
	assert_int_equal(rows.count, n);
}

static double
time_us(clockid_t clock)
{
	struct timespec t = {0};

	assert_int_equal(clock_gettime(clock, &t), 0);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double
wal_bytes(const struct bench *bench)
{
	return (double)books_number(bench->books,
				    "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint");
}

static void
take(const struct bench *bench, double at[MEASURES])
{
	at[WAL_BYTES] = wal_bytes(bench);
	at[SERVER_US] = time_us(bench->server_clock);
	at[CLIENT_US] = time_us(CLOCK_PROCESS_CPUTIME_ID);
	at[ELAPSED_US] = time_us(CLOCK_MONOTONIC);
}

static void
run(struct bench *bench, struct size *size, size_t round)
{
	double before[MEASURES];
	double after[MEASURES];
	long done = 0;

	take(bench, before);
	for (; done < bench->transfers; done += (long)size->batch) {
		arena_reset(bench->ctx.arena);
		if (size->reads)
			read_wallets(bench, size->batch);
		else
			transfer(bench, size->batch);
	}
	take(bench, after);
	for (size_t i = 0; i < MEASURES; i++)
		size->results[i][round] = (after[i] - before[i]) / (double)done;
}

static const char furniture[] =
	"SET search_path = cowry;"
	"WITH a AS (INSERT INTO account (public_id, ledger_id, kind, currency, floor)"
	" SELECT gen_random_uuid(), %lld, 1, 'NGN', -1000000000000"
	"   FROM generate_series(1, %d) RETURNING account_id),"
	" u AS (INSERT INTO users (public_id, email, email_key, name)"
	" VALUES (gen_random_uuid(), 'b@example.com', 'b@example.com', 'B') RETURNING user_id),"
	" k AS (INSERT INTO api_key (public_id, digest, user_id, prefix, scope)"
	" SELECT gen_random_uuid(), sha256('b'), user_id, 'b', 'test' FROM u)"
	" INSERT INTO wallet (account_id, user_id) SELECT account_id, user_id FROM a, u";

/* Wallets with room below zero, so that no transfer is refused, and a key. */
static void
furnish(struct bench *bench)
{
	const struct books *books = bench->books;
	struct arena *arena = books->ctx->arena;
	const char *url = books->fixture->superuser_url;

	fixture_sql(url, arena_printf(arena, furniture, (long long)books->ledger_id, WALLETS));
	bench->key_id = books_number(books, "SELECT max(api_key_id) FROM cowry.api_key");
}

static void
read_ids(struct bench *bench)
{
	const char *text = fixture_value(
		bench->books->ctx->arena, bench->books->fixture->superuser_url,
		"SELECT string_agg(public_id::text, '') FROM cowry.account WHERE floor < 0");

	for (size_t i = 0; i < WALLETS; i++) {
		char id[UUID_TEXT_MAX];

		(void)snprintf(id, sizeof id, "%.36s", text + 36 * i);
		assert_true(uuid_parse(&bench->wallets[i], id));
	}
}

/* A session like those of a server, and the clock of its process. */
static void
open_session(struct bench *bench, struct db_options *options)
{
	int64_t latency_ns;
	int64_t pid;

	*options = bench->books->fixture->options;
	options->application_name = "bench";
	options->connections = 1;
	options->looks_up = true;
	bench->app = bench->books->apps[0];
	bench->app.database.pool = db_pool_new(options);
	bench->ctx = app_ctx(&bench->app, arena_new(MEMORY_MOST));
	assert_int_equal(db_ping(&bench->ctx, &latency_ns), ERR_OK);
	pid = books_number(bench->books,
			   "SELECT pid FROM pg_stat_activity WHERE application_name = 'bench'");
	assert_int_equal(clock_getcpuclockid((pid_t)pid, &bench->server_clock), 0);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
show(const struct bench *bench, struct size *size)
{
	(void)printf("%-8s %5zu", size->reads ? "read" : "transfer", size->batch);
	for (size_t i = 0; i < MEASURES; i++) {
		qsort(size->results[i], bench->rounds, sizeof(double), by_value);
		(void)printf(" %9.1f", size->results[i][bench->rounds / 2]);
	}
	(void)printf("\n");
}

static void
add_size(struct bench *bench, size_t batch, bool reads)
{
	assert_true(batch >= 1 && batch <= BATCH_MOST && bench->size_count < SIZES_MOST);
	bench->sizes[bench->size_count++] = (struct size){.batch = batch, .reads = reads};
}

/* What is measured: the options, and sizes of batches of transfers. */
static const char *
configure(struct bench *bench, int argc, char **argv)
{
	static const size_t transfers[] = {1, 12, 28, 64};
	static const size_t reads[] = {1, 10, 30};
	const char *sql = NULL;
	int option;

	bench->transfers = 6000;
	bench->rounds = 5;
	while ((option = getopt(argc, argv, "n:r:s:")) != -1) {
		assert_true(option != '?');
		if (option == 'n')
			bench->transfers = strtol(optarg, NULL, 10);
		else if (option == 'r')
			bench->rounds = strtoul(optarg, NULL, 10);
		else
			sql = optarg;
	}
	assert_true(bench->rounds >= 1 && bench->rounds <= ROUNDS_MOST);
	for (int i = optind; i < argc; i++)
		add_size(bench, strtoul(argv[i] + (argv[i][0] == 'r'), NULL, 10),
			 argv[i][0] == 'r');
	for (size_t i = 0; optind == argc && i < COUNT(transfers); i++)
		add_size(bench, transfers[i], false);
	for (size_t i = 0; optind == argc && i < COUNT(reads); i++)
		add_size(bench, reads[i], true);
	return sql;
}

int
main(int argc, char **argv)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	struct db_options options;
	void *books = NULL;
	const char *sql;

	if (bench == NULL || books_setup(&books) != 0 || books == NULL)
		return 1;
	bench->books = books;
	sql = configure(bench, argc, argv);
	if (sql != NULL)
		fixture_sql(bench->books->fixture->superuser_url, sql);
	furnish(bench);
	read_ids(bench);
	open_session(bench, &options);
	for (size_t round = 0; round < bench->rounds; round++)
		for (size_t i = 0; i < bench->size_count; i++)
			run(bench, &bench->sizes[i], round);
	(void)printf("%14s %9s %9s %9s %9s\n", "batch", "server", "client", "elapsed", "WAL");
	for (size_t i = 0; i < bench->size_count; i++)
		show(bench, &bench->sizes[i]);
	arena_free(bench->ctx.arena);
	db_pool_free(bench->app.database.pool);
	free(bench);
	return books_teardown(&books);
}
