/*
 * document.c -- the files of a document library over HTTP.
 *
 * An address leads to an item by its path (sync/docname.h), the item to its row,
 * the row to the content, which passes through in pieces. A PUT is one change
 * like any other: a new file is a row with name, folder and content, another
 * content an update, the same content none. Without If-Match it replaces what
 * is there, as a person who saves from a program means it.
 */
#include "files/document.h"

#include <inttypes.h>

#include "apply.h"
#include "docname.h"
#include "files/serve.h"
#include "harvest.h"
#include "kind.h"
#include "limits.h"
#include "lists/wire.h"
#include "num.h"
#include "plan.h"
#include "store.h"
#include "stssync.h"

#define TRIES 4          /* of what another request was faster with */
#define PIECE (64 * KIB) /* of an upload, read to hash it */

/* ---- the item of an address ---- */

static bool
is_at(const struct list *l, const struct item *item, const struct row *row, struct str dir,
    struct str leaf)
{
	struct str folder = list_column(l, FIELD_FOLDER) < 0 ? STR_NULL :
	    kind_value(&wire_vocabulary, l, item, row, FIELD_FOLDER);

	return str_eq(kind_value(&wire_vocabulary, l, item, row, FIELD_FILE_NAME), leaf) &&
	    (folder.p ? str_eq(folder, dir) : dir.n == 0);
}

/* *is_new: the row is newer than its item; number it and look again. */
static enum outcome
find_once(struct engine *g, const struct list *l, struct str path, struct item *item,
    struct row *row, bool *is_new, struct err *e)
{
	struct str dir, leaf, tail;
	struct item *near;
	struct guid uid;
	size_t n;
	enum outcome o;

	*is_new = false;
	docname_split(path, &dir, &leaf);
	docname_uid(g->hash, dir, leaf, &uid);
	o = store_items_by_uid(g->store, l, &uid, &near, &n, e);
	for (size_t i = 0; o == OK && i < n; i++) {
		o = store_one(g->store, l, near[i].id, item, row, e);
		if (o != OK || item->id == 0 || item->state != ITEM_LIVE)
			continue;
		/* another file in its place would stand beside it when it is mended */
		if (row->state == ROW_BAD && is_at(l, item, row, dir, leaf))
			return err_set(e, E_UNAVAILABLE, "The row of this file cannot be shown at "
			    "present (%s). The database administrator has to mend it.",
			    row->reason);
		if (item->is_bad)
			continue;
		if (key_is_inner(item->key, NULL, &tail)) {
			if (str_eq(tail, path))
				return OK;
			continue;
		}
		if (row->state != ROW_GOOD || memcmp(row->print, item->print, HASH_LEN) != 0) {
			*is_new = true;
			return harvest_key(g, l, item->key, e);
		}
		if (is_at(l, item, row, dir, leaf))
			return OK;
	}
	item->id = 0;
	return o;
}

enum outcome
document_find(struct engine *g, const struct list *l, struct str path, struct item *item,
    struct row *row, struct err *e)
{
	struct list_state st;
	bool is_new = true;
	enum outcome o = plan_refresh(g, l, &st, e);

	*item = (struct item){ .id = 0 };
	for (unsigned i = 0; o == OK && is_new && i < LIMIT_RETRIES; i++)
		o = find_once(g, l, path, item, row, &is_new, e);
	if (o == OK && is_new)
		return err_set(e, E_UNAVAILABLE, "The file is being changed at this moment. Ask "
		    "again.");
	return o;
}

/* ---- requests ---- */

struct asked {
	struct front_context *c;
	const struct request *q;
	struct response *r;
	struct engine *g;
	struct list *l;
	struct str path;               /* below the library */
	struct str dir, leaf;
	struct item item;              /* id 0: there is none */
	struct row row;
	bool is_folder;
	struct str content;            /* "<bytes>:<SHA-256>", NULL p: none */
	struct served_file served;     /* of a file */
};

