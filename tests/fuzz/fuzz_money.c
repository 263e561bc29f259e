/* What is read as an amount is written as the same digits, and never above 64 bits. */
#include <string.h>

#include "base/money.h"
#include "tests/fuzz/fuzz.h"

/* Written with all decimals, the text comes back as the same amount. */
static void
check_currency(struct decimal value, const struct currency *currency)
{
	char buf[MONEY_TEXT_MAX];
	struct decimal again;
	struct money money;
	struct money same;

	if (money_from_decimal(&money, value, currency) != MONEY_OK)
		return;
	REQUIRE(money.minor >= 0 && money.currency == currency);
	if (decimal_parse(&again, money_text(buf, money), strlen(buf)) != MONEY_OK)
		return; /* 18 digits and the currency's zeros are more than may be written in */
	REQUIRE(money_from_decimal(&same, again, currency) == MONEY_OK);
	REQUIRE(same.minor == money.minor);
	REQUIRE(decimal_parse(&again, money_text_short(buf, money), strlen(buf)) == MONEY_OK);
	REQUIRE(money_from_decimal(&same, again, currency) == MONEY_OK);
	REQUIRE(same.minor == money.minor);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decimal value;

	if (decimal_parse(&value, (const char *)data, size) != MONEY_OK)
		return 0;
	REQUIRE(value.present && value.coefficient >= 0 && value.scale < DECIMAL_DIGITS_MAX);
	for (size_t i = 0; i < currency_count(); i++)
		check_currency(value, currency_at(i));
	return 0;
}
