/*
 * judge.c -- what must be true of every commit and every answer.
 *
 * The world tells what each transaction changed and for which request, so that
 * "no acknowledged write is lost" and "no refused write is applied" are checked
 * at each commit and not only at the end: a client's write may only replace the
 * very row that the client had seen, and leaves exactly what was sent.
 */
#include <stdio.h>
#include <stdlib.h>

#include "judge.h"

struct judge *
judge_open(const struct watch *watch)
{
	struct judge *j = calloc(1, sizeof(*j));

	if (!j || !(j->seen = calloc(SEEN_N, sizeof(*j->seen))))
		abort();
	j->watch = *watch;
	return j;
}

void
judge_close(struct judge *j)
{
	free(j->known);
	free(j->ref);
	free(j->seen);
	free(j);
}

static size_t
place_of(uint32_t id)
{
	return id % 1000000 + (id / 1000000) * 4096; /* after a restore IDs leap */
}

static struct known *
known_of(struct judge *j, uint32_t id)
{
	size_t at = place_of(id);

	if (at >= j->known_n) {
		size_t n = at + 256;

		j->known = realloc(j->known, n * sizeof(*j->known));
		if (!j->known)
			abort();
		memset(j->known + j->known_n, 0, (n - j->known_n) * sizeof(*j->known));
		j->known_n = n;
	}
	return &j->known[at];
}

/* ---- the source ---- */

static bool
is_empty(const struct val *v)
{
	return !v->t[0];
}

bool
judge_same(const struct val *a, const struct val *b)
{
	return (is_empty(a) && is_empty(b)) || val_eq(a, b);
}

/* What the row must be once these cells are written over it. */
static void
written(const struct push *p, const struct src *before, struct val out[COL__N])
{
	for (size_t i = 0; i < COL__N; i++) {
		struct val old = before ? before->col[i] : (struct val){ 0 };

		out[i] = old;
		if (!p->has_col[i] || (before && judge_same(&old, &p->c.col[i])))
			continue;
		out[i] = val_stored(i, p->c.col[i]);
		if (is_empty(&out[i]) && i != COL_TITLE)
			out[i].is_set = false;
	}
}

static void
check_seen(struct judge *j, const struct push *p, const struct src *before)
{
	char saw[160], had[160];

	if (p->expected == 0 || p->command == COMMAND_NEW || cols_eq(before->col, p->seen))
		return;
	cols_text(saw, sizeof(saw), p->seen);
	cols_text(had, sizeof(had), before->col);
	FAIL(j, "overwrote-unseen", "push %u of %s on item %u, expected version %u: the client "
	    "had seen %s, the row was %s", p->serial, p->login, p->id, p->expected, saw, had);
}

/* The first thing that this request changes: at once, as others may ask before its answer. */
static void
count(struct attempt *by)
{
	if (!by->source_n && !by->raised_n)
		by->push->commits++;
}

void
judge_source(struct judge *j, struct attempt *by, const struct src *before,
    const struct src *after)
{
	struct val want[COL__N];
	char a[160], b[160];

	if (!by)
		return;
	if (!by->push) {
		FAIL(j, "harvest-wrote-source", "a poll changed a row of the source");
		return;
	}
	/* blanks at the end, say, which the column cuts off: nothing was changed */
	if (before && after && cols_eq(before->col, after->col))
		return;
	count(by);
	by->source_n++;
	if (before)
		check_seen(j, by->push, before);
	if (by->push->command == COMMAND_DELETE) {
		if (after)
			FAIL(j, "wrong-write", "a Delete left its row");
		return;
	}
	if (!after) {
		FAIL(j, "wrong-write", "a row vanished by New or Update");
		return;
	}
	written(by->push, before, want);
	if (!before)
		want[COL_CODE] = after->col[COL_CODE];
	if (cols_eq(want, after->col) || (!before && judge_same(&want[COL_FIRST], &after->col[COL_FIRST]) &&
	    judge_same(&want[COL_EMAIL], &after->col[COL_EMAIL]) &&
	    judge_same(&want[COL_BIRTHDAY], &after->col[COL_BIRTHDAY]) &&
	    val_eq(&want[COL_TITLE], &after->col[COL_TITLE])))
		return;
	cols_text(a, sizeof(a), want);
	cols_text(b, sizeof(b), after->col);
	FAIL(j, "wrong-write", "push %u on item %u: the row should be %s, it is %s",
	    by->push->serial, by->push->id, a, b);
}

