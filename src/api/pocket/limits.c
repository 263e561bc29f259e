/* Limits of wallets: the rules, for administrators, and what a wallet has used of those that apply to it. */
#include "app/limit/limit.h"

#include "api/page.h"
#include "api/pocket/pocket.h"
#include "base/attributes.h"

static const struct field order_fields[] = {
	FIELD(struct limit_order, scope, .name = "scope", .required = true,
	      .choices = limit_scope_words,
	      .doc = "What the rule is for. Of rules that limit the same thing, a wallet has the first one "
		     "of: wallet, customer, kyc_level, project, default.",
	      .example = "\"project\""),
	FIELD(struct limit_order, subject, .name = "subject", .min = 1, .max = 36,
	      .doc = "Id of the wallet, the customer of a project or the user, or the project; of a "
		     "kyc_level none, pending, verified or rejected. Not with default.",
	      .example = "\"0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55\""),
	FIELD(struct limit_order, mode, .name = "mode", .required = true, .choices = mode_words,
	      .example = "\"live\""),
	FIELD(struct limit_order, per, .name = "per", .choices = limit_per_words,
	      .doc = "What is added up together. Default: customer if that is the scope, else wallet.",
	      .example = "\"customer\""),
	FIELD(struct limit_order, measure, .name = "measure", .required = true,
	      .choices = limit_measures,
	      .doc = "balance: the highest one; amount: of one transaction; sum and count: of the "
		     "transactions in a window.",
	      .example = "\"sum\""),
	FIELD(struct limit_order, direction, .name = "direction", .choices = limit_direction_words,
	      .doc = "Required, except for a balance.", .example = "\"out\""),
	FIELD(struct limit_order, types, .name = "types", .items_max = LIMIT_TYPES_MAX,
	      .doc = "Types of transactions that count. Default: all.",
	      .example = "[\"transfer\",\"debit\"]"),
	FIELD(struct limit_order, currency, .name = "currency", .format = "currency",
	      .doc = "Required, except for a count.", .example = "\"NGN\""),
	FIELD(struct limit_order, span, .name = "window", .choices = limit_span_words,
	      .doc = "Of a sum or a count.", .example = "\"day\""),
	FIELD(struct limit_order, time_zone, .name = "timeZone", .min = 1, .max = 64,
	      .doc = "IANA name: the window is an hour, a day or a month of the calendar there. Default: "
		     "it rolls, and is the last 60 minutes, 24 hours or 30 days.",
	      .example = "\"Africa/Lagos\""),
	FIELD(struct limit_order, limit, .name = "limit", .required = true, .may_be_zero = true,
	      .doc = "Major units, or a number of transactions.", .example = "\"50000.00\""),
};

static const struct field change_fields[] = {
	FIELD(struct limit_order, limit, .name = "limit", .required = true, .may_be_zero = true,
	      .doc = "Major units, or a number of transactions.", .example = "\"75000.00\""),
};

/* Of a struct limit, which may be a member: at is "" or "rule.". */
#define RULE_FIELDS(of, at)                                                                    \
	FIELD(of, at id, .name = "id", .required = true),                                      \
		FIELD(of, at scope, .name = "scope", .required = true,                         \
		      .choices = limit_scope_words, .example = "\"project\""),                 \
		FIELD(of, at per, .name = "per", .required = true, .choices = limit_per_words, \
		      .example = "\"customer\""),                                              \
		FIELD(of, at measure, .name = "measure", .required = true,                     \
		      .choices = limit_measures, .example = "\"sum\""),                        \
		FIELD(of, at direction, .name = "direction", .keep_null = true,                \
		      .choices = limit_direction_words, .example = "\"out\""),                 \
		FIELD(of, at types, .name = "types", .required = true, .doc = "Empty: all.",   \
		      .example = "[\"debit\",\"transfer\"]"),                                  \
		FIELD(of, at currency, .name = "currency", .keep_null = true,                  \
		      .example = "\"NGN\""),                                                   \
		FIELD(of, at span, .name = "window", .keep_null = true,                        \
		      .choices = limit_span_words, .example = "\"day\""),                      \
		FIELD(of, at time_zone, .name = "timeZone", .keep_null = true,                 \
		      .example = "\"Africa/Lagos\""),                                          \
		FIELD(of, at limit, .name = "limit", .required = true, .example = "\"50000.00\"")

static const struct field limit_fields[] = {
	RULE_FIELDS(struct limit, ),
	FIELD(struct limit, subject, .name = "subject", .keep_null = true,
	      .example = "\"0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55\""),
	FIELD(struct limit, mode, .name = "mode", .required = true, .choices = mode_words,
	      .example = "\"live\""),
	FIELD(struct limit, status, .name = "status", .required = true,
	      .choices = limit_status_words, .example = "\"active\""),
	FIELD(struct limit, created_at, .name = "createdAt", .required = true),
	FIELD(struct limit, changed_at, .name = "changedAt", .required = true),
	FIELD(struct limit, ended_at, .name = "endedAt", .keep_null = true, .example = "null"),
};

