/*
 * event_want.c -- the inner items of a series (kind.h).
 *
 * Instances that a series' row implies (entries of ExDate, the single events that
 * stand for a rule without counterpart) are made and removed by harvest; those
 * that clients made stay as long as the series is the one that they were made for.
 */
#include "event.h"

#include "bag.h"
#include "recur_day.h"

#define FIXED_MAX 500              /* single events for one rule */
#define FIXED_BEFORE (366 * DAY)   /* and how far around the present they reach */
#define FIXED_BEHIND (4 * 366 * DAY)

struct wanted {
	const struct calendar *c;
	struct inner *inner;
	size_t n, size;
	struct item *have; /* what hangs on the row already */
	size_t have_n;
	struct str number; /* of the series' zone */
	int64_t *replaced; /* instances that rows stand for */
	size_t replaced_n;
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

/* Rows of the DBA's own that replace instances: an entry of ExDate for one of them is said twice. */
static enum outcome
find_replaced(struct family *f, struct wanted *w, const struct event *ev, const struct item *item,
    struct err *e)
{
	struct str *key;
	struct row *row;
	int at = list_column(f->l, FIELD_INSTANCE);
	size_t n = 0;
	int64_t t;
	enum outcome o;

	if (!event_has_overrides(f->l))
		return OK;
	o = store_keys_where(f->g->store, f->l, (size_t)list_column(f->l, FIELD_PARENT), item->key,
	    false, &key, &n, e);
	o = event_not_too_many(f, o, &n, e);
	if (o == OK && n)
		o = store_rows(f->g->store, f->l, key, n, &row, e);
	w->replaced = ARENA_ARRAY(w->c->a, int64_t, n);
	for (size_t i = 0; o == OK && i < n; i++) {
		if (row[i].state != ROW_GOOD || !event_parse(row[i].value[at], &t))
			continue;
		if (ev->is_all_day)
			t = event_day(event_from_column(f->l, FIELD_INSTANCE, t));
		if (event_instance(ev, t, &t))
			w->replaced[w->replaced_n++] = t;
	}
	return o;
}

static bool
is_replaced(const struct wanted *w, int64_t t)
{
	for (size_t i = 0; i < w->replaced_n; i++)
		if (w->replaced[i] == t)
			return true;
	return false;
}

enum outcome
event_want(struct family *f, const struct row *row, const struct item *item, struct inner **inner,
    size_t *n, struct err *e)
{
	struct calendar c = { .v = f->g->vocabulary, .a = f->g->arena, .l = f->l };
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
	if (o == OK && !ev.is_fixed && out.n)
		o = find_replaced(f, &w, &ev, item, e);
	for (size_t i = 0; o == OK && !ev.is_fixed && i < out.n; i++)
		if (recur_has(&ev.series, out.at[i]) && !is_replaced(&w, out.at[i]))
			want_deleted(&w, &ev, item, out.at[i]);
	*inner = w.inner;
	*n = w.n;
	return o;
}

/* A row of the DBA's own replaces that instance. */
static bool
has_row(struct family *f, const struct calendar *c, const struct event *ev, const struct item *item,
    const struct row *row, const struct item *inner)
{
	const struct event_master m = { .is_found = true, .item = *item, .row = *row, .event = *ev };
	int64_t t;

	return event_has_overrides(f->l) &&
	    event_parse(kind_value(c->v, c->l, inner, NULL, FIELD_INSTANCE), &t) &&
	    event_instance(ev, t, &t) && event_has_row(f, c, &m, t);
}

bool
event_keeps(struct family *f, const struct row *row, const struct item *item, const struct item *inner)
{
	struct calendar c = { .v = f->g->vocabulary, .a = f->g->arena, .l = f->l };
	struct event ev;
	const char *why;

	if (!item || !event_read(&c, item, row, &ev, &why) || ev.type != EVENT_SERIES)
		return false;
	if (inner->place == EVENT_DELETED && ev.form == EVENT_RULE &&
	    list_column(f->l, FIELD_EXDATE) >= 0 && !bag_get(inner->bag, STR(":adopted")).n)
		return false; /* the column names it no more */
	return str_eq(bag_get(inner->bag, STR(":series")), event_series_print(&c, item, &ev)) &&
	    !has_row(f, &c, &ev, item, row, inner);
}

/* ---- instances that came before their series ---- */

enum outcome
event_strays(struct family *f, const struct guid *uid, struct item **out, size_t *n, struct err *e)
{
	char hex[39];

	return store_inner(f->g->store, f->l, key_of_inner(f->g->arena, STR(""),
	    str_of(guid_fmt(uid, GUID_HEX, hex))), out, n, e);
}

/* It is an instance of the series, and no other is that already: what it says from now on. */
static enum outcome
adopt(struct family *f, const struct calendar *c, const struct event_master *m,
    struct item *stray, struct err *e)
{
	const struct item *there = NULL;
	struct property p[3];
	const char *why = NULL;
	char stamp[STAMP_TEXT];
	struct event ev;
	int64_t instance;
	bool changed;
	size_t n = 0;
	enum outcome o = OK;

	stray->state = ITEM_GONE_SOURCE;
	if (!m->is_found || !event_read(c, stray, NULL, &ev, &why) || ev.instance == NO_TIME ||
	    !event_instance(&m->event, ev.instance, &instance))
		return OK;
	if (ev.type == EVENT_CHANGED)
		o = event_fits(f, c, m, instance, ev.start, stray->id, &why, e);
	if (o != OK || why)
		return o;
	stray->key = key_of_inner(c->a, m->item.key, str_of(exdate_stamp(instance, stamp)));
	o = f->item_of(f, stray->key, &there, e);
	if (o != OK || there)
		return o;
	p[n++] = said(c, FIELD_MASTER, arena_fmt(c->a, "%u", (unsigned)m->item.id));
	p[n++] = (struct property){ .name = STR(":series"),
		.value = event_series_print(c, &m->item, &m->event) };
	p[n++] = (struct property){ .name = STR(":adopted"), .value = STR("1") };
	stray->bag = bag_merge(c->a, stray->bag, p, n, &changed);
	stray->state = ITEM_LIVE;
	return OK;
}

enum outcome
event_adopt(struct family *f, const struct row *row, const struct item *item, struct item **out,
    size_t *n, struct err *e)
{
	struct calendar c = { .v = f->g->vocabulary, .a = f->g->arena, .l = f->l };
	struct event_master m = { .item = *item };
	const char *why;
	enum outcome o;

	*n = 0;
	if (!item->has_uid || item->place != 0 || event_form(f->l) == EVENT_ROWS)
		return OK;
	o = event_strays(f, &item->uid, out, n, e);
	if (o != OK || !*n)
		return o;
	if (row) {
		m.row = *row;
		m.is_found = event_read(&c, item, row, &m.event, &why) &&
		    m.event.type == EVENT_SERIES && event_series(&c, &m.event, &why);
	}
	for (size_t i = 0; o == OK && i < *n; i++) {
		o = adopt(f, &c, &m, &(*out)[i], e);
		for (size_t k = 0; o == OK && k < i; k++)
			if ((*out)[k].state == ITEM_LIVE && str_eq((*out)[k].key, (*out)[i].key))
				(*out)[i].state = ITEM_GONE_SOURCE; /* two that mean one */
	}
	return o;
}
