/*
 * grants.c -- accounts and rights: what the daemon and the triggers' definer may
 * do, and nothing more. Design §7.
 *
 * The rights that are wanted are one list; what is there already is read from
 * the server, and only the difference is granted or taken back. Rights on
 * objects that no provider names are the DBA's own affair.
 */
#include "dba.h"

#include <stdlib.h>

enum right {
	R_SELECT = 1, R_INSERT = 2, R_UPDATE = 4, R_DELETE = 8, R_SHOW_VIEW = 16, R_TRIGGER = 32
};
static const struct { unsigned bit; const char *name; } right_names[] = {
	{ R_SELECT, "SELECT" }, { R_INSERT, "INSERT" }, { R_UPDATE, "UPDATE" },
	{ R_DELETE, "DELETE" }, { R_SHOW_VIEW, "SHOW VIEW" }, { R_TRIGGER, "TRIGGER" },
};
#define RIGHT_N (sizeof right_names / sizeof right_names[0])

struct grant {
	const char *user, *host;
	const char *schema, *name;
	unsigned rights;
	const struct tracked *columns; /* SELECT on these columns of it, or NULL */
};

struct grants {
	struct dba *d;
	const char *user, *host;   /* the daemon's; user NULL: it uses the DBA's account */
	struct grant *grant;
	size_t n, size;
};

static void
want(struct grants *g, const char *user, const char *host, const char *schema, const char *name,
    unsigned rights)
{
	if (!user)
		return;
	for (size_t i = 0; i < g->n; i++) {
		struct grant *o = &g->grant[i];

		if (strcmp(o->user, user) == 0 && strcmp(o->schema, schema) == 0 &&
		    strcmp(o->name, name) == 0) {
			o->rights |= rights;
			return;
		}
	}
	if (g->n == g->size) {
		struct grant *more;

		g->size = g->size ? 2 * g->size : 16;
		more = ARENA_ARRAY(g->d->arena, struct grant, g->size);
		if (g->n)
			memcpy(more, g->grant, g->n * sizeof *more);
		g->grant = more;
	}
	g->grant[g->n++] = (struct grant){ user, host, schema, name, rights, NULL };
}

/* Both sets of columns of one table, each column once. */
static const struct tracked *
together(struct grants *g, const struct tracked *a, const struct tracked *b)
{
	struct tracked *both = ARENA_NEW(g->d->arena, struct tracked);

	*both = *a;
	for (size_t i = 0; i < b->part_n && both->part_n < LIMIT_KEY_PARTS; i++) {
		size_t k = 0;

		while (k < both->part_n && strcasecmp(both->part[k], b->part[i]) != 0)
			k++;
		if (k == both->part_n)
			both->part[both->part_n++] = b->part[i];
	}
	return both;
}

/* Rights on a table of which only these columns may be read: t->part_n of them, perhaps none. */
static void
want_columns(struct grants *g, const struct tracked *t, unsigned rights)
{
	want(g, g->user, g->host, t->schema, t->table, rights);
	for (size_t i = 0; g->user && i < g->n; i++) {
		struct grant *o = &g->grant[i];

		if (o->user == g->user && strcmp(o->schema, t->schema) == 0 &&
		    strcmp(o->name, t->table) == 0)
			o->columns = o->columns ? together(g, o->columns, t) : t;
	}
}

/*
 * MariaDB wants the right to read something of every table behind a join before
 * it executes a prepared UPDATE of it (1142): one column of each, its key's. Not
 * updated any more: none.
 */
