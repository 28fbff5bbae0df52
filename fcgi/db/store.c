/*
 * store.c -- the store on MariaDB: connection, transactions, lists, log and
 * receipts. The inbox is in inbox.c, items in items.c, sources in source.c,
 * answers in feed.c.
 */
#include "store.h"

#include <stdlib.h>
#include <time.h>

#include "log.h"
#include "maria.h"

#define SCHEMA_VERSION 3   /* newest file of sql/ */
#define IDLE_S 10          /* after which a connection is asked whether it lives */
#define PATIENCE_S 3600    /* of the lease's holder: a scan of a large view is one statement */

/* ---- connection ---- */

static int64_t
monotonic_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void
disconnect(struct store *s)
{
	size_t i;

	view_forget_all(s);
	maria_side_close(s);
	for (i = 0; i < STMT__MAX; i++)
		db_unprepare(&s->stmt[i]);
	db_close(&s->db);
}

enum outcome
store_open(const struct store_conf *conf, struct store **out, struct err *e)
{
	struct store *s = calloc(1, sizeof(*s));

	*out = s;
	if (!s)
		return err_set(e, E_FAILED, "This server is out of memory.");
	s->conf = conf;
	hash_open(&s->hash);
	return OK;
}

void
store_close(struct store **ps)
{
	if (!*ps)
		return;
	disconnect(*ps);
	hash_close(&(*ps)->hash);
	free(*ps);
	*ps = NULL;
}

void
store_use(struct store *s, struct arena *a)
{
	s->arena = a;
}

static enum outcome
check_version(struct store *s, struct err *e)
{
	struct db_stmt *st = NULL;
	const struct str *col;
	size_t n;
	uint64_t version = 0;
	enum outcome rc = db_query(s->db, stmt_text(S_SCHEMA_VERSION), &st, e);

	if (rc == OK)
		rc = db_next(st, &col, &n, e);
	if (rc == OK)
		version = maria_u64(col[0]);
	db_unprepare(&st);
	if (rc == OK && version == SCHEMA_VERSION)
		return OK;
	if (rc != OK && !db_is_shape_error(s->db))
		return rc;
	err_set(e, E_UNAVAILABLE, "The sync database is not of the version that this server needs "
	    "(found %llu, needs %d). The administrator can bring it up to date with "
	    "\"owsadm install\".", (unsigned long long)version, SCHEMA_VERSION);
	err_detail(e, "database %s", s->conf->database);
	return E_UNAVAILABLE;
}

static enum outcome
connect_now(struct store *s, struct err *e)
{
	struct db_conf conf = {
		.socket = s->conf->socket, .host = s->conf->host, .port = s->conf->port,
		.user = s->conf->user, .password = s->conf->password,
		.database = s->conf->database, .timeout_s = s->conf->timeout_s,
		.patience_s = s->is_keeper ? PATIENCE_S : 0
	};
	enum outcome rc;
	size_t i;

	disconnect(s);
	s->is_patient = s->is_keeper;
	rc = db_open(&conf, &s->db, e);
	if (rc == OK)
		rc = check_version(s, e);
	for (i = 0; rc == OK && i < STMT__MAX; i++)
		rc = db_prepare(s->db, stmt_text((enum stmt)i), &s->stmt[i], e);
	if (rc != OK)
		disconnect(s);
	/* whatever it was, there is no store to work with */
	if (rc != OK && e)
		e->code = E_UNAVAILABLE;
	return rc == OK ? OK : E_UNAVAILABLE;
}

enum outcome
store_connect(struct store *s, bool *is_new, struct err *e)
{
	int64_t now = monotonic_s();
	enum outcome rc;

	*is_new = false;
	if (s->db && (s->is_keeper != s->is_patient || db_hung_up(s->db) ||
	    (now - s->used_s >= IDLE_S && db_exec(s->db, "DO 0", e) != OK)))
		disconnect(s);
	if (s->db && !db_is_lost(s->db)) {
		if (now - s->used_s >= IDLE_S)
			s->used_s = now;
		return OK;
	}
	rc = connect_now(s, e);
	*is_new = rc == OK;
	s->used_s = now;
	return rc;
}

bool
store_is_lost(const struct store *s)
{
	return !s->db || db_is_lost(s->db);
}

/* ---- running statements ---- */

enum outcome
maria_ready(struct store *s, struct err *e)
{
	if (s->db && !db_is_lost(s->db))
		return OK;
	return err_set(e, E_UNAVAILABLE, "The database cannot be reached at the moment. "
	    "Try again in a minute.");
}

enum outcome
maria_run(struct store *s, enum stmt which, const struct db_arg *arg, size_t n,
    struct db_stmt **st, struct err *e)
{
	enum outcome rc = maria_ready(s, e);

	if (rc != OK)
		return rc;
	*st = s->stmt[which];
	return db_run(*st, arg, n, e);
}

enum outcome
maria_do(struct store *s, enum stmt which, const struct db_arg *arg, size_t n, struct err *e)
{
	struct db_stmt *st;

	return maria_run(s, which, arg, n, &st, e);
}

