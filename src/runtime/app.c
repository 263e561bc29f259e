#include "runtime/app.h"

#include "base/settings.h"

struct app
app_enter(const struct app *app)
{
	struct app entered = *app;

	if (app->settings != NULL)
		entered.config = settings_hold(app->settings);
	return entered;
}

void
app_leave(const struct app *entered)
{
	if (entered->settings != NULL)
		settings_release(entered->settings, entered->config);
}

struct ctx
app_ctx(const struct app *app, struct arena *arena)
{
	return (struct ctx){
		.app = app, .database = &app->database, .arena = arena, .now = app->now()};
}
