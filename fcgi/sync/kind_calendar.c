/*
 * kind_calendar.c -- what is special about events: the rules of kind.h.
 *
 * Instances that a series' row implies (entries of ExDate, the single events that
 * stand for a rule without counterpart) are made and removed by harvest; those
 * that clients made stay as long as the series is the one that they were made for.
 */
#include "kind.h"

#include "bag.h"
#include "event.h"
#include "recur_day.h"

#define FIXED_MAX 500              /* single events for one rule */
#define FIXED_BEFORE (366 * DAY)   /* and how far around the present they reach */
#define FIXED_BEHIND (4 * 366 * DAY)

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
	if (o == OK && series)
		o = f->item_of(f, series->key, &item, e);
	if (o != OK || !series)
		return o;
	unknown = (struct item){ .key = series->key, .bag = STR("") };
	m->item = item ? *item : unknown;
	m->row = *series;
	m->is_found = event_read(c, &m->item, &m->row, &m->event, &why) &&
	    m->event.type == EVENT_SERIES;
	out->is_one = m->is_found;
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
	if (o != OK || !is.is_one)
		return o;
	if (!event_instance(&is.master.event, is.instance, &instance)) {
		*why = arena_fmt(c.a, "its series has no instance at %s",
		    stamp_iso(is.instance, text)).p;
		return OK;
	}
	if (!is.master.item.has_uid)
		return OK;
	return event_fits(f, &c, &is.master, instance, is.ev.start, item ? item->id : 0, why, e);
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

