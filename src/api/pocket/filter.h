/* filter.h - query parameters of lists of transactions and of holds. */
#ifndef API_POCKET_FILTER_H
#define API_POCKET_FILTER_H

#include "api/dispatch.h"
#include "app/wallet/filter.h"

#define BOUND_FIELDS(struct_type, member, name_, is_doc)                      \
	FIELD(struct_type, member[BOUND_IS], .name = name_, .doc = is_doc),   \
		FIELD(struct_type, member[BOUND_GT], .name = name_ "[gt]"),   \
		FIELD(struct_type, member[BOUND_GTE], .name = name_ "[gte]"), \
		FIELD(struct_type, member[BOUND_LT], .name = name_ "[lt]"),   \
		FIELD(struct_type, member[BOUND_LTE], .name = name_ "[lte]")

/* member: a struct list_filter of the struct. */
#define FILTER_FIELDS(struct_type, member, wallet_doc, amount_doc)                                \
	FIELD(struct_type, member.reference, .name = "reference",                                 \
	      .doc = "Exactly this reference."),                                                  \
		FIELD(struct_type, member.prefix, .name = "reference[prefix]",                    \
		      .doc = "References that begin with it."),                                   \
		FIELD(struct_type, member.wallet, .name = "walletId", .doc = wallet_doc),         \
		FIELD(struct_type, member.currency, .name = "currency", .format = "currency"),    \
		BOUND_FIELDS(struct_type, member.amount, "amount",                                \
			     amount_doc " in major units, with currency; also [gt], [gte], [lt] " \
					"and [lte]."),                                            \
		BOUND_FIELDS(struct_type, member.time, "createdAt",                               \
			     "In this millisecond, second or day, depending on the precision "    \
			     "given; also [gt], [gte], [lt] and [lte]."),                         \
		FIELD(struct_type, member.project, .name = "projectId",                           \
		      .doc = "For administrators: the books of a project, instead of those of "   \
			     "the platform's own customers."),                                    \
		FIELD(struct_type, member.mode, .name = "mode", .choices = mode_words,            \
		      .words = mode_words, .doc = "For administrators. Default: live.")

#endif
