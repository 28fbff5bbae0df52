/*
 * event_write.c -- a changed event in the form in which its list keeps events.
 *
 * What is sent and equals what the client was shown is left out: clients send
 * whole items, and a column that says the same in other words (23:59:59 for 23:59,
 * an RRULE in another order) is the DBA's.
 */
#include "event_draft.h"

#include "access.h"
#include "bag.h"
#include "recur_day.h"

/* ---- fields that all forms have ---- */

/* Sent, and not what was shown. */
static bool
differs(const struct draft *d, enum field f, struct str was)
{
	struct str sent;

	if (!draft_sent(d, f, &sent))
		return false;
	return !d->item || !(str_eq(sent, was) || (!sent.n && !was.n));
}

static void
write_time(struct draft *d, enum field f, int64_t is, int64_t was)
{
	bool is_same = d->item && is == was && d->ev.is_all_day == d->was.is_all_day;

	if (is_same)
		draft_drop(d, f);
	else
		draft_put_time(d, f, is);
}

static void
write_text(struct draft *d, enum field f, struct str is, struct str was)
{
	if (differs(d, f, was))
		draft_put(d, f, is);
	else
		draft_drop(d, f);
}

static void
write_uid(struct draft *d)
{
	struct str sent;
	bool is_same = d->item && d->ev.has_guid && d->was.has_guid &&
	    guid_eq(&d->ev.guid, &d->was.guid);

	if (is_same)
		draft_drop(d, FIELD_SERIES_UID);
	else if (draft_sent(d, FIELD_SERIES_UID, &sent) || (!d->item && d->ev.has_guid))
		draft_put(d, FIELD_SERIES_UID, d->ev.uid);
}

/* A number that only clients know: the one that was made for them is none of theirs. */
static void
write_zone_number(struct draft *d)
{
	struct str sent, shown;

	if (!d->item || !draft_sent(d, FIELD_ZONE_NUMBER, &sent))
		return;
	shown = event_zone_number(&d->c, d->item, &d->r->row, &d->was);
	if (str_eq(sent, shown))
		draft_drop(d, FIELD_ZONE_NUMBER);
}

/* Flags and numbers that follow from the type; a column of them gets them. */
static void
write_type(struct draft *d)
{
	const struct event *ev = &d->ev;
	struct str sent, number = arena_fmt(d->c.a, "%d", ev->type);
	struct str recurs = ev->type == EVENT_SINGLE ? STR("0") : STR("1");

	if (d->item && ev->type == d->was.type)
		draft_drop(d, FIELD_EVENT_TYPE);
	else if (ev->type || draft_sent(d, FIELD_EVENT_TYPE, &sent) || d->item)
		draft_put(d, FIELD_EVENT_TYPE, number);
	write_zone_number(d);
	if (list_column(d->c.l, FIELD_RECURS) >= 0 && !d->is_inner)
		draft_put(d, FIELD_RECURS, recurs);
	else
		draft_drop(d, FIELD_RECURS);
	if (list_column(d->c.l, FIELD_DURATION) >= 0 && !d->is_inner)
		draft_put(d, FIELD_DURATION, arena_fmt(d->c.a, "%lld",
		    (long long)event_duration(ev)));
	else
		draft_drop(d, FIELD_DURATION);
	if (!d->item && ev->is_all_day) /* perhaps the series' */
		draft_put(d, FIELD_ALL_DAY, STR("1"));
	else
		write_text(d, FIELD_ALL_DAY, ev->is_all_day ? STR("1") : STR("0"),
		    d->was.is_all_day ? STR("1") : STR("0"));
}

/* ---- series and singles of EVENT_BAG and EVENT_ROWS, instances of all ---- */

enum outcome
event_drop_rows(struct change_run *r, const struct str *key, size_t n)
{
	enum outcome o = OK;

	if (n && !(access_rights(r->l, r->who) & RIGHT_DELETE))
		return err_set(r->e, E_INVALID, "The event cannot be saved: changed instances of "
		    "its series would go with that, and they are rows of the database, which "
		    "may not be deleted here.");
	for (size_t i = 0; o == OK && i < n; i++)
		o = store_row_delete(r->g->store, r->l, key[i], r->e);
	return o == OK && n ? store_inbox_add(r->g->store, r->l, key, n, false, r->e) : o;
}

