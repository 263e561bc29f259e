/* Accounts at payment providers, and calls to providers other than payments. */
#include <string.h>

#include "api/pocket/pocket.h"
#include "api/words.h"
#include "app/payment/payment.h"
#include "app/payment/provider_config.h"
#include "app/wallet/transaction.h"
#include "base/arena.h"
#include "runtime/app.h"
#include "json/reader.h"

static const char *const types[] = {"paystack", "flutterwave", "paga", "fingra", NULL};
static const char *const actions[] = {"create_wallet", "fetch_wallet", "list_wallets",
				      "deposit",       "withdraw",     NULL};

static const struct field config_in_fields[] = {
	FIELD(struct provider_config, type, .name = "type", .required = true, .choices = types),
	FIELD(struct provider_config, config, .name = "config", .required = true,
	      .doc = "apiKey (or secretKey) is required; publicKey and webhookSecret (or "
		     "secretHash) if the provider uses them. Up to 10 strings and booleans.",
	      .example = "{\"apiKey\":\"sk_test_xxx\"}"),
	FIELD(struct provider_config, is_active, .name = "isActive", .fallback_true = true),
};

static const struct field config_fields[] = {
	FIELD(struct provider_config, public_id, .name = "id", .required = true),
	FIELD(struct provider_config, type, .name = "type", .choices = types, .required = true,
	      .example = "\"paystack\""),
	FIELD(struct provider_config, config, .name = "config", .required = true,
	      .doc = "Secrets, each by its last four characters.",
	      .example = "{\"apiKey\":\"****_xxx\"}"),
	FIELD(struct provider_config, is_active, .name = "isActive", .required = true),
	FIELD(struct provider_config, created_at, .name = "createdAt", .required = true),
	FIELD(struct provider_config, updated_at, .name = "updatedAt", .required = true),
};

static const struct field facts_fields[] = {
	FIELD(struct provider_facts, type, .name = "type", .choices = types, .required = true,
	      .example = "\"paystack\""),
	FIELD(struct provider_facts, name, .name = "name", .required = true,
	      .example = "\"Paystack\""),
	FIELD(struct provider_facts, is_active, .name = "isActive", .required = true),
};

/* A call to a provider. */
struct action_order {
	const char *provider;
	const char *action;
	struct json_value payload;
};

static const struct field create_fields[] = {
	FIELD(struct action_order, provider, .name = "provider", .required = true,
	      .choices = types),
	FIELD(struct action_order, payload, .name = "payload",
	      .doc = "Fields that the provider requires.",
	      .example = "{\"email\":\"customer@example.com\"}"),
};

static const struct field action_fields[] = {
	FIELD(struct action_order, provider, .name = "provider", .required = true,
	      .choices = types),
	FIELD(struct action_order, action, .name = "action", .required = true, .choices = actions,
	      .example = "\"deposit\""),
	FIELD(struct action_order, payload, .name = "payload",
	      .doc = "Fields that the provider requires. deposit and withdraw require amount; "
		     "currency (default: NGN), walletId, reference and metadata are optional.",
	      .example = "{\"email\":\"customer@example.com\",\"amount\":\"1000\"}"),
};

/* The members of the payload of a deposit or withdrawal that we use. */
struct action_money {
	struct uuid wallet;
	struct decimal amount;
	const char *currency;
	const char *reference;
	struct json_value metadata;
	const char *email;
};

static const struct field money_fields[] = {
	FIELD(struct action_money, wallet, .name = "walletId"),
	FIELD(struct action_money, amount, .name = "amount", .required = true),
	FIELD(struct action_money, currency, .name = "currency", .format = "currency",
	      .fallback = "NGN"),
	FIELD(struct action_money, reference, .name = "reference", .format = "reference"),
	FIELD(struct action_money, metadata, .name = "metadata"),
	FIELD(struct action_money, email, .name = "email", .format = "email"),
};

struct action_result {
	const char *provider;
	const char *action;
	struct uuid payment;
	const char *reference;
	enum payment_status status;
	struct money amount;
	const char *currency;
	struct uuid wallet;
	struct json_value answer;
	struct json_value data;
};

