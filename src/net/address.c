#include "base/attributes.h"
#include "net/address_block.h"
#include "net/http.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* An address block: its first bits. */
struct block {
	unsigned char address[16];
	unsigned bits;
};

/* IPv4 blocks that are not, or not simply, public addresses (IANA's registry, RFC 6890). */
static const struct block special_ipv4[] = {
	{{0}, 8},
	{{10}, 8},
	{{100, 64}, 10},
	{{127}, 8},
	{{169, 254}, 16},
	{{172, 16}, 12},
	{{192, 0, 0}, 24},
	{{192, 0, 2}, 24},
	{{192, 88, 99}, 24},
	{{192, 168}, 16},
	{{198, 18}, 15},
	{{198, 51, 100}, 24},
	{{203, 0, 113}, 24},
	{{224}, 4},
	{{240}, 4},
};

/* The only allocated part of IPv6, and its exceptions. */
static const struct block global_ipv6 = {{0x20}, 3};
static const struct block special_ipv6[] = {
	{{0x20, 0x01, 0x00}, 23},       /* protocols, Teredo among them */
	{{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
	{{0x3f, 0xff, 0x00}, 20},       /* documentation */
};

/* IPv6 forms of IPv4 addresses, and the offset of the latter. */
static const struct {
	struct block block;
	size_t at;
} carriers[] = {
	{{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12}, /* mapped */
	{{{0x00, 0x64, 0xff, 0x9b}, 96}, 12},                   /* NAT64 */
	{{{0x20, 0x02}, 16}, 2},                                /* 6to4 */
};

static bool
is_within(const unsigned char *address, const struct block *block)
{
	return address_bits_equal(address, block->address, block->bits);
}

static bool
ipv4_is_public(const unsigned char *address)
{
	for (size_t i = 0; i < COUNT(special_ipv4); i++)
		if (is_within(address, &special_ipv4[i]))
			return false;
	return true;
}

static bool
ipv6_is_public(const unsigned char *address)
{
	for (size_t i = 0; i < COUNT(carriers); i++)
		if (is_within(address, &carriers[i].block))
			return ipv4_is_public(address + carriers[i].at);
	for (size_t i = 0; i < COUNT(special_ipv6); i++)
		if (is_within(address, &special_ipv6[i]))
			return false;
	return is_within(address, &global_ipv6);
}

bool
http_address_is_public(const void *sockaddr)
{
	struct sockaddr_in6 ipv6;
	struct sockaddr_in ipv4;
	sa_family_t family;

	/* The address need not be aligned for its type. */
	memcpy(&family, (const char *)sockaddr + offsetof(struct sockaddr, sa_family),
	       sizeof(family));
	if (family == AF_INET) {
		memcpy(&ipv4, sockaddr, sizeof(ipv4));
		return ipv4_is_public((const unsigned char *)&ipv4.sin_addr);
	}
	if (family == AF_INET6) {
		memcpy(&ipv6, sockaddr, sizeof(ipv6));
		return ipv6_is_public(ipv6.sin6_addr.s6_addr);
	}
	return false;
}
