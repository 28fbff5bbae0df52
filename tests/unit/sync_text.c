/*
 * sync_text.c -- tokens, cursors, edit histories and property bags as text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bag.h"
#include "history.h"
#include "limits.h"
#include "token.h"

static struct arena arena;
static const struct guid me = { { 0xab, 0xcd, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 } };
#define ME "abcd0102030405060708090a0b0c0d0e"
#define A1 "11111111111111111111111111111111"
#define A2 "22222222222222222222222222222222"

static void
check_str(struct str got, const char *want)
{
	assert_non_null(got.p);
	assert_int_equal(got.n, strlen(want));
	assert_memory_equal(got.p, want, got.n);
}

static void
token_survives(void **state)
{
	struct token t = { .list = me, .ticks = UINT64_MAX, .number = 7781 }, u;
	struct str text = token_fmt(&arena, &t);

	(void)state;
	check_str(text, "1;3;abcd0102-0304-0506-0708-090a0b0c0d0e;18446744073709551615;7781");
	assert_true(token_parse(text, &u));
	assert_true(guid_eq(&t.list, &u.list));
	assert_true(t.ticks == u.ticks && t.number == u.number);
}

static void
token_refuses(void **state)
{
	static const char *const bad[] = {
		"", "1;3;", "x", "1;2;abcd0102-0304-0506-0708-090a0b0c0d0e;1;1",
		"1;3;abcd0102-0304-0506-0708-090a0b0c0d0e;1",
		"1;3;abcd0102-0304-0506-0708-090a0b0c0d0e;1;",
		"1;3;abcd0102-0304-0506-0708-090a0b0c0d0e;1;1;1",
		"1;3;abcd0102-0304-0506-0708-090a0b0c0d0e;-1;1",
		"1;3;abcd0102-0304-0506-0708-090a0b0c0d0e;1;18446744073709551616",
		"1;3;abcd0102-0304-0506-0708-090a0b0c0d0;1;1",
	};
	struct token t;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(token_parse(str_of(bad[i]), &t));
}

static void
cursor_survives_and_refuses(void **state)
{
	struct cursor c = { .token = { .list = me, .ticks = 5, .number = 6 }, .last_id = 99,
		.is_descending = true }, d;
	static const char *const bad[] = {
		"", "Paged=TRUE;", "Paged=TRUE;0;A;1;3;abcd0102-0304-0506-0708-090a0b0c0d0e;1;1",
		"Paged=TRUE;1;X;1;3;abcd0102-0304-0506-0708-090a0b0c0d0e;1;1",
		"Paged=TRUE;4294967296;A;1;3;abcd0102-0304-0506-0708-090a0b0c0d0e;1;1",
		"Paged=TRUE;1;A;garbage",
	};

	(void)state;
	assert_true(cursor_parse(cursor_fmt(&arena, &c), &d));
	assert_true(d.last_id == 99 && d.is_descending && d.token.number == 6);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(cursor_parse(str_of(bad[i]), &d));
}

static void
history_is_judged(void **state)
{
	(void)state;
	assert_true(history_valid(STR(A1 ":1")));
	assert_true(history_valid(STR(A1 ":1," A2 ":2")));
	assert_true(history_valid(STR(A2 ":2," A1 ":1")));
	assert_false(history_valid(STR("")));
	assert_false(history_valid(STR(A1)));
	assert_false(history_valid(STR(A1 ":0")));
	assert_false(history_valid(STR(A1 ":2," A2 ":2")));
	assert_false(history_valid(STR(A1 ":1," A1 ":2")));
	assert_false(history_valid(STR(A1 ":1,")));
	assert_false(history_valid(STR("1111:1")));
	assert_false(history_valid(STR(A1 ":1;DROP")));
}

static void
history_bumps(void **state)
{
	(void)state;
	/* never edited by a client: text follows from the version */
	check_str(history_bump(&arena, STR(""), &me), "");
	check_str(history_text(&arena, STR(""), &me, 5), ME ":5");
	/* the list's editor is appended, its older pair removed */
	check_str(history_bump(&arena, STR(A1 ":3"), &me), A1 ":3," ME ":4");
	check_str(history_bump(&arena, STR(ME ":2," A1 ":3"), &me), A1 ":3," ME ":4");
	check_str(history_text(&arena, STR(A1 ":3"), &me, 5), A1 ":3");
}

