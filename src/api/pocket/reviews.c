/* Reviews, and the log of administrators' actions. */
#include "app/operation/decision.h"

#include "api/page.h"
#include "api/pocket/pocket.h"
#include "app/audit/audit.h"

static const struct field review_fields[] = {
	FIELD(struct review, public_id, .name = "id", .required = true),
	FIELD(struct review, kind, .name = "kind", .choices = review_kind_words, .required = true,
	      .example = "\"payment\""),
	FIELD(struct review, subject, .name = "subjectId", .required = true,
	      .doc = "Id of the object under review; for a bank_payment, its request id at the "
		     "bank."),
	FIELD(struct review, reason, .name = "reason", .required = true,
	      .example = "\"The amount that was paid differs\""),
	FIELD(struct review, detail, .name = "detail", .doc = "Details that help to decide.",
	      .example = "{\"asked\":\"100.00\",\"paid\":\"90.00\"}"),
	FIELD(struct review, status, .name = "status", .choices = review_status_words,
	      .required = true, .doc = "open, approved or rejected.", .example = "\"open\""),
	FIELD(struct review, note, .name = "note", .keep_null = true, .example = "null"),
	FIELD(struct review, decided_by, .name = "decidedBy", .keep_null = true,
	      .doc = "The administrator; null for the command line of the operator.",
	      .example = "null"),
	FIELD(struct review, created_at, .name = "createdAt", .required = true),
	FIELD(struct review, decided_at, .name = "decidedAt", .keep_null = true, .example = "null"),
};

static const struct field audit_fields[] = {
	FIELD(struct audit_entry, admin, .name = "userId", .keep_null = true,
	      .doc = "Who did it: an administrator, or the owner of an account whose protection "
		     "was changed; null for the command line of the operator."),
	FIELD(struct audit_entry, action, .name = "action", .required = true,
	      .example = "\"user_update\""),
	FIELD(struct audit_entry, subject, .name = "subject", .required = true,
	      .doc = "Object of the action: an id or a reference.",
	      .example = "\"0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55\""),
	FIELD(struct audit_entry, detail, .name = "detail",
	      .example = "{\"kycStatus\":\"verified\"}"),
	FIELD(struct audit_entry, request_id, .name = "requestId", .keep_null = true,
	      .example = "\"0190b2a47c1e7d3a9b612f6f0c9a1e55\""),
	FIELD(struct audit_entry, created_at, .name = "createdAt", .required = true),
};

struct note {
	const char *note;
};

static const struct field note_fields[] = {
	FIELD(struct note, note, .name = "note", .min = 1, .max = 500,
	      .doc = "Reason; recorded with the decision.", .example = "\"Confirmed by phone\""),
};

struct reviews_query {
	struct page_query page;
	enum review_status status;
	enum review_kind kind;
};

static const struct field reviews_query_fields[] = {
	PAGE_FIELDS(struct reviews_query),
	FIELD(struct reviews_query, status, .name = "status", .choices = review_status_words),
	FIELD(struct reviews_query, kind, .name = "kind", .choices = review_kind_words),
};

struct audit_query {
	struct page_query page;
	const char *action;
};

static const struct field audit_query_fields[] = {
	PAGE_FIELDS(struct audit_query),
	FIELD(struct audit_query, action, .name = "action", .min = 1, .max = 60,
	      .doc = "Only this action, such as user_update."),
};

static const struct schema review_out = SCHEMA(struct review, "Review", review_fields);
static const struct schema audit_out = SCHEMA(struct audit_entry, "AuditEntry", audit_fields);
static const struct schema note_in = SCHEMA(struct note, "DecisionRequest", note_fields);
static const struct schema reviews_query =
	SCHEMA(struct reviews_query, "ReviewsQuery", reviews_query_fields);
static const struct schema audit_query =
	SCHEMA(struct audit_query, "AuditQuery", audit_query_fields);

static enum err
list_reviews(struct call *call, const void *in, void *out)
{
	const struct reviews_query *query = call->query;
	const struct review_filter filter = {query->status, query->kind, query->page.after,
					     page_most(&query->page)};
	struct review *reviews;
	size_t n;

	(void)in;
	TRY(review_list(&call->ctx, &filter, &reviews, &n));
	page_fill(call, out, &query->page, reviews, n, sizeof(*reviews),
		  offsetof(struct review, review_id));
	return ERR_OK;
}

static enum err
get_review(struct call *call, const void *in, void *out)
{
	(void)in;
	return review_get(&call->ctx, call->params[0].id, out);
}

static enum err
approve(struct call *call, const void *in, void *out)
{
	return review_decide(&call->ctx, call->params[0].id, true, ((const struct note *)in)->note,
			     out);
}

static enum err
reject(struct call *call, const void *in, void *out)
{
	return review_decide(&call->ctx, call->params[0].id, false, ((const struct note *)in)->note,
			     out);
}

static enum err
list_audit(struct call *call, const void *in, void *out)
{
	const struct audit_query *query = call->query;
	const struct audit_filter filter = {query->action, query->page.after,
					    page_most(&query->page)};
	struct audit_entry *entries;
	size_t n;

	(void)in;
	TRY(audit_list(&call->ctx, &filter, &entries, &n));
	page_fill(call, out, &query->page, entries, n, sizeof(*entries),
		  offsetof(struct audit_entry, audit_id));
	return ERR_OK;
}

const struct route pocket_reviews[] = {
	{GET, "/v1/admin/reviews", "List pending and decided reviews", "Newest first.",
	 list_reviews, .query = &reviews_query, .out = &review_out, .reply.list = true,
	 .access = ACCESS_ADMIN, .status = 200, .docs.tag = "Administration"},
	{GET, "/v1/admin/reviews/{id}", "Retrieve a review", NULL, get_review, .out = &review_out,
	 .access = ACCESS_ADMIN, .status = 200, .docs.tag = "Administration"},
	{POST, "/v1/admin/reviews/{id}/approve", "Approve a review",
	 "Completes the reviewed operation: a payment is posted with the amount that was paid. If "
	 "the outcome of a payment or purchase could not be determined, it is recorded as made. "
	 "409 if it was already decided or settled. Recorded in the audit log.",
	 approve, .in = &note_in, .out = &review_out, .access = ACCESS_ADMIN,
	 .effect = EFFECT_WRITE, .status = 200, .docs.tag = "Administration"},
	{POST, "/v1/admin/reviews/{id}/reject", "Reject a review",
	 "Cancels the reviewed operation. If the outcome of a payment or purchase could not be "
	 "determined, it is recorded as never made, and its money is released. 409 if it was "
	 "already decided or settled. Recorded in the audit log.",
	 reject, .in = &note_in, .out = &review_out, .access = ACCESS_ADMIN, .effect = EFFECT_WRITE,
	 .status = 200, .docs.tag = "Administration"},
	{GET, "/v1/admin/audit", "List actions of administrators", "Newest first.", list_audit,
	 .query = &audit_query, .out = &audit_out, .reply.list = true, .access = ACCESS_ADMIN,
	 .stale = true, .status = 200, .docs.tag = "Administration"},
	{0},
};
