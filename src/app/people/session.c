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

/* A session, as it is opened. */
struct opening {
	struct uuid id;
	int64_t seconds;
	bool proven; /* the second factor, by this sign-in or by the session that this one replaces */
};

/* For a user in the state in which they were authenticated: with the same password, if by one. */
static enum err
open_session(struct ctx *ctx, const struct user *user, const struct opening *opening,
	     int64_t *session_id)
{
	struct bytes address = guard_address(ctx, user->user_id, ctx->address);
	struct rows rows;

	if (user->has_second_factor && !opening->proven)
		return fault(&ctx->fault, ERR_SECOND_FACTOR, NULL,
			     "The account has a second factor; sign in with POST /v1/auth/login");
	TRY(db_run(ctx, SQL_session_insert, &rows,
		   PARAMS(p_uuid(opening->id), p_int(user->user_id), p_int(opening->seconds),
			  p_text(user->password_hash), p_bytes(address.data, address.length),
			  p_bool(opening->proven))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_INVALID_CREDENTIALS, NULL, NULL);
	*session_id = row_int(&rows, 0, 0);
	return ERR_OK;
}

static enum err
open_token(struct ctx *ctx, const struct user *user, int64_t seconds, bool proven,
	   const char **token)
{
	const struct opening opening = {uuid_v7(), seconds, proven};
	int64_t session_id;

	TRY(open_session(ctx, user, &opening, &session_id));
	return sign_token(ctx, user, opening.id, seconds, token);
}

enum err
user_open_session(struct ctx *ctx, const struct user *user, int64_t seconds, const char **token)
{
	return open_token(ctx, user, seconds, false, token);
}

static enum err
sign_in(struct ctx *ctx, const struct user *user, bool proven, struct user_tokens *out)
{
	const struct opening opening = {uuid_v7(), ctx->app->config->refresh_token_s, proven};
	int64_t session_id = 0;

	out->user = *user;
	TRY(open_session(ctx, user, &opening, &session_id));
	TRY(issue_refresh(ctx, session_id, &out->refresh));
	return issue_access(ctx, opening.id, out);
}

enum err
user_sign_in(struct ctx *ctx, const struct user *user, struct user_tokens *out)
{
	return sign_in(ctx, user, false, out);
}

enum err
user_sign_in_proven(struct ctx *ctx, const struct user *user, struct user_tokens *out)
{
	return sign_in(ctx, user, true, out);
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

/* End the session of the caller, which another one will replace. */
static enum err
end_current(struct ctx *ctx, struct user *user)
{
	struct rows ended;

	TRY(db_run(ctx, SQL_session_revoke, &ended, PARAMS(p_int(ctx->who.session_id))));
	if (ended.affected == 0) /* another request was first */
		return fault(&ctx->fault, ERR_UNAUTHORIZED, NULL, "The session has ended");
	return user_get(ctx, ctx->who.user_id, user);
}

enum err
user_renew(struct ctx *ctx, struct user_tokens *out)
{
	struct user user = {0};

	TRY(end_current(ctx, &user));
	return sign_in(ctx, &user, true, out);
}

enum err
user_renew_session(struct ctx *ctx, int64_t seconds, const char **token)
{
	struct user user = {0};

	TRY(end_current(ctx, &user));
	return open_token(ctx, &user, seconds, true, token);
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

static const struct column view_columns[] = {
	COLUMN(struct session_view, session_id), COLUMN_NAMED(struct session_view, id, "public_id"),
	COLUMN(struct session_view, created_at), COLUMN(struct session_view, refreshed_at),
	COLUMN(struct session_view, expires_at),
};

enum err
user_sessions(struct ctx *ctx, int64_t before, int64_t most, struct session_view **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_session_list, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_id(before), p_int(most))));
	*n = rows.count;
	*out = arena_array(ctx->arena, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++) {
		rows_scan(&rows, i, view_columns, COLUMN_COUNT(view_columns), &(*out)[i]);
		(*out)[i].is_current = (*out)[i].session_id == ctx->who.session_id;
	}
	return ERR_OK;
}

enum err
user_end_own_session(struct ctx *ctx, struct uuid id)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_session_end_own, &rows, PARAMS(p_int(ctx->who.user_id), p_uuid(id))));
	return rows.affected > 0 ? ERR_OK
				 : fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Session not found");
}

enum err
user_end_other_sessions(struct ctx *ctx)
{
	return db_run(ctx, SQL_session_end_others, NULL,
		      PARAMS(p_int(ctx->who.user_id), p_int(ctx->who.session_id)));
}
