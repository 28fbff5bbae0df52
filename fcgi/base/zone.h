/*
 * zone.h -- time zones by their IANA name, from the system's tzdata (TZif).
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include "stamp.h"

struct zone;

/* name: "Europe/Berlin", "UTC". NULL and *e set when it is unknown or unreadable. */
struct zone *zone_open(const char *name, struct err *e);
void zone_close(struct zone **z);
const char *zone_name(const struct zone *z);

/* Seconds east of UTC at that instant. */
int zone_offset(const struct zone *z, int64_t t);
/*
 * A local time as an instant. An ambiguous hour is the earlier instant; a
 * local time that does not exist moves forward by the gap (design: 02:30 on
 * the day the clocks go forward is 03:30).
 */
int64_t zone_to_utc(const struct zone *z, const struct civil *local);
struct civil zone_from_utc(const struct zone *z, int64_t t);

struct zone_change {
	int64_t at;        /* from this instant on */
	int before, after; /* seconds east of UTC, different */
};

/* The changes of the offset in [from, to), in order; at most max, the rest is left out. */
size_t zone_changes(const struct zone *z, int64_t from, int64_t to,
    struct zone_change *out, size_t max);

#endif
