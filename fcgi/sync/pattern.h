/*
 * pattern.h -- the recurrence patterns that Outlook knows, from and to RRULE.
 *
 * Exactly what RecurrenceData can say (MS-OUTSPS 2.2.4.4); its text is in
 * front/lists/pattern_xml.h.
 */
#ifndef SYNC_PATTERN_H
#define SYNC_PATTERN_H

#include "recur.h"

enum pattern_kind {
	PATTERN_DAILY,          /* every frequency-th day, or from Monday to Friday */
	PATTERN_WEEKLY,         /* on days, every frequency-th week */
	PATTERN_MONTHLY,        /* on the day of every frequency-th month */
	PATTERN_MONTHLY_BY_DAY, /* on the nth of days of every frequency-th month */
	PATTERN_YEARLY,         /* on the day of the month of every frequency-th year */
	PATTERN_YEARLY_BY_DAY,  /* on the nth of days of the month ... */
	PATTERN__MAX
};

enum pattern_end { PATTERN_FOREVER, PATTERN_COUNT, PATTERN_UNTIL };

/* bits of days beyond Sunday (0) to Saturday (6); weekly knows none of them */
#define PATTERN_DAY (1u << 7)         /* any day */
#define PATTERN_WEEKDAY (1u << 8)     /* Monday to Friday */
#define PATTERN_WEEKEND_DAY (1u << 9)
#define PATTERN_LAST 5                /* nth */
#define PATTERN_FREQUENCY_MAX RECUR_INTERVAL_MAX
#define PATTERN_COUNT_MAX RECUR_COUNT_MAX

struct pattern {
	enum pattern_kind kind;
	int frequency;      /* 1 at least */
	bool is_workdays;   /* daily only: Monday to Friday; frequency does not count */
	unsigned days;      /* weekly, by day */
	int nth;            /* by day: 1..4, PATTERN_LAST */
	int day;            /* monthly, yearly: 1..31; shorter months: their last day */
	int month;          /* yearly, yearly by day: 1..12 */
	int first_day;      /* of the week, 0..6 */
	enum pattern_end end;
	int count;
	int64_t until;      /* instances that start later are none */
	bool until_is_local;/* its text had no zone: wall clock, kept as if UTC */
};

/*
 * Within bounds, and together possible (day 31 of April is not). False with a
 * sentence that lasts for ever.
 */
WARN_UNUSED bool pattern_check(const struct pattern *p, const char **why);
/* They say the same, unused members left out. */
bool pattern_eq(const struct pattern *a, const struct pattern *b);
/* Outlook 2003 does not know it (MS-OUTSPS: V3RecurrencePattern). */
bool pattern_is_v3(const struct pattern *p);

/*
 * p has passed pattern_check. Days 29 to 31 are clipped to the length of the month:
 * BYMONTHDAY=28,29,30,31;BYSETPOS=-1. An all-day series wants recur_until_as_date then.
 */
void pattern_to_recur(const struct pattern *p, struct recur *out);

/*
 * The pattern with the same instances. EventDate must then be recur_first's, COUNT is
 * kept right. until is the end of the last instance, still on the day on which it starts.
 * False: Outlook has no such pattern (why: a sentence that lasts for ever), or the rule never
 * occurs. Nothing is approximated: BYMONTHDAY=31, which leaves out short months, is
 * none of Outlook's patterns, because day 31 there means the last day.
 */
WARN_UNUSED bool pattern_of_recur(
    const struct series *s, struct pattern *out, const char **why);

#endif
