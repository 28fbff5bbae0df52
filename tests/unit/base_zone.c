/*
 * base_zone.c -- tests of zone.c, against Python's zoneinfo (the table) and
 * libc (thousands of instants, far beyond the tables of tzdata).
 */
#include "unit.h"

#include <sys/stat.h>
#include <time.h>

#include "zone.h"

/* Printed by Python's zoneinfo with fold=0: zone, local time, UTC, and that as local time. */
static const struct {
	const char *zone, *local, *utc, *back;
} facts[] = {
	{ "Europe/Berlin", "2026-03-29 01:59:59", "2026-03-29 00:59:59", "2026-03-29 01:59:59" },
	{ "Europe/Berlin", "2026-03-29 02:00:00", "2026-03-29 01:00:00", "2026-03-29 03:00:00" },
	{ "Europe/Berlin", "2026-03-29 02:30:00", "2026-03-29 01:30:00", "2026-03-29 03:30:00" },
	{ "Europe/Berlin", "2026-03-29 03:00:00", "2026-03-29 01:00:00", "2026-03-29 03:00:00" },
	{ "Europe/Berlin", "2026-10-25 01:59:59", "2026-10-24 23:59:59", "2026-10-25 01:59:59" },
	{ "Europe/Berlin", "2026-10-25 02:00:00", "2026-10-25 00:00:00", "2026-10-25 02:00:00" },
	{ "Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25 00:30:00", "2026-10-25 02:30:00" },
	{ "Europe/Berlin", "2026-10-25 03:00:00", "2026-10-25 02:00:00", "2026-10-25 03:00:00" },
	{ "Europe/Berlin", "2026-07-01 12:00:00", "2026-07-01 10:00:00", "2026-07-01 12:00:00" },
	{ "Europe/Berlin", "2026-01-15 12:00:00", "2026-01-15 11:00:00", "2026-01-15 12:00:00" },
	{ "Europe/Berlin", "1975-07-01 12:00:00", "1975-07-01 11:00:00", "1975-07-01 12:00:00" },
	{ "Europe/Berlin", "1945-07-01 12:00:00", "1945-07-01 09:00:00", "1945-07-01 12:00:00" },
	{ "Europe/Berlin", "1880-01-01 00:00:00", "1879-12-31 23:06:32", "1880-01-01 00:00:00" },
	{ "Europe/Berlin", "2060-03-28 02:30:00", "2060-03-28 01:30:00", "2060-03-28 03:30:00" },
	{ "Europe/Berlin", "2060-10-31 02:30:00", "2060-10-31 00:30:00", "2060-10-31 02:30:00" },
	{ "Europe/Berlin", "2060-07-01 00:00:00", "2060-06-30 22:00:00", "2060-07-01 00:00:00" },
	{ "America/New_York", "2026-03-08 01:59:59", "2026-03-08 06:59:59", "2026-03-08 01:59:59" },
	{ "America/New_York", "2026-03-08 02:30:00", "2026-03-08 07:30:00", "2026-03-08 03:30:00" },
	{ "America/New_York", "2026-03-08 03:00:00", "2026-03-08 07:00:00", "2026-03-08 03:00:00" },
	{ "America/New_York", "2026-11-01 00:59:59", "2026-11-01 04:59:59", "2026-11-01 00:59:59" },
	{ "America/New_York", "2026-11-01 01:30:00", "2026-11-01 05:30:00", "2026-11-01 01:30:00" },
	{ "America/New_York", "2026-11-01 02:00:00", "2026-11-01 07:00:00", "2026-11-01 02:00:00" },
	{ "America/New_York", "2006-04-02 02:30:00", "2006-04-02 07:30:00", "2006-04-02 03:30:00" },
	{ "America/New_York", "2055-03-14 02:15:00", "2055-03-14 07:15:00", "2055-03-14 03:15:00" },
	{ "America/New_York", "2055-11-07 01:15:00", "2055-11-07 05:15:00", "2055-11-07 01:15:00" },
	{ "Asia/Kolkata", "2026-01-01 00:00:00", "2025-12-31 18:30:00", "2026-01-01 00:00:00" },
	{ "Asia/Kolkata", "2026-07-01 23:59:59", "2026-07-01 18:29:59", "2026-07-01 23:59:59" },
	{ "Asia/Kolkata", "2070-07-01 12:00:00", "2070-07-01 06:30:00", "2070-07-01 12:00:00" },
	{ "Australia/Sydney", "2026-04-05 01:59:59", "2026-04-04 14:59:59", "2026-04-05 01:59:59" },
	{ "Australia/Sydney", "2026-04-05 02:30:00", "2026-04-04 15:30:00", "2026-04-05 02:30:00" },
	{ "Australia/Sydney", "2026-04-05 03:00:00", "2026-04-04 17:00:00", "2026-04-05 03:00:00" },
	{ "Australia/Sydney", "2026-10-04 01:59:59", "2026-10-03 15:59:59", "2026-10-04 01:59:59" },
	{ "Australia/Sydney", "2026-10-04 02:30:00", "2026-10-03 16:30:00", "2026-10-04 03:30:00" },
	{ "Australia/Sydney", "2026-10-04 03:00:00", "2026-10-03 16:00:00", "2026-10-04 03:00:00" },
	{ "Australia/Sydney", "2026-01-01 12:00:00", "2026-01-01 01:00:00", "2026-01-01 12:00:00" },
	{ "Australia/Sydney", "2061-01-01 12:00:00", "2061-01-01 01:00:00", "2061-01-01 12:00:00" },
	{ "Australia/Sydney", "2061-04-03 02:30:00", "2061-04-02 15:30:00", "2061-04-03 02:30:00" },
	{ "Australia/Sydney", "2061-10-02 02:30:00", "2061-10-01 16:30:00", "2061-10-02 03:30:00" },
	{ "Pacific/Auckland", "2026-04-05 01:59:59", "2026-04-04 12:59:59", "2026-04-05 01:59:59" },
	{ "Pacific/Auckland", "2026-04-05 02:30:00", "2026-04-04 13:30:00", "2026-04-05 02:30:00" },
	{ "Pacific/Auckland", "2026-04-05 03:00:00", "2026-04-04 15:00:00", "2026-04-05 03:00:00" },
	{ "Pacific/Auckland", "2026-09-27 02:30:00", "2026-09-26 14:30:00", "2026-09-27 03:30:00" },
	{ "Pacific/Auckland", "2026-12-31 23:59:59", "2026-12-31 10:59:59", "2026-12-31 23:59:59" },
	{ "Pacific/Auckland", "2048-06-15 00:00:00", "2048-06-14 12:00:00", "2048-06-15 00:00:00" },
	{ "Pacific/Auckland", "2048-12-15 00:00:00", "2048-12-14 11:00:00", "2048-12-15 00:00:00" },
	{ "Europe/Dublin", "2026-01-01 12:00:00", "2026-01-01 12:00:00", "2026-01-01 12:00:00" },
	{ "Europe/Dublin", "2026-03-29 01:30:00", "2026-03-29 01:30:00", "2026-03-29 02:30:00" },
	{ "Europe/Dublin", "2026-07-01 12:00:00", "2026-07-01 11:00:00", "2026-07-01 12:00:00" },
	{ "Europe/Dublin", "2050-01-01 12:00:00", "2050-01-01 12:00:00", "2050-01-01 12:00:00" },
	{ "Europe/Dublin", "2050-07-01 12:00:00", "2050-07-01 11:00:00", "2050-07-01 12:00:00" },
	{ "Europe/Dublin", "2050-10-30 01:30:00", "2050-10-30 00:30:00", "2050-10-30 01:30:00" },
	{ "Pacific/Apia", "2011-12-29 23:00:00", "2011-12-30 09:00:00", "2011-12-29 23:00:00" },
	{ "Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30 22:00:00", "2011-12-31 12:00:00" },
	{ "Pacific/Apia", "2011-12-31 00:30:00", "2011-12-30 10:30:00", "2011-12-31 00:30:00" },
	{ "Australia/Lord_Howe", "2026-04-05 01:45:00", "2026-04-04 14:45:00", "2026-04-05 01:45:00" },
	{ "Australia/Lord_Howe", "2026-10-04 02:15:00", "2026-10-03 15:45:00", "2026-10-04 02:45:00" },
	{ "Australia/Lord_Howe", "2060-10-03 02:15:00", "2060-10-02 15:45:00", "2060-10-03 02:45:00" },
	{ "America/St_Johns", "2026-03-08 02:30:00", "2026-03-08 06:00:00", "2026-03-08 03:30:00" },
	{ "America/St_Johns", "2026-11-01 01:30:00", "2026-11-01 04:00:00", "2026-11-01 01:30:00" },
	{ "America/St_Johns", "1990-01-01 00:00:00", "1990-01-01 03:30:00", "1990-01-01 00:00:00" },
	{ "Asia/Gaza", "2026-01-01 00:00:00", "2025-12-31 22:00:00", "2026-01-01 00:00:00" },
};

