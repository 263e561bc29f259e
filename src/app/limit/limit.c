#include "app/limit/limit.h"

#include <stdlib.h>
#include <string.h>

#include "app/audit/audit.h"
#include "app/limit/row.h"
#include "app/people/user.h"
#include "app/wallet/transaction.h"
#include "base/arena.h"
#include "base/word.h"
#include "db/row.h"
#include "ledger/account.h"
#include "ledger/kernel.h"
#include "json/writer.h"

/* What a rule with each measure says, beside the limit. */
static const struct {
	bool direction;
	bool types; /* it may */
	bool currency;
	bool window;
	bool per[PER_PROJECT + 1];
} forms[] = {
	[LIMIT_BALANCE] = {.currency = true, .per = {[PER_WALLET] = true, [PER_CUSTOMER] = true}},
	[LIMIT_AMOUNT] = {.direction = true,
			  .types = true,
			  .currency = true,
			  .per = {[PER_WALLET] = true}},
	[LIMIT_SUM] = {.direction = true,
		       .types = true,
		       .currency = true,
		       .window = true,
		       .per = {[PER_WALLET] = true, [PER_CUSTOMER] = true, [PER_PROJECT] = true}},
	[LIMIT_COUNT] = {.direction = true,
			 .types = true,
			 .window = true,
			 .per = {[PER_WALLET] = true, [PER_CUSTOMER] = true, [PER_PROJECT] = true}},
};

/* What a rule of each scope may add up. */
static const bool scopes[][PER_PROJECT + 1] = {
	[SCOPE_WALLET] = {[PER_WALLET] = true},
	[SCOPE_CUSTOMER] = {[PER_WALLET] = true, [PER_CUSTOMER] = true},
	[SCOPE_KYC_LEVEL] = {[PER_WALLET] = true, [PER_CUSTOMER] = true},
	[SCOPE_PROJECT] = {[PER_WALLET] = true, [PER_CUSTOMER] = true, [PER_PROJECT] = true},
	[SCOPE_DEFAULT] = {[PER_WALLET] = true, [PER_CUSTOMER] = true},
};

/* What a rule is for. */
struct subject {
	int64_t subject;
	int64_t ledger_id; /* 0: not known yet */
	int64_t project_id;
	enum mode mode; /* of a wallet */
	const char *currency;
};

static const struct column subject_columns[] = {
	COLUMN(struct subject, subject),    COLUMN(struct subject, ledger_id),
	COLUMN(struct subject, project_id), COLUMN_WORD(struct subject, mode, mode_words),
	COLUMN(struct subject, currency),
};

static void
refuse(struct ctx *ctx, const char *field, const char *code, const char *why)
{
	violation_add(ctx->arena, &ctx->fault, field, code, why);
}

