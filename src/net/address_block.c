#include "net/address_block.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { IPV4_BITS = 32, IPV6_BITS = 128, MAPPED_BITS = 96 };

static const unsigned char mapped[16] = {[10] = 0xff, [11] = 0xff};

bool
address_bits_equal(const unsigned char *a, const unsigned char *b, unsigned bits)
{
	unsigned rest = bits % 8;
	size_t whole = bits / 8;
	unsigned mask = 0xffU << (8 - rest) & 0xffU;

	return memcmp(a, b, whole) == 0 && (rest == 0 || ((a[whole] ^ b[whole]) & mask) == 0);
}

/* A length as it is usually written: without sign and leading zeros. */
static bool
read_bits(const char *text, unsigned most, unsigned *bits)
{
	size_t digits = strspn(text, "0123456789");
	unsigned value = 0;

	if (digits < 1 || digits > 3 || text[digits] != '\0' || (digits > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (unsigned)(text[i] - '0');
	*bits = value;
	return value <= most;
}

static bool
read_address(struct address_block *out, const char *text, size_t length)
{
	char address[INET6_ADDRSTRLEN];

	if (length >= sizeof(address))
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	*out = (struct address_block){.ipv4 = true};
	if (inet_pton(AF_INET, address, out->address) == 1)
		return true;
	*out = (struct address_block){.ipv4 = false};
	return inet_pton(AF_INET6, address, out->address) == 1;
}

static void
clear_rest(unsigned char address[16], unsigned bits)
{
	for (unsigned bit = bits; bit < IPV6_BITS; bit++)
		address[bit / 8] &= (unsigned char)~(0x80U >> bit % 8);
}

static void
unmap(struct address_block *block)
{
	if (block->ipv4 || block->bits < MAPPED_BITS ||
	    !address_bits_equal(block->address, mapped, MAPPED_BITS))
		return;
	block->ipv4 = true;
	block->bits -= MAPPED_BITS;
	memcpy(block->address, block->address + MAPPED_BITS / 8, IPV4_BITS / 8);
	clear_rest(block->address, IPV4_BITS);
}

const char *
address_block_parse(struct address_block *out, const char *text)
{
	size_t length = strcspn(text, "/");
	unsigned char first[16];
	unsigned most;

	if (!read_address(out, text, length))
		return "must be an IPv4 or IPv6 address, or a range such as 192.0.2.0/24";
	most = out->ipv4 ? IPV4_BITS : IPV6_BITS;
	out->bits = most;
	if (text[length] == '/' && !read_bits(text + length + 1, most, &out->bits))
		return out->ipv4 ? "must have a number from 0 to 32 after the slash"
				 : "must have a number from 0 to 128 after the slash";
	memcpy(first, out->address, sizeof(first));
	clear_rest(first, out->bits);
	if (memcmp(first, out->address, sizeof(first)) != 0)
		return "must be the first address of its range: all bits after the prefix are zero";
	unmap(out);
	return NULL;
}

const char *
address_block_text(char out[ADDRESS_BLOCK_TEXT_MAX], const struct address_block *block)
{
	char address[INET6_ADDRSTRLEN];
	bool single = block->bits == (block->ipv4 ? IPV4_BITS : IPV6_BITS);

	if (inet_ntop(block->ipv4 ? AF_INET : AF_INET6, block->address, address, sizeof(address)) ==
	    NULL)
		address[0] = '\0'; /* it has room for all addresses */
	(void)snprintf(out, ADDRESS_BLOCK_TEXT_MAX, single ? "%s" : "%s/%u", address, block->bits);
	return out;
}

bool
address_block_holds(const struct address_block *outer, const struct address_block *inner)
{
	return outer->ipv4 == inner->ipv4 && outer->bits <= inner->bits &&
	       address_bits_equal(outer->address, inner->address, outer->bits);
}
