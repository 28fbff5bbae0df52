/*
 * recur_read.c -- the text of a recurrence rule and its sentences of refusal.
 *
 * RFC 5545 3.3.10. Strict where two readers could understand two things, lenient
 * in spelling (case, blanks, "RRULE:", a semicolon at the end): the text comes from
 * DBAs' tables.
 */
#include "recur.h"

#include <limits.h>

#include "num.h"
#include "recur_day.h"

struct reading {
	struct arena *a;
	struct recur *r;
	const char **why;
	struct str name, value; /* of the part being read */
	unsigned seen;          /* bits: rows of the table */
};

static const char *const day_name[7] = { "SU", "MO", "TU", "WE", "TH", "FR", "SA" };

static bool
refuse(struct reading *rd, const char *expected)
{
	*rd->why = arena_fmt(rd->a, "%.*s=%.*s in the recurrence rule is not understood; %s",
	    STR_ARG(rd->name), (int)(rd->value.n < 60 ? rd->value.n : 60), rd->value.p,
	    expected).p;
	return false;
}

/* -------------------------------------------------------------------- values */

static bool
read_freq(struct reading *rd)
{
	static const char *const name[] = { "DAILY", "WEEKLY", "MONTHLY", "YEARLY" };
	static const char *const finer[] = { "HOURLY", "MINUTELY", "SECONDLY" };
	size_t i;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (str_ieq(rd->value, str_of(name[i]))) {
			rd->r->freq = (enum recur_freq)i;
			return true;
		}
	for (i = 0; i < sizeof(finer) / sizeof(finer[0]); i++)
		if (str_ieq(rd->value, str_of(finer[i])))
			return refuse(rd, "Outlook repeats by days at the shortest; DAILY, "
			    "WEEKLY, MONTHLY or YEARLY is expected");
	return refuse(rd, "DAILY, WEEKLY, MONTHLY or YEARLY is expected");
}

/* max: RECUR_INTERVAL_MAX and RECUR_COUNT_MAX, which are one number. */
_Static_assert(RECUR_INTERVAL_MAX == 1000000 && RECUR_COUNT_MAX == 1000000, "the sentence");
static bool
read_number(struct reading *rd, int *out)
{
	int64_t v;

	if (!num_i64(rd->value, 1, RECUR_INTERVAL_MAX, &v))
		return refuse(rd, "a number from 1 to 1000000 is expected");
	*out = (int)v;
	return true;
}

static bool
read_interval(struct reading *rd)
{
	return read_number(rd, &rd->r->interval);
}

static bool
read_count(struct reading *rd)
{
	if (rd->r->end != RECUR_FOREVER)
		return refuse(rd, "a rule ends by COUNT or by UNTIL, not by both");
	rd->r->end = RECUR_COUNT;
	return read_number(rd, &rd->r->count);
}

static bool
read_until(struct reading *rd)
{
	static const enum recur_end end[] = {
		[MOMENT_DATE] = RECUR_UNTIL_DATE,
		[MOMENT_LOCAL] = RECUR_UNTIL_LOCAL,
		[MOMENT_INSTANT] = RECUR_UNTIL,
	};
	enum moment m = recur_moment(rd->value, &rd->r->until);

	if (rd->r->end != RECUR_FOREVER)
		return refuse(rd, "a rule ends by COUNT or by UNTIL, not by both");
	if (m == MOMENT_NONE)
		return refuse(rd, "a date such as 20260313 or an instant such as "
		    "20260313T080000Z is expected");
	rd->r->end = end[m];
	return true;
}

static bool
weekday_read(struct str s, int *out)
{
	for (int i = 0; i < 7; i++)
		if (str_ieq(s, str_of(day_name[i]))) {
			*out = i;
			return true;
		}
	return false;
}

static bool
read_week_start(struct reading *rd)
{
	return weekday_read(rd->value, &rd->r->week_start) ||
	    refuse(rd, "one of SU, MO, TU, WE, TH, FR, SA is expected");
}

/* "-1", "+2", "13": not 0. */
static bool
signed_read(struct str s, int max, int *out)
{
	int64_t v;

	if (s.n && s.p[0] == '+')
		s.p++, s.n--;
	if (!num_i64(s, -max, max, &v) || v == 0)
		return false;
	*out = (int)v;
	return true;
}

