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
	if (ev.form == EVENT_ROWS && (ev.type == EVENT_DELETED || ev.type == EVENT_CHANGED) &&
	    ev.instance == NO_TIME)
		return "it is an instance of a series and does not say which one (RecurrenceID)";
	if (list_column(l, FIELD_PATTERN) >= 0 && !event_series(&c, &ev, &why))
		return why;
	return NULL;
}

static bool
has_pattern(const struct calendar *c, const struct event_master *m)
{
	return m->event.form == EVENT_RULE || str_trim(kind_value(c->v, c->l, &m->item, &m->row,
	    FIELD_PATTERN)).n;
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
	o = event_not_too_many(f, f->items_of(f, &ev.guid, &other, &n, e), &n, e);
	for (size_t i = 0; o == OK && i < n; i++)
		if (other[i].place == 0 && !(item && other[i].id == item->id))
			*why = arena_fmt(c->a, "its UID is that of another series (item %u)",
			    (unsigned)other[i].id).p;
	return o;
}

/* That must not stop the list. */
static enum outcome
too_many(enum outcome o, const char **why)
{
	if (o != E_INVALID && o != E_LIMIT)
		return o;
	*why = "its series has more instances than this server takes at once";
	return OK;
}

/* Rows that are instances must fit among the others of their series. */
static enum outcome
refuse(struct family *f, const struct row *row, const struct item *item, const char **why,
    struct err *e)
{
	struct calendar c = calendar_of(f);
	struct event_override is;
	int64_t instance;
	char text[STAMP_TEXT];
	enum outcome o;

	if (!row)
		return OK;
	o = refuse_uid(f, &c, row, item, why, e);
	if (o == OK && !*why)
		o = too_many(event_override_read(f, &c, row, item, &is, e), why);
	if (o != OK || *why)
		return o;
	if (is.is_alone || is.waits)
		*why = is.is_alone ? kind_gone : "the row of its series cannot be shown";
	if (*why || !is.is_one || !has_pattern(&c, &is.master))
		return OK;
	if (!event_instance(&is.master.event, is.instance, &instance)) {
		*why = arena_fmt(c.a, "its series has no instance at %s",
		    stamp_iso(is.instance, text)).p;
		return OK;
	}
	if (!is.master.item.has_uid)
		return OK;
	o = event_twice(f, &c, &is.master, instance, item ? item->id : 0, why, e);
	if (o == OK && !*why && is.ev.type != EVENT_DELETED)
		o = event_fits(f, &c, &is.master, instance, is.ev.start, item ? item->id : 0, why,
		    e);
	o = too_many(o, why);
	if (*why && item)
		event_place_gone(f, item->id);
	return o;
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

	if (!event_has_overrides(f->l) || f->is_first ||
	    (ev->type != EVENT_SERIES && !(item->has_uid && item->place == 0)))
		return OK;
	o = store_keys_where(f->g->store, f->l, (size_t)list_column(f->l, FIELD_PARENT),
	    item->key, false, &key, &n, e);
	o = event_not_too_many(f, o, &n, e);
	for (size_t i = 0; o == OK && i < n; i++) {
		o = f->item_of(f, key[i], &it, e);
		if (o == OK && (!it || it->is_bad || ev->type != EVENT_SERIES))
			o = look_again(f, &key[i], 1, e);
		else if (o == OK && !str_eq(bag_get(it->bag, STR(":uid")), ev->uid))
			o = family_ask(f, &key[i], 1, e);
	}
	return o;
}

/* Rows with that uid that are instances. */
static enum outcome
tell_rows_of(struct family *f, const struct guid *uid, bool differ, struct err *e)
{
	struct item *item = NULL;
	struct str *key;
	size_t n = 0, rows = 0;
	enum outcome o = event_not_too_many(f, f->items_of(f, uid, &item, &n, e), &n, e);

	if (o != OK || !n)
		return o;
	key = ARENA_ARRAY(f->g->arena, struct str, n);
	for (size_t i = 0; i < n; i++)
		if (item[i].place != 0 && !key_is_inner(item[i].key, NULL, NULL))
			key[rows++] = item[i].key;
	return differ ? family_ask(f, key, rows, e) : look_again(f, key, rows, e);
}

/*
 * Rows in SharePoint's columns: those that were numbered before their series, or that
 * fitted it until it was moved.
 */
