/*
 * client_pull.c -- the model's fetch: the page loop of a first download and the
 * difference loop, with answers that get lost.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "client.h"

static uint64_t
token_number(const char *token)
{
	const char *at = strrchr(token, ';');

	return at ? strtoull(at + 1, NULL, 10) : 0;
}

/* Our own change, come back by another way. */
static bool
is_echo(const struct copy *p, const struct wire_row *r)
{
	return p->push && p->push->history[0] && strcmp(p->push->history, r->history) == 0;
}

static struct copy *
copy_for(struct client *c, const struct wire_row *r)
{
	struct copy *p = copy_of(c, r->id);

	if (p)
		return p;
	/* A New of ours whose answer was lost: some clients know it again, some wait. */
	for (size_t i = 0; i < c->n; i++)
		if (c->copy[i].id == 0 && c->copy[i].push && c->copy[i].ref[0] &&
		    strcmp(c->copy[i].ref, r->c.prop[PROP_REF].t) == 0 &&
		    chance_in(c->chance, 500))
			return &c->copy[i];
	return NULL;
}

static void
take_row(struct client *c, const struct wire_row *r)
{
	struct copy *p = copy_for(c, r);

	c->moved = true;
	c->newest = r->id;
	if (grave_has(c, r->id))
		FAIL(c, "deleted-returns", "client %d got item %u, which it was told is deleted",
		    c->no, r->id);
	if (!p) {
		p = copy_new(c);
		copy_take(p, r);
		p->is_met = true;
		return;
	}
	p->is_met = true;
	if (p->id && r->version < p->version && !c->may_reset)
		FAIL(c, "version-back", "client %d has item %u version %u and got version %u",
		    c->no, p->id, p->version, r->version);
	if (p->id && !guid_eq(&(struct guid){ 0 }, &r->guid) && p->version == r->version &&
	    memcmp(&p->base, &r->c, sizeof(r->c)) == 0 && !p->push) {
		memcpy(p->history, r->history, sizeof(p->history));
		return; /* nothing new: local edits stay */
	}
	if (is_echo(p, r) && !p->is_dropped) {
		bool is_edited = memcmp(&p->mine, &p->push->c, sizeof(p->mine)) != 0;
		struct content mine = p->mine;

		copy_take(p, r);
		if (is_edited) {
			p->mine = mine;
			p->is_dirty = true;
		}
	} else if (copy_is_clean(p)) {
		copy_take(p, r);
	} else {
		client_resolve(c, p, r);
	}
}

static void
take_gone(struct client *c, uint32_t id)
{
	struct copy *p = copy_of(c, id);

	grave_dig(c, id);
	if (!p)
		return;
	c->moved = true;
	copy_remove(c, p);
}

static void
check_answer(struct client *c, const struct pull_answer *a, uint64_t since)
{
	for (size_t i = 0; i < a->row_n; i++) {
		judge_row(c->judge, c->door->world, since, &a->row[i]);
		for (size_t k = 0; k < i; k++)
			if (a->row[k].id == a->row[i].id)
				FAIL(c, "doubled", "item %u stands twice in one answer",
				    a->row[i].id);
		for (size_t k = 0; k < a->gone_n; k++)
			if (a->gone[k] == a->row[i].id)
				FAIL(c, "delete-and-row", "item %u is deleted and sent in one answer",
				    a->row[i].id);
	}
}

/* ---- first download ---- */

static void
begin_paging(struct client *c)
{
	c->is_paging = true;
	c->cursor[0] = '\0';
	c->is_descending = chance_in(c->chance, 300);
	c->limit = chance_in(c->chance, 200) ? 0 : 1 + chance_below(c->chance, 9);
}

/* What the download did not hold is gone. */
static void
end_paging(struct client *c)
{
	for (size_t i = c->n; i-- > 0;)
		if (c->copy[i].id && !c->copy[i].is_met) {
			c->moved = true;
			copy_remove(c, &c->copy[i]);
		}
	c->is_paging = false;
	c->cursor[0] = '\0';
	memcpy(c->token, c->first_token, sizeof(c->token));
	c->number = token_number(c->token);
	c->may_restart = c->may_reset = false;
}

