/*
 * db_write.c -- writing through views: one table, joins, what MariaDB refuses,
 * sentences that name the field, locks that are held, and business writers
 * that never wait.
 */
#include "server.h"

static struct db *db;
static struct store *s;
static struct arena arena;

static int
start(void **state)
{
	if (server_start(state))
		return -1;
	db = server_connect();
	server_sql(db, "CREATE DATABASE t CHARACTER SET utf8mb4;\nUSE t;\n"
	    "CREATE TABLE person (id INT PRIMARY KEY AUTO_INCREMENT, last VARCHAR(10) NOT NULL, "
	    "first VARCHAR(10), email VARCHAR(20) UNIQUE, born DATE, source VARCHAR(10), "
	    "age TINYINT, CHECK (age < 120)) ENGINE=InnoDB;\n"
	    "CREATE TABLE phone (person INT PRIMARY KEY, num VARCHAR(20)) ENGINE=InnoDB;\n"
	    "CREATE VIEW plain AS SELECT id, last, first, email, born, source, age, "
	    "UPPER(last) AS shout FROM person;\n"
	    "CREATE VIEW joined AS SELECT p.id, p.last, p.first, h.num FROM person p "
	    "LEFT JOIN phone h ON h.person = p.id");
	arena_init(&arena, 64 * MIB);
	s = server_store(&arena);
	return 0;
}

static int
stop(void **state)
{
	store_close(&s);
	arena_clear(&arena);
	db_close(&db);
	return server_stop(state);
}

static void
make_plain(struct test_list *t, unsigned number)
{
	list_make(t, db, number, "t", "plain", "id", NULL);
	list_add(t, FIELD_TITLE, "last", VALUE_TEXT);
	list_add(t, FIELD_BIRTHDAY, "born", VALUE_DATE);
	list_add(t, FIELD_EMAIL, "email", VALUE_TEXT);
	list_add(t, FIELD_FIRST_NAME, "first", VALUE_TEXT);
	list_add(t, FIELD_INITIALS, "shout", VALUE_TEXT);
	list_add(t, FIELD_MILEAGE, "age", VALUE_INT);
	t->constant[0] = (struct constant){ "source", { "outlook", 7 } };
	t->l.constant_n = 1;
	list_bind(t, s);
}

static void
test_one_table(void **state)
{
	const struct cell cells[] = { { .column = 0, .value = STR("Meier") }, { .column = 3, .value = STR("Eva") }, { .column = 1, .value = STR("1980-02-03") } };
	struct test_list t;
	struct str key;
	struct row row;
	char *text;

	(void)state;
	make_plain(&t, 1);
	assert_true(t.l.key_is_auto);
	assert_true(t.column[4].is_readonly);
	assert_false(t.column[0].is_readonly);
	assert_ok(store_begin(s, oops));
	assert_ok(store_row_insert(s, &t.l, cells, 3, &key, oops));
	assert_text(key, "1");
	assert_ok(store_row_lock(s, &t.l, key, &row, oops));
	assert_int_equal(row.state, ROW_GOOD);
	assert_text(row.value[0], "Meier");
	assert_text(row.value[1], "1980-02-03");
	assert_text(row.value[4], "MEIER");
	assert_null(row.value[2].p);
	assert_ok(store_row_update(s, &t.l, key,
	    (const struct cell[]){ { .column = 3, .value = STR_NULL }, { .column = 2, .value = STR("e@x") } }, 2, oops));
	assert_ok(store_commit(s, oops));
	text = server_text(db, "SELECT CONCAT_WS('|', last, first, email, source) FROM person");
	assert_string_equal(text, "Meier|e@x|outlook");
	free(text);
	/* equal values are found, not lost */
	assert_ok(store_row_update(s, &t.l, key, &(struct cell){ .column = 2, .value = STR("e@x") }, 1, oops));
	assert_ok(store_row_delete(s, &t.l, key, oops));
	assert_int_equal(server_number(db, "SELECT COUNT(*) FROM person"), 0);
	{
		struct err e;

		assert_int_equal(store_row_delete(s, &t.l, key, &e), E_RETRY);
		assert_int_equal(store_row_update(s, &t.l, key, &cells[0], 1, &e), E_RETRY);
	}
	list_free(&t);
}

