/*
 * kinds_judge.c -- what the second model's judge remembers, and what every commit
 * must fulfil: versions rise by one and for a reason, harvest leaves alone what
 * clients said, instances go only with the series that they were made for, files
 * change one at a time.
 */
#include "kinds_judge.h"

#include <stdio.h>
#include <stdlib.h>

#include "bag.h"

struct kind_judge *
kind_judge_open(struct world *w, const struct watch *watch)
{
	struct kind_judge *j = calloc(1, sizeof(*j));

	if (!j)
		abort();
	j->w = w;
	j->watch = *watch;
	return j;
}

void
kind_judge_close(struct kind_judge *j)
{
	free(j->owner);
	free(j->fact);
	free(j->bytes);
	free(j);
}

static void *
grown(void *p, size_t *n, size_t want, size_t size)
{
	size_t all = want * 2 + 64;

	if (want <= *n)
		return p;
	p = realloc(p, all * size);
	if (!p)
		abort();
	memset((char *)p + *n * size, 0, (all - *n) * size);
	*n = all;
	return p;
}

struct owner *
judge_owner(struct kind_judge *j, const char *key)
{
	size_t at = strtoul(key, NULL, 10);

	j->owner = grown(j->owner, &j->owner_n, at + 1, sizeof(*j->owner));
	return &j->owner[at];
}

struct fact *
judge_fact(struct kind_judge *j, uint32_t id)
{
	j->fact = grown(j->fact, &j->fact_n, id + 1, sizeof(*j->fact));
	return &j->fact[id];
}

/* ---- which series ---- */

bool
rule_read(const char *text, struct daily *d)
{
	const char *every = strstr(text, "INTERVAL="), *count = strstr(text, "COUNT=");

	d->every = every ? atoi(every + 9) : 1;
	d->count = count ? atoi(count + 6) : 0;
	return strstr(text, "FREQ=DAILY") != NULL;
}

static struct str
prop(const struct kind_judge *j, const struct item *item, enum field f)
{
	const struct list *l = world_list(j->w);

	return item ? bag_get(item->bag, str_of(l->vocabulary->field_name(l->kind, f)))
	    : STR_NULL;
}

static struct str
own(const struct item *item, const char *name)
{
	return item ? bag_get(item->bag, str_of(name)) : STR_NULL;
}

static const char *
plain(char out[80], struct str pattern)
{
	char text[240];
	struct daily d;

	snprintf(text, sizeof(text), "%.*s", STR_ARG(pattern));
	if (daily_read(text, &d))
		daily_text(out, d);
	else
		snprintf(out, 80, "%.70s", text);
	return out;
}

static void
look_again(struct kind_judge *j, struct owner *o)
{
	const struct item *item = o->item ? judge_fact(j, o->item)->item : NULL;
	char text[80], may[700];
	struct daily d = { 0, 0 };

	if (item && item->state != ITEM_LIVE)
		item = NULL;
	if (world_list(j->w)->column_n > COL_RRULE) {
		bool is_daily = rule_read(o->row.col[COL_RRULE].t, &d);

		snprintf(o->must, sizeof(o->must), "%s|%s|%d|%d|%d|%u", o->row.col[COL_START].t,
		    o->row.col[COL_END].t, is_daily, d.every,
		    o->row.col[COL_RRULE].is_set ? d.count : -1, o->purges);
	} else {
		snprintf(o->must, sizeof(o->must), "%s|%s|%s|%.*s|%.*s|%.*s|%u",
		    o->row.col[COL_START].t, o->row.col[COL_END].t,
		    plain(text, prop(j, item, FIELD_PATTERN)),
		    STR_ARG(prop(j, item, FIELD_ZONE_TEXT)),
		    STR_ARG(prop(j, item, FIELD_SERIES_UID)),
		    STR_ARG(prop(j, item, FIELD_EVENT_TYPE)), o->purges);
	}
	snprintf(may, sizeof(may), "%s|%d|%c|%u|%.*s|%.*s", o->must, o->row.is_present,
	    o->row.col[0].t[0], o->item, STR_ARG(prop(j, item, FIELD_SERIES_UID)),
	    STR_ARG(own(item, ":rule")));
	if (strcmp(may, o->may) == 0)
		return;
	memcpy(o->may, may, sizeof(may));
	o->may_time = world_time(j->w);
}

/* ---- the source ---- */

