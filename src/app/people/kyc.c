#include "app/people/kyc.h"

#include "app/audit/audit.h"
#include "app/events/notification.h"
#include "app/people/user.h"
#include "base/email.h"
#include "base/word.h"
#include "db/row.h"
#include "json/writer.h"

enum err
kyc_notify(struct ctx *ctx, int64_t user_id, enum kyc_status before, enum kyc_status after)
{
	if (before == after)
		return ERR_OK;
	if (after == KYC_VERIFIED)
		return notification_add(ctx, user_id, NOTIFY_KYC, "Your identity is verified",
					"You can send money now.", NULL);
	if (after == KYC_REJECTED)
		return notification_add(ctx, user_id, NOTIFY_KYC, "Your identity was not verified",
					"Contact us to find out what is missing.", NULL);
	return ERR_OK;
}

static enum err
record(struct ctx *ctx, const struct user *user)
{
	char id[UUID_TEXT_MAX];
	struct bytes detail;
	struct jw w;

	jw_init(&w, ctx->arena, 64);
	jw_object(&w, NULL);
	jw_text(&w, "kycStatus", word_text(kyc_status_words, user->kyc_status));
	jw_close(&w);
	if (!jw_finish(&w, &detail))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	return audit_add(ctx, "user_update", uuid_text(id, user->public_id),
			 (struct json_value){detail.data});
}

enum err
kyc_decide(struct ctx *ctx, const char *email, bool approved, struct user *out)
{
	enum kyc_status status = approved ? KYC_VERIFIED : KYC_REJECTED;
	struct rows rows;

	TRY(db_run(ctx, SQL_user_by_email, &rows,
		   PARAMS(p_text(email_key(ctx->arena, email)),
			  p_text(email_spelling(ctx->arena, email)))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "User not found");
	user_scan(&rows, 0, out);
	TRY(db_run(ctx, SQL_user_update, NULL,
		   PARAMS(p_int(out->user_id), p_null(), p_null(), p_null(), p_null(), p_null(),
			  p_null(), p_word(kyc_status_words, status))));
	TRY(kyc_notify(ctx, out->user_id, out->kyc_status, status));
	out->kyc_status = status;
	return record(ctx, out);
}
