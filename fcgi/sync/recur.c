/*
 * recur.c -- the instances of a recurrence rule, in order.
 *
 * RFC 5545 3.3.10. A rule cuts the calendar into periods (days, weeks, months,
 * years, every interval-th of them). All BYxxx parts but BYSETPOS say which days of
 * a period belong to it, whether the standard calls that expanding or limiting; so
 * a period is a bitmap of its days, BYSETPOS chooses among the bits, and an
 * instance is a bit. Times of day do not vary, so days are all there is.
 */
#include "recur.h"

#include "recur_day.h"

/* What the parts of a rule ask of a day. */
struct today {
	int64_t day;
	int year, month, date;
	int month_days, year_day, year_days;
};

/* ----------------------------------------------------------- does a day match */

/* The week's number in the year in which it has most of its days. */
static bool
week_matches(const struct recur *r, const struct today *d)
{
	int64_t week = week_of(d->day, r->week_start), first, next;
	int year = civil_from_stamp((week + 3) * DAY).year;

	first = week_of(day_of(year, 1, 4), r->week_start);
	next = week_of(day_of(year + 1, 1, 4), r->week_start);
	return set_has(&r->weeks, (int)(week - first) / 7 + 1, (int)(next - first) / 7);
}

static bool
weekday_matches(const struct recur *r, const struct today *d, bool has_nth)
{
	int day = weekday_of(d->day), at, of;

	if (r->days >> day & 1)
		return true;
	if (!has_nth)
		return false;
	if (r->freq == RECUR_MONTHLY || r->months) {
		at = d->date;
		of = d->month_days;
	} else {
		at = d->year_day;
		of = d->year_days;
	}
	return (r->nth[day] >> ((at - 1) / 7 + 1) & 1) ||
	    (r->nth_back[day] >> ((of - at) / 7 + 1) & 1);
}

/* The days from..to of one month. */
static void
mark_month(struct recur_walk *w, struct today *d, int from, int to)
{
	const struct recur *r = &w->rule;
	bool has_nth = recur_has_nth(r), has_days = has_nth || r->days;
	bool has_month_days = !set_is_empty(&r->month_days);
	bool has_year_days = !set_is_empty(&r->year_days), has_weeks = !set_is_empty(&r->weeks);
	int64_t year_start = day_of(d->year, 1, 1), start = day_of(d->year, d->month, 1);

	if (r->months && !(r->months >> d->month & 1))
		return;
	d->month_days = month_length(d->year, d->month);
	d->year_days = 365 + is_leap_year(d->year);
	for (d->date = from; d->date <= to; d->date++) {
		d->day = start + d->date - 1;
		d->year_day = (int)(d->day - year_start) + 1;
		if ((!has_month_days || set_has(&r->month_days, d->date, d->month_days)) &&
		    (!has_days || weekday_matches(r, d, has_nth)) &&
		    (!has_year_days || set_has(&r->year_days, d->year_day, d->year_days)) &&
		    (!has_weeks || week_matches(r, d)))
			bit_set(w->set, (int)(d->day - w->first));
	}
}

/* BYSETPOS: keep those bits of the period. */
static void
choose_positions(struct recur_walk *w)
{
	uint64_t kept[6] = { 0 };
	int i, n = 0, of = 0;

	for (i = 0; i < 6; i++)
		of += __builtin_popcountll(w->set[i]);
	for (i = 0; i < 384 && of; i++)
		if (bit_is_on(w->set, i) && set_has(&w->rule.positions, ++n, of))
			bit_set(kept, i);
	memcpy(w->set, kept, sizeof(kept));
}

/* -------------------------------------------------------------------- periods */

/* The first day of period n; its months, of a MONTHLY rule, into *month. */
static int64_t
period_start(const struct recur_walk *w, int64_t n, int64_t *month)
{
	const struct recur *r = &w->rule;
	const struct civil *c = &w->s->start;

	*month = c->year * 12 + c->month - 1;
	switch (r->freq) {
	case RECUR_DAILY:
		return w->start_day + n * r->interval;
	case RECUR_WEEKLY:
		return week_of(w->start_day, r->week_start) + n * r->interval * 7;
	case RECUR_MONTHLY:
		*month += n * r->interval;
		break;
	case RECUR_YEARLY:
		*month = (c->year + n * r->interval) * 12;
		break;
	}
	if (*month / 12 > RECUR_LAST_YEAR)
		return INT64_MAX;
	return day_of((int)(*month / 12), (int)(*month % 12) + 1, 1);
}

