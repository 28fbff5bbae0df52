/*
 * kind_calendar.c -- what is special about events: the rules of kind.h, which
 * rows cannot be shown, and what the item of a row remembers.
 */
#include "kind.h"

#include "bag.h"
#include "event.h"

static struct calendar
calendar_of(const struct family *f)
{
	return (struct calendar){ .v = f->g->vocabulary, .a = f->g->arena, .l = f->l };
}

/* ---- rows that cannot be shown ---- */

static const char *
bad(struct arena *a, const struct list *l, const struct row *row)
{
	const struct calendar c = { .v = l->vocabulary, .a = a, .l = l };
	struct event ev;
	const char *why;

	if (!c.v || !event_read(&c, NULL, row, &ev, &why))
		return c.v ? why : NULL;
	if (list_column(l, FIELD_PATTERN) >= 0 && !event_series(&c, &ev, &why))
		return why;
	return NULL;
}

/* A row that says it is an instance: of which series, for whom it is asked. */
struct override {
	struct event ev;
	struct event_master master;
	bool is_one;
	bool is_alone;  /* it says so, and its series is not there */
	bool waits;     /* its series is there, and cannot be shown */
	int64_t instance;
};

static enum outcome
read_override(struct family *f, const struct calendar *c, const struct row *row,
    struct override *out, struct err *e)
{
	int parent = list_column(c->l, FIELD_PARENT);
	const struct item *item = NULL;
	const struct row *series = NULL;
	struct event_master *m = &out->master;
	const char *why;
	struct item unknown;
	enum outcome o;

	memset(out, 0, sizeof(*out));
	if (!event_has_overrides(c->l) || !row->value[parent].n ||
	    !event_read(c, NULL, row, &out->ev, &why) || out->ev.rule.n)
		return OK;
	if (!event_parse(row->value[list_column(c->l, FIELD_INSTANCE)], &out->instance))
		return OK;
	o = f->row_of(f, row->value[parent], &series, e);
	if (o == OK)
		o = f->item_of(f, row->value[parent], &item, e);
	out->waits = !series && item;
	out->is_alone = !series && !item;
	if (o != OK || !series)
		return o;
	unknown = (struct item){ .key = series->key, .bag = STR("") };
	m->item = item ? *item : unknown;
	m->row = *series;
	m->is_found = event_read(c, &m->item, &m->row, &m->event, &why) &&
	    m->event.type == EVENT_SERIES;
	out->is_one = m->is_found;
	out->is_alone = !m->is_found && !m->event.is_fixed;
	if (m->event.is_all_day)
		out->instance = event_day(event_from_column(c->l, FIELD_INSTANCE, out->instance));
	return OK;
}

/* Two rows may say that they are one series; the second of them is none. */
static enum outcome
refuse_uid(struct family *f, const struct calendar *c, const struct row *row,
    const struct item *item, const char **why, struct err *e)
{
	struct item *other = NULL;
	struct event ev;
	const char *none;
	size_t n = 0;
	enum outcome o;

	if (list_column(c->l, FIELD_SERIES_UID) < 0 || !event_read(c, item, row, &ev, &none) ||
	    ev.type != EVENT_SERIES || !ev.has_guid)
		return OK;
	o = f->items_of(f, &ev.guid, &other, &n, e);
	for (size_t i = 0; o == OK && i < n; i++)
		if (other[i].place == 0 && !(item && other[i].id == item->id))
			*why = arena_fmt(c->a, "its UID is that of another series (item %u)",
			    (unsigned)other[i].id).p;
	return o;
}

/* Rows that are instances must fit among the others of their series. */
static enum outcome
refuse(struct family *f, const struct row *row, const struct item *item, const char **why,
    struct err *e)
{
	struct calendar c = calendar_of(f);
	struct override is;
	int64_t instance;
	char text[STAMP_TEXT];
	enum outcome o;

	if (!row)
		return OK;
	o = refuse_uid(f, &c, row, item, why, e);
	if (o == OK && !*why)
		o = read_override(f, &c, row, &is, e);
	else
		return o;
	if (o == OK && (is.is_alone || is.waits))
		*why = is.is_alone ? kind_gone : "the row of its series cannot be shown";
	if (o != OK || !is.is_one)
		return o;
	if (!event_instance(&is.master.event, is.instance, &instance)) {
		*why = arena_fmt(c.a, "its series has no instance at %s",
		    stamp_iso(is.instance, text)).p;
		return OK;
	}
	if (!is.master.item.has_uid)
		return OK;
	o = event_twice(f, &c, &is.master, instance, item ? item->id : 0, why, e);
	return o == OK && !*why ? event_fits(f, &c, &is.master, instance, is.ev.start,
	    item ? item->id : 0, why, e) : o;
}

