/* corridor.h - the countries that money can be sent to. */
#ifndef APP_REMITTANCE_CORRIDOR_H
#define APP_REMITTANCE_CORRIDOR_H

#include <stdbool.h>
#include <stddef.h>

struct corridor {
	const char *country;  /* "RS" */
	const char *name;     /* "Serbia" */
	const char *currency; /* its own; EUR is taken everywhere */
	size_t iban_length;
	const char *delivery; /* how long it takes */
};

/* NULL: nothing can be sent there. */
const struct corridor *corridor_find(const char *country);
bool corridor_takes(const struct corridor *corridor, const char *currency);

/* The name of a country that a payment went to: Norway, or one of the above. */
const char *corridor_country_name(const char *country);

/* What can be received, anywhere; ends with NULL. */
extern const char *const corridor_currencies[];

#endif
