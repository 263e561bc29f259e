#include "base/ctx.h"

#include <stddef.h>

const char *const mode_words[] = {"test", "live", NULL};
