/*
 * kind_documents.c -- what is special about documents: a file's place is its
 * folder and its name, a folder is an item without a row.
 *
 * A folder follows from the rows in it, and stays when it is empty, for clients
 * keep it, too. Clients know a file by its address, so that two items cannot
 * have one path; item.uid is made of the path (docname.h), which finds the item
 * of an address, and its neighbour that differs in case only, by one index.
 */
#include "kind.h"

#include "bag.h"
#include "change.h"
#include "docname.h"

struct path {
	struct str dir, leaf;
};

/* row may be NULL of a folder, item of a row that has none yet. */
static struct path
path_of(const struct vocabulary *v, const struct list *l, const struct item *item,
    const struct row *row)
{
	struct path p = { .dir = STR("") };
	struct str tail;

	if (item && key_is_inner(item->key, NULL, &tail)) {
		docname_split(tail, &p.dir, &p.leaf);
		return p;
	}
	if (list_column(l, FIELD_FOLDER) >= 0)
		p.dir = kind_value(v, l, item, row, FIELD_FOLDER);
	if (!p.dir.p)
		p.dir = STR("");
	p.leaf = kind_value(v, l, item, row, FIELD_FILE_NAME);
	return p;
}

static struct str
joined(struct arena *a, struct path p)
{
	return p.dir.n ? arena_fmt(a, "%.*s/%.*s", STR_ARG(p.dir), STR_ARG(p.leaf)) : p.leaf;
}

static bool
same_path(struct path a, struct path b)
{
	return str_eq(a.dir, b.dir) && str_eq(a.leaf, b.leaf);
}

static const char *
bad(struct arena *a, const struct list *l, const struct row *row)
{
	int name = list_column(l, FIELD_FILE_NAME), at = list_column(l, FIELD_FOLDER);
	struct path p = { .dir = STR(""), .leaf = name >= 0 ? row->value[name] : STR_NULL };
	const char *why = docname_wrong(p.leaf);

	if (why)
		return arena_fmt(a, "the file name \"%.*s\" %s", STR_ARG(p.leaf), why).p;
	if (at >= 0 && row->value[at].p)
		p.dir = row->value[at];
	why = docname_path_wrong(p.dir);
	return why ? arena_fmt(a, "the folder \"%.*s\" %s", STR_ARG(p.dir), why).p : NULL;
}

/* ---- one path, one item ---- */

/*
 * An item is found by the path that it had when it was numbered; its row may be
 * elsewhere by now, and back before anybody has looked: then the two meet again.
 */
static enum outcome
ask_moved(struct family *f, const struct item *item, struct path p, struct err *e)
{
	struct guid uid;

	docname_uid(f->g->hash, p.dir, p.leaf, &uid);
	if (guid_eq(&uid, &item->uid))
		return OK;
	f->asked++;
	return store_inbox_add(f->g->store, f->l, &item->key, 1, false, e);
}

/* A live good item whose path is p but for case. */
struct neighbour {
	const struct item *item;   /* NULL: none */
	bool is_folder, is_exact;
};

/* The exact one, else one that differs in case. item: whose neighbour is asked for, or NULL. */
static enum outcome
find_neighbour(struct family *f, struct path p, const struct item *item, struct neighbour *out,
    struct err *e)
{
	struct guid uid;
	struct item *near;
	struct path is;
	size_t n;
	enum outcome o;

	*out = (struct neighbour){ NULL, false, false };
	docname_uid(f->g->hash, p.dir, p.leaf, &uid);
	o = f->items_of(f, &uid, &near, &n, e);
	for (size_t i = 0; o == OK && i < n && !out->is_exact; i++) {
		bool is_folder = key_is_inner(near[i].key, NULL, NULL);
		const struct row *row = NULL;

		if (near[i].is_bad || (item && near[i].id == item->id))
			continue;
		if (!is_folder)
			o = f->row_of(f, near[i].key, &row, e);
		if (o != OK || (!is_folder && !row))
			continue;
		is = path_of(f->g->vocabulary, f->l, &near[i], row);
		*out = (struct neighbour){ &near[i], is_folder, same_path(p, is) };
		o = ask_moved(f, &near[i], is, e);
	}
	return o;
}

