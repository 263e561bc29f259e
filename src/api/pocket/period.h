/* period.h - the period of a statement, as requests give it. */
#ifndef API_POCKET_PERIOD_H
#define API_POCKET_PERIOD_H

#include "base/value.h"
#include "schema/schema.h"

struct period {
	struct moment from;
	struct moment to;
};

#define PERIOD_FIELDS                                                                             \
	FIELD(struct period, from, .name = "from",                                                \
	      .doc = "The first day, second or millisecond, in ISO 8601 format, UTC by default. " \
		     "Default: one year before the end.",                                         \
	      .example = "\"2026-01-01\""),                                                       \
		FIELD(struct period, to, .name = "to",                                            \
		      .doc = "The last day, second or millisecond, included in full. Default: "   \
			     "now.",                                                              \
		      .example = "\"2026-01-31\"")

#endif