static bool
read_set(struct reading *rd, struct recur_set *out, int max, const char *expected)
{
	struct str rest = rd->value, one;
	int n;

	while (rest.p) {
		one = str_trim(str_cut(rest, ',', &rest));
		if (!signed_read(one, max, &n))
			return refuse(rd, expected);
		bit_set(n > 0 ? out->on : out->back, n > 0 ? n : -n);
	}
	return true;
}

static bool
read_months(struct reading *rd)
{
	struct recur_set set = { 0 };
	const char *expected = "months from 1 to 12, separated by commas, are expected";

	if (!read_set(rd, &set, 12, expected))
		return false;
	if (set.back[0])
		return refuse(rd, expected);
	rd->r->months = (unsigned)set.on[0];
	return true;
}

static bool
read_month_days(struct reading *rd)
{
	return read_set(rd, &rd->r->month_days, 31, "days from 1 to 31 or, counted from the "
	    "end, -1 to -31 are expected, separated by commas");
}

static bool
read_year_days(struct reading *rd)
{
	return read_set(rd, &rd->r->year_days, 366, "days from 1 to 366 or, counted from the "
	    "end, -1 to -366 are expected, separated by commas");
}

static bool
read_weeks(struct reading *rd)
{
	return read_set(rd, &rd->r->weeks, 53, "weeks from 1 to 53 or, counted from the end, "
	    "-1 to -53 are expected, separated by commas");
}

static bool
read_positions(struct reading *rd)
{
	return read_set(rd, &rd->r->positions, 366, "positions from 1 to 366 or, counted from "
	    "the end, -1 to -366 are expected, separated by commas");
}

static bool
read_days(struct reading *rd)
{
	struct str rest = rd->value, one, number;
	int day, n;

	while (rest.p) {
		one = str_trim(str_cut(rest, ',', &rest));
		number = (struct str){ one.p, one.n < 2 ? 0 : one.n - 2 };
		if (one.n < 2 ||
		    !weekday_read((struct str){ one.p + number.n, 2 }, &day) ||
		    (number.n && !signed_read(number, 53, &n)))
			return refuse(rd, "days such as MO or, the second and the last one, "
			    "2MO and -1MO are expected, separated by commas");
		if (!number.n)
			rd->r->days |= 1u << day;
		else if (n > 0)
			rd->r->nth[day] |= UINT64_C(1) << n;
		else
			rd->r->nth_back[day] |= UINT64_C(1) << -n;
	}
	return true;
}

static bool
read_time(struct reading *rd)
{
	return refuse(rd, "every instance has the time of day of the first one; leave it out");
}

/* --------------------------------------------------------------------- parts */

