#include "app/people/code.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "app/events/outbox.h"
#include "base/arena.h"
#include "crypto/hmac.h"
#include "crypto/keyring.h"
#include "crypto/random.h"
#include "db/row.h"
#include "runtime/app.h"

enum { CODES = 1000000 };

struct state_row {
	int64_t failures;
	int64_t locked_s;
	int64_t code_id; /* 0: there is no valid code */
	const char *reference;
	struct bytes digest;
	int64_t expires_in_s;
};

static const struct column state_columns[] = {
	COLUMN(struct state_row, failures), COLUMN(struct state_row, locked_s),
	COLUMN(struct state_row, code_id),  COLUMN(struct state_row, reference),
	COLUMN(struct state_row, digest),   COLUMN(struct state_row, expires_in_s),
};

static enum err
read_state(struct ctx *ctx, int64_t user_id, const char *purpose, struct state_row *out)
{
	struct rows rows;

	*out = (struct state_row){0};
	TRY(db_run(ctx, SQL_code_state, &rows, PARAMS(p_int(user_id), p_text(purpose))));
	rows_scan(&rows, 0, state_columns, COLUMN_COUNT(state_columns), out);
	return ERR_OK;
}

void
code_make(char out[CODE_TEXT_MAX])
{
	const uint32_t end =
		UINT32_MAX / CODES * CODES; /* above it, some codes would be more likely */
	uint32_t number;

	do
		random_bytes(&number, sizeof(number));
	while (number >= end);
	(void)snprintf(out, CODE_TEXT_MAX, "%06u", (unsigned)(number % CODES));
}

/* The stored form of a code. The last part is the caller's text; the parts before it are ours,
 * without line breaks. */
static void
digest_code(struct ctx *ctx, const struct code_use *use, const char *code,
	    unsigned char out[KEYED_DIGEST_SIZE])
{
	char *text = arena_printf(ctx->arena, "cowry-code-1\n%s\n%lld\n%s\n%s", use->purpose,
				  (long long)use->user_id, use->reference, code);

	keyring_digest(ctx->app->keys, text, strlen(text), out);
	secret_wipe(text, strlen(text));
}

enum err
code_lock(struct ctx *ctx, int64_t user_id, const char *purpose)
{
	struct rows unused;
	struct rows row;
	const struct param params[] = {p_int(user_id), p_text(purpose)};
	const struct db_call calls[] = {
		{SQL_code_guard_insert, &unused, params, 2},
		{SQL_code_guard_lock, &row, params, 2},
	};

	return db_pipeline(ctx, calls, 2);
}

enum err
code_send(struct ctx *ctx, const struct code_use *use, const char *recipient, const char *subject,
	  const char *sentence)
{
	unsigned char digest[KEYED_DIGEST_SIZE];
	char code[CODE_TEXT_MAX];
	char *body;
	enum err err;

	code_make(code);
	digest_code(ctx, use, code, digest);
	TRY(db_run(ctx, SQL_code_end, NULL, PARAMS(p_int(use->user_id), p_text(use->purpose))));
	TRY(db_run(ctx, SQL_code_insert, NULL,
		   PARAMS(p_int(use->user_id), p_text(use->purpose), p_text(use->reference),
			  p_bytes(digest, sizeof(digest)), p_int(CODE_LIFETIME_S))));
	body = arena_printf(ctx->arena,
			    "Your one-time code is:\n\n%s\n\n%s\n\nIt is valid for 5 minutes. Do "
			    "not share it: we never ask for it. If you did not request it, ignore "
			    "this mail and change your password.\n",
			    code, sentence);
	err = outbox_add(ctx, recipient, subject, body, CODE_LIFETIME_S);
	secret_wipe(code, sizeof(code));
	secret_wipe(body, strlen(body));
	return err;
}

static enum err
locked(struct ctx *ctx, int64_t seconds)
{
	(void)fault(&ctx->fault, ERR_CODE_LOCKED, NULL, NULL);
	ctx->fault.retry_after_s = seconds;
	return ERR_OK;
}

/* Count a wrong guess; the last allowed one locks the purpose and invalidates the code. */
static enum err
count_failure(struct ctx *ctx, const struct code_use *use, int64_t code_id)
{
	struct rows rows;
	int64_t left;

	TRY(db_run(ctx, SQL_code_fail, NULL, PARAMS(p_int(code_id))));
	TRY(db_run(ctx, SQL_code_guard_fail, &rows,
		   PARAMS(p_int(use->user_id), p_text(use->purpose), p_int(CODE_ATTEMPTS_MAX),
			  p_int(CODE_LOCKOUT_S))));
	left = CODE_ATTEMPTS_MAX - row_int(&rows, 0, 0);
	if (left > 0) {
		(void)fault(&ctx->fault, ERR_CODE_WRONG, NULL,
			    "Invalid OTP. %lld attempts remaining.", (long long)left);
		return ERR_OK;
	}
	TRY(db_run(ctx, SQL_code_end, NULL, PARAMS(p_int(use->user_id), p_text(use->purpose))));
	return locked(ctx, CODE_LOCKOUT_S);
}

enum err
code_check(struct ctx *ctx, const struct code_use *use, const char *text, bool *right)
{
	unsigned char digest[KEYED_DIGEST_SIZE];
	struct state_row state;
	struct rows rows = {0};

	*right = false;
	TRY(read_state(ctx, use->user_id, use->purpose, &state));
	if (state.locked_s > 0)
		return locked(ctx, state.locked_s);
	if (state.code_id != 0 && strcmp(state.reference, use->reference) == 0) {
		digest_code(ctx, use, text, digest);
		if (!secret_equal(digest, state.digest.data, sizeof(digest)))
			return count_failure(ctx, use, state.code_id);
		TRY(db_run(ctx, SQL_code_use, &rows, PARAMS(p_int(state.code_id))));
	}
	if (rows.count == 0) {
		(void)fault(&ctx->fault, ERR_CODE_EXPIRED, NULL, NULL);
		return ERR_OK;
	}
	*right = true;
	return db_run(ctx, SQL_code_guard_clear, NULL,
		      PARAMS(p_int(use->user_id), p_text(use->purpose)));
}

enum err
code_status(struct ctx *ctx, int64_t user_id, const char *purpose, struct code_status *out)
{
	struct state_row state;

	TRY(read_state(ctx, user_id, purpose, &state));
	*out = (struct code_status){
		.pending = state.code_id != 0,
		.reference = state.reference,
		.expires_in_s = state.expires_in_s,
		.attempts_left = state.locked_s > 0 ? 0 : CODE_ATTEMPTS_MAX - state.failures,
		.locked = state.locked_s > 0,
	};
	return ERR_OK;
}

enum err
code_sweep(struct ctx *ctx, int64_t most, int64_t *removed)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_code_sweep, &rows, PARAMS(p_int(most))));
	*removed = (int64_t)rows.affected;
	return ERR_OK;
}
