/* Purchases: recorded in one transaction, sent to the vendor outside of any, answered in a
 * second. */
#include "app/prepaid/purchase.h"
#include "app/payment/settlement.h"
#include "base/ensure.h"

#include <string.h>

#include "app/payment/payment.h"
#include "app/payment/provider_account.h"
#include "app/people/identity.h"
#include "app/prepaid/purchase_row.h"
#include "app/wallet/transaction.h"
#include "app/wallet/user_wallet.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/luhn.h"
#include "crypto/hmac.h"
#include "crypto/random.h"
#include "db/row.h"
#include "ledger/hold.h"
#include "queue/queue.h"
#include "runtime/app.h"

#define CURRENCY "ZAR"

enum {
	DOWN_RETRY_S = 5,
	TAIL_BYTES = 4,
	METER_MIN = 11,
	METER_MAX = 13,
	BILL_MIN = 11,
	BILL_MAX = 20
};

/* The money is held until the outcome of the purchase is known, however long that takes: the
 * hold outlives all look-ups. */
static const int64_t hold_lifetime_s = INT64_C(100) * 365 * 86400;

/* What tells the same order from another one under the same reference. */
static void
digest(struct ctx *ctx, const struct purchase_order *in, struct money amount,
       unsigned char out[SHA256_SIZE])
{
	const char *text = arena_printf(ctx->arena, "cowry-purchase-order-1;%lld;%lld;",
					(long long)ctx->who.user_id, (long long)amount.minor);

	text = text_append_part(ctx->arena, text, in->provider);
	text = text_append_part(ctx->arena, text, in->product);
	text = text_append_part(ctx->arena, text, in->recipient);
	sha256(text, strlen(text), out);
}

/* The purchase with the reference, if it is the same order. */
static enum err
find_earlier(struct ctx *ctx, const char *reference, const unsigned char content[SHA256_SIZE],
	     struct purchase *out, bool *found)
{
	struct purchase_row row;
	struct rows rows;

	TRY(db_run(ctx, SQL_purchase_by_reference, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_text(reference))));
	*found = rows.count > 0;
	if (!*found)
		return ERR_OK;
	purchase_row_scan(&rows, 0, &row);
	if (row.content.length != SHA256_SIZE ||
	    memcmp(row.content.data, content, SHA256_SIZE) != 0)
		return fault(&ctx->fault, ERR_DUPLICATE_REFERENCE, "reference", NULL);
	purchase_row_show(&row, out);
	out->replayed = true;
	return ERR_OK;
}

static bool
is_digits(const char *text, size_t least, size_t most)
{
	size_t length = strlen(text);

	return length >= least && length <= most && strspn(text, "0123456789") == length;
}

/* A South African mobile number in E.164, from any form accepted at sign-in; NULL if it is not
 * valid. */
static const char *
mobile_of(struct ctx *ctx, const char *text)
{
	const char *number = phone_e164(ctx->arena, text);

	return number != NULL && text_starts_with(number, "+27") ? number : NULL;
}

/* The recipient in the vendor's format; NULL if it does not fit the kind of product. */
static const char *
recipient_of(struct ctx *ctx, enum product_kind kind, const char *text, const char **wanted)
{
	switch (kind) {
	case PRODUCT_AIRTIME:
	case PRODUCT_DATA:
		*wanted = "must be a mobile number: 0821234567 or +27821234567";
		return mobile_of(ctx, text);
	case PRODUCT_ELECTRICITY:
		*wanted = "must be a meter number of 11 to 13 digits";
		return is_digits(text, METER_MIN, METER_MAX) ? text : NULL;
	case PRODUCT_BILL:
		break;
	}
	*wanted =
		"must be an EasyPay number: 9 and 10 to 19 more digits, the last one a check digit";
	return text[0] == '9' && is_digits(text, BILL_MIN, BILL_MAX) && luhn_valid(text + 1) ? text
											     : NULL;
}

/* Data for the call. */
static enum err
prepare_call(struct ctx *ctx, const struct purchase_order *in, const struct product *product,
	     struct money amount, struct vendor_order *out)
{
	enum product_kind kind = product->kind;
	const char *wanted = "";

	*out = (struct vendor_order){
		.reference = provider_reference(ctx->arena),
		.kind = kind,
		.product = product->provider_code,
		.recipient = recipient_of(ctx, kind, in->recipient, &wanted),
		.amount = amount,
	};
	if (out->recipient != NULL)
		return ERR_OK;
	violation_add(ctx->arena, &ctx->fault, kind == PRODUCT_BILL ? "easypayNumber" : "recipient",
		      "FORMAT", wanted);
	return ERR_VALIDATION;
}

