/*
 * pattern_xml.c -- the text of RecurrenceData.
 *
 * MS-OUTSPS 2.2.4.2 (rule), 2.2.4.4 (the fragment), 2.2.4.5 (patterns); V3RecurrencePattern:
 * R1191 to R1194, R1259. What clients wrote is kept by the caller byte by byte (R1262, R1263,
 * R1266); this is how its meaning is found, and how a text is made where there is none.
 */
#include "lists/pattern_xml.h"

#include "lists/fragment.h"
#include "num.h"

#define V3 "V3RecurrencePattern"

static const char *const day_name[] = { "su", "mo", "tu", "we", "th", "fr", "sa" };
/* further bits of struct pattern's days, from bit 7 on */
static const char *const group_name[] = { "day", "weekday", "weekend_day" };
static const char *const nth_name[] = { "first", "second", "third", "fourth", "last" };

enum { HAS_DAYS = 1, HAS_GROUPS = 2, HAS_NTH = 4, HAS_MONTH = 8, HAS_DAY = 16, HAS_WORKDAYS = 32 };

/* The attributes of each pattern. */
static const struct {
	const char *name, *frequency;
	int has;
} kinds[] = {
	[PATTERN_DAILY] = { "daily", "dayFrequency", HAS_WORKDAYS },
	[PATTERN_WEEKLY] = { "weekly", "weekFrequency", HAS_DAYS },
	[PATTERN_MONTHLY] = { "monthly", "monthFrequency", HAS_DAY },
	[PATTERN_MONTHLY_BY_DAY] = { "monthlyByDay", "monthFrequency",
	    HAS_DAYS | HAS_GROUPS | HAS_NTH },
	[PATTERN_YEARLY] = { "yearly", "yearFrequency", HAS_MONTH | HAS_DAY },
	[PATTERN_YEARLY_BY_DAY] = { "yearlyByDay", "yearFrequency",
	    HAS_DAYS | HAS_GROUPS | HAS_NTH | HAS_MONTH },
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == PATTERN__MAX, "a pattern has no row here");

struct reading {
	struct arena *a;
	const char **why;
	struct pattern *p;
};

static bool
refuse(struct reading *rd, const char *what, struct str value, const char *expected)
{
	*rd->why = arena_fmt(rd->a, "%s of the recurrence is \"%.*s\"; %s", what,
	    (int)(value.n < 60 ? value.n : 60), value.p ? value.p : "", expected).p;
	return false;
}

/* -------------------------------------------------------------------- attributes */

/* Absent: 1, the default of them all. */
static bool
read_number(struct reading *rd, const struct xnode *n, const char *name, int *out)
{
	struct str s = str_trim(xnode_attr(rd->a, n, name));
	int64_t v = 1;

	if (s.p && !num_i64(s, 1, PATTERN_FREQUENCY_MAX, &v))
		return refuse(rd, name, s, "a number from 1 to 1000000 is expected");
	*out = (int)v;
	return true;
}

static bool
read_flag(struct reading *rd, const struct xnode *n, const char *name, unsigned bit)
{
	struct str s = xnode_attr(rd->a, n, name);
	bool is_on;

	if (!fragment_bool(s, &is_on))
		return refuse(rd, name, s, "TRUE or FALSE is expected");
	if (is_on)
		rd->p->days |= bit;
	return true;
}

static bool
read_nth(struct reading *rd, const struct xnode *n)
{
	struct str s = str_trim(xnode_attr(rd->a, n, "weekdayOfMonth"));
	int i;

	rd->p->nth = 1;
	if (!s.p)
		return true;
	for (i = 0; i < PATTERN_LAST; i++)
		if (str_ieq(s, str_of(nth_name[i]))) {
			rd->p->nth = i + 1;
			return true;
		}
	return refuse(rd, "weekdayOfMonth", s,
	    "first, second, third, fourth or last is expected");
}

static bool
read_workdays(struct reading *rd, const struct xnode *n)
{
	struct str s = xnode_attr(rd->a, n, "weekday");

	return fragment_bool(s, &rd->p->is_workdays) ||
	    refuse(rd, "weekday", s, "TRUE or FALSE is expected");
}

