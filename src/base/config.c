#include <config.h>

#include "base/config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/config_names.h"
#include "base/origin.h"
#include "base/text.h"

static const struct config_row rows[] = {
#define CONFIG(member, kind, variable, fallback, least, most, help)                             \
	{variable, CONFIG_##kind, fallback, least, most, help, offsetof(struct config, member), \
	 false},
#define CONFIG_LIVE(member, kind, variable, fallback, least, most, help)                        \
	{variable, CONFIG_##kind, fallback, least, most, help, offsetof(struct config, member), \
	 true},
#include "base/config.def"
#undef CONFIG
};

enum { ROWS = COUNT(rows), SHOWN_MAX = 64 };

const struct config_row *
config_row(size_t i)
{
	return i < ROWS ? &rows[i] : NULL;
}

static bool
set_text(void *member, const struct config_row *row, const char *value, char problem[256])
{
	size_t length = strlen(value);

	if (length < (size_t)row->least || length > (size_t)row->most) {
		(void)snprintf(problem, 256,
			       "%s must have %" PRId64 " to %" PRId64 " bytes; it has %zu",
			       row->variable, row->least, row->most, length);
		return false;
	}
	if (!utf8_valid(value, length) || text_has_control(value)) {
		(void)snprintf(problem, 256, "%s must be UTF-8 text without control characters",
			       row->variable);
		return false;
	}
	memcpy(member, &value, sizeof(value));
	return true;
}

/* An invalid value for display: on one line, and truncated. */
static const char *
shown(char buf[SHOWN_MAX], const char *value)
{
	size_t length = 0;

	for (; length < SHOWN_MAX - 1 && value[length] != '\0'; length++)
		buf[length] = value[length] >= ' ' && value[length] <= '~' ? value[length] : '?';
	buf[length] = '\0';
	return buf;
}

static bool
set_number(void *member, const struct config_row *row, const char *value, char problem[256])
{
	int64_t number;

	if (!integer_parse(&number, value) || number < row->least || number > row->most) {
		char buf[SHOWN_MAX];

		(void)snprintf(problem, 256,
			       "%s must be a number from %" PRId64 " to %" PRId64 ", not \"%s\"",
			       row->variable, row->least, row->most, shown(buf, value));
		return false;
	}
	memcpy(member, &number, sizeof(number));
	return true;
}

static bool
set_flag(void *member, const struct config_row *row, const char *value, char problem[256])
{
	/* Even indices mean true. */
	static const char *const words[] = {"true", "false", "yes", "no", "on",
					    "off",  "1",     "0",   NULL};
	int word = text_index(words, value);
	bool flag = word % 2 == 0;

	if (word < 0) {
		char buf[SHOWN_MAX];

		(void)snprintf(problem, 256, "%s must be true or false, not \"%s\"", row->variable,
			       shown(buf, value));
		return false;
	}
	memcpy(member, &flag, sizeof(flag));
	return true;
}

static bool
set_member(void *member, const struct config_row *row, const char *value, char problem[256])
{
	switch (row->kind) {
	case CONFIG_TEXT:
	case CONFIG_SECRET:
		return set_text(member, row, value, problem);
	case CONFIG_NUMBER:
		return set_number(member, row, value, problem);
	case CONFIG_FLAG:
		return set_flag(member, row, value, problem);
	}
	return false;
}

bool
config_load_from(struct config *config, config_lookup *lookup, const void *source,
		 char problem[256])
{
	for (size_t i = 0; i < ROWS; i++) {
		const char *value = lookup(source, rows[i].variable);

		if (!set_member((char *)config + rows[i].offset, &rows[i],
				value != NULL ? value : rows[i].fallback, problem))
			return false;
	}
	return true;
}

static const char *
environment_value(const void *source, const char *name)
{
	(void)source;
	return getenv(name); /* NOLINT(concurrency-mt-unsafe): before threads begin */
}

bool
config_load(struct config *config, char problem[256])
{
	return config_names_check(environ, problem) &&
	       config_load_from(config, environment_value, NULL, problem);
}

static size_t
size_of(const struct config_row *row)
{
	switch (row->kind) {
	case CONFIG_TEXT:
	case CONFIG_SECRET:
		return sizeof(config_TEXT);
	case CONFIG_NUMBER:
		return sizeof(config_NUMBER);
	case CONFIG_FLAG:
		return sizeof(config_FLAG);
	}
	return 0;
}

void
config_copy(struct config *to, const struct config *from, const struct config_row *row)
{
	memcpy((char *)to + row->offset, (const char *)from + row->offset, size_of(row));
}

const char **
config_text(struct config *config, const struct config_row *row)
{
	return (const char **)(void *)((char *)config + row->offset);
}

bool
config_same(const struct config *a, const struct config *b, const struct config_row *row)
{
	const char *const *texts[2] = {
		(const char *const *)(const void *)((const char *)a + row->offset),
		(const char *const *)(const void *)((const char *)b + row->offset)};

	if (row->kind == CONFIG_TEXT || row->kind == CONFIG_SECRET)
		return text_equal(*texts[0], *texts[1]);
	return memcmp((const char *)a + row->offset, (const char *)b + row->offset, size_of(row)) ==
	       0;
}

static bool
check_origins(const struct config *config, char problem[256])
{
	char why[200];

	if (origin_list_valid(config->allowed_origins, why))
		return true;
	(void)snprintf(problem, 256, "COWRY_ALLOWED_ORIGINS: %s", why);
	return false;
}

bool
config_check(const struct config *config, char problem[256])
{
	const struct {
		const char *variable;
		const char *url;
	} outside[] = {
		{"COWRY_PAYSTACK_URL", config->paystack_url},
		{"COWRY_FLUTTERWAVE_URL", config->flutterwave_url},
		{"COWRY_PAGA_URL", config->paga_url},
		{"COWRY_FINGRA_URL", config->fingra_url},
		{"COWRY_FLASH_URL", config->flash_url},
		{"COWRY_MOBILEMART_URL", config->mobilemart_url},
		{"COWRY_EASYPAY_URL", config->easypay_url},
		{"COWRY_GOOGLE_ISSUER", config->google_issuer},
		{"COWRY_BANK_URL", config->bank_url},
	};

	if (!check_origins(config, problem))
		return false;
	if (config_publishes_seals(config) && !text_equal(config->seals, "local") &&
	    !text_equal(config->seals, "public")) {
		(void)snprintf(problem, 256, "COWRY_SEALS must be off, local or public");
		return false;
	}
	if (config_is_development(config))
		return true;
	if (!text_equal(config->environment, "production")) {
		(void)snprintf(problem, 256, "COWRY_ENVIRONMENT must be production or development");
		return false;
	}
	if (config->otp_funding[0] != '\0' && !config_opens_funding(config)) {
		(void)snprintf(problem, 256, "COWRY_OTP_FUNDING must be open or empty");
		return false;
	}
	if (config->sandbox_url[0] != '\0') {
		(void)snprintf(problem, 256, "COWRY_SANDBOX_URL is for development only");
		return false;
	}
	for (size_t i = 0; i < COUNT(outside); i++)
		if (outside[i].url[0] != '\0' && !text_starts_with(outside[i].url, "https://")) {
			(void)snprintf(problem, 256, "%s must begin with https:// in production",
				       outside[i].variable);
			return false;
		}
	return true;
}

bool
config_is_development(const struct config *config)
{
	return text_equal(config->environment, "development");
}

bool
config_opens_funding(const struct config *config)
{
	return text_equal(config->otp_funding, "open");
}

bool
config_publishes_seals(const struct config *config)
{
	return !text_equal(config->seals, "off");
}
