/* Holds: money reserved, then captured, voided, or released when it expires. */
#include "api/page.h"
#include "api/pocket/filter.h"
#include "api/pocket/pocket.h"
#include "app/wallet/hold.h"
#include "app/wallet/transaction.h"

static const struct field hold_in_fields[] = {
	FIELD(struct wallet_hold_order, wallet, .name = "walletId", .required = true),
	FIELD(struct wallet_hold_order, amount, .name = "amount", .required = true,
	      .example = "\"250.00\""),
	FIELD(struct wallet_hold_order, currency, .name = "currency", .required = true,
	      .format = "currency", .example = "\"NGN\""),
	FIELD(struct wallet_hold_order, reference, .name = "reference", .required = true,
	      .format = "reference",
	      .doc = "Your reference; unique among the holds of the project.",
	      .example = "\"hold_2026_001\""),
	FIELD(struct wallet_hold_order, lifetime_s, .name = "expiresIn", .lower_bound = true,
	      .min = 1, .max = HOLD_LIFETIME_MAX_S,
	      .doc = "Seconds until the hold expires. Default: 7 days.", .example = "3600"),
	FIELD(struct wallet_hold_order, metadata, .name = "metadata",
	      .example = "{\"order\":\"1001\"}"),
	FIELD(struct wallet_hold_order, dry_run, .name = "dryRun",
	      .doc = "Validate and answer, but change nothing.", .example = "false"),
};

static const struct field hold_fields[] = {
	FIELD(struct wallet_hold, id, .name = "id", .required = true),
	FIELD(struct wallet_hold, wallet, .name = "walletId", .required = true),
	FIELD(struct wallet_hold, amount, .name = "amount", .required = true),
	FIELD(struct wallet_hold, captured, .name = "captured", .required = true,
	      .example = "\"0.00\""),
	FIELD(struct wallet_hold, remaining, .name = "remaining", .required = true,
	      .doc = "What is still held."),
	FIELD(struct wallet_hold, currency, .name = "currency", .required = true,
	      .example = "\"NGN\""),
	FIELD(struct wallet_hold, status, .name = "status", .choices = hold_status_words,
	      .required = true, .example = "\"active\""),
	FIELD(struct wallet_hold, reference, .name = "reference", .required = true,
	      .example = "\"hold_2026_001\""),
	FIELD(struct wallet_hold, transaction, .name = "transactionId",
	      .doc = "Transaction that captured the hold, the last one if there were several."),
	FIELD(struct wallet_hold, metadata, .name = "metadata"),
	FIELD(struct wallet_hold, created_at, .name = "createdAt", .required = true),
	FIELD(struct wallet_hold, expires_at, .name = "expiresAt", .required = true),
	FIELD(struct wallet_hold, closed_at, .name = "closedAt", .keep_null = true,
	      .example = "null"),
	FIELD(struct wallet_hold, dry_run, .name = "dryRun", .example = "false",
	      .doc = "true if nothing was changed."),
};

static const struct field capture_fields[] = {
	FIELD(struct transaction_order, amount, .name = "amount",
	      .doc = "Part of the hold. Default: all that is left of it.", .example = "\"250.00\""),
	FIELD(struct transaction_order, final, .name = "final", .fallback_true = true,
	      .doc = "Whether what is left of the hold is released. false: it stays held, to be "
		     "captured later; a reference is required then.",
	      .example = "true"),
	FIELD(struct transaction_order, to, .name = "toWalletId",
	      .doc = "Receiving wallet. Default: the funding account of the project."),
	FIELD(struct transaction_order, reference, .name = "reference", .format = "reference",
	      .example = "\"cap_2026_001\""),
	FIELD(struct transaction_order, max_fee, .name = "maxFee", .may_be_zero = true,
	      .doc = "A higher fee is 422 FEE_EXCEEDS_MAXIMUM. Default: any fee is paid.",
	      .example = "\"2.50\""),
	FIELD(struct transaction_order, metadata, .name = "metadata",
	      .example = "{\"order\":\"1001\"}"),
	FIELD(struct transaction_order, dry_run, .name = "dryRun",
	      .doc = "Validate and answer, but change nothing.", .example = "false"),
};

static const struct field void_fields[] = {
	FIELD(struct transaction_order, dry_run, .name = "dryRun",
	      .doc = "Validate and answer, but change nothing.", .example = "false"),
};

static const struct schema hold_in =
	SCHEMA(struct wallet_hold_order, "HoldRequest", hold_in_fields);