static const struct field result_fields[] = {
	FIELD(struct action_result, provider, .name = "provider", .choices = types,
	      .required = true, .example = "\"paystack\""),
	FIELD(struct action_result, action, .name = "action", .choices = actions, .required = true,
	      .example = "\"deposit\""),
	FIELD(struct action_result, payment, .name = "paymentId",
	      .doc = "Present if the action is a payment, that is, with walletId."),
	FIELD(struct action_result, reference, .name = "reference",
	      .doc = "Reference of the payment; without walletId, the reference at the provider.",
	      .example = "\"dep_2026_001\""),
	FIELD(struct action_result, status, .name = "status", .choices = transaction_status_words,
	      .example = "\"pending\""),
	FIELD(struct action_result, amount, .name = "amount"),
	FIELD(struct action_result, currency, .name = "currency", .example = "\"NGN\""),
	FIELD(struct action_result, wallet, .name = "walletId"),
	FIELD(struct action_result, answer, .name = "answer", .required = true,
	      .doc = "Answer of the provider.",
	      .example = "{\"authorization_url\":\"https://checkout.paystack.com/0peioxfhpn\"}"),
	FIELD(struct action_result, data, .name = "data", .required = true, .any = true,
	      .doc = "Unmodified data from the provider; a list if it answered with one.",
	      .example = "{\"authorization_url\":\"https://checkout.paystack.com/0peioxfhpn\"}"),
};

static const struct schema config_in =
	SCHEMA(struct provider_config, "ProviderConfigRequest", config_in_fields);
static const struct schema config_out =
	SCHEMA(struct provider_config, "ProviderConfig", config_fields);
static const struct schema facts_out = SCHEMA(struct provider_facts, "Provider", facts_fields);
static const struct schema create_in =
	SCHEMA(struct action_order, "ProviderWalletRequest", create_fields);
static const struct schema action_in =
	SCHEMA(struct action_order, "ProviderActionRequest", action_fields);
static const struct schema money_in = SCHEMA(struct action_money, "ActionMoney", money_fields);
static const struct schema result_out =
	SCHEMA(struct action_result, "ProviderActionResult", result_fields);

static enum err
set_config(struct call *call, struct uuid project, const void *in, struct provider_config *out)
{
	TRY(provider_config_set(&call->ctx, project, in, out));
	if (out->changed)
		call->status = 200;
	return ERR_OK;
}

static enum err
configure(struct call *call, const void *in, void *out)
{
	return set_config(call, call->params[0].id, in, out);
}

static enum err
activate(struct call *call, const void *in, void *out)
{
	return set_config(call, (struct uuid){{0}}, in, out);
}

/* The whole list: at most one per provider. */
static void
fill(struct page *page, void *items, size_t n)
{
	*page = (struct page){.items = {items, n}, .limit = (int64_t)n};
}

static enum err
list_configs(struct call *call, const void *in, void *out)
{
	struct provider_config *configs;
	size_t n;

	(void)in;
	TRY(provider_config_list(&call->ctx, call->params[0].id, &configs, &n));
	fill(out, configs, n);
	return ERR_OK;
}

static enum err
list_providers(struct call *call, const void *in, void *out)
{
	struct provider_facts *facts;
	size_t n;

	(void)in;
	TRY(provider_facts(&call->ctx, &facts, &n));
	fill(out, facts, n);
	return ERR_OK;
}

static enum err
deactivate(struct call *call, const void *in, void *out)
{
	(void)in;
	(void)out;
	return provider_config_stop(&call->ctx, call->params[0].text);
}

/* An action in progress. */
struct action {
	const struct provider *provider;
	const char *name;
	struct provider_account account;
	struct json_object *payload; /* or NULL */
	struct provider_order order; /* of an order that is not posted */
	struct payment *payment;     /* of an order that is posted; or NULL */
	struct provider_answer answer;
	bool resumed;
};

static bool
is(const struct action *action, const char *name)
{
	return strcmp(action->name, name) == 0;
}

static bool
moves_money(const struct action *action)
{
	return is(action, "deposit") || is(action, "withdraw");
}

