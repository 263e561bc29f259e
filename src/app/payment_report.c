/* What providers tell of orders, by webhook or when asked. Both end in payment_take(). */
#include "app/payment_row.h"
#include "app/provider_account.h"
#include "crypto/hmac.h"
#include "db/row.h"

/* An order that a webhook names, and whose it is. */
struct named_order {
	bool known;
	struct uuid payment; /* nil: nothing is booked for it */
	int64_t config_id;
	enum mode mode;
};

static enum err
find_order(struct ctx *ctx, const struct provider *provider, const char *reference,
	   struct named_order *out)
{
	struct rows rows;

	*out = (struct named_order){.known = false};
	if (reference == NULL)
		return ERR_OK;
	TRY(db_run(ctx, SQL_payment_of_order, &rows,
		   PARAMS(p_text(provider->name), p_text(reference))));
	out->known = rows.count > 0;
	if (!out->known)
		return ERR_OK;
	out->payment = row_uuid(&rows, 0, 0);
	out->config_id = row_int(&rows, 0, 1);
	out->mode = row_bool(&rows, 0, 2) ? MODE_LIVE : MODE_TEST;
	return ERR_OK;
}

/*
 * Whether the webhook is signed with the secret of the order's account. The platform's own secret
 * signs what is about no order of ours, and all that the sandbox sends.
 */
static enum err
is_genuine(struct ctx *ctx, const struct provider *provider, const struct named_order *order,
	   struct bytes body, const char *signature, bool *genuine)
{
	struct provider_account account;
	bool found = false;

	*genuine = false;
	if (signature == NULL)
		return ERR_OK;
	if (order->known) {
		TRY(provider_account_at(ctx, order->config_id, order->mode, &account));
		*genuine = provider->verify(&account, body, signature);
	}
	if (*genuine || (order->known && !provider_in_sandbox(ctx, order->mode)))
		return ERR_OK;
	TRY(provider_account_own(ctx, provider->name, order->mode, &account, &found));
	*genuine = found && provider->verify(&account, body, signature);
	return ERR_OK;
}

/* Keep the event; *first is false if the very same came before. */
static enum err
keep(struct ctx *ctx, const struct provider *provider, const struct provider_report *report,
     int64_t payment_id, struct bytes body, bool *first)
{
	unsigned char digest[SHA256_SIZE];
	struct rows rows;

	sha256(body.data, body.length, digest);
	TRY(db_run(ctx, SQL_provider_event_insert, &rows,
		   PARAMS(p_text(provider->name), p_bytes(digest, sizeof(digest)), p_id(payment_id),
			  p_text(report->event), p_bytes(body.data, body.length))));
	*first = rows.count > 0;
	return ERR_OK;
}

static enum err
settle(struct ctx *ctx, const struct provider *provider, const struct provider_report *report,
       struct uuid payment, struct bytes body, enum webhook_result *result)
{
	struct payment_row row;
	enum payment_event event;
	const char *before;
	bool first;

	TRY(payment_row_lock(ctx, payment, &row));
	TRY(keep(ctx, provider, report, row.payment_id, body, &first));
	if (!first)
		return ERR_OK;
	before = row.status;
	event = payment_event_of(&row, report);
	if (event == EVENT_PAID && report->withdrawal != row.withdrawal)
		event = EVENT_PAID_OTHERWISE;
	TRY(payment_take(ctx, &row, event, report->amount, NULL));
	*result = text_equal(before, row.status) ? WEBHOOK_NOTED : WEBHOOK_SETTLED;
	return ERR_OK;
}

enum err
payment_webhook(struct ctx *ctx, const struct provider *provider, struct bytes body,
		const char *signature, enum webhook_result *result)
{
	struct provider_report report = {.reference = NULL};
	struct named_order order = {.known = false};
	bool genuine = false;
	bool first;

	*result = WEBHOOK_NOTED;
	if (provider->read(ctx->arena, body, &report)) {
		TRY(find_order(ctx, provider, report.reference, &order));
		TRY(is_genuine(ctx, provider, &order, body, signature, &genuine));
	}
	if (!genuine) {
		TRY(db_run(ctx, SQL_provider_forgery_count, NULL, PARAMS(p_text(provider->name))));
		return fault(&ctx->fault, ERR_UNAUTHORIZED, NULL, "The signature is not valid");
	}
	if (uuid_is_nil(order.payment))
		return keep(ctx, provider, &report, 0, body, &first);
	return settle(ctx, provider, &report, order.payment, body, result);
}

/*
 * Whether its provider may have more to say. A failed attempt is not the end of a deposit: until it
 * has lapsed, it is asked whether another one was paid.
 */
static bool
is_open(const struct payment_row *row)
{
	enum payment_status state = payment_row_state(row);

	return state == PAYMENT_PENDING ||
	       (state == PAYMENT_UNPAID && row->accepted && row->age_s < PAYMENT_LAPSED_AFTER_S);
}

/* A look-up under way. */
struct look_up {
	struct uuid id;
	struct provider_report report;
	bool settled;
};

static enum err
take_report(struct ctx *ctx, void *arg)
{
	struct look_up *look_up = arg;
	struct payment_row row;

	TRY(payment_row_lock(ctx, look_up->id, &row));
	TRY(payment_take(ctx, &row, payment_event_of(&row, &look_up->report),
			 look_up->report.amount, NULL));
	look_up->settled = !is_open(&row) || (look_up->report.state == PROVIDER_ABSENT &&
					      payment_row_state(&row) == PAYMENT_UNPAID);
	return ERR_OK;
}

/* Ask the provider; nothing is learned if it does not answer. */
static enum err
ask(struct ctx *ctx, const struct payment_row *row, struct provider_report *report)
{
	const struct provider *provider = provider_find(row->provider);
	struct provider_account account;
	struct provider_call call = {ctx->arena, ctx->app->http, &account};

	TRY(provider_account_at(ctx, row->provider_config_id, row->live ? MODE_LIVE : MODE_TEST,
				&account));
	*report = provider->poll(&call, row->provider_reference, row->withdrawal);
	return ERR_OK;
}

enum err
payment_look_up(struct ctx *ctx, struct uuid id, bool *settled)
{
	struct look_up look_up = {.id = id};
	struct payment_row row;
	struct rows rows;

	*settled = true;
	TRY(db_run(ctx, SQL_payment_find, &rows, PARAMS(p_uuid(id))));
	if (rows.count == 0)
		return ERR_OK;
	payment_row_scan(&rows, 0, &row);
	if (!is_open(&row))
		return ERR_OK;
	TRY(ask(ctx, &row, &look_up.report));
	*settled = false;
	if (look_up.report.outcome != PROVIDER_ACCEPTED)
		return ERR_OK;
	TRY(db_persist(ctx, take_report, &look_up));
	*settled = look_up.settled;
	return ERR_OK;
}
