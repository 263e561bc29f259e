#include "app/people/ownership.h"

#include "app/people/user.h"
#include "base/attributes.h"
#include "db/row.h"

/* Settings invalidated by the first proof. Each statement takes a user_id. */
static const enum statement_id voided[] = {
	SQL_session_revoke_all,      SQL_user_revoke_keys,        SQL_ownership_void_codes,
	SQL_ownership_void_webhooks, SQL_ownership_void_payments, SQL_ownership_void_providers,
	SQL_ownership_void_payees,   SQL_ownership_void_merchant, SQL_ownership_void_person,
	SQL_factor_remove,
};
enum { VOIDED = COUNT(voided) };

enum err
ownership_prove(struct ctx *ctx, int64_t user_id, enum ownership_proof proof)
{
	const struct param user = p_int(user_id);
	struct rows rows;
	bool proven;

	TRY(db_run(ctx, SQL_ownership_lock, &rows, PARAMS(user)));
	proven = row_bool(&rows, 0, 0);
	for (size_t i = 0; i < VOIDED && !proven && proof != PROOF_HOLDER; i++)
		TRY(db_run(ctx, voided[i], NULL, PARAMS(user)));
	return db_run(ctx, SQL_ownership_note, NULL, PARAMS(user, p_bool(proof != PROOF_ADDRESS)));
}

enum err
ownership_prove_by_code(struct ctx *ctx, int64_t user_id, const char *email)
{
	return db_run(ctx, SQL_ownership_note_code, NULL,
		      PARAMS(p_int(user_id), p_text(email_key(ctx->arena, email)),
			     p_text(email_spelling(ctx->arena, email))));
}

static enum err
hold(struct ctx *ctx, enum statement_id lock)
{
	const struct principal *who = &ctx->who;
	struct rows account;
	struct rows good;
	const struct db_call calls[] = {
		{lock, &account, PARAMS(p_int(who->user_id))},
		{SQL_ownership_good, &good, PARAMS(p_id(who->session_id), p_id(who->key_id))},
	};

	if (who->kind != PRINCIPAL_USER && who->kind != PRINCIPAL_USER_KEY)
		return ERR_OK;
	TRY(db_pipeline(ctx, calls, 2));
	if (account.count == 0 || !row_bool(&good, 0, 0))
		return fault(&ctx->fault, ERR_UNAUTHORIZED, NULL,
			     who->kind == PRINCIPAL_USER
				     ? "The session has ended"
				     : "The API key is unknown, expired or revoked");
	return ERR_OK;
}

enum err
ownership_hold(struct ctx *ctx)
{
	return hold(ctx, SQL_ownership_hold);
}

enum err
ownership_hold_alone(struct ctx *ctx)
{
	return hold(ctx, SQL_ownership_hold_alone);
}
