/*
 * base_xmlw.c -- tests of xmlw.c. Expected escapes come from a slow, obvious
 * second implementation in this file.
 */
#include "unit.h"

#include "limits.h"
#include "xmlw.h"

struct rig {
	struct xmlw w;
	struct sink sink;
	struct buf out;
};

static int
rig_up(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	buf_init(&r->out, 64 * MIB);
	r->sink = unit_sink(&r->out);
	xmlw_init(&r->w, &r->sink, XMLW_XML);
	*state = r;
	return 0;
}

static int
rig_down(void **state)
{
	struct rig *r = *state;

	buf_clear(&r->out);
	free(r);
	return 0;
}

static void
a_small_document(void **state)
{
	struct rig *r = *state;
	struct xmlw *w = &r->w;

	xmlw_prolog(w);
	xmlw_open(w, "a:b");
	xmlw_attrz(w, "x", "1");
	xmlw_attr(w, "none", STR_NULL);
	xmlw_attrz(w, "none", NULL);
	xmlw_attr(w, "empty", STR(""));
	xmlw_attrf(w, "f", "%d<%s", 5, "\"");
	xmlw_attr_begin(w, "ows_", STR("Title"));
	xmlw_attr_part(w, STR("12"));
	xmlw_attr_part(w, STR_NULL);
	xmlw_attr_part(w, STR(";#a&b"));
	xmlw_attr_end(w);
	xmlw_element(w, "c", "t > \"u\"\t\n\r");
	xmlw_element(w, "d", NULL);
	xmlw_textf(w, "%s", "<&>");
	xmlw_markup(w, "<raw/>", 6);
	xmlw_open(w, "e");
	xmlw_close(w);
	xmlw_close(w);
	assert_true(xmlw_end(w));
	assert_str(buf_str(&r->out), "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
	    "<a:b x=\"1\" empty=\"\" f=\"5&lt;&quot;\" ows_Title=\"12;#a&amp;b\">"
	    "<c>t &gt; \"u\"\t\n&#13;</c><d/>&lt;&amp;&gt;<raw/><e/></a:b>");
	assert_int_equal(w->dropped, 0);
	assert_int_equal(r->sink.bytes, r->out.n);
}

static void
html_has_no_short_tags(void **state)
{
	struct rig *r = *state;
	struct xmlw *w = &r->w;

	xmlw_init(w, &r->sink, XMLW_HTML);
	xmlw_prolog(w);
	xmlw_open(w, "p");
	xmlw_open(w, "br");
	xmlw_close(w);
	xmlw_open(w, "input");
	xmlw_attrz(w, "name", "q");
	xmlw_close(w);
	xmlw_open(w, "span");
	xmlw_close(w);
	xmlw_text(w, STR("a<b"));
	xmlw_close(w);
	assert_true(xmlw_end(w));
	assert_str(buf_str(&r->out),
	    "<!DOCTYPE html><p><br><input name=\"q\"><span></span>"
	    "a&lt;b</p>");
}

static void
flush_keeps_the_document_open(void **state)
{
	struct rig *r = *state;
	struct xmlw *w = &r->w;

	xmlw_open(w, "a");
	xmlw_flush(w);
	assert_str(buf_str(&r->out), "<a>");
	xmlw_close(w);
	assert_true(xmlw_end(w));
	assert_str(buf_str(&r->out), "<a></a>");
}