static void
say(struct asked *t, int status, enum outcome o, const char *text)
{
	response_error(t->r, status, "%s (reference %s)", text, t->q->id);
	t->r->note.outcome = outcome_name(o);
}

/* The library, if this user may read it. False: answered. */
static bool
find_library(struct asked *t)
{
	struct str name;

	document_split(t->q->path, &name, &t->path);
	docname_split(t->path, &t->dir, &t->leaf);
	t->l = front_list(t->c, name);
	if (!t->l) {
		front_unauthorized(t->c, t->r);
		return false;
	}
	t->r->note.list = t->l->name;
	if (t->l->is_bound)
		return true;
	response_error(t->r, 503, "The library \"%s\" is not available at the moment. Its "
	    "administrator finds the reason in the log. (reference %s)", t->l->title, t->q->id);
	t->r->note.outcome = outcome_name(E_UNAVAILABLE);
	return false;
}

static enum outcome
read_content(void *arg, uint64_t at, uint64_t n, struct sink *to, struct err *e)
{
	struct asked *t = arg;

	return store_document_read(t->g->store, t->l, t->item.key, t->content, at, n, to, e);
}

static struct str
version_of(struct asked *t, const struct item *item)
{
	char guid[39];

	return arena_fmt(t->g->arena, "%s,%" PRIu32, guid_fmt(&item->guid, GUID_BRACES, guid),
	    item->version);
}

/* What stands at the address. False: answered. */
static bool
find_item(struct asked *t)
{
	struct err e = { .code = OK };
	struct str rest, bytes;
	uint64_t size = 0;
	enum outcome o = document_find(t->g, t->l, t->path, &t->item, &t->row, &e);

	if (o != OK) {
		e.code = o;
		serve_failed(t->q, t->r, &e);
		return false;
	}
	t->is_folder = t->item.id && key_is_inner(t->item.key, NULL, NULL);
	if (!t->item.id || t->is_folder)
		return true;
	t->content = kind_value(&wire_vocabulary, t->l, NULL, &t->row, FIELD_CONTENT);
	bytes = t->content.p ? str_cut(t->content, ':', &rest) : STR("0");
	if (!num_u64(bytes, UINT64_MAX, &size))
		size = 0;
	t->served = (struct served_file){ .name = t->leaf, .size = size,
		.version = version_of(t, &t->item),
		.modified = t->row.modified != INT64_MIN ? t->row.modified : t->item.modified,
		.arg = t, .read = read_content };
	return true;
}

static void
get(struct asked *t)
{
	if (t->is_folder) {
		struct str page = list_page(t->g->arena, t->l);

		t->r->status = 302;
		response_header(t->r, "Location", "%s%.*s", t->c->site->base_url, STR_ARG(page));
		return;
	}
	if (!t->item.id) {
		say(t, 404, E_NOT_FOUND, "There is no such file in this library.");
		return;
	}
	serve_get(t->g->arena, t->q, t->r, &t->served);
}

/* ---- changes ---- */

/* What apply said, other than OK. */
static void
refuse(struct asked *t, struct command_result *res)
{
	if (res->outcome == E_CONFLICT) {
		serve_stale(t->q, t->r, res->has_item ? version_of(t, &res->item) : STR_NULL);
		return;
	}
	res->err.code = res->outcome;
	serve_failed(t->q, t->r, &res->err);
	if (res->is_taken)
		t->r->status = 409;
}

/* The body, wherever it is. */
static bool
read_body(void *arg, uint64_t at, char *p, size_t n, size_t *got)
{
	const struct request *q = arg;

	if (q->upload)
		return spool_read(q->upload, at, p, n, got);
	*got = at >= q->body.n ? 0 : q->body.n - at < n ? (size_t)(q->body.n - at) : n;
	if (*got)
		memcpy(p, q->body.p + at, *got);
	return true;
}

