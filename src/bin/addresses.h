/* addresses.h - what operators are told of accounts whose addresses are odd. */
#ifndef BIN_ADDRESSES_H
#define BIN_ADDRESSES_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/config.h"

/* Print one line for each of them, after making the keys of the others anew where change says so. False with
 * one clear line in problem if the database can't be asked. */
bool addresses_report(const struct config *config, bool change, char problem[512]) MUST_CHECK;

#endif