static bool
read_attributes(struct reading *rd, const struct xnode *n, enum pattern_kind kind)
{
	int has = kinds[kind].has, i;

	rd->p->kind = kind;
	if (!read_number(rd, n, kinds[kind].frequency, &rd->p->frequency))
		return false;
	for (i = 0; has & HAS_DAYS && i < 7; i++)
		if (!read_flag(rd, n, day_name[i], 1u << i))
			return false;
	for (i = 0; has & HAS_GROUPS && i < 3; i++)
		if (!read_flag(rd, n, group_name[i], PATTERN_DAY << i))
			return false;
	return !((has & HAS_NTH && !read_nth(rd, n)) ||
	    (has & HAS_MONTH && !read_number(rd, n, "month", &rd->p->month)) ||
	    (has & HAS_DAY && !read_number(rd, n, "day", &rd->p->day)) ||
	    (has & HAS_WORKDAYS && !read_workdays(rd, n)));
}

/* ----------------------------------------------------------------- parts of a rule */

static bool
read_repeat(struct reading *rd, const struct xnode *repeat)
{
	const struct xnode *n, *found = NULL;
	enum pattern_kind kind = PATTERN_DAILY;
	int i;

	for (n = repeat ? xnode_first(repeat) : NULL; n; n = xnode_next(n)) {
		for (i = 0; i < PATTERN__MAX; i++)
			if (strcmp(xnode_name(n), kinds[i].name) == 0)
				break;
		if (i == PATTERN__MAX)
			return refuse(rd, "a pattern", str_of(xnode_name(n)), "daily, weekly, "
			    "monthly, monthlyByDay, yearly or yearlyByDay is expected");
		if (found) {
			*rd->why = "the recurrence has two patterns; one is expected";
			return false;
		}
		found = n;
		kind = (enum pattern_kind)i;
	}
	if (!found) {
		*rd->why = "the recurrence has no pattern; repeat with daily, weekly, monthly, "
		    "monthlyByDay, yearly or yearlyByDay is expected";
		return false;
	}
	return read_attributes(rd, found, kind);
}

/* day, weekday and weekend_day are allowed by the schema and mean nothing. */
static bool
read_first_day(struct reading *rd, const struct xnode *n)
{
	struct str s = n ? str_trim(xnode_text(rd->a, n)) : STR("");
	int i;

	rd->p->first_day = 0;
	for (i = 0; i < 7; i++)
		if (str_ieq(s, str_of(day_name[i]))) {
			rd->p->first_day = i;
			return true;
		}
	for (i = 0; i < 3; i++)
		if (str_ieq(s, str_of(group_name[i])))
			return true;
	return s.n == 0 || refuse(rd, "firstDayOfWeek", s, "su to sa is expected");
}

static bool
read_window_end(struct reading *rd, const struct xnode *n)
{
	struct str s = str_trim(xnode_text(rd->a, n));
	struct civil c;
	bool has_time;
	int offset;

	if (!stamp_parse(s, &c, &has_time, &offset))
		return refuse(rd, "windowEnd", s,
		    "a date and time such as 2026-03-13T08:00:00Z is expected");
	rd->p->end = PATTERN_UNTIL;
	rd->p->until_is_local = offset == STAMP_NO_OFFSET;
	rd->p->until = civil_to_stamp(&c) - (rd->p->until_is_local ? 0 : offset * 60);
	if (!has_time)
		rd->p->until += 86399; /* that whole day */
	return true;
}

static bool
read_end(struct reading *rd, const struct xnode *rule)
{
	const struct xnode *window = xnode_child(rule, "windowEnd");
	const struct xnode *instances = xnode_child(rule, "repeatInstances");
	bool is_endless = xnode_child(rule, "repeatForever"); /* whatever it holds (R894) */
	struct str s;
	int64_t v;

	if ((window != NULL) + (instances != NULL) + is_endless > 1) {
		*rd->why = "the recurrence has several ends; one of windowEnd, repeatForever "
		    "and repeatInstances is expected";
		return false;
	}
	rd->p->end = PATTERN_FOREVER;
	if (window)
		return read_window_end(rd, window);
	if (!instances)
		return true;
	s = str_trim(xnode_text(rd->a, instances));
	if (!num_i64(s, 1, PATTERN_COUNT_MAX, &v))
		return refuse(rd, "repeatInstances", s,
		    "a number from 1 to 1000000 is expected");
	rd->p->end = PATTERN_COUNT;
	rd->p->count = (int)v;
	return true;
}

/* The only <recurrence>, which may be wrapped for old clients. */
static const struct xnode *
find_recurrence(const struct xnode *root, int *n)
{
	const struct xnode *i, *found = NULL, *inner;

	for (i = xnode_first(root); i; i = xnode_next(i)) {
		inner = strcmp(xnode_name(i), V3) == 0 ? xnode_child(i, "recurrence") : i;
		if (inner && strcmp(xnode_name(inner), "recurrence") == 0) {
			found = inner;
			++*n;
		}
	}
	return found;
}

