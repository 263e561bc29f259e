/* Payments from the user's bank account: cost, remittances and payments by QR code. */
#include <string.h>

#include "api/drop/drop.h"
#include "app/remittance/corridor.h"
#include "app/remittance/drop_payment.h"
#include "app/remittance/rate.h"
#include "app/remittance/recipient.h"
#include "base/arena.h"

enum { CALLS_PER_MINUTE = 10 };

struct wish {
	enum drop_payment_type type;
	struct decimal amount;
	const char *currency;
	const char *recipient;
};

#define AMOUNT_DOC  "At most 2 decimals."
#define REC_EXAMPLE "\"rec_0123456789abcdef\""
static const struct field wish_fields[] = {
	FIELD(struct wish, type, .name = "type", .required = true,
	      .choices = drop_payment_type_words, .example = "\"remittance\""),
	FIELD(struct wish, amount, .name = "amount", .required = true, .doc = AMOUNT_DOC,
	      .example = "2000"),
	FIELD(struct wish, currency, .name = "currency", .fallback = RATE_BASE, .doc = "NOK.",
	      .example = "\"NOK\""),
	FIELD(struct wish, recipient, .name = "recipientId", .doc = "Only for remittances.",
	      .example = REC_EXAMPLE),
};

struct disclosure {
	struct money amount;
	struct money fee;
	struct decimal fee_percentage;
	struct decimal rate;
	struct money receive;
	const char *receive_currency;
	const char *delivery;
	struct money total;
};

static const struct field disclosure_fields[] = {
	FIELD(struct disclosure, amount, .name = "amount", .required = true, .example = "2000"),
	FIELD(struct disclosure, fee, .name = "fee", .required = true,
	      .doc = "For payments by QR code, the merchant pays the fee.", .example = "10"),
	FIELD(struct disclosure, fee_percentage, .name = "feePercentage", .required = true,
	      .example = "0.5"),
	FIELD(struct disclosure, rate, .name = "exchangeRate", .required = true,
	      .doc = "1 if no currency is converted.", .example = "10.17"),
	FIELD(struct disclosure, receive, .name = "receiveAmount", .required = true,
	      .example = "20340"),
	FIELD(struct disclosure, receive_currency, .name = "receiveCurrency", .required = true,
	      .example = "\"RSD\""),
	FIELD(struct disclosure, delivery, .name = "estimatedDelivery", .required = true,
	      .example = "\"2-4 business days\""),
	FIELD(struct disclosure, total, .name = "totalCost", .required = true,
	      .doc = "Amount debited from the bank account.", .example = "2010"),
};

struct remittance_body {
	const char *recipient;
	struct decimal amount;
	const char *currency;
	const char *bank_account;
};

static const struct field remittance_in_fields[] = {
	FIELD(struct remittance_body, recipient, .name = "recipientId", .required = true,
	      .example = REC_EXAMPLE),
	FIELD(struct remittance_body, amount, .name = "amount", .required = true,
	      .doc = "From 100 to 50000 NOK. " AMOUNT_DOC, .example = "2000"),
	FIELD(struct remittance_body, currency, .name = "currency", .fallback = RATE_BASE,
	      .doc = "NOK.", .example = "\"NOK\""),
	FIELD(struct remittance_body, bank_account, .name = "bankAccountId",
	      .doc = "Default: the primary account.", .example = "\"ba_0123456789abcdef\""),
};

struct qr_body {
	const char *merchant;
	struct decimal amount;
};

static const struct field qr_in_fields[] = {
	FIELD(struct qr_body, merchant, .name = "merchantId", .required = true,
	      .example = "\"mer_0123456789abcdef\""),
	FIELD(struct qr_body, amount, .name = "amount", .required = true,
	      .doc = "From 1 to 100000 NOK. " AMOUNT_DOC, .example = "129"),
};

/* Common part of both answers; each has its own fields in addition. */
struct paid {
	const char *id;
	enum drop_payment_type type;
	enum bank_order_status status;
	struct money amount;
	const char *currency;
	struct money receive;
	const char *receive_currency;
	struct decimal rate;
	struct money fee;
	struct decimal fee_percent;
	struct money total;
	const char *payee;
	const char *country;
	const char *merchant;
	const char *from_account;
	const char *eta;
	const char *authorization_url;
	struct instant created_at;
};

#define PAID_LAST_FIELDS                                                                        \
	FIELD(struct paid, from_account, .name = "fromAccount", .required = true,               \
	      .doc = "Name of the bank.", .example = "\"DNB\""),                                \
		FIELD(struct paid, authorization_url, .name = "authorizationUrl",               \
		      .doc = "Where the user authorises the payment, if the bank requires it; " \
			     "the payment is processing until then.",                           \
		      .example = "null")
