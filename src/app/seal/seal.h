/*
 * seal.h - new transactions become leaves of their tree, and the trees are signed.
 *
 * What is sealed is final: all transactions up to event_feed.done_id have ended. Hashes, leaves, position
 * and checkpoint are stored in one transaction, so a process that dies leaves nothing half done.
 */
#ifndef APP_SEAL_SEAL_H
#define APP_SEAL_SEAL_H

#include "base/ctx.h"

/* Seal the next transactions, and sign both trees with all keys of seal.keys, if there are any. *found
 * tells whether there is more to do at once. Only one job runner at a time does this. ERR_CONFLICT
 * if postings are in a detached period. */
enum err seal_some(struct ctx *ctx, bool *found) MUST_CHECK;

#endif
