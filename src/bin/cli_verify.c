#include "bin/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/operation/verification.h"
#include "app/seal/seal_check.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/money.h"
#include "base/text.h"
#include "base/word.h"
#include "bin/start.h"
#include "ledger/balance.h"
#include "ledger/exported.h"
#include "ledger/verify.h"
#include "runtime/app.h"

static const char program[] = "cowry";

enum { EXPORT_MEMORY = 16 * 1024 * 1024 };

struct order {
	bool partly; /* since an id, or if that is 0, since a time */
	int64_t since_id;
	struct instant since;
	bool progress;
	struct cli_list checkpoints;
	struct cli_list keys;
};

static const char usage[] = "usage: cowry verify [--since TIME|ID] [--checkpoint FILE]... "
			    "[--key KEY]... [--progress]\n"
			    "       cowry verify --export FILE...";

static void
add(struct cli_list *list, const char *item)
{
	if (list->count == CLI_LIST_MAX)
		start_failed(program, usage);
	list->items[list->count++] = item;
}

/* An id, or a time whose first transaction is asked for later. */
static void
read_since(struct order *order, const char *text)
{
	order->partly = true;
	if (integer_parse(&order->since_id, text) && order->since_id > 0)
		return;
	order->since_id = 0;
	if (!instant_parse(&order->since, text))
		start_failed(program, "--since is neither a time such as 2026-01-31T09:30:00Z nor "
				      "the id of a transaction");
}

static struct order
read_order(int argc, char **argv)
{
	struct order order = {.progress = isatty(STDERR_FILENO) == 1};

	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--progress") == 0)
			order.progress = true;
		else if (strcmp(argv[i], "--since") == 0 && i + 1 < argc)
			read_since(&order, argv[++i]);
		else if (strcmp(argv[i], "--checkpoint") == 0 && i + 1 < argc)
			add(&order.checkpoints, argv[++i]);
		else if (strcmp(argv[i], "--key") == 0 && i + 1 < argc)
			add(&order.keys, argv[++i]);
		else
			start_failed(program, usage);
	return order;
}

/* The first transaction to be checked; 0: all are. */
static int64_t
first_id(struct ctx *ctx, const struct order *order)
{
	int64_t id = order->since_id;

	if (order->partly && id == 0 && ledger_check_since(ctx, order->since, &id) != ERR_OK)
		start_failed(program, ctx->fault.message);
	return id;
}

static void
print_trial_line(const struct trial_line *line)
{
	const struct currency *currency = currency_find(line->currency);
	char debit[MONEY_TEXT_MAX];
	char credit[MONEY_TEXT_MAX];

	(void)printf("%-5s %-28s %-10s %9lld %20s %s %20s %s\n", line->code, line->name,
		     line->class, (long long)line->accounts,
		     total_text(debit, (struct total){line->debit, currency}), line->currency,
		     total_text(credit, (struct total){line->credit, currency}), line->currency);
}

/* Of live money, then of test money, if there is any. */
static void
print_trial_balance(struct ctx *ctx)
{
	enum mode mode = MODE_LIVE;
	struct trial_line *lines;
	size_t n;

	if (ledger_trial_balance(ctx, (enum mode)0, &lines, &n) != ERR_OK)
		start_failed(program, ctx->fault.message);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || lines[i].mode != mode) {
			mode = lines[i].mode;
			(void)printf("\nTrial balance of %s money\n", word_text(mode_words, mode));
			(void)printf("%-5s %-28s %-10s %9s %24s %24s\n", "Code", "Account", "Class",
				     "Accounts", "Debit", "Credit");
		}
		print_trial_line(&lines[i]);
	}
}

struct progress {
	const char *promise;
	bool shown;    /* on standard error */
	bool rewrites; /* a terminal: one line that changes */
	int64_t next_ns;
};
static const int64_t pause_ns = 1000000000;

/* Once a second. */
static void
show_progress(void *arg, int64_t done, int64_t total)
{
	struct progress *progress = arg;
	int64_t now_ns = clock_monotonic_ns();

	if (!progress->shown || now_ns < progress->next_ns || total == 0)
		return;
	progress->next_ns = now_ns + pause_ns;
	(void)fprintf(stderr, "%s… %s: %" PRId64 " %%%s", progress->rewrites ? "\r" : "",
		      progress->promise, done * 100 / total, progress->rewrites ? "" : "\n");
}

static void
clear_progress(const struct progress *progress)
{
	if (progress->shown && progress->rewrites)
		(void)fprintf(stderr, "\r\033[K");
}

static struct progress
begin_progress(const struct order *order, const char *promise)
{
	return (struct progress){.promise = promise,
				 .shown = order->progress,
				 .rewrites = isatty(STDERR_FILENO) == 1,
				 .next_ns = clock_monotonic_ns() + pause_ns};
}

static void
print_result(const char *promise, const char *const *problems, size_t n)
{
	(void)printf("%s %s\n", n == 0 ? "✓" : "✗", promise);
	for (size_t p = 0; p < n; p++)
		(void)printf("    %s\n", problems[p]);
	(void)fflush(stdout);
}

