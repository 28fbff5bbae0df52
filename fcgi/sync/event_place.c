/*
 * event_place.c -- where instances of a series are kept, and what goes with a
 * series that is changed or deleted.
 *
 * A deleted instance of an EVENT_RULE list is an entry of its series' ExDate column
 * and an inner item, written in one transaction; the inner item's key is the entry.
 */
#include "event_draft.h"

#include "bag.h"

/* ---- the entry in the series' row ---- */

static bool
has_exdate_column(const struct list *l)
{
	return event_form(l) == EVENT_RULE && list_column(l, FIELD_EXDATE) >= 0;
}

/* The series' row, locked, is to have that instance among its excepted dates, or not to. */
static enum outcome
except(struct change_run *r, struct str owner, int64_t instance, bool is_deleted,
    struct place *out)
{
	const struct calendar c = { .v = r->g->vocabulary, .a = r->g->arena, .l = r->l };
	int at = list_column(r->l, FIELD_EXDATE);
	struct event series;
	struct exdates x;
	const char *why;
	enum outcome o;

	if (!has_exdate_column(r->l) || !owner.n)
		return OK;
	o = change_lock_owner(r, owner);
	if (o != OK)
		return o;
	if (!event_read(&c, &r->owner, &r->owner_row, &series, &why) ||
	    !event_exdates(&c, &series, &r->owner_row, &x, &why))
		return err_set(r->e, E_INVALID, "The event cannot be saved: of its series, %s.",
		    why);
	if (!(is_deleted ? exdate_add(c.a, &x, instance) : exdate_remove(&x, instance))) {
		if (is_deleted && x.n >= EXDATE_MAX)
			return err_set(r->e, E_LIMIT, "The series has %d deleted instances "
			    "already; more cannot be kept.", EXDATE_MAX);
		return OK;
	}
	if (r->l->column[at].is_readonly)
		return err_set(r->e, E_INVALID, "Instances of this series cannot be deleted "
		    "here: the column \"%s\" of the database is read-only.",
		    r->l->column[at].name);
	out->owner = owner;
	out->owner_cell = ARENA_NEW(c.a, struct cell);
	out->owner_cell_n = 1;
	*out->owner_cell = (struct cell){ .column = (size_t)at,
		.value = x.n ? exdate_write(c.a, &x) : STR_NULL };
	return OK;
}

/* ---- a new instance ---- */

struct placing {
	struct change_run *r;
	struct calendar c;
	struct family family;
	struct event ev;
	struct event_master master;
	struct place *out;
};

/* The instance as the change describes it: r->c is translated. */
static enum outcome
read_instance(struct placing *p)
{
	struct event *ev = &p->ev;

	ev->form = event_form(p->c.l);
	ev->uid = kind_after(p->r, NULL, FIELD_SERIES_UID);
	ev->has_guid = ev->uid.n && guid_parse(ev->uid, &ev->guid);
	ev->master = kind_after(p->r, NULL, FIELD_MASTER);
	ev->is_all_day = str_eq(kind_after(p->r, NULL, FIELD_ALL_DAY), STR("1"));
	return event_master(&p->family, &p->c, ev, &p->master, p->r->e);
}

static struct property
own(const char *name, struct str value)
{
	return (struct property){ .name = str_of(name), .value = value };
}

/* An inner item on the series' row; on none as long as nobody knows the series. */
static enum outcome
place_inner(struct placing *p, int64_t asked)
{
	struct place *out = p->out;
	struct event_master *m = &p->master;
	int64_t instance = asked;
	char stamp[STAMP_TEXT], hex[39];
	const char *why;
	bool changed;

	out->is_inner = true;
	out->bag = STR("");
	out->place = (uint8_t)p->ev.type;
	if (m->is_found) {
		struct property print[1];

		if (event_series(&p->c, &m->event, &why))
			(void)event_instance(&m->event, asked, &instance);
		print[0] = own(":series", event_series_print(&p->c, &m->item, &m->event));
		out->bag = bag_merge(p->c.a, STR(""), print, 1, &changed);
		out->has_uid = m->item.has_uid;
		out->uid = m->item.uid;
		out->key = key_of_inner(p->c.a, m->item.key, str_of(exdate_stamp(instance, stamp)));
		return except(p->r, m->item.key, instance, p->ev.type == EVENT_DELETED, out);
	}
	out->has_uid = p->ev.has_guid;
	out->uid = p->ev.guid;
	/* below what would be the key of an inner item of none: found by that */
	out->key = key_of_inner(p->c.a, STR(""), arena_fmt(p->c.a, "%s%c%s",
	    p->ev.has_guid ? guid_fmt(&p->ev.guid, GUID_HEX, hex) : "none", KEY_INNER,
	    exdate_stamp(instance, stamp)));
	return OK;
}

/* Rows of the same instance make room for the newest. */
static enum outcome
drop_rows_of(struct placing *p, int64_t instance)
{
	struct change_run *r = p->r;
	struct item *item = NULL;
	const struct row *row;
	struct event ev;
	const char *why;
	size_t n = 0;
	bool has_series = event_series(&p->c, &p->master.event, &why);
	enum outcome o = p->family.items_of(&p->family, &p->master.item.uid, &item, &n, r->e);

	if (has_series)
		(void)event_instance(&p->master.event, instance, &instance);
	for (size_t i = 0; o == OK && i < n; i++) {
		if (item[i].place == 0 || key_is_inner(item[i].key, NULL, NULL))
			continue;
		o = p->family.row_of(&p->family, item[i].key, &row, r->e);
		if (o != OK || !row || !event_read(&p->c, &item[i], row, &ev, &why) ||
		    ev.instance == NO_TIME)
			continue;
		if (has_series)
			(void)event_instance(&p->master.event, ev.instance, &ev.instance);
		if (ev.instance != instance)
			continue;
		o = event_drop_rows(r, &item[i].key, 1);
	}
	return o;
}

