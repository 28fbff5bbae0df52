/*
 * front_pattern.c -- tests of the texts of RecurrenceData and XMLTZone.
 */
#include "unit.h"

#include "lists/pattern_xml.h"
#include "lists/zone_xml.h"

static struct arena arena;

static int
begin(void **state)
{
	(void)state;
	arena_init(&arena, 64 << 20);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_clear(&arena);
	return 0;
}

#define RULE(repeat, last) "<recurrence><rule><firstDayOfWeek>mo</firstDayOfWeek><repeat>" \
	repeat "</repeat>" last "</rule></recurrence>"
#define FOREVER "<repeatForever>FALSE</repeatForever>"

/* Texts as this side writes them: read, they are these patterns; written, these texts. */
static const struct {
	const char *xml;
	struct pattern pattern;
	bool is_v3;
} written[] = {
	{ RULE("<daily dayFrequency=\"3\"/>", "<repeatInstances>5</repeatInstances>"),
	    { .kind = PATTERN_DAILY, .frequency = 3, .first_day = 1, .end = PATTERN_COUNT,
	      .count = 5 }, false },
	{ RULE("<daily weekday=\"TRUE\"/>", "<windowEnd>2026-03-13T08:00:00Z</windowEnd>"),
	    { .kind = PATTERN_DAILY, .frequency = 1, .is_workdays = true, .first_day = 1,
	      .end = PATTERN_UNTIL, .until = INT64_C(1773388800) }, true },
	{ RULE("<weekly tu=\"TRUE\" th=\"TRUE\" weekFrequency=\"2\"/>", FOREVER),
	    { .kind = PATTERN_WEEKLY, .frequency = 2, .days = 0x14, .first_day = 1 }, false },
	{ RULE("<monthly monthFrequency=\"1\" day=\"31\"/>", FOREVER),
	    { .kind = PATTERN_MONTHLY, .frequency = 1, .day = 31, .first_day = 1 }, false },
	{ RULE("<monthlyByDay tu=\"TRUE\" weekdayOfMonth=\"second\" monthFrequency=\"1\"/>",
	    FOREVER), { .kind = PATTERN_MONTHLY_BY_DAY, .frequency = 1, .days = 4, .nth = 2,
	      .first_day = 1 }, false },
	{ RULE("<monthlyByDay weekday=\"TRUE\" weekdayOfMonth=\"last\" monthFrequency=\"1\"/>",
	    FOREVER), { .kind = PATTERN_MONTHLY_BY_DAY, .frequency = 1,
	      .days = PATTERN_WEEKDAY, .nth = PATTERN_LAST, .first_day = 1 }, true },
	{ RULE("<yearly yearFrequency=\"1\" month=\"2\" day=\"29\"/>", FOREVER),
	    { .kind = PATTERN_YEARLY, .frequency = 1, .day = 29, .month = 2, .first_day = 1 },
	    false },
	{ RULE("<yearlyByDay th=\"TRUE\" weekdayOfMonth=\"fourth\" month=\"11\" "
	    "yearFrequency=\"1\"/>", FOREVER), { .kind = PATTERN_YEARLY_BY_DAY,
	      .frequency = 1, .days = 0x10, .nth = 4, .month = 11, .first_day = 1 }, true },
};

static void
as_written(void **state)
{
	struct pattern p;
	struct str kept;
	const char *why;
	bool has_delete;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		why = "";
		if (!pattern_xml_read(&arena, str_of(written[i].xml), &p, &has_delete, &kept,
		    &why))
			fail_msg("%s: %s", written[i].xml, why);
		assert_true(pattern_eq(&p, &written[i].pattern));
		assert_false(has_delete);
		assert_str(kept, written[i].xml);
		assert_str(pattern_xml_write(&arena, &p), written[i].xml);
		assert_int_equal(pattern_is_v3(&p), written[i].is_v3);
		/* an old client's form is read as well */
		assert_true(pattern_xml_read(&arena, pattern_xml_wrap(&arena, kept), &p,
		    &has_delete, &kept, &why));
		assert_true(pattern_eq(&p, &written[i].pattern));
	}
}

