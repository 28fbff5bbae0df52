/*
 * zonerule.c -- time zones with one rule for every year, and wall clocks.
 *
 * MS-OUTSPS 2.2.4.6 to 2.2.4.8. tzdata knows instants (and a rule for the far
 * future only), so the rule of a year is found by trying what could explain its
 * two changes on the years around.
 */
#include "zonerule.h"

#include "recur_day.h"

#define YEARS_AROUND 3
#define CHANGES_MAX 16 /* of a year or two; Morocco had four in a year */

/* ------------------------------------------------------------------ one clock */

/* The local time of the change, as if it were UTC. */
static int64_t
turn_in(const struct zone_turn *t, int year)
{
	int length = month_length(year, t->month), day;
	int64_t first = day_of(year, t->month, 1);

	if (t->date) {
		day = t->date < length ? t->date : length;
	} else {
		day = 1 + (t->weekday - weekday_of(first) + 7) % 7 + (t->week - 1) * 7;
		while (day > length)
			day -= 7; /* the last one may be the fourth */
	}
	return (first + day - 1) * DAY + t->second;
}

static int
standard_offset(const struct zone_rule *r)
{
	return -r->bias * 60;
}

static int
daylight_offset(const struct zone_rule *r)
{
	return -(r->bias + r->daylight_bias) * 60;
}

int
zone_rule_offset(const struct zone_rule *r, int64_t t)
{
	int standard = standard_offset(r), daylight = daylight_offset(r), year;
	int64_t start, end;

	if (!r->daylight_bias)
		return standard;
	year = civil_from_stamp(t + standard).year;
	start = turn_in(&r->daylight, year) - standard;
	end = turn_in(&r->standard, year) - daylight;
	if (start < end)
		return t >= start && t < end ? daylight : standard;
	return t >= end && t < start ? standard : daylight; /* summer is at New Year */
}

/* The same steps as in zone_to_utc, which says why. */
int64_t
zone_rule_to_utc(const struct zone_rule *r, const struct civil *local)
{
	int64_t t = civil_to_stamp(local);
	int before = zone_rule_offset(r, t - DAY), after = zone_rule_offset(r, t + DAY);
	int greater = before > after ? before : after;
	int lesser = before > after ? after : before;

	if (zone_rule_offset(r, t - greater) == greater)
		return t - greater;
	if (zone_rule_offset(r, t - lesser) == lesser)
		return t - lesser;
	return t - before;
}

struct civil
zone_rule_from_utc(const struct zone_rule *r, int64_t t)
{
	return civil_from_stamp(t + zone_rule_offset(r, t));
}

static bool
turn_eq(const struct zone_turn *a, const struct zone_turn *b)
{
	if (a->month != b->month || a->second != b->second || a->date != b->date)
		return false;
	return a->date || (a->weekday == b->weekday && a->week == b->week);
}

bool
zone_rule_eq(const struct zone_rule *a, const struct zone_rule *b)
{
	if (a->bias != b->bias || a->daylight_bias != b->daylight_bias)
		return false;
	return !a->daylight_bias || (turn_eq(&a->standard, &b->standard) &&
	    turn_eq(&a->daylight, &b->daylight));
}

int64_t
wall_to_utc(const struct wall *w, const struct civil *local)
{
	if (w->zone)
		return zone_to_utc(w->zone, local);
	return w->rule ? zone_rule_to_utc(w->rule, local) : civil_to_stamp(local);
}

struct civil
wall_from_utc(const struct wall *w, int64_t t)
{
	if (w->zone)
		return zone_from_utc(w->zone, t);
	return w->rule ? zone_rule_from_utc(w->rule, t) : civil_from_stamp(t);
}

/* ---------------------------------------------------------------- from tzdata */

static size_t
changes_of(const struct zone *z, int year, int years, struct zone_change *out)
{
	struct civil from = { .year = year, .month = 1, .day = 1 };
	struct civil to = { .year = year + years, .month = 1, .day = 1 };

	return zone_changes(z, zone_to_utc(z, &from), zone_to_utc(z, &to), out, CHANGES_MAX);
}

/* In how many of the years around such a change came when the turn says. */
static int
score(const struct zone *z, int year, const struct zone_change *like,
    const struct zone_turn *t)
{
	struct zone_change c[CHANGES_MAX];
	int y, found = 0;
	size_t i, n;

	for (y = year - YEARS_AROUND; y <= year + YEARS_AROUND; y++) {
		n = y == year || y < 1 || y > 9998 ? 0 : changes_of(z, y, 1, c);
		for (i = 0; i < n; i++)
			if (c[i].before == like->before && c[i].after == like->after &&
			    c[i].at + c[i].before == turn_in(t, y))
				found++;
	}
	return found;
}

