/*
 * fuzz_pattern.c -- RecurrenceData from anywhere. A refusal has a sentence; what is kept is
 * no instruction and reads the same; what is read is written as text that reads equal, and
 * means the same as a rule and back.
 */
#include <stdio.h>
#include <stdlib.h>

#include "limits.h"
#include "lists/pattern_xml.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define CHECK(what) do { if (!(what)) { fprintf(stderr, "broken: %s\n", #what); abort(); } } while (0)

static void
try_meaning(const struct pattern *p)
{
	struct series s = { .start = { 2026, 1, 31, 9, 0, 0 } }, back = { 0 };
	struct pattern again;
	const char *why;

	pattern_to_recur(p, &s.rule);
	if (!recur_first(&s, &s.start, NULL))
		return; /* its end is before its start, say */
	CHECK(pattern_of_recur(&s, &again, &why));
	pattern_to_recur(&again, &back.rule);
	CHECK(recur_same(&s, &back.rule));
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct arena arena;
	struct str text = { NULL, size }, kept, rest;
	struct pattern p, again;
	const char *why = NULL;
	bool has_delete, is_again;
	char *copy;

	if (!arena.ceiling)
		arena_init(&arena, LIMIT_ARENA_BYTES);
	text.p = copy = memcpy(malloc(size + (size == 0)), data, size);
	if (!pattern_xml_read(&arena, text, &p, &has_delete, &kept, &why)) {
		CHECK(why && why[0] && kept.n <= text.n);
	} else {
		CHECK(pattern_check(&p, &why));
		CHECK(kept.n <= text.n);
		CHECK(pattern_xml_read(&arena, kept, &again, &is_again, &rest, &why));
		CHECK(!is_again && str_eq(rest, kept) && pattern_eq(&p, &again));
		CHECK(pattern_xml_read(&arena, pattern_xml_wrap(&arena,
		    pattern_xml_write(&arena, &p)), &again, &is_again, &rest, &why));
		CHECK(pattern_eq(&p, &again));
		try_meaning(&p);
	}
	free(copy);
	arena_reset(&arena);
	return 0;
}