/* Other spellings of the same, as clients and servers have been seen to write them. */
static void
other_spellings(void **state)
{
	static const struct { const char *a, *b; } same[] = {
		{ RULE("<daily/>", FOREVER), RULE("<daily dayFrequency='1'></daily>", "") },
		{ RULE("<daily>...</daily>", FOREVER), RULE("<daily unknown=\"7\"/>", FOREVER) },
		{ RULE("<weekly su=\"FALSE\" mo=\"true\"/>", FOREVER),
		    RULE("<weekly mo=\"TRUE\" weekFrequency=\"1\"/>", "<repeatForever/>") },
		{ RULE("<monthlyByDay mo=\"TRUE\"/>", FOREVER),
		    RULE("<monthlyByDay mo=\"TRUE\" weekdayOfMonth=\"first\"/>", FOREVER) },
		{ RULE("<monthly/>", FOREVER), RULE("<monthly day=\"1\"/>", FOREVER) },
		{ RULE("<yearly/>", FOREVER), RULE("<yearly day=\"1\" month=\"1\"/>", FOREVER) },
		{ RULE("<daily/>", "<windowEnd>2026-03-13T09:00:00+01:00</windowEnd>"),
		    RULE("<daily/>", "<windowEnd>2026-03-13T08:00:00.000Z</windowEnd>") },
		{ RULE("<daily/>", FOREVER), "<?xml version=\"1.0\" encoding=\"utf-16\"?>\r\n"
		    "<r:recurrence xmlns:r=\"urn:x\">\n <r:rule><r:firstDayOfWeek> mo </r:firstDayOfWeek>"
		    "<r:repeat><!-- --><r:daily/></r:repeat></r:rule></r:recurrence>" },
	};
	struct pattern p, q;
	struct str kept;
	const char *why = "";
	bool has_delete;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		if (!pattern_xml_read(&arena, str_of(same[i].a), &p, &has_delete, &kept, &why) ||
		    !pattern_xml_read(&arena, str_of(same[i].b), &q, &has_delete, &kept, &why))
			fail_msg("%s, %s: %s", same[i].a, same[i].b, why);
		assert_true(pattern_eq(&p, &q));
		assert_str(kept, same[i].b);
	}
	/* without a zone: the wall clock's */
	assert_true(pattern_xml_read(&arena, STR(RULE("<daily/>",
	    "<windowEnd>2026-03-13T08:00:00</windowEnd>")), &p, &has_delete, &kept, &why));
	assert_true(p.until_is_local);
	assert_str(pattern_xml_write(&arena, &p), RULE("<daily dayFrequency=\"1\"/>",
	    "<windowEnd>2026-03-13T08:00:00</windowEnd>"));
}

/* The instruction goes, every other byte stays. */
static void
delete_exceptions(void **state)
{
#define BODY RULE("<daily  dayFrequency = '2' />", "\n" FOREVER)
	static const struct { const char *in, *kept; bool has_delete; } texts[] = {
		{ BODY "<deleteExceptions>true</deleteExceptions>", BODY, true },
		{ BODY "\r\n<deleteExceptions>true</deleteExceptions>\n", BODY "\r\n\n", true },
		{ "<deleteExceptions >true</deleteExceptions >" BODY, BODY, true },
		{ BODY "<deleteExceptions>false</deleteExceptions>", BODY, false },
		{ BODY "<deleteExceptions/>", BODY, false },
		{ BODY "<deleteExceptions a=\"/>\">true<!-- </deleteExceptions> --></deleteExceptions>",
		    BODY, true },
		{ BODY "<!--<deleteExceptions>true</deleteExceptions>-->",
		    BODY "<!--<deleteExceptions>true</deleteExceptions>-->", false },
		{ BODY "<x:deleteExceptions xmlns:x='u'><![CDATA[true]]></x:deleteExceptions>",
		    BODY, true },
		{ BODY "<deleteExceptions>true</deleteExceptions>"
		    "<deleteExceptions>true</deleteExceptions>", BODY, true },
	};
	struct pattern p;
	struct str kept;
	const char *why;
	bool has_delete;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		why = "";
		if (!pattern_xml_read(&arena, str_of(texts[i].in), &p, &has_delete, &kept, &why))
			fail_msg("%s: %s", texts[i].in, why);
		assert_str(kept, texts[i].kept);
		assert_int_equal(has_delete, texts[i].has_delete);
		assert_int_equal(p.frequency, 2);
	}
	/* also where the recurrence is none */
	assert_false(pattern_xml_read(&arena,
	    STR("<recurrence/><deleteExceptions>true</deleteExceptions>"), &p, &has_delete,
	    &kept, &why));
	assert_true(has_delete);
	assert_str(kept, "<recurrence/>");
}

