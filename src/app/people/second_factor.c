#include "app/people/second_factor.h"

#include <string.h>

#include "app/audit/audit.h"
#include "app/events/outbox.h"
#include "app/paper/qr.h"
#include "app/people/session.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/email.h"
#include "crypto/box.h"
#include "crypto/hmac.h"
#include "crypto/random.h"
#include "crypto/totp.h"
#include "db/row.h"
#include "net/url.h"
#include "runtime/app.h"

enum { MAIL_LIFETIME_S = 24 * 60 * 60 };

#define IF_NOT_YOU " If you did not do this, set a new password at once, and tell us.\n"

static const struct notice {
	const char *action;
	const char *subject;
	const char *text;
} notices[] = {
	[FACTOR_ON] = {"second_factor_on", "A second factor was switched on",
		       "from now on a sign-in to your account needs a code of your app. All other "
		       "sessions were ended." IF_NOT_YOU},
	[FACTOR_OFF] =
		{"second_factor_off", "The second factor was switched off",
		 "from now on a sign-in to your account needs the password only." IF_NOT_YOU},
	[FACTOR_REMOVED] = {"second_factor_remove", "The second factor was removed",
			    "the second factor of your account was removed by the operator. If you "
			    "did not ask for this, set a new password at once, and tell us.\n"},
	[FACTOR_RENEWED] = {"recovery_codes_renew", "There are new recovery codes",
			    "the recovery codes of your account were replaced; the former ones are "
			    "not valid any more." IF_NOT_YOU},
	[FACTOR_RECOVERED] = {"recovery_code_use", "A recovery code was used",
			      "a recovery code of your account was used in place of a code of your "
			      "app." IF_NOT_YOU},
};

enum err
factor_tell(struct ctx *ctx, const struct user *user, enum factor_event event)
{
	const struct notice *notice = &notices[event];
	int64_t by = event == FACTOR_REMOVED ? 0 : user->user_id;
	char id[UUID_TEXT_MAX];

	TRY(audit_add_by(ctx, by, notice->action, uuid_text(id, user->public_id),
			 (struct json_value){NULL}));
	return outbox_add(ctx, user->email, notice->subject,
			  arena_printf(ctx->arena, "Hello,\n\n%s", notice->text), MAIL_LIFETIME_S);
}

struct lock_row {
	bool active;
	bool proven;
	bool unchanged; /* the password, since it was checked */
};

static const struct column lock_columns[] = {
	COLUMN(struct lock_row, active),
	COLUMN(struct lock_row, proven),
	COLUMN(struct lock_row, unchanged),
};

static enum err
lock(struct ctx *ctx, int64_t user_id, const char *password_hash, struct lock_row *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_factor_lock, &rows, PARAMS(p_int(user_id), p_text(password_hash))));
	rows_scan(&rows, 0, lock_columns, COLUMN_COUNT(lock_columns), out);
	return ERR_OK;
}

enum err
second_factor_enrol_prepare(struct ctx *ctx, struct factor_enrolment *in)
{
	return user_check_own_password(ctx, in->password, &in->user, &in->is_right);
}

static enum err
may_enrol(struct ctx *ctx, const struct factor_enrolment *in)
{
	struct lock_row row = {0};

	TRY(lock(ctx, ctx->who.user_id, in->user.password_hash, &row));
	if (in->user.password_hash == NULL)
		return fault(&ctx->fault, ERR_CONFLICT, NULL, "The account has no password");
	if (!in->is_right || !row.unchanged) {
		violation_add(ctx->arena, &ctx->fault, "password", "WRONG", "is wrong");
		return ERR_VALIDATION;
	}
	if (row.active)
		return fault(&ctx->fault, ERR_CONFLICT, NULL, "A second factor is active already");
	if (!row.proven)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "Verify your email address first, with your access token");
	return ERR_OK;
}

/* The name of this installation in the user's app. */
static const char *
issuer_of(struct ctx *ctx)
{
	struct url url;

	return url_parse(ctx->arena, ctx->app->config->public_url, &url) ? url.host : "Cowry";
}

