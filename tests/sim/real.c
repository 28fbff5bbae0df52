/*
 * real.c -- the world of the simulator in a real MariaDB: the same model, the
 * same engine, the real store behind it (`make sim-db`).
 *
 * The engine's calls of the store go through __wrap_ functions (ld --wrap): they
 * give others their turn between two calls, and answer E_RETRY where the
 * database would wait for somebody who sleeps below us on the same stack.
 * The past is not kept here, and items are not watched: what needs that is the
 * fake world's part.
 */
#include "real.h"

struct world *the_world;

static const char *const column_name[COL__N] = {
	"title", "birthday", "code", "email", "first"
};

static bool
run(struct db *db, const char *fmt, ...) PRINTF(2, 3);

static bool
run(struct db *db, const char *fmt, ...)
{
	char sql[2000];
	struct err e;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sql, sizeof(sql), fmt, ap);
	va_end(ap);
	return db_exec(db, sql, &e) == OK;
}

/* ---- rows ---- */

static const char *const select_row =
    "SELECT title, birthday, code, email, first FROM t.c%u %s ORDER BY code";

static size_t
read_rows(struct world *w, struct db *db, const char *where, struct src *out, size_t max)
{
	char sql[300];
	struct db_stmt *st = NULL;
	const struct str *col;
	struct err e;
	size_t n, rows = 0;

	snprintf(sql, sizeof(sql), select_row, w->no, where);
	assert_ok(db_query(db, sql, &st, oops));
	while (rows < max && db_next(st, &col, &n, &e) == OK) {
		memset(&out[rows], 0, sizeof(out[rows]));
		out[rows].is_present = true;
		for (size_t i = 0; i < COL__N; i++)
			out[rows].col[i] = val_of(col[i]);
		rows++;
	}
	db_unprepare(&st);
	return rows;
}

bool
real_row(struct world *w, struct db *db, const char *key, struct src *out)
{
	char where[80];

	snprintf(where, sizeof(where), "WHERE code = %s", key);
	return read_rows(w, db, where, out, 1) == 1;
}

/* ---- the world ---- */

static void
stop_server(void)
{
	void *state = NULL;

	(void)server_stop(&state);
}

/* The triggers that `install` would make, with a switch for somebody who drops them. */
static void
make_triggers(struct world *w)
{
	static const char *const event[] = { "INSERT", "UPDATE", "DELETE" };
	static const char *const key[] = {
		"SELECT NEW.code AS k", "SELECT NEW.code AS k UNION SELECT OLD.code",
		"SELECT OLD.code AS k"
	};

	for (int i = 0; i < 3; i++)
		server_sql(w->eye, "CREATE TRIGGER t.g%u_%d AFTER %s ON t.c%u FOR EACH ROW "
		    "INSERT INTO ows.ows_inbox (list, skey) SELECT %u, k FROM (%s) x "
		    "WHERE @blind IS NULL", w->no, i, event[i], w->no, w->t.l.no, key[i]);
}

static void
make_list(struct world *w)
{
	static char view[24];
	static const enum field field[COL__N] = {
		FIELD_TITLE, FIELD_BIRTHDAY, FIELD_CUSTOMER_ID, FIELD_EMAIL, FIELD_FIRST_NAME
	};
	struct arena a;
	struct store *s;

	server_sql(w->eye, "CREATE TABLE t.c%u (code BIGINT AUTO_INCREMENT PRIMARY KEY, "
	    "title VARCHAR(24) NOT NULL, birthday DATE, email CHAR(16), first VARCHAR(12)) "
	    "ENGINE=InnoDB CHARACTER SET utf8mb4", w->no);
	server_sql(w->eye, "CREATE VIEW t.v%u AS SELECT title, birthday, code, email, first "
	    "FROM t.c%u WHERE title NOT LIKE '#%%'", w->no, w->no);
	snprintf(view, sizeof(view), "v%u", w->no);
	list_make(&w->t, w->eye, w->no, "t", view, "code", NULL);
	w->t.l.track = w->conf.track;
	w->t.l.scan_every_s = w->conf.scan_every_s;
	w->t.l.key_from = KEY_AUTO;
	w->t.l.mass_delete_percent = 100;
	for (size_t i = 0; i < COL__N; i++)
		list_add(&w->t, field[i], column_name[i],
		    i == COL_BIRTHDAY ? VALUE_DATE : VALUE_TEXT);
	w->t.column[COL_CODE].is_readonly = true;
	arena_init(&a, 64 * MIB);
	s = server_store(&a);
	list_bind(&w->t, s);
	store_close(&s);
	arena_clear(&a);
	if (w->conf.track == TRACK_TRIGGERS)
		make_triggers(w);
}

