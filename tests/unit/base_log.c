/*
 * base_log.c -- tests of log.c and err.c.
 */
#include "unit.h"

#include <errno.h>
#include <regex.h>

#include "err.h"
#include "log.h"
#include "utf8.h"

struct rig {
	char path[64];
	char said[65536];
};

static int
rig_up(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	unit_file(r->path, "", 0);
	assert_true(log_open(r->path, LOG_NOTE));
	*state = r;
	return 0;
}

static int
rig_down(void **state)
{
	struct rig *r = *state;

	log_bind(NULL);
	assert_true(log_open(NULL, LOG_NOTE));
	unlink(r->path);
	free(r);
	return 0;
}

/* All lines so far. */
static const char *
said(struct rig *r)
{
	FILE *f = fopen(r->path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(r->said, 1, sizeof(r->said) - 1, f);
	r->said[n] = '\0';
	fclose(f);
	return r->said;
}

static void
assert_matches(const char *text, const char *pattern)
{
	regex_t re;

	assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
	if (regexec(&re, text, 0, NULL, 0) != 0)
		fail_msg("\"%s\" does not match \"%s\"", text, pattern);
	regfree(&re);
}

#define HEAD "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z "

static void
one_line_each(void **state)
{
	struct rig *r = *state;
	char want[128];

	log_note("op=%s rows=%d", "GetList", 5);
	snprintf(
	    want, sizeof(want), HEAD "note %ld op=GetList rows=5\n$", (long)getpid());
	assert_matches(said(r), want);
	log_bind("r-17");
	log_error("broken");
	assert_matches(
	    strchr(said(r), '\n') + 1, HEAD "error [0-9]+ \\[r-17\\] broken\n$");
	log_bind(NULL);
	log_warn("off again");
	assert_matches(strstr(said(r), "broken\n") + 7, HEAD "warn [0-9]+ off again\n$");
}

static void
levels(void **state)
{
	struct rig *r = *state;

	log_trace("hidden");
	assert_string_equal(said(r), "");
	assert_true(log_open(r->path, LOG_TRACE));
	log_trace("shown");
	assert_non_null(strstr(said(r), " trace "));
	assert_true(log_open(r->path, LOG_ERROR));
	log_warn("hidden");
	log_note("hidden");
	assert_null(strstr(said(r), "hidden"));
}

static void
nobody_forges_a_line(void **state)
{
	struct rig *r = *state;

	log_bind("a\nb");
	log_note("user=%s",
	    "x\n2026-01-01T00:00:00.000Z error\r\t\x1B[31m\x7F\x01 Gr\xC3\xBC\xC3\x9F"
	    "e "
	    "\xC2\x9B"
	    "2J \xFF\xC3(");
	assert_non_null(strstr(said(r),
	    " [a\\nb] user=x\\n2026-01-01T00:00:00.000Z error\\r\\t\\x1B[31m"
	    "\\x7F\\x01 Gr\xC3\xBC\xC3\x9F"
	    "e \\xC2\\x9B2J \\xFF\\xC3(\n"));
	assert_ptr_equal(strchr(r->said, '\n'), r->said + strlen(r->said) - 1);
}

static void
long_lines_stay_whole(void **state)
{
	struct rig *r = *state;
	char text[5001], request[200];

	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_note("%s", text);
	assert_int_equal(strlen(strchr(said(r), '\\')), 2 * 5000 + 1);
	memset(text, 'x', 1023); /* the largest that needs no malloc, and one more */
	text[1023] = '\0';
	log_note("%s", text);
	text[1023] = 'x';
	text[1024] = '\0';
	log_note("%s", text);
	assert_non_null(strstr(said(r), text));
	memset(request, '\x01', sizeof(request) - 1);
	request[sizeof(request) - 1] = '\0';
	log_bind(request);
	log_note("id cut");
	assert_non_null(strstr(said(r), "\\x01] id cut\n"));
}

static void
errno_is_kept(void **state)
{
	(void)state;
	errno = ENOTTY;
	log_note("x");
	assert_int_equal(errno, ENOTTY);
}

static void
reopening_follows_a_moved_file(void **state)
{
	struct rig *r = *state;
	char moved[80];

	log_note("before");
	snprintf(moved, sizeof(moved), "%s.1", r->path);
	assert_int_equal(rename(r->path, moved), 0);
	assert_true(log_open(r->path, LOG_NOTE));
	log_note("after");
	assert_null(strstr(said(r), "before"));
	assert_non_null(strstr(said(r), "after"));
	unlink(moved);
	assert_false(log_open("/tmp/owsd-unit-no-such-folder/log", LOG_NOTE));
	log_note("still here");
	assert_non_null(strstr(said(r), "still here"));
}

static void
errors_have_two_texts(void **state)
{
	struct rig *r = *state;
	struct err e;

	assert_int_equal(
	    err_set(&e, E_INVALID, "the value \"%s\" is wrong", "x"), E_INVALID);
	assert_int_equal(e.code, E_INVALID);
	assert_string_equal(e.peer, "the value \"x\" is wrong");
	assert_string_equal(e.detail, "");
	log_err("update", &e);
	assert_non_null(strstr(said(r), "update: the value \"x\" is wrong\n"));
	err_detail(&e, "error %d", 1048);
	assert_string_equal(e.peer, "the value \"x\" is wrong");
	log_err("update", &e);
	assert_non_null(
	    strstr(said(r), "update: the value \"x\" is wrong (error 1048)\n"));
	err_set(&e, E_FAILED, "again: %s", e.peer); /* quotes itself */
	assert_string_equal(e.peer, "again: the value \"x\" is wrong");
	assert_string_equal(e.detail, "");
	assert_int_equal(err_set(NULL, E_RETRY, "x"), E_RETRY);
	err_detail(NULL, "x");
}

static void
long_texts_are_cut_between_characters(void **state)
{
	struct err e;
	char text[2000];
	size_t i, shift;

	(void)state;
	for (shift = 0; shift < 4; shift++) {
		memset(text, 'x', shift);
		for (i = shift; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "\xE2\x82\xAC", 3);
		text[i] = '\0';
		err_set(&e, E_LIMIT, "%s", text);
		err_detail(&e, "%s", text);
		assert_true(utf8_valid(str_of(e.peer)));
		assert_true(utf8_valid(str_of(e.detail)));
		assert_true(strlen(e.peer) > sizeof(e.peer) - 4);
		assert_true(strlen(e.detail) > sizeof(e.detail) - 4);
	}
	memset(text, 'y', sizeof(text));
	text[sizeof(e.peer) - 1] = '\0'; /* exactly full */
	err_set(&e, E_LIMIT, "%s", text);
	assert_string_equal(e.peer, text);
}

static void
every_outcome_has_a_name(void **state)
{
	int i, k;

	(void)state;
	for (i = 0; i < OUTCOME__MAX; i++) {
		assert_non_null(outcome_name((enum outcome)i));
		for (k = 0; k < i; k++)
			assert_string_not_equal(outcome_name((enum outcome)i),
			    outcome_name((enum outcome)k));
	}
	assert_string_equal(outcome_name(E_NOT_FOUND), "not-found");
	assert_string_equal(outcome_name((enum outcome)99), "unknown");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_up, rig_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_line_each),
		TEST(levels),
		TEST(nobody_forges_a_line),
		TEST(long_lines_stay_whole),
		TEST(errno_is_kept),
		TEST(reopening_follows_a_moved_file),
		TEST(errors_have_two_texts),
		cmocka_unit_test(long_texts_are_cut_between_characters),
		cmocka_unit_test(every_outcome_has_a_name),
	};

	return cmocka_run_group_tests_name("log and err", tests, NULL, NULL);
}
