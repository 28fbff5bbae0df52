/*
 * fake_file.c -- sync/store.h in memory: files attached to items.
 */
#include <inttypes.h>
#include <stdio.h>

#include "fake_call.h"

struct held_bytes { uint64_t n; const char *p; };
struct kept { struct file file; int64_t gone; };

static struct rec *
file_rec(struct world *w, const struct guid *guid, uint32_t version)
{
	char key[64], hex[39];

	snprintf(key, sizeof(key), "%s %" PRIu32, guid_fmt(guid, GUID_HEX, hex), version);
	return table_get(w, T_FILE, key);
}

static struct rec *
content_rec(struct world *w, const struct guid *guid)
{
	char hex[39];

	return table_get(w, T_CONTENT, guid_fmt(guid, GUID_HEX, hex));
}

enum outcome
store_content_put(struct store *s, const struct list *l, const struct guid *guid,
    const struct file_bytes *from, struct err *e)
{
	struct held_bytes *b = ARENA_NEW(&s->w->mem, struct held_bytes);
	char *p = arena_get(&s->w->mem, (size_t)from->size);
	size_t got;
	enum outcome o = fake_enter(s, "store_content_put", INSIDE, e);

	(void)l;
	for (; o == OK && b->n < from->size; b->n += got)
		if (!from->read(from->arg, b->n, p + b->n, (size_t)(from->size - b->n), &got) ||
		    got == 0)
			o = err_set(e, E_UNAVAILABLE, "The file cannot be read back.");
	b->p = p;
	return o == OK ? fake_put(s, content_rec(s->w, guid), b, e) : o;
}

enum outcome
store_file(struct store *s, const struct list *l, const struct guid *guid, uint32_t version,
    struct file *out, struct err *e)
{
	enum outcome o = fake_enter(s, "store_file", ANYWHERE, e);
	const struct kept *k;

	(void)l;
	if (o != OK)
		return o;
	k = table_see(s, T_FILE, file_rec(s->w, guid, version));
	*out = k ? k->file : (struct file){ .guid = *guid };
	return OK;
}

static enum outcome
put_file(struct store *s, struct rec *r, const struct file *f, int64_t gone, struct err *e)
{
	struct kept *k = ARENA_NEW(&s->w->mem, struct kept);

	k->file = *f;
	k->file.name = arena_dup(&s->w->mem, f->name);
	k->file.editor = arena_dup(&s->w->mem, f->editor);
	k->gone = gone;
	return fake_put(s, r, k, e);
}

enum outcome
store_file_add(struct store *s, const struct list *l, const struct file *f, struct err *e)
{
	struct rec *r = file_rec(s->w, &f->guid, f->version);
	enum outcome o = fake_enter(s, "store_file_add", INSIDE, e);

	(void)l;
	if (o != OK)
		return o;
	fake_want_lock(s, "store_file_add");
	if (table_latest(r))
		s->w->conf.watch.fail(s->w->conf.watch.arg, "contract",
		    "version %" PRIu32 " of a file given out twice", f->version);
	if (!table_see(s, T_CONTENT, content_rec(s->w, &f->content)) && f->size)
		s->w->conf.watch.fail(s->w->conf.watch.arg, "contract",
		    "a file of %" PRIu64 " bytes has none", f->size);
	return put_file(s, r, f, 0, e);
}

enum outcome
store_file_end(struct store *s, const struct list *l, const struct file *f, int64_t kept_at,
    struct err *e)
{
	struct rec *r = file_rec(s->w, &f->guid, f->version);
	enum outcome o = fake_enter(s, "store_file_end", INSIDE, e);

	(void)l;
	if (o != OK)
		return o;
	fake_want_lock(s, "store_file_end");
	if (!table_latest(r))
		return OK;
	if (kept_at)
		return put_file(s, r, f, kept_at, e);
	o = fake_put(s, r, NULL, e);
	return o == OK ? fake_put(s, content_rec(s->w, &f->content), NULL, e) : o;
}