static enum outcome
want_join(struct grants *g, const struct list *l, bool is_updated, struct err *e)
{
	struct dba_table *base;
	size_t n = 0;
	enum outcome rc = dba_bases(g->d, l->schema, l->view, &base, &n, e);

	for (size_t i = 0; rc == OK && n > 1 && i < n; i++) {
		const char *of[] = { base[i].schema, base[i].name };
		struct tracked *t;
		struct rows r;

		rc = dba_ask(g->d, &r, "SELECT column_name FROM information_schema.columns "
		    "WHERE table_schema = ? AND table_name = ? "
		    "ORDER BY column_key <> 'PRI', ordinal_position LIMIT 1", of, 2, e);
		if (rc != OK || !r.n)
			continue;
		t = ARENA_NEW(g->d->arena, struct tracked);
		*t = (struct tracked){ .schema = base[i].schema, .table = base[i].name,
			.part_n = is_updated, .part = { rows_text(&r, 0, 0) } };
		want_columns(g, t, 0);
	}
	return rc;
}

static unsigned
view_rights(const struct list *l)
{
	unsigned rights = R_SELECT | R_SHOW_VIEW;

	if (l->write != WRITE_VIEW)
		return rights;
	if (l->allow & ALLOW_INSERT)
		rights |= R_INSERT;
	if (l->allow & ALLOW_UPDATE)
		rights |= R_UPDATE;
	if (l->allow & ALLOW_DELETE)
		rights |= l->delete_set ? R_UPDATE : l->delete_from ? 0 : R_DELETE;
	return rights;
}

/* A view with the rights of whoever asks needs the same rights below it. */
static enum outcome
want_invoker(struct grants *g, const struct list *l, unsigned rights, struct err *e)
{
	const char *of[] = { l->schema, l->view };
	struct dba_table *base;
	struct rows r;
	size_t n = 0;
	enum outcome rc = dba_ask(g->d, &r, "SELECT security_type FROM information_schema.views "
	    "WHERE table_schema = ? AND table_name = ?", of, 2, e);

	if (rc != OK || !r.n || strcmp(rows_text(&r, 0, 0), "INVOKER") != 0)
		return rc;
	rc = dba_bases(g->d, l->schema, l->view, &base, &n, e);
	for (size_t i = 0; rc == OK && i < n; i++)
		want(g, g->user, g->host, base[i].schema, base[i].name, rights & ~R_SHOW_VIEW);
	return rc;
}

static enum outcome
want_list(struct grants *g, const struct list *l, struct err *e)
{
	unsigned rights = view_rights(l);
	enum outcome rc;

	want(g, g->user, g->host, l->schema, l->view, rights);
	if (l->content_view)
		want(g, g->user, g->host, l->content_schema, l->content_view,
		    rights & ~(unsigned)R_DELETE);
	if (l->files.table)
		want(g, g->user, g->host, l->files.schema, l->files.table, R_SELECT |
		    (l->allow & ALLOW_UPDATE ? R_INSERT | R_UPDATE | R_DELETE : 0));
	if (l->write == WRITE_VIEW && (l->allow & ALLOW_DELETE) && l->delete_from)
		want_columns(g, l->delete_from, R_DELETE);
	if (l->track == TRACK_TRIGGERS)
		for (size_t i = 0; i < l->tracked_n; i++) {
			const struct tracked *t = &l->tracked[i];

			want(g, TRIGGER_USER, "localhost", t->schema, t->table,
			    R_SELECT | R_TRIGGER);
			if (t->via)
				want(g, TRIGGER_USER, "localhost", l->schema, l->view, R_SELECT);
		}
	rc = want_invoker(g, l, rights, e);
	return rc == OK ? want_join(g, l, rights & R_UPDATE, e) : rc;
}

/* "SELECT, INSERT" */
static const char *
right_list(struct arena *a, unsigned rights)
{
	struct str all = STR("");

	for (size_t i = 0; i < RIGHT_N; i++)
		if (rights & right_names[i].bit)
			all = arena_fmt(a, "%s%s%s", all.p, all.n ? ", " : "",
			    right_names[i].name);
	return all.p;
}

static const char *
account(struct arena *a, const char *user, const char *host)
{
	return arena_fmt(a, "%s@%s", dba_text(a, user), dba_text(a, host)).p;
}

