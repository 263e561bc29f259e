/*
 * user.h - people: registration, sign-in, sessions, and the tokens that are mailed.
 *
 * A person is one user whichever dialect registered them. Answers never tell
 * whether an e-mail address is known, but for the conflict at registration.
 */
#ifndef APP_PEOPLE_USER_H
#define APP_PEOPLE_USER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"
#include "base/email.h"

struct user {
	int64_t user_id;
	struct uuid public_id;
	const char *email;
	const char *password_hash;
	const char *name;
	const char *country;
	const char *company_name;
	const char *photo_url;
	const char *role;
	const char *status;
	const char *provider;
	bool is_email_verified;
	const char *kyc_status; /* none, pending, verified, rejected */
	const char *phone;      /* E.164, or NULL */
	const char *first_name; /* NULL: only the whole name is known */
	const char *last_name;
	struct instant created_at;
};

/* What a person gives to register. */
struct registration {
	const char *name;
	const char *email;
	const char *provider; /* "local" or "google" */
	const char *password; /* local only */
	const char *country;
	const char *company_name;
	const char *photo_url;
	const char *role;
	bool accept_terms;
	const char *phone;
	const char *document_type; /* south_african_id, passport */
	const char *document_number;
	const char *first_name;
	const char *last_name;
	const char *status;        /* of an invitation */
	const char *password_hash; /* noted by what prepares the registration */
};

/* Rules that span fields, and the hash; before the transaction. */
enum err user_register_prepare(struct ctx *ctx, struct registration *in) MUST_CHECK;
/* Likewise for somebody who gives a phone number and an identity document, which are brought into
 * their forms, and the name into its parts. */
enum err user_enrol_prepare(struct ctx *ctx, struct registration *in) MUST_CHECK;
/* Make the user and queue the verification mail. ERR_CONFLICT if the address, the phone number or
 * the document is taken. */
enum err user_register(struct ctx *ctx, const struct registration *in, struct user *out) MUST_CHECK;

struct credentials {
	const char *email;
	const char *phone; /* E.164: in place of the address */
	const char *password;
	struct user user; /* noted by user_check_password */
};

/* ERR_INVALID_CREDENTIALS for an unknown address or number, a wrong password and an account without one, in
 * the same time. ERR_RATE_LIMITED after too many wrong passwords (guard.h). Not in a transaction. */
enum err user_check_password(struct ctx *ctx, struct credentials *in) MUST_CHECK;

struct user_tokens {
	const char *access;
	const char *refresh;
	int64_t expires_in_s;
	struct user user;
};

/* Start a session, for the person as they were read: ERR_INVALID_CREDENTIALS if the password has
 * changed since. */
enum err user_sign_in(struct ctx *ctx, const struct user *user, struct user_tokens *out) MUST_CHECK;
/* Start a session of some seconds that can't be refreshed, and its token. */
enum err user_open_session(struct ctx *ctx, const struct user *user, int64_t seconds,
			   const char **token) MUST_CHECK;
/*
 * Rotate a refresh token. One that was used before is refused, and *stolen is the
 * session that the caller must end with user_end_session() once the refusal has
 * rolled back; 0 otherwise.
 */
enum err user_refresh(struct ctx *ctx, const char *refresh, struct user_tokens *out,
		      int64_t *stolen) MUST_CHECK;
/* End the session of the caller and start another; ERR_UNAUTHORIZED if it has ended meanwhile. */
enum err user_renew(struct ctx *ctx, struct user_tokens *out) MUST_CHECK;
enum err user_end_session(struct ctx *ctx, int64_t session_id) MUST_CHECK;
/* End the session that a refresh token belongs to; an unknown one is no error. */
enum err user_sign_out(struct ctx *ctx, const char *refresh) MUST_CHECK;

/* End all sessions of a person. */
enum err user_sign_out_everywhere(struct ctx *ctx, int64_t user_id) MUST_CHECK;

