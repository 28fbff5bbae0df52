/*
 * month.c -- calendar.aspx: a calendar as a month (?month=2026-03), Monday to
 * Sunday. For other kinds the address leads to the list, as older links do.
 */
#include <stdlib.h>

#include "event_when.h"
#include "num.h"
#include "plan.h"
#include "show.h"

#define DAY 86400
#define DAYS 42 /* six weeks hold every month */

struct entry {
	uint32_t id;
	int64_t start, end;      /* on the site's wall clock, as if UTC */
	bool is_all_day;
	struct str title;
};

struct month {
	struct page *p;
	const struct list *list;
	int year, month;
	int64_t first, grid;     /* day 1, and the Monday at or before it, as if UTC */
	size_t n, size;
	struct entry *entry;
};

static int64_t
days_from(int year, int month)
{
	struct civil c = { .year = year + (month - 1 + 12) / 12 - 1,
		.month = (month - 1 + 12) % 12 + 1, .day = 1 };

	return civil_to_stamp(&c);
}

static int64_t
on_wall(const struct page *p, int64_t utc)
{
	struct civil c = zone_from_utc(p->c->site->zone, utc);

	return civil_to_stamp(&c);
}

/* "2026-03", or the present month. False: no such month. */
static bool
read_month(struct month *m)
{
	struct str text = list_query(m->p->q, "month"), rest;
	struct engine *g = m->p->c->engine;
	struct civil today;
	int64_t now, year, month;
	long ns;

	if (text.p) {
		struct str y = str_cut(text, '-', &rest);

		if (!num_i64(y, 1601, 4500, &year) || !num_i64(rest, 1, 12, &month))
			return false;
	} else {
		g->now(g->env, &now, &ns);
		today = zone_from_utc(m->p->c->site->zone, now);
		year = today.year;
		month = today.month;
	}
	m->year = (int)year;
	m->month = (int)month;
	m->first = days_from(m->year, m->month);
	/* 1970-01-01 was a Thursday */
	m->grid = m->first - (m->first / DAY % 7 + 7 + 3) % 7 * DAY;
	return true;
}

/* ---- the events ---- */

static void
take(void *arg, const struct occurrence *o)
{
	struct month *m = arg;
	struct entry *more;

	if (m->n == m->size) {
		m->size = m->size ? m->size * 2 : 64;
		more = ARENA_ARRAY(m->p->a, struct entry, m->size);
		if (m->n)
			memcpy(more, m->entry, m->n * sizeof(*more));
		m->entry = more;
	}
	m->entry[m->n++] = (struct entry){ .id = o->item->id, .is_all_day = o->is_all_day,
		.start = o->is_all_day ? o->start : on_wall(m->p, o->start),
		.end = o->is_all_day ? o->end : on_wall(m->p, o->end),
		.title = arena_dup(m->p->a, o->title) };
}

