/* Events of projects, as they are polled. */
#include "app/events/event_log.h"

#include "api/page.h"
#include "api/pocket/filter.h"
#include "api/pocket/pocket.h"

static enum err
get_event(struct call *call, const void *in, void *out)
{
	struct ctx *ctx = &call->ctx;

	(void)in;
	if (ctx->who.kind != PRINCIPAL_PROJECT_KEY && !ctx->who.admin)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Event not found");
	return event_log_get(ctx, ctx->who.ledger_id, call->params[0].text, out);
}

struct list_query {
	struct page_query page;
	struct list_filter common;
	const char *type;
	struct uuid object;
};

static const struct field list_query_fields[] = {
	FIELD(struct list_query, page.after, .name = "cursor", .lower_bound = true,
	      .doc = "nextCursor of the previous page, or data.sequence of an event: what was published "
		     "after it. Default: from the oldest on."),
	FIELD(struct list_query, page.limit, .name = "limit", .lower_bound = true, .min = 1,
	      .max = PAGE_LIMIT_MAX, .doc = "Items per page. Default: 25."),
	FIELD(struct list_query, type, .name = "type", .choices = event_type_words + 1),
	FIELD(struct list_query, object, .name = "objectId",
	      .doc = "The wallet, transfer, hold, payment or reversed transaction that it is of."),
	TIME_FIELDS(struct list_query, common),
	FIELD(struct list_query, common.project, .name = "projectId",
	      .doc = "For administrators, who must name it: the project."),
	FIELD(struct list_query, common.mode, .name = "mode", .choices = mode_words,
	      .words = mode_words, .doc = "For administrators. Default: live."),
};

static const struct schema list_query = SCHEMA(struct list_query, "EventsQuery", list_query_fields);

/* What is asked for, with the ledger whose events the caller may see. */
static enum err
filter_of(struct call *call, const struct list_query *query, struct event_filter *out)
{
	struct ctx *ctx = &call->ctx;
	struct range times = filter_times(&query->common);

	if (ctx->who.kind != PRINCIPAL_PROJECT_KEY && ctx->who.admin &&
	    uuid_is_nil(query->common.project)) {
		violation_add(ctx->arena, &ctx->fault, "projectId", "REQUIRED", "is required");
		return ERR_VALIDATION;
	}
	*out = (struct event_filter){.type = query->type, .object = query->object};
	if (times.least != INT64_MIN)
		out->since.us = times.least;
	if (times.greatest != INT64_MAX)
		out->upto.us = times.greatest;
	return filter_books(ctx, &query->common, &out->ledger_id);
}

static enum err
list_events(struct call *call, const void *in, void *out)
{
	const struct list_query *query = call->query;
	struct event_filter filter;
	struct event_page found;

	(void)in;
	TRY(filter_of(call, query, &filter));
	TRY(event_log_list(&call->ctx, &filter, query->page.after, page_limit(&query->page),
			   &found));
	page_fill_growing(call, out, &query->page, found.items, found.next, found.more);
	return ERR_OK;
}

const struct route pocket_events[] = {
	{GET, "/v1/events", "List events, oldest first",
	 "Of the project and mode of the API key; an administrator's access token gives access to those of "
	 "any project. Each has the form in which it is sent to webhooks. Events are stored from the time "
	 "on at which a webhook of the project, which may be a polled one, wants their type, and kept for "
	 "90 days unless the operator sets another number. There is always a nextCursor, also of the last "
	 "page, from which the list goes on when there are more; hasNextPage tells whether there are now. "
	 "Events appear in the order of their sequence, so that a client which goes on from its last "
	 "nextCursor misses none. Filters are combined; a call looks at a limited number of events, so a "
	 "page may have fewer items than limit, or none.",
	 list_events, .query = &list_query, .out = &event_body, .reply.list = true,
	 .reply.grows = true, .access = ACCESS_USER_OR_PROJECT, .stale = true, .docs.errors = {404},
	 .status = 200, .docs.tag = "Webhooks"},
	{GET, "/v1/events/{id:word}", "Retrieve an event",
	 "A project's API key gives access to the events of its mode, an administrator's access token to "
	 "all.",
	 get_event, .out = &event_body, .access = ACCESS_USER_OR_PROJECT, .status = 200,
	 .docs.tag = "Webhooks"},
	{0},
};
