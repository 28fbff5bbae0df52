/*
 * status.c -- what the sync database knows of its lists, for the operator.
 */
#include "status.h"

#include "checking.h"
#include "people.h"

/* SQL of one number or text, with the database's name in front of the tables. */
static enum outcome
ask_list(struct dba *d, const struct list *l, struct list_status *out, struct err *e)
{
	const char *db = dba_name(d->arena, d->database);
	char guid[39];
	const char *of[] = { guid_fmt(&l->id, GUID_HEX, guid) };
	struct rows r;
	enum outcome rc = dba_ask(d, &r, arena_fmt(d->arena, "SELECT l.no, l.is_ready, l.live_n, "
	    "(SELECT COUNT(*) FROM %s.ows_item i WHERE i.list = l.no AND i.gone <> 0), l.head, "
	    "(SELECT COUNT(*) FROM %s.ows_inbox b WHERE b.list = l.no), "
	    "(SELECT COUNT(*) FROM %s.ows_bad x WHERE x.list = l.no), l.scanned, "
	    "UNIX_TIMESTAMP() FROM %s.ows_list l WHERE l.id = UNHEX(?)", db, db, db, db).p, of, 1,
	    e);

	if (rc != OK || !r.n)
		return rc;
	out->is_installed = true;
	out->no = (uint32_t)rows_number(&r, 0, 0);
	out->is_ready = rows_number(&r, 0, 1);
	out->items = rows_number(&r, 0, 2);
	out->tombstones = rows_number(&r, 0, 3);
	out->head = rows_number(&r, 0, 4);
	out->inbox = rows_number(&r, 0, 5);
	out->bad = rows_number(&r, 0, 6);
	out->scanned = maria_i64(str_of(rows_text(&r, 0, 7)));
	out->now = maria_i64(str_of(rows_text(&r, 0, 8)));
	return OK;
}

static enum outcome
ask_bad(struct dba *d, unsigned max, struct list_status *out, struct err *e)
{
	const char *of[] = { arena_fmt(d->arena, "%u", (unsigned)out->no).p };
	struct rows r;
	enum outcome rc = dba_ask(d, &r, arena_fmt(d->arena, "SELECT REPLACE(skey, X'1F', ', '), "
	    "reason FROM %s WHERE list = ? ORDER BY since, LENGTH(skey), skey LIMIT %u",
	    dba_place(d->arena, d->database, "ows_bad"), max).p, of, 1, e);

	out->bad_key = ARENA_ARRAY(d->arena, const char *, r.n);
	out->bad_reason = ARENA_ARRAY(d->arena, const char *, r.n);
	for (size_t i = 0; rc == OK && i < r.n; i++) {
		out->bad_key[i] = rows_text(&r, i, 0);
		out->bad_reason[i] = rows_text(&r, i, 1);
		out->bad_n = i + 1;
	}
	return rc;
}

/* A question as the daemon asks it, but for no row. `what` is read by it. */
static const char *
trouble_of(struct dba *d, const char *what, const char *sql)
{
	struct err why = { 0 };
	struct rows r;
	enum outcome rc = dba_ask(d, &r, sql, NULL, 0, &why);

	if (rc == E_DENIED)
		return arena_fmt(d->arena, "the account of owsd may not read %s (%s): run `owsadm "
		    "install`", what, why.detail).p;
	return rc == OK ? NULL : arena_fmt(d->arena, "owsd cannot read %s (%s): `owsadm check` "
	    "says more", what, why.detail).p;
}

static const char *
list_trouble(struct dba *d, const struct list *l)
{
	const char *view = dba_place(d->arena, l->schema, l->view);
	struct str names = STR("");

	for (size_t i = 0; i < l->key_n; i++)
		names = arena_fmt(d->arena, "%s%s%s", names.p, i ? ", " : "",
		    dba_name(d->arena, l->key[i]));
	for (size_t i = 0; i < l->column_n; i++)
		if (!check_is_elsewhere(l, &l->column[i]))
			names = arena_fmt(d->arena, "%s, %s", names.p,
			    dba_name(d->arena, l->column[i].name));
	return trouble_of(d, view, arena_fmt(d->arena, "SELECT %s FROM %s LIMIT 0", names.p,
	    view).p);
}

enum outcome
status_users(const struct store_conf *conf, const struct people_conf *c, struct arena *a,
    const char **trouble, struct err *e)
{
	struct str names = STR("1");
	const char *const column[] = { c->id, c->login, c->name, c->mail };
	struct dba d;
	enum outcome rc = dba_open(&d, conf, a, NULL, e);

	*trouble = NULL;
	for (size_t i = 0; rc == OK && i < sizeof column / sizeof column[0]; i++)
		if (*column[i])
			names = arena_fmt(a, "%s, %s", names.p, dba_name(a, column[i]));
	if (rc == OK)
		*trouble = trouble_of(&d, arena_fmt(a, "the table of users, %s.%s", c->schema,
		    c->view).p, arena_fmt(a, "SELECT %s FROM %s LIMIT 0", names.p,
		    dba_place(a, c->schema, c->view)).p);
	dba_close(&d);
	return rc;
}

enum outcome
status_list(const struct store_conf *conf, const struct list *l, unsigned bad_max,
    struct arena *a, struct list_status *out, struct err *e)
{
	struct dba d;
	enum outcome rc;

	*out = (struct list_status){ 0 };
	rc = dba_open(&d, conf, a, NULL, e);
	if (rc == OK)
		rc = ask_list(&d, l, out, e);
	if (rc == OK && out->is_installed)
		rc = ask_bad(&d, bad_max, out, e);
	out->has_triggers = true;
	if (rc == OK && out->is_installed)
		rc = triggers_seen(&d, l, &out->has_triggers, &out->missing, e);
	if (rc == OK && out->is_installed)
		out->trouble = list_trouble(&d, l);
	dba_close(&d);
	return rc;
}
