/*
 * sync_recur.c -- tests of recurrence: rules, zones with one rule for every year,
 * excepted dates, patterns. Thousands of rules are compared with other engines in
 * tests/recur; here are the examples that people worked out, and what is refused.
 */
#include "unit.h"

#include "pattern.h"
#include "recur.h"

static struct arena arena;

static int
begin(void **state)
{
	(void)state;
	arena_init(&arena, 16 << 20);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_clear(&arena);
	return 0;
}

static struct zone *
zone(const char *name)
{
	struct err e;
	struct zone *z = zone_open(name, &e);

	if (!z)
		fail_msg("%s", e.peer);
	return z;
}

static struct civil
civil(const char *text)
{
	struct civil c;
	bool has_time;
	int offset;

	assert_true(stamp_parse(str_of(text), &c, &has_time, &offset));
	return c;
}

static int64_t
utc(const char *text)
{
	struct civil c = civil(text);

	return civil_to_stamp(&c);
}

static void
read_rule(const char *text, struct recur *r)
{
	const char *why = "";

	if (!recur_read(&arena, str_of(text), r, &why))
		fail_msg("%s: %s", text, why);
}

/* The first instances in UTC, "2026-03-24T08:00:00Z ..."; " end" when there are no more. */
static const char *
instances(const struct series *s, int n)
{
	char stamp[STAMP_TEXT];
	struct str text = STR("");
	struct recur_walk w;
	int64_t t;

	recur_begin(&w, s);
	while (n-- > 0) {
		if (!recur_next(&w, NULL, &t))
			return arena_fmt(&arena, "%send", text.p).p;
		text = arena_fmt(&arena, "%s%s ", text.p, stamp_iso(t, stamp));
	}
	return text.p;
}

/* ---- the worked examples A to I of the dossier on recurrence ---- */