enum err user_get(struct ctx *ctx, int64_t user_id, struct user *out) MUST_CHECK;

/* Ask for a token to verify the address, or to reset the password ("verify_email",
 * "reset_password"). It is mailed by user_answer_request(), if the address is known. */
enum err user_request_token(struct ctx *ctx, const char *email, const char *purpose) MUST_CHECK;
/* Answer the oldest such wish in one transaction; *found tells whether there was one. */
enum err user_answer_request(struct ctx *ctx, bool *found) MUST_CHECK;
/* ERR_BAD_REQUEST if the token is not the one that was mailed, or too old, or used. session_user is
 * whose session the request is sent with, or 0: what somebody else set up is void (ownership.h). */
enum err user_verify_email(struct ctx *ctx, const char *email, const char *token,
			   int64_t session_user) MUST_CHECK;

struct password_reset {
	const char *email;
	const char *token;
	const char *new_password;
	const char *password_hash; /* noted by user_reset_prepare */
};

enum err user_reset_prepare(struct ctx *ctx, struct password_reset *in) MUST_CHECK;
/* Set the password and end all sessions; the first time, what was set up before is void. */
enum err user_reset_password(struct ctx *ctx, const struct password_reset *in) MUST_CHECK;

/* Make an administrator, or promote a user, whose sessions end. For the operator's CLI. */
enum err user_make_admin(struct ctx *ctx, const char *email, const char *name,
			 const char *password) MUST_CHECK;

/*
 * What administrators do (user_admin.c). All of it is recorded in the audit log.
 */

/* Hash the password, if there is one; before the transaction. */
enum err user_invite_prepare(struct ctx *ctx, struct registration *in) MUST_CHECK;
/* Make a user. Mails a token: to verify the address, or where there is no password to set one. */
enum err user_invite(struct ctx *ctx, const struct registration *in, struct user *out) MUST_CHECK;
/* Mail such a token to somebody who was made by an administrator. */
enum err user_mail_welcome(struct ctx *ctx, const struct user *user) MUST_CHECK;

struct user_filter {
	const char *search; /* part of a name or address; NULL: any */
	const char *role;
	const char *status; /* NULL: all but deleted */
	struct moment from; /* registered at or after */
	struct moment to;
	const char *sort; /* createdAt, name, email, role, status */
	bool descending;
	int64_t after; /* by createdAt, the last one seen; 0: from the start */
	int64_t most;
	int64_t skip;
};
enum err user_list(struct ctx *ctx, const struct user_filter *filter, struct user **out,
		   size_t *n) MUST_CHECK;
enum err user_count(struct ctx *ctx, const struct user_filter *filter, int64_t *total) MUST_CHECK;

/* The caller, or anybody for an administrator; ERR_NOT_FOUND for others. Likewise in these two. */
enum err user_find(struct ctx *ctx, struct uuid id, struct user *out) MUST_CHECK;

/* What is NULL stays. */
struct user_change {
	const char *name;
	const char *country;
	const char *company_name;
	const char *photo_url;
	const char *role; /* these three by administrators only: ERR_FORBIDDEN */
	const char *status;
	const char *kyc_status;
};
/* ERR_CONFLICT if no active administrator would be left. Who is suspended is signed out, and their
 * keys are refused, from the commit on. */
enum err user_change(struct ctx *ctx, struct uuid id, const struct user_change *in,
		     struct user *out) MUST_CHECK;
/* One active administrator must stay (ERR_CONFLICT). The user is read again under the lock. */
enum err user_keep_an_admin(struct ctx *ctx, struct user *user) MUST_CHECK;

/* How rows of users are read. */
struct rows;
void user_scan(const struct rows *rows, size_t i, struct user *out);

/* The parts of a user's name: as they were given, or as the whole name has them. */
void user_names(struct arena *arena, const struct user *user, const char **first,
		const char **last);

#endif
