/*
 * db_feed.c -- answers: walks, differences, single items; each from one
 * snapshot, whatever is written meanwhile; items, log, receipts, purge.
 */
#include "server.h"

static struct db *db, *other;
static struct store *s;
static struct arena arena;
static struct test_list t;

static void
item_at(uint32_t id, struct str key, enum item_state state, uint64_t changed)
{
	struct item item = { .id = id, .version = 1, .key = key, .state = state,
		.changed = changed, .bag = STR("1:a1:b"), .author = STR("alice"), .modified = 50 };
	struct row *rows;

	assert_ok(store_rows(s, &t.l, &key, 1, &rows, oops));
	memcpy(item.print, rows[0].print, HASH_LEN);
	assert_ok(store_items_insert(s, &t.l, &item, 1, oops));
}

static int
start(void **state)
{
	static char key[20][4];
	uint32_t i;

	if (server_start(state))
		return -1;
	db = server_connect();
	other = server_connect();
	server_sql(db, "CREATE DATABASE t CHARACTER SET utf8mb4;\nUSE t;\n"
	    "CREATE TABLE p (id INT, a VARCHAR(20), KEY (id)) ENGINE=InnoDB;\n"
	    "CREATE VIEW v AS SELECT * FROM p;\n"
	    "INSERT INTO p SELECT seq, CONCAT('n', seq) FROM seq_1_to_10");
	arena_init(&arena, 64 * MIB);
	s = server_store(&arena);
	list_make(&t, db, 1, "t", "v", "id", NULL);
	list_add(&t, FIELD_TITLE, "a", VALUE_TEXT);
	list_bind(&t, s);
	for (i = 1; i <= 10; i++) {
		snprintf(key[i], sizeof(key[i]), "%u", i);
		item_at(i, str_of(key[i]), ITEM_LIVE, i + 1);
	}
	item_at(11, STR("77"), ITEM_GONE_SOURCE, 12); /* a tombstone */
	item_at(12, STR("77"), ITEM_GONE_CLIENT, 13); /* its second life */
	item_at(13, STR("78"), ITEM_LIVE, 14);        /* its row has gone, nobody knows yet */
	return 0;
}

static int
stop(void **state)
{
	store_close(&s);
	list_free(&t);
	arena_clear(&arena);
	db_close(&db);
	db_close(&other);
	return server_stop(state);
}

struct log {
	char text[256];
	unsigned n;
	unsigned stop_after;
	const char *sql;   /* of another connection, at the first row */
};

static enum outcome
note(void *arg, const struct item *item, const struct row *row, struct err *e)
{
	struct log *log = arg;
	size_t at = strlen(log->text);

	if (log->sql)
		server_sql(other, "%s", log->sql);
	log->sql = NULL;
	snprintf(log->text + at, sizeof(log->text) - at, "%s%u%s%.*s", at ? " " : "", item->id,
	    !row ? "-" : row->state == ROW_ABSENT ? "?" : row->state == ROW_BAD ? "!" : "=",
	    row && row->value ? (int)row->value[0].n : 0,
	    row && row->value ? row->value[0].p : "");
	if (++log->n == log->stop_after)
		return err_set(e, E_LIMIT, "enough");
	return OK;
}

static void
walks(const struct walk *w, const char *expected)
{
	struct log log = { .n = 0 };

	assert_ok(store_walk(s, &t.l, w, note, &log, oops));
	assert_string_equal(log.text, expected);
}

static void
test_walks(void **state)
{
	struct log log = { .stop_after = 2 };
	struct err e;

	(void)state;
	walks(&(struct walk){ 0 }, "1=n1 2=n2 3=n3 4=n4 5=n5 6=n6 7=n7 8=n8 9=n9 10=n10 13?");
	walks(&(struct walk){ .limit = 3 }, "1=n1 2=n2 3=n3");
	walks(&(struct walk){ .from = 8 }, "9=n9 10=n10 13?");
	walks(&(struct walk){ .from = 3, .limit = 2 }, "4=n4 5=n5");
	walks(&(struct walk){ .is_descending = true, .limit = 3 }, "13? 10=n10 9=n9");
	walks(&(struct walk){ .is_descending = true, .from = 3 }, "2=n2 1=n1");
	walks(&(struct walk){ .from = 10 }, "13?");
	walks(&(struct walk){ .from = 13 }, "");
	/* the caller's own end of it; the connection is usable afterwards */
	assert_int_equal(store_walk(s, &t.l, &(struct walk){ 0 }, note, &log, &e), E_LIMIT);
	assert_string_equal(log.text, "1=n1 2=n2");
	assert_false(store_is_stale(s, &t.l));
	walks(&(struct walk){ .from = 9 }, "10=n10 13?");
}

