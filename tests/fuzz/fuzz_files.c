/*
 * Files that operators write: each reader is given the same bytes. Settings that are accepted are the
 * same when their values are written in single quotes, keys are used or refused with a reason, of exchange
 * rates there is one for each currency, and products have prices.
 */
#include <string.h>

#include "app/prepaid/product.h"
#include "app/remittance/rate.h"
#include "base/arena.h"
#include "base/ctx.h"
#include "base/env_file.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/keys.h"
#include "json/reader.h"

enum { LIMIT = 64 << 20 };

/* The assignments as another file; NULL if a value can't be in single quotes. */
static const char *
write_quoted(struct arena *arena, const struct env_file *file)
{
	char *text = arena_strdup(arena, "");

	for (const struct env_assignment *a = file->first; a != NULL; a = a->next) {
		if (strchr(a->value, '\'') != NULL)
			return NULL;
		text = arena_printf(arena, "%s%s='%s'\n", text, a->name, a->value);
	}
	return text;
}

static bool
same(const struct env_file *one, const struct env_file *other)
{
	const struct env_assignment *a = one->first;
	const struct env_assignment *b = other->first;

	for (; a != NULL && b != NULL; a = a->next, b = b->next)
		if (!text_equal(a->name, b->name) || !text_equal(a->value, b->value))
			return false;
	return a == b;
}

static void
check_settings(struct arena *arena, struct bytes text)
{
	struct env_file file;
	struct env_file again;
	char problem[256] = "";
	const char *quoted;

	if (!env_file_parse(arena, text, &file, problem)) {
		REQUIRE(problem[0] != '\0' && strchr(problem, '\n') == NULL);
		return;
	}
	REQUIRE(problem[0] == '\0');
	quoted = write_quoted(arena, &file);
	if (quoted != NULL) {
		REQUIRE(env_file_parse(arena, (struct bytes){quoted, strlen(quoted)}, &again,
				       problem));
		REQUIRE(same(&file, &again));
	}
}

static void
check_rates(struct arena *arena, const char *text, size_t length)
{
	struct ctx ctx = {.arena = arena};
	struct rate_version version;
	enum err err = rate_version_read(&ctx, text, length, &version);

	REQUIRE(err == ERR_OK || (err == ctx.fault.err && ctx.fault.message[0] != '\0'));
}

/* What is accepted can be sold: each product has a price, or a range of prices. */
static void
check_products(struct arena *arena, const char *text, size_t length)
{
	struct ctx ctx = {.arena = arena};
	struct product *products;
	struct json_object *list;
	size_t n;

	if (json_read(arena, &ctx.fault, text, length, &list) != ERR_OK)
		return;
	if (product_list_read(&ctx, list, &products, &n) != ERR_OK) {
		REQUIRE(ctx.fault.err == ERR_VALIDATION && ctx.fault.message[0] != '\0');
		return;
	}
	for (size_t i = 0; i < n; i++) {
		REQUIRE(products[i].least.minor > 0);
		REQUIRE(products[i].least.minor <= products[i].most.minor);
		REQUIRE(!text_has_control(products[i].code) && !text_has_control(products[i].name));
	}
}

/* The text in place of one file, with the others as they should be. */
static void
check_keys(const char *text, size_t wrong)
{
	char place[FOLDER_MAX];
	char problem[256] = "";
	struct keyring *keys;

	REQUIRE(folder_make(place));
	for (size_t i = 0; keyring_file_name(i) != NULL; i++) {
		bool pepper = strcmp(keyring_file_name(i), "pepper.key") == 0;

		REQUIRE(folder_write(place, keyring_file_name(i),
				     i == wrong ? text
				     : pepper   ? KEY_B "\n"
						: "a " KEY_A "\n",
				     0600));
	}
	keys = keyring_load(place, problem);
	folder_remove(place);
	REQUIRE((keys != NULL) == (problem[0] == '\0'));
	REQUIRE(strchr(problem, '\n') == NULL);
	keyring_free(keys);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena;

	/* What is written of settings is quadratic in the number of assignments. */
	if (size > 4096)
		return 0;
	arena = arena_new(LIMIT);
	check_settings(arena, (struct bytes){data, size});
	check_rates(arena, (const char *)data, size);
	check_products(arena, (const char *)data, size);
	for (size_t i = 0; keyring_file_name(i) != NULL; i++)
		check_keys(arena_strndup(arena, (const char *)data, size), i);
	arena_free(arena);
	return 0;
}
