/*
 * book_audit.h - the continuous audit: all checks of the books, in pieces of some milliseconds, all day.
 *
 * Any number of runners may call book_audit_step(): one reads at a time, and where it is, is in the
 * database. It takes the share of time that the settings allow, and five times as much if a round would
 * otherwise take longer than it should.
 *
 * A difference is logged once, and opens a review of kind "ledger", one for each ledger. If the settings
 * say so, nothing is posted in that ledger (ERR_LEDGER_STOPPED) until the review is approved, by a person
 * who has repaired or explained the difference. The same difference is then not reported again, unless
 * a round has not found it in between.
 */
#ifndef APP_OPERATION_BOOK_AUDIT_H
#define APP_OPERATION_BOOK_AUDIT_H

#include "base/ctx.h"

/* Read the next piece, if it is due. */
enum err book_audit_step(struct ctx *ctx) MUST_CHECK;
/* The decision of a review: approved, all open differences of the ledger are resolved. ERR_CONFLICT if
 * not approved: there is nothing to refuse. */
enum err book_audit_decide(struct ctx *ctx, struct uuid subject, bool approved) MUST_CHECK;

#endif
