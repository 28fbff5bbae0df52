/*
 * page.h -- the frame that all pages of the portal share, and the small things
 * that they say alike: times, counts, addresses.
 */
#ifndef PORTAL_PAGE_H
#define PORTAL_PAGE_H

#include "front.h"
#include "people.h"
#include "store.h"
#include "xmlw.h"

struct page {
	struct front_context *c;
	const struct request *q;
	struct response *r;
	struct arena *a;
	struct sink sink;
	struct xmlw w;
	struct people *people;       /* NULL: there is no table of users */
};

/* What a route hands to its page: the folder name or file name in the path. */
typedef void page_handler(struct page *p, struct str name);

page_handler home_page, list_page_show, library_page, item_page_show, body_page, month_page,
    no_form_page, file_send;

/* On the arena of the request. */
struct page *page_new(struct front_context *c, const struct request *q, struct response *r);

/* Headers, <head>, banner; the reader is then inside <main>, before the <h1>. title: plain text. */
void page_open(struct page *p, int status, struct str title);
/* Ends <main> and the page. A writer or spool that failed becomes a plain 500. */
void page_close(struct page *p);
/*
 * A whole page that says what is wrong, instead of whatever was written so
 * far. what: a sentence or two. 503 carries Retry-After.
 */
void page_problem(struct page *p, int status, const char *title, const char *fmt, ...)
    PRINTF(4, 5);
/* 404: there is no page at this address. */
void page_none(struct page *p);
/* The page for an outcome of the engine: its peer text, the status that fits. Logged. */
void page_failed(struct page *p, const char *what, const struct err *e);

/* The security headers of everything the portal sends, files too. */
void page_guard(struct response *r);

/* "/crm" + "/Lists/people/DispForm.aspx?ID=7". name is percent-encoded; tail may be "". */
struct str page_href(struct page *p, struct str name, const char *tail);
/* One segment of a path, percent-encoded. */
struct str page_segment(struct arena *a, struct str s);

/* <time datetime="...Z">5 March 2026, 14:05</time>, in the site's zone. */
void page_time(struct page *p, int64_t utc);
/* "5 March 2026" */
struct str page_day(struct arena *a, const struct civil *d);
/* "12,345" */
struct str page_number(struct arena *a, uint64_t n);
/* <a class=... href=...>text</a> */
void page_link(struct page *p, const char *class, struct str href, struct str text);
/* <tag class=...>text</tag> */
void page_words(struct page *p, const char *tag, const char *class, struct str text);

/* The list, or NULL: a 404 page was written. */
struct list *list_find(struct page *p, struct str name);
/* Its state; false: a page that says why not was written. */
bool list_ready(struct page *p, const struct list *l, struct list_state *st);
/* Way back, title, counts and the link to connect: the top of a list's pages. */
void list_top(struct page *p, const struct list *l, const struct list_state *st);
/* The value of a query parameter, NULL p when absent. Names in any case. */
struct str list_query(const struct request *q, const char *name);

#endif
