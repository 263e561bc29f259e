#include "app/people/guard.h"

#include <string.h>

#include "app/people/user.h"
#include "base/arena.h"
#include "crypto/keyring.h"
#include "db/row.h"
#include "net/client.h"
#include "runtime/app.h"

enum {
	GUESSES_FREE = 5,
	WAIT_MOST_S = 900,
	MAILS_MOST = 6,
	MAILS_WINDOW_S = 3600,
	SWEEP_AT_ONCE = 1000,
};

/* Names and addresses are hashed, so that the table does not reveal them. */
static struct bytes
digest(struct ctx *ctx, const char *text)
{
	unsigned char *keyed = arena_alloc(ctx->arena, KEYED_DIGEST_SIZE);

	keyring_digest(ctx->app->keys, text, strlen(text), keyed);
	return (struct bytes){keyed, KEYED_DIGEST_SIZE};
}

static struct param
p_digest(struct bytes value)
{
	return p_bytes(value.data, value.length);
}

struct bytes
guard_address(struct ctx *ctx, int64_t user_id, const char *address)
{
	return digest(ctx, arena_printf(ctx->arena, "cowry-address-1\n%lld\n%s", (long long)user_id,
					client_group(ctx->arena, address)));
}

enum err
guard_knows_address(struct ctx *ctx, int64_t user_id, const char *address, bool *known)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_known_address_find, &rows,
		   PARAMS(p_int(user_id), p_digest(guard_address(ctx, user_id, address)))));
	*known = rows.count > 0;
	return ERR_OK;
}

/* What is guessed at is "guess" or "code". */
static enum err
begin(struct ctx *ctx, const char *what, int64_t user_id, const char *name, struct guard *out)
{
	const char *account =
		user_id != 0 ? arena_printf(ctx->arena, "cowry-%s-1\nuser\n%lld", what,
					    (long long)user_id)
			     : arena_printf(ctx->arena, "cowry-%s-1\nname\n%s", what, name);
	const char *known =
		arena_printf(ctx->arena, "%s\n%s", account, client_group(ctx->arena, ctx->address));
	struct rows rows;

	*out = (struct guard){user_id, guard_address(ctx, user_id, ctx->address),
			      digest(ctx, account), digest(ctx, known)};
	TRY(db_run(ctx, SQL_guard_take, &rows,
		   PARAMS(p_int(user_id), p_digest(out->address), p_digest(out->account),
			  p_digest(out->known), p_int(GUESSES_FREE), p_int(WAIT_MOST_S))));
	if (rows.count > 0)
		return ERR_OK;
	TRY(db_run(ctx, SQL_guard_wait, &rows,
		   PARAMS(p_int(user_id), p_digest(out->address), p_digest(out->account),
			  p_digest(out->known))));
	(void)fault(&ctx->fault, ERR_RATE_LIMITED, NULL,
		    "Too many wrong %s; wait before you try again",
		    strcmp(what, "code") == 0 ? "codes" : "passwords");
	ctx->fault.retry_after_s = row_int(&rows, 0, 0);
	return ERR_RATE_LIMITED;
}

enum err
guard_begin(struct ctx *ctx, int64_t user_id, const char *name, struct guard *out)
{
	return begin(ctx, "guess", user_id, name, out);
}

enum err
guard_begin_code(struct ctx *ctx, int64_t user_id, const char *name, struct guard *out)
{
	return begin(ctx, "code", user_id, name, out);
}

enum err
guard_right(struct ctx *ctx, const struct guard *guard)
{
	return db_run(ctx, SQL_guard_right, NULL,
		      PARAMS(p_int(guard->user_id), p_digest(guard->address),
			     p_digest(guard->account), p_digest(guard->known)));
}

enum err
guard_unjudged(struct ctx *ctx, const struct guard *guard)
{
	return db_run(ctx, SQL_guard_unjudged, NULL,
		      PARAMS(p_int(guard->user_id), p_digest(guard->address),
			     p_digest(guard->account), p_digest(guard->known)));
}

enum err
guard_know_address(struct ctx *ctx, int64_t user_id)
{
	return db_run(ctx, SQL_known_address_set, NULL,
		      PARAMS(p_int(user_id), p_digest(guard_address(ctx, user_id, ctx->address))));
}

enum err
guard_mail(struct ctx *ctx, const char *email, bool known, bool *allowed)
{
	struct bytes bucket = digest(ctx, arena_printf(ctx->arena, "cowry-mail-1\n%d\n%s", known,
						       email_key(ctx->arena, email)));
	struct rows rows;

	TRY(db_run(ctx, SQL_mail_take, &rows,
		   PARAMS(p_digest(bucket), p_int(MAILS_MOST), p_int(MAILS_WINDOW_S))));
	*allowed = rows.count > 0;
	return ERR_OK;
}

enum err
guard_sweep(struct ctx *ctx, bool *found)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_guard_sweep, &rows, PARAMS(p_int(SWEEP_AT_ONCE))));
	*found = row_int(&rows, 0, 0) >= SWEEP_AT_ONCE;
	return ERR_OK;
}
