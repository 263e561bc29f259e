#include "app/operation/key_fingerprint.h"

#include "base/arena.h"
#include "crypto/hmac.h"
#include "crypto/rotation.h"
#include "db/row.h"

static const char remedy[] = "copy the key files from the backup of the keys, or from another host";

/* A key as the database knows it. */
struct known {
	const char *file;
	const char *key_id;
	struct bytes fingerprint;
	bool is_used;
	bool is_dropped;
};

static const struct column columns[] = {
	COLUMN(struct known, file),        COLUMN(struct known, key_id),
	COLUMN(struct known, fingerprint), COLUMN(struct known, is_used),
	COLUMN(struct known, is_dropped),
};

static enum err
list_known(struct ctx *ctx, struct known **out, size_t *count)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_key_fingerprint_list, &rows, NO_PARAMS));
	*out = arena_array(ctx->arena, rows.count + 1, sizeof **out);
	*count = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, columns, COLUMN_COUNT(columns), &(*out)[i]);
	return ERR_OK;
}

static bool
is_same_key(const struct known *known, const struct key_print *print)
{
	return text_equal(known->file, print->file) && text_equal(known->key_id, print->id);
}

static const struct key_print *
find_print(const struct key_print *prints, size_t count, const struct known *known)
{
	for (size_t i = 0; i < count; i++)
		if (is_same_key(known, &prints[i]))
			return &prints[i];
	return NULL;
}

/* "the key t1…" */
static const char *
name_of(struct arena *arena, const char *key_id)
{
	return key_id[0] != '\0' ? arena_printf(arena, "the key %s", key_id) : "the key";
}

/* What is wrong with the folder about one key of the database. */
static const char *
judge_known(struct arena *arena, const char *dir, const struct known *known,
	    const struct key_print *print)
{
	const char *name = name_of(arena, known->key_id);

	if (print == NULL)
		return known->is_used && !known->is_dropped
			       ? arena_printf(arena,
					      "%s/%s lacks %s that this database is used with; %s",
					      dir, known->file, name, remedy)
			       : NULL;
	if (known->fingerprint.length != sizeof print->digest ||
	    !secret_equal(known->fingerprint.data, print->digest, sizeof print->digest))
		return arena_printf(arena,
				    "%s/%s: %s is not the one that this database is used "
				    "with; %s",
				    dir, known->file, name, remedy);
	if (print->active && known->is_dropped)
		return arena_printf(arena,
				    "%s/%s: %s is active, but was dropped; copy the file from the "
				    "host on which cowry secrets prune was run",
				    dir, known->file, name);
	return NULL;
}

static size_t
list_prints(struct ctx *ctx, const struct keyring *keys, struct key_print **out)
{
	size_t count = 0;

	*out = arena_array(ctx->arena, (size_t)2 * KEYS_MAX + 1, sizeof **out);
	while (keyring_print(keys, count, &(*out)[count]))
		if (++count == (size_t)2 * KEYS_MAX + 1)
			break;
	return count;
}

/* A key that is active here, of a file of which the database knows others. */
static const char *
judge_active(struct arena *arena, const char *dir, const struct key_print *print,
	     const struct known *known, size_t count)
{
	bool others = false;

	for (size_t i = 0; i < count; i++) {
		if (is_same_key(&known[i], print))
			return NULL;
		others = others || (text_equal(known[i].file, print->file) && !known[i].is_dropped);
	}
	return others ? arena_printf(arena, "%s/%s: %s is active, but unknown to this database; %s",
				     dir, print->file, name_of(arena, print->id), remedy)
		      : NULL;
}

enum err
key_fingerprint_check(struct ctx *ctx, const struct keyring *keys, const char *dir,
		      const char **problem, bool *recorded)
{
	struct key_print *prints;
	struct known *known;
	size_t count;
	size_t n;

	*problem = NULL;
	TRY(list_known(ctx, &known, &count));
	*recorded = count > 0;
	n = list_prints(ctx, keys, &prints);
	for (size_t i = 0; i < count && *problem == NULL; i++)
		*problem =
			judge_known(ctx->arena, dir, &known[i], find_print(prints, n, &known[i]));
	for (size_t i = 0; i < n && *problem == NULL; i++)
		if (prints[i].active)
			*problem = judge_active(ctx->arena, dir, &prints[i], known, count);
	return ERR_OK;
}

static enum err
add(struct ctx *ctx, const struct key_print *print, bool used)
{
	return db_run(ctx, SQL_key_fingerprint_add, NULL,
		      PARAMS(p_text(print->file), p_text(print->id),
			     p_bytes(print->digest, sizeof print->digest), p_bool(used)));
}

static bool
is_waiting(const struct keyring *keys, const struct key_print *print)
{
	for (int use = KEY_TOKEN; use <= KEY_BOX; use++) {
		const char *waiting = rotation_waiting(keys, (enum key_use)use);

		if (waiting != NULL && text_equal(print->id, waiting) &&
		    text_equal(print->file, keyring_file((enum key_use)use)))
			return true;
	}
	return false;
}

enum err
key_fingerprint_record(struct ctx *ctx, const struct keyring *keys)
{
	struct key_print print;

	for (size_t i = 0; keyring_print(keys, i, &print); i++)
		TRY(add(ctx, &print, !is_waiting(keys, &print)));
	return ERR_OK;
}

enum err
key_fingerprint_activate(struct ctx *ctx, const struct keyring *keys, const char *file,
			 const char *id)
{
	struct key_print print;

	for (size_t i = 0; keyring_print(keys, i, &print); i++)
		if (text_equal(print.file, file) && text_equal(print.id, id))
			return add(ctx, &print, true);
	return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "There is no such key");
}

enum err
key_fingerprint_drop(struct ctx *ctx, const char *file, const char *id)
{
	return db_run(ctx, SQL_key_fingerprint_drop, NULL, PARAMS(p_text(file), p_text(id)));
}

enum err
key_fingerprint_lose(struct ctx *ctx, const char *file)
{
	return db_run(ctx, SQL_key_fingerprint_lose, NULL, PARAMS(p_text(file)));
}

enum err
key_fingerprint_missing(struct ctx *ctx, const char *dir, const char **file)
{
	struct known *known;
	size_t count;

	*file = NULL;
	TRY(list_known(ctx, &known, &count));
	for (size_t i = 0; i < count && *file == NULL; i++)
		if (known[i].is_used && !known[i].is_dropped &&
		    !keyring_has_file(dir, known[i].file))
			*file = known[i].file;
	return ERR_OK;
}