static const struct schema hold_out = SCHEMA(struct wallet_hold, "Hold", hold_fields);
static const struct schema capture_in =
	SCHEMA(struct transaction_order, "CaptureRequest", capture_fields);
static const struct schema void_in = SCHEMA(struct transaction_order, "VoidRequest", void_fields);

static enum err
place(struct call *call, const void *in, void *out)
{
	const struct wallet_hold *hold = out;

	TRY(wallet_hold_place(&call->ctx, in, out));
	if (hold->replayed) {
		call->status = 200;
		call->replayed = true;
	}
	return ERR_OK;
}

static enum err
get(struct call *call, const void *in, void *out)
{
	(void)in;
	return wallet_hold_get(&call->ctx, call->params[0].id, out);
}

struct list_query {
	struct sorted_query page;
	struct hold_filter filter;
};

static const struct field list_query_fields[] = {
	SORTED_FIELDS(struct list_query),
	FILTER_FIELDS(struct list_query, filter.common, "Held on this wallet.", "Held amount"),
	FIELD(struct list_query, filter.status, .name = "status", .choices = hold_status_words),
};

static const struct schema list_query = SCHEMA(struct list_query, "HoldsQuery", list_query_fields);

static enum err
list(struct call *call, const void *in, void *out)
{
	const struct list_query *query = call->query;
	struct hold_filter filter = query->filter;
	struct page_query page;
	struct list found;
	int64_t next;

	(void)in;
	TRY(page_sorted(call, &query->page, &page));
	filter.common.oldest_first = page.oldest_first;
	TRY(wallet_hold_list(&call->ctx, &filter, page.after, page_limit(&page), &found, &next));
	page_fill_partly(call, out, &page, found, next);
	return ERR_OK;
}

static enum err
capture(struct call *call, const void *in, void *out)
{
	const struct transaction *transaction = out;

	TRY(transaction_capture(&call->ctx, call->params[0].id, in, out));
	call->replayed = transaction->replayed;
	return ERR_OK;
}

static enum err
cancel(struct call *call, const void *in, void *out)
{
	struct wallet_hold *hold = out;

	TRY(wallet_hold_void(&call->ctx, call->params[0].id, hold));
	hold->dry_run = ((const struct transaction_order *)in)->dry_run;
	return ERR_OK;
}

const struct route pocket_holds[] = {
	{POST, "/v1/holds", "Create a hold", NULL, place, .in = &hold_in, .out = &hold_out,
	 .access = ACCESS_PROJECT_KEY, .effect = EFFECT_WRITE, .docs.errors = {404},
	 .docs.statuses = {200}, .status = 201, .dry_run = true, .docs.tag = "Holds"},
	{GET, "/v1/holds", "List holds",
	 "Of the project and mode of the API key; an administrator's access token gives access to all. "
	 "Filters are combined. A call looks at a limited number of holds: a page may have fewer items "
	 "than limit, or none, and there is more as long as it has a nextCursor.",
	 list, .query = &list_query, .out = &hold_out, .reply.list = true,
	 .access = ACCESS_USER_OR_PROJECT, .stale = true, .docs.errors = {404}, .status = 200,
	 .docs.tag = "Holds"},
	{GET, "/v1/holds/{id}", "Retrieve a hold",
	 "A project's API key gives access to the holds of its mode, an administrator's access token "
	 "to all.",
	 get, .out = &hold_out, .access = ACCESS_USER_OR_PROJECT, .status = 200,
	 .docs.tag = "Holds"},
	{POST, "/v1/holds/{id}/capture", "Capture a hold in full or in part",
	 "What is left of the hold is released, unless final is false: then it can be captured in "
	 "several parts, each with a reference of its own, until it is used up, voided or expired. A "
	 "part that is more than what is left is 422 AMOUNT_EXCEEDS_REST. Without reference, repeating "
	 "the same request returns the first answer; any other request is 409 ALREADY_CAPTURED.",
	 capture, .in = &capture_in, .out = &pocket_transaction, .access = ACCESS_PROJECT_KEY,
	 .effect = EFFECT_POST, .status = 200, .dry_run = true, .docs.tag = "Holds"},
	{POST, "/v1/holds/{id}/void", "Void a hold", "Releases what was not captured.", cancel,
	 .in = &void_in, .out = &hold_out, .access = ACCESS_PROJECT_KEY, .effect = EFFECT_WRITE,
	 .status = 200, .dry_run = true, .docs.tag = "Holds"},
	{0},
};
