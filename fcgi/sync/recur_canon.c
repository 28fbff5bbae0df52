/*
 * recur_canon.c -- one form for rules that mean the same.
 *
 * Each step rewrites a rule into a plainer one with the same instances and leaves
 * alone what it does not know. The plainest form is the one that Outlook's patterns
 * are read from (pattern.c), so a step that were wrong would change somebody's
 * appointments: tests/recur expands every rule before and after.
 */
#include "recur.h"

#include "recur_day.h"

#define ALL_DAYS 0x7fu
#define ALL_MONTHS 0x1ffeu

/* How many values a set names. */
static int
set_count(const struct recur_set *s)
{
	int i, n = 0;

	for (i = 0; i < 6; i++)
		n += __builtin_popcountll(s->on[i]) + __builtin_popcountll(s->back[i]);
	return n;
}

/* It names just n (negative: from the end). */
static bool
set_is(const struct recur_set *s, int n)
{
	return set_count(s) == 1 && bit_is_on(n > 0 ? s->on : s->back, n > 0 ? n : -n);
}

static bool
has_year_parts(const struct recur *r)
{
	return !set_is_empty(&r->weeks) || !set_is_empty(&r->year_days);
}

static bool
has_single_month(const struct recur *r)
{
	return r->months && !(r->months & (r->months - 1));
}

/* The months that a MONTHLY or YEARLY rule comes to. */
unsigned
recur_months(const struct recur *r, const struct civil *start)
{
	unsigned reached = 0;
	int i, m = start->month - 1;

	if (r->freq == RECUR_YEARLY)
		return r->months ? r->months : ALL_MONTHS;
	for (i = 0; i < 12; i++, m = (m + r->interval % 12) % 12)
		reached |= 2u << m;
	return reached & (r->months ? r->months : ALL_MONTHS);
}

/* Days of the shortest and the longest of those months. */
void
recur_lengths(unsigned months, int *shortest, int *longest)
{
	int m;

	*shortest = 31;
	*longest = 28;
	for (m = 1; m <= 12; m++) {
		if (!(months >> m & 1))
			continue;
		if (month_length(2001, m) < *shortest)
			*shortest = month_length(2001, m);
		if (month_length(2000, m) > *longest)
			*longest = month_length(2000, m);
	}
}

/* ---------------------------------------------------------------------- steps */

/* The positions of the week are days of it. */
static void
step_week_positions(struct recur *r)
{
	unsigned kept = 0;
	int i, day, n = 0, of = __builtin_popcount(r->days);

	if (r->freq != RECUR_WEEKLY || r->months || set_is_empty(&r->positions))
		return;
	for (i = 0; i < 7; i++) {
		day = (r->week_start + i) % 7;
		if ((r->days >> day & 1) && set_has(&r->positions, ++n, of))
			kept |= 1u << day;
	}
	if (!kept)
		return; /* never: to be said as it was written */
	r->days = kept;
	r->positions = (struct recur_set){ 0 };
}

/* Every day that is in a list: a rule of the list's kind. Every 7th day: a weekly one. */
static void
step_daily(struct recur *r, const struct civil *start)
{
	if (r->freq != RECUR_DAILY)
		return;
	if (set_has(&r->positions, 1, 1))
		r->positions = (struct recur_set){ 0 };
	if (!set_is_empty(&r->positions))
		return;
	if (r->days == ALL_DAYS)
		r->days = 0;
	if (r->interval == 1 && !set_is_empty(&r->month_days)) {
		r->freq = RECUR_MONTHLY;
	} else if (r->interval == 1 && r->days && !r->months) {
		r->freq = RECUR_WEEKLY;
	} else if (r->interval % 7 == 0 && !r->days && !r->months &&
	    set_is_empty(&r->month_days)) {
		r->freq = RECUR_WEEKLY;
		r->interval /= 7;
		r->days = 1u << weekday_of(day_of(start->year, start->month, start->day));
	}
}

/* In the first month of the year are its first four Mondays, in the last its last. */
static void
step_year_nth(struct recur *r)
{
	uint64_t on = 0, back = 0, four = 0x1e;
	int i;

	if (r->freq != RECUR_YEARLY || r->months || r->days || has_year_parts(r) ||
	    !set_is_empty(&r->month_days))
		return;
	for (i = 0; i < 7; i++) {
		on |= r->nth[i];
		back |= r->nth_back[i];
	}
	if (on && !back && !(on & ~four))
		r->months = 1u << 1;
	else if (back && !on && !(back & ~four))
		r->months = 1u << 12;
}

