/* consent.h - consents of users, one per kind, with the client's address. */
#ifndef APP_PEOPLE_CONSENT_H
#define APP_PEOPLE_CONSENT_H

#include <stddef.h>

#include "base/ctx.h"

struct consent {
	const char *drop_id;
	const char *user_drop_id; /* in lists */
	const char *consent_type;
	int64_t granted; /* 1 or 0, as shown by the API */
	struct instant granted_at;
	struct instant withdrawn_at;
	const char *ip_address;
	bool is_new; /* of what was set */
};

/* Of the caller. */
enum err consent_list(struct ctx *ctx, struct consent **out, size_t *n) MUST_CHECK;
enum err consent_set(struct ctx *ctx, const char *type, bool granted,
		     struct consent *out) MUST_CHECK;

#endif
