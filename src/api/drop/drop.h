/* drop.h - the Drop dialect: its groups of routes. */
#ifndef API_DROP_DROP_H
#define API_DROP_DROP_H

#include "api/call.h"

extern const struct route drop_health[];

#endif
