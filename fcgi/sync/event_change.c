/*
 * event_change.c -- what a client's change makes of an event, and whether that
 * makes sense.
 *
 * MS-OUTSPS 3.2.4.2.2. Whatever Outlook could not show again is refused here with
 * a sentence, because one such item makes it fail at every sync; everything else
 * is taken, in the forms that clients are known to send.
 */
#include "event_draft.h"

#include "bag.h"
#include "num.h"
#include "recur_day.h"

#define DAY_END (DAY - 60)

/* ---- what was sent, over what was there ---- */

static enum outcome
take_type(struct draft *d)
{
	struct str text, recurs;
	int64_t type = d->item ? d->was.type : EVENT_SINGLE;

	if (draft_sent(d, FIELD_EVENT_TYPE, &text) && text.n &&
	    (!num_i64(text, 0, 4, &type)))
		return err_set(d->r->e, E_INVALID, "The event cannot be saved: its type "
		    "(EventType) is \"%.*s\"; 0, 1, 3 and 4 are possible.", STR_ARG(text));
	if (type == 2)
		type = EVENT_SINGLE;
	if (type == EVENT_SERIES && draft_sent(d, FIELD_RECURS, &recurs) &&
	    str_eq(recurs, STR("0")))
		type = EVENT_SINGLE;
	d->ev.type = (int)type;
	return OK;
}

static int64_t
take_time(const struct draft *d, enum field f, int64_t was)
{
	struct str text;
	int64_t t = was;

	if (!draft_sent(d, f, &text))
		return was;
	return event_parse(text, &t) ? t : NO_TIME;
}

static struct str
take_text(const struct draft *d, enum field f, struct str was)
{
	struct str text;

	return draft_sent(d, f, &text) ? text : was;
}

/* How long it was, or is said to be. */
static int64_t
length_of(const struct draft *d)
{
	int64_t seconds = 0;
	struct str text;

	if (d->item)
		return event_duration(&d->was);
	if (!draft_sent(d, FIELD_DURATION, &text) ||
	    !num_i64(text, 0, INT32_MAX, &seconds))
		return 0;
	return seconds;
}

static void
take_end(struct draft *d)
{
	struct event *ev = &d->ev;
	bool is_sent = d->item && d->was.end != NO_TIME;
	bool stops = is_sent && d->was.type == EVENT_SERIES && ev->type == EVENT_SINGLE;
	struct str text;

	ev->end = take_time(d, FIELD_END, is_sent && !stops ? d->was.end : NO_TIME);
	if (ev->start == NO_TIME)
		return;
	/* the end goes along with a start that is moved alone */
	if (ev->end == NO_TIME || (ev->end < ev->start && !draft_sent(d, FIELD_END, &text)))
		ev->end = ev->start + length_of(d);
}

/* d->ev as the event is after the change. */
static enum outcome
take(struct draft *d)
{
	struct event *ev = &d->ev;
	struct str text;
	enum outcome o;

	*ev = d->was;
	ev->has_series = false;
	if (!d->item)
		ev->start = ev->end = ev->instance = NO_TIME;
	o = take_type(d);
	if (o != OK)
		return o;
	if (draft_sent(d, FIELD_ALL_DAY, &text))
		ev->is_all_day = str_eq(text, STR("1"));
	ev->uid = take_text(d, FIELD_SERIES_UID, ev->uid);
	ev->has_guid = ev->uid.n && guid_parse(ev->uid, &ev->guid);
	ev->pattern = take_text(d, FIELD_PATTERN, ev->pattern);
	ev->zone_text = take_text(d, FIELD_ZONE_TEXT, ev->zone_text);
	ev->master = take_text(d, FIELD_MASTER, ev->master);
	ev->instance = take_time(d, FIELD_INSTANCE, ev->instance);
	ev->start = take_time(d, FIELD_START, ev->start);
	take_end(d);
	return OK;
}

/* ---- does it make sense ---- */

static enum outcome
check_times(struct draft *d)
{
	struct event *ev = &d->ev;
	char from[STAMP_TEXT], to[STAMP_TEXT];

	if (ev->start == NO_TIME)
		return draft_refuse(d, "it has no start (EventDate)");
	if (ev->is_all_day) {
		ev->start = event_day(ev->start);
		ev->end = event_day(ev->end) + DAY_END;
	}
	if (ev->end >= ev->start)
		return OK;
	return err_set(d->r->e, E_INVALID, "The event cannot be saved: it ends (%s) before it "
	    "starts (%s).", stamp_iso(ev->end, to), stamp_iso(ev->start, from));
}