struct world *
world_open(const struct world_conf *conf)
{
	static unsigned worlds;
	void *state = NULL;
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	if (worlds == 0) {
		if (server_start(&state))
			exit(2);
		atexit(stop_server);
	}
	the_world = w;
	w->conf = *conf;
	w->no = ++worlds;
	arena_init(&w->arena, 256 * MIB);
	w->eye = server_connect();
	if (worlds == 1)
		server_sql(w->eye, "CREATE DATABASE t CHARACTER SET utf8mb4");
	for (int i = 0; i < 2; i++) {
		w->dba[i] = server_connect();
		server_sql(w->dba[i], "SET innodb_lock_wait_timeout = 0, "
		    "tx_isolation = 'READ-COMMITTED', sql_mode = 'STRICT_TRANS_TABLES'");
	}
	make_list(w);
	return w;
}

void
world_close(struct world *w)
{
	for (size_t i = 0; i < SESSIONS; i++)
		if (w->session[i].store)
			store_close(&w->session[i].store);
	the_world = NULL;
	db_close(&w->eye);
	for (int i = 0; i < 2; i++)
		db_close(&w->dba[i]);
	list_free(&w->t);
	arena_clear(&w->arena);
	free(w);
}

const struct list *
world_list(struct world *w)
{
	return &w->t.l;
}

uint64_t
world_time(struct world *w)
{
	return w->time;
}

void
world_clock(struct world *w, int64_t now_s)
{
	(void)w;
	(void)now_s;
}

void
world_trouble(struct world *w, unsigned faults, unsigned interrupts)
{
	(void)faults;
	w->interrupts = interrupts;
}

void
world_blind(struct world *w, bool is_blind)
{
	for (int i = 0; i < 2; i++)
		server_sql(w->dba[i], "SET @blind = %s", is_blind ? "1" : "NULL");
}

struct store *
world_session(struct world *w, struct attempt *by)
{
	for (size_t i = 0; i < SESSIONS; i++) {
		struct session *s = &w->session[i];

		if (s->is_used)
			continue;
		if (!s->store) {
			s->store = server_store(&w->arena);
			list_bind(&w->t, s->store);
		}
		s->is_used = true;
		s->by = by;
		real_forget(s);
		return s->store;
	}
	return NULL;
}

void
world_release(struct world *w, struct store *store)
{
	struct session *s = real_session_of(store);

	store_use(store, &w->arena);
	s->is_used = false;
	s->by = NULL;
}

enum outcome
world_reconnect(struct world *w, struct store *s, struct err *e)
{
	bool is_new;

	(void)w;
	return store_connect(s, &is_new, e);
}

/* ---- the DBA ---- */

static bool
dba_run(struct world *w, int tx, const char *key, const char *sql)
{
	if (!w->is_open[tx])
		server_sql(w->dba[tx], "START TRANSACTION");
	w->is_open[tx] = true;
	if (w->lock_n[tx] == LOCKS || !run(w->dba[tx], "%s", sql))
		return false;
	snprintf(w->lock[tx][w->lock_n[tx]++], 40, "%s", key);
	return true;
}

