/* attributes.h - function attributes checked by the compiler. */
#ifndef BASE_ATTRIBUTES_H
#define BASE_ATTRIBUTES_H

#define MUST_CHECK          __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, n) __attribute__((format(printf, fmt, n)))

/* How many items an array has; not for pointers. */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
