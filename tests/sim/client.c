/*
 * client.c -- a model of Outlook: its own copies of the items, a user who edits
 * them offline, and the loop fetch, send, fetch. It shares no code with sync/.
 */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>

struct client *
client_open(int no, struct door *d, struct chance *c, const struct watch *w, struct judge *j)
{
	static const char *const login[CLIENT_N] = { "alice", "bob", "alice" };
	struct client *cl = calloc(1, sizeof(*cl));

	if (!cl || !(cl->answer = calloc(1, sizeof(*cl->answer))))
		abort();
	cl->no = no;
	cl->door = d;
	cl->chance = c;
	cl->watch = *w;
	cl->judge = j;
	cl->loss = 80;
	snprintf(cl->login, sizeof(cl->login), "%s", login[no]);
	snprintf(cl->guid, sizeof(cl->guid), "%032x", 0xC0 + no);
	return cl;
}

void
client_close(struct client *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->copy[i].push);
	free(c->grave);
	free(c->answer);
	free(c);
}

/* ---- copies ---- */

struct copy *
copy_of(struct client *c, uint32_t id)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->copy[i].id == id)
			return &c->copy[i];
	return NULL;
}

void
copy_remove(struct client *c, struct copy *p)
{
	free(p->push);
	*p = c->copy[--c->n];
	memset(&c->copy[c->n], 0, sizeof(c->copy[c->n]));
}

struct copy *
copy_new(struct client *c)
{
	if (c->n == COPIES)
		abort();
	memset(&c->copy[c->n], 0, sizeof(c->copy[c->n]));
	return &c->copy[c->n++];
}

/* The server's state is ours. */
void
copy_take(struct copy *p, const struct wire_row *r)
{
	p->id = r->id;
	p->version = r->version;
	p->base = p->mine = r->c;
	memcpy(p->history, r->history, sizeof(p->history));
	p->is_dirty = p->is_dropped = false;
	free(p->push);
	p->push = NULL;
}

bool
copy_is_clean(const struct copy *p)
{
	return p->id && !p->is_dirty && !p->is_dropped && !p->push;
}

void
grave_dig(struct client *c, uint32_t id)
{
	size_t at = id % 1000000 + (id / 1000000) * 4096;

	if (at >= c->grave_n) {
		c->grave = realloc(c->grave, at + 512);
		if (!c->grave)
			abort();
		memset(c->grave + c->grave_n, 0, at + 512 - c->grave_n);
		c->grave_n = at + 512;
	}
	c->grave[at] = 1;
}

bool
grave_has(const struct client *c, uint32_t id)
{
	size_t at = id % 1000000 + (id / 1000000) * 4096;

	return at < c->grave_n && c->grave[at];
}

/* ---- histories ---- */

void
history_edit(char out[512], const char *old, const char *me)
{
	unsigned long top = 0;
	size_t n = 0;

	out[0] = '\0';
	while (*old) {
		size_t len = strcspn(old, ",");
		unsigned long k = len > 33 ? strtoul(old + 33, NULL, 10) : 0;

		top = k > top ? k : top;
		if (len > 33 && strncmp(old, me, 32) != 0 && n + len + 60 < 512)
			n += (size_t)snprintf(out + n, 512 - n, "%s%.*s", n ? "," : "", (int)len,
			    old);
		old += len + (old[len] == ',');
	}
	snprintf(out + n, 512 - n, "%s%s:%lu", n ? "," : "", me, top + 1);
}

/* ---- conflicts ---- */

void
client_resolve(struct client *c, struct copy *p, const struct wire_row *r)
{
	struct content mine = p->mine, base = p->base;
	bool was_new = p->id == 0, is_all = chance_in(c->chance, 300);

	if (chance_in(c->chance, 450)) {
		copy_take(p, r);
		return;
	}
	copy_take(p, r);
	for (size_t i = 0; i < COL__N; i++)
		if (i != COL_CODE && (is_all || was_new || !val_eq(&mine.col[i], &base.col[i])))
			p->mine.col[i] = mine.col[i];
	for (size_t i = 0; i < PROP_REF; i++)
		if (is_all || was_new || !val_eq(&mine.prop[i], &base.prop[i]))
			p->mine.prop[i] = mine.prop[i];
	p->is_dirty = true;
}

void
client_resync(struct client *c)
{
	c->token[0] = c->cursor[0] = '\0';
	c->is_paging = false;
	c->number = 0;
}

