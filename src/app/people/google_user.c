/* The user of a Google account. */
#include <string.h>

#include "app/people/google.h"
#include "app/people/ownership.h"
#include "app/people/user.h"
#include "base/arena.h"
#include "base/email.h"
#include "base/unicode.h"
#include "db/row.h"
#include "schema/schema.h"

enum { NAME_MAX_CHARACTERS = 120, FOUND_TRIES = 2 };

struct found_row {
	int64_t user_id;
	enum user_status status;
	bool proven;
};

static const struct column found_columns[] = {
	COLUMN(struct found_row, user_id),
	COLUMN_WORD(struct found_row, status, user_status_words),
	COLUMN(struct found_row, proven),
};

/* Google's name of the user, if it is a valid name; else the part before the @. */
static const char *
name_of(struct arena *arena, const struct idtoken *who)
{
	const char *name = who->name != NULL ? text_trim(arena, who->name) : "";

	if (text_is_visible(name) && utf8_count(name) <= NAME_MAX_CHARACTERS &&
	    !text_has_control(name) && !text_has_disguise(name))
		return name;
	return arena_strndup(arena, who->email, strcspn(who->email, "@"));
}

static const char *
picture_of(const struct idtoken *who)
{
	return who->picture != NULL && format_find("uri")->valid(who->picture) &&
			       !text_has_control(who->picture)
		       ? who->picture
		       : NULL;
}

static enum err
find(struct ctx *ctx, const struct idtoken *who, struct found_row *row, bool *found)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_user_lock, &rows,
		   PARAMS(p_text(email_key(ctx->arena, who->email)),
			  p_text(email_spelling(ctx->arena, who->email)))));
	*found = rows.count > 0;
	if (*found)
		rows_scan(&rows, 0, found_columns, COLUMN_COUNT(found_columns), row);
	return ERR_OK;
}

/* Found, or created. Another request may create it in between: then it is found the second time. */
static enum err
find_or_make(struct ctx *ctx, const struct idtoken *who, struct found_row *row)
{
	const char *key = email_key(ctx->arena, who->email);
	bool found = false;

	for (int i = 0; i < FOUND_TRIES && !found; i++) {
		struct rows made;

		TRY(find(ctx, who, row, &found));
		if (found)
			break;
		TRY(db_run(ctx, SQL_user_insert_verified, &made,
			   PARAMS(p_uuid(uuid_v7()), p_text(who->email), p_text(key),
				  p_text(name_of(ctx->arena, who)), p_text(picture_of(who)))));
		found = made.count > 0;
		if (found)
			*row = (struct found_row){row_int(&made, 0, 0), USER_ACTIVE, true};
	}
	return found ? ERR_OK : fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
}

static enum err
take_over(struct ctx *ctx, int64_t user_id, const struct idtoken *who)
{
	TRY(ownership_prove(ctx, user_id, PROOF_TAKEOVER));
	return db_run(ctx, SQL_user_take_over, NULL,
		      PARAMS(p_int(user_id), p_text(name_of(ctx->arena, who))));
}

enum err
google_user(struct ctx *ctx, const struct idtoken *who, struct user *out)
{
	struct found_row row = {0};

	if (!email_valid(who->email))
		return fault(&ctx->fault, ERR_UNAUTHORIZED, NULL,
			     "Google did not provide a usable email address");
	TRY(find_or_make(ctx, who, &row));
	if (row.status != USER_ACTIVE)
		return fault(&ctx->fault, ERR_FORBIDDEN, NULL, "This account is not active");
	if (!row.proven)
		TRY(take_over(ctx, row.user_id, who));
	return user_get(ctx, row.user_id, out);
}
