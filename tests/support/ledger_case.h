/*
 * ledger_case.h - bytes as a ledger and a batch of transactions, decided by the kernel, by the
 * model, and by the kernel in two batches instead of one.
 */
#ifndef TESTS_SUPPORT_LEDGER_CASE_H
#define TESTS_SUPPORT_LEDGER_CASE_H

#include <stddef.h>
#include <stdint.h>

enum { CASE_BYTES_MAX = 1024 };

/* NULL if all of them agree and nothing is broken; otherwise what is wrong. Any bytes are a case. */
const char *ledger_case_check(const uint8_t *data, size_t size);

#endif
