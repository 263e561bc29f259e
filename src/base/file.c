#include "base/file.h"

#include <errno.h>
#include <unistd.h>

bool
file_write(int fd, const void *data, size_t length)
{
	const char *at = data;

	while (length > 0) {
		ssize_t n = write(fd, at, length);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			at += n;
			length -= (size_t)n;
		}
	}
	return true;
}
