/*
 * document_url.c -- addresses of documents: made, taken apart, and told from the
 * pages of their library.
 */
#include "files/document.h"

#include "files/serve.h"

void
document_split(struct str path, struct str *name, struct str *below)
{
	while (path.n && path.p[0] == '/')
		path.p++, path.n--;
	*name = str_cut(path, '/', below);
	while (below->n && below->p[below->n - 1] == '/')
		below->n--;
	if (!below->p)
		*below = STR("");
}

/* What the portal shows there. */
static bool
is_page(struct str below)
{
	static const char *const pages[] = {
		"", "Forms", "Forms/AllItems.aspx", "Forms/DispForm.aspx", "Forms/EditForm.aspx",
		"Forms/NewForm.aspx", "Forms/AllItems.aspx/DispForm.aspx",
	};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (str_ieq(below, str_of(pages[i])))
			return true;
	return false;
}

bool
document_takes(struct front_context *c, struct str path)
{
	struct str name, below;
	const struct list *l;

	document_split(path, &name, &below);
	l = lists_by_name(c->lists, name);
	if (!l || l->kind != KIND_DOCUMENTS || is_page(below) || str_ieq(name, STR("Lists")))
		return false;
	/* whoever has signed in and may not read it is not told that it is there */
	return c->who.login.n == 0 || (access_rights(l, &c->who) & RIGHT_READ);
}

struct str
document_url(struct arena *a, const struct site *site, const struct list *l, struct str dir,
    struct str leaf)
{
	struct str url = arena_fmt(a, "%s/%s", site->base_url, l->name), rest = dir, part;

	while (dir.n && rest.p) {
		part = serve_segment(a, str_cut(rest, '/', &rest));
		url = arena_fmt(a, "%.*s/%.*s", STR_ARG(url), STR_ARG(part));
	}
	part = serve_segment(a, leaf);
	return arena_fmt(a, "%.*s/%.*s", STR_ARG(url), STR_ARG(part));
}
