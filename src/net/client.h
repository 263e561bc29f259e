/* client.h - identifies clients whose calls or failures are counted by address. */
#ifndef NET_CLIENT_H
#define NET_CLIENT_H

struct arena;

/* An IPv6 customer owns a /64, so that is one client, in any notation; else the address. */
const char *client_group(struct arena *arena, const char *address);

#endif
