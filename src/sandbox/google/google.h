/* google.h - state of the Google sign-in: its keys and issued codes. */
#ifndef SANDBOX_GOOGLE_GOOGLE_H
#define SANDBOX_GOOGLE_GOOGLE_H

#include <stdbool.h>

#include "base/attributes.h"

struct sandbox_call;
struct google;
struct grants;

/* NULL on failure. */
struct google *google_new(void);
void google_free(struct google *google);
bool google_rotate_keys(struct google *google) MUST_CHECK;
/* The issued codes. */
struct grants *google_grants(struct google *google);

/* google_consent.c: GET /authorize */
void google_authorize(struct sandbox_call *call);

#endif
