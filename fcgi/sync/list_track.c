/*
 * list_track.c -- values of a provider file that name places in the database:
 * view, key, tracked tables.
 */
#include "list_read.h"

#include "utf8.h"

#define NAME_MAX_CHARS 64 /* of a MariaDB identifier */

/* `name` in backticks or not. */
static struct str
unquote(struct str s)
{
	s = str_trim(s);
	if (s.n >= 2 && s.p[0] == '`' && s.p[s.n - 1] == '`')
		return (struct str){ s.p + 1, s.n - 2 };
	return s;
}

static bool
is_name(struct str s)
{
	if (!s.n || !utf8_valid(s) || utf8_chars(s) > NAME_MAX_CHARS)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7F || strchr("`'\"\\", s.p[i]))
			return false;
	return s.p[s.n - 1] != ' ';
}

bool
read_name(struct reader *r, const struct ini_entry *e, const char *what, struct str s,
    const char **out)
{
	s = unquote(s);
	if (!is_name(s)) {
		READ_PROBLEM(r, e, "\"%.*s\" cannot be the name of a %s; expected 1 to %d "
		    "characters without quotes, backslashes or control characters",
		    STR_ARG(s), what, NAME_MAX_CHARS);
		return false;
	}
	*out = arena_dup(r->arena, s).p;
	return true;
}

/* schema.name */
static bool
place(struct reader *r, const struct ini_entry *e, const char *what, struct str s,
    const char **schema, const char **name)
{
	struct str rest, head = str_cut(s, '.', &rest);

	if (!rest.p || memchr(rest.p, '.', rest.n)) {
		READ_PROBLEM(r, e, "\"%.*s\" does not say where the %s is; expected "
		    "schema.%s, as in adventureworks.%s", STR_ARG(s), what, what,
		    strcmp(what, "view") == 0 ? "v_contacts" : "contact");
		return false;
	}
	return read_name(r, e, "schema", head, schema) && read_name(r, e, what, rest, name);
}

void
read_view(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	(void)k;
	(void)place(r, e, "view", e->value, &r->list->schema, &r->list->view);
}

void
read_content_view(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	(void)k;
	if (r->has_type && r->list->kind != KIND_DOCUMENTS)
		READ_PROBLEM(r, e, "holds the content of documents, and these are %s; take the "
		    "line out", kind_name(r->list->kind));
	else
		(void)place(r, e, "view", e->value, &r->list->content_schema,
		    &r->list->content_view);
}

/* Names between separators into an array of LIMIT_KEY_PARTS; their number, 0 with the problem said. */
static size_t
names(struct reader *r, const struct ini_entry *e, const char *what, struct str s, char separator,
    const char **out)
{
	struct str rest = s;
	size_t n = 0;

	while (rest.p) {
		struct str item = str_trim(str_cut(rest, separator, &rest));

		if (n == LIMIT_KEY_PARTS) {
			READ_PROBLEM(r, e, "\"%.*s\" has more than %d parts", STR_ARG(s),
			    LIMIT_KEY_PARTS);
			return 0;
		}
		if (!read_name(r, e, what, item, &out[n]))
			return 0;
		for (size_t i = 0; i < n; i++)
			if (strcasecmp(out[i], out[n]) == 0) {
				READ_PROBLEM(r, e, "names \"%s\" twice", out[n]);
				return 0;
			}
		n++;
	}
	return n;
}

void
read_key(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	(void)k;
	r->list->key_n = names(r, e, "column of the view", e->value, ',', r->list->key);
}

