#include "net/http_many.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "net/http_exchange.h"

enum {
	GROUPS_MAX = 4, /* clients */
	IDLE_MAX = 128, /* handles kept for further calls */
	KEPT_MAX = 256, /* idle connections of a client */
	EVENTS_AT_ONCE = 64,
	TIMER_NONE = -1,
};

/* The event of the descriptor that ends a wait; others are those of sockets. */
#define WAKE UINT64_MAX

/* Calls of one client, which share its connections. */
struct group {
	struct http_many *many;
	struct http_client *client;
	CURLM *multi;
	int64_t due_ns; /* when libcurl wants to be called, without an event */
};

/* In the arena of its request. */
struct call {
	struct call *next;
	struct call **link; /* to this call */
	struct group *group;
	CURL *curl;
	struct http_exchange exchange;
	struct http_request request;
	int64_t began_ns;
	const char *problem; /* why it can't be made: it ends with the next turn */
	bool repeated;
	http_many_done *done;
	void *arg;
};

struct http_many {
	int epoll;
	int wake;
	struct group groups[GROUPS_MAX];
	size_t group_count;
	struct call *calls;
	struct call *refused; /* those with a problem */
	CURL *idle[IDLE_MAX];
	size_t idle_count;
};

struct http_many *
http_many_new(void)
{
	struct http_many *many = calloc(1, sizeof(*many));
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = WAKE};

	if (many == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(many);
		return NULL;
	}
	many->epoll = epoll_create1(EPOLL_CLOEXEC);
	many->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (many->epoll >= 0 && many->wake >= 0 &&
	    epoll_ctl(many->epoll, EPOLL_CTL_ADD, many->wake, &event) == 0)
		return many;
	http_many_free(many);
	return NULL;
}

/* Its data tell the group and the socket. */
static int
/* cppcheck-suppress constParameter ; libcurl declares it so */
watch(CURL *curl, curl_socket_t fd, int what, void *arg, void *known)
{
	struct group *group = arg;
	struct http_many *many = group->many;
	uint64_t number = (uint64_t)(group - many->groups);
	struct epoll_event event = {.data.u64 = number << 32 | (uint32_t)fd};

	(void)curl;
	if (what == CURL_POLL_REMOVE) {
		(void)epoll_ctl(many->epoll, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	if ((what & CURL_POLL_IN) != 0)
		event.events |= EPOLLIN;
	if ((what & CURL_POLL_OUT) != 0)
		event.events |= EPOLLOUT;
	if (epoll_ctl(many->epoll, known != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) != 0)
		return -1;
	return curl_multi_assign(group->multi, fd, group) == CURLM_OK ? 0 : -1;
}

static int
set_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct group *group = arg;

	(void)multi;
	group->due_ns =
		timeout_ms < 0 ? TIMER_NONE : clock_monotonic_ns() + timeout_ms * INT64_C(1000000);
	return 0;
}

static struct group *
open_group(struct http_many *many, struct http_client *client)
{
	struct group *group = &many->groups[many->group_count];

	if (many->group_count == GROUPS_MAX)
		return NULL;
	*group = (struct group){many, client, curl_multi_init(), TIMER_NONE};
	if (group->multi == NULL)
		return NULL;
	many->group_count++;
	(void)curl_multi_setopt(group->multi, CURLMOPT_SOCKETFUNCTION, watch);
	(void)curl_multi_setopt(group->multi, CURLMOPT_SOCKETDATA, group);
	(void)curl_multi_setopt(group->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	(void)curl_multi_setopt(group->multi, CURLMOPT_TIMERDATA, group);
	(void)curl_multi_setopt(group->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
	(void)curl_multi_setopt(group->multi, CURLMOPT_MAXCONNECTS, (long)KEPT_MAX);
	return group;
}

/* NULL if there is no memory. */
static struct group *
group_of(struct http_many *many, struct http_client *client)
{
	for (size_t i = 0; i < many->group_count; i++)
		if (many->groups[i].client == client)
			return &many->groups[i];
	return open_group(many, client);
}

static CURL *
take_handle(struct http_many *many)
{
	return many->idle_count > 0 ? many->idle[--many->idle_count] : curl_easy_init();
}

static void
give_handle(struct http_many *many, CURL *curl)
{
	if (curl == NULL)
		return;
	if (many->idle_count == IDLE_MAX) {
		curl_easy_cleanup(curl);
		return;
	}
	curl_easy_reset(curl);
	many->idle[many->idle_count++] = curl;
}

static void
link_call(struct call **list, struct call *call)
{
	call->next = *list;
	call->link = list;
	if (call->next != NULL)
		call->next->link = &call->next;
	*list = call;
}

/* done may free the call. */
static void
end_call(struct http_many *many, struct call *call, const struct http_answer *answer)
{
	*call->link = call->next;
	if (call->next != NULL)
		call->next->link = call->link;
	curl_slist_free_all(call->exchange.headers_sent);
	give_handle(many, call->curl);
	http_exchange_count(call->exchange.options, &call->request, call->began_ns, answer);
	call->done(call->arg, answer);
}

/* NULL, or why the call can't be made. */
static const char *
start(struct http_many *many, struct http_client *client, struct call *call)
{
	if (!http_is_sendable(&call->request))
		return "the URL or a header has a character that can't be sent";
	call->group = group_of(many, client);
	call->curl = take_handle(many);
	if (call->group == NULL || call->curl == NULL)
		return "out of memory";
	if (!http_exchange_prepare(call->curl, &call->exchange, &call->request) ||
	    curl_easy_setopt(call->curl, CURLOPT_PRIVATE, call) != CURLE_OK ||
	    curl_multi_add_handle(call->group->multi, call->curl) != CURLM_OK)
		return "libcurl did not accept an option";
	return NULL;
}

void
http_many_begin(struct http_many *many, struct http_client *client, struct arena *arena,
		const struct http_request *request, http_many_done *done, void *arg)
{
	struct call *call = arena_alloc(arena, sizeof(*call));

	*call = (struct call){
		.exchange = http_exchange_of(http_client_options(client), arena, request),
		.request = *request,
		.began_ns = clock_monotonic_ns(),
		.done = done,
		.arg = arg,
	};
	call->exchange.multiplexed = true;
	call->problem = start(many, client, call);
	link_call(call->problem != NULL ? &many->refused : &many->calls, call);
}

static void
end_refused(struct http_many *many)
{
	while (many->refused != NULL) {
		struct http_answer answer = http_not_sent(many->refused->problem);

		end_call(many, many->refused, &answer);
	}
}

/* A stream that the server closed before it had read the request: libcurl may not see the answer. Such a call
 * is made once more, if it may be. */
static bool
repeat(struct call *call, CURLcode code)
{
	CURLM *multi = call->group->multi;

	if (code != CURLE_HTTP2_STREAM || !call->exchange.repeatable || call->repeated)
		return false;
	call->repeated = true;
	call->exchange.headers = 0;
	call->exchange.length = 0;
	return curl_multi_add_handle(multi, call->curl) == CURLM_OK;
}

/* What has ended in a group. */
static void
end_calls(struct group *group)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(group->multi, &left)) != NULL) {
		CURL *curl = message->easy_handle;
		CURLcode code = message->data.result;
		struct http_answer answer;
		struct call *call;

		if (message->msg != CURLMSG_DONE ||
		    curl_easy_getinfo(curl, CURLINFO_PRIVATE, &call) != CURLE_OK)
			continue;
		answer = http_exchange_answer(curl, &call->exchange, code);
		(void)curl_multi_remove_handle(group->multi, curl);
		if (answer.outcome == HTTP_LOST && repeat(call, code))
			continue;
		end_call(group->many, call, &answer);
	}
}

