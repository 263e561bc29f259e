#include "app/privacy/privacy.h"

#include <string.h>

#include "app/merchant/merchant.h"
#include "app/people/user.h"
#include "app/people/user_admin.h"
#include "app/privacy/closing.h"
#include "app/privacy/erasure.h"
#include "app/wallet/card.h"
#include "base/arena.h"
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
enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

/* Data erased after the retention period, in addition to the user's row. Each statement takes a
 * user_id and returns the number of rows. */
static const enum statement_id forgotten[] = {SQL_account_forget_papers, SQL_drop_payments_forget,
					      SQL_bank_forget, SQL_card_forget};
enum { FORGOTTEN = sizeof(forgotten) / sizeof(forgotten[0]) };

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

enum err
privacy_close(struct ctx *ctx)
{
	struct user user = {0};
	struct rows rows;

	TRY(user_get(ctx, ctx->who.user_id, &user));
	TRY(user_keep_an_admin(ctx, &user));
	TRY(closing_begin(ctx, user.user_id));
	TRY(db_run(ctx, SQL_account_close, &rows, PARAMS(p_int(user.user_id))));
	if (rows.affected == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "User not found");
	TRY(db_run(ctx, SQL_data_access_request_insert, NULL,
		   PARAMS(p_int(user.user_id), p_text("erasure"))));
	TRY(merchant_leave(ctx, user.user_id));
	TRY(card_leave(ctx, user.user_id));
	return db_run(
		ctx, SQL_account_close_traces, &rows,
		PARAMS(p_int(user.user_id), p_text(user.email),
		       p_text(email_spelling(ctx->arena, user.email)),
		       p_text(arena_printf(ctx->arena, "user:%lld", (long long)user.user_id))));
}

static enum err
forget(struct ctx *ctx, void *arg)
{
	bool *found = arg;
	struct rows due;
	struct rows rows;
	int64_t user_id;
	const char *erased;

	TRY(db_run(ctx, SQL_account_due, &due, NO_PARAMS));
	*found = due.count > 0;
	if (!*found)
		return ERR_OK;
	user_id = row_int(&due, 0, 0);
	erased = user_erased_address(ctx, row_uuid(&due, 0, 1));
	TRY(db_run(ctx, SQL_user_erase_traces, &rows,
		   PARAMS(p_int(user_id), p_text(row_text(&due, 0, 2)),
			  p_text(email_spelling(ctx->arena, row_text(&due, 0, 2))),
			  p_text(arena_printf(ctx->arena, "user:%lld", (long long)user_id)),
			  p_text(erased))));
	for (size_t i = 0; i < FORGOTTEN; i++)
		TRY(db_run(ctx, forgotten[i], &rows, PARAMS(p_int(user_id))));
	return db_run(ctx, SQL_account_forget, NULL, PARAMS(p_int(user_id), p_text(erased)));
}

enum err
privacy_forget_due(struct ctx *ctx, bool *found)
{
	return db_transact(ctx, forget, found);
}