static enum err
show_secret(struct ctx *ctx, const struct user *user, const unsigned char *secret,
	    struct factor_secret *out)
{
	const char *issuer = percent_encode(ctx->arena, issuer_of(ctx));
	struct bytes svg;

	out->secret = base32_encode(ctx->arena, secret, TOTP_SECRET_SIZE);
	out->url = arena_printf(ctx->arena,
				"otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=SHA1&digits=%d"
				"&period=%d",
				issuer, percent_encode(ctx->arena, user->email), out->secret,
				issuer, TOTP_DIGITS, TOTP_STEP_S);
	TRY(qr_svg(ctx, out->url, &svg));
	out->qr = arena_strndup(ctx->arena, svg.data, svg.length);
	return ERR_OK;
}

enum err
second_factor_enrol(struct ctx *ctx, const struct factor_enrolment *in, struct factor_secret *out)
{
	const struct user *user = &in->user;
	unsigned char secret[TOTP_SECRET_SIZE];
	struct bytes sealed;
	enum err err;

	TRY(may_enrol(ctx, in));
	random_bytes(secret, sizeof(secret));
	sealed = box_seal(ctx->app->keys, ctx->arena,
			  factor_seal_context(ctx->arena, user->public_id),
			  (struct bytes){secret, sizeof(secret)});
	err = show_secret(ctx, user, secret, out);
	secret_wipe(secret, sizeof(secret));
	TRY(err);
	TRY(db_run(ctx, SQL_factor_remove, NULL, PARAMS(p_int(user->user_id))));
	return db_run(ctx, SQL_factor_insert, NULL,
		      PARAMS(p_int(user->user_id), p_bytes(sealed.data, sealed.length)));
}

/* "ABCD-EFGH-IJKL-MNOP". */
static const char *
grouped(struct arena *arena, const char *code)
{
	return arena_printf(arena, "%.4s-%.4s-%.4s-%.4s", code, code + 4, code + 8, code + 12);
}

static enum err
make_codes(struct ctx *ctx, int64_t factor_id, struct recovery_codes *out)
{
	struct bytes digests[RECOVERY_CODES];

	out->codes.items = arena_array(ctx->arena, RECOVERY_CODES, sizeof(const char *));
	out->codes.count = RECOVERY_CODES;
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		unsigned char bytes[RECOVERY_CODE_BYTES];
		const char *code;

		random_bytes(bytes, sizeof(bytes));
		code = base32_encode(ctx->arena, bytes, sizeof(bytes));
		digests[i] = factor_recovery_digest(ctx, factor_id, code);
		out->codes.items[i] = grouped(ctx->arena, code);
	}
	TRY(db_run(ctx, SQL_recovery_codes_end, NULL, PARAMS(p_int(factor_id))));
	return db_run(ctx, SQL_recovery_codes_insert, NULL,
		      PARAMS(p_bytes_list(digests, RECOVERY_CODES), p_int(factor_id)));
}

enum err
second_factor_confirm_prepare(struct ctx *ctx, struct factor_confirmation *in)
{
	return factor_guess_first(ctx, ctx->who.user_id, in->code, &in->guess);
}

enum err
second_factor_confirm(struct ctx *ctx, const struct factor_confirmation *in,
		      struct recovery_codes *out)
{
	struct factor_state state = {.active = false};
	struct user user = {0};
	bool right;

	TRY(user_get(ctx, ctx->who.user_id, &user));
	TRY(lock(ctx, user.user_id, user.password_hash, &(struct lock_row){0}));
	TRY(second_factor_state(ctx, &state));
	if (!state.pending)
		return fault(&ctx->fault, ERR_CONFLICT, NULL, "%s",
			     state.active ? "A second factor is active already"
					  : "No second factor is enrolled");
	TRY(factor_use(ctx, &in->guess, &right));
	if (!right) {
		violation_add(ctx->arena, &ctx->fault, "code", "WRONG", "is wrong");
		return ERR_VALIDATION;
	}
	TRY(make_codes(ctx, in->guess.factor_id, out));
	TRY(db_run(ctx, SQL_factor_activate, NULL, PARAMS(p_int(user.user_id))));
	TRY(user_end_other_sessions(ctx));
	return factor_tell(ctx, &user, FACTOR_ON);
}

