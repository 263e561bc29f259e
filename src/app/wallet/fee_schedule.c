#include "app/wallet/fee_schedule.h"

#include "app/audit/audit.h"
#include "app/wallet/lookup.h"
#include "base/arena.h"
#include "base/ensure.h"
#include "base/word.h"
#include "db/row.h"
#include "json/writer.h"

/* A version on its way into the database. */
struct build {
	struct ctx *ctx;
	const struct fee_schedule_order *in;
	const char *currency;
	struct fee_rate rate;
	struct instant from;
	struct instant to;
};

static void
refuse(const struct build *b, const char *field, const char *code, const char *why)
{
	violation_add(b->ctx->arena, &b->ctx->fault, field, code, why);
}

static const char *
tier_field(const struct build *b, size_t i, const char *member)
{
	return arena_printf(b->ctx->arena, "tiers[%zu].%s", i, member);
}

/* A number of major units as minor units; without it, this value. What is wrong with it is in the fault. */
static int64_t
read_minor(const struct build *b, const char *field, struct decimal value, int64_t otherwise)
{
	struct money money;

	if (!value.present)
		return otherwise;
	return transaction_amount_of(b->ctx, field, value, b->currency, &money) == ERR_OK
		       ? money.minor
		       : otherwise;
}

static int64_t
read_percent(const struct build *b, size_t i, struct decimal percent)
{
	int64_t share = 0;
	enum money_problem problem = MONEY_OK;

	if (percent.present)
		problem = decimal_scale(&share, percent, SHARE_DECIMALS);
	if (problem == MONEY_DECIMALS)
		refuse(b, tier_field(b, i, "percent"), "DECIMALS", "must have at most 6 decimals");
	else if (problem != MONEY_OK || share > SHARE_WHOLE)
		refuse(b, tier_field(b, i, "percent"), "RANGE", "must be at most 100");
	return share;
}

/* Tiers follow one another, and only the last one is without end. */
static void
check_end(const struct build *b, size_t i, int64_t up_to)
{
	bool last = i + 1 == b->in->tiers.count;

	if (last && up_to != 0)
		refuse(b, tier_field(b, i, "upTo"), "UNEXPECTED",
		       "must not be given: the last tier has no end");
	else if (!last && up_to == 0)
		refuse(b, tier_field(b, i, "upTo"), "REQUIRED",
		       "is required, except in the last tier");
	else if (!last && i > 0 && up_to <= b->rate.tiers[i - 1].up_to)
		refuse(b, tier_field(b, i, "upTo"), "RANGE",
		       "must be greater than that of the tier before");
}

static void
read_tier(struct build *b, size_t i)
{
	const struct fee_tier_order *in = &((const struct fee_tier_order *)b->in->tiers.items)[i];
	struct fee_tier *tier = &b->rate.tiers[i];

	tier->up_to = read_minor(b, tier_field(b, i, "upTo"), in->up_to, 0);
	tier->flat = read_minor(b, tier_field(b, i, "flat"), in->flat, 0);
	tier->share = read_percent(b, i, in->percent);
	check_end(b, i, tier->up_to);
}

static void
read_rate(struct build *b)
{
	b->rate = (struct fee_rate){
		.mode = b->in->tier_mode,
		.minimum = read_minor(b, "minimum", b->in->minimum, 0),
		.maximum = read_minor(b, "maximum", b->in->maximum, INT64_MAX),
		.count = b->in->tiers.count,
	};
	if (b->rate.minimum > b->rate.maximum)
		refuse(b, "minimum", "RANGE", "must be at most the maximum");
	for (size_t i = 0; i < b->rate.count; i++)
		read_tier(b, i);
}

/* Nothing is decided about the past. */
static void
read_period(struct build *b)
{
	const struct moment *from = &b->in->from;
	const struct moment *to = &b->in->to;

	b->from = from->given ? from->first : b->ctx->now;
	b->to = to->given ? to->first : (struct instant){0};
	if (b->from.us < b->ctx->now.us)
		refuse(b, "effectiveFrom", "RANGE", "must not be in the past");
	if (to->given && b->to.us <= b->from.us)
		refuse(b, "effectiveTo", "RANGE", "must be after effectiveFrom");
}

static enum err
read_order(struct build *b)
{
	b->currency = currency_find_any_case(b->in->currency)->code;
	read_rate(b);
	read_period(b);
	return b->ctx->fault.err;
}

struct last_row {
	int64_t fee_schedule_id;
	struct uuid public_id;
	int64_t number;
	struct instant effective_from;
};

static const struct column last_columns[] = {
	COLUMN(struct last_row, fee_schedule_id),
	COLUMN(struct last_row, public_id),
	COLUMN(struct last_row, number),
	COLUMN(struct last_row, effective_from),
};

