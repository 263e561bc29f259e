/* Recipients of remittances. */
#include "app/remittance/recipient.h"

#include "api/drop/drop.h"
#include "api/page.h"
#include "base/arena.h"
#include "crypto/public_id.h"

enum { USUAL_LIMIT = 20, LIMIT_MAX = 50, BANK_NAME_MAX = 200 };

static const char *const countries[] = {"RS", "BA", "PL", "PK", "TR", NULL};

static const struct field in_fields[] = {
	FIELD(struct recipient, name, .name = "name", .required = true, .format = "name",
	      .example = "\"Mama Jasmina\""),
	FIELD(struct recipient, country, .name = "country", .required = true, .choices = countries,
	      .example = "\"RS\""),
	FIELD(struct recipient, currency, .name = "currency", .required = true,
	      .choices = corridor_currencies, .doc = "The currency of the country, or EUR.",
	      .example = "\"RSD\""),
	FIELD(struct recipient, bank_account, .name = "bankAccount", .required = true, .min = 1,
	      .max = 42, .doc = "IBAN of the country, with or without spaces.",
	      .example = "\"RS35260005601001611379\""),
	FIELD(struct recipient, bank_name, .name = "bankName", .text = TEXT_NAME,
	      .max = BANK_NAME_MAX, .doc = "HTML is removed.", .example = "\"Banca Intesa\""),
};

static const struct field out_fields[] = {
	FIELD(struct recipient, drop_id, .name = "id", .required = true,
	      .example = "\"rec_0123456789abcdef\""),
	FIELD(struct recipient, name, .name = "name", .required = true,
	      .example = "\"Mama Jasmina\""),
	FIELD(struct recipient, country, .name = "country", .required = true, .example = "\"RS\""),
	FIELD(struct recipient, currency, .name = "currency", .required = true,
	      .example = "\"RSD\""),
	FIELD(struct recipient, bank_account, .name = "bankAccount", .required = true,
	      .doc = "Last four characters of the account number.", .example = "\"*****1379\""),
	FIELD(struct recipient, bank_name, .name = "bankName", .example = "\"Banca Intesa\""),
	FIELD(struct recipient, created_at, .name = "createdAt", .required = true),
};

struct recipients_query {
	struct number_query page;
};

static const struct field query_fields[] = {LIMIT_FIELDS(struct recipients_query, 20, LIMIT_MAX)};

static const struct schema recipient_in = SCHEMA(struct recipient, "RecipientRequest", in_fields);
static const struct schema recipient_out = SCHEMA(struct recipient, "Recipient", out_fields);
static const struct schema recipients_query =
	SCHEMA(struct recipients_query, "RecipientsQuery", query_fields);

static void
mask(struct call *call, struct recipient *recipient)
{
	recipient->bank_account = recipient_masked(call->ctx.arena, recipient->bank_account);
}

static enum err
list_recipients(struct call *call, const void *in, void *out)
{
	struct recipients_query *query = call->query;
	struct recipient *recipients;
	int64_t total;
	size_t n;

	(void)in;
	number_usual(&query->page, USUAL_LIMIT);
	TRY(recipient_list(&call->ctx, number_most(&query->page), number_skip(&query->page),
			   &recipients, &n, &total));
	for (size_t i = 0; i < n; i++)
		mask(call, &recipients[i]);
	page_fill_numbered(call, out, &query->page, (struct list){recipients, n}, total,
			   sizeof(struct recipient), offsetof(struct recipient, recipient_id));
	return ERR_OK;
}

static enum err
add_recipient(struct call *call, const void *in, void *out)
{
	struct recipient recipient = *(const struct recipient *)in;

	if (recipient.bank_name != NULL)
		recipient.bank_name = text_plain(call->ctx.arena, recipient.bank_name);
	TRY(recipient_add(&call->ctx, &recipient, out));
	mask(call, out);
	return ERR_OK;
}

static enum err
delete_recipient(struct call *call, const void *in, void *out)
{
	const char *id = call->params[0].text;

	(void)in;
	(void)out;
	if (!drop_id_valid(id, "rec"))
		return fault(&call->ctx.fault, ERR_NOT_FOUND, NULL, "Recipient not found");
	return recipient_delete(&call->ctx, id);
}

const struct route drop_recipients[] = {
	{GET, "/api/recipients", "List recipients", "Newest first.", list_recipients,
	 .query = &recipients_query, .out = &recipient_out, .reply.list = true,
	 .reply.numbered = true, .access = ACCESS_COOKIE, .status = 200, .docs.tag = "Recipients"},
	{POST, "/api/recipients", "Add a recipient",
	 "Remittances can be sent to RS, BA, PL, PK and TR, in the currency of the country or in "
	 "EUR.",
	 add_recipient, .in = &recipient_in, .out = &recipient_out, .access = ACCESS_COOKIE,
	 .effect = EFFECT_WRITE, .limits.daily = DAILY_CREATIONS, .status = 201,
	 .docs.tag = "Recipients"},
	{DELETE, "/api/recipients/{id:word}", "Remove a recipient",
	 "Payments to the recipient are kept.", delete_recipient, .access = ACCESS_COOKIE,
	 .effect = EFFECT_WRITE, .status = 204, .docs.tag = "Recipients"},
	{0},
};
