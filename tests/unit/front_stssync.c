/*
 * front_stssync.c -- the "Connect to Outlook" link: escaping, limit, cutting.
 */
#include "unit.h"

#include "stssync.h"

static struct arena arena;

static int
setup(void **state)
{
	(void)state;
	arena_init(&arena, 16u << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_clear(&arena);
	return 0;
}

static void
escapes(void **state)
{
	static const struct {
		const char *text, *escaped;
	} cases[] = {
		{ "", "" },
		{ "https://pim.example.net/db", "https%3A%2F%2Fpim%2Eexample%2Enet%2Fdb" },
		{ "Büro & Co [Süd]", "B[00FC]ro%20|%26%20Co%20|%5BS[00FC]d|%5D" },
		{ "Größe|Maß", "Gr[00F600DF]e|%7CMa[00DF]" },
		{ "日本語 A", "[65E5672C8A9E]%20A" },
		{ "😀 party", "[D83DDE00]%20party" },
		{ "O'Neil, Team-1 (x)", "O%27Neil%2C%20Team%2D1%20%28x%29" },
		{ "a\\b_c\x7f", "a|%5Cb%5Fc%7F" },
		{ "bad \xff byte", "bad%20[FFFD]%20byte" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_str(stssync_escape(&arena, str_of(cases[i].text)), cases[i].escaped);
}

static struct list
a_list(enum list_kind kind, const char *title)
{
	struct list l = { .name = "contacts", .title = title, .kind = kind };

	assert_true(guid_parse(STR("{3F2504E0-4F89-41D3-9A0C-0305E82C3301}"), &l.id));
	return l;
}

static void
whole_link(void **state)
{
	struct list l = a_list(KIND_CONTACTS, "Customers");

	(void)state;
	assert_str(stssync_link(&arena, "https://pim.example.net/db", "Example", &l),
	    "stssync://sts/?ver=1.1&type=contacts&cmd=add-folder"
	    "&base-url=https%3A%2F%2Fpim%2Eexample%2Enet%2Fdb"
	    "&list-url=%2FLists%2Fcontacts%2FAllItems%2Easpx"
	    "&guid=%7B3F2504E0%2D4F89%2D41D3%2D9A0C%2D0305E82C3301%7D"
	    "&site-name=Example&list-name=Customers");
}

static void
pages_by_kind(void **state)
{
	static const struct {
		enum list_kind kind;
		const char *page;
	} cases[] = {
		{ KIND_CONTACTS, "/Lists/contacts/AllItems.aspx" },
		{ KIND_CALENDAR, "/Lists/contacts/calendar.aspx" },
		{ KIND_DOCUMENTS, "/contacts/Forms/AllItems.aspx" },
		{ KIND_GENERIC, "/Lists/contacts/AllItems.aspx" },
	};
	struct list l;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		l = a_list(cases[i].kind, "x");
		assert_str(list_page(&arena, &l), cases[i].page);
	}
	l = a_list(KIND_GENERIC, "x");
	assert_null(stssync_link(&arena, "https://x", "s", &l).p);
}

static bool
ends_with(struct str s, const char *end)
{
	size_t n = strlen(end);

	return s.n >= n && memcmp(s.p + s.n - n, end, n) == 0;
}

static void
names_are_cut(void **state)
{
	static const char site[] = "Подразделение финансов и контроллинга";
	static const char title[] = "Список задач отдела финансового контроллинга";
	static const char faces[] = "abcdefghijklmnopqr😀😀😀 финансового контроллинга";
	char base[120];
	struct list l = a_list(KIND_TASKS, title);
	struct str link;

	(void)state;
	memset(base, 'a', sizeof(base));
	memcpy(base, "https://", 8);
	base[60] = '\0';
	link = stssync_link(&arena, base, site, &l);
	assert_true(link.n > 0 && link.n <= 500);
	assert_non_null(strstr(link.p, "site-name=[041F043E043404400430043704340435043B0435043D04380435]"
	    "%20[04440438043D0430043D]%2E%2E%2E&"));
	/* no half of a pair: 18 letters and the dots */
	l.title = faces;
	link = stssync_link(&arena, base, site, &l);
	assert_true(ends_with(link, "&list-name=abcdefghijklmnopqr%2E%2E%2E"));
	/* base-url is never cut: too long is no link */
	memset(base, '-', sizeof(base) - 1);
	base[sizeof(base) - 1] = '\0';
	assert_null(stssync_link(&arena, base, site, &l).p);
}

/* Names of 20 units stay whole even when the link is over the limit. */
static void
short_names_are_kept(void **state)
{
	struct list l = a_list(KIND_CONTACTS, "Двадцать букв всего!");
	char base[100];
	struct str link;

	(void)state;
	memset(base, 'a', sizeof(base));
	base[sizeof(base) - 1] = '\0';
	link = stssync_link(&arena, base, "Подразделение финансов и контроллинга!", &l);
	assert_true(link.n > 0 && link.n <= 500);
	assert_true(ends_with(link, "%21"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(whole_link),
		cmocka_unit_test(pages_by_kind),
		cmocka_unit_test(names_are_cut),
		cmocka_unit_test(short_names_are_kept),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