static struct zone *
opened(const char *name)
{
	struct err e;
	struct zone *z = zone_open(name, &e);

	if (!z)
		fail_msg("%s: %s (%s)", name, e.peer, e.detail);
	return z;
}

static void
facts_hold(void **state)
{
	char text[STAMP_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		struct zone *z = opened(facts[i].zone);
		struct civil c;
		bool has_time;
		int64_t t;
		int offset;

		assert_string_equal(zone_name(z), facts[i].zone);
		assert_true(stamp_parse(str_of(facts[i].local), &c, &has_time, &offset));
		t = zone_to_utc(z, &c);
		if (strcmp(stamp_sql(t, text), facts[i].utc) != 0)
			fail_msg("%s %s is %s, not %s", facts[i].zone, facts[i].local,
			    facts[i].utc, text);
		c = zone_from_utc(z, t);
		assert_string_equal(civil_sql(&c, text), facts[i].back);
		zone_close(&z);
		assert_null(z);
	}
}

static void
libc_agrees(void **state)
{
	static const char *const names[] = {
		"Europe/Berlin",
		"America/New_York",
		"Asia/Kolkata",
		"Australia/Sydney",
		"Pacific/Auckland",
		"Europe/Dublin",
		"America/Sao_Paulo",
		"Africa/Casablanca",
		"Asia/Tehran",
		"America/Santiago",
		"Pacific/Apia",
		"Etc/GMT+5",
		"Africa/Cairo",
	};
	const char *was = getenv("TZ");
	char *kept = was ? strdup(was) : NULL;
	size_t i;
	int64_t t;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct zone *z = opened(names[i]);

		setenv("TZ", names[i], 1);
		tzset();
		/* 1911 to 2110, by steps that fall on all hours and days */
		for (t = INT64_C(-1850000000); t < INT64_C(4425000000);
		     t += 41 * 3600 + 1237) {
			time_t libc_t = (time_t)t;
			struct tm tm;

			assert_non_null(localtime_r(&libc_t, &tm));
			if (tm.tm_gmtoff != zone_offset(z, t))
				fail_msg("%s at %lld: libc has %ld, we have %d", names[i],
				    (long long)t, tm.tm_gmtoff, zone_offset(z, t));
		}
		zone_close(&z);
	}
	if (kept)
		setenv("TZ", kept, 1);
	else
		unsetenv("TZ");
	tzset();
	free(kept);
}

