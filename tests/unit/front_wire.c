/*
 * front_wire.c -- fields in SharePoint's spelling, and their values both ways.
 */
#include "unit.h"

#include "field.h"
#include "guid.h"
#include "lists/wire.h"

static struct arena arena;
static struct zone *berlin;

static int
setup(void **state)
{
	(void)state;
	arena_init(&arena, 16u << 20);
	berlin = zone_open("Europe/Berlin", NULL);
	return berlin ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	arena_clear(&arena);
	zone_close(&berlin);
	return 0;
}

/* ---- the table ---- */

/* Field i of that kind, or NULL. */
static const struct wire_field *
field_of(int kind, size_t i)
{
	if (!(field_info((enum field)i)->kinds & KIND_BIT(kind)))
		return NULL;
	return wire_of((enum list_kind)kind, (enum field)i);
}

static void
every_field_has_a_row(void **state)
{
	size_t i, seen = 0;
	struct guid g;
	int kind;

	(void)state;
	for (kind = 0; kind < KIND__MAX; kind++)
		for (i = 0; i < FIELD__MAX; i++) {
			const struct wire_field *f = field_of(kind, i);
			bool is_inward = f && (f->flags & WIRE_INWARD);

			if (!f || i == FIELD_OWN)
				continue;
			seen++;
			assert_int_equal(f->field, i);
			assert_non_null(f->name);
			assert_non_null(f->type);
			assert_non_null(f->display);
			assert_int_equal(!f->id, is_inward || (f->flags & WIRE_BAG_ONLY));
			if (f->id)
				assert_true(guid_parse(str_of(f->id), &g));
			assert_ptr_equal(wire_by_name((enum list_kind)kind, str_of(f->name)),
			    is_inward ? NULL : f);
		}
	assert_true(seen >= FIELD__MAX);
}

/* Of one kind: two kinds may call different things by one name (Priority). */
static void
names_and_ids_are_used_once(void **state)
{
	size_t i, k;
	int kind;

	(void)state;
	for (kind = 0; kind < KIND__MAX; kind++)
		for (i = 0; i < FIELD__MAX; i++)
			for (k = 0; k < i; k++) {
				const struct wire_field *f = field_of(kind, i);
				const struct wire_field *o = field_of(kind, k);

				if (!f || !o)
					continue;
				assert_string_not_equal(f->name, o->name);
				if (f->alias)
					assert_string_not_equal(f->alias, o->name);
				if (f->id && o->id)
					assert_string_not_equal(f->id, o->id);
			}
}

/* A wire type that does not fit the canonical one would be converted wrongly. */
static void
types_agree(void **state)
{
	static const char *const types[VALUE__MAX] = {
		[VALUE_TEXT] = "Text User Guid ThreadIndex Computed Lookup", [VALUE_NOTE] = "Note",
		[VALUE_CHOICE] = "Choice", [VALUE_URL] = "URL", [VALUE_DATE] = "DateTime",
		[VALUE_STAMP] = "DateTime", [VALUE_INT] = "Integer Computed",
		[VALUE_NUMBER] = "Number", [VALUE_BOOL] = "AllDayEvent Recurrence",
		[VALUE_BINARY] = "Text",
	};
	size_t i;
	int kind;

	(void)state;
	for (kind = 0; kind < KIND__MAX; kind++)
		for (i = 0; i < FIELD__MAX; i++) {
			const struct wire_field *f = field_of(kind, i);

			if (f && !strstr(types[wire_type(f)], f->type))
				fail_msg("%s is of type %s on the wire", f->name, f->type);
		}
}

/* ---- fields of the DBA's own ---- */