static void
quote(char out[60], const struct val *v)
{
	if (v->is_set)
		snprintf(out, 60, "'%s'", v->t); /* the DBA writes no quotes */
	else
		snprintf(out, 60, "NULL");
}

bool
world_put(struct world *w, int tx, const struct src *row)
{
	char v[COL__N][60], sql[700];

	for (size_t i = 0; i < COL__N; i++)
		quote(v[i], &row->col[i]);
	snprintf(sql, sizeof(sql), "INSERT INTO t.c%u (title, birthday, code, email, first) VALUES "
	    "(%s, %s, %s, %s, %s) ON DUPLICATE KEY UPDATE title = VALUES(title), "
	    "birthday = VALUES(birthday), email = VALUES(email), first = VALUES(first)", w->no,
	    v[0], v[1], v[2], v[3], v[4]);
	return dba_run(w, tx, row->col[COL_CODE].t, sql);
}

bool
world_drop(struct world *w, int tx, const char *key)
{
	char sql[120];
	struct src row;

	snprintf(sql, sizeof(sql), "DELETE FROM t.c%u WHERE code = %s", w->no, key);
	return world_see(w, tx, key, &row) && dba_run(w, tx, key, sql);
}

bool
world_rekey(struct world *w, int tx, const char *from, const char *to)
{
	char sql[160];
	struct src row;

	snprintf(sql, sizeof(sql), "UPDATE t.c%u SET code = %s WHERE code = %s", w->no, to, from);
	if (!world_see(w, tx, from, &row) || w->lock_n[tx] + 2 > LOCKS ||
	    !dba_run(w, tx, from, sql))
		return false;
	snprintf(w->lock[tx][w->lock_n[tx]++], 40, "%s", to);
	return true;
}

bool
world_see(struct world *w, int tx, const char *key, struct src *out)
{
	return real_row(w, w->dba[tx], key, out);
}

bool
world_end(struct world *w, int tx, bool is_commit)
{
	server_sql(w->dba[tx], is_commit ? "COMMIT" : "ROLLBACK");
	w->is_open[tx] = false;
	w->lock_n[tx] = 0;
	w->time++;
	return true;
}

/* The counter is the table's own: a number is drawn and not used. */
void
world_new_key(struct world *w, char out[40])
{
	int64_t next;

	server_sql(w->eye, "START TRANSACTION");
	server_sql(w->eye, "INSERT INTO t.c%u (title) VALUES ('x')", w->no);
	next = server_number(w->eye, "SELECT LAST_INSERT_ID()");
	server_sql(w->eye, "ROLLBACK");
	snprintf(out, 40, "%lld", (long long)next);
}

const struct src *
world_rows(struct world *w, size_t *n)
{
	static struct src rows[2000];

	*n = read_rows(w, w->eye, "", rows, 2000);
	return rows;
}

bool
world_was(struct world *w, const char *key, uint64_t since, const struct val *col)
{
	(void)w;
	(void)key;
	(void)since;
	(void)col;
	return true;
}

bool
world_is_steady(struct world *w, const char *key, uint64_t since)
{
	(void)w;
	(void)key;
	(void)since;
	return false;
}

bool
world_backup(struct world *w)
{
	(void)w;
	return false;
}

bool
world_restore(struct world *w)
{
	(void)w;
	return false;
}

/* The list's own count of live items. */
void
world_check(struct world *w)
{
	int64_t says = server_number(w->eye, "SELECT live_n FROM ows.ows_list WHERE no = %u",
	    w->t.l.no);
	int64_t is = server_number(w->eye, "SELECT COUNT(*) FROM ows.ows_item WHERE list = %u "
	    "AND state = 0 AND NOT is_bad", w->t.l.no);

	if (says != is)
		w->conf.watch.fail(w->conf.watch.arg, "count",
		    "the list says %lld live items, there are %lld", (long long)says,
		    (long long)is);
}
