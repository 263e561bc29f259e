/* code.h - random names of the sandbox. */
#ifndef SANDBOX_CODE_H
#define SANDBOX_CODE_H

#include <stddef.h>

/* length random lower-case letters and digits, and a NUL. */
void random_code(char *out, size_t length);
/* length random digits, the first not 0, and a NUL. */
void random_digits(char *out, size_t length);
/* As much of text as fits, NUL-terminated; NULL is "". */
void copy_text(char *out, size_t size, const char *text);

#endif
