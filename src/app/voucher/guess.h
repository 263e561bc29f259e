/*
 * guess.h - codes that are tried and are nobody's.
 *
 * They are counted for the person and for the address: ten of a person within 15 minutes, fifty
 * of an address, and neither learns anything more until those are over.
 */
#ifndef APP_VOUCHER_GUESS_H
#define APP_VOUCHER_GUESS_H

#include "base/ctx.h"

enum { GUESS_PERSON_MOST = 10, GUESS_ADDRESS_MOST = 50, GUESS_WINDOW_S = 900 };

/* Whether ctx->who may try a code; ERR_RATE_LIMITED. */
enum err guess_allowed(struct ctx *ctx) MUST_CHECK;
/* Count a wrong one, which must be committed. Fails where the database does; else the fault is
 * ERR_VOUCHER_NOT_FOUND, or ERR_RATE_LIMITED for one of several at once that was too many. */
enum err guess_wrong(struct ctx *ctx) MUST_CHECK;
/* Forget those that count no more, some at a time. */
enum err guess_sweep(struct ctx *ctx) MUST_CHECK;

#endif
