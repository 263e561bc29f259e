/*
 * execute.h - the handler of a call, in the transactions that its route's effect asks for, and
 * what an Idempotency-Key asks for around it.
 *
 * A route that calls somebody else's server (EFFECT_CALL) has three steps: handle records what is
 * to be done in one transaction, outside does it in none, finish records what came of it in a
 * second one. The process may end between any two. Therefore a key is bound to what handle opened
 * (call->opened) in the first transaction, for the key's whole lifetime: a repetition never opens
 * anything again. It goes on with the same (resume, outside, finish), or gets the stored answer.
 */
#ifndef API_EXECUTE_H
#define API_EXECUTE_H

#include "api/dispatch.h"

/* in is the route's struct. ERR_OK with call->refused: the fault in call->ctx is the answer. */
enum err execute(struct call *call, void *in) MUST_CHECK;

#endif
