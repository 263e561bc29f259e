/*
 * code.h - one-time codes: six digits that are mailed to a user to confirm one action.
 *
 * A code is valid for one user, purpose and reference, once, for five minutes. A new code
 * invalidates the previous one. Wrong guesses are counted per user and purpose, for all codes
 * together: three within 15 minutes lock the purpose for 15 minutes, including codes sent in the
 * meantime. Only a keyed digest is stored; the code itself is only in the mail.
 */
#ifndef APP_PEOPLE_CODE_H
#define APP_PEOPLE_CODE_H

#include "base/ctx.h"

enum {
	CODE_TEXT_MAX = 7,
	CODE_LIFETIME_S = 300,
	CODE_ATTEMPTS_MAX = 3,
	CODE_LOCKOUT_S = 900,
};

/* The purpose of a code. */
struct code_use {
	int64_t user_id;
	const char *purpose;
	const char *reference;
};

/* Serialise all operations on the codes of a user and purpose until the end of the caller's
 * transaction. code_send() and code_check() require it. */
enum err code_lock(struct ctx *ctx, int64_t user_id, const char *purpose) MUST_CHECK;

/* In the caller's transaction, after code_lock(): a new code, mailed with a sentence that
 * describes what it confirms. */
enum err code_send(struct ctx *ctx, const struct code_use *use, const char *recipient,
		   const char *subject, const char *sentence) MUST_CHECK;

/*
 * In the caller's transaction, after code_lock(): use up the code. If *right is false, the fault
 * has the reason (ERR_CODE_WRONG, ERR_CODE_EXPIRED, ERR_CODE_LOCKED); the caller must commit, so
 * that the guess is counted.
 */
enum err code_check(struct ctx *ctx, const struct code_use *use, const char *text,
		    bool *right) MUST_CHECK;

struct code_status {
	bool pending; /* there is a pending code */
	const char *reference;
	int64_t expires_in_s;
	int64_t attempts_left;
	bool locked;
};

/* The status of the codes of a user and purpose. */
enum err code_status(struct ctx *ctx, int64_t user_id, const char *purpose,
		     struct code_status *out) MUST_CHECK;

/* Six random digits, uniformly distributed. */
void code_make(char out[CODE_TEXT_MAX]);
/* Delete obsolete codes, in batches; returns their number. */
enum err code_sweep(struct ctx *ctx, int64_t most, int64_t *removed) MUST_CHECK;

#endif
