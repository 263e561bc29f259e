/* Checks for work that waits for the operator. */
#include <stdio.h>

#include "app/operation/rekey.h"
#include "app/operation/unresolved.h"
#include "base/attributes.h"
#include "base/money.h"
#include "bin/addresses.h"
#include "bin/doctor_checks.h"

enum { NAMED_MAX = 20 };

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