/* "a", "a/b", "a/b/c" of "a/b/c". False at the end; start with *at = 0. */
static bool
next_prefix(struct str path, size_t *at, struct str *out)
{
	const char *end;

	if (*at >= path.n)
		return false;
	end = memchr(path.p + *at, '/', path.n - *at);
	*out = (struct str){ path.p, end ? (size_t)(end - path.p) : path.n };
	*at = out->n + 1;
	return true;
}

/* A folder that has to be made would have the name of a file. */
static enum outcome
refuse_folders(struct family *f, struct str dir, const char **why, struct err *e)
{
	const struct item *there = NULL;
	struct neighbour near;
	struct path p;
	struct str prefix;
	size_t at = 0;
	enum outcome o = OK;

	if (dir.n)
		o = f->item_of(f, key_of_inner(f->g->arena, STR(""), dir), &there, e);
	if (o != OK || there)
		return o;
	while (o == OK && !*why && next_prefix(dir, &at, &prefix)) {
		docname_split(prefix, &p.dir, &p.leaf);
		o = find_neighbour(f, p, NULL, &near, e);
		if (o == OK && near.is_exact && !near.is_folder)
			*why = arena_fmt(f->g->arena, "its folder \"%.*s\" has the name of a file "
			    "(row %.*s)", STR_ARG(prefix), STR_ARG(near.item->key)).p;
	}
	return o;
}

/* A new folder; the one that it is in was there a moment ago. */
static enum outcome
refuse_alone(struct family *f, struct str dir, const char **why, struct err *e)
{
	const struct item *there = NULL;
	enum outcome o = OK;

	if (dir.n)
		o = f->item_of(f, key_of_inner(f->g->arena, STR(""), dir), &there, e);
	if (o == OK && dir.n && !there)
		*why = arena_fmt(f->g->arena, "The folder \"%.*s\" was deleted at this moment",
		    STR_ARG(dir)).p;
	return o;
}

static enum outcome
refuse(struct family *f, const struct row *row, const struct item *item, const char **why,
    struct err *e)
{
	struct arena_mark mark = arena_mark(f->g->arena);
	struct path p = path_of(f->g->vocabulary, f->l, item, row);
	struct neighbour near;
	enum outcome o = find_neighbour(f, p, item, &near, e);

	if (o != OK)
		return o;
	if (near.is_exact)
		*why = near.is_folder ? arena_fmt(f->g->arena, "\"%.*s\" is the name of a folder "
		    "already", STR_ARG(joined(f->g->arena, p))).p
		    : arena_fmt(f->g->arena, "\"%.*s\" is the name of another file already (row "
		    "%.*s)", STR_ARG(joined(f->g->arena, p)), STR_ARG(near.item->key)).p;
	if (!*why)
		o = row ? refuse_folders(f, p.dir, why, e) : refuse_alone(f, p.dir, why, e);
	if (!*why) /* of every row of a harvest nothing stays */
		arena_release(f->g->arena, &mark);
	return o;
}

static enum outcome
settle(struct family *f, const struct row *row, struct item *item, struct err *e)
{
	struct path p = path_of(f->g->vocabulary, f->l, item, row);

	(void)e;
	item->has_uid = true;
	docname_uid(f->g->hash, p.dir, p.leaf, &item->uid);
	return OK;
}

/* ---- folders ---- */

/* What the item of a folder says. */
static struct str
bag_of_folder(struct engine *g, const struct list *l, struct path p)
{
	const struct property says[] = {
		{ .name = str_of(g->vocabulary->field_name(l->kind, FIELD_FILE_NAME)),
		  .value = p.leaf },
		{ .name = str_of(g->vocabulary->field_name(l->kind, FIELD_FOLDER)),
		  .value = p.dir },
	};
	bool changed;

	return bag_merge(g->arena, STR(""), says, 2, &changed);
}

