/* settings.h - users' settings of the app, with defaults. */
#ifndef APP_PEOPLE_SETTINGS_H
#define APP_PEOPLE_SETTINGS_H

#include "base/ctx.h"
#include "base/value.h"

/* The available choices; both end with NULL. */
extern const char *const settings_services[];
extern const char *const settings_languages[];

struct settings {
	int64_t user_id;
	struct text_list quick_access; /* of settings_services */
	bool show_balance;
	const char *language; /* of settings_languages */
	const char *display_currency;
};

/* Absent members are not changed. */
struct settings_change {
	struct text_list quick_access;
	struct optional_bool show_balance;
	const char *language;
	const char *display_currency;
};

/* A service of the app; all of them are available. */
struct settings_service {
	const char *id;
	const char *name;
	const char *description;
	const char *category;
	bool available;
	bool coming_soon;
	bool enabled; /* of quick access */
};

/* All services, by their ids. */
struct text_list settings_enabled(struct arena *arena);
/* All services, and whether the user has chosen them for quick access: struct settings_service. */
struct list settings_available(struct arena *arena, const struct settings *settings);
/* Of the caller. */
enum err settings_get(struct ctx *ctx, struct settings *out) MUST_CHECK;
/* Each service at most once. */
enum err settings_change(struct ctx *ctx, const struct settings_change *in,
			 struct settings *out) MUST_CHECK;

#endif