static const struct {
	const char *zone, *start;
	int64_t seconds;
	const char *rule, *instances;
	struct pattern pattern;
} examples[] = {
	{ "Europe/Berlin", "2026-03-24T09:00:00", 3600, "FREQ=DAILY;INTERVAL=3;COUNT=5",
	    "2026-03-24T08:00:00Z 2026-03-27T08:00:00Z 2026-03-30T07:00:00Z "
	    "2026-04-02T07:00:00Z 2026-04-05T07:00:00Z end",
	    { .kind = PATTERN_DAILY, .frequency = 3, .first_day = 1, .end = PATTERN_COUNT,
	      .count = 5 } },
	{ "Europe/Berlin", "2026-03-04T08:30:00", 1800,
	    "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20260313T080000Z",
	    "2026-03-04T07:30:00Z 2026-03-05T07:30:00Z 2026-03-06T07:30:00Z "
	    "2026-03-09T07:30:00Z 2026-03-10T07:30:00Z 2026-03-11T07:30:00Z "
	    "2026-03-12T07:30:00Z 2026-03-13T07:30:00Z end",
	    { .kind = PATTERN_DAILY, .frequency = 1, .is_workdays = true, .first_day = 1,
	      .end = PATTERN_UNTIL, .until = INT64_C(1773388800) /* 2026-03-13T08:00:00Z */ } },
	{ "Europe/Berlin", "2026-03-05T14:00:00", 3600,
	    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=MO",
	    "2026-03-05T13:00:00Z 2026-03-17T13:00:00Z 2026-03-19T13:00:00Z "
	    "2026-03-31T12:00:00Z 2026-04-02T12:00:00Z 2026-04-14T12:00:00Z ",
	    { .kind = PATTERN_WEEKLY, .frequency = 2, .days = 1u << 2 | 1u << 4,
	      .first_day = 1 } },
	{ "Europe/Berlin", "2026-03-03T14:00:00", 3600,
	    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU",
	    "2026-03-03T13:00:00Z 2026-03-15T13:00:00Z 2026-03-17T13:00:00Z "
	    "2026-03-29T12:00:00Z 2026-03-31T12:00:00Z ",
	    { .kind = PATTERN_WEEKLY, .frequency = 2, .days = 1u << 0 | 1u << 2,
	      .first_day = 0 } },
	{ "Europe/Berlin", "2026-03-03T14:00:00", 3600,
	    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=MO",
	    "2026-03-03T13:00:00Z 2026-03-08T13:00:00Z 2026-03-17T13:00:00Z "
	    "2026-03-22T13:00:00Z 2026-03-31T12:00:00Z ",
	    { .kind = PATTERN_WEEKLY, .frequency = 2, .days = 1u << 0 | 1u << 2,
	      .first_day = 1 } },
	{ "Europe/Berlin", "2026-01-13T17:00:00", 3600, "FREQ=MONTHLY;BYDAY=2TU;COUNT=4",
	    "2026-01-13T16:00:00Z 2026-02-10T16:00:00Z 2026-03-10T16:00:00Z "
	    "2026-04-14T15:00:00Z end",
	    { .kind = PATTERN_MONTHLY_BY_DAY, .frequency = 1, .days = 1u << 2, .nth = 2,
	      .first_day = 1, .end = PATTERN_COUNT, .count = 4 } },
	{ "Europe/Berlin", "2026-01-30T17:00:00", 3600,
	    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
	    "2026-01-30T16:00:00Z 2026-02-27T16:00:00Z 2026-03-31T15:00:00Z "
	    "2026-04-30T15:00:00Z ",
	    { .kind = PATTERN_MONTHLY_BY_DAY, .frequency = 1, .days = PATTERN_WEEKDAY,
	      .nth = PATTERN_LAST, .first_day = 1 } },
	{ "Europe/Berlin", "2026-01-31T12:00:00", 3600,
	    "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
	    "2026-01-31T11:00:00Z 2026-02-28T11:00:00Z 2026-03-31T10:00:00Z "
	    "2026-04-30T10:00:00Z 2026-05-31T10:00:00Z ",
	    { .kind = PATTERN_MONTHLY_BY_DAY, .frequency = 1, .days = PATTERN_DAY,
	      .nth = PATTERN_LAST, .first_day = 1 } },
	{ "Europe/Berlin", "2026-11-26T12:00:00", 3600, "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
	    "2026-11-26T11:00:00Z 2027-11-25T11:00:00Z 2028-11-23T11:00:00Z ",
	    { .kind = PATTERN_YEARLY_BY_DAY, .frequency = 1, .days = 1u << 4, .nth = 4,
	      .month = 11, .first_day = 1 } },
	{ "UTC", "2026-04-03T00:00:00", 86340, "FREQ=WEEKLY;BYDAY=FR;COUNT=4",
	    "2026-04-03T00:00:00Z 2026-04-10T00:00:00Z 2026-04-17T00:00:00Z "
	    "2026-04-24T00:00:00Z end",
	    { .kind = PATTERN_WEEKLY, .frequency = 1, .days = 1u << 5, .first_day = 1,
	      .end = PATTERN_COUNT, .count = 4 } },
	{ "Europe/Berlin", "2026-03-16T09:00:00", 3600, "FREQ=WEEKLY;COUNT=6;BYDAY=MO",
	    "2026-03-16T08:00:00Z 2026-03-23T08:00:00Z 2026-03-30T07:00:00Z "
	    "2026-04-06T07:00:00Z 2026-04-13T07:00:00Z 2026-04-20T07:00:00Z end",
	    { .kind = PATTERN_WEEKLY, .frequency = 1, .days = 1u << 1, .first_day = 1,
	      .end = PATTERN_COUNT, .count = 6 } },
};

static void
examples_hold(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct zone *z = zone(examples[i].zone);
		struct series s = { .start = civil(examples[i].start), .wall.zone = z,
			.seconds = examples[i].seconds }, back;
		const char *want = examples[i].instances, *why = "", *p;
		struct pattern got;
		int n = strstr(want, "end") ? 1 : 0;

		read_rule(examples[i].rule, &s.rule);
		for (p = want; (p = strchr(p, 'T')); p++)
			n++;
		assert_string_equal(instances(&s, n), want);
		if (!pattern_of_recur(&s, &got, &why))
			fail_msg("%s: %s", examples[i].rule, why);
		assert_true(pattern_eq(&got, &examples[i].pattern));
		back = s;
		pattern_to_recur(&got, &back.rule);
		assert_true(recur_same(&s, &back.rule));
		assert_string_equal(instances(&back, n), want);
		zone_close(&z);
	}
}

