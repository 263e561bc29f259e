/* Voucher payees of MyMoolah, for administrators. */
#include "app/voucher/payee.h"

#include "api/page.h"
#include "api/pocket/pocket.h"

enum { CODE_MAX = 100, NAME_MAX = 120 };

static const struct field payee_in_fields[] = {
	FIELD(struct payee_order, kind, .name = "kind", .required = true,
	      .choices = payee_kind_words, .example = "\"merchant\""),
	FIELD(struct payee_order, code, .name = "code", .required = true, .text = TEXT_CODE,
	      .min = 1, .max = CODE_MAX,
	      .doc = "What redeemers send as merchant_id or service_provider_id, case-sensitive.",
	      .example = "\"MERCHANT123\""),
	FIELD(struct payee_order, name, .name = "name", .text = TEXT_NAME, .min = 1,
	      .max = NAME_MAX, .example = "\"Corner shop\""),
};

static const struct field payee_fields[] = {
	FIELD(struct payee, id, .name = "id", .required = true,
	      .doc = "Also the id of the account that holds the amount owed to the payee."),
	FIELD(struct payee, kind, .name = "kind", .choices = payee_kind_words, .required = true,
	      .example = "\"merchant\""),
	FIELD(struct payee, code, .name = "code", .required = true, .example = "\"MERCHANT123\""),
	FIELD(struct payee, name, .name = "name", .keep_null = true, .example = "\"Corner shop\""),
	FIELD(struct payee, status, .name = "status", .choices = payee_status_words,
	      .required = true,
	      .doc = "registered, or unregistered: the payee receives no further payments.",
	      .example = "\"registered\""),
	FIELD(struct payee, owed, .name = "owed", .required = true, .doc = "In rand."),
	FIELD(struct payee, created_at, .name = "createdAt", .required = true),
};

struct payees_query {
	struct page_query page;
	enum payee_status status;
};

static const struct field query_fields[] = {
	PAGE_FIELDS(struct payees_query),
	FIELD(struct payees_query, status, .name = "status", .choices = payee_status_words),
};

static const struct schema payee_in = SCHEMA(struct payee_order, "PayeeRequest", payee_in_fields);
static const struct schema payee_out = SCHEMA(struct payee, "Payee", payee_fields);
static const struct schema query = SCHEMA(struct payees_query, "PayeesQuery", query_fields);

static enum err
register_payee(struct call *call, const void *in, void *out)
{
	TRY(payee_register(&call->ctx, in, out));
	if (((const struct payee *)out)->known)
		call->status = 200;
	return ERR_OK;
}

static enum err
list_payees(struct call *call, const void *in, void *out)
{
	const struct payees_query *asked = call->query;
	const struct payee_filter filter = {asked->status, asked->page.after,
					    page_most(&asked->page)};
	struct payee *payees;
	size_t n;

	(void)in;
	TRY(payee_list(&call->ctx, &filter, &payees, &n));
	page_fill(call, out, &asked->page, payees, n, sizeof(*payees),
		  offsetof(struct payee, payee_id));
	return ERR_OK;
}

static enum err
remove_payee(struct call *call, const void *in, void *out)
{
	(void)in;
	return payee_remove(&call->ctx, call->params[0].id, out);
}

const struct route pocket_payees[] = {
	{GET, "/v1/admin/payees", "List voucher payees and the amounts owed to them",
	 "Newest first.", list_payees, .query = &query, .out = &payee_out, .reply.list = true,
	 .access = ACCESS_ADMIN, .status = 200, .docs.tag = "Administration"},
	{POST, "/v1/admin/payees", "Register a voucher payee",
	 "201 the first time and after removal; 200 if it is already registered, and its name is "
	 "updated. Recorded in the audit log.",
	 register_payee, .in = &payee_in, .out = &payee_out, .access = ACCESS_ADMIN,
	 .effect = EFFECT_WRITE, .docs.statuses = {200}, .status = 201,
	 .docs.tag = "Administration"},
	{DELETE, "/v1/admin/payees/{id}", "Remove a voucher payee",
	 "Amounts owed remain owed. Recorded in the audit log.", remove_payee, .out = &payee_out,
	 .access = ACCESS_ADMIN, .effect = EFFECT_WRITE, .status = 200,
	 .docs.tag = "Administration"},
	{0},
};
