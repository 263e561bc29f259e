/*
 * code.h - one-time codes: six digits that are mailed to a person to confirm one thing.
 *
 * A code is good for one user, purpose and reference, once, for five minutes. A new one ends the one
 * before. Wrong guesses are counted for the user and purpose, whichever code they are meant for: three
 * within 15 minutes lock the purpose for 15 minutes, for codes that are sent meanwhile too. Only a
 * keyed digest is stored; the code itself is in the mail and nowhere else.
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

/* What a code is good for. */
struct code_use {
	int64_t user_id;
	const char *purpose;
	const char *reference;
};

/* Everything about the codes of a user and purpose waits for the end of the caller's transaction.
 * code_send() and code_check() ask for that first. */
enum err code_lock(struct ctx *ctx, int64_t user_id, const char *purpose) MUST_CHECK;

/* In the caller's transaction, after code_lock(): a new code, mailed with a sentence that says what it
 * confirms. */
enum err code_send(struct ctx *ctx, const struct code_use *use, const char *recipient,
		   const char *subject, const char *sentence) MUST_CHECK;

/*
 * In the caller's transaction, after code_lock(): use the code up. Where *right is false, the
 * fault says why (ERR_CODE_WRONG, ERR_CODE_EXPIRED, ERR_CODE_LOCKED); the caller must commit, so that
 * the guess stays counted.
 */
enum err code_check(struct ctx *ctx, const struct code_use *use, const char *text,
		    bool *right) MUST_CHECK;

struct code_status {
	bool pending; /* a code was sent that could be used */
	const char *reference;
	int64_t expires_in_s;
	int64_t attempts_left;
	bool locked;
};

/* How things stand for a user and purpose. */
enum err code_status(struct ctx *ctx, int64_t user_id, const char *purpose,
		     struct code_status *out) MUST_CHECK;

/* Six random digits, all equally likely. */
void code_make(char out[CODE_TEXT_MAX]);
/* Forget codes that are too old to matter, some at a time; how many. */
enum err code_sweep(struct ctx *ctx, int64_t most, int64_t *removed) MUST_CHECK;

#endif
