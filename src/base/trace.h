/*
 * trace.h - the trace that an operation belongs to, by W3C Trace Context level 1.
 *
 * A client that traces its requests sends a header traceparent. Its trace id is logged, and passed on
 * with calls of other servers, each with a new parent id. Without a valid header there is no trace;
 * tracestate is not passed on, since it is for the client's own systems.
 */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/id.h"

enum { TRACE_ID_MAX = 33, TRACE_HEADER_MAX = 56 };

/* All zero: none. */
struct trace {
	char id[TRACE_ID_MAX]; /* lower-case hexadecimal, not all zero */
	bool sampled;
};

/* Read the value of a header traceparent, or NULL. False, with no trace, if it is not valid. */
bool trace_read(struct trace *out, const char *header);
/* The trace of an object: its id is that of the object. */
void trace_begin(struct trace *out, struct uuid object);
/* The header for a call, with a new parent id; NULL if there is no trace. */
const char *trace_header(char buf[TRACE_HEADER_MAX], const struct trace *trace) MUST_CHECK;

#endif
