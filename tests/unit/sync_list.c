/*
 * sync_list.c -- the provider reader and the rights that it reads.
 *
 * provider/NAME.ini is a file, NAME.txt what the reader must say of it, line by
 * line ("" when the file is good). GOLDEN=write writes the .txt files anew: for
 * reading the difference, never for making a test pass.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "access.h"
#include "list_read.h"
#include "near.h"

#define DIR_OF_CASES "tests/unit/provider"

/* ---- a vocabulary of the test's own: enough names to be right and wrong with */

static const struct { const char *name; enum field field; bool is_alias; } names[] = {
	{ "Title", FIELD_TITLE, false }, { "FirstName", FIELD_FIRST_NAME, false },
	{ "Company", FIELD_COMPANY, false }, { "CompanyPhonetic", FIELD_COMPANY_PHONETIC, false },
	{ "HomeAddressCity", FIELD_HOME_CITY, false }, { "HomeCity", FIELD_HOME_CITY, true },
	{ "NickName", FIELD_NICKNAME, false }, { "Birthday", FIELD_BIRTHDAY, false },
	{ "EventDate", FIELD_START, false }, { "EndDate", FIELD_END, false },
	{ "Duration", FIELD_DURATION, false }, { "RRule", FIELD_RRULE, false },
	{ "ExDate", FIELD_EXDATE, false }, { "TimeZone", FIELD_ZONE_NUMBER, false },
	{ ":TimeZone", FIELD_ZONE_NAME, false }, { "RecurrenceID", FIELD_INSTANCE, false },
	{ "RecurrenceData", FIELD_PATTERN, false }, { "Parent", FIELD_PARENT, false },
	{ "Status", FIELD_STATUS, false }, { "LinkFilename", FIELD_FILE_NAME, false },
	{ "FileSizeDisplay", FIELD_FILE_SIZE, false }, { "Content", FIELD_CONTENT, false },
	{ "ThreadIndex", FIELD_THREAD_INDEX, false },
};

static bool
has(enum list_kind kind, enum field f)
{
	return (field_info(f)->kinds & KIND_BIT(kind)) != 0;
}

static bool
by_name(enum list_kind kind, struct str name, enum field *out)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (has(kind, names[i].field) && str_eq(name, str_of(names[i].name))) {
			*out = names[i].field;
			return true;
		}
	return false;
}

static const char *
name_of(enum list_kind kind, enum field f)
{
	(void)kind;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].field == f && !names[i].is_alias)
			return names[i].name;
	return NULL;
}

static const struct choice *
choices(enum list_kind kind, enum field f, size_t *n)
{
	static const struct choice status[] = {
		{ { "1", 1 }, { "Not Started", 11 } }, { { "2", 1 }, { "Half", 4 } },
		{ { "3", 1 }, { "Completed", 9 } },
	};

	*n = kind == KIND_TASKS && f == FIELD_STATUS ? sizeof status / sizeof status[0] : 0;
	return *n ? status : NULL;
}

static const char *
own_name(struct str name, bool *is_address)
{
	*is_address = str_ieq(name, STR("Link"));
	return str_ieq(name, STR("ID")) ? "is a field that this server fills by itself" : NULL;
}

static const struct vocabulary vocabulary = {
	.field_by_name = by_name, .field_name = name_of, .choices = choices,
	.own_name = own_name,
};

/* ---- helpers */

struct reading {
	struct arena arena;
	struct ini_problems problems;
	struct list *list;
};

static void
reading_start(struct reading *r, const char *file)
{
	*r = (struct reading){ .problems = { 0 } };
	arena_init(&r->arena, 64 * MIB);
	r->problems.arena = &r->arena;
	if (file)
		r->list = list_load(file, "contacts", &vocabulary, &r->problems);
}

static void
reading_end(struct reading *r)
{
	if (r->list) {
		zone_close(&r->list->zone);
		zones_close(&r->list->zones);
	}
	arena_clear(&r->arena);
}