static enum outcome
tell_rows(struct family *f, const struct calendar *c, struct item *item, const struct event *ev,
    struct err *e)
{
	struct str made = ev->form != EVENT_ROWS ? STR("") : event_series_print(c, item, ev);
	struct str was = bag_get(item->bag, STR(":made"));
	bool has_other_uid = item->has_uid && item->place == 0 &&
	    !(made.n && ev->has_guid && guid_eq(&item->uid, &ev->guid));
	enum outcome o = OK;

	if (ev->form != EVENT_ROWS || str_eq(made, was))
		return OK;
	if (has_other_uid)
		o = tell_rows_of(f, &item->uid, !f->is_first, e);
	if (o == OK && made.n && ev->has_guid)
		o = tell_rows_of(f, &ev->guid, !f->is_first && (!was.n || has_other_uid), e);
	remember(c, item, ":made", made.n ? made : STR_NULL);
	return o;
}

/* Instances that came before this series: it is looked at again when it has an item, and takes them. */
static enum outcome
call_strays(struct family *f, const struct item *item, const struct event *ev, struct err *e)
{
	struct item *stray;
	size_t n = 0;
	enum outcome o;

	if (f->is_first || ev->form == EVENT_ROWS || ev->type != EVENT_SERIES || !ev->has_guid ||
	    (item->has_uid && guid_eq(&item->uid, &ev->guid)))
		return OK;
	o = event_strays(f, &ev->guid, &stray, &n, e);
	return o == OK && n ? look_again(f, &item->key, 1, e) : o;
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
tell_series(struct family *f, const struct calendar *c, const struct event_override *is, struct err *e)
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

/* Where the instance of this row is: what the others of its series ask for. */
static void
settle_place(struct family *f, const struct calendar *c, const struct event_override *is,
    struct item *item)
{
	int64_t from, to = is->ev.type == EVENT_DELETED ? NO_TIME : is->ev.start;

	if (!is->is_one || !event_instance(&is->master.event, is->instance, &from)) {
		remember(c, item, ":place", STR_NULL);
		event_place_gone(f, item->id);
		return;
	}
	remember(c, item, ":place", event_place_write(c->a, from, to));
	event_place_taken(f, &is->master.item.uid, item->id, from, to);
}

/* What the series lends to a row with RecurrenceId and Parent. */
static enum outcome
settle_replacing(struct family *f, const struct calendar *c, const struct event_override *is,
    struct item *item, struct err *e)
{
	const struct event_master *m = &is->master;
	enum outcome o = OK;

	if (is->is_one && !m->item.id)
		o = wait_for_master(f, c, item, e);
	else
		remember(c, item, ":waits", STR_NULL);
	if (o == OK && is->is_one)
		o = tell_series(f, c, is, e);
	remember(c, item, ":number", is->is_one ?
	    event_zone_number(c, &m->item, &m->row, &m->event) : STR_NULL);
	remember(c, item, ":uid", is->is_one ? m->event.uid : STR_NULL);
	remember(c, item, ":zone", is->is_one ? m->event.zone_text : STR_NULL);
	return o;
}

static enum outcome
settle_override(struct family *f, const struct calendar *c, const struct row *row,
    struct item *item, struct err *e)
{
	struct event_override is;
	struct str id = STR_NULL;
	enum outcome o = event_override_read(f, c, row, item, &is, e);

	if (o != OK)
		return o;
	if (event_has_overrides(c->l))
		o = settle_replacing(f, c, &is, item, e);
	if (is.is_one && is.master.item.id)
		id = arena_fmt(c->a, "%u", (unsigned)is.master.item.id);
	remember(c, item, ":master", id);
	settle_place(f, c, &is, item);
	return o;
}

/*
 * What a client said of a series stands; a row that SQL moved off its pattern is made to
 * fit. Where SQL says the pattern, too, it says what it means.
 */
static void
fit(const struct calendar *c, struct item *item, struct event *ev)
{
	struct str said = bag_get(item->bag, STR(":said"));
	const char *why;
	int64_t first;

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
	if (ev.type == EVENT_SERIES || (item->has_uid && item->place == 0))
		event_forget(f);
	o = tell_overrides(f, item, &ev, e);
	if (o == OK)
		o = tell_rows(f, &c, item, &ev, e);
	if (o == OK)
		o = call_strays(f, item, &ev, e);
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

	o = event_not_too_many(f, o, &n, e);
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

	event_place_gone(f, item->id);
	if (item->place == 0)
		event_forget(f);
	if (!item->has_uid || (item->place != 0 && !event_has_overrides(f->l)))
		return OK;
	o = event_not_too_many(f, f->items_of(f, &item->uid, &other, &n, e), &n, e);
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
	.adopt = event_adopt,
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
