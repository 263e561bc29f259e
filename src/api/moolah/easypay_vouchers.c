/* Vouchers paid for in cash at a till: issued, settled by the network, cancelled. */
#include "api/moolah/moolah.h"
#include "api/moolah/voucher.h"
#include "app/voucher/code.h"
#include "app/voucher/voucher.h"
#include "base/arena.h"

static const struct field easypay_order_fields[] = {
	FIELD(struct voucher_order, amount, .name = "original_amount", .required = true,
	      .doc = "50 to 4000 ZAR.", .example = "500"),
	ISSUED_TO,
};

static const struct schema easypay_order_in =
	SCHEMA(struct voucher_order, "EasyPayVoucherRequest", easypay_order_fields);

struct easypay_view {
	int64_t id;
	const char *easypay_code;
	const char *display;
	const char *amount;
	struct instant expires_at;
	bool sms_sent;
	struct receipt_view receipt;
};

static const struct field easypay_fields[] = {
	FIELD(struct easypay_view, id, .name = "id", .required = true, .example = "1"),
	FIELD(struct easypay_view, easypay_code, .name = "easypay_code", .required = true,
	      .example = EASYPAY_EXAMPLE),
	FIELD(struct easypay_view, display, .name = "display_code", .required = true,
	      .example = "\"9 1234 6042 6333 9\""),
	FIELD(struct easypay_view, amount, .name = "amount", .required = true,
	      .example = AMOUNT_EXAMPLE),
	FIELD(struct easypay_view, expires_at, .name = "expires_at", .required = true),
	FIELD(struct easypay_view, sms_sent, .name = "sms_sent", .required = true,
	      .doc = "Always false.", .example = "false"),
	RECEIPT_FIELDS(struct easypay_view, true),
};

static const struct schema easypay_out =
	SCHEMA(struct easypay_view, "EasyPayVoucher", easypay_fields);

static enum err
issue_easypay(struct call *call, const void *in, void *out)
{
	struct voucher_order order = *(const struct voucher_order *)in;
	struct voucher_receipt receipt;
	struct voucher voucher = {0};

	order.type = VOUCHER_EASYPAY_PENDING;
	TRY(voucher_issue(&call->ctx, &order, &voucher, &receipt));
	*(struct easypay_view *)out = (struct easypay_view){
		.id = voucher.voucher_id,
		.easypay_code = voucher.easypay_number,
		.display = easypay_number_display(call->ctx.arena, voucher.easypay_number),
		.amount = amount_text(call, voucher.original),
		.expires_at = voucher.expires_at,
		.receipt = receipt_view(call, &receipt),
	};
	return ERR_OK;
}

static const struct field settlement_fields[] = {
	FIELD(struct settlement_order, number, .name = "easypay_code", .required = true, .min = 1,
	      .max = 64, .example = EASYPAY_EXAMPLE),
	FIELD(struct settlement_order, amount, .name = "settlement_amount", .required = true,
	      .doc = "Exactly the amount of the voucher.", .example = "500"),
	FIELD(struct settlement_order, merchant, .name = "merchant_id", .required = true,
	      .text = TEXT_CODE, .min = 1, .max = 100, .example = "\"MERCHANT123\""),
	FIELD(struct settlement_order, external_id, .name = "transaction_id", .required = true,
	      .text = TEXT_CODE, .min = 1, .max = 100,
	      .doc = "Repeating it repeats the same settlement.", .example = "\"TX123456\""),
};

static const struct schema settlement_in =
	SCHEMA(struct settlement_order, "EasyPaySettlementRequest", settlement_fields);

struct settlement_view {
	const char *easypay_code;
	const char *code;
	const char *reference;
	enum voucher_status status;
};

static const struct field settled_fields[] = {
	FIELD(struct settlement_view, easypay_code, .name = "easypay_code", .required = true,
	      .example = EASYPAY_EXAMPLE),
	FIELD(struct settlement_view, code, .name = "mm_voucher_code", .required = true,
	      .doc = "16 digits, to print on the receipt.", .example = CODE_EXAMPLE),
	FIELD(struct settlement_view, reference, .name = "voucher_reference", .required = true,
	      .example = REFERENCE_EXAMPLE),
	FIELD(struct settlement_view, status, .name = "status", .choices = voucher_status_words,
	      .required = true, .example = "\"active\""),
};

static const struct schema settled_out =
	SCHEMA(struct settlement_view, "EasyPaySettlement", settled_fields);

