/* exposition.h - samples in the text format of Prometheus, version 0.0.4. */
#ifndef BIN_EXPOSITION_H
#define BIN_EXPOSITION_H

#include <stdint.h>
#include <stdio.h>

enum { LABELS_MAX = 5 };

struct label {
	const char *name;
	const char *value;
};

/* The labels of a sample, up to one without name. */
struct labels {
	struct label list[LABELS_MAX + 1];
};

/* The head of a metric; its samples follow. type is counter, gauge or histogram. */
void exposition_head(FILE *out, const char *name, const char *type, const char *help);
/* A sample; the suffix follows the name. A value is a number in decimal digits. */
void exposition_text(FILE *out, const char *name, const char *suffix, const struct labels *labels,
		     const char *value);
void exposition_integer(FILE *out, const char *name, const char *suffix,
			const struct labels *labels, int64_t value);
/* Nanoseconds, or any number with so many decimals, as a decimal fraction. */
void exposition_fraction(FILE *out, const char *name, const char *suffix,
			 const struct labels *labels, int64_t value, int decimals);
/* A number with so many decimals, without the zeros at its end. */
enum { FRACTION_MAX = 32 };
const char *fraction_text(char buf[FRACTION_MAX], int64_t value, int decimals);
/* The labels with one more. */
struct labels labels_with(const struct labels *labels, const char *name, const char *value);

#endif
