#include "app/remittance/quote.h"

#include "app/remittance/rate.h"
#include "db/row.h"
#include "schema/schema.h"

/* 0.5 % of a remittance, 1 % of a payment by QR code. */
static const struct decimal remittance_share = {5, 3, true};
static const struct decimal qr_share = {1, 2, true};
static const struct decimal unchanged = {1, 0, true};

const char *const drop_payment_type_words[] = {"remittance", "qr_payment", NULL};

static bool
is_remittance(enum drop_payment_type type)
{
	return type == DROP_REMITTANCE;
}

struct decimal
fee_share(enum drop_payment_type type)
{
	return is_remittance(type) ? remittance_share : qr_share;
}

enum err
quote_refuse(struct ctx *ctx, const char *field, const char *code, const char *message)
{
	violation_add(ctx->arena, &ctx->fault, field, code, message);
	return fault(&ctx->fault, ERR_UNPROCESSABLE, field, "%s %s", field, message);
}

static enum err
too_large(struct ctx *ctx)
{
	return quote_refuse(ctx, "amount", "RANGE", "is too large");
}

/* The amounts charged, independent of the rate. */
static enum err
charge(struct ctx *ctx, struct quote *q)
{
	q->fee_share = fee_share(q->type);
	q->total = q->amount;
	if (!money_convert(&q->fee, q->amount, q->fee_share, q->amount.currency) ||
	    (is_remittance(q->type) && !money_add(&q->total, q->amount, q->fee)))
		return too_large(ctx);
	return ERR_OK;
}

static enum err
exchange(struct ctx *ctx, const char *currency, struct quote *q)
{
	struct exchange_rate rate;
	enum err err = rate_find(ctx, currency, &rate);

	if (err == ERR_NOT_FOUND)
		return quote_refuse(ctx, "recipientId", "CORRIDOR",
				    "is paid in a currency that is currently not supported");
	TRY(err);
	q->rate_id = rate.rate_id;
	q->rate = rate.value;
	if (!money_convert(&q->receive, q->amount, q->rate, currency_find(currency)))
		return too_large(ctx);
	return ERR_OK;
}

enum err
quote_make(struct ctx *ctx, enum drop_payment_type type, int64_t recipient_id, struct money amount,
	   const char *currency, struct quote *out)
{
	*out = (struct quote){.type = type,
			      .recipient_id = recipient_id,
			      .amount = amount,
			      .rate = unchanged,
			      .receive = amount};
	TRY(charge(ctx, out));
	if (is_remittance(type))
		return exchange(ctx, currency, out);
	out->receive.minor -= out->fee.minor;
	return ERR_OK;
}

enum err
quote_keep(struct ctx *ctx, const struct quote *q)
{
	return db_run(ctx, SQL_quote_insert, NULL,
		      PARAMS(p_int(ctx->who.user_id), p_word(drop_payment_type_words, q->type),
			     p_id(q->recipient_id), p_int(q->amount.minor),
			     p_text(q->amount.currency->code), p_int(q->fee.minor),
			     p_id(q->rate_id), p_int(q->receive.minor),
			     p_text(q->receive.currency->code), p_int(QUOTE_LIFETIME_S)));
}

struct stored {
	int64_t fee;
	int64_t rate_id;
	int64_t coefficient;
	int64_t scale;
	int64_t receive_amount;
	const char *receive_currency;
};

static const struct column columns[] = {
	COLUMN(struct stored, fee),
	COLUMN(struct stored, rate_id),
	COLUMN(struct stored, coefficient),
	COLUMN(struct stored, scale),
	COLUMN(struct stored, receive_amount),
	COLUMN(struct stored, receive_currency),
};

enum err
quote_of(struct ctx *ctx, enum drop_payment_type type, int64_t recipient_id, struct money amount,
	 const char *currency, struct quote *out)
{
	struct stored row;
	struct rows rows;

	TRY(db_run(ctx, SQL_quote_find, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_word(drop_payment_type_words, type),
			  p_id(recipient_id), p_int(amount.minor))));
	if (rows.count == 0)
		return quote_make(ctx, type, recipient_id, amount, currency, out);
	rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), &row);
	*out = (struct quote){.type = type, .recipient_id = recipient_id, .amount = amount};
	TRY(charge(ctx, out));
	out->fee.minor = row.fee;
	out->total.minor = amount.minor + (is_remittance(type) ? row.fee : 0);
	out->rate_id = row.rate_id;
	out->rate = unchanged;
	if (row.rate_id != 0)
		out->rate = (struct decimal){row.coefficient, (unsigned char)row.scale, true};
	out->receive = (struct money){row.receive_amount, currency_find(row.receive_currency)};
	return ERR_OK;
}
