/* bban.h - account numbers as people in Norway write them. */
#ifndef APP_BANK_BBAN_H
#define APP_BANK_BBAN_H

#include <stdbool.h>

struct arena;

/* Whether it looks like a Norwegian account number, which has eleven digits. */
bool is_bban(const char *text);
/* As people write it: "1234.56.78901". */
const char *bban_text(struct arena *arena, const char *bban);
/* Without the spaces and points that people write, letters upper case. */
const char *account_plain(struct arena *arena, const char *text);

#endif
