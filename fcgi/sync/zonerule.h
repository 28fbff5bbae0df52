/*
 * zonerule.h -- a time zone that changes its clocks by the same rule in every
 * year, as Outlook knows zones; and a wall clock that is either kind of zone.
 *
 * Weekdays here and in recur.h count from Sunday = 0.
 */
#ifndef SYNC_ZONERULE_H
#define SYNC_ZONERULE_H

#include "zone.h"

#define TURN_LAST 5 /* week of a turn: the last such weekday of the month */

struct zone_turn { /* when the clocks change, read off the clocks as they stand before it */
	int month;   /* 1..12 */
	int date;    /* 1..31: that day of the month (clipped to its length); 0: by weekday */
	int weekday; /* 0..6, if date is 0 */
	int week;    /* 1..4, TURN_LAST, if date is 0 */
	int second;  /* of the day, 0..86399 */
};

/* Zeroed: UTC. Signs as in SharePoint: UTC = local time + bias. */
struct zone_rule {
	int bias;          /* minutes; Berlin -60 */
	int daylight_bias; /* added to bias in summer, usually -60; 0: the clocks never change */
	struct zone_turn standard, daylight; /* begin of standard, of summer time */
};

/*
 * The rule of a zone in that year (of its local time). Right for every instant
 * of the year in which the clocks change twice or not at all. Where they changed
 * once, for good: the time that holds at the end of the year. More often
 * (Morocco before 2019): the first change to summer, the last one from it.
 * A change that weekdays and dates both explain is told by the years around.
 * The result holds for that year only where zones have no rule: the clocks of
 * Africa/Casablanca follow the moon.
 */
void zone_rule_of(const struct zone *z, int year, struct zone_rule *out);

/* The same rule; without summer time the turns do not count. */
bool zone_rule_eq(const struct zone_rule *a, const struct zone_rule *b);

/* Seconds east of UTC at that instant. */
int zone_rule_offset(const struct zone_rule *r, int64_t t);
/* As zone_to_utc: an ambiguous hour is the earlier instant, a gap moves forward. */
int64_t zone_rule_to_utc(const struct zone_rule *r, const struct civil *local);
struct civil zone_rule_from_utc(const struct zone_rule *r, int64_t t);

/*
 * The IANA name of a zone whose clocks do in that year and the next what the
 * rule says (a minute of difference allowed: Windows writes 23:59:59 for 24:00).
 * first_choice (may be NULL) is asked first, then a table of common zones.
 * Borrowed; NULL when none fits. Reads files of tzdata: not for every row.
 */
const char *zone_rule_name(
    const struct zone_rule *r, const char *first_choice, int year);

/* One of the two, or neither: UTC, which is also how floating dates (all-day) are kept. */
struct wall {
	const struct zone *zone;
	const struct zone_rule *rule;
};

int64_t wall_to_utc(const struct wall *w, const struct civil *local);
struct civil wall_from_utc(const struct wall *w, int64_t t);

#endif
