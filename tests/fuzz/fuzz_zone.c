/*
 * fuzz_zone.c -- XMLTZone from anywhere. A refusal has a sentence; what is read is written
 * as text that reads equal; its offsets are two at most, and local times come back, or
 * later by a gap.
 */
#include <stdio.h>
#include <stdlib.h>

#include "limits.h"
#include "lists/zone_xml.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define CHECK(what) do { if (!(what)) { fprintf(stderr, "broken: %s\n", #what); abort(); } } while (0)

static void
try_clock(const struct zone_rule *r)
{
	int standard = -r->bias * 60, daylight = standard - r->daylight_bias * 60, offset;
	struct civil c;
	int64_t t;

	for (t = 0; t < INT64_C(4000000000); t += 86400 * 9 + 3607) {
		offset = zone_rule_offset(r, t);
		CHECK(offset == standard || offset == daylight);
		c = zone_rule_from_utc(r, t);
		CHECK(civil_to_stamp(&c) == t + offset);
		/* an hour that comes twice is its first one */
		CHECK(zone_rule_to_utc(r, &c) <= t + abs(r->daylight_bias) * 60);
		CHECK(zone_rule_to_utc(r, &c) >= t - abs(r->daylight_bias) * 60);
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct arena arena;
	struct str text = { NULL, size };
	struct zone_rule r, again;
	const char *why = NULL;
	char *copy;

	if (!arena.ceiling)
		arena_init(&arena, LIMIT_ARENA_BYTES);
	text.p = copy = memcpy(malloc(size + (size == 0)), data, size);
	if (!zone_xml_read(&arena, text, &r, &why)) {
		CHECK(why && why[0]);
	} else {
		CHECK(zone_xml_read(&arena, zone_xml_write(&arena, &r), &again, &why));
		CHECK(zone_rule_eq(&r, &again));
		try_clock(&r);
	}
	free(copy);
	arena_reset(&arena);
	return 0;
}
