/*
 * event.h - events for outgoing webhooks.
 *
 * An event is added in the transaction of the change that it describes, so a rolled back change has
 * no event. Transactions of the ledger need no call: their events are read from the journal.
 */
#ifndef APP_EVENTS_EVENT_H
#define APP_EVENTS_EVENT_H

#include "app/events/event_type.h"
#include "base/ctx.h"

/* In the caller's transaction: add an event of an object of a project (by its ledger). Events of
 * one object are delivered in the order in which they were added. Does nothing if the ledger has
 * no project, or there is no subscription; sent with the commit. data is the struct of the type's
 * table; its place is added to it on publication. */
enum err event_add(struct ctx *ctx, int64_t ledger_id, const char *type, struct uuid object,
		   const void *data) MUST_CHECK;

#endif
