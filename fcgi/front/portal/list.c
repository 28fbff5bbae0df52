/*
 * list.c -- AllItems.aspx: the rows of one list, a page at a time.
 *
 * Pages are cut by ID ("?after=50"), so rows that come or go meanwhile neither
 * repeat nor hide others.
 */
#include "num.h"
#include "plan.h"
#include "show.h"
#include "stssync.h"

#define PAGE_ROWS 50
#define TABLE_COLUMNS 6

struct table {
	struct page *p;
	const struct list *list;
	size_t column[TABLE_COLUMNS];
	size_t column_n;
	uint32_t row_n;
};

struct str
list_query(const struct request *q, const char *name)
{
	struct str rest = q->query;

	while (rest.p) {
		struct str value, pair = str_cut(rest, '&', &rest);
		struct str key = str_cut(pair, '=', &value);

		if (str_ieq(key, str_of(name)))
			return value.p ? value : STR("");
	}
	return STR_NULL;
}

static void
write_cell(struct table *t, size_t at, const struct item *item, struct str v)
{
	struct page *p = t->p;
	struct str label = show_label(p->a, t->list, &t->list->column[t->column[at]]);
	struct xmlw *w = &p->w;

	if (at) {
		xmlw_open(w, "td");
		xmlw_attr(w, "data-label", label);
		show_value(p, &t->list->column[t->column[at]], v, SHOW_BRIEF);
		xmlw_close(w);
		return;
	}
	xmlw_open(w, "th");
	xmlw_attrz(w, "scope", "row");
	xmlw_open(w, "a");
	xmlw_attr(w, "href", page_href(p, str_of(t->list->name),
	    arena_fmt(p->a, "DispForm.aspx?ID=%u", item->id).p));
	if (str_trim(v).n && !show_target(p->a, t->list->column[t->column[0]].field,
	    t->list->column[t->column[0]].type, v).p)
		show_value(p, &t->list->column[t->column[0]], v, SHOW_BRIEF);
	else if (str_trim(v).n)
		xmlw_text(w, v); /* would be a link of its own inside this one */
	else
		xmlw_textf(w, "Item %u", item->id);
	xmlw_close(w);
	xmlw_close(w);
}

static enum outcome
write_row(void *arg, const struct item *item, const struct row *row, struct err *e)
{
	struct table *t = arg;
	struct arena_mark mark = arena_mark(t->p->a);
	const struct str *value = show_values(t->p, t->list, item, row);
	size_t i;

	(void)e;
	if (show_is_hidden(t->p, t->list, item))
		return OK;
	xmlw_open(&t->p->w, "tr");
	for (i = 0; i < t->column_n; i++)
		write_cell(t, i, item, value[t->column[i]]);
	xmlw_close(&t->p->w);
	arena_release(t->p->a, &mark);
	t->row_n++;
	return OK;
}

/* A first download never tells of removed items. */
static enum outcome
skip_gone(void *arg, uint32_t id, const struct guid *guid, struct err *e)
{
	(void)arg, (void)id, (void)guid, (void)e;
	return OK;
}

static void
write_table_head(struct table *t)
{
	struct xmlw *w = &t->p->w;
	size_t i;

	xmlw_open(w, "table");
	xmlw_open(w, "caption");
	xmlw_attrz(w, "class", "unseen");
	xmlw_textz(w, t->list->title);
	xmlw_close(w);
	xmlw_open(w, "thead");
	xmlw_open(w, "tr");
	for (i = 0; i < t->column_n; i++) {
		xmlw_open(w, "th");
		xmlw_attrz(w, "scope", "col");
		xmlw_text(w, show_label(t->p->a, t->list,
		    &t->list->column[t->column[i]]));
		xmlw_close(w);
	}
	xmlw_close(w);
	xmlw_close(w);
	xmlw_open(w, "tbody");
}

void
list_top(struct page *p, const struct list *l, const struct list_state *st)
{
	const struct site *site = p->c->site;
	struct str link = stssync_link(p->a, site->base_url, site->title, l);
	struct xmlw *w = &p->w;

	xmlw_open(w, "nav");
	xmlw_attrz(w, "aria-label", "Way back");
	page_link(p, "back", arena_fmt(p->a, "%s/", site->base_path), STR("All lists"));
	xmlw_close(w);
	xmlw_open(w, "div");
	xmlw_attrz(w, "class", "top");
	xmlw_open(w, "div");
	xmlw_element(w, "h1", l->title);
	if (l->description[0])
		page_words(p, "p", "about", str_of(l->description));
	xmlw_open(w, "p");
	xmlw_attrz(w, "class", "quiet");
	xmlw_text(w, page_number(p->a, st->live_n));
	xmlw_textz(w, st->live_n == 1 ? " item, last change " : " items, last change ");
	page_time(p, st->modified);
	xmlw_close(w);
	xmlw_close(w);
	if (link.p)
		page_link(p, "button main", link, STR("Connect to Outlook"));
	xmlw_close(w);
}

