/*
 * base_ini.c -- tests of ini.c: what is read, and the exact words of every
 * refusal, because a DBA works by them.
 */
#include "unit.h"

#include "ini.h"
#include "limits.h"

struct rig {
	struct arena arena;
	struct ini_problems problems;
	char path[64];
};

static int
rig_up(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	arena_init(&r->arena, 64 * MIB);
	r->problems.arena = &r->arena;
	*state = r;
	return 0;
}

static int
rig_down(void **state)
{
	struct rig *r = *state;

	arena_clear(&r->arena);
	free(r);
	return 0;
}

static const struct ini *
load_bytes(struct rig *r, const void *p, size_t n)
{
	const struct ini *ini;

	r->problems = (struct ini_problems){ .arena = &r->arena };
	unit_file(r->path, p, n);
	ini = ini_load(r->path, &r->problems);
	unlink(r->path);
	return ini;
}

static const struct ini *
load(struct rig *r, const char *text)
{
	return load_bytes(r, text, strlen(text));
}

static const struct ini_entry *
entry(const struct ini *ini, const char *section, const char *key)
{
	const struct ini_entry *e = ini_entry(ini_section(ini, section), key);

	if (!e)
		fail_msg("[%s] %s is missing", section, key);
	return e;
}

/* Exactly one problem, with this text behind "file:". */
static void
assert_one_problem(struct rig *r, const char *text)
{
	const struct ini_problem *p = r->problems.first;
	const char *line;

	assert_non_null(p);
	line = ini_problem_text(&r->arena, p);
	assert_memory_equal(line, r->path, strlen(r->path));
	assert_string_equal(line + strlen(r->path), text);
	assert_null(p->next);
	assert_ptr_equal(r->problems.last, p);
}

static void
the_contract_of_a_provider(void **state)
{
	struct rig *r = *state;
	const struct ini_section *s;
	const struct ini_entry *e;
	const struct ini *ini =
	    load(r, "; first line\n"
		    "[provider]\n"
		    "name        = AdventureWorks Contacts\n"
		    "id          = {7765B84F-6D32-4D31-B28E-6BC615D2F187}\n"
		    "type        = contacts            ; contacts calendar tasks\n"
		    "description = \"People; we # sell to\"   # said\n"
		    "\n"
		    "[Track]\n"
		    "tables=adventureworks.contact:contact_id, "
		    "adventureworks.address:contact_id\n"
		    "TABLES_empty =\n"
		    "mass_delete = 50%                 ; the brake, see rule 12\n"
		    "[defaults]\n"
		    "a = NULL\n"
		    "b = \"NULL\"\n"
		    "c = ''\n"
		    "d = 'say \"hi\"'\n"
		    "e = == x\n"
		    "f = it's\n"
		    "[values.Status]                   ; optional translation, column "
		    "value = field value\n"
		    "0           = Not Started\n"
		    "Open        = In Progress\n"
		    "open        = Completed ; another value\n"
		    "\"a;b=c\"     = Deferred\n"
		    "'it is \"x\"' = \"with = and ;\"\n"
		    "zwei Worte  = Waiting\n");

	assert_null(r->problems.first);
	assert_string_equal(ini->file, r->path);
	assert_int_equal(ini->section_n, 4);
	assert_str(entry(ini, "provider", "NAME")->value, "AdventureWorks Contacts");
	assert_str(entry(ini, "Provider", "id")->value,
	    "{7765B84F-6D32-4D31-B28E-6BC615D2F187}");
	assert_str(entry(ini, "provider", "type")->value, "contacts");
	assert_false(entry(ini, "provider", "type")->is_quoted);
	e = entry(ini, "provider", "description");
	assert_str(e->value, "People; we # sell to");
	assert_true(e->is_quoted);
	assert_int_equal(e->line, 6);
	assert_string_equal(e->section, "provider");
	s = ini_section(ini, "track");
	assert_string_equal(s->name, "Track");
	assert_int_equal(s->line, 8);
	assert_int_equal(s->entry_n, 3);
	assert_string_equal(s->entry[1].key, "TABLES_empty");
	assert_str(s->entry[1].value, "");
	assert_str(s->entry[0].value,
	    "adventureworks.contact:contact_id, adventureworks.address:contact_id");
	assert_str(s->entry[2].value, "50%");
	assert_str(entry(ini, "defaults", "a")->value, "NULL");
	assert_false(entry(ini, "defaults", "a")->is_quoted);
	assert_str(entry(ini, "defaults", "b")->value, "NULL");
	assert_true(entry(ini, "defaults", "b")->is_quoted);
	assert_str(entry(ini, "defaults", "c")->value, "");
	assert_true(entry(ini, "defaults", "c")->is_quoted);
	assert_str(entry(ini, "defaults", "d")->value, "say \"hi\"");
	assert_str(entry(ini, "defaults", "e")->value, "== x");
	assert_str(entry(ini, "defaults", "f")->value, "it's");
	s = ini_section(ini, "values.status");
	assert_int_equal(s->entry_n, 6);
	assert_string_equal(s->entry[1].key, "Open");
	assert_str(s->entry[1].value, "In Progress");
	assert_string_equal(s->entry[2].key, "open");
	assert_str(s->entry[2].value, "Completed");
	assert_string_equal(s->entry[3].key, "a;b=c");
	assert_str(s->entry[3].value, "Deferred");
	assert_string_equal(s->entry[4].key, "it is \"x\"");
	assert_str(s->entry[4].value, "with = and ;");
	assert_string_equal(s->entry[5].key, "zwei Worte");
	assert_null(ini_section(ini, "nothing"));
	assert_null(ini_entry(NULL, "name"));
	assert_null(ini_entry(s, "nothing"));
	assert_null(ini_section(NULL, "provider"));
}

