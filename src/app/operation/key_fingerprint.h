/*
 * key_fingerprint.h - the keys that the database is used with.
 *
 * Values in the database are sealed, signed or digested with the keys of a folder. The database has
 * a fingerprint of each: a folder with another key of the same name, without one that is needed, or
 * with an active one that the database does not know, is the wrong folder.
 *
 * On several hosts a rotation reaches the folders one after the other. Therefore a key that waits to
 * become active may be missing, and one that was dropped may still be there, but not as the active
 * one.
 */
#ifndef APP_OPERATION_KEY_FINGERPRINT_H
#define APP_OPERATION_KEY_FINGERPRINT_H

#include "base/ctx.h"
#include "crypto/keyring.h"

/* Compare a folder with the database. *problem is a message with the file and what to do, or NULL;
 * *recorded is false if the database knows no keys yet. */
enum err key_fingerprint_check(struct ctx *ctx, const struct keyring *keys, const char *dir,
			       const char **problem, bool *recorded) MUST_CHECK;
/* As the owner: record the keys of a folder that has passed the check. A waiting one is recorded as
 * such. */
enum err key_fingerprint_record(struct ctx *ctx, const struct keyring *keys) MUST_CHECK;
/* As the owner: a waiting key is about to become active. */
enum err key_fingerprint_activate(struct ctx *ctx, const struct keyring *keys, const char *file,
				  const char *id) MUST_CHECK;
/* As the owner: an older key is about to be dropped. */
enum err key_fingerprint_drop(struct ctx *ctx, const char *file, const char *id) MUST_CHECK;
/* As the owner: the keys of a file are lost, and another file will take its place. */
enum err key_fingerprint_lose(struct ctx *ctx, const char *file) MUST_CHECK;
/* The first file that the database is used with and a folder has not; NULL if there is none. */
enum err key_fingerprint_missing(struct ctx *ctx, const char *dir, const char **file) MUST_CHECK;

#endif
