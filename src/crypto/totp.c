#include "crypto/totp.h"

#include <stdio.h>
#include <string.h>

#include "crypto/hmac.h"

enum { COUNTER_SIZE = 8, CODES = 1000000 };

int64_t
totp_step(struct instant at)
{
	return at.us / SECOND_US / TOTP_STEP_S;
}

/* RFC 4226, section 5.3: four bytes of the digest, from where its last half byte says. */
static uint32_t
truncated(const unsigned char digest[SHA1_SIZE])
{
	const unsigned char *from = digest + (digest[SHA1_SIZE - 1] & 0xF);

	return (uint32_t)(from[0] & 0x7F) << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 |
	       from[3];
}

void
totp_code(struct bytes secret, int64_t step, char out[TOTP_TEXT_MAX])
{
	unsigned char counter[COUNTER_SIZE];
	unsigned char digest[SHA1_SIZE];

	for (int i = 0; i < COUNTER_SIZE; i++)
		counter[i] = (unsigned char)((uint64_t)step >> (8 * (COUNTER_SIZE - 1 - i)));
	hmac_sha1(secret, counter, sizeof(counter), digest);
	(void)snprintf(out, TOTP_TEXT_MAX, "%0*u", TOTP_DIGITS,
		       (unsigned)(truncated(digest) % CODES));
	secret_wipe(digest, sizeof(digest));
}

int64_t
totp_match(struct bytes secret, struct instant at, const char *code)
{
	int64_t now = totp_step(at);
	int64_t found = -1;
	char expected[TOTP_TEXT_MAX];

	if (strlen(code) != TOTP_DIGITS)
		return -1;
	for (int64_t step = now - 1; step <= now + 1; step++) {
		totp_code(secret, step, expected);
		if (secret_equal(expected, code, TOTP_DIGITS))
			found = step;
	}
	secret_wipe(expected, sizeof(expected));
	return found;
}
