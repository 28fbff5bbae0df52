/*
 * event_family.c -- an instance among the others of its series.
 *
 * Outlook keeps a changed instance between its neighbours: it neither passes nor
 * meets one, and two never begin on the same day. A series with an instance that
 * does not fit fails as a whole there, at every sync.
 */
#include "event.h"

#include "bag.h"
#include "num.h"
#include "recur_day.h"

#define INSTANCES_MAX 20000 /* looked at for one neighbour */

/* ---- the series ---- */

static enum outcome
take_master(struct family *f, const struct calendar *c, const struct item *item,
    struct event_master *out, struct err *e)
{
	const struct row *row;
	const char *why;
	enum outcome o;

	out->is_bad |= item->state == ITEM_LIVE && item->is_bad;
	if (item->state != ITEM_LIVE || item->is_bad || key_is_inner(item->key, NULL, NULL))
		return OK;
	o = f->row_of(f, item->key, &row, e);
	if (o != OK || !row) {
		out->is_bad |= o == OK; /* since its item was looked at */
		return o;
	}
	out->item = *item;
	out->row = *row;
	out->is_found = event_read(c, &out->item, &out->row, &out->event, &why) &&
	    (out->event.type == EVENT_SERIES || out->event.is_fixed);
	return OK;
}

enum outcome
event_master(struct family *f, const struct calendar *c, const struct event *ev,
    struct event_master *out, struct err *e)
{
	struct item *item = NULL, one;
	size_t n = 0;
	int64_t id;
	enum outcome o = OK;

	memset(out, 0, sizeof(*out));
	if (ev->has_guid)
		o = f->items_of(f, &ev->guid, &item, &n, e);
	for (size_t i = 0; o == OK && !out->is_found && i < n; i++)
		if (item[i].place == 0)
			o = take_master(f, c, &item[i], out, e);
	if (o != OK || out->is_found || !num_i64(str_trim(ev->master), 1, UINT32_MAX, &id))
		return o;
	o = store_item(f->g->store, f->l, (uint32_t)id, &one, e);
	return o == OK && one.id ? take_master(f, c, &one, out, e) : o;
}

/* ---- its instances ---- */

struct moved { /* an instance that is not where the pattern has it */
	int64_t from, to; /* NO_TIME: deleted */
};

struct others {
	struct moved *moved;
	size_t n;
};

static enum outcome
find_others(struct family *f, const struct calendar *c, const struct event_master *m, uint32_t id,
    struct others *out, struct err *e)
{
	struct item *item = NULL;
	size_t n = 0;
	const struct row *row;
	struct event ev;
	const char *why;
	enum outcome o = f->items_of(f, &m->item.uid, &item, &n, e);

	out->n = 0;
	out->moved = ARENA_ARRAY(c->a, struct moved, n);
	for (size_t i = 0; o == OK && i < n; i++) {
		if (item[i].place == 0 || item[i].id == id || item[i].is_bad)
			continue;
		row = NULL;
		if (!key_is_inner(item[i].key, NULL, NULL))
			o = f->row_of(f, item[i].key, &row, e);
		if (o != OK || (!row && !key_is_inner(item[i].key, NULL, NULL)) ||
		    !event_read(c, &item[i], row, &ev, &why) || ev.instance == NO_TIME)
			continue;
		/* as the pattern has it: clients may know the zone in another way */
		if (m->event.has_series)
			(void)event_instance(&m->event, ev.instance, &ev.instance);
		out->moved[out->n++] = (struct moved){ .from = ev.instance,
			.to = ev.type == EVENT_DELETED ? NO_TIME : ev.start };
	}
	return o;
}

enum outcome
event_twice(struct family *f, const struct calendar *c, const struct event_master *m,
    int64_t instance, uint32_t id, const char **why, struct err *e)
{
	struct item *item = NULL;
	size_t n = 0;
	const struct row *row;
	struct event ev;
	const char *none;
	enum outcome o = f->items_of(f, &m->item.uid, &item, &n, e);

	for (size_t i = 0; o == OK && !*why && i < n; i++) {
		if (item[i].place == 0 || item[i].id == id || item[i].is_bad ||
		    key_is_inner(item[i].key, NULL, NULL))
			continue;
		o = f->row_of(f, item[i].key, &row, e);
		if (o != OK || !row || !event_read(c, &item[i], row, &ev, &none) ||
		    !event_instance(&m->event, ev.instance, &ev.instance))
			continue;
		if (ev.instance == instance)
			*why = arena_fmt(c->a, "another row replaces the same instance of its "
			    "series (item %u)", (unsigned)item[i].id).p;
	}
	return o;
}

/* Where an instance is now; NO_TIME: deleted. */
static int64_t
place_of(const struct others *others, const struct exdates *out, int64_t t)
{
	for (size_t i = 0; i < others->n; i++)
		if (others->moved[i].from == t)
			return others->moved[i].to;
	return exdate_has(out, t) ? NO_TIME : t;
}

/* The instance behind, NO_TIME: none. */
static int64_t
find_next(const struct series *s, const struct others *others, const struct exdates *out, int64_t t)
{
	struct recur_walk w;
	int64_t at, is;

	recur_begin(&w, s);
	recur_seek(&w, t + 1);
	for (int i = 0; i < INSTANCES_MAX && recur_next(&w, NULL, &at); i++) {
		is = place_of(others, out, at);
		if (is != NO_TIME)
			return is;
	}
	return NO_TIME;
}

/* The instance before: looked for in windows that grow, for a walk goes forward only. */
static int64_t
find_previous(const struct series *s, const struct others *others, const struct exdates *out,
    int64_t t)
{
	static const int64_t days[] = { 40, 400, 4000, 400000, 4000000 };
	struct recur_walk w;
	int64_t at, is, found = NO_TIME;

	for (size_t i = 0; found == NO_TIME && i < sizeof(days) / sizeof(days[0]); i++) {
		recur_begin(&w, s);
		recur_seek(&w, t - days[i] * DAY);
		while (recur_next(&w, NULL, &at) && at < t) {
			is = place_of(others, out, at);
			if (is != NO_TIME)
				found = is;
		}
	}
	return found;
}

static int64_t
local_day(const struct series *s, int64_t t)
{
	struct civil local = wall_from_utc(&s->wall, t);

	return day_of(local.year, local.month, local.day);
}

static const char *
compare(const struct series *s, int64_t start, int64_t before, int64_t behind)
{
	if (before != NO_TIME && start <= before)
		return "the changed instance would begin before the instance that precedes it; "
		    "Outlook cannot show that. Choose a time between the two neighbours";
	if (behind != NO_TIME && start >= behind)
		return "the changed instance would begin after the instance that follows it; "
		    "Outlook cannot show that. Choose a time between the two neighbours";
	if ((before != NO_TIME && local_day(s, start) == local_day(s, before)) ||
	    (behind != NO_TIME && local_day(s, start) == local_day(s, behind)))
		return "the changed instance would begin on the same day as another instance of "
		    "its series; Outlook cannot show that. Choose another day";
	return NULL;
}

enum outcome
event_fits(struct family *f, const struct calendar *c, const struct event_master *m,
    int64_t instance, int64_t start, uint32_t id, const char **why, struct err *e)
{
	const struct series *s = &m->event.series;
	struct others others;
	struct exdates out;
	enum outcome o = find_others(f, c, m, id, &others, e);

	if (o != OK)
		return o;
	if (!m->event.has_series || !event_exdates(c, &m->event, &m->row, &out, why))
		return OK;
	*why = compare(s, start, find_previous(s, &others, &out, instance),
	    find_next(s, &others, &out, instance));
	return OK;
}
