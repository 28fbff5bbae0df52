/*
 * event_when.c -- when the events of a calendar take place. See event_when.h.
 *
 * Rows come by their start and end; a series with a rule comes always, for only
 * its rule says how long it goes on. Its instances are expanded here, those
 * that were deleted or changed left out, and the changed ones told by themselves.
 */
#include "event_when.h"

#include "bag.h"
#include "event.h"
#include "limits.h"
#include "plan.h"
#include "recur_day.h"

#define INSTANCES_MAX 2000 /* of one series in one span */
#define VALUE_KEPT (64 * KIB) /* what a time or title needs; bodies are longer */
/* Of a request's memory: beyond it no further event is read, one more series still fits. */
#define MEMORY_MAX ((size_t)LIMIT_ARENA_BYTES / 2)

struct when {
	struct engine *g;
	const struct list *l;
	struct calendar c;
	int64_t from, to;
	event_each *each;
	void *arg;
	size_t n;
	struct item *item;   /* the rows' items, kept: series need further reads */
	struct row *row;
};

/* ---- rows ---- */

static bool
is_full(const struct when *w)
{
	return w->n == EVENT_WHEN_MAX || w->g->arena->used > MEMORY_MAX;
}

/* A copy of the bag without bodies and drawings. */
static struct str
small_properties(struct arena *a, struct str bag)
{
	struct property p;
	struct str out = { NULL, 0 };
	size_t at, from;
	char *to;

	for (at = from = 0; bag_next(bag, &at, &p); from = at)
		out.n += p.value.n > VALUE_KEPT ? 0 : at - from;
	out.p = to = arena_get(a, out.n);
	for (at = from = 0; bag_next(bag, &at, &p); from = at)
		if (p.value.n <= VALUE_KEPT) {
			memcpy(to, bag.p + from, at - from);
			to += at - from;
		}
	return out;
}

static enum outcome
keep(void *arg, const struct item *item, const struct row *row, struct err *e)
{
	struct when *w = arg;
	struct arena *a = w->g->arena;
	struct row *to;

	(void)e;
	if (is_full(w))
		return E_LIMIT;
	if (row->state != ROW_GOOD)
		return OK;
	to = &w->row[w->n];
	*to = *row;
	to->key = arena_dup(a, row->key);
	to->value = ARENA_ARRAY(a, struct str, w->l->column_n);
	for (size_t i = 0; i < w->l->column_n; i++)
		if (w->l->column[i].type != VALUE_NOTE || field_is_structural(w->l->column[i].field))
			to->value[i] = arena_dup(a, row->value[i]);
	w->item[w->n] = *item;
	w->item[w->n].key = arena_dup(a, item->key);
	w->item[w->n].bag = small_properties(a, item->bag);
	w->n++;
	return OK;
}

/* ---- what takes place ---- */

static void
tell(struct when *w, const struct item *item, const struct row *row, int64_t start, int64_t end,
    bool is_all_day, struct str title)
{
	struct occurrence o = { .item = item, .start = start, .end = end,
		.is_all_day = is_all_day,
		.title = kind_value(w->c.v, w->l, item, row, FIELD_TITLE) };

	/* a changed instance says only what differs from its series */
	if (!o.title.n)
		o.title = title;
	if (start != NO_TIME && start < w->to && (end >= w->from || start >= w->from))
		w->each(w->arg, &o);
}

/* Instances that are not where the pattern has them. */
struct apart {
	int64_t *at;
	size_t n;
};

static bool
is_apart(const struct apart *a, int64_t t)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->at[i] == t)
			return true;
	return false;
}

/* Items of the series: inner ones are told here, rows come by themselves. */
static enum outcome
tell_changed(struct when *w, const struct item *series, const struct event *ev, struct str title,
    struct apart *apart, struct err *e)
{
	struct item *item = NULL;
	struct str *key;
	struct row *row;
	size_t n = 0, rows = 0;
	const char *why;
	struct event is;
	enum outcome o = OK;