static void
check_page(struct client *c, const struct pull_answer *a)
{
	uint32_t last = c->last_id;

	if (c->limit && a->row_n > c->limit)
		FAIL(c, "page-size", "%zu rows, at most %u were asked for", a->row_n, c->limit);
	if (a->cursor[0] && (!c->limit || a->row_n != c->limit))
		FAIL(c, "page-size", "%zu rows and another page, %u rows were asked for",
		    a->row_n, c->limit);
	if (a->gone_n || a->has_more)
		FAIL(c, "page-form", "a first download with deletions or \"more\"");
	for (size_t i = 0; i < a->row_n; i++) {
		uint32_t id = a->row[i].id;

		if (last && (c->is_descending ? id >= last : id <= last))
			FAIL(c, "page-order", "item %u behind item %u", id, last);
		last = id;
	}
	if (c->cursor[0] && strcmp(a->token, c->first_token) != 0)
		FAIL(c, "page-token", "page 1 gave %s, a later page %s", c->first_token, a->token);
}

static bool
take_page(struct client *c, const struct pull_answer *a)
{
	if (!c->cursor[0])
		memcpy(c->first_token, a->token, sizeof(c->first_token));
	check_page(c, a);
	for (size_t i = 0; i < a->row_n; i++)
		take_row(c, &a->row[i]);
	if (a->row_n)
		c->last_id = a->row[a->row_n - 1].id;
	memcpy(c->cursor, a->cursor, sizeof(c->cursor));
	if (a->cursor[0])
		return false;
	end_paging(c);
	return false; /* the difference since page 1 comes next */
}

/* ---- difference ---- */

/*
 * A complete answer holds all that was committed before it was asked for. What
 * changes meanwhile may come with the next one.
 */
static void
check_fresh(struct client *c)
{
	struct world *w = c->door->world;
	size_t n;
	const struct src *row;
	char is[160];

	for (size_t i = 0; i < c->n; i++) {
		const struct copy *p = &c->copy[i];

		const char *key = p->base.col[COL_CODE].t;

		if (!p->id || !world_is_steady(w, key, c->fetch_begun) ||
		    !judge_is_steady(c->judge, p->id, c->fetch_begun) ||
		    world_was(w, key, c->fetch_begun, p->base.col))
			continue;
		cols_text(is, sizeof(is), p->base.col);
		FAIL(c, "stale", "client %d has all there is, and item %u version %u as %s, which "
		    "the source gave up before the fetch began", c->no, p->id, p->version, is);
	}
	row = world_rows(w, &n);
	for (size_t i = 0; i < n; i++) {
		const char *key = row[i].col[COL_CODE].t;
		bool is_there = !src_in_view(&row[i]) || src_is_bad(&row[i]) ||
		    !world_is_steady(w, key, c->fetch_begun) ||
		    !judge_key_is_steady(c->judge, &row[i].col[COL_CODE], c->fetch_begun);

		for (size_t k = 0; k < c->n && !is_there; k++)
			is_there = val_eq(&c->copy[k].base.col[COL_CODE], &row[i].col[COL_CODE]);
		if (!is_there)
			FAIL(c, "stale", "client %d has all there is, but not row %s", c->no, key);
	}
}

static bool
take_difference(struct client *c, const struct pull_answer *a)
{
	uint64_t number = token_number(a->token);

	if (a->cursor[0])
		FAIL(c, "page-form", "a difference with a paging position");
	if (a->row_n > c->door->page_rows || (c->limit && a->row_n > c->limit))
		FAIL(c, "page-size", "%zu rows of a difference", a->row_n);
	if (number < c->number)
		FAIL(c, "token-back", "client %d sent %" PRIu64 " and got %" PRIu64, c->no,
		    c->number, number);
	if (a->has_more && number == c->number)
		FAIL(c, "liveness", "\"more\" and the same token");
	for (size_t i = 0; i < a->row_n; i++)
		take_row(c, &a->row[i]);
	for (size_t i = 0; i < a->gone_n; i++)
		take_gone(c, a->gone[i]);
	c->number = number;
	memcpy(c->token, a->token, sizeof(c->token));
	return !a->has_more;
}