static enum outcome
want(struct family *f, const struct row *row, const struct item *item, struct inner **out,
    size_t *n, struct err *e)
{
	struct str dir = path_of(f->g->vocabulary, f->l, item, row).dir, prefix;
	size_t at = 0, count = 0;
	struct path p;

	(void)e;
	while (next_prefix(dir, &at, &prefix))
		count++;
	*out = ARENA_ARRAY(f->g->arena, struct inner, count);
	*n = 0;
	for (at = 0; next_prefix(dir, &at, &prefix);) {
		struct inner *folder = &(*out)[(*n)++];

		docname_split(prefix, &p.dir, &p.leaf);
		folder->key = key_of_inner(f->g->arena, STR(""), prefix);
		folder->bag = bag_of_folder(f->g, f->l, p);
		folder->has_uid = true;
		docname_uid(f->g->hash, p.dir, p.leaf, &folder->uid);
	}
	return OK;
}

/* ---- what clients change ---- */

/* The path after the change. */
static struct path
path_after(struct change_run *r, const struct item *item)
{
	struct path p = path_of(r->g->vocabulary, r->l, item, &r->row);
	struct str sent;

	if (!item)
		p = (struct path){ .dir = STR(""), .leaf = STR("") };
	if (kind_sent(r, FIELD_FILE_NAME, &sent))
		p.leaf = sent.p ? sent : STR("");
	if (kind_sent(r, FIELD_FOLDER, &sent))
		p.dir = sent.p ? sent : STR("");
	return p;
}

static enum outcome
check_names(struct change_run *r, struct path p)
{
	const char *why = docname_wrong(p.leaf);

	if (why)
		return err_set(r->e, E_INVALID, "The name \"%.100s\" %s. Choose another one.",
		    arena_dup(r->g->arena, p.leaf).p, why);
	why = docname_path_wrong(p.dir);
	if (!why && p.dir.n + 1 + p.leaf.n > LIMIT_INNER_BYTES && r->c->is_folder)
		why = "is too long with the new folder's name: 500 bytes are possible";
	if (why)
		return err_set(r->e, E_INVALID, "The folder \"%.100s\" %s.",
		    arena_dup(r->g->arena, p.dir).p, why);
	if ((p.dir.n || r->c->is_folder) && list_column(r->l, FIELD_FOLDER) < 0)
		return err_set(r->e, E_INVALID, "The library \"%s\" has no folders: its view has "
		    "no column for them.", r->l->title);
	return OK;
}

static enum outcome
check_folder(struct change_run *r, struct family *f, struct str dir)
{
	const struct item *there = NULL;
	enum outcome o;

	if (!dir.n)
		return OK;
	o = f->item_of(f, key_of_inner(r->g->arena, STR(""), dir), &there, r->e);
	if (o == OK && !there)
		return err_set(r->e, E_INVALID, "There is no folder \"%.200s\" in this library. "
		    "Make it first.", arena_dup(r->g->arena, dir).p);
	return o;
}

static enum outcome
check_neighbour(struct change_run *r, struct family *f, struct path p, const struct item *item)
{
	struct neighbour near;
	const char *name, *is;
	enum outcome o = find_neighbour(f, p, item, &near, r->e);

	if (o != OK || !near.item)
		return o;
	name = arena_dup(r->g->arena, p.leaf).p;
	is = near.is_folder ? "folder" : "file";
	r->out->is_taken = near.is_exact;
	return near.is_exact ? err_set(r->e, E_INVALID, "There is a %s named \"%.120s\" already. "
	    "Choose another name.", is, name)
	    : err_set(r->e, E_INVALID, "There is a %s whose name differs from \"%.120s\" only in "
	    "capital letters; Windows takes the two for one. Choose another name.", is, name);
}

