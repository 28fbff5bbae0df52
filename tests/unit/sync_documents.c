/*
 * sync_documents.c -- names and paths of documents, and what their kind makes of
 * a row by itself.
 */
#include "unit.h"

#include "bag.h"
#include "docname.h"
#include "kind.h"

static struct {
	struct arena arena;
	struct hash hash;
	struct engine engine;
	struct vocabulary vocabulary;
	struct column column[3];
	struct list list;
	struct family family;
	struct row row;
	struct str value[3];
} t;
enum { C_NAME, C_FOLDER, C_CONTENT, COLUMNS };

static const char *
field_name(enum list_kind kind, enum field f)
{
	(void)kind;
	return f == FIELD_FILE_NAME ? "name" : f == FIELD_FOLDER ? "folder" : "other";
}

static int
open_all(void **state)
{
	(void)state;
	arena_init(&t.arena, MIB);
	hash_open(&t.hash);
	t.vocabulary = (struct vocabulary){ .field_name = field_name };
	t.engine = (struct engine){ .arena = &t.arena, .hash = &t.hash,
		.vocabulary = &t.vocabulary };
	t.column[C_NAME] = (struct column){ .field = FIELD_FILE_NAME };
	t.column[C_FOLDER] = (struct column){ .field = FIELD_FOLDER };
	t.column[C_CONTENT] = (struct column){ .field = FIELD_CONTENT };
	t.list = (struct list){ .kind = KIND_DOCUMENTS, .column_n = COLUMNS, .column = t.column };
	t.family = (struct family){ .g = &t.engine, .l = &t.list };
	t.row = (struct row){ .state = ROW_GOOD, .value = t.value };
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	hash_close(&t.hash);
	arena_clear(&t.arena);
	return 0;
}

static void
a_row(const char *folder, const char *name, const char *content)
{
	t.value[C_NAME] = str_of(name);
	t.value[C_FOLDER] = str_of(folder);
	t.value[C_CONTENT] = str_of(content);
}

