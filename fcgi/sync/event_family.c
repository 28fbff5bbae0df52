/*
 * event_family.c -- an instance among the others of its series.
 *
 * Outlook keeps a changed instance between its neighbours: it neither passes nor
 * meets one, and two never begin on the same day. A series with an instance that
 * does not fit fails as a whole there, at every sync.
 */
#include "event.h"

#include <stdlib.h>

#include "bag.h"
#include "log.h"
#include "num.h"
#include "recur_day.h"

#define INSTANCES_MAX 20000 /* looked at for one neighbour */

enum outcome
event_not_too_many(struct family *f, enum outcome o, size_t *n, const struct err *e)
{
	if (o != E_INVALID && o != E_LIMIT)
		return o;
	log_note("list %s: instances of a series do not follow a change: %s", f->l->name, e->peer);
	*n = 0;
	return OK;
}

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
	out->together = n;
	for (size_t i = 0; i < n; i++)
		out->bytes += item[i].bag.n + item[i].files.n;
	for (size_t i = 0; o == OK && !out->is_found && i < n; i++)
		if (item[i].place == 0)
			o = take_master(f, c, &item[i], out, e);
	if (o != OK || out->is_found || !num_i64(str_trim(ev->master), 1, UINT32_MAX, &id))
		return o;
	o = store_item(f->g->store, f->l, (uint32_t)id, &one, e);
	return o == OK && one.id ? take_master(f, c, &one, out, e) : o;
}

/* ---- its instances ---- */

struct placed { /* an instance that is not where the pattern has it */
	int64_t from, to; /* NO_TIME: deleted */
	uint32_t id;
	bool has_row;
};

/*
 * What rows that are instances ask again and again while a batch of them is numbered:
 * how the others of their series stand, and the series itself.
 */
struct event_memo {
	bool has_places;
	struct guid uid;         /* of what series */
	struct placed *place;    /* by from */
	size_t n, size;
	bool has_master;
	struct str master_key;
	struct event_master master;
};

static struct event_memo *
memo_of(struct family *f)
{
	if (!f->memo)
		f->memo = ARENA_NEW(f->g->arena, struct event_memo);
	return f->memo;
}

void
event_forget(struct family *f)
{
	struct event_memo *m = f->memo;

	if (m)
		m->has_places = m->has_master = false;
}

bool
event_master_kept(struct family *f, struct str key, struct event_master *out)
{
	const struct event_memo *m = memo_of(f);

	if (!m->has_master || !str_eq(m->master_key, key))
		return false;
	*out = m->master;
	return true;
}

void
event_master_keep(struct family *f, struct str key, const struct event_master *master)
{
	struct event_memo *m = memo_of(f);

	m->has_master = true;
	m->master_key = arena_dup(f->g->arena, key);
	m->master = *master;
}

/* A row's own place is with its item: no row need be read for those of the others. */
struct str
event_place_write(struct arena *a, int64_t from, int64_t to)
{
	return to == NO_TIME ? arena_fmt(a, "%lld", (long long)from)
			     : arena_fmt(a, "%lld %lld", (long long)from, (long long)to);
}

static bool
place_read(const struct calendar *c, const struct event_master *m, const struct item *item,
    struct placed *out)
{
	struct str text = bag_get(item->bag, STR(":place")), to;
	const char *why;
	struct event ev;

	*out = (struct placed){ .id = item->id, .to = NO_TIME,
		.has_row = !key_is_inner(item->key, NULL, NULL) };
	if (out->has_row) {
		text = str_cut(text, ' ', &to);
		return num_i64(text, INT64_MIN + 1, INT64_MAX, &out->from) &&
		    (!to.p || num_i64(to, INT64_MIN + 1, INT64_MAX, &out->to));
	}
	if (!event_read(c, item, NULL, &ev, &why) || ev.instance == NO_TIME)
		return false;
	/* as the pattern has it: clients may know the zone in another way */
	if (m->event.has_series)
		(void)event_instance(&m->event, ev.instance, &ev.instance);
	out->from = ev.instance;
	if (ev.type != EVENT_DELETED)
		out->to = ev.start;
	return true;
}

static int
by_from(const void *va, const void *vb)
{
	const struct placed *a = va, *b = vb;

	return a->from != b->from ? (a->from > b->from) - (a->from < b->from)
				  : (a->id > b->id) - (a->id < b->id);
}