static const char *
problems_text(struct reading *r)
{
	struct str all = STR("");

	for (const struct ini_problem *p = r->problems.first; p; p = p->next)
		all = arena_fmt(&r->arena, "%s%s\n", all.p, ini_problem_text(&r->arena, p));
	return all.p;
}

static char *
slurp(const char *file)
{
	FILE *f = fopen(file, "r");
	char *text = calloc(1, 65536);

	if (!f)
		fail_msg("cannot read %s", file);
	assert_true(fread(text, 1, 65535, f) < 65535);
	fclose(f);
	return text;
}

/* ---- cases */

/* Each file says exactly what its .txt says, and is refused unless that is empty. */
static void
golden(void **state)
{
	DIR *d = opendir(DIR_OF_CASES);
	struct dirent *entry;
	size_t cases = 0, wrong = 0;

	(void)state;
	assert_non_null(d);
	while ((entry = readdir(d))) {
		char ini[512], txt[512], *dot = strrchr(entry->d_name, '.');
		struct reading r;
		const char *said;
		char *wanted;

		if (!dot || strcmp(dot, ".ini") != 0)
			continue;
		snprintf(ini, sizeof ini, DIR_OF_CASES "/%s", entry->d_name);
		snprintf(txt, sizeof txt, "%.*s.txt", (int)(strlen(ini) - 4), ini);
		reading_start(&r, ini);
		said = problems_text(&r);
		if (getenv("GOLDEN")) {
			FILE *f = fopen(txt, "w");

			fputs(said, f);
			fclose(f);
		}
		wanted = slurp(txt);
		if (strcmp(said, wanted) != 0) {
			print_error("%s\n--- wanted\n%s--- said\n%s", ini, wanted, said);
			wrong++;
		}
		if (!r.list != (r.problems.error_n > 0)) {
			print_error("%s: %zu errors, but the list is %s\n", ini,
			    r.problems.error_n, r.list ? "there" : "not there");
			wrong++;
		}
		cases++;
		free(wanted);
		reading_end(&r);
	}
	closedir(d);
	assert_int_equal(wrong, 0);
	assert_true(cases > 60);
}

static void
standards(void **state)
{
	struct reading r;
	struct list *l;

	(void)state;
	reading_start(&r, DIR_OF_CASES "/good.ini");
	l = r.list;
	assert_non_null(l);
	assert_string_equal(l->title, "Contacts");
	assert_string_equal(l->description, "");
	assert_string_equal(l->schema, "crm");
	assert_string_equal(l->view, "v_contacts");
	assert_string_equal(l->zone_name, "UTC");
	assert_non_null(l->zone);
	assert_int_equal(l->scan_every_s, 3600); /* behind triggers */
	assert_int_equal(l->allow, ALLOW_INSERT | ALLOW_UPDATE | ALLOW_DELETE);
	assert_int_equal(l->key_from, KEY_AUTO);
	assert_int_equal(l->mass_delete_percent, 50);
	assert_null(l->created);
	assert_null(l->delete_set);
	assert_null(l->delete_from);
	assert_int_equal(l->tracked_n, 1);
	assert_int_equal(l->no, 0);
	reading_end(&r);
}