/* The network's key, by either header; NULL if there is none or several. */
static const char *
network_key(const struct request *request)
{
	if (request->api_key != NULL)
		return request->api_key;
	if (request->authorization == NULL || !text_starts_with(request->authorization, "Bearer "))
		return NULL;
	return request->authorization + sizeof("Bearer ") - 1;
}

static enum err
admit_network(struct call *call)
{
	const struct request *request = call->request;
	bool repeated = request->repeated_credentials;

	return easypay_authenticate(&call->ctx, request->body,
				    repeated ? "" : request->headers[HEADER_EASYPAY_SIGNATURE],
				    network_key(request));
}

static enum err
settle(struct call *call, const void *in, void *out)
{
	struct voucher voucher = {0};

	TRY(voucher_settle(&call->ctx, in, &voucher));
	*(struct settlement_view *)out = (struct settlement_view){
		voucher.easypay_number,
		voucher.code,
		voucher.reference,
		voucher.status,
	};
	return ERR_OK;
}

struct cancel_view {
	const char *voucher_id;
	const char *easypay_code;
	struct money original;
	struct money refund;
	struct money wallet;
	struct instant cancelled_at;
	const char *transaction_id;
};

static const struct field cancel_fields[] = {
	FIELD(struct cancel_view, voucher_id, .name = "voucherId", .required = true,
	      .example = "\"123\""),
	FIELD(struct cancel_view, easypay_code, .name = "easyPayCode", .required = true,
	      .example = EASYPAY_EXAMPLE),
	FIELD(struct cancel_view, original, .name = "originalAmount", .required = true),
	FIELD(struct cancel_view, refund, .name = "refundAmount", .required = true),
	FIELD(struct cancel_view, wallet, .name = "newWalletBalance", .required = true),
	FIELD(struct cancel_view, cancelled_at, .name = "cancelledAt", .required = true),
	FIELD(struct cancel_view, transaction_id, .name = "transactionId", .required = true,
	      .example = "\"TXN-1754434620000-9a1e55\""),
};

static const struct schema cancel_out =
	SCHEMA(struct cancel_view, "VoucherCancellation", cancel_fields);

static enum err
cancel(struct call *call, const void *in, void *out)
{
	struct cancellation cancelled = {0};
	int64_t id;

	(void)in;
	TRY(voucher_path_id(call, &id));
	TRY(voucher_cancel(&call->ctx, id, &cancelled));
	*(struct cancel_view *)out = (struct cancel_view){
		.voucher_id = arena_printf(call->ctx.arena, "%lld", (long long)id),
		.easypay_code = cancelled.easypay_number,
		.original = cancelled.amount,
		.refund = cancelled.amount,
		.wallet = cancelled.wallet_balance,
		.cancelled_at = cancelled.cancelled_at,
		.transaction_id = moolah_transaction_id(call->ctx.arena, cancelled.posted_at,
							cancelled.transaction),
	};
	return ERR_OK;
}

const struct route moolah_easypay_vouchers[] = {
	{POST, "/api/v1/vouchers/easypay/issue", "Issue a voucher to be paid for at a till",
	 "The voucher becomes active when its number is paid for in cash within 4 days; otherwise "
	 "the amount is returned to your wallet.",
	 issue_easypay, .in = &easypay_order_in, .out = &easypay_out, .access = ACCESS_USER,
	 .effect = EFFECT_WRITE, .reply.message = "EasyPay voucher created successfully",
	 .status = 201, .docs.tag = "EasyPay"},
	{POST, "/api/v1/vouchers/easypay/settlement", "Settle an EasyPay voucher paid for in cash",
	 "For the EasyPay network: x-easypay-signature is the hexadecimal HMAC-SHA512 (or "
	 "HMAC-SHA256) of the body under the secret set by the operator. Alternatively, its API "
	 "key is sent as x-api-key or Bearer token. Repeating the request with the same "
	 "transaction_id returns the same answer.",
	 settle, .allow.check = admit_network, .body.lenient = true,
	 .body.bytes_max = WEBHOOK_BODY_MAX, .in = &settlement_in, .out = &settled_out,
	 .access = ACCESS_PUBLIC, .effect = EFFECT_WRITE, .docs.errors = {401, 409},
	 .reply.message = "EasyPay voucher settled successfully", .status = 200,
	 .docs.not_found = true, .docs.tag = "EasyPay"},
	{POST, "/api/v1/vouchers/{id:word}/cancel", "Cancel a pending EasyPay voucher",
	 "The full amount is returned to your wallet.", cancel, .out = &cancel_out,
	 .access = ACCESS_USER, .effect = EFFECT_WRITE,
	 .reply.message = "EasyPay voucher cancelled successfully", .status = 200,
	 .docs.tag = "EasyPay"},
	{0},
};
