/*
 * event_rule.c -- events whose recurrence a database keeps as RFC 5545 says it.
 *
 * MS-OUTSPS 3.2.4.2.2 (EndDate, Duration). The end of a series on the wire is the
 * day of its last instance with the end of an instance as its time of day in UTC.
 * Clients take both times of day from UTC, so it is counted from the start, in
 * days: with the offset of the last instance a series over a change of the clocks
 * would have another length.
 */
#include "event.h"

#include <inttypes.h>
#include <stdio.h>

#include "bag.h"
#include "recur_day.h"

#define ORDER_BYTES 4 /* of a made UID; the rest tells the series apart */
#define FAR INT64_C(2114380800) /* 2037-01-01 */
#define FOREVER_YEAR 4500 /* 31 August: what Outlook itself puts for a series without end */

/* ---- prints: which series this is. Nothing secret: two sums of FNV-1a ---- */

struct print {
	uint64_t a, b;
};

static void
print_start(struct print *p)
{
	p->a = UINT64_C(14695981039346656037);
	p->b = UINT64_C(0x9E3779B97F4A7C15);
}

static void
print_bytes(struct print *p, const void *bytes, size_t n)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < n; i++) {
		p->a = (p->a ^ at[i]) * UINT64_C(1099511628211);
		p->b = (p->b ^ at[i] ^ (p->a >> 56)) * UINT64_C(0x100000001000193);
	}
}

static void
print_str(struct print *p, struct str s)
{
	unsigned char n[4] = { (unsigned char)(s.n >> 24), (unsigned char)(s.n >> 16),
		(unsigned char)(s.n >> 8), (unsigned char)s.n };

	print_bytes(p, n, sizeof(n));
	if (s.n)
		print_bytes(p, s.p, s.n);
}

static void
print_time(struct print *p, int64_t t)
{
	char text[STAMP_TEXT];

	print_str(p, t == NO_TIME ? STR("") : str_of(stamp_iso(t, text)));
}

static void
print_text(const struct print *p, char out[PRINT_TEXT])
{
	snprintf(out, PRINT_TEXT, "%016" PRIx64 "%016" PRIx64, p->a, p->b);
}

void
event_rule_print(const struct calendar *c, const struct event *ev, char out[PRINT_TEXT])
{
	struct print p;

	(void)c;
	print_start(&p);
	print_time(&p, ev->row_start);
	print_time(&p, ev->row_end);
	print_str(&p, ev->is_all_day ? STR("day") : ev->rule.n ? ev->zone_name : STR(""));
	print_str(&p, ev->rule);
	print_text(&p, out);
}

/* What the pattern means, in one spelling; as it is when it means nothing. */
static struct str
plain_pattern(const struct calendar *c, const struct event *ev)
{
	struct event same = *ev;
	const char *why;

	same.has_series = false;
	return event_series(c, &same, &why) ? event_rule_text(c, &same.series) : ev->pattern;
}

static struct str
plain_zone(const struct calendar *c, struct str text)
{
	struct zone_rule rule;
	const char *why;

	if (!c->v->zone_read || !c->v->zone_read(c->a, text, &rule, &why))
		return text;
	return c->v->zone_write(c->a, &rule);
}

/* Who has no end writes some day of a far year: each client its own. */
int64_t
event_end_meant(const struct calendar *c, const struct event *ev)
{
	struct pattern pattern;
	const char *why;

	if (ev->end < FAR || !c->v->pattern_read ||
	    !c->v->pattern_read(c->a, ev->pattern, &pattern, &why) ||
	    pattern.end != PATTERN_FOREVER)
		return ev->end;
	return FAR + ev->end - event_day(ev->end);
}

struct str
event_series_print(const struct calendar *c, const struct item *item, const struct event *ev)
{
	char text[PRINT_TEXT];
	struct print p;

	if (ev->type != EVENT_SERIES)
		return STR("");
	print_start(&p);
	if (ev->form == EVENT_RULE) {
		event_rule_print(c, ev, text);
		print_str(&p, str_of(text));
	} else {
		print_time(&p, ev->start);
		print_time(&p, event_end_meant(c, ev));
		print_str(&p, plain_pattern(c, ev));
		print_str(&p, plain_zone(c, ev->zone_text));
		print_str(&p, ev->is_all_day ? STR("day") : STR(""));
	}
	if (ev->has_guid)
		print_bytes(&p, ev->guid.b, sizeof(ev->guid.b));
	print_str(&p, item ? bag_get(item->bag, STR(":purge")) : STR(""));
	print_text(&p, text);
	return arena_dup(c->a, str_of(text));
}

