/*
 * db_conn.c -- connection, session, every statement against the real schema,
 * every class of error by provoking it, values of all sizes, many rows in one
 * packet.
 */
#include "server.h"

#include <pthread.h>

#include "fault.h"

static struct db *db;

static int
start(void **state)
{
	if (server_start(state))
		return -1;
	db = server_connect();
	server_sql(db, "CREATE DATABASE t;\nUSE t;\n"
	    "CREATE TABLE v (id INT PRIMARY KEY AUTO_INCREMENT, a VARCHAR(5) NOT NULL, n TINYINT, "
	    "d DATE, e ENUM('x','y'), u INT UNIQUE, big LONGBLOB, need INT NOT NULL DEFAULT 0, "
	    "CHECK (n < 100)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n"
	    "CREATE TABLE strict (id INT PRIMARY KEY, must INT NOT NULL);\n"
	    "CREATE TABLE child (p INT, FOREIGN KEY (p) REFERENCES v (id)) ENGINE=InnoDB;\n"
	    "CREATE VIEW few AS SELECT id, a FROM v WHERE a = 'in' WITH CHECK OPTION");
	return 0;
}

static int
stop(void **state)
{
	db_close(&db);
	return server_stop(state);
}

static void
test_every_statement_prepares(void **state)
{
	struct arena a;
	struct store *s;
	int i;

	(void)state;
	arena_init(&a, MIB);
	s = server_store(&a);
	for (i = 0; i < STMT__MAX; i++)
		assert_non_null(s->stmt[i]);
	store_close(&s);
	arena_clear(&a);
}

/* The server of this test speaks German, has another zone, no strict mode and REPEATABLE READ. */
static void
test_session_is_ours(void **state)
{
	char *text = server_text(db, "SELECT CONCAT_WS('|', @@time_zone, @@lc_messages, "
	    "@@tx_isolation, @@character_set_client, @@innodb_lock_wait_timeout, "
	    "@@sql_mode LIKE '%%STRICT_ALL_TABLES%%')");

	(void)state;
	assert_string_equal(text, "+00:00|en_US|READ-COMMITTED|utf8mb4|5|1");
	free(text);
	assert_int_equal(server_number(db, "SELECT UNIX_TIMESTAMP('2026-01-01 00:00:00')"),
	    1767225600);
}

static void
expect(const char *sql, enum outcome code, const char *part)
{
	struct err e = { .code = OK };

	assert_int_equal(db_exec(db, sql, &e), code);
	if (part && !strstr(e.peer, part))
		print_error("%s: \"%s\" lacks \"%s\"\n", sql, e.peer, part);
	assert_true(!part || strstr(e.peer, part));
	assert_null(strstr(e.peer, "INSERT"));
	assert_null(strstr(e.peer, "`"));
}

static void
test_values_that_are_refused(void **state)
{
	(void)state;
	server_sql(db, "INSERT INTO v (a, u) VALUES ('one', 1)");
	expect("INSERT INTO v (a) VALUES (NULL)", E_INVALID, "\"a\" must not be empty");
	expect("INSERT INTO strict (id) VALUES (1)", E_INVALID, "\"must\" needs a value");
	expect("INSERT INTO v (a) VALUES ('toolong')", E_INVALID, "\"a\" is too long");
	expect("INSERT INTO v (a, n) VALUES ('x', 300)", E_INVALID, "\"n\"");
	expect("INSERT INTO v (a, n) VALUES ('x', 'abc')", E_INVALID, "\"n\"");
	expect("INSERT INTO v (a, d) VALUES ('x', '2026-02-31')", E_INVALID, "\"d\"");
	expect("INSERT INTO v (a, e) VALUES ('x', 'z')", E_INVALID, "\"e\"");
	expect("INSERT INTO v (a, u) VALUES ('x', 1)", E_INVALID, "only once");
	expect("INSERT INTO v (a, n) VALUES ('x', 101)", E_INVALID, "rule");
	expect("INSERT INTO child VALUES (99999)", E_INVALID, "does not exist");
	server_sql(db, "INSERT INTO child SELECT id FROM v");
	expect("DELETE FROM v", E_INVALID, "refers to this row");
	server_sql(db, "DELETE FROM child");
	expect("INSERT INTO few (a) VALUES ('out')", E_INVALID, "leave the list");
	expect("SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Ask Mrs. Berger first.'", E_INVALID,
	    "Ask Mrs. Berger first.");
	expect("SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'My own.', MYSQL_ERRNO = 5555", E_INVALID,
	    "My own.");
	expect("SELEKT 1", E_FAILED, "unexpected");
}