/* What binds a series and its instances must be its own. */
static enum outcome
check_uid(struct draft *d)
{
	struct item *item = NULL;
	size_t n = 0;
	enum outcome o = d->family.items_of(&d->family, &d->ev.guid, &item, &n, d->r->e);

	for (size_t i = 0; o == OK && i < n; i++)
		if (item[i].place == 0 && !(d->item && item[i].id == d->item->id))
			return err_set(d->r->e, E_INVALID, "The series cannot be saved: its UID "
			    "%.*s is that of another series of this list (item %u). Give it "
			    "one of its own.", STR_ARG(d->ev.uid), (unsigned)item[i].id);
	return o;
}

static enum outcome
check_series(struct draft *d)
{
	struct event *ev = &d->ev;
	unsigned char chance[16];
	const char *why;
	char text[39];
	enum outcome o = OK;

	if (str_trim(ev->uid).n && !ev->has_guid)
		return err_set(d->r->e, E_INVALID, "The series cannot be saved: its UID is "
		    "\"%.*s\"; a GUID in braces is expected.", ev->uid.n > 60 ? 60 :
		    (int)ev->uid.n, ev->uid.p);
	if (!ev->has_guid) {
		d->r->g->random(d->r->g->env, chance, sizeof(chance));
		ev->guid = guid_from_random(chance);
		ev->has_guid = true;
		ev->uid = arena_dup(d->c.a, str_of(guid_fmt(&ev->guid, GUID_BRACES, text)));
		draft_put(d, FIELD_SERIES_UID, ev->uid);
	} else if (!d->item || !d->was.has_guid || !guid_eq(&ev->guid, &d->was.guid)) {
		o = check_uid(d);
	}
	if (o != OK)
		return o;
	if (!str_trim(ev->pattern).n) /* kept, and shown as one that happens once */
		return OK;
	return event_series(&d->c, ev, &why) ? OK : draft_refuse(d, why);
}

/* The series' own pattern says which instances there are; without one nobody knows. */
static bool
master_has_pattern(const struct draft *d)
{
	const struct event_master *m = &d->master;

	return m->event.form == EVENT_RULE || str_trim(kind_value(d->c.v, d->c.l, &m->item,
	    &m->row, FIELD_PATTERN)).n;
}

static enum outcome
check_place(struct draft *d)
{
	struct event *ev = &d->ev;
	const char *why = NULL;
	char text[STAMP_TEXT];
	int64_t instance;
	enum outcome o = OK;

	if (!event_series(&d->c, &d->master.event, &why) || !master_has_pattern(d))
		return OK;
	if (!event_instance(&d->master.event, ev->instance, &instance))
		return err_set(d->r->e, E_INVALID, "The event cannot be saved: its series has no "
		    "instance at %s (RecurrenceID).", stamp_iso(ev->instance, text));
	if (ev->form == EVENT_RULE)
		ev->instance = instance;
	if (ev->type == EVENT_CHANGED)
		o = event_fits(&d->family, &d->c, &d->master, instance, ev->start,
		    d->item ? d->item->id : 0, &why, d->r->e);
	return o == OK && why ? draft_refuse(d, why) : o;
}

/* The series' uid and item belong to the instance; an end that was not said follows from its length. */
static void
inherit(struct draft *d)
{
	const struct event_master *m = &d->master;
	struct event *ev = &d->ev;
	struct str sent;

	/* a client that has not heard of the series' newest rule may know it by another one */
	if (!ev->has_guid || (m->event.has_guid && !guid_eq(&ev->guid, &m->event.guid))) {
		ev->uid = m->event.uid;
		ev->guid = m->event.guid;
		ev->has_guid = m->event.has_guid;
	}
	if (!d->item && !draft_sent(d, FIELD_ALL_DAY, &sent))
		ev->is_all_day = m->event.is_all_day;
	if (!d->item && !draft_sent(d, FIELD_END, &sent) && !draft_sent(d, FIELD_DURATION, &sent))
		ev->end = ev->start + event_duration(&m->event);
	if (!d->item && !draft_sent(d, FIELD_ZONE_TEXT, &sent))
		ev->zone_text = m->event.zone_text;
	ev->master = arena_fmt(d->c.a, "%u", (unsigned)m->item.id);
}

