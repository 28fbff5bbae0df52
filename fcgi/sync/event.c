/*
 * event.c -- read an event from its row and its item.
 *
 * All-day dates float: a DATETIME column was read in the list's zone, so a day
 * is turned back into what the column says; DATE and TIMESTAMP are what they are.
 */
#include "event.h"

#include "bag.h"
#include "num.h"
#include "recur_day.h"

#define DAY_END (DAY - 60) /* 23:59, as clients end all-day events */

enum event_form
event_form(const struct list *l)
{
	if (list_column(l, FIELD_RRULE) >= 0)
		return EVENT_RULE;
	if (list_column(l, FIELD_EVENT_TYPE) >= 0 && list_column(l, FIELD_INSTANCE) >= 0 &&
	    (list_column(l, FIELD_SERIES_UID) >= 0 || list_column(l, FIELD_MASTER) >= 0))
		return EVENT_ROWS;
	return EVENT_BAG;
}

bool
event_has_overrides(const struct list *l)
{
	return list_column(l, FIELD_RRULE) >= 0 && list_column(l, FIELD_INSTANCE) >= 0 &&
	    list_column(l, FIELD_PARENT) >= 0;
}

/* ---- times ---- */

int64_t
event_day(int64_t t)
{
	return day_of_stamp(t) * DAY;
}

struct str
event_stamp(struct arena *a, int64_t t)
{
	char text[STAMP_TEXT];

	return arena_dup(a, str_of(stamp_iso(t, text)));
}

bool
event_parse(struct str text, int64_t *t)
{
	struct civil civil;
	bool has_time;
	int offset;

	if (!text.n || !stamp_parse(text, &civil, &has_time, &offset))
		return false;
	*t = civil_to_stamp(&civil) - (offset == STAMP_NO_OFFSET ? 0 : offset * INT64_C(60));
	return true;
}

struct str
event_said(const struct calendar *c, const struct event *ev)
{
	char start[STAMP_TEXT], end[STAMP_TEXT];

	return arena_fmt(c->a, "%s %s", stamp_iso(ev->row_start, start),
	    stamp_iso(ev->row_end, end));
}

static enum column_class
class_of(const struct list *l, enum field f)
{
	int at = list_column(l, f);

	return at < 0 ? COLUMN_OTHER : l->column[at].class;
}

int64_t
event_to_column(const struct list *l, enum field f, int64_t t)
{
	struct civil local = civil_from_stamp(t);
	enum column_class class = class_of(l, f);

	if (class == COLUMN_DATE)
		return event_day(t);
	return class == COLUMN_DATETIME && l->zone ? zone_to_utc(l->zone, &local) : t;
}

int64_t
event_from_column(const struct list *l, enum field f, int64_t t)
{
	struct civil local;

	if (class_of(l, f) != COLUMN_DATETIME || !l->zone)
		return t;
	local = zone_from_utc(l->zone, t);
	return civil_to_stamp(&local);
}

static struct str
value(const struct calendar *c, const struct item *item, const struct row *row, enum field f)
{
	return kind_value(c->v, c->l, item, row, f);
}

/* A time of the event; all-day: a day that floats. NO_TIME when there is none. */
static int64_t
time_of(const struct calendar *c, const struct item *item, const struct row *row,
    const struct event *ev, enum field f)
{
	int64_t t;

	if (!event_parse(value(c, item, row, f), &t))
		return NO_TIME;
	return ev->is_all_day && !ev->is_inner ? event_from_column(c->l, f, t) : t;
}

/* A column of days holds all-day events only; a flag in the bag ends with a time of day in the row. */
bool
event_is_all_day(const struct calendar *c, const struct item *item, const struct row *row)
{
	struct str flag = value(c, item, row, FIELD_ALL_DAY);
	bool is_inner = item && key_is_inner(item->key, NULL, NULL);
	int64_t t;

	if (!is_inner && class_of(c->l, FIELD_START) == COLUMN_DATE)
		return true;
	if (!str_eq(flag, STR("1")))
		return false;
	if (is_inner || list_column(c->l, FIELD_ALL_DAY) >= 0 ||
	    list_column(c->l, FIELD_START) < 0)
		return true;
	/* midnight, or what a zone has in its place where the clocks change then */
	return event_parse(value(c, item, row, FIELD_START), &t) &&
	    event_to_column(c->l, FIELD_START,
		event_day(event_from_column(c->l, FIELD_START, t))) == t;
}

/* Beside a rule of iCalendar stands an end of iCalendar: midnight ends the day before. */
static bool
ends_before(const struct calendar *c, const struct event *ev)
{
	enum column_class class = class_of(c->l, FIELD_END);

	return ev->form == EVENT_RULE && !ev->is_inner && ev->end > ev->start &&
	    ev->end % DAY == 0 && (class == COLUMN_DATETIME || class == COLUMN_TIMESTAMP);
}

