#include "net/client.h"

#include <arpa/inet.h>

#include "base/arena.h"
#include "base/text.h"

const char *
client_group(struct arena *arena, const char *address)
{
	struct in6_addr parsed;

	if (inet_pton(AF_INET6, address, &parsed) != 1 || IN6_IS_ADDR_V4MAPPED(&parsed))
		return address;
	return hex_encode(arena, &parsed, 8);
}
