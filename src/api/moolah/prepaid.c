/* Prepaid products and bills: catalogue, purchases, and their list. */
#include "api/moolah/moolah.h"
#include "app/payment/payment.h"
#include "app/prepaid/purchase.h"
#include "base/arena.h"

enum { LIST_MOST = 50, LIST_LIMIT_MAX = 100, CODE_MAX = 40, RECIPIENT_MAX = 20 };

/* The product for all bills; the number identifies the biller. */
static const char bill_product[] = "EASYPAY-BILL";

static const char *const providers_of[] = {"flash", "mobilemart", "easypay", NULL};
static const char *const statuses[] = {"pending", "completed", "failed", NULL};

static const struct field product_fields[] = {
	FIELD(struct product, code, .name = "productCode", .required = true,
	      .example = "\"FLASH-VODACOM-AIRTIME\""),
	FIELD(struct product, provider, .name = "provider", .choices = providers_of,
	      .required = true, .doc = "flash, mobilemart or easypay.", .example = "\"flash\""),
	FIELD(struct product, kind, .name = "kind", .choices = product_kind_words, .required = true,
	      .doc = "airtime, data, electricity or bill.", .example = "\"airtime\""),
	FIELD(struct product, name, .name = "name", .required = true,
	      .example = "\"Vodacom airtime\""),
	FIELD(struct product, fixed, .name = "amount", .keep_null = true,
	      .doc = "The price, if it is fixed.", .example = "null"),
	FIELD(struct product, least, .name = "minAmount", .required = true, .example = "2"),
	FIELD(struct product, most, .name = "maxAmount", .required = true, .example = "999"),
	FIELD(struct product, currency, .name = "currency", .required = true, .example = "\"ZAR\""),
};

static const struct schema product_out = SCHEMA(struct product, "PrepaidProduct", product_fields);

struct products_out {
	struct list products;
};

static const struct field products_fields[] = {
	FIELD(struct products_out, products, .name = "products", .required = true,
	      .sub = &product_out),
};

static const struct schema products_out =
	SCHEMA(struct products_out, "PrepaidProducts", products_fields);

static const struct field product_query_fields[] = {
	FIELD(struct product_filter, kind, .name = "kind", .choices = product_kind_words),
	FIELD(struct product_filter, provider, .name = "provider", .choices = providers_of),
};

static const struct schema product_query =
	SCHEMA(struct product_filter, "PrepaidProductQuery", product_query_fields);

#define REFERENCE_DOC                                                                         \
	"Your reference: 5 to 120 letters, digits and . _ = : -. Repeating the same request " \
	"returns the first answer and buys nothing; a different request with the same "       \
	"reference is 409. A failed purchase may be retried."

static const struct field purchase_in_fields[] = {
	FIELD(struct purchase_order, product, .name = "productCode", .required = true,
	      .text = TEXT_CODE, .min = 1, .max = CODE_MAX,
	      .doc = "A product of GET /api/v1/products that the provider sells.",
	      .example = "\"FLASH-VODACOM-AIRTIME\""),
	FIELD(struct purchase_order, amount, .name = "amount", .required = true,
	      .doc = "In rand: the fixed price, or an amount from minAmount to maxAmount.",
	      .example = "29"),
	FIELD(struct purchase_order, recipient, .name = "recipient", .required = true, .min = 1,
	      .max = RECIPIENT_MAX,
	      .doc = "The mobile number (0821234567 or +27821234567), or the meter number for "
		     "electricity (11 to 13 digits).",
	      .example = "\"+27821234567\""),
	FIELD(struct purchase_order, reference, .name = "reference", .required = true,
	      .format = "reference", .doc = REFERENCE_DOC, .example = "\"AIRTIME-001\""),
};

static const struct field bill_in_fields[] = {
	FIELD(struct purchase_order, recipient, .name = "easypayNumber", .required = true, .min = 1,
	      .max = RECIPIENT_MAX, .doc = "As printed on the bill, without spaces; begins with 9.",
	      .example = "\"91234604263339\""),
	FIELD(struct purchase_order, amount, .name = "amount", .required = true, .doc = "In rand.",
	      .example = "450.25"),
	FIELD(struct purchase_order, reference, .name = "reference", .required = true,
	      .format = "reference", .doc = REFERENCE_DOC, .example = "\"BILL-001\""),
};

static const struct schema purchase_in =
	SCHEMA(struct purchase_order, "PurchaseRequest", purchase_in_fields);