static enum outcome
check(struct change_run *r, const struct item *item)
{
	struct path now, p = path_after(r, item);
	struct family f;
	enum outcome o;

	r->out->is_taken = false;
	if (r->c->command == COMMAND_DELETE)
		return OK;
	if (item) {
		now = path_of(r->g->vocabulary, r->l, item, &r->row);
		if (same_path(now, p))
			return OK;
		if (key_is_inner(item->key, NULL, NULL))
			return err_set(r->e, E_INVALID, "A folder keeps its name and place here. Make "
			    "a new one, move what is in this one, and delete it.");
	}
	family_open(&f, r->g, r->l);
	o = check_names(r, p);
	if (o == OK)
		o = check_folder(r, &f, p.dir);
	return o == OK ? check_neighbour(r, &f, p, item) : o;
}

static enum outcome
place(struct change_run *r, struct place *out)
{
	struct path p = path_after(r, NULL);

	if (!r->c->is_folder)
		return OK;
	out->is_inner = true;
	out->key = key_of_inner(r->g->arena, STR(""), joined(r->g->arena, p));
	out->bag = bag_of_folder(r->g, r->l, p);
	out->has_uid = true;
	docname_uid(r->g->hash, p.dir, p.leaf, &out->uid);
	return OK;
}

/* With a folder goes what is in it. */
static enum outcome
below(struct change_run *r, const struct item *item, const struct row *row, struct below *out)
{
	int at = list_column(r->l, FIELD_FOLDER);
	struct str path, other;
	struct item *folder;
	size_t n;
	enum outcome o;

	(void)row;
	if (at < 0 || !key_is_inner(item->key, NULL, &path))
		return OK;
	o = store_keys_where(r->g->store, r->l, (size_t)at, path, true, &out->key, &out->key_n,
	    r->e);
	if (o == OK)
		o = store_inner(r->g->store, r->l, STR(""), &folder, &n, r->e);
	if (o != OK)
		return o;
	out->inner = ARENA_ARRAY(r->g->arena, struct item, n);
	for (size_t i = 0; i < n; i++)
		if (folder[i].id != item->id && key_is_inner(folder[i].key, NULL, &other) &&
		    docname_is_below(other, path))
			out->inner[out->inner_n++] = folder[i];
	return OK;
}

/* The folder was there a moment ago; if it was deleted meanwhile, the row makes it again. */
static bool
moves(struct change_run *r, const struct row *before, const struct item *item)
{
	struct str dir = path_of(r->g->vocabulary, r->l, item, &r->row).dir;

	return dir.n && (!before ||
	    !str_eq(dir, path_of(r->g->vocabulary, r->l, item, before).dir));
}

/* ---- answers ---- */

static const enum field shows[] = { FIELD_FILE_NAME, FIELD_FOLDER, FIELD_FILE_SIZE, FIELD__MAX };

/* The folder is shown by the front, below its own root. */
static size_t
show(const struct vocabulary *v, struct arena *a, const struct list *l, const struct item *item,
    const struct row *row, struct shown out[SHOWN_MAX])
{
	struct str rest;
	size_t n = 0;

	(void)a;
	out[n++] = (struct shown){ .field = FIELD_FILE_NAME,
		.value = path_of(v, l, item, row).leaf };
	if (!key_is_inner(item->key, NULL, NULL)) {
		struct str content = kind_value(v, l, NULL, row, FIELD_CONTENT);

		out[n++] = (struct shown){ .field = FIELD_FILE_SIZE,
			.value = content.p ? str_cut(content, ':', &rest) : STR("0") };
	}
	return n;
}

const struct kind_rules document_rules = {
	.bad = bad, .refuse = refuse, .settle = settle, .want = want,
	.check = check, .place = place, .below = below, .moves = moves,
	.shows = shows, .show = show,
};
