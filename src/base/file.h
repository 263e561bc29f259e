/* file.h - writing to a descriptor. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

/* Write all of it, however often the system interrupts. False, with errno, if that fails. */
bool file_write(int fd, const void *data, size_t length) MUST_CHECK;

#endif