static struct column own_columns[] = {
	{ .field = FIELD_TITLE, .name = "t", .type = VALUE_TEXT },
	{ .field = FIELD_OWN, .own = "Due day", .name = "d", .type = VALUE_DATE },
	{ .field = FIELD_OWN, .own = "Gr\xc3\xb6\xc3\x9f" "e", .name = "g", .type = VALUE_INT },
	{ .field = FIELD_OWN, .own = "a_x0020_b", .name = "x", .type = VALUE_URL },
};
static struct list own_list = { .kind = KIND_GENERIC, .column = own_columns,
	.column_n = sizeof(own_columns) / sizeof(own_columns[0]), .id = { { 1, 2, 3 } } };

static void
own_columns_are_fields(void **state)
{
	static const char *const names[] = { "Title", "Due_x0020_day", "Gr_x00f6__x00df_e",
		"a_x005f_x0020_b" };
	static const char *const types[] = { "Text", "DateTime", "Integer", "URL" };
	struct list other = own_list;
	struct guid g;
	size_t i, k;

	(void)state;
	other.id.b[0] = 9;
	for (i = 0; i < own_list.column_n; i++) {
		const struct wire_field *f = wire_of_column(&arena, &own_list, i);

		assert_string_equal(f->name, names[i]);
		assert_string_equal(f->type, types[i]);
		assert_true(guid_parse(str_of(f->id), &g));
		assert_int_equal(wire_column(&own_list, f), i);
		assert_int_equal(wire_type(f), own_columns[i].type);
		assert_true(wire_is_declared(&own_list, f));
		assert_string_equal(wire_find(&arena, &own_list, str_of(names[i]))->id, f->id);
		assert_string_equal(wire_of_column(&arena, &own_list, i)->id, f->id);
		for (k = 0; k < i; k++)
			assert_string_not_equal(wire_of_column(&arena, &own_list, k)->id, f->id);
		if (i)
			assert_string_not_equal(wire_of_column(&arena, &other, i)->id, f->id);
	}
	/* as people read it, too, but nothing that only looks like it */
	assert_int_equal(wire_find(&arena, &own_list, STR("Due day"))->column, 1);
	assert_null(wire_find(&arena, &own_list, STR("due day")));
	assert_null(wire_find(&arena, &own_list, STR("")));
	assert_null(wire_find(&arena, &own_list, STR("FirstName")));
	/* several have that field: none is the one */
	assert_int_equal(list_column(&own_list, FIELD_OWN), -1);
}

static void
own_names_are_nobody_elses(void **state)
{
	static const char *const taken[] = { "ID", "id", "Created", "Author", "owshiddenversion",
		"MetaInfo", "ReplicationID", "vti_versionhistory", "VTI_x", "LinkTitle",
		"Attachments", "ContentTypeId", "metainfo_Seats" };
	static const char *const free_names[] = { "Room", "Email", "Status", "Due day", "Idea" };
	bool is_address;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		assert_non_null(wire_own_name(str_of(taken[i]), &is_address));
	for (i = 0; i < sizeof(free_names) / sizeof(free_names[0]); i++) {
		assert_null(wire_own_name(str_of(free_names[i]), &is_address));
		assert_false(is_address);
	}
	assert_null(wire_own_name(STR("url"), &is_address));
	assert_true(is_address);
	assert_null(wire_own_name(STR("WebPage"), &is_address));
	assert_true(is_address);
}

/* ---- people ---- */

static void
persons_are_read(void **state)
{
	static const struct { const char *sent, *login; } cases[] = {
		{ "alice", "alice" }, { " alice ", "alice" }, { "12;#alice", "alice" },
		{ "-1;#alice", "alice" }, { "12;#Doe,, Jane,#jane,#j@x.example,#,#Doe,, Jane", "jane" },
		{ "12;#Doe,, Jane", "Doe, Jane" }, { "12;#,#jane", "jane" }, { "0;#jane", "jane" },
		{ "12;#j@x.example,Jane", "Jane" }, { "12;#Jane Doe", "Jane Doe" },
		{ "", NULL }, { "12", NULL }, { "12;#", NULL }, { ";#", NULL }, { "-1", NULL },
		{ "1;#a;#2;#b", NULL }, { "99999999999;#x;#y", NULL },
	};
	const struct person *p;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool found = wire_get_user(&arena, NULL, str_of(cases[i].sent), &p, &why);

		if (found != !!cases[i].login)
			fail_msg("\"%s\" %s", cases[i].sent, found ? "is somebody" : why);
		if (found)
			assert_str(p->login, cases[i].login);
		else
			assert_true(strlen(why) > 10);
	}
}