static void
test_shapes_and_rights(void **state)
{
	struct db_conf conf = { .socket = server_conf()->socket, .user = "poor", .password = "p",
		.database = "t", .timeout_s = 5 };
	struct db *poor;
	struct err e;

	(void)state;
	expect("SELECT nope FROM v", E_UNAVAILABLE, "being reloaded");
	assert_true(db_is_shape_error(db));
	expect("SELECT 1 FROM nope", E_UNAVAILABLE, NULL);
	server_sql(db, "CREATE TABLE base (a INT);\nCREATE VIEW onbase AS SELECT a FROM base;\n"
	    "DROP TABLE base");
	expect("SELECT 1 FROM onbase", E_UNAVAILABLE, NULL);
	assert_true(db_is_shape_error(db));
	server_sql(db, "CREATE USER poor@localhost IDENTIFIED BY 'p';\n"
	    "GRANT SELECT ON t.strict TO poor@localhost");
	assert_ok(db_open(&conf, &poor, oops));
	assert_int_equal(db_exec(poor, "INSERT INTO strict VALUES (1, 1)", &e), E_DENIED);
	assert_false(db_is_lost(poor));
	db_close(&poor);
	conf.password = "wrong";
	assert_int_equal(db_open(&conf, &poor, &e), E_UNAVAILABLE);
	assert_null(poor);
}

static void
test_waits_and_deadlocks(void **state)
{
	struct db *other = server_connect();
	struct err e;

	(void)state;
	server_sql(other, "USE t;\nINSERT INTO strict VALUES (10, 1), (20, 1);\n"
	    "START TRANSACTION;\nUPDATE strict SET must = 2 WHERE id = 10");
	assert_int_equal(db_exec(db, "SELECT * FROM strict WHERE id = 10 FOR UPDATE NOWAIT", &e),
	    E_RETRY);
	server_sql(db, "SET SESSION innodb_lock_wait_timeout = 1");
	assert_int_equal(db_exec(db, "UPDATE strict SET must = 3 WHERE id = 10", &e), E_RETRY);
	assert_int_equal(db_errno(db), 1205);
	server_sql(other, "ROLLBACK");
	db_close(&other);
}

static void *
lock_other(void *arg)
{
	struct err e;

	/* waits for 20, held by the main thread, while holding 10 */
	return db_exec(arg, "UPDATE strict SET must = 5 WHERE id = 20", &e) == E_RETRY ? arg : NULL;
}

static void
test_deadlock(void **state)
{
	struct db *other = server_connect(), *watch = server_connect();
	pthread_t thread;
	void *other_lost;
	struct err e;
	enum outcome mine;
	int i;

	(void)state;
	server_sql(db, "SET SESSION innodb_lock_wait_timeout = 5;\nSTART TRANSACTION;\n"
	    "UPDATE strict SET must = 4 WHERE id = 20");
	server_sql(other, "USE t;\nSTART TRANSACTION;\nUPDATE strict SET must = 4 WHERE id = 10");
	pthread_create(&thread, NULL, lock_other, other);
	/* not innodb_trx: who asks that often is told what was true at first */
	for (i = 0; i < 100000 && server_number(watch, "SELECT variable_value FROM "
	    "information_schema.global_status WHERE variable_name = "
	    "'Innodb_row_lock_current_waits'") == 0; i++)
		;
	mine = db_exec(db, "UPDATE strict SET must = 5 WHERE id = 10", &e);
	db_rollback(db);
	pthread_join(thread, &other_lost);
	assert_true((mine == E_RETRY) != (other_lost != NULL)); /* exactly one of the two */
	db_close(&other);
	db_close(&watch);
}