static struct payment_order
payment_order_of(const struct call *call, const struct action *action,
		 const struct action_order *in, const struct action_money *money)
{
	const struct principal *who = &call->ctx.who;
	bool withdrawal = is(action, "withdraw");

	return (struct payment_order){
		.withdrawal = withdrawal,
		.wallet = money->wallet,
		.ledger_id = who->ledger_id,
		.project_id = who->project_id,
		.mode = who->mode,
		.amount = action->order.amount,
		.reference = money->reference,
		.provider = in->provider,
		.provider_payload = in->payload,
		.metadata = money->metadata,
		.type = withdrawal ? TRANSACTION_DEBIT : TRANSACTION_CREDIT,
	};
}

static enum err
open_payment(struct call *call, struct action *action, const struct action_order *in,
	     const struct action_money *money)
{
	struct payment_order order = payment_order_of(call, action, in, money);
	char id[UUID_TEXT_MAX];

	action->payment = arena_alloc(call->ctx.arena, sizeof(*action->payment));
	if (action->resumed)
		return payment_resume(&call->ctx, call_opened_id(call), &order, action->payment);
	if (order.reference == NULL)
		order.reference = arena_printf(call->ctx.arena, "act-%s", uuid_text(id, uuid_v7()));
	TRY(payment_open(&call->ctx, &order, action->payment));
	call->opened = call_id(call, action->payment->public_id);
	return ERR_OK;
}

/* An order that is not posted. */
static enum err
open_unbooked(struct call *call, struct action *action, const struct action_order *in,
	      const struct action_money *money)
{
	struct ctx *ctx = &call->ctx;

	action->order.email = money->email;
	action->order.payload = action->payload;
	if (action->resumed) {
		action->order.reference = call->opened;
		return provider_order_account(ctx, in->provider, call->opened, &action->account);
	}
	action->order.reference = call->opened = provider_reference(ctx->arena);
	return provider_order_note(ctx, in->provider, action->order.reference,
				   is(action, "deposit"), &action->account);
}

/* A deposit or withdrawal: a payment if it names a wallet, else an order that is only forwarded. */
static enum err
open_money(struct call *call, struct action *action, const struct action_order *in)
{
	struct ctx *ctx = &call->ctx;
	struct action_money money = {.currency = NULL};

	if (action->payload == NULL)
		TRY(json_read(ctx->arena, &ctx->fault, "{}", 2, &action->payload));
	TRY(schema_decode(&money_in, ctx->arena, &ctx->fault, action->payload, &money));
	TRY(transaction_amount(ctx, money.amount, money.currency, &action->order.amount));
	if (!uuid_is_nil(money.wallet))
		return open_payment(call, action, in, &money);
	return open_unbooked(call, action, in, &money);
}

/* A list is put into an object, as its items, to be shown under "answer". */
static const char *
data_of(struct call *call, const struct action *action, const char *shown)
{
	struct fault ignored = {.err = ERR_OK};
	struct json_object *answer;
	struct json_object *items;

	if (!is(action, "list_wallets") ||
	    json_read_foreign(call->ctx.arena, &ignored, shown, strlen(shown), JSON_FOREIGN_MAX,
			      &answer) != ERR_OK)
		return shown;
	items = json_member(answer, "items", NULL);
	return json_kind(items) == JSON_LIST ? json_compact(call->ctx.arena, items) : shown;
}

static void
show(struct call *call, const struct action *action, struct action_result *out)
{
	const struct payment *payment = action->payment;
	const char *shown = action->answer.shown != NULL ? action->answer.shown : "{}";

	*out = (struct action_result){
		.provider = action->provider->name,
		.action = action->name,
		.answer = {shown},
		.data = {data_of(call, action, shown)},
	};
	if (payment != NULL) {
		out->payment = payment->public_id;
		out->reference = payment->reference;
		out->status = payment->status;
		out->amount = payment->amount;
		out->currency = payment->currency;
		out->wallet = payment->wallet;
		out->answer = pocket_answer(call, payment);
		out->data.text = payment->answer.text != NULL ? payment->answer.text : "{}";
	} else if (moves_money(action)) {
		out->reference = action->order.reference;
		out->amount = action->order.amount;
		out->currency = action->order.amount.currency->code;
	}
}