static const struct field wallet_fields[] = {
	RULE_FIELDS(struct wallet_limit, rule.),
	FIELD(struct wallet_limit, used, .name = "used", .keep_null = true,
	      .doc = "In the current window, or the balance; null for the amount of one transaction.",
	      .example = "\"12000.00\""),
	FIELD(struct wallet_limit, held, .name = "held", .keep_null = true,
	      .doc = "By active holds, which count until they end.", .example = "\"500.00\""),
	FIELD(struct wallet_limit, left, .name = "left", .required = true,
	      .example = "\"37500.00\""),
	FIELD(struct wallet_limit, frees_at, .name = "freesAt", .keep_null = true,
	      .doc = "When more will be left: the end of a window of the calendar, or when the oldest "
		     "part of what is used leaves a window that rolls."),
};

struct limits_query {
	struct page_query page;
	enum mode mode;
	enum limit_scope scope;
	const char *subject;
	enum limit_status status;
};

static const struct field query_fields[] = {
	PAGE_FIELDS(struct limits_query),
	FIELD(struct limits_query, mode, .name = "mode", .choices = mode_words),
	FIELD(struct limits_query, scope, .name = "scope", .choices = limit_scope_words),
	FIELD(struct limits_query, subject, .name = "subject", .min = 1, .max = 36,
	      .doc = "As in the rule."),
	FIELD(struct limits_query, status, .name = "status", .choices = limit_status_words),
};

static const struct schema order_in = SCHEMA(struct limit_order, "LimitRequest", order_fields);
static const struct schema change_in = SCHEMA(struct limit_order, "LimitChange", change_fields);
static const struct schema limit_out = SCHEMA(struct limit, "Limit", limit_fields);
static const struct schema wallet_out = SCHEMA(struct wallet_limit, "WalletLimit", wallet_fields);
static const struct schema query = SCHEMA(struct limits_query, "LimitsQuery", query_fields);

static enum err
make(struct call *call, const void *in, void *out)
{
	return limit_make(&call->ctx, in, out);
}

static enum err
list(struct call *call, const void *in, void *out)
{
	const struct limits_query *asked = call->query;
	const struct limit_filter filter = {
		.mode = asked->mode,
		.scope = asked->scope,
		.subject = asked->subject,
		.status = asked->status,
		.after = asked->page.after,
		.most = page_most(&asked->page),
	};
	struct limit *limits;
	size_t n;

	(void)in;
	TRY(limit_list(&call->ctx, &filter, &limits, &n));
	page_fill(call, out, &asked->page, limits, n, sizeof(*limits),
		  offsetof(struct limit, limit_id));
	return ERR_OK;
}

static enum err
get(struct call *call, const void *in, void *out)
{
	(void)in;
	return limit_get(&call->ctx, call->params[0].id, out);
}

static enum err
change(struct call *call, const void *in, void *out)
{
	return limit_change(&call->ctx, call->params[0].id, ((const struct limit_order *)in)->limit,
			    out);
}

static enum err
end(struct call *call, const void *in, void *out)
{
	(void)in;
	return limit_end(&call->ctx, call->params[0].id, out);
}

/* All that there are: a wallet has few. */
static enum err
list_of_wallet(struct call *call, const void *in, void *out)
{
	static const struct page_query all = {.limit = PAGE_LIMIT_MAX};
	struct wallet_limit *limits;
	size_t n;

	(void)in;
	TRY(limit_of_wallet(&call->ctx, call->params[0].text, &limits, &n));
	page_fill_partly(call, out, &all, (struct list){limits, n}, 0);
	return ERR_OK;
}

const struct route pocket_limits[] = {
	{GET, "/v1/wallets/{id:word}/limits",
	 "List the limits of a wallet, and what is left of them",
	 "The rules that apply to it. A project's API key gives access to its wallets, a user's access "
	 "token to the user's wallets, and an administrator's access token to all wallets. Any id of the "
	 "wallet is accepted.",
	 list_of_wallet, .out = &wallet_out, .reply.list = true, .access = ACCESS_USER_OR_PROJECT,
	 .status = 200, .docs.tag = "Wallets"},
	{POST, "/v1/admin/limits", "Limit wallets",
	 "In force at once, with what was posted in the current window before. 409 if the same is limited "
	 "for this subject already. Recorded in the audit log.",
	 make, .in = &order_in, .out = &limit_out, .access = ACCESS_ADMIN, .effect = EFFECT_WRITE,
	 .docs.errors = {404}, .status = 201, .docs.tag = "Administration"},
	{GET, "/v1/admin/limits", "List limits", "Newest first; also those that have ended.", list,
	 .query = &query, .out = &limit_out, .reply.list = true, .access = ACCESS_ADMIN,
	 .status = 200, .docs.tag = "Administration"},
	{GET, "/v1/admin/limits/{id}", "Retrieve a limit", NULL, get, .out = &limit_out,
	 .access = ACCESS_ADMIN, .status = 200, .docs.tag = "Administration"},
	{PATCH, "/v1/admin/limits/{id}", "Change a limit",
	 "What is used of it stays. 409 if it has ended. Recorded in the audit log.", change,
	 .in = &change_in, .out = &limit_out, .access = ACCESS_ADMIN, .effect = EFFECT_WRITE,
	 .status = 200, .docs.tag = "Administration"},
	{DELETE, "/v1/admin/limits/{id}", "End a limit",
	 "It stays in the list. Recorded in the audit log.", end, .out = &limit_out,
	 .access = ACCESS_ADMIN, .effect = EFFECT_WRITE, .status = 200,
	 .docs.tag = "Administration"},
	{0},
};
