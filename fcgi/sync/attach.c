/*
 * attach.c -- files attached to items: added, replaced and removed, each as one
 * change of the item.
 *
 * The bytes are written first, under a name that nobody else knows, and only
 * then is anything locked: nobody waits while 50 MB travel. One transaction all
 * the same, so that a killed worker leaves nothing. What was planned before the
 * bytes were written is compared with the item under the list's lock.
 */
#include "attach.h"

#include <inttypes.h>
#include <stdio.h>

#include "bag.h"
#include "change.h"
#include "limits.h"
#include "plan.h"

#define HASH_PIECE (32 * KIB)

static size_t
count(struct str files)
{
	struct attached f;
	size_t at = 0, n = 0;

	while (attached_next(files, &at, &f))
		n++;
	return n;
}

/* ---- one change ---- */

struct attach_run {
	struct change_run r;       /* first: the steps lead back here */
	const struct attach_request *q;
	struct attach_result *out;
	unsigned char digest[HASH_LEN]; /* of the bytes */
	struct guid fresh;         /* of the file, if it is a new one */
	struct guid content;       /* of the bytes; another one for every try */
	/* the plan, from the item as it was before anything was locked */
	struct str files;          /* what it said then */
	bool has_old;
	struct attached old;
	struct file old_file;      /* version 0: no row of it */
	struct file made;
	bool says_nothing;         /* the same bytes again */
	bool is_own;               /* the bytes belong into the list's own table */
	struct inbox_row *announced; /* by the triggers of that table */
	size_t announced_n;
};

static enum outcome
taken(struct attach_run *t)
{
	return err_set(t->r.e, E_CONFLICT, "The specified name is already in use: this item has "
	    "an attachment \"%.*s\".", STR_ARG(t->old.name));
}

static enum outcome
stale(struct attach_run *t)
{
	return err_set(t->r.e, E_CONFLICT, "The attachment \"%.*s\" was changed or removed by "
	    "somebody else since you last saw it. Nothing was done.", STR_ARG(t->q->name));
}

/* What this request means for the item as it says now. */
static enum outcome
judge(struct attach_run *t)
{
	const struct attached *seen = t->q->expected;

	if (t->q->command == ATTACH_ADD)
		return t->has_old ? taken(t) : OK;
	if (seen && (!t->has_old || !guid_eq(&seen->guid, &t->old.guid) ||
	    seen->version != t->old.version))
		return stale(t);
	if (t->q->command == ATTACH_REMOVE && !t->has_old)
		return err_set(t->r.e, E_NOT_FOUND, "This item has no attachment \"%.*s\".",
		    STR_ARG(t->q->name));
	return OK;
}

static void
plan_made(struct attach_run *t, int64_t now)
{
	t->made = (struct file){
		.guid = t->has_old ? t->old.guid : t->fresh,
		.version = t->has_old ? t->old.version + 1 : 1,
		.item = t->q->item,
		.name = t->has_old ? t->old.name : t->q->name,
		.size = t->q->command == ATTACH_REMOVE ? 0 : t->q->bytes->size,
		.content = t->content,
		.modified = now,
		.editor = t->r.who->login,
	};
	memcpy(t->made.digest, t->digest, sizeof(t->digest));
}

static enum outcome
plan(struct attach_run *t)
{
	struct change_run *r = &t->r;
	unsigned char chance[16];
	struct item item;
	int64_t now;
	long ns;
	enum outcome o = store_item(r->g->store, r->l, t->q->item, &item, r->e);

	if (o != OK)
		return o;
	if (item.id == 0 || item.state != ITEM_LIVE)
		return err_set(r->e, E_NOT_FOUND, "The item does not exist. It may have been "
		    "deleted by somebody else.");
	t->files = item.files;
	t->is_own = attach_is_own_table(r->l, item.key);
	t->announced_n = 0;
	t->has_old = attached_find(t->files, t->q->name, &t->old);
	t->old_file = (struct file){ 0 };
	o = judge(t);
	if (o == OK && !t->has_old && count(t->files) >= LIMIT_ITEM_FILES)
		o = err_set(r->e, E_LIMIT, "This item has %d attachments already; more are not "
		    "accepted.", LIMIT_ITEM_FILES);
	if (o == OK && t->has_old)
		o = store_file(r->g->store, r->l, &t->old.guid, t->old.version, &t->old_file,
		    r->e);
	r->g->random(r->g->env, chance, sizeof(chance));
	t->content = guid_from_random(chance);
	r->g->now(r->g->env, &now, &ns);
	plan_made(t, now);
	if (t->is_own)
		t->made.content = (struct guid){ { 0 } };
	t->says_nothing = t->q->command == ATTACH_PUT && t->old_file.version &&
	    !(t->is_own && r->l->files.modified) && t->old_file.size == t->made.size &&
	    memcmp(t->old_file.digest, t->digest, sizeof(t->digest)) == 0;
	if (o == OK && t->q->is_repeat && !(t->says_nothing &&
	    str_eq(t->old_file.editor, r->who->login)))
		o = stale(t);
	return o;
}