static int
by_time(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;

	if (a->is_all_day != b->is_all_day)
		return a->is_all_day ? -1 : 1;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

/* An event that ends at midnight is not of the next day. */
static bool
is_on(const struct entry *e, int64_t day)
{
	int64_t last = e->end > e->start ? e->end - 1 : e->start;

	return e->start < day + DAY && last >= day;
}

/* ---- the page ---- */

static void
write_entry(struct month *m, const struct entry *e, int64_t day)
{
	struct xmlw *w = &m->p->w;
	struct civil at = civil_from_stamp(e->start);

	xmlw_open(w, "li");
	xmlw_attrz(w, "class", e->is_all_day ? "whole" : NULL);
	xmlw_open(w, "a");
	xmlw_attr(w, "href", page_href(m->p, str_of(m->list->name),
	    arena_fmt(m->p->a, "DispForm.aspx?ID=%u", e->id).p));
	if (!e->is_all_day && e->start >= day)
		xmlw_textf(w, "%02d:%02d ", at.hour, at.minute);
	xmlw_text(w, e->title.n ? e->title : STR("(no subject)"));
	xmlw_close(w);
	xmlw_close(w);
}

static void
write_day(struct month *m, int64_t day)
{
	struct xmlw *w = &m->p->w;
	struct civil c = civil_from_stamp(day);
	bool is_open = false;
	size_t i;

	xmlw_open(w, "td");
	xmlw_attrz(w, "class", c.month == m->month ? NULL : "other");
	xmlw_open(w, "time");
	xmlw_attrf(w, "datetime", "%04d-%02d-%02d", c.year, c.month, c.day);
	xmlw_open(w, "span");
	xmlw_attrz(w, "class", "unseen");
	xmlw_text(w, page_day(m->p->a, &c));
	xmlw_close(w);
	xmlw_open(w, "span");
	xmlw_attrz(w, "aria-hidden", "true");
	xmlw_textf(w, "%d", c.day);
	xmlw_close(w);
	xmlw_close(w);
	for (i = 0; i < m->n; i++) {
		if (!is_on(&m->entry[i], day))
			continue;
		if (!is_open)
			xmlw_open(w, "ul");
		is_open = true;
		write_entry(m, &m->entry[i], day);
	}
	if (is_open)
		xmlw_close(w);
	xmlw_close(w);
}

static void
write_grid(struct month *m)
{
	static const char *const days[] = { "Monday", "Tuesday", "Wednesday", "Thursday",
		"Friday", "Saturday", "Sunday" };
	struct xmlw *w = &m->p->w;
	int i, weeks = (int)((days_from(m->year, m->month + 1) - m->grid + 7 * DAY - 1) / (7 * DAY));

	xmlw_open(w, "table");
	xmlw_attrz(w, "class", "month");
	xmlw_open(w, "thead");
	xmlw_open(w, "tr");
	for (i = 0; i < 7; i++) {
		xmlw_open(w, "th");
		xmlw_attrz(w, "scope", "col");
		xmlw_textz(w, days[i]);
		xmlw_close(w);
	}
	xmlw_close(w);
	xmlw_close(w);
	xmlw_open(w, "tbody");
	for (i = 0; i < weeks * 7; i++) {
		if (i % 7 == 0)
			xmlw_open(w, "tr");
		write_day(m, m->grid + (int64_t)i * DAY);
		if (i % 7 == 6)
			xmlw_close(w);
	}
	xmlw_close(w);
	xmlw_close(w);
}

static void
write_way(struct month *m, int step, const char *text)
{
	int month = m->month + step, year = m->year + (month > 12) - (month < 1);

	month = month > 12 ? 1 : month < 1 ? 12 : month;
	if (year >= 1601 && year <= 4500)
		page_link(m->p, "button", page_href(m->p, str_of(m->list->name),
		    arena_fmt(m->p->a, "calendar.aspx?month=%04d-%02d", year, month).p),
		    str_of(text));
}

static void
write_month(struct month *m, const struct list_state *st, bool is_cut)
{
	struct civil first = civil_from_stamp(m->first);
	struct str day = page_day(m->p->a, &first), name;
	struct xmlw *w = &m->p->w;

	(void)str_cut(day, ' ', &name);
	if (m->n)
		qsort(m->entry, m->n, sizeof(*m->entry), by_time);
	page_open(m->p, 200, arena_fmt(m->p->a, "%.*s – %s", STR_ARG(name), m->list->title));
	list_top(m->p, m->list, st);
	xmlw_open(w, "nav");
	xmlw_attrz(w, "class", "pager");
	xmlw_attrz(w, "aria-label", "Months");
	page_words(m->p, "h2", NULL, name);
	write_way(m, -1, "Month before");
	write_way(m, 1, "Month after");
	page_link(m->p, "button", page_href(m->p, str_of(m->list->name), "AllItems.aspx"),
	    STR("All as a list"));
	xmlw_close(w);
	if (is_cut)
		page_words(m->p, "p", "status", STR("Not all events and series are shown here; "
		    "the list and Outlook have all of them."));
	write_grid(m);
	page_close(m->p);
	m->p->r->note.rows = m->n;
}

void
month_page(struct page *p, struct str name)
{
	struct list *l = list_find(p, name);
	struct month m = { .p = p, .list = l };
	struct list_state st;
	struct err e = { .code = OK };
	bool is_cut;

	if (!l)
		return;
	if (l->kind != KIND_CALENDAR) {
		list_page_show(p, name);
		return;
	}
	if (!read_month(&m)) {
		page_problem(p, 400, "No such month",
		    "The address must say month=, a year and a month, as in month=2026-03.");
		return;
	}
	if (!list_ready(p, l, &st))
		return;
	if (event_when(p->c->engine, l, &p->c->who, m.grid - DAY, m.grid + (DAYS + 1) * DAY, take,
	    &m, &is_cut, &e) != OK) {
		page_failed(p, "events of a month", &e);
		return;
	}
	write_month(&m, &st, is_cut);
}
