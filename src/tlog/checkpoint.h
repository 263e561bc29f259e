/* checkpoint.h - the text of a checkpoint (C2SP tlog-checkpoint): which log, its size, its root. */
#ifndef TLOG_CHECKPOINT_H
#define TLOG_CHECKPOINT_H

#include "base/arena.h"
#include "tlog/merkle.h"

struct checkpoint {
	const char *origin; /* names the log; also the name of its keys */
	int64_t size;
	struct hash root;
};

/* Three lines, to be signed by note_sign(). */
const char *checkpoint_text(struct arena *arena, const struct checkpoint *checkpoint);
/* The text of a note; further lines are ignored, but may not be empty. */
bool checkpoint_parse(struct arena *arena, const char *text, struct checkpoint *out) MUST_CHECK;
/* The same of a note. Its signatures are not checked. */
bool checkpoint_of_note(struct arena *arena, const char *note, struct checkpoint *out) MUST_CHECK;

#endif
