/* Vouchers: issued, redeemed, listed. */
#include "app/voucher/voucher.h"

#include "api/moolah/moolah.h"
#include "api/moolah/voucher.h"
#include "app/voucher/code.h"
#include "base/arena.h"

enum { LIMIT_DEFAULT = 50, LIMIT_MAX = 100, PAGE_MAX = 1000000, REDEMPTIONS_MOST = 1000000 };

/* A voucher in the format of this dialect. */
struct voucher_view {
	int64_t id;
	const char *code;
	const char *display_code;
	const char *reference;
	const char *easypay_code;
	const char *easypay_display;
	const char *original;
	const char *balance;
	const char *refunded;
	enum voucher_status status;
	enum voucher_type type;
	const char *issued_to;
	int64_t max_redemptions;
	int64_t redemptions;
	struct instant expires_at;
	struct instant created_at;
	struct instant updated_at;
	struct receipt_view receipt;
};

static const struct field view_fields[] = {
	FIELD(struct voucher_view, id, .name = "id", .required = true, .example = "1"),
	FIELD(struct voucher_view, code, .name = "voucherCode", .keep_null = true,
	      .doc = "16 digits. Anyone who has them can redeem the voucher. null until an EasyPay "
		     "voucher is paid for, and for callers who know only the reference or the "
		     "EasyPay number.",
	      .example = CODE_EXAMPLE),
	FIELD(struct voucher_view, display_code, .name = "displayCode", .keep_null = true,
	      .doc = "The code in groups.", .example = "\"1093 2371 6105 6639\""),
	FIELD(struct voucher_view, reference, .name = "voucherReference", .keep_null = true,
	      .doc = "null until an EasyPay voucher is paid for.", .example = REFERENCE_EXAMPLE),
	FIELD(struct voucher_view, easypay_code, .name = "easyPayCode", .keep_null = true,
	      .doc = "Only for EasyPay vouchers: the number to pay for in cash at a till.",
	      .example = EASYPAY_EXAMPLE),
	FIELD(struct voucher_view, easypay_display, .name = "easyPayDisplayCode", .keep_null = true,
	      .example = "\"9 1234 6042 6333 9\""),
	FIELD(struct voucher_view, original, .name = "originalAmount", .required = true,
	      .example = AMOUNT_EXAMPLE),
	FIELD(struct voucher_view, balance, .name = "balance", .required = true,
	      .example = AMOUNT_EXAMPLE),
	FIELD(struct voucher_view, refunded, .name = "refundedAmount", .required = true,
	      .doc = "Amount returned to the issuer's wallet.", .example = "\"0.00\""),
	FIELD(struct voucher_view, status, .name = "status", .choices = voucher_status_words,
	      .required = true, .doc = "pending_payment, active, redeemed, expired or cancelled.",
	      .example = "\"active\""),
	FIELD(struct voucher_view, type, .name = "voucherType", .choices = voucher_type_words,
	      .required = true,
	      .doc = "standard, premium, business, easypay_pending or easypay_active.",
	      .example = "\"standard\""),
	FIELD(struct voucher_view, issued_to, .name = "issuedTo", .keep_null = true,
	      .example = "\"user@example.com\""),
	FIELD(struct voucher_view, max_redemptions, .name = "maxRedemptions", .keep_null = true,
	      .doc = "null: unlimited while there is a balance.", .example = "1"),
	FIELD(struct voucher_view, redemptions, .name = "redemptionCount", .required = true,
	      .example = "0"),
	FIELD(struct voucher_view, expires_at, .name = "expiresAt", .required = true),
	FIELD(struct voucher_view, created_at, .name = "createdAt", .required = true),
	FIELD(struct voucher_view, updated_at, .name = "updatedAt", .required = true),
	FIELD(struct voucher_view, receipt.code, .name = "voucher_code",
	      .doc = "Only for a voucher just issued: the code again.", .example = CODE_EXAMPLE),
	RECEIPT_FIELDS(struct voucher_view, false),
};

static const struct schema view_out = SCHEMA(struct voucher_view, "Voucher", view_fields);

struct receipt_view
receipt_view(struct call *call, const struct voucher_receipt *receipt)
{
	return (struct receipt_view){
		.wallet_balance = amount_text(call, receipt->wallet_balance),
		.transaction_id = moolah_transaction_id(call->ctx.arena, receipt->posted_at,
							receipt->transaction),
	};
}

const char *
amount_text(struct call *call, struct money amount)
{
	return money_text(arena_alloc(call->ctx.arena, MONEY_TEXT_MAX), amount);
}