void
kind_judge_source(struct kind_judge *j, struct attempt *by, const struct src *before,
    const struct src *after)
{
	const struct src *any = after ? after : before;
	const struct kind_push *p = by ? by->what : NULL;
	struct owner *o = judge_owner(j, any->col[COL_CODE].t);
	struct src same = *any;

	if (before && after && !val_eq(&before->col[COL_EXDATE], &after->col[COL_EXDATE]))
		o->exdate_time = world_time(j->w);
	if (before && after) /* an entry of EXDATE is a change of that instance's item */
		same.col[COL_EXDATE] = before->col[COL_EXDATE];
	if (!p || (p->command != COMMAND_NEW && p->id != o->item &&
	    !(before && after && memcmp(before, &same, sizeof(same)) == 0)))
		o->touched++;
	o->row = after ? *after : (struct src){ .is_present = false };
	if (before)
		o->was = *before;
	if (!after)
		o->gone_time = world_time(j->w);
	look_again(j, o);
}

/* ---- items ---- */

static bool
is_own_name(struct str name)
{
	return name.n && name.p[0] == ':';
}

/* What clients said of it is as it was. */
static bool
says_the_same(struct str a, struct str b)
{
	struct property p;

	for (size_t at = 0; bag_next(a, &at, &p);)
		if (!is_own_name(p.name) && !str_eq(bag_get(b, p.name), p.value))
			return false;
	for (size_t at = 0; bag_next(b, &at, &p);)
		if (!is_own_name(p.name) && !bag_get(a, p.name).p)
			return false;
	return true;
}

/* The push's own values are in the item that it made. */
static void
check_saved(struct kind_judge *j, const struct kind_push *p, const struct item *item)
{
	static const int said[] = { V_TITLE, V_NOTES, V_NAME, V_FOLDER };
	const struct list *l = world_list(j->w);
	bool is_inner = key_is_inner(item->key, NULL, NULL);
	struct val key = val_of(item->key);

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		int v = said[i];
		int at = is_inner ? -1 : list_column(l, view_field[v]);
		struct str is = at < 0 ? prop(j, item, view_field[v])
		    : val_str(&judge_owner(j, key.t)->row.col[at]);

		if (!p->has[v] || !p->v.f[v].t[0] || !view_has(l, v))
			continue;
		if (!str_eq(is, str_of(p->v.f[v].t)))
			FAIL(j, "not-saved", "item %u version %u keeps \"%.*s\", \"%s\" was sent",
			    item->id, item->version, STR_ARG(is), p->v.f[v].t);
	}
}

static void
check_version(struct kind_judge *j, const struct kind_push *p, const struct item *a,
    const struct item *b)
{
	bool is_inner = key_is_inner(b->key, NULL, NULL);
	struct val key = val_of(b->key);
	struct owner *o = is_inner ? NULL : judge_owner(j, key.t);
	bool is_mine = p && p->id == b->id && b->editor.n;

	if (b->version != a->version && b->version != a->version + 1)
		FAIL(j, "version-step", "item %u: version %u -> %u", b->id, a->version, b->version);
	if (b->version == a->version && b->state == ITEM_LIVE &&
	    (!says_the_same(a->bag, b->bag) || !str_eq(a->files, b->files)))
		FAIL(j, "version-missing", "item %u changed and is still version %u", b->id,
		    b->version);
	if (!b->editor.n && !is_inner && !says_the_same(a->bag, b->bag))
		FAIL(j, "bag-lost", "item %u: the source changed what clients had said", b->id);
	if (!o || is_mine || b->version == a->version ||
	    memcmp(a->print, b->print, HASH_LEN) == 0 || b->editor.n)
		return;
	if (++o->raised > o->touched)
		FAIL(j, "version-unasked", "item %u got version %u, but nobody wrote its row",
		    b->id, b->version);
}

static void
remember_bytes(struct kind_judge *j, const struct attached *f, unsigned no)
{
	size_t size = j->bytes_n;

	if ((size & (size - 1)) == 0) {
		j->bytes = realloc(j->bytes, (size ? size * 2 : 1) * sizeof(*j->bytes));
		if (!j->bytes)
			abort();
	}
	j->bytes[j->bytes_n++] = (struct bytes){ f->guid, f->version, no };
}

static size_t
file_count(struct str files)
{
	struct attached f;
	size_t at = 0, n = 0;

	while (attached_next(files, &at, &f))
		n++;
	return n;
}