/* A daily rule need not look at each day of months that it does not know. */
static void
skip_months(struct recur_walk *w)
{
	int64_t month, day = period_start(w, w->period, &month);
	struct civil c;
	int i;

	if (w->rule.freq != RECUR_DAILY || !w->rule.months || day > w->last_day)
		return;
	c = civil_from_stamp(day * DAY);
	for (i = 0; i < 12 && !(w->rule.months >> c.month & 1); i++) {
		c.day = 1;
		if (++c.month > 12) {
			c.month = 1;
			c.year++;
		}
	}
	day = day_of(c.year, c.month, c.day) - day;
	if (i)
		w->period += (day + w->rule.interval - 1) / w->rule.interval;
}

/* The bitmap of the next period; false: none is left. */
static bool
load(struct recur_walk *w)
{
	struct today d = { 0 };
	struct civil c;
	int64_t month, day, last;
	int length, i;

	skip_months(w);
	w->first = period_start(w, w->period, &month);
	if (w->first > w->last_day)
		return false;
	w->period++;
	memset(w->set, 0, sizeof(w->set));
	if (w->rule.freq == RECUR_MONTHLY || w->rule.freq == RECUR_YEARLY) {
		d.year = (int)(month / 12);
		length = w->rule.freq == RECUR_YEARLY ? 12 : 1;
		for (i = 0; i < length; i++) {
			d.month = (int)(month % 12) + 1 + i;
			mark_month(w, &d, 1, month_length(d.year, d.month));
		}
	} else { /* a week may lie in two months */
		last = w->first + (w->rule.freq == RECUR_WEEKLY ? 6 : 0);
		for (day = w->first; day <= last; day += length) {
			c = civil_from_stamp(day * DAY);
			d.year = c.year;
			d.month = c.month;
			length = month_length(c.year, c.month) - c.day + 1;
			if (length > last - day + 1)
				length = (int)(last - day + 1);
			mark_month(w, &d, c.day, c.day + length - 1);
		}
	}
	if (!set_is_empty(&w->rule.positions))
		choose_positions(w);
	return true;
}

bool
recur_next_day(struct recur_walk *w, int64_t *day)
{
	int i;

	while (w->left != 0) {
		for (i = 0; i < 6 && !w->set[i]; i++)
			;
		if (i == 6) {
			if (!load(w))
				return false;
			continue;
		}
		*day = w->first + i * 64 + __builtin_ctzll(w->set[i]);
		w->set[i] &= w->set[i] - 1;
		if (*day > w->last_day)
			return false;
		if (*day < w->start_day)
			continue;
		if (w->left > 0)
			w->left--;
		return true;
	}
	return false;
}

bool
recur_at_day(const struct series *s, int64_t day, struct civil *local, int64_t *utc)
{
	const struct recur *r = &s->rule;
	int64_t t;

	*local = civil_from_stamp(day * DAY);
	local->hour = s->start.hour;
	local->minute = s->start.minute;
	local->second = s->start.second;
	t = civil_to_stamp(local);
	*utc = wall_to_utc(&s->wall, local);
	switch (r->end) {
	case RECUR_FOREVER:
	case RECUR_COUNT:
		return true;
	case RECUR_UNTIL:
		return *utc <= r->until;
	case RECUR_UNTIL_LOCAL:
		return t <= r->until;
	case RECUR_UNTIL_DATE:
		return day <= day_of_stamp(r->until);
	}
	return false;
}

/* --------------------------------------------------------------------- public */

void
recur_imply(struct recur *r, const struct civil *start)
{
	bool has_days = r->days || recur_has_nth(r);
	int64_t day = day_of(start->year, start->month, start->day);

	switch (r->freq) {
	case RECUR_DAILY:
		break;
	case RECUR_WEEKLY:
		if (!has_days)
			r->days = 1u << weekday_of(day);
		break;
	case RECUR_YEARLY:
		if (has_days || !set_is_empty(&r->month_days) || !set_is_empty(&r->year_days))
			break;
		if (!set_is_empty(&r->weeks)) {
			r->days = 1u << weekday_of(day);
			break;
		}
		if (!r->months)
			r->months = 1u << start->month;
		bit_set(r->month_days.on, start->day);
		break;
	case RECUR_MONTHLY:
		if (!has_days && set_is_empty(&r->month_days))
			bit_set(r->month_days.on, start->day);
		break;
	}
}

/* BYSETPOS asks for a seventh day of each day, say: no period has so many. */
static bool
has_no_position(const struct recur *r)
{
	static const int days[] = { 1, 7, 31, 366 };
	int i;

	if (set_is_empty(&r->positions))
		return false;
	for (i = 1; i <= days[r->freq]; i++)
		if (bit_is_on(r->positions.on, i) || bit_is_on(r->positions.back, i))
			return false;
	return true;
}

