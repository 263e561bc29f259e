/* Sessions: a sign-in and the refresh tokens that descend from it. */
#include <string.h>

#include "app/people/guard.h"
#include "app/people/session.h"
#include "app/people/user.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/word.h"
#include "crypto/hmac.h"
#include "crypto/random.h"
#include "crypto/token.h"
#include "db/row.h"
#include "runtime/app.h"

enum { REFRESH_BYTES = 32 };

/* A new refresh token of the session. */
static enum err
issue_refresh(struct ctx *ctx, int64_t session_id, const char **refresh)
{
	unsigned char bytes[REFRESH_BYTES];
	unsigned char digest[SHA256_SIZE];

	random_bytes(bytes, sizeof(bytes));
	*refresh = base64url_encode(ctx->arena, bytes, sizeof(bytes));
	sha256(*refresh, strlen(*refresh), digest);
	return db_run(ctx, SQL_refresh_token_insert, NULL,
		      PARAMS(p_bytes(digest, sizeof(digest)), p_int(session_id)));
}

static enum err
sign_token(struct ctx *ctx, const struct user *user, struct uuid session, int64_t seconds,
	   const char **token)
{
	struct claims claims = {
		.user = user->public_id,
		.session = session,
		.role = word_text(user_role_words, user->role),
		.issuer = ctx->app->config->public_url,
		.issued = ctx->now,
		.expires = {ctx->now.us + seconds * SECOND_US},
	};

	return token_sign(ctx->app->keys, ctx->arena, &ctx->fault, &claims, token);
}

static enum err
issue_access(struct ctx *ctx, struct uuid session, struct user_tokens *out)
{
	out->expires_in_s = ctx->app->config->access_token_s;
	return sign_token(ctx, &out->user, session, out->expires_in_s, &out->access);
}

/* A session of a user in the state in which they were authenticated: with the same password, if
 * by one. */
static enum err
open_session(struct ctx *ctx, const struct user *user, struct uuid session, int64_t seconds,
	     int64_t *session_id)
{
	struct bytes address = guard_address(ctx, user->user_id, ctx->address);
	struct rows rows;

	TRY(db_run(ctx, SQL_session_insert, &rows,
		   PARAMS(p_uuid(session), p_int(user->user_id), p_int(seconds),
			  p_text(user->password_hash), p_bytes(address.data, address.length))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_INVALID_CREDENTIALS, NULL, NULL);
	*session_id = row_int(&rows, 0, 0);
	return ERR_OK;
}

enum err
user_open_session(struct ctx *ctx, const struct user *user, int64_t seconds, const char **token)
{
	struct uuid session = uuid_v7();
	int64_t session_id;

	TRY(open_session(ctx, user, session, seconds, &session_id));
	return sign_token(ctx, user, session, seconds, token);
}

enum err
user_sign_in(struct ctx *ctx, const struct user *user, struct user_tokens *out)
{
	struct uuid session = uuid_v7();
	int64_t session_id = 0;

	out->user = *user;
	TRY(open_session(ctx, user, session, ctx->app->config->refresh_token_s, &session_id));
	TRY(issue_refresh(ctx, session_id, &out->refresh));
	return issue_access(ctx, session, out);
}

struct refresh_row {
	int64_t session_id;
	struct uuid session;
	struct instant used_at;
	bool live;
	int64_t user_id;
};

static const struct column refresh_columns[] = {
	COLUMN(struct refresh_row, session_id), COLUMN(struct refresh_row, session),
	COLUMN(struct refresh_row, used_at),    COLUMN(struct refresh_row, live),
	COLUMN(struct refresh_row, user_id),
};

static enum err
find_refresh(struct ctx *ctx, const char *refresh, unsigned char digest[SHA256_SIZE],
	     struct refresh_row *row, bool *found)
{
	struct rows rows;

	sha256(refresh, strlen(refresh), digest);
	TRY(db_run(ctx, SQL_refresh_token_find, &rows, PARAMS(p_bytes(digest, SHA256_SIZE))));
	*found = rows.count > 0;
	if (*found)
		rows_scan(&rows, 0, refresh_columns, COLUMN_COUNT(refresh_columns), row);
	return ERR_OK;
}

enum err
user_refresh(struct ctx *ctx, const char *refresh, struct user_tokens *out, int64_t *stolen)
{
	unsigned char digest[SHA256_SIZE];
	struct refresh_row row = {0};
	bool found;

	*stolen = 0;
	TRY(find_refresh(ctx, refresh, digest, &row, &found));
	if (found && row.live && row.used_at.us != 0)
		*stolen = row.session_id;
	if (!found || !row.live || row.used_at.us != 0)
		return fault(&ctx->fault, ERR_UNAUTHORIZED, NULL, "The refresh token is not valid");
	TRY(db_run(ctx, SQL_refresh_token_use, NULL, PARAMS(p_bytes(digest, sizeof(digest)))));
	TRY(user_get(ctx, row.user_id, &out->user));
	TRY(issue_refresh(ctx, row.session_id, &out->refresh));
	return issue_access(ctx, row.session, out);
}

enum err
user_renew(struct ctx *ctx, struct user_tokens *out)
{
	struct user user = {0};
	struct rows ended;

	TRY(db_run(ctx, SQL_session_revoke, &ended, PARAMS(p_int(ctx->who.session_id))));
	if (ended.affected == 0)
		return fault(&ctx->fault, ERR_UNAUTHORIZED, NULL, "The session has ended");
	TRY(user_get(ctx, ctx->who.user_id, &user));
	return user_sign_in(ctx, &user, out);
}

enum err
user_end_session(struct ctx *ctx, int64_t session_id)
{
	return db_run(ctx, SQL_session_revoke, NULL, PARAMS(p_int(session_id)));
}

enum err
user_sign_out_everywhere(struct ctx *ctx, int64_t user_id)
{
	return db_run(ctx, SQL_session_revoke_all, NULL, PARAMS(p_int(user_id)));
}

enum err
user_sign_out(struct ctx *ctx, const char *refresh)
{
	unsigned char digest[SHA256_SIZE];
	struct refresh_row row = {0};
	bool found;

	TRY(find_refresh(ctx, refresh, digest, &row, &found));
	if (!found)
		return ERR_OK;
	return user_end_session(ctx, row.session_id);
}
