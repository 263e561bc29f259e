/* The thread of a sender that makes the requests. */
#include <string.h>

#include "app/events/sender_state.h"
#include "app/events/webhook_request.h"
#include "base/arena.h"
#include "net/http_many.h"
#include "json/writer.h"

enum { SENDING_MEMORY_MAX = 16 * 1024 * 1024, TURN_MS = 500, PAUSE_S = 5 };

/* A request, in its arena. */
struct sending {
	struct sender *sender;
	struct lane *lane;
	struct arena *arena;
	struct message *messages;
	struct message *rest; /* what continues the last of them */
	struct http_request request;
	struct trace trace;
	int64_t began_ns;
};

/* Why the connection failed: what the receiver's owner can fix. */
static const char *
obstacle_text(enum http_obstacle obstacle)
{
	switch (obstacle) {
	case HTTP_NAME_UNKNOWN:
		return "The host name could not be resolved";
	case HTTP_REFUSED:
		return "The connection was refused";
	case HTTP_TOO_SLOW:
		return "The connection could not be made in time";
	case HTTP_INSECURE:
		return "The certificate is not valid, or there is no TLS";
	case HTTP_OBSTACLE_OTHER:
	default:
		return "The connection failed";
	}
}

/* NULL: the receiver has taken it. */
static const char *
problem_of(const struct http_answer *answer)
{
	switch (answer->outcome) {
	case HTTP_ANSWERED:
		return answer->status >= 200 && answer->status <= 299
			       ? NULL
			       : "The answer did not report success";
	case HTTP_NOT_SENT:
		return obstacle_text(answer->obstacle);
	case HTTP_BLOCKED:
		return "The address is not public";
	case HTTP_LOST:
	default:
		return "No complete answer was received in time";
	}
}

void
sender_end(struct sender *sender, struct message *message)
{
	if (sender->ended_count++ == 0)
		sender->ended_ns = clock_monotonic_ns();
	message->next = sender->ended;
	sender->ended = message;
}

bool
sender_is_idle(const struct sender *sender)
{
	return sender->lanes.under_way == 0 && sender->lanes.queued == 0;
}

/* Call the other thread for the first of several outcomes, for many, and for the last one. */
static void
call_recorder(struct sender *sender, size_t before)
{
	if (before == 0 || (before < ENDED_ENOUGH && sender->ended_count >= ENDED_ENOUGH) ||
	    sender_is_idle(sender))
		(void)pthread_cond_signal(&sender->call);
}

/* Nothing more is sent until it is recorded that the receiver is gone. */
static void
pause_lane(struct sender *sender, struct lane *lane)
{
	lane_clear(&sender->lanes, lane);
	lane->not_before_ns = clock_monotonic_ns() + PAUSE_S * INT64_C(1000000000);
}

/* The answer came, or will not come. */
static void
end(void *arg, const struct http_answer *answer)
{
	struct sending *sending = arg;
	struct sender *sender = sending->sender;
	const char *problem = problem_of(answer);
	int status = answer->outcome == HTTP_ANSWERED ? answer->status : 0;
	struct arena *spare = sending->arena;
	struct message *next;
	size_t before;

	(void)pthread_mutex_lock(&sender->mutex);
	before = sender->ended_count;
	lane_ended(&sender->lanes, sending->lane, problem == NULL, sending->began_ns,
		   clock_monotonic_ns());
	if (problem == NULL && sending->rest != NULL && !sender->stopping)
		lane_continue(&sender->lanes, sending->lane, sending->rest);
	else
		lane_drop(&sender->lanes, sending->rest);
	if (status == STATUS_GONE)
		pause_lane(sender, sending->lane);
	for (struct message *message = sending->messages; message != NULL; message = next) {
		next = message->next;
		message->status = status;
		message->problem = problem;
		sender_end(sender, message);
	}
	call_recorder(sender, before);
	arena_reset(spare);
	if (sender->spare == NULL) {
		sender->spare = spare;
		spare = NULL;
	}
	(void)pthread_mutex_unlock(&sender->mutex);
	arena_free(spare);
}

/* Many events in one body: in the form of an event, which identifies this request. */
static bool
write_batch(struct arena *arena, const struct message *messages, const char *id, struct instant now,
	    struct bytes *body)
{
	char at[INSTANT_TEXT_MAX];
	size_t length = 256;
	struct jw w;

	for (const struct message *message = messages; message != NULL; message = message->next)
		length += message->body.length + 1;
	jw_init(&w, arena, length);
	jw_object(&w, NULL);
	jw_text(&w, "id", id);
	jw_text(&w, "type", "batch");
	jw_object(&w, "data");
	jw_list(&w, "events");
	for (const struct message *message = messages; message != NULL; message = message->next)
		jw_json(&w, NULL, message->body.data);
	jw_close(&w);
	jw_close(&w);
	jw_text(&w, "timestamp", instant_text(at, now));
	jw_text(&w, "version", "1");
	jw_close(&w);
	return jw_finish(&w, body);
}

static void
write_request(struct sending *sending, struct instant now)
{
	const struct lane *lane = sending->lane;
	struct arena *arena = sending->arena;
	struct bytes body = sending->messages->body;
	const char *id = sending->messages->event;
	struct uuid batch = uuid_v7();
	char text[UUID_TEXT_MAX];

	trace_begin(&sending->trace, sending->messages->public_id);
	if (lane->batch_size > 1) {
		id = arena_printf(arena, "bat_%s", uuid_text(text, batch));
		trace_begin(&sending->trace, batch);
		/* Its parts have been written before. */
		if (!write_batch(arena, sending->messages, id, now, &body))
			body = (struct bytes){"", 0};
	}
	sending->request = webhook_request(arena, arena_strdup(arena, lane->url), id, body, now,
					   lane->signer, lane->previous);
	sending->request.trace = &sending->trace;
}

static void
send_next(struct sender *sender, struct lane *lane)
{
	struct arena *arena = sender->spare != NULL ? sender->spare : arena_new(SENDING_MEMORY_MAX);
	struct sending *sending = arena_alloc(arena, sizeof(*sending));

	sender->spare = NULL;
	*sending = (struct sending){
		.sender = sender, .lane = lane, .arena = arena, .began_ns = clock_monotonic_ns()};
	sending->messages = lane_take(&sender->lanes, lane, &sending->rest);
	write_request(sending, sender->now());
	lane_began(&sender->lanes, lane, sending->began_ns);
	http_many_begin(sender->many, lane->client, arena, &sending->request, end, sending);
}

void *
sender_request_main(void *arg)
{
	struct sender *sender = arg;
	struct lane *lane;

	(void)pthread_mutex_lock(&sender->mutex);
	while (!sender->leaving) {
		while (!sender->stopping &&
		       (lane = lanes_next(&sender->lanes, clock_monotonic_ns())) != NULL)
			send_next(sender, lane);
		(void)pthread_mutex_unlock(&sender->mutex);
		http_many_turn(sender->many, TURN_MS);
		(void)pthread_mutex_lock(&sender->mutex);
	}
	(void)pthread_mutex_unlock(&sender->mutex);
	return NULL;
}
