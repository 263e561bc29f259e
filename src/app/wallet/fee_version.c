#include "app/wallet/fee_version.h"

#include "base/arena.h"
#include "db/row.h"

const char *const fee_bearer_words[] = {"payer", "payee", NULL};
const char *const fee_reversal_words[] = {"refund", "keep", NULL};

struct tier_row {
	int64_t fee_version_id;
	struct uuid schedule;
	enum transaction_type type;
	const char *currency;
	int64_t number;
	struct instant effective_from;
	struct instant effective_to;
	enum fee_bearer bearer;
	enum fee_reversal on_reversal;
	enum fee_tiers tier_mode;
	int64_t minimum;
	int64_t maximum;
	int64_t up_to;
	int64_t flat;
	int64_t share;
};

static const struct column columns[] = {
	COLUMN(struct tier_row, fee_version_id),
	COLUMN(struct tier_row, schedule),
	COLUMN_WORD(struct tier_row, type, transaction_type_words),
	COLUMN(struct tier_row, currency),
	COLUMN(struct tier_row, number),
	COLUMN(struct tier_row, effective_from),
	COLUMN(struct tier_row, effective_to),
	COLUMN_WORD(struct tier_row, bearer, fee_bearer_words),
	COLUMN_WORD(struct tier_row, on_reversal, fee_reversal_words),
	COLUMN_WORD(struct tier_row, tier_mode, fee_tiers_words),
	COLUMN(struct tier_row, minimum),
	COLUMN(struct tier_row, maximum),
	COLUMN(struct tier_row, up_to),
	COLUMN(struct tier_row, flat),
	COLUMN(struct tier_row, share),
};
_Static_assert(COLUMN_COUNT(columns) == FEE_VERSION_COLUMNS, "all columns are counted");

static struct fee_version
version_of(const struct tier_row *row)
{
	return (struct fee_version){
		.fee_version_id = row->fee_version_id,
		.schedule = row->schedule,
		.type = row->type,
		.currency = currency_find(row->currency),
		.number = row->number,
		.from = row->effective_from,
		.to = row->effective_to,
		.bearer = row->bearer,
		.on_reversal = row->on_reversal,
		.rate = {.mode = row->tier_mode, .minimum = row->minimum, .maximum = row->maximum},
	};
}

struct fee_version *
fee_versions_read(struct arena *arena, const struct rows *rows, size_t *n)
{
	struct fee_version *versions = arena_array(arena, rows->count, sizeof(*versions));

	*n = 0;
	for (size_t i = 0; i < rows->count; i++) {
		struct tier_row row = {.number = 0};
		struct fee_rate *rate;

		if (row_is_null(rows, i, 0))
			continue;
		rows_scan(rows, i, columns, COLUMN_COUNT(columns), &row);
		if (*n == 0 || versions[*n - 1].fee_version_id != row.fee_version_id)
			versions[(*n)++] = version_of(&row);
		rate = &versions[*n - 1].rate;
		if (rate->count < FEE_TIERS_MAX)
			rate->tiers[rate->count++] =
				(struct fee_tier){row.up_to, row.flat, row.share};
	}
	return versions;
}

bool
fee_version_holds(const struct fee_version *version, struct instant at)
{
	return version->from.us <= at.us && (version->to.us == 0 || at.us < version->to.us);
}
