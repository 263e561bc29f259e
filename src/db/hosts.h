/*
 * hosts.h - the servers that a connection string names: every host of a list, and every address of
 * a host's name.
 */
#ifndef DB_HOSTS_H
#define DB_HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HOSTS_MAX = 16, HOST_TEXT_MAX = 256, HOST_ADDRESS_MAX = 64, HOST_PORT_MAX = 8 };
enum { SESSION_ATTRS_MAX = 24 };

/* What is empty is left to libpq. */
struct host {
	char name
		[HOST_TEXT_MAX]; /* for certificates and the password file; or a folder of sockets */
	char address[HOST_ADDRESS_MAX];
	char port[HOST_PORT_MAX];
	bool unknown; /* the name has no address */
};

struct hosts {
	struct host items[HOSTS_MAX]; /* never none */
	size_t count;
	char session_attrs[SESSION_ATTRS_MAX]; /* target_session_attrs, if it is given */
};

/* By the connection string, the environment and a service file, as libpq reads them. Names are
 * looked up. */
void hosts_find(const char *conninfo, struct hosts *out);
/* A hash of the database that is meant: hosts, addresses, ports, database and user, as libpq reads them.
 * The password is no part of it. */
uint64_t hosts_identity(const char *conninfo);
bool host_equal(const struct host *a, const struct host *b);
/* Whether it is reached by a unix socket. */
bool host_is_local(const struct host *host);

#endif
