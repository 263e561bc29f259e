#include "sandbox/secrets.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "json/reader.h"

enum { FILE_BYTES_MAX = 16 * 1024 };

/* Why the file can't be used; NULL: it is in text. */
static const char *
read_file(struct arena *arena, const char *path, struct bytes *text)
{
	char *bytes = arena_alloc(arena, FILE_BYTES_MAX);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return "can't be read";
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_mode & 077) != 0) {
		(void)close(fd);
		return "must be a file that only its owner can read (mode 0600)";
	}
	n = read(fd, bytes, FILE_BYTES_MAX);
	(void)close(fd);
	*text = (struct bytes){bytes, n > 0 ? (size_t)n : 0};
	return n > 0 && n < FILE_BYTES_MAX ? NULL : "is empty or too large";
}

/* A member that is a non-empty text; else NULL. */
static const char *
take(struct json_object *object, const char *name)
{
	bool present;
	struct json_object *value = json_member(object, name, &present);
	const char *text = NULL;

	if (value != NULL && json_kind(value) == JSON_TEXT)
		text = json_text_value(value);
	return text != NULL && text[0] != '\0' ? text : NULL;
}

bool
secrets_read(struct arena *arena, const char *path, struct secrets *out, char problem[256])
{
	struct bytes text = {NULL, 0};
	const char *why = read_file(arena, path, &text);
	struct json_object *object = NULL;
	struct fault f = {0};

	if (why == NULL && (json_read(arena, &f, text.data, text.length, &object) != ERR_OK ||
			    json_kind(object) != JSON_OBJECT))
		why = "is not a JSON object";
	if (why == NULL) {
		out->flutterwave_secret_hash = take(object, "flutterwave_secret_hash");
		out->paga_secret = take(object, "paga_secret");
		out->fingra_secret = take(object, "fingra_secret");
		if (out->flutterwave_secret_hash == NULL || out->paga_secret == NULL ||
		    out->fingra_secret == NULL)
			why = "lacks flutterwave_secret_hash, paga_secret or fingra_secret";
	}
	if (why != NULL)
		(void)snprintf(problem, 256, "COWRY_SANDBOX_SECRETS: %.150s %s", path, why);
	return why == NULL;
}
