/*
 * db_order.c -- the order of changes (design rule 3), with the engine's own
 * harvest against a real database: what commits late is never lost behind a
 * token that was handed out; and what READ COMMITTED has to do with it.
 */
#include "server.h"

#include "harvest.h"

static struct db *db, *writer;
static struct arena arena;
static unsigned next_list = 1;

/* The inbox row that a trigger would write, in the writer's transaction. */
#define TRIGGER "CREATE TRIGGER %s AFTER UPDATE ON %s FOR EACH ROW " \
	"INSERT INTO ows.ows_inbox (list, skey) VALUES (%u, NEW.id)"

static int
start(void **state)
{
	if (server_start(state))
		return -1;
	db = server_connect();
	writer = server_connect();
	server_sql(db, "CREATE DATABASE t CHARACTER SET utf8mb4;\nUSE t");
	server_sql(writer, "USE t");
	arena_init(&arena, 64 * MIB);
	return 0;
}

static int
stop(void **state)
{
	arena_clear(&arena);
	db_close(&db);
	db_close(&writer);
	return server_stop(state);
}

static void
now(void *env, int64_t *seconds, long *nanoseconds)
{
	(void)env;
	*seconds = 1790000000;
	*nanoseconds = 0;
}

static void
chance(void *env, unsigned char *out, size_t n)
{
	static unsigned char at;
	size_t i;

	(void)env;
	for (i = 0; i < n; i++)
		out[i] = at++;
}

static void
no_pause(void *env, unsigned ms)
{
	(void)env;
	(void)ms;
}

struct world {
	struct test_list t;
	struct store *s;
	struct hash hash;
	struct engine g;
	char table[16];
};

static void
open_world(struct world *w)
{
	static char view[16];

	memset(w, 0, sizeof(*w));
	snprintf(w->table, sizeof(w->table), "w%u", next_list);
	snprintf(view, sizeof(view), "v%u", next_list);
	server_sql(db, "CREATE TABLE %s (id INT PRIMARY KEY, a VARCHAR(20)) ENGINE=InnoDB;\n"
	    "CREATE VIEW %s AS SELECT * FROM %s;\n"
	    "INSERT INTO %s VALUES (1, 'one'), (2, 'two'), (3, 'three')",
	    w->table, view, w->table, w->table);
	list_make(&w->t, db, next_list++, "t", view, "id", NULL);
	list_add(&w->t, FIELD_TITLE, "a", VALUE_TEXT);
	w->s = server_store(&arena);
	list_bind(&w->t, w->s);
	hash_open(&w->hash);
	w->g = (struct engine){ .store = w->s, .arena = &arena, .hash = &w->hash, .env = w,
		.now = now, .random = chance, .pause = no_pause, .page_rows = 1000 };
	assert_ok(harvest_definition(&w->g, &w->t.l, oops));
	assert_ok(harvest_prepare(&w->g, &w->t.l, oops));
	server_sql(db, TRIGGER, w->table, w->table, w->t.l.no);
}

static void
close_world(struct world *w)
{
	server_sql(db, "DROP TABLE %s;\nDELETE FROM ows.ows_inbox", w->table);
	store_close(&w->s);
	hash_close(&w->hash);
	list_free(&w->t);
	arena_reset(&arena);
}

struct seen { /* values of the column per id */
	unsigned n;
	char text[8][24];
};

static enum outcome
see(void *arg, const struct item *item, const struct row *row, struct err *e)
{
	struct seen *seen = arg;

	(void)e;
	assert_true(item->id < 8);
	assert_non_null(row);
	assert_int_equal(row->state, ROW_GOOD);
	snprintf(seen->text[item->id], sizeof(seen->text[0]), "%.*s", STR_ARG(row->value[0]));
	seen->n++;
	return OK;
}

static uint64_t
head(struct world *w)
{
	struct list_state st;

	assert_ok(store_peek(w->s, &w->t.l, 0, &st, oops));
	assert_true(st.is_ready);
	return st.head;
}

static void
harvest(struct world *w)
{
	bool left = true;

	assert_ok(harvest_all(&w->g, &w->t.l, 10000, &left, oops));
	assert_false(left);
}

