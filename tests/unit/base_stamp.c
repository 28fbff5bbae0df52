/*
 * base_stamp.c -- tests of stamp.c, with libc's gmtime as the other opinion.
 */
#include "unit.h"

#include <time.h>

#include "stamp.h"

static void
days_agree_with_libc(void **state)
{
	int64_t t;

	(void)state;
	/* steps that meet every month, leap days and all times of day */
	for (t = INT64_C(-62135596800); t < INT64_C(253402300799);
	     t += 86400 * 3 + 12347) {
		struct civil c = civil_from_stamp(t);
		time_t libc_t = (time_t)t;
		struct tm tm;

		assert_non_null(gmtime_r(&libc_t, &tm));
		if (c.year != tm.tm_year + 1900 || c.month != tm.tm_mon + 1 ||
		    c.day != tm.tm_mday || c.hour != tm.tm_hour ||
		    c.minute != tm.tm_min || c.second != tm.tm_sec || !civil_ok(&c) ||
		    civil_to_stamp(&c) != t)
			fail_msg("%lld", (long long)t);
	}
}

static void
instants_beyond_the_calendar_are_held_at_its_ends(void **state)
{
	char text[STAMP_TEXT];

	(void)state;
	assert_string_equal(stamp_iso(INT64_MAX, text), "9999-12-31T23:59:59Z");
	assert_string_equal(stamp_iso(INT64_MIN, text), "0001-01-01T00:00:00Z");
	assert_string_equal(stamp_iso(STAMP_MIN, text), "1601-01-01T00:00:00Z");
	assert_string_equal(stamp_sql(STAMP_MAX, text), "4500-12-31 23:59:59");
}

static void
texts(void **state)
{
	struct civil c = { 2026, 3, 5, 9, 0, 7 };
	char text[STAMP_TEXT];
	int64_t t = civil_to_stamp(&c);

	(void)state;
	assert_string_equal(stamp_iso(t, text), "2026-03-05T09:00:07Z");
	assert_string_equal(stamp_compact(t, text), "20260305 09:00:07");
	assert_string_equal(stamp_sql(t, text), "2026-03-05 09:00:07");
	assert_string_equal(civil_sql(&c, text), "2026-03-05 09:00:07");
	assert_string_equal(stamp_iso(-1, text), "1969-12-31T23:59:59Z");
	c.year = 33;
	assert_string_equal(civil_sql(&c, text), "0033-03-05 09:00:07");
}

static void
real_dates_only(void **state)
{
	static const struct {
		struct civil c;
		bool ok;
	} rows[] = {
		{ { 2024, 2, 29, 0, 0, 0 }, true },   { { 2023, 2, 29, 0, 0, 0 }, false },
		{ { 2000, 2, 29, 0, 0, 0 }, true },   { { 1900, 2, 29, 0, 0, 0 }, false },
		{ { 2026, 4, 30, 23, 59, 59 }, true }, { { 2026, 4, 31, 0, 0, 0 }, false },
		{ { 2026, 0, 1, 0, 0, 0 }, false },   { { 2026, 13, 1, 0, 0, 0 }, false },
		{ { 2026, 1, 0, 0, 0, 0 }, false },   { { 0, 1, 1, 0, 0, 0 }, false },
		{ { 10000, 1, 1, 0, 0, 0 }, false },  { { 2026, 1, 1, 24, 0, 0 }, false },
		{ { 2026, 1, 1, 0, 60, 0 }, false },  { { 2026, 1, 1, 0, 0, 60 }, false },
		{ { 2026, 1, 1, -1, 0, 0 }, false },  { { 2026, 12, 31, 0, 0, -1 }, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (civil_ok(&rows[i].c) != rows[i].ok)
			fail_msg("row %zu", i);
}

static void
reading(void **state)
{
	static const struct {
		const char *text, *sql;
		bool has_time;
		int offset;
	} rows[] = {
		{ "2026-03-05", "2026-03-05 00:00:00", false, STAMP_NO_OFFSET },
		{ "2026-03-05Z", "2026-03-05 00:00:00", false, 0 },
		{ "2026-03-05 09:00:00", "2026-03-05 09:00:00", true, STAMP_NO_OFFSET },
		{ "2026-03-05T09:30", "2026-03-05 09:30:00", true, STAMP_NO_OFFSET },
		{ "2026-03-05T09:30Z", "2026-03-05 09:30:00", true, 0 },
		{ "2026-03-05T09:30:15.999Z", "2026-03-05 09:30:15", true, 0 },
		{ "2026-03-05 09:30:15.000000", "2026-03-05 09:30:15", true, STAMP_NO_OFFSET },
		{ "2026-03-05T09:30:15+02:00", "2026-03-05 09:30:15", true, 120 },
		{ "2026-03-05T09:30:15-03:30", "2026-03-05 09:30:15", true, -210 },
		{ "2026-03-05T09:30:15.5+14:00", "2026-03-05 09:30:15", true, 840 },
		{ "0001-01-01T00:00:00Z", "0001-01-01 00:00:00", true, 0 },
	};
	static const char *const wrong[] = {
		"",
		"2026",
		"2026-3-5",
		"2026-03-05T",
		"2026-03-05T9:00",
		"2026-03-05T09",
		"2026-03-05T09:00:",
		"2026-03-05T09:00:00.",
		"2026-03-05T09:00:00.Z",
		"2026-02-30",
		"2026-03-05T24:00:00",
		"2026-03-05T09:60",
		"2026-03-05T09:00:60",
		"2026-03-05T09:00:00z",
		"2026-03-05T09:00:00+0200",
		"2026-03-05T09:00:00+02",
		"2026-03-05T09:00:00+15:00",
		"2026-03-05T09:00:00+02:60",
		"2026-03-05T09:00:00 Z",
		" 2026-03-05",
		"2026-03-05 ",
		"20260305T090000Z",
		"0000-00-00 00:00:00",
		"2026-03-05T09:00:00ZZ",
		"-026-03-05",
		"2026/03/05",
		"12026-03-05",
	};
	char text[STAMP_TEXT];
	struct civil c;
	bool has_time;
	int offset;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!stamp_parse(str_of(rows[i].text), &c, &has_time, &offset))
			fail_msg("\"%s\" is refused", rows[i].text);
		assert_string_equal(civil_sql(&c, text), rows[i].sql);
		assert_int_equal(has_time, rows[i].has_time);
		assert_int_equal(offset, rows[i].offset);
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (stamp_parse(str_of(wrong[i]), &c, &has_time, &offset))
			fail_msg("\"%s\" is accepted", wrong[i]);
	assert_false(stamp_parse(STR_NULL, &c, &has_time, &offset));
}

static void
ticks(void **state)
{
	(void)state;
	assert_true(stamp_ticks(0, 0) ==
		    UINT64_C(621355968000000000)); /* .NET's UnixEpoch.Ticks */
	assert_true(stamp_ticks(1, 250) == UINT64_C(621355968010000002));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_agree_with_libc),
		cmocka_unit_test(instants_beyond_the_calendar_are_held_at_its_ends),
		cmocka_unit_test(texts),
		cmocka_unit_test(real_dates_only),
		cmocka_unit_test(reading),
		cmocka_unit_test(ticks),
	};

	return cmocka_run_group_tests_name("stamp", tests, NULL, NULL);
}
