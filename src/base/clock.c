#include <config.h>

#include "base/clock.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

enum { DAY_S = 86400, MILLISECOND_US = 1000 };

struct instant
clock_system(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (struct instant){now.tv_sec * SECOND_US + now.tv_nsec / 1000};
}

int64_t
clock_monotonic_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* A day of the proleptic Gregorian calendar. */
struct date {
	int64_t year;
	int month; /* 1 to 12 */
	int day;   /* 1 to 31 */
};

/* Like a / b, but rounded down, so that times before 1970 fall into the right day. */
static int64_t
divide_down(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/*
 * Days since 1970-01-01. Years begin in March here: the leap day is then the
 * last day of a year, and 400 years are always 146097 days.
 */
static int64_t
days_of(struct date date)
{
	int64_t year = date.month > 2 ? date.year : date.year - 1;
	int64_t era = divide_down(year, 400);
	int64_t year_of_era = year - era * 400;
	int64_t month = date.month > 2 ? date.month - 3 : date.month + 9;
	int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

static struct date
date_of(int64_t days)
{
	int64_t shifted = days + 719468;
	int64_t era = divide_down(shifted, 146097);
	int64_t day_of_era = shifted - era * 146097;
	int64_t year =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * day_of_year + 2) / 153;
	struct date date;

	date.day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	date.month = (int)(month < 10 ? month + 3 : month - 9);
	date.year = era * 400 + year + (date.month <= 2);
	return date;
}

/* count decimal digits, with zeros in front. */
static char *
put_digits(char *out, int64_t value, int count)
{
	for (int i = count - 1; i >= 0; i--) {
		out[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return out + count;
}

const char *
instant_text(char buf[INSTANT_TEXT_MAX], struct instant t)
{
	int64_t days = divide_down(t.us, DAY_S * SECOND_US);
	int64_t ms = (t.us - days * DAY_S * SECOND_US) / 1000;
	struct date date = date_of(days);
	/* 64 bits of microseconds reach from year -290308 to 294247. */
	int64_t year = date.year < 0 ? -date.year : date.year;
	char *out = buf;

	if (date.year < 0)
		*out++ = '-';
	out = put_digits(out, year, year > 9999 ? 6 : 4);
	*out++ = '-';
	out = put_digits(out, date.month, 2);
	*out++ = '-';
	out = put_digits(out, date.day, 2);
	*out++ = 'T';
	out = put_digits(out, ms / 3600000, 2);
	*out++ = ':';
	out = put_digits(out, ms / 60000 % 60, 2);
	*out++ = ':';
	out = put_digits(out, ms / 1000 % 60, 2);
	*out++ = '.';
	out = put_digits(out, ms % 1000, 3);
	memcpy(out, "Z", 2);
	return buf;
}

/* Read exactly count digits and step over them; -1 if there are fewer. */
static int
digits(const char **text, int count)
{
	int value = 0;

	for (int i = 0; i < count; i++) {
		char c = (*text)[i];

		if (c < '0' || c > '9')
			return -1;
		value = value * 10 + (c - '0');
	}
	*text += count;
	return value;
}

static bool
expect(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

static bool
parse_date(const char **text, struct date *date)
{
	static const char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap;

	date->year = digits(text, 4);
	if (date->year < 1 || !expect(text, '-'))
		return false;
	date->month = digits(text, 2);
	if (date->month < 1 || date->month > 12 || !expect(text, '-'))
		return false;
	date->day = digits(text, 2);
	leap = date->year % 4 == 0 && (date->year % 100 != 0 || date->year % 400 == 0);
	return date->day >= 1 &&
	       date->day <= lengths[date->month - 1] + (date->month == 2 && leap ? 1 : 0);
}

/* "hh:mm" in minutes; -1 if it is not valid. */
static int
parse_minutes(const char **text)
{
	int hour = digits(text, 2);
	int minute;

	if (hour < 0 || hour > 23 || !expect(text, ':'))
		return -1;
	minute = digits(text, 2);
	return minute < 0 || minute > 59 ? -1 : hour * 60 + minute;
}

/* ".123456789"; digits beyond microseconds are ignored. span is the precision in microseconds. */
static bool
parse_fraction(const char **text, int64_t *us, int64_t *span)
{
	int64_t unit = SECOND_US / 10;
	int count = 0;

	*us = 0;
	*span = SECOND_US;
	if (!expect(text, '.'))
		return true;
	for (; **text >= '0' && **text <= '9'; (*text)++, count++) {
		*us += (**text - '0') * unit;
		unit /= 10;
	}
	*span = count <= 3 ? MILLISECOND_US : 1;
	return count >= 1 && count <= 9;
}

static bool
parse_offset(const char **text, int *minutes)
{
	int sign = **text == '-' ? -1 : 1;

	*minutes = 0;
	if (expect(text, 'Z') || expect(text, 'z'))
		return true;
	if (!expect(text, '+') && !expect(text, '-'))
		return false;
	*minutes = parse_minutes(text);
	if (*minutes < 0)
		return false;
	*minutes *= sign;
	return true;
}

static struct moment
moment_of(int64_t first, int64_t span)
{
	return (struct moment){true, {first}, {first + span - 1}};
}

bool
moment_parse(struct moment *out, const char *text)
{
	struct date date;
	int64_t first;
	int64_t span;
	int64_t us;
	int minutes;
	int seconds;
	int offset;

	if (!parse_date(&text, &date))
		return false;
	first = days_of(date) * DAY_S * SECOND_US;
	if (*text == '\0') {
		*out = moment_of(first, DAY_S * SECOND_US);
		return true;
	}
	if (!expect(&text, 'T') && !expect(&text, 't') && !expect(&text, ' '))
		return false;
	minutes = parse_minutes(&text);
	if (minutes < 0 || !expect(&text, ':'))
		return false;
	seconds = digits(&text, 2);
	if (seconds < 0 || seconds > 59 || !parse_fraction(&text, &us, &span) ||
	    !parse_offset(&text, &offset) || *text != '\0')
		return false;
	first += ((int64_t)(minutes - offset) * 60 + seconds) * SECOND_US + us;
	*out = moment_of(first, span);
	return true;
}

bool
instant_parse(struct instant *out, const char *text)
{
	struct moment moment;

	if (!moment_parse(&moment, text))
		return false;
	*out = moment.first;
	return true;
}

struct moment
moment_at(struct instant t)
{
	return (struct moment){true, t, t};
}
