/* cowry restored - what must be done after a restore, before the database is served. */
#include <stdio.h>
#include <string.h>

#include "app/operation/sighting.h"
#include "base/arena.h"
#include "base/money.h"
#include "bin/cli.h"
#include "bin/start.h"
#include "db/row.h"
#include "runtime/app.h"

/* More than is assigned between a backup and its restore: 1,000 a second for a day. */
enum { JUMP_DEFAULT = 100000000, PAYMENTS_MAX = 1000, PATIENT_MS = 600000 };
static const int64_t jump_most = INT64_C(1000000000000);

struct options {
	int64_t jump;
	bool force;
	bool unseen;
};

static struct options
read_options(int argc, char **argv)
{
	struct options options = {.jump = JUMP_DEFAULT};

	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--force") == 0)
			options.force = true;
		else if (strcmp(argv[i], "--unseen") == 0)
			options.unseen = true;
		else if (strcmp(argv[i], "--jump") != 0 || ++i == argc ||
			 !integer_parse(&options.jump, argv[i]) || options.jump < 1 ||
			 options.jump > jump_most)
			cli_fail("usage: cowry restored [--jump N] [--force] [--unseen]");
	return options;
}

/* A pool without the checks of a server, and without keys. */
static struct ctx
open_owner(struct app *app, struct config *patient, const struct config *config)
{
	struct db_options options;

	*patient = *config;
	patient->statement_timeout_ms = PATIENT_MS;
	options = start_database(patient, "cowry-restored", config->owner_url);
	options.connections = 1;
	*app = (struct app){
		.config = patient, .database.pool = db_pool_new(&options), .now = clock_system};
	if (app->database.pool == NULL)
		cli_fail("out of memory");
	return cli_ctx(app);
}

static void
must(struct ctx *ctx, enum err err)
{
	if (err != ERR_OK)
		cli_fail(ctx->fault.detail[0] != '\0' ? ctx->fault.detail : ctx->fault.message);
}

/* Looks again after the sighting was read: beats of a database that is served are added meanwhile. */
static struct sighting
look(struct ctx *ctx, const struct config *config, struct instance *instance)
{
	struct sighting seen;

	must(ctx, instance_look(ctx, instance));
	seen = sighting_read(config->state_dir, instance->instance_id);
	must(ctx, instance_look(ctx, instance));
	if (instance->in_recovery)
		cli_fail("this is a standby, or the recovery has not ended: promote it first");
	return seen;
}

/* What is done to a restored database does harm to another: its numbers jump, and those who rely on the
 * sequence of events find a gap. */
static void
describe(const struct instance *instance, const struct sighting *seen, bool unseen)
{
	const char *problem = verdict_problem(instance_judge(instance, seen));
	char at[INSTANT_TEXT_MAX];

	if (problem == NULL && !unseen)
		cli_fail(
			"nothing that this host has seen shows that the database was restored; if it was, "
			"run cowry restored where workers have served it, or with --unseen");
	(void)printf("The last sign of life in this database is of %s.\n",
		     instant_text(at, instance->beat_at));
	(void)printf("%s\n", problem != NULL ? problem : "This host has not seen a restore.");
	if (!uuid_is_nil(seen->instance_id))
		(void)printf("Beats: %lld here, %lld were seen by this host.\n",
			     (long long)instance->beat, (long long)seen->beat);
}

static void
jump_sequences(struct ctx *ctx, int64_t by)
{
	struct rows rows;
	int64_t sequences;

	must(ctx, db_run(ctx, SQL_restored_sequences, &rows, PARAMS(p_int(by))));
	sequences = row_int(&rows, 0, 0);
	must(ctx, db_run(ctx, SQL_restored_events, &rows, PARAMS(p_int(by))));
	(void)printf(
		"%lld sequences were advanced by %lld. The next event has the sequence %lld.\n",
		(long long)sequences, (long long)by, (long long)row_int(&rows, 0, 0) + 1);
}