static void
refused_patterns(void **state)
{
	static const struct { const char *xml, *why; } texts[] = {
		{ "", "no recurrence element" },
		{ "Every 1 week(s) on: Wednesday", "no recurrence element" },
		{ "<recurrence>", "is no well-formed XML" },
		{ "</fragment><fragment>", "is no well-formed XML" },
		{ "<!DOCTYPE r [<!ENTITY e \"x\">]><recurrence/>", "is no well-formed XML" },
		{ "<?xml version=\"1.0><recurrence/>", "no recurrence element" },
		{ "<recurrence/>", "holds no rule" },
		{ RULE("<daily/>", FOREVER) RULE("<daily/>", FOREVER), "two recurrences" },
		{ RULE("", FOREVER), "has no pattern" },
		{ RULE("<daily/><weekly mo=\"TRUE\"/>", FOREVER), "has two patterns" },
		{ RULE("<hourly/>", FOREVER), "\"hourly\"" },
		{ RULE("<daily dayFrequency=\"0\"/>", FOREVER), "dayFrequency of the recurrence is \"0\"" },
		{ RULE("<daily dayFrequency=\"2000000000\"/>", FOREVER), "from 1 to 1000000" },
		{ RULE("<daily dayFrequency=\"\"/>", FOREVER), "dayFrequency" },
		{ RULE("<daily weekday=\"yes\"/>", FOREVER), "TRUE or FALSE" },
		{ RULE("<weekly/>", FOREVER), "names no day of the week" },
		{ RULE("<weekly mo=\"FALSE\"/>", FOREVER), "names no day of the week" },
		{ RULE("<weekly day=\"TRUE\"/>", FOREVER), "names no day of the week" },
		{ RULE("<monthly day=\"32\"/>", FOREVER), "from 1 to 31" },
		{ RULE("<monthlyByDay/>", FOREVER), "names no day" },
		{ RULE("<monthlyByDay mo=\"TRUE\" weekdayOfMonth=\"fifth\"/>", FOREVER), "\"fifth\"" },
		{ RULE("<yearly month=\"13\"/>", FOREVER), "from 1 to 12" },
		{ RULE("<yearly month=\"2\" day=\"30\"/>", FOREVER), "beyond the end of its month" },
		{ RULE("<yearly month=\"4\" day=\"31\"/>", FOREVER), "beyond the end of its month" },
		{ RULE("<daily/>", "<repeatInstances>0</repeatInstances>"), "repeatInstances" },
		{ RULE("<daily/>", "<repeatInstances>many</repeatInstances>"), "\"many\"" },
		{ RULE("<daily/>", "<windowEnd>soon</windowEnd>"), "windowEnd of the recurrence is \"soon\"" },
		{ RULE("<daily/>", "<windowEnd>2026-02-30T00:00:00Z</windowEnd>"), "windowEnd" },
		{ RULE("<daily/>", FOREVER "<repeatInstances>3</repeatInstances>"), "several ends" },
		{ "<recurrence><rule><firstDayOfWeek>monday</firstDayOfWeek><repeat><daily/></repeat>"
		  "</rule></recurrence>", "\"monday\"" },
	};
	struct pattern p;
	struct str kept;
	const char *why;
	bool has_delete;
	char *large;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		why = NULL;
		if (pattern_xml_read(&arena, str_of(texts[i].xml), &p, &has_delete, &kept, &why))
			fail_msg("%s was accepted", texts[i].xml);
		if (!strstr(why, texts[i].why))
			fail_msg("%s: %s", texts[i].xml, why);
		assert_str(kept, texts[i].xml);
	}
	/* a character that XML forbids must not hide an instruction */
	assert_false(pattern_xml_read(&arena, STR("<recurrence><\0/recurrence>"
	    "<deleteExceptions>true</deleteExceptions>"), &p, &has_delete, &kept, &why));
	assert_non_null(strstr(why, "that XML forbids"));
	large = malloc(PATTERN_XML_MAX + 1);
	memset(large, 'x', PATTERN_XML_MAX + 1);
	assert_false(pattern_xml_read(&arena, (struct str){ large, PATTERN_XML_MAX + 1 }, &p,
	    &has_delete, &kept, &why));
	assert_non_null(strstr(why, "longer than 65536 bytes"));
	free(large);
}