/* The best explanation of a change: the last such weekday, the nth one, the date. */
static void
turn_of(const struct zone *z, int year, const struct zone_change *c, struct zone_turn *out)
{
	struct civil local = civil_from_stamp(c->at + c->before);
	struct zone_turn way[3] = { 0 };
	int best = -1, points, length = month_length(local.year, local.month), i;

	for (i = 0; i < 3; i++) {
		way[i].month = local.month;
		way[i].second = local.hour * 3600 + local.minute * 60 + local.second;
		way[i].weekday = weekday_of(day_of(local.year, local.month, local.day));
	}
	way[0].week = local.day + 7 > length ? TURN_LAST : 0;
	way[1].week = local.day <= 28 ? (local.day - 1) / 7 + 1 : 0;
	way[2].date = local.day;
	for (i = 0; i < 3; i++) {
		if (!way[i].week && !way[i].date)
			continue;
		points = score(z, year, c, &way[i]);
		if (points > best) {
			best = points;
			*out = way[i];
		}
	}
}

static int
minutes_of(int seconds)
{
	return (seconds + (seconds < 0 ? -30 : 30)) / 60;
}

void
zone_rule_of(const struct zone *z, int year, struct zone_rule *out)
{
	struct civil end = { year + 1, 1, 1, 0, 0, 0 };
	const struct zone_change *up = NULL, *down = NULL;
	struct zone_change c[CHANGES_MAX];
	size_t i, n = changes_of(z, year, 1, c);

	*out = (struct zone_rule){ 0 };
	for (i = 0; i < n; i++)
		if (c[i].after > c[i].before && !up)
			up = &c[i];
		else if (c[i].after < c[i].before)
			down = &c[i];
	if (!up || !down || up->before != down->after || up->after != down->before) {
		out->bias = -minutes_of(zone_offset(z, zone_to_utc(z, &end) - 1));
		return;
	}
	out->bias = -minutes_of(up->before);
	out->daylight_bias = -minutes_of(up->after - up->before);
	turn_of(z, year, up, &out->daylight);
	turn_of(z, year, down, &out->standard);
}

/* ------------------------------------------------------------------ to a name */

/* One of each rule that is in use, the best-known first where zones share one. */
static const char *const common[] = {
	"UTC", "Europe/London", "Europe/Berlin", "Europe/Athens", "Europe/Istanbul",
	"Europe/Moscow", "America/New_York", "America/Chicago", "America/Denver",
	"America/Los_Angeles", "America/Phoenix", "America/Anchorage", "Pacific/Honolulu",
	"America/Halifax", "America/St_Johns", "America/Bogota", "America/Caracas",
	"America/Sao_Paulo", "America/Regina", "America/Mexico_City", "America/Havana",
	"America/Santiago", "America/Asuncion", "America/Noronha", "America/Nuuk",
	"America/Miquelon", "America/Adak", "Atlantic/Azores", "Atlantic/Cape_Verde",
	"Africa/Lagos", "Africa/Johannesburg", "Africa/Nairobi", "Africa/Cairo",
	"Asia/Beirut", "Asia/Jerusalem", "Asia/Gaza", "Europe/Chisinau", "Asia/Tehran",
	"Asia/Dubai", "Asia/Kabul", "Asia/Karachi", "Asia/Kolkata", "Asia/Kathmandu",
	"Asia/Dhaka", "Asia/Yangon", "Asia/Bangkok", "Asia/Shanghai", "Australia/Eucla",
	"Asia/Tokyo", "Australia/Darwin", "Australia/Adelaide", "Australia/Brisbane",
	"Australia/Sydney", "Australia/Lord_Howe", "Pacific/Noumea", "Pacific/Norfolk",
	"Pacific/Fiji", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Tongatapu",
	"Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Marquesas", "Pacific/Gambier",
	"Pacific/Easter",
};

static bool
is_close(int64_t a, int64_t b)
{
	return a - b <= 60 && b - a <= 60;
}

/* The clocks of the zone do what the rule says, for two years. */
static bool
fits(const struct zone *z, const struct zone_rule *r, int year)
{
	struct civil begin = { .year = year, .month = 1, .day = 1 };
	int standard = standard_offset(r), daylight = daylight_offset(r), y;
	struct zone_change c[CHANGES_MAX];
	size_t i, n = changes_of(z, year, 2, c), found = 0;
	int64_t from = zone_to_utc(z, &begin), at;

	if (zone_offset(z, from) != zone_rule_offset(r, from))
		return false;
	if (!r->daylight_bias || n != 4)
		return !r->daylight_bias && n == 0;
	for (i = 0; i < n; i++)
		for (y = year; y <= year + 1; y++) {
			at = c[i].after == daylight ? turn_in(&r->daylight, y) - standard :
			    turn_in(&r->standard, y) - daylight;
			found += is_close(c[i].at, at) &&
			    (c[i].after == daylight ? c[i].before == standard :
			    c[i].before == daylight && c[i].after == standard);
		}
	return found == n;
}

const char *
zone_rule_name(const struct zone_rule *r, const char *first_choice, int year)
{
	struct zone_rule own;
	struct zone *z = first_choice ? zone_open(first_choice, NULL) : NULL;
	size_t i;
	bool ok;

	if (z) {
		/* also a zone whose clocks do otherwise in the next year */
		zone_rule_of(z, year, &own);
		ok = zone_rule_eq(&own, r) || fits(z, r, year);
		zone_close(&z);
		if (ok)
			return first_choice;
	}
	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		z = zone_open(common[i], NULL);
		ok = z && fits(z, r, year);
		zone_close(&z);
		if (ok)
			return common[i];
	}
	return NULL;
}
