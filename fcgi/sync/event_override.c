/*
 * event_override.c -- rows that say they are instances of a series.
 *
 * By the series' key and the instance (RecurrenceId, Parent), or in the columns that
 * SharePoint has, by UID or number of the series.
 */
#include "event.h"

/* The series in the row with that key. */
static enum outcome
read_parent(struct family *f, const struct calendar *c, struct str key, struct event_override *out,
    struct err *e)
{
	struct event_master *m = &out->master;
	const struct item *item = NULL;
	const struct row *series = NULL;
	const char *why;
	struct item unknown;
	enum outcome o;

	if (event_master_kept(f, key, m))
		return OK;
	o = f->row_of(f, key, &series, e);
	if (o == OK)
		o = f->item_of(f, key, &item, e);
	out->waits = !series && item;
	out->is_alone = !series && !item;
	if (o != OK || !series)
		return o;
	unknown = (struct item){ .key = series->key, .bag = STR("") };
	m->item = item ? *item : unknown;
	m->row = *series;
	m->is_found = event_read(c, &m->item, &m->row, &m->event, &why) &&
	    m->event.type == EVENT_SERIES;
	event_master_keep(f, key, m);
	return OK;
}

/* By RecurrenceId and Parent. */
static enum outcome
read_replacing(struct family *f, const struct calendar *c, const struct row *row,
    struct event_override *out, struct err *e)
{
	struct str parent = row->value[list_column(c->l, FIELD_PARENT)];
	const struct event_master *m = &out->master;
	const char *why;
	enum outcome o;

	if (!parent.n || !event_read(c, NULL, row, &out->ev, &why) || out->ev.rule.n)
		return OK;
	if (!event_parse(row->value[list_column(c->l, FIELD_INSTANCE)], &out->instance))
		return OK;
	o = read_parent(f, c, parent, out, e);
	if (o != OK || out->waits || out->is_alone)
		return o;
	out->is_one = m->is_found;
	out->is_alone = !m->is_found && !m->event.is_fixed;
	if (m->event.is_all_day)
		out->instance = event_day(event_from_column(c->l, FIELD_INSTANCE, out->instance));
	return OK;
}

/* By the columns that SharePoint has. Of a series without a pattern nobody knows the instances. */
static enum outcome
read_instance(struct family *f, const struct calendar *c, const struct row *row,
    const struct item *item, struct event_override *out, struct err *e)
{
	struct event_master *m = &out->master;
	const struct event *ev = &out->ev;
	const char *why;
	enum outcome o;

	if (!event_read(c, item, row, &out->ev, &why) || ev->instance == NO_TIME)
		return OK;
	out->instance = ev->instance;
	if (ev->has_guid && event_master_kept(f, ev->uid, m)) {
		out->is_one = true;
		return OK;
	}
	o = event_master(f, c, ev, m, e);
	/* a number that it was given once counts only where no UID says otherwise */
	out->is_one = o == OK && m->is_found && event_series(c, &m->event, &why) &&
	    !(ev->has_guid && m->event.has_guid && !guid_eq(&ev->guid, &m->event.guid));
	if (out->is_one && ev->has_guid)
		event_master_keep(f, ev->uid, m);
	return o;
}

enum outcome
event_override_read(struct family *f, const struct calendar *c, const struct row *row,
    const struct item *item, struct event_override *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	if (event_has_overrides(c->l))
		return read_replacing(f, c, row, out, e);
	return event_form(c->l) == EVENT_ROWS ? read_instance(f, c, row, item, out, e) : OK;
}
