/*
 * address_block.h - blocks of IP addresses: single ones, and ranges in the notation of CIDR.
 *
 * An IPv6 address that stands for one of IPv4 (::ffff:192.0.2.1) is the latter. Blocks of IPv6 hold no other addresses
 * of IPv4.
 */
#ifndef NET_ADDRESS_BLOCK_H
#define NET_ADDRESS_BLOCK_H

#include <stdbool.h>

#include "base/attributes.h"

struct address_block {
	unsigned char address[16]; /* of IPv4: the first four bytes */
	unsigned bits;             /* at its beginning that all addresses of the block share */
	bool ipv4;
};

enum { ADDRESS_BLOCK_TEXT_MAX = 50 };

/* NULL, or what is wrong with the text: "must …". As for PostgreSQL's cidr, no bit after the shared ones is set. */
const char *address_block_parse(struct address_block *out, const char *text) MUST_CHECK;
/* Its canonical form; of a single address without "/32" or "/128". */
const char *address_block_text(char out[ADDRESS_BLOCK_TEXT_MAX], const struct address_block *block);
/* Whether all of the inner block is in the outer one. */
bool address_block_holds(const struct address_block *outer, const struct address_block *inner);

/* Whether so many bits of both are the same. */
bool address_bits_equal(const unsigned char *a, const unsigned char *b, unsigned bits);

#endif