/* Instances that harvest does not take away with the series' row: rows, and those that came before it. */
static enum outcome
purge(struct draft *d)
{
	struct below *below = &d->r->below;
	struct item *item = NULL;
	struct str *key, owner;
	size_t n = 0, key_n = 0;
	enum outcome o;

	if (!d->item->has_uid)
		return OK;
	o = d->family.items_of(&d->family, &d->item->uid, &item, &n, d->r->e);
	key = ARENA_ARRAY(d->c.a, struct str, n);
	*below = (struct below){ .inner = ARENA_ARRAY(d->c.a, struct item, n) };
	for (size_t i = 0; o == OK && i < n; i++) {
		if (item[i].place == 0)
			continue;
		if (!key_is_inner(item[i].key, &owner, NULL))
			key[key_n++] = item[i].key;
		else if (!owner.n)
			below->inner[below->inner_n++] = item[i];
	}
	return o == OK ? event_drop_rows(d->r, key, key_n) : o;
}

/* The client wants the instances dropped although nothing of the series may differ. */
static bool
write_purge(struct draft *d)
{
	if (!d->out->drops_inner || !d->item || d->was.type != EVENT_SERIES)
		return false;
	draft_own(d, ":purge", arena_fmt(d->c.a, "%u", (unsigned)d->item->version), false);
	return true;
}

/* Which one it is, and what a new one has of its series. */
static void
write_instance(struct draft *d)
{
	const struct event *ev = &d->ev, *was = &d->was;
	const struct event_master *m = &d->master;
	struct str sent;

	write_time(d, FIELD_INSTANCE, ev->instance, was->instance);
	write_text(d, FIELD_MASTER, ev->master, was->master);
	if (d->item)
		return;
	if (ev->master.n)
		draft_put(d, FIELD_MASTER, ev->master);
	if (ev->zone_text.n)
		draft_put(d, FIELD_ZONE_TEXT, ev->zone_text);
	if (m->is_found && !draft_sent(d, FIELD_ZONE_NUMBER, &sent))
		draft_put(d, FIELD_ZONE_NUMBER,
		    event_zone_number(&d->c, &m->item, &m->row, &m->event));
}

enum outcome
draft_write_plain(struct draft *d)
{
	const struct event *ev = &d->ev, *was = &d->was;
	bool purges;

	write_time(d, FIELD_START, ev->start, was->start);
	write_time(d, FIELD_END, ev->end, was->end);
	write_text(d, FIELD_PATTERN, ev->pattern, was->pattern);
	write_text(d, FIELD_ZONE_TEXT, ev->zone_text, was->zone_text);
	write_uid(d);
	write_type(d);
	if (ev->type == EVENT_DELETED || ev->type == EVENT_CHANGED)
		write_instance(d);
	if (ev->form == EVENT_BAG && ev->type == EVENT_SERIES) {
		struct event said = { .row_start = ev->start, .row_end = ev->end };

		if (!d->item || ev->start != was->start || ev->end != was->end ||
		    was->type != EVENT_SERIES) {
			draft_own(d, ":said", event_said(&d->c, &said), true);
			/* or nobody would see that it is another series now */
			draft_own(d, ":fit", STR_NULL, true);
		}
	}
	purges = write_purge(d);
	if (!d->item || was->type != EVENT_SERIES)
		return OK;
	return purges || !str_eq(event_series_print(&d->c, d->item, was),
	    event_series_print(&d->c, d->item, ev)) ? purge(d) : OK;
}

/* ---- series of EVENT_RULE ---- */

