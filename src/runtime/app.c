#include "runtime/app.h"

struct ctx
app_ctx(const struct app *app, struct arena *arena)
{
	return (struct ctx){
		.app = app, .database = &app->database, .arena = arena, .now = app->now()};
}
