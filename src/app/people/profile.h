/* profile.h - users in Drop: profile, identity verification and settings. */
#ifndef APP_PEOPLE_PROFILE_H
#define APP_PEOPLE_PROFILE_H

#include "app/people/user.h"
#include "base/value.h"

/* A session of Drop ends after a day. */
enum { DROP_SESSION_S = 24 * 3600, ADULT_YEARS = 18 };

struct profile {
	int64_t user_id;
	const char *drop_id;
	const char *email;
	const char
		*first_name; /* of users who registered through another API, parts of their name */
	const char *last_name;
	const char *phone;
	const char *date_of_birth; /* "1995-03-15" */
	const char *kyc_status;    /* pending, approved, rejected */
	const char *role;          /* user, merchant */
	struct instant created_at;
};

/* Input of a registration with Drop. */
struct profile_registration {
	const char *email;
	const char *password;
	const char *first_name;
	const char *last_name;
	const char *phone; /* NULL: none */
	const char *date_of_birth;
	const char *password_hash; /* set by profile_register_prepare */
};

/* Check age and password, and hash it; before the transaction. */
enum err profile_register_prepare(struct ctx *ctx, struct profile_registration *in) MUST_CHECK;
/* Create the user, and sign them in. ERR_CONFLICT if address or phone number is taken. */
enum err profile_register(struct ctx *ctx, const struct profile_registration *in,
			  struct profile *out, const char **token) MUST_CHECK;
enum err profile_get(struct ctx *ctx, int64_t user_id, struct profile *out) MUST_CHECK;
/* A new session and its token instead of the caller's. ERR_UNAUTHORIZED if that has ended. */
enum err profile_renew(struct ctx *ctx, const char **token) MUST_CHECK;

struct drop_settings {
	const char *currency;
	const char *language;
	bool push_enabled;
	bool email_enabled;
};

/* The caller's, created with default values if there are none. */
enum err drop_settings_get(struct ctx *ctx, struct drop_settings *out) MUST_CHECK;

/* Absent members are not changed. */
struct drop_settings_change {
	const char *currency;
	const char *language;
	struct optional_bool push_enabled;
	struct optional_bool email_enabled;
};
enum err drop_settings_change(struct ctx *ctx, const struct drop_settings_change *in,
			      struct drop_settings *out) MUST_CHECK;

#endif