enum err
voucher_path_id(struct call *call, int64_t *id)
{
	if (integer_parse(id, call->params[0].text) && *id > 0)
		return ERR_OK;
	return fault(&call->ctx.fault, ERR_VOUCHER_NOT_FOUND, NULL, NULL);
}

static struct voucher_view
view_of(struct call *call, const struct voucher *v)
{
	bool pending = v->type == VOUCHER_EASYPAY_PENDING;

	return (struct voucher_view){
		.id = v->voucher_id,
		.code = v->code,
		.display_code = voucher_code_display(call->ctx.arena, v->code),
		.reference = pending ? NULL : v->reference,
		.easypay_code = v->easypay_number,
		.easypay_display = easypay_number_display(call->ctx.arena, v->easypay_number),
		.original = amount_text(call, v->original),
		.balance = amount_text(call, v->balance),
		.refunded = amount_text(call, v->refunded),
		.status = v->status,
		.type = v->type,
		.issued_to = v->issued_to,
		.max_redemptions = v->max_redemptions,
		.redemptions = v->redemptions,
		.expires_at = v->expires_at,
		.created_at = v->created_at,
		.updated_at = v->updated_at,
	};
}

struct list_query {
	enum voucher_status status;
	int64_t page;
	int64_t limit;
};

static const char *const statuses[] = {"pending", "pending_payment", "active", "redeemed",
				       "expired", "cancelled",       NULL};
static const char *const status_values[] = {
	"pending_payment", "pending_payment", "active", "redeemed", "expired", "cancelled", NULL};

#define PAGING                                                                                  \
	FIELD(struct list_query, page, .name = "page", .lower_bound = true, .min = 1,           \
	      .max = PAGE_MAX, .doc = "From 1.", .example = "1"),                               \
		FIELD(struct list_query, limit, .name = "limit", .lower_bound = true, .min = 1, \
		      .max = LIMIT_MAX, .doc = "Vouchers per page. Default: 50.", .example = "50")

static const struct field list_fields[] = {
	FIELD(struct list_query, status, .name = "status", .choices = statuses,
	      .choice_values = status_values, .words = voucher_status_words,
	      .example = "\"pending\""),
	PAGING,
};
static const struct field paging_fields[] = {PAGING};

static const struct schema list_in = SCHEMA(struct list_query, "VoucherListQuery", list_fields);
static const struct schema paging_in = SCHEMA(struct list_query, "VoucherPageQuery", paging_fields);

struct pagination {
	int64_t current;
	int64_t per_page;
	int64_t total;
	int64_t pages;
};

static const struct field pagination_fields[] = {
	FIELD(struct pagination, current, .name = "currentPage", .required = true, .example = "1"),
	FIELD(struct pagination, per_page, .name = "itemsPerPage", .required = true,
	      .example = "50"),
	FIELD(struct pagination, total, .name = "totalItems", .required = true, .example = "1"),
	FIELD(struct pagination, pages, .name = "totalPages", .required = true, .example = "1"),
};

static const struct schema pagination_out =
	SCHEMA(struct pagination, "VoucherPagination", pagination_fields);

struct voucher_page {
	struct list vouchers;
	struct pagination pagination;
};

static const struct field page_fields[] = {
	FIELD(struct voucher_page, vouchers, .name = "vouchers", .required = true,
	      .sub = &view_out),
	FIELD(struct voucher_page, pagination, .name = "pagination", .required = true,
	      .sub = &pagination_out),
};

static const struct schema page_out = SCHEMA(struct voucher_page, "Vouchers", page_fields);

static enum err
list(struct call *call, enum voucher_status status, struct voucher_page *out)
{
	const struct list_query *query = call->query;
	int64_t limit = query->limit > 0 ? query->limit : LIMIT_DEFAULT;
	int64_t page = query->page > 0 ? query->page : 1;
	struct voucher_view *views;
	struct list found;
	int64_t total;

	TRY(voucher_list(&call->ctx, status, limit, (page - 1) * limit, &found, &total));
	views = arena_array(call->ctx.arena, found.count, sizeof(*views));
	for (size_t i = 0; i < found.count; i++)
		views[i] = view_of(call, (const struct voucher *)found.items + i);
	out->vouchers = (struct list){views, found.count};
	out->pagination = (struct pagination){page, limit, total, (total + limit - 1) / limit};
	return ERR_OK;
}

static enum err
list_all(struct call *call, const void *in, void *out)
{
	(void)in;
	return list(call, ((const struct list_query *)call->query)->status, out);
}

