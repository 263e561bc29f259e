/*
 * reply.h - writes the answer of a call in the envelope of its dialect.
 */
#ifndef API_REPLY_H
#define API_REPLY_H

#include "api/dispatch.h"

/* Put the envelope around out, the route's struct. */
enum err reply_success(struct call *call, void *out) MUST_CHECK;
/* The bytes of a part of the answer (stream.h), or of the whole one; the last part unless it is unfinished. */
enum err reply_write(struct call *call, const void *out, bool first, struct bytes *part) MUST_CHECK;
/* Status and body for the fault in call->ctx. A violated constraint of the database is
 * translated into its meaning for the client, or ERR_INTERNAL. Never fails. */
void reply_failure(struct call *call);
/* A header whose value is a number. */
void reply_number(struct call *call, const char *name, int64_t value);

#endif
