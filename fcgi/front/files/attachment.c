/*
 * attachment.c -- GET, PUT and DELETE of attachments.
 * MS-OUTSPS 3.2.4.2 (R1076-R1077: PUT after 0x81020067, R1231, R1237-R1243).
 *
 * A PUT without If-Match replaces whatever is there, as a person who saves from
 * a program means it; what it replaced stays in the sync database for a while,
 * because nobody has seen it go. With If-Match a stale one is 412.
 */
#include "files/attachment.h"

#include "attach.h"
#include "files/serve.h"
#include "harvest.h"
#include "log.h"

struct asked {
	struct front_context *c;
	const struct request *q;
	struct response *r;
	struct attachment_path path;
	struct list *l;
	struct item item;
	bool has_file;
	struct attached found;
	struct file file;              /* of found */
	struct served_file served;
};

bool
attachment_takes(struct front_context *c, struct str path)
{
	struct str rest = path, segment;
	size_t n = 0;

	(void)c;
	while (rest.n && rest.p[0] == '/')
		rest.p++, rest.n--;
	for (; rest.p; n++) {
		segment = str_cut(rest, '/', &rest);
		if (n == 2 && str_ieq(segment, STR("Attachments")))
			return true;
	}
	return false;
}

static void
not_found(struct asked *t, const char *what)
{
	response_error(t->r, 404, "%s (reference %s)", what, t->q->id);
	t->r->note.outcome = outcome_name(E_NOT_FOUND);
}

/* The list, if this user may read it and it has attachments. False: answered. */
static bool
find_list(struct asked *t)
{
	if (!attachment_parse(t->q->path, &t->path)) {
		not_found(t, "An attachment's address is Lists/<list>/Attachments/<number of the "
		    "item>/<file>.");
		return false;
	}
	t->l = front_list(t->c, t->path.list);
	if (!t->l && t->c->who.login.n == 0) {
		front_unauthorized(t->c, t->r);
		return false;
	}
	if (!t->l || !attach_is_offered(t->l)) {
		not_found(t, "There is no such list here, or it is not open to you, or it has no "
		    "attachments.");
		return false;
	}
	t->r->note.list = t->l->name;
	if (t->l->is_bound)
		return true;
	response_error(t->r, 503, "The list \"%s\" is not available at the moment. Its "
	    "administrator finds the reason in the log. (reference %s)", t->l->title, t->q->id);
	t->r->note.outcome = outcome_name(E_UNAVAILABLE);
	return false;
}

static enum outcome
read_file(void *arg, uint64_t at, uint64_t n, struct sink *to, struct err *e)
{
	struct asked *t = arg;
	struct engine *g = t->c->engine;
	struct err why = { .code = OK };
	enum outcome o = store_file_read(g->store, t->l, &t->file.guid, t->file.version, at, n,
	    to, e);

	/* a table of the list's own, ahead of what was numbered: the next request finds it so */
	if ((o == E_CONFLICT || o == E_NOT_FOUND) &&
	    harvest_key(g, t->l, t->item.key, &why) != OK)
		log_err("file", &why);
	return o;
}

/* The item, and the file if there is one. False: answered. */
static bool
find_file(struct asked *t)
{
	struct engine *g = t->c->engine;
	struct err e = { .code = OK };
	char token[ATTACHED_TOKEN];
	enum outcome o = attach_item(g, t->l, t->path.item, &t->item, &e);

	if (o == OK)
		t->has_file = attached_find(t->item.files, t->path.file, &t->found);
	if (o == OK && t->has_file)
		o = store_file(g->store, t->l, &t->found.guid, t->found.version, &t->file, &e);
	if (o != OK) {
		e.code = o;
		serve_failed(t->q, t->r, &e);
		return false;
	}
	if (t->has_file && !t->file.version) { /* replaced between the two looks */
		response_error(t->r, 503, "The file is being changed at this moment. Ask again. "
		    "(reference %s)", t->q->id);
		t->r->note.outcome = outcome_name(E_UNAVAILABLE);
		return false;
	}
	t->served = (struct served_file){
		.name = t->found.name,
		.size = t->file.size,
		.version = arena_dup(g->arena, str_of(attached_token(&t->found, token))),
		.modified = t->file.modified,
		.arg = t,
		.read = read_file,
	};
	return true;
}

static void
get(struct asked *t)
{
	if (t->has_file)
		serve_get(t->c->engine->arena, t->q, t->r, &t->served);
	else
		not_found(t, "This item has no attachment of that name.");
}

static bool
read_upload(void *arg, uint64_t at, char *p, size_t n, size_t *got)
{
	return spool_read(arg, at, p, n, got);
}

/* PUT and DELETE, whose conditions hold. */
static void
change(struct asked *t, struct attach_request *want)
{
	struct engine *g = t->c->engine;
	struct attach_result *done = ARENA_NEW(g->arena, struct attach_result);
	char token[ATTACHED_TOKEN];

	want->item = t->path.item;
	want->name = t->path.file;
	attach_one(g, t->l, &t->c->who, want, done);
	if (done->outcome == E_CONFLICT) {
		serve_stale(t->q, t->r, want->is_repeat ? t->served.version : STR_NULL);
		return;
	}
	if (done->outcome != OK) {
		done->err.code = done->outcome;
		serve_failed(t->q, t->r, &done->err);
		return;
	}
	if (want->command == ATTACH_REMOVE)
		serve_done(t->r, 204, STR_NULL);
	else
		serve_done(t->r, done->is_new ? 201 : 200,
		    str_of(attached_token(&done->file, token)));
}

static void
put(struct asked *t)
{
	struct attach_request want = { .command = ATTACH_PUT };
	struct file_bytes bytes = { .size = t->q->upload ? t->q->upload->length : 0,
		.read = read_upload, .arg = t->q->upload };
	bool is_exact;

	if (!serve_is_plain(t->q, t->r))
		return;
	if (!serve_may_write(t->q, t->r, t->has_file ? &t->served : NULL, &is_exact,
	    &want.is_repeat))
		return;
	want.bytes = &bytes;
	want.expected = (is_exact || want.is_repeat) && t->has_file ? &t->found : NULL;
	change(t, &want);
}

static void
drop(struct asked *t)
{
	struct attach_request want = { .command = ATTACH_REMOVE };
	bool is_exact;

	if (!t->has_file) {
		not_found(t, "This item has no attachment of that name.");
		return;
	}
	if (!serve_may_write(t->q, t->r, &t->served, &is_exact, NULL))
		return;
	want.expected = is_exact ? &t->found : NULL;
	change(t, &want);
}

void
attachment_handle(struct front_context *c, const struct request *q, struct response *r)
{
	struct asked *t = ARENA_NEW(c->engine->arena, struct asked);
	bool is_put = str_eq(q->method, STR("PUT")), is_drop = str_eq(q->method, STR("DELETE"));

	t->c = c;
	t->q = q;
	t->r = r;
	r->note.operation = is_put ? "file-put" : is_drop ? "file-delete" : "file";
	if (!find_list(t) || !find_file(t))
		return;
	if (is_put)
		put(t);
	else if (is_drop)
		drop(t);
	else
		get(t);
}