static void
kill_connection(struct db *victim)
{
	server_sql(db, "KILL %lld", (long long)server_number(victim, "SELECT CONNECTION_ID()"));
}

static void
test_lost_connections(void **state)
{
	struct db *victim = server_connect();
	struct err e;

	(void)state;
	kill_connection(victim);
	assert_int_equal(db_exec(victim, "SELECT 1", &e), E_UNAVAILABLE);
	assert_true(db_is_lost(victim));
	assert_int_equal(db_commit(victim, &e), E_UNAVAILABLE); /* known to be lost: nothing was sent */
	db_close(&victim);
	victim = server_connect();
	server_sql(victim, "START TRANSACTION;\nINSERT INTO t.strict VALUES (30, 1)");
	kill_connection(victim);
	assert_int_equal(db_commit(victim, &e), E_UNCERTAIN);
	assert_true(db_is_lost(victim));
	db_close(&victim);
}

static void
test_values_of_all_sizes(void **state)
{
	static const size_t sizes[] = { 0, 1, 255, 256, 257, 65535, 65536, 3000000 };
	struct db_stmt *put = NULL, *get = NULL;
	const struct str *col;
	char *text = malloc(3000000);
	size_t i, n, round;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < 3000000; i++)
		text[i] = (char)(i * 7);
	assert_ok(db_prepare(db, "UPDATE v SET big = ? WHERE id = 1", &put, oops));
	assert_ok(db_prepare(db, "SELECT big, NULL, id FROM v WHERE id = 1", &get, oops));
	for (round = 0; round < 2; round++)
		for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
			const struct db_arg arg[] = { DB_ARG_BYTES(text, sizes[i]) };

			assert_ok(db_run(put, arg, 1, oops));
			assert_int_equal(db_affected(put), 1); /* found, even when equal */
			assert_ok(db_run(get, NULL, 0, oops));
			assert_ok(db_next(get, &col, &n, oops));
			assert_int_equal(n, 3);
			assert_int_equal(col[0].n, sizes[i]);
			assert_memory_equal(col[0].p, text, sizes[i]);
			assert_null(col[1].p);
			assert_text(col[2], "1");
			{
				struct err e;

				assert_int_equal(db_next(get, &col, &n, &e), E_NOT_FOUND);
			}
		}
	db_unprepare(&put);
	db_unprepare(&get);
	free(text);
}

