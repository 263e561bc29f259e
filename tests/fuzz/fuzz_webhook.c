/*
 * Untrusted webhooks: the result of reading any bytes is bounded and printable, deterministic, and
 * no signature but the right one is accepted.
 */
#include <string.h>

#include "base/arena.h"
#include "crypto/hmac.h"
#include "provider/provider.h"
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 64 << 20, TEXT_MAX = 100, VALUES = 65536 };

static void
check_text(const char *text)
{
	if (text == NULL)
		return;
	REQUIRE(text[0] != '\0' && strlen(text) <= TEXT_MAX);
	for (; *text != '\0'; text++)
		REQUIRE(*text > ' ' && *text <= '~');
}

static void
check_read(struct arena *arena, const struct provider *provider, struct bytes body)
{
	struct provider_report report;
	struct provider_report again;

	if (!provider_read_webhook(provider, arena, body, VALUES, &report))
		return;
	REQUIRE(report.event != NULL);
	check_text(report.event);
	check_text(report.reference);
	check_text(report.id);
	REQUIRE(report.amount.minor >= 0);
	REQUIRE(report.amount.currency != NULL || report.amount.minor == 0);
	REQUIRE(report.state != PROVIDER_ABSENT);
	REQUIRE(provider_read_webhook(provider, arena, body, VALUES, &again) &&
		again.state == report.state && again.amount.minor == report.amount.minor);
}

/* The bytes are the body, and once more the signature. */
static void
check_verify(struct arena *arena, const struct provider *provider, struct bytes body)
{
	static const struct provider_account account = {
		.base_url = "", .api_key = "key", .webhook_secret = "a secret"};
	unsigned char digest[SHA512_SIZE];
	const char *signature = arena_strndup(arena, body.data, body.length);
	bool right;

	hmac_sha512((struct bytes){"a secret", 8}, body.data, body.length, digest);
	right = text_equal(signature, provider == &provider_flutterwave
					      ? "a secret"
					      : hex_encode(arena, digest, sizeof(digest)));
	REQUIRE(provider->verify(&account, body, signature) == right);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(LIMIT);
	struct bytes body = {data, size};

	for (size_t i = 0; providers[i] != NULL; i++) {
		check_read(arena, providers[i], body);
		check_verify(arena, providers[i], body);
	}
	arena_free(arena);
	return 0;
}
