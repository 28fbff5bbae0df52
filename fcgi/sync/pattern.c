/*
 * pattern.c -- the patterns that Outlook knows, from and to RRULE.
 *
 * MS-OUTSPS 2.2.4.2 and 2.2.4.5. A rule is brought into its canonical form first, so
 * that only one spelling of each pattern has to be known here.
 */
#include "pattern.h"

#include "recur_day.h"

#define DAY_BITS 0x7fu
#define WORKDAYS 0x3eu
#define WEEKEND 0x41u

static bool
is_by_day(const struct pattern *p)
{
	return p->kind == PATTERN_MONTHLY_BY_DAY || p->kind == PATTERN_YEARLY_BY_DAY;
}

static bool
is_yearly(const struct pattern *p)
{
	return p->kind == PATTERN_YEARLY || p->kind == PATTERN_YEARLY_BY_DAY;
}

/* "any day", "weekday" and single days together. */
static unsigned
days_of(const struct pattern *p)
{
	unsigned days = p->days & DAY_BITS;

	if (p->days & PATTERN_DAY)
		days |= DAY_BITS;
	if (p->days & PATTERN_WEEKDAY)
		days |= WORKDAYS;
	if (p->days & PATTERN_WEEKEND_DAY)
		days |= WEEKEND;
	return days;
}

static const char *
what_is_wrong(const struct pattern *p)
{
	if (p->frequency < 1 || p->frequency > PATTERN_FREQUENCY_MAX)
		return "the frequency of the recurrence is not from 1 to 1000000";
	if (p->kind == PATTERN_WEEKLY && !(p->days & DAY_BITS))
		return "the weekly recurrence names no day of the week";
	if (is_by_day(p) && !days_of(p))
		return "the recurrence by day names no day";
	if (is_by_day(p) && (p->nth < 1 || p->nth > PATTERN_LAST))
		return "the recurrence is neither on the first, second, third or fourth nor "
		    "on the last such day";
	if (is_yearly(p) && (p->month < 1 || p->month > 12))
		return "the month of the recurrence is not from 1 to 12";
	if ((p->kind == PATTERN_MONTHLY || p->kind == PATTERN_YEARLY) &&
	    (p->day < 1 || p->day > 31))
		return "the day of the recurrence is not from 1 to 31";
	if (p->kind == PATTERN_YEARLY && p->day > month_length(2000, p->month))
		return "the day of the yearly recurrence is beyond the end of its month";
	if (p->first_day < 0 || p->first_day > 6)
		return "the first day of the week is no weekday";
	if (p->end == PATTERN_COUNT && (p->count < 1 || p->count > PATTERN_COUNT_MAX))
		return "the number of instances is not from 1 to 1000000";
	return NULL;
}

bool
pattern_check(const struct pattern *p, const char **why)
{
	const char *wrong = what_is_wrong(p);

	if (wrong)
		*why = wrong;
	return !wrong;
}

bool
pattern_eq(const struct pattern *a, const struct pattern *b)
{
	if (a->kind != b->kind || a->first_day != b->first_day || a->end != b->end ||
	    (a->end == PATTERN_COUNT && a->count != b->count) ||
	    (a->end == PATTERN_UNTIL &&
	    (a->until != b->until || a->until_is_local != b->until_is_local)))
		return false;
	if (a->kind == PATTERN_DAILY && (a->is_workdays || b->is_workdays))
		return a->is_workdays && b->is_workdays;
	if (a->frequency != b->frequency || (is_yearly(a) && a->month != b->month))
		return false;
	if (a->kind == PATTERN_MONTHLY || a->kind == PATTERN_YEARLY)
		return a->day == b->day;
	if (is_by_day(a) && a->nth != b->nth)
		return false;
	return a->kind == PATTERN_DAILY || days_of(a) == days_of(b);
}

bool
pattern_is_v3(const struct pattern *p)
{
	return (p->kind == PATTERN_DAILY && p->is_workdays) ||
	    (p->kind == PATTERN_MONTHLY_BY_DAY &&
	    (p->days & (PATTERN_DAY | PATTERN_WEEKDAY | PATTERN_WEEKEND_DAY))) ||
	    p->kind == PATTERN_YEARLY_BY_DAY;
}

/* -------------------------------------------------------------------- to RRULE */

/* n or, for the last, -1. */
static void
put_position(struct recur_set *s, int nth)
{
	bit_set(nth == PATTERN_LAST ? s->back : s->on, nth == PATTERN_LAST ? 1 : nth);
}

