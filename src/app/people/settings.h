/* settings.h - what people have chosen for the app; what they haven't is as usual. */
#ifndef APP_PEOPLE_SETTINGS_H
#define APP_PEOPLE_SETTINGS_H

#include "base/ctx.h"
#include "base/value.h"

/* What may be chosen; both end with NULL. */
extern const char *const settings_services[];
extern const char *const settings_languages[];

struct settings {
	int64_t user_id;
	struct text_list quick_access; /* of settings_services */
	bool show_balance;
	const char *language; /* of settings_languages */
	const char *display_currency;
};

/* What is absent stays. */
struct settings_change {
	struct text_list quick_access;
	struct optional_bool show_balance;
	const char *language;
	const char *display_currency;
};

/* What the app can do; all of it is there. */
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
/* All services, and which of them somebody has chosen for quick access: struct settings_service. */
struct list settings_available(struct arena *arena, const struct settings *settings);
/* Of the person who asks. */
enum err settings_get(struct ctx *ctx, struct settings *out) MUST_CHECK;
/* A service may stand in the list once. */
enum err settings_change(struct ctx *ctx, const struct settings_change *in,
			 struct settings *out) MUST_CHECK;

#endif