/* The first of those places at or behind t. */
static size_t
place_at(const struct event_memo *m, int64_t t)
{
	size_t low = 0, high = m->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (m->place[middle].from < t)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A series may have thousands: of the items nothing stays, and there is room for all that a batch adds. */
static enum outcome
load_places(struct family *f, const struct calendar *c, const struct event_master *series,
    struct event_memo *m, struct err *e)
{
	struct item *item = NULL;
	struct arena_mark mark;
	size_t n = 0;
	enum outcome o;

	m->has_places = false;
	for (;;) {
		mark = arena_mark(c->a);
		o = f->items_of(f, &series->item.uid, &item, &n, e);
		if (o != OK || n <= m->size)
			break;
		arena_release(c->a, &mark);
		m->size = n + n / 2 + 16;
		m->place = ARENA_ARRAY(c->a, struct placed, m->size);
	}
	for (size_t i = m->n = 0; o == OK && i < n; i++)
		if (item[i].place != 0 && !item[i].is_bad &&
		    place_read(c, series, &item[i], &m->place[m->n]))
			m->n++;
	arena_release(c->a, &mark);
	if (o != OK)
		return o;
	if (m->n)
		qsort(m->place, m->n, sizeof(*m->place), by_from);
	m->uid = series->item.uid;
	m->has_places = true;
	return OK;
}

static enum outcome
places_of(struct family *f, const struct calendar *c, const struct event_master *series,
    struct event_memo **out, struct err *e)
{
	*out = memo_of(f);
	if ((*out)->has_places && guid_eq(&(*out)->uid, &series->item.uid))
		return OK;
	return load_places(f, c, series, *out, e);
}

void
event_place_gone(struct family *f, uint32_t id)
{
	struct event_memo *m = f->memo;
	size_t keep = 0;

	if (!m || !m->has_places || !id)
		return;
	for (size_t i = 0; i < m->n; i++)
		if (m->place[i].id != id)
			m->place[keep++] = m->place[i];
	m->n = keep;
}

void
event_place_taken(struct family *f, const struct guid *uid, uint32_t id, int64_t from, int64_t to)
{
	struct event_memo *m = f->memo;
	size_t at;

	event_place_gone(f, id);
	if (!m || !m->has_places || !guid_eq(&m->uid, uid))
		return;
	if (m->n == m->size) { /* loaded again, with more room */
		m->has_places = false;
		return;
	}
	at = place_at(m, from);
	memmove(m->place + at + 1, m->place + at, (m->n - at) * sizeof(*m->place));
	m->place[at] = (struct placed){ .from = from, .to = to, .id = id, .has_row = true };
	m->n++;
}

/* Its row may have gone in this very change. */
static enum outcome
has_row_still(struct family *f, uint32_t id, bool *has, struct err *e)
{
	const struct row *row = NULL;
	struct item item;
	enum outcome o = store_item(f->g->store, f->l, id, &item, e);

	*has = true; /* of this batch, and not written yet */
	if (o != OK || !item.id)
		return o;
	o = f->row_of(f, item.key, &row, e);
	*has = row != NULL;
	return o;
}

enum outcome
event_twice(struct family *f, const struct calendar *c, const struct event_master *series,
    int64_t instance, uint32_t id, const char **why, struct err *e)
{
	struct event_memo *m;
	bool has;
	enum outcome o = places_of(f, c, series, &m, e);

	if (o != OK)
		return o;
	for (size_t i = place_at(m, instance); o == OK && !*why && i < m->n &&
	    m->place[i].from == instance; i++) {
		if (m->place[i].id == id || !m->place[i].has_row)
			continue;
		o = has_row_still(f, m->place[i].id, &has, e);
		if (o == OK && has && f->made_room)
			return E_RETRY; /* somebody else's New was faster by a moment */
		if (o == OK && has)
			*why = arena_fmt(c->a, "another row replaces the same instance of its "
			    "series (item %u)", (unsigned)m->place[i].id).p;
	}
	return o;
}

bool
event_has_row(struct family *f, const struct calendar *c, const struct event_master *series,
    int64_t instance)
{
	struct err e = { 0 };
	struct event_memo *m;

	if (!series->item.has_uid || places_of(f, c, series, &m, &e) != OK)
		return false;
	for (size_t i = place_at(m, instance); i < m->n && m->place[i].from == instance; i++)
		if (m->place[i].has_row)
			return true;
	return false;
}

/* Where an instance is now; NO_TIME: deleted. */
static int64_t
place_of(const struct event_memo *m, const struct exdates *out, int64_t t)
{
	size_t i = place_at(m, t);

	if (i < m->n && m->place[i].from == t)
		return m->place[i].to;
	return exdate_has(out, t) ? NO_TIME : t;
}

/* The instance behind, NO_TIME: none. */
static int64_t
find_next(const struct series *s, const struct event_memo *others, const struct exdates *out, int64_t t)
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
find_previous(const struct series *s, const struct event_memo *others, const struct exdates *out,
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
	struct event_memo *others;
	struct exdates out;
	enum outcome o = places_of(f, c, m, &others, e);

	if (o != OK)
		return o;
	event_place_gone(f, id); /* where it was says nothing */
	if (!m->event.has_series || !event_exdates(c, &m->event, &m->row, &out, why))
		return OK;
	*why = compare(s, start, find_previous(s, others, &out, instance),
	    find_next(s, others, &out, instance));
	return OK;
}
