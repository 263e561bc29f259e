/* bitpal.h - the Bitpal dialect: its groups of routes. */
#ifndef API_BITPAL_BITPAL_H
#define API_BITPAL_BITPAL_H

#include "api/dispatch.h"

extern const struct route bitpal_google[];
extern const struct route bitpal_keys[];
extern const struct route bitpal_wallet[];

#endif
