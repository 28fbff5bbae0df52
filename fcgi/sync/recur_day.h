/*
 * recur_day.h -- days of the calendar, and what the files recur*.c share beyond recur.h.
 *
 * A day is its number since 1970-01-01; a weekday counts from Sunday = 0.
 */
#ifndef SYNC_RECUR_DAY_H
#define SYNC_RECUR_DAY_H

#include "recur.h"

#define DAY 86400

static inline bool
is_leap_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static inline int
month_length(int year, int month)
{
	static const signed char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap_year(year));
}

static inline int64_t
day_of(int year, int month, int day)
{
	return civil_to_stamp(&(struct civil){ .year = year, .month = month, .day = day }) /
	    DAY;
}

static inline int64_t
day_of_stamp(int64_t t)
{
	return t / DAY - (t % DAY < 0);
}

static inline int
weekday_of(int64_t day)
{
	return (int)(((day + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

/* The first day of the week in which a day lies. */
static inline int64_t
week_of(int64_t day, int week_start)
{
	return day - (weekday_of(day) - week_start + 7) % 7;
}

static inline bool
set_is_empty(const struct recur_set *s)
{
	uint64_t any = 0;

	for (int i = 0; i < 6; i++)
		any |= s->on[i] | s->back[i];
	return !any;
}

static inline bool
bit_is_on(const uint64_t *bits, int n)
{
	return bits[n / 64] >> (n % 64) & 1;
}

static inline void
bit_set(uint64_t *bits, int n)
{
	bits[n / 64] |= UINT64_C(1) << (n % 64);
}

/* n of a series of `of`, counted from both ends. */
static inline bool
set_has(const struct recur_set *s, int n, int of)
{
	return bit_is_on(s->on, n) || bit_is_on(s->back, of + 1 - n);
}

/* BYDAY stands there, with numbers: */
static inline bool
recur_has_nth(const struct recur *r)
{
	uint64_t any = 0;

	for (int i = 0; i < 7; i++)
		any |= r->nth[i] | r->nth_back[i];
	return any;
}

/* What DTSTART says where the rule is silent (RFC 5545 3.3.10, the last paragraphs). */
void recur_imply(struct recur *r, const struct civil *start);

/* The months that a MONTHLY or YEARLY rule comes to, as bits 1..12. */
unsigned recur_months(const struct recur *r, const struct civil *start);
/* Days of the shortest (of February 28) and the longest (29) of those months. */
void recur_lengths(unsigned months, int *shortest, int *longest);

/*
 * The next day of the rule, not before DTSTART, COUNT counted and UNTIL only roughly
 * heeded: most of the time of recur_next goes into time zones.
 */
bool recur_next_day(struct recur_walk *w, int64_t *day);
/* Skip to the period of that day where COUNT allows it; never goes back. */
void recur_seek_day(struct recur_walk *w, int64_t day);
/* At the begin of a walk: skip to the period of the last of COUNT, if the rule is so regular. */
void recur_seek_last(struct recur_walk *w);
/* The start of the instance on a day; false: UNTIL is over. */
bool recur_at_day(const struct series *s, int64_t day, struct civil *local, int64_t *utc);

enum moment { MOMENT_NONE, MOMENT_DATE, MOMENT_LOCAL, MOMENT_INSTANT };

/*
 * 20260406, 20260406T070000[Z], and as stamp_parse reads it. *t: of a date and a local
 * time as if they were UTC.
 */
enum moment recur_moment(struct str s, int64_t *t);

#endif
