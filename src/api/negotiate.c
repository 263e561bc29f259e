#include "api/negotiate.h"

#include <string.h>
#include <strings.h>

/* Specificity of a media range for a type: 3 exact, 2 for "text/<any>", 1 for any, 0 for no
 * match. */
static int
fit(const char *range, size_t length, const char *type)
{
	size_t main = strcspn(type, "/") + 1;

	if (length == strlen(type) && strncasecmp(range, type, length) == 0)
		return 3;
	if (length == main + 1 && range[main] == '*' && strncasecmp(range, type, main) == 0)
		return 2;
	return length == 3 && strncmp(range, "*/*", 3) == 0 ? 1 : 0;
}

/* The weight of a range in thousandths: "q=0.5" among its parameters, 1000 without. */
static int
weight(const char *parameters, size_t length)
{
	const char *end = parameters + length;

	for (const char *p = parameters; p + 2 < end; p++) {
		int thousandths = 0;
		int unit = 100;

		if ((p[0] != 'q' && p[0] != 'Q') || p[1] != '=' || strchr("; \t", p[-1]) == NULL)
			continue;
		if (p[2] == '1')
			return 1000;
		for (p += 4; p < end && *p >= '0' && *p <= '9'; p++, unit /= 10)
			thousandths += (*p - '0') * unit;
		return thousandths;
	}
	return 1000;
}

/* The quality of a type, in thousandths: that of the most specific range. */
static int
quality(const char *accept, const char *type)
{
	int best = 0;
	int result = 0;

	for (const char *p = accept; *p != '\0'; p += *p == ',') {
		size_t item;
		size_t range;
		int fits;

		p += strspn(p, " \t");
		item = strcspn(p, ",");
		range = strcspn(p, ",; \t");
		fits = fit(p, range, type);
		if (fits > best) {
			best = fits;
			result = weight(p + range, item - range);
		}
		p += item;
	}
	return result;
}

enum err
negotiate(struct fault *f, const char *accept, const struct rendering *renderings,
	  const struct rendering **chosen)
{
	int best;

	*chosen = NULL;
	if (accept == NULL || accept[0] == '\0')
		return ERR_OK;
	best = quality(accept, "application/json");
	for (const struct rendering *r = renderings; r->type != NULL; r++) {
		int q = quality(accept, r->type);

		if (q > best) {
			best = q;
			*chosen = r;
		}
	}
	return best > 0 ? ERR_OK : fault(f, ERR_NOT_ACCEPTABLE, NULL, NULL);
}