/* A history at the limit loses its oldest editors, never its head, and stays within it. */
static void
history_prunes(void **state)
{
	char text[LIMIT_HISTORY_BYTES + 1];
	size_t n = 0;
	struct str h;

	(void)state;
	for (int i = 0; n + 40 < LIMIT_HISTORY_BYTES; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%032x:%d", i ? "," : "",
		    i + 1, i + 1);
	h = (struct str){ text, n };
	assert_true(history_valid(h));
	for (int i = 0; i < 50; i++) {
		struct guid editor = me;

		editor.b[15] = (unsigned char)i;
		h = history_bump(&arena, h, &editor);
		assert_true(history_valid(h));
		assert_true(h.n <= LIMIT_HISTORY_BYTES);
	}
}

#define PROP(n, v) { .name = { n, sizeof(n) - 1 }, .value = { v, sizeof(v) - 1 } }

static void
bag_merges(void **state)
{
	const struct property first[] = { PROP("b", "2"), PROP("a", "old"), PROP("a", "1"),
		PROP("c", "") };
	const struct property same[] = { PROP("a", "1") };
	const struct property second[] = { PROP("b", "x"), PROP("d", "new") };
	struct property removal[] = { { .name = { "b", 1 } }, { .name = { "none", 4 } } };
	struct property quiet[] = { { .name = { "q", 1 }, .value = { "v", 1 }, .is_quiet = true } };
	bool changed;
	struct str bag = bag_merge(&arena, STR(""), first, 4, &changed);

	(void)state;
	assert_true(changed && bag_valid(bag));
	check_str(bag, "1:a1:11:b1:21:c0:");
	check_str(bag_get(bag, STR("a")), "1");
	check_str(bag_get(bag, STR("c")), "");
	assert_null(bag_get(bag, STR("B")).p);
	bag = bag_merge(&arena, bag, same, 1, &changed);
	assert_false(changed);
	bag = bag_merge(&arena, bag, second, 2, &changed);
	assert_true(changed);
	/* merged, not replaced */
	check_str(bag, "1:a1:11:b1:x1:c0:1:d3:new");
	bag = bag_merge(&arena, bag, removal, 2, &changed);
	assert_true(changed);
	check_str(bag, "1:a1:11:c0:1:d3:new");
	bag = bag_merge(&arena, bag, quiet, 1, &changed);
	assert_false(changed);
	check_str(bag_get(bag, STR("q")), "v");
	bag = bag_merge(&arena, bag, removal + 1, 1, &changed);
	assert_false(changed);
}

static void
bag_refuses_damage(void **state)
{
	static const char *const bad[] = { "1", "1:", "1:a", "1:a5:x", "1:a1:11:a1:2",
		"1:b1:11:a1:2", "99999999999999999999:a1:1", "0:1:1" };

	(void)state;
	assert_true(bag_valid(STR("")));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(bag_valid(str_of(bad[i])));
}

static void
bag_writes_nothing_at_its_end(void **state)
{
	struct property kept[2];
	size_t at = 0;

	(void)state;
	memset(kept, 0x5A, sizeof(kept));
	assert_true(bag_next(STR("1:a1:b"), &at, &kept[0]));
	assert_false(bag_next(STR("1:a1:b"), &at, &kept[1]));
	for (size_t i = 0; i < sizeof(kept[1]); i++)
		assert_int_equal(((unsigned char *)&kept[1])[i], 0x5A);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(token_survives), cmocka_unit_test(token_refuses),
		cmocka_unit_test(cursor_survives_and_refuses), cmocka_unit_test(history_is_judged),
		cmocka_unit_test(history_bumps), cmocka_unit_test(history_prunes),
		cmocka_unit_test(bag_merges), cmocka_unit_test(bag_refuses_damage),
		cmocka_unit_test(bag_writes_nothing_at_its_end),
	};
	int failed;

	arena_init(&arena, 16 * MIB);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_clear(&arena);
	return failed;
}
