/*
 * show.h -- fields and values for people.
 */
#ifndef PORTAL_SHOW_H
#define PORTAL_SHOW_H

#include "page.h"

enum show_length { SHOW_BRIEF, SHOW_WHOLE };

/* "Last name", "E-mail 2": the name of a field as a heading. */
struct str show_label(struct arena *a, const struct list *l, const struct column *col);
/*
 * The values of an item's columns, in the order of l->column, as a client is
 * shown them. row: ROW_GOOD.
 */
struct str *show_values(struct page *p, const struct list *l, const struct item *item,
    const struct row *row);
/* An item for programs only: the deleted instance of a series. */
bool show_is_hidden(struct page *p, const struct list *l, const struct item *item);
/* Written as HTML: shown in a frame of its own (body.c). */
bool show_is_html(const struct list *l, const struct column *col, struct str v);
/*
 * A value in canonical form as text, link or <time>. SHOW_BRIEF cuts long
 * texts. A NULL or empty value writes nothing.
 */
void show_value(struct page *p, const struct column *col, struct str v, enum show_length len);
/*
 * The address behind a link: "mailto:", "tel:", or the http(s) address itself.
 * NULL p when the value is no such thing. Nothing with another scheme passes.
 */
struct str show_target(struct arena *a, enum field f, enum value_type t, struct str v);
/* "Calendar", "Document library": what a kind is called on pages. */
const char *show_kind(enum list_kind k);
/*
 * The columns (indexes into l->column) of the table of that list, most useful
 * first; at most max. Returns how many.
 */
size_t show_columns(const struct list *l, size_t *out, size_t max);

#endif