enum outcome
store_files_move(struct store *s, const struct list *l, uint32_t from, uint32_t to,
    struct err *e)
{
	struct table *t = &s->w->table[T_FILE];
	enum outcome o = fake_enter(s, "store_files_move", INSIDE, e);

	(void)l;
	if (o == OK)
		fake_want_lock(s, "store_files_move");
	for (size_t i = 0; o == OK && i < t->n; i++) {
		const struct kept *k = table_latest(t->rec[i]);
		struct file f;

		if (!k || k->file.item != from)
			continue;
		f = k->file;
		f.item = to;
		o = put_file(s, t->rec[i], &f, k->gone, e);
	}
	return o;
}

enum outcome
store_file_read(struct store *s, const struct list *l, const struct guid *guid,
    uint32_t version, uint64_t at, uint64_t n, struct sink *to, struct err *e)
{
	enum outcome o = fake_enter(s, "store_file_read", ANYWHERE, e);
	const struct held_bytes *b = NULL;
	const struct kept *k;

	(void)l;
	if (o != OK || n == 0)
		return o;
	k = table_see(s, T_FILE, file_rec(s->w, guid, version));
	if (k)
		b = table_see(s, T_CONTENT, content_rec(s->w, &k->file.content));
	if (!b)
		return err_set(e, E_NOT_FOUND, "The file is not there any more.");
	if (at + n > b->n)
		return err_set(e, E_FAILED, "The file is too short.");
	sink_write(to, b->p + at, (size_t)n);
	return OK;
}

enum outcome
store_files_of(struct store *s, const struct list *l, uint32_t item, struct file **files,
    size_t *n, struct err *e)
{
	struct table *t = &s->w->table[T_FILE];
	enum outcome o = fake_enter(s, "store_files_of", ANYWHERE, e);

	(void)l;
	*files = ARENA_ARRAY(s->a, struct file, LIMIT_ITEM_FILES);
	*n = 0;
	for (size_t i = 0; o == OK && i < t->n && *n < LIMIT_ITEM_FILES; i++) {
		const struct kept *k = table_see(s, T_FILE, t->rec[i]);

		if (k && k->file.item == item && !k->gone)
			(*files)[(*n)++] = k->file;
	}
	return o;
}

/* The list of this world has no table of files. */
static enum outcome
no_table(struct store *s, const char *call, struct err *e)
{
	s->w->conf.watch.fail(s->w->conf.watch.arg, "contract", "%s without a table of files", call);
	return err_set(e, E_FAILED, "There is no table of files.");
}

enum outcome
store_source_files(struct store *s, const struct list *l, struct str key, struct file **files,
    size_t *n, struct err *e)
{
	(void)l, (void)key, (void)files, (void)n;
	return no_table(s, "store_source_files", e);
}

enum outcome
store_source_file_write(struct store *s, const struct list *l, struct str key, struct str name,
    const struct file_bytes *from, bool is_new, struct err *e)
{
	(void)l, (void)key, (void)name, (void)from, (void)is_new;
	return no_table(s, "store_source_file_write", e);
}

enum outcome
store_purge_files(struct store *s, const struct list *l, int64_t tombstones_before,
    int64_t kept_before, struct err *e)
{
	struct table *t = &s->w->table[T_FILE];
	enum outcome o = fake_enter(s, "store_purge_files", OUTSIDE, e);

	(void)l;
	for (size_t i = 0; o == OK && i < t->n; i++) {
		const struct kept *k = t->rec[i]->now;
		const struct item *item = k ? fake_see_item(s, k->file.item) : NULL;

		if (!k || !((k->gone && k->gone < kept_before) || !item ||
		    (item->state != ITEM_LIVE && item->modified < tombstones_before)))
			continue;
		o = fake_put(s, t->rec[i], NULL, e);
		if (o == OK)
			o = fake_put(s, content_rec(s->w, &k->file.content), NULL, e);
	}
	if (o == OK)
		tx_commit(s);
	else
		tx_rollback(s);
	return o;
}
