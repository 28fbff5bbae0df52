/*
 * check_files.c -- [attachments]: the table is there, its columns hold what they
 * must, it is found by its index, and its changes are noticed.
 */
#include "checking.h"

/* What a BLOB of that type holds; 0: any file that is accepted here. */
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

static const struct dba_column *
need(struct check *c, const struct dba_column *column, size_t n, const char *key, const char *name)
{
	const struct file_table *f = &c->l->files;
	const struct dba_column *found = name ? dba_column(column, n, name) : NULL;

	if (name && !found)
		CHECK_ERROR(c, check_at(c, "attachments", key), "%s.%s has no column \"%s\"%s",
		    f->schema, f->table, name, check_near(c, column, n, name));
	return found;
}

static void
check_columns(struct check *c, const struct dba_column *column, size_t n)
{
	const struct file_table *f = &c->l->files;
	const struct dba_column *name = need(c, column, n, "name", f->name);
	const struct dba_column *content = need(c, column, n, "content", f->content);
	uint64_t most;

	for (size_t i = 0; i < f->key_n; i++)
		(void)need(c, column, n, "item", f->key[i]);
	(void)need(c, column, n, "modified", f->modified);
	if (name && name->type.class != COLUMN_TEXT)
		CHECK_ERROR(c, check_at(c, "attachments", "name"), "column \"%s\" is of type %s; "
		    "expected text", f->name, name->type.full);
	if (!content)
		return;
	if (content->type.class != COLUMN_BINARY)
		CHECK_ERROR(c, check_at(c, "attachments", "content"), "column \"%s\" is of type %s, "
		    "which changes or loses bytes; expected a BLOB", f->content, content->type.full);
	most = capacity(content->type.data);
	if (most)
		CHECK_WARN(c, check_at(c, "attachments", "content"), "column \"%s\" is of type %s and "
		    "holds %llu bytes; a larger file is refused. LONGBLOB holds any that is "
		    "accepted here (%d MiB)", f->content, content->type.full,
		    (unsigned long long)most, LIMIT_FILE_BYTES / MIB);
}

static enum outcome
check_index(struct check *c, struct err *e)
{
	const struct file_table *f = &c->l->files;
	const char *of[] = { f->schema, f->table, f->key[0] };
	struct rows r;
	enum outcome rc = dba_ask(&c->d, &r, "SELECT 1 FROM information_schema.statistics WHERE "
	    "table_schema = ? AND table_name = ? AND seq_in_index = 1 AND column_name = ? LIMIT 1",
	    of, 3, e);

	if (rc == OK && !r.n)
		CHECK_WARN(c, check_at(c, "attachments", "item"), "no index of %s.%s begins with "
		    "\"%s\": each look at one item's files reads the whole table", f->schema,
		    f->table, f->key[0]);
	return rc;
}

/* A reference to the rows that holds them fast: clients cannot delete an item that has files. */
static enum outcome
check_reference(struct check *c, struct err *e)
{
	const struct file_table *f = &c->l->files;
	const char *of[] = { f->schema, f->table, f->key[0] };
	struct rows r;
	enum outcome rc;

	if (!(c->l->allow & ALLOW_DELETE) || c->l->delete_set)
		return OK;
	rc = dba_ask(&c->d, &r, "SELECT DISTINCT r.constraint_name, r.referenced_table_name "
	    "FROM information_schema.referential_constraints r "
	    "JOIN information_schema.key_column_usage k ON k.constraint_schema = "
	    "r.constraint_schema AND k.constraint_name = r.constraint_name AND k.table_name = "
	    "r.table_name WHERE r.constraint_schema = ? AND r.table_name = ? AND k.column_name = ? "
	    "AND r.delete_rule IN ('RESTRICT', 'NO ACTION')", of, 3, e);
	for (size_t i = 0; rc == OK && i < r.n; i++)
		CHECK_WARN(c, check_at(c, "attachments", "table"), "the foreign key %s to %s has no "
		    "ON DELETE CASCADE: clients cannot delete an item that has files",
		    rows_text(&r, i, 0), rows_text(&r, i, 1));
	return rc;
}

static void
check_noticed(struct check *c)
{
	const struct list *l = c->l;

	if (l->track != TRACK_TRIGGERS)
		return;
	for (size_t i = 0; i < l->tracked_n; i++)
		if (strcasecmp(l->tracked[i].schema, l->files.schema) == 0 &&
		    strcasecmp(l->tracked[i].table, l->files.table) == 0)
			return;
	CHECK_WARN(c, check_at(c, "track", "tables"), "does not name the table of files: what SQL "
	    "changes there is noticed by the scan every %lld seconds only; add %s.%s:%s",
	    (long long)l->scan_every_s, l->files.schema, l->files.table, l->files.key[0]);
}

enum outcome
check_files(struct check *c, struct err *e)
{
	const struct file_table *f = &c->l->files;
	struct dba_column *column = NULL;
	size_t n = 0;
	enum outcome rc;

	if (!f->table)
		return OK;
	rc = dba_columns(&c->d, f->schema, f->table, &column, &n, e);
	if (rc != OK)
		return rc;
	if (!n) {
		CHECK_ERROR(c, check_at(c, "attachments", "table"), "there is no table %s.%s",
		    f->schema, f->table);
		return OK;
	}
	check_columns(c, column, n);
	check_noticed(c);
	rc = check_reference(c, e);
	return rc == OK ? check_index(c, e) : rc;
}
