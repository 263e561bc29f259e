/* The page on which a customer pays or declines. */
#include "sandbox/providers/checkout.h"

#include <string.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "sandbox/call.h"

#define PREFIX "/checkout/"

static const struct outcome {
	const char *name;
	enum order_state state;
} outcomes[] = {
	{"success", ORDER_SUCCEEDED},
	{"failed", ORDER_FAILED},
	{"abandoned", ORDER_ABANDONED},
	{"reversed", ORDER_REVERSED}, /* no button: a refund is initiated by the merchant */
};

const char *
checkout_url(struct sandbox *box, struct arena *arena, const struct order *order)
{
	return arena_printf(arena, "%s/%s" PREFIX "%s", box->base, fakes[order->provider]->name,
			    order->code);
}

static const char *
state_name(enum order_state state)
{
	for (size_t i = 0; i < COUNT(outcomes); i++)
		if (outcomes[i].state == state)
			return outcomes[i].name;
	return "pending";
}

static void
page(struct sandbox_call *call, int status, const char *content)
{
	reply_html(call, status,
		   arena_printf(call->arena,
				"<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
				"<title>Checkout (sandbox)</title>\n<h1>Checkout</h1>\n%s",
				content));
}

static void
show(struct sandbox_call *call, const struct order *order)
{
	char amount[MONEY_TEXT_MAX];

	page(call, 200,
	     arena_printf(call->arena,
			  "<p>This is a simulated %s. No money moves.</p>\n<p>%s %s, reference %s, "
			  "%s.</p>\n<form method=\"post\">\n<button name=\"outcome\" "
			  "value=\"success\">Pay</button>\n<button name=\"outcome\" "
			  "value=\"failed\">Decline</button>\n<button name=\"outcome\" "
			  "value=\"abandoned\">Abandon</button>\n</form>\n",
			  call->fake->name, money_text(amount, order->asked),
			  order->asked.currency->code, html_escape(call->arena, order->reference),
			  state_name(order->state)));
}

/* Where the customer is sent next, if the merchant has given a URL. */
static const char *
way_back(struct sandbox_call *call, const struct order *order)
{
	const char *url = order->callback;
	const char *reference = form_escape(call->arena, order->reference);

	if (!text_starts_with(url, "https://") && !text_starts_with(url, "http://"))
		return "";
	url = arena_printf(call->arena, "%s%strxref=%s&reference=%s", url,
			   strchr(url, '?') != NULL ? "&" : "?", reference, reference);
	return arena_printf(call->arena, "<p><a href=\"%s\">Back to the shop</a></p>\n",
			    html_escape(call->arena, url));
}

static void
decide(struct sandbox_call *call, const struct order *order)
{
	const char *name = form_value(&call->form, "outcome");
	size_t i = 0;
	struct order after;
	bool decided;

	while (i < COUNT(outcomes) && (name == NULL || strcmp(outcomes[i].name, name) != 0))
		i++;
	if (i == COUNT(outcomes)) {
		page(call, 400, "<p>outcome must be success, failed or abandoned.</p>\n");
		return;
	}
	decided = order_settle(call->box, call->provider, order->id, outcomes[i].state, &after);
	page(call, decided ? 200 : 409,
	     arena_printf(call->arena, "<p>%s: %s.</p>\n%s",
			  decided ? "The payment" : "Already completed", state_name(after.state),
			  way_back(call, &after)));
}

void
checkout(struct sandbox_call *call)
{
	struct order order;

	if (!orders_find_code(call->box->orders, call->provider, call->path + strlen(PREFIX),
			      &order))
		page(call, 404, "<p>Payment not found.</p>\n");
	else if (strcmp(call->method, "POST") == 0)
		decide(call, &order);
	else
		show(call, &order);
}