/* "<bytes>:<SHA-256>" of the body, as the database says it of a content. */
static bool
describe(struct asked *t, const struct file_bytes *from, struct str *out)
{
	char *piece = arena_get(t->g->arena, PIECE), hex[2 * HASH_LEN + 1];
	unsigned char digest[HASH_LEN];
	uint64_t at = 0;
	size_t got;

	hash_start(t->g->hash);
	for (; at < from->size; at += got) {
		if (!from->read(from->arg, at, piece, PIECE, &got) || !got)
			return false;
		hash_add(t->g->hash, piece, got);
	}
	hash_end(t->g->hash, digest);
	for (size_t i = 0; i < HASH_LEN; i++) {
		hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
	}
	hex[2 * HASH_LEN] = '\0';
	*out = arena_fmt(t->g->arena, "%" PRIu64 ":%s", from->size, hex);
	return true;
}

/* A new file lies in a folder that is there. False: answered. */
static bool
has_folder(struct asked *t)
{
	struct err e = { .code = OK };
	struct item folder;
	struct row row;
	enum outcome o;

	if (!t->dir.n)
		return true;
	o = document_find(t->g, t->l, t->dir, &folder, &row, &e);
	if (o != OK) {
		e.code = o;
		serve_failed(t->q, t->r, &e);
		return false;
	}
	if (folder.id && key_is_inner(folder.key, NULL, NULL))
		return true;
	say(t, 409, E_NOT_FOUND, "There is no such folder in this library. Make it first.");
	return false;
}

/* What the change would write is not for clients. False: answered. */
static bool
may_write_columns(struct asked *t)
{
	static const enum field needs[] = { FIELD_CONTENT, FIELD_FILE_NAME, FIELD_FOLDER };
	size_t n = t->item.id ? 1 : t->dir.n ? 3 : 2;

	for (size_t i = 0; i < n; i++) {
		int at = list_column(t->l, needs[i]);

		if (at < 0 || !t->l->column[at].is_readonly)
			continue;
		response_error(t->r, 403, "The %s of a file is not changed here, but in the "
		    "application that the library belongs to. (reference %s)",
		    field_info(needs[i])->name, t->q->id);
		t->r->note.outcome = outcome_name(E_DENIED);
		return false;
	}
	return true;
}

/* The cells of a file: all of a new one, the content of one that is there. */
static void
fill_command(struct asked *t, const struct file_bytes *from, struct str value, bool is_exact,
    struct command_request *out)
{
	struct cell *cell = ARENA_ARRAY(t->g->arena, struct cell, 3);
	int at = list_column(t->l, FIELD_CONTENT);
	size_t n = 0;

	cell[n++] = (struct cell){ .column = (size_t)at, .value = value, .bytes = from };
	*out = (struct command_request){ .command = COMMAND_UPDATE, .id = t->item.id,
		.expected = is_exact ? t->item.version : 0, .ref = STR(""), .history = STR_NULL };
	if (!t->item.id) {
		out->command = COMMAND_NEW;
		at = list_column(t->l, FIELD_FILE_NAME);
		cell[n++] = (struct cell){ .column = (size_t)at, .value = t->leaf };
		at = list_column(t->l, FIELD_FOLDER);
		if (at >= 0 && !t->l->column[at].is_readonly)
			cell[n++] = (struct cell){ .column = (size_t)at, .value = t->dir };
	}
	out->cell = cell;
	out->cell_n = n;
}