static void
refused(struct test_list *t, struct str key, size_t column, struct str value, const char *part)
{
	const struct cell cell = { .column = column, .value = value };
	struct err e = { .code = OK };

	assert_int_equal(store_row_update(s, &t->l, key, &cell, 1, &e), E_INVALID);
	if (!strstr(e.peer, part))
		print_error("\"%s\" lacks \"%s\"\n", e.peer, part);
	assert_non_null(strstr(e.peer, part));
	assert_null(strstr(e.peer, "person"));
}

static void
test_sentences(void **state)
{
	struct test_list t;
	struct str key;

	(void)state;
	make_plain(&t, 2);
	server_sql(db, "INSERT INTO person (last, email) VALUES ('x', 'taken')");
	assert_ok(store_row_insert(s, &t.l, &(struct cell){ .column = 0, .value = STR("y") }, 1, &key, oops));
	refused(&t, key, 0, STR("much too long a name"), "\"title\" is too long");
	refused(&t, key, 1, STR("2026-02-31"), "\"birthday\"");
	refused(&t, key, 2, STR("taken"), "only once");
	refused(&t, key, 5, STR("300"), "\"mileage\"");
	refused(&t, key, 5, STR("125"), "rule of the database");
	refused(&t, key, 4, STR("Y"), "\"initials\" cannot be changed");
	/* cleared, and the column knows no NULL: empty text */
	assert_ok(store_row_update(s, &t.l, key, &(struct cell){ .column = 0, .value = STR_NULL }, 1, oops));
	assert_int_equal(server_number(db, "SELECT COUNT(*) FROM person WHERE last = ''"), 1);
	server_sql(db, "CREATE TRIGGER ask BEFORE UPDATE ON person FOR EACH ROW "
	    "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Ask Mrs. Berger first.'");
	refused(&t, key, 0, STR("z"), "Ask Mrs. Berger first.");
	server_sql(db, "DROP TRIGGER ask");
	list_free(&t);
}

static void
test_join_view(void **state)
{
	struct test_list t;
	struct str key;
	struct err e;

	(void)state;
	server_sql(db, "DELETE FROM person;\nINSERT INTO person (id, last) VALUES (100, 'a'), (101, 'b');\n"
	    "INSERT INTO phone VALUES (100, '1')");
	list_make(&t, db, 3, "t", "joined", "id", NULL);
	list_add(&t, FIELD_TITLE, "last", VALUE_TEXT);
	list_add(&t, FIELD_FIRST_NAME, "first", VALUE_TEXT);
	list_add(&t, FIELD_HOME_PHONE, "num", VALUE_TEXT);
	list_bind(&t, s);
	assert_ok(store_row_update(s, &t.l, STR("100"), (const struct cell[]){
	    { .column = 0, .value = STR("A") }, { .column = 2, .value = STR("2") }, { .column = 1, .value = STR("F") } }, 3, oops));
	assert_int_equal(server_number(db, "SELECT num FROM phone WHERE person = 100"), 2);
	assert_int_equal(server_number(db, "SELECT COUNT(*) FROM person WHERE last = 'A' AND first = 'F'"), 1);
	/* no row there to take it */
	assert_int_equal(store_row_update(s, &t.l, STR("101"),
	    &(struct cell){ .column = 2, .value = STR("3") }, 1, &e), E_INVALID);
	assert_non_null(strstr(e.peer, "\"home phone\""));
	assert_ok(store_row_update(s, &t.l, STR("101"), &(struct cell){ .column = 2, .value = STR_NULL }, 1, oops));
	/* MariaDB takes no new row through an outer join */
	assert_int_equal(store_row_insert(s, &t.l, &(struct cell){ .column = 0, .value = STR("new") }, 1, &key, &e), E_INVALID);
	assert_non_null(strstr(e.peer, "cannot be added"));
	list_free(&t);
	server_sql(db, "CREATE VIEW inner_joined AS SELECT p.id, p.last, h.num FROM person p "
	    "JOIN phone h ON h.person = p.id");
	list_make(&t, db, 33, "t", "inner_joined", "id", NULL);
	list_add(&t, FIELD_TITLE, "last", VALUE_TEXT);
	list_add(&t, FIELD_HOME_PHONE, "num", VALUE_TEXT);
	list_bind(&t, s);
	/* through an inner join it takes the row of the key's table; the other has no place for it */
	assert_ok(store_begin(s, oops));
	assert_int_equal(store_row_insert(s, &t.l, (const struct cell[]){
	    { .column = 1, .value = STR("55") }, { .column = 0, .value = STR("new") } }, 2, &key, &e), E_INVALID);
	assert_non_null(strstr(e.peer, "\"home phone\""));
	store_abort(s);
	assert_ok(store_row_insert(s, &t.l, (const struct cell[]){
	    { .column = 1, .value = STR_NULL }, { .column = 0, .value = STR("new") } }, 2, &key, oops));
	assert_int_equal(server_number(db, "SELECT COUNT(*) FROM person WHERE last = 'new'"), 1);
	assert_int_equal(store_row_delete(s, &t.l, key, &e), E_INVALID); /* a join view */
	assert_non_null(strstr(e.peer, "cannot be deleted"));
	list_free(&t);
	{
		static const struct tracked from = { .schema = "t", .table = "person", .part_n = 1,
			.part = { "id" } };

		list_make(&t, db, 4, "t", "joined", "id", NULL);
		list_add(&t, FIELD_TITLE, "last", VALUE_TEXT);
		t.l.delete_from = &from;
		list_bind(&t, s);
		assert_ok(store_row_delete(s, &t.l, key, oops));
		assert_int_equal(server_number(db, "SELECT COUNT(*) FROM person WHERE last = 'new'"), 0);
		list_free(&t);
	}
}

