/*
 * db_file.c -- files attached to items: bytes in parts, read from anywhere,
 * versions that are kept, trimmed, moved and purged.
 */
#include "server.h"

#define PART (512 * 1024)

static struct db *db;
static struct store *s;
static struct arena arena;
static struct test_list t;

static int
start(void **state)
{
	if (server_start(state))
		return -1;
	db = server_connect();
	server_sql(db, "CREATE DATABASE t CHARACTER SET utf8mb4;\nUSE t;\n"
	    "CREATE TABLE p (id INT PRIMARY KEY, a VARCHAR(20));\nCREATE VIEW v AS SELECT * FROM p;\n"
	    "INSERT INTO p SELECT seq, 'x' FROM seq_1_to_5");
	arena_init(&arena, 64 * MIB);
	s = server_store(&arena);
	list_make(&t, db, 1, "t", "v", "id", NULL);
	list_add(&t, FIELD_TITLE, "a", VALUE_TEXT);
	list_bind(&t, s);
	return 0;
}

static int
stop(void **state)
{
	store_close(&s);
	list_free(&t);
	arena_clear(&arena);
	db_close(&db);
	return server_stop(state);
}

static char
byte_at(uint64_t i)
{
	return (char)(i * 31 + i / 1000);
}

/* In pieces of any size, as a spool gives them. */
static bool
give(void *arg, uint64_t at, char *p, size_t n, size_t *got)
{
	const uint64_t *fails_at = arg;

	if (at >= *fails_at)
		return false;
	*got = n < 70001 ? n : 70001;
	for (size_t i = 0; i < *got; i++)
		p[i] = byte_at(at + i);
	return true;
}

struct taken { uint64_t at, n, stop_at; bool is_wrong; };

static bool
take(void *arg, const char *p, size_t n)
{
	struct taken *k = arg;

	for (size_t i = 0; i < n; i++)
		k->is_wrong |= p[i] != byte_at(k->at + k->n + i);
	k->n += n;
	return k->n < k->stop_at;
}

static struct guid
guid_of(unsigned n, unsigned m)
{
	return (struct guid){ { (unsigned char)n, (unsigned char)m, 9 } };
}

/* A file's version with that many bytes. */
static struct file
add(unsigned guid, uint32_t version, uint32_t item, uint64_t size)
{
	uint64_t fails_at = UINT64_MAX;
	struct file_bytes from = { .size = size, .read = give, .arg = &fails_at };
	struct file f = { .guid = guid_of(guid, 0), .version = version, .item = item,
		.name = STR("n\xC3\xA4me \xF0\x9F\x9A\x80.txt"), .size = size,
		.content = guid_of(guid, 100 + version), .modified = 1000 + version,
		.editor = STR("alice") };

	memset(f.digest, (int)guid, sizeof(f.digest));
	assert_ok(store_begin(s, oops));
	assert_ok(store_content_put(s, &t.l, &f.content, &from, oops));
	assert_ok(store_file_add(s, &t.l, &f, oops));
	assert_ok(store_commit(s, oops));
	return f;
}

static enum outcome
read_into(struct taken *k, const struct file *f, uint64_t at, uint64_t n)
{
	struct sink to = { .write = take, .arg = k };
	struct err e;

	*k = (struct taken){ .at = at, .stop_at = k->stop_at ? k->stop_at : UINT64_MAX };
	return store_file_read(s, &t.l, &f->guid, f->version, at, n, &to, &e);
}

static int64_t
parts(void)
{
	return server_number(db, "SELECT COUNT(*) FROM ows.ows_file_part");
}

static int64_t
files_of(unsigned item)
{
	return server_number(db, "SELECT COUNT(*) FROM ows.ows_file WHERE item = %u", item);
}

static void
test_bytes_from_anywhere(void **state)
{
	static const uint64_t range[][2] = { { 0, 1 }, { 0, PART }, { 1, PART }, { PART - 1, 2 },
		{ PART, 1 }, { 2 * PART - 1, PART + 8 }, { 3 * PART, 7 }, { 0, 3 * PART + 7 } };
	struct file f = add(1, 1, 1, 3 * PART + 7), got;
	struct taken k = { 0 };

	(void)state;
	assert_int_equal(parts(), 4);
	for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++) {
		assert_int_equal(read_into(&k, &f, range[i][0], range[i][1]), OK);
		assert_int_equal(k.n, range[i][1]);
		assert_false(k.is_wrong);
	}
	assert_int_equal(read_into(&k, &f, 3 * PART, 8), E_FAILED); /* more than there is */
	k.stop_at = 10; /* a receiver that has gone */
	assert_int_equal(read_into(&k, &f, 0, 2 * PART), OK);
	assert_true(k.n < 2 * PART);
	assert_ok(store_file(s, &t.l, &f.guid, 1, &got, oops));
	assert_int_equal(got.size, f.size);
	assert_int_equal(got.item, 1);
	assert_true(str_eq(got.name, f.name) && str_eq(got.editor, f.editor));
	assert_true(guid_eq(&got.content, &f.content));
	assert_memory_equal(got.digest, f.digest, HASH_LEN);
	assert_ok(store_file(s, &t.l, &f.guid, 2, &got, oops));
	assert_int_equal(got.version, 0);
	f.version = 2;
	k.stop_at = 0;
	assert_int_equal(read_into(&k, &f, 0, 1), E_NOT_FOUND);
	f = add(2, 1, 1, 0);
	assert_int_equal(read_into(&k, &f, 0, 0), OK);
	assert_int_equal(parts(), 4);
}

