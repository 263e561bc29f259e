#include "sandbox/control.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct provider_settings {
	struct setting settings[KNOB_COUNT];
};

struct control {
	pthread_mutex_t mutex;
	int count;
	struct provider_settings fakes[];
};

struct control *
control_new(int fakes)
{
	struct control *control =
		calloc(1, sizeof(*control) + (size_t)fakes * sizeof(struct provider_settings));

	if (control == NULL)
		return NULL;
	(void)pthread_mutex_init(&control->mutex, NULL);
	control->count = fakes;
	return control;
}

void
control_free(struct control *control)
{
	if (control == NULL)
		return;
	(void)pthread_mutex_destroy(&control->mutex);
	free(control);
}

static void
apply(struct provider_settings *fake, const struct command *command)
{
	if (command->reset)
		*fake = (struct provider_settings){0};
	for (int i = 0; i < KNOB_COUNT; i++)
		if (command->set[i])
			fake->settings[i] = command->settings[i];
}

void
control_apply(struct control *control, const struct command *command)
{
	(void)pthread_mutex_lock(&control->mutex);
	for (int i = 0; i < control->count; i++)
		if (command->provider == CONTROL_ALL || command->provider == i)
			apply(&control->fakes[i], command);
	(void)pthread_mutex_unlock(&control->mutex);
}

/* Whether a call has the given path, or one below it. */
static bool
is_meant(const struct setting *setting, const char *path)
{
	size_t length = strlen(setting->path);

	if (path == NULL || length == 0)
		return true;
	return strncmp(path, setting->path, length) == 0 &&
	       (path[length] == '\0' || path[length] == '/');
}

bool
control_take(struct control *control, int provider, enum knob knob, const char *path,
	     struct setting *out)
{
	struct setting *setting = &control->fakes[provider].settings[knob];
	bool taken;

	(void)pthread_mutex_lock(&control->mutex);
	taken = setting->times > 0 && is_meant(setting, path);
	if (taken) {
		setting->times--;
		*out = *setting;
	}
	(void)pthread_mutex_unlock(&control->mutex);
	return taken;
}