/* The schedule of the order, which is created if there is none. */
static enum err
find_or_create(const struct build *b, struct last_row *last)
{
	struct ctx *ctx = b->ctx;
	struct param ledger = p_int(ctx->who.ledger_id);
	struct param type = p_word(transaction_type_words, b->in->type);
	struct rows rows;

	TRY(db_run(ctx, SQL_fee_terms_change, NULL, PARAMS(ledger)));
	TRY(db_run(ctx, SQL_fee_schedule_add, NULL,
		   PARAMS(p_uuid(uuid_v7()), ledger, type, p_text(b->currency))));
	TRY(db_run(ctx, SQL_fee_schedule_last, &rows, PARAMS(ledger, type, p_text(b->currency))));
	rows_scan(&rows, 0, last_columns, COLUMN_COUNT(last_columns), last);
	if (last->number >= FEE_VERSIONS_MAX)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "The schedule has %d versions already", FEE_VERSIONS_MAX);
	if (last->number > 0 && last->effective_from.us >= b->from.us)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "A version of the schedule begins at this time or later");
	return ERR_OK;
}

static enum err
insert(const struct build *b, const struct last_row *last)
{
	const struct fee_schedule_order *in = b->in;
	const struct fee_rate *rate = &b->rate;
	struct ctx *ctx = b->ctx;
	int64_t up_to[FEE_TIERS_MAX];
	int64_t flats[FEE_TIERS_MAX];
	int64_t shares[FEE_TIERS_MAX];
	struct rows rows;

	for (size_t i = 0; i < rate->count; i++) {
		up_to[i] = rate->tiers[i].up_to;
		flats[i] = rate->tiers[i].flat;
		shares[i] = rate->tiers[i].share;
	}
	TRY(db_run(ctx, SQL_fee_schedule_end, NULL,
		   PARAMS(p_int(last->fee_schedule_id), p_at(b->from))));
	TRY(db_run(ctx, SQL_fee_version_insert, &rows,
		   PARAMS(p_int(last->fee_schedule_id), p_int(last->number + 1), p_at(b->from),
			  p_time(b->to), p_word(fee_bearer_words, in->bearer),
			  p_word(fee_reversal_words, in->on_reversal),
			  p_word(fee_tiers_words, in->tier_mode), p_int(rate->minimum),
			  p_int(rate->maximum))));
	return db_run(ctx, SQL_fee_tier_insert, NULL,
		      PARAMS(p_int(row_int(&rows, 0, 0)), p_ints(up_to, rate->count),
			     p_ints(flats, rate->count), p_ints(shares, rate->count)));
}

static enum err
audit(struct ctx *ctx, const char *action, const struct fee_schedule *schedule)
{
	const struct fee_version_shown *newest = schedule->versions.items;
	char subject[UUID_TEXT_MAX];
	char time[INSTANT_TEXT_MAX];
	struct jw detail;

	audit_begin(ctx, &detail);
	jw_text(&detail, "type", word_text(transaction_type_words, schedule->type));
	jw_text(&detail, "currency", schedule->currency);
	jw_integer(&detail, "version", newest->number);
	jw_text(&detail, "from", instant_text(time, newest->from));
	if (newest->to.us != 0)
		jw_text(&detail, "to", instant_text(time, newest->to));
	return audit_end(ctx, action, uuid_text(subject, schedule->id), &detail);
}

enum err
fee_schedule_add(struct ctx *ctx, const struct fee_schedule_order *in, struct fee_schedule *out)
{
	struct build b = {.ctx = ctx, .in = in};
	struct last_row last = {.number = 0};

	TRY(ensure(ctx, ctx->db != NULL));
	TRY(read_order(&b));
	TRY(find_or_create(&b, &last));
	TRY(insert(&b, &last));
	TRY(fee_schedule_get(ctx, last.public_id, out));
	out->dry_run = in->dry_run;
	return audit(ctx, "fee_schedule_add", out);
}

enum err
fee_schedule_end(struct ctx *ctx, struct uuid id, const struct fee_schedule_ending *in,
		 struct fee_schedule *out)
{
	struct instant at = in->to.given ? in->to.first : ctx->now;

	TRY(ensure(ctx, ctx->db != NULL));
	if (at.us < ctx->now.us) {
		violation_add(ctx->arena, &ctx->fault, "effectiveTo", "RANGE",
			      "must not be in the past");
		return ERR_VALIDATION;
	}
	TRY(fee_schedule_get(ctx, id, out));
	TRY(db_run(ctx, SQL_fee_terms_change, NULL, PARAMS(p_int(ctx->who.ledger_id))));
	TRY(db_run(ctx, SQL_fee_schedule_end, NULL, PARAMS(p_int(out->fee_schedule_id), p_at(at))));
	TRY(fee_schedule_get(ctx, id, out));
	out->dry_run = in->dry_run;
	return audit(ctx, "fee_schedule_end", out);
}