static void
our_own_bugs_are_reported(void **state)
{
	struct rig *r = *state;
	struct xmlw *w = &r->w;
	int i;

	xmlw_open(w, "a");
	assert_false(xmlw_end(w)); /* not closed */
	xmlw_init(w, &r->sink, XMLW_XML);
	xmlw_close(w);
	assert_false(xmlw_end(w)); /* nothing to close */
	xmlw_init(w, &r->sink, XMLW_XML);
	xmlw_open(w, "a");
	xmlw_text(w, STR("t"));
	xmlw_attrz(w, "late", "1");
	xmlw_close(w);
	assert_false(xmlw_end(w));
	xmlw_init(w, &r->sink, XMLW_XML);
	for (i = 0; i <= XMLW_DEPTH; i++)
		xmlw_open(w, "deep");
	for (i = 0; i <= XMLW_DEPTH; i++)
		xmlw_close(w);
	assert_false(xmlw_end(w));
	xmlw_init(w, &r->sink, XMLW_XML);
	for (i = 0; i < XMLW_DEPTH; i++)
		xmlw_open(w, "deep");
	for (i = 0; i < XMLW_DEPTH; i++)
		xmlw_close(w);
	assert_true(xmlw_end(w));
}

static bool
refuse(void *arg, const char *p, size_t n)
{
	(void)p;
	(void)n;
	++*(int *)arg;
	return false;
}

static void
a_failed_sink_is_asked_once(void **state)
{
	struct rig *r = *state;
	struct xmlw *w = &r->w;
	int asked = 0, i;

	r->sink = (struct sink){ .write = refuse, .arg = &asked };
	xmlw_open(w, "a");
	for (i = 0; i < 20000; i++)
		xmlw_text(w, STR("0123456789"));
	xmlw_close(w);
	assert_false(xmlw_end(w));
	assert_int_equal(asked, 1);
}

/* Decodes by arithmetic; the writer's tables and bit tricks are not used. */
static void
slow_escape(struct buf *out, const char *p, size_t n, bool is_attr, uint64_t *dropped)
{
	static const unsigned long least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *u = (const unsigned char *)p;
	size_t i = 0, len, k;

	while (i < n) {
		unsigned long c = u[i];

		len = c < 0x80	     ? 1
		      : c >> 5 == 6  ? 2
		      : c >> 4 == 14 ? 3
		      : c >> 3 == 30 ? 4
				     : 0;
		if (len > 1)
			c &= 0x7Fu >> len;
		for (k = 1; k < len; k++) {
			if (i + k >= n || u[i + k] >> 6 != 2) {
				len = 0;
				break;
			}
			c = c << 6 | (u[i + k] & 0x3F);
		}
		if (len == 0 || c < least[len] || c > 0x10FFFF ||
		    (c >= 0xD800 && c < 0xE000)) {
			++*dropped;
			i++;
			continue;
		}
		if ((c < 32 && c != 9 && c != 10 && c != 13) || c == 0xFFFE ||
		    c == 0xFFFF)
			++*dropped;
		else if (c == '&')
			buf_addf(out, "&amp;");
		else if (c == '<')
			buf_addf(out, "&lt;");
		else if (c == '>')
			buf_addf(out, "&gt;");
		else if (c == '"' && is_attr)
			buf_addf(out, "&quot;");
		else if (c == 13 || (c < 32 && is_attr))
			buf_addf(out, "&#%lu;", c);
		else
			buf_add(out, p + i, len);
		i += len;
	}
}

static void
compare(struct rig *r, const char *p, size_t n)
{
	struct str value = { p, n };
	uint64_t dropped = 0;
	struct buf want;

	buf_init(&want, 64 * MIB);
	buf_addf(&want, "<a v=\"");
	slow_escape(&want, p, n, true, &dropped);
	buf_addf(&want, "\">");
	slow_escape(&want, p, n, false, &dropped);
	buf_addf(&want, "</a>");
	buf_reset(&r->out);
	xmlw_init(&r->w, &r->sink, XMLW_XML);
	xmlw_open(&r->w, "a");
	xmlw_attr(&r->w, "v", value);
	xmlw_flush(&r->w);
	xmlw_text(&r->w, value);
	xmlw_close(&r->w);
	assert_true(xmlw_end(&r->w));
	assert_int_equal(r->out.n, want.n);
	assert_memory_equal(r->out.p, want.p, want.n);
	assert_int_equal(r->w.dropped, dropped);
	buf_clear(&want);
}

