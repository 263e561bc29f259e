/* bban.h - Norwegian account numbers in their usual format. */
#ifndef APP_BANK_BBAN_H
#define APP_BANK_BBAN_H

#include <stdbool.h>

struct arena;

/* Whether it looks like a Norwegian account number, which has eleven digits. */
bool is_bban(const char *text);
/* In the usual format: "1234.56.78901". */
const char *bban_text(struct arena *arena, const char *bban);
/* Without spaces and points, in upper case. */
const char *account_plain(struct arena *arena, const char *text);

#endif
