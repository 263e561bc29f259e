/* The Bitpal dialect: {status_code,status,message,data}. */
#include "api/bitpal/bitpal.h"

#include "api/dialects.h"

static const char usual_message[] = "Request successful";

static const char *
message_of(const struct route *route)
{
	return route->reply.message != NULL ? route->reply.message : usual_message;
}

static void
write_ok(struct jw *w, const struct call *call, const void *out)
{
	const struct route *route = call->route;

	if (route->reply.no_envelope) {
		schema_encode(route->out, call->dialect->amounts, out, NULL, w);
		return;
	}
	jw_object(w, NULL);
	jw_integer(w, "status_code", call->status);
	jw_text(w, "status", "success");
	jw_text(w, "message", message_of(route));
	write_data(w, call, out);
	jw_close(w);
}

static void
write_fail(struct jw *w, const struct call *call)
{
	const struct fault *f = &call->ctx.fault;

	jw_object(w, NULL);
	jw_integer(w, "status_code", fault_status(call));
	jw_text(w, "status", "error");
	jw_text(w, "message", f->message);
	jw_null(w, "data");
	write_violations(w, call);
	jw_close(w);
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
	envelope_integer(&e, "status_code", route->status);
	envelope_word(&e, "status", "success");
	envelope_text(&e, "message", message_of(route));
	envelope_data(&e, dialect, route);
	envelope_close(&e);
}

static const struct property error[] = {
	{.name = "status_code", .type = "integer"},
	{.name = "status", .type = "string", .constant = "\"error\""},
	{.name = "message", .type = "string"},
	{.name = "data", .type = "null"},
	{0},
};

static const struct route *const groups[] = {bitpal_google, bitpal_keys, bitpal_wallet, NULL};

static const struct tag tags[] = {
	{"Authentication", "Sign-in with Google."},
	{"API keys", "API keys for services, each with permissions and an expiry time."},
	{"Wallet", "Paystack deposits, balance, transfers and transaction history."},
	{NULL, NULL},
};

const struct dialect bitpal = {
	.name = "bitpal",
	.title = "Bitpal",
	.version = "1",
	.doc = "Wallet apps with Google sign-in and Paystack. Amounts are in naira. Wallet routes "
	       "take an access token, or an API key in x-api-key that has the route's permission; "
	       "if both are sent, the access token is used. A deliberate change from the first "
	       "Bitpal: keys are stored as HMAC-SHA-256 under a server key instead of as bcrypt "
	       "hashes, which would add no strength to a random key of 71 bits and would cost each "
	       "request about 70 ms.",
	.groups = groups,
	.tags = tags,
	.amounts = AMOUNT_NUMBER,
	.write_ok = write_ok,
	.write_fail = write_fail,
	.describe_ok = describe_ok,
	.error = error,
	.violations = "errors",
};
