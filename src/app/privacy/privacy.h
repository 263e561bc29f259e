/*
 * privacy.h - the right of a person to a copy of all that is known of them.
 *
 * A new table about people adds a row to the parts of an export, in privacy.c.
 */
#ifndef APP_PRIVACY_PRIVACY_H
#define APP_PRIVACY_PRIVACY_H

#include "base/ctx.h"
#include "base/value.h"

/* All data of the caller's account, as an object with a member for each part; recorded as a
 * fulfilled request. */
enum err privacy_export(struct ctx *ctx, struct json_value *out) MUST_CHECK;

#endif