/* ---- what the item of a row remembers ---- */

static void
settle_uid(struct item *item, const struct event *ev)
{
	item->has_uid = ev->has_guid && ev->type != EVENT_SINGLE;
	if (item->has_uid)
		item->uid = ev->guid;
	item->place = ev->type == EVENT_DELETED || ev->type == EVENT_CHANGED ?
	    (uint8_t)ev->type : 0;
}

static void
remember(const struct calendar *c, struct item *item, const char *name, struct str value)
{
	const struct property edit = { .name = str_of(name), .value = value };
	bool changed;

	if (!str_eq(bag_get(item->bag, edit.name), value))
		item->bag = bag_merge(c->a, item->bag, &edit, 1, &changed);
}

/* Look at these rows again; they are the same version unless something of them differs. */
static enum outcome
look_again(struct family *f, const struct str *key, size_t n, struct err *e)
{
	f->asked += n;
	return n ? store_inbox_add(f->g->store, f->l, key, n, false, e) : OK;
}

/*
 * The rows that are instances show what their series is called: they change with it, and
 * those that came before it can be shown from now on.
 */
static enum outcome
tell_overrides(struct family *f, const struct item *item, const struct event *ev, struct err *e)
{
	const struct item *it;
	struct str *key;
	size_t n = 0;
	enum outcome o = OK;

	if (!event_has_overrides(f->l) || f->is_first || (!item->has_uid && !ev->has_guid))
		return OK;
	o = store_keys_where(f->g->store, f->l, (size_t)list_column(f->l, FIELD_PARENT),
	    item->key, false, &key, &n, e);
	for (size_t i = 0; o == OK && i < n; i++) {
		o = f->item_of(f, key[i], &it, e);
		if (o == OK && (!it || it->is_bad || ev->type != EVENT_SERIES))
			o = look_again(f, &key[i], 1, e);
		else if (o == OK && !str_eq(bag_get(it->bag, STR(":uid")), ev->uid))
			o = family_ask(f, &key[i], 1, e);
	}
	return o;
}

/* The series' row has no item yet: this one is looked at again, once. */
static enum outcome
wait_for_master(struct family *f, const struct calendar *c, struct item *item, struct err *e)
{
	if (bag_get(item->bag, STR(":waits")).n)
		return OK;
	remember(c, item, ":waits", STR("1"));
	f->asked++;
	return store_inbox_add(f->g->store, f->l, &item->key, 1, false, e);
}

/* Its series excludes that instance, or has an inner item for it: that is none then. */
static enum outcome
tell_series(struct family *f, const struct calendar *c, const struct override *is, struct err *e)
{
	const struct event_master *m = &is->master;
	const struct item *inner = NULL;
	struct exdates out;
	char stamp[STAMP_TEXT];
	const char *why;
	int64_t instance;
	enum outcome o;

	if (!event_exdates(c, &m->event, &m->row, &out, &why) ||
	    !event_instance(&m->event, is->instance, &instance))
		return OK;
	o = f->item_of(f, key_of_inner(c->a, m->item.key, str_of(exdate_stamp(instance, stamp))),
	    &inner, e);
	if (o != OK || (!inner && !exdate_has(&out, instance)))
		return o;
	f->asked++;
	return store_inbox_add(f->g->store, f->l, &m->item.key, 1, false, e);
}

static enum outcome
settle_override(struct family *f, const struct calendar *c, const struct row *row,
    struct item *item, struct err *e)
{
	struct override is;
	struct str id = STR_NULL;
	enum outcome o = read_override(f, c, row, &is, e);

	if (o != OK)
		return o;
	if (is.is_one && is.master.item.id)
		id = arena_fmt(c->a, "%u", (unsigned)is.master.item.id);
	if (is.is_one && !id.p)
		o = wait_for_master(f, c, item, e);
	else
		remember(c, item, ":waits", STR_NULL);
	if (o == OK && is.is_one)
		o = tell_series(f, c, &is, e);
	remember(c, item, ":number", is.is_one ? event_zone_number(c, &is.master.item,
	    &is.master.row, &is.master.event) : STR_NULL);
	remember(c, item, ":uid", is.is_one ? is.master.event.uid : STR_NULL);
	remember(c, item, ":zone", is.is_one ? is.master.event.zone_text : STR_NULL);
	remember(c, item, ":master", id);
	return o;
}

