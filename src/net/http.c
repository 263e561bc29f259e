#include <config.h>

#include "net/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/fiber.h"
#include "net/http_exchange.h"

enum { PLACE_WAIT_MS = 500 };

struct http_client {
	struct http_options options;
	pthread_mutex_t mutex;
	pthread_cond_t freed;
	int64_t running;
	int64_t idle;
	CURL *handles[]; /* the idle ones with their connections; room for all concurrent calls */
};

struct http_client *
http_client_new(const struct http_options *options)
{
	size_t places = (size_t)options->at_once;
	struct http_client *client = calloc(1, sizeof(*client) + places * sizeof(CURL *));
	pthread_condattr_t monotonic;

	if (client == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(client);
		return NULL;
	}
	client->options = *options;
	(void)pthread_mutex_init(&client->mutex, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&client->freed, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	return client;
}

void
http_client_free(struct http_client *client)
{
	if (client == NULL)
		return;
	for (int64_t i = 0; i < client->idle; i++)
		curl_easy_cleanup(client->handles[i]);
	(void)pthread_cond_destroy(&client->freed);
	(void)pthread_mutex_destroy(&client->mutex);
	free(client);
	curl_global_cleanup();
}

/* Take a slot for a call; false if none gets free in time. *curl is an idle handle, or NULL. */
static bool
take_place(struct http_client *client, CURL **curl)
{
	int64_t until_ns = clock_monotonic_ns() + PLACE_WAIT_MS * INT64_C(1000000);
	struct timespec until = {until_ns / 1000000000, until_ns % 1000000000};
	bool taken;

	*curl = NULL;
	fiber_block();
	(void)pthread_mutex_lock(&client->mutex);
	while (client->running == client->options.at_once &&
	       pthread_cond_timedwait(&client->freed, &client->mutex, &until) != ETIMEDOUT)
		;
	taken = client->running < client->options.at_once;
	if (taken) {
		client->running++;
		if (client->idle > 0)
			*curl = client->handles[--client->idle];
	}
	(void)pthread_mutex_unlock(&client->mutex);
	fiber_unblock();
	return taken;
}

/* The most recently used handle is used first: its connections are the freshest. */
static void
give_place(struct http_client *client, CURL *curl)
{
	if (curl != NULL)
		curl_easy_reset(curl);
	(void)pthread_mutex_lock(&client->mutex);
	client->running--;
	if (curl != NULL)
		client->handles[client->idle++] = curl;
	(void)pthread_cond_signal(&client->freed);
	(void)pthread_mutex_unlock(&client->mutex);
}

static struct http_answer
perform(CURL *curl, struct http_exchange *exchange, const struct http_request *request)
{
	struct http_answer answer = http_not_sent("libcurl did not accept an option");
	CURLcode code;

	if (http_exchange_prepare(curl, exchange, request)) {
		fiber_block();
		code = curl_easy_perform(curl);
		fiber_unblock();
		answer = http_exchange_answer(curl, exchange, code);
	}
	curl_slist_free_all(exchange->headers_sent);
	return answer;
}

static struct http_answer
call(struct http_client *client, struct arena *arena, const struct http_request *request)
{
	struct http_exchange exchange = http_exchange_of(&client->options, arena, request);
	struct http_answer answer = http_not_sent("out of memory");
	CURL *curl;

	if (!http_is_sendable(request))
		return http_not_sent("the URL or a header has a character that can't be sent");
	if (!take_place(client, &curl))
		return http_not_sent("too many calls at once");
	if (curl == NULL)
		curl = curl_easy_init();
	if (curl != NULL)
		answer = perform(curl, &exchange, request);
	give_place(client, curl);
	return answer;
}

struct http_answer
http_call(struct http_client *client, struct arena *arena, const struct http_request *request)
{
	int64_t began_ns = clock_monotonic_ns();
	struct http_answer answer = call(client, arena, request);

	http_exchange_count(&client->options, request, began_ns, &answer);
	return answer;
}

const struct http_options *
http_client_options(const struct http_client *client)
{
	return &client->options;
}
