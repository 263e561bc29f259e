/* Creation and settlement of orders. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "sandbox/call.h"

enum { SETTLES_AFTER_MS = 300, REPORT_ARENA_MAX = 4 * 1024 * 1024 };

/* A withdrawal to this account fails, unless the control says otherwise. */
static const char account_that_fails[] = "0000000000";

struct errand {
	struct sandbox *box;
	int provider;
	int64_t order;
	enum order_state state; /* to settle as; pending: the default result */
};

static void
run(void *arg)
{
	struct errand *errand = arg;
	struct order order;

	if (errand->state == ORDER_PENDING)
		order_settle_itself(errand->box, errand->provider, errand->order);
	else
		(void)order_settle(errand->box, errand->provider, errand->order, errand->state,
				   &order);
	free(errand);
}

static void
settle_later(struct sandbox *box, int provider, int64_t id, enum order_state state)
{
	struct errand *errand = malloc(sizeof(*errand));

	if (errand == NULL)
		abort();
	*errand = (struct errand){box, provider, id, state};
	timer_add(box->timer, SETTLES_AFTER_MS, run, errand);
}

bool
order_take(struct sandbox_call *call, struct order *order)
{
	order->provider = call->provider;
	if (!orders_add(call->box->orders, order))
		return false;
	call->order = order->id;
	if (order->withdrawal)
		settle_later(call->box, call->provider, order->id, ORDER_PENDING);
	return true;
}

/* The amount paid set by the control, instead of the requested one. */
static struct money
claimed(const struct setting *setting, struct money asked)
{
	struct money paid = asked;

	if (setting->currency[0] != '\0')
		paid.currency = currency_find_any_case(setting->currency);
	if (setting->amount.present &&
	    money_from_decimal(&paid, setting->amount, paid.currency) != MONEY_OK)
		return asked;
	return paid;
}

/* The amount reported for an order that is about to succeed; NULL: the requested one. */
static const struct money *
paid_for(struct sandbox *box, int provider, int64_t id, struct money *paid)
{
	struct setting setting;
	struct order order;

	if (!orders_find_id(box->orders, provider, id, &order) || order.state == ORDER_SUCCEEDED ||
	    order.state == ORDER_REVERSED ||
	    !control_take(box->control, provider, KNOB_PAID, NULL, &setting))
		return NULL;
	*paid = claimed(&setting, order.asked);
	return paid;
}

static void
report(struct sandbox *box, const struct order *order)
{
	struct webhook webhook = {.provider = order->provider,
				  .name = fakes[order->provider]->name};
	struct arena *arena;

	if (fakes[order->provider]->report == NULL)
		return;
	arena = arena_new(REPORT_ARENA_MAX);
	fakes[order->provider]->report(box, arena, order, &webhook);
	webhook_sender_send(box->sender, &webhook);
	arena_free(arena);
}

bool
order_settle(struct sandbox *box, int provider, int64_t id, enum order_state state,
	     struct order *out)
{
	struct money money;
	const struct money *paid =
		state == ORDER_SUCCEEDED ? paid_for(box, provider, id, &money) : NULL;
	bool decided = orders_settle(box->orders, id, state, paid, out);

	if (decided && state != ORDER_ABANDONED)
		report(box, out);
	return decided;
}

void
order_settle_itself(struct sandbox *box, int provider, int64_t id)
{
	struct setting setting;
	struct order order;
	const char *outcome = "success";
	enum order_state state = ORDER_SUCCEEDED;

	if (!orders_find_id(box->orders, provider, id, &order) || order.state != ORDER_PENDING)
		return;
	if (strcmp(order.account, account_that_fails) == 0)
		outcome = "failed";
	if (order.withdrawal && control_take(box->control, provider, KNOB_OUTCOME, NULL, &setting))
		outcome = setting.word;
	if (strcmp(outcome, "never") == 0)
		return;
	if (strcmp(outcome, "failed") == 0)
		state = ORDER_FAILED;
	if (order_settle(box, provider, id, state, &order) && strcmp(outcome, "reversed") == 0)
		settle_later(box, provider, id, ORDER_REVERSED);
}

bool
order_sell(struct sandbox_call *call, struct order *order, bool fails)
{
	struct sandbox *box = call->box;
	enum order_state state = fails ? ORDER_FAILED : ORDER_SUCCEEDED;
	struct setting setting = {.word = "success"};

	order->provider = call->provider;
	order->withdrawal = true;
	if (!orders_add(box->orders, order))
		return false;
	call->order = order->id;
	if (control_take(box->control, call->provider, KNOB_OUTCOME, NULL, &setting) &&
	    strcmp(setting.word, "failed") == 0)
		state = ORDER_FAILED;
	if (strcmp(setting.word, "never") == 0)
		return true;
	if (strcmp(setting.word, "later") == 0)
		settle_later(box, call->provider, order->id, state);
	else
		(void)order_settle(box, call->provider, order->id, state, order);
	if (strcmp(setting.word, "reversed") == 0)
		settle_later(box, call->provider, order->id, ORDER_REVERSED);
	return true;
}