/* Exactly the file that the request is about has changed, as it said. */
static void
check_files(struct kind_judge *j, const struct kind_push *p, const struct item *a,
    const struct item *b)
{
	struct attached was, is, other;
	bool had = attached_find(a->files, str_of(p->name), &was);
	bool has = attached_find(b->files, str_of(p->name), &is);
	struct str name = str_of(p->name);

	if (has != (p->attach != ATTACH_REMOVE) || (p->attach == ATTACH_ADD && had) ||
	    file_count(b->files) != file_count(a->files) + has - had)
		FAIL(j, "files", "item %u: \"%.*s\" became \"%.*s\"", b->id, STR_ARG(a->files),
		    STR_ARG(b->files));
	if (p->has_seen && (!had || was.version != p->seen.version))
		FAIL(j, "files", "item %u: a stale version of %s was replaced", b->id, p->name);
	if (has && is.version != (had ? was.version + 1 : 1))
		FAIL(j, "files", "item %u: %s has version %u", b->id, p->name, is.version);
	for (size_t at = 0; attached_next(a->files, &at, &was);)
		if (!attached_is_same_name(was.name, name) &&
		    (!attached_find(b->files, was.name, &other) || other.version != was.version))
			FAIL(j, "files", "item %u lost %.*s", b->id, STR_ARG(was.name));
	if (has)
		remember_bytes(j, &is, p->bytes);
}

/* A row that returns has what its item had, unless a client deleted that. */
static void
check_inherited(struct kind_judge *j, const struct owner *o, const struct item *b)
{
	const struct item *a = o->item ? judge_fact(j, o->item)->item : NULL;

	if (!a || a->state == ITEM_LIVE)
		return;
	if (a->state == ITEM_GONE_CLIENT ? b->files.n != 0 : !str_eq(a->files, b->files))
		FAIL(j, "inherit", "item %u had the files \"%.*s\", item %u has \"%.*s\"", a->id,
		    STR_ARG(a->files), b->id, STR_ARG(b->files));
	if (a->state == ITEM_GONE_SOURCE && !says_the_same(a->bag, b->bag))
		FAIL(j, "inherit", "item %u does not say what item %u said", b->id, a->id);
}

/* ---- items without a row ---- */

static void
check_inner_gone(struct kind_judge *j, const struct item *a, const struct item *b,
    struct str owner)
{
	struct val key = val_of(owner);
	const struct fact *f = judge_fact(j, b->id);
	const struct owner *o = owner.n ? judge_owner(j, key.t) : NULL;

	if (!o) { /* a folder, or an instance of a series that nobody knows */
		if (world_list(j->w)->kind == KIND_DOCUMENTS && b->state == ITEM_GONE_SOURCE)
			FAIL(j, "folder-lost", "folder %u %.*s went, and nobody deleted it", b->id,
			    STR_ARG(a->key));
		return;
	}
	if (b->state == ITEM_GONE_CLIENT || o->may_time > f->begun ||
	    (o->exdate_time > f->begun && !str_eq(prop(j, a, FIELD_EVENT_TYPE), STR("4"))))
		return;
	FAIL(j, "purge-unasked", "item %u (%.*s) went, but its series is the one that it was "
	    "made for", b->id, STR_ARG(a->key));
}

/* A bad row: clients keep what they had. */
static bool
is_upside_down(const struct src *r)
{
	return strcmp(r->col[COL_END].t, r->col[COL_START].t) < 0;
}

static void
meet_inner(struct kind_judge *j, const struct attempt *by, const struct item *before,
    const struct item *after, struct str owner)
{
	const struct kind_push *p = by ? by->what : NULL;
	struct fact *f = judge_fact(j, after->id);
	struct val key = val_of(owner);

	if (before && before->state == ITEM_LIVE && after->state != ITEM_LIVE)
		check_inner_gone(j, before, after, owner);
	if (before && !str_eq(before->key, after->key)) {
		f->is_adopted = true;
		f->begun = by ? by->begun : 0;
		f->must[0] = '\0'; /* the series comes in the same commit: known in the next pause */
		return;
	}
	/* made again for the series as it is, or a deleted one, which outlives it, made a changed one */
	if (!before || (p && !p->is_attach && p->command == COMMAND_NEW && after->editor.n) ||
	    (before->place == EVENT_IS_DELETED && after->place == EVENT_IS_CHANGED)) {
		f->begun = by ? by->begun : 0;
		if (owner.n)
			memcpy(f->must, judge_owner(j, key.t)->must, sizeof(f->must));
		if (owner.n && is_upside_down(&judge_owner(j, key.t)->row))
			f->must[0] = '\0'; /* written meanwhile, and nobody was shown it */
	}
}

