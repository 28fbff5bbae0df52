/*
 * base_xmlr.c -- tests of xmlr.c and xmlprep.c: what is read, what is refused,
 * and that refusing is cheap.
 */
#include "unit.h"

#include <time.h>

#include "limits.h"
#include "log.h"
#include "xmlr.h"

static struct arena arena;

static int
up(void **state)
{
	(void)state;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	return log_open("/dev/null", LOG_ERROR) ? 0 : -1;
}

static int
down(void **state)
{
	(void)state;
	arena_clear(&arena);
	return log_open(NULL, LOG_NOTE) ? 0 : -1;
}

static struct xnode *
parsed(struct str bytes, const char *charset)
{
	struct xnode *root;
	struct err e;

	if (xmlr_parse(&arena, bytes, charset, &root, &e) != OK)
		fail_msg("refused: %s", e.peer);
	assert_non_null(root);
	return root;
}

static void
refused(struct str bytes, const char *charset, const char *why)
{
	struct xnode *root;
	struct err e;

	assert_int_equal(xmlr_parse(&arena, bytes, charset, &root, &e), E_INVALID);
	assert_null(root);
	assert_string_equal(e.peer, why);
}

static void
walking(void **state)
{
	struct xnode *n,
	    *r = parsed(
		STR("<?xml version='1.0'?><!-- c --><s:a xmlns:s='urn:s' xmlns='urn:d'>"
		    "text<?pi x?><b x='1' s:y='2 &amp; 3' e=''/><!-- c "
		    "--><c><d>deep</d></c><b/><s:b n='2'/></s:a>"),
		NULL);

	(void)state;
	assert_string_equal(xnode_name(r), "a");
	assert_string_equal(xnode_ns(r), "urn:s");
	n = xnode_first(r);
	assert_string_equal(xnode_name(n), "b");
	assert_string_equal(xnode_ns(n), "urn:d");
	assert_str(xnode_attr(&arena, n, "x"), "1");
	assert_str(xnode_attr(&arena, n, "y"), "2 & 3");
	assert_str(xnode_attr(&arena, n, "e"), "");
	assert_null(xnode_attr(&arena, n, "z").p);
	assert_null(xnode_attr(&arena, NULL, "z").p);
	assert_str(xnode_text(&arena, n), "");
	n = xnode_next(n);
	assert_string_equal(xnode_name(n), "c");
	assert_ptr_equal(xnode_child(r, "c"), n);
	n = xnode_next(xnode_next(n));
	assert_string_equal(xnode_ns(n), "urn:s");
	assert_null(xnode_next(n));
	assert_null(xnode_child(r, "d"));
	assert_null(xnode_child(NULL, "d"));
	assert_null(xnode_first(NULL));
	assert_null(xnode_next(NULL));
	assert_str(xnode_text(&arena, xnode_find(r, "d")), "deep");
	assert_ptr_equal(xnode_find(r, "a"), r);
	assert_null(xnode_find(r, "nothing"));
	assert_null(xnode_find(NULL, "d"));
	n = xnode_child(r, "c");
	assert_null(xnode_find(n, "b")); /* siblings are no descendants */
	assert_string_equal(xnode_ns(parsed(STR("<a/>"), NULL)), "");
}