/* "PUR-1755008423028-9a1e55f0" */
static const char *
new_label(struct ctx *ctx)
{
	unsigned char tail[TAIL_BYTES];

	random_bytes(tail, sizeof(tail));
	return arena_printf(ctx->arena, "PUR-%lld-%s", (long long)(ctx->now.us / 1000),
			    hex_encode(ctx->arena, tail, sizeof(tail)));
}

static enum err
place_hold(struct ctx *ctx, const struct user_wallet *wallet, struct uuid id,
	   enum product_kind kind, struct money amount, struct uuid *hold)
{
	char text[UUID_TEXT_MAX];
	struct hold_order order = {
		.ledger_id = wallet->ledger_id,
		.account = wallet->id,
		.currency = amount.currency->code,
		.amount = amount.minor,
		.reference = arena_printf(ctx->arena, "purchase/%s", uuid_text(text, id)),
		.metadata = "{}",
		.lifetime_s = hold_lifetime_s,
		.type = purchase_transaction_type(kind),
	};
	struct hold placed;

	sha256(order.reference, strlen(order.reference), order.content);
	TRY(hold_place(ctx, &order, &placed));
	*hold = placed.public_id;
	return ERR_OK;
}

/* Return a purchase as stored, in addition to the data for the call. */
static void
show(const struct purchase_row *row, struct purchase *out)
{
	struct purchase kept = *out;

	purchase_row_show(row, out);
	out->account = kept.account;
	out->order = kept.order;
	out->called = kept.called;
	out->resumed = kept.resumed;
}

/* Hold the money and record the order. The account is locked before a row refers to it: two
 * transactions that both referred to it first would deadlock. */
static enum err
insert(struct ctx *ctx, const struct purchase_order *in, const struct product *product,
       const struct user_wallet *wallet, const unsigned char content[SHA256_SIZE],
       int64_t config_id, const struct purchase *out)
{
	struct money amount = out->order.amount;
	struct uuid hold;
	struct rows rows;

	TRY(place_hold(ctx, wallet, out->public_id, product->kind, amount, &hold));
	return db_run(
		ctx, SQL_purchase_insert, &rows,
		PARAMS(p_uuid(out->public_id), p_text(new_label(ctx)), p_int(ctx->who.user_id),
		       p_int(product->product_id), p_int(wallet->ledger_id), p_uuid(wallet->id),
		       p_uuid(hold), p_text(amount.currency->code), p_int(amount.minor),
		       p_text(in->recipient), p_text(in->reference), p_bytes(content, SHA256_SIZE),
		       p_text(in->provider), p_text(out->order.reference), p_int(config_id)));
}

/* The platform's own account; the user can't fix its absence. */
static enum err
pick_account(struct ctx *ctx, const char *provider, int64_t *config_id,
	     struct provider_account *out)
{
	enum err err = provider_account_pick(ctx, 0, MODE_LIVE, provider, false, config_id, out);

	if (err == ERR_PROVIDER_INACTIVE)
		return fault(&ctx->fault, ERR_UNAVAILABLE, NULL,
			     "This product is not available right now");
	return err;
}

enum err
purchase_open(struct ctx *ctx, const struct purchase_order *in, struct purchase *out)
{
	unsigned char content[SHA256_SIZE];
	struct user_wallet wallet;
	struct purchase_row row;
	struct product product;
	struct money amount;
	struct rows rows;
	int64_t config_id;
	bool earlier;

	*out = (struct purchase){.public_id = uuid_v7()};
	TRY(transaction_amount(ctx, in->amount, CURRENCY, &amount));
	digest(ctx, in, amount, content);
	TRY(db_run(ctx, SQL_purchase_claim, &rows, PARAMS(p_int(ctx->who.user_id))));
	TRY(find_earlier(ctx, in->reference, content, out, &earlier));
	if (earlier)
		return ERR_OK;
	TRY(product_get(ctx, in->provider, in->product, &product));
	TRY(prepare_call(ctx, in, &product, amount, &out->order));
	TRY(product_check_amount(ctx, &product, amount));
	TRY(user_wallet(ctx, ctx->who.user_id, amount.currency, &wallet));
	TRY(pick_account(ctx, in->provider, &config_id, &out->account));
	TRY(insert(ctx, in, &product, &wallet, content, config_id, out));
	TRY(settlement_plan_lookup(ctx, REVIEW_PURCHASE, out->public_id,
				   ctx->app->config->purchase_lookup_s));
	TRY(purchase_row_lock(ctx, out->public_id, &row));
	show(&row, out);
	return ERR_OK;
}

enum err
purchase_resume(struct ctx *ctx, struct uuid id, struct purchase *out)
{
	struct purchase_row row;

	*out = (struct purchase){.resumed = true};
	TRY(purchase_row_lock(ctx, id, &row));
	show(&row, out);
	return ERR_OK;
}