static void
test_twins_cost_no_rows(void **state)
{
	(void)state;
	server_sql(db, "INSERT INTO p VALUES (2, 'n2'), (2, 'n2'), (2, 'n2')");
	walks(&(struct walk){ .limit = 4 }, "1=n1 2=n2 3=n3 4=n4");
	server_sql(db, "DELETE FROM p WHERE id = 2;\nINSERT INTO p VALUES (2, 'n2')");
	server_sql(db, "UPDATE ows.ows_item SET is_bad = 1 WHERE id = 3");
	walks(&(struct walk){ .limit = 3 }, "1=n1 2=n2 4=n4");
	server_sql(db, "UPDATE ows.ows_item SET is_bad = 0");
}

static void
differs(uint64_t after, uint64_t upto, uint32_t limit, const char *expected)
{
	struct log log = { .n = 0 };

	assert_ok(store_diff(s, &t.l, after, upto, limit, note, &log, oops));
	assert_string_equal(log.text, expected);
}

static void
test_differences(void **state)
{
	(void)state;
	differs(9, 14, 100, "9=n9 10=n10 11- 12- 13?");
	differs(9, 14, 2, "9=n9 10=n10");
	differs(11, 13, 100, "11- 12-");
	differs(14, 100, 100, "");
	server_sql(db, "INSERT INTO p VALUES (9, 'n9')");
	differs(8, 14, 3, "8=n8 9=n9 10=n10");
	server_sql(db, "DELETE FROM p WHERE id = 9;\nINSERT INTO p VALUES (9, 'n9')");
}

static void
test_one(void **state)
{
	struct item item;
	struct row row;

	(void)state;
	assert_ok(store_one(s, &t.l, 4, &item, &row, oops));
	assert_int_equal(item.id, 4);
	assert_text(item.key, "4");
	assert_text(item.bag, "1:a1:b");
	assert_text(item.author, "alice");
	assert_text(item.history, "");
	assert_int_equal(row.state, ROW_GOOD);
	assert_text(row.value[0], "n4");
	assert_memory_equal(row.print, item.print, HASH_LEN);
	assert_ok(store_one(s, &t.l, 12, &item, &row, oops));
	assert_int_equal(item.state, ITEM_GONE_CLIENT);
	assert_int_equal(row.state, ROW_ABSENT);
	assert_ok(store_one(s, &t.l, 99, &item, &row, oops));
	assert_int_equal(item.id, 0);
	assert_ok(store_item(s, &t.l, 99, &item, oops));
	assert_int_equal(item.id, 0);
}

/* What is written after the answer began is not in it, neither whole nor half. */
static void
test_one_snapshot(void **state)
{
	struct log log = { .sql = "UPDATE t.p SET a = 'new' WHERE id > 1;\n"
	    "DELETE FROM t.p WHERE id = 5" };

	(void)state;
	assert_ok(store_walk(s, &t.l, &(struct walk){ 0 }, note, &log, oops));
	assert_string_equal(log.text, "1=n1 2=n2 3=n3 4=n4 5=n5 6=n6 7=n7 8=n8 9=n9 10=n10 13?");
	walks(&(struct walk){ .limit = 5 }, "1=n1 2=new 3=new 4=new 5?");
	/* the differing key is put into the inbox by whoever reads; here: by hand */
	assert_ok(store_inbox_add(s, &t.l, (const struct str[]){ STR("2"), STR("2"), STR("3") }, 3,
	    true, oops));
	{
		struct inbox_row *rows;
		struct list_state st;
		size_t n;

		assert_ok(store_inbox_of(s, &t.l, STR("2"), &rows, &n, oops));
		assert_int_equal(n, 2);
		assert_true(rows[0].is_changed);
		assert_ok(store_inbox(s, &t.l, 2, &rows, &n, oops));
		assert_int_equal(n, 2);
		assert_ok(store_peek(s, &t.l, 1, &st, oops));
		assert_true(st.has_inbox);
		assert_int_equal(st.asked_ticks, 1000000);
		assert_ok(store_inbox_delete(s, &t.l, rows, n, oops));
		assert_ok(store_inbox(s, &t.l, 10, &rows, &n, oops));
		assert_int_equal(n, 1);
		assert_ok(store_inbox_delete(s, &t.l, rows, n, oops));
		assert_ok(store_peek(s, &t.l, 77, &st, oops));
		assert_false(st.has_inbox);
		assert_int_equal(st.asked_ticks, 0);
	}
}

static void
test_items_by_key(void **state)
{
	const struct str keys[] = { STR("77"), STR("4"), STR("nobody"), STR("4") };
	struct item *live, *lapsed, item;

	(void)state;
	assert_ok(store_items_of(s, &t.l, keys, 4, &live, &lapsed, oops));
	assert_int_equal(live[0].id, 0);
	assert_int_equal(lapsed[0].id, 12); /* the newest tombstone */
	assert_int_equal(live[1].id, 4);
	assert_int_equal(lapsed[1].id, 0);
	assert_int_equal(live[2].id + lapsed[2].id, 0);
	assert_int_equal(live[3].id, 4);
	item = live[1];
	item.version = 9;
	item.state = ITEM_GONE_CLIENT;
	item.bag = STR("");
	item.history = STR("x:9");
	assert_ok(store_items_update(s, &t.l, &item, 1, oops));
	item_at(20, STR("4"), ITEM_LIVE, 30); /* the key lives again */
	assert_ok(store_items_of(s, &t.l, keys, 2, &live, &lapsed, oops));
	assert_int_equal(live[1].id, 20);
	assert_int_equal(lapsed[1].id, 4);
	assert_int_equal(lapsed[1].version, 9);
	assert_text(lapsed[1].history, "x:9");
	assert_text(lapsed[1].bag, "");
}