static void
everything(void **state)
{
	struct reading r;
	struct list *l;
	const struct column *c;
	int at;

	(void)state;
	reading_start(&r, DIR_OF_CASES "/everything.ini");
	l = r.list;
	assert_non_null(l);
	assert_int_equal(l->key_n, 2);
	assert_string_equal(l->key[1], "no");
	assert_string_equal(l->modified, "modified at");
	assert_int_equal(l->scan_every_s, 0);
	assert_int_equal(l->tracked_n, 3);
	assert_int_equal(l->tracked[0].part_n, 2);
	assert_string_equal(l->tracked[0].part[0], "region");
	assert_null(l->tracked[0].via);
	assert_string_equal(l->tracked[1].via, "city_id");
	assert_int_equal(l->tracked[1].part_n, 1);
	assert_int_equal(l->tracked[2].part_n, 0);
	assert_int_equal(l->allow, ALLOW_INSERT | ALLOW_DELETE);
	assert_string_equal(l->delete_set, "state");
	assert_true(str_eq(l->delete_set_value, STR("gone; really")));
	assert_int_equal(l->mass_delete_percent, 100);
	for (size_t i = 1; i < l->column_n; i++)
		assert_true(l->column[i - 1].field < l->column[i].field);
	at = list_column(l, FIELD_COMPANY);
	assert_true(at >= 0);
	c = &l->column[at];
	assert_true(c->is_readonly);
	assert_int_equal(c->translation_n, 3);
	assert_true(str_eq(c->translation[1].column, STR("a;b")));
	assert_null(c->translation[2].column.p);
	assert_null(c->translation[2].field.p);
	assert_int_equal(l->constant_n, 3);
	assert_string_equal(l->constant[0].column, "source_code");
	assert_null(l->constant[1].value.p);
	assert_true(str_eq(l->constant[2].value, STR("NULL")));
	assert_int_equal(list_column(l, FIELD_BIRTHDAY), -1);
	reading_end(&r);
}

/* The hash sees titles, types and lengths, and no SQL name. */
static void
define(void **state)
{
	unsigned char first[HASH_LEN];
	struct reading r;
	struct hash h;

	(void)state;
	hash_open(&h);
	reading_start(&r, DIR_OF_CASES "/everything.ini");
	list_define(r.list, &h);
	memcpy(first, r.list->definition, HASH_LEN);
	r.list->column[0].name = "renamed";
	r.list->view = "v_renamed";
	r.list->allow = 0;
	list_define(r.list, &h);
	assert_memory_equal(first, r.list->definition, HASH_LEN);
	r.list->column[0].max_chars = 50;
	list_define(r.list, &h);
	assert_memory_not_equal(first, r.list->definition, HASH_LEN);
	r.list->column[0].max_chars = 0;
	r.list->title = "Other";
	list_define(r.list, &h);
	assert_memory_not_equal(first, r.list->definition, HASH_LEN);
	reading_end(&r);
	hash_close(&h);
}

static void
login(void **state)
{
	static const struct { const char *said, *login; } cases[] = {
		{ "alice", "alice" }, { "Alice@CORP.EXAMPLE", "alice" },
		{ "CORP\\ALICE", "alice" }, { "CORP\\alice@x", "alice" }, { " bob ", "bob" },
		{ "M\xC3\x9CLLER", "m\xC3\x9Cller" }, { "", "" }, { "@CORP", "" }, { "CORP\\", "" },
	};
	struct reading r;

	(void)state;
	reading_start(&r, NULL);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(access_login(&r.arena, str_of(cases[i].said)).p,
		    cases[i].login);
	reading_end(&r);
}