/* Tokens that are not ours: another list's, rubbish, one from the future. */
static void
try_wrong_token(struct client *c)
{
	static const char *const wrong[] = {
		"1;3;01020304-0506-0708-090a-0b0c0d0e0f10;638000000000000000;1",
		"1;3;03142536-4758-697a-8b9c-adbecfe0f102;638000000000000000;1",
		"1;3;03142536-4758-697a-8b9c-adbecfe0f102;638000000000000000;99999999",
		"1;3;03142536-4758-697a-8b9c-adbecfe0f102;638000000000000000;", "1;3;x", "token",
		"1;3;03142536-4758-697a-8b9c-adbecfe0f102;638000000000000000;18446744073709551616",
	};
	unsigned i = chance_below(c->chance, sizeof(wrong) / sizeof(wrong[0]));
	struct pull_request q = { .token = wrong[i], .cursor = "" };
	struct pull_answer *a = c->answer;

	door_pull(c->door, c->login, &q, a);
	if (a->outcome == E_UNAVAILABLE)
		return;
	if (i < 3 ? a->outcome != OK || !a->is_restart || a->row_n || a->gone_n
		  : a->outcome != E_INVALID)
		FAIL(c, "token", "token \"%s\" was answered with %s, restart %d, %zu rows",
		    wrong[i], outcome_name(a->outcome), a->is_restart, a->row_n);
}

static void
trace(const struct client *c, const struct pull_request *q, const struct pull_answer *a)
{
	if (c->door->is_traced)
		printf("    client %d fetched with %s%s: %s, %zu rows, %zu gone%s, token %s\n", c->no,
		    q->token, q->cursor, a->is_restart ? "restart" : outcome_name(a->outcome),
		    a->row_n, a->gone_n, a->has_more ? ", more" : "", a->token);
}

/* Page 1 of a download, or page 1 again. */
static void
prepare_page(struct client *c)
{
	if (c->token[0])
		return;
	if (!c->is_paging || (c->loss && chance_in(c->chance, 50)))
		begin_paging(c);
	if (c->cursor[0])
		return;
	c->last_id = 0;
	for (size_t i = 0; i < c->n; i++)
		c->copy[i].is_met = false;
}

/* What is no list of changes. True: it has been dealt with. */
static bool
take_failure(struct client *c, const struct pull_answer *a)
{
	if (a->outcome == OK || a->outcome == E_UNAVAILABLE)
		return a->outcome != OK;
	if (a->outcome == E_INVALID && c->cursor[0] && !c->token[0] && c->may_restart)
		client_resync(c);
	else
		FAIL(c, "outcome", "a fetch by client %d: %s (%s)", c->no,
		    outcome_name(a->outcome), a->text);
	return true;
}

bool
client_fetch(struct client *c)
{
	struct pull_answer *a = c->answer;
	uint64_t begun = world_time(c->door->world);
	bool is_exact = c->door->is_exact;
	struct pull_request q;

	if (!door_is_free(c->door))
		return false;
	if (c->loss && chance_in(c->chance, 20)) {
		try_wrong_token(c);
		return false;
	}
	prepare_page(c);
	q = (struct pull_request){ .token = c->token, .cursor = c->cursor, .limit = c->limit,
	    .is_descending = c->is_descending };
	door_pull(c->door, c->login, &q, a);
	trace(c, &q, a);
	if (take_failure(c, a))
		return false;
	check_answer(c, a, begun);
	if (chance_in(c->chance, c->loss)) /* the answer is lost */
		return false;
	if (a->is_restart) {
		if (!c->may_restart)
			FAIL(c, "token", "client %d was told to start again with %s", c->no,
			    c->token);
		client_resync(c);
		return false;
	}
	c->fetch_begun = begun;
	if (!c->token[0])
		return take_page(c, a);
	if (!take_difference(c, a))
		return false;
	if (is_exact && c->door->is_exact)
		check_fresh(c);
	return true;
}