/* Day 31 and 29 February are clipped by Outlook (example F), left out by iCalendar. */
static void
clipped_days(void **state)
{
	struct pattern p = { .kind = PATTERN_YEARLY, .frequency = 1, .month = 2, .day = 29 }, q;
	struct series s = { .start = civil("2024-02-29T00:00:00") };
	const char *why;

	(void)state;
	pattern_to_recur(&p, &s.rule);
	assert_str(recur_write(&arena, &s.rule),
	    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1");
	assert_string_equal(instances(&s, 5), "2024-02-29T00:00:00Z 2025-02-28T00:00:00Z "
	    "2026-02-28T00:00:00Z 2027-02-28T00:00:00Z 2028-02-29T00:00:00Z ");
	read_rule("FREQ=YEARLY", &s.rule);
	assert_string_equal(instances(&s, 2), "2024-02-29T00:00:00Z 2028-02-29T00:00:00Z ");
	assert_false(pattern_of_recur(&s, &q, &why));
	assert_non_null(strstr(why, "takes the last day"));

	p = (struct pattern){ .kind = PATTERN_MONTHLY, .frequency = 1, .day = 30 };
	s.start = civil("2026-01-30T00:00:00");
	pattern_to_recur(&p, &s.rule);
	assert_str(recur_write(&arena, &s.rule),
	    "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1");
	assert_true(pattern_of_recur(&s, &q, &why));
	assert_true(pattern_eq(&(struct pattern){ .kind = PATTERN_MONTHLY, .frequency = 1,
	    .day = 30, .first_day = 1 }, &q));
	/* where every month is long enough, both say the same */
	s.start = civil("2026-01-31T00:00:00");
	read_rule("FREQ=MONTHLY;INTERVAL=6", &s.rule);
	s.start.month = 7;
	assert_true(pattern_of_recur(&s, &q, &why));
	assert_int_equal(q.day, 31);
	read_rule("FREQ=MONTHLY;INTERVAL=5", &s.rule);
	assert_false(pattern_of_recur(&s, &q, &why));
}

/* The end of a written pattern: the end of the last instance, on its day. */
static void
window_end(void **state)
{
	struct zone *z = zone("Europe/Berlin");
	struct series s = { .start = civil("2026-03-02T22:00:00"), .wall.zone = z,
		.seconds = 3600 };
	struct pattern p;
	const char *why;

	(void)state;
	read_rule("FREQ=DAILY;UNTIL=20260401", &s.rule);
	assert_true(pattern_of_recur(&s, &p, &why));
	assert_int_equal(p.until, utc("2026-04-01T21:00:00"));
	s.seconds = 4 * 3600; /* into the next day */
	assert_true(pattern_of_recur(&s, &p, &why));
	assert_int_equal(p.until, utc("2026-04-01T21:59:59"));
	s.seconds = 0;
	assert_true(pattern_of_recur(&s, &p, &why));
	assert_int_equal(p.until, utc("2026-04-01T20:00:00"));
	read_rule("FREQ=DAILY;UNTIL=20260301", &s.rule);
	assert_false(pattern_of_recur(&s, &p, &why));
	assert_string_equal(why, "the rule never occurs");
	s.wall.zone = NULL; /* an all-day series: its dates float */
	s.start = civil("2026-03-02T00:00:00");
	s.seconds = 86340;
	read_rule("FREQ=WEEKLY;UNTIL=20260401T120000Z", &s.rule);
	assert_true(pattern_of_recur(&s, &p, &why));
	assert_int_equal(p.until, utc("2026-03-30T23:59:00"));
	recur_until_as_date(&s.rule);
	assert_str(recur_write(&arena, &s.rule), "FREQ=WEEKLY;UNTIL=20260401");
	zone_close(&z);
}

/* ---- text ---- */

static void
rules_as_text(void **state)
{
	static const struct { const char *in, *out; } texts[] = {
		{ "RRULE:FREQ=WEEKLY;BYDAY=MO", "FREQ=WEEKLY;BYDAY=MO" },
		{ " freq = weekly ; byday = mo , +2mo ;", NULL },
		{ " freq = weekly ; byday = tu , mo ; wkst=mo; interval=1;", "FREQ=WEEKLY;BYDAY=MO,TU" },
		{ "FREQ=YEARLY;BYDAY=-1SU,+2MO,FR;WKST=SU;COUNT=3;INTERVAL=2;BYMONTH=12,1",
		    "FREQ=YEARLY;COUNT=3;INTERVAL=2;BYMONTH=1,12;BYDAY=2MO,FR,-1SU;WKST=SU" },
		{ "FREQ=YEARLY;BYYEARDAY=-366,1,366;BYSETPOS=-366", "FREQ=YEARLY;BYYEARDAY=-366,1,366;BYSETPOS=-366" },
		{ "FREQ=YEARLY;BYWEEKNO=53,-53,20", "FREQ=YEARLY;BYWEEKNO=-53,20,53" },
		{ "FREQ=DAILY;UNTIL=20260313", "FREQ=DAILY;UNTIL=20260313" },
		{ "FREQ=DAILY;UNTIL=20260313T080000", "FREQ=DAILY;UNTIL=20260313T080000" },
		{ "FREQ=DAILY;UNTIL=20260313T080000z", "FREQ=DAILY;UNTIL=20260313T080000Z" },
		{ "FREQ=DAILY;UNTIL=2026-03-13T09:00:00+01:00", "FREQ=DAILY;UNTIL=20260313T080000Z" },
		{ "FREQ=MONTHLY;BYMONTHDAY=31,-1,1", "FREQ=MONTHLY;BYMONTHDAY=-1,1,31" },
	};
	struct recur r;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!texts[i].out) {
			assert_false(recur_read(&arena, str_of(texts[i].in), &r, &why));
			continue;
		}
		read_rule(texts[i].in, &r);
		assert_str(recur_write(&arena, &r), texts[i].out);
	}
}