/* A transaction that began first commits last. */
static void
test_late_commit(void **state)
{
	struct world w;
	struct seen seen = { 0 };
	uint64_t token;

	(void)state;
	open_world(&w);
	server_sql(writer, "START TRANSACTION;\nUPDATE %s SET a = 'late' WHERE id = 1", w.table);
	server_sql(db, "UPDATE %s SET a = 'early' WHERE id = 2", w.table);
	harvest(&w);
	token = head(&w); /* handed out: a client will ask for what came after it */
	server_sql(writer, "COMMIT");
	harvest(&w);
	assert_int_equal(head(&w), token + 1);
	assert_ok(store_diff(w.s, &w.t.l, token, head(&w), 100, see, &seen, oops));
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.text[1], "late");
	close_world(&w);
}

/* While harvest stands between inbox and view, a writer commits. */
static void
write_between(void *env, enum engine_hook where)
{
	struct world *w = env;

	if (where != HOOK_HARVEST_INBOX_READ)
		return;
	w->g.hook = NULL;
	server_sql(writer, "UPDATE %s SET a = 'second' WHERE id = 1", w->table);
}

/* Is what the list knows of row 1 what stands there now? */
static bool
is_current(struct world *w)
{
	const struct str key[] = { STR("1") };
	struct item *live, *lapsed;
	struct row *rows;

	assert_ok(store_items_of(w->s, &w->t.l, key, 1, &live, &lapsed, oops));
	assert_ok(store_rows(w->s, &w->t.l, key, 1, &rows, oops));
	assert_text(rows[0].value[0], "second");
	return memcmp(live[0].print, rows[0].print, HASH_LEN) == 0;
}

/*
 * The property: what had committed before harvest looked at the view is in the
 * number that it gives out. Returns whether it holds.
 */
static bool
holds(struct world *w)
{
	size_t taken = 0;

	server_sql(db, "UPDATE %s SET a = 'first' WHERE id = 1", w->table);
	w->g.hook = write_between;
	assert_ok(harvest_some(&w->g, &w->t.l, 1, &taken, oops));
	assert_int_equal(taken, 1);
	assert_null(w->g.hook); /* it was there */
	return is_current(w);
}

static void
test_write_between_the_reads(void **state)
{
	struct world w;

	(void)state;
	open_world(&w);
	assert_true(holds(&w));
	/* the inbox row of the second write is still there, was not taken with the first */
	assert_int_equal(server_number(db, "SELECT COUNT(*) FROM ows.ows_inbox"), 1);
	harvest(&w);
	assert_true(is_current(&w));
	close_world(&w);
}

/*
 * The same code at REPEATABLE READ reads the view as it was when the inbox was
 * read, and gives out a number behind a change that it does not hold: a client
 * is told "up to here" and has not got it. Because inbox rows are deleted by
 * their own number only, the next harvest still finds the second write.
 */
static void
test_repeatable_read_fails(void **state)
{
	struct world w;

	(void)state;
	open_world(&w);
	assert_ok(db_exec(w.s->db, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", oops));
	assert_false(holds(&w));
	harvest(&w);
	assert_true(is_current(&w));
	close_world(&w);
}

/* A business transaction that fires a trigger waits for nothing of ours. */
static void
test_writer_never_waits(void **state)
{
	struct world w;
	struct list_state st;
	struct inbox_row *rows;
	size_t n;

	(void)state;
	open_world(&w);
	server_sql(db, "UPDATE %s SET a = 'first' WHERE id = 1", w.table);
	server_sql(writer, "SET SESSION innodb_lock_wait_timeout = 1");
	assert_ok(store_begin(w.s, oops));
	assert_ok(store_lock(w.s, &w.t.l, &st, oops));
	assert_ok(store_inbox(w.s, &w.t.l, 10, &rows, &n, oops));
	assert_int_equal(n, 1);
	assert_ok(store_inbox_delete(w.s, &w.t.l, rows, n, oops));
	server_sql(writer, "UPDATE %s SET a = 'second' WHERE id = 1;\n"
	    "UPDATE %s SET a = 'third' WHERE id = 2", w.table, w.table);
	assert_ok(store_commit(w.s, oops));
	assert_int_equal(server_number(db, "SELECT COUNT(*) FROM ows.ows_inbox"), 2);
	close_world(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_late_commit),
		cmocka_unit_test(test_write_between_the_reads),
		cmocka_unit_test(test_repeatable_read_fails),
		cmocka_unit_test(test_writer_never_waits),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