static enum err
list_active(struct call *call, const void *in, void *out)
{
	(void)in;
	return list(call, VOUCHER_ACTIVE, out);
}

static enum err
list_redeemed(struct call *call, const void *in, void *out)
{
	(void)in;
	return list(call, VOUCHER_REDEEMED, out);
}

struct sum_view {
	int64_t count;
	const char *value;
};

struct summary_view {
	struct sum_view active;
	struct sum_view pending;
	struct sum_view redeemed;
	struct sum_view total;
};

static const struct field sum_fields[] = {
	FIELD(struct sum_view, count, .name = "count", .required = true, .example = "3"),
	FIELD(struct sum_view, value, .name = "value", .required = true, .example = "\"2600.00\""),
};

static const struct schema sum_out = SCHEMA(struct sum_view, "VoucherSum", sum_fields);

static const struct field summary_fields[] = {
	FIELD(struct summary_view, active, .name = "active", .sub = &sum_out,
	      .doc = "Remaining balance of active vouchers."),
	FIELD(struct summary_view, pending, .name = "pending", .sub = &sum_out,
	      .doc = "Amount for which pending vouchers were issued."),
	FIELD(struct summary_view, redeemed, .name = "redeemed", .sub = &sum_out,
	      .doc = "Amount for which pending vouchers were issued."),
	FIELD(struct summary_view, total, .name = "total", .sub = &sum_out,
	      .doc = "Sum of all three."),
};

static const struct schema summary_out =
	SCHEMA(struct summary_view, "VoucherSummary", summary_fields);

static struct sum_view
sum_view(struct call *call, const struct voucher_sum *sum)
{
	char *value = arena_alloc(call->ctx.arena, MONEY_TEXT_MAX);

	return (struct sum_view){sum->count, total_text(value, sum->value)};
}

static enum err
summarise(struct call *call, const void *in, void *out)
{
	struct voucher_summary summary;

	(void)in;
	TRY(voucher_summary(&call->ctx, &summary));
	*(struct summary_view *)out = (struct summary_view){
		sum_view(call, &summary.active),
		sum_view(call, &summary.pending),
		sum_view(call, &summary.redeemed),
		sum_view(call, &summary.total),
	};
	return ERR_OK;
}

static const char *const types[] = {"standard", "premium", "business", "mm_voucher", NULL};
static const char *const type_values[] = {"standard", "premium", "business", "standard", NULL};

static const struct field order_fields[] = {
	FIELD(struct voucher_order, amount, .name = "original_amount", .required = true,
	      .doc = "5 to 4000 ZAR.", .example = "500"),
	ISSUED_TO,
	FIELD(struct voucher_order, type, .name = "voucher_type", .choices = types,
	      .choice_values = type_values, .words = voucher_type_words, .fallback = "standard",
	      .doc = "mm_voucher is an alias of standard.", .example = "\"standard\""),
	FIELD(struct voucher_order, max_redemptions, .name = "max_redemptions", .lower_bound = true,
	      .min = 1, .max = REDEMPTIONS_MOST,
	      .doc = "How often the voucher can be redeemed, each time for any part of its "
		     "balance. Default: unlimited while there is a balance. After the last "
		     "redemption the rest is returned to your wallet at once.",
	      .example = "1"),
};

static const struct schema order_in = SCHEMA(struct voucher_order, "VoucherRequest", order_fields);

static enum err
issue(struct call *call, const void *in, void *out)
{
	struct voucher_view *view = out;
	struct voucher_receipt receipt;
	struct voucher voucher = {0};

	TRY(voucher_issue(&call->ctx, in, &voucher, &receipt));
	*view = view_of(call, &voucher);
	view->receipt = receipt_view(call, &receipt);
	view->receipt.code = voucher.code;
	return ERR_OK;
}

#define PARTY_MAX 100

static const struct field redeem_fields[] = {
	FIELD(struct redemption_order, code, .name = "voucher_code", .required = true, .min = 1,
	      .max = 64, .doc = "The 16 digits, with or without spaces.", .example = CODE_EXAMPLE),
	FIELD(struct redemption_order, amount, .name = "amount",
	      .doc = "The full remaining balance if null or absent.", .example = "250"),
	FIELD(struct redemption_order, redeemer, .name = "redeemer_id", .text = TEXT_CODE,
	      .max = PARTY_MAX, .doc = "Informational only.", .example = "\"user123\""),
	FIELD(struct redemption_order, merchant, .name = "merchant_id", .text = TEXT_CODE, .min = 1,
	      .max = PARTY_MAX,
	      .doc = "The merchant to pay, if the operator has registered it. An unregistered one "
		     "is informational only: the service provider is paid if registered, otherwise "
		     "the money goes to your wallet.",
	      .example = "\"MERCHANT123\""),
	FIELD(struct redemption_order, service_provider, .name = "service_provider_id",
	      .text = TEXT_CODE, .min = 1, .max = PARTY_MAX, .example = "\"SP123\""),
};