/* ---- items ---- */

bool
judge_props_eq(const struct val *a, const struct val *b)
{
	for (size_t i = 0; i < PROP__N; i++)
		if (i != PROP_REF && !val_eq(&a[i], &b[i]))
			return false;
	return true;
}

static void
merged(const struct push *p, struct val prop[PROP__N])
{
	for (size_t i = 0; i < PROP__N; i++)
		if (p->has_prop[i])
			prop[i] = p->c.prop[i];
}

/* A new item found by harvest: the bag of what had the key before, if the source deleted it. */
static void
inherited(struct judge *j, uint32_t id, const struct val *key, struct str is,
    struct val prop[PROP__N])
{
	const struct known *last = NULL, *self = known_of(j, id);

	memset(prop, 0, sizeof(*prop) * PROP__N);
	for (uint32_t i = 0; i < j->known_n; i++) {
		const struct known *k = &j->known[i];

		if (k->is_known && k != self && val_eq(&k->key, key))
			last = k;
	}
	if (!last && j->was_restored) /* its past was not watched */
		(void)bag_read(is, prop);
	if (!last || last->state != ITEM_GONE_SOURCE)
		return;
	memcpy(prop, last->prop, sizeof(last->prop));
	prop[PROP_REF] = (struct val){ 0 };
}

static void
check_ref(struct judge *j, const struct push *p, uint32_t id)
{
	char name[40];

	if (!p->ref[0])
		return;
	snprintf(name, sizeof(name), "%.12s %.24s", p->login, p->ref);
	for (size_t i = 0; i < j->ref_n; i++)
		if (strcmp(j->ref[i], name) == 0)
			FAIL(j, "doubled", "reference %s made a second item, %u", name, id);
	if (j->ref_n == j->ref_size) {
		j->ref_size = j->ref_size ? j->ref_size * 2 : 64;
		j->ref = realloc(j->ref, j->ref_size * sizeof(*j->ref));
		if (!j->ref)
			abort();
	}
	memcpy(j->ref[j->ref_n++], name, sizeof(name));
}

static void
check_step(struct judge *j, const struct item *a, const struct item *b)
{
	bool is_raised = b->version != a->version;
	struct val old[PROP__N], new[PROP__N];

	(void)bag_read(a->bag, old);
	(void)bag_read(b->bag, new);
	if (is_raised && b->version != a->version + 1)
		FAIL(j, "version-step", "item %u: version %u -> %u", b->id, a->version,
		    b->version);
	if (!is_raised && (memcmp(a->print, b->print, HASH_LEN) != 0 || !judge_props_eq(old, new)))
		FAIL(j, "silent-change", "item %u changed and stays at version %u", b->id,
		    b->version);
	if (a->state != ITEM_LIVE && b->state == ITEM_LIVE)
		FAIL(j, "rose-again", "item %u was deleted and lives again", b->id);
	if ((is_raised || a->state != b->state) && b->changed <= a->changed)
		FAIL(j, "change-number", "item %u changed without a new number", b->id);
	if (!guid_eq(&a->guid, &b->guid) || !str_eq(a->key, b->key))
		FAIL(j, "identity", "item %u got another GUID or key", b->id);
}

static void
check_bag(struct judge *j, const struct item *item, const struct val want[PROP__N])
{
	struct val is[PROP__N];

	if (!bag_read(item->bag, is)) {
		FAIL(j, "bag-form", "item %u: \"%.*s\"", item->id, STR_ARG(item->bag));
		return;
	}
	for (size_t i = 0; i < PROP__N; i++)
		if (!val_eq(&is[i], &want[i]))
			FAIL(j, "bag", "item %u version %u: property %s should be %s%s, is %s%s",
			    item->id, item->version, prop_name[i], want[i].is_set ? "=" : "absent",
			    want[i].t, is[i].is_set ? "=" : "absent", is[i].t);
}

