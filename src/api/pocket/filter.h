/* filter.h - query parameters of lists of transactions, of holds and of accounts. */
#ifndef API_POCKET_FILTER_H
#define API_POCKET_FILTER_H

#include "api/dispatch.h"
#include "app/wallet/filter.h"

#define BOUND_FIELDS(struct_type, member, name_, zero, is_doc)                                     \
	FIELD(struct_type, member[BOUND_IS], .name = name_, .may_be_zero = zero, .doc = is_doc),   \
		FIELD(struct_type, member[BOUND_GT], .name = name_ "[gt]", .may_be_zero = zero),   \
		FIELD(struct_type, member[BOUND_GTE], .name = name_ "[gte]", .may_be_zero = zero), \
		FIELD(struct_type, member[BOUND_LT], .name = name_ "[lt]", .may_be_zero = zero),   \
		FIELD(struct_type, member[BOUND_LTE], .name = name_ "[lte]", .may_be_zero = zero)

/* member: a struct list_filter of the struct, here and below. */
#define TIME_FIELDS(struct_type, member)                                               \
	BOUND_FIELDS(struct_type, member.time, "createdAt", false,                     \
		     "In this millisecond, second or day, depending on the precision " \
		     "given; also [gt], [gte], [lt] and [lte].")

#define BOOKS_FIELDS(struct_type, member)                                               \
	FIELD(struct_type, member.project, .name = "projectId",                         \
	      .doc = "For administrators: the books of a project, instead of those of " \
		     "the platform's own customers."),                                  \
		FIELD(struct_type, member.mode, .name = "mode", .choices = mode_words,  \
		      .words = mode_words, .doc = "For administrators. Default: live.")

#define FILTER_FIELDS(struct_type, member, wallet_doc, amount_doc)                                \
	FIELD(struct_type, member.reference, .name = "reference",                                 \
	      .doc = "Exactly this reference."),                                                  \
		FIELD(struct_type, member.prefix, .name = "reference[prefix]",                    \
		      .doc = "References that begin with it."),                                   \
		FIELD(struct_type, member.wallet, .name = "walletId", .doc = wallet_doc),         \
		FIELD(struct_type, member.currency, .name = "currency", .format = "currency"),    \
		BOUND_FIELDS(struct_type, member.amount, "amount", false,                         \
			     amount_doc " in major units, with currency; also [gt], [gte], [lt] " \
					"and [lte]."),                                            \
		TIME_FIELDS(struct_type, member), BOOKS_FIELDS(struct_type, member)

#endif