/* Unique for this file, version and bytes: what a lost COMMIT is recognised by. */
static void
digest_change(struct attach_run *t)
{
	struct hash *h = t->r.g->hash;
	unsigned char what[2] = { 'a', (unsigned char)t->q->command };

	hash_start(h);
	hash_add(h, what, sizeof(what));
	hash_add(h, t->r.l->id.b, sizeof(t->r.l->id.b));
	hash_add(h, &t->q->item, sizeof(t->q->item));
	hash_add(h, t->made.guid.b, sizeof(t->made.guid.b));
	hash_add(h, &t->made.version, sizeof(t->made.version));
	hash_add(h, t->digest, sizeof(t->digest));
	hash_add(h, t->r.who->login.p, t->r.who->login.n);
	hash_end(h, t->r.digest);
}

/* item.files after the change. */
static struct str
files_after(struct attach_run *t)
{
	struct property edit = { .name = t->made.name };
	bool changed;

	if (t->q->command != ATTACH_REMOVE)
		edit.value = attached_value(t->r.g->arena, &t->made);
	return bag_merge(t->r.g->arena, t->files, &edit, 1, &changed);
}

/* Under the list's lock: the file's rows, then the item's. */
static enum outcome
write_file(struct attach_run *t)
{
	struct change_run *r = &t->r;
	/* What a client saw and replaced is settled; all else may be wanted back. */
	bool is_settled = t->is_own || (t->q->command == ATTACH_PUT && t->q->expected);
	struct item item = r->item;
	enum outcome o = OK;

	if (t->old_file.version)
		o = store_file_end(r->g->store, r->l, &t->old_file,
		    is_settled ? 0 : t->made.modified, r->e);
	if (o == OK && t->q->command != ATTACH_REMOVE)
		o = store_file_add(r->g->store, r->l, &t->made, r->e);
	if (o != OK)
		return o;
	item.files = files_after(t);
	change_raise(r, &item);
	if (t->is_own) /* its triggers may have touched the row */
		memcpy(item.print, r->row.print, sizeof(item.print));
	o = change_finish(r, CHANGE_ITEM, &item, false, t->announced, t->announced_n);
	if (o == OK)
		change_show(r, &item);
	return o;
}

/* What the table made of it: its mark and size, and the row beside it. */
static enum outcome
read_back(struct attach_run *t)
{
	struct change_run *r = &t->r;
	struct file *there;
	size_t n, i;
	enum outcome o = change_reread(r, r->item.key, &t->announced, &t->announced_n);

	if (o == OK && r->row.state != ROW_GOOD)
		o = err_set(r->e, E_INVALID, "With this file the database would no longer show the "
		    "item. Nothing was saved.");
	if (o == OK)
		o = store_source_files(r->g->store, r->l, r->item.key, &there, &n, r->e);
	if (o != OK)
		return o;
	for (i = 0; i < n && !attached_is_same_name(there[i].name, t->made.name); i++)
		;
	if ((i < n) == (t->q->command == ATTACH_REMOVE) ||
	    (i < n && there[i].size != t->made.size))
		return err_set(r->e, E_INVALID, "The database did not keep the file as it was sent. "
		    "Nothing was saved.");
	if (i < n)
		memcpy(t->made.digest, there[i].digest, sizeof(t->made.digest));
	return OK;
}

/* The row is locked: bytes into the list's own table, if it holds what the item says. */
static enum outcome
write_table(struct attach_run *t)
{
	struct change_run *r = &t->r;
	struct item now = r->item;
	bool changed;
	enum outcome o = attach_follow(r->g, r->l, &now, 0, false, &changed, r->e);

	if (o == OK && changed)
		return change_catch_up(r);
	if (o == OK)
		o = store_source_file_write(r->g->store, r->l, r->item.key, t->made.name,
		    t->q->command == ATTACH_REMOVE ? NULL : t->q->bytes, !t->has_old, r->e);
	return o == OK ? read_back(t) : o;
}

