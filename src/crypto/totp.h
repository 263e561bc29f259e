/*
 * totp.h - one-time codes by time (TOTP, RFC 6238): HMAC-SHA-1, six digits, steps of 30 seconds.
 *
 * A code is accepted in its own step, the one before and the one after. The caller accepts each step
 * once.
 */
#ifndef CRYPTO_TOTP_H
#define CRYPTO_TOTP_H

#include <stdint.h>

#include "base/clock.h"
#include "base/text.h"

enum { TOTP_SECRET_SIZE = 20, TOTP_DIGITS = 6, TOTP_TEXT_MAX = TOTP_DIGITS + 1, TOTP_STEP_S = 30 };

/* The step of a time. */
int64_t totp_step(struct instant at);
/* The code of a step. */
void totp_code(struct bytes secret, int64_t step, char out[TOTP_TEXT_MAX]);
/* The step whose code this is, among those that are accepted at a time; -1: none. In constant time. */
int64_t totp_match(struct bytes secret, struct instant at, const char *code);

#endif
