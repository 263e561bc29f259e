#include "app/people/profile.h"

#include <stdio.h>
#include <string.h>

#include "app/people/session.h"
#include "app/people/user.h"
#include "app/people/user_admin.h"
#include "base/arena.h"
#include "db/row.h"

static const struct column profile_columns[] = {
	COLUMN(struct profile, user_id),       COLUMN(struct profile, drop_id),
	COLUMN(struct profile, email),         COLUMN(struct profile, first_name),
	COLUMN(struct profile, last_name),     COLUMN(struct profile, phone),
	COLUMN(struct profile, date_of_birth), COLUMN(struct profile, kyc_status),
	COLUMN(struct profile, role),          COLUMN(struct profile, created_at),
};

static const struct column settings_columns[] = {
	COLUMN(struct drop_settings, currency),
	COLUMN(struct drop_settings, language),
	COLUMN(struct drop_settings, push_enabled),
	COLUMN(struct drop_settings, email_enabled),
};

/*
 * Both are "YYYY-MM-DD", so that the order of texts is that of days: the birthday in the year of
 * age is not after today. A user born on February 29 is of age on March 1.
 */
static bool
is_adult(struct instant now, const char *date_of_birth)
{
	char today[INSTANT_TEXT_MAX];
	char birthday[INSTANT_TEXT_MAX];
	int year = 0;

	(void)instant_text(today, now);
	for (int i = 0; i < 4; i++)
		year = year * 10 + (date_of_birth[i] - '0');
	(void)snprintf(birthday, sizeof(birthday), "%04d%s", year + ADULT_YEARS, date_of_birth + 4);
	return strncmp(birthday, today, 10) <= 0;
}

enum err
profile_register_prepare(struct ctx *ctx, struct profile_registration *in)
{
	struct registration registration = {.password = in->password};

	if (!is_adult(ctx->now, in->date_of_birth))
		violation_add(ctx->arena, &ctx->fault, "dateOfBirth", "AGE",
			      "must be at least 18 years ago");
	else if (strcmp(in->date_of_birth, "1900-01-01") < 0)
		violation_add(ctx->arena, &ctx->fault, "dateOfBirth", "AGE",
			      "must not be before 1900");
	if (ctx->fault.violations != NULL)
		return ERR_VALIDATION;
	TRY(user_invite_prepare(ctx, &registration));
	in->password_hash = registration.password_hash;
	return ERR_OK;
}

enum err
profile_get(struct ctx *ctx, int64_t user_id, struct profile *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_profile_find, &rows, PARAMS(p_int(user_id))));
	rows_scan(&rows, 0, profile_columns, COLUMN_COUNT(profile_columns), out);
	return ERR_OK;
}

enum err
profile_register(struct ctx *ctx, const struct profile_registration *in, struct profile *out,
		 const char **token)
{
	struct registration registration = {
		.name = arena_printf(ctx->arena, "%s %s", in->first_name, in->last_name),
		.email = in->email,
		.provider = SIGN_IN_LOCAL,
		.role = ROLE_DEVELOPER,
		.phone = in->phone,
		.first_name = in->first_name,
		.last_name = in->last_name,
		.password_hash = in->password_hash,
	};
	struct user user = {0};

	TRY(user_register(ctx, &registration, &user));
	TRY(db_run(ctx, SQL_profile_set, NULL,
		   PARAMS(p_int(user.user_id), p_text(in->date_of_birth))));
	TRY(user_open_session(ctx, &user, DROP_SESSION_S, token));
	return profile_get(ctx, user.user_id, out);
}

enum err
profile_renew(struct ctx *ctx, const char **token)
{
	return user_renew_session(ctx, DROP_SESSION_S, token);
}

enum err
drop_settings_get(struct ctx *ctx, struct drop_settings *out)
{
	static const struct drop_settings_change nothing;
	struct rows rows;

	TRY(db_run(ctx, SQL_drop_settings_find, &rows, PARAMS(p_int(ctx->who.user_id))));
	if (rows.count == 0)
		return drop_settings_change(ctx, &nothing, out);
	rows_scan(&rows, 0, settings_columns, COLUMN_COUNT(settings_columns), out);
	return ERR_OK;
}

static struct param
p_optional_bool(struct optional_bool value)
{
	return value.present ? p_bool(value.value) : p_null();
}

enum err
drop_settings_change(struct ctx *ctx, const struct drop_settings_change *in,
		     struct drop_settings *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_drop_settings_change, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_text(in->currency), p_text(in->language),
			  p_optional_bool(in->push_enabled), p_optional_bool(in->email_enabled))));
	rows_scan(&rows, 0, settings_columns, COLUMN_COUNT(settings_columns), out);
	return ERR_OK;
}
