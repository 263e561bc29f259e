/* The OurPocket dialect: {message,status,data}; errors as NestJS clients expect them. */
#include "api/pocket/pocket.h"

#include <string.h>

#include "api/dialects.h"
#include "api/page.h"
#include "app/events/event_type.h"
#include "base/attributes.h"

/* The name of a status in HTTP; NestJS shows it as "error". */
static const struct {
	int status;
	const char *phrase;
} phrases[] = {
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{406, "Not Acceptable"},
	{405, "Method Not Allowed"},
	{409, "Conflict"},
	{413, "Payload Too Large"},
	{414, "URI Too Long"},
	{415, "Unsupported Media Type"},
	{422, "Unprocessable Entity"},
	{429, "Too Many Requests"},
	{500, "Internal Server Error"},
	{502, "Bad Gateway"},
	{503, "Service Unavailable"},
	{504, "Gateway Timeout"},
};

static const char *
phrase(int status)
{
	for (size_t i = 0; i < COUNT(phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Error";
}

static void
write_ok(struct jw *w, const struct call *call, const void *out)
{
	jw_object(w, NULL);
	jw_text(w, "message", "Request successful");
	jw_text(w, "status", "success");
	write_data(w, call, out);
	if (call->route->reply.list)
		page_write(w, out);
	jw_close(w);
}

static void
write_fail(struct jw *w, const struct call *call)
{
	const struct fault *f = &call->ctx.fault;
	int status = fault_status(call);

	jw_object(w, NULL);
	jw_text(w, "message", f->message);
	jw_text(w, "status", "error");
	jw_null(w, "data");
	jw_integer(w, "statusCode", status);
	jw_text(w, "error", phrase(status));
	jw_text(w, "code", err_code(f->err));
	jw_text(w, "requestId", call->ctx.request_id);
	write_violations(w, call);
	write_limit(w, call);
	jw_close(w);
}

static void
describe_ok(struct jw *w, const struct dialect *dialect, const struct route *route, bool example,
	    const char *name)
{
	struct envelope e = envelope_open(w, example, name);

	envelope_text(&e, "message", "Request successful");
	envelope_word(&e, "status", "success");
	envelope_data(&e, dialect, route);
	if (route->reply.list && example)
		page_example(envelope_member(&e, "pagination"), route);
	else if (route->reply.list)
		page_describe(envelope_member(&e, "pagination"), route);
	envelope_close(&e);
}

static const struct property error[] = {
	{.name = "message", .type = "string"},
	{.name = "status", .type = "string", .constant = "\"error\""},
	{.name = "data", .type = "null"},
	{.name = "statusCode", .type = "integer"},
	{.name = "error", .type = "string"},
	{.name = "code", .type = "string"},
	{.name = "requestId", .type = "string"},
	{0},
};

static const struct route *const groups[] = {
	pocket_auth,
	pocket_sessions,
	pocket_second_factor,
	pocket_email,
	pocket_users,
	pocket_reviews,
	pocket_platform,
	pocket_keys,
	pocket_wallets,
	pocket_transactions,
	pocket_compound,
	pocket_metadata,
	pocket_accounts,
	pocket_statements,
	pocket_statement_files,
	pocket_receipts,
	pocket_holds,
	pocket_payments,
	pocket_admin,
	pocket_providers,
	pocket_provider_webhooks,
	pocket_jobs,
	pocket_subscriptions,
	pocket_events,
	pocket_complaints,
	pocket_payees,
	pocket_fees,
	pocket_limits,
	NULL,
};

static const struct tag tags[] = {
	{"Auth", "Registration, sign-in and mailed tokens."},
	{"Users", "Users: your own account, and all accounts for administrators."},
	{"Platform", "The account that owns a platform's projects."},
	{"Projects", "Each project has its own ledger."},
	{"Project accounts", "The customers of a project."},
	{"API keys", "API keys of projects and users."},
	{"Wallets", "Wallets, balances and histories."},
	{"Money", "Transfers, credits, debits, reversals and bulk requests."},
	{"Holds", "Reserve money, then capture or void."},
	{"Fees", "What is charged for transactions, by schedules."},
	{"Payments", "Incoming and outgoing payments through providers."},
	{"Webhooks", "Events sent to a project's own servers."},
	{"Administration", "Administration of wallets, reviews and the audit log."},
	{"Providers", "Payment providers, and calls to them."},
	{"Provider webhooks", "Signed webhooks from providers."},
	{NULL, NULL},
};

const struct dialect pocket = {
	.name = "pocket",
	.title = "OurPocket",
	.version = "1",
	.doc = "Platforms that embed wallets: accounts, projects, keys, wallets and transactions.",
	.implied = "v1",
	.groups = groups,
	.tags = tags,
	.events = event_types,
	.amounts = AMOUNT_TEXT,
	.write_ok = write_ok,
	.write_fail = write_fail,
	.describe_ok = describe_ok,
	.error = error,
	.violations = "errors",
	.violation_codes = true,
	.shows_limits = true,
	.strict_queries = true,
};