/* False: another request was faster; look again. */
static bool
put_once(struct asked *t, const struct file_bytes *from, struct str value, bool is_last)
{
	struct command_result *res = ARENA_NEW(t->g->arena, struct command_result);
	struct command_request change;
	bool is_exact, is_repeat, is_new = !t->item.id;

	if (t->is_folder) {
		say(t, 409, E_INVALID, "There is a folder of that name. Choose another name.");
		return true;
	}
	if (!serve_may_write(t->q, t->r, is_new ? NULL : &t->served, &is_exact, &is_repeat))
		return true;
	if (is_repeat && !(str_eq(value, t->content) &&
	    str_eq(t->item.editor, t->c->who.login))) {
		serve_stale(t->q, t->r, t->served.version);
		return true;
	}
	is_exact |= is_repeat;
	if (!may_write_columns(t) || (is_new && !has_folder(t)))
		return true;
	if (is_new && t->dir.n && list_column(t->l, FIELD_FOLDER) < 0) {
		say(t, 409, E_INVALID, "This library has no folders.");
		return true;
	}
	fill_command(t, from, value, is_exact, &change);
	apply_one(t->g, t->l, &t->c->who, &change, res);
	/* the file came, or it or its folder went, since it was looked at */
	if (!is_last && ((is_new && (res->is_taken || (res->outcome == E_INVALID && t->dir.n))) ||
	    (!is_new && !is_exact && res->outcome == E_NOT_FOUND)))
		return false;
	if (res->outcome != OK)
		refuse(t, res);
	else
		serve_done(t->r, is_new ? 201 : 204, version_of(t, &res->item));
	return true;
}

static void
put(struct asked *t)
{
	union { const struct request *in; void *out; } q = { .in = t->q };
	struct file_bytes from = { .read = read_body, .arg = q.out,
		.size = t->q->upload ? t->q->upload->length : t->q->body.n };
	struct err e = { .code = OK };
	struct str value;

	if (!serve_is_plain(t->q, t->r))
		return;
	if (from.size > LIMIT_FILE_BYTES) {
		response_error(t->r, 413, "The file has %" PRIu64 " bytes; at most %d MiB are "
		    "possible. (reference %s)", from.size, LIMIT_FILE_BYTES / MIB, t->q->id);
		t->r->note.outcome = outcome_name(E_LIMIT);
		return;
	}
	if (!describe(t, &from, &value)) {
		e.code = err_set(&e, E_UNAVAILABLE, "The file could not be read back on this "
		    "server. Send it again.");
		serve_failed(t->q, t->r, &e);
		return;
	}
	for (unsigned i = 1; !put_once(t, &from, value, i == TRIES); i++)
		if (!find_item(t))
			return;
}

static void
del(struct asked *t)
{
	struct command_result *res = ARENA_NEW(t->g->arena, struct command_result);
	struct command_request change = { .command = COMMAND_DELETE, .id = t->item.id,
		.ref = STR(""), .history = STR_NULL };
	bool is_exact;

	if (t->is_folder) {
		t->served = (struct served_file){ .name = t->leaf, .size = 0,
			.version = version_of(t, &t->item), .modified = t->item.modified };
	}
	if (!serve_may_write(t->q, t->r, t->item.id ? &t->served : NULL, &is_exact, NULL))
		return;
	if (!t->item.id) {
		say(t, 404, E_NOT_FOUND, "There is no such file in this library.");
		return;
	}
	change.expected = is_exact ? t->item.version : 0;
	apply_one(t->g, t->l, &t->c->who, &change, res);
	if (res->outcome != OK)
		refuse(t, res);
	else
		serve_done(t->r, 204, STR_NULL);
}

void
document_handle(struct front_context *c, const struct request *q, struct response *r)
{
	static const struct {
		const char *method, *operation;
		void (*handle)(struct asked *t);
	} methods[] = {
		{ "GET", "document", get },
		{ "HEAD", "document", get },
		{ "PUT", "document-put", put },
		{ "DELETE", "document-delete", del },
	};
	struct asked *t = ARENA_NEW(c->engine->arena, struct asked);

	*t = (struct asked){ .c = c, .q = q, .r = r, .g = c->engine, .content = STR_NULL };
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (!str_eq(q->method, str_of(methods[i].method)))
			continue;
		r->note.operation = methods[i].operation;
		if (find_library(t) && find_item(t))
			methods[i].handle(t);
		return;
	}
}