static bool
read_times(const struct calendar *c, const struct item *item, const struct row *row,
    struct event *ev, const char **why)
{
	ev->is_all_day = event_is_all_day(c, item, row);
	ev->start = time_of(c, item, row, ev, FIELD_START);
	ev->end = time_of(c, item, row, ev, FIELD_END);
	ev->instance = time_of(c, item, row, ev, FIELD_INSTANCE);
	if (ev->start == NO_TIME)
		ev->start = ev->instance; /* of a deleted one there may be no more */
	if (ev->start == NO_TIME) {
		*why = "the event has no start";
		return false;
	}
	if (ev->end == NO_TIME)
		ev->end = ev->start;
	if (ev->is_all_day) {
		if (ends_before(c, ev))
			ev->end--;
		ev->start = event_day(ev->start);
		ev->end = event_day(ev->end) + DAY_END;
	}
	/* an end that no column has cannot follow a start that SQL moves */
	if (ev->end < ev->start && !ev->is_inner && list_column(c->l, FIELD_END) < 0)
		ev->end = ev->start + (ev->is_all_day ? DAY_END : 0);
	if (ev->end >= ev->start)
		return true;
	*why = "the event ends before it starts";
	return false;
}

int64_t
event_duration(const struct event *ev)
{
	int64_t seconds;

	if (ev->is_all_day)
		return ev->type == EVENT_SERIES ? DAY_END : ev->end - ev->start;
	seconds = ev->end - ev->start;
	if (ev->type == EVENT_SERIES) { /* the date of the end is that of the last instance */
		seconds = (ev->end - event_day(ev->end)) - (ev->start - event_day(ev->start));
		seconds += seconds < 0 ? DAY : 0;
	}
	return seconds;
}

/* ---- what it is ---- */

static bool
is_said(struct str s)
{
	return str_trim(s).n > 0;
}

/* Of a row with columns for a rule. */
static int
type_of_rule_row(const struct calendar *c, const struct item *item, const struct row *row,
    struct event *ev)
{
	ev->rule = value(c, item, row, FIELD_RRULE);
	if (is_said(ev->rule))
		return EVENT_SERIES;
	ev->rule = STR("");
	if (ev->instance != NO_TIME && is_said(value(c, item, row, FIELD_PARENT)) &&
	    item && bag_get(item->bag, STR(":uid")).n)
		return EVENT_CHANGED;
	return EVENT_SINGLE;
}

static bool
type_of(const struct calendar *c, const struct item *item, const struct row *row,
    struct event *ev, const char **why)
{
	struct str text = value(c, item, row, FIELD_EVENT_TYPE);
	int64_t type = EVENT_SINGLE;

	if (ev->form == EVENT_RULE && !ev->is_inner) {
		ev->type = type_of_rule_row(c, item, row, ev);
		return true;
	}
	if (text.n && !num_i64(text, 0, 4, &type)) {
		*why = "the type of the event is none of 0, 1, 3 and 4";
		return false;
	}
	if (type == 2)
		type = EVENT_SINGLE;
	/* MS-OUTSPS: a series that says it does not recur is a single event */
	if (type == EVENT_SERIES && (str_eq(value(c, item, row, FIELD_RECURS), STR("0")) ||
	    (item && bag_get(item->bag, STR(":broken")).n)))
		type = EVENT_SINGLE;
	ev->type = (int)type;
	return true;
}

static void
read_texts(const struct calendar *c, const struct item *item, const struct row *row,
    struct event *ev)
{
	ev->uid = value(c, item, row, FIELD_SERIES_UID);
	ev->pattern = value(c, item, row, FIELD_PATTERN);
	ev->zone_text = value(c, item, row, FIELD_ZONE_TEXT);
	ev->master = value(c, item, row, FIELD_MASTER);
	if (!item || ev->is_inner)
		return;
	if (!is_said(ev->master))
		ev->master = bag_get(item->bag, STR(":master"));
	if (ev->form != EVENT_RULE || ev->type != EVENT_CHANGED)
		return;
	ev->uid = bag_get(item->bag, STR(":uid"));
	if (!is_said(ev->zone_text))
		ev->zone_text = bag_get(item->bag, STR(":zone"));
}

/* A series that says nothing of its recurrence happens once; SQL may have given it no name. */
static void
fill_texts(const struct calendar *c, const struct row *row, struct event *ev)
{
	struct pattern once = { .kind = PATTERN_DAILY, .frequency = 1, .first_day = 1,
		.end = PATTERN_COUNT, .count = 1 };
	struct zone_rule rule = { 0 };

	if (row && !(ev->uid.n && guid_parse(ev->uid, &ev->guid)))
		ev->uid = event_made_uid(c, NULL, row->key);
	if (!is_said(ev->pattern) && c->v->pattern_write)
		ev->pattern = c->v->pattern_write(c->a, &once);
	if (is_said(ev->zone_text) || !c->v->zone_write)
		return;
	if (!ev->is_all_day && c->l->zone)
		zone_rule_of(c->l->zone, civil_from_stamp(ev->start).year, &rule);
	ev->zone_text = c->v->zone_write(c->a, &rule);
}

