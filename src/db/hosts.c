#include "db/hosts.h"

#include <libpq-fe.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

#define DEFAULT_PORT "5432"

/* A list of libpq: items are separated by commas, and may be empty. */
struct list {
	const char *rest; /* NULL: none are left */
	size_t count;
};

static struct list
list_of(const char *text)
{
	struct list list = {text, 0};

	if (text == NULL || text[0] == '\0')
		return (struct list){NULL, 0};
	list.count = 1;
	for (const char *at = strchr(text, ','); at != NULL; at = strchr(at + 1, ','))
		list.count++;
	return list;
}

/* Empty if there is none. */
static void
next_item(struct list *list, char *out, size_t size)
{
	size_t length;

	out[0] = '\0';
	if (list->rest == NULL)
		return;
	length = strcspn(list->rest, ",");
	(void)snprintf(out, size, "%.*s", (int)length, list->rest);
	list->rest = list->rest[length] == ',' ? list->rest + length + 1 : NULL;
}

/* A single one is for all hosts. */
static void
next_port(struct list *ports, char out[HOST_PORT_MAX])
{
	struct list at = *ports;

	next_item(&at, out, HOST_PORT_MAX);
	if (out[0] == '\0')
		(void)snprintf(out, HOST_PORT_MAX, "%s", DEFAULT_PORT);
	if (ports->count > 1)
		*ports = at;
}

static const char *
option(const PQconninfoOption *options, const char *keyword)
{
	for (const PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++)
		if (text_equal(o->keyword, keyword))
			return o->val;
	return NULL;
}

/* Settings as libpq would use them. An invalid one makes it stop before it connects. */
static PQconninfoOption *
effective_options(const char *conninfo)
{
	static const char *const names[] = {"dbname", "sslmode", NULL};
	const char *const values[] = {conninfo, "none", NULL};
	PGconn *pg = PQconnectStartParams(names, values, 1);
	PQconninfoOption *options = PQconninfo(pg);

	PQfinish(pg);
	return options;
}

/* Whether target_session_attrs is the operator's, not libpq's default. */
static bool
attrs_are_given(const char *conninfo)
{
	static const char keyword[] = "target_session_attrs";
	PQconninfoOption *own = PQconninfoParse(conninfo, NULL);
	PQconninfoOption *defaults = PQconndefaults();
	const char *usual = option(defaults, keyword);
	bool given = option(own, keyword) != NULL || (usual != NULL && !text_equal(usual, "any"));

	PQconninfoFree(own);
	PQconninfoFree(defaults);
	return given;
}

static void
add(struct hosts *hosts, const struct host *host)
{
	if (hosts->count < HOSTS_MAX)
		hosts->items[hosts->count++] = *host;
}

/* Every address of the name. */
static void
look_up(struct hosts *hosts, struct host *host)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *all = NULL;

	if (getaddrinfo(host->name, NULL, &hints, &all) != 0) {
		host->unknown = true;
		add(hosts, host);
		return;
	}
	for (const struct addrinfo *a = all; a != NULL; a = a->ai_next)
		if (getnameinfo(a->ai_addr, a->ai_addrlen, host->address, HOST_ADDRESS_MAX, NULL, 0,
				NI_NUMERICHOST) == 0)
			add(hosts, host);
	freeaddrinfo(all);
}

bool
host_is_local(const struct host *host)
{
	return host->address[0] == '\0' &&
	       (host->name[0] == '\0' || host->name[0] == '/' || host->name[0] == '@');
}

bool
host_equal(const struct host *a, const struct host *b)
{
	return text_equal(a->name, b->name) && text_equal(a->address, b->address) &&
	       text_equal(a->port, b->port);
}

uint64_t
hosts_identity(const char *conninfo)
{
	static const char *const keywords[] = {"host", "hostaddr", "port", "dbname", "user"};
	PQconninfoOption *options = effective_options(conninfo);
	uint64_t hash = TEXT_HASH;

	for (size_t i = 0; i < COUNT(keywords); i++) {
		const char *value = option(options, keywords[i]);

		/* A separator, so that a value is not taken for the beginning of the next one. */
		hash = text_hash(text_hash(hash, value != NULL ? value : ""), "\n");
	}
	PQconninfoFree(options);
	return hash;
}

void
hosts_find(const char *conninfo, struct hosts *out)
{
	PQconninfoOption *options = effective_options(conninfo);
	struct list names = list_of(option(options, "host"));
	struct list addresses = list_of(option(options, "hostaddr"));
	struct list ports = list_of(option(options, "port"));
	size_t count = addresses.count > 0 ? addresses.count : names.count;
	const char *attrs = option(options, "target_session_attrs");

	*out = (struct hosts){0};
	(void)snprintf(out->session_attrs, sizeof out->session_attrs, "%s",
		       attrs != NULL && attrs_are_given(conninfo) ? attrs : "");
	/* A list that does not fit is refused by libpq. */
	if ((names.count > 1 && names.count != count) || (ports.count > 1 && ports.count != count))
		count = 0;
	for (size_t i = 0; i < count; i++) {
		struct host host = {0};

		next_item(&names, host.name, sizeof host.name);
		next_item(&addresses, host.address, sizeof host.address);
		next_port(&ports, host.port);
		if (host.address[0] != '\0' || host_is_local(&host))
			add(out, &host);
		else
			look_up(out, &host);
	}
	if (out->count == 0)
		out->count = 1;
	PQconninfoFree(options);
}