/* A row of the DBA's own: which series it belongs to. The instance is among what was sent. */
static enum outcome
place_row(struct placing *p)
{
	struct place *out = p->out;
	int parent = list_column(p->c.l, FIELD_PARENT), at = list_column(p->c.l, FIELD_INSTANCE);

	if (p->ev.form != EVENT_RULE)
		return OK;
	if (p->c.l->column[parent].is_readonly || p->c.l->column[at].is_readonly)
		return err_set(p->r->e, E_INVALID, "Instances of this series cannot be changed "
		    "here: the columns that name series and instance are read-only.");
	out->cell = ARENA_NEW(p->c.a, struct cell);
	out->cell[out->cell_n++] = (struct cell){
		.column = (size_t)parent, .value = p->master.item.key };
	return OK;
}

static int
sent_type(const struct change_run *r)
{
	struct str text = kind_after(r, NULL, FIELD_EVENT_TYPE);

	return text.n == 1 ? text.p[0] - '0' : EVENT_SINGLE;
}

enum outcome
event_place(struct change_run *r, struct place *out)
{
	struct placing p = { .r = r, .out = out,
		.c = { .v = r->g->vocabulary, .a = r->g->arena, .l = r->l } };
	int64_t instance;
	bool is_row;
	enum outcome o;

	p.ev.type = sent_type(r);
	if (p.ev.type != EVENT_DELETED && p.ev.type != EVENT_CHANGED)
		return OK;
	family_open(&p.family, r->g, r->l);
	if (!event_parse(kind_after(r, NULL, FIELD_INSTANCE), &instance))
		return OK; /* translated: it is there */
	o = read_instance(&p);
	if (o == OK && p.master.is_found && p.master.item.id != r->series)
		return E_RETRY; /* it came after this change was judged */
	if (o == OK && p.master.is_found && memcmp(p.master.item.print, p.master.row.print,
	    sizeof(p.master.item.print)) != 0) { /* it was judged by another row */
		r->item.key = p.master.item.key;
		return change_catch_up(r);
	}
	is_row = p.ev.form == EVENT_ROWS ||
	    (p.ev.type == EVENT_CHANGED && event_has_overrides(r->l) && p.master.is_found);
	if (is_row && p.ev.is_all_day) /* translated: as the column holds that day */
		instance = event_day(event_from_column(r->l, FIELD_INSTANCE, instance));
	if (o == OK && p.master.is_found)
		o = drop_rows_of(&p, instance);
	if (o != OK)
		return o;
	return is_row ? place_row(&p) : place_inner(&p, instance);
}

/* ---- a changed or deleted instance ---- */

enum outcome
event_owner(struct change_run *r, const struct item *inner, struct place *out)
{
	struct str owner, tail;
	int64_t instance;
	int type = inner->place;
	struct str text;

	if (!key_is_inner(inner->key, &owner, &tail))
		return OK;
	if (r->c->command == COMMAND_DELETE) {
		type = EVENT_SINGLE;
	} else {
		text = kind_after(r, inner, FIELD_EVENT_TYPE);
		type = text.n == 1 ? text.p[0] - '0' : type;
		out->has_uid = inner->has_uid;
		out->uid = inner->uid;
		out->place = (uint8_t)type;
	}
	text = kind_value(r->g->vocabulary, r->l, inner, NULL, FIELD_INSTANCE);
	if (!event_parse(text, &instance))
		return OK;
	return except(r, owner, instance, type == EVENT_DELETED, out);
}

/* ---- what goes with a series ---- */

static enum outcome
rows_and_orphans(struct family *f, const struct item *item, struct below *out, struct err *e)
{
	struct item *one = NULL;
	struct str owner;
	size_t n = 0;
	enum outcome o = f->items_of(f, &item->uid, &one, &n, e);

	out->key = ARENA_ARRAY(f->g->arena, struct str, n);
	out->inner = ARENA_ARRAY(f->g->arena, struct item, n);
	for (size_t i = 0; o == OK && i < n; i++) {
		if (one[i].place == 0 || one[i].id == item->id)
			continue;
		if (!key_is_inner(one[i].key, &owner, NULL))
			out->key[out->key_n++] = one[i].key;
		else if (!owner.n)
			out->inner[out->inner_n++] = one[i];
	}
	return o;
}

enum outcome
event_below(struct change_run *r, const struct item *item, const struct row *row, struct below *out)
{
	struct family f;

	(void)row;
	if (!item->has_uid || item->place != 0)
		return OK;
	family_open(&f, r->g, r->l);
	return rows_and_orphans(&f, item, out, r->e);
}

bool
event_moves(struct change_run *r, const struct row *before, const struct item *item)
{
	const struct calendar c = { .v = r->g->vocabulary, .a = r->g->arena, .l = r->l };
	struct event was, is;
	const char *why;

	if (!before)
		return false;
	if (!event_read(&c, &r->item, before, &was, &why) ||
	    !event_read(&c, item, &r->row, &is, &why))
		return true;
	return was.is_fixed || !str_eq(event_series_print(&c, &r->item, &was),
	    event_series_print(&c, item, &is));
}
