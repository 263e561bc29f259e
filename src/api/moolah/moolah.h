/* moolah.h - the tables of routes of the MyMoolah dialect. */
#ifndef API_MOOLAH_MOOLAH_H
#define API_MOOLAH_MOOLAH_H

#include "api/call.h"

extern const struct route moolah_ledger[];

#endif