static void
windows_files(void **state)
{
	struct rig *r = *state;
	const struct ini *ini =
	    load(r, "\xEF\xBB\xBF[a]\r\nk = v \r\nq = \"x\"\r\n\r\nlast = M\xC3\xBC"
		    "ller");

	assert_null(r->problems.first);
	assert_str(entry(ini, "a", "k")->value, "v");
	assert_str(entry(ini, "a", "q")->value, "x");
	assert_str(entry(ini, "a", "last")->value, "M\xC3\xBCller");
	assert_int_equal(entry(ini, "a", "last")->line, 5);
}

static void
refusals_word_by_word(void **state)
{
	static const struct {
		const char *text, *problem;
	} rows[] = {
		{ "[a]\nk = 1\nK = 2\n", ":3: [a] K: the key stands twice, first in line "
					 "2; take one of them out" },
		{ "[a]\nk=1\n[b]\n[A]\nz=1\n",
		    ":4: [A]: the section stands twice, first in line 1; join the two" },
		{ "[values.X]\nk=1\nk=2\n", ":3: [values.X] k: the key stands twice, "
					    "first in line 2; take one of them out" },
		{ "k = 1\n[a]\n",
		    ":1: k: the key stands before the first [section]; put it into one" },
		{ "[a]\nnothing here\n",
		    ":2: [a]: \"nothing here\" is neither [section] nor key = value; "
		    "a comment starts with a semicolon" },
		{ "[a]\n = 5\n", ":2: [a]: \"= 5\" is neither [section] nor key = value; "
				 "a comment starts with a semicolon" },
		{ "[a]\nx;y = 5\n",
		    ":2: [a]: \"x;y = 5\" is neither [section] nor key = value; "
		    "a comment starts with a semicolon" },
		{ "[a]\n\"x\" y = 5\n",
		    ":2: [a]: \"\"x\" y = 5\" is neither [section] nor key = value; "
		    "a comment starts with a semicolon" },
		{ "[a\n", ":1: the section \"[a\" has no closing bracket; write [name]" },
		{ "[a b]\n", ":1: \"a b\" is no section name; letters, digits and . _ - "
			     "are expected" },
		{ "[]\n", ":1: \"\" is no section name; letters, digits and . _ - are "
			  "expected" },
		{ "[a] k = 1\n", ":1: [a]: \"k = 1\" stands behind the section's name; "
				 "put it on a line of its own" },
		{ "[a]\n\"k = 1\n",
		    ":2: [a]: the quote at the start of the line is not closed" },
		{ "[a]\nk = \"open\n", ":2: [a] k: the value's quote (\") is not closed; "
				       "quoted text ends in "
				       "the same line" },
		{ "[a]\nk = \"x\" y\n",
		    ":2: [a] k: \"y\" stands behind the closing quote; put the whole "
		    "value "
		    "in quotes, of the kind (\" or ') that it does not hold" },
		{ "[a]\nk = C:\\\nl = 1\n",
		    ":2: [a] k: the value ends with a backslash, but lines cannot be "
		    "continued; put the value in quotes if it belongs to it" },
		{ "[a]\nk = \xE4\n",
		    ":2: [a]: the line is no UTF-8; save the file as UTF-8 text" },
	};
	struct rig *r = *state;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_non_null(load(r, rows[i].text));
		assert_int_equal(r->problems.error_n, 1);
		assert_int_equal(r->problems.warning_n, 0);
		assert_one_problem(r, rows[i].problem);
	}
	assert_non_null(load_bytes(r, "[a]\nk = x\0y\n", 12));
	assert_one_problem(
	    r, ":2: [a]: the line holds a NUL byte; save the file as UTF-8 text");
}

