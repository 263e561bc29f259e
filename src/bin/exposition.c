#include "bin/exposition.h"

#include <stdbool.h>
#include <string.h>

void
exposition_head(FILE *out, const char *name, const char *type, const char *help)
{
	(void)fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
put_value(FILE *out, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\\' || *value == '"')
			(void)fputc('\\', out);
		if (*value == '\n')
			(void)fputs("\\n", out);
		else
			(void)fputc(*value, out);
	}
}

static void
put_labels(FILE *out, const struct labels *labels)
{
	char before = '{';

	for (const struct label *l = labels->list; l->name != NULL; l++) {
		(void)fprintf(out, "%c%s=\"", before, l->name);
		put_value(out, l->value);
		(void)fputc('"', out);
		before = ',';
	}
	if (before == ',')
		(void)fputc('}', out);
}

void
exposition_text(FILE *out, const char *name, const char *suffix, const struct labels *labels,
		const char *value)
{
	(void)fprintf(out, "%s%s", name, suffix);
	put_labels(out, labels);
	(void)fprintf(out, " %s\n", value);
}

void
exposition_integer(FILE *out, const char *name, const char *suffix, const struct labels *labels,
		   int64_t value)
{
	char text[FRACTION_MAX];

	exposition_text(out, name, suffix, labels, fraction_text(text, value, 0));
}

/* The digits are written from the last one; trailing zeros of the fraction are skipped. */
const char *
fraction_text(char buf[FRACTION_MAX], int64_t value, int decimals)
{
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
	char digits[FRACTION_MAX];
	size_t at = FRACTION_MAX - 1;
	bool fraction = false;

	digits[at] = '\0';
	for (int i = 0; i < decimals || rest > 0 || i == decimals; i++) {
		char digit = (char)('0' + rest % 10);

		if (i == decimals && fraction)
			digits[--at] = '.';
		fraction = fraction || (i < decimals && digit != '0');
		if (i >= decimals || fraction)
			digits[--at] = digit;
		rest /= 10;
	}
	if (value < 0)
		digits[--at] = '-';
	memcpy(buf, digits + at, FRACTION_MAX - at);
	return buf;
}

void
exposition_fraction(FILE *out, const char *name, const char *suffix, const struct labels *labels,
		    int64_t value, int decimals)
{
	char text[FRACTION_MAX];

	exposition_text(out, name, suffix, labels, fraction_text(text, value, decimals));
}

struct labels
labels_with(const struct labels *labels, const char *name, const char *value)
{
	struct labels more = *labels;
	size_t n = 0;

	while (n < LABELS_MAX - 1 && more.list[n].name != NULL)
		n++;
	more.list[n] = (struct label){name, value};
	more.list[n + 1].name = NULL;
	return more;
}
