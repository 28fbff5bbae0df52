/*
 * client_push.c -- the model's uploads: New, Update, Delete, replays of what got
 * no answer, the same request twice, conflicts.
 */
#include <stdio.h>
#include <stdlib.h>

#include "client.h"

static void
choose_fields(struct client *c, const struct copy *p, struct push *u)
{
	bool is_new = p->id == 0;
	bool is_all = is_new ? chance_in(c->chance, 500) : chance_in(c->chance, 400);

	for (size_t i = 0; i < COL__N; i++) {
		bool differs = !val_eq(&p->mine.col[i], &p->base.col[i]);

		u->has_col[i] = i != COL_CODE && (differs || is_all ||
		    (is_new && i == COL_TITLE));
	}
	for (size_t i = 0; i < PROP_REF; i++)
		u->has_prop[i] = !val_eq(&p->mine.prop[i], &p->base.prop[i]) ||
		    (is_all && p->mine.prop[i].is_set);
	u->has_prop[PROP_REF] = is_new;
}

/* What Outlook would send for this copy now. */
static void
compose(struct client *c, struct copy *p)
{
	struct push *u = calloc(1, sizeof(*u));

	if (!u)
		abort();
	free(p->push);
	p->push = u;
	u->command = p->is_dropped ? COMMAND_DELETE : p->id ? COMMAND_UPDATE : COMMAND_NEW;
	u->serial = (unsigned)c->no * 1000000 + ++c->serial;
	u->id = p->id;
	u->c = p->mine;
	memcpy(u->login, c->login, sizeof(u->login));
	memcpy(u->seen, p->base.col, sizeof(u->seen));
	memcpy(u->kept, p->base.prop, sizeof(u->kept));
	if (u->command == COMMAND_NEW) {
		memcpy(u->ref, p->ref, sizeof(u->ref));
		snprintf(u->history, sizeof(u->history), "%032x:1", 0);
	} else if (!chance_in(c->chance, u->command == COMMAND_DELETE ? 500 : 40)) {
		u->expected = p->version;
	}
	if (u->command == COMMAND_UPDATE && !chance_in(c->chance, 100))
		history_edit(u->history, p->history, c->guid);
	if (u->command == COMMAND_UPDATE && chance_in(c->chance, 30))
		snprintf(u->history, sizeof(u->history), "no history");
	if (u->command != COMMAND_DELETE)
		choose_fields(c, p, u);
}

static void
remember_echo(struct client *c, const struct push *u)
{
	if (u->expected == 0 && u->command == COMMAND_UPDATE)
		return; /* says "whatever is there now": again is another change */
	c->echo[c->echo_n++ % ECHOES] = *u;
}

/* The server's answer names an item that a fetch has brought already. */
static struct copy *
merge_doubles(struct client *c, struct copy *p, uint32_t id)
{
	struct copy *other = copy_of(c, id);

	if (!other || other == p)
		return p;
	copy_remove(c, other);
	return p == &c->copy[c->n] ? other : p; /* the last one has moved into its place */
}

static void
take_success(struct client *c, struct copy *p, const struct push_answer *a)
{
	uint32_t id = p->id;

	remember_echo(c, p->push);
	if (p->push->command == COMMAND_DELETE) {
		grave_dig(c, id);
		copy_remove(c, p);
		return;
	}
	p = merge_doubles(c, p, a->row.id);
	if (grave_has(c, a->row.id)) { /* made, and already deleted by somebody */
		copy_remove(c, p);
		return;
	}
	copy_take(p, &a->row);
	p->is_met = true;
}

static void
take_conflict(struct client *c, struct copy *p, const struct push_answer *a)
{
	bool is_own = p->push->history[0] && strcmp(p->push->history, a->row.history) == 0 &&
	    p->push->command == COMMAND_UPDATE;

	p = merge_doubles(c, p, a->row.id);
	if (p->is_dropped) { /* somebody edited what we deleted: keep his, or insist */
		bool again = chance_in(c->chance, 500);

		copy_take(p, &a->row);
		p->is_dropped = again;
		p->is_met = true;
		return;
	}
	p->is_met = true;
	if (is_own)
		copy_take(p, &a->row);
	else
		client_resolve(c, p, &a->row);
}