struct schedule_row {
	int64_t fee_schedule_id;
	struct uuid public_id;
	enum transaction_type type;
	const char *currency;
	struct instant created_at;
};

static const struct column schedule_columns[] = {
	COLUMN(struct schedule_row, fee_schedule_id),
	COLUMN(struct schedule_row, public_id),
	COLUMN_WORD(struct schedule_row, type, transaction_type_words),
	COLUMN(struct schedule_row, currency),
	COLUMN(struct schedule_row, created_at),
};

static void
show_version(struct arena *arena, const struct fee_version *version, struct fee_version_shown *out)
{
	const struct fee_rate *rate = &version->rate;
	struct fee_tier_shown *tiers = arena_array(arena, rate->count, sizeof(*tiers));

	for (size_t i = 0; i < rate->count; i++) {
		const struct fee_tier *tier = &rate->tiers[i];

		tiers[i] = (struct fee_tier_shown){
			{tier->up_to, tier->up_to != 0 ? version->currency : NULL},
			{tier->flat, version->currency},
			{tier->share, SHARE_DECIMALS, true}};
	}
	*out = (struct fee_version_shown){
		.number = version->number,
		.from = version->from,
		.to = version->to,
		.bearer = version->bearer,
		.on_reversal = version->on_reversal,
		.tier_mode = rate->mode,
		.minimum = {rate->minimum, version->currency},
		.maximum = {rate->maximum, rate->maximum < INT64_MAX ? version->currency : NULL},
		.tiers = {tiers, rate->count},
	};
}

/* The versions of a schedule, from *at on; *at moves behind them. */
static struct list
versions_of(struct arena *arena, const struct fee_version *versions, size_t n, struct uuid schedule,
	    size_t *at)
{
	size_t first = *at;
	struct fee_version_shown *shown;

	while (*at < n && uuid_equal(versions[*at].schedule, schedule))
		++*at;
	shown = arena_array(arena, *at - first, sizeof(*shown));
	for (size_t i = first; i < *at; i++)
		show_version(arena, &versions[i], &shown[i - first]);
	return (struct list){shown, *at - first};
}

/* Schedules with their versions, which come in the same order. */
static enum err
show(struct ctx *ctx, const struct rows *rows, bool newest, struct fee_schedule *out)
{
	int64_t *ids = arena_array(ctx->arena, rows->count, sizeof(*ids));
	const struct fee_version *versions;
	struct rows tiers;
	size_t at = 0;
	size_t n;

	for (size_t i = 0; i < rows->count; i++)
		ids[i] = row_int(rows, i, 0);
	TRY(db_run(ctx, SQL_fee_versions_of, &tiers,
		   PARAMS(p_ints(ids, rows->count), p_bool(newest))));
	versions = fee_versions_read(ctx->arena, &tiers, &n);
	for (size_t i = 0; i < rows->count; i++) {
		struct schedule_row row = {.fee_schedule_id = 0};

		rows_scan(rows, i, schedule_columns, COLUMN_COUNT(schedule_columns), &row);
		out[i] = (struct fee_schedule){
			.fee_schedule_id = row.fee_schedule_id,
			.id = row.public_id,
			.type = row.type,
			.currency = row.currency,
			.versions = versions_of(ctx->arena, versions, n, row.public_id, &at),
			.created_at = row.created_at,
		};
	}
	return ERR_OK;
}

static enum err
not_found(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Fee schedule not found");
}

enum err
fee_schedule_get(struct ctx *ctx, struct uuid id, struct fee_schedule *out)
{
	bool key = ctx->who.kind == PRINCIPAL_PROJECT_KEY;
	struct rows rows;

	if (!key && !ctx->who.admin)
		return not_found(ctx);
	TRY(db_run(ctx, SQL_fee_schedule_find, &rows,
		   PARAMS(p_id(key ? ctx->who.ledger_id : 0), p_uuid(id))));
	return rows.count == 0 ? not_found(ctx) : show(ctx, &rows, false, out);
}

enum err
fee_schedule_list(struct ctx *ctx, const struct fee_schedule_filter *filter, int64_t after,
		  int64_t most, struct list *out)
{
	struct fee_schedule *schedules;
	int64_t ledger_id;
	struct rows rows;

	TRY(filter_books(ctx, &filter->common, &ledger_id));
	TRY(db_run(ctx, SQL_fee_schedule_list, &rows,
		   PARAMS(p_int(ledger_id), p_word(transaction_type_words, filter->type),
			  p_text(filter_currency(&filter->common)), p_id(after), p_int(most))));
	schedules = arena_array(ctx->arena, rows.count, sizeof(*schedules));
	*out = (struct list){schedules, rows.count};
	return rows.count == 0 ? ERR_OK : show(ctx, &rows, true, schedules);
}