enum outcome
maria_do_many(struct store *s, enum stmt which, const struct db_arg *arg, size_t width, size_t rows,
    struct err *e)
{
	enum outcome rc = maria_ready(s, e);

	if (rc != OK || rows == 0)
		return rc;
	return db_run_many(s->stmt[which], arg, width, rows, e);
}

uint64_t
maria_u64(struct str s)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	return v;
}

int64_t
maria_i64(struct str s)
{
	if (s.n && s.p[0] == '-')
		return -(int64_t)maria_u64((struct str){ s.p + 1, s.n - 1 });
	return (int64_t)maria_u64(s);
}

/* Run and read the one row that it gives; OK with *col NULL: none. The caller resets *st. */
static enum outcome
one_row(struct store *s, enum stmt which, const struct db_arg *arg, size_t n,
    struct db_stmt **st, const struct str **col, struct err *e)
{
	size_t width;
	enum outcome rc;

	*col = NULL;
	*st = NULL;
	rc = maria_run(s, which, arg, n, st, e);
	if (rc == OK)
		rc = db_next(*st, col, &width, e);
	if (rc == E_NOT_FOUND) {
		*col = NULL;
		return OK;
	}
	return rc;
}

static void
done(struct db_stmt *st)
{
	if (st)
		db_reset(st);
}

/* ---- transactions ---- */

enum outcome
store_begin(struct store *s, struct err *e)
{
	enum outcome rc = maria_ready(s, e);

	return rc == OK ? db_exec(s->db, "START TRANSACTION", e) : rc;
}

enum outcome
store_commit(struct store *s, struct err *e)
{
	enum outcome rc = maria_ready(s, e);

	return rc == OK ? db_commit(s->db, e) : rc;
}

void
store_abort(struct store *s)
{
	if (s->db)
		db_rollback(s->db);
}

