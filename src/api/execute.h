/*
 * execute.h - runs the handler of a call, in the transactions that its route's effect requires, and
 * implements the Idempotency-Key.
 *
 * A route that calls an outside server (EFFECT_CALL) has three steps: handle records the order in
 * one transaction, outside makes the call in none, finish records the outcome in a second one. The
 * process may end between any two. Therefore a key is bound to what handle opened (call->opened) in
 * the first transaction, for the key's whole lifetime: a repetition never opens anything again. It
 * continues with the same (resume, outside, finish), or gets the stored answer.
 */
#ifndef API_EXECUTE_H
#define API_EXECUTE_H

#include "api/dispatch.h"

/* in is the route's struct. ERR_OK with call->refused: the fault in call->ctx is the answer. */
enum err execute(struct call *call, void *in) MUST_CHECK;

#endif
