/*
 * metadata.h - metadata that are added to a transaction after it was posted.
 *
 * Each change is a revision, with who made it and when. What the transaction was posted with stays, and so do its
 * seal and the answers to repetitions of its request.
 */
#ifndef APP_WALLET_METADATA_H
#define APP_WALLET_METADATA_H

#include "app/wallet/lookup.h"

struct metadata_revision {
	int64_t number; /* 0: what the transaction was posted with */
	struct json_value metadata;
	struct uuid api_key;       /* who added it: a key of the project */
	struct uuid administrator; /* or an administrator */
	struct instant created_at;
};

struct metadata_addition {
	struct json_value metadata;
	bool dry_run;
};

/* Replace the values with these names, remove those that are null here, and keep the others. Nothing is stored if
 * that changes nothing. The caller's transaction. ERR_NOT_FOUND, ERR_VALIDATION; ERR_CONFLICT if there are too
 * many revisions, or as of lookup_get(). */
enum err metadata_add(struct ctx *ctx, struct uuid id, const struct metadata_addition *in,
		      struct lookup *out) MUST_CHECK;
/* Revisions, the newest first, after the one with this number (0: from the newest on), at most so many.
 * ERR_NOT_FOUND. */
enum err metadata_list(struct ctx *ctx, struct uuid id, int64_t after, int64_t most,
		       struct list *out) MUST_CHECK;

#endif
