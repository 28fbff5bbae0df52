/*
 * recur_find.c -- single instances of a series: the first, the last, the one at an
 * instant.
 */
#include "recur.h"

#include "recur_day.h"

bool
recur_first(const struct series *s, struct civil *local, int64_t *utc)
{
	struct recur_walk w;

	recur_begin(&w, s);
	return recur_next(&w, local, utc);
}

/* The last day of what is left of a walk; zones are asked only near the end. */
static bool
last_day(struct recur_walk *w, int64_t *last)
{
	int64_t day, t, near = day_of_stamp(w->s->rule.until) - 2;
	bool has_until = w->s->rule.end > RECUR_COUNT, found = false;
	struct civil at;

	while (recur_next_day(w, &day)) {
		if (has_until && day >= near && !recur_at_day(w->s, day, &at, &t))
			break;
		*last = day;
		found = true;
	}
	return found;
}

/* From ever further before UNTIL, because the last one is near it as a rule. */
static bool
last_before_until(const struct series *s, int64_t *last)
{
	static const int days[] = { 1, 7, 31, 366 };
	struct recur_walk w;
	int64_t back, from;

	for (back = 4;; back *= 8) {
		recur_begin(&w, s);
		from = w.last_day - back * days[s->rule.freq] * s->rule.interval;
		recur_seek_day(&w, from);
		if (last_day(&w, last))
			return true;
		if (from <= w.start_day)
			return false;
	}
}

bool
recur_last(const struct series *s, struct civil *local, int64_t *utc)
{
	struct recur_walk w;
	struct civil at;
	int64_t day, t;

	if (s->rule.end == RECUR_FOREVER)
		return false;
	if (s->rule.end == RECUR_COUNT) {
		recur_begin(&w, s);
		recur_seek_last(&w);
		if (!last_day(&w, &day))
			return false;
	} else if (!last_before_until(s, &day)) {
		return false;
	}
	(void)recur_at_day(s, day, &at, &t); /* within UNTIL: seen above */
	if (local)
		*local = at;
	if (utc)
		*utc = t;
	return true;
}

bool
recur_has(const struct series *s, int64_t t)
{
	struct recur_walk w;
	int64_t at;

	recur_begin(&w, s);
	recur_seek(&w, t);
	return recur_next(&w, NULL, &at) && at == t;
}

bool
recur_on_day(const struct series *s, int64_t t, int64_t *utc)
{
	struct civil day = wall_from_utc(&s->wall, t), at;
	struct recur_walk w;

	day.hour = day.minute = day.second = 0;
	recur_begin(&w, s);
	recur_seek(&w, wall_to_utc(&s->wall, &day));
	return recur_next(&w, &at, utc) && at.year == day.year && at.month == day.month &&
	    at.day == day.day;
}
