/*
 * user.h - users: registration, and mailed tokens.
 *
 * A user is the same in all dialects. Answers never reveal whether an email address is known,
 * except the conflict at registration.
 */
#ifndef APP_PEOPLE_USER_H
#define APP_PEOPLE_USER_H

#include "app/people/identity.h"
#include "base/ctx.h"
#include "base/email.h"
#include <stdbool.h>
#include <stddef.h>

enum user_role { ROLE_DEVELOPER = 1, ROLE_TEAM, ROLE_FOUNDER, ROLE_ADMIN };
enum user_status { USER_ACTIVE = 1, USER_SUSPENDED, USER_DELETED };
/* By what a person signs in. */
enum sign_in { SIGN_IN_LOCAL = 1, SIGN_IN_GOOGLE };
/* Whether it is known who somebody is. */
enum kyc_status { KYC_NONE = 1, KYC_PENDING, KYC_VERIFIED, KYC_REJECTED };
/* What a mailed token is for. */
enum token_purpose { TOKEN_VERIFY_EMAIL = 1, TOKEN_RESET_PASSWORD };

extern const char *const user_role_words[];
extern const char *const user_status_words[];
extern const char *const sign_in_words[];
extern const char *const kyc_status_words[];

struct user {
	int64_t user_id;
	struct uuid public_id;
	const char *email;
	const char *password_hash;
	const char *name;
	const char *country;
	const char *company_name;
	const char *photo_url;
	enum user_role role;
	enum user_status status;
	enum sign_in provider;
	bool is_email_verified;
	enum kyc_status kyc_status;
	const char *phone;      /* E.164, or NULL */
	const char *first_name; /* NULL: only the full name is known */
	const char *last_name;
	struct instant created_at;
	bool is_owner_proven;   /* ownership of the address (ownership.h) */
	bool has_second_factor; /* an active one (second_factor.h) */
};

/* Input of a registration. */
struct registration {
	const char *name;
	const char *email;
	enum sign_in provider;
	const char *password; /* local only */
	const char *country;
	const char *company_name;
	const char *photo_url;
	enum user_role role;
	bool accept_terms;
	const char *phone;
	enum document_type document_type;
	const char *document_number;
	const char *first_name;
	const char *last_name;
	enum user_status status;   /* of an invitation */
	const char *password_hash; /* noted by what prepares the registration */
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

/* The hash of a new password, outside a transaction. ERR_VALIDATION on the field if it is a common one. */
enum err user_hash_password(struct ctx *ctx, const char *field, const char *password,
			    const char **hash) MUST_CHECK;

/* Ask for a token to verify the address, or to reset the password. It is mailed by
 * user_answer_request(), if the address is known. */
enum err user_request_token(struct ctx *ctx, const char *email,
			    enum token_purpose purpose) MUST_CHECK;
/* Answer the oldest such wish in one transaction; *found tells whether there was one. */
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