	if (series->has_uid)
		o = store_items_by_uid(w->g->store, w->l, &series->uid, &item, &n, e);
	if (o != OK)
		return o;
	apart->at = ARENA_ARRAY(w->g->arena, int64_t, n);
	key = ARENA_ARRAY(w->g->arena, struct str, n);
	for (size_t i = 0; i < n; i++) {
		if (item[i].id == series->id)
			continue;
		if (!key_is_inner(item[i].key, NULL, NULL)) {
			item[rows] = item[i];
			key[rows] = item[rows].key;
			rows++;
			continue;
		}
		if (!event_read(&w->c, &item[i], NULL, &is, &why) || is.instance == NO_TIME)
			continue;
		apart->at[apart->n++] = is.instance;
		if (is.type == EVENT_CHANGED)
			tell(w, &item[i], NULL, is.start, is.end, ev->is_all_day, title);
	}
	if (rows)
		o = store_rows(w->g->store, w->l, key, rows, &row, e);
	for (size_t i = 0; o == OK && i < rows; i++)
		if (row[i].state == ROW_GOOD && event_read(&w->c, &item[i], &row[i], &is, &why) &&
		    is.instance != NO_TIME)
			apart->at[apart->n++] = is.instance;
	return o;
}

/* A rule without counterpart among clients: its instances are inner items. */
static enum outcome
tell_fixed(struct when *w, const struct item *series, struct err *e)
{
	struct item *item = NULL;
	size_t n = 0;
	const char *why;
	struct event is;
	enum outcome o = store_inner(w->g->store, w->l, series->key, &item, &n, e);

	for (size_t i = 0; o == OK && i < n; i++)
		if (event_read(&w->c, &item[i], NULL, &is, &why))
			tell(w, &item[i], NULL, is.start, is.end, is.is_all_day, STR_NULL);
	return o;
}

static enum outcome
tell_series(struct when *w, const struct item *item, const struct row *row,
    const struct event *ev, struct err *e)
{
	struct str title = kind_value(w->c.v, w->l, item, row, FIELD_TITLE);
	int64_t seconds = ev->series.seconds - (ev->is_all_day ? 60 : 0), t;
	struct apart apart = { .n = 0 };
	struct recur_walk walk;
	unsigned told = 0;
	enum outcome o = tell_changed(w, item, ev, title, &apart, e);

	if (o != OK)
		return o;
	recur_begin(&walk, &ev->series);
	recur_seek(&walk, w->from - seconds);
	while (told++ < INSTANCES_MAX && recur_next(&walk, NULL, &t) && t < w->to)
		if (!is_apart(&apart, t))
			tell(w, item, row, t, t + seconds, ev->is_all_day, title);
	return OK;
}

static enum outcome
tell_row(struct when *w, const struct item *item, const struct row *row, struct err *e)
{
	struct event ev;
	const char *why;
	enum outcome o = OK;

	if (!event_read(&w->c, item, row, &ev, &why) || ev.type == EVENT_DELETED)
		return OK;
	if (ev.is_fixed)
		o = tell_fixed(w, item, e);
	if (ev.type == EVENT_SERIES && event_series(&w->c, &ev, &why))
		return tell_series(w, item, row, &ev, e);
	if (o == OK)
		tell(w, item, row, ev.start, ev.end, ev.is_all_day, STR_NULL);
	return o;
}

enum outcome
event_when(struct engine *g, const struct list *l, const struct principal *who, int64_t from,
    int64_t to, event_each *each, void *arg, bool *is_cut, struct err *e)
{
	struct when w = { .g = g, .l = l, .from = from, .to = to, .each = each, .arg = arg,
		.c = { .v = g->vocabulary, .a = g->arena, .l = l } };
	struct list_state st;
	enum outcome o;

	*is_cut = false;
	if (!(access_rights(l, who) & RIGHT_READ))
		return err_set(e, E_NOT_FOUND, "The list does not exist.");
	o = plan_refresh(g, l, &st, e);
	if (o != OK)
		return o;
	w.item = ARENA_ARRAY(g->arena, struct item, EVENT_WHEN_MAX);
	w.row = ARENA_ARRAY(g->arena, struct row, EVENT_WHEN_MAX);
	o = store_between(g->store, l, from, to, EVENT_WHEN_MAX + 1, keep, &w, e);
	if (o == E_LIMIT && is_full(&w)) {
		*is_cut = true;
		o = OK;
	}
	for (size_t i = 0; o == OK && i < w.n; i++) {
		if (g->arena->used > MEMORY_MAX) {
			*is_cut = true;
			break;
		}
		o = tell_row(&w, &w.item[i], &w.row[i], e);
	}
	return o;
}
