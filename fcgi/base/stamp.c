/*
 * stamp.c -- instants and days as text and back.
 *
 * Days are counted from 0000-03-01, so that the leap day is the last of its
 * year (the method of Howard Hinnant's "chrono-compatible date algorithms").
 * Digits are set by hand: every row carries several of these texts.
 */
#include "stamp.h"

#define DAY 86400
#define YEAR_ONE INT64_C(-62135596800)     /* 0001-01-01 00:00:00 */
#define YEAR_9999_END INT64_C(253402300799) /* 9999-12-31 23:59:59 */

bool
civil_ok(const struct civil *c)
{
	static const signed char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = c->year % 4 == 0 && (c->year % 100 != 0 || c->year % 400 == 0);

	if (c->year < 1 || c->year > 9999 || c->month < 1 || c->month > 12)
		return false;
	if (c->day < 1 || c->day > days[c->month - 1] + (c->month == 2 && is_leap))
		return false;
	return c->hour >= 0 && c->hour < 24 && c->minute >= 0 && c->minute < 60 &&
	    c->second >= 0 && c->second < 60;
}

int64_t
civil_to_stamp(const struct civil *c)
{
	int64_t y = c->year - (c->month <= 2), era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year =
	    (153 * (c->month + (c->month > 2 ? -3 : 9)) + 2) / 5 + c->day - 1;
	int64_t day_of_era =
	    year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	int64_t days = era * 146097 + day_of_era - 719468;

	return days * DAY + c->hour * 3600 + c->minute * 60 + c->second;
}

/* Beyond the years 1 to 9999: the nearest instant within them. */
struct civil
civil_from_stamp(int64_t t)
{
	int64_t days, era, day_of_era, year_of_era, day_of_year, month;
	int rest;
	struct civil c;

	if (t < YEAR_ONE)
		t = YEAR_ONE;
	if (t > YEAR_9999_END)
		t = YEAR_9999_END;
	days = t / DAY - (t % DAY < 0);
	rest = (int)(t - days * DAY);
	days += 719468; /* positive from here: the year 1 is after 0000-03-01 */
	era = days / 146097;
	day_of_era = days % 146097;
	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
	    day_of_era / 146096) / 365;
	day_of_year =
	    day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	month = (5 * day_of_year + 2) / 153;
	c.day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	c.month = (int)(month < 10 ? month + 3 : month - 9);
	c.year = (int)(year_of_era + era * 400 + (c.month <= 2));
	c.hour = rest / 3600;
	c.minute = rest / 60 % 60;
	c.second = rest % 60;
	return c;
}

/* Exactly n digits off the front. */
static bool
take_digits(struct str *s, size_t n, int *out)
{
	size_t i;
	int v = 0;

	if (s->n < n)
		return false;
	for (i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	s->p += n;
	s->n -= n;
	*out = v;
	return true;
}

static bool
take(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

static bool
take_time(struct str *s, struct civil *c)
{
	int digit;

	if (!take_digits(s, 2, &c->hour) || !take(s, ':') ||
	    !take_digits(s, 2, &c->minute))
		return false;
	if (!take(s, ':'))
		return true;
	if (!take_digits(s, 2, &c->second))
		return false;
	if (!take(s, '.'))
		return true;
	if (!take_digits(s, 1, &digit))
		return false;
	while (take_digits(s, 1, &digit))
		;
	return true;
}

static bool
take_offset(struct str *s, int *offset_min)
{
	int hours, minutes;
	bool is_west;

	*offset_min = STAMP_NO_OFFSET;
	if (s->n == 0)
		return true;
	if (take(s, 'Z')) {
		*offset_min = 0;
		return true;
	}
	is_west = s->p[0] == '-';
	if (!take(s, '-') && !take(s, '+'))
		return false;
	if (!take_digits(s, 2, &hours) || !take(s, ':') || !take_digits(s, 2, &minutes))
		return false;
	if (hours > 14 || minutes > 59)
		return false;
	*offset_min = (hours * 60 + minutes) * (is_west ? -1 : 1);
	return true;
}

bool
stamp_parse(struct str s, struct civil *out, bool *has_time, int *offset_min)
{
	struct civil c = { 0 };
	int offset;
	bool timed;

	if (!s.p || !take_digits(&s, 4, &c.year) || !take(&s, '-') ||
	    !take_digits(&s, 2, &c.month) || !take(&s, '-') ||
	    !take_digits(&s, 2, &c.day))
		return false;
	timed = take(&s, 'T') || take(&s, ' ');
	if (timed && !take_time(&s, &c))
		return false;
	if (!take_offset(&s, &offset) || s.n || !civil_ok(&c))
		return false;
	*out = c;
	*has_time = timed;
	*offset_min = offset;
	return true;
}

static char *
put(char *p, int v, int digits)
{
	int i;

	for (i = digits - 1; i >= 0; i--, v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + digits;
}

/* dash: between the parts of the date, 0 for none; sep: before the time. */
static char *
fmt(const struct civil *c, char dash, char sep, char out[STAMP_TEXT])
{
	char *p = put(out, c->year, 4);

	if (dash)
		*p++ = dash;
	p = put(p, c->month, 2);
	if (dash)
		*p++ = dash;
	p = put(p, c->day, 2);
	*p++ = sep;
	p = put(p, c->hour, 2);
	*p++ = ':';
	p = put(p, c->minute, 2);
	*p++ = ':';
	p = put(p, c->second, 2);
	*p = '\0';
	return p;
}

char *
stamp_iso(int64_t t, char out[STAMP_TEXT])
{
	struct civil c = civil_from_stamp(t);
	char *end = fmt(&c, '-', 'T', out);

	end[0] = 'Z';
	end[1] = '\0';
	return out;
}

char *
stamp_compact(int64_t t, char out[STAMP_TEXT])
{
	struct civil c = civil_from_stamp(t);

	fmt(&c, 0, ' ', out);
	return out;
}

char *
stamp_sql(int64_t t, char out[STAMP_TEXT])
{
	struct civil c = civil_from_stamp(t);

	return civil_sql(&c, out);
}

char *
civil_sql(const struct civil *c, char out[STAMP_TEXT])
{
	fmt(c, '-', ' ', out);
	return out;
}

uint64_t
stamp_ticks(int64_t unix_seconds, long nanoseconds)
{
	return (uint64_t)(unix_seconds - YEAR_ONE) * UINT64_C(10000000) +
	    (uint64_t)nanoseconds / 100;
}
