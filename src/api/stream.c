#include "api/stream.h"

#include "api/admission.h"
#include "api/reply.h"
#include "base/arena.h"
#include "base/ensure.h"
#include "base/log.h"
#include "runtime/app.h"

enum { PART_MEMORY_MAX = 16 * 1024 * 1024 };

struct stream {
	struct call *call;
	void *out;
	struct arena *memory; /* of a part; NULL: the stream has ended */
};

/* May be called again. */
static void
stream_end(void *object)
{
	struct stream *stream = object;

	if (stream->memory == NULL)
		return;
	arena_free(stream->memory);
	stream->memory = NULL;
	admission_leave_long(stream->call->ctx.app->admission);
}

static enum err
make_part(const struct stream *stream, struct bytes *part)
{
	struct call *call = stream->call;

	arena_reset(stream->memory);
	call->ctx.arena = stream->memory;
	TRY(call->route->reply.more(call, stream->out));
	TRY(reply_write(call, stream->out, false, part));
	return ensure_held(&call->ctx.fault);
}

static void
log_failure(const struct call *call)
{
	const struct fault *f = &call->ctx.fault;

	log_event(LOG_LEVEL_ERROR, "answer_broken_off",
		  LOG_FIELDS({"request_id", call->ctx.request_id, 0},
			     {"route", call->route->path, 0}, {"code", err_code(f->err), 0},
			     {"detail", f->detail, 0}, {"file", f->file != NULL ? f->file : "", 0},
			     {"line", NULL, f->line}));
}

static bool
stream_next(void *object, struct bytes *part)
{
	struct stream *stream = object;
	bool complete = !stream->call->unfinished;

	*part = (struct bytes){NULL, 0};
	if (!complete && stream->memory != NULL) {
		if (make_part(stream, part) == ERR_OK)
			return true;
		log_failure(stream->call);
	}
	stream_end(stream);
	return complete;
}

enum err
stream_begin(struct call *call, void *out)
{
	struct stream *stream;

	if (!admission_enter_long(call->ctx.app->admission)) {
		call->ctx.fault.retry_after_s = 1;
		return fault(&call->ctx.fault, ERR_UNAVAILABLE, NULL,
			     "Too many long answers are being sent; try again");
	}
	stream = arena_alloc(call->ctx.arena, sizeof(*stream));
	*stream = (struct stream){call, out, arena_new(PART_MEMORY_MAX)};
	arena_adopt(call->ctx.arena, stream, stream_end);
	call->reply.next = stream_next;
	call->reply.rest = stream;
	return ERR_OK;
}
