/*
 * sync_calendar.c -- what is made of an event's row: its form, its days, its end,
 * its name, and whether it can be shown.
 */
#include "unit.h"

#include "event.h"
#include "kind.h"

enum { C_START, C_END, C_ALL_DAY, C_RRULE, C_EXDATE, C_ZONE, COLUMNS };

static struct {
	struct arena arena;
	struct vocabulary vocabulary;
	struct column column[COLUMNS];
	struct list list;
	struct calendar calendar;
	struct row row;
	struct str value[COLUMNS];
} t;

static const char *
field_name(enum list_kind kind, enum field f)
{
	(void)kind;
	return field_info(f)->name;
}

static int
open_all(void **state)
{
	static const enum field fields[] = { FIELD_START, FIELD_END, FIELD_ALL_DAY, FIELD_RRULE,
		FIELD_EXDATE, FIELD_ZONE_NAME };
	struct err e = { 0 };

	(void)state;
	memset(&t, 0, sizeof(t));
	arena_init(&t.arena, 4 * MIB);
	t.vocabulary = (struct vocabulary){ .field_name = field_name };
	for (size_t i = 0; i < COLUMNS; i++)
		t.column[i] = (struct column){ .field = fields[i], .class = COLUMN_TEXT };
	t.column[C_START].class = t.column[C_END].class = COLUMN_DATETIME;
	t.list = (struct list){ .kind = KIND_CALENDAR, .column_n = COLUMNS, .column = t.column,
		.vocabulary = &t.vocabulary, .zone_name = "Europe/Berlin",
		.zone = zone_open("Europe/Berlin", &e), .zones = zones_open() };
	assert_non_null(t.list.zone);
	t.calendar = (struct calendar){ &t.vocabulary, &t.arena, &t.list };
	t.row = (struct row){ .state = ROW_GOOD, .key = STR("7"), .value = t.value };
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	zone_close(&t.list.zone);
	zones_close(&t.list.zones);
	arena_clear(&t.arena);
	return 0;
}

static void
say(const char *start, const char *end, const char *rule, const char *zone)
{
	memset(t.value, 0, sizeof(t.value));
	t.value[C_START] = str_of(start);
	t.value[C_END] = str_of(end);
	t.value[C_RRULE] = str_of(rule);
	t.value[C_ZONE] = str_of(zone);
}

static const char *
bad(void)
{
	return calendar_rules.bad(&t.arena, &t.list, &t.row);
}

static void
read_it(struct event *ev)
{
	const char *why = NULL;

	if (!event_read(&t.calendar, NULL, &t.row, ev, &why))
		fail_msg("%s", why);
}

/* ---- */

static void
forms(void **state)
{
	(void)state;
	assert_int_equal(event_form(&t.list), EVENT_RULE);
	t.column[C_RRULE].field = FIELD_EVENT_TYPE;
	assert_int_equal(event_form(&t.list), EVENT_BAG);
	t.column[C_EXDATE].field = FIELD_INSTANCE;
	assert_int_equal(event_form(&t.list), EVENT_BAG);
	t.column[C_ZONE].field = FIELD_SERIES_UID;
	assert_int_equal(event_form(&t.list), EVENT_ROWS);
}