static void
refusals(void **state)
{
	static const struct { const char *in, *why; } texts[] = {
		{ "", "is empty" },
		{ "RRULE:", "is empty" },
		{ "WEEKLY", "\"WEEKLY\" in the recurrence rule is no part" },
		{ "INTERVAL=2", "does not say FREQ" },
		{ "FREQ=HOURLY", "FREQ=HOURLY in the recurrence rule is not understood; Outlook repeats by days" },
		{ "FREQ=FORTNIGHTLY", "DAILY, WEEKLY, MONTHLY or YEARLY is expected" },
		{ "FREQ=DAILY;BYHOUR=9", "the time of day of the first one" },
		{ "FREQ=DAILY;INTERVAL=0", "INTERVAL=0 in the recurrence rule" },
		{ "FREQ=DAILY;INTERVAL=-1", "a number from 1 to 1000000" },
		{ "FREQ=DAILY;INTERVAL=99999999999999999999", "a number from 1 to 1000000" },
		{ "FREQ=DAILY;COUNT=0", "a number from 1 to 1000000" },
		{ "FREQ=DAILY;COUNT=3;UNTIL=20260313", "by COUNT or by UNTIL" },
		{ "FREQ=DAILY;UNTIL=20260313;COUNT=3", "by COUNT or by UNTIL" },
		{ "FREQ=DAILY;UNTIL=20260231", "a date such as" },
		{ "FREQ=DAILY;UNTIL=soon", "UNTIL=soon" },
		{ "FREQ=DAILY;FREQ=DAILY", "stands there twice" },
		{ "FREQ=DAILY;X-FOO=1", "knows no such part" },
		{ "FREQ=WEEKLY;BYDAY=1MO", "needs FREQ=MONTHLY" },
		{ "FREQ=YEARLY;BYWEEKNO=3;BYDAY=1MO", "does not go with BYWEEKNO" },
		{ "FREQ=MONTHLY;BYWEEKNO=3", "BYWEEKNO needs FREQ=YEARLY" },
		{ "FREQ=MONTHLY;BYYEARDAY=3", "BYYEARDAY needs FREQ=YEARLY" },
		{ "FREQ=WEEKLY;BYMONTHDAY=3", "BYMONTHDAY does not go" },
		{ "FREQ=MONTHLY;BYSETPOS=1", "and there is none" },
		{ "FREQ=MONTHLY;BYMONTH=-1", "months from 1 to 12" },
		{ "FREQ=MONTHLY;BYMONTH=13", "months from 1 to 12" },
		{ "FREQ=MONTHLY;BYMONTHDAY=0", "days from 1 to 31" },
		{ "FREQ=MONTHLY;BYMONTHDAY=1,,2", "days from 1 to 31" },
		{ "FREQ=MONTHLY;BYDAY=0MO", "days such as MO" },
		{ "FREQ=MONTHLY;BYDAY=54MO", "days such as MO" },
		{ "FREQ=MONTHLY;BYDAY=XX", "days such as MO" },
		{ "FREQ=WEEKLY;WKST=1", "one of SU" },
		{ "FREQ=DAILY\nFREQ=WEEKLY", "several lines" },
	};
	struct recur r;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		why = NULL;
		if (recur_read(&arena, str_of(texts[i].in), &r, &why))
			fail_msg("%s was accepted", texts[i].in);
		if (!strstr(why, texts[i].why))
			fail_msg("%s: %s", texts[i].in, why);
	}
}

