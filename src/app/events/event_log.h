/*
 * event_log.h - published events of projects, as they are polled.
 *
 * They are in the order of their numbers. A number is seen only when those below it are: who goes on
 * after the last one that was seen misses none.
 */
#ifndef APP_EVENTS_EVENT_LOG_H
#define APP_EVENTS_EVENT_LOG_H

#include "app/events/event_type.h"
#include "base/ctx.h"
#include "base/value.h"

/* Which ones; what is not given is not asked for. */
struct event_filter {
	int64_t ledger_id; /* of a project and mode */
	const char *type;
	struct uuid object;
	struct instant since;
	struct instant upto;
};

/* A page, of struct event_body. */
struct event_page {
	struct list items;
	int64_t next; /* the number after which the list goes on, now or later */
	bool more;    /* now */
};

/* At most so many, after the one with this number (0: from the oldest on). A call looks at a limited number of
 * events, so there may be more although few were found. */
enum err event_log_list(struct ctx *ctx, const struct event_filter *filter, int64_t after,
			int64_t most, struct event_page *out) MUST_CHECK;
/* By its name: evt_…. Of the ledger; 0: any one. ERR_NOT_FOUND. */
enum err event_log_get(struct ctx *ctx, int64_t ledger_id, const char *name,
		       struct event_body *out) MUST_CHECK;

#endif