/* ---- threads ---- */

/* The row that this one answers, as it was before this commit; NULL: none that was in the view. */
static const struct src *
answered(struct kind_judge *j, const struct src *r)
{
	const struct owner *up;
	const struct src *is;

	if (!r->col[COL_PARENT].t[0] || strlen(r->col[COL_PARENT].t) > 5)
		return NULL;
	up = judge_owner(j, r->col[COL_PARENT].t);
	is = up->row.is_present ? &up->row : &up->was;
	if (!is->is_present || is->col[0].t[0] == '#' ||
	    (!up->row.is_present && up->gone_time != world_time(j->w)))
		return NULL;
	return is;
}

/* With its first post a thread goes, whole. */
static void
check_thread_gone(struct kind_judge *j, const struct item *root)
{
	struct val key = val_of(root->key);

	for (size_t i = 0; i < j->owner_n; i++) {
		const struct src *r = &j->owner[i].row, *up = r;

		if (!r->is_present || r->col[0].t[0] == '#')
			continue;
		for (int k = 0; k < 100 && (up = answered(j, up)) != NULL; k++)
			if (val_eq(&up->col[COL_CODE], &key))
				FAIL(j, "thread-left", "row %s stays, below row %s, which a client "
				    "deleted", r->col[COL_CODE].t, key.t);
	}
}

void
kind_judge_item(struct kind_judge *j, struct attempt *by, const struct item *before,
    const struct item *after)
{
	const struct kind_push *p = by ? by->what : NULL;
	struct val key;
	struct str of;
	struct owner *o;

	if (!after) { /* purged */
		judge_fact(j, before->id)->item = NULL;
		return;
	}
	if (before && before->state != ITEM_LIVE && after->state == ITEM_LIVE)
		FAIL(j, "tombstone", "item %u lives again", after->id);
	if (before && before->state == ITEM_LIVE)
		check_version(j, p, before, after);
	/* not what was numbered on the way, of the source's */
	if (p && !p->is_attach && after->state == ITEM_LIVE && after->editor.n &&
	    after->version != (before ? before->version : 0) &&
	    (p->id == after->id || (!before && !p->id)))
		check_saved(j, p, after);
	if (before && !str_eq(before->files, after->files)) {
		if (!p || !p->is_attach || p->id != after->id)
			FAIL(j, "files", "item %u: nobody changed its files", after->id);
		else
			check_files(j, p, before, after);
	}
	key = val_of(after->key);
	if (key_is_inner(after->key, &of, NULL)) {
		meet_inner(j, by, before, after, of);
		judge_fact(j, after->id)->item = after;
		return;
	}
	o = judge_owner(j, key.t);
	if (!before && !after->author.n)
		check_inherited(j, o, after);
	judge_fact(j, after->id)->item = after;
	o->item = after->id;
	if (p && p->drops_inner && p->id == after->id && after->editor.n &&
	    before->version != after->version)
		o->purges++;
	look_again(j, o);
	if (after->state == ITEM_GONE_CLIENT && world_list(j->w)->kind == KIND_DISCUSSIONS &&
	    before->place == 0 && by && world_time(j->w) == by->begun + 1)
		check_thread_gone(j, after); /* nobody else came in between */
}

/* ---- answers ---- */

/* "Saved" is said of what is saved. */
void
kind_judge_answer(struct kind_judge *j, const struct kind_push *p, const struct kind_answer *a)
{
	const struct item *item;

	if (a->outcome == E_FAILED || a->outcome == E_RETRY || a->outcome == E_UNCERTAIN)
		FAIL(j, "outcome", "%s (%s)", outcome_name(a->outcome), a->text);
	if (a->outcome != OK || p->is_attach)
		return;
	item = judge_fact(j, p->command == COMMAND_DELETE ? p->id : a->thing.id)->item;
	if (p->command == COMMAND_DELETE) {
		if (item && item->state == ITEM_LIVE)
			FAIL(j, "told-saved", "item %u is said to be deleted", p->id);
		return;
	}
	if (!item || item->version < a->thing.version)
		FAIL(j, "told-saved", "item %u version %u is said to be saved", a->thing.id,
		    a->thing.version);
}