static const struct field remittance_fields[] = {
	FIELD(struct paid, id, .name = "id", .required = true,
	      .example = "\"tx_rem_0123456789abcdef\""),
	FIELD(struct paid, type, .name = "type", .required = true,
	      .choices = drop_payment_type_words, .example = "\"remittance\""),
	FIELD(struct paid, status, .name = "status", .required = true,
	      .choices = bank_order_status_words, .example = "\"processing\""),
	FIELD(struct paid, amount, .name = "sendAmount", .required = true, .example = "2000"),
	FIELD(struct paid, currency, .name = "sendCurrency", .required = true,
	      .example = "\"NOK\""),
	FIELD(struct paid, receive, .name = "receiveAmount", .required = true, .example = "23400"),
	FIELD(struct paid, receive_currency, .name = "receiveCurrency", .required = true,
	      .example = "\"RSD\""),
	FIELD(struct paid, rate, .name = "exchangeRate", .required = true, .example = "11.7"),
	FIELD(struct paid, fee, .name = "fee", .required = true, .example = "10"),
	FIELD(struct paid, fee_percent, .name = "feePercent", .required = true, .example = "0.5"),
	FIELD(struct paid, total, .name = "total", .required = true,
	      .doc = "Amount debited from the bank account.", .example = "2010"),
	FIELD(struct paid, payee, .name = "recipientName", .required = true,
	      .example = "\"Mama Jasmina\""),
	FIELD(struct paid, country, .name = "recipientCountry", .required = true,
	      .example = "\"Serbia\""),
	PAID_LAST_FIELDS,
	FIELD(struct paid, eta, .name = "eta", .required = true,
	      .example = "\"2-4 business days\""),
	FIELD(struct paid, created_at, .name = "createdAt", .required = true),
};

static const struct field qr_fields[] = {
	FIELD(struct paid, id, .name = "id", .required = true,
	      .example = "\"tx_qr_0123456789abcdef\""),
	FIELD(struct paid, type, .name = "type", .required = true,
	      .choices = drop_payment_type_words, .example = "\"qr_payment\""),
	FIELD(struct paid, status, .name = "status", .required = true,
	      .choices = bank_order_status_words,
	      .doc = "completed, or processing until the bank has accepted the payment.",
	      .example = "\"completed\""),
	FIELD(struct paid, amount, .name = "amount", .required = true, .example = "129"),
	FIELD(struct paid, currency, .name = "currency", .required = true, .example = "\"NOK\""),
	FIELD(struct paid, fee, .name = "fee", .required = true,
	      .doc = "The merchant pays the fee.", .example = "1.29"),
	FIELD(struct paid, fee_percent, .name = "feePercent", .required = true, .example = "1"),
	FIELD(struct paid, payee, .name = "merchantName", .required = true,
	      .example = "\"Ahmetov Kebab\""),
	FIELD(struct paid, merchant, .name = "merchantId", .required = true,
	      .example = "\"mer_0123456789abcdef\""),
	PAID_LAST_FIELDS,
	FIELD(struct paid, created_at, .name = "createdAt", .required = true),
};

static const struct schema wish_in = SCHEMA(struct wish, "DisclosureRequest", wish_fields);
static const struct schema disclosure_out =
	SCHEMA(struct disclosure, "Disclosure", disclosure_fields);
static const struct schema remittance_in =
	SCHEMA(struct remittance_body, "RemittanceRequest", remittance_in_fields);
static const struct schema qr_in = SCHEMA(struct qr_body, "QrPaymentRequest", qr_in_fields);
static const struct schema remittance_out = SCHEMA(struct paid, "Remittance", remittance_fields);
static const struct schema qr_out = SCHEMA(struct paid, "QrPayment", qr_fields);

/* An amount in NOK, if it is valid. */
static enum err
read_amount(struct ctx *ctx, struct decimal amount, const char *currency, struct money *out)
{
	if (currency != NULL && strcmp(currency, RATE_BASE) != 0)
		return quote_refuse(ctx, "currency", "CORRIDOR", "must be " RATE_BASE);
	switch (money_from_decimal(out, amount, currency_find(RATE_BASE))) {
	case MONEY_OK:
		return ERR_OK;
	case MONEY_DECIMALS:
		return quote_refuse(ctx, "amount", "DECIMALS", "must have at most 2 decimals");
	case MONEY_NOT_A_NUMBER:
	case MONEY_OVERFLOW:
		break;
	}
	return quote_refuse(ctx, "amount", "RANGE", "is too large");
}

/* 0.005 is 0.5 %. */
static struct decimal
percent(struct decimal share)
{
	share.scale = (unsigned char)(share.scale - 2);
	return share;
}

static enum err
disclose(struct call *call, const void *in, void *out)
{
	const struct wish *wish = in;
	struct recipient recipient = {.currency = RATE_BASE, .country = "NO"};
	struct ctx *ctx = &call->ctx;
	struct money amount = {0, NULL};
	struct quote q;

	TRY(read_amount(ctx, wish->amount, wish->currency, &amount));
	if (wish->type == DROP_REMITTANCE) {
		if (wish->recipient == NULL)
			return quote_refuse(ctx, "recipientId", "REQUIRED", "is required");
		TRY(recipient_find(ctx, wish->recipient, &recipient));
	}
	TRY(quote_make(ctx, wish->type, recipient.recipient_id, amount, recipient.currency, &q));
	TRY(quote_keep(ctx, &q));
	*(struct disclosure *)out = (struct disclosure){
		.amount = q.amount,
		.fee = q.fee,
		.fee_percentage = percent(q.fee_share),
		.rate = q.rate,
		.receive = q.receive,
		.receive_currency = q.receive.currency->code,
		.delivery = drop_payment_delivery(q.type, recipient.country),
		.total = q.total,
	};
	return ERR_OK;
}

