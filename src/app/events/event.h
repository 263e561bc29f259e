/*
 * event.h - events for outgoing webhooks.
 *
 * An event is added in the transaction of the change that it describes, so a rolled back change has
 * no event. Transactions of the ledger need no call: their events are read from the journal.
 */
#ifndef APP_EVENTS_EVENT_H
#define APP_EVENTS_EVENT_H

#include "base/ctx.h"
#include "base/value.h"

struct jw;

/* All types; the first one stands for all others. */
#define EVENT_TYPES                                                                             \
	"*", "wallet.created", "wallet.frozen", "wallet.activated", "wallet.credited",          \
		"wallet.debited", "transfer.completed", "transaction.reversed", "hold.created", \
		"hold.captured", "hold.voided", "hold.expired", "payment.pending",              \
		"payment.completed", "payment.failed", "payment.review"

/* In the caller's transaction: add an event of an object of a project (by its ledger). Events of
 * one object are delivered in the order in which they were added. Does nothing if the ledger has
 * no project, or there is no subscription; sent with the commit. data is an object, to which its
 * mode and sequence are added. */
enum err event_add(struct ctx *ctx, int64_t ledger_id, const char *type, struct uuid object,
		   struct json_value data) MUST_CHECK;
/* The same with an object that was just written. */
enum err event_add_written(struct ctx *ctx, int64_t ledger_id, const char *type, struct uuid object,
			   struct jw *w) MUST_CHECK;

#endif