static void
put_by_day(const struct pattern *p, struct recur *r)
{
	unsigned days = days_of(p);
	int i;

	if (days == DAY_BITS) {
		put_position(&r->month_days, p->nth);
	} else if (days & (days - 1)) {
		r->days = days;
		put_position(&r->positions, p->nth);
	} else {
		for (i = 0; !(days >> i & 1); i++)
			;
		if (p->nth == PATTERN_LAST)
			r->nth_back[i] = 1u << 1;
		else
			r->nth[i] = 1u << p->nth;
	}
}

/* Outlook clips to the length of the month, iCalendar leaves the month out. */
static void
put_month_day(struct recur *r, int day, int sure)
{
	int i;

	if (day <= sure) {
		bit_set(r->month_days.on, day);
		return;
	}
	for (i = sure; i <= day; i++)
		bit_set(r->month_days.on, i);
	put_position(&r->positions, PATTERN_LAST);
}

void
pattern_to_recur(const struct pattern *p, struct recur *out)
{
	static const enum recur_freq freq[] = {
		[PATTERN_DAILY] = RECUR_DAILY,
		[PATTERN_WEEKLY] = RECUR_WEEKLY,
		[PATTERN_MONTHLY] = RECUR_MONTHLY,
		[PATTERN_MONTHLY_BY_DAY] = RECUR_MONTHLY,
		[PATTERN_YEARLY] = RECUR_YEARLY,
		[PATTERN_YEARLY_BY_DAY] = RECUR_YEARLY,
	};
	struct recur r = { .interval = p->frequency, .week_start = 1 };

	r.freq = freq[p->kind];
	if (is_yearly(p))
		r.months = 1u << p->month;
	if (p->kind == PATTERN_DAILY && p->is_workdays) {
		r.freq = RECUR_WEEKLY;
		r.interval = 1;
		r.days = WORKDAYS;
	} else if (p->kind == PATTERN_WEEKLY) {
		r.days = p->days & DAY_BITS;
		r.week_start = p->first_day;
	} else if (p->kind == PATTERN_MONTHLY) {
		put_month_day(&r, p->day, 28);
	} else if (p->kind == PATTERN_YEARLY) {
		put_month_day(&r, p->day, month_length(2001, p->month));
	} else if (is_by_day(p)) {
		put_by_day(p, &r);
	}
	if (p->end == PATTERN_COUNT) {
		r.end = RECUR_COUNT;
		r.count = p->count;
	} else if (p->end == PATTERN_UNTIL) {
		r.end = p->until_is_local ? RECUR_UNTIL_LOCAL : RECUR_UNTIL;
		r.until = p->until;
	}
	*out = r;
}

/* ------------------------------------------------------------------ from RRULE */

/* The only value of a set: n, or PATTERN_LAST; 0 when it is none of Outlook's. */
static int
single_position(const struct recur_set *s)
{
	struct recur_set want;
	int n;

	for (n = 1; n <= PATTERN_LAST; n++) {
		want = (struct recur_set){ 0 };
		put_position(&want, n);
		if (memcmp(&want, s, sizeof(want)) == 0)
			return n;
	}
	return 0;
}

/* nth of days; what Outlook calls a day, a weekday, a weekend day by its name. */
static void
set_by_day(struct pattern *p, unsigned days, int nth)
{
	p->kind = p->kind == PATTERN_YEARLY ? PATTERN_YEARLY_BY_DAY : PATTERN_MONTHLY_BY_DAY;
	p->nth = nth;
	p->days = days == DAY_BITS ? PATTERN_DAY : days == WORKDAYS ? PATTERN_WEEKDAY :
	    days == WEEKEND ? PATTERN_WEEKEND_DAY : days;
}

/* BYMONTHDAY in its canonical forms. */
static const char *
of_month_days(const struct recur *r, const struct civil *start, struct pattern *p)
{
	uint64_t on = r->month_days.on[0], clipped;
	int shortest, longest, day;

	if (r->days || recur_has_nth(r))
		return "Outlook knows no recurrence by weekdays and days of the month together";
	if (single_position(&r->month_days) == PATTERN_LAST &&
	    set_is_empty(&r->positions)) {
		set_by_day(p, DAY_BITS, PATTERN_LAST);
		return NULL;
	}
	if (r->month_days.back[0])
		return "counted from the end of the month, Outlook knows only the last day";
	recur_lengths(recur_months(r, start), &shortest, &longest);
	for (day = 31; day > 0 && !(on >> day & 1); day--)
		;
	p->day = day;
	if (set_is_empty(&r->positions) && on == UINT64_C(1) << day)
		return day <= shortest ? NULL :
		    "in months without that day Outlook takes the last day, this rule none";
	clipped = (UINT64_C(2) << day) - (UINT64_C(1) << shortest);
	if (single_position(&r->positions) == PATTERN_LAST && day > shortest &&
	    on == clipped)
		return NULL;
	return "Outlook knows one day of the month per recurrence, not several";
}

