/*
 * zone_xml.c -- the text of XMLTZone.
 *
 * MS-OUTSPS 2.2.4.6 to 2.2.4.8. What clients wrote is kept by the caller; this finds its
 * meaning, and makes a text where there is none.
 */
#include "lists/zone_xml.h"

#include "lists/fragment.h"
#include "num.h"

#define BIAS_MAX 1440         /* minutes */
#define DAYLIGHT_BIAS_MAX 180

static const char *const day_name[] = { "su", "mo", "tu", "we", "th", "fr", "sa" };
static const char *const week_name[] = { "first", "second", "third", "fourth", "last" };

static bool
refuse(struct arena *a, const char **why, const char *what, struct str value,
    const char *expected)
{
	*why = arena_fmt(a, "%s of the time zone is \"%.*s\"; %s", what,
	    (int)(value.n < 60 ? value.n : 60), value.p ? value.p : "", expected).p;
	return false;
}

static bool
read_minutes(struct arena *a, const struct xnode *rule, const char *name, int max, int *out,
    const char **why)
{
	const struct xnode *n = xnode_child(rule, name);
	struct str s = n ? str_trim(xnode_text(a, n)) : STR("0");
	int64_t v;

	if (!num_i64(s, -max, max, &v))
		return refuse(a, why, name, s, max == BIAS_MAX ?
		    "minutes from -1440 to 1440 are expected" :
		    "minutes from -180 to 180 are expected");
	*out = (int)v;
	return true;
}

/* The index of a name; -1 when it is none of them. */
static int
index_of(struct str s, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (str_ieq(s, str_of(names[i])))
			return i;
	return -1;
}

/* transitionRule; the defaults are su and first (R952). */
static bool
read_rule(struct arena *a, const struct xnode *n, struct zone_turn *t, const char **why)
{
	struct str month = str_trim(xnode_attr(a, n, "month"));
	struct str date = str_trim(xnode_attr(a, n, "dayOfMonth"));
	struct str day = str_trim(xnode_attr(a, n, "day"));
	struct str week = str_trim(xnode_attr(a, n, "weekdayOfMonth"));
	int64_t v;

	if (!num_i64(month, 1, 12, &v))
		return refuse(a, why, "month", month, "a number from 1 to 12 is expected");
	t->month = (int)v;
	if (date.p && !num_i64(date, 1, 31, &v))
		return refuse(a, why, "dayOfMonth", date, "a number from 1 to 31 is expected");
	if (date.p) {
		t->date = (int)v;
		return true;
	}
	t->weekday = day.p ? index_of(day, day_name, 7) : 0;
	if (t->weekday < 0)
		return refuse(a, why, "day", day, "su to sa is expected");
	t->week = week.p ? index_of(week, week_name, TURN_LAST) + 1 : 1;
	return t->week > 0 || refuse(a, why, "weekdayOfMonth", week,
	    "first, second, third, fourth or last is expected");
}

/* h:m:s, with or without leading zeros; seconds may be missing. */
static bool
read_time(struct str s, int *second)
{
	static const int max[] = { 23, 59, 59 };
	struct str rest = s;
	uint64_t v;
	int i, sum = 0;

	for (i = 0; i < 3; i++) {
		v = 0;
		if (rest.p ? !num_u64(str_cut(rest, ':', &rest), (uint64_t)max[i], &v) :
		    i < 2)
			return false;
		sum = sum * 60 + (int)v;
	}
	*second = sum;
	return !rest.p;
}

static bool
read_turn(struct arena *a, const struct xnode *n, struct zone_turn *t, const char **why)
{
	const struct xnode *rule = xnode_child(n, "transitionRule");
	const struct xnode *time = xnode_child(n, "transitionTime");
	struct str s = time ? str_trim(xnode_text(a, time)) : STR("0:0:0");

	if (!rule) {
		*why = arena_fmt(a, "%s of the time zone has no transitionRule",
		    xnode_name(n)).p;
		return false;
	}
	return read_rule(a, rule, t, why) && (read_time(s, &t->second) ||
	    refuse(a, why, "transitionTime", s, "a time such as 2:0:0 is expected"));
}

bool
zone_xml_read(struct arena *a, struct str text, struct zone_rule *out, const char **why)
{
	const struct xnode *root, *rule, *standard, *daylight;

	*out = (struct zone_rule){ 0 };
	root = fragment_read(a, text, ZONE_XML_MAX, "the time zone", why);
	if (!root)
		return false;
	rule = xnode_child(root, "timeZoneRule");
	if (!rule || !xnode_child(rule, "standardBias")) {
		*why = rule ? "the time zone has no standardBias" :
		    "the text holds no timeZoneRule element";
		return false;
	}
	standard = xnode_child(rule, "standardDate");
	daylight = xnode_child(rule, "daylightDate");
	if (!read_minutes(a, rule, "standardBias", BIAS_MAX, &out->bias, why) ||
	    !read_minutes(a, rule, "additionalDaylightBias", DAYLIGHT_BIAS_MAX,
	    &out->daylight_bias, why))
		return false;
	if (!standard != !daylight) {
		*why = "the time zone has only one of standardDate and daylightDate";
		return false;
	}
	if (standard && (!read_turn(a, standard, &out->standard, why) ||
	    !read_turn(a, daylight, &out->daylight, why)))
		return false;
	if (!standard)
		out->daylight_bias = 0; /* summer never comes */
	return true;
}

static void
write_turn(struct xmlw *w, const char *name, const struct zone_turn *t)
{
	xmlw_open(w, name);
	xmlw_open(w, "transitionRule");
	xmlw_attrf(w, "month", "%d", t->month);
	if (t->date) {
		xmlw_attrf(w, "dayOfMonth", "%d", t->date);
	} else {
		xmlw_attrz(w, "day", day_name[t->weekday]);
		xmlw_attrz(w, "weekdayOfMonth", week_name[t->week - 1]);
	}
	xmlw_close(w);
	xmlw_open(w, "transitionTime");
	xmlw_textf(w, "%d:%d:%d", t->second / 3600, t->second / 60 % 60, t->second % 60);
	xmlw_close(w);
	xmlw_close(w);
}

struct str
zone_xml_write(struct arena *a, const struct zone_rule *r)
{
	struct fragment f;

	if (!r->bias && !r->daylight_bias)
		return STR(ZONE_XML_NEUTRAL);
	fragment_begin(&f);
	xmlw_open(&f.w, "timeZoneRule");
	xmlw_open(&f.w, "standardBias");
	xmlw_textf(&f.w, "%d", r->bias);
	xmlw_close(&f.w);
	if (r->daylight_bias) {
		xmlw_open(&f.w, "additionalDaylightBias");
		xmlw_textf(&f.w, "%d", r->daylight_bias);
		xmlw_close(&f.w);
		write_turn(&f.w, "standardDate", &r->standard);
		write_turn(&f.w, "daylightDate", &r->daylight);
	}
	xmlw_close(&f.w);
	return fragment_end(a, &f);
}