void
client_expect_restart(struct client *c, bool is_restored)
{
	c->may_restart = true;
	c->may_reset = is_restored;
	c->echo_n = 0; /* what it would be known by may be gone */
	if (is_restored && c->grave_n)
		memset(c->grave, 0, c->grave_n);
}

bool
client_is_waiting(const struct client *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->copy[i].push)
			return true;
	return false;
}

/* ---- the user ---- */

static struct val
some_text(struct client *c, const char *prefix)
{
	struct val v = { .is_set = true };

	snprintf(v.t, sizeof(v.t), "%s%u", prefix, chance_below(c->chance, 12));
	return v;
}

static void
edit_column(struct client *c, struct copy *p)
{
	struct val *v;

	switch (chance_below(c->chance, 9)) {
	case 0: case 1:
		p->mine.col[COL_TITLE] = some_text(c, "T");
		return;
	case 2:
		p->mine.col[COL_BIRTHDAY] = some_text(c, "1970-01-1");
		p->mine.col[COL_BIRTHDAY].t[10] = '\0';
		return;
	case 3: case 4:
		p->mine.col[COL_EMAIL] = some_text(c, "m@x");
		return;
	case 5:
		v = &p->mine.col[COL_EMAIL]; /* the database will trim it */
		*v = some_text(c, "t@y");
		memcpy(v->t + strlen(v->t), "  ", 3);
		return;
	case 6:
		p->mine.col[COL_FIRST] = some_text(c, "F");
		return;
	case 7:
		p->mine.col[COL_FIRST] = (struct val){ 0 };
		return;
	default:
		p->mine.col[COL_EMAIL] = val_set("");
		return;
	}
}

/* Values that the server has to refuse, or that leave the list. */
static void
edit_badly(struct client *c, struct copy *p)
{
	switch (chance_below(c->chance, 4)) {
	case 0:
		p->mine.col[COL_TITLE] = val_set("#hidden");
		return;
	case 1:
		p->mine.col[COL_FIRST] = val_set("far too long a first name");
		return;
	case 2:
		p->mine.col[COL_BIRTHDAY] = val_set("1500-01-01");
		return;
	default:
		p->mine.col[COL_EMAIL] = val_set("no-address-is-as-long-as-this");
		return;
	}
}

static void
edit(struct client *c, struct copy *p)
{
	unsigned n = 1 + chance_below(c->chance, 3);

	if (p->is_dropped)
		return;
	while (n--) {
		size_t i = chance_below(c->chance, PROP_REF);

		if (chance_in(c->chance, 600))
			edit_column(c, p);
		else if (chance_in(c->chance, 150))
			p->mine.prop[i] = (struct val){ 0 };
		else if (chance_in(c->chance, 200))
			p->mine.prop[i] = val_set("");
		else
			p->mine.prop[i] = some_text(c, "p");
	}
	if (chance_in(c->chance, 40))
		edit_badly(c, p);
	p->is_dirty = true;
}

static void
create(struct client *c)
{
	struct copy *p = copy_new(c);

	snprintf(p->ref, sizeof(p->ref), "ref-%d-%u", c->no, ++c->serial);
	p->mine.col[COL_TITLE] = some_text(c, "N");
	p->mine.prop[PROP_REF] = val_set(p->ref);
	p->is_dirty = true;
	if (chance_in(c->chance, 700))
		edit(c, p);
}

static void
act_local(struct client *c)
{
	struct copy *p = c->n ? &c->copy[chance_below(c->chance, (unsigned)c->n)] : NULL;

	if (!p || (c->n < 40 && chance_in(c->chance, 220)))
		create(c);
	else if (chance_in(c->chance, 130))
		p->is_dropped = true;
	else
		edit(c, p);
	/* made and thrown away before anybody heard of it */
	if (p && p->is_dropped && p->id == 0 && !p->push)
		copy_remove(c, p);
}

/* A user who edits what has just come in, and sends it at once. */
static void
act_at_once(struct client *c)
{
	struct copy *p;

	client_fetch(c);
	p = c->newest ? copy_of(c, c->newest) : NULL;
	if (!p)
		return;
	if (chance_in(c->chance, 200))
		p->is_dropped = true;
	else
		edit(c, p);
	client_send(c, 2);
}

void
client_act(struct client *c)
{
	unsigned n = chance_below(c->chance, 100);

	c->is_busy = true;
	if (n < 38)
		act_local(c);
	else if (n < 60)
		client_fetch(c);
	else if (n < 85)
		client_send(c, 1 + chance_below(c->chance, 4));
	else if (n < 93)
		client_echo(c);
	else if (n < 94)
		client_resync(c);
	else if (n < 97)
		act_at_once(c);
	else
		for (int i = 0; i < 4 && !client_fetch(c); i++)
			continue;
	c->is_busy = false;
}

