#include "app/operation/gauges.h"

#include <assert.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "db/row.h"

static const struct gauge gauges[] = {
	{
		.key = "schema",
		.name = "cowry_schema_version",
		.help = "Last migration of the database.",
	},
	{
		.key = "runners",
		.name = "cowry_job_runners",
		.help = "Job runners of all machines that were seen in the last minute.",
	},
	{
		.key = "runner_seen",
		.name = "cowry_job_runner_seen_timestamp_seconds",
		.help = "When a job runner was last seen.",
	},
	{
		.key = "verify_time",
		.name = "cowry_verify_timestamp_seconds",
		.help = "When cowry verify last ended.",
	},
	{
		.key = "verify_violations",
		.name = "cowry_verify_violations",
		.help = "Violations that the last cowry verify found.",
	},
	{
		.key = "verify_complete",
		.name = "cowry_verify_complete",
		.help = "Whether the last cowry verify read the whole journal.",
	},
	{
		.key = "books_unchecked",
		.name = "cowry_books_unchecked_seconds",
		.help = "Since when the audit of the job runners has read everything.",
	},
	{
		.key = "books_round",
		.name = "cowry_books_round_timestamp_seconds",
		.help = "When it last ended a round.",
	},
	{
		.key = "books_differences",
		.name = "cowry_books_differences",
		.help = "Differences that it found and nobody has resolved.",
	},
	{
		.key = "ledgers_stopped",
		.name = "cowry_ledgers_stopped",
		.help = "Ledgers in which nothing is posted because of them.",
	},
	{
		.key = "connections",
		.name = "cowry_database_connections",
		.labels = {"state"},
		.help = "Connections to the database, of any program.",
	},
	{
		.key = "connections_max",
		.name = "cowry_database_connections_max",
		.help = "How many connections the server allows.",
	},
	{
		.key = "jobs",
		.name = "cowry_jobs",
		.labels = {"kind", "status"},
		.help = "Jobs in the queue.",
	},
	{
		.key = "jobs_failing",
		.name = "cowry_jobs_failing",
		.labels = {"kind"},
		.help = "Jobs in the queue whose last attempt failed, and that will be tried again.",
	},
	{
		.key = "jobs_overdue",
		.name = "cowry_jobs_overdue_seconds",
		.labels = {"kind"},
		.help = "For how long the oldest waiting job has been due.",
	},
	{
		.key = "deliveries_pending",
		.name = "cowry_deliveries_pending",
		.help = "Events on their way to webhooks, up to 100000.",
	},
	{
		.key = "deliveries_oldest",
		.name = "cowry_deliveries_oldest_seconds",
		.help = "Age of the oldest of them.",
	},
	{
		.key = "deliveries_recent",
		.name = "cowry_deliveries_recent",
		.labels = {"status"},
		.help = "The last 10000 deliveries.",
	},
	{
		.key = "subscriptions_disabled",
		.name = "cowry_webhooks_disabled",
		.help = "Webhooks that were disabled because the receiver did not answer.",
	},
	{
		.key = "events_lag",
		.name = "cowry_events_lag_seconds",
		.help = "Age of the oldest transaction or event that was not published yet.",
	},
	{
		.key = "seals_waiting",
		.name = "cowry_seals_waiting",
		.help = "Transactions that are not sealed yet, up to 100000.",
	},
	{
		.key = "seals_lag",
		.name = "cowry_seals_lag_seconds",
		.help = "Age of the oldest of them.",
	},
	{
		.key = "seals_size",
		.name = "cowry_seals_transactions_total",
		.labels = {"mode"},
		.help = "Transactions that are sealed.",
		.is_counter = true,
	},
	{
		.key = "seals_signed",
		.name = "cowry_seals_signed_timestamp_seconds",
		.labels = {"mode"},
		.help = "When the last checkpoint was signed.",
	},
	{
		.key = "journal_end",
		.name = "cowry_journal_transactions_total",
		.help = "Last number taken in the journal.",
		.is_counter = true,
	},
	{
		.key = "journal_read",
		.name = "cowry_journal_read_total",
		.help = "Number up to which the journal was published.",
		.is_counter = true,
	},
	{
		.key = "events_published",
		.name = "cowry_events_published_total",
		.help = "Events published.",
		.is_counter = true,
	},
	{
		.key = "payments_pending",
		.name = "cowry_payments_pending",
		.labels = {"provider", "direction"},
		.help = "Payments through providers without an outcome, up to 100000.",
	},
	{
		.key = "payments_oldest",
		.name = "cowry_payments_oldest_seconds",
		.labels = {"provider", "direction"},
		.help = "Age of the oldest of them.",
	},
	{
		.key = "payments_recent",
		.name = "cowry_payments_recent",
		.labels = {"kind", "status"},
		.help = "The last 10000 payments of each kind.",
	},
	{
		.key = "reviews_open",
		.name = "cowry_reviews_open",
		.labels = {"kind"},
		.help = "Reviews that an administrator must decide.",
	},
	{
		.key = "reviews_oldest",
		.name = "cowry_reviews_oldest_seconds",
		.help = "Age of the oldest open review.",
	},
	{
		.key = "complaints_open",
		.name = "cowry_complaints_open",
		.help = "Complaints that are not resolved.",
	},
	{
		.key = "holds",
		.name = "cowry_holds",
		.labels = {"mode", NULL, "currency"},
		.help = "Active holds, up to 100000.",
	},
	{
		.key = "holds_amount",
		.name = "cowry_holds_amount",
		.labels = {"mode", NULL, "currency"},
		.help = "Money of active holds.",
		.is_amount = true,
	},
	{
		.key = "vouchers",
		.name = "cowry_vouchers",
		.labels = {"status", NULL, "currency"},
		.help = "Vouchers with a balance, up to 100000.",
	},
	{
		.key = "vouchers_amount",
		.name = "cowry_vouchers_amount",
		.labels = {"status", NULL, "currency"},
		.help = "Their balances.",
		.is_amount = true,
	},
	{
		.key = "vouchers_recent",
		.name = "cowry_vouchers_recent",
		.labels = {"status"},
		.help = "The last 10000 vouchers.",
	},
	{
		.key = "balance",
		.name = "cowry_balance",
		.labels = {"account", "mode", "currency"},
		.help = "Balances of the ledgers' own accounts, credit-positive.",
		.is_amount = true,
	},
};

