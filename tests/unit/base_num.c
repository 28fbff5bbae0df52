/*
 * base_num.c -- tests of num.c and guid.c.
 */
#include "unit.h"

#include "guid.h"
#include "num.h"

static void
whole_numbers(void **state)
{
	static const struct {
		const char *text;
		int64_t lo, hi, value;
		bool ok;
	} rows[] = {
		{ "0", 0, 9, 0, true },
		{ "-0", 0, 9, 0, true },
		{ "007", 0, 9, 7, true },
		{ "9223372036854775807", INT64_MIN, INT64_MAX, INT64_MAX, true },
		{ "-9223372036854775808", INT64_MIN, INT64_MAX, INT64_MIN, true },
		{ "9223372036854775808", INT64_MIN, INT64_MAX, 0, false },
		{ "-9223372036854775809", INT64_MIN, INT64_MAX, 0, false },
		{ "99999999999999999999999", INT64_MIN, INT64_MAX, 0, false },
		{ "10", 0, 9, 0, false },
		{ "-1", 0, 9, 0, false },
		{ "", 0, 9, 0, false },
		{ "-", -9, 9, 0, false },
		{ "+1", -9, 9, 0, false },
		{ " 1", -9, 9, 0, false },
		{ "1 ", -9, 9, 0, false },
		{ "0x1", -9, 9, 0, false },
		{ "1.0", -9, 9, 0, false },
		{ "--1", -9, 9, 0, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t v = 77;

		if (num_i64(str_of(rows[i].text), rows[i].lo, rows[i].hi, &v) !=
		    rows[i].ok)
			fail_msg("num_i64(\"%s\")", rows[i].text);
		assert_int_equal(v, rows[i].ok ? rows[i].value : 77);
	}
	assert_false(num_i64(STR_NULL, 0, 1, &(int64_t){ 0 }));
}

static void
unsigned_numbers(void **state)
{
	uint64_t v = 5;

	(void)state;
	assert_true(num_u64(STR("18446744073709551615"), UINT64_MAX, &v));
	assert_true(v == UINT64_MAX);
	assert_false(num_u64(STR("18446744073709551616"), UINT64_MAX, &v));
	assert_false(num_u64(STR("-1"), UINT64_MAX, &v));
	assert_false(num_u64(STR("6"), 5, &v));
	assert_false(num_u64(STR("10"), 5, &v));
	assert_true(num_u64(STR("5"), 5, &v));
	assert_int_equal(v, 5);
	assert_false(num_u64(STR_NULL, 5, &v));
	assert_false(num_u64((struct str){ "12\0", 3 }, 999, &v));
}

static void
booleans(void **state)
{
	static const struct {
		const char *text;
		int value; /* -1: refused */
	} rows[] = {
		{ "1", 1 }, { "0", 0 }, { "TRUE", 1 }, { "FALSE", 0 }, { "true", 1 },
		{ "Yes", 1 }, { "No", 0 }, { "on", 1 }, { "OFF", 0 }, { "-1", 1 },
		{ "17", 1 }, { "", -1 }, { "y", -1 }, { "maybe", -1 }, { "1.0", -1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool v = false, ok = num_bool(str_of(rows[i].text), &v);

		if (ok != (rows[i].value >= 0) || (ok && v != (rows[i].value == 1)))
			fail_msg("num_bool(\"%s\")", rows[i].text);
	}
	assert_false(num_bool(STR_NULL, &(bool){ false }));
}

static void
decimals(void **state)
{
	static const struct {
		const char *text, *shortest; /* NULL: refused */
	} rows[] = {
		{ "-12.50", "-12.5" }, { "-0.50", "-0.5" }, { "+5", "5" }, { "007.0", "7" },
		{ ".5", "0.5" }, { "5.", "5" }, { "-0", "0" }, { "-0.00", "0" }, { "0", "0" },
		{ "-.25", "-0.25" }, { "100", "100" }, { "1000.001", "1000.001" },
		{ "12345678901234567890.12345678901234567891",
		  "12345678901234567890.12345678901234567891" },
		{ "-12345678901234567890.12345678901234567891000",
		  "-12345678901234567890.12345678901234567891" },
		{ "000000000000000000000000000000001", "1" },
		{ "123456789012345678901", NULL },
		{ "0.123456789012345678901", NULL },
		{ "1e3", NULL }, { "", NULL }, { ".", NULL }, { "-", NULL }, { "+.", NULL },
		{ "1,5", NULL }, { " 1", NULL }, { "1 ", NULL }, { "1.2.3", NULL },
		{ "NaN", NULL }, { "0x10", NULL }, { "- 1", NULL },
	};
	char out[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool ok = num_decimal(str_of(rows[i].text), out);

		if (ok != (rows[i].shortest != NULL))
			fail_msg("num_decimal(\"%s\")", rows[i].text);
		if (ok)
			assert_string_equal(out, rows[i].shortest);
	}
	assert_false(num_decimal(STR_NULL, out));
}

static void
guids_in_all_forms(void **state)
{
	static const char *const same[] = {
		"{7765B84F-6D32-4D31-B28E-6BC615D2F187}",
		"7765b84f-6d32-4d31-b28e-6bc615d2f187",
		"  {7765b84F-6d32-4d31-B28e-6bc615d2f187}\r\n",
		"7765B84F-6D32-4D31-B28E-6BC615D2F187",
	};
	static const char *const wrong[] = {
		"",
		"{}",
		"7765B84F6D324D31B28E6BC615D2F187",
		"{7765B84F-6D32-4D31-B28E-6BC615D2F187",
		"7765B84F-6D32-4D31-B28E-6BC615D2F187}",
		"7765B84F-6D32-4D31-B28E-6BC615D2F18",
		"7765B84F-6D32-4D31-B28E-6BC615D2F18g",
		"7765B84F+6D32-4D31-B28E-6BC615D2F187",
		"[7765B84F-6D32-4D31-B28E-6BC615D2F187]",
		"7765B84F-6D32-4D31-B28E-6BC615D2F1877",
		"7-65B84F-6D32-4D31-B28E-6BC615D2F187",
	};
	struct guid g, h;
	char text[39];
	size_t i;

	(void)state;
	assert_true(guid_parse(str_of(same[0]), &g));
	assert_int_equal(g.b[0], 0x77);
	assert_int_equal(g.b[15], 0x87);
	for (i = 1; i < sizeof(same) / sizeof(same[0]); i++) {
		assert_true(guid_parse(str_of(same[i]), &h));
		assert_true(guid_eq(&g, &h));
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (guid_parse(str_of(wrong[i]), &h))
			fail_msg("guid_parse(\"%s\") is accepted", wrong[i]);
	assert_false(guid_parse(STR_NULL, &h));
	assert_string_equal(guid_fmt(&g, GUID_BRACES, text), same[0]);
	assert_string_equal(guid_fmt(&g, GUID_LOWER, text), same[1]);
	assert_string_equal(
	    guid_fmt(&g, GUID_HEX, text), "7765b84f6d324d31b28e6bc615d2f187");
	h.b[7] ^= 1;
	assert_false(guid_eq(&g, &h));
}

static void
random_guids_are_version_4(void **state)
{
	unsigned char bytes[16];
	struct guid g;
	char text[39];

	(void)state;
	memset(bytes, 0xFF, sizeof(bytes));
	g = guid_from_random(bytes);
	assert_string_equal(
	    guid_fmt(&g, GUID_LOWER, text), "ffffffff-ffff-4fff-bfff-ffffffffffff");
	memset(bytes, 0, sizeof(bytes));
	g = guid_from_random(bytes);
	assert_string_equal(
	    guid_fmt(&g, GUID_LOWER, text), "00000000-0000-4000-8000-000000000000");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers),
		cmocka_unit_test(unsigned_numbers),
		cmocka_unit_test(booleans),
		cmocka_unit_test(decimals),
		cmocka_unit_test(guids_in_all_forms),
		cmocka_unit_test(random_guids_are_version_4),
	};

	return cmocka_run_group_tests_name("num and guid", tests, NULL, NULL);
}
