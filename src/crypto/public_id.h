/* public_id.h - the ids of Drop: "<prefix>_<16 lower-case hexadecimal digits>". */
#ifndef CRYPTO_PUBLIC_ID_H
#define CRYPTO_PUBLIC_ID_H

#include <stdbool.h>

struct arena;

/* A random one; 64 bits, so its column needs a unique key. */
const char *drop_id_new(struct arena *arena, const char *prefix);
/* Whether a text from a path is such an id with this prefix: "tx_rem", "cmp". */
bool drop_id_valid(const char *text, const char *prefix);

#endif