/* Absent or false: no instruction; what stands there was not meant for readers anyway. */
static bool
wants_deletion(struct arena *a, const struct xnode *root)
{
	struct xnode *n;
	bool is_on;

	for (n = xnode_first(root); n; n = xnode_next(n))
		if (strcmp(xnode_name(n), "deleteExceptions") == 0 &&
		    fragment_bool(xnode_text(a, n), &is_on) && is_on)
			return true;
	return false;
}

/* ------------------------------------------------------------------------- public */

bool
pattern_xml_read(struct arena *a, struct str text, struct pattern *out,
    bool *delete_exceptions, struct str *kept, const char **why)
{
	struct reading rd = { .a = a, .why = why, .p = out };
	const struct xnode *root, *recurrence, *rule;
	int n = 0;

	*out = (struct pattern){ .frequency = 1, .nth = 1, .day = 1, .month = 1 };
	*delete_exceptions = false;
	*kept = text;
	root = fragment_read(a, text, PATTERN_XML_MAX, "the recurrence", why);
	if (!root)
		return false;
	*delete_exceptions = wants_deletion(a, root);
	*kept = fragment_without(a, text, "deleteExceptions");
	recurrence = find_recurrence(root, &n);
	if (n != 1) {
		*why = n ? "the text holds two recurrences; one is expected" :
		    "the text holds no recurrence element";
		return false;
	}
	rule = xnode_child(recurrence, "rule");
	if (!rule) {
		*why = "the recurrence holds no rule";
		return false;
	}
	return read_first_day(&rd, xnode_child(rule, "firstDayOfWeek")) &&
	    read_repeat(&rd, xnode_child(rule, "repeat")) && read_end(&rd, rule) &&
	    pattern_check(out, why);
}

static void
write_attributes(struct xmlw *w, const struct pattern *p)
{
	int has = kinds[p->kind].has, i;

	if (p->kind == PATTERN_DAILY && p->is_workdays) {
		xmlw_attrz(w, "weekday", "TRUE");
		return;
	}
	/* never FALSE: SharePoint takes the presence of a day for TRUE (R90381) */
	for (i = 0; has & HAS_DAYS && i < 7; i++)
		if (p->days >> i & 1)
			xmlw_attrz(w, day_name[i], "TRUE");
	for (i = 0; has & HAS_GROUPS && i < 3; i++)
		if (p->days & PATTERN_DAY << i)
			xmlw_attrz(w, group_name[i], "TRUE");
	if (has & HAS_NTH)
		xmlw_attrz(w, "weekdayOfMonth", nth_name[p->nth - 1]);
	if (has & HAS_MONTH && !(has & HAS_DAY))
		xmlw_attrf(w, "month", "%d", p->month);
	xmlw_attrf(w, kinds[p->kind].frequency, "%d", p->frequency);
	if (has & HAS_MONTH && has & HAS_DAY)
		xmlw_attrf(w, "month", "%d", p->month);
	if (has & HAS_DAY)
		xmlw_attrf(w, "day", "%d", p->day);
}

static void
write_end(struct xmlw *w, const struct pattern *p)
{
	char stamp[STAMP_TEXT];

	switch (p->end) {
	case PATTERN_FOREVER:
		xmlw_element(w, "repeatForever", "FALSE"); /* that is its only value */
		break;
	case PATTERN_COUNT:
		xmlw_open(w, "repeatInstances");
		xmlw_textf(w, "%d", p->count);
		xmlw_close(w);
		break;
	case PATTERN_UNTIL:
		stamp_iso(p->until, stamp);
		if (p->until_is_local)
			stamp[strlen(stamp) - 1] = '\0';
		xmlw_element(w, "windowEnd", stamp);
		break;
	}
}

struct str
pattern_xml_write(struct arena *a, const struct pattern *p)
{
	struct fragment f;

	fragment_begin(&f);
	xmlw_open(&f.w, "recurrence");
	xmlw_open(&f.w, "rule");
	xmlw_element(&f.w, "firstDayOfWeek", day_name[p->first_day]);
	xmlw_open(&f.w, "repeat");
	xmlw_open(&f.w, kinds[p->kind].name);
	write_attributes(&f.w, p);
	xmlw_close(&f.w);
	xmlw_close(&f.w);
	write_end(&f.w, p);
	xmlw_close(&f.w);
	xmlw_close(&f.w);
	return fragment_end(a, &f);
}

struct str
pattern_xml_wrap(struct arena *a, struct str text)
{
	return arena_fmt(a, "<" V3 ">%.*s</" V3 ">", STR_ARG(text));
}