/* To UTC and back is the same, or later by a gap; never earlier. */
static void
there_and_back(void **state)
{
	static const char *const names[] = { "Europe/Berlin", "Australia/Sydney",
		"Pacific/Apia" };
	size_t i;
	int64_t t, back;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct zone *z = opened(names[i]);

		for (t = INT64_C(1280000000); t < INT64_C(1340000000); t += 1800) {
			struct civil c = civil_from_stamp(t), d;
			int64_t utc = zone_to_utc(z, &c);

			d = zone_from_utc(z, utc);
			back = civil_to_stamp(&d);
			if (back != t && (back < t || back - t > 86400))
				fail_msg("%s: %lld became %lld", names[i], (long long)t,
				    (long long)back);
			/* no earlier instant has this local time */
			if (back == t)
				assert_true(utc - 3600 + zone_offset(z, utc - 3600) != t);
		}
		zone_close(&z);
	}
}

static void
utc_needs_no_files(void **state)
{
	struct civil c = { 2026, 3, 5, 9, 0, 0 };
	struct zone *z;
	struct err e;

	(void)state;
	setenv("TZDIR", "/tmp/owsd-unit-no-such-folder", 1);
	z = opened("UTC");
	assert_int_equal(zone_offset(z, 0), 0);
	assert_true(zone_to_utc(z, &c) == civil_to_stamp(&c));
	zone_close(&z);
	assert_null(zone_open("Europe/Berlin", &e));
	assert_int_equal(e.code, E_UNAVAILABLE);
	assert_string_equal(e.peer,
	    "the time zone \"Europe/Berlin\" cannot be read: the time zone "
	    "files are missing; install the package tzdata");
	unsetenv("TZDIR");
	zone_close(&z); /* a second call is harmless */
}