static enum outcome
attempt(struct change_run *r)
{
	struct attach_run *t = (struct attach_run *)r;
	bool done = false;
	enum outcome o = plan(t);

	if (o != OK)
		return o;
	digest_change(t);
	if (t->says_nothing) {
		store_abort(r->g->store);
		return change_show_current(r, t->q->item);
	}
	if (t->q->command != ATTACH_REMOVE && !t->is_own)
		o = store_content_put(r->g->store, r->l, &t->content, t->q->bytes, r->e);
	if (o == OK)
		o = change_lock_compared(r, &done);
	if (o != OK || done)
		return o;
	if (!str_eq(r->item.files, t->files))
		return E_RETRY; /* another file came or went meanwhile: plan anew */
	if (t->is_own)
		o = write_table(t);
	if (o == OK)
		o = change_lock_list(r);
	if (o == OK)
		o = change_check_unmoved(r);
	return o == OK ? write_file(t) : o;
}

static enum outcome
digest_bytes(struct attach_run *t)
{
	const struct file_bytes *b = t->q->bytes;
	struct arena_mark mark = arena_mark(t->r.g->arena);
	char *piece = arena_get(t->r.g->arena, HASH_PIECE);
	uint64_t at = 0;
	size_t n;

	hash_start(t->r.g->hash);
	for (; at < b->size; at += n) {
		if (!b->read(b->arg, at, piece, HASH_PIECE, &n) || n == 0)
			break;
		hash_add(t->r.g->hash, piece, n);
	}
	hash_end(t->r.g->hash, t->digest);
	arena_release(t->r.g->arena, &mark);
	return at == b->size ? OK : err_set(t->r.e, E_UNAVAILABLE, "The file could not be read "
	    "back on this server. Send it again.");
}

/* What needs no database. */
static enum outcome
check(struct attach_run *t)
{
	const char *why = attach_name_why_not(t->q->name);

	if (!(access_rights(t->r.l, t->r.who) & RIGHT_UPDATE))
		return err_set(t->r.e, E_DENIED, "You may not change items in the list \"%s\".",
		    t->r.l->title);
	if (t->q->command == ATTACH_REMOVE)
		return OK;
	if (why)
		return err_set(t->r.e, E_INVALID, "The file name \"%.100s\" %s.",
		    arena_dup(t->r.g->arena, t->q->name).p, why);
	if (t->q->bytes->size > LIMIT_FILE_BYTES)
		return err_set(t->r.e, E_LIMIT, "The file has %" PRIu64 " bytes; an attachment may "
		    "have %d MiB.", t->q->bytes->size, LIMIT_FILE_BYTES / MIB);
	return digest_bytes(t);
}

void
attach_one(struct engine *g, const struct list *l, const struct principal *who,
    const struct attach_request *q, struct attach_result *out)
{
	struct command_request c = { .command = COMMAND_UPDATE, .id = q->item };
	struct command_result *shown = ARENA_NEW(g->arena, struct command_result);
	struct attach_run *t = ARENA_NEW(g->arena, struct attach_run);
	unsigned char chance[16];

	*out = (struct attach_result){ .outcome = OK };
	t->r = (struct change_run){ .g = g, .l = l, .who = who, .c = &c, .sent = &c,
		.out = shown, .e = &shown->err, .attempt = attempt };
	t->q = q;
	t->out = out;
	g->random(g->env, chance, sizeof(chance));
	t->fresh = guid_from_random(chance);
	shown->outcome = check(t);
	if (shown->outcome == OK)
		change_try(&t->r);
	out->outcome = shown->outcome;
	out->err = shown->err;
	out->is_new = !t->has_old;
	if (out->outcome == OK && q->command != ATTACH_REMOVE &&
	    !attached_find(shown->item.files, q->name, &out->file))
		out->outcome = err_set(&out->err, E_UNAVAILABLE, "The attachment is saved, but it "
		    "was changed again at the same moment. Look at the item again.");
}

enum outcome
attach_item(struct engine *g, const struct list *l, uint32_t id, struct item *out, struct err *e)
{
	struct list_state st;
	struct row row;
	enum outcome o = plan_refresh(g, l, &st, e);

	if (o == OK)
		o = store_one(g->store, l, id, out, &row, e);
	if (o == OK && (out->id == 0 || out->state != ITEM_LIVE || row.state == ROW_ABSENT))
		o = err_set(e, E_NOT_FOUND, "The list \"%s\" has no item %" PRIu32 ". It may have "
		    "been deleted.", l->title, id);
	return o;
}
