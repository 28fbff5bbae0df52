/*
 * base_lift.c -- tests of xmlr_parse_lifting: a text leaves while it is read,
 * the rest is a small tree, and what surrounds it is bounded.
 */
#include "unit.h"

#include <sys/resource.h>

#include "limits.h"
#include "log.h"
#include "xmlr.h"

static struct arena arena;
static struct spool body;

static const char *const pairs[][2] = { { "Add", "file" }, { "Say", "message" }, { NULL, NULL } };

struct lifted { struct buf text; size_t pieces, largest; };

static void
take(void *arg, const char *p, size_t n)
{
	struct lifted *l = arg;

	if (l->text.max)
		buf_add(&l->text, p, n);
	l->pieces++;
	l->largest = n > l->largest ? n : l->largest;
}

static int
up(void **state)
{
	(void)state;
	arena_init(&arena, 32 * MIB);
	spool_init(&body, 4 * KIB, "/tmp");
	return log_open("/dev/null", LOG_ERROR) ? 0 : -1;
}

static int
down(void **state)
{
	(void)state;
	spool_clear(&body);
	arena_clear(&arena);
	return log_open(NULL, LOG_NOTE) ? 0 : -1;
}

static int
again(void **state)
{
	(void)state;
	spool_reset(&body);
	arena_reset(&arena);
	return 0;
}

static void
put(const char *text, size_t times)
{
	size_t n = strlen(text);

	while (times--)
		assert_true(spool_write(&body, text, n));
}

static enum outcome
parse(struct xmlr_lift *lift, struct lifted *l, struct xnode **root, struct err *e)
{
	*lift = (struct xmlr_lift){ .from = pairs, .text = take, .arg = l };
	return xmlr_parse_lifting(&arena, &body, NULL, lift, root, e);
}

static void
lifted_and_left(void **state)
{
	struct lifted l = { 0 };
	struct xmlr_lift lift;
	struct xnode *root, *add;
	struct err e;

	(void)state;
	buf_init(&l.text, MIB);
	put("\xEF\xBB\xBF<?xml version='1.0' encoding='iso-8859-1'?><E xmlns='urn:e'><file>no</file>"
	    "<x:Add xmlns:x='urn:x'><name>a &amp; \xC3\xA4</name><x:file id='7'>one<!-- c -->&#32;"
	    "<![CDATA[two]]>&amp;</x:file><last><![CDATA[ <z> ]]></last></x:Add></E>", 1);
	assert_int_equal(parse(&lift, &l, &root, &e), OK);
	assert_true(lift.is_found);
	assert_false(lift.has_elements);
	assert_str(buf_str(&l.text), "one two&");
	assert_str(xnode_text(&arena, xnode_child(root, "file")), "no");
	add = xnode_child(root, "Add");
	assert_string_equal(xnode_ns(add), "urn:x");
	assert_str(xnode_text(&arena, xnode_child(add, "name")), "a & \xC3\xA4");
	assert_str(xnode_text(&arena, xnode_child(add, "file")), "");
	assert_str(xnode_attr(&arena, xnode_child(add, "file"), "id"), "7");
	assert_str(xnode_text(&arena, xnode_child(add, "last")), " <z> ");
	assert_null(xnode_next(xnode_child(add, "last")));
	buf_clear(&l.text);
}

static void
elements_inside(void **state)
{
	struct lifted l = { 0 };
	struct xmlr_lift lift;
	struct xnode *root, *n;
	struct err e;

	(void)state;
	buf_init(&l.text, MIB);
	put("<Say><message>a<b>b<c/></b>c</message><after/></Say>", 1);
	assert_int_equal(parse(&lift, &l, &root, &e), OK);
	assert_true(lift.has_elements);
	n = xnode_child(root, "message");
	assert_null(xnode_first(n));
	assert_string_equal(xnode_name(xnode_next(n)), "after");
	again(NULL);
	put("<Say><other>text</other></Say>", 1);
	assert_int_equal(parse(&lift, &l, &root, &e), OK);
	assert_false(lift.is_found);
	buf_clear(&l.text);
}