/* Years of all months are months; a single month is a year's. */
static void
step_months(struct recur *r, const struct civil *start)
{
	unsigned reached;

	if (r->freq == RECUR_YEARLY && r->interval == 1 && !has_year_parts(r) &&
	    set_is_empty(&r->positions) &&
	    (r->months == ALL_MONTHS || (!r->months && !recur_has_nth(r)))) {
		r->freq = RECUR_MONTHLY;
		r->months = 0;
	}
	if (r->freq != RECUR_MONTHLY)
		return;
	reached = recur_months(&(struct recur){
	    .freq = RECUR_MONTHLY, .interval = r->interval }, start);
	if (r->months && !(r->months & reached))
		return; /* never */
	r->months &= reached;
	if (!r->months)
		r->months = reached;
	if (has_single_month(r) && (r->interval % 12 == 0 || 12 % r->interval == 0)) {
		r->freq = RECUR_YEARLY;
		r->interval = r->interval % 12 ? 1 : r->interval / 12;
	} else if (r->months == reached) {
		r->months = 0;
	}
}

/* Periods are months, one of each. */
static bool
is_monthly(const struct recur *r)
{
	return !has_year_parts(r) && (r->freq == RECUR_MONTHLY ||
	    (r->freq == RECUR_YEARLY && has_single_month(r)));
}

/* The nth of all days is a day of the month. */
static void
step_all_days(struct recur *r)
{
	int i;

	if (!is_monthly(r) || r->days != ALL_DAYS || recur_has_nth(r))
		return;
	if (!set_is_empty(&r->month_days)) {
		r->days = 0;
		return;
	}
	for (i = 32; i < 384; i++)
		if (bit_is_on(r->positions.on, i) || bit_is_on(r->positions.back, i))
			return;
	if (set_is_empty(&r->positions))
		return;
	r->month_days = r->positions;
	r->positions = (struct recur_set){ 0 };
	r->days = 0;
}

/* The last of some days of the month, short months taken into account. */
static void
step_clip(struct recur *r, int shortest, int longest)
{
	uint64_t on = r->month_days.on[0];
	uint64_t range = (UINT64_C(2) << longest) - (UINT64_C(1) << shortest);
	int top = shortest;

	if (!set_is(&r->positions, -1) || r->month_days.back[0])
		return;
	on &= (UINT64_C(2) << longest) - 1;
	while (top > 0 && !(on >> top & 1))
		top--;
	if (top == 0)
		return; /* some months have none of them */
	on &= ~((UINT64_C(1) << top) - 1);
	r->month_days.on[0] = on;
	if ((on & range) == range && shortest < longest) {
		r->month_days = (struct recur_set){ .back = { 2 } };
		r->positions = (struct recur_set){ 0 };
	} else if (on == UINT64_C(1) << top) {
		r->positions = (struct recur_set){ 0 };
	}
}

static void
step_month_days(struct recur *r, const struct civil *start)
{
	int shortest, longest, i;

	if (!is_monthly(r) || r->days || recur_has_nth(r) || set_is_empty(&r->month_days))
		return;
	recur_lengths(recur_months(r, start), &shortest, &longest);
	if (shortest == longest) {
		uint64_t on = r->month_days.on[0] & ((UINT64_C(2) << longest) - 1);

		for (i = 1; i <= longest; i++)
			if (r->month_days.back[0] >> i & 1)
				on |= UINT64_C(1) << (longest + 1 - i);
		if (!on)
			return; /* never */
		r->month_days = (struct recur_set){ .on = { on } };
	}
	step_clip(r, shortest, longest);
	if (set_count(&r->month_days) == 1 &&
	    (bit_is_on(r->positions.on, 1) || bit_is_on(r->positions.back, 1)))
		r->positions = (struct recur_set){ 0 };
}