/* SQL has moved the row of a series that a client made: its first instance, and an end to it. */
static void
take_fit(const struct calendar *c, const struct item *item, struct event *ev)
{
	const char *why;
	int64_t start;

	if (!item || !event_parse(bag_get(item->bag, STR(":fit")), &start) ||
	    !event_series(c, ev, &why))
		return;
	ev->start = start;
	ev->end = event_series_end(&ev->series, start, ev->is_all_day);
}

bool
event_read(const struct calendar *c, const struct item *item, const struct row *row,
    struct event *ev, const char **why)
{
	memset(ev, 0, sizeof(*ev));
	ev->form = event_form(c->l);
	ev->is_inner = item && key_is_inner(item->key, NULL, NULL);
	if (!read_times(c, item, row, ev, why) || !type_of(c, item, row, ev, why))
		return false;
	ev->row_start = ev->start;
	ev->row_end = ev->end;
	read_texts(c, item, row, ev);
	if (ev->form == EVENT_RULE && !ev->is_inner && !event_derive(c, item, row, ev, why))
		return false;
	if (ev->form != EVENT_RULE && ev->type == EVENT_SERIES) {
		fill_texts(c, row, ev);
		take_fit(c, item, ev);
	}
	if (ev->type != EVENT_DELETED && ev->type != EVENT_CHANGED)
		ev->instance = NO_TIME;
	else if (ev->instance != NO_TIME && ev->is_all_day)
		ev->instance = event_day(ev->instance);
	ev->has_guid = ev->uid.n && guid_parse(ev->uid, &ev->guid);
	return true;
}

/* SharePoint's numbers of zones. Clients only carry them along: any will do for the others. */
static const struct {
	const char *zone, *number;
} numbers[] = {
	{ "Europe/London", "2" }, { "Europe/Paris", "3" }, { "Europe/Berlin", "4" },
	{ "America/New_York", "10" }, { "America/Chicago", "11" }, { "America/Denver", "12" },
	{ "America/Los_Angeles", "13" }, { "UTC", "93" },
};
#define OTHER_ZONE "0"

/* As it was sent; a series that has none gets one (MS-OUTSPS R303). */
struct str
event_zone_number(const struct calendar *c, const struct item *item, const struct row *row,
    const struct event *ev)
{
	struct str kept = kind_value(c->v, c->l, item, row, FIELD_ZONE_NUMBER);
	struct str of_series = item ? bag_get(item->bag, STR(":number")) : STR_NULL;
	struct str zone = ev->zone_name.n ? ev->zone_name : str_of(c->l->zone_name);

	if (kept.n || ev->type == EVENT_SINGLE)
		return kept;
	if (of_series.n)
		return of_series;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (zone.p && str_eq(zone, str_of(numbers[i].zone)))
			return str_of(numbers[i].number);
	return STR(OTHER_ZONE);
}

/* ---- its instances ---- */

/* The wall clock of a series that has a text for it. */
static struct wall
wall_of(const struct calendar *c, const struct event *ev)
{
	struct wall wall = { .zone = c->l->zone };
	struct zone_rule *rule;
	const char *why;

	if (ev->is_all_day)
		return (struct wall){ 0 };
	if (!is_said(ev->zone_text) || !c->v->zone_read)
		return wall;
	rule = ARENA_NEW(c->a, struct zone_rule);
	if (c->v->zone_read(c->a, ev->zone_text, rule, &why))
		wall = (struct wall){ .rule = rule };
	return wall;
}

bool
event_series(const struct calendar *c, struct event *ev, const char **why)
{
	struct pattern pattern;

	if (ev->has_series || ev->type != EVENT_SERIES)
		return true;
	if (!c->v->pattern_read || !c->v->pattern_read(c->a, ev->pattern, &pattern, why))
		return false;
	ev->series.wall = wall_of(c, ev);
	ev->series.start = wall_from_utc(&ev->series.wall, ev->start);
	ev->series.seconds = ev->is_all_day ? DAY : event_duration(ev);
	pattern_to_recur(&pattern, &ev->series.rule);
	if (ev->is_all_day)
		recur_until_as_date(&ev->series.rule);
	ev->has_series = true;
	if (recur_first(&ev->series, NULL, NULL))
		return true;
	*why = "its recurrence never occurs: no day that its pattern allows lies between its "
	    "start and the end of the series";
	return false;
}

bool
event_instance(const struct event *series, int64_t asked, int64_t *out)
{
	int64_t t;

	*out = asked;
	if (recur_has(&series->series, asked))
		return true;
	if (!recur_on_day(&series->series, asked, &t))
		return false;
	*out = t;
	return true;
}
