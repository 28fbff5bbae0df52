/*
 * check_people.c -- [users] of owsd.ini against its table: columns that are not
 * there, numbers that are none, questions without an index.
 */
#include "check.h"

#include "checking.h"

#define ARENA_BYTES (8 * MIB)

struct checking_people {
	struct dba d;
	const struct people_conf *c;
	const char *file;
	struct ini_problems *p;
	const struct dba_column *column;
	size_t n;
};

static const struct ini_entry *
at_key(struct checking_people *k, const char *key)
{
	struct ini_entry *at = ARENA_NEW(k->p->arena, struct ini_entry);

	*at = (struct ini_entry){ .section = "users", .key = key };
	return at;
}

static const struct dba_column *
need(struct checking_people *k, const char *key, const char *name)
{
	const struct dba_column *found = *name ? dba_column(k->column, k->n, name) : NULL;

	if (!found && *name)
		ini_problem(k->p, k->file, at_key(k, key), "%s.%s has no column \"%s\"",
		    k->c->schema, k->c->view, arena_dup(k->p->arena, str_of(name)).p);
	return found;
}

/* A table whose column no index begins with is read as a whole, for every person. */
static enum outcome
check_index(struct checking_people *k, const char *key, const char *name, struct err *e)
{
	const char *of[] = { name, k->c->schema, k->c->view };
	struct rows r;
	enum outcome rc = *name ? dba_ask(&k->d, &r, "SELECT (SELECT COUNT(*) FROM "
	    "information_schema.statistics WHERE table_schema = t.table_schema AND table_name = "
	    "t.table_name AND seq_in_index = 1 AND column_name = ?) FROM "
	    "information_schema.tables t WHERE t.table_schema = ? AND t.table_name = ? AND "
	    "t.table_type = 'BASE TABLE'", of, 3, e) : E_NOT_FOUND;

	if (rc == OK && r.n && !rows_number(&r, 0, 0))
		ini_warning(k->p, k->file, at_key(k, key), "no index of %s.%s begins with \"%s\": "
		    "each person costs a look at all of them", k->c->schema, k->c->view, name);
	return rc == E_NOT_FOUND ? OK : rc;
}

static enum outcome
check_columns(struct checking_people *k, struct err *e)
{
	const struct dba_column *id = need(k, "id", k->c->id);
	enum outcome rc;

	if (id && id->type.class != COLUMN_INTEGER)
		ini_problem(k->p, k->file, at_key(k, "id"), "column \"%s\" is of type %s; expected "
		    "whole numbers from 1", k->c->id, arena_dup(k->p->arena,
		    str_of(id->type.full)).p);
	if (!need(k, "login", k->c->login) || !id)
		return OK;
	(void)need(k, "name", k->c->name);
	rc = check_index(k, "id", k->c->id, e);
	if (rc == OK)
		rc = check_index(k, "login", k->c->login, e);
	return rc == OK && need(k, "mail", k->c->mail) ? check_index(k, "mail", k->c->mail, e) : rc;
}

enum outcome
check_people(const struct store_conf *admin, const struct people_conf *c, const char *file,
    struct ini_problems *p, struct err *e)
{
	struct checking_people k = { .c = c, .file = file, .p = p };
	struct dba_column *column = NULL;
	struct arena a;
	enum outcome rc;

	arena_init(&a, ARENA_BYTES);
	rc = dba_open(&k.d, admin, &a, NULL, e);
	if (rc == OK)
		rc = dba_columns(&k.d, c->schema, c->view, &column, &k.n, e);
	k.column = column;
	if (rc == OK && !k.n)
		ini_problem(p, file, at_key(&k, "view"), "there is no table or view %s.%s",
		    c->schema, c->view);
	else if (rc == OK)
		rc = check_columns(&k, e);
	dba_close(&k.d);
	arena_clear(&a);
	return rc;
}
