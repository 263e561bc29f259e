/* proxy.h - a man in the middle of a PostgreSQL connection, who drops selected messages. */
#ifndef TESTS_SUPPORT_PROXY_H
#define TESTS_SUPPORT_PROXY_H

enum proxy_fault {
	PROXY_NONE,
	PROXY_DROP_REQUEST, /* hang up instead of passing it on */
	PROXY_DROP_REPLY,   /* pass it on, wait for the reply, hang up */
	PROXY_STALL,        /* pass it on, and never the reply */
	PROXY_SLOW,         /* from now on each reply of the connection takes PROXY_SLOW_MS */
};

enum { PROXY_SLOW_MS = 200 };

struct proxy;

/* Listens in a folder of its own, for one connection at a time; passes on to PGTMP's server. */
struct proxy *proxy_new(void);
void proxy_free(struct proxy *proxy);
/* The folder, to be used as host. */
const char *proxy_host(const struct proxy *proxy);
/* What happens to the next request that contains the bytes. */
void proxy_set(struct proxy *proxy, enum proxy_fault fault, const char *bytes);

#endif
