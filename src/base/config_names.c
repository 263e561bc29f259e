#include "base/config_names.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "base/env_file.h"
#include "base/text.h"

enum { NAME_MAX_BYTES = 64 };

static const char prefix[] = "COWRY_";

/* Names of ./dev, the examples and the tests: they are in the environment of programs that are started
 * from a developer's shell. */
static const char *const others[] = {
	"COWRY_HOME",
	"COWRY_WORKERS",
	"COWRY_HTTP_PORT",
	"COWRY_HTTPS_PORT",
	"COWRY_METRICS_PORT",
	"COWRY_KEY",
	"COWRY_DATABASE_SUPERUSER_URL",
	NULL,
};
static const char tests_prefix[] = "COWRY_TEST_";

static bool
is_setting(const char *name)
{
	for (size_t i = 0; config_row(i) != NULL; i++)
		if (text_equal(config_row(i)->variable, name))
			return true;
	return false;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many characters to insert, remove, replace or swap with the next one (the restricted
 * Damerau-Levenshtein distance). */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][NAME_MAX_BYTES + 1];
	size_t width = strlen(b);

	for (size_t j = 0; j <= width; j++)
		rows[0][j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		const size_t *before = rows[(i + 1) % 3];
		const size_t *above = rows[(i - 1) % 3];
		size_t *row = rows[i % 3];

		row[0] = i;
		for (size_t j = 1; j <= width; j++) {
			row[j] = above[j - 1] + (a[i - 1] != b[j - 1]);
			row[j] = least(row[j], least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return rows[strlen(a) % 3][width];
}

/* The nearest setting, unless less than two thirds of it agree. */
static const char *
nearest(const char *name)
{
	const char *found = NULL;
	size_t limit = (strlen(name) - strlen(prefix)) / 3 + 1;

	for (size_t i = 0; config_row(i) != NULL; i++) {
		const char *variable = config_row(i)->variable;
		size_t d = strlen(variable) <= NAME_MAX_BYTES ? distance(name, variable) : limit;

		if (d < limit) {
			limit = d;
			found = variable;
		}
	}
	return found;
}

/* Fit for a message of one line, and cut. */
static const char *
shown(char buf[NAME_MAX_BYTES + 1], const char *name)
{
	size_t length = 0;

	for (; length < NAME_MAX_BYTES && name[length] != '\0'; length++)
		buf[length] = name[length] > ' ' && name[length] <= '~' ? name[length] : '?';
	buf[length] = '\0';
	return buf;
}

bool
config_name_check(const char *name, char problem[256])
{
	char buf[NAME_MAX_BYTES + 1];
	const char *meant;

	if (!text_starts_with(name, prefix) || text_starts_with(name, tests_prefix) ||
	    text_index(others, name) >= 0 || is_setting(name))
		return true;
	meant = nearest(shown(buf, name));
	(void)snprintf(problem, 256, "there is no setting %s%s%s%s", buf,
		       meant != NULL ? "; did you mean " : "", meant != NULL ? meant : "",
		       meant != NULL ? "?" : "; see cowry.conf(5)");
	return false;
}

bool
config_names_check(char *const *environment, char problem[256])
{
	char name[NAME_MAX_BYTES + 2];

	for (; *environment != NULL; environment++) {
		(void)snprintf(name, sizeof name, "%.*s", (int)strcspn(*environment, "="),
			       *environment);
		if (!config_name_check(name, problem))
			return false;
	}
	return true;
}

bool
config_names_check_file(const struct env_file *file, const char *path, char problem[256])
{
	for (const struct env_assignment *a = file->first; a != NULL; a = a->next) {
		char why[256] = "COWRY_ENV_FILE is not for the file that it names";

		if (!text_equal(a->name, "COWRY_ENV_FILE") && config_name_check(a->name, why))
			continue;
		(void)snprintf(problem, 256, "%.120s: line %u: %.110s", path, a->line, why);
		return false;
	}
	return true;
}