static const struct schema redeem_in =
	SCHEMA(struct redemption_order, "RedemptionRequest", redeem_fields);

struct redeemed_view {
	int64_t voucher_id;
	const char *amount;
	const char *balance;
	int64_t redemptions;
	enum voucher_status status;
	enum paid_to paid_to;
	struct receipt_view receipt;
};

static const struct field redeemed_fields[] = {
	FIELD(struct redeemed_view, voucher_id, .name = "voucher_id", .required = true,
	      .example = "1"),
	FIELD(struct redeemed_view, amount, .name = "redeemed_amount", .required = true,
	      .example = "\"250.00\""),
	FIELD(struct redeemed_view, balance, .name = "remaining_balance", .required = true,
	      .example = "\"250.00\""),
	FIELD(struct redeemed_view, redemptions, .name = "redemption_count", .required = true,
	      .example = "1"),
	FIELD(struct redeemed_view, status, .name = "status", .choices = voucher_status_words,
	      .required = true, .doc = "Current status of the voucher: active or redeemed.",
	      .example = "\"active\""),
	FIELD(struct redeemed_view, paid_to, .name = "paid_to", .choices = paid_to_words,
	      .required = true,
	      .doc = "Where the money was paid: wallet, merchant or service_provider.",
	      .example = "\"wallet\""),
	FIELD(struct redeemed_view, receipt.code, .name = "voucher_code", .required = true,
	      .example = CODE_EXAMPLE),
	RECEIPT_FIELDS(struct redeemed_view, true),
};

static const struct schema redeemed_out =
	SCHEMA(struct redeemed_view, "Redemption", redeemed_fields);

static enum err
redeem(struct call *call, const void *in, void *out)
{
	struct redeemed_view *view = out;
	struct redeemed redeemed = {.code = NULL};
	const struct voucher *voucher = &redeemed.voucher;
	bool guessed;

	TRY(voucher_redeem(&call->ctx, in, &redeemed, &guessed));
	if (guessed)
		return call_refuse(call);
	*view = (struct redeemed_view){
		.voucher_id = voucher->voucher_id,
		.amount = amount_text(call, redeemed.amount),
		.balance = amount_text(call, voucher->balance),
		.redemptions = voucher->redemptions,
		.status = voucher->status,
		.paid_to = redeemed.paid_to,
		.receipt = receipt_view(call, &redeemed.receipt),
	};
	view->receipt.code = redeemed.code;
	return ERR_OK;
}

static enum err
get_by_code(struct call *call, const void *in, void *out)
{
	struct voucher voucher = {0};

	(void)in;
	TRY(voucher_by_code(&call->ctx, call->params[0].text, &voucher));
	*(struct voucher_view *)out = view_of(call, &voucher);
	return ERR_OK;
}

struct redemption_view {
	int64_t number;
	const char *amount;
	const char *redeemer;
	const char *merchant;
	const char *service_provider;
	struct instant at;
};

static const struct field redemption_fields[] = {
	FIELD(struct redemption_view, number, .name = "number", .required = true, .example = "1"),
	FIELD(struct redemption_view, amount, .name = "amount", .required = true,
	      .example = "\"250.00\""),
	FIELD(struct redemption_view, redeemer, .name = "redeemer_id", .keep_null = true,
	      .example = "\"user123\""),
	FIELD(struct redemption_view, merchant, .name = "merchant_id", .keep_null = true,
	      .example = "\"MERCHANT123\""),
	FIELD(struct redemption_view, service_provider, .name = "service_provider_id",
	      .keep_null = true, .example = "\"SP123\""),
	FIELD(struct redemption_view, at, .name = "redeemed_at", .required = true),
};

static const struct schema redemption_out =
	SCHEMA(struct redemption_view, "VoucherRedemption", redemption_fields);

struct history_view {
	int64_t voucher_id;
	const char *code;
	int64_t redemptions;
	int64_t max_redemptions;
	enum voucher_status status;
	const char *refunded;
	struct list items;
};

