/*
 * plan.c -- what must this client be told.
 *
 * A difference is bounded by the head that was read before the rows: what
 * commits later has a higher number and comes with the next token. With "more"
 * the token stands exactly behind the last change delivered, never at "now".
 * A first download repeats the token of its first page on every page, so that
 * changes made while the client pages are delivered afterwards.
 */
#include "plan.h"

#include "harvest.h"
#include "kind.h"
#include "num.h"

#define POLL_HARVEST_ROWS 5000 /* what one poll takes of a large inbox; the rest waits */
#define GONE_EXTRA 64          /* deletions beside a full page of rows */
#define RETRY_PAUSE_MS 20
#define STATE_TRIES 3          /* of a page that shows many lists */
#define MARKS_MAX 200000       /* keys: about 20 MB of the request's memory */
#define MARK_CHUNK 500

struct marks { /* keys whose row was newer than its item: they go into the inbox */
	struct str *key;
	size_t n, size;
};

struct planning {
	struct engine *g;
	const struct list *l;
	const struct plan_sink *to;
	struct plan_result *out;
	struct marks marks;
	uint32_t limit;       /* live rows; 0: all */
	uint32_t entries;     /* of a difference: rows and deletions; 0: all */
	uint32_t met;         /* items that the store handed over, shown or not */
	uint64_t last_number; /* newest change delivered */
	uint32_t last_id;     /* last item met */
	bool is_full;
	uint32_t participant; /* 0: everybody's events */
	bool has_series, is_wanted_series; /* the last series met, and whether it was given */
	struct guid series;
};

/* ---- rows that differ from their item while streaming (design rule 6) ---- */

static enum outcome
mark(struct planning *p, struct str key, struct err *e)
{
	struct marks *m = &p->marks;

	/* The answer is not given: nothing was shown, so nothing need be marked. */
	if (m->n == MARKS_MAX)
		return err_set(e, E_UNAVAILABLE, "More than %d rows of the list \"%s\" are "
		    "changing at this moment. Try again in a minute.", MARKS_MAX, p->l->title);
	if (m->n == m->size) {
		size_t size = m->size ? m->size * 2 : 64;
		struct str *more = ARENA_ARRAY(p->g->arena, struct str, size);

		if (m->n)
			memcpy(more, m->key, m->n * sizeof(*more));
		m->key = more;
		m->size = size;
	}
	m->key[m->n++] = arena_dup(p->g->arena, key);
	return OK;
}

static enum outcome
write_marks(struct planning *p, struct err *e)
{
	enum outcome o = OK;

	for (size_t i = 0; o == OK && i < p->marks.n; i += MARK_CHUNK) {
		size_t n = p->marks.n - i < MARK_CHUNK ? p->marks.n - i : MARK_CHUNK;

		o = store_inbox_add(p->g->store, p->l, p->marks.key + i, n, true, e);
	}
	return o;
}

/* ---- whose events ---- */

/* ";#12;#57" */
static bool
lists_person(struct str all, uint32_t person)
{
	struct str rest = all, part;
	uint64_t n;

	while (rest.p) {
		part = str_trim(str_cut(rest, ';', &rest));
		if (part.n && part.p[0] == '#')
			part = (struct str){ part.p + 1, part.n - 1 };
		if (num_u64(part, UINT32_MAX, &n) && n == person)
			return true;
	}
	return false;
}

/*
 * Does the filter let the item through? An instance that says nothing of its own
 * goes with its series; where that is not in this answer it is given, for who
 * has the series must not keep an instance that was moved or deleted.
 */
static bool
is_wanted(struct planning *p, const struct item *item, const struct row *row)
{
	struct str all;
	bool is_wanted;

	if (!p->participant)
		return true;
	all = kind_value(p->g->vocabulary, p->l, item, row, FIELD_PARTICIPANTS);
	is_wanted = lists_person(all, p->participant);
	if (item->has_uid && item->place > 0 && !all.n)
		return !p->has_series || !guid_eq(&p->series, &item->uid) || p->is_wanted_series;
	if (item->has_uid && item->place == 0) {
		p->has_series = true;
		p->series = item->uid;
		p->is_wanted_series = is_wanted;
	}
	return is_wanted;
}

