#include "app/funding/risk.h"

#include "base/arena.h"
#include "base/attributes.h"

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S, WEEK_S = 7 * DAY_S, HISTORY_LEAST = 3 };

#define NAIRA INT64_C(100)

/* An average of fewer fundings says nothing. */
const char *const risk_level_words[] = {"low", "medium", "high", NULL};

static bool
above_average(const struct risk_facts *f, int64_t times)
{
	return f->completed >= HISTORY_LEAST && f->amount / times > f->average;
}

static bool
amount_above_average(const struct risk_facts *f)
{
	return above_average(f, 5);
}

static bool
amount_far_above_average(const struct risk_facts *f)
{
	return above_average(f, 20);
}

static bool
many_fundings(const struct risk_facts *f)
{
	return f->started >= 10;
}

static bool
very_many_fundings(const struct risk_facts *f)
{
	return f->started >= 30;
}

static bool
failed_codes(const struct risk_facts *f)
{
	return f->failed_codes >= 3;
}

static bool
many_failed_codes(const struct risk_facts *f)
{
	return f->failed_codes >= 6;
}

static bool
new_account_large_amount(const struct risk_facts *f)
{
	return f->account_age_s < DAY_S && f->amount > 100000 * NAIRA;
}

static bool
young_account_very_large_amount(const struct risk_facts *f)
{
	return f->account_age_s < WEEK_S && f->amount > 1000000 * NAIRA;
}

static bool
new_address(const struct risk_facts *f)
{
	return f->new_address;
}

/* src/api/otp/README.md has the same rows; a test compares them. */
static const struct risk_rule rules[] = {
	{"amount_above_average", 30, amount_above_average},
	{"amount_far_above_average", 30, amount_far_above_average},
	{"many_fundings", 30, many_fundings},
	{"very_many_fundings", 30, very_many_fundings},
	{"failed_codes", 30, failed_codes},
	{"many_failed_codes", 30, many_failed_codes},
	{"new_account_large_amount", 30, new_account_large_amount},
	{"young_account_very_large_amount", 30, young_account_very_large_amount},
	{"new_address", 30, new_address},
};
enum { RULES = COUNT(rules) };

const struct risk_rule *
risk_rule(size_t i)
{
	return i < RULES ? &rules[i] : NULL;
}

enum risk_level
risk_assess(struct arena *arena, const struct risk_facts *facts, const char **names)
{
	int64_t points = 0;

	*names = "";
	for (size_t i = 0; i < RULES; i++) {
		if (!rules[i].applies(facts))
			continue;
		points += rules[i].points;
		*names = arena_printf(arena, "%s%s%s", *names, **names != '\0' ? "," : "",
				      rules[i].name);
	}
	if (points >= RISK_HIGH_POINTS)
		return RISK_HIGH;
	return points >= RISK_MEDIUM_POINTS ? RISK_MEDIUM : RISK_LOW;
}