static void
write_pager(struct page *p, const struct list *l, uint32_t after, uint32_t next)
{
	struct xmlw *w = &p->w;

	if (!after && !next)
		return;
	xmlw_open(w, "nav");
	xmlw_attrz(w, "class", "pager");
	xmlw_attrz(w, "aria-label", "Pages");
	if (after)
		page_link(p, "button", page_href(p, str_of(l->name), "AllItems.aspx"),
		    STR("First page"));
	if (next)
		page_link(p, "button", page_href(p, str_of(l->name),
		    arena_fmt(p->a, "AllItems.aspx?after=%u", next).p), STR("Next page"));
	xmlw_close(w);
}

/* Where the page begins: 0, or the last ID of the page before. False: answered. */
static bool
read_after(struct page *p, uint32_t *after)
{
	struct str text = list_query(p->q, "after");
	uint64_t n = 0;

	if (text.p && !num_u64(text, UINT32_MAX, &n)) {
		page_problem(p, 400, "No such page",
		    "The address says after=%.*s, but only the number of an item may stand "
		    "there.", (int)(text.n < 40 ? text.n : 40), text.p);
		return false;
	}
	*after = (uint32_t)n;
	return true;
}

static void
write_body(struct table *t, const struct list_state *st, uint32_t after)
{
	struct engine *g = t->p->c->engine;
	struct plan_sink to = { t, write_row, skip_gone };
	struct plan_request q = { .limit = PAGE_ROWS };
	struct plan_result done;
	struct err e = { .code = OK };

	if (after) {
		struct cursor at = { { t->list->id, st->head_ticks, st->head }, after, false };

		q.cursor = cursor_fmt(g->arena, &at);
	}
	write_table_head(t);
	if (plan_changes(g, t->list, &t->p->c->who, &q, &to, &done, &e) != OK) {
		page_failed(t->p, "rows of a list page", &e);
		return;
	}
	xmlw_close(&t->p->w); /* tbody */
	xmlw_close(&t->p->w); /* table */
	if (!t->row_n)
		page_words(t->p, "p", "empty", after ?
		    STR("There are no more items behind this place.") :
		    STR("This list is empty. What you add in Outlook will appear here."));
	write_pager(t->p, t->list, after, done.has_cursor ? done.cursor.last_id : 0);
	page_close(t->p);
	t->p->r->note.rows = t->row_n;
}

struct list *
list_find(struct page *p, struct str name)
{
	struct list *l = front_list(p->c, name);

	if (!l)
		page_problem(p, 404, "List not found",
		    "There is no list of this name, or you may not read it.");
	else
		p->r->note.list = l->name;
	return l;
}

bool
list_ready(struct page *p, const struct list *l, struct list_state *st)
{
	struct err e = { .code = OK };

	if (plan_state(p->c->engine, l, st, &e) != OK) {
		page_failed(p, "state of a list", &e);
		return false;
	}
	if (!st->is_ready)
		page_problem(p, 503, "Being prepared",
		    "The server is reading this list for the first time. "
		    "Come back in a minute.");
	return st->is_ready;
}

void
list_page_show(struct page *p, struct str name)
{
	struct list *l = list_find(p, name);
	struct table t = { .p = p, .list = l };
	struct list_state st;
	uint32_t after;

	if (!l || !read_after(p, &after) || !list_ready(p, l, &st))
		return;
	t.column_n = show_columns(l, t.column, TABLE_COLUMNS);
	page_open(p, 200, str_of(l->title));
	list_top(p, l, &st);
	if (l->kind == KIND_CALENDAR)
		page_link(p, "button", page_href(p, str_of(l->name), "calendar.aspx"),
		    STR("As a month"));
	write_body(&t, &st, after);
}

/* /<library>, as people cut it from the address of a file. */
void
library_page(struct page *p, struct str name)
{
	const struct list *l = front_list(p->c, name);

	if (l && l->kind == KIND_DOCUMENTS)
		list_page_show(p, name);
	else
		page_none(p);
}

void
no_form_page(struct page *p, struct str name)
{
	if (list_find(p, name))
		page_problem(p, 404, "No such form",
		    "Items are made and edited in Outlook, not on this page.");
}