/* The columns that may be read are these and no others. */
static enum outcome
settle_columns(struct dba *d, const struct grant *g, struct err *e)
{
	const char *of[] = { g->user, g->host, g->schema, g->name };
	const char *place = dba_place(d->arena, g->schema, g->name);
	const char *who = account(d->arena, g->user, g->host);
	struct rows r;
	enum outcome rc = dba_ask(d, &r, "SELECT column_name FROM mysql.columns_priv WHERE user = ? "
	    "AND host = ? AND db = ? AND table_name = ? AND FIND_IN_SET('Select', column_priv)",
	    of, 4, e);

	for (size_t i = 0; rc == OK && i < g->columns->part_n; i++) {
		size_t k = 0;

		while (k < r.n && strcasecmp(rows_text(&r, k, 0), g->columns->part[i]) != 0)
			k++;
		if (k == r.n)
			rc = dba_do(d, e, "GRANT SELECT (%s) ON %s TO %s",
			    dba_name(d->arena, g->columns->part[i]), place, who);
	}
	for (size_t k = 0; rc == OK && k < r.n; k++) {
		size_t i = 0;

		while (i < g->columns->part_n &&
		    strcasecmp(rows_text(&r, k, 0), g->columns->part[i]) != 0)
			i++;
		if (i == g->columns->part_n)
			rc = dba_do(d, e, "REVOKE SELECT (%s) ON %s FROM %s",
			    dba_name(d->arena, rows_text(&r, k, 0)), place, who);
	}
	return rc;
}

static enum outcome
settle(struct dba *d, const struct grant *g, struct err *e)
{
	const char *of[] = { g->user, g->host, g->schema, g->name };
	const char *who = account(d->arena, g->user, g->host);
	const char *place = dba_place(d->arena, g->schema, g->name);
	unsigned have = 0;
	struct rows r;
	enum outcome rc = dba_ask(d, &r, "SELECT CAST(table_priv AS CHAR) FROM mysql.tables_priv "
	    "WHERE user = ? AND host = ? AND db = ? AND table_name = ?", of, 4, e);

	if (rc == OK && r.n) {
		struct str rest = str_of(rows_text(&r, 0, 0));

		while (rest.p) {
			struct str item = str_cut(rest, ',', &rest);

			for (size_t i = 0; i < RIGHT_N; i++)
				if (str_ieq(item, str_of(right_names[i].name)))
					have |= right_names[i].bit;
		}
	}
	if (rc == OK && (g->rights & ~have))
		rc = dba_do(d, e, "GRANT %s ON %s TO %s", right_list(d->arena, g->rights & ~have),
		    place, who);
	if (rc == OK && (have & ~g->rights))
		rc = dba_do(d, e, "REVOKE %s ON %s FROM %s",
		    right_list(d->arena, have & ~g->rights), place, who);
	if (rc == OK && g->columns && !(g->rights & R_SELECT))
		rc = settle_columns(d, g, e);
	return rc;
}

/* ---- accounts ---- */

static enum outcome
has_account(struct dba *d, const char *user, const char *host, bool *is_there, const char **secret,
    struct err *e)
{
	const char *of[] = { user, host };
	struct rows r;
	enum outcome rc = dba_ask(d, &r, "SELECT JSON_VALUE(priv, '$.authentication_string'), "
	    "JSON_VALUE(priv, '$.plugin') FROM mysql.global_priv WHERE user = ? AND host = ?",
	    of, 2, e);

	*is_there = rc == OK && r.n;
	*secret = rc == OK && r.n ? rows_text(&r, 0, 0) : "";
	return rc;
}

static enum outcome
make_definer(struct dba *d, struct err *e)
{
	const char *secret;
	bool is_there;
	enum outcome rc = has_account(d, TRIGGER_USER, "localhost", &is_there, &secret, e);

	if (rc == OK && !is_there)
		rc = dba_do(d, e, "CREATE USER %s ACCOUNT LOCK", TRIGGER_DEFINER);
	return rc;
}