/* ---- what the store hands over ---- */

/* E_LIMIT ends the walk: the page is full. */
static enum outcome
page_is_full(struct planning *p)
{
	p->is_full = true;
	return E_LIMIT;
}

static enum outcome
give_row(struct planning *p, const struct item *item, const struct row *row, struct err *e)
{
	enum outcome o = OK;

	/* Gone or unusable since the harvest: the next one says which. */
	if (row->state != ROW_GOOD || item->is_bad)
		return item->is_bad ? OK : mark(p, item->key, e);
	if (memcmp(row->print, item->print, sizeof(row->print)) != 0)
		o = mark(p, item->key, e);
	if (o != OK)
		return o;
	p->out->item_n++;
	return p->to->item(p->to->arg, item, row, e);
}

static enum outcome
each_walked(void *arg, const struct item *item, const struct row *row, struct err *e)
{
	struct planning *p = arg;

	if (item->id == p->last_id)
		return OK; /* a key twice in the view: the harvest names it */
	if (p->limit && p->out->item_n == p->limit)
		return page_is_full(p);
	p->last_id = item->id;
	if (row->state == ROW_GOOD && !is_wanted(p, item, row))
		return OK;
	return give_row(p, item, row, e);
}

static enum outcome
each_changed(void *arg, const struct item *item, const struct row *row, struct err *e)
{
	struct planning *p = arg;
	bool is_gone = item->state != ITEM_LIVE;
	enum outcome o;

	p->met++;
	if (item->id == p->last_id)
		return OK;
	if (!is_gone && row->state == ROW_GOOD && !item->is_bad && !is_wanted(p, item, row))
		is_gone = true; /* for this client */
	if ((!is_gone && p->out->item_n == p->limit) ||
	    p->out->item_n + p->out->gone_n == p->entries)
		return page_is_full(p);
	if (is_gone) {
		p->out->gone_n++;
		o = p->to->gone(p->to->arg, item->id, &item->guid, e);
	} else {
		o = give_row(p, item, row, e);
	}
	p->last_id = item->id;
	p->last_number = item->changed;
	return o;
}

/* ---- the three answers ---- */

static enum outcome
restart(struct planning *p)
{
	p->out->is_restart = true;
	return OK;
}

static enum outcome
difference(struct planning *p, const struct token *since, uint32_t limit, struct err *e)
{
	struct list_state *st = &p->out->state;
	uint64_t ticks;
	uint32_t before;
	enum outcome o;

	if (!guid_eq(&since->list, &p->l->id) || since->number > st->head ||
	    st->asked_ticks == 0 || st->asked_ticks != since->ticks)
		return restart(p);
	p->out->has_schema = st->schema_change > since->number;
	if (since->number == st->head)
		return OK;
	p->limit = limit && limit < p->g->page_rows ? limit : p->g->page_rows;
	p->entries = p->limit + GONE_EXTRA;
	p->last_number = since->number;
	/* Rows that cannot be shown fill no page: what has changed behind them must come, too. */
	do {
		before = p->met;
		o = store_diff(p->g->store, p->l, p->last_number, st->head, p->entries + 1,
		    each_changed, p, e);
	} while (o == OK && p->met - before > p->entries);
	if (!p->is_full || o != E_LIMIT)
		return o;
	o = store_ticks(p->g->store, p->l, p->last_number, &ticks, e);
	p->out->has_more = true;
	p->out->token.number = p->last_number;
	p->out->token.ticks = ticks;
	return o;
}

static enum outcome
first_download(struct planning *p, const struct plan_request *q, const struct cursor *from,
    struct err *e)
{
	struct walk w = { .is_descending = q->is_descending };
	enum outcome o;

