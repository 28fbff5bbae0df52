/*
 * front.c -- the table of protocols; what is true of every answer.
 *
 * Checks that need no protocol (method, body, user, database) are made here,
 * once, in one order. MS-OCPROTO 2.1.2.1.2 (why OPTIONS names no authoring
 * protocol: Office then falls back to a plain GET).
 */
#include "front.h"

#include <stdio.h>

#include "limits.h"
#include "log.h"

#define TEAM_SERVICES "14.0.0.7015"

static void
health(struct front_context *c, const struct request *q, struct response *r)
{
	(void)q;
	if (c->unavailable) {
		response_error(r, 503, "%s", c->unavailable);
		return;
	}
	response_header(r, "Content-Type", "text/plain; charset=utf-8");
	if (!spool_write(&r->body, "ok\n", 3))
		response_error(r, 503, "No memory for an answer.");
}

static void
no_service(struct front_context *c, const struct request *q, struct response *r)
{
	(void)c;
	response_error(r, 404,
	    "There is no service at %.*s. This server offers Lists.asmx.",
	    STR_ARG(q->path));
}

/*
 * The longest prefix that takes the path, of equals the first. A missing database
 * is answered here for programs; pages decide it: they have files too.
 */
static const struct front fronts[] = {
	{ .prefix = "/_vti_bin/lists.asmx", .methods = "GET HEAD POST OPTIONS",
	  .handle = lists_handle, .needs_database = true, .upload = lists_upload },
	{ .prefix = "/_vti_bin", .methods = "GET HEAD POST OPTIONS", .handle = no_service },
	{ .prefix = "/healthz", .methods = "GET HEAD OPTIONS", .user = USER_OPTIONAL,
	  .handle = health },
	{ .prefix = "/lists", .methods = "GET HEAD PUT DELETE OPTIONS",
	  .handle = attachment_handle, .needs_database = true, .takes = attachment_takes },
	{ .prefix = "", .methods = "GET HEAD PUT DELETE OPTIONS", .handle = document_handle,
	  .needs_database = true, .takes = document_takes },
	{ .prefix = "", .methods = "GET HEAD POST OPTIONS", .handle = portal_handle },
};

static bool
has_prefix(struct str path, struct str prefix)
{
	struct str head = { path.p, prefix.n };

	if (path.n < prefix.n || !str_ieq(head, prefix))
		return prefix.n == 0;
	return prefix.n == 0 || path.n == prefix.n || path.p[prefix.n] == '/';
}

static const struct front *
find_front(struct front_context *c, struct str path)
{
	const struct front *best = NULL;
	size_t i;

	for (i = 0; i < sizeof(fronts) / sizeof(fronts[0]); i++) {
		if (!has_prefix(path, str_of(fronts[i].prefix)))
			continue;
		if (best && strlen(fronts[i].prefix) <= strlen(best->prefix))
			continue;
		if (!fronts[i].takes || fronts[i].takes(c, path))
			best = &fronts[i];
	}
	return best;
}

/* Which list a path leads to needs no answer yet: whoever may not PUT there is told so after it. */
uint64_t
front_upload_limit(const struct site *site, const struct request *q)
{
	struct str base = str_of(site->base_path), below;
	const struct front *f = NULL;
	size_t i;

	if (str_eq(q->method, STR("PUT")))
		return LIMIT_UPLOAD_BYTES;
	if (!str_eq(q->method, STR("POST")) || !has_prefix(q->path, base))
		return 0;
	below = (struct str){ q->path.p + base.n, q->path.n - base.n };
	for (i = 0; i < sizeof(fronts) / sizeof(fronts[0]) && !f; i++)
		if (fronts[i].upload && has_prefix(below, str_of(fronts[i].prefix)))
			f = &fronts[i];
	return f ? f->upload(q) : 0;
}

static bool
allows(const char *methods, struct str method)
{
	struct str rest = str_of(methods);

	while (rest.n)
		if (str_eq(str_cut(rest, ' ', &rest), method))
			return true;
	return false;
}

/* "GET, HEAD" of "GET HEAD". */
static void
allow_header(struct response *r, const char *methods)
{
	char list[128];
	size_t n = 0;

	for (; *methods && n + 2 < sizeof(list); methods++) {
		if (*methods == ' ')
			list[n++] = ',';
		list[n++] = *methods;
	}
	list[n] = '\0';
	response_header(r, "Allow", "%s", list);
}

static bool
is_open_to_nobody(const struct front_context *c)
{
	static const struct principal nobody = { .login = { "", 0 } };
	size_t i;

	for (i = 0; i < c->lists->n; i++)
		if (access_rights(c->lists->list[i], &nobody))
			return true;
	for (i = 0; i < c->lists->refused_n; i++) /* its readers wait, and are not asked to sign in */
		if (!c->lists->refused[i]->read || access_rights(c->lists->refused[i], &nobody))
			return true;
	return false;
}