struct str
event_made_uid(const struct calendar *c, const struct event *ev, struct str key)
{
	const struct event none = { .is_all_day = true };
	char print[PRINT_TEXT], text[39];
	unsigned char bytes[16];
	struct guid guid;
	struct print p;

	event_rule_print(c, ev ? ev : &none, print);
	print_start(&p);
	print_bytes(&p, c->l->id.b, sizeof(c->l->id.b));
	print_str(&p, key);
	print_str(&p, str_of(print));
	for (int i = 0; i < 8; i++) {
		bytes[i] = (unsigned char)(p.a >> (8 * i));
		bytes[8 + i] = (unsigned char)(p.b >> (8 * i));
	}
	/* in the order of the keys, roughly: a download by UID then reads the table from front to back */
	for (size_t i = 0; i < ORDER_BYTES; i++)
		bytes[i] = i < key.n ? (unsigned char)key.p[i] : 0;
	guid = guid_from_random(bytes);
	return arena_dup(c->a, str_of(guid_fmt(&guid, GUID_BRACES, text)));
}

/* ---- the end ---- */

int64_t
event_series_end(const struct series *s, int64_t start, bool is_all_day)
{
	struct civil first, last;
	int64_t seconds = is_all_day ? DAY - 60 : s->seconds, days;

	if (s->rule.end == RECUR_FOREVER)
		last = (struct civil){ .year = FOREVER_YEAR, .month = 8, .day = 31 };
	else if (!recur_last(s, &last, NULL))
		return start + seconds;
	first = wall_from_utc(&s->wall, start);
	days = day_of(last.year, last.month, last.day) - day_of(first.year, first.month, first.day);
	return start + days * DAY + seconds;
}

/* ---- excepted dates ---- */

bool
event_exdates(const struct calendar *c, const struct event *ev, const struct row *row,
    struct exdates *out, const char **why)
{
	int at = list_column(c->l, FIELD_EXDATE);

	struct exdates said;
	int64_t t;

	*out = (struct exdates){ 0 };
	if (at < 0 || !row || !row->value || !row->value[at].n)
		return true;
	if (!exdate_read(c->a, row->value[at], &ev->series, &said, why))
		return false;
	/* a stamp in local time, or of another summer: the instance of that day is meant */
	for (size_t i = 0; i < said.n; i++) {
		(void)event_instance(ev, said.at[i], &t);
		(void)exdate_add(c->a, out, t);
	}
	return true;
}

/* ---- the series ---- */

static bool
read_zone(const struct calendar *c, const struct row *row, struct event *ev,
    const char **why)
{
	int at = list_column(c->l, FIELD_ZONE_NAME);
	struct str name = at >= 0 && row && row->value ? str_trim(row->value[at]) : STR("");

	ev->series.wall = (struct wall){ .zone = c->l->zone };
	ev->zone_name = str_of(c->l->zone_name ? c->l->zone_name : "UTC");
	if (!name.n)
		return true;
	ev->zone_name = name;
	ev->series.wall.zone = c->l->zones ? zones_get(c->l->zones, name) : NULL;
	if (ev->series.wall.zone)
		return true;
	*why = arena_fmt(c->a, "\"%.*s\" is not a time zone of this machine; expected a name such as "
	    "Europe/Berlin", name.n > 64 ? 64 : (int)name.n, name.p).p;
	return false;
}

struct str
event_rule_text(const struct calendar *c, const struct series *s)
{
	struct recur canon;

	recur_canon(s, &canon);
	return recur_write(c->a, &canon);
}

static bool
read_rule(const struct calendar *c, struct event *ev, const char **why)
{
	struct series *s = &ev->series;

	if (!recur_read(c->a, ev->rule, &s->rule, why))
		return false;
	if (ev->is_all_day) {
		s->wall = (struct wall){ 0 };
		recur_until_as_date(&s->rule);
	}
	s->start = wall_from_utc(&s->wall, ev->row_start);
	s->seconds = ev->is_all_day ? event_day(ev->row_end) + DAY - ev->row_start
				    : ev->row_end - ev->row_start;
	ev->rule = event_rule_text(c, s);
	ev->has_series = true;
	return true;
}

