/*
 * db_view.c -- binding, fingerprints computed twice, keys of many types,
 * canonical values, and that look-ups use the index of the view's key.
 */
#include "server.h"

#include "field.h"

static struct db *db;
static struct store *s;
static struct arena arena;

static int
start(void **state)
{
	if (server_start(state))
		return -1;
	db = server_connect();
	server_sql(db, "CREATE DATABASE t CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;\nUSE t");
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

/* ---- fingerprints ---- */

static const struct { const char *name, *type; enum value_type value; const char *values[6]; } kinds[] = {
	{ "c_float", "FLOAT", VALUE_NUMBER, { "0.1", "-3.4e38", "1.5e-7", "16777216" } },
	{ "c_double", "DOUBLE", VALUE_NUMBER, { "0.1", "1e20", "-1.7976931348623157e308", "1e15", "123456789.125" } },
	{ "c_dec", "DECIMAL(20,6)", VALUE_NUMBER, { "1.5", "-0.000001", "12345678901234.5" } },
	{ "c_int", "INT", VALUE_INT, { "-2147483648", "7" } },
	{ "c_zero", "INT(8) ZEROFILL", VALUE_INT, { "42", "0" } },
	{ "c_big", "BIGINT UNSIGNED", VALUE_INT, { "18446744073709551615", "1" } },
	{ "c_date", "DATE", VALUE_DATE, { "'2026-03-05'", "'1999-12-31'" } },
	{ "c_dt", "DATETIME(6)", VALUE_STAMP, { "'2026-03-05 09:00:00.123456'", "'2026-07-05 09:00:00'" } },
	{ "c_ts", "TIMESTAMP(3) NULL DEFAULT NULL", VALUE_STAMP, { "'2026-03-05 09:00:00.5'" } },
	{ "c_time", "TIME(2)", VALUE_TEXT, { "'-10:00:00.5'", "'838:00:00'" } },
	{ "c_year", "YEAR", VALUE_INT, { "2026" } },
	{ "c_enum", "ENUM('gr\xC3\xBCn','blau')", VALUE_CHOICE, { "'gr\xC3\xBCn'", "'blau'" } },
	{ "c_set", "SET('a','b')", VALUE_TEXT, { "'a,b'", "''" } },
	{ "c_json", "JSON", VALUE_TEXT, { "'{\"a\": [1, \"\xC3\xA4\"]}'" } },
	{ "c_blob", "BLOB", VALUE_BINARY, { "X'00FF10'", "''" } },
	{ "c_note", "BLOB", VALUE_NOTE, { "'plain \xC3\xA4'" } },
	{ "c_bit", "BIT(9)", VALUE_INT, { "b'101'", "b'100000000'" } },
	{ "c_uuid", "UUID", VALUE_TEXT, { "'123E4567-e89b-12d3-a456-426655440000'" } },
	{ "c_inet", "INET6", VALUE_TEXT, { "'2001:DB8::1'" } },
	{ "c_l1", "VARCHAR(50) CHARACTER SET latin1", VALUE_TEXT, { "'Gr\xC3\xBC\xC3\x9F" "e'", "''" } },
	{ "c_u3", "VARCHAR(50) CHARACTER SET utf8mb3", VALUE_TEXT, { "'\xE2\x82\xAC'" } },
	{ "c_u16", "VARCHAR(50) CHARACTER SET utf16", VALUE_TEXT, { "'\xF0\x9F\x98\x80 x'" } },
	{ "c_text", "TEXT", VALUE_NOTE, { "'\xF0\x9F\x98\x80 it''s\\nline'", "''" } },
	{ "c_char", "CHAR(5)", VALUE_TEXT, { "'ab'" } },
};
#define KIND_N (sizeof(kinds) / sizeof(*kinds))

static void
scan_finds(struct test_list *t, uint64_t expected)
{
	uint64_t found = 77;

	server_sql(db, "DELETE FROM ows.ows_inbox");
	assert_ok(store_scan(s, &t->l, &found, oops));
	if (found != expected) {
		char *keys = server_text(db, "SELECT GROUP_CONCAT(skey) FROM ows.ows_inbox");

		print_error("scan found %s\n", keys);
		free(keys);
	}
	assert_int_equal(found, expected);
}

/* Values come with a row that is asked for alone. */
static struct str
first_value(struct test_list *t, struct str key)
{
	struct row *row;

	assert_ok(store_rows(s, &t->l, &key, 1, &row, oops));
	assert_int_equal(row->state, ROW_GOOD);
	return row->value[0];
}

/* Read the rows of these keys and make items of them, as harvest would. */
static void
number_rows(struct test_list *t, const struct str *keys, size_t n)
{
	struct item *item = ARENA_ARRAY(&arena, struct item, n);
	struct row *rows;
	size_t i;

	assert_ok(store_rows(s, &t->l, keys, n, &rows, oops));
	for (i = 0; i < n; i++) {
		assert_int_equal(rows[i].state, ROW_GOOD);
		item[i] = (struct item){ .id = (uint32_t)i + 1, .version = 1, .key = keys[i],
			.changed = i + 2 };
		memcpy(item[i].print, rows[i].print, HASH_LEN);
		item[i].guid.b[3] = (unsigned char)i;
	}
	assert_ok(store_items_insert(s, &t->l, item, n, oops));
}

static void
test_prints_agree(void **state)
{
	struct test_list t;
	struct str keys[160];
	struct buf sql;
	size_t i, k, n = 1;

	(void)state;
	buf_init(&sql, MIB);
	buf_addf(&sql, "CREATE TABLE kinds (id INT PRIMARY KEY");
	for (i = 0; i < KIND_N; i++)
		buf_addf(&sql, ", %s %s NULL", kinds[i].name, kinds[i].type);
	buf_addf(&sql, ")");
	server_sql(db, "%s", sql.p);
	server_sql(db, "CREATE VIEW v_kinds AS SELECT * FROM kinds;\nINSERT INTO kinds (id) VALUES (1)");
	for (i = 0; i < KIND_N; i++)
		for (k = 0; k < 6 && kinds[i].values[k]; k++)
			server_sql(db, "INSERT INTO kinds (id, %s) VALUES (%zu, %s)", kinds[i].name,
			    ++n, kinds[i].values[k]);
	buf_clear(&sql);
	list_make(&t, db, 1, "t", "v_kinds", "id", NULL);
	for (i = 0; i < KIND_N; i++)
		list_add(&t, (enum field)(FIELD_BIRTHDAY + i), kinds[i].name, VALUE_TEXT);
	for (i = 0; i < KIND_N; i++)
		t.column[i].type = kinds[i].value == VALUE_BINARY ? VALUE_BINARY : VALUE_TEXT;
	list_bind(&t, s);
	scan_finds(&t, n);
	for (i = 0; i < n; i++)
		keys[i] = arena_fmt(&arena, "%zu", i + 1);
	number_rows(&t, keys, n);
	/* every print that C computed is the one that SQL computes: nothing differs */
	scan_finds(&t, 0);
	/* and every single value counts: emptying it is found */
	for (i = 0, n = 1; i < KIND_N; i++)
		for (k = 0; k < 6 && kinds[i].values[k]; k++) {
			n++;
			server_sql(db, "UPDATE kinds SET %s = NULL WHERE id = %zu", kinds[i].name, n);
			scan_finds(&t, 1);
			server_sql(db, "DELETE FROM kinds WHERE id = %zu", n);
			scan_finds(&t, 1); /* gone */
			server_sql(db, "DELETE FROM ows.ows_item WHERE id = %zu", n);
		}
	list_free(&t);
}

/* ---- keys ---- */

static void
test_keys_of_many_types(void **state)
{
	static const struct { const char *type; const char *values[4]; const char *text[4]; } key[] = {
		{ "INT", { "-5", "7" }, { "-5", "7" } },
		{ "BIGINT UNSIGNED", { "18446744073709551615" }, { "18446744073709551615" } },
		{ "DECIMAL(10,2)", { "1.5", "-7" }, { "1.50", "-7.00" } },
		{ "DOUBLE", { "0.1", "1e20" }, { "0.1", "1e20" } },
		{ "DATE", { "'2026-01-02'" }, { "2026-01-02" } },
		{ "DATETIME(3)", { "'2026-01-02 03:04:05.678'" }, { "2026-01-02 03:04:05.678" } },
		{ "TIMESTAMP", { "'2026-01-02 03:04:05'" }, { "2026-01-02 03:04:05" } },
		{ "VARCHAR(50)", { "'a'", "'\xC3\xA4 x'" }, { "a", "\xC3\xA4 x" } },
		{ "VARCHAR(50) CHARACTER SET latin1", { "'\xC3\xBC'", "'o''x'" }, { "\xC3\xBC", "o'x" } },
		{ "VARBINARY(16)", { "X'00FF'", "X'1F27'" }, { "00FF", "1F27" } },
		{ "UUID", { "'123E4567-e89b-12d3-a456-426655440000'" }, { "123e4567-e89b-12d3-a456-426655440000" } },
		{ "ENUM('x','y')", { "'y'" }, { "y" } },
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(key) / sizeof(*key); i++) {
		struct test_list t;
		struct str keys[4];
		struct row *rows, row;
		struct item item;

		server_sql(db, "CREATE OR REPLACE TABLE keyed (k %s PRIMARY KEY, a VARCHAR(10));\n"
		    "CREATE OR REPLACE VIEW v_keyed AS SELECT k, a FROM keyed", key[i].type);
		list_make(&t, db, 100 + (unsigned)i, "t", "v_keyed", "k", NULL);
		list_add(&t, FIELD_TITLE, "a", VALUE_TEXT);
		list_bind(&t, s);
		for (k = 0; k < 4 && key[i].values[k]; k++) {
			server_sql(db, "INSERT INTO keyed VALUES (%s, 'v%zu')", key[i].values[k], k);
			keys[k] = str_of(key[i].text[k]);
		}
		scan_finds(&t, k);
		assert_ok(store_rows(s, &t.l, keys, k, &rows, oops));
		assert_int_equal(rows[0].state, ROW_GOOD);
		assert_text(first_value(&t, keys[0]), "v0");
		number_rows(&t, keys, k);
		scan_finds(&t, 0);
		assert_ok(store_one(s, &t.l, 1, &item, &row, oops));
		assert_int_equal(row.state, ROW_GOOD);
		assert_ok(store_begin(s, oops));
		assert_ok(store_row_lock(s, &t.l, keys[0], &row, oops));
		assert_int_equal(row.state, ROW_GOOD);
		assert_ok(store_row_update(s, &t.l, keys[0],
		    &(struct cell){ .column = 0, .value = STR("new") }, 1, oops));
		assert_ok(store_row_delete(s, &t.l, keys[0], oops));
		assert_ok(store_commit(s, oops));
		scan_finds(&t, 1);
		list_free(&t);
	}
}

static void
test_composite_keys(void **state)
{
	struct test_list t;
	const struct str keys[] = { STR("1\037a b"), STR("1\037A b"), STR("2\037a b"), STR("1"),
		STR("1\037a\037b") };
	struct row *rows;

	(void)state;
	server_sql(db, "CREATE TABLE pair (n INT, w VARCHAR(20) COLLATE utf8mb4_general_ci, a INT, "
	    "PRIMARY KEY (n, w));\nCREATE VIEW v_pair AS SELECT * FROM pair;\n"
	    "INSERT INTO pair VALUES (1, 'a b', 5), (2, 'a b', 6)");
	list_make(&t, db, 2, "t", "v_pair", "n", "w");
	list_add(&t, FIELD_TITLE, "a", VALUE_INT);
	list_bind(&t, s);
	assert_ok(store_rows(s, &t.l, keys, 5, &rows, oops));
	assert_int_equal(rows[0].state, ROW_GOOD);
	assert_text(first_value(&t, keys[0]), "5");
	assert_int_equal(rows[1].state, ROW_ABSENT); /* equal for the collation only */
	assert_text(first_value(&t, keys[2]), "6");
	assert_int_equal(rows[3].state, ROW_ABSENT);
	assert_int_equal(rows[4].state, ROW_ABSENT);
	assert_ok(store_row_update(s, &t.l, keys[2], &(struct cell){ .column = 0, .value = STR("9") }, 1, oops));
	assert_int_equal(server_number(db, "SELECT a FROM pair WHERE n = 2"), 9);
	scan_finds(&t, 2);
	number_rows(&t, (const struct str[]){ keys[0], keys[2] }, 2);
	scan_finds(&t, 0);
	server_sql(db, "INSERT INTO pair VALUES (3, CONCAT('x', CHAR(31), 'y'), 1)");
	{
		const struct str odd[] = { STR("3\037x\037y") };

		assert_ok(store_rows(s, &t.l, odd, 1, &rows, oops));
		assert_int_not_equal(rows[0].state, ROW_GOOD);
	}
	list_free(&t);
}

static void
test_keys_that_come_twice(void **state)
{
	struct test_list t;
	const struct str key[] = { STR("7") };
	struct row *rows;

	(void)state;
	server_sql(db, "CREATE TABLE loose (k INT, a INT);\nCREATE VIEW v_loose AS SELECT * FROM loose;\n"
	    "INSERT INTO loose VALUES (7, 1), (8, 1)");
	list_make(&t, db, 3, "t", "v_loose", "k", NULL);
	list_add(&t, FIELD_TITLE, "a", VALUE_INT);
	list_bind(&t, s);
	number_rows(&t, (const struct str[]){ STR("7"), STR("8") }, 2);
	scan_finds(&t, 0);
	server_sql(db, "INSERT INTO loose VALUES (7, 1), (NULL, 1)"); /* a twin, equal in all values */
	scan_finds(&t, 1);
	assert_ok(store_rows(s, &t.l, key, 1, &rows, oops));
	assert_int_equal(rows[0].state, ROW_BAD);
	assert_non_null(strstr(rows[0].reason, "more than once"));
	server_sql(db, "UPDATE ows.ows_item SET is_bad = 1 WHERE skey = '7'");
	scan_finds(&t, 1); /* bad ones are looked at again */
	list_free(&t);
}

/* ---- values ---- */

static void
one_value(const char *type, enum value_type value, const char *sql, const char *canonical)
{
	static unsigned number = 400;
	const struct str key[] = { STR("1") };
	struct test_list t;
	struct row *rows;
	struct err err;

	server_sql(db, "CREATE OR REPLACE TABLE one (id INT PRIMARY KEY, a %s);\n"
	    "CREATE OR REPLACE VIEW v_one AS SELECT * FROM one;\n"
	    "SET sql_mode = '';\nINSERT INTO one VALUES (1, %s);\nSET sql_mode = 'STRICT_ALL_TABLES'",
	    type, sql);
	list_make(&t, db, ++number, "t", "v_one", "id", NULL);
	t.l.zone = zone_open("Europe/Berlin", &err);
	assert_non_null(t.l.zone);
	list_add(&t, FIELD_TITLE, "a", value);
	list_bind(&t, s);
	assert_ok(store_rows(s, &t.l, key, 1, &rows, oops));
	if (!canonical) {
		assert_int_equal(rows[0].state, ROW_BAD);
		assert_non_null(strstr(rows[0].reason, "title"));
	} else {
		if (rows[0].state != ROW_GOOD)
			print_error("%s %s: %s\n", type, sql, rows[0].reason);
		assert_int_equal(rows[0].state, ROW_GOOD);
		assert_text(rows[0].value[0], canonical);
		/* written back, it reads the same */
		server_sql(db, "UPDATE one SET a = NULL");
		assert_ok(store_row_update(s, &t.l, key[0],
		    &(struct cell){ .column = 0, .value = str_of(canonical) }, 1, oops));
		assert_ok(store_rows(s, &t.l, key, 1, &rows, oops));
		assert_int_equal(rows[0].state, ROW_GOOD);
		assert_text(rows[0].value[0], canonical);
	}
	list_free(&t);
}

static void
test_canonical_values(void **state)
{
	(void)state;
	one_value("DATETIME", VALUE_STAMP, "'2026-07-05 09:00:00'", "2026-07-05T07:00:00Z");
	one_value("DATETIME(6)", VALUE_STAMP, "'2026-01-05 09:00:00.25'", "2026-01-05T08:00:00Z");
	one_value("TIMESTAMP NULL", VALUE_STAMP, "'2026-07-05 09:00:00'", "2026-07-05T09:00:00Z");
	one_value("DATE", VALUE_DATE, "'2026-07-05'", "2026-07-05");
	one_value("DATE", VALUE_STAMP, "'2026-07-05'", "2026-07-05T00:00:00Z");
	one_value("DATETIME", VALUE_DATE, "'2026-07-05 00:00:00'", "2026-07-05");
	one_value("INT(6) ZEROFILL", VALUE_INT, "42", "42");
	one_value("BIT(4)", VALUE_INT, "b'101'", "5");
	one_value("BIT(1)", VALUE_BOOL, "b'1'", "1");
	one_value("TINYINT", VALUE_BOOL, "-1", "1");
	one_value("VARCHAR(10)", VALUE_BOOL, "'Yes'", "1");
	one_value("DECIMAL(10,4)", VALUE_NUMBER, "-2.5", "-2.5");
	one_value("DECIMAL(10,2)", VALUE_INT, "12", "12");
	one_value("DOUBLE", VALUE_NUMBER, "1e19", "10000000000000000000");
	one_value("DOUBLE", VALUE_NUMBER, "-1.5e-7", "-0.00000015");
	one_value("VARBINARY(10)", VALUE_BINARY, "X'00ff'", "00FF");
	one_value("VARCHAR(20) CHARACTER SET latin1", VALUE_TEXT, "'Gr\xC3\xBC\xC3\x9F" "e'",
	    "Gr\xC3\xBC\xC3\x9F" "e");
	one_value("BLOB", VALUE_NOTE, "'\xC3\xA4'", "\xC3\xA4");
	/* bad rows */
	one_value("DATE", VALUE_DATE, "'0000-00-00'", NULL);
	one_value("DATE", VALUE_DATE, "'9999-01-01'", NULL);
	one_value("DATETIME", VALUE_STAMP, "'1500-01-01 00:00:00'", NULL);
	one_value("BLOB", VALUE_NOTE, "X'C328'", NULL);
	one_value("VARCHAR(10)", VALUE_INT, "'12a'", NULL);
	one_value("VARCHAR(20)", VALUE_STAMP, "'tomorrow'", NULL);
	one_value("DECIMAL(10,2)", VALUE_INT, "12.5", NULL);
	one_value("DOUBLE", VALUE_NUMBER, "1e300", NULL);
}

static void
test_times_that_come_twice(void **state)
{
	struct test_list t;
	struct err e;

	(void)state;
	server_sql(db, "CREATE TABLE hour (id INT PRIMARY KEY, a DATETIME);\n"
	    "CREATE VIEW v_hour AS SELECT * FROM hour;\nINSERT INTO hour VALUES (1, NULL)");
	list_make(&t, db, 4, "t", "v_hour", "id", NULL);
	t.l.zone = zone_open("Europe/Berlin", &e);
	list_add(&t, FIELD_TITLE, "a", VALUE_STAMP);
	list_bind(&t, s);
	/* 02:30 comes at 00:30Z and at 01:30Z: only the earlier reads back */
	assert_ok(store_row_update(s, &t.l, STR("1"),
	    &(struct cell){ .column = 0, .value = STR("2026-10-25T00:30:00Z") }, 1, oops));
	assert_int_equal(store_row_update(s, &t.l, STR("1"),
	    &(struct cell){ .column = 0, .value = STR("2026-10-25T01:30:00Z") }, 1, &e), E_INVALID);
	assert_non_null(strstr(e.peer, "\"title\""));
	list_free(&t);
}

static void
test_translations(void **state)
{
	static const struct translation status[] = {
		{ { "0", 1 }, { "Not Started", 11 } }, { { "1", 1 }, { "Done", 4 } },
		{ { "9", 1 }, { "Done", 4 } }, { { NULL, 0 }, { "Unknown", 7 } }
	};
	const struct str keys[] = { STR("1"), STR("2"), STR("3"), STR("4") };
	struct test_list t;

	(void)state;
	server_sql(db, "CREATE TABLE task (id INT PRIMARY KEY, a INT);\n"
	    "CREATE VIEW v_task AS SELECT * FROM task;\n"
	    "INSERT INTO task VALUES (1, 0), (2, 9), (3, NULL), (4, 5)");
	list_make(&t, db, 5, "t", "v_task", "id", NULL);
	list_add(&t, FIELD_TITLE, "a", VALUE_CHOICE);
	t.column[0].translation = status;
	t.column[0].translation_n = 4;
	list_bind(&t, s);
	assert_text(first_value(&t, keys[0]), "Not Started");
	assert_text(first_value(&t, keys[1]), "Done");
	assert_text(first_value(&t, keys[2]), "Unknown");
	assert_text(first_value(&t, keys[3]), "5");
	assert_ok(store_row_update(s, &t.l, keys[0], &(struct cell){ .column = 0, .value = STR("Done") }, 1, oops));
	assert_int_equal(server_number(db, "SELECT a FROM task WHERE id = 1"), 1);
	list_free(&t);
}

/* ---- binding ---- */

static void
test_what_does_not_fit(void **state)
{
	struct test_list t;
	struct err e;
	struct row *rows;

	(void)state;
	server_sql(db, "CREATE TABLE fit (id INT PRIMARY KEY, f FLOAT, g GEOMETRY, a VARCHAR(9))");
	list_make(&t, db, 6, "t", "nowhere", "id", NULL);
	list_add(&t, FIELD_TITLE, "a", VALUE_TEXT);
	assert_non_null(strstr(list_refused(&t, s), "t.nowhere"));
	t.l.view = "fit";
	t.l.key[0] = "f";
	assert_non_null(strstr(list_refused(&t, s), "float"));
	t.l.key[0] = "nope";
	assert_non_null(strstr(list_refused(&t, s), "\"nope\""));
	t.l.key[0] = "id";
	t.column[0].name = "g";
	assert_non_null(strstr(list_refused(&t, s), "geometry"));
	t.column[0].name = "a";
	assert_int_equal(store_rows(s, &t.l, NULL, 0, &rows, &e), E_UNAVAILABLE);
	list_bind(&t, s);
	assert_int_equal(t.column[0].max_chars, 9);
	assert_string_equal(t.column[0].sql_type, "varchar(9)");
	list_free(&t);
}

static void
stale_after(const char *ddl)
{
	static unsigned number = 600;
	const struct str key[] = { STR("1") };
	const struct walk all = { 0 };
	struct test_list t;
	struct row *rows;
	struct err e;
	int way;

	for (way = 0; way < 2; way++) {
		server_sql(db, "CREATE OR REPLACE TABLE alt (id INT PRIMARY KEY, a VARCHAR(11), "
		    "ts TIMESTAMP NULL, n INT(11));\nCREATE OR REPLACE VIEW v_alt AS SELECT * FROM alt;\n"
		    "INSERT INTO alt VALUES (1, 'x', NULL, 3)");
		list_make(&t, db, ++number, "t", "v_alt", "id", NULL);
		list_add(&t, FIELD_TITLE, "a", VALUE_TEXT);
		list_add(&t, FIELD_EMAIL, "ts", VALUE_TEXT);
		list_add(&t, FIELD_COMPANY, "n", VALUE_TEXT);
		list_bind(&t, s);
		assert_ok(store_rows(s, &t.l, key, 1, &rows, oops));
		assert_false(store_is_stale(s, &t.l));
		server_sql(db, "%s", ddl);
		if (way == 0)
			assert_int_equal(store_rows(s, &t.l, key, 1, &rows, &e), E_UNAVAILABLE);
		else
			assert_int_equal(store_walk(s, &t.l, &all, NULL, NULL, &e), E_UNAVAILABLE);
		assert_true(store_is_stale(s, &t.l));
		list_free(&t);
	}
}

static void
test_a_view_that_changes_under_us(void **state)
{
	(void)state;
	stale_after("ALTER TABLE alt MODIFY ts DATETIME NULL"); /* same text, another meaning */
	stale_after("ALTER TABLE alt MODIFY n VARCHAR(11)");
	stale_after("ALTER TABLE alt MODIFY a VARCHAR(12)");
	stale_after("ALTER TABLE alt MODIFY id BIGINT");
	stale_after("ALTER TABLE alt DROP COLUMN a");
	stale_after("DROP VIEW v_alt");
	stale_after("DROP TABLE alt");
}

/* ---- speed of look-ups ---- */

/* "type" of the table `name` in the plan of sql; on the heap. */
static char *
plan_of(const char *sql, const char *name)
{
	struct db_stmt *st = NULL;
	const struct str *col;
	struct buf b;
	char *type = NULL;
	struct err e;
	size_t n;

	buf_init(&b, MIB);
	buf_addf(&b, "EXPLAIN %s", sql);
	assert_ok(db_exec(db, "USE ows", oops));
	assert_ok(db_query(db, b.p, &st, oops));
	while (db_next(st, &col, &n, &e) == OK)
		if (col[2].p && str_eq(col[2], str_of(name)) && col[3].p)
			type = strndup(col[3].p, col[3].n);
	db_unprepare(&st);
	assert_ok(db_exec(db, "USE t", oops));
	buf_clear(&b);
	return type;
}

static void
uses(const char *sql, const char *name, const char *type)
{
	char *got = plan_of(sql, name);

	if (!got || strcmp(got, type) != 0)
		print_error("%s: %s, expected %s\n  %s\n", name, got ? got : "nothing", type, sql);
	assert_non_null(got);
	assert_string_equal(got, type);
	free(got);
}

static void
plans(const char *key_type, unsigned number, const char *expected)
{
	struct test_list t;
	struct view *v = NULL;
	struct err e;
	char sql[4096];

	server_sql(db, "CREATE OR REPLACE TABLE base (k %s PRIMARY KEY, a VARCHAR(40));\n"
	    "CREATE OR REPLACE TABLE more (k %s PRIMARY KEY, b VARCHAR(40));\n"
	    "INSERT INTO base SELECT seq, CONCAT('name ', seq) FROM seq_1_to_3000;\n"
	    "INSERT INTO more SELECT seq, seq FROM seq_1_to_3000;\nANALYZE TABLE base, more;\n"
	    "CREATE OR REPLACE VIEW v_base AS SELECT base.k, a, b FROM base JOIN more ON more.k = base.k",
	    key_type, key_type);
	list_make(&t, db, number, "t", "v_base", "k", NULL);
	list_add(&t, FIELD_TITLE, "a", VALUE_TEXT);
	list_bind(&t, s);
	server_sql(db, "INSERT INTO ows.ows_item (list, id, version, guid, skey, print, changed, created, "
	    "modified) SELECT %u, seq, 1, X'00', seq, X'00', seq, 0, 0 FROM seq_1_to_3000;\n"
	    "ANALYZE TABLE ows.ows_item", t.l.no);
	assert_int_equal(view_of(s, &t.l, &v, &e), OK);
	snprintf(sql, sizeof(sql), "SELECT %s FROM ows_item i FORCE INDEX (PRIMARY) STRAIGHT_JOIN %s v "
	    "ON %s WHERE i.list = %u AND i.gone = 0 ORDER BY i.id", v->select, v->name, v->join, t.l.no);
	uses(sql, "base", expected);
	uses(sql, "more", "eq_ref");
	snprintf(sql, sizeof(sql), "SELECT %s FROM ows_item i FORCE INDEX (item_changed) LEFT JOIN %s v "
	    "ON i.gone = 0 AND %s WHERE i.list = %u AND i.changed > 2990 AND i.changed <= 3000 "
	    "ORDER BY i.changed", v->select, v->name, v->join, t.l.no);
	uses(sql, "base", expected);
	uses(sql, "i", "range");
	list_free(&t);
}

static void
test_plans_use_keys(void **state)
{
	(void)state;
	plans("INT", 700, "eq_ref");
	plans("BIGINT UNSIGNED", 701, "eq_ref");
	plans("DECIMAL(10,0)", 702, "eq_ref");
	plans("VARCHAR(40)", 703, "eq_ref");
	plans("VARCHAR(40) COLLATE utf8mb4_unicode_ci", 704, "eq_ref");
	plans("VARCHAR(40) CHARACTER SET latin1", 705, "eq_ref");
}

/* ---- views of every make ---- */

static enum outcome
count_good(void *arg, const struct item *item, const struct row *row, struct err *e)
{
	unsigned *n = arg;

	(void)e;
	assert_non_null(row);
	assert_int_equal(row->state, ROW_GOOD);
	assert_memory_equal(row->print, item->print, HASH_LEN);
	++*n;
	return OK;
}

/* Columns of every type, NULL or not, through each statement: none may call the view changed. */
static void
test_views_of_every_make(void **state)
{
	static const char *const makes[] = {
		"ALGORITHM=MERGE VIEW %s AS SELECT * FROM allkinds",
		"ALGORITHM=TEMPTABLE VIEW %s AS SELECT * FROM allkinds",
		"VIEW %s AS SELECT * FROM allkinds UNION ALL SELECT * FROM allkinds WHERE FALSE",
		"VIEW %s AS SELECT a.* FROM anchor b LEFT JOIN allkinds a ON a.id = b.id",
		"VIEW %s AS SELECT a.* FROM allkinds a JOIN anchor b ON a.id = b.id",
		"VIEW %s AS SELECT * FROM mk1",
	};
	struct str keys[80];
	struct buf sql;
	size_t i, k, n = 0, m;

	(void)state;
	buf_init(&sql, MIB);
	buf_addf(&sql, "CREATE TABLE allkinds (id INT, UNIQUE (id)");
	for (i = 0; i < KIND_N; i++)
		buf_addf(&sql, ", %s %s%s", kinds[i].name, kinds[i].type,
		    i % 2 || strstr(kinds[i].type, "NULL") ? "" : " NOT NULL");
	buf_addf(&sql, ")");
	server_sql(db, "%s;\nCREATE TABLE anchor (id INT PRIMARY KEY)", sql.p);
	buf_clear(&sql);
	server_sql(db, "SET sql_mode = ''");
	for (i = 0; i < KIND_N; i++)
		for (k = 0; k < 6 && kinds[i].values[k]; k++) {
			server_sql(db, "INSERT INTO allkinds (id, %s) VALUES (%zu, %s);\n"
			    "INSERT INTO anchor VALUES (%zu)", kinds[i].name, n + 1,
			    kinds[i].values[k], n + 1);
			keys[n] = arena_fmt(&arena, "%zu", n + 1);
			n++;
		}
	server_sql(db, "SET sql_mode = 'STRICT_ALL_TABLES'");
	for (m = 0; m < sizeof(makes) / sizeof(*makes); m++) {
		struct test_list t;
		struct item item;
		struct row row;
		unsigned good = 0, differ = 0;
		char name[8];

		snprintf(name, sizeof(name), "mk%zu", m);
		buf_addf(&sql, "CREATE OR REPLACE ");
		i = (size_t)(strstr(makes[m], "%s") - makes[m]);
		buf_add(&sql, makes[m], i);
		buf_addf(&sql, "%s%s", name, makes[m] + i + 2);
		server_sql(db, "%s", sql.p);
		buf_clear(&sql);
		list_make(&t, db, 800 + (unsigned)m, "t", name, "id", NULL);
		for (i = 0; i < KIND_N; i++)
			list_add(&t, (enum field)(FIELD_BIRTHDAY + i), kinds[i].name,
			    kinds[i].value == VALUE_BINARY ? VALUE_BINARY : VALUE_TEXT);
		list_bind(&t, s);
		scan_finds(&t, n);
		number_rows(&t, keys, n);
		scan_finds(&t, 0);
		assert_ok(store_walk(s, &t.l, &(struct walk){ 0 }, count_good, &good, oops));
		assert_int_equal(good, n);
		assert_ok(store_diff(s, &t.l, 1, 10000, 1000, count_good, &differ, oops));
		assert_int_equal(differ, n);
		assert_ok(store_one(s, &t.l, 1, &item, &row, oops));
		assert_int_equal(row.state, ROW_GOOD);
		assert_ok(store_begin(s, oops));
		assert_ok(store_row_lock(s, &t.l, keys[0], &row, oops));
		assert_int_equal(row.state, ROW_GOOD);
		store_abort(s);
		list_free(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prints_agree),
		cmocka_unit_test(test_keys_of_many_types),
		cmocka_unit_test(test_composite_keys),
		cmocka_unit_test(test_keys_that_come_twice),
		cmocka_unit_test(test_canonical_values),
		cmocka_unit_test(test_times_that_come_twice),
		cmocka_unit_test(test_translations),
		cmocka_unit_test(test_what_does_not_fit),
		cmocka_unit_test(test_a_view_that_changes_under_us),
		cmocka_unit_test(test_plans_use_keys),
		cmocka_unit_test(test_views_of_every_make),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