static const struct {
	const char *name;
	bool (*read)(struct reading *rd);
} parts[] = {
	{ "FREQ", read_freq },
	{ "INTERVAL", read_interval },
	{ "COUNT", read_count },
	{ "UNTIL", read_until },
	{ "WKST", read_week_start },
	{ "BYMONTH", read_months },
	{ "BYWEEKNO", read_weeks },
	{ "BYYEARDAY", read_year_days },
	{ "BYMONTHDAY", read_month_days },
	{ "BYDAY", read_days },
	{ "BYSETPOS", read_positions },
	{ "BYHOUR", read_time },
	{ "BYMINUTE", read_time },
	{ "BYSECOND", read_time },
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static bool
read_part(struct reading *rd, struct str part)
{
	struct str value;
	size_t i;

	rd->name = str_trim(str_cut(part, '=', &value));
	rd->value = str_trim(value);
	if (rd->name.n > 40)
		rd->name.n = 40;
	if (!value.p) {
		*rd->why = arena_fmt(rd->a, "\"%.*s\" in the recurrence rule is no part of "
		    "it; NAME=VALUE such as FREQ=WEEKLY is expected", STR_ARG(rd->name)).p;
		return false;
	}
	for (i = 0; i < PARTS; i++) {
		if (!str_ieq(rd->name, str_of(parts[i].name)))
			continue;
		if (rd->seen >> i & 1)
			return refuse(rd, "this part stands there twice");
		rd->seen |= 1u << i;
		return parts[i].read(rd);
	}
	return refuse(rd, "iCalendar (RFC 5545) knows no such part");
}

/* What the parts may not say together (RFC 5545 3.3.10, the table and its notes). */
static const char *
contradiction(const struct recur *r)
{
	bool is_yearly = r->freq == RECUR_YEARLY;
	bool has_weeks = !set_is_empty(&r->weeks), has_nth = recur_has_nth(r);

	if (has_nth && !is_yearly && r->freq != RECUR_MONTHLY)
		return "BYDAY with a number (2MO) needs FREQ=MONTHLY or FREQ=YEARLY";
	if (has_nth && has_weeks)
		return "BYDAY with a number (2MO) does not go with BYWEEKNO";
	if (has_weeks && !is_yearly)
		return "BYWEEKNO needs FREQ=YEARLY";
	if (!set_is_empty(&r->year_days) && !is_yearly)
		return "BYYEARDAY needs FREQ=YEARLY";
	if (!set_is_empty(&r->month_days) && r->freq == RECUR_WEEKLY)
		return "BYMONTHDAY does not go with FREQ=WEEKLY";
	if (!set_is_empty(&r->positions) && !has_nth && !has_weeks && !r->days &&
	    !r->months && set_is_empty(&r->month_days) && set_is_empty(&r->year_days))
		return "BYSETPOS chooses from what another part lists (BYDAY, BYMONTHDAY ...), "
		    "and there is none";
	return NULL;
}

bool
recur_read(struct arena *a, struct str text, struct recur *out, const char **why)
{
	struct reading rd = { .a = a, .r = out, .why = why };
	struct str rest = str_trim(text), part;
	const char *wrong;

	*out = (struct recur){ .interval = 1, .week_start = 1 };
	if (rest.n >= 6 && strncasecmp(rest.p, "RRULE:", 6) == 0)
		rest.p += 6, rest.n -= 6;
	if (rest.n == 0 || rest.n > RECUR_TEXT_MAX) {
		*why = rest.n ? "the recurrence rule is longer than 4096 bytes" :
		    "the recurrence rule is empty; FREQ=WEEKLY, say, is expected";
		return false;
	}
	if (memchr(rest.p, '\0', rest.n) || memchr(rest.p, '\n', rest.n)) {
		*why = "the recurrence rule has several lines; one rule is expected";
		return false;
	}
	while (rest.p) {
		part = str_trim(str_cut(rest, ';', &rest));
		if (part.n == 0 && !(rest.p && rest.n))
			continue; /* "FREQ=DAILY;" */
		if (!read_part(&rd, part))
			return false;
	}
	if (!(rd.seen & 1)) {
		*why = "the recurrence rule does not say FREQ (DAILY, WEEKLY, MONTHLY or "
		    "YEARLY)";
		return false;
	}
	wrong = contradiction(out);
	if (wrong)
		*why = arena_fmt(a, "the recurrence rule contradicts itself: %s", wrong).p;
	return !wrong;
}

/* ------------------------------------------------------------------- moments */

static bool
digits(const char *p, int n, int *out)
{
	int i, v = 0;

	for (i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		v = v * 10 + (p[i] - '0');
	}
	*out = v;
	return true;
}

/* 20260406, 20260406T0700, 20260406T070000, with or without Z. */
static enum moment
compact(struct str s, struct civil *c)
{
	bool is_utc = s.n > 9 && (s.p[s.n - 1] | 32) == 'z';

	*c = (struct civil){ 0 };
	if (is_utc)
		s.n--;
	if (s.n < 8 || !digits(s.p, 4, &c->year) || !digits(s.p + 4, 2, &c->month) ||
	    !digits(s.p + 6, 2, &c->day))
		return MOMENT_NONE;
	if (s.n == 8)
		return is_utc ? MOMENT_NONE : MOMENT_DATE;
	if ((s.n != 13 && s.n != 15) || ((s.p[8] | 32) != 't' && s.p[8] != ' ') ||
	    !digits(s.p + 9, 2, &c->hour) || !digits(s.p + 11, 2, &c->minute) ||
	    (s.n == 15 && !digits(s.p + 13, 2, &c->second)))
		return MOMENT_NONE;
	return is_utc ? MOMENT_INSTANT : MOMENT_LOCAL;
}

enum moment
recur_moment(struct str s, int64_t *t)
{
	enum moment m;
	struct civil c;
	bool has_time;
	int offset;

	if (!s.p)
		return MOMENT_NONE;
	m = compact(s, &c);
	if (m == MOMENT_NONE && stamp_parse(s, &c, &has_time, &offset)) {
		m = !has_time ? MOMENT_DATE :
		    offset == STAMP_NO_OFFSET ? MOMENT_LOCAL : MOMENT_INSTANT;
		*t = civil_to_stamp(&c) - (m == MOMENT_INSTANT ? offset * 60 : 0);
		return m;
	}
	if (m == MOMENT_NONE || !civil_ok(&c))
		return MOMENT_NONE;
	*t = civil_to_stamp(&c);
	return m;
}
