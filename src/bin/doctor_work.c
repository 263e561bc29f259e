/* Checks for work that waits for the operator. */
#include <stdio.h>

#include "app/operation/rekey.h"
#include "app/operation/unresolved.h"
#include "base/attributes.h"
#include "base/money.h"
#include "bin/addresses.h"
#include "bin/doctor_checks.h"
#include "db/row.h"

enum { NAMED_MAX = 20, SILENT_S = 60, MINUTE_S = 60, HOUR_S = 3600 };

static const struct {
	enum statement_id count;
	const char *text;
} attention[] = {
	{SQL_attention_reviews, "reviews are open; see cowry reviews list"},
	{SQL_attention_withdrawals, "withdrawals have been pending for a day"},
	{SQL_attention_jobs, "jobs are parked; see cowry jobs list"},
	{SQL_attention_subscriptions, "webhooks were disabled because the receiver did not answer"},
	{SQL_attention_deliveries, "deliveries to webhooks failed permanently in the last day"},
};

/* What waits, and for how many seconds it may. */
static const struct {
	enum statement_id id;
	int64_t allowed_s;
	const char *text;
} backlogs[] = {
	{SQL_backlog_jobs, MINUTE_S, "jobs are overdue"},
	{SQL_backlog_events, MINUTE_S, "events are not published yet"},
	{SQL_backlog_deliveries, HOUR_S, "deliveries to webhooks are waiting"},
	{SQL_backlog_seals, MINUTE_S, "transactions are not sealed yet; see the log of cowry-jobs"},
};

/* Mails, look-ups, expiries and webhooks are late without one. */
void
doctor_job_runner(struct checkup *c)
{
	struct ctx *ctx = checkup_ctx(c, ROLE_OWNER);
	char at[INSTANT_TEXT_MAX];
	struct instant seen;
	struct rows rows;
	int64_t alive;

	if (db_run(ctx, SQL_runner_seen, &rows, PARAMS(p_int(SILENT_S))) != ERR_OK) {
		found_failure(c, ctx);
		return;
	}
	alive = row_int(&rows, 0, 0);
	seen = row_time(&rows, 0, 1);
	if (alive > 0)
		foundf(c, SEVERITY_OK, "job runner", "%lld alive, last seen at %s",
		       (long long)alive, instant_text(at, seen));
	else
		foundf(c, SEVERITY_ERROR, "no job runner is alive", "%s%s",
		       seen.us != 0 ? "last seen at " : "none was ever seen",
		       seen.us != 0 ? instant_text(at, seen) : "");
}

void
doctor_backlog(struct checkup *c)
{
	struct ctx *ctx = checkup_ctx(c, ROLE_OWNER);
	struct rows rows;
	char text[160];

	for (size_t i = 0; i < COUNT(backlogs); i++) {
		if (db_run(ctx, backlogs[i].id, &rows, NO_PARAMS) != ERR_OK) {
			found_failure(c, ctx);
			continue;
		}
		if (row_int(&rows, 0, 1) <= backlogs[i].allowed_s)
			continue;
		(void)snprintf(text, sizeof text, "%lld %s", (long long)row_int(&rows, 0, 0),
			       backlogs[i].text);
		foundf(c, SEVERITY_WARNING, text, "the oldest for %lld minutes",
		       (long long)row_int(&rows, 0, 1) / MINUTE_S);
	}
}

void
doctor_work(struct checkup *c)
{
	char text[160];
	int64_t n;

	for (size_t i = 0; i < COUNT(attention); i++) {
		if (!checkup_count(c, attention[i].count, &n) || n == 0)
			continue;
		(void)snprintf(text, sizeof text, "%lld %s", (long long)n, attention[i].text);
		found(c, SEVERITY_WARNING, text, "");
	}
}

/* Money that is held until a review is decided. */
void
doctor_unresolved(struct checkup *c)
{
	struct ctx *ctx = checkup_ctx(c, ROLE_OWNER);
	char amount[MONEY_TEXT_MAX];
	char at[INSTANT_TEXT_MAX];
	char id[UUID_TEXT_MAX];
	struct unresolved *list;
	char text[256];
	size_t n;

	if (unresolved_list(ctx, NAMED_MAX, &list, &n) != ERR_OK) {
		found_failure(c, ctx);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct money money = {list[i].amount, currency_find(list[i].currency)};

		(void)snprintf(text, sizeof text,
			       "%s holds %s %s, and its outcome could not be determined (since %s)",
			       list[i].reference, money_text(amount, money), list[i].currency,
			       instant_text(at, list[i].since));
		foundf(c, SEVERITY_WARNING, text,
		       "see cowry reviews list, then approve or reject %s",
		       uuid_text(id, list[i].review));
	}
}

void
doctor_users(struct checkup *c)
{
	struct ctx *ctx = checkup_ctx(c, ROLE_OWNER);
	char text[ADDRESS_REPORT_MAX];
	struct odd_address *odd = NULL;
	size_t n = 0;

	if (rekey_addresses(ctx, false, &odd, &n) != ERR_OK) {
		found_failure(c, ctx);
		return;
	}
	for (size_t i = 0; i < n; i++)
		found(c, SEVERITY_WARNING, address_report(text, &odd[i]), "");
}