/* The rows that are instances show what their series is called: they change with it. */
static enum outcome
tell_overrides(struct family *f, const struct item *item, const struct event *ev, struct err *e)
{
	struct str *key;
	size_t n;
	enum outcome o;

	if (!event_has_overrides(f->l) || !item->has_uid ||
	    (ev->has_guid && guid_eq(&item->uid, &ev->guid)))
		return OK;
	o = store_keys_where(f->g->store, f->l, (size_t)list_column(f->l, FIELD_PARENT),
	    item->key, false, &key, &n, e);
	return o == OK && n ? family_ask(f, key, n, e) : o;
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

static enum outcome
settle(struct family *f, const struct row *row, struct item *item, struct err *e)
{
	struct calendar c = calendar_of(f);
	struct event ev;
	const char *why;
	enum outcome o = settle_override(f, &c, row, item, e);

	remember(&c, item, ":broken", STR_NULL);
	if (o != OK || !event_read(&c, item, row, &ev, &why))
		return o;
	if (ev.form != EVENT_RULE && !event_series(&c, &ev, &why)) {
		remember(&c, item, ":broken", STR("1"));
		ev.type = EVENT_SINGLE;
	}
	if (ev.form == EVENT_ROWS && (ev.type == EVENT_DELETED || ev.type == EVENT_CHANGED))
		o = settle_master_of(f, &c, &ev, item, e);
	if (o == OK)
		o = tell_overrides(f, item, &ev, e);
	remember(&c, item, ":shown", event_cache_make(&c, item, row, &ev));
	remember(&c, item, ":fixed", ev.is_fixed ? STR("1") : STR_NULL);
	settle_uid(item, &ev);
	return o;
}

/* Rows that were its instances may have gone without anybody saying so: a cascade fires no trigger. */
static enum outcome
vanish(struct family *f, const struct item *item, struct err *e)
{
	struct item *other = NULL;
	struct str *key;
	size_t n = 0, key_n = 0;
	enum outcome o;

	if (!item->has_uid || item->place != 0)
		return OK;
	o = f->items_of(f, &item->uid, &other, &n, e);
	key = ARENA_ARRAY(f->g->arena, struct str, n);
	for (size_t i = 0; o == OK && i < n; i++)
		if (other[i].id != item->id && !key_is_inner(other[i].key, NULL, NULL))
			key[key_n++] = other[i].key;
	return o == OK && key_n ? family_ask(f, key, key_n, e) : o;
}

/* ---- inner items ---- */

struct wanted {
	const struct calendar *c;
	struct inner *inner;
	size_t n, size;
	struct item *have; /* what hangs on the row already */
	size_t have_n;
	struct str number; /* of the series' zone */
};

static struct inner *
one_more(struct wanted *w)
{
	if (w->n == w->size) {
		size_t size = w->size ? w->size * 2 : 16;
		struct inner *more = ARENA_ARRAY(w->c->a, struct inner, size);

		if (w->n)
			memcpy(more, w->inner, w->n * sizeof(*more));
		w->inner = more;
		w->size = size;
	}
	return &w->inner[w->n++];
}

static struct property
said(const struct calendar *c, enum field f, struct str value)
{
	return (struct property){ .name = str_of(c->v->field_name(c->l->kind, f)),
		.value = value.p ? value : STR("") };
}

/* What any event that a series implies says. */
static size_t
say_times(const struct calendar *c, const struct event *ev, int64_t t, struct property *p)
{
	int64_t seconds = ev->series.seconds - (ev->is_all_day ? 60 : 0);
	size_t n = 0;

	p[n++] = said(c, FIELD_START, event_stamp(c->a, t));
	p[n++] = said(c, FIELD_END, event_stamp(c->a, t + seconds));
	p[n++] = said(c, FIELD_ALL_DAY, ev->is_all_day ? STR("1") : STR("0"));
	return n;
}

/* A client deleted that instance of this very series: it has said what there is to say. */
static bool
is_there(const struct wanted *w, struct str key, struct str series)
{
	for (size_t i = 0; i < w->have_n; i++)
		if (str_eq(w->have[i].key, key))
			return w->have[i].place == EVENT_DELETED &&
			    str_eq(bag_get(w->have[i].bag, STR(":series")), series);
	return false;
}

/* An entry of ExDate. */
static void
want_deleted(struct wanted *w, const struct event *ev, const struct item *item, int64_t t)
{
	const struct calendar *c = w->c;
	struct inner *inner = one_more(w);
	struct str series = event_series_print(c, item, ev);
	struct property p[16];
	char stamp[STAMP_TEXT];
	bool changed;
	size_t n;

	*inner = (struct inner){ .has_uid = ev->has_guid, .uid = ev->guid, .place = EVENT_DELETED };
	inner->key = key_of_inner(c->a, item->key, str_of(exdate_stamp(t, stamp)));
	inner->bag = STR("");
	if (is_there(w, inner->key, series))
		return;
	n = say_times(c, ev, t, p);
	p[n++] = said(c, FIELD_EVENT_TYPE, STR("3"));
	p[n++] = said(c, FIELD_INSTANCE, event_stamp(c->a, t));
	p[n++] = said(c, FIELD_SERIES_UID, ev->uid);
	p[n++] = said(c, FIELD_ZONE_TEXT, ev->zone_text);
	p[n++] = said(c, FIELD_ZONE_NUMBER, w->number);
	p[n++] = said(c, FIELD_MASTER, arena_fmt(c->a, "%u", (unsigned)item->id));
	p[n++] = (struct property){ .name = STR(":series"), .value = series };
	inner->bag = bag_merge(c->a, STR(""), p, n, &changed);
}

/* A single event in place of an instance: it says all that the row says. */
static void
want_fixed(struct wanted *w, const struct event *ev, const struct item *item,
    const struct row *row, int64_t t)
{
	const struct calendar *c = w->c;
	const struct list *l = c->l;
	struct inner *inner = one_more(w);
	struct property *p = ARENA_ARRAY(c->a, struct property, l->column_n + 8);
	char stamp[STAMP_TEXT];
	bool changed;
	size_t n = 0;

	for (size_t i = 0; i < l->column_n; i++)
		if (!field_is_structural(l->column[i].field) && row->value[i].n)
			p[n++] = said(c, l->column[i].field, row->value[i]);
	n += say_times(c, ev, t, p + n);
	p[n++] = said(c, FIELD_EVENT_TYPE, STR("0"));
	p[n++] = (struct property){ .name = STR(":fixed"), .value = STR("1") };
	*inner = (struct inner){ .place = 0 };
	inner->key = key_of_inner(c->a, item->key, str_of(exdate_stamp(t, stamp)));
	inner->bag = bag_merge(c->a, STR(""), p, n, &changed);
}

static enum outcome
want_expansion(struct family *f, struct wanted *w, const struct event *ev,
    const struct item *item, const struct exdates *out, struct err *e)
{
	struct recur_walk walk;
	struct row *full;
	int64_t now, t;
	long ns;
	/* of many rows, harvest has only what it needs itself */
	enum outcome o = store_rows(f->g->store, f->l, &item->key, 1, &full, e);

	if (o != OK || full->state != ROW_GOOD)
		return o;
	f->g->now(f->g->env, &now, &ns);
	recur_begin(&walk, &ev->series);
	recur_seek(&walk, now - FIXED_BEFORE);
	while (w->n < FIXED_MAX && recur_next(&walk, NULL, &t) && t < now + FIXED_BEHIND)
		if (t != ev->start && !exdate_has(out, t))
			want_fixed(w, ev, item, full, t);
	return OK;
}

static enum outcome
want(struct family *f, const struct row *row, const struct item *item, struct inner **inner,
    size_t *n, struct err *e)
{
	struct calendar c = calendar_of(f);
	struct wanted w = { .c = &c };
	struct event ev;
	struct exdates out;
	const char *why;
	enum outcome o = OK;

	if (event_form(f->l) != EVENT_RULE || !event_read(&c, item, row, &ev, &why) ||
	    !ev.has_series || !event_exdates(&c, &ev, row, &out, &why))
		return OK;
	if (ev.is_fixed)
		o = want_expansion(f, &w, &ev, item, &out, e);
	w.number = event_zone_number(&c, item, row, &ev);
	if (!ev.is_fixed && out.n)
		o = store_inner(f->g->store, f->l, item->key, &w.have, &w.have_n, e);
	for (size_t i = 0; o == OK && !ev.is_fixed && i < out.n; i++)
		if (recur_has(&ev.series, out.at[i]))
			want_deleted(&w, &ev, item, out.at[i]);
	*inner = w.inner;
	*n = w.n;
	return o;
}

static bool
keeps(struct family *f, const struct row *row, const struct item *item, const struct item *inner)
{
	struct calendar c = calendar_of(f);
	struct event ev;
	const char *why;

	if (!item || !event_read(&c, item, row, &ev, &why) || ev.type != EVENT_SERIES)
		return false;
	if (inner->place == EVENT_DELETED && ev.form == EVENT_RULE &&
	    list_column(f->l, FIELD_EXDATE) >= 0)
		return false; /* the column names it no more */
	return str_eq(bag_get(inner->bag, STR(":series")), event_series_print(&c, item, &ev));
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
	.want = want,
	.keeps = keeps,
	.translate = event_translate,
	.place = event_place,
	.owner = event_owner,
	.below = event_below,
	.moves = event_moves,
	.shows = event_shows,
	.show = event_show,
	.is_fixed = is_fixed,
};
