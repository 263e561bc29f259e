#include "app/people/challenge.h"

#include <string.h>

#include "app/people/second_factor.h"
#include "base/arena.h"
#include "crypto/hmac.h"
#include "crypto/random.h"
#include "db/row.h"

enum { CHALLENGE_BYTES = 32 };

static struct bytes
digest(struct ctx *ctx, const char *token)
{
	unsigned char *out = arena_alloc(ctx->arena, SHA256_SIZE);

	sha256(token, strlen(token), out);
	return (struct bytes){out, SHA256_SIZE};
}

static enum err
refuse(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_INVALID_CREDENTIALS, NULL, NULL);
}

enum err
challenge_begin(struct ctx *ctx, const struct user *user, const char **token)
{
	unsigned char bytes[CHALLENGE_BYTES];
	struct bytes stored;
	struct rows rows;

	random_bytes(bytes, sizeof(bytes));
	*token = base64url_encode(ctx->arena, bytes, sizeof(bytes));
	stored = digest(ctx, *token);
	TRY(db_run(ctx, SQL_challenge_insert, &rows,
		   PARAMS(p_bytes(stored.data, stored.length), p_int(user->user_id),
			  p_text(user->password_hash), p_int(CHALLENGE_LIFETIME_S))));
	return rows.affected > 0 ? ERR_OK : refuse(ctx);
}

enum err
challenge_prepare(struct ctx *ctx, struct second_step *in)
{
	int64_t user_id = 0;
	struct rows rows;

	in->digest = digest(ctx, in->challenge);
	TRY(db_run(ctx, SQL_challenge_find, &rows,
		   PARAMS(p_bytes(in->digest.data, in->digest.length))));
	if (rows.count > 0)
		user_id = row_int(&rows, 0, 0);
	return factor_guess(ctx, user_id, in->challenge, in->code, &in->guess);
}

enum err
challenge_finish(struct ctx *ctx, const struct second_step *in, struct user_tokens *out)
{
	struct user user = {0};
	struct rows rows;
	struct rows locked;
	bool right;

	TRY(db_run(ctx, SQL_challenge_use, &rows,
		   PARAMS(p_bytes(in->digest.data, in->digest.length))));
	if (rows.count == 0)
		return refuse(ctx);
	TRY(db_run(ctx, SQL_factor_lock, &locked, PARAMS(p_int(row_int(&rows, 0, 0)), p_null())));
	TRY(user_get(ctx, row_int(&rows, 0, 0), &user));
	TRY(factor_use(ctx, &in->guess, &right));
	if (!right || !user.has_second_factor)
		return refuse(ctx);
	if (in->guess.recovery.length > 0)
		TRY(factor_tell(ctx, &user, FACTOR_RECOVERED));
	return user_sign_in_proven(ctx, &user, out);
}
