#include "app/privacy/privacy.h"

#include <string.h>

#include "app/merchant/merchant.h"
#include "app/people/user.h"
#include "app/people/user_admin.h"
#include "app/privacy/closing.h"
#include "app/privacy/erasure.h"
#include "app/wallet/card.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/email.h"
#include "db/row.h"
#include "json/writer.h"

/* The parts of an export, in this order. Each statement takes a user_id and returns JSON. */
static const struct part {
	const char *name;
	enum statement_id statement;
} parts[] = {
	{"user", SQL_export_user},
	{"transactions", SQL_export_transactions},
	{"recipients", SQL_export_recipients},
	{"bankAccounts", SQL_export_bank_accounts},
	{"settings", SQL_export_settings},
	{"consents", SQL_export_consents},
	{"complaints", SQL_export_complaints},
	{"notifications", SQL_export_notifications},
	{"dataAccessRequests", SQL_export_requests},
	{"appSettings", SQL_export_app_settings},
	{"sessions", SQL_export_sessions},
	{"keys", SQL_export_keys},
	{"wallets", SQL_export_wallets},
	{"fundings", SQL_export_fundings},
	{"payments", SQL_export_payments},
	{"vouchers", SQL_export_vouchers},
	{"purchases", SQL_export_purchases},
	{"platform", SQL_export_platform},
	{"merchant", SQL_export_merchant},
	{"cards", SQL_export_cards},
};
enum { PARTS = COUNT(parts) };

/* Several copies of it are in memory until it is sent. */
enum { EXPORT_BYTES_MAX = 6 * 1024 * 1024 };

static enum err
read_parts(struct ctx *ctx, const char *texts[PARTS])
{
	size_t length = 0;

	for (size_t i = 0; i < PARTS; i++) {
		struct rows rows;

		TRY(db_run(ctx, parts[i].statement, &rows, PARAMS(p_int(ctx->who.user_id))));
		texts[i] = row_text(&rows, 0, 0);
		length += texts[i] != NULL ? strlen(texts[i]) : 0;
	}
	if (length > EXPORT_BYTES_MAX)
		return fault(&ctx->fault, ERR_UNAVAILABLE, NULL,
			     "The data is too large to be sent at once; contact us");
	return ERR_OK;
}

static enum err
make_export(struct ctx *ctx, void *arg)
{
	struct json_value *out = arg;
	const char *texts[PARTS];
	struct bytes json;
	struct jw w;

	TRY(db_run(ctx, SQL_data_access_request_insert, NULL,
		   PARAMS(p_int(ctx->who.user_id), p_text("export"))));
	TRY(read_parts(ctx, texts));
	jw_init(&w, ctx->arena, 4096);
	jw_object(&w, NULL);
	for (size_t i = 0; i < PARTS; i++)
		if (texts[i] != NULL)
			jw_json(&w, parts[i].name, texts[i]);
		else
			jw_null(&w, parts[i].name);
	jw_close(&w);
	if (!jw_finish(&w, &json))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	out->text = json.data;
	return ERR_OK;
}

enum err
privacy_export(struct ctx *ctx, struct json_value *out)
{
	return db_transact(ctx, make_export, out);
}
