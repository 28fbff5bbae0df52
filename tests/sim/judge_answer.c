/*
 * judge_answer.c -- what must be true of every answer.
 */
#include "judge.h"

static void
check_version_bag(struct judge *j, const struct wire_row *r)
{
	uint64_t name = ((uint64_t)r->id << 32) | r->version;
	size_t at = (size_t)(name * UINT64_C(0x9E3779B97F4A7C15) >> 48);

	if (j->seen_n > SEEN_N / 2) {
		memset(j->seen, 0, SEEN_N * sizeof(*j->seen));
		j->seen_n = 0;
	}
	while (j->seen[at].name && j->seen[at].name != name)
		at = (at + 1) % SEEN_N;
	if (!j->seen[at].name) {
		j->seen[at].name = name;
		memcpy(j->seen[at].prop, r->c.prop, sizeof(r->c.prop));
		j->seen_n++;
	} else if (!judge_props_eq(j->seen[at].prop, r->c.prop)) {
		FAIL(j, "two-bags", "item %u version %u was shown with two bags", r->id,
		    r->version);
	}
}

void
judge_row(struct judge *j, struct world *w, uint64_t since, const struct wire_row *r)
{
	char is[160];

	check_version_bag(j, r);
	if (world_was(w, r->c.col[COL_CODE].t, since, r->c.col))
		return;
	cols_text(is, sizeof(is), r->c.col);
	FAIL(j, "untrue-row", "item %u version %u was shown as %s, which the source did not "
	    "hold at that time", r->id, r->version, is);
}

static void
check_kept(struct judge *j, const struct push *p, const struct wire_row *r)
{
	for (size_t i = 0; i < COL__N; i++) {
		struct val stored = val_stored(i, p->c.col[i]);

		if (p->has_col[i] && !judge_same(&stored, &r->c.col[i]) &&
		    !judge_same(&p->c.col[i], &r->c.col[i]))
			FAIL(j, "lost-write", "push %u on item %u was acknowledged, nothing was "
			    "written, and column %zu is \"%s\" and not \"%s\"", p->serial, r->id, i,
			    r->c.col[i].t, p->c.col[i].t);
	}
	for (size_t i = 0; i < PROP__N; i++)
		if (p->has_prop[i] && i != PROP_REF && !val_eq(&p->c.prop[i], &r->c.prop[i]))
			FAIL(j, "lost-write", "push %u on item %u was acknowledged, nothing was "
			    "written, and property %s is \"%s\" and not \"%s\"", p->serial, r->id,
			    prop_name[i], r->c.prop[i].t, p->c.prop[i].t);
}

/* The version that this request has made: what the client had, with what it sent. */
static void
check_merged(struct judge *j, const struct push *p, const struct wire_row *r)
{
	for (size_t i = 0; i < PROP_REF; i++) {
		const struct val *want = p->has_prop[i] ? &p->c.prop[i] : &p->kept[i];

		if (!val_eq(want, &r->c.prop[i]))
			FAIL(j, "bag-answer", "push %u made version %u of item %u with property %s "
			    "\"%s\", it should be \"%s\"", p->serial, r->version, r->id,
			    prop_name[i], r->c.prop[i].t, want->t);
	}
}

static void
check_refused(struct judge *j, const struct attempt *at, const struct push_answer *a)
{
	const struct push *p = at->push;

	/* "Gone" is true even of what this request has just made. */
	if ((at->source_n || at->raised_n) && a->outcome != E_NOT_FOUND)
		FAIL(j, "refused-but-applied", "push %u on item %u: %s (%s), but it was committed",
		    p->serial, p->id, outcome_name(a->outcome), a->text);
	if (a->outcome != E_CONFLICT)
		return;
	if (!a->has_item)
		FAIL(j, "conflict-row", "push %u: a conflict without the current row", p->serial);
	else if (p->command != COMMAND_NEW && a->row.version <= p->expected)
		FAIL(j, "conflict-row", "push %u on item %u expected version %u, conflict with "
		    "version %u", p->serial, p->id, p->expected, a->row.version);
}

void
judge_push(struct judge *j, struct world *w, const struct attempt *at,
    const struct push_answer *a)
{
	struct push *p = at->push;

	if (at->source_n > 1 || at->raised_n > 1)
		FAIL(j, "applied-twice", "push %u on item %u was applied twice by one request",
		    p->serial, p->id);
	if (p->commits > 1 && (p->expected || p->command != COMMAND_UPDATE))
		FAIL(j, "applied-twice", "push %u on item %u was applied %u times", p->serial,
		    p->id, p->commits);
	if (a->has_item)
		judge_row(j, w, at->begun, &a->row);
	switch (a->outcome) {
	case E_CONFLICT: case E_NOT_FOUND: case E_INVALID:
		check_refused(j, at, a);
		return;
	case E_UNAVAILABLE:
		return;
	case OK:
		break;
	case E_DENIED: case E_LIMIT: case E_RETRY: case E_UNCERTAIN: case E_FAILED:
	case OUTCOME__MAX:
		FAIL(j, "outcome", "push %u on item %u: %s (%s)", p->serial, p->id,
		    outcome_name(a->outcome), a->text);
		return;
	}
	if (p->command == COMMAND_DELETE) {
		if (!p->commits)
			FAIL(j, "lost-write", "Delete %u of item %u was acknowledged and not done",
			    p->serial, p->id);
		return;
	}
	if (!a->has_item)
		FAIL(j, "no-row", "push %u succeeded without a row", p->serial);
	if (!p->commits)
		check_kept(j, p, &a->row);
	else if (at->raised_n && p->expected && a->row.version == p->expected + 1)
		check_merged(j, p, &a->row);
}