/* What Outlook cannot say is named, nothing is approximated. */
static void
no_pattern(void **state)
{
	static const char *const rules[] = {
		"FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "FREQ=YEARLY;BYYEARDAY=100",
		"FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=MONTHLY;BYMONTHDAY=-2",
		"FREQ=MONTHLY;BYDAY=5MO", "FREQ=MONTHLY;BYDAY=-2MO", "FREQ=MONTHLY;BYDAY=1MO,3MO",
		"FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=5", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,2",
		"FREQ=MONTHLY;BYDAY=MO,2TU", "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
		"FREQ=YEARLY;BYMONTH=1,6;BYMONTHDAY=5", "FREQ=DAILY;BYMONTH=1",
		"FREQ=WEEKLY;BYMONTH=1", "FREQ=DAILY;INTERVAL=2;BYDAY=MO",
		"FREQ=MONTHLY;INTERVAL=2;BYDAY=MO", "FREQ=YEARLY;BYDAY=20MO",
		"FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=YEARLY;INTERVAL=2;BYMONTHDAY=5",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTHDAY=29,30;BYSETPOS=-1",
	};
	struct series s = { .start = civil("2026-01-05T09:00:00") };
	struct pattern p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const char *why = NULL;

		read_rule(rules[i], &s.rule);
		if (pattern_of_recur(&s, &p, &why))
			fail_msg("%s became a pattern", rules[i]);
		assert_non_null(why);
	}
}

static void
pattern_bounds(void **state)
{
	static const struct pattern bad[] = {
		{ .kind = PATTERN_DAILY, .frequency = 0 },
		{ .kind = PATTERN_DAILY, .frequency = PATTERN_FREQUENCY_MAX + 1 },
		{ .kind = PATTERN_WEEKLY, .frequency = 1 },
		{ .kind = PATTERN_WEEKLY, .frequency = 1, .days = PATTERN_DAY },
		{ .kind = PATTERN_MONTHLY, .frequency = 1, .day = 32 },
		{ .kind = PATTERN_MONTHLY_BY_DAY, .frequency = 1, .nth = 1 },
		{ .kind = PATTERN_MONTHLY_BY_DAY, .frequency = 1, .nth = 6, .days = 1 },
		{ .kind = PATTERN_YEARLY, .frequency = 1, .day = 1, .month = 13 },
		{ .kind = PATTERN_YEARLY, .frequency = 1, .day = 31, .month = 4 },
		{ .kind = PATTERN_YEARLY, .frequency = 1, .day = 30, .month = 2 },
		{ .kind = PATTERN_YEARLY_BY_DAY, .frequency = 1, .nth = 1, .days = 1 },
		{ .kind = PATTERN_DAILY, .frequency = 1, .end = PATTERN_COUNT },
	};
	const char *why = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (pattern_check(&bad[i], &why))
			fail_msg("pattern %zu was accepted", i);
		assert_non_null(why);
	}
	assert_true(pattern_check(&(struct pattern){ .kind = PATTERN_YEARLY, .frequency = 1,
	    .day = 29, .month = 2 }, &why));
}