/* table:col, table:a+b, table:col->viewcol, table:* */
static bool
one_table(struct reader *r, const struct ini_entry *e, struct str s, struct tracked *t)
{
	struct str rest, table = str_trim(str_cut(s, ':', &rest));
	struct str columns = str_trim(rest);
	const char *arrow = NULL;

	if (!rest.p || !columns.n) {
		READ_PROBLEM(r, e, "\"%.*s\" does not say which column leads to the key; "
		    "expected schema.table:column", STR_ARG(s));
		return false;
	}
	if (!place(r, e, "table", table, &t->schema, &t->table))
		return false;
	if (str_eq(columns, STR("*")))
		return true;
	for (size_t i = 0; i + 1 < columns.n && !arrow; i++)
		if (columns.p[i] == '-' && columns.p[i + 1] == '>')
			arrow = columns.p + i;
	if (arrow) {
		struct str via = { arrow + 2, columns.n - (size_t)(arrow + 2 - columns.p) };

		columns.n = (size_t)(arrow - columns.p);
		if (!read_name(r, e, "column of the view", via, &t->via))
			return false;
	}
	t->part_n = names(r, e, "column of the table", columns, '+', t->part);
	return t->part_n > 0;
}

/* As many columns as the key has; the key is read before (order of the table of keys). */
static void
fits_key(struct reader *r, const struct ini_entry *e, struct str s, const struct tracked *t)
{
	size_t want = t->via ? 1 : r->list->key_n;

	if (!t->part_n || !want || t->part_n == want)
		return;
	if (t->via)
		READ_PROBLEM(r, e, "\"%.*s\" has %zu columns before the arrow; expected one",
		    STR_ARG(s), t->part_n);
	else
		READ_PROBLEM(r, e, "\"%.*s\" names %zu column(s), but [source] key has %zu; "
		    "expected as many, in the order of the key, joined by +", STR_ARG(s),
		    t->part_n, want);
}

void
read_tables(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	struct str rest = e->value, item;
	struct tracked *t;
	size_t n = 1, at = 0;

	(void)k;
	for (size_t i = 0; i < e->value.n; i++)
		n += e->value.p[i] == ',';
	t = ARENA_ARRAY(r->arena, struct tracked, n);
	while (read_item(&rest, &item)) {
		if (!one_table(r, e, item, &t[at]))
			continue;
		fits_key(r, e, item, &t[at]);
		at++;
	}
	r->list->tracked = t;
	r->list->tracked_n = at;
}

void
read_delete_from(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	struct tracked *t = ARENA_NEW(r->arena, struct tracked);

	(void)k;
	if (!one_table(r, e, e->value, t))
		return;
	if (!t->part_n || t->via)
		READ_PROBLEM(r, e, "\"%.*s\" does not name single rows; expected "
		    "schema.table:column", STR_ARG(e->value));
	fits_key(r, e, e->value, t);
	r->list->delete_from = t;
}

/* ---- [attachments] ---- */

void
read_file_table(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	(void)k;
	(void)place(r, e, "table", e->value, &r->list->files.schema, &r->list->files.table);
}

void
read_file_item(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	struct file_table *f = &r->list->files;

	(void)k;
	f->key_n = names(r, e, "column of the table", e->value, ',', f->key);
	if (f->key_n && r->list->key_n && f->key_n != r->list->key_n)
		READ_PROBLEM(r, e, "names %zu column(s), but [source] key has %zu; expected as many, "
		    "in the order of the key", f->key_n, r->list->key_n);
}

void
read_file_column(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	const char **to = (const char **)(void *)((char *)r->list + k->to);

	(void)read_name(r, e, "column of the table", e->value, to);
}

/* The section is whole or not there, and not for documents. */
void
read_files_agree(struct reader *r)
{
	static const char *const needed[] = { "table", "item", "name", "content" };
	const struct ini_section *s = ini_section(r->ini, "attachments");

	if (!s)
		return;
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (!ini_entry(s, needed[i]))
			READ_PROBLEM(r, read_place(r, "attachments", needed[i]), "is missing; "
			    "expected table, item, name and content");
	if (r->has_type && r->list->kind == KIND_DOCUMENTS)
		READ_PROBLEM(r, read_place(r, "attachments", "table"), "is for other lists: "
		    "documents are files themselves, and nothing is attached to them");
}
