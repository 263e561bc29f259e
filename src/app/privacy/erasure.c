#include "app/privacy/erasure.h"

#include "app/audit/audit.h"
#include "app/merchant/merchant.h"
#include "app/people/user.h"
#include "app/people/user_admin.h"
#include "app/privacy/closing.h"
#include "app/wallet/card.h"
#include "base/arena.h"
#include "base/email.h"
#include "db/db.h"
#include "json/writer.h"

const char *
user_erased_address(struct ctx *ctx, struct uuid id)
{
	char text[UUID_TEXT_MAX];

	return arena_printf(ctx->arena, "deleted-%s@deleted.invalid", uuid_text(text, id));
}

enum err
user_delete(struct ctx *ctx, struct uuid id)
{
	struct user user = {0};
	struct rows rows;
	struct jw detail;
	char text[UUID_TEXT_MAX];

	TRY(user_find(ctx, id, &user));
	TRY(user_keep_an_admin(ctx, &user));
	TRY(closing_begin(ctx, user.user_id));
	TRY(db_run(ctx, SQL_user_erase_traces, &rows,
		   PARAMS(p_int(user.user_id), p_text(user.email),
			  p_text(email_spelling(ctx->arena, user.email)),
			  p_text(arena_printf(ctx->arena, "user:%lld", (long long)user.user_id)),
			  p_text(user_erased_address(ctx, id)))));
	TRY(db_run(ctx, SQL_user_erase, &rows,
		   PARAMS(p_int(user.user_id), p_text("Deleted user"),
			  p_text(user_erased_address(ctx, id)))));
	if (rows.affected == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "User not found");
	TRY(merchant_leave(ctx, user.user_id));
	TRY(card_leave(ctx, user.user_id));
	audit_begin(ctx, &detail);
	jw_bool(&detail, "self", user.user_id == ctx->who.user_id);
	return audit_end(ctx, "user_delete", uuid_text(text, id), &detail);
}
