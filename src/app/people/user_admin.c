/* Users' changes by administrators, and by themselves. */
#include "app/people/user_admin.h"

#include "app/audit/audit.h"
#include "app/people/kyc.h"
#include "app/people/user.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/email.h"
#include "base/word.h"
#include "db/row.h"
#include "json/writer.h"

enum err
user_list(struct ctx *ctx, const struct user_filter *filter, struct user **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_user_list, &rows,
		   PARAMS(p_text(filter->search), p_word(user_role_words, filter->role),
			  p_word(user_status_words, filter->status), p_from(filter->from),
			  p_until(filter->to), p_text(filter->sort), p_bool(filter->descending),
			  p_id(filter->after), p_int(filter->most), p_int(filter->skip))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		user_scan(&rows, i, &(*out)[i]);
	return ERR_OK;
}

enum err
user_count(struct ctx *ctx, const struct user_filter *filter, int64_t *total)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_user_count, &rows,
		   PARAMS(p_text(filter->search), p_word(user_role_words, filter->role),
			  p_word(user_status_words, filter->status), p_from(filter->from),
			  p_until(filter->to))));
	*total = row_int(&rows, 0, 0);
	return ERR_OK;
}

static enum err
no_user(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "User not found");
}

enum err
user_find(struct ctx *ctx, struct uuid id, struct user *out)
{
	struct rows rows = {0};

	if (ctx->who.admin || uuid_equal(id, ctx->who.user_public_id))
		TRY(db_run(ctx, SQL_user_by_public_id, &rows, PARAMS(p_uuid(id))));
	if (rows.count == 0)
		return no_user(ctx);
	user_scan(&rows, 0, out);
	return ERR_OK;
}

static enum err
audit_user(struct ctx *ctx, const char *action, struct uuid id, struct jw *detail)
{
	char text[UUID_TEXT_MAX];

	return audit_end(ctx, action, uuid_text(text, id), detail);
}

enum err
user_invite(struct ctx *ctx, const struct registration *in, struct user *out)
{
	struct uuid id = uuid_v7();
	struct rows rows;
	struct jw detail;

	TRY(db_run(ctx, SQL_user_invite, &rows,
		   PARAMS(p_uuid(id), p_text(in->email), p_text(email_key(ctx->arena, in->email)),
			  p_text(in->password_hash), p_text(in->name), p_text(in->country),
			  p_text(in->company_name), p_text(in->photo_url),
			  p_word(user_role_words, in->role),
			  p_word(user_status_words, in->status))));
	TRY(user_get(ctx, row_int(&rows, 0, 0), out));
	if (out->status == USER_ACTIVE) /* a token is useless to anybody else */
		TRY(user_mail_welcome(ctx, out));
	audit_begin(ctx, &detail);
	jw_text(&detail, "role", word_text(user_role_words, out->role));
	jw_text(&detail, "status", word_text(user_status_words, out->status));
	return audit_user(ctx, "user_create", id, &detail);
}

/*
 * All of them are locked whenever one might lose the role, so that two administrators who demote
 * each other concurrently can't both succeed.
 */
enum err
user_keep_an_admin(struct ctx *ctx, struct user *user)
{
	bool others = false;
	bool among = false;
	struct rows admins;

	TRY(db_run(ctx, SQL_user_lock_admins, &admins, NO_PARAMS));
	TRY(user_find(ctx, user->public_id, user));
	for (size_t i = 0; i < admins.count; i++)
		if (row_int(&admins, i, 0) == user->user_id)
			among = true;
		else
			others = true;
	if (among && !others)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "This is the last active administrator");
	return ERR_OK;
}

/* Of personal data only the fact of the change is recorded: the log outlives the data. */
static enum err
audit_change(struct ctx *ctx, const struct user *before, const struct user_change *in)
{
	const struct {
		const char *name;
		const char *value;
	} facts[] = {{"role", word_text(user_role_words, in->role)},
		     {"status", word_text(user_status_words, in->status)},
		     {"kycStatus", word_text(kyc_status_words, in->kyc_status)}};
	const struct {
		const char *name;
		const char *value;
	} personal[] = {{"name", in->name},
			{"country", in->country},
			{"companyName", in->company_name},
			{"photoUrl", in->photo_url}};
	struct jw detail;

	if (!ctx->who.admin)
		return ERR_OK;
	audit_begin(ctx, &detail);
	for (size_t i = 0; i < COUNT(facts); i++)
		if (facts[i].value != NULL)
			jw_text(&detail, facts[i].name, facts[i].value);
	jw_list(&detail, "changed");
	for (size_t i = 0; i < COUNT(personal); i++)
		if (personal[i].value != NULL)
			jw_text(&detail, NULL, personal[i].name);
	jw_close(&detail);
	return audit_user(ctx, "user_update", before->public_id, &detail);
}

/* Anybody can register with any address: an account with an unverified address gets no rights
 * over others. */
static enum err
check_promotion(struct ctx *ctx, const struct user *user, const struct user_change *in)
{
	bool promotes = in->role == ROLE_ADMIN && user->role != ROLE_ADMIN;

	if (promotes && !user->is_email_verified)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "The email address of the account is not verified");
	return ERR_OK;
}

enum err
user_change(struct ctx *ctx, struct uuid id, const struct user_change *in, struct user *out)
{
	bool rights = in->role != 0 || in->status != 0;
	struct rows rows;

	TRY(user_find(ctx, id, out));
	if (!ctx->who.admin && (rights || in->kyc_status != 0))
		return fault(&ctx->fault, ERR_FORBIDDEN, NULL,
			     "Only administrators can change role, status and kycStatus");
	TRY(check_promotion(ctx, out, in));
	if ((in->role != 0 && in->role != ROLE_ADMIN) ||
	    (in->status != 0 && in->status != USER_ACTIVE))
		TRY(user_keep_an_admin(ctx, out));
	TRY(db_run(ctx, SQL_user_update, &rows,
		   PARAMS(p_int(out->user_id), p_text(in->name), p_text(in->country),
			  p_text(in->company_name), p_text(in->photo_url),
			  p_word(user_role_words, in->role), p_word(user_status_words, in->status),
			  p_word(kyc_status_words, in->kyc_status))));
	if (rows.affected == 0)
		return no_user(ctx);
	if (in->status != 0 && in->status != USER_ACTIVE)
		TRY(db_run(ctx, SQL_session_revoke_all, NULL, PARAMS(p_int(out->user_id))));
	if (in->kyc_status != 0)
		TRY(kyc_notify(ctx, out->user_id, out->kyc_status, in->kyc_status));
	TRY(audit_change(ctx, out, in));
	return user_get(ctx, out->user_id, out);
}