/* DTSTART counts only if it matches; COUNT counts instances. */
static void
first_and_last(void **state)
{
	struct series s = { .start = civil("2026-01-01T09:00:00") }; /* a Thursday */
	struct civil local;
	int64_t t;

	(void)state;
	read_rule("FREQ=WEEKLY;BYDAY=MO;COUNT=3", &s.rule);
	assert_true(recur_first(&s, &local, &t));
	assert_int_equal(t, utc("2026-01-05T09:00:00"));
	assert_int_equal(local.day, 5);
	assert_true(recur_last(&s, NULL, &t));
	assert_int_equal(t, utc("2026-01-19T09:00:00"));
	read_rule("FREQ=DAILY;COUNT=1000000", &s.rule);
	assert_true(recur_last(&s, &local, &t)); /* within the years that Outlook can show */
	assert_int_equal(local.year, RECUR_LAST_YEAR);
	assert_int_equal(local.month * 100 + local.day, 1231);
	read_rule("FREQ=WEEKLY;COUNT=1000", &s.rule);
	assert_true(recur_last(&s, NULL, &t));
	assert_int_equal(t, utc("2026-01-01T09:00:00") + INT64_C(999) * 7 * 86400);
	/* seeking in the first week leaves nothing of it out */
	read_rule("FREQ=WEEKLY;COUNT=3;BYDAY=TH,FR", &s.rule);
	assert_true(recur_has(&s, utc("2026-01-01T09:00:00")));
	assert_true(recur_has(&s, utc("2026-01-08T09:00:00")));
	assert_false(recur_has(&s, utc("2026-01-09T09:00:00")));
	read_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", &s.rule);
	assert_false(recur_first(&s, NULL, NULL));
	read_rule("FREQ=YEARLY", &s.rule);
	assert_false(recur_last(&s, NULL, NULL));
	assert_false(recur_has(&s, utc("2026-01-01T09:00:01")));
	assert_true(recur_has(&s, utc("2027-01-01T09:00:00")));
	assert_true(recur_on_day(&s, utc("2027-01-01T23:00:00"), &t));
	assert_int_equal(t, utc("2027-01-01T09:00:00"));
	assert_false(recur_on_day(&s, utc("2027-01-02T09:00:00"), &t));
}

/* Instances in hours that are skipped, that come twice, and a day that was skipped. */
static void
clock_changes(void **state)
{
	struct zone *berlin = zone("Europe/Berlin"), *apia = zone("Pacific/Apia");
	struct series s = { .start = civil("2026-03-28T02:30:00"), .wall.zone = berlin };

	(void)state;
	read_rule("FREQ=DAILY", &s.rule);
	assert_string_equal(instances(&s, 3), "2026-03-28T01:30:00Z 2026-03-29T01:30:00Z "
	    "2026-03-30T00:30:00Z ");
	s.start = civil("2026-10-24T02:30:00");
	assert_string_equal(instances(&s, 3), "2026-10-24T00:30:00Z 2026-10-25T00:30:00Z "
	    "2026-10-26T01:30:00Z ");
	s.start = civil("2011-12-29T09:00:00");
	s.wall.zone = apia;
	read_rule("FREQ=DAILY;COUNT=4", &s.rule); /* no 30 December 2011 there */
	assert_string_equal(instances(&s, 5), "2011-12-29T19:00:00Z 2011-12-30T19:00:00Z "
	    "2011-12-31T19:00:00Z end");
	zone_close(&berlin);
	zone_close(&apia);
}

/* ---- excepted dates ---- */

