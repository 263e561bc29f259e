#include "app/remittance/corridor.h"

#include "base/attributes.h"

#include <string.h>

/* Within the European Economic Area it takes less time. */
#define EEA    "1-2 business days"
#define BEYOND "2-4 business days"

static const struct corridor corridors[] = {
	{"RS", "Serbia", "RSD", 22, BEYOND}, {"BA", "Bosnia and Herzegovina", "BAM", 20, BEYOND},
	{"PL", "Poland", "PLN", 28, EEA},    {"PK", "Pakistan", "PKR", 24, BEYOND},
	{"TR", "Turkey", "TRY", 26, BEYOND},
};

const char *const corridor_currencies[] = {"RSD", "BAM", "PLN", "PKR", "TRY", "EUR", NULL};

const struct corridor *
corridor_find(const char *country)
{
	for (size_t i = 0; i < COUNT(corridors); i++)
		if (strcmp(corridors[i].country, country) == 0)
			return &corridors[i];
	return NULL;
}

bool
corridor_takes(const struct corridor *corridor, const char *currency)
{
	return strcmp(corridor->currency, currency) == 0 || strcmp(currency, "EUR") == 0;
}

const char *
corridor_country_name(const char *country)
{
	const struct corridor *corridor = corridor_find(country);

	return corridor != NULL ? corridor->name : "Norway";
}
