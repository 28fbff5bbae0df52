/*
 * stamp.h -- instants and days.  Instants are seconds since 1970 in UTC; local
 * time exists only in zone.h.
 */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include <stdint.h>
#include "err.h"
#include "str.h"

#define STAMP_MIN INT64_C(-11644473600) /* 1601-01-01: what Outlook can show */
#define STAMP_MAX INT64_C(79870665599)  /* 4500-12-31 23:59:59 */
#define STAMP_TEXT 32                   /* bytes for any text below, NUL included */

struct civil { /* a date and time of day, zone unsaid */
	int year, month, day, hour, minute, second;
};

/* Proleptic Gregorian, UTC. civil_ok: a real date and time of day. */
bool civil_ok(const struct civil *c);
int64_t civil_to_stamp(const struct civil *c);
struct civil civil_from_stamp(int64_t t);

/*
 * Read "2026-03-05", "2026-03-05 09:00:00", "2026-03-05T09:00[:00[.fff]]",
 * with "Z", "+02:00" or nothing behind it.
 * has_time: a time of day stood there. offset_min: minutes east of UTC, or
 * STAMP_NO_OFFSET when no zone stood there. A fraction is cut off.
 */
#define STAMP_NO_OFFSET 100000
WARN_UNUSED bool stamp_parse(struct str s, struct civil *out, bool *has_time, int *offset_min);

char *stamp_iso(int64_t t, char out[STAMP_TEXT]);      /* 2026-03-05T09:00:00Z */
char *stamp_compact(int64_t t, char out[STAMP_TEXT]);  /* 20260305 09:00:00 */
char *stamp_sql(int64_t t, char out[STAMP_TEXT]);      /* 2026-03-05 09:00:00 */
char *civil_sql(const struct civil *c, char out[STAMP_TEXT]);

/* 100 ns since 0001-01-01, as SharePoint's tokens carry, from Unix nanoseconds. */
uint64_t stamp_ticks(int64_t unix_seconds, long nanoseconds);

#endif