static bool
is_own_push(const struct attempt *by, const struct item *before, const struct item *after)
{
	if (!by || !by->push)
		return false;
	if (!before)
		return after->author.n != 0;
	if (before->state != after->state)
		return after->state == ITEM_GONE_CLIENT;
	return before->version != after->version && after->editor.n;
}

static void
weigh_item(struct judge *j, struct attempt *by, const struct item *before,
    const struct item *after)
{
	struct known *k;
	struct val want[PROP__N], key = val_of(after->key);
	bool is_own = is_own_push(by, before, after);

	if (before)
		check_step(j, before, after);
	if (!before && !is_own)
		inherited(j, after->id, &key, after->bag, want);
	else if (before)
		(void)bag_read(before->bag, want);
	else
		memset(want, 0, sizeof(want));
	if (is_own) {
		count(by);
		by->raised_n++;
		if (before && by->push->command == COMMAND_UPDATE && by->push->expected &&
		    by->push->expected != before->version)
			FAIL(j, "overwrote-unseen", "push %u expected version %u of item %u, it "
			    "was %u", by->push->serial, by->push->expected, after->id,
			    before->version);
		if (!before)
			check_ref(j, by->push, after->id);
		if (by->push->command != COMMAND_DELETE)
			merged(by->push, want);
		if (strchr(by->push->history, ':') && by->push->command != COMMAND_DELETE &&
		    !str_eq(after->history, str_of(by->push->history)))
			FAIL(j, "history", "item %u: sent %s, kept %.*s", after->id,
			    by->push->history, STR_ARG(after->history));
	}
	if (before && before->version == after->version)
		(void)bag_read(after->bag, want); /* only what is quiet: check_step */
	check_bag(j, after, want);
	k = known_of(j, after->id);
	k->is_known = true;
	k->state = after->state;
	k->key = key;
	memcpy(k->prop, want, sizeof(want));
}

void
judge_item(struct judge *j, struct attempt *by, uint64_t time, const struct item *before,
    const struct item *after)
{
	if (j->is_restoring)
		return;
	known_of(j, (after ? after : before)->id)->time = time;
	if (after)
		weigh_item(j, by, before, after);
	else
		known_of(j, before->id)->is_known = false; /* purged */
}

bool
judge_is_steady(const struct judge *j, uint32_t id, uint64_t since)
{
	return place_of(id) >= j->known_n || j->known[place_of(id)].time <= since;
}

bool
judge_key_is_steady(const struct judge *j, const struct val *key, uint64_t since)
{
	for (size_t i = 0; i < j->known_n; i++)
		if (j->known[i].time > since && val_eq(&j->known[i].key, key))
			return false;
	return true;
}

bool
judge_bag(const struct judge *j, uint32_t id, struct val out[PROP__N])
{
	size_t at = place_of(id);

	if (at >= j->known_n || !j->known[at].is_known)
		return false;
	memcpy(out, j->known[at].prop, sizeof(j->known[at].prop));
	return true;
}

void
judge_agree(struct judge *j, uint32_t id, uint32_t version)
{
	struct known *k = known_of(j, id);

	if (k->agreed && k->agreed != version)
		FAIL(j, "versions-differ", "item %u is version %u for one client, %u for another",
		    id, k->agreed, version);
	k->agreed = version;
}

void
judge_pause(struct judge *j)
{
	for (size_t i = 0; i < j->known_n; i++)
		j->known[i].agreed = 0;
}

void
judge_restored(struct judge *j, bool is_over)
{
	j->is_restoring = !is_over;
	j->was_restored = true;
	j->seen_n = j->ref_n = 0;
	memset(j->seen, 0, SEEN_N * sizeof(*j->seen));
	if (!is_over && j->known_n)
		memset(j->known, 0, j->known_n * sizeof(*j->known));
}