/* Every text of a few letters: what is somebody is the same one when it comes back. */
static void
persons_come_back(void **state)
{
	static const char letters[] = ",;#1a@ -";
	struct arena_mark mark = arena_mark(&arena);
	const struct person *p, *q;
	char text[6];
	const char *why;
	unsigned i, k, rest, n, somebody = 0;

	(void)state;
	for (n = 1; n <= sizeof(text); n++)
		for (i = 0; i < 1u << (3 * n); i++) {
			struct str wire;

			for (k = 0, rest = i; k < n; k++, rest >>= 3)
				text[k] = letters[rest & 7];
			if (!wire_get_user(&arena, NULL, (struct str){ text, n }, &p, &why))
				continue;
			somebody++;
			assert_true(p->login.n > 0 && p->id > 0);
			wire = wire_put_user(&arena, p, i & 1);
			if (!strstr(p->login.p, ";#")) {
				assert_true(wire_get_user(&arena, NULL, wire, &q, &why) || !(i & 1));
				if ((i & 1) && !str_eq(p->login, q->login))
					fail_msg("%.*s became %.*s", (int)n, text,
					    STR_ARG(q->login));
			}
			arena_release(&arena, &mark);
		}
	assert_true(somebody > 1000);
}

/* Words of the page's .nf blocks below ".SS kind". */
static bool
page_names(const char *page, const char *kind, const char *name)
{
	char head[32];
	const char *at, *end;
	size_t n = strlen(name);
	bool is_block = false;

	snprintf(head, sizeof(head), "\n.SS %s\n", kind);
	at = strstr(page, head);
	if (!at)
		fail_msg("owsd-provider.5 has no part about %s", kind);
	end = strstr(at + 1, "\n.S");
	for (at++; at && at < end; at = strchr(at, '\n'), at += at != NULL) {
		const char *word = at, *stop = strchr(at, '\n');

		if (*at == '.') {
			is_block = strncmp(at, ".nf", 3) == 0;
			continue;
		}
		for (; is_block && word < stop; word += strspn(word, " ")) {
			size_t length = strcspn(word, " \n");

			if (length == n && strncasecmp(word, name, n) == 0)
				return true;
			word += length;
		}
	}
	return false;
}

/* A DBA finds each name that is understood in owsd-provider(5), under its type. */
static void
the_manual_names_the_fields(void **state)
{
	static const enum field computed[] = { FIELD_DURATION, FIELD_MASTER, FIELD_THREAD_INDEX,
		FIELD_THREAD_TOPIC };
	static char page[65536];
	FILE *f = fopen("providers/owsd-provider.5", "r");
	size_t i, k, n;
	int kind;

	(void)state;
	assert_non_null(f);
	n = fread(page, 1, sizeof(page) - 1, f);
	fclose(f);
	page[n] = '\0';
	for (kind = 0; kind < KIND__MAX; kind++)
		for (i = 0; i < FIELD__MAX; i++) {
			const struct wire_field *w = wire_of((enum list_kind)kind, (enum field)i);
			bool is_there = field_of(kind, i) && i != FIELD_OWN && w->name[0] != ':';

			for (k = 0; k < sizeof(computed) / sizeof(computed[0]); k++)
				is_there &= i != computed[k];
			if (is_there && !page_names(page, kind_name((enum list_kind)kind), w->name))
				fail_msg("owsd-provider.5 lacks %s of %s", w->name,
				    kind_name((enum list_kind)kind));
		}
	assert_false(page_names(page, "tasks", "EventDate"));
}

