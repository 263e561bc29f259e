#include "base/ensure.h"

#include <stdio.h>

static enum err
report(struct fault *f)
{
	(void)fault_at(f, ERR_INTERNAL, NULL, f->broken_file, f->broken_line, NULL);
	(void)snprintf(f->detail, sizeof(f->detail), "ensure: %s", f->broken);
	return ERR_INTERNAL;
}

enum err
ensure_at(struct fault *f, bool holds, const char *condition, const char *file, int line)
{
	if (holds)
		return ERR_OK;
	if (f->broken == NULL) {
		f->broken = condition;
		f->broken_file = file;
		f->broken_line = line;
	}
	return report(f);
}

enum err
ensure_held(struct fault *f)
{
	return f->broken == NULL ? ERR_OK : report(f);
}