static void
names(void **state)
{
	static const char *const good[] = { "a", "a.b", "no ending", "it's", "100%", "#", "a;#b",
		"&+=,~^`$!@{}[]()", "gr\xC3\xB6\xC3\x9F" "e", "\xF0\x9F\x93\x88" };
	static const char *const wrong[] = { "", " ", ".", "..", " a", "a ", ".a", "a.", "a\tb",
		"a\x7F", "a\"b", "a*b", "a:b", "a<b", "a>b", "a?b", "a/b", "a\\b", "a|b",
		"\xC3", "\xEF\xBF\xBE" };
	char text[260 * 2 + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_null(docname_wrong(str_of(good[i])));
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_non_null(docname_wrong(str_of(wrong[i])));
	assert_non_null(docname_wrong(STR_NULL));
	for (i = 0; i < 256; i++) /* characters, not bytes */
		memcpy(text + 2 * i, "\xC3\xA9", 2);
	assert_null(docname_wrong((struct str){ text, 2 * 255 }));
	assert_non_null(docname_wrong((struct str){ text, 2 * 256 }));
}

static void
paths(void **state)
{
	static const char *const wrong[] = { "/", "/a", "a/", "a//b", "a/./b", "a/..", "a\\b",
		"a/ b" };
	struct str dir, leaf;
	char text[502];
	size_t i;

	(void)state;
	assert_null(docname_path_wrong(STR("")));
	assert_null(docname_path_wrong(STR("a")));
	assert_null(docname_path_wrong(STR("a/b c/d")));
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_non_null(docname_path_wrong(str_of(wrong[i])));
	for (i = 0; i < sizeof(text); i++)
		text[i] = i % 100 == 99 ? '/' : 'x';
	assert_null(docname_path_wrong((struct str){ text, 499 }));
	assert_non_null(docname_path_wrong((struct str){ text, 501 }));
	docname_split(STR("a/b/c"), &dir, &leaf);
	assert_true(str_eq(dir, STR("a/b")) && str_eq(leaf, STR("c")));
	docname_split(STR("c"), &dir, &leaf);
	assert_true(str_eq(dir, STR("")) && str_eq(leaf, STR("c")));
	assert_true(docname_is_below(STR("a/b"), STR("a")));
	assert_true(docname_is_below(STR("a"), STR("a")));
	assert_true(docname_is_below(STR("x"), STR("")));
	assert_false(docname_is_below(STR("ab"), STR("a")));
	assert_false(docname_is_below(STR("A/b"), STR("a")));
}

static bool
same_uid(const char *dir1, const char *leaf1, const char *dir2, const char *leaf2)
{
	struct guid a, b;

	docname_uid(&t.hash, str_of(dir1), str_of(leaf1), &a);
	docname_uid(&t.hash, str_of(dir2), str_of(leaf2), &b);
	return guid_eq(&a, &b);
}

static void
names_that_differ_in_case_are_neighbours(void **state)
{
	(void)state;
	assert_true(same_uid("a", "b", "a", "b"));
	assert_true(same_uid("Dir", "Report.PDF", "dIR", "rEPORT.pdf"));
	assert_true(same_uid("", "\xC3\x84\xC3\x96", "", "\xC3\xA4\xC3\xB6"));
	assert_true(same_uid("", "\xD0\xA1\xD0\x81", "", "\xD1\x81\xD1\x91")); /* Cyrillic */
	assert_true(same_uid("", "\xCE\xA9", "", "\xCF\x89"));                 /* Greek */
	assert_false(same_uid("", "\xC3\x97", "", "\xC3\xB7"));                /* times, divided */
	assert_false(same_uid("a", "b", "", "ab"));
	assert_false(same_uid("", "a", "", "b"));
	assert_false(same_uid("", "[", "", "{"));
}

static void
a_row_that_no_client_could_keep_is_bad(void **state)
{
	(void)state;
	a_row("a/b", "c.txt", "1:00");
	assert_null(document_rules.bad(&t.arena, &t.list, &t.row));
	a_row(NULL, "c.txt", NULL);
	assert_null(document_rules.bad(&t.arena, &t.list, &t.row));
	a_row("", NULL, NULL);
	assert_non_null(document_rules.bad(&t.arena, &t.list, &t.row));
	a_row("", "a:b", NULL);
	assert_non_null(strstr(document_rules.bad(&t.arena, &t.list, &t.row), "\"a:b\" holds"));
	a_row("a//b", "c", NULL);
	assert_non_null(strstr(document_rules.bad(&t.arena, &t.list, &t.row), "folder \"a//b\""));
}

static void
a_row_wants_every_folder_above_it(void **state)
{
	struct item item = { .id = 1, .key = STR("17"), .bag = STR("") };
	struct inner *want;
	struct err e = { .code = OK };
	struct str tail;
	struct guid uid;
	size_t n;

	(void)state;
	a_row("a/b c/d", "f.txt", NULL);
	assert_int_equal(document_rules.want(&t.family, &t.row, &item, &want, &n, &e), OK);
	assert_int_equal(n, 3);
	assert_true(key_is_inner(want[1].key, NULL, &tail) && str_eq(tail, STR("a/b c")));
	assert_true(str_eq(bag_get(want[1].bag, STR("name")), STR("b c")));
	assert_true(str_eq(bag_get(want[1].bag, STR("folder")), STR("a")));
	docname_uid(&t.hash, STR("a"), STR("b c"), &uid);
	assert_true(want[1].has_uid && guid_eq(&uid, &want[1].uid));
	assert_true(str_eq(bag_get(want[0].bag, STR("folder")), STR("")));
	a_row(NULL, "f.txt", NULL);
	assert_int_equal(document_rules.want(&t.family, &t.row, &item, &want, &n, &e), OK);
	assert_int_equal(n, 0);
	t.list.column_n = C_FOLDER; /* no column for folders: no folders */
	a_row("a", "f.txt", NULL);
	assert_int_equal(document_rules.want(&t.family, &t.row, &item, &want, &n, &e), OK);
	assert_int_equal(n, 0);
	t.list.column_n = COLUMNS;
}

static void
the_size_is_that_of_the_content(void **state)
{
	struct item file = { .id = 1, .key = STR("17"), .bag = STR("") };
	struct item folder = { .id = 2, .key = key_of_inner(&t.arena, STR(""), STR("a/b")),
		.bag = STR("") };
	struct shown shown[SHOWN_MAX];
	size_t n;

	(void)state;
	a_row("a", "f.txt", "4711:0a0b");
	n = document_rules.show(&t.vocabulary, &t.arena, &t.list, &file, &t.row, shown);
	assert_int_equal(n, 2);
	assert_true(shown[0].field == FIELD_FILE_NAME && str_eq(shown[0].value, STR("f.txt")));
	assert_true(shown[1].field == FIELD_FILE_SIZE && str_eq(shown[1].value, STR("4711")));
	a_row("a", "f.txt", NULL);
	document_rules.show(&t.vocabulary, &t.arena, &t.list, &file, &t.row, shown);
	assert_true(str_eq(shown[1].value, STR("0")));
	n = document_rules.show(&t.vocabulary, &t.arena, &t.list, &folder, &t.row, shown);
	assert_int_equal(n, 1);
	assert_true(str_eq(shown[0].value, STR("b")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(paths),
		cmocka_unit_test(names_that_differ_in_case_are_neighbours),
		cmocka_unit_test(a_row_that_no_client_could_keep_is_bad),
		cmocka_unit_test(a_row_wants_every_folder_above_it),
		cmocka_unit_test(the_size_is_that_of_the_content),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
