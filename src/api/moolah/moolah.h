/* moolah.h - the tables of routes of the MyMoolah dialect. */
#ifndef API_MOOLAH_MOOLAH_H
#define API_MOOLAH_MOOLAH_H

#include "api/dispatch.h"

extern const struct route moolah_auth[];
extern const struct route moolah_vouchers[];
extern const struct route moolah_easypay_vouchers[];
extern const struct route moolah_ledger[];
extern const struct route moolah_prepaid[];
extern const struct route moolah_settings[];
extern const struct route moolah_wallet[];

/* The name of a transaction: TXN-<millisecond>-<six digits of its public id>. */
const char *moolah_transaction_id(struct arena *arena, struct instant at, struct uuid id);

#endif