static void
rights(void **state)
{
	enum { I = RIGHT_INSERT, U = RIGHT_UPDATE, D = RIGHT_DELETE, R = RIGHT_READ };
	static const struct {
		const char *read, *write;
		enum write_mode mode;
		unsigned allow;
		const char *who;
		unsigned want;
	} cases[] = {
		{ "*", "alice, bob", WRITE_VIEW, 7, "alice", R | I | U | D },
		{ "*", "alice, bob", WRITE_VIEW, 7, "bob", R | I | U | D },
		{ "*", "alice, bob", WRITE_VIEW, 7, "carol", R },
		{ "*", "alice, bob", WRITE_VIEW, 7, "", 0 },
		{ "*", "alice", WRITE_VIEW, ALLOW_UPDATE, "alice", R | U },
		{ "*", "alice", WRITE_NONE, 7, "alice", R },
		{ "carol", "alice", WRITE_VIEW, 7, "alice", R | I | U | D },
		{ "carol", "alice", WRITE_VIEW, 7, "bob", 0 },
		{ "carol", "*", WRITE_VIEW, 7, "bob", 0 },
		{ "carol", "*", WRITE_VIEW, 7, "carol", R | I | U | D },
		{ "anonymous", "alice", WRITE_VIEW, 7, "", R },
		{ "anonymous", "*", WRITE_VIEW, 7, "bob", R | I | U | D },
		{ "anonymous", "*", WRITE_VIEW, 7, "", R },
		{ "carol", "*", WRITE_VIEW, 7, "*", 0 },
		{ "*", "*", WRITE_VIEW, 7, "anonymous", R },
		{ "ali", "", WRITE_VIEW, 7, "alice", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct list l = { .read = cases[i].read, .write_access = cases[i].write,
			.write = cases[i].mode, .allow = cases[i].allow };
		struct principal who = { str_of(cases[i].who) };

		if (access_rights(&l, &who) != cases[i].want)
			fail_msg("case %zu: %u instead of %u", i, access_rights(&l, &who),
			    cases[i].want);
	}
}

/* A folder of providers: the bad one is left out, doubles are refused, the rest is in order of title. */
static void
folder(void **state)
{
	static const struct { const char *folder, *id, *title; } providers[] = {
		{ "a", "{7765B84F-6D32-4D31-B28E-6BC615D2F187}", "Copied" },
		{ "b", "{7765B84F-6D32-4D31-B28E-6BC615D2F188}", "apple" },
		{ "c", "{7765B84F-6D32-4D31-B28E-6BC615D2F187}", "Same id" },
		{ "d", "{7765B84F-6D32-4D31-B28E-6BC615D2F189}", "APPLE" },
		{ "e", "{nonsense}", "Bad" },
		{ "f", "{7765B84F-6D32-4D31-B28E-6BC615D2F193}", "Zebra" },
		{ "sp ace", "{7765B84F-6D32-4D31-B28E-6BC615D2F190}", "Space" },
		{ "X", "{7765B84F-6D32-4D31-B28E-6BC615D2F191}", "Upper x" },
		{ "x", "{7765B84F-6D32-4D31-B28E-6BC615D2F192}", "Lower x" },
	};
	char dir[] = "/tmp/owsd-list-XXXXXX", path[512];
	struct reading r;
	struct lists *ls = NULL;
	struct err e;
	struct guid id;

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < sizeof providers / sizeof providers[0]; i++) {
		FILE *f;

		snprintf(path, sizeof path, "%s/%s", dir, providers[i].folder);
		assert_int_equal(mkdir(path, 0700), 0);
		snprintf(path, sizeof path, "%s/%s/provider.ini", dir, providers[i].folder);
		f = fopen(path, "w");
		assert_non_null(f);
		fprintf(f, "[provider]\nname=%s\nid=%s\ntype=contacts\n[source]\nview=a.b\n"
		    "key=c\n[track]\nmode=scan\n[access]\nread=*\n[fields]\nTitle=d\n",
		    providers[i].title, providers[i].id);
		fclose(f);
	}
	reading_start(&r, NULL);
	assert_int_equal(lists_load(dir, &vocabulary, &r.problems, &ls, &e), OK);
	lists_settle(ls, &r.problems);
	/* of two lists with one id neither is served: the copy might delete the other's rows */
	assert_null(lists_by_name(ls, STR("a")));
	assert_null(lists_by_name(ls, STR("c")));
	/* "X" comes before "x" in order of folders, and keeps the name */
	assert_int_equal(ls->n, 3);
	assert_string_equal(ls->list[0]->title, "apple");
	assert_string_equal(ls->list[1]->title, "Upper x");
	assert_string_equal(ls->list[2]->title, "Zebra");
	assert_int_equal(r.problems.error_n, 6);
	assert_non_null(strstr(problems_text(&r), "but for case"));
	assert_non_null(strstr(problems_text(&r), "neither is served"));
	assert_true(guid_parse(STR("7765b84f-6d32-4d31-b28e-6bc615d2f188"), &id));
	assert_ptr_equal(lists_by_id(ls, &id), ls->list[0]);
	assert_ptr_equal(lists_by_name(ls, STR("B")), ls->list[0]);
	assert_ptr_equal(lists_by_title(ls, STR("UPPER X")), ls->list[1]);
	assert_null(lists_by_title(ls, STR("Zebra ")));
	/* what is not served is not unknown, as far as it could be read */
	assert_int_equal(ls->refused_n, 6);
	assert_string_equal(lists_refused(ls, STR("SP ACE"))->title, "Space");
	assert_string_equal(lists_refused(ls, STR("bad"))->name, "e");
	assert_string_equal(lists_refused(ls, STR("d"))->title, "APPLE");
	assert_true(guid_parse(STR("7765b84f-6d32-4d31-b28e-6bc615d2f187"), &id));
	assert_true(guid_eq(&lists_refused(ls, STR("{7765b84f-6d32-4d31-b28e-6bc615d2f187}"))->id,
	    &id));
	/* an id that no file has may be the one that cannot be read */
	assert_string_equal(lists_refused(ls, STR("7765b84f-6d32-4d31-b28e-6bc615d2f999"))->name,
	    "e");
	assert_null(lists_refused(ls, STR("nobody's")));
	assert_int_equal(ls->list[0]->scan_every_s, 60);
	lists_close(ls);
	assert_int_equal(lists_load("/nonexistent/owsd", &vocabulary, &r.problems, &ls, &e),
	    E_FAILED);
	reading_end(&r);
	for (size_t i = 0; i < sizeof providers / sizeof providers[0]; i++) {
		snprintf(path, sizeof path, "%s/%s/provider.ini", dir, providers[i].folder);
		unlink(path);
		snprintf(path, sizeof path, "%s/%s", dir, providers[i].folder);
		rmdir(path);
	}
	assert_int_equal(rmdir(dir), 0);
}

