/* Fee schedules, and fees as they are shown. */
#include "api/page.h"
#include "api/pocket/filter.h"
#include "api/pocket/pocket.h"
#include "app/wallet/fee_schedule.h"
#include "app/wallet/transaction.h"

static const char *const types[] = {"transfer", "credit", "debit", "capture", NULL};

#define FEE_FIELDS                                                                            \
	FIELD(struct fee, amount, .name = "amount", .required = true, .example = "\"2.50\""), \
		FIELD(struct fee, bearer, .name = "bearer", .choices = fee_bearer_words,      \
		      .required = true, .doc = "Who bears it: payer or payee.",               \
		      .example = "\"payer\""),                                                \
		FIELD(struct fee, schedule, .name = "scheduleId", .required = true),          \
		FIELD(struct fee, version, .name = "version", .required = true,               \
		      .doc = "Of the schedule.", .example = "1")

static const struct field fee_fields[] = {FEE_FIELDS};
static const struct field known_fee_fields[] = {
	FEE_FIELDS,
	FIELD(struct fee, refunded, .name = "refundedAmount",
	      .doc = "What was given back of it; absent if nothing was.", .example = "\"0.75\""),
};

const struct schema pocket_fee = SCHEMA(struct fee, "Fee", fee_fields);
const struct schema pocket_known_fee = SCHEMA(struct fee, "TransactionFee", known_fee_fields);

static const struct field tier_in_fields[] = {
	FIELD(struct fee_tier_order, up_to, .name = "upTo",
	      .doc = "Amounts up to this one, included. Required except in the last tier, which has "
		     "no end.",
	      .example = "\"1000.00\""),
	FIELD(struct fee_tier_order, flat, .name = "flat", .may_be_zero = true,
	      .doc = "Default: 0.", .example = "\"0.50\""),
	FIELD(struct fee_tier_order, percent, .name = "percent", .may_be_zero = true,
	      .doc = "Of the amount, with at most 6 decimals. Default: 0.", .example = "\"1.5\""),
};

static const struct field tier_fields[] = {
	FIELD(struct fee_tier_shown, up_to, .name = "upTo", .example = "\"1000.00\"",
	      .doc = "Included; absent in the last tier."),
	FIELD(struct fee_tier_shown, flat, .name = "flat", .required = true, .example = "\"0.50\""),
	FIELD(struct fee_tier_shown, percent, .name = "percent", .required = true,
	      .example = "\"1.5\""),
};

static const struct schema tier_in =
	SCHEMA(struct fee_tier_order, "FeeTierRequest", tier_in_fields);
static const struct schema tier_out = SCHEMA(struct fee_tier_shown, "FeeTier", tier_fields);

static const struct field order_fields[] = {
	FIELD(struct fee_schedule_order, type, .name = "type", .required = true, .choices = types,
	      .words = transaction_type_words,
	      .doc = "What the fee is for. Credits and debits with a provider have none."),
	FIELD(struct fee_schedule_order, currency, .name = "currency", .required = true,
	      .format = "currency", .example = "\"NGN\""),
	FIELD(struct fee_schedule_order, from, .name = "effectiveFrom",
	      .doc = "Default: now. Not in the past.", .example = "\"2099-01-01T00:00:00Z\""),
	FIELD(struct fee_schedule_order, to, .name = "effectiveTo",
	      .doc = "Not included. Default: until the next version begins.",
	      .example = "\"2100-01-01T00:00:00Z\""),
	FIELD(struct fee_schedule_order, bearer, .name = "bearer", .choices = fee_bearer_words,
	      .required = true,
	      .doc = "payer: the fee is taken in addition to the amount from the account that it "
		     "comes from; payee: it is taken out of what arrives.",
	      .example = "\"payer\""),
	FIELD(struct fee_schedule_order, on_reversal, .name = "onReversal",
	      .choices = fee_reversal_words, .fallback = "refund",
	      .doc = "refund: a reversal gives the fee back, in proportion to the amount.",
	      .example = "\"refund\""),
	FIELD(struct fee_schedule_order, tier_mode, .name = "tierMode", .choices = fee_tiers_words,
	      .fallback = "volume",
	      .doc = "volume: the tier that the amount falls into is for all of it; graduated: "
		     "each tier is for the part of the amount within it.",
	      .example = "\"volume\""),
	FIELD(struct fee_schedule_order, minimum, .name = "minimum", .may_be_zero = true,
	      .doc = "A lower fee is raised to it. Default: 0.", .example = "\"0.10\""),
	FIELD(struct fee_schedule_order, maximum, .name = "maximum", .may_be_zero = true,
	      .doc = "A higher fee is lowered to it. Default: none.", .example = "\"50.00\""),
	FIELD(struct fee_schedule_order, tiers, .name = "tiers", .required = true, .min = 1,
	      .max = FEE_TIERS_MAX, .sub = &tier_in),
	FIELD(struct fee_schedule_order, dry_run, .name = "dryRun",
	      .doc = "Validate and answer, but change nothing.", .example = "false"),
};