/* A member that a rule needs or must not have. */
static void
demand(struct ctx *ctx, const char *field, bool given, bool wanted)
{
	if (given && !wanted)
		refuse(ctx, field, "UNEXPECTED", "must not be given with this measure");
	else if (!given && wanted)
		refuse(ctx, field, "REQUIRED", "is required with this measure");
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The types in an order that is always the same, each once. */
static void
sort_types(struct ctx *ctx, struct text_list *types)
{
	size_t unique = 0;

	if (types->count == 0)
		return;
	types->items = arena_copy(ctx->arena, types->items, types->count * sizeof(*types->items));
	qsort(types->items, types->count, sizeof(*types->items), by_text);
	for (size_t i = 0; i < types->count; i++)
		if (unique == 0 || strcmp(types->items[i], types->items[unique - 1]) != 0)
			types->items[unique++] = types->items[i];
	types->count = unique;
}

static void
check_types(struct ctx *ctx, const struct text_list *types)
{
	for (size_t i = 0; i < types->count; i++) {
		unsigned type = word_find(transaction_type_words, types->items[i]);

		if (type == 0 || limit_policy(type) == LIMIT_IGNORES)
			refuse(ctx, arena_printf(ctx->arena, "types[%zu]", i), "CHOICE",
			       "must be a type of transaction that limits count");
	}
}

static enum err
check_zone(struct ctx *ctx, const char *zone)
{
	struct rows rows;

	if (zone == NULL)
		return ERR_OK;
	TRY(db_run(ctx, SQL_limit_zone, &rows, PARAMS(p_text(zone))));
	if (!row_bool(&rows, 0, 0))
		refuse(ctx, "timeZone", "CHOICE", "must be the name of a time zone");
	return ERR_OK;
}

/* The limit in minor units, or as a number. */
static void
read_most(struct ctx *ctx, enum limit_measure measure, const char *currency, struct decimal limit,
	  int64_t *most)
{
	struct money money = {0, NULL};

	*most = limit.coefficient;
	if (measure == LIMIT_COUNT) {
		if (limit.scale != 0)
			refuse(ctx, "limit", "FORMAT", "must be a whole number");
		return;
	}
	if (currency != NULL &&
	    transaction_amount_of(ctx, "limit", limit, currency, &money) == ERR_OK)
		*most = money.minor;
}

static enum limit_per
usual_per(enum limit_scope scope)
{
	return scope == SCOPE_CUSTOMER ? PER_CUSTOMER : PER_WALLET;
}

static enum err
check(struct ctx *ctx, const struct limit_order *in, struct limit *out)
{
	demand(ctx, "direction", in->direction != 0, forms[in->measure].direction);
	demand(ctx, "currency", in->currency != NULL, forms[in->measure].currency);
	demand(ctx, "window", in->span != 0, forms[in->measure].window);
	if (in->types.count > 0 && !forms[in->measure].types)
		demand(ctx, "types", true, false);
	if (in->time_zone != NULL && in->span == 0)
		demand(ctx, "timeZone", true, false);
	if (!scopes[in->scope][out->per] || !forms[in->measure].per[out->per])
		refuse(ctx, "per", "CHOICE", "does not go with this scope and measure");
	check_types(ctx, &in->types);
	TRY(check_zone(ctx, in->time_zone));
	read_most(ctx, in->measure, in->currency, in->limit, &out->most);
	return ctx->fault.violations != NULL ? ERR_VALIDATION : ERR_OK;
}

static enum err
bad_subject(struct ctx *ctx, const char *code, const char *why)
{
	refuse(ctx, "subject", code, why);
	return ERR_VALIDATION;
}

static enum err
find_named(struct ctx *ctx, const struct limit_order *in, struct subject *out)
{
	struct uuid id;
	struct rows rows;

	if (in->subject == NULL)
		return bad_subject(ctx, "REQUIRED", "is required with this scope");
	if (!uuid_parse(&id, in->subject))
		return bad_subject(ctx, "FORMAT", "must be a UUID");
	TRY(db_run(ctx, SQL_limit_subject, &rows,
		   PARAMS(p_word(limit_scope_words, in->scope), p_uuid(id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, "subject", "There is no such subject");
	rows_scan(&rows, 0, subject_columns, COLUMN_COUNT(subject_columns), out);
	if (out->mode != 0 && out->mode != in->mode) {
		refuse(ctx, "mode", "CHOICE", "must be that of the wallet");
		return ERR_VALIDATION;
	}
	if (out->currency != NULL && in->currency != NULL &&
	    currency_find_any_case(in->currency) != currency_find(out->currency))
		return fault(&ctx->fault, ERR_CURRENCY_MISMATCH, "currency", NULL);
	return ERR_OK;
}

/* What the rule is for, and the ledger in which that is. */
static enum err
find_subject(struct ctx *ctx, const struct limit_order *in, struct subject *out)
{
	*out = (struct subject){.subject = 0};
	if (in->scope == SCOPE_DEFAULT)
		return in->subject == NULL
			       ? ERR_OK
			       : bad_subject(ctx, "UNEXPECTED", "must not be given by default");
	if (in->scope == SCOPE_KYC_LEVEL)
		out->subject = (int64_t)word_find(kyc_status_words, in->subject);
	else
		TRY(find_named(ctx, in, out));
	if (out->subject == 0)
		return bad_subject(ctx, "CHOICE",
				   "must be one of: none, pending, verified, rejected");
	return out->ledger_id != 0 ? ERR_OK
				   : ledger_of(ctx, out->project_id, in->mode, &out->ledger_id);
}

static enum err
record(struct ctx *ctx, const char *action, const struct limit *limit, const char *before)
{
	char subject[UUID_TEXT_MAX];
	struct jw detail;

	audit_begin(ctx, &detail);
	jw_text(&detail, "scope", word_text(limit_scope_words, limit->scope));
	if (limit->subject != NULL)
		jw_text(&detail, "subject", limit->subject);
	jw_text(&detail, "measure", word_text(limit_measures, limit->measure));
	jw_text(&detail, "limit", limit->limit);
	if (before != NULL)
		jw_text(&detail, "before", before);
	return audit_end(ctx, action, uuid_text(subject, limit->id), &detail);
}

static enum err
insert(struct ctx *ctx, const struct limit_order *in, const struct subject *subject,
       const struct limit *limit)
{
	struct text_list types = in->types;
	struct rows rows;

	sort_types(ctx, &types);
	return db_run(ctx, SQL_limit_insert, &rows,
		      PARAMS(p_uuid(limit->id), p_word(mode_words, in->mode),
			     p_word(limit_scope_words, in->scope), p_int(subject->subject),
			     p_text(in->subject), p_id(subject->ledger_id),
			     p_word(limit_per_words, limit->per),
			     p_word(limit_measures, in->measure),
			     p_word(limit_direction_words, in->direction),
			     types.count > 0 ? p_texts(types.items, types.count) : p_null(),
			     p_text(limit->currency), p_word(limit_span_words, in->span),
			     p_text(in->time_zone), p_int(limit->most)));
}

/* The journal of a whole project is read now, not by its next posting. */
static enum err
begin_project(struct ctx *ctx, const struct limit *limit, int64_t ledger_id)
{
	struct rows rows;
	size_t n;
	const char *const *counted = limits_counted(ctx->arena, &n);

	if (limit->per != PER_PROJECT)
		return ERR_OK;
	return db_run(ctx, SQL_limit_begin_project, &rows,
		      PARAMS(p_int(ledger_id), p_text(limit->currency), p_texts(counted, n)));
}

enum err
limit_make(struct ctx *ctx, const struct limit_order *in, struct limit *out)
{
	struct subject subject;
	struct limit limit = {
		.id = uuid_v7(),
		.per = in->per != 0 ? in->per : usual_per(in->scope),
	};

	TRY(check(ctx, in, &limit));
	TRY(find_subject(ctx, in, &subject));
	if (in->currency != NULL)
		limit.currency = currency_find_any_case(in->currency)->code;
	TRY(db_run(ctx, SQL_limit_mark, NULL, PARAMS(p_int(subject.ledger_id))));
	TRY(insert(ctx, in, &subject, &limit));
	TRY(begin_project(ctx, &limit, subject.ledger_id));
	TRY(limit_get(ctx, limit.id, out));
	return record(ctx, "limit_make", out, NULL);
}

/* Until the end of the transaction, no other change. */
static enum err
lock(struct ctx *ctx, struct uuid id, struct limit *out)
{
	struct rows rows;

	TRY(limit_get(ctx, id, out));
	TRY(db_run(ctx, SQL_limit_mark, NULL, PARAMS(p_int(out->ledger_id))));
	TRY(db_run(ctx, SQL_limit_lock_rule, &rows, PARAMS(p_uuid(id))));
	return limit_get(ctx, id, out);
}

enum err
limit_change(struct ctx *ctx, struct uuid id, struct decimal most, struct limit *out)
{
	const char *before;
	int64_t value = 0;

	TRY(lock(ctx, id, out));
	if (out->status == LIMIT_ENDED)
		return fault(&ctx->fault, ERR_CONFLICT, NULL, "The limit has ended");
	read_most(ctx, out->measure, out->currency, most, &value);
	if (ctx->fault.violations != NULL)
		return ERR_VALIDATION;
	before = out->limit;
	TRY(db_run(ctx, SQL_limit_change, NULL, PARAMS(p_int(out->limit_id), p_int(value))));
	TRY(limit_get(ctx, id, out));
	return record(ctx, "limit_change", out, before);
}

enum err
limit_end(struct ctx *ctx, struct uuid id, struct limit *out)
{
	bool ended;

	TRY(lock(ctx, id, out));
	ended = out->status == LIMIT_ENDED;
	if (!ended)
		TRY(db_run(ctx, SQL_limit_end, NULL, PARAMS(p_int(out->limit_id))));
	TRY(db_run(ctx, SQL_limit_unmark, NULL, PARAMS(p_int(out->ledger_id))));
	if (ended)
		return ERR_OK;
	TRY(limit_get(ctx, id, out));
	return record(ctx, "limit_end", out, NULL);
}