static void
take_refusal(struct client *c, struct copy *p, const struct push_answer *a)
{
	if (a->outcome == E_NOT_FOUND || p->id == 0) {
		copy_remove(c, p);
	} else {
		p->mine = p->base;
		p->is_dirty = p->is_dropped = false;
		free(p->push);
		p->push = NULL;
	}
	client_resync(c); /* as Outlook does after every refusal that is no conflict */
}

static void
trace(const struct client *c, const struct push *u, const struct push_answer *a)
{
	static const char *const verb[] = { "New", "Update", "Delete" };
	char is[160];

	if (!c->door->is_traced)
		return;
	cols_text(is, sizeof(is), a->has_item ? a->row.c.col : NULL);
	printf("    client %d push %u: %s %u, expected %u: %s, item %u version %u [%s] %s\n", c->no,
	    u->serial, verb[u->command], u->id, u->expected, outcome_name(a->outcome), a->row.id,
	    a->row.version, is, a->text);
}

static void
deliver(struct client *c, struct copy *p)
{
	struct push_answer a;
	struct attempt at;
	struct push *u = p->push;

	c->moved = true;
	c->flying = u;
	door_push(c->door, u, &a, &at);
	c->flying = NULL;
	trace(c, u, &a);
	judge_push(c->judge, c->door->world, &at, &a);
	if (chance_in(c->chance, c->loss))
		return;
	switch (a.outcome) {
	case OK:
		take_success(c, p, &a);
		return;
	case E_CONFLICT:
		if (a.has_item)
			take_conflict(c, p, &a);
		return;
	case E_NOT_FOUND: case E_INVALID:
		take_refusal(c, p, &a);
		return;
	case E_UNAVAILABLE: case E_DENIED: case E_LIMIT: case E_RETRY: case E_UNCERTAIN:
	case E_FAILED: case OUTCOME__MAX:
		return; /* later again; the judge has complained where it must */
	}
}

void
client_send_one(struct client *c, struct copy *p)
{
	compose(c, p);
	deliver(c, p);
}

void
client_send(struct client *c, unsigned most)
{
	for (size_t i = c->n; i-- > 0 && most;) {
		struct copy *p = &c->copy[i];
		bool is_edited;

		if (i >= c->n || copy_is_clean(p) || !door_is_free(c->door))
			continue;
		/* No answer so far: the very same again, or with what was edited since. */
		is_edited = !p->push || (p->is_dropped && p->push->command != COMMAND_DELETE) ||
		    (memcmp(&p->mine, &p->push->c, sizeof(p->mine)) != 0 &&
		    chance_in(c->chance, 500));
		if (p->is_dropped && p->id == 0) {
			/* Thrown away before the answer came: ask for the item's ID first. */
			is_edited = !p->push;
		}
		if (is_edited)
			compose(c, p);
		deliver(c, p);
		most--;
	}
}

/* ---- the same request again ---- */

static void
again(struct client *c, struct push *u, bool is_answered)
{
	struct push_answer a;
	struct attempt at;

	door_push(c->door, u, &a, &at);
	trace(c, u, &a);
	judge_push(c->judge, c->door->world, &at, &a);
	if (is_answered && (at.source_n || at.raised_n))
		FAIL(c, "replay", "push %u on item %u changed something when it came again",
		    u->serial, u->id);
}

void
client_echo(struct client *c)
{
	size_t n = c->echo_n < ECHOES ? c->echo_n : ECHOES;

	if (n && door_is_free(c->door))
		again(c, &c->echo[chance_below(c->chance, (unsigned)n)], true);
}

/* While the first one is still on its way. */
void
client_double(struct client *c)
{
	if (c->flying && door_is_free(c->door))
		again(c, c->flying, false);
}