/* Every byte at every place of a word, alone and beside each special one. */
static void
every_byte_everywhere(void **state)
{
	struct rig *r = *state;
	char text[25];
	int c, at, len;

	for (c = 0; c < 256; c++) {
		for (at = 0; at < 24; at++) {
			memset(text, 'x', sizeof(text));
			text[at] = (char)c;
			for (len = at + 1; len < 25; len += 3)
				compare(r, text, (size_t)len);
			text[(at + 1) % 24] = '&';
			compare(r, text, 24);
			text[(at + 1) % 24] = '\xBF';
			compare(r, text, 24);
		}
	}
}

static void
random_bytes_and_characters(void **state)
{
	static const char *const pieces[] = {
		"plain text ",
		"\xC3\xBC",
		"\xE2\x82\xAC",
		"\xF0\x9F\x98\x80",
		"&",
		"<",
		">",
		"\"",
		"\t",
		"\n",
		"\r",
		"\x0B",
		"\xEF\xBF\xBE",
		"\xEF\xBF\xBF",
		"\xEF\xBF\xBD",
		"\xED\xA0\x80",
		"\xE4",
		"\xC0\x80",
		"\xF4\x90\x80\x80",
		"\x7F",
		"0123456789abcdef",
	};
	struct rig *r = *state;
	unsigned long seed = 12345;
	struct buf text;
	int i, k;

	buf_init(&text, MIB);
	for (i = 0; i < 3000; i++) {
		buf_reset(&text);
		for (k = 0; k < i % 40; k++) {
			const char *piece;

			seed = seed * 6364136223846793005ul + 1442695040888963407ul;
			piece =
			    pieces[(seed >> 33) % (sizeof(pieces) / sizeof(pieces[0]))];
			buf_add(&text, piece, strlen(piece));
		}
		compare(r, buf_str(&text).p, text.n);
	}
	buf_clear(&text);
}

/* Values longer than the buffer, with references across its end. */
static void
long_values(void **state)
{
	struct rig *r = *state;
	size_t n = 3 * XMLW_BUFFER + 17, shift, i;
	char *text = malloc(n), name[40];

	for (shift = 0; shift < 20; shift++) {
		for (i = 0; i < n; i++)
			text[i] = (i + shift) % 11 == 0 ? '"' : (char)('a' + i % 26);
		compare(r, text, n - shift);
	}
	memset(text, '\n', n);
	compare(r, text, n);
	free(text);
	buf_reset(&r->out);
	xmlw_init(&r->w, &r->sink, XMLW_XML);
	xmlw_open(&r->w, "a");
	for (i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "n%zu", i);
		xmlw_attrf(&r->w, name, "%zu", i);
	}
	xmlw_close(&r->w);
	assert_true(xmlw_end(&r->w));
	assert_non_null(strstr(r->out.p, " n9999=\"9999\"/>"));
	assert_int_equal(
	    r->out.n, 2 + 10000 * 5 + 2 * (10 + 90 * 2 + 900 * 3 + 9000 * 4) + 2);
}

static void
long_formats(void **state)
{
	struct rig *r = *state;
	char text[3000];

	memset(text, 'f', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	xmlw_open(&r->w, "a");
	xmlw_attrf(&r->w, "b", "%s!", text);
	xmlw_textf(&r->w, "%s?", text);
	xmlw_close(&r->w);
	assert_true(xmlw_end(&r->w));
	assert_int_equal(r->out.n, 3 + 3 + 3000 + 2 + 3000 + 4);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_up, rig_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_small_document),
		TEST(html_has_no_short_tags),
		TEST(flush_keeps_the_document_open),
		TEST(our_own_bugs_are_reported),
		TEST(a_failed_sink_is_asked_once),
		TEST(every_byte_everywhere),
		TEST(random_bytes_and_characters),
		TEST(long_values),
		TEST(long_formats),
	};

	return cmocka_run_group_tests_name("xmlw", tests, NULL, NULL);
}