static const struct schema bill_in =
	SCHEMA(struct purchase_order, "BillPaymentRequest", bill_in_fields);

static const struct field purchase_fields[] = {
	FIELD(struct purchase, purchase_id, .name = "id", .required = true, .example = "1"),
	FIELD(struct purchase, label, .name = "transactionId", .required = true,
	      .doc = "Label for searching, and the reference in the wallet history.",
	      .example = "\"PUR-1755008423028-9a1e55f0\""),
	FIELD(struct purchase, status, .name = "status", .choices = statuses,
	      .words = transaction_status_words, .required = true,
	      .doc = "pending: the provider has not confirmed yet; the money is held, and the "
		     "purchase is settled automatically. completed: the product was sold and paid "
		     "for. failed: nothing was sold, and the held money was released.",
	      .example = "\"completed\""),
	FIELD(struct purchase, token, .name = "token",
	      .doc = "Only for electricity: 20 digits to type into the meter.",
	      .example = "\"12345678901234567890\""),
	FIELD(struct purchase, provider, .name = "provider", .choices = providers_of,
	      .required = true, .example = "\"flash\""),
	FIELD(struct purchase, product, .name = "productCode", .required = true,
	      .example = "\"FLASH-VODACOM-AIRTIME\""),
	FIELD(struct purchase, amount, .name = "amount", .required = true, .example = "29"),
	FIELD(struct purchase, currency, .name = "currency", .required = true,
	      .example = "\"ZAR\""),
	FIELD(struct purchase, recipient, .name = "recipient", .required = true,
	      .example = "\"+27821234567\""),
	FIELD(struct purchase, reference, .name = "reference", .required = true,
	      .example = "\"AIRTIME-001\""),
	FIELD(struct purchase, problem, .name = "reason", .doc = "Reason for the failure.",
	      .example = "\"Unknown meter number\""),
	FIELD(struct purchase, created_at, .name = "createdAt", .required = true),
	FIELD(struct purchase, settled_at, .name = "settledAt",
	      .doc = "When the purchase was completed or failed."),
};

static const struct schema purchase_out = SCHEMA(struct purchase, "Purchase", purchase_fields);

struct purchases_out {
	struct list purchases;
};

static const struct field purchases_fields[] = {
	FIELD(struct purchases_out, purchases, .name = "purchases", .required = true,
	      .sub = &purchase_out),
};

static const struct schema purchases_out =
	SCHEMA(struct purchases_out, "Purchases", purchases_fields);

static const struct field purchase_query_fields[] = {
	FIELD(struct purchase_filter, status, .name = "status", .choices = statuses,
	      .words = transaction_status_words),
	FIELD(struct purchase_filter, reference, .name = "reference", .text = TEXT_CODE, .min = 1,
	      .max = 120),
	FIELD(struct purchase_filter, before, .name = "before", .lower_bound = true, .min = 1,
	      .doc = "Only entries with a lower id."),
	FIELD(struct purchase_filter, most, .name = "limit", .lower_bound = true, .min = 1,
	      .max = LIST_LIMIT_MAX, .doc = "Default: 50."),
};

static const struct schema purchase_query =
	SCHEMA(struct purchase_filter, "PurchaseQuery", purchase_query_fields);

static enum err
list_products(struct call *call, const void *in, void *out)
{
	struct list *list = &((struct products_out *)out)->products;
	struct product *products;

	(void)in;
	TRY(product_list(&call->ctx, call->query, &products, &list->count));
	list->items = products;
	return ERR_OK;
}

/* A repeated order returns its current state, without calling the vendor. */
static enum err
open_purchase(struct call *call, const struct purchase_order *order, void *out)
{
	struct purchase *purchase = arena_alloc(call->ctx.arena, sizeof(*purchase));

	TRY(purchase_open(&call->ctx, order, purchase));
	if (purchase->replayed) {
		*(struct purchase *)out = *purchase;
		return ERR_OK;
	}
	call->state = purchase;
	call->opened = call_id(call, purchase->public_id);
	return ERR_OK;
}

static enum err
resume_purchase(struct call *call, const void *in)
{
	struct purchase *purchase = arena_alloc(call->ctx.arena, sizeof(*purchase));

	(void)in;
	call->state = purchase;
	return purchase_resume(&call->ctx, call_opened_id(call), purchase);
}

static enum err
buy_from_flash(struct call *call, const void *in, void *out)
{
	struct purchase_order order = *(const struct purchase_order *)in;

	order.provider = vendor_flash.name;
	return open_purchase(call, &order, out);
}

