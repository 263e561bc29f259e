/* addresses.h - reports about accounts with problematic addresses. */
#ifndef BIN_ADDRESSES_H
#define BIN_ADDRESSES_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/config.h"

struct odd_address;

enum { ADDRESS_REPORT_MAX = 160 };

/* A line about an account, by its id: the output may end in a log, which must not contain
 * addresses. */
const char *address_report(char out[ADDRESS_REPORT_MAX], const struct odd_address *address);
/* Compute the keys of all addresses again, and print one line for each account that kept its old one.
 * False with a one-line message in problem if the database is unavailable. */
bool addresses_rekey(const struct config *config, char problem[512]) MUST_CHECK;

#endif