bool
client_intrude(struct client *c)
{
	struct copy *p;

	if (c->is_busy) {
		if (!c->flying || chance_in(c->chance, 700))
			return false;
		client_double(c);
		return true;
	}
	c->is_busy = true;
	p = c->door->flying ? copy_of(c, c->door->flying) : NULL;
	if (p && copy_is_clean(p) && chance_in(c->chance, 400)) {
		/* The same item at the same moment; its bag only, so that no row lock parts them. */
		p->mine.prop[chance_below(c->chance, PROP_REF)] = some_text(c, "i");
		p->is_dirty = true;
		client_send_one(c, p);
	} else if (chance_in(c->chance, 500))
		client_fetch(c);
	else
		client_send(c, 2);
	c->is_busy = false;
	return true;
}

bool
client_settle(struct client *c)
{
	unsigned loss = c->loss;
	size_t waiting = 0;
	bool is_done = false;

	c->is_busy = true;
	c->loss = 0;
	c->moved = false;
	for (int i = 0; i < 300 && !is_done; i++)
		is_done = client_fetch(c);
	if (!is_done)
		FAIL(c, "liveness", "client %d: 300 fetches without an end", c->no);
	client_send(c, COPIES);
	is_done = false;
	for (int i = 0; i < 300 && !is_done; i++)
		is_done = client_fetch(c);
	c->loss = loss;
	c->is_busy = false;
	for (size_t i = 0; i < c->n; i++)
		waiting += !copy_is_clean(&c->copy[i]);
	return !c->moved && !waiting;
}

/* ---- is it the source? ---- */

static void
compare_row(struct client *c, const struct copy *p, const struct src *row)
{
	struct val want[PROP__N];
	char is[160], should[160];

	if (src_is_bad(row)) /* he keeps a good state that he has met, whichever */
		return;
	cols_text(is, sizeof(is), p->base.col);
	cols_text(should, sizeof(should), row->col);
	if (!cols_eq(p->base.col, row->col))
		FAIL(c, "convergence", "client %d has item %u version %u as %s, the row is %s",
		    c->no, p->id, p->version, is, should);
	judge_agree(c->judge, p->id, p->version);
	if (!judge_bag(c->judge, p->id, want))
		return;
	for (size_t i = 0; i < PROP_REF; i++)
		if (!val_eq(&want[i], &p->base.prop[i]))
			FAIL(c, "convergence-bag", "client %d has item %u version %u with property "
			    "%s %s\"%s\", it should be %s\"%s\"", c->no, p->id, p->version,
			    prop_name[i], p->base.prop[i].is_set ? "" : "absent ",
			    p->base.prop[i].t, want[i].is_set ? "" : "absent ", want[i].t);
}

void
client_compare(struct client *c)
{
	size_t row_n, matched = 0;
	const struct src *row = world_rows(c->door->world, &row_n);

	for (size_t i = 0; i < row_n; i++) {
		const struct copy *found = NULL;

		if (!src_in_view(&row[i]))
			continue;
		for (size_t k = 0; k < c->n; k++) {
			struct copy *p = &c->copy[k];

			if (!val_eq(&p->base.col[COL_CODE], &row[i].col[COL_CODE]))
				continue;
			if (found)
				FAIL(c, "doubled", "client %d has row %s as items %u and %u", c->no,
				    row[i].col[COL_CODE].t, found->id, p->id);
			found = p;
		}
		matched += found != NULL;
		if (found)
			compare_row(c, found, &row[i]);
		else if (!src_is_bad(&row[i]))
			FAIL(c, "convergence", "client %d lacks row %s (%s)", c->no,
			    row[i].col[COL_CODE].t, row[i].col[COL_TITLE].t);
	}
	for (size_t k = 0; k < c->n && matched < c->n; k++) {
		bool is_there = false;

		for (size_t i = 0; i < row_n && !is_there; i++)
			is_there = src_in_view(&row[i]) && val_eq(&row[i].col[COL_CODE],
			    &c->copy[k].base.col[COL_CODE]);
		if (!is_there)
			FAIL(c, "convergence", "client %d keeps item %u (row %s), which is gone",
			    c->no, c->copy[k].id, c->copy[k].base.col[COL_CODE].t);
	}
}
