#include "app/people/email_change.h"

#include "app/audit/audit.h"
#include "app/events/outbox.h"
#include "app/people/code.h"
#include "app/people/session.h"
#include "base/email.h"
#include "db/row.h"

#define PURPOSE "email_change"

/* An address to which nothing is sent (outbox.h). */
#define NOWHERE "nobody@nowhere.invalid"

enum { MAIL_LIFETIME_S = 24 * 60 * 60 };

enum err
email_change_prepare(struct ctx *ctx, struct email_change *in)
{
	return second_factor_change_prepare(ctx, &in->proof);
}

static enum err
is_taken(struct ctx *ctx, const char *email, bool *taken)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_email_taken, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_text(email_key(ctx->arena, email)),
			  p_text(email_spelling(ctx->arena, email)))));
	*taken = row_bool(&rows, 0, 0);
	return ERR_OK;
}

/* The owner of an address that has an account, or had one. */
static enum err
tell_owner(struct ctx *ctx, const char *email)
{
	return outbox_add(ctx, email, "Your email address has an account",
			  "Hello,\n\nsomebody wants to use this address for another account. It "
			  "was refused, because there is one with it, or was until it was closed. "
			  "If it was you, use that account; otherwise ignore this mail: nothing "
			  "changes.\n",
			  CODE_LIFETIME_S);
}

enum err
email_change_begin(struct ctx *ctx, const struct email_change *in)
{
	const struct code_use use = {ctx->who.user_id, PURPOSE, in->email};
	bool allowed;
	bool taken;

	if (in->proof.user.password_hash == NULL)
		return fault(&ctx->fault, ERR_CONFLICT, NULL, "The account has no password");
	TRY(second_factor_prove(ctx, &in->proof));
	TRY(code_lock(ctx, use.user_id, use.purpose));
	TRY(guard_mail(ctx, in->email, false, &allowed));
	TRY(is_taken(ctx, in->email, &taken));
	TRY(code_send(ctx, &use, allowed && !taken ? in->email : NOWHERE,
		      "Confirm your email address",
		      "It confirms that your account gets this email address."));
	return allowed && taken ? tell_owner(ctx, in->email) : ERR_OK;
}

/* Of the change only the fact is recorded: the log outlives the data. */
static enum err
change(struct ctx *ctx, const struct user *user, const char *email)
{
	char id[UUID_TEXT_MAX];

	TRY(db_run(
		ctx, SQL_user_change_email, NULL,
		PARAMS(p_int(user->user_id), p_text(email), p_text(email_key(ctx->arena, email)))));
	TRY(user_end_other_sessions(ctx));
	TRY(audit_add(ctx, "email_change", uuid_text(id, user->public_id),
		      (struct json_value){NULL}));
	return outbox_add(ctx, user->email, "Your email address was changed",
			  "Hello,\n\nthe email address of your account was changed: this one is no "
			  "longer in use there. All other sessions were ended. If you did not do "
			  "this, tell us at once.\n",
			  MAIL_LIFETIME_S);
}

/* The code of the pending change, whose new address is the reference. */
static enum err
check_code(struct ctx *ctx, const char *code, const char **email, bool *right)
{
	struct code_use use = {ctx->who.user_id, PURPOSE, ""};
	struct code_status status;

	TRY(code_lock(ctx, use.user_id, use.purpose));
	TRY(code_status(ctx, use.user_id, use.purpose, &status));
	if (status.pending)
		use.reference = status.reference;
	*email = use.reference;
	return code_check(ctx, &use, code, right);
}

enum err
email_change_confirm(struct ctx *ctx, const char *code, struct user *out, bool *right)
{
	const char *email;
	bool taken;

	TRY(check_code(ctx, code, &email, right));
	if (!*right)
		return ERR_OK;
	TRY(is_taken(ctx, email, &taken));
	if (taken)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "The email address is already registered");
	TRY(user_get(ctx, ctx->who.user_id, out));
	TRY(change(ctx, out, email));
	return user_get(ctx, ctx->who.user_id, out);
}
