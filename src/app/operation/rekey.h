/*
 * rekey.h - recomputes the keys of addresses after a change of the rules of base/email.h.
 *
 * Of several accounts with spellings of one address, one gets the key: a verified one first, then
 * the oldest. The others keep their old keys and all their functions, each under its own spelling.
 * So do accounts whose addresses are no longer allowed.
 */
#ifndef APP_OPERATION_REKEY_H
#define APP_OPERATION_REKEY_H

#include <stddef.h>

#include "base/ctx.h"

/* An account that kept its old key. */
struct odd_address {
	struct uuid user;
	bool taken; /* another has the address; otherwise it is no longer allowed */
};

/* List the accounts that have kept old keys. With change, the others get theirs first: in one
 * transaction each, so that it can be repeated, and run while workers run. */
enum err rekey_addresses(struct ctx *ctx, bool change, struct odd_address **out,
			 size_t *n) MUST_CHECK;

#endif