/* What a client sent is shown as long as the row says the same. */
static bool
is_kept(const struct calendar *c, const struct item *item, const struct event *ev)
{
	char print[PRINT_TEXT];
	struct str kept = item ? bag_get(item->bag, STR(":rule")) : STR_NULL;

	if (!kept.n)
		return false;
	event_rule_print(c, ev, print);
	return str_eq(kept, str_of(print));
}

/* The zone as clients know zones: as it is in the year of the first instance. */
static struct str
zone_text(const struct calendar *c, const struct event *ev)
{
	struct zone_rule rule = { 0 };

	if (ev->series.wall.zone)
		zone_rule_of(ev->series.wall.zone,
		    wall_from_utc(&ev->series.wall, ev->start).year, &rule);
	return c->v->zone_write ? c->v->zone_write(c->a, &rule) : STR_NULL;
}

static struct str
pattern_text(const struct calendar *c, const struct pattern *pattern)
{
	return c->v->pattern_write ? c->v->pattern_write(c->a, pattern) : STR_NULL;
}

/* As a client said it; what it left out follows from the rule. */
static void
show_kept(const struct calendar *c, const struct item *item, struct event *ev)
{
	struct pattern pattern;
	const char *why;

	if (!event_parse(bag_get(item->bag, STR(":end")), &ev->end))
		ev->end = event_series_end(&ev->series, ev->start, ev->is_all_day);
	if (!str_trim(ev->pattern).n && pattern_of_recur(&ev->series, &pattern, &why))
		ev->pattern = pattern_text(c, &pattern);
	if (!str_trim(ev->zone_text).n)
		ev->zone_text = zone_text(c, ev);
}

/* A series that clients know: first instance, end, pattern and zone. */
static void
show_series(const struct calendar *c, struct event *ev, const struct pattern *pattern)
{
	if (!recur_first(&ev->series, NULL, &ev->start))
		return; /* asked before */
	ev->end = event_series_end(&ev->series, ev->start, ev->is_all_day);
	ev->pattern = pattern_text(c, pattern);
	ev->zone_text = zone_text(c, ev);
}

/* A series that no pattern says: its row stands for the first instance that is left. */
static bool
show_fixed(const struct calendar *c, const struct row *row, struct event *ev, const char **why)
{
	struct exdates out;
	struct recur_walk w;
	int64_t t;

	if (!event_exdates(c, ev, row, &out, why))
		return false;
	recur_begin(&w, &ev->series);
	while (recur_next(&w, NULL, &t))
		if (!exdate_has(&out, t)) {
			ev->is_fixed = true;
			ev->type = EVENT_SINGLE;
			ev->start = t;
			ev->end = t + ev->series.seconds - (ev->is_all_day ? 60 : 0);
			return true;
		}
	*why = "the recurrence rule and the excluded instances leave none";
	return false;
}

static bool
derive_series(const struct calendar *c, const struct item *item, const struct row *row,
    struct event *ev, const char **why)
{
	struct exdates out;
	struct pattern pattern;
	const char *none;

	if (!recur_first(&ev->series, NULL, NULL)) {
		*why = "its recurrence rule never occurs";
		return false;
	}
	if (!event_exdates(c, ev, row, &out, why))
		return false;
	if (is_kept(c, item, ev)) {
		show_kept(c, item, ev);
		return true;
	}
	if (ev->series.seconds > DAY || (!ev->is_all_day && ev->series.seconds == DAY) ||
	    !pattern_of_recur(&ev->series, &pattern, &none))
		return show_fixed(c, row, ev, why);
	/* a column of the DBA's own, if it holds what a client can take */
	if (list_column(c->l, FIELD_SERIES_UID) < 0 || !ev->uid.n ||
	    !guid_parse(ev->uid, &ev->guid))
		ev->uid = event_made_uid(c, ev, row->key);
	show_series(c, ev, &pattern);
	return true;
}

bool
event_derive(const struct calendar *c, const struct item *item, const struct row *row,
    struct event *ev, const char **why)
{
	if (ev->type != EVENT_SERIES) {
		if (ev->type == EVENT_SINGLE && !is_kept(c, item, ev))
			ev->uid = ev->pattern = STR_NULL;
		return true;
	}
	return read_zone(c, row, ev, why) && read_rule(c, ev, why) &&
	    derive_series(c, item, row, ev, why);
}