static void
what_could_be_read_is_returned(void **state)
{
	struct rig *r = *state;
	const struct ini *ini = load(r, "[a]\none = 1\nnonsense\none = 2\ntwo = \"2\ntwo "
					"= 2\n[a]\nthree = 3\n[b]\nfour=4");

	assert_int_equal(r->problems.error_n, 4);
	assert_str(entry(ini, "a", "one")->value, "1");
	assert_str(entry(ini, "a", "two")->value, "2");
	assert_str(entry(ini, "b", "four")->value, "4");
	assert_int_equal(ini->section_n, 3);
	assert_str(ini->section[1].entry[0].value, "3");
}

static void
a_value_cut_short_is_a_warning(void **state)
{
	struct rig *r = *state;
	const struct ini *ini =
	    load(r, "[a]\npassword = ab#cd\ncolour = #fff\nok = x ;y\n");

	assert_str(entry(ini, "a", "password")->value, "ab");
	assert_str(entry(ini, "a", "colour")->value, "");
	assert_int_equal(r->problems.error_n, 0);
	assert_int_equal(r->problems.warning_n, 1);
	assert_true(r->problems.first->is_warning);
	assert_one_problem(r,
	    ":2: [a] password: the value ends before \"#cd\", which is taken for a "
	    "comment; put the value in quotes if that belongs to it");
}

static void
long_lines(void **state)
{
	struct rig *r = *state;
	const struct ini *ini;
	char text[3000], value[1100], want[128];
	const struct ini_entry *e;
	int n;

	/* the longest that fits, with iniparser as its reader */
	memset(value, 'v', sizeof(value));
	n = snprintf(text, sizeof(text), "[a]\nk = %.*s\nm = 1\n", 1022 - 4, value);
	ini = load_bytes(r, text, (size_t)n);
	assert_null(r->problems.first);
	e = entry(ini, "a", "k");
	assert_int_equal(e->value.n, 1018);
	n = snprintf(text, sizeof(text), "[a]\nk = %.*s\nm = 1\n; %.*s\n", 1023 - 4,
	    value, 1090, value);
	ini = load_bytes(r, text, (size_t)n); /* a comment may be as long as it likes */
	snprintf(want, sizeof(want),
	    ":2: [a]: the line has 1023 bytes; at most 1022 can be read");
	assert_one_problem(r, want);
	assert_str(entry(ini, "a", "m")->value, "1"); /* the rest is read all the same */
}

static void
files_that_cannot_be_read(void **state)
{
	struct rig *r = *state;

	strcpy(r->path, "/tmp/owsd-unit-no-such-file.ini");
	assert_null(ini_load(r->path, &r->problems));
	assert_one_problem(r, ": the file cannot be opened: No such file or directory");
	r->problems = (struct ini_problems){ .arena = &r->arena };
	strcpy(r->path, "/tmp");
	assert_null(ini_load(r->path, &r->problems));
	assert_one_problem(r, ": this is no file; a text file is expected");
	assert_non_null(load(r, ""));
	assert_null(r->problems.first);
	assert_int_equal(load(r, "; nothing\n# at all")->section_n, 0);
	assert_null(r->problems.first);
}

static void
problems_of_the_callers(void **state)
{
	struct rig *r = *state;
	const struct ini *ini = load(r, "[a]\nk = 1\n");

	ini_problem(&r->problems, r->path, entry(ini, "a", "k"),
	    "%d is too small; %d is expected", 1, 2);
	assert_one_problem(r, ":2: [a] k: 1 is too small; 2 is expected");
	ini_warning(&r->problems, r->path, NULL, "odd");
	assert_int_equal(r->problems.error_n, 1);
	assert_int_equal(r->problems.warning_n, 1);
	assert_string_equal(r->problems.last->key, "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_up, rig_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_contract_of_a_provider),
		TEST(windows_files),
		TEST(refusals_word_by_word),
		TEST(what_could_be_read_is_returned),
		TEST(a_value_cut_short_is_a_warning),
		TEST(long_lines),
		TEST(files_that_cannot_be_read),
		TEST(problems_of_the_callers),
	};

	return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
