/*
 * ensure.h - conditions that hold unless the program is wrong, checked in every build.
 *
 * One that does not hold ends the request that met it: its transaction is rolled back, the answer is 500
 * and the log names the condition. The process goes on with the requests of others.
 */
#ifndef BASE_ENSURE_H
#define BASE_ENSURE_H

#include "base/fault.h"

/* ERR_OK, or ERR_INTERNAL if the condition does not hold: TRY(ensure(ctx, ctx->db != NULL)). A function
 * without a result returns; ensure_held() then tells its caller. */
#define ensure(ctx, condition) ensure_at(&(ctx)->fault, (condition), #condition, __FILE__, __LINE__)

enum err ensure_at(struct fault *f, bool holds, const char *condition, const char *file, int line);

/* ERR_INTERNAL if any condition has not held so far, whatever has been reported since. Asked before
 * COMMIT, and when a request or a job ends. */
enum err ensure_held(struct fault *f) MUST_CHECK;

#endif
