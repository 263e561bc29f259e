/* Merchants: registration, QR code, turnover and payments. */
#include "app/merchant/merchant.h"

#include "api/drop/drop.h"
#include "api/negotiate.h"
#include "api/page.h"
#include "app/merchant/payout.h"
#include "app/paper/qr.h"

static const char *const registered_statuses[] = {"active", NULL};

enum { USUAL_LIMIT = 20 };

static const struct field register_fields[] = {
	FIELD(struct merchant_order, business_name, .name = "businessName", .required = true,
	      .format = "name", .example = "\"Ahmetov Kebab\""),
	FIELD(struct merchant_order, org_number, .name = "orgNumber", .required = true,
	      .format = "org_number",
	      .doc = "Number in the business register; unique among merchants.",
	      .example = "\"923609016\""),
	FIELD(struct merchant_order, address, .name = "address", .max = 300,
	      .doc = "HTML is removed.", .example = "\"Storgata 1, 0155 Oslo\""),
	FIELD(struct merchant_order, bank_account, .name = "bankAccount", .required = true,
	      .min = 11, .max = 40,
	      .doc = "Account for payouts: a Norwegian account number, or its IBAN.",
	      .example = "\"8601.11.17947\""),
};

struct registered {
	struct merchant merchant;
	const char *qr_code;
};

static const struct field registered_fields[] = {
	FIELD(struct registered, merchant.drop_id, .name = "id", .required = true,
	      .example = "\"mer_0123456789abcdef\""),
	FIELD(struct registered, merchant.business_name, .name = "businessName", .required = true,
	      .example = "\"Ahmetov Kebab\""),
	FIELD(struct registered, merchant.org_number, .name = "orgNumber", .required = true,
	      .example = "\"923609016\""),
	FIELD(struct registered, merchant.address, .name = "address", .keep_null = true,
	      .example = "\"Storgata 1, 0155 Oslo\""),
	FIELD(struct registered, qr_code, .name = "qrCode", .required = true,
	      .doc = "Content of the QR code.", .example = "\"drop://pay/mer_0123456789abcdef\""),
	FIELD(struct registered, merchant.status, .name = "status", .choices = registered_statuses,
	      .required = true, .example = "\"active\""),
	FIELD(struct registered, merchant.created_at, .name = "createdAt", .required = true),
};

struct qr {
	struct merchant merchant;
	const char *value;
};

static const struct field qr_fields[] = {
	FIELD(struct qr, merchant.drop_id, .name = "merchantId", .required = true,
	      .example = "\"mer_0123456789abcdef\""),
	FIELD(struct qr, merchant.business_name, .name = "businessName", .required = true,
	      .example = "\"Ahmetov Kebab\""),
	FIELD(struct qr, value, .name = "qrValue", .required = true,
	      .example = "\"drop://pay/mer_0123456789abcdef\""),
	FIELD(struct qr, merchant.address, .name = "address", .keep_null = true,
	      .example = "\"Storgata 1, 0155 Oslo\""),
};

static const char *const periods[] = {"today", "week", "month", NULL};
static const char *const period_units[] = {"day", "week", "month", NULL};

struct dashboard_query {
	const char *period;
};

static const struct field dashboard_query_fields[] = {
	FIELD(struct dashboard_query, period, .name = "period", .choices = periods,
	      .choice_values = period_units, .fallback = "day",
	      .doc = "Period to sum: today, this week (from Monday) or this month, in UTC. "
		     "Default: today.",
	      .example = "\"today\""),
};

struct dashboard {
	struct turnover turnover;
	struct instant payout_time;
};

static const struct field dashboard_fields[] = {
	FIELD(struct dashboard, turnover.revenue, .name = "revenue", .required = true,
	      .doc = "Payments received, in NOK."),
	FIELD(struct dashboard, turnover.count, .name = "transactionCount", .required = true,
	      .example = "12"),
	FIELD(struct dashboard, turnover.fees, .name = "fees", .required = true),
	FIELD(struct dashboard, turnover.net, .name = "netRevenue", .required = true),
	FIELD(struct dashboard, turnover.due, .name = "nextPayout", .required = true,
	      .doc = "Amount to be paid out, of all periods."),
	FIELD(struct dashboard, payout_time, .name = "payoutTime", .required = true,
	      .doc = "Time of the next payout, which includes everything that the bank has settled "
		     "by then."),
};

struct payments_query {
	struct number_query page;
};

static const struct field payments_query_fields[] = {LIMIT_FIELDS(struct payments_query, 20, 50)};

