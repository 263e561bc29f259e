/* Administrators' answers to complaints. */
#include "app/people/complaint.h"

#include "api/page.h"
#include "api/pocket/pocket.h"

static const char *const categories[] = {"transaction", "service", "fees", "privacy",
					 "technical",   "other",   NULL};

static const struct field complaint_fields[] = {
	FIELD(struct complaint, drop_id, .name = "id", .required = true,
	      .example = "\"cmp_0123456789abcdef\""),
	FIELD(struct complaint, user_drop_id, .name = "userId", .required = true,
	      .example = "\"usr_0123456789abcdef\""),
	FIELD(struct complaint, email, .name = "email", .required = true,
	      .example = "\"jane@example.com\""),
	FIELD(struct complaint, category, .name = "category", .choices = categories,
	      .required = true, .example = "\"fees\""),
	FIELD(struct complaint, subject, .name = "subject", .required = true,
	      .example = "\"High transfer fee\""),
	FIELD(struct complaint, description, .name = "description", .required = true,
	      .example = "\"The fee was higher than it said.\""),
	FIELD(struct complaint, status, .name = "status", .choices = complaint_status_words,
	      .required = true, .doc = "received, in_review, resolved or rejected.",
	      .example = "\"received\""),
	FIELD(struct complaint, resolution, .name = "resolution", .keep_null = true,
	      .example = "null"),
	FIELD(struct complaint, created_at, .name = "createdAt", .required = true),
	FIELD(struct complaint, due_at, .name = "dueAt", .required = true,
	      .doc = "15 business days after receipt."),
	FIELD(struct complaint, resolved_at, .name = "resolvedAt", .keep_null = true,
	      .example = "null"),
};

static const char *const answers[] = {"in_review", "resolved", "rejected", NULL};

struct answer {
	enum complaint_status status;
	const char *resolution;
};

static const struct field answer_fields[] = {
	FIELD(struct answer, status, .name = "status", .required = true, .choices = answers,
	      .words = complaint_status_words, .example = "\"resolved\""),
	FIELD(struct answer, resolution, .name = "resolution", .min = 1, .max = 2000,
	      .doc = "Answer to the complainant; required for resolved and rejected.",
	      .example = "\"The fee was refunded.\""),
};

struct complaints_query {
	struct page_query page;
	enum complaint_status status;
	const char *category;
};

static const struct field query_fields[] = {
	PAGE_FIELDS(struct complaints_query),
	FIELD(struct complaints_query, status, .name = "status", .choices = complaint_status_words),
	FIELD(struct complaints_query, category, .name = "category", .choices = categories),
};

static const struct schema complaint_out =
	SCHEMA(struct complaint, "AdminComplaint", complaint_fields);
static const struct schema answer_in = SCHEMA(struct answer, "ComplaintAnswer", answer_fields);
static const struct schema complaints_query =
	SCHEMA(struct complaints_query, "AdminComplaintsQuery", query_fields);

static enum err
list_complaints(struct call *call, const void *in, void *out)
{
	const struct complaints_query *query = call->query;
	const struct complaint_filter filter = {
		.status = query->status,
		.category = query->category,
		.after = query->page.after,
		.most = page_most(&query->page),
	};
	struct complaint *complaints;
	size_t n;

	(void)in;
	TRY(complaint_list(&call->ctx, &filter, &complaints, &n));
	page_fill(call, out, &query->page, complaints, n, sizeof(*complaints),
		  offsetof(struct complaint, complaint_id));
	return ERR_OK;
}

static enum err
get_complaint(struct call *call, const void *in, void *out)
{
	(void)in;
	return complaint_get(&call->ctx, call->params[0].text, out);
}

static enum err
answer_complaint(struct call *call, const void *in, void *out)
{
	const struct answer *answer = in;

	return complaint_answer(&call->ctx, call->params[0].text, answer->status,
				answer->resolution, out);
}

const struct route pocket_complaints[] = {
	{GET, "/v1/admin/complaints", "List complaints", "Newest first.", list_complaints,
	 .query = &complaints_query, .out = &complaint_out, .reply.list = true,
	 .access = ACCESS_ADMIN, .status = 200, .docs.tag = "Administration"},
	{GET, "/v1/admin/complaints/{id:word}", "Retrieve a complaint", NULL, get_complaint,
	 .out = &complaint_out, .access = ACCESS_ADMIN, .status = 200,
	 .docs.tag = "Administration"},
	{POST, "/v1/admin/complaints/{id:word}/answer", "Answer a complaint",
	 "The complainant is notified. resolved and rejected are final. Recorded in the audit log.",
	 answer_complaint, .in = &answer_in, .out = &complaint_out, .access = ACCESS_ADMIN,
	 .effect = EFFECT_WRITE, .status = 200, .docs.tag = "Administration"},
	{0},
};