/* The hash and not the password: statements are shown and logged. */
static enum outcome
make_daemon(struct dba *d, const char *user, const char *host, const char *password, struct err *e)
{
	const char *who = account(d->arena, user, host), *hash = "", *secret;
	bool is_there;
	struct rows r;
	enum outcome rc = has_account(d, user, host, &is_there, &secret, e);

	if (rc == OK && password && *password) {
		rc = dba_ask(d, &r, "SELECT PASSWORD(?)", &password, 1, e);
		hash = rc == OK ? rows_text(&r, 0, 0) : "";
	}
	if (rc != OK)
		return rc;
	if (!*hash && !is_there) /* the system's user of that name, by the socket */
		return dba_do(d, e, "CREATE USER %s IDENTIFIED VIA unix_socket", who);
	if (!*hash || (is_there && strcasecmp(hash, secret) == 0))
		return OK;
	return dba_do(d, e, "%s USER %s IDENTIFIED BY PASSWORD '%s'",
	    is_there ? "ALTER" : "CREATE", who, hash);
}

/* `_` in a database's name is a wild card in GRANT. */
static const char *
database_pattern(struct arena *a, const char *name)
{
	char *p = arena_get(a, 2 * strlen(name) + 1), *to = p;

	for (; *name; name++) {
		if (*name == '_' || *name == '%')
			*to++ = '\\';
		*to++ = *name;
	}
	return p;
}

static enum outcome
grant_database(struct dba *d, const char *user, const char *host, struct err *e)
{
	const char *pattern = database_pattern(d->arena, d->database);
	const char *of[] = { user, host, pattern };
	struct rows r;
	enum outcome rc = dba_ask(d, &r, "SELECT 1 FROM mysql.db WHERE user = ? AND host = ? AND "
	    "db = ? AND select_priv = 'Y' AND insert_priv = 'Y' AND update_priv = 'Y' AND "
	    "delete_priv = 'Y'", of, 3, e);

	if (rc == OK && !r.n)
		rc = dba_do(d, e, "GRANT SELECT, INSERT, UPDATE, DELETE ON %s.* TO %s",
		    dba_name(d->arena, pattern), account(d->arena, user, host));
	return rc;
}

static const char *
daemon_host(const struct install *i)
{
	return i->daemon->socket ? "localhost" : "%";
}

static bool
is_own_account(const struct install *i)
{
	return strcmp(i->daemon->user, i->admin->user) != 0 && strcmp(i->daemon->user, "root") != 0;
}

enum outcome
grants_install(struct dba *d, const struct install *i, struct err *e)
{
	struct grants g = { .d = d };
	enum outcome rc = make_definer(d, e);

	if (is_own_account(i)) {
		g.user = i->daemon->user;
		g.host = daemon_host(i);
	} else {
		dba_note(d, "[database] user is the DBA's own account: nothing is granted to it");
	}
	if (rc == OK && g.user)
		rc = make_daemon(d, g.user, g.host, i->daemon->password, e);
	if (rc == OK && g.user)
		rc = grant_database(d, g.user, g.host, e);
	want(&g, TRIGGER_USER, "localhost", d->database, "ows_inbox", R_INSERT);
	if (i->users)
		want(&g, g.user, g.host, i->users->schema, i->users->view, R_SELECT);
	for (size_t k = 0; rc == OK && k < i->lists->n; k++)
		rc = want_list(&g, i->lists->list[k], e);
	for (size_t k = 0; rc == OK && k < g.n; k++)
		rc = settle(d, &g.grant[k], e);
	return rc;
}

enum outcome
grants_drop(struct dba *d, const struct install *i, struct err *e)
{
	const char *secret;
	bool is_there;
	enum outcome rc = has_account(d, TRIGGER_USER, "localhost", &is_there, &secret, e);

	if (rc == OK && is_there)
		rc = dba_do(d, e, "DROP USER %s", TRIGGER_DEFINER);
	if (rc == OK && is_own_account(i)) {
		rc = has_account(d, i->daemon->user, daemon_host(i), &is_there, &secret, e);
		if (rc == OK && is_there)
			rc = dba_do(d, e, "DROP USER %s",
			    account(d->arena, i->daemon->user, daemon_host(i)));
	}
	return rc;
}
