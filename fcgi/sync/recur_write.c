/*
 * recur_write.c -- a recurrence rule as text, always the same for the same rule.
 *
 * RFC 5545 3.3.10: UNTIL and COUNT stand behind FREQ for old readers (RFC 2445).
 */
#include "recur.h"

#include <stdio.h>

#include "buf.h"
#include "recur_day.h"

static const char *const freq_name[] = { "DAILY", "WEEKLY", "MONTHLY", "YEARLY" };
static const char *const day_name[7] = { "SU", "MO", "TU", "WE", "TH", "FR", "SA" };

char *
exdate_stamp(int64_t t, char out[STAMP_TEXT])
{
	struct civil c = civil_from_stamp(t);

	snprintf(out, STAMP_TEXT, "%04u%02u%02uT%02u%02u%02uZ", (unsigned)c.year % 10000,
	    (unsigned)c.month % 100, (unsigned)c.day % 100, (unsigned)c.hour % 100,
	    (unsigned)c.minute % 100, (unsigned)c.second % 100);
	return out;
}

/* ";NAME=" before the first value, "," before the others. */
static void
begin(struct buf *b, const char *name, int *n)
{
	if (*n == 0)
		buf_addf(b, ";%s=", name);
	else
		buf_addf(b, ",");
	++*n;
}

static void
put_set(struct buf *b, const char *name, const struct recur_set *s)
{
	int i, n = 0;

	for (i = 383; i > 0; i--) /* ascending: from the end first */
		if (bit_is_on(s->back, i)) {
			begin(b, name, &n);
			buf_addf(b, "-%d", i);
		}
	for (i = 1; i < 384; i++)
		if (bit_is_on(s->on, i)) {
			begin(b, name, &n);
			buf_addf(b, "%d", i);
		}
}

static void
put_months(struct buf *b, unsigned months)
{
	int i, n = 0;

	for (i = 1; i <= 12; i++)
		if (months >> i & 1) {
			begin(b, "BYMONTH", &n);
			buf_addf(b, "%d", i);
		}
}

/* From Monday on, as people write them. */
static void
put_days(struct buf *b, const struct recur *r)
{
	int i, k, day, n = 0;

	for (k = 1; k <= 7; k++) {
		day = k % 7;
		for (i = 63; i > 0; i--)
			if (r->nth_back[day] >> i & 1) {
				begin(b, "BYDAY", &n);
				buf_addf(b, "-%d%s", i, day_name[day]);
			}
		if (r->days >> day & 1) {
			begin(b, "BYDAY", &n);
			buf_addf(b, "%s", day_name[day]);
		}
		for (i = 1; i < 64; i++)
			if (r->nth[day] >> i & 1) {
				begin(b, "BYDAY", &n);
				buf_addf(b, "%d%s", i, day_name[day]);
			}
	}
}

static void
put_end(struct buf *b, const struct recur *r)
{
	static const int length[] = {
		[RECUR_UNTIL_DATE] = 8, [RECUR_UNTIL_LOCAL] = 15, [RECUR_UNTIL] = 16
	};
	char stamp[STAMP_TEXT];

	if (r->end == RECUR_COUNT)
		buf_addf(b, ";COUNT=%d", r->count);
	else if (r->end != RECUR_FOREVER)
		buf_addf(b, ";UNTIL=%.*s", length[r->end], exdate_stamp(r->until, stamp));
}

struct str
recur_write(struct arena *a, const struct recur *r)
{
	struct buf b;
	struct str text;

	buf_init(&b, 4 * RECUR_TEXT_MAX);
	buf_addf(&b, "FREQ=%s", freq_name[r->freq]);
	put_end(&b, r);
	if (r->interval > 1)
		buf_addf(&b, ";INTERVAL=%d", r->interval);
	put_months(&b, r->months);
	put_set(&b, "BYWEEKNO", &r->weeks);
	put_set(&b, "BYYEARDAY", &r->year_days);
	put_set(&b, "BYMONTHDAY", &r->month_days);
	put_days(&b, r);
	put_set(&b, "BYSETPOS", &r->positions);
	if (r->week_start != 1)
		buf_addf(&b, ";WKST=%s", day_name[r->week_start]);
	text = arena_dup(a, buf_str(&b));
	buf_clear(&b);
	return text;
}

void
recur_until_as_date(struct recur *r)
{
	if (r->end == RECUR_UNTIL || r->end == RECUR_UNTIL_LOCAL) {
		r->end = RECUR_UNTIL_DATE;
		r->until = day_of_stamp(r->until) * DAY;
	}
}
