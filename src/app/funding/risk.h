/*
 * risk.h - how unusual a funding is, compared with the user's history.
 *
 * One table of rules, each with its points; the sum gives the level. No I/O. The numbers are also
 * in src/api/otp/README.md.
 */
#ifndef APP_FUNDING_RISK_H
#define APP_FUNDING_RISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Least points of a level. */
enum { RISK_MEDIUM_POINTS = 30, RISK_HIGH_POINTS = 60 };

enum risk_level { RISK_LOW = 1, RISK_MEDIUM, RISK_HIGH };

extern const char *const risk_level_words[];

/* Input of the rules. Amounts in kobo; counts are of the same user and purpose. */
struct risk_facts {
	int64_t amount;
	int64_t completed;    /* in the last 90 days */
	int64_t average;      /* amount of those */
	int64_t started;      /* in the last 24 hours, excluding this one */
	int64_t failed_codes; /* wrong guesses in the last 24 hours */
	int64_t account_age_s;
	bool new_address; /* neither the account's address nor one that confirmed a funding before */
};

struct risk_rule {
	const char *name;
	int64_t points;
	bool (*applies)(const struct risk_facts *facts);
};

/* The rules in the table's order; NULL past the end. */
const struct risk_rule *risk_rule(size_t i);

/* The level, and the names of the rules that apply, separated by commas. */
enum risk_level risk_assess(struct arena *arena, const struct risk_facts *facts,
			    const char **names);

#endif
