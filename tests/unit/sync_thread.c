/*
 * sync_thread.c -- tests of thread.c: conversation indexes and trails.
 */
#include "unit.h"

#include "bag.h"
#include "limits.h"
#include "thread.h"

static struct arena arena;
static struct hash hash;
static const struct guid list = { { 1, 2, 3 } }, other = { { 1, 2, 4 } };

static int
up(void **state)
{
	(void)state;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	hash_open(&hash);
	return 0;
}

static int
down(void **state)
{
	(void)state;
	hash_close(&hash);
	arena_clear(&arena);
	return 0;
}

/* MS-OXOMSG's form: 22 bytes, then 5 per level. */
#define HEX22 "01DBE7147B5156A34063A49A4B1570D6A01801020304"
#define BASE22 "AdvnFHtRVqNAY6SaSxVw1qAYAQIDBA=="

static void
texts(void **state)
{
	static const struct { const char *text, *hex; } good[] = {
		{ "0x" HEX22, "0x" HEX22 },
		{ "0X01dbe7147b5156a34063a49a4b1570d6a01801020304", "0x" HEX22 },
		{ BASE22, "0x" HEX22 },
		{ "  AdvnFHtRVqNAY6Sa\r\n\tSxVw1qAYAQIDBA  ", "0x" HEX22 },
		{ "0x" HEX22 "0102030405", "0x" HEX22 "0102030405" },
		/* no whole block more */
		{ "0x" HEX22 "01020304", "0x" HEX22 },
		{ "0x" HEX22 "010203040506", "0x" HEX22 "0102030405" },
	};
	static const char *const bad[] = {
		"", " ", "0x", "0x01", "01", "0x" HEX22 "0", "0xZZ" HEX22, "AdvnFHtRVqNAY6SaSxVw1qAYAQI",
		"Advn!HtRVqNAY6SaSxVw1qAYAQIDBA==", "AdvnFHtRVqNAY6SaSxVw1qAYAQID=BA=",
	};
	struct str index;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(thread_index_read(&arena, str_of(good[i].text), &index));
		assert_str(thread_index_text(&arena, index), good[i].hex);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(thread_index_read(&arena, str_of(bad[i]), &index));
	assert_false(thread_index_read(&arena, (struct str){ BASE22 "\0x", sizeof(BASE22) + 1 },
	    &index));
	assert_false(thread_index_read(&arena,
	    (struct str){ arena_get(&arena, THREAD_TEXT_MAX + 1), THREAD_TEXT_MAX + 1 }, &index));
}

static void
parts(void **state)
{
	struct guid uid;
	struct str index;

	(void)state;
	assert_true(thread_index_read(&arena, STR("0x" HEX22 "0102030405"), &index));
	assert_int_equal(thread_index_depth(index), 1);
	uid = thread_index_uid(index);
	assert_memory_equal(uid.b, index.p + 6, sizeof(uid.b));
}

static void
keys_make_threads(void **state)
{
	struct guid a = thread_uid(&hash, &list, STR("7")), b = thread_uid(&hash, &list, STR("8")),
	    again = thread_uid(&hash, &list, STR("7")), far = thread_uid(&hash, &other, STR("7")), back;
	struct str index = thread_index_of(&arena, &a);

	(void)state;
	assert_true(guid_eq(&a, &again));
	assert_false(guid_eq(&a, &b));
	assert_false(guid_eq(&a, &far));
	assert_int_equal(index.n, THREAD_HEADER);
	assert_int_equal(thread_index_depth(index), 0);
	assert_int_equal(index.p[0], 1);
	back = thread_index_uid(index);
	assert_true(guid_eq(&a, &back));
}

static void
levels(void **state)
{
	struct guid uid = thread_uid(&hash, &list, STR("root"));
	struct str index = thread_index_of(&arena, &uid);
	struct str trail = thread_mark(&arena, &hash, &list, STR("root"));
	struct str mark, first = trail;
	char key[12];
	int i;

	(void)state;
	for (i = 1; i <= THREAD_DEPTH + 5; i++) {
		snprintf(key, sizeof(key), "%d", i);
		mark = thread_mark(&arena, &hash, &list, str_of(key));
		assert_int_equal(mark.n, THREAD_BLOCK);
		assert_int_equal(mark.p[0] & 0x80, 0);
		assert_false(thread_has_mark(trail, mark));
		index = thread_append(&arena, index, mark, THREAD_HEADER);
		trail = thread_append(&arena, trail, mark, THREAD_BLOCK);
		assert_true(thread_has_mark(trail, mark));
		assert_memory_equal(index.p + index.n - THREAD_BLOCK, mark.p, THREAD_BLOCK);
		assert_int_equal(thread_index_depth(index), i < THREAD_DEPTH ? i : THREAD_DEPTH);
	}
	/* however deep: where it began is not forgotten, a circle would be noticed there */
	assert_true(thread_has_mark(trail, first));
	assert_int_equal(trail.n, (THREAD_DEPTH + 1) * THREAD_BLOCK);
	/* of everything that is made here the text can be read again */
	assert_true(thread_index_read(&arena, thread_index_text(&arena, index), &mark));
	assert_true(str_eq(mark, index));
}

static void
kept_in_the_bag(void **state)
{
	struct guid uid = thread_uid(&hash, &list, STR("k"));
	struct thread t = {
		.index = thread_index_of(&arena, &uid), .trail = thread_mark(&arena, &hash, &list, STR("k")),
		.root = STR("k"), .parent = STR(""), .topic = STR("Gr\xC3\xBC\xC3\x9F" "e: 3:a"),
	}, got;
	struct property p = { .name = STR(THREAD_PROPERTY), .value = thread_pack(&arena, &t) };
	struct property broken = { .name = STR(THREAD_PROPERTY), .value = STR("5:topic") };
	bool changed;
	struct str bag = bag_merge(&arena, STR(""), &p, 1, &changed);

	(void)state;
	assert_true(thread_read(&arena, bag, &got));
	assert_true(str_eq(got.index, t.index));
	assert_true(str_eq(got.trail, t.trail));
	assert_str(got.root, "k");
	assert_str(got.parent, "");
	assert_str(got.topic, "Gr\xC3\xBC\xC3\x9F" "e: 3:a");
	assert_false(thread_read(&arena, STR(""), &got));
	assert_false(thread_read(&arena, bag_merge(&arena, STR(""), &broken, 1, &changed), &got));
	broken.value = STR("4:root1:k");
	assert_false(thread_read(&arena, bag_merge(&arena, STR(""), &broken, 1, &changed), &got));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(parts),
		cmocka_unit_test(keys_make_threads),
		cmocka_unit_test(levels),
		cmocka_unit_test(kept_in_the_bag),
	};

	return cmocka_run_group_tests_name("thread", tests, up, down);
}
