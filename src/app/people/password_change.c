#include "app/people/password_change.h"

#include "app/events/outbox.h"
#include "app/people/session.h"
#include "db/db.h"

enum { MAIL_LIFETIME_S = 24 * 60 * 60 };

static enum err
wrong(struct ctx *ctx)
{
	violation_add(ctx->arena, &ctx->fault, "currentPassword", "WRONG", "is wrong");
	return ERR_VALIDATION;
}

enum err
password_change_prepare(struct ctx *ctx, struct password_change *in)
{
	TRY(user_check_own_password(ctx, in->current, &in->user, &in->is_right));
	return in->is_right
		       ? user_hash_password(ctx, "newPassword", in->new_password, &in->new_hash)
		       : ERR_OK;
}

enum err
password_change(struct ctx *ctx, const struct password_change *in)
{
	struct rows rows;

	if (!in->is_right)
		return wrong(ctx);
	TRY(db_run(ctx, SQL_user_change_password, &rows,
		   PARAMS(p_int(in->user.user_id), p_text(in->new_hash),
			  p_text(in->user.password_hash))));
	if (rows.affected == 0)
		return wrong(ctx);
	TRY(user_end_other_sessions(ctx));
	return outbox_add(ctx, in->user.email, "Your password was changed",
			  "Hello,\n\nthe password of your account was changed, and all other "
			  "sessions were ended. If you did not do this, set a new password at "
			  "once.\n",
			  MAIL_LIFETIME_S);
}