static void
test_keys_of_new_rows(void **state)
{
	struct test_list t;
	struct str key;
	struct row row;
	struct err e;

	(void)state;
	server_sql(db, "CREATE TABLE byuuid (id CHAR(36) PRIMARY KEY, a VARCHAR(10));\n"
	    "CREATE TABLE bybin (id BINARY(16) PRIMARY KEY, a VARCHAR(10));\n"
	    "CREATE TABLE byname (id VARCHAR(10) PRIMARY KEY, a VARCHAR(10), gone TINYINT NOT NULL "
	    "DEFAULT 0);\nCREATE VIEW v_byname AS SELECT * FROM byname");
	list_make(&t, db, 5, "t", "byuuid", "id", NULL);
	list_add(&t, FIELD_TITLE, "a", VALUE_TEXT);
	t.l.key_from = KEY_UUID;
	list_bind(&t, s);
	assert_ok(store_row_insert(s, &t.l, &(struct cell){ .column = 0, .value = STR("x") }, 1, &key, oops));
	assert_int_equal(key.n, 36);
	assert_ok(store_row_lock(s, &t.l, key, &row, oops));
	assert_int_equal(row.state, ROW_GOOD);
	list_free(&t);
	list_make(&t, db, 6, "t", "bybin", "id", NULL);
	list_add(&t, FIELD_TITLE, "a", VALUE_TEXT);
	t.l.key_from = KEY_UUID;
	list_bind(&t, s);
	assert_ok(store_row_insert(s, &t.l, &(struct cell){ .column = 0, .value = STR("x") }, 1, &key, oops));
	assert_int_equal(key.n, 32);
	assert_ok(store_row_lock(s, &t.l, key, &row, oops));
	assert_int_equal(row.state, ROW_GOOD);
	list_free(&t);
	list_make(&t, db, 7, "t", "v_byname", "id", NULL);
	list_add(&t, FIELD_TITLE, "a", VALUE_TEXT);
	list_add(&t, FIELD_ACCOUNT, "id", VALUE_TEXT);
	t.l.key_from = KEY_FIELDS;
	t.l.delete_set = "gone";
	t.l.delete_set_value = STR("1");
	list_bind(&t, s);
	assert_int_equal(store_row_insert(s, &t.l, &(struct cell){ .column = 0, .value = STR("x") }, 1, &key, &e), E_INVALID);
	assert_ok(store_row_insert(s, &t.l, (const struct cell[]){
	    { .column = 0, .value = STR("x") }, { .column = 1, .value = STR("k1") } }, 2, &key, oops));
	assert_text(key, "k1");
	assert_int_equal(store_row_insert(s, &t.l, (const struct cell[]){
	    { .column = 0, .value = STR("x") }, { .column = 1, .value = STR("k1") } }, 2, &key, &e), E_INVALID);
	assert_ok(store_row_delete(s, &t.l, STR("k1"), oops));
	assert_int_equal(server_number(db, "SELECT gone FROM byname"), 1);
	list_free(&t);
}