void
purchase_call(struct ctx *ctx, struct purchase *purchase)
{
	const struct vendor *vendor = vendor_find(purchase->provider);
	struct provider_call call = {ctx->arena, ctx->app->http, &purchase->account, &ctx->trace};
	bool settled;

	if (ensure(ctx, ctx->db == NULL) != ERR_OK || ensure(ctx, vendor != NULL) != ERR_OK ||
	    ensure(ctx, !purchase->replayed) != ERR_OK)
		return;
	if (purchase->resumed) {
		if (purchase_look_up(ctx, purchase->public_id, &settled) != ERR_OK)
			fault_clear(&ctx->fault); /* a failed look-up changes nothing */
		return;
	}
	purchase->called = vendor->sell(&call, &purchase->order);
}

enum err
purchase_close(struct ctx *ctx, struct purchase *purchase)
{
	struct purchase_row row;

	TRY(purchase_row_lock(ctx, purchase->public_id, &row));
	if (!purchase->resumed) {
		TRY(purchase_apply_event(ctx, &row, purchase_event_of(&row, &purchase->called),
					 &purchase->called));
		TRY(purchase_row_lock(ctx, purchase->public_id, &row));
	}
	show(&row, purchase);
	return ERR_OK;
}

enum err
purchase_refusal(struct ctx *ctx, const struct purchase *purchase)
{
	const char *problem = purchase->problem;

	if (!purchase->resumed && !purchase->called.sent) {
		(void)fault(&ctx->fault, ERR_PROVIDER_DOWN, NULL, NULL);
		ctx->fault.retry_after_s = DOWN_RETRY_S;
		return ERR_PROVIDER_DOWN;
	}
	return fault(&ctx->fault, ERR_PURCHASE_REFUSED, NULL, "%s",
		     problem != NULL ? problem : err_message(ERR_PURCHASE_REFUSED));
}

enum err
purchase_get(struct ctx *ctx, const char *label, struct purchase *out)
{
	struct purchase_row row;
	struct rows rows;

	TRY(db_run(ctx, SQL_purchase_by_label, &rows,
		   PARAMS(p_text(label), p_int(ctx->who.user_id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Purchase not found");
	purchase_row_scan(&rows, 0, &row);
	purchase_row_show(&row, out);
	return ERR_OK;
}

enum err
purchase_list(struct ctx *ctx, const struct purchase_filter *filter, struct purchase **out,
	      size_t *n)
{
	struct purchase_row row;
	struct rows rows;

	TRY(db_run(ctx, SQL_purchase_list, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_id(filter->before),
			  p_word(transaction_status_words, filter->status),
			  p_text(filter->reference), p_int(filter->most))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++) {
		purchase_row_scan(&rows, i, &row);
		purchase_row_show(&row, &(*out)[i]);
	}
	return ERR_OK;
}

/* A look-up in progress. */
struct look_up {
	struct uuid id;
	struct vendor_answer answer;
	bool settled;
};

static enum err
take_answer(struct ctx *ctx, void *arg)
{
	struct look_up *look_up = arg;
	struct purchase_row row;

	TRY(purchase_row_lock(ctx, look_up->id, &row));
	TRY(purchase_apply_event(ctx, &row, purchase_event_of(&row, &look_up->answer),
				 &look_up->answer));
	look_up->settled = row.status != PAYMENT_PENDING;
	return ERR_OK;
}

/* User wallets are in the live ledger. */
static enum err
ask(struct ctx *ctx, const struct purchase_row *row, struct vendor_answer *answer)
{
	const struct vendor *vendor = vendor_find(row->provider);
	struct provider_account account;
	struct provider_call call = {ctx->arena, ctx->app->http, &account, &ctx->trace};

	TRY(provider_account_at(ctx, row->provider_config_id, MODE_LIVE, &account));
	*answer = vendor->poll(&call, row->provider_reference);
	return ERR_OK;
}

enum err
purchase_look_up(struct ctx *ctx, struct uuid id, bool *settled)
{
	struct look_up look_up = {.id = id};
	struct purchase_row row;
	struct rows rows;

	*settled = true;
	TRY(db_run(ctx, SQL_purchase_find, &rows, PARAMS(p_uuid(id))));
	if (rows.count == 0)
		return ERR_OK;
	purchase_row_scan(&rows, 0, &row);
	if (row.status != PAYMENT_PENDING)
		return ERR_OK;
	TRY(ask(ctx, &row, &look_up.answer));
	*settled = false;
	if (look_up.answer.outcome != PROVIDER_ACCEPTED)
		return ERR_OK;
	TRY(db_persist(ctx, take_answer, &look_up));
	*settled = look_up.settled;
	return ERR_OK;
}