/* Record the order; the call to the bank follows. */
static enum err
begin(struct call *call, const struct drop_order *order)
{
	struct drop_payment *payment = arena_alloc(call->ctx.arena, sizeof(*payment));

	TRY(drop_payment_open(&call->ctx, order, payment));
	call->state = payment;
	call->opened = payment->drop_id;
	return ERR_OK;
}

static enum err
resume(struct call *call, const void *in)
{
	struct drop_payment *payment = arena_alloc(call->ctx.arena, sizeof(*payment));

	(void)in;
	call->state = payment;
	return drop_payment_resume(&call->ctx, call->opened, payment);
}

static enum err
begin_remittance(struct call *call, const void *in, void *out)
{
	const struct remittance_body *body = in;
	struct drop_order order = {.recipient = body->recipient,
				   .bank_account = body->bank_account};

	(void)out;
	TRY(read_amount(&call->ctx, body->amount, body->currency, &order.amount));
	return begin(call, &order);
}

static enum err
begin_qr_payment(struct call *call, const void *in, void *out)
{
	const struct qr_body *body = in;
	struct drop_order order = {.merchant = body->merchant};

	(void)out;
	TRY(read_amount(&call->ctx, body->amount, NULL, &order.amount));
	return begin(call, &order);
}

static void
pay(struct call *call)
{
	drop_payment_call(&call->ctx, call->state);
}

static struct paid
show(const struct drop_payment *p)
{
	return (struct paid){
		.id = p->drop_id,
		.type = p->type,
		.status = p->status,
		.amount = p->amount,
		.currency = p->amount.currency->code,
		.receive = p->receive,
		.receive_currency = p->receive.currency->code,
		.rate = p->rate,
		.fee = p->fee,
		.fee_percent = percent(fee_share(p->type)),
		.total = p->total,
		.payee = p->payee_name,
		.country = corridor_country_name(p->payee_country),
		.merchant = p->merchant,
		.from_account = p->from_account,
		.eta = drop_payment_delivery(p->type, p->payee_country),
		.authorization_url = p->bank.sca_url,
		.created_at = p->created_at,
	};
}

static enum err
finish(struct call *call, const void *in, void *out)
{
	struct drop_payment *payment = call->state;

	(void)in;
	TRY(drop_payment_close(&call->ctx, payment));
	if (payment->status == BANK_ORDER_FAILED) {
		(void)drop_payment_refusal(&call->ctx, payment);
		return call_refuse(call);
	}
	*(struct paid *)out = show(payment);
	return ERR_OK;
}

const struct route drop_pay[] = {
	{POST, "/api/transactions/disclosure",
	 "Retrieve the cost of a payment and the amount received",
	 "A remittance of the same amount to the same recipient within 60 seconds uses the rate "
	 "shown.",
	 disclose, .in = &wish_in, .out = &disclosure_out, .reply.no_envelope = true,
	 .docs.errors = {404}, .access = ACCESS_COOKIE, .effect = EFFECT_WRITE, .status = 200,
	 .docs.tag = "Transactions"},
	{POST, "/api/transactions/remittance", "Create a remittance",
	 "Requires a verified identity. The amount and the fee of 0.5 % are debited from the bank "
	 "account. The remittance is processing until the bank has settled it; the user is then "
	 "notified. If the bank rejects it, nothing is debited.",
	 begin_remittance, .outside.call = pay, .outside.finish = finish, .outside.resume = resume,
	 .in = &remittance_in, .out = &remittance_out, .body.violations_are_400 = true,
	 .docs.errors = {402, 404}, .access = ACCESS_COOKIE, .effect = EFFECT_CALL,
	 .limits.per_address = CALLS_PER_MINUTE, .status = 201, .docs.tag = "Transactions"},
	{POST, "/api/transactions/qr-payment", "Pay a merchant by QR code",
	 "Debits the amount from the primary bank account; the merchant pays the fee of 1 %. The "
	 "payment is completed when the bank has accepted it. If the bank does not answer in time, "
	 "or requires authorisation, the payment is processing until the outcome is known, and is "
	 "never made twice.",
	 begin_qr_payment, .outside.call = pay, .outside.finish = finish, .outside.resume = resume,
	 .in = &qr_in, .out = &qr_out, .body.violations_are_400 = true, .docs.errors = {402, 404},
	 .access = ACCESS_COOKIE, .effect = EFFECT_CALL, .limits.per_address = CALLS_PER_MINUTE,
	 .status = 201, .docs.tag = "Transactions"},
	{0},
};