static long
peak_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

/* 64 MiB in one text node: libxml2 refuses that as a tree, and memory does not follow. */
static void
large_and_still_small(void **state)
{
	static char line[8192];
	struct lifted l = { 0 };
	struct xmlr_lift lift;
	struct xnode *root;
	struct err e;
	long before;

	(void)state;
	memset(line, 'A', sizeof(line) - 1);
	put("<Add><name>n</name><file>", 1);
	put(line, 64 * MIB / (sizeof(line) - 1));
	put("</file><tail>t</tail></Add>", 1);
	before = peak_kib();
	assert_int_equal(parse(&lift, &l, &root, &e), OK);
	assert_true(l.pieces > 100 && l.largest <= MIB);
	assert_str(xnode_text(&arena, xnode_child(root, "tail")), "t");
	if (!getenv("OWS_SLOW")) /* sanitizers keep what was freed */
		assert_in_range(peak_kib() - before, 0, 4 * KIB);
}

static void
refused(const char *head, const char *part, size_t times, const char *tail, const char *why)
{
	struct lifted l = { 0 };
	struct xmlr_lift lift;
	struct xnode *root;
	struct err e;

	again(NULL);
	put(head, 1);
	put(part, times);
	put(tail, 1);
	assert_int_equal(parse(&lift, &l, &root, &e), E_INVALID);
	assert_null(root);
	if (!strstr(e.peer, why))
		fail_msg("%s (expected: %s)", e.peer, why);
}

static void
what_is_refused(void **state)
{
	const char *end = "<file>A</file></Add>";

	(void)state;
	refused("", "", 0, "", "broken");
	refused("<Add><file>AAAA", "", 0, "", "broken");
	refused("<Add><file>AAAA", "B", 200000, "</Add>", "broken");
	refused("<!DOCTYPE a><Add>", "", 0, end, "DOCTYPE");
	refused("<!DOCTYPE a [<!ENTITY x 'y'>]><Add><file>&x;</file></Add>", "", 0, "", "DOCTYPE");
	refused("<Add><file>&x;</file></Add>", "", 0, "", "broken");
	refused("<Add>", "<x/>", 1100, end, "1000");
	refused("<Add><file>", "<x/>", 1100, "</file></Add>", "1000");
	refused("<Add>", "<x>", 70, "", "64");
	refused("<Add><x>", "0123456789012345", 70000, "</x><file>A</file></Add>", "1 MiB");
	refused("<Add><!--", "0123456789012345", 70000, "--><file>A</file></Add>", "64 KiB");
	refused("<Add><x ", " aaaaaaaaaa=''", 70000, "/><file>A</file></Add>", "64 KiB");
	refused("<Add><x y='", "0123456789012345", 70000, "'/><file>A</file></Add>", "64 KiB");
	refused("<Add><file>A</file><file>B</file></Add>", "", 0, "", "second");
	refused("<Add>\xFF<file>A</file></Add>", "", 0, "", "broken");
	refused("<Add><file>A\x01</file></Add>", "", 0, "", "broken");
	refused("\xFF\xFE<", "", 0, "", "UTF-8");
}

static void
other_charsets(void **state)
{
	struct lifted l = { 0 };
	struct xmlr_lift lift = { .from = pairs, .text = take, .arg = &l };
	struct xnode *root;
	struct err e;

	(void)state;
	put("<Add><file>A</file></Add>", 1);
	assert_int_equal(xmlr_parse_lifting(&arena, &body, "utf-16", &lift, &root, &e), E_INVALID);
	assert_non_null(strstr(e.peer, "utf-16"));
	assert_int_equal(xmlr_parse_lifting(&arena, &body, "UTF-8", &lift, &root, &e), OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(lifted_and_left, again),
		cmocka_unit_test_setup(elements_inside, again),
		cmocka_unit_test_setup(large_and_still_small, again),
		cmocka_unit_test_setup(what_is_refused, again),
		cmocka_unit_test_setup(other_charsets, again),
	};

	return cmocka_run_group_tests(tests, up, down);
}
