#include "app/operation/decision.h"

#include "app/audit/audit.h"
#include "app/funding/funding.h"
#include "app/operation/unresolved.h"
#include "app/payment/payment.h"
#include "app/prepaid/purchase.h"
#include "app/privacy/closing.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "db/row.h"
#include "json/writer.h"

/* The consequences of a decision, by kind. Settlement of a subject locks it before its review,
 * so a decision does the same. */
static const struct kind {
	const char *name;
	enum err (*decide)(struct ctx *ctx, struct uuid subject, bool approved);
	enum err (*lock)(struct ctx *ctx, struct uuid subject); /* or NULL */
} kinds[] = {
	{"bank_payment", unresolved_bank_decide, unresolved_bank_lock},
	{"closed_account", closing_decide, NULL},
	{"funding", funding_decide, NULL},
	{"payment", payment_decide, payment_lock},
	{"purchase", purchase_decide, purchase_lock},
};

static enum err
record(struct ctx *ctx, const struct review *review)
{
	bool approved = text_equal(review->status, "approved");
	char id[UUID_TEXT_MAX];
	struct jw detail;

	audit_begin(ctx, &detail);
	jw_text(&detail, "kind", review->kind);
	jw_text(&detail, "subject", uuid_text(id, review->subject));
	jw_text(&detail, "note", review->note);
	return audit_end(ctx, approved ? "review_approve" : "review_reject",
			 uuid_text(id, review->public_id), &detail);
}

/* NULL is a bug: the decision would have no effect. */
static const struct kind *
kind_of(const struct review *review)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (text_equal(kinds[i].name, review->kind))
			return &kinds[i];
	return NULL;
}

static enum err
decided_before(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_CONFLICT, NULL, "The review was already decided");
}

enum err
review_decide(struct ctx *ctx, struct uuid id, bool approved, const char *note, struct review *out)
{
	const struct kind *kind;
	struct rows rows;

	TRY(review_get(ctx, id, out));
	if (!text_equal(out->status, "open"))
		return decided_before(ctx);
	kind = kind_of(out);
	if (kind == NULL)
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	if (kind->lock != NULL)
		TRY(kind->lock(ctx, out->subject));
	TRY(db_run(ctx, SQL_review_decide, &rows,
		   PARAMS(p_uuid(id), p_text(approved ? "approved" : "rejected"), p_text(note),
			  p_id(ctx->who.user_id))));
	TRY(review_get(ctx, id, out));
	if (rows.affected == 0)
		return decided_before(ctx);
	TRY(kind->decide(ctx, out->subject, approved));
	return record(ctx, out);
}
