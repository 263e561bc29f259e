#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

enum { VIOLATIONS_MAX = 100 }; /* more are not reported */

static const struct {
	int status;
	const char *code;
	const char *message;
} catalogue[] = {
#define ERR(symbol, status, code, message) [ERR_##symbol] = {status, code, message},
#include "base/errors.def"
#undef ERR
};

/* A truncated text may end within a character, which is invalid in JSON. */
static void
drop_partial_character(char *text)
{
	size_t length = strlen(text);
	size_t start = length;

	while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
		start--;
	if (start > 0 && (unsigned char)text[start - 1] >= 0xC0)
		start--;
	if (start < length && utf8_next(text + start, length - start) != length - start)
		text[start] = '\0';
}

enum err
fault_at(struct fault *f, enum err err, const char *field, const char *file, int line,
	 const char *fmt, ...)
{
	va_list args;

	f->err = err;
	f->file = file;
	f->line = line;
	(void)snprintf(f->field, sizeof(f->field), "%s", field != NULL ? field : "");
	drop_partial_character(f->field);
	if (fmt == NULL) {
		(void)snprintf(f->message, sizeof(f->message), "%s", err_message(err));
		return err;
	}
	va_start(args, fmt);
	(void)vsnprintf(f->message, sizeof(f->message), fmt, args);
	va_end(args);
	drop_partial_character(f->message);
	return err;
}

void
fault_clear(struct fault *f)
{
	*f = (struct fault){
		.broken = f->broken, .broken_file = f->broken_file, .broken_line = f->broken_line};
}

/* Numbers outside of the catalogue are bugs; they must not read past it. */
static enum err
known(enum err err)
{
	return (unsigned)err < ERR_COUNT ? err : ERR_INTERNAL;
}

int
err_status(enum err err)
{
	return catalogue[known(err)].status;
}

const char *
err_code(enum err err)
{
	return catalogue[known(err)].code;
}

const char *
err_message(enum err err)
{
	return catalogue[known(err)].message;
}

void
violation_add(struct arena *arena, struct fault *f, const char *field, const char *code,
	      const char *message)
{
	struct violation *violation = arena_alloc(arena, sizeof(*violation));
	struct violation *last = f->violations;
	size_t count = 1;

	*violation = (struct violation){field, code, message, NULL};
	if (last == NULL) {
		(void)fault(f, ERR_VALIDATION, field, "%s %s", field, message);
		f->violations = violation;
		return;
	}
	while (last->next != NULL) {
		last = last->next;
		count++;
	}
	if (count < VIOLATIONS_MAX)
		last->next = violation;
}