static const struct {
	struct gauge_group group;
	enum statement_id statement;
} groups[] = {
	{{"system", false}, SQL_gauges_system}, {{"queue", false}, SQL_gauges_queue},
	{{"events", false}, SQL_gauges_events}, {{"payments", false}, SQL_gauges_payments},
	{{"held", true}, SQL_gauges_held},      {{"books", true}, SQL_gauges_books},
};
static_assert(COUNT(groups) == GAUGE_GROUPS, "the number of groups is public");

struct gauge_row {
	const char *metric;
	const char *a;
	const char *b;
	const char *c;
	wide_int value;
};

static const struct column columns[] = {
	COLUMN(struct gauge_row, metric), COLUMN(struct gauge_row, a),
	COLUMN(struct gauge_row, b),      COLUMN(struct gauge_row, c),
	COLUMN(struct gauge_row, value),
};

const struct gauge *
gauge_at(size_t i)
{
	return i < COUNT(gauges) ? &gauges[i] : NULL;
}

const struct gauge_group *
gauge_group_at(size_t i)
{
	return &groups[i].group;
}

static const char *
digits(struct arena *arena, const struct gauge *gauge, const struct gauge_row *row)
{
	static const struct currency none = {.exponent = 0};
	const struct currency *currency = gauge->is_amount ? currency_find(row->c) : &none;
	struct total total = {row->value, currency != NULL ? currency : &none};
	char text[MONEY_TEXT_MAX];

	return arena_strdup(arena, total_text(text, total));
}

/* False if the list of metrics does not have it. */
static bool
take(struct arena *arena, const struct gauge_row *row, struct gauge_value *out)
{
	size_t i = 0;

	while (i < COUNT(gauges) && !text_equal(gauges[i].key, row->metric))
		i++;
	if (i == COUNT(gauges))
		return false;
	*out = (struct gauge_value){i, {row->a, row->b, row->c}, digits(arena, &gauges[i], row)};
	return true;
}

enum err
gauges_read(struct ctx *ctx, size_t group, struct gauge_value **out, size_t *n)
{
	struct gauge_value *values;
	struct rows rows;

	TRY(db_run(ctx, groups[group].statement, &rows, NO_PARAMS));
	values = arena_array(ctx->arena, rows.count, sizeof(*values));
	*n = 0;
	for (size_t i = 0; i < rows.count; i++) {
		struct gauge_row row;

		rows_scan(&rows, i, columns, COLUMN_COUNT(columns), &row);
		*n += take(ctx->arena, &row, &values[*n]);
	}
	*out = values;
	return ERR_OK;
}