static void
test_many_rows_in_one_packet(void **state)
{
	enum { ROWS = 2500 };
	struct db_stmt *st = NULL;
	struct db_arg *arg = calloc(ROWS * 4, sizeof(*arg));
	char text[ROWS][8];
	int64_t before, after;
	size_t i;

	(void)state;
	assert_non_null(arg);
	server_sql(db, "CREATE TABLE bulk (id INT PRIMARY KEY, a VARCHAR(20), b BLOB, n BIGINT)");
	for (i = 0; i < ROWS; i++) {
		snprintf(text[i], sizeof(text[i]), "r%zu", i);
		arg[i * 4] = DB_ARG_U64(i);
		arg[i * 4 + 1] = i % 3 ? DB_ARG_TEXT(str_of(text[i]))
		    : (struct db_arg){ .type = DB_NULL };
		arg[i * 4 + 2] = DB_ARG_BYTES("\0\1\2", 3);
		arg[i * 4 + 3] = DB_ARG_I64(-(int64_t)i);
	}
	assert_ok(db_prepare(db, "INSERT INTO bulk VALUES (?, ?, ?, ?)", &st, oops));
	before = server_number(db, "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS "
	    "WHERE VARIABLE_NAME = 'BYTES_RECEIVED'");
	assert_ok(db_run_many(st, arg, 4, ROWS, oops));
	after = server_number(db, "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS "
	    "WHERE VARIABLE_NAME = 'COM_STMT_EXECUTE'");
	assert_true(before > 0 && after < 200); /* packets, not rows */
	db_unprepare(&st);
	assert_int_equal(server_number(db, "SELECT COUNT(*) FROM bulk"), ROWS);
	assert_int_equal(server_number(db, "SELECT COUNT(*) FROM bulk WHERE a IS NULL"), 834);
	assert_int_equal(server_number(db, "SELECT COUNT(*) FROM bulk WHERE a = CONCAT('r', id) "
	    "AND b = X'000102' AND n = -id"), ROWS - 834);
	/* a refused row refuses its packet */
	arg[0] = DB_ARG_U64(ROWS + 1);
	arg[4] = DB_ARG_U64(ROWS + 1);
	assert_ok(db_prepare(db, "INSERT INTO bulk VALUES (?, ?, ?, ?)", &st, oops));
	{
		struct err e;

		assert_int_equal(db_run_many(st, arg, 4, 2, &e), E_INVALID);
		assert_int_equal(db_errno(db), 1062);
	}
	db_unprepare(&st);
	free(arg);
}

static void
test_schema_of_another_version(void **state)
{
	struct arena a;
	struct store *s = NULL;
	struct err e;
	bool is_new;
	int64_t newest;

	(void)state;
	arena_init(&a, MIB);
	newest = server_number(db, "SELECT MAX(version) FROM ows.ows_schema");
	server_sql(db, "UPDATE ows.ows_schema SET version = 99");
	assert_ok(store_open(server_conf(), &s, oops));
	store_use(s, &a);
	assert_int_equal(store_connect(s, &is_new, &e), E_UNAVAILABLE);
	assert_non_null(strstr(e.peer, "99"));
	assert_true(store_is_lost(s));
	server_sql(db, "UPDATE ows.ows_schema SET version = %lld", (long long)newest);
	assert_ok(store_connect(s, &is_new, oops));
	assert_true(is_new);
	assert_ok(store_connect(s, &is_new, oops));
	assert_false(is_new);
	store_close(&s);
	arena_clear(&a);
}

static void
test_lease(void **state)
{
	struct arena a;
	struct store *s;
	bool is_mine;

	(void)state;
	arena_init(&a, MIB);
	s = server_store(&a);
	assert_ok(store_lease(s, "housekeeper", "one", 60, &is_mine, oops));
	assert_true(is_mine);
	assert_ok(store_lease(s, "housekeeper", "two", 60, &is_mine, oops));
	assert_false(is_mine);
	assert_ok(store_lease(s, "housekeeper", "one", 60, &is_mine, oops));
	assert_true(is_mine);
	server_sql(db, "UPDATE ows.ows_lease SET until = UNIX_TIMESTAMP() - 1");
	assert_ok(store_lease(s, "housekeeper", "two", 60, &is_mine, oops));
	assert_true(is_mine);
	assert_ok(store_lease(s, "housekeeper", "one", 60, &is_mine, oops));
	assert_false(is_mine);
	store_close(&s);
	arena_clear(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_statement_prepares),
		cmocka_unit_test(test_session_is_ours),
		cmocka_unit_test(test_values_that_are_refused),
		cmocka_unit_test(test_shapes_and_rights),
		cmocka_unit_test(test_waits_and_deadlocks),
		cmocka_unit_test(test_deadlock),
		cmocka_unit_test(test_lost_connections),
		cmocka_unit_test(test_values_of_all_sizes),
		cmocka_unit_test(test_many_rows_in_one_packet),
		cmocka_unit_test(test_schema_of_another_version),
		cmocka_unit_test(test_lease),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
