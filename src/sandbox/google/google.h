/* google.h - the state of Google's sign-in: its keys and the codes it has given out. */
#ifndef SANDBOX_GOOGLE_GOOGLE_H
#define SANDBOX_GOOGLE_GOOGLE_H

#include <stdbool.h>

#include "base/attributes.h"

struct call;
struct google;
struct grants;

/* NULL if the system can't. */
struct google *google_new(void);
void google_free(struct google *google);
bool google_rotate_keys(struct google *google) MUST_CHECK;
/* The codes that were given out. */
struct grants *google_grants(struct google *google);

/* google_consent.c: GET /authorize */
void google_authorize(struct call *call);

#endif
