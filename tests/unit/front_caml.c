/*
 * front_caml.c -- requests as the known clients write them; names of properties.
 */
#include "unit.h"

#include "limits.h"
#include "lists/caml.h"
#include "lists/wire.h"

static const struct list contacts = { .kind = KIND_CONTACTS };

static struct arena arena;

static int
setup(void **state)
{
	(void)state;
	arena_init(&arena, 64u << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_clear(&arena);
	return 0;
}

static struct xnode *
args(const char *inner)
{
	struct str xml = arena_fmt(&arena, "<Op xmlns=\"http://schemas.microsoft.com/sharepoint/soap/\""
	    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">%s</Op>", inner);
	struct xnode *root;
	struct err e;

	assert_int_equal(xmlr_parse(&arena, xml, NULL, &root, &e), OK);
	return root;
}

static struct caml
parsed(const char *inner)
{
	struct caml c;
	const char *code;
	struct err e = { 0 };

	assert_int_equal(caml_parse(&arena, args(inner), &contacts, &c, &code, &e), OK);
	return c;
}

static void
nothing_said(void **state)
{
	struct caml c = parsed("<listName>x</listName>");

	(void)state;
	assert_true(c.fields.is_all);
	assert_true(c.fields.field[FIELD_EMAIL]);
	assert_true(c.fields.system[SYS_EDITOR]);
	assert_false(c.fields.has_properties);
	assert_true(c.options.date_in_utc); /* absent: TRUE; empty: FALSE */
	assert_true(c.options.expand_user);
	assert_int_equal(c.options.position.n, 0);
	assert_int_equal(c.limit, 0);
	assert_false(c.is_descending);
}

static void
empty_is_not_absent(void **state)
{
	(void)state;
	assert_false(parsed("<queryOptions><QueryOptions/></queryOptions>").options.date_in_utc);
	assert_true(parsed("<queryOptions/>").options.date_in_utc);
	assert_true(parsed("<viewFields/>").fields.is_all);
	assert_true(parsed("<viewFields><ViewFields/></viewFields>").fields.is_all);
	assert_int_equal(parsed("<rowLimit/>").limit, 0);
	assert_int_equal(parsed("<rowLimit xsi:nil=\"true\">7</rowLimit>").limit, 0);
}

static void
outlook_asks(void **state)
{
	struct caml c = parsed(
	    "<viewFields><ViewFields Properties=\"TRUE\"><FieldRef Name=\"ID\"/>"
	    "<FieldRef Name=\"FirstName\"/><FieldRef Name=\"Wedding\"/><FieldRef Name=\"Unheard\"/>"
	    "<FieldRef Name=\"MetaInfo\"/></ViewFields></viewFields><rowLimit> 100 </rowLimit>"
	    "<queryOptions><QueryOptions><DateInUtc>TRUE</DateInUtc><ExpandUserField>FALSE"
	    "</ExpandUserField><Paging ListItemCollectionPositionNext=\"a&amp;b\"/></QueryOptions>"
	    "</queryOptions>");

	(void)state;
	assert_false(c.fields.is_all);
	assert_true(c.fields.field[FIELD_FIRST_NAME]);
	assert_true(c.fields.field[FIELD_ANNIVERSARY]); /* by its old name */
	assert_false(c.fields.field[FIELD_EMAIL]);
	assert_true(c.fields.system[SYS_VERSION]);       /* always */
	assert_false(c.fields.system[SYS_EDITOR]);
	assert_true(c.fields.has_properties && c.fields.has_meta_info);
	assert_true(c.options.date_in_utc);
	assert_false(c.options.expand_user);
	assert_str(c.options.position, "a&b");
	assert_int_equal(c.limit, 100);
}

static void
wrappers_missing_doubled_without_namespace(void **state)
{
	static const char *const same[] = {
		"<viewFields><FieldRef Name=\"Email\"/></viewFields>",
		"<viewFields><ViewFields xmlns=\"\"><FieldRef Name=\"Email\"/></ViewFields></viewFields>",
		"<viewFields><viewFields><ViewFields><FieldRef Name=\"Email\"/></ViewFields></viewFields>"
		    "</viewFields>",
		"<viewFields><ViewFields><ViewFields><FieldRef Name=\"Email\"/></ViewFields></ViewFields>"
		    "</viewFields>",
	};
	static const char *const utc[] = {
		"<queryOptions><DateInUtc>true</DateInUtc></queryOptions>",
		"<queryOptions><queryOptions><QueryOptions xmlns=\"\"><DateInUtc>True</DateInUtc>"
		    "</QueryOptions></queryOptions></queryOptions>",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		struct caml c = parsed(same[i]);

		assert_true(c.fields.field[FIELD_EMAIL]);
		assert_false(c.fields.field[FIELD_COMPANY]);
	}
	for (i = 0; i < sizeof(utc) / sizeof(utc[0]); i++) {
		struct caml c = parsed(utc[i]);

		assert_true(c.options.date_in_utc);
		assert_false(c.options.expand_user);
	}
}

static void
order_and_limit(void **state)
{
	struct caml c;
	const char *code;
	struct err e = { 0 };

	(void)state;
	assert_true(parsed("<query><Query><OrderBy><FieldRef Name=\"ID\" Ascending=\"FALSE\"/>"
	    "</OrderBy></Query></query>").is_descending);
	assert_false(parsed("<query><Query><OrderBy><FieldRef Name=\"ID\"/></OrderBy></Query>"
	    "</query>").is_descending);
	assert_false(parsed("<query><Query><OrderBy><FieldRef Name=\"Title\" Ascending=\"FALSE\"/>"
	    "</OrderBy></Query></query>").is_descending);
	assert_false(parsed("<query/>").is_descending);
	assert_int_equal(parsed("<rowLimit>0</rowLimit>").limit, 0);
	assert_int_equal(parsed("<rowLimit>99999999999</rowLimit>").limit, UINT32_MAX);
	assert_int_equal(caml_parse(&arena, args("<rowLimit>ten</rowLimit>"), &contacts, &c, &code,
	    &e), E_INVALID);
	assert_string_equal(code, "0x82000001");
	assert_non_null(strstr(e.peer, "\"ten\""));
}

/* ---- names ---- */

static void
names_are_encoded(void **state)
{
	static const struct {
		const char *name, *encoded;
	} cases[] = {
		{ "ReplicationID", "ReplicationID" },
		{ "vti_versionhistory", "vti_versionhistory" },
		{ "a b", "a_x0020_b" },
		{ "a:b\"<", "a_x003a_b_x0022__x003c_" },
		{ "Größe", "Gr_x00f6__x00df_e" },
		{ "😀", "_xd83d__xde00_" },
		{ "x_x0020_y", "x_x005f_x0020_y" }, /* not "x y" */
		{ "_x0000_", "_x005f_x0000_" },
		{ "_x00_", "_x00_" },
	};
	char out[CAML_NAME_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_str(caml_name_encode(str_of(cases[i].name), out), cases[i].encoded);
		assert_str(caml_name_decode(&arena, str_of(cases[i].encoded)), cases[i].name);
	}
	assert_str(caml_name_decode(&arena, STR("Gr_x00F6__x00DF_e")), "Größe");
	assert_str(caml_name_decode(&arena, STR("x_x0041_y")), "x_x0041_y");
	assert_str(caml_name_decode(&arena, STR("_x0000_")), "_x0000_");
	assert_str(caml_name_decode(&arena, STR("_x00")), "_x00");
	assert_str(caml_name_decode(&arena, STR("_xd83d_")), "_xd83d_");
}

/* Encoded it can stand in an attribute, and it says which name it was. */
static void
any_name_survives(void **state)
{
	char name[LIMIT_BAG_NAME_BYTES], out[CAML_NAME_MAX];
	unsigned seed = 20261120;
	struct str encoded;
	size_t i, k, n;

	(void)state;
	for (i = 0; i < 20000; i++) {
		n = 1 + (seed = seed * 1103515245 + 12345) / 65536 % 40;
		for (k = 0; k < n; k++) {
			seed = seed * 1103515245 + 12345;
			name[k] = "_x00dEab 2:Z9"[seed / 65536 % 13];
		}
		encoded = caml_name_encode((struct str){ name, n }, out);
		for (k = 0; k < encoded.n; k++)
			assert_null(strchr(" :", encoded.p[k]));
		assert_true(str_eq(caml_name_decode(&arena, encoded), (struct str){ name, n }));
	}
	memset(name, '"', sizeof(name));
	assert_int_equal(caml_name_encode((struct str){ name, sizeof(name) }, out).n,
	    sizeof(name) * 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said),
		cmocka_unit_test(empty_is_not_absent),
		cmocka_unit_test(outlook_asks),
		cmocka_unit_test(wrappers_missing_doubled_without_namespace),
		cmocka_unit_test(order_and_limit),
		cmocka_unit_test(names_are_encoded),
		cmocka_unit_test(any_name_survives),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