static void
nearest(void **state)
{
	static const struct { const char *typed, *want; } cases[] = {
		{ "FirstNme", "FirstName" }, { "firstname", "FirstName" }, { "Quux", NULL },
		{ "Titel", "Title" }, { "", NULL }, { "x", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct near n;

		near_init(&n, str_of(cases[i].typed));
		for (size_t j = 0; j < sizeof names / sizeof names[0]; j++)
			near_try(&n, names[j].name);
		if (cases[i].want)
			assert_string_equal(n.best, cases[i].want);
		else
			assert_null(n.best);
	}
}

/* Every key has a help text, and the manual page knows it. */
static void
manual(void **state)
{
	char *page = slurp("providers/owsd-provider.5");
	const struct list_key *k;
	size_t n;

	(void)state;
	k = list_keys(&n);
	for (size_t i = 0; i < n; i++) {
		char wanted[128];

		assert_true(strlen(k[i].help) > 10);
		snprintf(wanted, sizeof wanted, "\n.TP\n.B %s\n", k[i].name);
		if (!strstr(page, wanted))
			fail_msg("owsd-provider.5 lacks [%s] %s", k[i].section, k[i].name);
		if (k[i].standard && *k[i].standard && !strstr(page, k[i].standard))
			fail_msg("owsd-provider.5 lacks the standard of %s: %s", k[i].name,
			    k[i].standard);
	}
	free(page);
}

static void
field_names(void **state)
{
	enum list_kind k;

	(void)state;
	for (int f = 0; f < FIELD__MAX; f++) {
		assert_non_null(field_info((enum field)f)->name);
		assert_true(field_info((enum field)f)->kinds != 0);
	}
	for (int t = 0; t < VALUE__MAX; t++)
		assert_non_null(value_type_name((enum value_type)t));
	assert_true(kind_by_name(STR("Contacts"), &k) && k == KIND_CONTACTS);
	assert_false(kind_by_name(STR("contact"), &k));
	assert_string_equal(kind_name(KIND_DOCUMENTS), "documents");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden), cmocka_unit_test(standards),
		cmocka_unit_test(everything), cmocka_unit_test(define), cmocka_unit_test(login),
		cmocka_unit_test(rights), cmocka_unit_test(folder), cmocka_unit_test(nearest),
		cmocka_unit_test(manual), cmocka_unit_test(field_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
