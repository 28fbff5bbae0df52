/*
 * item.c -- DispForm.aspx?ID=n: everything that is known of one item. Outlook's
 * "open in web browser" leads here (MS-STSSYN 2.2, list-url).
 */
#include <inttypes.h>

#include "attach.h"
#include "bag.h"
#include "lists/placed.h"
#include "files/attachment.h"
#include "limits.h"
#include "num.h"
#include "plan.h"
#include "show.h"

/* HTML in a frame that may do nothing: body.c. */
static void
write_body(struct page *p, const struct list *l, const struct item *item, size_t at)
{
	struct xmlw *w = &p->w;

	xmlw_open(w, "iframe");
	xmlw_attrz(w, "class", "body");
	xmlw_attrz(w, "sandbox", "allow-popups allow-popups-to-escape-sandbox");
	xmlw_attr(w, "title", show_label(p->a, l, &l->column[at]));
	xmlw_attr(w, "src", page_href(p, str_of(l->name), arena_fmt(p->a,
	    "Body.aspx?ID=%u&Field=%zu", item->id, at).p));
	xmlw_textz(w, "");
	xmlw_close(w);
}

static void
write_field(struct page *p, const struct list *l, const struct item *item, size_t at,
    struct str v)
{
	const struct column *col = &l->column[at];
	struct xmlw *w = &p->w;

	if (!str_trim(v).n)
		return;
	xmlw_open(w, "div");
	page_words(p, "dt", NULL, show_label(p->a, l, col));
	xmlw_open(w, "dd");
	if (show_is_html(l, col, v))
		write_body(p, l, item, at);
	else
		show_value(p, col, v, SHOW_WHOLE);
	xmlw_close(w);
	xmlw_close(w);
}

/* The useful ones first, long texts last. */
static void
write_fields(struct page *p, const struct list *l, const struct item *item,
    const struct str *value)
{
	size_t *order = ARENA_ARRAY(p->a, size_t, l->column_n);
	size_t i, j, n = show_columns(l, order, l->column_n), short_n = n;

	for (i = 0; i < l->column_n; i++) {
		for (j = 0; j < short_n && order[j] != i; j++)
			;
		if (j == short_n)
			order[n++] = i;
	}
	xmlw_open(&p->w, "dl");
	xmlw_attrz(&p->w, "class", "fields");
	for (i = 0; i < n; i++)
		write_field(p, l, item, order[i], value[order[i]]);
	xmlw_close(&p->w);
}

/* A column's value, kept with an item that has no row of its own. */
static bool
is_shown_above(struct page *p, const struct list *l, struct str name)
{
	enum field f;

	return p->c->engine->vocabulary->field_by_name(l->kind, name, &f) &&
	    list_column(l, f) >= 0;
}

static void
write_properties(struct page *p, const struct list *l, struct str bag)
{
	struct xmlw *w = &p->w;
	struct property one;
	size_t at = 0;
	bool has_any = false;

	while (bag_next(bag, &at, &one)) {
		if (!one.value.n || one.name.p[0] == ':' || is_shown_above(p, l, one.name))
			continue; /* Outlook sends many empty ones */
		if (!has_any) {
			xmlw_open(w, "section");
			xmlw_attrz(w, "aria-labelledby", "properties");
			xmlw_open(w, "h2");
			xmlw_attrz(w, "id", "properties");
			xmlw_textz(w, "Kept for Outlook");
			xmlw_close(w);
			page_words(p, "p", "quiet", STR("Outlook's own properties that have no "
			    "column in the database, under Outlook's names."));
			xmlw_open(w, "dl");
			xmlw_attrz(w, "class", "fields");
			has_any = true;
		}
		xmlw_open(w, "div");
		page_words(p, "dt", NULL, one.name);
		page_words(p, "dd", NULL, one.value);
		xmlw_close(w);
	}
	if (has_any) {
		xmlw_close(w); /* dl */
		xmlw_close(w); /* section */
	}
}

/* "12 KB", as people count files. */
static struct str
size_text(struct arena *a, uint64_t n)
{
	if (n < KIB)
		return arena_fmt(a, "%" PRIu64 " byte%s", n, n == 1 ? "" : "s");
	if (n < MIB)
		return arena_fmt(a, "%" PRIu64 " KB", (n + KIB / 2) / KIB);
	return arena_fmt(a, "%.1f MB", (double)n / MIB);
}

static void
write_files(struct page *p, const struct list *l, const struct item *item)
{
	struct xmlw *w = &p->w;
	struct attached f;
	size_t at = 0;

	if (!attached_next(item->files, &at, &f))
		return;
	xmlw_open(w, "section");
	xmlw_attrz(w, "aria-labelledby", "files");
	xmlw_open(w, "h2");
	xmlw_attrz(w, "id", "files");
	xmlw_textz(w, "Attachments");
	xmlw_close(w);
	xmlw_open(w, "ul");
	do {
		struct str path = attachment_path(p->a, l, item->id, f.name);

		xmlw_open(w, "li");
		page_link(p, NULL, arena_fmt(p->a, "%s/%.*s", p->c->site->base_path,
		    STR_ARG(path)), f.name);
		xmlw_textz(w, ", ");
		xmlw_text(w, size_text(p->a, f.size));
		xmlw_close(w);
	} while (attached_next(item->files, &at, &f));
	xmlw_close(w);
	xmlw_close(w);
}

