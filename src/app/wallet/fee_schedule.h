/*
 * fee_schedule.h - fee schedules of projects: one for each type of transaction and currency, in the books of each mode,
 * with versions.
 *
 * A version never changes. It begins now or later, and ends at the beginning of the next one, or when it is said to.
 * Nothing applies to what was posted before. Changes are recorded in the audit log.
 */
#ifndef APP_WALLET_FEE_SCHEDULE_H
#define APP_WALLET_FEE_SCHEDULE_H

#include "app/wallet/fee_version.h"
#include "app/wallet/filter.h"
#include "base/value.h"

enum { FEE_VERSIONS_MAX = 100 };

/* A tier of an order, and as it is shown. */
struct fee_tier_order {
	struct decimal up_to;
	struct decimal flat;
	struct decimal percent; /* with at most 6 decimals */
};

struct fee_tier_shown {
	struct money up_to;
	struct money flat;
	struct decimal percent;
};

struct fee_schedule_order {
	enum transaction_type type;
	const char *currency;
	struct moment from; /* not given: now */
	struct moment to;   /* not included; not given: until it is ended */
	enum fee_bearer bearer;
	enum fee_reversal on_reversal;
	enum fee_tiers tier_mode;
	struct decimal minimum;
	struct decimal maximum;
	struct list tiers; /* of struct fee_tier_order */
	bool dry_run;
};

struct fee_version_shown {
	int64_t number;
	struct instant from;
	struct instant to;
	enum fee_bearer bearer;
	enum fee_reversal on_reversal;
	enum fee_tiers tier_mode;
	struct money minimum;
	struct money maximum;
	struct list tiers; /* of struct fee_tier_shown */
};

struct fee_schedule {
	int64_t fee_schedule_id;
	struct uuid id;
	enum transaction_type type;
	const char *currency;
	struct list
		versions; /* of struct fee_version_shown, the newest first; in lists only that */
	struct instant created_at;
	bool dry_run;
};

/* These act for the calling project key, in the caller's db_transact(). */

/* Add a version, to a schedule that is created with the first one. ERR_VALIDATION; ERR_CONFLICT if a later version
 * begins at its beginning or after it, or there are too many. */
enum err fee_schedule_add(struct ctx *ctx, const struct fee_schedule_order *in,
			  struct fee_schedule *out) MUST_CHECK;

struct fee_schedule_ending {
	struct moment to; /* not given: now */
	bool dry_run;
};

/* End what is in force at a time, and what would begin later. */
enum err fee_schedule_end(struct ctx *ctx, struct uuid id, const struct fee_schedule_ending *in,
			  struct fee_schedule *out) MUST_CHECK;

/* Of the calling project key's ledger, or for an administrator any one. */
enum err fee_schedule_get(struct ctx *ctx, struct uuid id, struct fee_schedule *out) MUST_CHECK;

struct fee_schedule_filter {
	struct list_filter common; /* project, mode and currency only */
	enum transaction_type type;
};

/* Newest first, after the one with this number (0: from the newest). */
enum err fee_schedule_list(struct ctx *ctx, const struct fee_schedule_filter *filter, int64_t after,
			   int64_t most, struct list *out) MUST_CHECK;

#endif