/* The code is compared even if the password is wrong, so that it makes no difference in time. */
enum err
second_factor_change_prepare(struct ctx *ctx, struct factor_change *in)
{
	TRY(user_check_own_password(ctx, in->password, &in->user, &in->is_right));
	return in->code != NULL ? factor_guess(ctx, ctx->who.user_id, NULL, in->code, &in->guess)
				: ERR_OK;
}

/* Both are right, and the code is used up. */
static enum err
prove(struct ctx *ctx, const struct factor_change *in, const struct lock_row *row)
{
	bool right = false;

	if (in->is_right && row->unchanged)
		TRY(factor_use(ctx, &in->guess, &right));
	if (!right)
		return fault(&ctx->fault, ERR_FORBIDDEN, NULL, "The password or the code is wrong");
	if (in->guess.recovery.length == 0)
		return ERR_OK;
	return factor_tell(ctx, &in->user, FACTOR_RECOVERED);
}

static enum err
may_change(struct ctx *ctx, const struct factor_change *in)
{
	struct lock_row row = {0};

	TRY(lock(ctx, ctx->who.user_id, in->user.password_hash, &row));
	if (!row.active)
		return fault(&ctx->fault, ERR_CONFLICT, NULL, "No second factor is active");
	return prove(ctx, in, &row);
}

enum err
second_factor_prove(struct ctx *ctx, const struct factor_change *in)
{
	struct arena *arena = ctx->arena;
	struct lock_row row = {0};

	TRY(lock(ctx, ctx->who.user_id, in->user.password_hash, &row));
	if (row.active && in->code != NULL)
		return prove(ctx, in, &row);
	if (row.active)
		violation_add(arena, &ctx->fault, "code", "REQUIRED",
			      "is required, because a second factor is active");
	else if (in->code != NULL)
		violation_add(arena, &ctx->fault, "code", "UNEXPECTED",
			      "can't be checked, because no second factor is active");
	else if (!in->is_right || !row.unchanged)
		violation_add(arena, &ctx->fault, "password", "WRONG", "is wrong");
	return ctx->fault.violations != NULL ? ERR_VALIDATION : ERR_OK;
}

enum err
second_factor_renew_codes(struct ctx *ctx, const struct factor_change *in,
			  struct recovery_codes *out)
{
	TRY(may_change(ctx, in));
	TRY(make_codes(ctx, in->guess.factor_id, out));
	return factor_tell(ctx, &in->user, FACTOR_RENEWED);
}

enum err
second_factor_disable(struct ctx *ctx, const struct factor_change *in)
{
	TRY(may_change(ctx, in));
	TRY(db_run(ctx, SQL_factor_remove, NULL, PARAMS(p_int(in->user.user_id))));
	return factor_tell(ctx, &in->user, FACTOR_OFF);
}

static const struct column state_columns[] = {
	COLUMN(struct factor_state, active_since),
	COLUMN(struct factor_state, pending),
	COLUMN(struct factor_state, recovery_codes),
};

enum err
second_factor_state(struct ctx *ctx, struct factor_state *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_factor_state, &rows, PARAMS(p_int(ctx->who.user_id))));
	rows_scan(&rows, 0, state_columns, COLUMN_COUNT(state_columns), out);
	out->active = out->active_since.us != 0;
	out->required = ctx->who.admin && ctx->app->config->admin_second_factor;
	return ERR_OK;
}

enum err
second_factor_remove(struct ctx *ctx, const char *email, struct user *out)
{
	struct lock_row row = {0};
	struct rows rows;

	TRY(db_run(ctx, SQL_user_by_email, &rows,
		   PARAMS(p_text(email_key(ctx->arena, email)),
			  p_text(email_spelling(ctx->arena, email)))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "User not found");
	user_scan(&rows, 0, out);
	TRY(lock(ctx, out->user_id, out->password_hash, &row));
	if (!row.active)
		return fault(&ctx->fault, ERR_CONFLICT, NULL, "No second factor is active");
	TRY(db_run(ctx, SQL_factor_remove, NULL, PARAMS(p_int(out->user_id))));
	return factor_tell(ctx, out, FACTOR_REMOVED);
}