static void
names_are_found(void **state)
{
	enum field f;

	(void)state;
	assert_int_equal(wire_by_name(KIND_CONTACTS, STR("Wedding"))->field, FIELD_ANNIVERSARY);
	assert_int_equal(wire_by_name(KIND_CONTACTS, STR("HomeZip"))->field, FIELD_HOME_POSTAL_CODE);
	assert_null(wire_by_name(KIND_CONTACTS, STR("firstname")));
	assert_null(wire_by_name(KIND_CONTACTS, STR("Firstnam")));
	assert_null(wire_by_name(KIND_CONTACTS, STR("")));
	assert_null(wire_by_name(KIND_TASKS, STR("FirstName")));
	assert_string_equal(wire_of(KIND_CONTACTS, FIELD_TITLE)->display, "Last Name");
	assert_string_equal(wire_of(KIND_TASKS, FIELD_TITLE)->display, "Title");
	assert_string_equal(wire_by_name(KIND_TASKS, STR("Title"))->display, "Title");
	/* a provider file may write it in any case */
	assert_true(wire_vocabulary.field_by_name(KIND_CONTACTS, STR("FIRSTNAME"), &f));
	assert_int_equal(f, FIELD_FIRST_NAME);
	assert_false(wire_vocabulary.field_by_name(KIND_CONTACTS, STR("Frstname"), &f));
	assert_string_equal(wire_vocabulary.field_name(KIND_CONTACTS, FIELD_NOTES), "Comments");
}

/* ---- values ---- */

struct value_case {
	enum field field;
	const char *wire, *canonical; /* canonical NULL: SQL NULL */
	bool in_utc;
};

static void
uploads_become_canonical(void **state)
{
	static const struct value_case cases[] = {
		{ FIELD_FIRST_NAME, "  Ada ", "  Ada ", true },
		{ FIELD_FIRST_NAME, "", "", true },
		{ FIELD_NOTES, "a\nb", "a\nb", true },
		{ FIELD_GENDER, "1", "1", true },
		{ FIELD_GENDER, "Female", "Female", true },
		{ FIELD_BIRTHDAY, "1984-11-23T00:00:00Z", "1984-11-23", true },
		{ FIELD_BIRTHDAY, " 1984-11-23 ", "1984-11-23", true },
		{ FIELD_BIRTHDAY, "1984-11-23 00:00:00", "1984-11-23", false },
		{ FIELD_BIRTHDAY, "1984-11-23T00:00:00", "1984-11-23", true },
		/* local midnight in UTC is the evening before: the day at the site */
		{ FIELD_BIRTHDAY, "1984-11-22T23:00:00Z", "1984-11-23", true },
		{ FIELD_BIRTHDAY, "1984-06-22T22:00:00Z", "1984-06-23", true },
		{ FIELD_BIRTHDAY, "1984-11-23T00:00:00+02:00", "1984-11-23", false },
		{ FIELD_BIRTHDAY, "1984-11-23 14:30:00", "1984-11-23", false },
		{ FIELD_BIRTHDAY, "", NULL, true },
		{ FIELD_BIRTHDAY, "   ", NULL, true },
		{ FIELD_BIRTHDAY, "1601-01-01", "1601-01-01", true },
		{ FIELD_BIRTHDAY, "2024-02-29", "2024-02-29", true },
		{ FIELD_WEB_PAGE, "http://x.example/a", "http://x.example/a", true },
		{ FIELD_WEB_PAGE, "http://x.example/a, http://x.example/a", "http://x.example/a", true },
		{ FIELD_WEB_PAGE, "http://x/a,,b, http://x/a,b", "http://x/a,b", true },
		{ FIELD_WEB_PAGE, "http://x/a, Shop", "http://x/a, Shop", true },
		{ FIELD_WEB_PAGE, "http://x/a, Doe, Jane", "http://x/a, Doe, Jane", true },
		{ FIELD_WEB_PAGE, "http://x/a,b", "http://x/a,b", true },
		{ FIELD_WEB_PAGE, "http://x/a, ", "http://x/a", true },
		{ FIELD_WEB_PAGE, "", NULL, true },
	};
	const char *code, *why;
	struct str out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wire_dates d = { .in_utc = cases[i].in_utc, .zone = berlin };

		assert_true(wire_get(&arena, wire_of(KIND_CONTACTS, cases[i].field),
		    str_of(cases[i].wire), &d, &out, &code, &why));
		if (cases[i].canonical)
			assert_str(out, cases[i].canonical);
		else
			assert_null(out.p);
	}
}

