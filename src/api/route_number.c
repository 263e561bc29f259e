#include "api/route_number.h"

#include <stdlib.h>

#include "api/dialect.h"

size_t
route_number_of(const struct dialect *dialect)
{
	size_t n = 0;

	while (dialects[n] != NULL && dialects[n] != dialect)
		n++;
	return n;
}

/* Fill the list, unless it is NULL; returns how many there are. */
static size_t
list_all(struct numbered_route *list)
{
	size_t n = 0;

	for (; dialects[n] != NULL; n++)
		if (list != NULL)
			list[n] = (struct numbered_route){.dialect = dialects[n]};
	for (size_t d = 0; dialects[d] != NULL; d++)
		for (size_t g = 0; dialects[d]->groups[g] != NULL; g++)
			for (const struct route *r = dialects[d]->groups[g]; r->path != NULL; r++) {
				if (list != NULL)
					list[n] = (struct numbered_route){dialects[d], r};
				n++;
			}
	return n;
}

size_t
route_number_count(void)
{
	return list_all(NULL);
}

struct numbered_route *
route_number_list(void)
{
	struct numbered_route *list = calloc(route_number_count(), sizeof(*list));

	if (list != NULL)
		(void)list_all(list);
	return list;
}

static uint64_t
fingerprint(void)
{
	uint64_t print = METRICS_FINGERPRINT;

	for (size_t d = 0; dialects[d] != NULL; d++) {
		print = metrics_fingerprint(print, dialects[d]->name);
		for (size_t g = 0; dialects[d]->groups[g] != NULL; g++)
			for (const struct route *r = dialects[d]->groups[g]; r->path != NULL; r++)
				print = metrics_fingerprint(
					metrics_fingerprint(print, method_text(r->method)),
					r->path);
	}
	return print;
}

struct metrics_options
route_number_options(const char *folder, enum metric_program program)
{
	return (struct metrics_options){
		.folder = folder,
		.routes = route_number_count(),
		.routes_fingerprint = fingerprint(),
		.program = program,
	};
}
