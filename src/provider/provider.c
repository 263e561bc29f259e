#include "provider/provider.h"

#include "provider/exchange.h"

#include "base/arena.h"
#include "crypto/random.h"

const struct provider *const providers[] = {&provider_paystack, &provider_flutterwave,
					    &provider_paga, &provider_fingra, NULL};

const struct provider *
provider_find(const char *name)
{
	for (size_t i = 0; providers[i] != NULL; i++)
		if (text_equal(providers[i]->name, name))
			return providers[i];
	return NULL;
}

const char *
provider_reference(struct arena *arena)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	enum { LETTERS = sizeof(alphabet) - 1, LENGTH = 26, FAIR = 256 / LETTERS * LETTERS };
	char text[LENGTH + 1] = "";
	size_t length = 0;

	while (length < LENGTH) {
		unsigned char bytes[LENGTH];

		random_bytes(bytes, sizeof(bytes));
		for (size_t i = 0; i < sizeof(bytes) && length < LENGTH; i++)
			if (bytes[i] < FAIR) /* uniformly distributed */
				text[length++] = alphabet[bytes[i] % LETTERS];
	}
	return arena_printf(arena, "cw-%s", text);
}

bool
provider_read_webhook(const struct provider *provider, struct arena *arena, struct bytes body,
		      size_t values_max, struct provider_report *out)
{
	return webhook_read(arena, provider->events, body, values_max, out);
}
