#include "sandbox/vendors/vend.h"

#include <string.h>

#include "base/arena.h"
#include "sandbox/code.h"

/* Electricity for this meter always fails. */
static const char meter_that_fails[] = "00000000000";

enum { MOBILE_DIGITS = 11, METER_DIGITS_MIN = 11, METER_DIGITS_MAX = 13 };

bool
vend_key(struct sandbox_call *call)
{
	call->key = call_variable(call, "HTTP_X_API_KEY");
	return call->key != NULL;
}

static bool
is_digits(const char *text, size_t least, size_t most)
{
	size_t length = text != NULL ? strlen(text) : 0;

	return length >= least && length <= most && strspn(text, "0123456789") == length;
}

bool
vend_mobile_valid(const char *text)
{
	return is_digits(text, MOBILE_DIGITS, MOBILE_DIGITS) && text_starts_with(text, "27");
}

bool
vend_meter_valid(const char *text)
{
	return is_digits(text, METER_DIGITS_MIN, METER_DIGITS_MAX);
}

bool
vend_rand(const struct sandbox_call *call, struct money *out)
{
	return amount_read(out, call_text(call, "amount"), "ZAR");
}

bool
vend_cents(const struct sandbox_call *call, struct money *out)
{
	const char *text = call_text(call, "amount");

	out->currency = currency_find("ZAR");
	return text != NULL && integer_parse(&out->minor, text) && out->minor > 0;
}

const char *
vend_sell(struct sandbox_call *call, struct order *order, const char *reference,
	  const char *recipient, bool meter)
{
	bool fails = meter && strcmp(recipient, meter_that_fails) == 0;

	if (reference == NULL || strlen(reference) >= ORDER_TEXT_MAX)
		return "A reference is required";
	copy_text(order->reference, sizeof(order->reference), reference);
	copy_text(order->account, sizeof(order->account), recipient);
	copy_text(order->key, sizeof(order->key), call->key);
	if (meter)
		random_digits(order->token, sizeof(order->token) - 1);
	return order_sell(call, order, fails) ? NULL : "Duplicate reference";
}

const char *
vend_state(const struct order *order)
{
	switch (order->state) {
	case ORDER_SUCCEEDED:
		return "SUCCESSFUL";
	case ORDER_FAILED:
		return "FAILED";
	case ORDER_REVERSED:
		return "REVERSED";
	case ORDER_PENDING:
	case ORDER_ABANDONED:
	default:
		return "PENDING";
	}
}

void
vend_write_tokens(const struct order *order, struct jw *w)
{
	jw_list(w, "tokens");
	if (order->state == ORDER_SUCCEEDED && order->token[0] != '\0')
		jw_text(w, NULL, order->token);
	jw_close(w);
}
