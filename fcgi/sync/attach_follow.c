/*
 * attach_follow.c -- what an item says of its files follows the list's own table
 * of files ([attachments]), when harvest looks at its row.
 *
 * A file is the same one while its name is; it has a new version when its mark
 * differs. A name that no file may have here is left out.
 */
#include "attach.h"

#include "bag.h"
#include "kind.h"
#include "limits.h"

struct following {
	struct engine *g;
	const struct list *l;
	struct item *item;
	int64_t now;
	bool writes;
	struct file *known;          /* current, as remembered */
	size_t known_n;
	bool seen[LIMIT_ITEM_FILES]; /* of known: still there */
	struct property *edit;       /* what the item will say */
	size_t edit_n;
};

bool
attach_is_own_table(const struct list *l, struct str key)
{
	return l->files.table && !key_is_inner(key, NULL, NULL);
}

static struct file *
find_known(struct following *f, struct str name, size_t *at)
{
	for (*at = 0; *at < f->known_n; ++*at)
		if (attached_is_same_name(f->known[*at].name, name))
			return &f->known[*at];
	return NULL;
}

static bool
is_said(const struct following *f, struct str name)
{
	for (size_t i = 0; i < f->edit_n; i++)
		if (attached_is_same_name(f->edit[i].name, name))
			return true;
	return false;
}

static enum outcome
end(struct following *f, const struct file *old, struct err *e)
{
	static const struct guid none;

	if (!f->writes)
		return OK;
	/* bytes that only the sync database has are not lost when a table takes over */
	return store_file_end(f->g->store, f->l, old,
	    guid_eq(&old->content, &none) ? 0 : f->now, e);
}

/* One file of the table. */
static enum outcome
meet(struct following *f, struct file *there, struct err *e)
{
	unsigned char chance[16];
	struct file *old;
	size_t at;
	enum outcome o = OK;

	if (attach_name_why_not(there->name) || is_said(f, there->name))
		return OK;
	old = find_known(f, there->name, &at);
	if (old)
		f->seen[at] = true;
	if (old && old->size == there->size && str_eq(old->name, there->name) &&
	    memcmp(old->digest, there->digest, sizeof(old->digest)) == 0) {
		*there = *old;
	} else {
		f->g->random(f->g->env, chance, sizeof(chance));
		there->guid = old ? old->guid : guid_from_random(chance);
		there->version = old ? old->version + 1 : 1;
		there->item = f->item->id;
		there->modified = f->now;
		if (old)
			o = end(f, old, e);
		if (o == OK && f->writes)
			o = store_file_add(f->g->store, f->l, there, e);
	}
	f->edit[f->edit_n++] = (struct property){ .name = there->name,
		.value = attached_value(f->g->arena, there) };
	return o;
}

enum outcome
attach_follow(struct engine *g, const struct list *l, struct item *item, int64_t now, bool writes,
    bool *changed, struct err *e)
{
	struct following f = { .g = g, .l = l, .item = item, .now = now, .writes = writes };
	struct file *there;
	struct str files;
	size_t n;
	bool any;
	enum outcome o;

	*changed = false;
	if (!attach_is_own_table(l, item->key))
		return OK;
	f.edit = ARENA_ARRAY(g->arena, struct property, LIMIT_ITEM_FILES);
	o = store_source_files(g->store, l, item->key, &there, &n, e);
	if (o == OK)
		o = store_files_of(g->store, l, item->id, &f.known, &f.known_n, e);
	for (size_t i = 0; o == OK && i < n; i++)
		o = meet(&f, &there[i], e);
	for (size_t i = 0; o == OK && i < f.known_n; i++)
		if (!f.seen[i])
			o = end(&f, &f.known[i], e);
	if (o != OK)
		return o;
	files = bag_merge(g->arena, STR(""), f.edit, f.edit_n, &any);
	*changed = !str_eq(files, item->files);
	item->files = files;
	return OK;
}