static enum err
open_action(struct call *call, const struct action_order *in, struct action *action)
{
	struct ctx *ctx = &call->ctx;

	action->provider = provider_find(in->provider);
	if (in->payload.text != NULL)
		TRY(json_read(ctx->arena, &ctx->fault, in->payload.text, strlen(in->payload.text),
			      &action->payload));
	if (moves_money(action))
		return open_money(call, action, in);
	call->opened = action->name; /* only the provider knows its result */
	return provider_account_of(ctx, ctx->who.project_id, ctx->who.mode, in->provider,
				   &action->account);
}

static enum err
begin(struct call *call, const struct action_order *in, const char *name, void *out)
{
	struct action *action = arena_alloc(call->ctx.arena, sizeof(*action));

	action->name = name;
	TRY(open_action(call, in, action));
	if (action->payment != NULL && action->payment->outcome.replayed) {
		call->replayed = true;
		show(call, action, out);
		return ERR_OK;
	}
	call->state = action;
	return ERR_OK;
}

static enum err
begin_create(struct call *call, const void *in, void *out)
{
	return begin(call, in, "create_wallet", out);
}

static enum err
begin_action(struct call *call, const void *in, void *out)
{
	return begin(call, in, ((const struct action_order *)in)->action, out);
}

static enum err
resume(struct call *call, const struct action_order *in, const char *name)
{
	struct action *action = arena_alloc(call->ctx.arena, sizeof(*action));

	action->name = name;
	action->resumed = true;
	call->state = action;
	return open_action(call, in, action);
}

static enum err
resume_create(struct call *call, const void *in)
{
	return resume(call, in, "create_wallet");
}

static enum err
resume_action(struct call *call, const void *in)
{
	return resume(call, in, ((const struct action_order *)in)->action);
}

static const char *
state_word(enum provider_state state)
{
	switch (state) {
	case PROVIDER_SUCCEEDED:
		return "success";
	case PROVIDER_FAILED:
		return "failed";
	case PROVIDER_REVERSED:
		return "reversed";
	case PROVIDER_PENDING:
	case PROVIDER_ABSENT:
		break;
	}
	return "pending";
}

/* The provider's report about an existing order, as the answer to the order. */
static struct provider_answer
answer_of(struct arena *arena, const struct action *action, const struct provider_report *report)
{
	struct bytes shown;
	struct jw w;

	jw_init(&w, arena, 128);
	jw_object(&w, NULL);
	jw_text(&w, "status", state_word(report->state));
	jw_text(&w, "reference", action->order.reference);
	jw_close(&w);
	return (struct provider_answer){
		.outcome = report->outcome,
		.sent = true,
		.state = report->state,
		.id = report->id,
		.shown = jw_finish(&w, &shown) ? shown.data : NULL,
	};
}

/* Withdraw; again, if an earlier request did not finish and the provider does not know it. The
 * provider makes one payment per reference, whichever request comes first. */
static struct provider_answer
withdraw(const struct provider_call *to, const struct action *action)
{
	const struct provider *provider = action->provider;
	struct provider_report report;

	if (action->resumed) {
		report = provider->poll(to, action->order.reference, true);
		if (report.outcome != PROVIDER_ACCEPTED || report.state != PROVIDER_ABSENT)
			return answer_of(to->arena, action, &report);
	}
	return provider->withdraw(to, &action->order);
}

static void
act(struct call *call)
{
	struct action *action = call->state;
	const struct provider *provider = action->provider;
	struct provider_call to = {call->ctx.arena, call->ctx.app->http, &action->account,
				   &call->ctx.trace};

	if (action->payment != NULL)
		payment_call(&call->ctx, action->payment);
	else if (is(action, "create_wallet"))
		action->answer = provider->create(&to, action->payload);
	else if (is(action, "fetch_wallet"))
		action->answer = provider->fetch(&to, action->payload);
	else if (is(action, "list_wallets"))
		action->answer = provider->list(&to, action->payload);
	else if (is(action, "deposit"))
		action->answer = provider->deposit(&to, &action->order);
	else
		action->answer = withdraw(&to, action);
}

