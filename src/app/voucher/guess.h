/*
 * guess.h - limits on guesses of voucher codes.
 *
 * Unknown codes are counted per user and per address: after ten of a user within 15 minutes, or
 * fifty of an address, all codes are refused until the 15 minutes are over.
 */
#ifndef APP_VOUCHER_GUESS_H
#define APP_VOUCHER_GUESS_H

#include "base/ctx.h"

enum { GUESS_PERSON_MOST = 10, GUESS_ADDRESS_MOST = 50, GUESS_WINDOW_S = 900 };

/* Whether ctx->who may try a code; ERR_RATE_LIMITED. */
enum err guess_allowed(struct ctx *ctx) MUST_CHECK;
/* Count a wrong one, which must be committed. Fails if the database does; else the fault is
 * ERR_VOUCHER_NOT_FOUND, or ERR_RATE_LIMITED if concurrent guesses exceeded the limit. */
enum err guess_wrong(struct ctx *ctx) MUST_CHECK;
/* Delete expired counters, in batches. */
enum err guess_sweep(struct ctx *ctx) MUST_CHECK;

#endif