static void
test_bytes_that_cannot_be_read(void **state)
{
	uint64_t fails_at = PART + 5;
	struct file_bytes from = { .size = 2 * PART, .read = give, .arg = &fails_at };
	struct guid content = guid_of(7, 7);
	int64_t before = parts();
	struct err e;

	(void)state;
	assert_ok(store_begin(s, oops));
	assert_int_equal(store_content_put(s, &t.l, &content, &from, &e), E_UNAVAILABLE);
	store_abort(s);
	assert_int_equal(parts(), before);
}

static void
test_versions_kept_and_dropped(void **state)
{
	const char *kept = "SELECT COUNT(*) FROM ows.ows_file WHERE item = 2 AND gone > 0";
	struct item item = { .id = 2, .version = 1, .key = STR("2"), .state = ITEM_LIVE };
	struct file f = add(3, 1, 2, PART + 1), next;
	struct taken k = { 0 };
	int64_t before = parts();

	(void)state;
	assert_ok(store_items_insert(s, &t.l, &item, 1, oops));
	next = add(3, 2, 2, 10);
	assert_ok(store_begin(s, oops));
	assert_ok(store_file_end(s, &t.l, &f, 0, oops)); /* seen, and replaced: its bytes go */
	assert_ok(store_commit(s, oops));
	assert_int_equal(parts(), before - 2 + 1);
	assert_int_equal(read_into(&k, &f, 0, 1), E_NOT_FOUND);
	for (uint32_t v = 3; v <= 30; v++) {
		f = next;
		next = add(3, v, 2, 10);
		assert_ok(store_begin(s, oops));
		assert_ok(store_file_end(s, &t.l, &f, 5000 + v, oops));
		assert_ok(store_commit(s, oops));
	}
	assert_int_equal(server_number(db, "%s", kept), 20);
	assert_int_equal(server_number(db, "SELECT MIN(version) FROM ows.ows_file WHERE item = 2"), 10);
	assert_int_equal(parts(), before - 2 + 21);
	assert_int_equal(read_into(&k, &f, 0, 10), OK); /* kept means readable */
	assert_ok(store_purge_files(s, &t.l, 0, 5000 + 20, oops));
	assert_int_equal(server_number(db, "%s", kept), 11);
	assert_int_equal(server_number(db, "SELECT COUNT(*) FROM ows.ows_file_part p LEFT JOIN "
	    "ows.ows_file f ON f.content = p.content WHERE f.content IS NULL"), 0);
}

static void
test_items_take_their_files_along(void **state)
{
	struct item item[2] = {
		{ .id = 4, .version = 1, .key = STR("4"), .state = ITEM_GONE_SOURCE, .modified = 100 },
		{ .id = 5, .version = 1, .key = STR("5"), .state = ITEM_LIVE, .modified = 100 },
	};

	(void)state;
	add(4, 1, 4, 10);
	add(5, 1, 5, 10);
	assert_ok(store_items_insert(s, &t.l, item, 2, oops));
	assert_ok(store_purge_files(s, &t.l, 100, 0, oops)); /* not older than that */
	assert_int_equal(files_of(4), 1);
	assert_ok(store_begin(s, oops));
	assert_ok(store_files_move(s, &t.l, 5, 4, oops));
	assert_ok(store_commit(s, oops));
	assert_int_equal(files_of(4), 2);
	assert_int_equal(files_of(5), 0);
	assert_ok(store_purge_files(s, &t.l, 101, 0, oops));
	assert_int_equal(files_of(4), 0);
	add(6, 1, 99, 10); /* of an item that is not there at all */
	assert_ok(store_purge_files(s, &t.l, 0, 0, oops));
	assert_int_equal(files_of(99), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_from_anywhere),
		cmocka_unit_test(test_bytes_that_cannot_be_read),
		cmocka_unit_test(test_versions_kept_and_dropped),
		cmocka_unit_test(test_items_take_their_files_along),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