/* The nth of one weekday; the Monday of the second seven days is the second one. */
static void
step_nth(struct recur *r)
{
	const uint64_t *on = r->month_days.on, *back = r->month_days.back;
	uint64_t nth = 0, nth_back = 0;
	int i, week;

	if (!is_monthly(r) || !r->days || recur_has_nth(r))
		return;
	if (set_is_empty(&r->month_days)) {
		if ((r->days & (r->days - 1)) || set_is_empty(&r->positions))
			return;
		nth = r->positions.on[0] & 0x3e;
		nth_back = r->positions.back[0] & 0x3e;
	} else if (set_is_empty(&r->positions) && set_count(&r->month_days) == 7) {
		for (week = 1; week <= 4; week++)
			if (on[0] == UINT64_C(0xfe) << (week - 1) * 7)
				nth = UINT64_C(1) << week;
		if (back[0] == 0xfe)
			nth_back = 2;
	}
	if (!nth && !nth_back)
		return;
	for (i = 0; i < 7; i++)
		if (r->days >> i & 1) {
			r->nth[i] = nth;
			r->nth_back[i] = nth_back;
		}
	r->days = 0;
	r->positions = r->month_days = (struct recur_set){ 0 };
}

/* Every Monday of every month is every Monday; every day of every week is daily. */
static void
step_weekly(struct recur *r)
{
	if (r->freq == RECUR_MONTHLY && r->interval == 1 && r->days && !r->months &&
	    !recur_has_nth(r) && set_is_empty(&r->month_days) && set_is_empty(&r->positions))
		r->freq = RECUR_WEEKLY;
	if (r->freq == RECUR_WEEKLY && r->interval == 1 && r->days == ALL_DAYS &&
	    !r->months && set_is_empty(&r->positions)) {
		r->freq = RECUR_DAILY;
		r->days = 0;
	}
}

/* The first of the marked weekdays in a week that starts so. */
static int
head_of(unsigned marks, int week_start)
{
	int i;

	for (i = 0; i < 7 && !(marks >> (week_start + i) % 7 & 1); i++)
		;
	return (week_start + i) % 7;
}

/*
 * Where weeks begin matters only to rules that leave some out, and only as it
 * parts their days (and DTSTART, which says which weeks count).
 */
static void
step_week_start(struct recur *r, const struct civil *start)
{
	unsigned marks;
	int head;

	if (r->freq == RECUR_WEEKLY ? !set_is_empty(&r->positions) :
	    !set_is_empty(&r->weeks))
		return;
	if (r->freq != RECUR_WEEKLY || r->interval == 1) {
		r->week_start = 1;
		return;
	}
	marks = r->days | 1u << weekday_of(day_of(start->year, start->month, start->day));
	head = head_of(marks, r->week_start);
	r->week_start = head == head_of(marks, 1) ? 1 : head;
}

void
recur_canon(const struct series *s, struct recur *out)
{
	struct recur r = s->rule;
	int64_t last;

	recur_imply(&r, &s->start);
	if (r.end > RECUR_COUNT && recur_last(s, NULL, &last)) {
		r.end = RECUR_UNTIL;
		r.until = last;
	}
	step_week_positions(&r);
	step_daily(&r, &s->start);
	step_year_nth(&r);
	step_months(&r, &s->start);
	step_all_days(&r);
	step_month_days(&r, &s->start);
	step_nth(&r);
	step_weekly(&r);
	step_week_start(&r, &s->start);
	*out = r;
}

bool
recur_same(const struct series *s, const struct recur *other)
{
	struct series with = *s;
	struct recur a, b;

	with.rule = *other;
	recur_canon(s, &a);
	recur_canon(&with, &b);
	return a.freq == b.freq && a.interval == b.interval && a.end == b.end &&
	    (a.end != RECUR_COUNT || a.count == b.count) &&
	    (a.end <= RECUR_COUNT || a.until == b.until) && a.week_start == b.week_start &&
	    a.months == b.months && a.days == b.days &&
	    memcmp(a.nth, b.nth, sizeof(a.nth)) == 0 &&
	    memcmp(a.nth_back, b.nth_back, sizeof(a.nth_back)) == 0 &&
	    memcmp(&a.month_days, &b.month_days, sizeof(a.month_days)) == 0 &&
	    memcmp(&a.year_days, &b.year_days, sizeof(a.year_days)) == 0 &&
	    memcmp(&a.weeks, &b.weeks, sizeof(a.weeks)) == 0 &&
	    memcmp(&a.positions, &b.positions, sizeof(a.positions)) == 0;
}