static void
write_moment(struct page *p, const char *label, int64_t at, struct str who)
{
	struct xmlw *w = &p->w;

	xmlw_open(w, "div");
	xmlw_element(w, "dt", label);
	xmlw_open(w, "dd");
	page_time(p, at);
	xmlw_textz(w, who.n ? " by " : ", in the database");
	xmlw_text(w, who);
	xmlw_close(w);
	xmlw_close(w);
}

static void
write_record(struct page *p, const struct item *item)
{
	struct xmlw *w = &p->w;

	xmlw_open(w, "section");
	xmlw_attrz(w, "aria-labelledby", "record");
	xmlw_open(w, "h2");
	xmlw_attrz(w, "id", "record");
	xmlw_textz(w, "Record");
	xmlw_close(w);
	xmlw_open(w, "dl");
	xmlw_attrz(w, "class", "fields");
	xmlw_open(w, "div");
	xmlw_element(w, "dt", "ID");
	page_words(p, "dd", NULL, arena_fmt(p->a, "%u", item->id));
	xmlw_close(w);
	xmlw_open(w, "div");
	xmlw_element(w, "dt", "Version");
	page_words(p, "dd", NULL, arena_fmt(p->a, "%u", item->version));
	xmlw_close(w);
	write_moment(p, "Created", item->created, item->author);
	write_moment(p, "Changed", item->modified, item->editor);
	xmlw_close(w);
	xmlw_close(w);
}

/* What the item is called: for a contact its full name, else the first column that says something. */
static struct str
name_of(struct page *p, const struct list *l, const struct item *item, const struct str *value)
{
	static const struct str none = { "", 0 };
	int last = list_column(l, FIELD_TITLE), first = list_column(l, FIELD_FIRST_NAME);
	struct str family = last >= 0 ? str_trim(value[last]) : none;
	struct str given = first >= 0 ? str_trim(value[first]) : none;
	size_t column[4], i, n;

	if (given.n && family.n)
		return arena_fmt(p->a, "%.*s %.*s", STR_ARG(given), STR_ARG(family));
	if (given.n || family.n)
		return given.n ? given : family;
	n = show_columns(l, column, sizeof(column) / sizeof(column[0]));
	for (i = 0; i < n; i++)
		if (str_trim(value[column[i]]).n)
			return value[column[i]];
	return arena_fmt(p->a, "Item %u", item->id);
}

/* A document itself, not what is known of it. */
static void
write_file_link(struct page *p, const struct list *l, const struct item *item,
    const struct row *row)
{
	struct placed at;

	if (l->kind != KIND_DOCUMENTS)
		return;
	placed_of(p->a, p->c->site, l, item, row, &at);
	if (at.is_folder || !at.url.p)
		return;
	xmlw_open(&p->w, "p");
	page_link(p, "button", at.url, STR("Open the file"));
	xmlw_close(&p->w);
}

static void
write_item(struct page *p, const struct list *l, const struct item *item, const struct row *row)
{
	const struct str *value = row->state == ROW_GOOD ? show_values(p, l, item, row) : NULL;
	struct str title = value ? name_of(p, l, item, value) :
	    arena_fmt(p->a, "Item %u", item->id);
	struct xmlw *w = &p->w;

	page_open(p, 200, title);
	xmlw_open(w, "nav");
	xmlw_attrz(w, "aria-label", "Way back");
	page_link(p, "back", page_href(p, str_of(l->name), "AllItems.aspx"), str_of(l->title));
	xmlw_close(w);
	page_words(p, "h1", NULL, title);
	if (value) {
		write_file_link(p, l, item, row);
		write_fields(p, l, item, value);
	} else {
		page_words(p, "p", "status", STR("The row of this item holds a value that "
		    "cannot be shown. Outlook keeps the last good state; the administrator "
		    "finds the reason with “owsadm status”."));
	}
	write_files(p, l, item);
	write_properties(p, l, item->bag);
	write_record(p, item);
	page_close(p);
	p->r->note.rows = 1;
}

static void
no_item(struct page *p, const struct list *l, uint32_t id)
{
	page_problem(p, 404, "Item not found",
	    "The list “%s” has no item %u. It may have been deleted.", l->title, id);
}

void
item_page_show(struct page *p, struct str name)
{
	struct list *l = list_find(p, name);
	struct list_state st;
	struct str text = list_query(p->q, "ID");
	struct err e = { .code = OK };
	struct item item;
	struct row row;
	uint64_t id;

	if (!l)
		return;
	if (!num_u64(text, UINT32_MAX, &id) || !id) {
		page_problem(p, 404, "Item not found",
		    "The address must end in DispForm.aspx?ID= and the number of an item.");
		return;
	}
	if (!list_ready(p, l, &st))
		return;
	/* an instance of a series has no row of its own: it goes when that of its series is seen to */
	if (plan_refresh(p->c->engine, l, &st, &e) != OK ||
	    store_one(p->c->engine->store, l, (uint32_t)id, &item, &row, &e) != OK)
		page_failed(p, "an item for its page", &e);
	else if (!item.id || item.state != ITEM_LIVE || row.state == ROW_ABSENT)
		no_item(p, l, (uint32_t)id);
	else
		write_item(p, l, &item, &row);
}