static const struct field version_fields[] = {
	FIELD(struct fee_version_shown, number, .name = "version", .required = true,
	      .example = "1"),
	FIELD(struct fee_version_shown, from, .name = "effectiveFrom", .required = true),
	FIELD(struct fee_version_shown, to, .name = "effectiveTo", .keep_null = true,
	      .doc = "Not included; null: no end. One that ended before it began is the same time "
		     "as effectiveFrom.",
	      .example = "null"),
	FIELD(struct fee_version_shown, bearer, .name = "bearer", .choices = fee_bearer_words,
	      .required = true, .example = "\"payer\""),
	FIELD(struct fee_version_shown, on_reversal, .name = "onReversal",
	      .choices = fee_reversal_words, .required = true, .example = "\"refund\""),
	FIELD(struct fee_version_shown, tier_mode, .name = "tierMode", .choices = fee_tiers_words,
	      .required = true, .example = "\"volume\""),
	FIELD(struct fee_version_shown, minimum, .name = "minimum", .required = true,
	      .example = "\"0.10\""),
	FIELD(struct fee_version_shown, maximum, .name = "maximum", .keep_null = true,
	      .example = "\"50.00\""),
	FIELD(struct fee_version_shown, tiers, .name = "tiers", .required = true, .sub = &tier_out),
};

static const struct schema version_out =
	SCHEMA(struct fee_version_shown, "FeeVersion", version_fields);

static const struct field schedule_fields[] = {
	FIELD(struct fee_schedule, id, .name = "id", .required = true),
	FIELD(struct fee_schedule, type, .name = "type", .choices = types,
	      .words = transaction_type_words, .required = true, .example = "\"transfer\""),
	FIELD(struct fee_schedule, currency, .name = "currency", .required = true,
	      .example = "\"NGN\""),
	FIELD(struct fee_schedule, versions, .name = "versions", .required = true,
	      .sub = &version_out, .doc = "The newest first; in lists, only that."),
	FIELD(struct fee_schedule, created_at, .name = "createdAt", .required = true),
	FIELD(struct fee_schedule, dry_run, .name = "dryRun", .example = "false",
	      .doc = "true if nothing was changed."),
};

static const struct field ending_fields[] = {
	FIELD(struct fee_schedule_ending, to, .name = "effectiveTo",
	      .doc = "Default: now. Not in the past.", .example = "\"2100-01-01T00:00:00Z\""),
	FIELD(struct fee_schedule_ending, dry_run, .name = "dryRun",
	      .doc = "Validate and answer, but change nothing.", .example = "false"),
};

struct list_query {
	struct page_query page;
	struct fee_schedule_filter filter;
};

static const struct field query_fields[] = {
	PAGE_FIELDS(struct list_query),
	FIELD(struct list_query, filter.type, .name = "type", .choices = types,
	      .words = transaction_type_words),
	FIELD(struct list_query, filter.common.currency, .name = "currency", .format = "currency"),
	BOOKS_FIELDS(struct list_query, filter.common),
};

static const struct schema order_in =
	SCHEMA(struct fee_schedule_order, "FeeScheduleRequest", order_fields);
static const struct schema schedule_out =
	SCHEMA(struct fee_schedule, "FeeSchedule", schedule_fields);
static const struct schema ending_in =
	SCHEMA(struct fee_schedule_ending, "EndFeeScheduleRequest", ending_fields);
static const struct schema list_query =
	SCHEMA(struct list_query, "FeeSchedulesQuery", query_fields);

static enum err
add(struct call *call, const void *in, void *out)
{
	return fee_schedule_add(&call->ctx, in, out);
}

static enum err
get(struct call *call, const void *in, void *out)
{
	(void)in;
	return fee_schedule_get(&call->ctx, call->params[0].id, out);
}

static enum err
list(struct call *call, const void *in, void *out)
{
	const struct list_query *query = call->query;
	struct list found;

	(void)in;
	TRY(fee_schedule_list(&call->ctx, &query->filter, query->page.after,
			      page_most(&query->page), &found));
	page_fill(call, out, &query->page, found.items, found.count, sizeof(struct fee_schedule),
		  offsetof(struct fee_schedule, fee_schedule_id));
	return ERR_OK;
}

static enum err
end(struct call *call, const void *in, void *out)
{
	return fee_schedule_end(&call->ctx, call->params[0].id, in, out);
}

const struct route pocket_fees[] = {
	{POST, "/v1/fee-schedules", "Create a fee schedule, or a version of it",
	 "There is one schedule for each type of transaction and currency, in the mode of the API key. A "
	 "version never changes; it ends when the next one begins. The fee of an order is added up "
	 "exactly and rounded once, half up, to the minor unit. It is posted in the same transaction, "
	 "to the fee revenue of the project. The answer to an order with dryRun says what its fee "
	 "would be. Recorded in the audit log.",
	 add, .in = &order_in, .out = &schedule_out, .access = ACCESS_PROJECT_KEY,
	 .effect = EFFECT_WRITE, .limits.daily = DAILY_CREATIONS, .docs.errors = {409},
	 .status = 201, .dry_run = true, .docs.tag = "Fees"},
	{GET, "/v1/fee-schedules", "List the fee schedules, newest first",
	 "Of the project and mode of the API key; an administrator's access token gives access to all.",
	 list, .query = &list_query, .out = &schedule_out, .reply.list = true,
	 .access = ACCESS_USER_OR_PROJECT, .stale = true, .docs.errors = {404}, .status = 200,
	 .docs.tag = "Fees"},
	{GET, "/v1/fee-schedules/{id}", "Retrieve a fee schedule with its versions",
	 "An administrator's access token gives access to all.", get, .out = &schedule_out,
	 .access = ACCESS_USER_OR_PROJECT, .status = 200, .docs.tag = "Fees"},
	{POST, "/v1/fee-schedules/{id}/end", "End a fee schedule",
	 "From effectiveTo on there is no fee, and what would begin later never does. A new version "
	 "can be created afterwards. Recorded in the audit log.",
	 end, .in = &ending_in, .out = &schedule_out, .access = ACCESS_PROJECT_KEY,
	 .effect = EFFECT_WRITE, .limits.daily = DAILY_CREATIONS, .status = 200, .dry_run = true,
	 .docs.tag = "Fees"},
	{0},
};
