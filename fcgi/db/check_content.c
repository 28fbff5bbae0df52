/*
 * check_content.c -- a document library: where its content is, how much of it the
 * column and the server can hold, and whether two rows are one file.
 */
#include "checking.h"

#define SHOWN 5

/* What a BLOB of that type holds; 0: more than this server takes. */
static uint64_t
capacity(const char *type)
{
	static const struct {
		const char *type;
		uint64_t bytes;
	} types[] = {
		{ "tinyblob", 255 }, { "blob", 65535 }, { "mediumblob", 16 * MIB - 1 },
	};

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(types[i].type, type) == 0)
			return types[i].bytes;
	return 0;
}

/* The column with the content, in this view or its own; NULL: a problem. */
static enum outcome
find_content(struct check *c, const struct column *col, const struct dba_column **out,
    struct err *e)
{
	const struct ini_entry *at = check_at(c, "source", "content_view");
	const struct list *l = c->l;
	struct dba_column *there = NULL;
	size_t n = 0;
	enum outcome rc;

	*out = dba_column(c->column, c->column_n, col->name);
	if (!l->content_view)
		return OK;
	rc = dba_columns(&c->d, l->content_schema, l->content_view, &there, &n, e);
	*out = NULL;
	if (rc == OK && !n)
		CHECK_ERROR(c, at, "there is no view %s.%s", l->content_schema, l->content_view);
	if (rc != OK || !n)
		return rc;
	for (size_t k = 0; k <= l->key_n; k++) {
		const char *name = k < l->key_n ? l->key[k] : col->name;

		if (dba_column(there, n, name))
			continue;
		CHECK_ERROR(c, at, "%s.%s has no column \"%s\"; it needs the columns of the key "
		    "and that of the content%s", l->content_schema, l->content_view, name,
		    check_near(c, there, n, name));
		return OK;
	}
	*out = dba_column(there, n, col->name);
	return OK;
}

static enum outcome
check_room(struct check *c, const struct column *col, const struct dba_column *found,
    struct err *e)
{
	uint64_t fits = capacity(found->type.data), packet;
	struct rows r;
	enum outcome rc;

	if (fits && fits < LIMIT_FILE_BYTES)
		CHECK_WARN(c, check_field(c, col), "column \"%s\" is of type %s, which holds at "
		    "most %llu bytes; documents of up to %d MiB need a LONGBLOB", col->name,
		    found->type.full, (unsigned long long)fits, LIMIT_FILE_BYTES / MIB);
	rc = dba_ask(&c->d, &r, "SELECT @@GLOBAL.max_allowed_packet", NULL, 0, e);
	packet = rc == OK && r.n ? rows_number(&r, 0, 0) : LIMIT_FILE_BYTES;
	if (packet < LIMIT_FILE_BYTES)
		CHECK_WARN(c, check_field(c, col), "MariaDB takes at most %llu bytes as one value "
		    "(max_allowed_packet); documents of up to %d MiB can be saved when it is "
		    "raised to %d or more", (unsigned long long)packet, LIMIT_FILE_BYTES / MIB,
		    LIMIT_FILE_BYTES);
	return rc;
}

/* Clients know a file by its address: of two with one path, one is left out. */
static enum outcome
check_paths(struct check *c, struct err *e)
{
	int name = list_column(c->l, FIELD_FILE_NAME), folder = list_column(c->l, FIELD_FOLDER);
	const char *file, *dir;
	struct rows r;
	enum outcome rc;

	if (name < 0)
		return OK;
	file = dba_name(c->d.arena, c->l->column[name].name);
	dir = folder < 0 ? "''" : dba_name(c->d.arena, c->l->column[folder].name);
	rc = dba_ask(&c->d, &r, arena_fmt(c->d.arena, "SELECT %s, %s, COUNT(*) FROM %s GROUP BY "
	    "BINARY %s, BINARY IFNULL(%s, '') HAVING COUNT(*) > 1 LIMIT %d", dir, file,
	    dba_place(c->d.arena, c->l->schema, c->l->view), file, dir, SHOWN).p, NULL, 0, e);
	for (size_t i = 0; rc == OK && i < r.n; i++)
		CHECK_WARN(c, check_field(c, &c->l->column[name]), "%s rows are the file \"%s\" in "
		    "the folder \"%s\"; clients see the first of them only", rows_text(&r, i, 2),
		    rows_text(&r, i, 1), rows_text(&r, i, 0));
	return rc;
}

enum outcome
check_content(struct check *c, struct err *e)
{
	int at = list_column(c->l, FIELD_CONTENT);
	const struct dba_column *found = NULL;
	const struct column *col;
	enum outcome rc;

	if (at < 0)
		return OK;
	col = &c->l->column[at];
	rc = find_content(c, col, &found, e);
	if (rc != OK || !found)
		return rc;
	if (found->type.class != COLUMN_BINARY) {
		CHECK_ERROR(c, check_field(c, col), "column \"%s\" is of type %s; the content of "
		    "documents needs a BLOB, best a LONGBLOB", col->name, found->type.full);
		return OK;
	}
	rc = check_room(c, col, found, e);
	return rc == OK ? check_paths(c, e) : rc;
}
