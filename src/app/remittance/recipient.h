/* recipient.h - recipients of remittances. All functions act for the caller. */
#ifndef APP_REMITTANCE_RECIPIENT_H
#define APP_REMITTANCE_RECIPIENT_H

#include <stddef.h>

#include "app/remittance/corridor.h"
#include "base/ctx.h"

struct recipient {
	int64_t recipient_id;
	const char *drop_id; /* "rec_…" */
	const char *name;
	const char *country;
	const char *currency;
	const char *bank_account; /* in an order as typed, then a plain IBAN */
	const char *bank_name;    /* or NULL */
	struct instant created_at;
};

/* ERR_VALIDATION names each field that does not fit the country. */
enum err recipient_add(struct ctx *ctx, const struct recipient *in,
		       struct recipient *out) MUST_CHECK;
/* Newest first; total is the number on all pages. */
enum err recipient_list(struct ctx *ctx, int64_t most, int64_t skip, struct recipient **out,
			size_t *n, int64_t *total) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum err recipient_find(struct ctx *ctx, const char *drop_id, struct recipient *out) MUST_CHECK;
/* Delete a recipient; earlier payments are kept. ERR_NOT_FOUND. */
enum err recipient_delete(struct ctx *ctx, const char *drop_id) MUST_CHECK;
/* "*****5678": enough to recognise it. */
const char *recipient_masked(struct arena *arena, const char *bank_account);

#endif
