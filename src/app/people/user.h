/*
 * user.h - users: registration, and mailed tokens.
 *
 * A user is the same in all dialects. Answers never reveal whether an email address is known,
 * except the conflict at registration.
 */
#ifndef APP_PEOPLE_USER_H
#define APP_PEOPLE_USER_H

#include "base/ctx.h"
#include "base/email.h"
#include <stdbool.h>
#include <stddef.h>

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
	const char *first_name; /* NULL: only the full name is known */
	const char *last_name;
	struct instant created_at;
};

/* Input of a registration. */
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
	const char *password_hash; /* set by the functions that prepare the registration */
};

/* Rules that span fields, and the hash; before the transaction. */
enum err user_register_prepare(struct ctx *ctx, struct registration *in) MUST_CHECK;
/* The same for registrations with a phone number and an identity document, which are normalised,
 * and with a full name, which is split. */
enum err user_enrol_prepare(struct ctx *ctx, struct registration *in) MUST_CHECK;
/* Create the user and queue the verification mail. ERR_CONFLICT if the address, the phone number
 * or the document is taken. */
enum err user_register(struct ctx *ctx, const struct registration *in, struct user *out) MUST_CHECK;

enum err user_get(struct ctx *ctx, int64_t user_id, struct user *out) MUST_CHECK;

/* Ask for a token to verify the address, or to reset the password ("verify_email",
 * "reset_password"). It is mailed by user_answer_request(), if the address is known. */
enum err user_request_token(struct ctx *ctx, const char *email, const char *purpose) MUST_CHECK;
/* Answer the oldest request in one transaction; *found tells whether there was one. */
enum err user_answer_request(struct ctx *ctx, bool *found) MUST_CHECK;
/* ERR_BAD_REQUEST if the token is wrong, expired or used. session_user is the user of the
 * request's session, or 0: settings of anybody else are invalidated (ownership.h). */
enum err user_verify_email(struct ctx *ctx, const char *email, const char *token,
			   int64_t session_user) MUST_CHECK;

struct password_reset {
	const char *email;
	const char *token;
	const char *new_password;
	const char *password_hash; /* set by user_reset_prepare */
};

enum err user_reset_prepare(struct ctx *ctx, struct password_reset *in) MUST_CHECK;
/* Set the password and end all sessions; the first time, earlier settings are invalidated. */
enum err user_reset_password(struct ctx *ctx, const struct password_reset *in) MUST_CHECK;

/* Columns of the rows of users. */
struct rows;
void user_scan(const struct rows *rows, size_t i, struct user *out);

/* The parts of a user's name: as given, or derived from the full name. */
void user_names(struct arena *arena, const struct user *user, const char **first,
		const char **last);

#endif