static void
list_deliveries(struct ctx *ctx)
{
	char since[INSTANT_TEXT_MAX];
	struct rows rows;

	must(ctx, db_run(ctx, SQL_restored_deliveries, &rows, NO_PARAMS));
	(void)printf(
		"\nDeliveries to webhooks that are pending here, and may have been made already. "
		"They are made again, under the same event ids:\n");
	for (size_t i = 0; i < rows.count; i++)
		(void)printf("  %s (%s): %lld since %s\n", row_text(&rows, i, 0),
			     row_text(&rows, i, 1), (long long)row_int(&rows, i, 2),
			     instant_text(since, row_time(&rows, i, 3)));
	if (rows.count == 0)
		(void)printf("  none\n");
}

static void
print_payment(const struct rows *rows, size_t i)
{
	const struct currency *currency = currency_find(row_text(rows, i, 5));
	char amount[MONEY_TEXT_MAX];
	char since[INSTANT_TEXT_MAX];
	char id[UUID_TEXT_MAX];

	(void)printf("  %s  %s  %s  %s  %s %s  %s  %s\n", uuid_text(id, row_uuid(rows, i, 0)),
		     instant_text(since, row_time(rows, i, 7)), row_text(rows, i, 1),
		     row_bool(rows, i, 2) ? "withdrawal" : "deposit",
		     money_text(amount, (struct money){row_int(rows, i, 4), currency}),
		     row_text(rows, i, 5), row_text(rows, i, 3), row_text(rows, i, 6));
}

static void
list_payments(struct ctx *ctx)
{
	struct rows rows;

	must(ctx, db_run(ctx, SQL_restored_payments, &rows, PARAMS(p_int(PAYMENTS_MAX))));
	(void)printf(
		"\nPayments that are open here. Their providers will be asked; compare them with the "
		"providers' own records:\n");
	for (size_t i = 0; i < rows.count; i++)
		print_payment(&rows, i);
	if (rows.count == 0)
		(void)printf("  none\n");
	else if (rows.count == PAYMENTS_MAX)
		(void)printf("  … only the first %d are shown\n", PAYMENTS_MAX);
}

/* What this database can't know. */
static void
list_lost(const struct instance *instance)
{
	char at[INSTANT_TEXT_MAX];

	(void)printf(
		"\nWhat was done after %s is lost. Look for it where it left traces:\n"
		"  - payments, purchases and payouts in the records of providers and banks\n"
		"  - events that receivers of webhooks were sent: what happens again has new ids and "
		"higher sequences\n"
		"  - requests that clients repeat with the same Idempotency-Key are carried out\n"
		"  - passwords, sessions and API keys are as they were: what was revoked since then "
		"is valid again\n\n",
		instant_text(at, instance->beat_at));
}

/* The published tree may be ahead of this one, and is then not replaced. */
static void
tell_of_seals(const struct config *config)
{
	if (strcmp(config->seals, "off") != 0)
		(void)printf(
			"Checkpoints of the seals in %s may be of transactions that are lost. If "
			"cowry-jobs logs that they contradict the database, move the folder away: "
			"see docs/seals.md.\n\n",
			config->seals_dir);
}

/* Sequences first: if this ends early, it can be repeated. */
int
cli_restored(const struct config *config, int argc, char **argv)
{
	struct options options = read_options(argc, argv);
	struct config patient;
	struct app app;
	struct ctx ctx = open_owner(&app, &patient, config);
	struct instance instance;
	struct sighting seen;
	bool clean;

	seen = look(&ctx, config, &instance);
	describe(&instance, &seen, options.unseen);
	jump_sequences(&ctx, options.jump);
	list_deliveries(&ctx);
	list_payments(&ctx);
	list_lost(&instance);
	tell_of_seals(config);
	clean = cli_verify(config, 0, NULL) == 0;
	if (clean || options.force)
		must(&ctx, instance_accept(&ctx, &seen));
	(void)printf("%s\n", clean || options.force
				     ? "Workers and the job runner serve this database now."
				     : "THE DATABASE IS NOT SERVED. With --force it is.");
	arena_free(ctx.arena);
	db_pool_free(app.database.pool);
	return clean || options.force ? 0 : 1;
}