static void
names_that_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"/etc/passwd",
		"../../../etc/passwd",
		"Europe/../Europe/Berlin",
		"Europe/Ber lin",
		"Europe/Berlin\n",
		"America/Argentina/Buenos_Aires_and_a_very_long_name_behind_it_all",
	};
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(zone_open(bad[i], &e));
		assert_int_equal(e.code, E_INVALID);
	}
	assert_null(zone_open(NULL, &e));
	assert_null(zone_open("Europe/Berln", &e));
	assert_int_equal(e.code, E_NOT_FOUND);
	assert_string_equal(e.peer, "the time zone \"Europe/Berln\" is not known; an "
				    "IANA name such as Europe/Berlin is expected");
	assert_null(zone_open("Europe", &e)); /* a folder */
	assert_int_equal(e.code, E_NOT_FOUND);
	assert_null(zone_open("Europe", NULL));
}

/* Every truncation of a real file, and every byte of it changed, is survived. */
static void
broken_files(void **state)
{
	char dir[] = "/tmp/owsd-unit-XXXXXX", path[64];
	unsigned char bytes[8192];
	struct err e;
	struct zone *z;
	FILE *f = fopen("/usr/share/zoneinfo/Europe/Berlin", "r");
	size_t n, i, opened_n = 0;

	(void)state;
	assert_non_null(f);
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	assert_true(n > 500 && n < sizeof(bytes));
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/Broken", dir);
	setenv("TZDIR", dir, 1);
	for (i = 0; i <= n * 2; i++) {
		f = fopen(path, "w");
		assert_non_null(f);
		if (i > n)
			bytes[i - n - 1] ^= 0xFF;
		assert_int_equal(fwrite(bytes, 1, i < n ? i : n, f), i < n ? i : n);
		if (i > n)
			bytes[i - n - 1] ^= 0xFF;
		fclose(f);
		z = zone_open("Broken", &e);
		if (i < n)
			assert_null(z); /* cut */
		if (i == n)
			assert_non_null(z); /* whole */
		if (z) {
			opened_n++;
			(void)zone_offset(z, 0);
			(void)zone_offset(z, STAMP_MAX);
			zone_close(&z);
		}
	}
	assert_true(opened_n > 1);
	unlink(path);
	rmdir(dir);
	unsetenv("TZDIR");
}

/* The changes are where the offset changes, also behind the table's end; in order, up to max. */
static void
changes(void **state)
{
	static const char *const names[] = { "Europe/Berlin", "Australia/Sydney",
		"Africa/Casablanca", "Asia/Kolkata", "America/Sao_Paulo", "UTC" };
	static const int years[] = { 1985, 2017, 2019, 2026, 2036, 2087, 2200 };
	size_t i, k, n, at;
	int64_t t;
	int is, was;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct zone *z = opened(names[i]);

		for (k = 0; k < sizeof(years) / sizeof(years[0]); k++) {
			struct civil from = { years[k], 1, 1, 0, 0, 0 };
			int64_t begin = civil_to_stamp(&from), end = begin + 800 * 86400;
			struct zone_change c[32];

			n = zone_changes(z, begin, end, c, 32);
			assert_true(n < 32);
			at = 0;
			was = zone_offset(z, begin - 1);
			for (t = begin; t < end; t += 1800, was = is) { /* in these years */
				is = zone_offset(z, t);
				if (is == was)
					continue;
				assert_true(at < n);
				assert_int_equal(c[at].at, t);
				assert_int_equal(c[at].before, was);
				assert_int_equal(c[at].after, is);
				at++;
			}
			assert_int_equal(at, n);
			assert_int_equal(zone_changes(z, begin, end, c, 1), n ? 1 : 0);
		}
		zone_close(&z);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_hold),
		cmocka_unit_test(libc_agrees),
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(changes),
		cmocka_unit_test(utc_needs_no_files),
		cmocka_unit_test(names_that_are_refused),
		cmocka_unit_test(broken_files),
	};

	return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
