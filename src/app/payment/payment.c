/* Orders: recorded in one transaction, given to the provider outside of any, answered in a second. */
#include <string.h>

#include "app/payment/payment.h"
#include "app/payment/settlement.h"
#include "base/ensure.h"

#include "app/payment/provider_account.h"
#include "app/payment/row.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/word.h"
#include "crypto/hmac.h"
#include "db/row.h"
#include "ledger/account.h"
#include "ledger/hold.h"
#include "ledger/reference.h"
#include "queue/queue.h"
#include "runtime/app.h"
#include "json/reader.h"

/*
 * The money of a withdrawal is held until its outcome is known, however long that takes: the hold
 * outlives all look-ups.
 */
enum { DOWN_RETRY_S = 5 };
static const int64_t hold_lifetime_s = INT64_C(100) * 365 * 86400;

/* What tells the same order from another one under the same reference. */
static void
digest(struct ctx *ctx, const struct payment_order *in, unsigned char out[SHA256_SIZE])
{
	char id[UUID_TEXT_MAX];
	const char *text = arena_printf(ctx->arena, "cowry-order-1;%lld;%lld;%d;%lld;",
					(long long)in->ledger_id, (long long)in->user_id,
					in->withdrawal, (long long)in->amount.minor);

	text = text_append_part(ctx->arena, text, in->amount.currency->code);
	text = text_append_part(ctx->arena, text, uuid_text(id, in->wallet));
	text = text_append_part(ctx->arena, text, word_text(transaction_type_words, in->type));
	text = text_append_part(ctx->arena, text, in->provider);
	text = text_append_part(ctx->arena, text, in->email);
	text = text_append_part(ctx->arena, text, in->provider_payload.text);
	text = text_append_part(ctx->arena, text, in->metadata.text);
	sha256(text, strlen(text), out);
}

static enum err
find_by_reference(struct ctx *ctx, int64_t ledger_id, int64_t user_id, const char *reference,
		  struct payment_row *out, bool *found)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_payment_by_reference, &rows,
		   PARAMS(p_int(ledger_id), p_text(reference), p_id(user_id))));
	*found = rows.count > 0;
	if (*found)
		payment_row_scan(&rows, 0, out);
	return ERR_OK;
}

/* The payment with the reference, if it is the same order. */
static enum err
find_earlier(struct ctx *ctx, const struct payment_order *in,
	     const unsigned char content[SHA256_SIZE], struct payment *out, bool *found)
{
	struct payment_row row;

	TRY(find_by_reference(ctx, in->ledger_id, 0, in->reference, &row, found));
	*found = *found && row.reference_held;
	if (!*found)
		return ERR_OK;
	if (row.content.length != SHA256_SIZE ||
	    memcmp(row.content.data, content, SHA256_SIZE) != 0)
		return fault(&ctx->fault, ERR_DUPLICATE_REFERENCE, "reference", NULL);
	payment_row_show(&row, out);
	out->outcome.replayed = true;
	return ERR_OK;
}

/* Reserve the reference, or find its owner. */
static enum err
take_reference(struct ctx *ctx, const struct payment_order *in, struct uuid id,
	       const unsigned char content[SHA256_SIZE], struct payment *out, bool *earlier)
{
	bool reserved;

	TRY(find_earlier(ctx, in, content, out, earlier));
	if (*earlier)
		return ERR_OK;
	TRY(reference_reserve(ctx, in->ledger_id, in->reference, id, &reserved));
	if (reserved)
		return ERR_OK;
	TRY(find_earlier(ctx, in, content, out, earlier));
	if (*earlier)
		return ERR_OK;
	return fault(&ctx->fault, ERR_DUPLICATE_REFERENCE, "reference", NULL);
}

