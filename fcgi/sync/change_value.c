/*
 * change_value.c -- what a change says: its digest, which of its values are
 * news, and whether the database took them.
 */
#include "change.h"

#include "history.h"
#include "utf8.h"

/* ---- the digest of a change ---- */

static void
digest_str(struct hash *h, struct str s)
{
	uint64_t n = s.p ? s.n : UINT64_MAX;

	hash_add(h, &n, sizeof(n));
	if (s.p)
		hash_add(h, s.p, s.n);
}

/* What makes two uploads the same upload: who, where, which, expecting what, saying what. */
void
change_digest(struct change_run *r)
{
	struct hash *h = r->g->hash;
	const struct command_request *c = r->c;
	uint64_t head[] = { c->command, c->id, c->expected, c->cell_n, c->property_n };
	unsigned char chance[16];

	hash_start(h);
	hash_add(h, head, sizeof(head));
	hash_add(h, r->l->id.b, sizeof(r->l->id.b));
	digest_str(h, r->who->login);
	digest_str(h, c->ref);
	digest_str(h, c->history);
	for (size_t i = 0; i < c->cell_n; i++) {
		digest_str(h, str_of(column_label(&r->l->column[c->cell[i].column])));
		digest_str(h, c->cell[i].value);
	}
	for (size_t i = 0; i < c->property_n; i++) {
		digest_str(h, c->property[i].name);
		digest_str(h, c->property[i].value);
	}
	if (c->command == COMMAND_NEW && c->ref.n == 0) {
		/* Two equal rows may be meant as two: only this run knows itself again. */
		r->g->random(r->g->env, chance, sizeof(chance));
		hash_add(h, chance, sizeof(chance));
	}
	hash_end(h, r->digest);
}

/* ---- values ---- */

static bool
is_empty(struct str s)
{
	return !s.p || s.n == 0;
}

/* NULL and the empty string are one value to a client. */
static bool
same_value(struct str a, struct str b)
{
	return (is_empty(a) && is_empty(b)) || str_eq(a, b);
}

/*
 * What was sent is what a client was shown of the current value: characters
 * that no answer can carry were left out there, and their absence is no change.
 */
bool
change_says_nothing_new(struct change_run *r, struct str sent, struct str current)
{
	return same_value(sent, current) ||
	    (current.p && same_value(sent, utf8_xml_clean(r->g->arena, current)));
}

static const char *
cell_name(const struct change_run *r, const struct cell *cell)
{
	return column_label(&r->l->column[cell->column]);
}

/* The column gets another text, [values.X], which fits. */
static bool
is_translated(const struct column *c, struct str value)
{
	for (size_t i = 0; i < c->translation_n; i++)
		if (str_eq(c->translation[i].field, value))
			return true;
	return false;
}

static enum outcome
check_cell(struct change_run *r, const struct cell *cell)
{
	const struct column *column = &r->l->column[cell->column];
	size_t n;

	if (is_empty(cell->value) || !column->max_chars || column->class != COLUMN_TEXT)
		return OK;
	n = utf8_chars(cell->value);
	if (n <= column->max_chars || is_translated(column, cell->value))
		return OK;
	return err_set(r->e, E_INVALID, "The %s has %zu characters; at most %u can be kept. "
	    "Shorten it.", cell_name(r, cell), n, column->max_chars);
}

enum outcome
change_check(struct change_run *r)
{
	enum outcome o = OK;

	for (size_t i = 0; o == OK && i < r->c->cell_n; i++)
		o = check_cell(r, &r->c->cell[i]);
	return o;
}

/* The cells whose value differs from the row's, in the form to be written. */
struct cell *
change_cells(struct change_run *r, size_t *n)
{
	struct cell *out = ARENA_ARRAY(r->g->arena, struct cell, r->c->cell_n);

	*n = 0;
	for (size_t i = 0; i < r->c->cell_n; i++) {
		struct cell cell = r->c->cell[i];

		if (change_says_nothing_new(r, cell.value, r->row.value[cell.column]))
			continue;
		if (is_empty(cell.value))
			cell.value = r->l->column[cell.column].is_nullable ? STR_NULL : STR("");
		out[(*n)++] = cell;
	}
	return out;
}

static struct str
without_blanks_behind(struct str s)
{
	while (s.n && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

/*
 * A sent value that is still the old one was dropped by the view: never call that success.
 * Blanks at the end are another thing: there are columns that keep none.
 */
enum outcome
change_taken(struct change_run *r, const struct row *before, const struct cell *cell, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str old = before ? before->value[cell[i].column] : STR_NULL;

		if (same_value(without_blanks_behind(cell[i].value), old) ||
		    same_value(cell[i].value, old) ||
		    !same_value(r->row.value[cell[i].column], old))
			continue;
		return err_set(r->e, E_INVALID, "The %s cannot be changed here: the database "
		    "did not take the value. Nothing was saved.", cell_name(r, &cell[i]));
	}
	return OK;
}

struct str
change_sent_history(const struct change_run *r)
{
	return r->c->history.p && history_valid(r->c->history) ? r->c->history : STR_NULL;
}

void
change_raise(struct change_run *r, struct item *item)
{
	struct str sent = change_sent_history(r);

	item->history = sent.p ? sent : history_bump(r->g->arena, item->history, &r->l->id);
	item->version++;
}
