/* Providers' reports about orders, by webhook or look-up. Both end in payment_apply_event(). */
#include "app/payment/payment.h"
#include "app/payment/provider_account.h"
#include "app/payment/row.h"
#include "app/payment/settlement.h"
#include "base/arena.h"
#include "crypto/hmac.h"
#include "db/row.h"
#include "queue/queue.h"
#include "runtime/app.h"
#include "json/reader.h"

/* Limits: values of an unverified body; look-ups planned by one webhook. */
enum { CLAIMED_VALUES_MAX = 4096, LOOK_UPS_MAX = 100 };

/* An order named by a webhook, and its owner. */
struct named_order {
	bool known;
	struct uuid payment; /* nil: it is not posted */
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
 * signs those that are about no order of ours, and all from the sandbox.
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

/* Store the event; *first is false if it is a duplicate. */
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
	enum payment_status before;
	bool first;

	TRY(payment_row_lock(ctx, payment, &row));
	TRY(keep(ctx, provider, report, row.payment_id, body, &first));
	if (!first)
		return ERR_OK;
	before = row.status;
	event = payment_event_of(&row, report);
	if (event == EVENT_PAID && report->withdrawal != row.withdrawal)
		event = EVENT_PAID_OTHERWISE;
	TRY(payment_apply_event(ctx, &row, event, report->amount, NULL));
	*result = before == row.status ? WEBHOOK_NOTED : WEBHOOK_SETTLED;
	return ERR_OK;
}

static enum err
forged(struct ctx *ctx, const struct provider *provider)
{
	TRY(db_run(ctx, SQL_provider_forgery_count, NULL, PARAMS(p_text(provider->name))));
	return fault(&ctx->fault, ERR_UNAUTHORIZED, NULL, "The signature is not valid");
}

/* It is genuine and about this payment, but what decides can't be told from it. */
static enum err
look_up_instead(struct ctx *ctx, const struct provider *provider,
		const struct provider_report *report, struct uuid payment, struct bytes body)
{
	struct payment_row row;
	bool first;

	TRY(payment_row_lock(ctx, payment, &row));
	TRY(keep(ctx, provider, report, row.payment_id, body, &first));
	return first ? settlement_plan_lookup(ctx, REVIEW_PAYMENT, payment, 0) : ERR_OK;
}

/* It is genuine, but its payment is unknown: all candidates are looked up, at intervals of a
 * tenth of a second. */
static enum err
look_up_all(struct ctx *ctx, const struct provider *provider, const struct provider_signer *signer)
{
	bool sandbox = signer->own && provider_in_sandbox(ctx, MODE_TEST);
	struct rows rows;

	TRY(db_run(ctx, SQL_payment_pending_of, &rows,
		   PARAMS(p_text(provider->name), p_int(signer->config_id), p_bool(sandbox),
			  p_int(LOOK_UPS_MAX))));
	for (size_t i = 0; i < rows.count; i++)
		TRY(settlement_plan_lookup(ctx, REVIEW_PAYMENT, row_uuid(&rows, i, 0),
					   (int64_t)i / 10));
	return ERR_OK;
}

/* The account that signed the webhook, among those that may expect one; NULL: none. */
static enum err
find_signer(struct ctx *ctx, const struct provider *provider, struct bytes body,
	    const char *signature, const struct provider_signer **out)
{
	struct provider_signer *signers;
	size_t n;

	*out = NULL;
	TRY(provider_signers(ctx, provider->name, &signers, &n));
	for (size_t i = 0; i < n && *out == NULL; i++)
		if (provider->verify(&signers[i].account, body, signature))
			*out = &signers[i];
	return ERR_OK;
}

static enum err
take_genuine(struct ctx *ctx, const struct provider *provider, const struct provider_report *report,
	     const struct named_order *order, struct bytes body, enum webhook_result *result)
{
	bool first;

	if (uuid_is_nil(order->payment))
		return keep(ctx, provider, report, 0, body, &first);
	if (report->unclear)
		return look_up_instead(ctx, provider, report, order->payment, body);
	return settle(ctx, provider, report, order->payment, body, result);
}

/* Its claims do not identify the owner: find the account that signed it, and only then parse all
 * of it. */
static enum err
take_from_signer(struct ctx *ctx, const struct provider *provider, struct bytes body,
		 const char *signature, enum webhook_result *result)
{
	const struct provider_signer *signer;
	struct provider_report report = {.reference = NULL};
	struct named_order order;
	bool readable;
	bool first;

	TRY(find_signer(ctx, provider, body, signature, &signer));
	if (signer == NULL)
		return forged(ctx, provider);
	readable = provider_read_webhook(provider, ctx->arena, body, JSON_FOREIGN_MAX, &report);
	TRY(find_order(ctx, provider, report.reference, &order));
	if (order.known) {
		if (order.config_id != signer->config_id &&
		    !(signer->own && provider_in_sandbox(ctx, order.mode)))
			return forged(ctx, provider);
		return take_genuine(ctx, provider, &report, &order, body, result);
	}
	TRY(keep(ctx, provider, &report, 0, body, &first));
	return first && (!readable || report.unclear) ? look_up_all(ctx, provider, signer) : ERR_OK;
}

/*
 * The signature is checked over the bytes, with the secret of the account that the order was made
 * with. The order is named in the body, so only as much of it is parsed before as a typical webhook
 * has.
 */
enum err
payment_webhook(struct ctx *ctx, const struct provider *provider, struct bytes body,
		const char *signature, enum webhook_result *result)
{
	struct provider_report report = {.reference = NULL};
	struct named_order order = {.known = false};
	bool genuine = false;
	bool readable;

	*result = WEBHOOK_NOTED;
	if (signature == NULL || body.length == 0)
		return forged(ctx, provider);
	readable = provider_read_webhook(provider, ctx->arena, body, CLAIMED_VALUES_MAX, &report);
	TRY(find_order(ctx, provider, report.reference, &order));
	if (!readable || (report.unclear && !order.known))
		return take_from_signer(ctx, provider, body, signature, result);
	TRY(is_genuine(ctx, provider, &order, body, signature, &genuine));
	if (!genuine)
		return forged(ctx, provider);
	return take_genuine(ctx, provider, &report, &order, body, result);
}

/*
 * Whether its provider may report more. A failed attempt is not the end of a deposit: until it has
 * lapsed, it is looked up for another, successful attempt.
 */
static bool
is_open(const struct payment_row *row)
{
	enum payment_status state = payment_row_state(row);

	return state == PAYMENT_PENDING ||
	       (state == PAYMENT_UNPAID && row->accepted && row->age_s < PAYMENT_LAPSED_AFTER_S);
}

/* A look-up in progress. */
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
	TRY(payment_apply_event(ctx, &row, payment_event_of(&row, &look_up->report),
				look_up->report.amount, NULL));
	look_up->settled = !is_open(&row) || (look_up->report.state == PROVIDER_ABSENT &&
					      payment_row_state(&row) == PAYMENT_UNPAID);
	return ERR_OK;
}

/* Query the provider; without an answer, nothing is learned. */
static enum err
ask(struct ctx *ctx, const struct payment_row *row, struct provider_report *report)
{
	const struct provider *provider = provider_find(row->provider);
	struct provider_account account;
	struct provider_call call = {ctx->arena, ctx->app->http, &account, &ctx->trace};

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