static void
excepted_dates(void **state)
{
	struct zone *z = zone("Europe/Berlin");
	struct series s = { .start = civil("2026-03-16T09:00:00"), .wall.zone = z };
	struct exdates x;
	const char *why = "";

	(void)state;
	assert_true(exdate_read(&arena, STR(""), &s, &x, &why));
	assert_str(exdate_write(&arena, &x), "");
	assert_true(exdate_read(&arena, STR(" 20260413T070000Z,2026-04-06T07:00:00Z;\n"
	    "20260413T070000Z 2026-03-23 20260330, 2026-04-20 07:00:00"), &s, &x, &why));
	assert_str(exdate_write(&arena, &x), "20260323T080000Z,20260330T070000Z,"
	    "20260406T070000Z,20260413T070000Z,20260420T070000Z");
	assert_true(exdate_has(&x, utc("2026-04-06T07:00:00")));
	assert_false(exdate_has(&x, utc("2026-04-06T08:00:00")));
	assert_false(exdate_add(&arena, &x, utc("2026-04-06T07:00:00")));
	assert_true(exdate_add(&arena, &x, utc("2026-04-27T07:00:00")));
	assert_true(exdate_add(&arena, &x, utc("2026-03-16T08:00:00")));
	assert_true(exdate_remove(&x, utc("2026-03-30T07:00:00")));
	assert_false(exdate_remove(&x, utc("2026-03-30T07:00:00")));
	assert_str(exdate_write(&arena, &x), "20260316T080000Z,20260323T080000Z,20260406T070000Z,"
	    "20260413T070000Z,20260420T070000Z,20260427T070000Z");
	assert_true(exdate_read(&arena, STR("20260413"), NULL, &x, &why));
	assert_str(exdate_write(&arena, &x), "20260413T000000Z");
	assert_false(exdate_read(&arena, STR("20260413T070000Z,never"), &s, &x, &why));
	assert_non_null(strstr(why, "\"never\" is no excepted date"));
	assert_false(exdate_read(&arena, STR("20260230T070000Z"), &s, &x, &why));
	zone_close(&z);
}

/* ---- zones with one rule ---- */

static void
rule_is(const char *name, int year, const struct zone_rule *want)
{
	struct zone *z = zone(name);
	struct zone_rule got;

	zone_rule_of(z, year, &got);
	if (!zone_rule_eq(&got, want))
		fail_msg("%s in %d: bias %d%+d, daylight %d/%d/%d/%d/%d, standard %d/%d/%d/%d/%d",
		    name, year, got.bias, got.daylight_bias, got.daylight.month,
		    got.daylight.date, got.daylight.weekday, got.daylight.week,
		    got.daylight.second, got.standard.month, got.standard.date,
		    got.standard.weekday, got.standard.week, got.standard.second);
	zone_close(&z);
}

static void
rules_of_years(void **state)
{
	const struct zone_rule berlin = { -60, -60, { 10, 0, 0, TURN_LAST, 3 * 3600 },
		{ 3, 0, 0, TURN_LAST, 2 * 3600 } };
	const struct zone_rule eastern = { 300, -60, { 11, 0, 0, 1, 2 * 3600 },
		{ 3, 0, 0, 2, 2 * 3600 } };
	const struct zone_rule eastern_before_2007 = { 300, -60,
		{ 10, 0, 0, TURN_LAST, 2 * 3600 }, { 4, 0, 0, 1, 2 * 3600 } };
	const struct zone_rule sydney = { -600, -60, { 4, 0, 0, 1, 3 * 3600 },
		{ 10, 0, 0, 1, 2 * 3600 } };
	const struct zone_rule lord_howe = { -630, -30, { 4, 0, 0, 1, 2 * 3600 },
		{ 10, 0, 0, 1, 2 * 3600 } };
	const struct zone_rule chatham = { -765, -60, { 4, 0, 0, 1, 3 * 3600 + 45 * 60 },
		{ 9, 0, 0, TURN_LAST, 2 * 3600 + 45 * 60 } };

	(void)state;
	rule_is("Europe/Berlin", 2026, &berlin);
	rule_is("Europe/Berlin", 2060, &berlin);
	rule_is("Europe/Berlin", 1996, &berlin);
	rule_is("America/New_York", 2026, &eastern);
	rule_is("America/New_York", 2007, &eastern);
	rule_is("America/New_York", 2006, &eastern_before_2007);
	rule_is("Australia/Sydney", 2026, &sydney);
	rule_is("Australia/Lord_Howe", 2026, &lord_howe);
	rule_is("Pacific/Chatham", 2026, &chatham);
	rule_is("Asia/Kolkata", 2026, &(struct zone_rule){ .bias = -330 });
	rule_is("Asia/Kathmandu", 2026, &(struct zone_rule){ .bias = -345 });
	rule_is("America/Sao_Paulo", 2026, &(struct zone_rule){ .bias = 180 });
	rule_is("America/Sao_Paulo", 2019, &(struct zone_rule){ .bias = 180 }); /* its last */
	rule_is("UTC", 2026, &(struct zone_rule){ 0 });
}

