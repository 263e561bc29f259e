/*
 * stream.h - answers in parts, each of which is made while the server has sent those before it, and in their
 * memory: an answer of any length takes the memory of one part.
 *
 * A handler that has filled out with the first items only sets call->unfinished. The first part is made
 * like any answer, and may still be a failure; the others by the route's reply.more. Such answers have no
 * Content-Length unless the handler knows it (reply.length), and a worker makes a limited number of them at a time.
 */
#ifndef API_STREAM_H
#define API_STREAM_H

#include "api/dispatch.h"

/* Let the reply go on after its first part; out is the route's struct. ERR_UNAVAILABLE if too many do. */
enum err stream_begin(struct call *call, void *out) MUST_CHECK;

#endif
