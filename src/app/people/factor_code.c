#include "app/people/factor_code.h"

#include <string.h>

#include "base/arena.h"
#include "crypto/box.h"
#include "crypto/hmac.h"
#include "crypto/keyring.h"
#include "crypto/totp.h"
#include "db/row.h"
#include "runtime/app.h"

struct factor_row {
	int64_t factor_id; /* 0: there is none */
	struct uuid person;
	struct bytes secret_sealed;
	bool active;
};

static const struct column factor_columns[] = {
	COLUMN_NAMED(struct factor_row, factor_id, "second_factor_id"),
	COLUMN(struct factor_row, person),
	COLUMN(struct factor_row, secret_sealed),
	COLUMN(struct factor_row, active),
};

const char *
factor_seal_context(struct arena *arena, struct uuid person)
{
	char id[UUID_TEXT_MAX];

	return arena_printf(arena, "second factor %s", uuid_text(id, person));
}

struct bytes
factor_recovery_digest(struct ctx *ctx, int64_t factor_id, const char *code)
{
	unsigned char *keyed = arena_alloc(ctx->arena, KEYED_DIGEST_SIZE);
	char *text =
		arena_printf(ctx->arena, "cowry-recovery-1\n%lld\n%s", (long long)factor_id, code);

	keyring_digest(ctx->app->keys, text, strlen(text), keyed);
	secret_wipe(text, strlen(text));
	return (struct bytes){keyed, KEYED_DIGEST_SIZE};
}

/* Without blanks and hyphens, in upper case. */
static const char *
typed(struct arena *arena, const char *code)
{
	char *text = arena_alloc(arena, strlen(code) + 1);
	char *to = text;

	for (const char *p = code; *p != '\0'; p++)
		if (*p != ' ' && *p != '-')
			*to++ = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	return text;
}

/* The factor of a user in the wanted state. */
static enum err
find(struct ctx *ctx, int64_t user_id, bool active, struct factor_row *row)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_factor_find, &rows, PARAMS(p_int(user_id))));
	if (rows.count > 0)
		rows_scan(&rows, 0, factor_columns, COLUMN_COUNT(factor_columns), row);
	if (row->active != active)
		*row = (struct factor_row){0};
	return ERR_OK;
}

/* The secret; without a factor, one that nobody has. */
static enum err
open_secret(struct ctx *ctx, const struct factor_row *row, struct bytes *secret)
{
	static const char nobody[TOTP_SECRET_SIZE];

	*secret = (struct bytes){nobody, sizeof(nobody)};
	if (row->factor_id == 0 ||
	    box_open(ctx->app->keys, ctx->arena, factor_seal_context(ctx->arena, row->person),
		     row->secret_sealed, secret))
		return ERR_OK;
	return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
}

static enum err
compare(struct ctx *ctx, int64_t user_id, bool active, const char *code, struct factor_guess *out)
{
	const char *text = typed(ctx->arena, code);
	struct factor_row row = {0};
	struct bytes secret;
	struct bytes recovery;

	TRY(find(ctx, user_id, active, &row));
	TRY(open_secret(ctx, &row, &secret));
	recovery = factor_recovery_digest(ctx, row.factor_id, text);
	out->step = totp_match(secret, ctx->now, text);
	if (out->step < 0 && active && strlen(text) != TOTP_DIGITS)
		out->recovery = recovery;
	if (out->step >= 0 || out->recovery.length > 0)
		out->factor_id = row.factor_id;
	return ERR_OK;
}

/* A guess that could not be compared does not count; its fault stays. */
static enum err
compare_or_take_back(struct ctx *ctx, int64_t user_id, bool active, const char *code,
		     struct factor_guess *out)
{
	struct fault problem;

	if (compare(ctx, user_id, active, code, out) == ERR_OK)
		return ERR_OK;
	problem = ctx->fault;
	(void)!guard_unjudged(ctx, &out->guard);
	ctx->fault = problem;
	return problem.err;
}

enum err
factor_guess(struct ctx *ctx, int64_t user_id, const char *name, const char *code,
	     struct factor_guess *out)
{
	*out = (struct factor_guess){0};
	TRY(guard_begin_code(ctx, user_id, name, &out->guard));
	return compare_or_take_back(ctx, user_id, true, code, out);
}

enum err
factor_guess_first(struct ctx *ctx, int64_t user_id, const char *code, struct factor_guess *out)
{
	*out = (struct factor_guess){0};
	TRY(guard_begin_code(ctx, user_id, NULL, &out->guard));
	return compare_or_take_back(ctx, user_id, false, code, out);
}

enum err
factor_use(struct ctx *ctx, const struct factor_guess *guess, bool *right)
{
	struct bytes recovery = guess->recovery;
	struct rows used = {.affected = 0};

	if (guess->factor_id != 0 && recovery.length > 0)
		TRY(db_run(
			ctx, SQL_recovery_code_use, &used,
			PARAMS(p_bytes(recovery.data, recovery.length), p_int(guess->factor_id))));
	else if (guess->factor_id != 0)
		TRY(db_run(ctx, SQL_factor_use_step, &used,
			   PARAMS(p_int(guess->factor_id), p_int(guess->step))));
	*right = used.affected > 0;
	return *right ? guard_right(ctx, &guess->guard) : ERR_OK;
}