/* The series is judged as it is numbered: a row that is newer than its item is numbered first. */
static enum outcome
settle_series(struct draft *d)
{
	const struct event_master *m = &d->master;

	d->r->series = m->item.id;
	d->r->series_version = m->item.version;
	if (memcmp(m->item.print, m->row.print, sizeof(m->item.print)) == 0)
		return OK;
	d->r->item.key = m->item.key;
	return change_catch_up(d->r);
}

/* What is kept with a series is read as a whole whenever it changes. */
static enum outcome
check_room(struct draft *d)
{
	const struct event_master *m = &d->master;

	if (m->together < LIMIT_TOGETHER && m->bytes < LIMIT_TOGETHER_BYTES)
		return OK;
	return err_set(d->r->e, E_INVALID, "The event cannot be saved: its series has %zu changed "
	    "and deleted instances with %zu MiB of text; at most %d, and %d MiB, can be kept. "
	    "Delete some, or begin a new series.", m->together, m->bytes / MIB, LIMIT_TOGETHER,
	    LIMIT_TOGETHER_BYTES / MIB);
}

static enum outcome
check_instance(struct draft *d)
{
	struct event *ev = &d->ev;
	enum outcome o;

	if (ev->instance == NO_TIME)
		return draft_refuse(d, "it is an instance of a series and does not say which one "
		    "(RecurrenceID)");
	if (ev->start == NO_TIME)
		ev->start = ev->instance;
	if (ev->end == NO_TIME)
		ev->end = ev->start + length_of(d);
	o = event_master(&d->family, &d->c, ev, &d->master, d->r->e);
	if (o == OK)
		o = check_room(d);
	if (o != OK)
		return o;
	if (!d->master.is_found && d->master.is_bad)
		return draft_refuse(d, "the row of its series cannot be shown at present. The "
		    "database administrator has to mend it");
	if (d->master.is_found && d->master.event.is_fixed)
		return draft_refuse(d, "its series follows a rule that Outlook does not know and "
		    "cannot be changed here. Ask the database administrator");
	if (d->master.is_found) {
		o = settle_series(d);
		if (o != OK)
			return o;
		inherit(d);
	}
	if (ev->is_all_day)
		ev->instance = event_day(ev->instance);
	o = check_times(d);
	return o == OK && d->master.is_found ? check_place(d) : o;
}

static bool
is_instance(int type)
{
	return type == EVENT_DELETED || type == EVENT_CHANGED;
}

/* Instances and other events live in different places. */
static enum outcome
check_kind(struct draft *d)
{
	if (d->item && d->ev.form == EVENT_RULE && d->was.type == EVENT_CHANGED &&
	    d->ev.type == EVENT_DELETED && !key_is_inner(d->item->key, NULL, NULL))
		return draft_refuse(d, "this changed instance has a row of its own in the "
		    "database; delete it, and delete the instance of the series then");
	if (!d->item || d->ev.form == EVENT_ROWS ||
	    is_instance(d->ev.type) == is_instance(d->was.type))
		return OK;
	return draft_refuse(d, is_instance(d->was.type) ?
	    "an instance of a series cannot become an event of its own; add that as a new one" :
	    "it cannot become an instance of a series; add that as a new one");
}

/* Where a new one goes, or this one is. */
static bool
will_be_inner(const struct draft *d)
{
	if (d->item)
		return key_is_inner(d->item->key, NULL, NULL);
	if (!is_instance(d->ev.type) || d->ev.form == EVENT_ROWS)
		return false;
	return !(d->ev.type == EVENT_CHANGED && event_has_overrides(d->c.l) && d->master.is_found);
}

enum outcome
event_translate(struct change_run *r, const struct item *item)
{
	struct draft d;
	const char *why;
	enum outcome o;

	if (r->c->command == COMMAND_DELETE)
		return OK;
	draft_open(&d, r, item);
	if (item && !event_read(&d.c, item, &r->row, &d.was, &why))
		return draft_refuse(&d, why);
	d.was.form = event_form(r->l);
	o = take(&d);
	if (o == OK)
		o = check_kind(&d);
	if (o == OK && is_instance(d.ev.type))
		o = check_instance(&d);
	else if (o == OK)
		o = check_times(&d);
	d.is_inner = will_be_inner(&d);
	if (o == OK && d.ev.type == EVENT_SERIES)
		o = check_series(&d);
	if (o != OK)
		return o;
	o = d.ev.form == EVENT_RULE && !d.is_inner && !is_instance(d.ev.type)
	    ? draft_write_rule(&d) : draft_write_plain(&d);
	if (o == OK)
		draft_close(&d);
	return o;
}
