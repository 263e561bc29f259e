#include "app/seal/receipt_text.h"

#include <string.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/money.h"
#include "base/text.h"
#include "runtime/app.h"

const char *
receipt_amount(struct arena *arena, const char *minor, const char *currency)
{
	char text[MONEY_TEXT_MAX];
	struct money money = {0, currency_find(currency)};

	if (money.currency == NULL || !integer_parse(&money.minor, minor))
		return arena_printf(arena, "%s %s (minor units)", minor, currency);
	return arena_printf(arena, "%s %s", money_text(text, money), currency);
}

bool
receipt_balance(struct arena *arena, const struct receipt *receipt,
		const struct receipt_opening *opening, struct uuid *account, const char **balance)
{
	const struct receipt_posting *posting = receipt->transaction.postings.items;
	const char *number = strchr(opening->name, ' ');
	int64_t i;

	if (number == NULL || !integer_parse(&i, number + 1))
		return false;
	posting += i;
	*account = text_starts_with(opening->name, "from") ? posting->from : posting->to;
	*balance = receipt_amount(
		arena, arena_strndup(arena, opening->value, strcspn(opening->value, " ")),
		posting->currency);
	return true;
}

enum err
receipt_link(struct ctx *ctx, struct bytes json, const char **out)
{
	uLongf size = compressBound((uLong)json.length);
	unsigned char *compressed = arena_alloc(ctx->arena, size);

	if (compress2(compressed, &size, json.data, (uLong)json.length, Z_BEST_COMPRESSION) != Z_OK)
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	*out = arena_printf(ctx->arena, "%s/receipt/#%s", ctx->app->config->public_url,
			    base64url_encode(ctx->arena, compressed, size));
	return ERR_OK;
}
