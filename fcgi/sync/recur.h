/*
 * recur.h -- recurrence rules of iCalendar (RFC 5545 3.3.10): text, instances,
 * excepted dates.
 *
 * No heap: a rule is a struct of bitmaps, a walk over its instances is a struct
 * of the caller. Rules may come from anybody: numbers are bounded on reading,
 * instances end with the year RECUR_LAST_YEAR, and every function ends after a
 * bounded number of steps: some microseconds, but up to a tenth of a second for a rule
 * that never occurs (the 30th of February), so ask recur_first before you keep one.
 *
 * What RFC 5545 leaves open is decided so:
 *  - DTSTART is an instance only if it matches the rule, and COUNT counts only
 *    instances. The start to show (EventDate) is that of recur_first.
 *  - An instance has DTSTART's time of day on the wall clock. In the hour that the
 *    clocks skip it moves forward by the gap, of an hour that comes twice it is
 *    the first. Both count. (A day that a zone skipped gives its instant once.)
 *  - BYWEEKNO looks at the days of the calendar year by their week's number.
 *  - UNTIL is inclusive; a date means that whole day of the wall clock.
 */
#ifndef SYNC_RECUR_H
#define SYNC_RECUR_H

#include "arena.h"
#include "zonerule.h"

#define RECUR_LAST_YEAR 4500       /* what Outlook can show */
#define RECUR_INTERVAL_MAX 1000000
#define RECUR_COUNT_MAX 1000000
#define RECUR_TEXT_MAX 4096        /* bytes of a rule; every number named once fits */
#define EXDATE_MAX 10000           /* excepted dates of a series */

enum recur_freq { RECUR_DAILY, RECUR_WEEKLY, RECUR_MONTHLY, RECUR_YEARLY };

enum recur_end {
	RECUR_FOREVER,
	RECUR_COUNT,
	RECUR_UNTIL,       /* an instant: UNTIL=...Z */
	RECUR_UNTIL_LOCAL, /* a time on the wall clock */
	RECUR_UNTIL_DATE,  /* a day on the wall clock */
};

/* Positions from 1 on: bit n is n; back: bit n is -n. */
struct recur_set {
	uint64_t on[6], back[6]; /* up to 366 */
};

/* Zeroed members say nothing. Weekdays are bits from Sunday = bit 0. */
struct recur {
	enum recur_freq freq;
	int interval;             /* 1 at least */
	enum recur_end end;
	int count;
	int64_t until;            /* wall clock and day: as if they were UTC */
	int week_start;           /* WKST, 0..6; 1 (Monday) unless it is said */
	unsigned months;          /* bits 1..12 */
	unsigned days;            /* BYDAY without number: bits 0..6 */
	uint64_t nth[7], nth_back[7]; /* BYDAY with number, per weekday: bits 1..53 */
	struct recur_set month_days, year_days, weeks, positions;
};

/* A rule together with what it takes to have instances. */
struct series {
	struct recur rule;
	struct civil start;  /* DTSTART on the wall clock; 00:00 for all-day events */
	struct wall wall;    /* zeroed for all-day events, whose dates float */
	int64_t seconds;     /* from begin to end of an instance */
};

/* ------------------------------------------------------------------------ text */

/*
 * "RRULE:FREQ=WEEKLY;BYDAY=MO", the prefix, case and blanks left to the writer.
 * False with a sentence on the arena: what stands there, what was expected.
 * Sub-daily rules (FREQ=HOURLY, BYHOUR ...) are refused, as is what RFC 5545
 * forbids (BYWEEKNO in a MONTHLY rule, COUNT with UNTIL, a part twice ...).
 */
WARN_UNUSED bool recur_read(
    struct arena *a, struct str text, struct recur *out, const char **why);
/*
 * One text for one struct, without "RRULE:": FREQ, UNTIL or COUNT, INTERVAL, BYxxx in
 * the order of RFC 5545, WKST; lists ascending; what is the default left out.
 */
struct str recur_write(struct arena *a, const struct recur *r);
/* For an all-day series: UNTIL as a date, as RFC 5545 wants it there. */
void recur_until_as_date(struct recur *r);

/*
 * The canonical form: one for all spellings of what Outlook can say too. What DTSTART
 * implies is written out (FREQ=MONTHLY from the 5th: BYMONTHDAY=5), UNTIL is the start of
 * the last instance (a rule without instances keeps its own), WKST stands only where it
 * matters, and the rule is of the plainest kind: every Monday to Friday is WEEKLY, every
 * 14th day too, BYDAY=TU;BYSETPOS=2 is BYDAY=2TU, BYMONTHDAY=28,29,30,31;BYSETPOS=-1 is
 * BYMONTHDAY=-1, BYMONTH with one month is YEARLY. The instances stay the same.
 */
void recur_canon(const struct series *s, struct recur *out);
/* Their canonical forms are equal; the wall clock, start and end are those of s. */
bool recur_same(const struct series *s, const struct recur *other);

/* ------------------------------------------------------------------- instances */

/* All members are the walk's own. */
struct recur_walk {
	const struct series *s;
	struct recur rule;       /* with what DTSTART implies */
	int64_t start_day, last_day;
	int64_t period;          /* number of the next period, from DTSTART's on */
	int64_t from;            /* no instance before this instant */
	int64_t before;          /* the instance given last */
	int left;                /* of COUNT */
	int64_t first;           /* day of bit 0 */
	uint64_t set[6];         /* days of the current period, not yet given */
};

/* s is borrowed while the walk lasts. */
void recur_begin(struct recur_walk *w, const struct series *s);
/* The next instance, in order; false: that was all. local and utc may be NULL. */
bool recur_next(struct recur_walk *w, struct civil *local, int64_t *utc);
/* Skip to the first instance at or after t; never goes back. COUNT is kept right. */
void recur_seek(struct recur_walk *w, int64_t t);

/* The first instance; false: the rule never occurs. */
bool recur_first(const struct series *s, struct civil *local, int64_t *utc);
/* The last instance of a rule with an end; false: it has no end, or never occurs. */
bool recur_last(const struct series *s, struct civil *local, int64_t *utc);
/* An instance starts at that instant. */
bool recur_has(const struct series *s, int64_t t);
/*
 * The instance on the day (of the wall clock) on which t lies: for a client whose
 * zones differ from ours. *utc: its start.
 */
bool recur_on_day(const struct series *s, int64_t t, int64_t *utc);

/* -------------------------------------------------------------- excepted dates */

struct exdates {
	int64_t *at; /* ascending, each once; on the arena */
	size_t n;
};

/*
 * "20260406T070000Z, 2026-04-13T07:00:00Z": instants in UTC, "Z" and seconds left to the
 * writer, separated by commas, semicolons or blanks. A date alone (20260406, 2026-04-06) is
 * the instance that would start on that day of the wall clock. Empty text: none.
 * s may be NULL: a date alone is its midnight in UTC then.
 */
WARN_UNUSED bool exdate_read(struct arena *a, struct str text, const struct series *s,
    struct exdates *out, const char **why);
/* "20260406T070000Z,20260413T070000Z"; never NULL. */
struct str exdate_write(struct arena *a, const struct exdates *x);
bool exdate_has(const struct exdates *x, int64_t t);
/* False: it was there already (was not there); nothing changes then. Or EXDATE_MAX is reached. */
bool exdate_add(struct arena *a, struct exdates *x, int64_t t);
bool exdate_remove(struct exdates *x, int64_t t);
/* 20260406T070000Z, as keys and EXDATE spell an instant. */
char *exdate_stamp(int64_t t, char out[STAMP_TEXT]);

#endif
