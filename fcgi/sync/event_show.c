/*
 * event_show.c -- what clients are shown of an event besides its own words.
 *
 * MS-OUTSPS 3.2.4.2.2: EventDate, EventType, fRecurrence and fAllDayEvent are in
 * every row, UID and RecurrenceData where the event recurs, RecurrenceID and
 * MasterSeriesItemID on instances.
 */
#include "event.h"

const enum field event_shows[] = {
	FIELD_START, FIELD_END, FIELD_ALL_DAY, FIELD_DURATION, FIELD_EVENT_TYPE, FIELD_RECURS,
	FIELD_SERIES_UID, FIELD_INSTANCE, FIELD_MASTER, FIELD_PATTERN, FIELD_ZONE_TEXT,
	FIELD_ZONE_NUMBER, FIELD__MAX
};

struct showing {
	struct arena *a;
	const struct event *ev;
	struct shown *out;
	size_t n;
};

static void
say(struct showing *s, enum field f, struct str value)
{
	if (value.n)
		s->out[s->n++] = (struct shown){ .field = f, .value = value };
}

/* Not negative. */
static void
say_number(struct showing *s, enum field f, int64_t n)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + n % 10);
	while ((n /= 10) != 0);
	say(s, f, arena_dup(s->a, (struct str){ digits + at, sizeof(digits) - at }));
}

static void
say_time(struct showing *s, enum field f, int64_t t)
{
	if (t == NO_TIME)
		return;
	say(s, f, event_stamp(s->a, t));
	s->out[s->n - 1].is_floating = s->ev->is_all_day;
}

/* 38 characters, as it came; what is no GUID is nobody's series. */
static void
say_uid(struct showing *s)
{
	struct str uid = str_trim(s->ev->uid);

	if (s->ev->has_guid)
		say(s, FIELD_SERIES_UID, uid.p[0] == '{' ? uid :
		    arena_fmt(s->a, "{%.*s}", STR_ARG(uid)));
}

/* A row that is newer than its item may have a start at which its pattern does not occur. */
static bool
read(const struct calendar *c, const struct item *item, const struct row *row, struct event *ev,
    struct str *number)
{
	const char *why;

	if (!event_read(c, item, row, ev, &why) && ev->start == NO_TIME)
		return false;
	if (memcmp(item->print, row->print, sizeof(item->print)) != 0 &&
	    !event_series(c, ev, &why))
		ev->type = EVENT_SINGLE;
	*number = event_zone_number(c, item, row, ev);
	return true;
}

static struct str
column_value(const struct list *l, const struct row *row, enum field f)
{
	int at = list_column(l, f);

	return at < 0 ? STR_NULL : row->value[at];
}

/*
 * Most events are single ones that SQL has written: nothing of them is in the bag,
 * and what is shown are the columns themselves.
 */
static bool
show_plain(struct showing *s, const struct list *l, const struct item *item,
    const struct row *row)
{
	int at = list_column(l, FIELD_START);
	struct str start, end;
	int64_t from, to;

	if (item->bag.n || !row->value || at < 0 || l->column[at].class == COLUMN_DATE ||
	    column_value(l, row, FIELD_RRULE).n || column_value(l, row, FIELD_EVENT_TYPE).n ||
	    str_eq(column_value(l, row, FIELD_ALL_DAY), STR("1")) ||
	    list_column(l, FIELD_PATTERN) >= 0 || list_column(l, FIELD_ZONE_TEXT) >= 0)
		return false;
	start = row->value[at];
	end = column_value(l, row, FIELD_END);
	if (!end.n)
		end = start;
	if (!event_parse(start, &from) || !event_parse(end, &to) || to < from)
		return false;
	say(s, FIELD_START, start);
	say(s, FIELD_END, end);
	say(s, FIELD_ALL_DAY, STR("0"));
	say_number(s, FIELD_DURATION, to - from);
	say(s, FIELD_EVENT_TYPE, STR("0"));
	say(s, FIELD_RECURS, STR("0"));
	say(s, FIELD_ZONE_NUMBER, column_value(l, row, FIELD_ZONE_NUMBER));
	return true;
}

size_t
event_show(const struct vocabulary *v, struct arena *a, const struct list *l,
    const struct item *item, const struct row *row, struct shown out[SHOWN_MAX])
{
	const struct calendar c = { .v = v, .a = a, .l = l };
	struct showing s = { .a = a, .out = out };
	struct event ev;
	struct str number;
	bool recurs;

	if (show_plain(&s, l, item, row))
		return s.n;
	s.ev = &ev;
	if (!event_cache_read(&c, item, row, &ev, &number) &&
	    !read(&c, item, row, &ev, &number))
		return 0; /* a row that is bad since the harvest: it is not sent */
	recurs = ev.type != EVENT_SINGLE;
	say_time(&s, FIELD_START, ev.start);
	say_time(&s, FIELD_END, ev.end);
	say(&s, FIELD_ALL_DAY, ev.is_all_day ? STR("1") : STR("0"));
	if (event_duration(&ev) >= 0)
		say_number(&s, FIELD_DURATION, event_duration(&ev));
	say_number(&s, FIELD_EVENT_TYPE, ev.type);
	say(&s, FIELD_RECURS, recurs ? STR("1") : STR("0"));
	say_uid(&s);
	if (ev.type == EVENT_DELETED || ev.type == EVENT_CHANGED) {
		say_time(&s, FIELD_INSTANCE, ev.instance);
		say(&s, FIELD_MASTER, ev.master);
	}
	say(&s, FIELD_PATTERN, ev.pattern);
	say(&s, FIELD_ZONE_TEXT, ev.zone_text);
	say(&s, FIELD_ZONE_NUMBER, number);
	return s.n;
}
