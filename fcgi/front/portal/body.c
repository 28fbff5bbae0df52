/*
 * body.c -- Body.aspx?ID=n&Field=name: a text that its author wrote as HTML.
 *
 * Outlook's bodies are whole documents with styles, and go through this server
 * unchanged both ways. So nothing is cut out of them here either; the browser
 * is told to treat what it gets as a stranger's: no script, no form, no
 * frame, nothing fetched from elsewhere, an origin of its own (the sandbox of
 * the content policy holds even when the address is opened by itself). The
 * page of the item shows it in a frame. Links open in a new window.
 */
#include "num.h"
#include "plan.h"
#include "show.h"

static const char policy[] =
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'";

/* Dark pages hold it, too, but its colours were chosen for white. */
static const char head[] =
    "<!DOCTYPE html>\n<meta charset=\"utf-8\"><title>Text of the item</title>"
    "<base target=\"_blank\"><style>:root { color-scheme: light; background: #fff; "
    "color: #000; font: 1rem/1.45 sans-serif; overflow-wrap: anywhere }</style>\n";

static void
refuse(struct page *p, const char *why)
{
	page_problem(p, 404, "Text not found", "%s", why);
}

void
body_page(struct page *p, struct str name)
{
	struct list *l = list_find(p, name);
	struct str field = list_query(p->q, "Field");
	struct list_state st;
	struct err e = { .code = OK };
	struct item item;
	struct row row;
	struct str v;
	uint64_t id, at;

	if (!l)
		return;
	if (!num_u64(list_query(p->q, "ID"), UINT32_MAX, &id) || !id ||
	    !num_u64(field, l->column_n - 1, &at)) {
		refuse(p, "The address must name an item and one of its texts.");
		return;
	}
	if (plan_refresh(p->c->engine, l, &st, &e) != OK ||
	    store_one(p->c->engine->store, l, (uint32_t)id, &item, &row, &e) != OK) {
		page_failed(p, "the text of an item", &e);
		return;
	}
	if (!item.id || item.state != ITEM_LIVE || row.state != ROW_GOOD) {
		refuse(p, "The item may have been deleted.");
		return;
	}
	v = show_values(p, l, &item, &row)[at];
	if (!show_is_html(l, &l->column[at], v)) {
		refuse(p, "This item has no such text.");
		return;
	}
	response_header(p->r, "Content-Type", "text/html; charset=utf-8");
	response_header(p->r, "Content-Security-Policy", "%s", policy);
	response_header(p->r, "X-Frame-Options", "SAMEORIGIN");
	response_header(p->r, "Referrer-Policy", "no-referrer");
	response_header(p->r, "Cache-Control", "private, no-store");
	p->r->status = 200;
	if (!spool_write(&p->r->body, head, sizeof(head) - 1) ||
	    !spool_write(&p->r->body, v.p, v.n))
		response_error(p->r, 500, "The text could not be shown. Reference: %s.", p->q->id);
}