/* Run one check and print its result; returns the number of violations. */
static size_t
verify_one(struct ctx *ctx, size_t i, const struct order *order, int64_t since)
{
	struct progress progress = begin_progress(order, ledger_check_at(i)->promise);
	struct ledger_check_scope scope = {
		.since_id = since, .progress = show_progress, .arg = &progress};
	const char *const *problems;
	size_t n;

	if (ledger_check_run(ctx, i, &scope, &problems, &n) != ERR_OK)
		start_failed(program, ctx->fault.message);
	clear_progress(&progress);
	print_result(progress.promise, problems, n);
	return n;
}

/* The seals, and each checkpoint from elsewhere. */
static size_t
verify_seals(struct ctx *ctx, const struct order *order, int64_t since, struct witness *witnesses)
{
	struct progress progress = begin_progress(order, "each transaction is as it was sealed");
	struct ledger_check_scope scope = {
		.since_id = since, .progress = show_progress, .arg = &progress};
	const char *const *problems;
	size_t total;
	size_t n;

	if (seal_check(ctx, &scope, witnesses, order->checkpoints.count, &problems, &n) != ERR_OK)
		start_failed(program, ctx->fault.message);
	clear_progress(&progress);
	print_result(progress.promise, problems, n);
	total = n;
	for (size_t i = 0; i < order->checkpoints.count; i++) {
		const char *why = witnesses[i].problem;

		n = why != NULL ? 1 : 0;
		print_result(arena_printf(ctx->arena, "checkpoint %s is of this journal",
					  witnesses[i].name),
			     &why, n);
		total += n;
	}
	return total;
}

/* Record the result for monitoring. The auditor writes nothing, so this needs the owner's role, which
 * the user may not have: the checks count without it. */
static void
record_verification(const struct config *config, const struct verification *result)
{
	struct app app;
	struct ctx ctx;

	start_app(&app, config, program, config->owner_url);
	ctx = cli_ctx(&app);
	if (verification_record(&ctx, result) != ERR_OK)
		(void)fprintf(stderr, "%s: the result could not be recorded: %s\n", program,
			      ctx.fault.detail);
	arena_free(ctx.arena);
	stop_app(&app);
}

static FILE *
open_export(const char *path)
{
	FILE *file = fopen(path, "re");

	if (file == NULL) {
		(void)fprintf(stderr, "%s: %s: %s\n", program, path,
			      strerror(errno)); /* NOLINT(concurrency-mt-unsafe) */
		exit(1);                        /* NOLINT(concurrency-mt-unsafe) */
	}
	return file;
}

/* Files of cowry archive export, without a database. */
static int
verify_exports(char **paths, size_t n)
{
	struct arena *arena = arena_new(EXPORT_MEMORY);
	struct exported_file *files = arena_array(arena, n, sizeof(*files));
	struct exported_result result;

	for (size_t i = 0; i < n; i++)
		files[i] = (struct exported_file){paths[i], open_export(paths[i])};
	if (exported_check(arena, files, n, 0, &result) != ERR_OK)
		start_failed(program, "out of memory");
	(void)printf("%s %" PRId64 " postings of %" PRId64
		     " transactions continue the histories of their accounts\n",
		     result.count == 0 ? "✓" : "✗", result.postings, result.transactions);
	for (size_t i = 0; i < result.count; i++)
		(void)printf("    %s\n", result.problems[i]);
	for (size_t i = 0; i < n; i++)
		(void)fclose(files[i].file);
	arena_free(arena);
	return result.count == 0 ? 0 : 1;
}

static int
verify_database(const struct config *config, struct order order)
{
	struct verification result = {
		.started_at = clock_system(), .complete = !order.partly, .run_by = cli_user()};
	struct witness witnesses[CLI_LIST_MAX];
	struct app app;
	struct ctx kept; /* its memory is that of the witnesses */
	struct ctx ctx;
	int64_t since;

	start_app(&app, config, program, config->auditor_url);
	kept = cli_ctx(&app);
	ctx = cli_ctx(&app);
	if (order.checkpoints.count > 0)
		cli_witnesses(&kept, &order.checkpoints, &order.keys, witnesses);
	since = first_id(&ctx, &order);
	for (size_t i = 0; ledger_check_at(i) != NULL; i++) {
		result.violations += (int64_t)verify_one(&ctx, i, &order, since);
		arena_reset(ctx.arena);
	}
	result.violations += (int64_t)verify_seals(&ctx, &order, since, witnesses);
	arena_reset(ctx.arena);
	print_trial_balance(&ctx);
	(void)printf("\n%s\n", result.violations == 0 ? "The books are consistent."
						      : "THE BOOKS ARE INCONSISTENT.");
	arena_free(ctx.arena);
	arena_free(kept.arena);
	stop_app(&app);
	record_verification(config, &result);
	return result.violations == 0 ? 0 : 1;
}

int
cli_verify(const struct config *config, int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[0], "--export") == 0)
		return verify_exports(argv + 1, (size_t)(argc - 1));
	return verify_database(config, read_order(argc, argv));
}