static const struct field history_fields[] = {
	FIELD(struct history_view, voucher_id, .name = "voucher_id", .required = true,
	      .example = "1"),
	FIELD(struct history_view, code, .name = "voucher_code", .keep_null = true,
	      .example = CODE_EXAMPLE),
	FIELD(struct history_view, redemptions, .name = "redemption_count", .required = true,
	      .example = "1"),
	FIELD(struct history_view, max_redemptions, .name = "max_redemptions", .keep_null = true,
	      .example = "1"),
	FIELD(struct history_view, status, .name = "status", .choices = voucher_status_words,
	      .required = true, .example = "\"active\""),
	FIELD(struct history_view, refunded, .name = "refunded_amount", .required = true,
	      .doc = "Amount returned to your wallet.", .example = "\"0.00\""),
	FIELD(struct history_view, items, .name = "redemptions", .required = true,
	      .sub = &redemption_out, .doc = "The latest 100 redemptions."),
};

static const struct schema history_out =
	SCHEMA(struct history_view, "VoucherRedemptions", history_fields);

static enum err
get_redemptions(struct call *call, const void *in, void *out)
{
	struct redemption_view *views;
	struct voucher voucher = {0};
	struct list found;
	int64_t id;

	(void)in;
	TRY(voucher_path_id(call, &id));
	TRY(voucher_of_issuer(&call->ctx, id, &voucher));
	TRY(voucher_redemptions(&call->ctx, id, &found));
	views = arena_array(call->ctx.arena, found.count, sizeof(*views));
	for (size_t i = 0; i < found.count; i++) {
		const struct redemption *r = (const struct redemption *)found.items + i;

		views[i] = (struct redemption_view){
			r->number,   amount_text(call, r->amount), r->redeemer,
			r->merchant, r->service_provider,          r->created_at,
		};
	}
	*(struct history_view *)out = (struct history_view){
		.voucher_id = id,
		.code = voucher.code,
		.redemptions = voucher.redemptions,
		.max_redemptions = voucher.max_redemptions,
		.status = voucher.status,
		.refunded = amount_text(call, voucher.refunded),
		.items = {views, found.count},
	};
	return ERR_OK;
}

const struct route moolah_vouchers[] = {
	{GET, "/api/v1/vouchers", "List your vouchers, newest first", NULL, list_all,
	 .query = &list_in, .out = &page_out, .access = ACCESS_USER, .stale = true, .status = 200,
	 .docs.tag = "Vouchers"},
	{GET, "/api/v1/vouchers/active", "List active vouchers", NULL, list_active,
	 .query = &paging_in, .out = &page_out, .access = ACCESS_USER, .status = 200,
	 .docs.tag = "Vouchers"},
	{GET, "/api/v1/vouchers/redeemed", "List redeemed vouchers", NULL, list_redeemed,
	 .query = &paging_in, .out = &page_out, .access = ACCESS_USER, .stale = true, .status = 200,
	 .docs.tag = "Vouchers"},
	{GET, "/api/v1/vouchers/balance-summary", "Retrieve the total value of your vouchers", NULL,
	 summarise, .out = &summary_out, .access = ACCESS_USER, .status = 200,
	 .docs.tag = "Vouchers"},
	{POST, "/api/v1/vouchers/issue", "Issue a voucher from your ZAR wallet",
	 "The voucher can be redeemed at once, for 12 months; after that, the rest is returned to "
	 "your wallet.",
	 issue, .in = &order_in, .out = &view_out, .access = ACCESS_USER, .effect = EFFECT_WRITE,
	 .reply.message = "Voucher issued successfully", .status = 201, .docs.tag = "Vouchers"},
	{POST, "/api/v1/vouchers/redeem", "Redeem a voucher in full or in part",
	 "Only the 16-digit code can be redeemed. After ten wrong codes within 15 minutes the "
	 "answer is 429.",
	 redeem, .in = &redeem_in, .out = &redeemed_out, .access = ACCESS_USER,
	 .effect = EFFECT_WRITE, .docs.errors = {429},
	 .reply.message = "Voucher redeemed successfully", .status = 200, .docs.not_found = true,
	 .docs.tag = "Vouchers"},
	{GET, "/api/v1/vouchers/code/{code:word}",
	 "Retrieve a voucher by code, reference or EasyPay number",
	 "Wrong codes count as in redemptions.", get_by_code, .out = &view_out,
	 .access = ACCESS_USER, .docs.errors = {429}, .status = 200, .docs.tag = "Vouchers"},
	{GET, "/api/v1/vouchers/{id:word}/redemptions", "List the redemptions of a voucher", NULL,
	 get_redemptions, .out = &history_out, .access = ACCESS_USER, .status = 200,
	 .docs.tag = "Vouchers"},
	{0},
};
