/*
 * second_factor.h - the second factor of a person's sign-in: an app that shows codes by time.
 *
 * A factor is enrolled, and active once a code of it was confirmed. From then on there is no token
 * without a code, in any dialect (session.h), except by a session that exists. All that switches a
 * factor is recorded in the audit log, and told by mail. The secret is sealed at rest; of recovery
 * codes there are keyed digests only.
 */
#ifndef APP_PEOPLE_SECOND_FACTOR_H
#define APP_PEOPLE_SECOND_FACTOR_H

#include "app/people/factor_code.h"
#include "app/people/user.h"
#include "base/value.h"

enum { RECOVERY_CODES = 10, RECOVERY_CODE_BYTES = 10 };

/* What happened to a factor; its owner is told, and it is recorded. */
enum factor_event {
	FACTOR_ON = 1,
	FACTOR_OFF,
	FACTOR_REMOVED,   /* by the operator */
	FACTOR_RENEWED,   /* its recovery codes */
	FACTOR_RECOVERED, /* a recovery code was used */
};
enum err factor_tell(struct ctx *ctx, const struct user *user, enum factor_event event) MUST_CHECK;

struct factor_enrolment {
	const char *password;
	bool is_right; /* these by second_factor_enrol_prepare */
	struct user user;
};

/* What the app needs; it is shown once. */
struct factor_secret {
	const char *secret; /* base32 */
	const char *url;    /* otpauth://, with the same */
	const char *qr;     /* the URL as a QR code, in SVG */
};

/* Before the transaction. A wrong password is refused later, as in password_change.h. */
enum err second_factor_enrol_prepare(struct ctx *ctx, struct factor_enrolment *in) MUST_CHECK;
/* A new secret, which replaces one that was not confirmed. ERR_VALIDATION for a wrong password;
 * ERR_CONFLICT if a factor is active, there is no password, or ownership of the address is not proven:
 * the first proof would remove the factor (ownership.h). */
enum err second_factor_enrol(struct ctx *ctx, const struct factor_enrolment *in,
			     struct factor_secret *out) MUST_CHECK;

struct factor_confirmation {
	const char *code;
	struct factor_guess guess; /* by second_factor_confirm_prepare */
};

struct recovery_codes {
	struct text_list codes;
};

enum err second_factor_confirm_prepare(struct ctx *ctx, struct factor_confirmation *in) MUST_CHECK;
/* Activate the factor, and end all sessions but the caller's. ERR_VALIDATION for a wrong code;
 * ERR_CONFLICT if there is nothing to confirm. */
enum err second_factor_confirm(struct ctx *ctx, const struct factor_confirmation *in,
			       struct recovery_codes *out) MUST_CHECK;

/* What proves again, in a session, who the caller is. */
struct factor_change {
	const char *password;
	const char *code; /* of the app, or a recovery code; NULL: none */
	bool is_right;    /* the password; these by second_factor_change_prepare */
	struct user user;
	struct factor_guess guess;
};

enum err second_factor_change_prepare(struct ctx *ctx, struct factor_change *in) MUST_CHECK;
/* In the transaction of a change that needs the password, and a code if a factor is active: lock the
 * account and use up the code. ERR_FORBIDDEN if one of both is wrong; ERR_VALIDATION on password if there
 * is no factor, and on code if there is one too few or too many. */
enum err second_factor_prove(struct ctx *ctx, const struct factor_change *in) MUST_CHECK;
/* Both: ERR_FORBIDDEN if the password or the code is wrong, ERR_CONFLICT if no factor is active. */
/* New recovery codes instead of all former ones. */
enum err second_factor_renew_codes(struct ctx *ctx, const struct factor_change *in,
				   struct recovery_codes *out) MUST_CHECK;
enum err second_factor_disable(struct ctx *ctx, const struct factor_change *in) MUST_CHECK;

struct factor_state {
	struct instant active_since; /* none: no factor is active */
	bool active;
	bool pending; /* enrolled and not confirmed */
	bool required;
	int64_t recovery_codes; /* not used yet */
};

/* Of the caller. */
enum err second_factor_state(struct ctx *ctx, struct factor_state *out) MUST_CHECK;

/* The operator removes a person's factor. ERR_NOT_FOUND; ERR_CONFLICT if none is active. In a
 * transaction. */
enum err second_factor_remove(struct ctx *ctx, const char *email, struct user *out) MUST_CHECK;

#endif
