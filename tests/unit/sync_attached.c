/*
 * sync_attached.c -- tests of attached.c: what an item says of its files, and
 * which names they may have.
 */
#include "unit.h"

#include <string.h>

#include "attach.h"
#include "bag.h"

static struct arena arena;

static int
up(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
	return 0;
}

static int
down(void **state)
{
	(void)state;
	arena_clear(&arena);
	return 0;
}

static bool
same(const char *a, const char *b)
{
	bool one = attached_is_same_name(str_of(a), str_of(b));

	assert_int_equal(attached_is_same_name(str_of(b), str_of(a)), one);
	return one;
}

static void
names_in_any_case(void **state)
{
	static const char *const equal[][2] = {
		{ "a.TXT", "A.txt" }, { "\xC3\x84\xC3\x96\xC3\x9C", "\xC3\xA4\xC3\xB6\xC3\xBC" },
		{ "\xC5\xB8", "\xC3\xBF" },               /* Y with two dots: another block */
		{ "\xC4\x8C\xC5\xA0\xC5\xBD", "\xC4\x8D\xC5\xA1\xC5\xBE" }, /* Czech */
		{ "\xC5\x81\xC3\x93", "\xC5\x82\xC3\xB3" },               /* Polish */
		{ "\xCE\xA3", "\xCF\x83" }, { "\xCE\xA3", "\xCF\x82" },   /* sigma, twice */
		{ "\xD0\x96\xD0\x81", "\xD0\xB6\xD1\x91" },               /* Cyrillic */
		{ "\xD4\xB1", "\xD5\xA1" },                               /* Armenian */
		{ "\xE6\x97\xA5.txt", "\xE6\x97\xA5.TXT" },
	};
	static const char *const other[][2] = {
		{ "a", "b" }, { "a", "aa" }, { "", "a" }, { "\xC3\xA4", "a" },
		{ "\xC3\x97", "\xC3\xB7" },                               /* times, divided by */
		{ "\xC3\x9F", "\xC5\xB8" }, { "\xC4\xB0", "i" }, { "\xC4\xB1", "\xC4\xB0" },
		{ "[", "{" }, { "@", "`" }, { "\xC4\xB8", "\xC4\xB9" }, { "\xC5\x89", "\xC5\x8A" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(equal) / sizeof(equal[0]); i++)
		if (!same(equal[i][0], equal[i][1]))
			fail_msg("%s is not %s", equal[i][0], equal[i][1]);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (same(other[i][0], other[i][1]))
			fail_msg("%s is %s", other[i][0], other[i][1]);
}

static void
names_that_may_be(void **state)
{
	static const char *const good[] = { "a", "a b.txt", "it's+1.txt", "[a](b)=c;d,e!f$g^h@i.txt",
		"\xF0\x9F\x9A\x80", "a.b.c", "-", "_" };
	static const char *const bad[] = { "", " a", "a ", ".a", "a.", "a..b", "a\"", "a#", "a%", "a&",
		"a*b", "a:b", "<", ">", "?", "a/b", "a\\b", "{", "|", "}", "~", "a\x01", "a\x7F", "a\xFF",
		"\xED\xA0\x80", "\xEF\xBF\xBF", "a\tb" };
	char name[4 * 256 + 1] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (attach_name_why_not(str_of(good[i])))
			fail_msg("%s %s", good[i], attach_name_why_not(str_of(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!attach_name_why_not(str_of(bad[i])))
			fail_msg("\"%s\" is taken", bad[i]);
	for (int i = 0; i < 255; i++)
		strcat(name, "\xF0\x9F\x9A\x80");
	assert_null(attach_name_why_not(str_of(name)));
	strcat(name, "x");
	assert_non_null(attach_name_why_not(str_of(name)));
}

static void
what_an_item_says(void **state)
{
	struct file f = { .version = 4000000000u, .size = 1 };
	struct property edit[] = {
		{ .name = STR("b.txt") }, { .name = STR("A.txt") },
		{ .name = STR("torn"), .value = STR("{01234567-89AB-CDEF-0123-456789ABCDEF},7") },
		{ .name = STR("odd"), .value = STR("x,1,2") },
		{ .name = STR("large"), .value = STR("{01234567-89AB-CDEF-0123-456789ABCDEF},1,"
		    "99999999999999999999") },
	};
	char token[ATTACHED_TOKEN];
	struct attached got;
	struct str files;
	size_t at = 0;
	bool changed;

	(void)state;
	memset(f.guid.b, 0xAB, sizeof(f.guid.b));
	edit[0].value = attached_value(&arena, &f);
	f.size = UINT64_C(50) << 20;
	edit[1].value = attached_value(&arena, &f);
	files = bag_merge(&arena, STR(""), edit, 5, &changed);
	assert_true(attached_next(files, &at, &got)); /* by name */
	assert_str(got.name, "A.txt");
	assert_int_equal(got.size, 50 << 20);
	assert_string_equal(attached_token(&got, token),
	    "{ABABABAB-ABAB-ABAB-ABAB-ABABABABABAB},4000000000");
	assert_true(attached_next(files, &at, &got));
	assert_str(got.name, "b.txt");
	assert_false(attached_next(files, &at, &got)); /* what is no file is passed by */
	assert_true(attached_find(files, STR("a.TXT"), &got));
	assert_false(attached_find(files, STR("torn"), &got));
	assert_false(attached_find(STR(""), STR("a"), &got));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_in_any_case), cmocka_unit_test(names_that_may_be),
		cmocka_unit_test(what_an_item_says),
	};

	return cmocka_run_group_tests(tests, up, down);
}