static void
test_locks(void **state)
{
	struct test_list t;
	struct db *other = server_connect();
	struct row row;
	struct err e;
	uint64_t found;
	struct list_state st;

	(void)state;
	server_sql(db, "DELETE FROM person;\nINSERT INTO person (id, last) VALUES (1, 'a'), (2, 'b')");
	server_sql(other, "USE t;\nSET SESSION innodb_lock_wait_timeout = 1");
	make_plain(&t, 8);
	/* base rows are locked by key, and only those */
	assert_ok(store_begin(s, oops));
	assert_ok(store_row_lock(s, &t.l, STR("1"), &row, oops));
	assert_int_equal(db_exec(other, "SELECT * FROM person WHERE id = 1 FOR UPDATE NOWAIT", &e), E_RETRY);
	assert_ok(db_exec(other, "UPDATE person SET first = 'z' WHERE id = 2", oops));
	store_abort(s);
	/* the list's row is held; nobody who writes the source waits for it */
	assert_ok(store_begin(s, oops));
	assert_ok(store_lock(s, &t.l, &st, oops));
	assert_ok(db_exec(other, "UPDATE person SET first = 'y' WHERE id = 2", oops));
	assert_int_equal(db_exec(other, "SELECT no FROM ows.ows_list FOR UPDATE NOWAIT", &e), E_RETRY);
	assert_ok(store_commit(s, oops));
	/* a scan waits for no writer, and no writer for a scan */
	server_sql(other, "START TRANSACTION;\nUPDATE person SET first = 'not yet' WHERE id = 1;\n"
	    "INSERT INTO person (id, last) VALUES (3, 'c')");
	assert_ok(store_scan(s, &t.l, &found, oops));
	assert_int_equal(found, 2); /* the third is not committed */
	server_sql(other, "ROLLBACK");
	{
		struct arena a2;
		struct store *scanner;
		struct test_list again;

		arena_init(&a2, 8 * MIB);
		scanner = server_store(&a2);
		again = t;
		{
			struct ini_problems p = { .arena = &a2 };

			assert_int_equal(store_bind(scanner, &again.l, &p, &e), OK);
		}
		assert_ok(db_exec(scanner->db, "START TRANSACTION", oops));
		assert_ok(store_scan(scanner, &again.l, &found, oops));
		assert_ok(db_exec(other, "UPDATE person SET first = 'during' WHERE id = 1", oops));
		assert_ok(db_exec(other, "DELETE FROM person WHERE id = 2", oops));
		assert_ok(db_exec(scanner->db, "COMMIT", oops));
		store_close(&scanner);
		arena_clear(&a2);
	}
	/* a view that errs writes nothing */
	server_sql(db, "DELETE FROM ows.ows_inbox;\nRENAME TABLE person TO elsewhere");
	assert_int_equal(store_scan(s, &t.l, &found, &e), E_UNAVAILABLE);
	assert_true(store_is_stale(s, &t.l));
	assert_int_equal(server_number(db, "SELECT COUNT(*) FROM ows.ows_inbox"), 0);
	server_sql(db, "RENAME TABLE elsewhere TO person");
	db_close(&other);
	list_free(&t);
}

static void
test_rights(void **state)
{
	struct store_conf conf = *server_conf();
	struct ini_problems p;
	struct test_list t;
	struct store *poor = NULL;
	struct err e;
	bool is_new;

	(void)state;
	server_sql(db, "CREATE USER reader@localhost IDENTIFIED BY 'r';\n"
	    "GRANT SELECT, INSERT, UPDATE, DELETE ON ows.* TO reader@localhost;\n"
	    "GRANT SELECT ON t.plain TO reader@localhost;\n"
	    "REPLACE INTO person (id, last) VALUES (1, 'a')");
	conf.user = "reader";
	conf.password = "r";
	make_plain(&t, 9);
	p = (struct ini_problems){ .arena = &t.arena };
	assert_ok(store_open(&conf, &poor, oops));
	store_use(poor, &arena);
	assert_ok(store_connect(poor, &is_new, oops));
	assert_int_equal(store_bind(poor, &t.l, &p, &e), OK);
	assert_true(t.column[0].is_readonly); /* it may not write there */
	assert_int_equal(store_row_delete(poor, &t.l, STR("1"), &e), E_DENIED);
	assert_false(store_is_stale(poor, &t.l));
	server_sql(db, "REVOKE SELECT ON t.plain FROM reader@localhost");
	{
		struct row *rows;
		const struct str key[] = { STR("1") };

		assert_int_equal(store_rows(poor, &t.l, key, 1, &rows, &e), E_UNAVAILABLE);
	}
	assert_true(store_is_stale(poor, &t.l));
	store_close(&poor);
	list_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_table),
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_join_view),
		cmocka_unit_test(test_keys_of_new_rows),
		cmocka_unit_test(test_locks),
		cmocka_unit_test(test_rights),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