static enum err
buy_from_mobilemart(struct call *call, const void *in, void *out)
{
	struct purchase_order order = *(const struct purchase_order *)in;

	order.provider = vendor_mobilemart.name;
	return open_purchase(call, &order, out);
}

static enum err
pay_bill(struct call *call, const void *in, void *out)
{
	struct purchase_order order = *(const struct purchase_order *)in;

	order.provider = vendor_easypay.name;
	order.product = bill_product;
	return open_purchase(call, &order, out);
}

static void
call_vendor(struct call *call)
{
	purchase_call(&call->ctx, call->state);
}

/* A failed purchase is recorded nevertheless. */
static enum err
close_purchase(struct call *call, const void *in, void *out)
{
	struct purchase *purchase = call->state;

	(void)in;
	TRY(purchase_close(&call->ctx, purchase));
	if (purchase->state == PAYMENT_FAILED) {
		(void)purchase_refusal(&call->ctx, purchase);
		return call_refuse(call);
	}
	*(struct purchase *)out = *purchase;
	return ERR_OK;
}

static enum err
get_purchase(struct call *call, const void *in, void *out)
{
	(void)in;
	return purchase_get(&call->ctx, call->params[0].text, out);
}

static enum err
list_purchases(struct call *call, const void *in, void *out)
{
	struct list *list = &((struct purchases_out *)out)->purchases;
	struct purchase_filter filter = *(const struct purchase_filter *)call->query;
	struct purchase *purchases;

	(void)in;
	if (filter.most == 0)
		filter.most = LIST_MOST;
	TRY(purchase_list(&call->ctx, &filter, &purchases, &list->count));
	list->items = purchases;
	return ERR_OK;
}

#define PURCHASE_DOC                                                                            \
	"The money is held in the rand wallet, the provider is called, and the money is "       \
	"captured or released. If the provider does not answer in time, the purchase stays "    \
	"pending. If the provider refuses, the answer is 400 PURCHASE_REFUSED; if it can't be " \
	"reached, 502, and nothing was bought."

const struct route moolah_prepaid[] = {
	{GET, "/api/v1/products", "List products", NULL, list_products, .query = &product_query,
	 .out = &products_out, .access = ACCESS_USER,
	 .reply.message = "Products retrieved successfully", .status = 200, .docs.tag = "Prepaid"},
	{POST, "/api/v1/flash/process", "Buy airtime, data or electricity from Flash", PURCHASE_DOC,
	 buy_from_flash, .outside.call = call_vendor, .outside.finish = close_purchase,
	 .outside.resume = resume_purchase, .in = &purchase_in, .out = &purchase_out,
	 .access = ACCESS_USER, .effect = EFFECT_CALL, .docs.errors = {404},
	 .reply.message = "Purchase received", .status = 200, .docs.tag = "Prepaid"},
	{POST, "/api/v1/mobilemart/process", "Buy airtime, data or electricity from MobileMart",
	 PURCHASE_DOC, buy_from_mobilemart, .outside.call = call_vendor,
	 .outside.finish = close_purchase, .outside.resume = resume_purchase, .in = &purchase_in,
	 .out = &purchase_out, .access = ACCESS_USER, .effect = EFFECT_CALL, .docs.errors = {404},
	 .reply.message = "Purchase received", .status = 200, .docs.tag = "Prepaid"},
	{POST, "/billpayment/v1/easypay/process", "Pay a bill that has an EasyPay number",
	 PURCHASE_DOC, pay_bill, .outside.call = call_vendor, .outside.finish = close_purchase,
	 .outside.resume = resume_purchase, .in = &bill_in, .out = &purchase_out,
	 .access = ACCESS_USER, .effect = EFFECT_CALL, .docs.errors = {404},
	 .reply.message = "Payment received", .status = 200, .docs.tag = "Prepaid"},
	{GET, "/api/v1/purchases", "List your purchases, newest first", NULL, list_purchases,
	 .query = &purchase_query, .out = &purchases_out, .access = ACCESS_USER,
	 .reply.message = "Purchases retrieved successfully", .stale = true, .status = 200,
	 .docs.tag = "Prepaid"},
	{GET, "/api/v1/purchases/{transactionId:word}", "Retrieve a purchase by its transactionId",
	 NULL, get_purchase, .out = &purchase_out, .access = ACCESS_USER,
	 .reply.message = "Purchase retrieved successfully", .status = 200, .docs.tag = "Prepaid"},
	{0},
};
