#include "app/operation/decision.h"

#include "app/audit/audit.h"
#include "app/funding/funding.h"
#include "app/operation/book_audit.h"
#include "app/operation/unresolved.h"
#include "app/payment/payment.h"
#include "app/prepaid/purchase.h"
#include "app/privacy/closing.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/word.h"
#include "db/row.h"
#include "json/writer.h"

/* The consequences of a decision, by kind. Settlement of a subject locks it before its review,
 * so a decision does the same. */
static const struct kind {
	enum err (*decide)(struct ctx *ctx, struct uuid subject, bool approved);
	enum err (*lock)(struct ctx *ctx, struct uuid subject); /* or NULL */
} kinds[] = {
	[REVIEW_PAYMENT] = {payment_decide, payment_lock},
	[REVIEW_FUNDING] = {funding_decide, NULL},
	[REVIEW_PURCHASE] = {purchase_decide, purchase_lock},
	[REVIEW_CLOSED_ACCOUNT] = {closing_decide, NULL},
	[REVIEW_BANK_PAYMENT] = {unresolved_bank_decide, unresolved_bank_lock},
	[REVIEW_LEDGER] = {book_audit_decide, NULL},
};

static enum err
record(struct ctx *ctx, const struct review *review)
{
	bool approved = review->status == REVIEW_APPROVED;
	char id[UUID_TEXT_MAX];
	struct jw detail;

	audit_begin(ctx, &detail);
	jw_text(&detail, "kind", word_text(review_kind_words, review->kind));
	jw_text(&detail, "subject", uuid_text(id, review->subject));
	jw_text(&detail, "note", review->note);
	return audit_end(ctx, approved ? "review_approve" : "review_reject",
			 uuid_text(id, review->public_id), &detail);
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
	if (out->status != REVIEW_OPEN)
		return decided_before(ctx);
	kind = &kinds[out->kind];
	if (kind->lock != NULL)
		TRY(kind->lock(ctx, out->subject));
	TRY(db_run(ctx, SQL_review_decide, &rows,
		   PARAMS(p_uuid(id),
			  p_word(review_status_words, approved ? REVIEW_APPROVED : REVIEW_REJECTED),
			  p_text(note), p_id(ctx->who.user_id))));
	TRY(review_get(ctx, id, out));
	if (rows.affected == 0)
		return decided_before(ctx);
	TRY(kind->decide(ctx, out->subject, approved));
	return record(ctx, out);
}