/* Whether the wallet exists and can receive money. */
static enum err
check_wallet(struct ctx *ctx, const struct payment_order *in)
{
	struct rows rows = {0};

	if (!ledger_is_system_account(in->wallet))
		TRY(db_run(ctx, SQL_payment_wallet, &rows,
			   PARAMS(p_int(in->ledger_id), p_uuid(in->wallet))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Wallet not found");
	if (!text_equal(row_text(&rows, 0, 0), in->amount.currency->code))
		return fault(&ctx->fault, ERR_CURRENCY_MISMATCH, NULL, NULL);
	if (row_int(&rows, 0, 1) != ACCOUNT_ACTIVE)
		return fault(&ctx->fault, ERR_WALLET_INACTIVE, NULL, NULL);
	return ERR_OK;
}

static enum err
place_hold(struct ctx *ctx, const struct payment_order *in, struct uuid id, struct uuid *hold)
{
	char text[UUID_TEXT_MAX];
	struct hold_order order = {
		.ledger_id = in->ledger_id,
		.account = in->wallet,
		.currency = in->amount.currency->code,
		.amount = in->amount.minor,
		.reference = arena_printf(ctx->arena, "payment/%s", uuid_text(text, id)),
		.metadata = "{}",
		.lifetime_s = hold_lifetime_s,
		.type = in->type,
	};
	struct hold placed;

	sha256(order.reference, strlen(order.reference), order.content);
	TRY(hold_place(ctx, &order, &placed));
	*hold = placed.public_id;
	return ERR_OK;
}

/* Data for the call; the email address may be in the payload. */
static enum err
prepare_call(struct ctx *ctx, const struct payment_order *in, struct payment *out)
{
	struct json_object *payload = NULL;
	struct json_object *email = NULL;

	if (in->provider_payload.text != NULL)
		TRY(json_read(ctx->arena, &ctx->fault, in->provider_payload.text,
			      strlen(in->provider_payload.text), &payload));
	if (payload != NULL)
		email = json_member(payload, "email", NULL);
	out->request.abandon = in->abandon;
	out->request.order = (struct provider_order){
		.reference = in->provider_reference,
		.amount = in->amount,
		.email = in->email,
		.callback_url = in->callback_url,
		.payload = payload,
	};
	if (in->provider_reference == NULL)
		out->request.order.reference = provider_reference(ctx->arena);
	if (in->email == NULL && email != NULL && json_kind(email) == JSON_TEXT)
		out->request.order.email = json_text_value(email);
	return ERR_OK;
}

static enum err
insert(struct ctx *ctx, const struct payment_order *in, struct uuid id,
       const unsigned char content[SHA256_SIZE], int64_t config_id, struct payment *out)
{
	const char *metadata = in->metadata.text != NULL ? in->metadata.text : "{}";
	struct uuid hold = {{0}};
	struct rows rows;

	if (in->withdrawal)
		TRY(place_hold(ctx, in, id, &hold));
	return db_run(ctx, SQL_payment_insert, &rows,
		      PARAMS(p_uuid(id), p_int(in->ledger_id), p_uuid(in->wallet),
			     p_id(in->project_id), p_id(in->user_id), p_bool(in->withdrawal),
			     p_word(transaction_type_words, in->type),
			     p_text(in->amount.currency->code), p_int(in->amount.minor),
			     p_text(in->reference), p_bytes(content, SHA256_SIZE),
			     p_text(in->provider), p_text(out->request.order.reference),
			     p_int(config_id), p_uuid(hold), p_text(metadata)));
}

/* Show a payment as it was just stored, beside what the call needs. */
static void
show(const struct payment_row *row, struct payment *out)
{
	struct payment kept = *out;

	payment_row_show(row, out);
	out->request.account = kept.request.account;
	out->request.order = kept.request.order;
	out->outcome.called = kept.outcome.called;
	out->request.abandon = kept.request.abandon;
	out->outcome.resumed = kept.outcome.resumed;
}

enum err
payment_open(struct ctx *ctx, const struct payment_order *in, struct payment *out)
{
	const struct config *config = ctx->app->config;
	unsigned char content[SHA256_SIZE];
	struct uuid id = uuid_v7();
	struct payment_row row;
	int64_t config_id;
	bool earlier;

	*out = (struct payment){.outcome.replayed = false};
	digest(ctx, in, content);
	TRY(take_reference(ctx, in, id, content, out, &earlier));
	if (earlier)
		return ERR_OK;
	TRY(check_wallet(ctx, in));
	TRY(provider_account_pick(ctx, in->project_id, in->mode, in->provider, !in->withdrawal,
				  &config_id, &out->request.account));
	TRY(prepare_call(ctx, in, out));
	TRY(insert(ctx, in, id, content, config_id, out));
	TRY(settlement_plan_lookup(ctx, REVIEW_PAYMENT, id,
				   in->withdrawal ? config->withdrawal_lookup_s
						  : config->deposit_lookup_s));
	TRY(payment_row_lock(ctx, id, &row));
	show(&row, out);
	return payment_emit_event(ctx, &row);
}

/*
 * Sending a deposit to the provider moves no money, so it may be repeated. A withdrawal is never
 * sent twice: the look-ups decide.
 */
static bool
may_be_called_again(const struct payment_row *row)
{
	return !row->withdrawal && !row->called && row->status == PAYMENT_PENDING;
}

enum err
payment_resume(struct ctx *ctx, struct uuid id, const struct payment_order *in, struct payment *out)
{
	struct payment_order order = *in;
	struct payment_row row;

	*out = (struct payment){.outcome.resumed = true};
	TRY(payment_row_lock(ctx, id, &row));
	if (may_be_called_again(&row)) {
		order.provider_reference = row.provider_reference;
		TRY(provider_account_at(ctx, row.provider_config_id,
					row.live ? MODE_LIVE : MODE_TEST, &out->request.account));
		TRY(prepare_call(ctx, &order, out));
	}
	show(&row, out);
	return ERR_OK;
}

/* Look up a payment that was sent to the provider before. A failed look-up changes nothing. */
static void
ask_again(struct ctx *ctx, const struct payment *payment)
{
	bool settled;

	if (payment_look_up(ctx, payment->public_id, &settled) != ERR_OK)
		fault_clear(&ctx->fault);
}

static bool
is_called(const struct payment *payment)
{
	return !payment->outcome.resumed || payment->request.order.reference != NULL;
}

void
payment_call(struct ctx *ctx, struct payment *payment)
{
	const struct provider *provider = provider_find(payment->provider);
	struct provider_call call = {ctx->arena, ctx->app->http, &payment->request.account,
				     &ctx->trace};

	if (ensure(ctx, ctx->db == NULL) != ERR_OK || ensure(ctx, provider != NULL) != ERR_OK ||
	    ensure(ctx, !payment->outcome.replayed) != ERR_OK)
		return;
	if (!is_called(payment)) {
		ask_again(ctx, payment);
		return;
	}
	payment->outcome.called = payment->withdrawal
					  ? provider->withdraw(&call, &payment->request.order)
					  : provider->deposit(&call, &payment->request.order);
}

/*
 * The event of the answer to the call. A deposit is only considered paid when a webhook or a
 * look-up reports it, with the amount.
 */
static enum payment_event
event_of_answer(const struct payment *payment)
{
	const struct provider_answer *answer = &payment->outcome.called;

	if (!answer->sent || answer->outcome == PROVIDER_REJECTED)
		return EVENT_REFUSED;
	if (answer->outcome == PROVIDER_UNKNOWN)
		return payment->request.abandon ? EVENT_ABANDONED : EVENT_UNANSWERED;
	if (answer->state == PROVIDER_FAILED)
		return EVENT_NOT_PAID;
	if (answer->state == PROVIDER_SUCCEEDED && payment->withdrawal)
		return EVENT_PAID;
	return EVENT_TAKEN;
}

/* Why it failed, for the client. */
static const char *
reason(const struct provider_answer *answer)
{
	if (!answer->sent)
		return err_message(ERR_PROVIDER_DOWN);
	return answer->outcome == PROVIDER_REJECTED ? answer->message : NULL;
}

/* Record the answer to the call, and apply its event. */
static enum err
take_answer(struct ctx *ctx, const struct payment *payment, struct payment_row *row)
{
	const struct provider_answer *answer = &payment->outcome.called;
	const struct money unsaid = {0, NULL};

	if (answer->outcome != PROVIDER_UNKNOWN)
		TRY(db_run(ctx, SQL_payment_store_answer, NULL,
			   PARAMS(p_int(row->payment_id), p_text(answer->id), p_text(answer->shown),
				  p_text(answer->checkout_url))));
	TRY(payment_apply_event(ctx, row, event_of_answer(payment), unsaid, reason(answer)));
	if (answer->outcome == PROVIDER_ACCEPTED && answer->state == PROVIDER_SUCCEEDED &&
	    row->status == PAYMENT_PENDING)
		TRY(settlement_plan_lookup(ctx, REVIEW_PAYMENT, row->public_id, 0));
	return ERR_OK;
}

enum err
payment_close(struct ctx *ctx, struct payment *payment)
{
	struct payment_row row;

	TRY(payment_row_lock(ctx, payment->public_id, &row));
	if (is_called(payment)) {
		TRY(take_answer(ctx, payment, &row));
		TRY(payment_row_lock(ctx, payment->public_id, &row));
	}
	show(&row, payment);
	return ERR_OK;
}

enum err
payment_refusal(struct ctx *ctx, const struct payment *payment)
{
	const struct provider_answer *answer = &payment->outcome.called;
	bool called = is_called(payment);

	if (called && !answer->sent) {
		(void)fault(&ctx->fault, ERR_PROVIDER_DOWN, NULL, NULL);
		ctx->fault.retry_after_s = DOWN_RETRY_S;
		return ERR_PROVIDER_DOWN;
	}
	if (called && answer->outcome == PROVIDER_UNKNOWN)
		return fault(&ctx->fault, ERR_PROVIDER_TIMEOUT, NULL, NULL);
	return fault(&ctx->fault, ERR_PROVIDER_REFUSED, NULL, "%s",
		     payment->problem != NULL ? payment->problem
					      : err_message(ERR_PROVIDER_REFUSED));
}

enum err
payment_by_reference(struct ctx *ctx, int64_t ledger_id, int64_t user_id, const char *reference,
		     struct payment *out)
{
	struct payment_row row;
	bool found;

	TRY(find_by_reference(ctx, ledger_id, user_id, reference, &row, &found));
	if (!found)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Payment not found");
	payment_row_show(&row, out);
	return ERR_OK;
}

enum err
payment_get(struct ctx *ctx, struct uuid id, struct payment *out)
{
	struct payment_row row = {0};
	struct rows rows;

	TRY(db_run(ctx, SQL_payment_find, &rows, PARAMS(p_uuid(id))));
	if (rows.count > 0)
		payment_row_scan(&rows, 0, &row);
	if (rows.count == 0 || row.ledger_id != ctx->who.ledger_id)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Payment not found");
	payment_row_show(&row, out);
	return ERR_OK;
}

enum err
payment_list(struct ctx *ctx, const struct payment_filter *filter, struct payment **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_payment_list, &rows,
		   PARAMS(p_int(ctx->who.ledger_id), p_id(filter->before), p_int(filter->most),
			  p_word(transaction_status_words, filter->status))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++) {
		struct payment_row row;

		payment_row_scan(&rows, i, &row);
		payment_row_show(&row, &(*out)[i]);
	}
	return ERR_OK;
}
