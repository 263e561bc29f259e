/* The Drop dialect: {data} or {error,message}. */
#include <string.h>

#include "api/dialects.h"
#include "api/drop/drop.h"
#include "api/page.h"
#include "base/attributes.h"

/* Drop names errors by status. */
static const struct {
	int status;
	const char *code;
} codes[] = {
	{400, "bad_request"},
	{401, "unauthorized"},
	{402, "insufficient_balance"},
	{403, "forbidden"},
	{404, "not_found"},
	{409, "conflict"},
	{422, "validation_error"},
	{429, "rate_limited"},
	{503, "service_unavailable"},
	{405, "method_not_allowed"},
	{413, "payload_too_large"},
	{414, "uri_too_long"},
	{415, "unsupported_media_type"},
};

/* And some by their kind. */
static const struct {
	enum err err;
	const char *code;
} named[] = {
	{ERR_NO_BANK_ACCOUNT, "no_bank_account"},
	{ERR_KYC_REQUIRED, "kyc_required"},
	{ERR_OUTCOME_UNKNOWN, "outcome_unknown"},
	{ERR_EXPIRED, "request_expired"},
};

static const char *
code_of(enum err err, int status)
{
	for (size_t i = 0; i < COUNT(named); i++)
		if (named[i].err == err)
			return named[i].code;

	for (size_t i = 0; i < COUNT(codes); i++)
		if (codes[i].status == status)
			return codes[i].code;
	return "internal_error";
}

/* Where the status of Drop differs from the catalogue. */
static const struct {
	enum err err;
	int status;
} statuses[] = {
	{ERR_VALIDATION, 422},    {ERR_INSUFFICIENT_FUNDS, 402}, {ERR_PROVIDER_REFUSED, 400},
	{ERR_PROVIDER_DOWN, 503}, {ERR_PROVIDER_TIMEOUT, 503},
};

static int
status(const struct fault *f)
{
	for (size_t i = 0; i < COUNT(statuses); i++)
		if (statuses[i].err == f->err)
			return statuses[i].status;
	return err_status(f->err);
}

/* A list without page numbers is complete. */
static void
write_pagination(struct jw *w, const struct page *page)
{
	jw_object(w, "pagination");
	jw_integer(w, "page", page->number);
	jw_integer(w, "limit", page->limit);
	jw_integer(w, "total", page->total);
	jw_integer(w, "totalPages", page_count(page));
	jw_close(w);
}

static void
write_ok(struct jw *w, const struct call *call, const void *out)
{
	if (call->route->reply.no_envelope) {
		schema_encode(call->route->out, call->dialect->amounts, out, NULL, w);
		return;
	}
	jw_object(w, NULL);
	write_data(w, call, out);
	if (call->route->reply.numbered)
		write_pagination(w, out);
	jw_close(w);
}

static void
write_fail(struct jw *w, const struct call *call)
{
	const struct fault *f = &call->ctx.fault;

	jw_object(w, NULL);
	jw_text(w, "error", code_of(f->err, fault_status(call)));
	jw_text(w, "message", f->message);
	write_violations(w, call);
	jw_close(w);
}

static void
describe_pagination(struct envelope *outer)
{
	static const char *const members[] = {"page", "limit", "total", "totalPages"};
	struct jw *w = envelope_member(outer, "pagination");
	struct envelope e;

	if (outer->example) {
		write_pagination(w, &(struct page){.limit = 20, .number = 1, .total = 1});
		return;
	}
	e = envelope_open(w, false, "pagination");
	for (size_t i = 0; i < COUNT(members); i++)
		envelope_integer(&e, members[i], 0);
	envelope_close(&e);
}

static void
describe_ok(struct jw *w, const struct dialect *dialect, const struct route *route, bool example,
	    const char *name)
{
	struct envelope e;

	if (route->reply.no_envelope) {
		describe_flat(w, dialect, route, example, name);
		return;
	}
	e = envelope_open(w, example, name);
	envelope_data(&e, dialect, route);
	if (route->reply.numbered)
		describe_pagination(&e);
	envelope_close(&e);
}

static const struct property error[] = {
	{.name = "error", .type = "string"},
	{.name = "message", .type = "string"},
	{0},
};

static const struct route *const groups[] = {
	drop_auth,    drop_bank_accounts, drop_recipients,    drop_rates,    drop_transactions,
	drop_pay,     drop_settings,      drop_notifications, drop_consents, drop_complaints,
	drop_privacy, drop_merchants,     drop_cards,         drop_health,   NULL,
};

static const struct tag tags[] = {
	{"Authentication", "Registration and cookie sessions."},
	{"Bank accounts", "Bank accounts, linked with the user's consent."},
	{"Settings", "User preferences."},
	{"Notifications", "User notifications."},
	{"Complaints", "Customer complaints."},
	{"Privacy", "Consents and data protection rights."},
	{"Rates", "NOK exchange rates."},
	{"Recipients", "Recipients of remittances."},
	{"Transactions", "Payments from users' own bank accounts."},
	{"Merchants", "Merchants that accept payments by QR code."},
	{"Cards", "Cards, if enabled."},
	{"Health", "Server health."},
	{NULL, NULL},
};

const struct dialect drop = {
	.name = "drop",
	.title = "Drop",
	.version = "1",
	.doc = "PSD2 remittance and QR payments. Drop never holds customers' money. Sign-in sets "
	       "the httpOnly cookie drop_token; its token is also accepted as Authorization: "
	       "Bearer. A request that changes data and is authenticated by the cookie must come "
	       "from a page of this server, or have no Origin.",
	.groups = groups,
	.tags = tags,
	.amounts = AMOUNT_NUMBER,
	.write_ok = write_ok,
	.write_fail = write_fail,
	.status = status,
	.describe_ok = describe_ok,
	.error = error,
	.violations = "details",
	.violation_codes = true,
	.unprocessable = true,
};