/* Hour by hour through years: the rule says what tzdata says. */
static void
rules_follow_tzdata(void **state)
{
	static const char *const names[] = { "Europe/Berlin", "America/New_York",
		"Australia/Sydney", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns",
		"Pacific/Auckland", "Asia/Singapore", "America/Sao_Paulo", "Africa/Casablanca",
		"Europe/London", "Pacific/Chatham", "Australia/Lord_Howe", "Europe/Dublin",
		"America/Nuuk", "Africa/Cairo", "America/Santiago", "Asia/Jerusalem" };
	static const int years[] = { 1999, 2006, 2007, 2024, 2026, 2040 };
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct zone *z = zone(names[i]);

		for (k = 0; k < sizeof(years) / sizeof(years[0]); k++) {
			struct civil from = { years[k], 1, 1, 0, 0, 0 };
			struct civil to = { years[k] + 1, 1, 1, 0, 0, 0 };
			struct wall wall = { 0 };
			struct zone_rule r;
			int64_t t;

			zone_rule_of(z, years[k], &r);
			wall.rule = &r;
			for (t = zone_to_utc(z, &from); t < zone_to_utc(z, &to); t += 1800) {
				struct civil c = zone_from_utc(z, t);

				if (zone_rule_offset(&r, t) != zone_offset(z, t))
					fail_msg("%s at %lld: %d, not %d", names[i],
					    (long long)t, zone_rule_offset(&r, t),
					    zone_offset(z, t));
				assert_int_equal(wall_to_utc(&wall, &c), zone_to_utc(z, &c));
				c = wall_from_utc(&wall, t);
				assert_int_equal(civil_to_stamp(&c), t + zone_offset(z, t));
			}
		}
		zone_close(&z);
	}
}

static void
names_of_rules(void **state)
{
	static const char *const names[] = { "Europe/Berlin", "America/New_York",
		"Australia/Sydney", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns",
		"Pacific/Auckland", "Pacific/Chatham", "Europe/London", "Australia/Lord_Howe" };
	struct zone_rule r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct zone *z = zone(names[i]);

		zone_rule_of(z, 2026, &r);
		assert_string_equal(zone_rule_name(&r, NULL, 2026), names[i]);
		assert_string_equal(zone_rule_name(&r, "UTC", 2026), names[i]);
		assert_string_equal(zone_rule_name(&r, "No/Such_Zone", 2026), names[i]);
		zone_close(&z);
	}
	r = (struct zone_rule){ -60, -60, { 10, 0, 0, TURN_LAST, 3 * 3600 },
		{ 3, 0, 0, TURN_LAST, 2 * 3600 } };
	assert_string_equal(zone_rule_name(&r, "Europe/Madrid", 2026), "Europe/Madrid");
	r.daylight.month = 5;
	assert_null(zone_rule_name(&r, "Europe/Madrid", 2026));
	/* a zone that follows the moon is still itself in its own year */
	{
		struct zone *z = zone("Africa/Casablanca");

		zone_rule_of(z, 2026, &r);
		assert_string_equal(zone_rule_name(&r, "Africa/Casablanca", 2026),
		    "Africa/Casablanca");
		zone_close(&z);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_hold),
		cmocka_unit_test(clipped_days),
		cmocka_unit_test(window_end),
		cmocka_unit_test(rules_as_text),
		cmocka_unit_test(refusals),
		cmocka_unit_test(no_pattern),
		cmocka_unit_test(pattern_bounds),
		cmocka_unit_test(first_and_last),
		cmocka_unit_test(clock_changes),
		cmocka_unit_test(excepted_dates),
		cmocka_unit_test(rules_of_years),
		cmocka_unit_test(rules_follow_tzdata),
		cmocka_unit_test(names_of_rules),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