static void
texts(void **state)
{
	static const struct {
		const char *xml, *text;
	} rows[] = {
		{ "<a/>", "" }, { "<a></a>", "" }, { "<a>x</a>", "x" }, { "<a>  </a>", "  " },
		{ "<a>1<![CDATA[<&]]>2<!-- no -->3<?no?>4</a>", "1<&234" },
		{ "<a><![CDATA[]]></a>", "" },
		{ "<a>&lt;&#228;&#xE4;&amp;&quot;&#10;</a>", "<\xC3\xA4\xC3\xA4&\"\n" },
		{ "<a>l1\r\nl2\rl3\n&#13;</a>", "l1\nl2\nl3\n\r" },
		{ "<a>x<b y='1'>z &lt;</b><c/> w</a>", "x<b y=\"1\">z &lt;</b><c/> w" },
		{ "<a><b><c>deep</c></b></a>", "<b><c>deep</c></b>" },
		{ "<a>\xF0\x9F\x98\x80</a>", "\xF0\x9F\x98\x80" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_str(
		    xnode_text(&arena, parsed(str_of(rows[i].xml), NULL)), rows[i].text);
	assert_str(xnode_text(&arena, NULL), "");
}

static void
nil(void **state)
{
	struct xnode *r = parsed(
	    STR("<r xmlns:i='http://www.w3.org/2001/XMLSchema-instance' xmlns:o='urn:o'>"
		"<a i:nil='true'/><b i:nil='1'/><c i:nil='false'/><d nil='true'/><e "
		"o:nil='true'/>"
		"<f i:nil=''/></r>"),
	    NULL);

	(void)state;
	assert_true(xnode_is_nil(xnode_child(r, "a")));
	assert_true(xnode_is_nil(xnode_child(r, "b")));
	assert_false(xnode_is_nil(xnode_child(r, "c")));
	assert_false(xnode_is_nil(xnode_child(r, "d")));
	assert_false(xnode_is_nil(xnode_child(r, "e")));
	assert_false(xnode_is_nil(xnode_child(r, "f")));
	assert_false(xnode_is_nil(NULL));
}

/* ASCII, an umlaut and a character beyond the BMP as UTF-16. */
static struct str
wide(const char *ascii, bool is_big, bool has_bom)
{
	static const unsigned short extra[] = { 0xE4, 0xD83D, 0xDE00 };
	unsigned char *p = arena_get(&arena, 2000);
	size_t n = 0, i;
	unsigned c;

	for (i = has_bom ? 0 : 1; i <= strlen(ascii); i++) {
		c = i == 0 ? 0xFEFF : (unsigned char)ascii[i - 1];
		if (c == '1' || c == '2' || c == '3')
			c = extra[c - '1'];
		p[n++] = (unsigned char)(is_big ? c >> 8 : c);
		p[n++] = (unsigned char)(is_big ? c : c >> 8);
	}
	return (struct str){ (char *)p, n };
}

static void
encodings(void **state)
{
	static const char *const charsets[] = { NULL, "utf-8", "UTF-8", "'utf-8'",
		"\"utf-8\"", " utf-8 ", "us-ascii", "" };
	char text[64];
	size_t i;
	int k;

	(void)state;
	strcpy(text, "<a>x1y23</a>");
	for (k = 0; k < 4; k++)
		assert_str(xnode_text(&arena, parsed(wide(text, k & 1, k & 2), NULL)),
		    "x\xC3\xA4y\xF0\x9F\x98\x80");
	assert_str(xnode_text(&arena, parsed(wide(text, true, false), "utf-16")),
	    "x\xC3\xA4y\xF0\x9F\x98\x80");
	assert_str(xnode_text(&arena,
		       parsed(wide(text, false, true), "utf-8")), /* the BOM knows */
	    "x\xC3\xA4y\xF0\x9F\x98\x80");
	assert_str(
	    xnode_text(&arena, parsed(wide(" <a/>", false, false), "UTF-16LE")), "");
	for (i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++)
		assert_str(xnode_text(&arena,
			       parsed(STR("\xEF\xBB\xBF<?xml version=\"1.0\" "
					  "encoding=\"utf-8\"?>\n<a>\xC3\xA4</a>"),
				   charsets[i])),
		    "\xC3\xA4");
	/* what the declaration says is not asked: the bytes were judged already */
	assert_str(
	    xnode_text(&arena,
		parsed(STR("<?xml version='1.0' encoding='utf-16'?><a>b</a>"), NULL)),
	    "b");
	refused(STR("<a/>"), "iso-8859-1",
	    "line 1: the charset \"iso-8859-1\" is not understood; "
	    "UTF-8 or UTF-16 is expected");
	refused(STR("<a>\n\n\xE4</a>"), NULL,
	    "line 3: a byte here belongs to no UTF-8 character");
	refused(STR("\xFF\xFE<\0a\0>\0\x3D\xD8<\0/\0a\0>\0"), NULL,
	    "line 1: a byte here belongs to no UTF-16 character");
}

static void
forbidden_characters_are_dropped(void **state)
{
	struct xnode *r =
	    parsed(STR("<a x='1&#11;2&#xB;3' y='&#9;&#10;&#13;'>a\x0B"
		       "b\0c&#0;d&#xFFFE;e&#xD800;"
		       "f\xEF\xBF\xBFg<![CDATA[&#11;]]>&#x1F600;&#00011;&amp;#11;</a>"),
		NULL);

	(void)state;
	assert_str(xnode_attr(&arena, r, "x"), "123");
	assert_str(xnode_attr(&arena, r, "y"), "\t\n\r");
	assert_str(xnode_text(&arena, r), "abcdefg&#11;\xF0\x9F\x98\x80&#11;");
}

static void
broken_xml(void **state)
{
	static const struct {
		const char *xml, *why;
	} rows[] = {
		{ "", "line 1: the body is empty; XML is expected" },
		{ " \n ", "line 1: the body is empty; XML is expected" },
		{ "<a>\n<b>\n</a>", "line 3: the XML is broken: "
		  "Opening and ending tag mismatch: b line 2 and a" },
		{ "<a>\n", "line 2: the XML is broken: Premature end of data in tag a line 1" },
		{ "hello", "line 1: the XML is broken: Start tag expected, '<' not found" },
		{ "<a>&foo;</a>", "line 1: the XML is broken: Entity 'foo' not defined" },
		{ "<a/><b/>", "line 1: the XML is broken: Extra content at the end of the document" },
		{ "<a x='1' x='2'/>", "line 1: the XML is broken: Attribute x redefined" },
		{ "<!DOCTYPE a><a/>",
		  "line 1: a DOCTYPE stands here; none is accepted, leave it out" },
		{ "<?xml version='1.0'?>\n<!-- c -->\n<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
		  "line 3: a DOCTYPE stands here; none is accepted, leave it out" },
		{ "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
		  "line 1: a DOCTYPE stands here; none is accepted, leave it out" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		refused(str_of(rows[i].xml), NULL, rows[i].why);
	refused(STR_NULL, NULL, rows[0].why);
}

/* `times` copies of text between head and tail. */
static struct str
many(const char *head, const char *text, size_t times, const char *tail)
{
	size_t h = strlen(head), t = strlen(text), e = strlen(tail), i;
	char *p = arena_get(&arena, h + t * times + e + 1);

	memcpy(p, head, h);
	for (i = 0; i < times; i++)
		memcpy(p + h + i * t, text, t);
	memcpy(p + h + t * times, tail, e + 1);
	return (struct str){ p, h + t * times + e };
}

static struct str
nested(size_t depth)
{
	return str_of(arena_fmt(&arena, "%s%s", many("", "<a>", depth, "").p,
	    many("", "</a>", depth, "").p).p);
}

static void
limits(void **state)
{
	struct xnode *r;
	struct buf b;
	int i;

	(void)state;
	(void)parsed(nested(LIMIT_XML_DEPTH), NULL);
	refused(nested(LIMIT_XML_DEPTH + 1), NULL,
	    "line 1: elements are nested deeper than the limit of 64");
	arena_reset(&arena);
	(void)parsed(many("<a>", "<b/>", LIMIT_XML_NODES - 1, "</a>"), NULL);
	arena_reset(&arena);
	refused(many("<a>", "\n<b/>", LIMIT_XML_NODES, "</a>"), NULL,
	    "line 1000001: there are more "
	    "elements and attributes than the limit of 1000000");
	arena_reset(&arena);
	refused(many("<a>", "<b x='1'/>", LIMIT_XML_NODES / 2, "</a>"), NULL,
	    "line 1: there are more "
	    "elements and attributes than the limit of 1000000");
	arena_reset(&arena);
	refused(many("", " ", LIMIT_BODY_BYTES - 3, "<a/>"), NULL,
	    "line 1: the body has 16777217 bytes, more than the limit of 16777216");
	arena_reset(&arena);
	r = parsed(many("<a>", "0123456789abcdef", LIMIT_FIELD_BYTES / 16, "</a>"), NULL);
	assert_int_equal(xnode_text(&arena, r).n, LIMIT_FIELD_BYTES);
	buf_init(&b, MIB);
	buf_addf(&b, "<a>\n<b");
	for (i = 0; i < 256; i++)
		buf_addf(&b, " a%d = '=> '", i);
	buf_addf(&b, ">");
	i = (int)b.n;
	buf_addf(&b, "</b></a>");
	(void)parsed(buf_str(&b), NULL);
	b.n = (size_t)i - 1;
	buf_addf(&b, " one='too many'/></a>");
	refused(buf_str(&b), NULL,
	    "line 2: an element has more attributes than the limit of 256");
	buf_clear(&b);
}

static void
namespaces_in_scope(void **state)
{
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, MIB);
	for (i = 0; i < 129; i++)
		buf_addf(&b, "%s xmlns:n%d='u'%s", i % 43 == 0 ? "<a" : "", i,
		    i % 43 == 42 ? ">" : "");
	buf_addf(&b, "</a></a></a>");
	refused(buf_str(&b), NULL,
	    "line 1: more namespaces are declared inside each other than the limit of "
	    "128");
	buf_clear(&b);
	(void)parsed(
	    many("<a>", "<b xmlns='urn:x' xmlns:y='urn:y'/>", 1000, "</a>"), NULL);
}

/* Each of these would cost minutes or gigabytes, were it parsed first. */
static void
attacks_cost_next_to_nothing(void **state)
{
	static const char laughs[] =
	    "<!DOCTYPE l [<!ENTITY a 'lol'>"
	    "<!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c "
	    "'&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>"
	    "<!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'><!ENTITY e "
	    "'&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'>"
	    "<!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;'><!ENTITY g "
	    "'&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;'>"
	    "]><l>&g;&g;&g;&g;&g;</l>";
	clock_t from = clock();
	struct xnode *root;
	struct err e;
	struct buf b;
	int i;

	(void)state;
	refused(str_of(laughs), NULL,
	    "line 1: a DOCTYPE stands here; none is accepted, leave it out");
	buf_init(&b, LIMIT_BODY_BYTES);
	buf_addf(&b, "<a");
	for (i = 0; b.n < LIMIT_BODY_BYTES - 100; i++)
		buf_addf(&b, " a%x=''", i);
	buf_addf(&b, "/>");
	refused(buf_str(&b), NULL,
	    "line 1: an element has more attributes than the limit of 256");
	buf_clear(&b);
	(void)parsed(many("<a>", "<!---->", LIMIT_BODY_BYTES / 7 - 10, "</a>"), NULL);
	arena_reset(&arena);
	(void)parsed(
	    many("<a>", "<![CDATA[]]>", LIMIT_BODY_BYTES / 12 - 10, "&#10;</a>"), NULL);
	arena_reset(&arena);
	(void)parsed(many("<a>", "&#11;", LIMIT_BODY_BYTES / 5 - 10, "</a>"), NULL);
	arena_reset(&arena);
	(void)parsed(many("<a>", "<?p?>", LIMIT_BODY_BYTES / 5 - 10, "</a>"), NULL);
	arena_reset(&arena);
	assert_int_equal(
	    xmlr_parse(&arena, many("", "<", LIMIT_BODY_BYTES, ""), NULL, &root, &e),
	    E_INVALID);
	/* processor time, so that a busy machine does not fail it; parsed, it is minutes
	 */
	assert_true(clock() - from < 20 * CLOCKS_PER_SEC);
}

static void
a_tree_lives_as_long_as_the_arena(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 50;
	     i++) { /* leaks and double frees are for the sanitizers to see */
		struct str text = xnode_text(&arena, parsed(STR("<a>kept</a>"), NULL));

		(void)parsed(STR("<b/>"), NULL);
		assert_str(text, "kept");
		arena_reset(&arena);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, up, down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(walking),
		TEST(texts),
		TEST(nil),
		TEST(encodings),
		TEST(forbidden_characters_are_dropped),
		TEST(broken_xml),
		TEST(limits),
		TEST(namespaces_in_scope),
		TEST(attacks_cost_next_to_nothing),
		TEST(a_tree_lives_as_long_as_the_arena),
	};

	return cmocka_run_group_tests_name("xmlr", tests, NULL, NULL);
}
