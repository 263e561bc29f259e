/*
 * record.h - records every answer in the tests, one per line, for tests/openapi/check.mjs to
 * compare with the documents. Written to a file for each program, in the folder COWRY_TEST_ANSWERS.
 */
#ifndef TESTS_SUPPORT_RECORD_H
#define TESTS_SUPPORT_RECORD_H

#include "api/dispatch.h"

/* The file of this program, emptied; -1 if nothing is to be written. */
int record_open(void);
void record_close(int file);
/* From any thread. */
void record_answer(int file, const struct app *app, const struct request *request,
		   const struct reply *reply);

#endif