static void
act(struct http_many *many, const struct epoll_event *event)
{
	struct group *group;
	uint64_t count;
	int flags = 0;
	int running;

	if (event->data.u64 == WAKE) {
		(void)!read(many->wake, &count, sizeof(count));
		return;
	}
	group = &many->groups[event->data.u64 >> 32];
	if ((event->events & EPOLLIN) != 0)
		flags |= CURL_CSELECT_IN;
	if ((event->events & EPOLLOUT) != 0)
		flags |= CURL_CSELECT_OUT;
	if ((event->events & (EPOLLERR | EPOLLHUP)) != 0)
		flags |= CURL_CSELECT_ERR;
	(void)curl_multi_socket_action(group->multi, (curl_socket_t)(event->data.u64 & UINT32_MAX),
				       flags, &running);
}

/* Milliseconds until the first of the timers, rounded up. */
static int
time_to_wait(const struct http_many *many, int64_t most_ms)
{
	int64_t now_ns = clock_monotonic_ns();

	if (many->refused != NULL)
		return 0;
	for (size_t i = 0; i < many->group_count; i++) {
		int64_t due_ns = many->groups[i].due_ns;
		int64_t ms = due_ns <= now_ns ? 0 : (due_ns - now_ns + 999999) / 1000000;

		if (due_ns != TIMER_NONE && ms < most_ms)
			most_ms = ms;
	}
	return (int)most_ms;
}

static void
end_timer(struct group *group)
{
	int running;

	if (group->due_ns == TIMER_NONE || group->due_ns > clock_monotonic_ns())
		return;
	group->due_ns = TIMER_NONE;
	(void)curl_multi_socket_action(group->multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

void
http_many_turn(struct http_many *many, int64_t timeout_ms)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	int n = epoll_wait(many->epoll, events, EVENTS_AT_ONCE, time_to_wait(many, timeout_ms));

	end_refused(many);
	for (int i = 0; i < n; i++)
		act(many, &events[i]);
	for (size_t i = 0; i < many->group_count; i++) {
		end_timer(&many->groups[i]);
		end_calls(&many->groups[i]);
	}
}

void
http_many_wake(struct http_many *many)
{
	const uint64_t one = 1;

	(void)!write(many->wake, &one, sizeof(one));
}

static void
give_up(struct http_many *many, struct call *call)
{
	struct http_answer answer = http_not_sent("the caller does not wait any longer");

	answer.outcome = HTTP_LOST;
	(void)curl_multi_remove_handle(call->group->multi, call->curl);
	end_call(many, call, &answer);
}

void
http_many_free(struct http_many *many)
{
	if (many == NULL)
		return;
	end_refused(many);
	while (many->calls != NULL)
		give_up(many, many->calls);
	for (size_t i = 0; i < many->idle_count; i++)
		curl_easy_cleanup(many->idle[i]);
	for (size_t i = 0; i < many->group_count; i++)
		(void)curl_multi_cleanup(many->groups[i].multi);
	if (many->epoll >= 0)
		(void)close(many->epoll);
	if (many->wake >= 0)
		(void)close(many->wake);
	free(many);
	curl_global_cleanup();
}
