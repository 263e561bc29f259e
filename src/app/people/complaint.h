/* complaint.h - customer complaints, and the answers to them. */
#ifndef APP_PEOPLE_COMPLAINT_H
#define APP_PEOPLE_COMPLAINT_H

#include <stddef.h>

#include "base/ctx.h"

enum complaint_status {
	COMPLAINT_RECEIVED = 1,
	COMPLAINT_IN_REVIEW,
	COMPLAINT_RESOLVED,
	COMPLAINT_REJECTED
};

extern const char *const complaint_status_words[];

struct complaint {
	int64_t complaint_id;
	const char *drop_id;
	const char *user_drop_id;
	const char *email; /* of the complainant */
	const char *category;
	const char *subject;
	const char *description;
	enum complaint_status status;
	const char *resolution; /* NULL until it is answered */
	struct instant created_at;
	struct instant due_at; /* 15 business days after that */
	struct instant resolved_at;
};

/* A complaint of the caller; markup is removed from its texts. ERR_VALIDATION if nothing is
 * left. */
enum err complaint_add(struct ctx *ctx, const char *category, const char *subject,
		       const char *description, struct complaint *out) MUST_CHECK;

struct complaint_filter {
	int64_t user_id; /* 0: anybody's, for administrators */
	enum complaint_status status;
	const char *category;
	int64_t after; /* last one of the previous page; 0: from the newest */
	int64_t most;
	int64_t skip;
};
/* Newest first. */
enum err complaint_list(struct ctx *ctx, const struct complaint_filter *filter,
			struct complaint **out, size_t *n) MUST_CHECK;
enum err complaint_count(struct ctx *ctx, int64_t user_id, int64_t *total) MUST_CHECK;

/* For administrators. */
enum err complaint_get(struct ctx *ctx, const char *drop_id, struct complaint *out) MUST_CHECK;
/* Tell who complained, and record it in the audit log. Resolved and rejected need a resolution
 * and are the end: ERR_CONFLICT after that. */
enum err complaint_answer(struct ctx *ctx, const char *drop_id, enum complaint_status status,
			  const char *resolution, struct complaint *out) MUST_CHECK;

#endif