static void
rows_that_cannot_be_shown(void **state)
{
	static const struct { const char *start, *end, *rule, *zone, *why; } cases[] = {
		{ NULL, NULL, NULL, NULL, "no start" },
		{ "2026-03-05T09:00:00Z", "2026-03-05T08:59:59Z", NULL, NULL, "before it starts" },
		{ "2026-03-05T09:00:00Z", NULL, "FREQ=MINUTELY", NULL, "MINUTELY" },
		{ "2026-03-05T09:00:00Z", NULL, "FREQ=DAILY", "Berlin", "Berlin" },
		{ "2026-03-05T09:00:00Z", NULL, "FREQ=DAILY;UNTIL=20260304T000000Z", NULL, "never" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		say(cases[i].start, cases[i].end, cases[i].rule, cases[i].zone);
		assert_non_null(bad());
		assert_non_null(strstr(bad(), cases[i].why));
	}
	say("2026-03-05T09:00:00Z", NULL, "FREQ=DAILY", "Europe/London");
	assert_null(bad());
	t.value[C_EXDATE] = STR("tomorrow");
	assert_non_null(strstr(bad(), "tomorrow"));
}

/* DATETIME columns are local: a day is what the column says, on both sides of a change of the clocks. */
static void
days_float(void **state)
{
	struct event ev;

	(void)state;
	say("2026-07-04T22:00:00Z", "2026-07-05T21:59:00Z", NULL, NULL);
	t.value[C_ALL_DAY] = STR("1");
	read_it(&ev);
	assert_str(event_stamp(&t.arena, ev.start), "2026-07-05T00:00:00Z");
	assert_str(event_stamp(&t.arena, ev.end), "2026-07-05T23:59:00Z");
	assert_int_equal(event_duration(&ev), 86340);
	assert_str(event_stamp(&t.arena, event_to_column(&t.list, FIELD_START, ev.start)),
	    "2026-07-04T22:00:00Z");
	say("2026-01-09T23:00:00Z", "2026-01-11T23:00:00Z", NULL, NULL);
	t.value[C_ALL_DAY] = STR("1");
	read_it(&ev);
	assert_str(event_stamp(&t.arena, ev.start), "2026-01-10T00:00:00Z");
	assert_int_equal(event_duration(&ev), 2 * 86400 - 60); /* midnight ends the day before */
	t.value[C_END] = STR("2026-01-10T23:00:01Z");
	read_it(&ev);
	assert_int_equal(event_duration(&ev), 2 * 86400 - 60);
	t.value[C_END] = t.value[C_START];
	read_it(&ev);
	assert_int_equal(event_duration(&ev), 86400 - 60);
	t.column[C_START].class = t.column[C_END].class = COLUMN_TIMESTAMP;
	read_it(&ev);
	assert_str(event_stamp(&t.arena, ev.start), "2026-01-09T00:00:00Z");
}

static int64_t
time_of_day(int64_t at)
{
	return at - event_day(at);
}

/* The end has the day of the last instance, and gives its length whatever the clocks did between. */
static void
ends_of_series(void **state)
{
	static const char *const zones[] = { "Europe/Berlin", "America/New_York", "Asia/Kolkata",
		"Australia/Sydney", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia",
		"UTC" };
	static const char *const rules[] = { "FREQ=DAILY;COUNT=30", "FREQ=DAILY;INTERVAL=11;COUNT=30",
		"FREQ=WEEKLY;BYDAY=MO,TH;COUNT=60", "FREQ=MONTHLY;BYDAY=-1SU;COUNT=8",
		"FREQ=YEARLY;COUNT=3", "FREQ=MONTHLY;BYMONTHDAY=15;UNTIL=20270601T000000Z" };
	struct event ev;
	struct civil last;
	char start[STAMP_TEXT], end[STAMP_TEXT];
	int64_t begin = 0;

	(void)state;
	assert_true(event_parse(STR("2026-01-15T00:30:00Z"), &begin));
	for (size_t z = 0; z < sizeof(zones) / sizeof(zones[0]); z++)
		for (size_t r = 0; r < sizeof(rules) / sizeof(rules[0]); r++)
			for (int i = 0; i < 24; i++) {
				int64_t from = begin + i * 15 * 86400 + i * 3600, now;

				stamp_iso(from, start);
				stamp_iso(from + 5400, end);
				say(start, end, rules[r], zones[z]);
				read_it(&ev);
				assert_int_equal(ev.type, EVENT_SERIES);
				assert_int_equal(event_duration(&ev), 5400);
				now = time_of_day(ev.end) - time_of_day(ev.start);
				assert_int_equal((now + 86400) % 86400, 5400);
				assert_true(recur_last(&ev.series, &last, NULL));
				struct civil shown = wall_from_utc(&ev.series.wall, ev.end - 5400);
				int64_t off = civil_to_stamp(&shown) - civil_to_stamp(&last);

				assert_true(off >= -7200 && off <= 7200);
			}
}

static void
names_of_series(void **state)
{
	struct event one, two;

	(void)state;
	say("2026-03-16T08:00:00Z", "2026-03-16T09:00:00Z", "FREQ=WEEKLY;BYDAY=MO", NULL);
	read_it(&one);
	assert_true(one.has_guid);
	t.value[C_RRULE] = STR("RRULE:BYDAY=MO;INTERVAL=1;FREQ=WEEKLY");
	t.value[C_ZONE] = STR("Europe/Berlin");
	read_it(&two);
	assert_true(guid_eq(&one.guid, &two.guid));
	t.value[C_EXDATE] = STR("20260323T080000Z");
	read_it(&two);
	assert_true(guid_eq(&one.guid, &two.guid));
	t.value[C_ZONE] = STR("Europe/Paris");
	read_it(&two);
	assert_false(guid_eq(&one.guid, &two.guid));
	t.value[C_ZONE] = STR_NULL;
	t.row.key = STR("8");
	read_it(&two);
	assert_false(guid_eq(&one.guid, &two.guid));
	t.row.key = STR("7");
	t.value[C_END] = STR("2026-03-16T09:00:01Z");
	read_it(&two);
	assert_false(guid_eq(&one.guid, &two.guid));
}

/* What no pattern says is shown by single events; the row stands for the first that is left. */
static void
rules_without_counterpart(void **state)
{
	struct event ev;

	(void)state;
	say("2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z", "FREQ=MONTHLY;BYMONTHDAY=1,31", "UTC");
	t.value[C_EXDATE] = STR("20260301T080000Z");
	read_it(&ev);
	assert_true(ev.is_fixed);
	assert_int_equal(ev.type, EVENT_SINGLE);
	assert_str(event_stamp(&t.arena, ev.start), "2026-03-31T08:00:00Z");
	assert_str(event_stamp(&t.arena, ev.end), "2026-03-31T09:00:00Z");
	say("2026-03-01T08:00:00Z", "2026-03-02T08:00:00Z", "FREQ=WEEKLY", "UTC");
	read_it(&ev);
	assert_true(ev.is_fixed);
	say("2026-03-01T08:00:00Z", "2026-03-02T07:59:59Z", "FREQ=WEEKLY", "UTC");
	read_it(&ev);
	assert_false(ev.is_fixed);
	say("2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z", "FREQ=MONTHLY;BYMONTHDAY=1,31;COUNT=1",
	    "UTC");
	t.value[C_EXDATE] = STR("20260301T080000Z");
	assert_non_null(bad());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(forms, open_all, close_all),
		cmocka_unit_test_setup_teardown(rows_that_cannot_be_shown, open_all, close_all),
		cmocka_unit_test_setup_teardown(days_float, open_all, close_all),
		cmocka_unit_test_setup_teardown(ends_of_series, open_all, close_all),
		cmocka_unit_test_setup_teardown(names_of_series, open_all, close_all),
		cmocka_unit_test_setup_teardown(rules_without_counterpart, open_all, close_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