static const struct field payment_fields[] = {
	FIELD(struct merchant_payment, drop_id, .name = "id", .required = true,
	      .example = "\"tx_qr_0123456789abcdef\""),
	FIELD(struct merchant_payment, status, .name = "status", .choices = bank_order_status_words,
	      .required = true, .doc = "processing, completed or failed.",
	      .example = "\"completed\""),
	FIELD(struct merchant_payment, amount, .name = "amount", .required = true,
	      .doc = "Amount paid, in NOK."),
	FIELD(struct merchant_payment, fee, .name = "fee", .required = true),
	FIELD(struct merchant_payment, net, .name = "netAmount", .required = true),
	FIELD(struct merchant_payment, customer, .name = "customerName", .required = true,
	      .example = "\"Jane D.\""),
	FIELD(struct merchant_payment, created_at, .name = "createdAt", .required = true),
	FIELD(struct merchant_payment, completed_at, .name = "completedAt", .keep_null = true),
};

static const struct schema register_in =
	SCHEMA(struct merchant_order, "MerchantRequest", register_fields);
static const struct schema registered_out =
	SCHEMA(struct registered, "Merchant", registered_fields);
static const struct schema qr_out = SCHEMA(struct qr, "MerchantQr", qr_fields);
static const struct schema dashboard_query =
	SCHEMA(struct dashboard_query, "DashboardQuery", dashboard_query_fields);
static const struct schema dashboard_out =
	SCHEMA(struct dashboard, "MerchantDashboard", dashboard_fields);
static const struct schema payments_query =
	SCHEMA(struct payments_query, "MerchantPaymentsQuery", payments_query_fields);
static const struct schema payment_out =
	SCHEMA(struct merchant_payment, "MerchantPayment", payment_fields);

static enum err
register_merchant(struct call *call, const void *in, void *out)
{
	struct registered *reply = out;

	TRY(merchant_register(&call->ctx, in, &reply->merchant));
	reply->qr_code = merchant_qr_value(call->ctx.arena, &reply->merchant);
	return ERR_OK;
}

static enum err
get_qr(struct call *call, const void *in, void *out)
{
	struct qr *reply = out;

	(void)in;
	TRY(merchant_own(&call->ctx, &reply->merchant));
	reply->value = merchant_qr_value(call->ctx.arena, &reply->merchant);
	return ERR_OK;
}

static enum err
write_svg(struct call *call, const void *out, struct bytes *body)
{
	return qr_svg(&call->ctx, ((const struct qr *)out)->value, body);
}

static enum err
get_dashboard(struct call *call, const void *in, void *out)
{
	const struct dashboard_query *query = call->query;
	struct dashboard *reply = out;
	struct merchant merchant;

	(void)in;
	TRY(merchant_own(&call->ctx, &merchant));
	reply->payout_time = payout_hour_after(&call->ctx, call->ctx.now);
	return merchant_turnover(&call->ctx, &merchant, query->period, &reply->turnover);
}

static enum err
list_payments(struct call *call, const void *in, void *out)
{
	struct payments_query *query = call->query;
	struct merchant merchant;
	struct list found;
	int64_t total = 0;

	(void)in;
	number_usual(&query->page, USUAL_LIMIT);
	TRY(merchant_own(&call->ctx, &merchant));
	TRY(merchant_payments(&call->ctx, &merchant, number_most(&query->page),
			      number_skip(&query->page), (struct merchant_payment **)&found.items,
			      &found.count, &total));
	page_fill_numbered(call, out, &query->page, found, total, sizeof(struct merchant_payment),
			   offsetof(struct merchant_payment, drop_payment_id));
	return ERR_OK;
}

static const struct rendering renderings[] = {
	{"image/svg+xml", "The QR code.", .write = write_svg},
	{0},
};

const struct route drop_merchants[] = {
	{POST, "/api/merchants/register", "Register as a merchant",
	 "Once per user; the role becomes merchant. 409 if the number is already registered.",
	 register_merchant, .in = &register_in, .out = &registered_out, .access = ACCESS_COOKIE,
	 .effect = EFFECT_WRITE, .status = 201, .docs.tag = "Merchants"},
	{GET, "/api/merchants/dashboard", "Retrieve the merchant's turnover", "Merchants only.",
	 get_dashboard, .query = &dashboard_query, .out = &dashboard_out, .access = ACCESS_COOKIE,
	 .stale = true, .status = 200, .docs.tag = "Merchants"},
	{GET, "/api/merchants/qr", "Retrieve the merchant's QR code", "Merchants only.", get_qr,
	 .out = &qr_out, .reply.renderings = renderings, .access = ACCESS_COOKIE, .status = 200,
	 .docs.tag = "Merchants"},
	{GET, "/api/merchants/transactions", "List payments to the merchant",
	 "Merchants only. Newest first.", list_payments, .query = &payments_query,
	 .out = &payment_out, .reply.list = true, .reply.numbered = true, .access = ACCESS_COOKIE,
	 .stale = true, .status = 200, .docs.tag = "Merchants"},
	{0},
};