static enum outcome
settle_master_of(struct family *f, const struct calendar *c, const struct event *ev,
    struct item *item, struct err *e)
{
	struct event_master m;
	enum outcome o = event_master(f, c, ev, &m, e);

	if (o == OK && m.is_found)
		remember(c, item, ":master", arena_fmt(c->a, "%u", (unsigned)m.item.id));
	return o;
}

/* What a client said of a series stands; a row that SQL moved off its pattern is made to fit. */
static void
fit(const struct calendar *c, struct item *item, struct event *ev)
{
	struct str said = bag_get(item->bag, STR(":said"));
	const char *why;
	int64_t first;

	/* where SQL says the pattern, too, it says what it means */
	if (ev->form != EVENT_BAG || ev->type != EVENT_SERIES || !said.n ||
	    list_column(c->l, FIELD_PATTERN) >= 0 || str_eq(said, event_said(c, ev)) ||
	    !event_series(c, ev, &why) || !recur_first(&ev->series, NULL, &first))
		return;
	remember(c, item, ":fit", event_stamp(c->a, first));
	ev->start = first;
	ev->end = event_series_end(&ev->series, first, ev->is_all_day);
}

static enum outcome
settle(struct family *f, const struct row *row, struct item *item, struct err *e)
{
	struct calendar c = calendar_of(f);
	struct event ev;
	const char *why;
	enum outcome o = settle_override(f, &c, row, item, e);

	remember(&c, item, ":broken", STR_NULL);
	remember(&c, item, ":fit", STR_NULL);
	if (o != OK || !event_read(&c, item, row, &ev, &why))
		return o;
	if (ev.form != EVENT_RULE && !event_series(&c, &ev, &why)) {
		remember(&c, item, ":broken", STR("1"));
		ev.type = EVENT_SINGLE;
	}
	fit(&c, item, &ev);
	if (ev.form == EVENT_ROWS && (ev.type == EVENT_DELETED || ev.type == EVENT_CHANGED))
		o = settle_master_of(f, &c, &ev, item, e);
	if (o == OK)
		o = tell_overrides(f, item, &ev, e);
	remember(&c, item, ":shown", event_cache_make(&c, item, row, &ev));
	remember(&c, item, ":fixed", ev.is_fixed ? STR("1") : STR_NULL);
	settle_uid(item, &ev);
	return o;
}

/* An instance has gone: its series may exclude it, and another row that did not fit beside it may fit now. */
static enum outcome
free_place(struct family *f, const struct item *series, struct err *e)
{
	struct str *key;
	size_t n = 0;
	enum outcome o = store_keys_where(f->g->store, f->l,
	    (size_t)list_column(f->l, FIELD_PARENT), series->key, false, &key, &n, e);

	if (o == OK)
		o = look_again(f, key, n, e);
	return o == OK ? look_again(f, &series->key, 1, e) : o;
}

/* Rows that were its instances may have gone without anybody saying so: a cascade fires no trigger. */
static enum outcome
vanish(struct family *f, const struct item *item, struct err *e)
{
	struct item *other = NULL;
	size_t n = 0;
	enum outcome o;

	if (!item->has_uid || (item->place != 0 && !event_has_overrides(f->l)))
		return OK;
	o = f->items_of(f, &item->uid, &other, &n, e);
	for (size_t i = 0; o == OK && i < n; i++) {
		if (other[i].id == item->id || key_is_inner(other[i].key, NULL, NULL) ||
		    (other[i].place == 0) == (item->place == 0))
			continue;
		o = item->place ? free_place(f, &other[i], e)
		    : look_again(f, &other[i].key, 1, e);
	}
	return o;
}

static bool
is_fixed(const struct item *item)
{
	return bag_get(item->bag, STR(":fixed")).n > 0;
}

const struct kind_rules calendar_rules = {
	.bad = bad,
	.refuse = refuse,
	.settle = settle,
	.vanish = vanish,
	.want = event_want,
	.keeps = event_keeps,
	.translate = event_translate,
	.place = event_place,
	.owner = event_owner,
	.below = event_below,
	.moves = event_moves,
	.shows = event_shows,
	.show = event_show,
	.is_fixed = is_fixed,
};