static const char *
of_days(const struct recur *r, struct pattern *p)
{
	static const char several[] = "Outlook knows the first, second, third, fourth or last of "
	    "some days of the month, and one of these per recurrence";
	uint64_t on = 0, back = 0;
	int i, day = 0, n = 0, nth;

	if (recur_has_nth(r)) {
		for (i = 0; i < 7; i++) {
			on |= r->nth[i];
			back |= r->nth_back[i];
			n += __builtin_popcountll(r->nth[i]) +
			    __builtin_popcountll(r->nth_back[i]);
			if (r->nth[i] | r->nth_back[i])
				day = i;
		}
		nth = single_position(&(struct recur_set){ .on = { on }, .back = { back } });
		if (n != 1 || !nth || r->days || !set_is_empty(&r->positions))
			return several;
		set_by_day(p, 1u << day, nth);
		return NULL;
	}
	nth = single_position(&r->positions);
	if (!nth)
		return several;
	set_by_day(p, r->days, nth);
	return NULL;
}

static const char *
of_rule(const struct recur *r, const struct civil *start, struct pattern *p)
{
	if (!set_is_empty(&r->weeks) || !set_is_empty(&r->year_days))
		return "Outlook knows no recurrence by week numbers or days of the year";
	if (r->freq == RECUR_DAILY || r->freq == RECUR_WEEKLY) {
		if (r->months)
			return "Outlook knows no daily or weekly recurrence in some months only";
		if (r->freq == RECUR_DAILY && (r->days || !set_is_empty(&r->month_days)))
			return "every few days Outlook cannot choose among the days";
		if (!set_is_empty(&r->positions))
			return "the rule chooses what is not there";
		p->kind = r->freq == RECUR_DAILY ? PATTERN_DAILY : PATTERN_WEEKLY;
		p->days = r->days;
		return NULL;
	}
	if (r->freq == RECUR_MONTHLY && r->months)
		return "Outlook knows no monthly recurrence in some months only";
	if (r->freq == RECUR_YEARLY && (!r->months || (r->months & (r->months - 1))))
		return "Outlook knows one month per yearly recurrence";
	p->kind = r->freq == RECUR_MONTHLY ? PATTERN_MONTHLY : PATTERN_YEARLY;
	p->month = r->months ? __builtin_ctz(r->months) : 0;
	return set_is_empty(&r->month_days) ? of_days(r, p) : of_month_days(r, start, p);
}

/* The end of the last instance, on the day on which it starts. */
static void
set_until(const struct series *s, struct pattern *p, int64_t last)
{
	struct civil midnight = wall_from_utc(&s->wall, last);
	int64_t end;

	midnight.hour = 23;
	midnight.minute = 59;
	midnight.second = 59;
	end = wall_to_utc(&s->wall, &midnight);
	if (last + s->seconds < end)
		end = last + s->seconds;
	p->end = PATTERN_UNTIL;
	p->until = end > last ? end : last;
}

bool
pattern_of_recur(const struct series *s, struct pattern *out, const char **why)
{
	struct recur r;
	int64_t first, last;

	*out = (struct pattern){ .frequency = 1, .first_day = s->rule.week_start };
	if (!recur_first(s, NULL, &first)) {
		*why = "the rule never occurs";
		return false;
	}
	recur_canon(s, &r);
	*why = of_rule(&r, &s->start, out);
	if (*why)
		return false;
	out->frequency = r.interval;
	if (s->rule.freq == RECUR_DAILY && out->kind == PATTERN_WEEKLY &&
	    out->days == WORKDAYS) { /* Outlook, too, has two words for it */
		out->kind = PATTERN_DAILY;
		out->is_workdays = true;
	}
	if (r.end == RECUR_COUNT) {
		out->end = PATTERN_COUNT;
		out->count = r.count;
	} else if (r.end != RECUR_FOREVER && recur_last(s, NULL, &last)) {
		set_until(s, out, last);
	}
	return true;
}