void
recur_begin(struct recur_walk *w, const struct series *s)
{
	const struct civil *c = &s->start;
	int64_t until = day_of_stamp(s->rule.until) + 2; /* whatever the zone */

	*w = (struct recur_walk){
		.s = s,
		.rule = s->rule,
		.start_day = day_of(c->year, c->month, c->day),
		.last_day = day_of(RECUR_LAST_YEAR, 12, 31),
		.from = INT64_MIN,
		.before = INT64_MIN,
		.left = s->rule.end == RECUR_COUNT ? s->rule.count : -1,
	};
	recur_imply(&w->rule, c);
	if (s->rule.end > RECUR_COUNT && until < w->last_day)
		w->last_day = until;
	if (has_no_position(&w->rule))
		w->left = 0;
}

bool
recur_next(struct recur_walk *w, struct civil *local, int64_t *utc)
{
	struct civil at;
	int64_t day, t;

	while (recur_next_day(w, &day)) {
		if (!recur_at_day(w->s, day, &at, &t)) {
			w->left = 0;
			break;
		}
		/* a zone that skipped a day (Apia, 2011) moves its instance onto the next */
		if (t <= w->before || t < w->from)
			continue;
		w->before = t;
		if (local)
			*local = at;
		if (utc)
			*utc = t;
		return true;
	}
	return false;
}

/* Instances of each whole period where that is one number, else 0. */
static int
regular(const struct recur_walk *w)
{
	const struct recur *r = &w->rule;
	struct recur_walk other = *w;

	if (r->months || !set_is_empty(&r->month_days))
		return 0;
	if (r->freq == RECUR_DAILY)
		return !r->days && set_is_empty(&r->positions);
	if (r->freq != RECUR_WEEKLY)
		return 0;
	return load(&other) ? __builtin_popcountll(other.set[0]) : 0;
}

/* Leave out what is left of the current period (the first may begin before DTSTART). */
static void
leave_period(struct recur_walk *w)
{
	for (int i = 0; i < 7; i++)
		if (bit_is_on(w->set, i) && w->first + i >= w->start_day && w->left > 0)
			w->left--;
	memset(w->set, 0, sizeof(w->set));
}

/* Go on with period n, which is not behind; where COUNT allows no jump, stay. */
static void
jump(struct recur_walk *w, int64_t n)
{
	int64_t skipped;
	int each = w->left > 0 ? regular(w) : 0;

	if (w->left > 0) {
		if (!each || (w->period == 0 && !load(w)))
			return;
		leave_period(w);
		skipped = n > w->period ? (n - w->period) * each : 0;
		w->left = skipped < w->left ? w->left - (int)skipped : 0;
	}
	memset(w->set, 0, sizeof(w->set));
	if (n > w->period)
		w->period = n;
}

/* The period in which a day lies, which is not before DTSTART; between two: the earlier. */
static int64_t
period_of(const struct recur_walk *w, int64_t day)
{
	const struct recur *r = &w->rule;
	const struct civil *start = &w->s->start;
	struct civil c = civil_from_stamp(day * DAY);

	switch (r->freq) {
	case RECUR_DAILY:
		return (day - w->start_day) / r->interval;
	case RECUR_WEEKLY:
		return (day - week_of(w->start_day, r->week_start)) / 7 / r->interval;
	case RECUR_MONTHLY:
		return ((c.year - start->year) * 12 + c.month - start->month) / r->interval;
	case RECUR_YEARLY:
		return (c.year - start->year) / r->interval;
	}
	return 0;
}

void
recur_seek_day(struct recur_walk *w, int64_t day)
{
	int64_t n;

	if (day > w->last_day)
		day = w->last_day;
	if (day <= w->start_day || w->left == 0)
		return;
	n = period_of(w, day);
	if (n > 0 && n >= w->period) /* nothing lies before the first period */
		jump(w, n);
}

void
recur_seek_last(struct recur_walk *w)
{
	int each = regular(w), left = w->left;
	int64_t n, end;

	if (!each || w->period || !load(w))
		return;
	leave_period(w);
	if (w->left == 0) { /* it lies in the first period */
		w->left = left;
		w->period = 0;
		return;
	}
	end = period_of(w, w->last_day);
	n = (w->left - 1) / each;
	if (n > end - w->period)
		n = end > w->period ? end - w->period : 0;
	w->left -= (int)n * each;
	w->period += n;
}

void
recur_seek(struct recur_walk *w, int64_t t)
{
	if (t <= w->from)
		return;
	w->from = t;
	recur_seek_day(w, day_of_stamp(t) - 2); /* some zones skipped a whole day */
}