void
front_unauthorized(struct front_context *c, struct response *r)
{
	response_error(r, 401,
	    "Nobody is signed in. The web server in front of this service "
	    "must authenticate the user and pass REMOTE_USER.");
	r->note.outcome = outcome_name(E_DENIED);
	if (c->site->auth_hint)
		response_header(r, "WWW-Authenticate", "%s", c->site->auth_hint);
}

/* True when the request may go on; otherwise it is answered. */
static bool
admit(struct front_context *c, const struct front *f, const struct request *q,
    struct response *r)
{
	if (str_eq(q->method, STR("OPTIONS"))) {
		allow_header(r, f->methods);
		return false;
	}
	if (!allows(f->methods, q->method)) {
		response_error(
		    r, 405, "The method %.*s is not offered here.", STR_ARG(q->method));
		allow_header(r, f->methods);
		return false;
	}
	if (q->body_state == BODY_TOO_LARGE) {
		if (q->upload)
			response_error(r, 413, "The request is larger than %d MiB; a file may have "
			    "%d MiB.", LIMIT_UPLOAD_BYTES / MIB, LIMIT_FILE_BYTES / MIB);
		else
			response_error(r, 413, "The request is larger than %d MiB. "
			    "Send fewer items at once.", LIMIT_BODY_BYTES / MIB);
		r->note.outcome = outcome_name(E_LIMIT);
		return false;
	}
	if (q->body_state == BODY_NO_ROOM) {
		response_error(r, 503, "There is no room on this server for a request of that "
		    "size at the moment. Try again later.");
		r->note.outcome = outcome_name(E_UNAVAILABLE);
		return false;
	}
	if (q->body_state == BODY_CUT) {
		response_error(r, 400, "The request ended before its announced length. "
		    "Send it again.");
		r->note.outcome = outcome_name(E_INVALID);
		return false;
	}
	if (f->user == USER_REQUIRED && c->who.login.n == 0 && !is_open_to_nobody(c)) {
		front_unauthorized(c, r);
		return false;
	}
	if (c->unavailable && f->needs_database) {
		response_error(r, 503, "%s", c->unavailable);
		r->note.outcome = outcome_name(E_UNAVAILABLE);
		return false;
	}
	return true;
}

/* What every answer carries, errors included. */
static void
common_headers(struct response *r)
{
	response_header(r, "MicrosoftSharePointTeamServices", "%s", TEAM_SERVICES);
	response_header(r, "X-Content-Type-Options", "nosniff");
	if (!response_has_header(r, "Cache-Control"))
		response_header(r, "Cache-Control", "no-store");
}

/* Files of a list that is refused. Its pages and calls say the same themselves. */
static void
call(struct front_context *c, const struct front *f, const struct request *q, struct response *r)
{
	if (f->takes && front_refused_path(c, q->path)) {
		response_error(r, 503, FRONT_REFUSED " (reference %s)", q->id);
		r->note.outcome = outcome_name(E_UNAVAILABLE);
		return;
	}
	f->handle(c, q, r);
}

void
front_handle(struct front_context *c, const struct request *q, struct response *r)
{
	struct str base = str_of(c->site->base_path);
	struct request below = *q;
	const struct front *f = NULL;

	c->who.login = access_login(c->engine->arena, q->remote_user);
	r->is_head = str_eq(q->method, STR("HEAD"));
	if (has_prefix(q->path, base)) {
		below.path = (struct str){ q->path.p + base.n, q->path.n - base.n };
		f = find_front(c, below.path);
	}
	if (!f)
		response_error(r, 404,
		    "There is nothing at %.*s. This site begins at %s/.",
		    STR_ARG(q->path), c->site->base_path);
	else if (admit(c, f, &below, r))
		call(c, f, &below, r);
	common_headers(r);
}

struct list *const *
front_lists(struct front_context *c, size_t *out_n)
{
	struct list **mine = ARENA_ARRAY(c->engine->arena, struct list *, c->lists->n);
	size_t i, n = 0;

	for (i = 0; i < c->lists->n; i++)
		if (access_rights(c->lists->list[i], &c->who) & RIGHT_READ)
			mine[n++] = c->lists->list[i];
	*out_n = n;
	return mine;
}

struct list *
front_list(struct front_context *c, struct str name)
{
	struct list *l = lists_by_name(c->lists, name);

	return l && (access_rights(l, &c->who) & RIGHT_READ) ? l : NULL;
}

/* Whoever may not read a list is not told of it; whose it is may be what could not be read. */
const struct list *
front_refused(struct front_context *c, struct str id_or_name)
{
	const struct list *l = lists_refused(c->lists, id_or_name);

	return l && (!l->read || (access_rights(l, &c->who) & RIGHT_READ)) ? l : NULL;
}

const struct list *
front_refused_path(struct front_context *c, struct str path)
{
	struct str name;

	do {
		while (path.n && path.p[0] == '/')
			path.p++, path.n--;
		name = str_cut(path, '/', &path);
	} while (str_ieq(name, STR("Lists")) && path.p);
	return name.n && !lists_by_name(c->lists, name) ? front_refused(c, name) : NULL;
}
