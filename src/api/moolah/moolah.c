/* The MyMoolah dialect: {success,message?,data} or {success,error,message,code}. */
#include "api/moolah/moolah.h"

#include "api/dialects.h"
#include "base/arena.h"

const char *
moolah_transaction_id(struct arena *arena, struct instant at, struct uuid id)
{
	enum { TAIL = 3 };
	const unsigned char *tail = id.bytes + sizeof(id.bytes) - TAIL;

	return arena_printf(arena, "TXN-%lld-%s", (long long)(at.us / (SECOND_US / 1000)),
			    hex_encode(arena, tail, TAIL));
}

/* Whether only amounts are invalid, such as 0 and non-numbers. */
static bool
only_amounts(const struct fault *f)
{
	static const char *const names[] = {"amount", "original_amount", "settlement_amount", NULL};

	for (const struct violation *v = f->violations; v != NULL; v = v->next)
		if (!text_equal(v->code, "AMOUNT") || text_index(names, v->field) < 0)
			return false;
	return f->violations != NULL;
}

static const char *
code_of(const struct fault *f)
{
	if (f->err == ERR_VALIDATION && only_amounts(f))
		return err_code(ERR_INVALID_AMOUNT);
	if (f->err == ERR_VALIDATION || f->err == ERR_MALFORMED)
		return "VALIDATION_ERROR";
	if (f->err == ERR_INSUFFICIENT_FUNDS)
		return "INSUFFICIENT_BALANCE";
	return f->err == ERR_INVALID_CREDENTIALS ? "AUTHENTICATION_FAILED" : err_code(f->err);
}

static int
status(const struct fault *f)
{
	return f->err == ERR_INSUFFICIENT_FUNDS ? 400 : err_status(f->err);
}

static void
write_ok(struct jw *w, const struct call *call, const void *out)
{
	if (call->route->reply.no_envelope) {
		schema_encode(call->route->out, call->dialect->amounts, out, NULL, w);
		return;
	}
	jw_object(w, NULL);
	jw_bool(w, "success", true);
	if (call->route->reply.message != NULL)
		jw_text(w, "message", call->route->reply.message);
	if (call->route->out != NULL)
		schema_encode(call->route->out, call->dialect->amounts, out, "data", w);
	jw_close(w);
}

/* The envelope has one message: all violations, one after the other. */
static const char *
message_of(const struct call *call)
{
	const struct fault *f = &call->ctx.fault;
	const char *all = "";

	if (f->err != ERR_VALIDATION || f->violations == NULL)
		return f->message;
	for (const struct violation *v = f->violations; v != NULL; v = v->next)
		all = arena_printf(call->ctx.arena, "%s%s%s %s", all,
				   v == f->violations ? "" : "; ", v->field, v->message);
	return all;
}

static void
write_fail(struct jw *w, const struct call *call)
{
	const char *message = message_of(call);

	jw_object(w, NULL);
	jw_bool(w, "success", false);
	jw_text(w, "error", message);
	jw_text(w, "message", message);
	jw_text(w, "code", code_of(&call->ctx.fault));
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
	envelope_true(&e, "success");
	if (route->reply.message != NULL)
		envelope_text(&e, "message", route->reply.message);
	if (route->out != NULL)
		envelope_data(&e, dialect, route);
	envelope_close(&e);
}

static const struct property error[] = {
	{.name = "success", .type = "boolean", .constant = "false"},
	{.name = "error", .type = "string"},
	{.name = "message", .type = "string"},
	{.name = "code", .type = "string"},
	{0},
};

static const struct tag tags[] = {
	{"Authentication", "Registration and sign-in by phone number or email."},
	{"Vouchers", "Vouchers with a 16-digit code."},
	{"EasyPay", "Vouchers paid for in cash at a till."},
	{"Prepaid", "Airtime, data, electricity, and bills with an EasyPay number."},
	{"Ledger", "Accounts, journal entries and the trial balance, for administrators."},
	{"Settings", "User settings of the app."},
	{"Wallet", "The rand wallet."},
	{NULL, NULL},
};

static const struct route *const groups[] = {moolah_auth,
					     moolah_wallet,
					     moolah_settings,
					     moolah_vouchers,
					     moolah_easypay_vouchers,
					     moolah_prepaid,
					     moolah_ledger,
					     NULL};

const struct dialect moolah = {
	.name = "moolah",
	.title = "MyMoolah",
	.version = "1",
	.doc = "Vouchers, EasyPay, prepaid products and accounting.",
	.groups = groups,
	.tags = tags,
	.amounts = AMOUNT_NUMBER,
	.write_ok = write_ok,
	.write_fail = write_fail,
	.status = status,
	.describe_ok = describe_ok,
	.error = error,
};
