/*
 * reply.h - writes the answer of a call in the envelope of its dialect.
 */
#ifndef API_REPLY_H
#define API_REPLY_H

#include "api/dispatch.h"

/* Put the envelope around out, the route's struct. */
enum err reply_success(struct call *call, const void *out) MUST_CHECK;
/* Status and body for the fault in call->ctx. A violated constraint of the database is
 * translated into its meaning for the client, or ERR_INTERNAL. Never fails. */
void reply_failure(struct call *call);
/* A header whose value is a number. */
void reply_number(struct call *call, const char *name, int64_t value);

#endif