/* An order that was not posted has no state but the answer. */
static enum err
finish_unbooked(struct call *call, const struct action *action, struct action_result *out)
{
	const struct payment unbooked = {.outcome.called = action->answer,
					 .problem = action->answer.message};

	if (action->answer.sent && action->answer.outcome == PROVIDER_ACCEPTED) {
		show(call, action, out);
		return ERR_OK;
	}
	(void)payment_refusal(&call->ctx, &unbooked);
	if (action->answer.sent && action->answer.outcome == PROVIDER_UNKNOWN)
		return call_refuse_unsettled(call);
	return call_refuse(call);
}

static enum err
finish(struct call *call, const void *in, void *out)
{
	const struct action *action = call->state;

	(void)in;
	if (action->payment == NULL)
		return finish_unbooked(call, action, out);
	TRY(payment_close(&call->ctx, action->payment));
	if (action->payment->status == PAYMENT_FAILED) {
		(void)payment_refusal(&call->ctx, action->payment);
		return call_refuse(call);
	}
	show(call, action, out);
	return ERR_OK;
}

const struct route pocket_providers[] = {
	{POST, "/v1/projects/{projectId}/providers", "Configure a provider for a project",
	 "201 the first time, 200 for a change. Secrets are encrypted, and only their last four "
	 "characters are shown.",
	 configure, .in = &config_in, .out = &config_out, .access = ACCESS_USER_OR_KEY,
	 .effect = EFFECT_WRITE, .docs.statuses = {200}, .status = 201, .docs.tag = "Providers"},
	{GET, "/v1/projects/{projectId}/providers", "List the providers configured for a project",
	 NULL, list_configs, .out = &config_out, .reply.list = true, .access = ACCESS_USER_OR_KEY,
	 .status = 200, .docs.tag = "Providers"},
	{GET, "/v1/wallet-providers", "List the providers",
	 "isActive: projects without their own provider account can use the platform's, for "
	 "incoming live payments and for all test payments.",
	 list_providers, .out = &facts_out, .reply.list = true, .status = 200,
	 .docs.tag = "Providers"},
	{POST, "/v1/wallet-providers/add", "Configure the platform's account at a provider",
	 "Used by projects without their own account. isActive false disables the provider for all "
	 "projects.",
	 activate, .in = &config_in, .out = &config_out, .access = ACCESS_ADMIN,
	 .effect = EFFECT_WRITE, .allow.open_by_setting = true, .docs.statuses = {200},
	 .status = 201, .docs.tag = "Providers"},
	{DELETE, "/v1/wallet-providers/{type:word}", "Disable a provider for all projects", NULL,
	 deactivate, .access = ACCESS_ADMIN, .effect = EFFECT_WRITE, .allow.open_by_setting = true,
	 .status = 200, .docs.tag = "Providers"},
	{POST, "/v1/wallet-providers/create-wallet", "Create a wallet for a customer at a provider",
	 NULL, begin_create, .outside.call = act, .outside.finish = finish,
	 .outside.resume = resume_create, .in = &create_in, .out = &result_out,
	 .access = ACCESS_PROJECT_KEY, .effect = EFFECT_CALL, .docs.errors = {504}, .status = 201,
	 .docs.tag = "Providers"},
	{POST, "/v1/wallet-providers/actions", "Call a provider",
	 "deposit and withdraw with a walletId in the payload are payments, as credit and debit "
	 "are: their reference is taken from the payload, or generated. Without walletId the order "
	 "is forwarded to the provider under a generated reference and its answer is returned; "
	 "nothing is posted to the ledger, then or later.",
	 begin_action, .outside.call = act, .outside.finish = finish,
	 .outside.resume = resume_action, .in = &action_in, .out = &result_out,
	 .access = ACCESS_PROJECT_KEY, .effect = EFFECT_CALL, .docs.errors = {404, 504},
	 .status = 200, .docs.tag = "Providers"},
	{0},
};