static void
rows_carry_wire_text(void **state)
{
	static const struct value_case cases[] = {
		{ FIELD_FIRST_NAME, "Ada", "Ada", true },
		{ FIELD_BIRTHDAY, "1984-11-23T00:00:00Z", "1984-11-23", true },
		{ FIELD_BIRTHDAY, "1984-11-23 00:00:00", "1984-11-23", false },
		{ FIELD_WEB_PAGE, "http://x/a, http://x/a", "http://x/a", true },
		{ FIELD_WEB_PAGE, "http://x/a,,b, http://x/a,b", "http://x/a,b", true },
		{ FIELD_WEB_PAGE, "http://x/a, Shop", "http://x/a, Shop", true },
		{ FIELD_WEB_PAGE, "", "", true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wire_dates d = { .in_utc = cases[i].in_utc, .zone = berlin };

		assert_str(wire_put(&arena, wire_of(KIND_CONTACTS, cases[i].field),
		    str_of(cases[i].canonical), &d), cases[i].wire);
	}
}

/* What we wrote and a client sends back unchanged must be no change. */
static void
an_echo_is_no_change(void **state)
{
	static const char *const urls[] = { "http://x/", "http://x/a,b,c", "a, b", "x,y, z,,w",
		"mailto:a@b", ",", ",,", "a,,b", "a,,b, c" };
	const char *code, *why;
	struct str wire, back;
	size_t i;
	int utc;

	(void)state;
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		for (utc = 0; utc < 2; utc++) {
			struct wire_dates d = { .in_utc = utc, .zone = berlin };
			const struct wire_field *f = wire_of(KIND_CONTACTS, FIELD_WEB_PAGE);

			wire = wire_put(&arena, f, str_of(urls[i]), &d);
			assert_true(wire_get(&arena, f, wire, &d, &back, &code, &why));
			assert_str(back, urls[i]);
		}
}

static void
bad_values_are_named(void **state)
{
	static const char *const bad[] = { "tomorrow", "1984-13-01", "1984-02-30", "1500-01-01",
		"1984-11-23T25:00:00Z", "23.11.1984", "4501-01-01", "1984-11-23Tnoon" };
	struct wire_dates d = { .in_utc = true, .zone = berlin };
	const char *code, *why;
	struct str out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(wire_get(&arena, wire_of(KIND_CONTACTS, FIELD_BIRTHDAY),
		    str_of(bad[i]), &d, &out, &code, &why));
		assert_string_equal(code, "0x8102001c");
		assert_non_null(strstr(why, bad[i]));
		assert_non_null(strstr(why, "Birthday"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_has_a_row),
		cmocka_unit_test(names_and_ids_are_used_once),
		cmocka_unit_test(types_agree),
		cmocka_unit_test(names_are_found),
		cmocka_unit_test(the_manual_names_the_fields),
		cmocka_unit_test(own_columns_are_fields),
		cmocka_unit_test(own_names_are_nobody_elses),
		cmocka_unit_test(persons_are_read),
		cmocka_unit_test(persons_come_back),
		cmocka_unit_test(uploads_become_canonical),
		cmocka_unit_test(rows_carry_wire_text),
		cmocka_unit_test(an_echo_is_no_change),
		cmocka_unit_test(bad_values_are_named),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