	p->out->has_schema = !from;
	if (from) {
		if (!guid_eq(&from->token.list, &p->l->id) ||
		    from->token.number > p->out->state.head || !p->out->state.asked_ticks ||
		    p->out->state.asked_ticks != from->token.ticks)
			return err_set(e, E_INVALID, "The paging position is not one that this "
			    "list has given. Start the download again without it.");
		p->out->token = from->token;
		w.from = from->last_id;
		w.is_descending = from->is_descending;
	}
	w.is_grouped = q->is_grouped && !from && !q->limit && !q->is_descending;
	p->limit = q->limit;
	w.limit = q->limit ? q->limit + 1 : 0;
	do {
		uint32_t before = p->last_id;

		o = store_walk(p->g->store, p->l, &w, each_walked, p, e);
		/* Rows left out (bad, gone) must not end the download early: go on behind them. */
		if (p->last_id == before)
			break;
		w.from = p->last_id;
	} while (o == OK && q->limit && p->out->item_n <= q->limit && !p->is_full);
	if (!p->is_full || o != E_LIMIT)
		return o;
	p->out->has_cursor = true;
	p->out->cursor = (struct cursor){
		.token = p->out->token, .last_id = p->last_id, .is_descending = w.is_descending
	};
	return OK;
}

/* ---- */

/*
 * The list's state, as this process describes the list. A reload is taken up
 * within a moment: requests wait for that, `tries` times.
 */
static enum outcome
peek(struct engine *g, const struct list *l, uint64_t number, unsigned tries,
    struct list_state *st, struct err *e)
{
	enum outcome o = E_RETRY;

	for (unsigned i = 0; i < tries && o == E_RETRY; i++) {
		if (i)
			g->pause(g->env, RETRY_PAUSE_MS << i);
		o = store_peek(g->store, l, number, st, e);
		if (o == OK)
			o = harvest_current(g, l, st, e);
	}
	if (o == E_RETRY && e)
		e->code = E_UNAVAILABLE;
	return o == E_RETRY ? E_UNAVAILABLE : o;
}

/* State of the list with everything that is committed numbered, as far as one poll goes. */
static enum outcome
refresh(struct engine *g, const struct list *l, uint64_t number, struct list_state *st,
    struct err *e)
{
	bool left;
	enum outcome o = OK;

	if (l->track == TRACK_SCAN && l->scan_every_s == 0)
		o = harvest_scan_if_due(g, l, true, e);
	if (o == OK)
		o = peek(g, l, number, LIMIT_RETRIES, st, e);
	if (o == OK && !st->is_ready)
		return err_set(e, E_UNAVAILABLE,
		    "The list \"%s\" is being prepared. Try again in a minute.", l->title);
	if (o != OK || !st->has_inbox)
		return o;
	o = harvest_all(g, l, POLL_HARVEST_ROWS, &left, e);
	return o == OK ? store_peek(g->store, l, number, st, e) : o;
}

enum outcome
plan_changes(struct engine *g, const struct list *l, const struct principal *who,
    const struct plan_request *q, const struct plan_sink *to, struct plan_result *out,
    struct err *e)
{
	struct planning p = { .g = g, .l = l, .to = to, .out = out,
		.participant = q->participant };
	struct token since = { .number = 0 };
	struct cursor from;
	enum outcome o;

	*out = (struct plan_result){ .token = { .list = l->id } };
	if (!(access_rights(l, who) & RIGHT_READ))
		return err_set(e, E_NOT_FOUND, "The list does not exist.");
	if (q->token.n && !token_parse(q->token, &since))
		return err_set(e, E_INVALID, "The change token is not one of this server. Start "
		    "again without a token.");
	if (!q->token.n && q->cursor.n && !cursor_parse(q->cursor, &from))
		return err_set(e, E_INVALID, "The paging position is not one of this server. "
		    "Start the download again without it.");
	o = refresh(g, l, q->token.n ? since.number : q->cursor.n ? from.token.number : 0,
	    &out->state, e);
	if (o != OK)
		return o;
	out->token.number = out->state.head;
	out->token.ticks = out->state.head_ticks;
	if (q->token.n)
		o = difference(&p, &since, q->limit, e);
	else
		o = first_download(&p, q, q->cursor.n ? &from : NULL, e);
	return o == OK ? write_marks(&p, e) : o;
}

enum outcome
plan_refresh(struct engine *g, const struct list *l, struct list_state *out, struct err *e)
{
	return refresh(g, l, 0, out, e);
}

enum outcome
plan_state(struct engine *g, const struct list *l, struct list_state *out, struct err *e)
{
	return peek(g, l, 0, STATE_TRIES, out, e);
}
