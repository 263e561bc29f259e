/* session.h - sign-in, sessions and their tokens. */
#ifndef APP_PEOPLE_SESSION_H
#define APP_PEOPLE_SESSION_H

#include "app/people/user.h"

struct credentials {
	const char *email;
	const char *phone; /* E.164: instead of the address */
	const char *password;
	struct user user; /* set by user_check_password */
};

/* ERR_INVALID_CREDENTIALS for an unknown address or number, a wrong password and an account without one, in
 * the same time. ERR_RATE_LIMITED after too many wrong passwords (guard.h). Not in a transaction. */
enum err user_check_password(struct ctx *ctx, struct credentials *in) MUST_CHECK;

/* The same for the password of the caller, who is read; a wrong one is not an error. */
enum err user_check_own_password(struct ctx *ctx, const char *password, struct user *user,
				 bool *right) MUST_CHECK;

struct user_tokens {
	const char *access;
	const char *refresh;
	int64_t expires_in_s;
	struct user user;
};

/* Start a session, for the user as read before: ERR_INVALID_CREDENTIALS if the password has
 * changed since. ERR_SECOND_FACTOR if the account has an active second factor. */
enum err user_sign_in(struct ctx *ctx, const struct user *user, struct user_tokens *out) MUST_CHECK;
/* The same after the second factor was proven, in this transaction. */
enum err user_sign_in_proven(struct ctx *ctx, const struct user *user,
			     struct user_tokens *out) MUST_CHECK;
/* Start a session with a lifetime in seconds that can't be refreshed, and its token. ERR_SECOND_FACTOR
 * as above. */
enum err user_open_session(struct ctx *ctx, const struct user *user, int64_t seconds,
			   const char **token) MUST_CHECK;
/*
 * Rotate a refresh token. A token that was already used is refused, and *stolen is the session that
 * the caller must end with user_end_session() after the rollback; 0 otherwise.
 */
enum err user_refresh(struct ctx *ctx, const char *refresh, struct user_tokens *out,
		      int64_t *stolen) MUST_CHECK;
/* End the session of the caller and start another; ERR_UNAUTHORIZED if it has ended in the
 * meantime. */
enum err user_renew(struct ctx *ctx, struct user_tokens *out) MUST_CHECK;
/* The same for a session of user_open_session(). */
enum err user_renew_session(struct ctx *ctx, int64_t seconds, const char **token) MUST_CHECK;
enum err user_end_session(struct ctx *ctx, int64_t session_id) MUST_CHECK;
/* End the session that a refresh token belongs to; an unknown token is not an error. */
enum err user_sign_out(struct ctx *ctx, const char *refresh) MUST_CHECK;

/* End all sessions of a user. */
enum err user_sign_out_everywhere(struct ctx *ctx, int64_t user_id) MUST_CHECK;

/* A session of the caller, as it is listed. */
struct session_view {
	int64_t session_id;
	struct uuid id;
	struct instant created_at;
	struct instant
		refreshed_at; /* when its last refresh token was issued; none if it has none */
	struct instant expires_at;
	bool is_current;
};

/* Those that have not ended, newest first, below a session_id (0: from the newest). */
enum err user_sessions(struct ctx *ctx, int64_t before, int64_t most, struct session_view **out,
		       size_t *n) MUST_CHECK;
/* End a session of the caller. ERR_NOT_FOUND if there is none, also if it has ended. */
enum err user_end_own_session(struct ctx *ctx, struct uuid id) MUST_CHECK;
/* End all sessions of the caller but the one of the request. */
enum err user_end_other_sessions(struct ctx *ctx) MUST_CHECK;

#endif
