/*
 * rekey.h - the keys of addresses, made anew where the rules of base/email.h have changed since.
 *
 * Of several accounts with spellings of one address, one gets the key: a verified one first, then the
 * oldest. The others keep the keys that they had, and with them all that they could do, each by its own
 * spelling. So do accounts whose addresses would be refused today.
 */
#ifndef APP_OPERATION_REKEY_H
#define APP_OPERATION_REKEY_H

#include <stddef.h>

#include "base/ctx.h"

/* An account that kept its old key. */
struct odd_address {
	struct uuid user;
	bool taken; /* another has the address; otherwise it would be refused */
};

/* Which accounts have kept old keys. With change, the others get theirs first: in a transaction each, so that
 * it can be repeated, and done while workers run. */
enum err rekey_addresses(struct ctx *ctx, bool change, struct odd_address **out,
			 size_t *n) MUST_CHECK;

#endif
