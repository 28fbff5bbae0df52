/*
 * portal.c -- the route table of the web pages.
 *
 * MS-STSSYN 2.2 (list-url): Outlook opens the list's page, and items below it
 * as <list>/DispForm.aspx?ID=n, so every spelling that a link of ours or an
 * older one can lead to has a row here.
 */
#include "page.h"

#define SEGMENTS 6

struct route {
	const char *pattern; /* '*': one segment, handed to the page; case does not matter */
	const char *operation;
	page_handler *show;
};

static const struct route routes[] = {
	{ "",                            "portal",    home_page },
	{ "default.aspx",                "portal",    home_page },
	{ "_layouts/owsd/*",             "file",      file_send },
	{ "Lists/*",                     "list-page", list_page_show },
	{ "Lists/*/AllItems.aspx",       "list-page", list_page_show },
	{ "Lists/*/calendar.aspx",       "list-page", month_page },
	{ "Lists/*/DispForm.aspx",       "item-page", item_page_show },
	{ "Lists/*/AllItems.aspx/DispForm.aspx", "item-page", item_page_show },
	{ "Lists/*/calendar.aspx/DispForm.aspx", "item-page", item_page_show },
	{ "Lists/*/Body.aspx",           "item-body", body_page },
	{ "Lists/*/EditForm.aspx",       "no-form",   no_form_page },
	{ "Lists/*/NewForm.aspx",        "no-form",   no_form_page },
	/* document libraries have no Lists/ before their name */
	{ "*/Forms",                     "list-page", list_page_show },
	{ "*/Forms/AllItems.aspx",       "list-page", list_page_show },
	{ "*/Forms/DispForm.aspx",       "item-page", item_page_show },
	{ "*/Forms/AllItems.aspx/DispForm.aspx", "item-page", item_page_show },
	{ "*",                           "list-page", library_page },
};

/* Cut at '/', empty ends left out. False: too many segments, or an empty one inside. */
static bool
split(struct str path, struct str *out, size_t *n)
{
	struct str rest = path;

	*n = 0;
	while (rest.n && rest.p[0] == '/')
		rest.p++, rest.n--;
	while (rest.n && rest.p[rest.n - 1] == '/')
		rest.n--;
	while (rest.p && rest.n) {
		struct str one = str_cut(rest, '/', &rest);

		if (*n == SEGMENTS || one.n == 0)
			return false;
		out[(*n)++] = one;
	}
	return true;
}

static bool
matches(const char *pattern, const struct str *seg, size_t n, struct str *name)
{
	struct str want[SEGMENTS];
	size_t want_n, i;

	if (!split(str_of(pattern), want, &want_n) || want_n != n)
		return false;
	for (i = 0; i < n; i++) {
		if (str_eq(want[i], STR("*")))
			*name = seg[i];
		else if (!str_ieq(want[i], seg[i]))
			return false;
	}
	return true;
}

static const struct route *
route_of(const struct str *seg, size_t n, struct str *name)
{
	size_t i;

	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (matches(routes[i].pattern, seg, n, name))
			return &routes[i];
	return NULL;
}

/*
 * q->path: below the site's base_path. A list that is refused is not one that is
 * gone, whatever is asked of it.
 */
void
portal_handle(struct front_context *c, const struct request *q, struct response *r)
{
	struct str seg[SEGMENTS], name = STR("");
	const struct route *route = NULL;
	struct page *p;
	size_t n;

	if (front_refused_path(c, q->path)) {
		r->note.operation = "page";
		page_problem(page_new(c, q, r), 503, "Not available at the moment", FRONT_REFUSED);
		return;
	}
	if (!str_eq(q->method, STR("GET")) && !str_eq(q->method, STR("HEAD"))) {
		response_error(r, 405, "Pages can only be read; items are edited in Outlook.");
		response_header(r, "Allow", "GET, HEAD");
		return;
	}
	if (split(q->path, seg, &n))
		route = route_of(seg, n, &name);
	if ((!route || n == 1) && n && seg[0].n >= 4 && str_ieq((struct str){ seg[0].p, 4 }, STR("_vti"))) {
		/* programs ask here, not people: they must never be given HTML */
		response_error(r, 404, "There is no such service here.");
		return;
	}
	p = page_new(c, q, r);
	r->note.operation = route ? route->operation : "page";
	r->note.outcome = outcome_name(OK);
	if (!route)
		page_none(p);
	else if (c->unavailable && route->show != file_send)
		page_problem(p, 503, "Not available at the moment", "%s", c->unavailable);
	else
		route->show(p, name);
}
