/*
 * other.h - how a dialect is shown that has no routes of its own yet, or few: its envelope, so
 * that unknown paths below its prefix answer as its clients expect.
 */
#ifndef API_OTHER_H
#define API_OTHER_H

#include "api/call.h"

extern const struct dialect bitpal;
extern const struct dialect otp;
extern const struct dialect moolah;
extern const struct dialect drop;

#endif
