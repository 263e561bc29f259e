/* certificate.h - when a certificate ends: the one of a file, or the one that a server presents. */
#ifndef NET_CERTIFICATE_H
#define NET_CERTIFICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/clock.h"

/* When the certificate of an https:// address ends. It need not be trusted, or be for this host. False
 * with a one-line message in problem if there is no answer. */
bool certificate_end(const char *url, int64_t timeout_ms, struct instant *end,
		     char problem[256]) MUST_CHECK;

/* When the first certificate of a PEM file ends. False if it can't be read. */
bool certificate_file_end(const char *path, struct instant *end) MUST_CHECK;

#endif