#define TURN(name, rule, time) "<" name "><transitionRule " rule "/><transitionTime>" time \
	"</transitionTime></" name ">"
#define ZONE(biases, turns) "<timeZoneRule>" biases turns "</timeZoneRule>"
#define BERLIN ZONE("<standardBias>-60</standardBias>" \
	"<additionalDaylightBias>-60</additionalDaylightBias>", \
	TURN("standardDate", "month=\"10\" day=\"su\" weekdayOfMonth=\"last\"", "3:0:0") \
	TURN("daylightDate", "month=\"3\" day=\"su\" weekdayOfMonth=\"last\"", "2:0:0"))

static void
zones(void **state)
{
	static const struct { const char *xml; const char *name; } texts[] = {
		{ BERLIN, "Europe/Berlin" },
		{ ZONE("<standardBias>300</standardBias><additionalDaylightBias>-60"
		    "</additionalDaylightBias>", TURN("standardDate",
		    "month=\"11\" day=\"su\" weekdayOfMonth=\"first\"", "2:0:0") TURN("daylightDate",
		    "month=\"3\" day=\"su\" weekdayOfMonth=\"second\"", "2:0:0")),
		    "America/New_York" },
		{ ZONE("<standardBias>-480</standardBias>", ""), "Asia/Singapore" },
		{ ZONE("<standardBias>-600</standardBias><additionalDaylightBias>-60"
		    "</additionalDaylightBias>", TURN("standardDate",
		    "month=\"4\" day=\"su\" weekdayOfMonth=\"first\"", "3:0:0") TURN("daylightDate",
		    "month=\"10\" day=\"su\" weekdayOfMonth=\"first\"", "2:0:0")),
		    "Australia/Sydney" },
		{ ZONE("<standardBias>-765</standardBias><additionalDaylightBias>-60"
		    "</additionalDaylightBias>", TURN("standardDate",
		    "month=\"4\" day=\"su\" weekdayOfMonth=\"first\"", "3:45:0") TURN("daylightDate",
		    "month=\"9\" day=\"su\" weekdayOfMonth=\"last\"", "2:45:0")),
		    "Pacific/Chatham" },
	};
	struct zone_rule r, own;
	const char *why = "";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct err e;
		struct zone *z = zone_open(texts[i].name, &e);

		assert_non_null(z);
		if (!zone_xml_read(&arena, str_of(texts[i].xml), &r, &why))
			fail_msg("%s", why);
		zone_rule_of(z, 2026, &own);
		assert_true(zone_rule_eq(&r, &own));
		assert_str(zone_xml_write(&arena, &own), texts[i].xml);
		zone_close(&z);
	}
	assert_true(zone_xml_read(&arena, STR(ZONE_XML_NEUTRAL), &r, &why));
	assert_true(zone_rule_eq(&r, &(struct zone_rule){ 0 }));
	assert_str(zone_xml_write(&arena, &r), ZONE_XML_NEUTRAL);
	/* leading zeros, the defaults of a rule, a date, which is stronger than a weekday */
	assert_true(zone_xml_read(&arena, STR(ZONE("<standardBias> -60 </standardBias>"
	    "<additionalDaylightBias>-60</additionalDaylightBias>",
	    TURN("standardDate", "month=\"10\"", "03:00:00")
	    TURN("daylightDate", "month=\"3\" dayOfMonth=\"21\" day=\"mo\"", "02:00"))), &r, &why));
	assert_int_equal(r.standard.weekday, 0);
	assert_int_equal(r.standard.week, 1);
	assert_int_equal(r.standard.second, 3 * 3600);
	assert_int_equal(r.daylight.date, 21);
	assert_non_null(strstr(zone_xml_write(&arena, &r).p,
	    "<transitionRule month=\"3\" dayOfMonth=\"21\"/>"));
	/* without dates there is no summer */
	assert_true(zone_xml_read(&arena, STR(ZONE("<standardBias>-60</standardBias>"
	    "<additionalDaylightBias>-60</additionalDaylightBias>", "")), &r, &why));
	assert_int_equal(zone_rule_offset(&r, 1783000000), 3600);
}