/* The zone of the series: as it was, or the one that the client's text means. */
static enum outcome
find_zone(struct draft *d, struct series *s, struct str *name)
{
	struct event *ev = &d->ev;
	const struct list *l = d->c.l;
	bool has_column = list_column(l, FIELD_ZONE_NAME) >= 0;
	const char *first = l->zone_name, *found, *why;
	struct zone_rule rule;

	*name = str_of(l->zone_name ? l->zone_name : "UTC");
	s->wall = (struct wall){ .zone = l->zone };
	if (d->item && d->was.type == EVENT_SERIES) {
		*name = d->was.zone_name;
		if (!d->was.is_all_day)
			s->wall = d->was.series.wall;
		first = arena_dup(d->c.a, *name).p;
		if (str_eq(ev->zone_text, d->was.zone_text) && !d->was.is_all_day)
			return OK;
	}
	if (ev->is_all_day || !d->c.v->zone_read ||
	    !d->c.v->zone_read(d->c.a, ev->zone_text, &rule, &why))
		return OK;
	found = zone_rule_name(&rule, first, civil_from_stamp(ev->start).year);
	if (found && strcmp(found, first ? first : "UTC") == 0)
		return OK;
	if (!found || !has_column)
		return err_set(d->r->e, E_INVALID, "The series cannot be saved: its time zone is "
		    "%d minutes behind UTC, and %d more in summer, and %s. Choose the time zone "
		    "%.*s for it.", rule.bias, rule.daylight_bias, found ?
		    "this list keeps all its events in one zone" :
		    "no zone that this server knows is like that", STR_ARG(*name));
	*name = str_of(found);
	s->wall.zone = zones_get(l->zones, *name);
	return s->wall.zone ? OK : draft_refuse(d, "its time zone cannot be read here");
}

/* The rule that the pattern means; once where there is none. */
static enum outcome
find_rule(struct draft *d, struct series *s)
{
	struct event *ev = &d->ev;
	struct pattern pattern = { .kind = PATTERN_DAILY, .frequency = 1, .first_day = 1,
		.end = PATTERN_COUNT, .count = 1 };
	const char *why;

	if (str_trim(ev->pattern).n &&
	    !d->c.v->pattern_read(d->c.a, ev->pattern, &pattern, &why))
		return draft_refuse(d, why);
	pattern_to_recur(&pattern, &s->rule);
	if (ev->is_all_day) {
		s->wall = (struct wall){ 0 };
		recur_until_as_date(&s->rule);
	}
	s->start = wall_from_utc(&s->wall, ev->start);
	s->seconds = ev->is_all_day ? DAY : event_duration(ev);
	return recur_first(s, NULL, NULL) ? OK :
	    draft_refuse(d, "its recurrence never occurs: no day that its pattern allows lies "
		"between its start and the end of the series");
}

/* A cell, unless the row has that value. */
static void
write_cell(struct draft *d, enum field f, struct str is)
{
	int at = list_column(d->c.l, f);
	struct str was = at >= 0 && d->item ? d->r->row.value[at] : STR_NULL;

	draft_drop(d, f);
	if (at >= 0 && !(d->item && (str_eq(is, was) || (!is.n && !was.n))))
		draft_put(d, f, is);
}

static enum outcome
need_writable(struct draft *d, enum field f)
{
	int at = list_column(d->c.l, f);

	if (at < 0 || !d->c.l->column[at].is_readonly)
		return OK;
	return err_set(d->r->e, E_INVALID, "The recurrence of this event cannot be changed here: "
	    "the column \"%s\" of the database is read-only. Change other fields only.",
	    d->c.l->column[at].name);
}

/* What the client sent is shown as long as the row says what it says now. */
static void
keep_texts(struct draft *d, const struct event *row)
{
	char print[PRINT_TEXT];
	const struct event *ev = &d->ev;

	event_rule_print(&d->c, row, print);
	draft_put(d, FIELD_PATTERN, ev->pattern.p ? ev->pattern : STR(""));
	draft_put(d, FIELD_ZONE_TEXT, ev->zone_text.p ? ev->zone_text : STR(""));
	draft_put(d, FIELD_SERIES_UID, ev->uid.p ? ev->uid : STR(""));
	draft_own(d, ":end", row->rule.n ? event_stamp(d->c.a, ev->end) : STR_NULL, true);
	draft_own(d, ":rule", arena_dup(d->c.a, str_of(print)), true);
}

