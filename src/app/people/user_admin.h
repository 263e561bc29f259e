/* user_admin.h - administration of users. All of it is recorded in the audit log. */
#ifndef APP_PEOPLE_USER_ADMIN_H
#define APP_PEOPLE_USER_ADMIN_H

#include "app/people/user.h"

/* Create an administrator, or promote a user, whose sessions end. For the operator's CLI. */
enum err user_make_admin(struct ctx *ctx, const char *email, const char *name,
			 const char *password) MUST_CHECK;

/* Hash the password, if there is one; before the transaction. */
enum err user_invite_prepare(struct ctx *ctx, struct registration *in) MUST_CHECK;
/* Create a user. Mails a token: to verify the address, or without a password to set one. */
enum err user_invite(struct ctx *ctx, const struct registration *in, struct user *out) MUST_CHECK;
/* Mail such a token to a user who was created by an administrator. */
enum err user_mail_welcome(struct ctx *ctx, const struct user *user) MUST_CHECK;

struct user_filter {
	const char *search; /* part of a name or address; NULL: any */
	enum user_role role;
	enum user_status status; /* 0: all but deleted */
	struct moment from;      /* registered at or after */
	struct moment to;
	const char *sort; /* createdAt, name, email, role, status */
	bool descending;
	int64_t after; /* by createdAt, the last one of the previous page; 0: from the start */
	int64_t most;
	int64_t skip;
};
enum err user_list(struct ctx *ctx, const struct user_filter *filter, struct user **out,
		   size_t *n) MUST_CHECK;
enum err user_count(struct ctx *ctx, const struct user_filter *filter, int64_t *total) MUST_CHECK;

/* The caller, or any user for an administrator; ERR_NOT_FOUND for others. The same for these
 * two. */
enum err user_find(struct ctx *ctx, struct uuid id, struct user *out) MUST_CHECK;

/* What is NULL or 0 stays. */
struct user_change {
	const char *name;
	const char *country;
	const char *company_name;
	const char *photo_url;
	enum user_role role; /* these three by administrators only: ERR_FORBIDDEN */
	enum user_status status;
	enum kyc_status kyc_status;
};
/* ERR_CONFLICT if no active administrator would be left. Suspending a user ends their sessions,
 * and their keys are refused, from the commit on. */
enum err user_change(struct ctx *ctx, struct uuid id, const struct user_change *in,
		     struct user *out) MUST_CHECK;
/* One active administrator must remain (ERR_CONFLICT). The user is read again under the lock. */
enum err user_keep_an_admin(struct ctx *ctx, struct user *user) MUST_CHECK;

#endif
