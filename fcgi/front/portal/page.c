/*
 * page.c -- the frame of a portal page.
 *
 * Pages hold no script and no inline style, so the content policy allows
 * neither; all text goes through xmlw, which escapes it and drops control
 * characters.
 */
#include "page.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "log.h"
#include "zone.h"

#define RETRY_AFTER_S 30

static const char *const month_name[] = {
	"January", "February", "March", "April", "May", "June", "July", "August",
	"September", "October", "November", "December"
};

struct page *
page_new(struct front_context *c, const struct request *q, struct response *r)
{
	struct arena *a = c->engine->arena;
	struct page *p = ARENA_NEW(a, struct page);

	p->c = c;
	p->q = q;
	p->r = r;
	p->a = a;
	p->sink = spool_sink(&r->body);
	xmlw_init(&p->w, &p->sink, XMLW_HTML);
	p->people = people_open(a, c->engine);
	return p;
}

void
page_guard(struct response *r)
{
	response_header(r, "Content-Security-Policy",
	    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
	    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
	response_header(r, "X-Frame-Options", "DENY");
	response_header(r, "Referrer-Policy", "no-referrer");
}

static void
write_head(struct page *p, struct str title)
{
	const struct site *site = p->c->site;
	struct xmlw *w = &p->w;

	xmlw_open(w, "head");
	xmlw_open(w, "meta");
	xmlw_attrz(w, "charset", "utf-8");
	xmlw_close(w);
	xmlw_open(w, "meta");
	xmlw_attrz(w, "name", "viewport");
	xmlw_attrz(w, "content", "width=device-width, initial-scale=1");
	xmlw_close(w);
	xmlw_open(w, "meta");
	xmlw_attrz(w, "name", "color-scheme");
	xmlw_attrz(w, "content", "light dark");
	xmlw_close(w);
	xmlw_open(w, "title");
	xmlw_text(w, title);
	xmlw_textz(w, " – ");
	xmlw_textz(w, site->title);
	xmlw_close(w);
	xmlw_open(w, "link");
	xmlw_attrz(w, "rel", "icon");
	xmlw_attrz(w, "type", "image/svg+xml");
	xmlw_attrf(w, "href", "%s/_layouts/owsd/favicon.svg", site->base_path);
	xmlw_close(w);
	xmlw_open(w, "link");
	xmlw_attrz(w, "rel", "stylesheet");
	xmlw_attrf(w, "href", "%s/_layouts/owsd/style.css", site->base_path);
	xmlw_close(w);
	xmlw_close(w);
}

static void
write_banner(struct page *p)
{
	const struct site *site = p->c->site;
	struct xmlw *w = &p->w;

	page_link(p, "skip", STR("#main"), STR("Skip to the content"));
	xmlw_open(w, "header");
	xmlw_attrz(w, "class", "banner");
	xmlw_open(w, "a");
	xmlw_attrz(w, "class", "site");
	xmlw_attrf(w, "href", "%s/", site->base_path);
	xmlw_open(w, "img");
	xmlw_attrf(w, "src", "%s/_layouts/owsd/favicon.svg", site->base_path);
	xmlw_attrz(w, "alt", "");
	xmlw_attrz(w, "width", "28");
	xmlw_attrz(w, "height", "28");
	xmlw_close(w);
	xmlw_element(w, "span", site->title);
	xmlw_close(w);
	if (p->c->who.login.n) {
		xmlw_open(w, "p");
		xmlw_textz(w, "Signed in as ");
		page_words(p, "strong", NULL, p->c->who.login);
		xmlw_close(w);
	}
	xmlw_close(w);
}

void
page_open(struct page *p, int status, struct str title)
{
	struct xmlw *w = &p->w;

	p->r->status = status;
	response_header(p->r, "Content-Type", "text/html; charset=utf-8");
	response_header(p->r, "Cache-Control", "private, no-store");
	page_guard(p->r);
	xmlw_prolog(w);
	xmlw_open(w, "html");
	xmlw_attrz(w, "lang", "en");
	write_head(p, title);
	xmlw_open(w, "body");
	write_banner(p);
	xmlw_open(w, "main");
	xmlw_attrz(w, "id", "main");
	xmlw_attrz(w, "tabindex", "-1");
}

void
page_close(struct page *p)
{
	struct xmlw *w = &p->w;

	xmlw_close(w); /* main */
	xmlw_open(w, "footer");
	xmlw_open(w, "p");
	xmlw_textz(w, "Times are in ");
	xmlw_textz(w, p->c->site->zone_name);
	xmlw_textz(w, ". Lists are shown here; items are edited in Outlook.");
	xmlw_close(w);
	xmlw_close(w);
	xmlw_close(w); /* body */
	xmlw_close(w); /* html */
	if (xmlw_end(w))
		return;
	log_error("the page could not be written (%s)",
	    w->broken ? "unbalanced markup" : "spool failed");
	response_error(p->r, 500, "The page could not be made. Reference: %s.", p->q->id);
}

void
page_problem(struct page *p, int status, const char *title, const char *fmt, ...)
{
	struct xmlw *w = &p->w;
	va_list ap;
	char text[600];

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* nothing of a page begun may be left before this one */
	response_forget(p->r);
	p->sink = spool_sink(&p->r->body);
	xmlw_init(w, &p->sink, XMLW_HTML);
	if (status == 503)
		response_header(p->r, "Retry-After", "%d", RETRY_AFTER_S);
	page_open(p, status, str_of(title));
	xmlw_open(w, "div");
	xmlw_attrz(w, "class", "problem");
	xmlw_element(w, "h1", title);
	xmlw_element(w, "p", text);
	xmlw_open(w, "p");
	page_link(p, "button", arena_fmt(p->a, "%s/", p->c->site->base_path),
	    STR("Back to the lists"));
	xmlw_close(w);
	if (status >= 500) {
		xmlw_open(w, "p");
		xmlw_attrz(w, "class", "quiet");
		xmlw_textf(w, "Reference for the administrator: %s", p->q->id);
		xmlw_close(w);
	}
	xmlw_close(w);
	page_close(p);
	p->r->note.outcome = status == 404 ? "not-found" : "problem";
	p->r->note.detail = arena_fmt(p->a, "%s", title).p;
}

void
page_none(struct page *p)
{
	page_problem(p, 404, "Page not found", "There is no page at this address.");
}

void
page_failed(struct page *p, const char *what, const struct err *e)
{
	log_err(what, e);
	if (e->code == E_UNAVAILABLE || e->code == E_RETRY || e->code == E_UNCERTAIN)
		page_problem(p, 503, "Not available at the moment", "%s",
		    e->peer[0] ? e->peer : "Please try again in a minute.");
	else if (e->code == E_NOT_FOUND || e->code == E_DENIED)
		page_problem(p, 404, "Not found", "%s",
		    e->peer[0] ? e->peer : "There is nothing at this address.");
	else
		page_problem(p, 500, "This page could not be made",
		    "Something went wrong on the server. Please try again; if it stays, "
		    "tell the administrator the reference below.");
	p->r->note.outcome = outcome_name(e->code);
}

struct str
page_segment(struct arena *a, struct str s)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = arena_get(a, s.n * 3 + 1);
	size_t i, n = 0;

	for (i = 0; i < s.n; i++) {
		unsigned char u = (unsigned char)s.p[i];

		if ((u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') ||
		    (u >= 'a' && u <= 'z') || strchr("-_.~", u ? u : '/')) {
			out[n++] = (char)u;
		} else {
			out[n++] = '%';
			out[n++] = hex[u >> 4];
			out[n++] = hex[u & 15];
		}
	}
	return (struct str){ out, n };
}

struct str
page_href(struct page *p, struct str name, const char *tail)
{
	struct str s = page_segment(p->a, name);

	return arena_fmt(p->a, "%s/Lists/%.*s/%s", p->c->site->base_path, STR_ARG(s), tail);
}

struct str
page_day(struct arena *a, const struct civil *d)
{
	return arena_fmt(a, "%d %s %04d", d->day, month_name[d->month - 1], d->year);
}

void
page_time(struct page *p, int64_t utc)
{
	struct civil local = zone_from_utc(p->c->site->zone, utc);
	struct str day = page_day(p->a, &local);
	char iso[STAMP_TEXT];

	xmlw_open(&p->w, "time");
	xmlw_attrz(&p->w, "datetime", stamp_iso(utc, iso));
	xmlw_textf(&p->w, "%.*s, %02d:%02d", STR_ARG(day), local.hour, local.minute);
	xmlw_close(&p->w);
}

struct str
page_number(struct arena *a, uint64_t n)
{
	char plain[32], out[48];
	size_t i, o = 0, len;

	len = (size_t)snprintf(plain, sizeof(plain), "%" PRIu64, n);
	for (i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			out[o++] = ',';
		out[o++] = plain[i];
	}
	return arena_dup(a, (struct str){ out, o });
}

void
page_link(struct page *p, const char *class, struct str href, struct str text)
{
	xmlw_open(&p->w, "a");
	xmlw_attrz(&p->w, "class", class);
	xmlw_attr(&p->w, "href", href);
	xmlw_text(&p->w, text);
	xmlw_close(&p->w);
}

void
page_words(struct page *p, const char *tag, const char *class, struct str text)
{
	xmlw_open(&p->w, tag);
	xmlw_attrz(&p->w, "class", class);
	xmlw_text(&p->w, text);
	xmlw_close(&p->w);
}
