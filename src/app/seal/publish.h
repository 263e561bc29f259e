/*
 * publish.h - checkpoints and tiles as files for the web server (C2SP tlog-tiles).
 *
 * Files are copies of what the database has: each is written under another name and renamed, tiles
 * before the checkpoint that needs them. What is missing is written again. A checkpoint that the tree in
 * the database does not contain is left as it is: it is the proof that the database was rolled back or
 * rewritten.
 */
#ifndef APP_SEAL_PUBLISH_H
#define APP_SEAL_PUBLISH_H

#include "base/ctx.h"

/* Write what has changed since the last time, for both trees. One process at a time writes; another one
 * does nothing. ERR_CONFLICT if the published checkpoint contradicts the database. */
enum err publish_seals(struct ctx *ctx, const char *dir) MUST_CHECK;

#endif
