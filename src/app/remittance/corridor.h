/* corridor.h - destination countries of remittances. */
#ifndef APP_REMITTANCE_CORRIDOR_H
#define APP_REMITTANCE_CORRIDOR_H

#include <stdbool.h>
#include <stddef.h>

struct corridor {
	const char *country;  /* "RS" */
	const char *name;     /* "Serbia" */
	const char *currency; /* its own; EUR is always supported */
	size_t iban_length;
	const char *delivery; /* time to arrival */
};

/* NULL: not supported. */
const struct corridor *corridor_find(const char *country);
bool corridor_takes(const struct corridor *corridor, const char *currency);

/* The name of the destination country of a payment: Norway, or one of the above. */
const char *corridor_country_name(const char *country);

/* All destination currencies; ends with NULL. */
extern const char *const corridor_currencies[];

#endif
