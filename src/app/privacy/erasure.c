#include "app/privacy/erasure.h"

#include "app/audit/audit.h"
#include "app/merchant/merchant.h"
#include "app/people/user.h"
#include "app/people/user_admin.h"
#include "app/privacy/closing.h"
#include "app/wallet/card.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/email.h"
#include "db/row.h"
#include "json/writer.h"

/* What is erased when nothing must be kept any more, beside traces and person. Each takes a user_id and
 * returns how many rows it changed. */
static const enum statement_id papers[] = {SQL_account_erase_papers, SQL_drop_payments_forget,
					   SQL_bank_forget, SQL_card_forget};

static const char *
erased_address(struct ctx *ctx, struct uuid id)
{
	char text[UUID_TEXT_MAX];

	return arena_printf(ctx->arena, "deleted-%s@deleted.invalid", uuid_text(text, id));
}

static enum err
erase_traces(struct ctx *ctx, int64_t user_id, const char *email)
{
	struct rows rows;

	return db_run(ctx, SQL_account_erase_traces, &rows,
		      PARAMS(p_int(user_id), p_text(email),
			     p_text(email_spelling(ctx->arena, email)),
			     p_text(arena_printf(ctx->arena, "user:%lld", (long long)user_id))));
}

static enum err
erase_person(struct ctx *ctx, int64_t user_id, struct uuid id)
{
	struct rows rows;

	return db_run(ctx, SQL_account_erase_person, &rows,
		      PARAMS(p_int(user_id), p_text(erased_address(ctx, id))));
}

/* What the two ways to end an account have in common. */
static enum err
end_account(struct ctx *ctx, const struct user *user, bool always_retained)
{
	struct rows rows;

	TRY(closing_begin(ctx, user->user_id));
	TRY(db_run(ctx, SQL_account_end, &rows,
		   PARAMS(p_int(user->user_id), p_bool(always_retained))));
	if (rows.affected == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "User not found");
	TRY(merchant_leave(ctx, user->user_id));
	TRY(card_leave(ctx, user->user_id));
	return erase_traces(ctx, user->user_id, user->email);
}

enum err
account_close(struct ctx *ctx)
{
	struct user user = {0};

	TRY(user_get(ctx, ctx->who.user_id, &user));
	TRY(user_keep_an_admin(ctx, &user));
	TRY(end_account(ctx, &user, true));
	return db_run(ctx, SQL_data_access_request_insert, NULL,
		      PARAMS(p_int(user.user_id), p_text("erasure")));
}

enum err
user_delete(struct ctx *ctx, struct uuid id)
{
	struct user user = {0};
	struct jw detail;
	char text[UUID_TEXT_MAX];

	TRY(user_find(ctx, id, &user));
	TRY(user_keep_an_admin(ctx, &user));
	TRY(end_account(ctx, &user, false));
	TRY(erase_person(ctx, user.user_id, id));
	audit_begin(ctx, &detail);
	jw_bool(&detail, "self", user.user_id == ctx->who.user_id);
	return audit_end(ctx, "user_delete", uuid_text(text, id), &detail);
}

static enum err
erase_one(struct ctx *ctx, void *arg)
{
	bool *found = arg;
	struct rows due;
	struct rows rows;
	int64_t user_id;

	TRY(db_run(ctx, SQL_account_due, &due, NO_PARAMS));
	*found = due.count > 0;
	if (!*found)
		return ERR_OK;
	user_id = row_int(&due, 0, 0);
	TRY(erase_traces(ctx, user_id, row_text(&due, 0, 2)));
	TRY(erase_person(ctx, user_id, row_uuid(&due, 0, 1)));
	for (size_t i = 0; i < COUNT(papers); i++)
		TRY(db_run(ctx, papers[i], &rows, PARAMS(p_int(user_id))));
	return db_run(ctx, SQL_account_erased, NULL, PARAMS(p_int(user_id)));
}

enum err
erasure_due(struct ctx *ctx, bool *found)
{
	return db_transact(ctx, erase_one, found);
}