/* By what clients are shown of it, and mean by that: as if no rule stood behind. */
static bool
series_differs(const struct draft *d)
{
	struct event is = d->ev, was = d->was;

	is.form = was.form = EVENT_BAG;
	return !d->item || was.type != EVENT_SERIES ||
	    !str_eq(event_series_print(&d->c, NULL, &is), event_series_print(&d->c, NULL, &was));
}

/* Only the spelling may differ: the newest is kept. */
static void
write_same_series(struct draft *d)
{
	static const enum field of_series[] = { FIELD_START, FIELD_END, FIELD_SERIES_UID,
		FIELD_PATTERN, FIELD_ZONE_TEXT };
	bool is_respelled = differs(d, FIELD_PATTERN, d->was.pattern) ||
	    differs(d, FIELD_ZONE_TEXT, d->was.zone_text) || d->ev.end != d->was.end;

	for (size_t i = 0; i < sizeof(of_series) / sizeof(of_series[0]); i++)
		draft_drop(d, of_series[i]);
	if (is_respelled)
		keep_texts(d, &d->was);
}

static enum outcome
write_series(struct draft *d)
{
	static const enum field of_rule[] = { FIELD_RRULE, FIELD_START, FIELD_END };
	struct event *ev = &d->ev, row = *ev;
	struct series s = { 0 };
	struct str name;
	enum outcome o = find_zone(d, &s, &name);

	if (o == OK)
		o = find_rule(d, &s);
	for (size_t i = 0; o == OK && i < sizeof(of_rule) / sizeof(of_rule[0]); i++)
		o = need_writable(d, of_rule[i]);
	if (o != OK)
		return o;
	row.rule = event_rule_text(&d->c, &s);
	row.zone_name = name;
	row.row_start = ev->start;
	row.row_end = ev->start + (ev->is_all_day ? DAY - 60 : s.seconds);
	if (d->item && d->was.type == EVENT_SERIES && recur_same(&s, &d->was.series.rule))
		draft_drop(d, FIELD_RRULE);
	else
		write_cell(d, FIELD_RRULE, recur_write(d->c.a, &s.rule));
	write_time(d, FIELD_START, row.row_start, d->was.row_start);
	write_time(d, FIELD_END, row.row_end, d->was.row_end);
	if (!ev->is_all_day && !(d->item && str_eq(name, d->was.zone_name)))
		write_cell(d, FIELD_ZONE_NAME, name);
	write_cell(d, FIELD_EXDATE, STR_NULL);
	keep_texts(d, &row);
	return d->item ? purge(d) : OK;
}

static enum outcome
write_single(struct draft *d)
{
	struct event *ev = &d->ev, row = *ev;
	bool had_rule = d->item && d->was.type == EVENT_SERIES;
	enum outcome o = had_rule ? need_writable(d, FIELD_RRULE) : OK;

	if (o != OK)
		return o;
	write_time(d, FIELD_START, ev->start, d->was.row_start);
	write_time(d, FIELD_END, ev->end, d->was.row_end);
	if (had_rule) {
		write_cell(d, FIELD_RRULE, STR_NULL);
		write_cell(d, FIELD_EXDATE, STR_NULL);
		o = purge(d);
	}
	row.rule = STR("");
	row.row_start = ev->start;
	row.row_end = ev->end;
	if (ev->pattern.n || ev->zone_text.n || ev->uid.n)
		keep_texts(d, &row);
	return o;
}

enum outcome
draft_write_rule(struct draft *d)
{
	bool purges;

	write_type(d);
	draft_drop(d, FIELD_EVENT_TYPE); /* the rule's presence says it */
	draft_drop(d, FIELD_INSTANCE);
	draft_drop(d, FIELD_MASTER);
	if (d->ev.type != EVENT_SERIES)
		return write_single(d);
	purges = write_purge(d);
	if (!series_differs(d) && !purges) {
		write_same_series(d);
		return OK;
	}
	return write_series(d);
}
