/* Complaints of the caller. Names are those of the API's document. */
#include "app/people/complaint.h"

#include "api/drop/drop.h"
#include "api/page.h"

enum { USUAL_LIMIT = 10 };

static const char *const categories[] = {"transaction", "service", "fees", "privacy",
					 "technical",   "other",   NULL};

#define TEXT_FIELDS                                                                           \
	FIELD(struct complaint, drop_id, .name = "id", .required = true,                      \
	      .example = "\"cmp_0123456789abcdef\""),                                         \
		FIELD(struct complaint, category, .name = "category", .choices = categories,  \
		      .required = true, .example = "\"transaction\""),                        \
		FIELD(struct complaint, subject, .name = "subject", .required = true,         \
		      .example = "\"Transaction delayed\""),                                  \
		FIELD(struct complaint, description, .name = "description", .required = true, \
		      .example = "\"My remittance is delayed.\""),                            \
		FIELD(struct complaint, status, .name = "status",                             \
		      .choices = complaint_status_words, .required = true,                    \
		      .doc = "received, in_review, resolved or rejected.",                    \
		      .example = "\"received\"")
#define CREATED_FIELD FIELD(struct complaint, created_at, .name = "created_at", .required = true)

static const struct field listed_fields[] = {
	TEXT_FIELDS,
	FIELD(struct complaint, resolution, .name = "resolution", .keep_null = true,
	      .example = "null"),
	CREATED_FIELD,
	FIELD(struct complaint, resolved_at, .name = "resolved_at", .keep_null = true,
	      .example = "null"),
};

static const struct field added_fields[] = {TEXT_FIELDS, CREATED_FIELD};

struct grievance {
	const char *category;
	const char *subject;
	const char *description;
};

static const struct field grievance_fields[] = {
	FIELD(struct grievance, category, .name = "category", .required = true,
	      .choices = categories, .example = "\"fees\""),
	FIELD(struct grievance, subject, .name = "subject", .required = true, .min = 1, .max = 200,
	      .doc = "HTML is removed.", .example = "\"High transfer fee\""),
	FIELD(struct grievance, description, .name = "description", .required = true, .min = 1,
	      .max = 2000, .doc = "HTML is removed.",
	      .example = "\"The fee was higher than it said.\""),
};

struct complaints_query {
	struct number_query page;
};

static const struct field query_fields[] = {LIMIT_FIELDS(struct complaints_query, 10, 100)};

static const struct schema listed_out = SCHEMA(struct complaint, "Complaint", listed_fields);
static const struct schema added = SCHEMA(struct complaint, "ComplaintAdded", added_fields);
static const struct schema grievance_in =
	SCHEMA(struct grievance, "ComplaintRequest", grievance_fields);
static const struct schema complaints_query =
	SCHEMA(struct complaints_query, "ComplaintsQuery", query_fields);

struct promise {
	struct complaint complaint;
	const char *note;
};

static const struct field promise_fields[] = {
	FIELD(struct promise, complaint, .name = "data", .required = true, .sub = &added),
	FIELD(struct promise, note, .name = "commitmentNote", .required = true,
	      .example = "\"We will review and respond to your complaint within 15 business days "
			 "per Finansavtaleloven §3-53\""),
};

static const struct schema promise_out = SCHEMA(struct promise, "ComplaintPromise", promise_fields);

static enum err
list_complaints(struct call *call, const void *in, void *out)
{
	struct complaints_query *query = call->query;
	struct complaint_filter filter = {.user_id = call->ctx.who.user_id};
	struct list found;
	int64_t total = 0;

	(void)in;
	number_usual(&query->page, USUAL_LIMIT);
	filter.most = number_most(&query->page);
	filter.skip = number_skip(&query->page);
	TRY(complaint_list(&call->ctx, &filter, (struct complaint **)&found.items, &found.count));
	TRY(complaint_count(&call->ctx, filter.user_id, &total));
	page_fill_numbered(call, out, &query->page, found, total, sizeof(struct complaint),
			   offsetof(struct complaint, complaint_id));
	return ERR_OK;
}

static enum err
complain(struct call *call, const void *in, void *out)
{
	const struct grievance *grievance = in;
	struct promise *promise = out;

	promise->note = "We will review and respond to your complaint within 15 business days per "
			"Finansavtaleloven §3-53";
	return complaint_add(&call->ctx, grievance->category, grievance->subject,
			     grievance->description, &promise->complaint);
}

const struct route drop_complaints[] = {
	{GET, "/api/complaints", "List complaints", "Newest first.", list_complaints,
	 .query = &complaints_query, .out = &listed_out, .reply.list = true, .reply.numbered = true,
	 .access = ACCESS_COOKIE, .status = 200, .docs.tag = "Complaints"},
	{POST, "/api/complaints", "Create a complaint", "The answer is sent as a notification.",
	 complain, .in = &grievance_in, .out = &promise_out, .reply.no_envelope = true,
	 .body.violations_are_400 = true, .access = ACCESS_COOKIE, .effect = EFFECT_WRITE,
	 .limits.daily = DAILY_COMPLAINTS, .status = 201, .docs.tag = "Complaints"},
	{0},
};
