#include "app/audit/review.h"

#include "base/arena.h"
#include "db/row.h"

const char *const review_kind_words[] = {"payment",      "funding", "purchase", "closed_account",
					 "bank_payment", "ledger",  NULL};
const char *const review_status_words[] = {"open", "approved", "rejected", NULL};

static const struct column columns[] = {
	COLUMN(struct review, review_id),
	COLUMN(struct review, public_id),
	COLUMN_WORD(struct review, kind, review_kind_words),
	COLUMN(struct review, subject),
	COLUMN(struct review, reason),
	COLUMN_NAMED(struct review, detail.text, "detail"),
	COLUMN_WORD(struct review, status, review_status_words),
	COLUMN(struct review, note),
	COLUMN(struct review, decided_by),
	COLUMN(struct review, created_at),
	COLUMN(struct review, decided_at),
};

enum err
review_open(struct ctx *ctx, enum review_kind kind, struct uuid subject, const char *reason,
	    struct json_value detail)
{
	return db_run(ctx, SQL_review_insert, NULL,
		      PARAMS(p_uuid(uuid_v7()), p_word(review_kind_words, kind), p_uuid(subject),
			     p_text(reason), p_text(detail.text != NULL ? detail.text : "{}")));
}

enum err
review_list(struct ctx *ctx, const struct review_filter *filter, struct review **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_review_list, &rows,
		   PARAMS(p_word(review_status_words, filter->status),
			  p_word(review_kind_words, filter->kind), p_id(filter->after),
			  p_int(filter->most))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, columns, COLUMN_COUNT(columns), &(*out)[i]);
	return ERR_OK;
}

enum err
review_get(struct ctx *ctx, struct uuid id, struct review *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_review_find, &rows, PARAMS(p_uuid(id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Review not found");
	rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), out);
	return ERR_OK;
}

void
review_settle(struct ctx *ctx, enum review_kind kind, struct uuid subject, const char *job_kind,
	      const char *job_subject, bool paid)
{
	db_defer(ctx, SQL_review_settle,
		 PARAMS(p_word(review_kind_words, kind), p_uuid(subject),
			p_word(review_status_words, paid ? REVIEW_APPROVED : REVIEW_REJECTED),
			p_text(job_kind), p_text(job_subject)));
}