static void
refused_zones(void **state)
{
#define BIAS "<standardBias>-60</standardBias><additionalDaylightBias>-60</additionalDaylightBias>"
	static const struct { const char *xml, *why; } texts[] = {
		{ "", "no timeZoneRule element" },
		{ "W. Europe Standard Time", "no timeZoneRule element" },
		{ "<timeZoneRule>", "no well-formed XML" },
		{ "<timeZoneRule/>", "no standardBias" },
		{ ZONE("<standardBias>x</standardBias>", ""), "\"x\"; minutes from -1440" },
		{ ZONE("<standardBias>1441</standardBias>", ""), "from -1440 to 1440" },
		{ ZONE("<standardBias>0</standardBias><additionalDaylightBias>-181"
		    "</additionalDaylightBias>", ""), "from -180 to 180" },
		{ ZONE(BIAS, TURN("standardDate", "month=\"10\"", "3:0:0")), "only one of" },
		{ ZONE(BIAS, "<standardDate/><daylightDate/>"), "standardDate of the time zone has no transitionRule" },
		{ ZONE(BIAS, TURN("standardDate", "", "3:0:0") TURN("daylightDate", "month=\"3\"", "2:0:0")), "month of" },
		{ ZONE(BIAS, TURN("standardDate", "month=\"13\"", "3:0:0") TURN("daylightDate", "month=\"3\"", "2:0:0")), "\"13\"" },
		{ ZONE(BIAS, TURN("standardDate", "month=\"1\" day=\"xx\"", "3:0:0") TURN("daylightDate", "month=\"3\"", "2:0:0")), "\"xx\"" },
		{ ZONE(BIAS, TURN("standardDate", "month=\"1\" dayOfMonth=\"0\"", "3:0:0") TURN("daylightDate", "month=\"3\"", "2:0:0")), "dayOfMonth" },
		{ ZONE(BIAS, TURN("standardDate", "month=\"1\" weekdayOfMonth=\"5\"", "3:0:0") TURN("daylightDate", "month=\"3\"", "2:0:0")), "first, second" },
		{ ZONE(BIAS, TURN("standardDate", "month=\"1\"", "24:0:0") TURN("daylightDate", "month=\"3\"", "2:0:0")), "\"24:0:0\"" },
		{ ZONE(BIAS, TURN("standardDate", "month=\"1\"", "3:0:0:0") TURN("daylightDate", "month=\"3\"", "2:0:0")), "a time such as" },
		{ ZONE(BIAS, TURN("standardDate", "month=\"1\"", "3") TURN("daylightDate", "month=\"3\"", "2:0:0")), "a time such as" },
	};
	struct zone_rule r;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		why = NULL;
		if (zone_xml_read(&arena, str_of(texts[i].xml), &r, &why))
			fail_msg("%s was accepted", texts[i].xml);
		if (!strstr(why, texts[i].why))
			fail_msg("%s: %s", texts[i].xml, why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_written),
		cmocka_unit_test(other_spellings),
		cmocka_unit_test(delete_exceptions),
		cmocka_unit_test(refused_patterns),
		cmocka_unit_test(zones),
		cmocka_unit_test(refused_zones),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