enum outcome
maria_snapshot(struct store *s, struct err *e)
{
	enum outcome rc = db_exec(s->db, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", e);

	return rc == OK ? db_exec(s->db, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", e)
	    : rc;
}

/* ---- lists ---- */

static enum outcome
unknown_list(const struct list *l, struct err *e)
{
	/* nor has a list that does not fit its view a number (store_bind) */
	enum outcome rc = err_set(e, E_UNAVAILABLE, "The list \"%s\" is not available at the "
	    "moment: its database view is not what the provider file says, or it is not installed "
	    "yet. Its administrator finds the reason with \"owsadm check\".", l->title);

	err_detail(e, "list %s is not bound, or has no row in ows_list", l->name);
	return rc;
}

static void
read_state(const struct str *col, struct list_state *out)
{
	memset(out, 0, sizeof(*out));
	out->head = maria_u64(col[0]);
	out->head_ticks = maria_u64(col[1]);
	out->next_id = (uint32_t)maria_u64(col[2]);
	out->incarnation = (uint32_t)maria_u64(col[3]);
	out->schema_version = (uint32_t)maria_u64(col[4]);
	out->schema_change = maria_u64(col[5]);
	if (col[6].n == sizeof(out->definition))
		memcpy(out->definition, col[6].p, sizeof(out->definition));
	out->is_ready = maria_u64(col[7]) != 0;
	out->created = maria_i64(col[8]);
	out->modified = maria_i64(col[9]);
	out->deleted = maria_i64(col[10]);
	out->live_n = (uint32_t)maria_u64(col[11]);
	out->scanned = maria_i64(col[12]);
}

#define STATE_COLUMN_N 13

enum outcome
store_peek(struct store *s, const struct list *l, uint64_t number, struct list_state *out,
    struct err *e)
{
	const struct db_arg arg[] = {
		DB_ARG_U64(number), DB_ARG_U64(l->no), DB_ARG_BYTES(l->id.b, sizeof(l->id.b))
	};
	struct db_stmt *st;
	const struct str *col;
	enum outcome rc = one_row(s, S_PEEK, arg, 3, &st, &col, e);

	if (rc == OK && !col)
		rc = unknown_list(l, e);
	if (rc == OK) {
		read_state(col, out);
		out->has_inbox = maria_u64(col[STATE_COLUMN_N]) != 0;
		out->asked_ticks = maria_u64(col[STATE_COLUMN_N + 1]);
	}
	done(st);
	return rc;
}

enum outcome
store_lock(struct store *s, const struct list *l, struct list_state *out, struct err *e)
{
	const struct db_arg arg[] = {
		DB_ARG_U64(l->no), DB_ARG_BYTES(l->id.b, sizeof(l->id.b))
	};
	struct db_stmt *st;
	const struct str *col;
	enum outcome rc = one_row(s, S_LOCK, arg, 2, &st, &col, e);

	if (rc == OK && !col)
		rc = unknown_list(l, e);
	if (rc == OK)
		read_state(col, out);
	done(st);
	return rc;
}

enum outcome
store_save(struct store *s, const struct list *l, const struct list_state *x, struct err *e)
{
	const struct db_arg arg[] = {
		DB_ARG_U64(x->head), DB_ARG_U64(x->head_ticks), DB_ARG_U64(x->next_id),
		DB_ARG_U64(x->incarnation), DB_ARG_U64(x->schema_version),
		DB_ARG_U64(x->schema_change),
		DB_ARG_BYTES(x->definition, sizeof(x->definition)),
		DB_ARG_U64(x->is_ready), DB_ARG_I64(x->modified), DB_ARG_I64(x->deleted),
		DB_ARG_U64(x->live_n), DB_ARG_U64(l->no)
	};

	return maria_do(s, S_SAVE, arg, sizeof(arg) / sizeof(*arg), e);
}

/* ---- log ---- */

enum outcome
store_changes_add(struct store *s, const struct list *l, const struct change *c, size_t n,
    struct err *e)
{
	struct db_arg *arg = ARENA_ARRAY(s->arena, struct db_arg, n * 5), *a = arg;
	size_t i;

	for (i = 0; i < n; i++) {
		*a++ = DB_ARG_U64(l->no);
		*a++ = DB_ARG_U64(c[i].number);
		*a++ = DB_ARG_U64(c[i].ticks);
		*a++ = DB_ARG_U64(c[i].kind);
		*a++ = DB_ARG_U64(c[i].item);
	}
	return maria_do_many(s, S_CHANGE_ADD, arg, 5, n, e);
}

enum outcome
store_ticks(struct store *s, const struct list *l, uint64_t number, uint64_t *ticks, struct err *e)
{
	const struct db_arg arg[] = { DB_ARG_U64(l->no), DB_ARG_U64(number) };
	struct db_stmt *st;
	const struct str *col;
	enum outcome rc = one_row(s, S_TICKS, arg, 2, &st, &col, e);

	if (rc == OK)
		*ticks = col ? maria_u64(col[0]) : 0;
	done(st);
	return rc;
}

enum outcome
store_bad_set(struct store *s, const struct list *l, struct str key, const char *reason,
    struct err *e)
{
	const struct str why = str_of(reason);
	const struct db_arg arg[] = {
		DB_ARG_U64(l->no), DB_ARG_BYTES(key.p, key.n), DB_ARG_TEXT(why)
	};

	return reason ? maria_do(s, S_BAD_SET, arg, 3, e) : maria_do(s, S_BAD_CLEAR, arg, 2, e);
}

/* ---- lost answers ---- */

enum outcome
store_ref_get(struct store *s, const struct list *l, struct str login, struct str ref, uint32_t *id,
    struct err *e)
{
	const struct db_arg arg[] = {
		DB_ARG_U64(l->no), DB_ARG_TEXT(login), DB_ARG_BYTES(ref.p, ref.n)
	};
	struct db_stmt *st;
	const struct str *col;
	enum outcome rc = one_row(s, S_REF_GET, arg, 3, &st, &col, e);

	if (rc == OK)
		*id = col ? (uint32_t)maria_u64(col[0]) : 0;
	done(st);
	return rc;
}

enum outcome
store_ref_add(struct store *s, const struct list *l, struct str login, struct str ref, uint32_t id,
    struct err *e)
{
	const struct db_arg arg[] = {
		DB_ARG_U64(l->no), DB_ARG_TEXT(login), DB_ARG_BYTES(ref.p, ref.n), DB_ARG_U64(id)
	};
	enum outcome rc = maria_do(s, S_REF_ADD, arg, 4, e);

	if (rc == E_INVALID && db_errno(s->db) == 1062)
		rc = err_set(e, E_CONFLICT, "The same new item was sent twice at once.");
	return rc;
}

enum outcome
store_receipt_get(struct store *s, const struct list *l, struct receipt *r, struct err *e)
{
	const struct db_arg arg[] = {
		DB_ARG_U64(l->no), DB_ARG_BYTES(r->digest, sizeof(r->digest))
	};
	struct db_stmt *st;
	const struct str *col;
	enum outcome rc = one_row(s, S_RECEIPT_GET, arg, 2, &st, &col, e);

	if (rc == OK) {
		r->id = col ? (uint32_t)maria_u64(col[0]) : 0;
		r->version = col ? (uint32_t)maria_u64(col[1]) : 0;
		r->at = col ? maria_i64(col[2]) : 0;
	}
	done(st);
	return rc;
}

enum outcome
store_receipt_add(struct store *s, const struct list *l, const struct receipt *r, struct err *e)
{
	const struct db_arg arg[] = {
		DB_ARG_U64(l->no), DB_ARG_BYTES(r->digest, sizeof(r->digest)), DB_ARG_U64(r->id),
		DB_ARG_U64(r->version), DB_ARG_I64(r->at)
	};

	enum outcome rc = maria_do(s, S_RECEIPT_ADD, arg, 5, e);

	if (rc == E_INVALID && db_errno(s->db) == 1048)
		rc = err_set(e, E_CONFLICT, "The same change was sent twice at once.");
	return rc;
}
