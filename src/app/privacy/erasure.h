/*
 * erasure.h - the end of an account, and the erasure of what is kept of its person.
 *
 * An account ends at once: no sign-in and no key is accepted any more, and what no law requires to be
 * kept is erased. The rest is erased when it is due. A new table with a column of a person adds
 * itself to a statement of sql/queries/privacy/erasure.sql, or to the list in erasure.c;
 * tests/db/erasure.c compares.
 */
#ifndef APP_PRIVACY_ERASURE_H
#define APP_PRIVACY_ERASURE_H

#include "base/ctx.h"

/*
 * In the caller's transaction: end the caller's account. Who it was is kept for five years, as the law
 * against money laundering demands; its address stays taken until then. ERR_CONFLICT for the last
 * administrator, ERR_ACCOUNT_NOT_EMPTY while money is in the way.
 */
enum err account_close(struct ctx *ctx) MUST_CHECK;

/* The same for any account by an administrator, or one's own. What is known of the person is erased at
 * once, what belongs to payments in five years. Recorded in the audit log. */
enum err user_delete(struct ctx *ctx, struct uuid id) MUST_CHECK;

/* Erase what is left of one account that is due; *found tells whether there was one. In a transaction
 * of its own. */
enum err erasure_due(struct ctx *ctx, bool *found) MUST_CHECK;

#endif