static void
test_receipts_and_references(void **state)
{
	struct receipt r = { .digest = { 7, 0, 9 }, .id = 3, .version = 4, .at = 100 }, got;
	struct err e;
	uint32_t id = 99;

	(void)state;
	got = r;
	assert_ok(store_receipt_get(s, &t.l, &got, oops));
	assert_int_equal(got.version, 0);
	assert_ok(store_receipt_add(s, &t.l, &r, oops));
	memset(&got, 0, sizeof(got));
	memcpy(got.digest, r.digest, sizeof(got.digest));
	assert_ok(store_receipt_get(s, &t.l, &got, oops));
	assert_int_equal(got.version, 4);
	assert_int_equal(got.id, 3);
	/* the same change twice at once: of another new item, or of the same version */
	assert_int_equal(store_receipt_add(s, &t.l, &r, &e), E_CONFLICT);
	r.id = 9, r.version = 5;
	assert_int_equal(store_receipt_add(s, &t.l, &r, &e), E_CONFLICT);
	r.id = 3;
	assert_ok(store_receipt_add(s, &t.l, &r, oops));
	assert_ok(store_receipt_get(s, &t.l, &got, oops));
	assert_int_equal(got.version, 5);
	assert_int_equal(got.id, 3);
	assert_ok(store_ref_get(s, &t.l, STR("alice"), STR("{A}"), &id, oops));
	assert_int_equal(id, 0);
	assert_ok(store_ref_add(s, &t.l, STR("alice"), STR("{A}"), 5, oops));
	assert_ok(store_ref_add(s, &t.l, STR("bob"), STR("{A}"), 12, oops));
	assert_int_equal(store_ref_add(s, &t.l, STR("alice"), STR("{A}"), 6, &e), E_CONFLICT);
	assert_ok(store_ref_get(s, &t.l, STR("alice"), STR("{A}"), &id, oops));
	assert_int_equal(id, 5);
	assert_ok(store_bad_set(s, &t.l, STR("k"), "because", oops));
	assert_ok(store_bad_set(s, &t.l, STR("k"), "otherwise", oops));
	assert_int_equal(server_number(db, "SELECT COUNT(*) FROM ows.ows_bad WHERE reason = 'otherwise'"), 1);
	assert_ok(store_bad_set(s, &t.l, STR("k"), NULL, oops));
	assert_int_equal(server_number(db, "SELECT COUNT(*) FROM ows.ows_bad"), 0);
}

static void
test_purge(void **state)
{
	const uint64_t old = 600000000000000000, young = 700000000000000000;
	const struct change log[] = { { 2, old, CHANGE_ITEM, 1 }, { 3, young, CHANGE_DELETE, 11 } };
	struct list_state st;
	uint64_t ticks;

	(void)state;
	assert_ok(store_changes_add(s, &t.l, log, 2, oops));
	assert_ok(store_begin(s, oops));
	assert_ok(store_lock(s, &t.l, &st, oops));
	st.head = 3;
	st.head_ticks = young;
	st.live_n = 12;
	assert_ok(store_save(s, &t.l, &st, oops));
	assert_ok(store_commit(s, oops));
	assert_ok(store_purge(s, &t.l, 51, 101, oops)); /* everything is older than that, but for the young */
	assert_ok(store_ticks(s, &t.l, 3, &ticks, oops));
	assert_int_equal(ticks, young);
	assert_ok(store_ticks(s, &t.l, 1, &ticks, oops));
	assert_int_equal(ticks, 0);
	assert_int_equal(server_number(db, "SELECT COUNT(*) FROM ows.ows_item WHERE gone <> 0"), 0);
	assert_int_equal(server_number(db, "SELECT COUNT(*) FROM ows.ows_receipt"), 0);
	assert_int_equal(server_number(db, "SELECT COUNT(*) FROM ows.ows_ref"), 1);
	assert_true(server_number(db, "SELECT COUNT(*) FROM ows.ows_item") > 5);
	assert_ok(store_peek(s, &t.l, 3, &st, oops));
	assert_int_equal(st.live_n, 12);
	assert_int_equal(st.asked_ticks, young);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walks),
		cmocka_unit_test(test_twins_cost_no_rows),
		cmocka_unit_test(test_differences),
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_one_snapshot),
		cmocka_unit_test(test_items_by_key),
		cmocka_unit_test(test_receipts_and_references),
		cmocka_unit_test(test_purge),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
