/*
 * front_post.c -- tests of post.c: a mail message as the values of a post.
 */
#include "unit.h"

#include "attach.h"
#include "limits.h"
#include "lists/post.h"
#include "log.h"

static struct arena arena;
static struct hash hash;

static int
up(void **state)
{
	(void)state;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	hash_open(&hash);
	return log_open("/dev/null", LOG_ERROR) ? 0 : -1;
}

static int
down(void **state)
{
	(void)state;
	hash_close(&hash);
	arena_clear(&arena);
	return log_open(NULL, LOG_NOTE) ? 0 : -1;
}

static enum outcome
take(const char *text, struct post *out, struct err *e)
{
	struct spool *s = ARENA_NEW(&arena, struct spool);
	enum outcome o;

	spool_init(s, 64 * KIB, "/tmp");
	assert_true(spool_write(s, text, strlen(text)));
	o = post_read(&arena, &hash, s, "/tmp", out, e);
	spool_clear(s);
	return o;
}

static struct post
taken(const char *text)
{
	struct post p;
	struct err e = { 0 };

	if (take(text, &p, &e) != OK)
		fail_msg("refused: %s", e.peer);
	return p;
}

static void
titles(void **state)
{
	(void)state;
	assert_str(taken("Subject: RE: a\n b\tc\n\nx").title, "RE: a b c");
	assert_str(taken("Thread-Topic: topic\n\nx").title, "topic");
	assert_str(taken("Subject: s\nThread-Topic: topic\n\nx").title, "s");
	assert_str(taken("From: me\n\nx").title, "");
	assert_str(taken("Subject: =?utf-8?Q?a=01=C3=A4?=\n\nx").title, "a\xC3\xA4");
}

static void
bodies(void **state)
{
	static const struct { const char *message, *body; } cases[] = {
		{ "S: x\n\n", "<div></div>\n" },
		{ "S: x\n\na <b> & \"c\"\r\nd\n\n  e\tf\n", "<div>a &lt;b&gt; &amp; &quot;c&quot;<br>\n"
		  "d<br>\n<br>\n&nbsp;&nbsp;e&nbsp; &nbsp; f</div>\n" },
		{ "S: x\n\na  b   c", "<div>a &nbsp;b &nbsp;&nbsp;c</div>\n" },
		{ "Content-Type: text/html\n\n<p>a\n b</p><script>1</script>\r\n\r\n",
		  "<p>a\n b</p><script>1</script>" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n"
		  "Content-Type: text/html\n\n<i>two</i>\n--b--\n", "<div>one</div>\n<i>two</i>" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b--\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_str(taken(cases[i].message).body, cases[i].body);
}

static void
headers(void **state)
{
	(void)state;
	assert_str(taken("Thread-Index: AdvnFHtRVqNAY6SaSxVw1qAYAQIDBA==\n\n").index,
	    "0x01DBE7147B5156A34063A49A4B1570D6A01801020304");
	assert_null(taken("Thread-Index: AdvnFHtR\n\n").index.p);
	assert_null(taken("Subject: x\n\n").index.p);
	assert_str(taken("Importance: HIGH\n\n").importance, "2");
	assert_str(taken("Importance: normal\n\n").importance, "1");
	assert_str(taken("Importance: low\n\n").importance, "0");
	assert_null(taken("Importance: maybe\n\n").importance.p);
	assert_null(taken("Subject: x\n\n").importance.p);
}

static void
the_message_id_names_it(void **state)
{
	struct post a = taken("Message-ID: <1@x>\n\none"), b = taken("message-id:  <1@x>\n\ntwo"),
	    c = taken("Message-ID: <2@x>\n\none"), d = taken("S: x\n\none"), e = taken("S: x\n\none"),
	    f = taken("S: x\n\ntwo");

	(void)state;
	assert_int_equal(strlen(a.ref), sizeof(a.ref) - 1);
	assert_string_equal(a.ref, b.ref);
	assert_string_not_equal(a.ref, c.ref);
	assert_string_equal(d.ref, e.ref);
	assert_string_not_equal(d.ref, f.ref);
	assert_string_not_equal(d.ref, a.ref);
}

static const char *
message_with(const char *const *name, size_t n)
{
	struct str text = STR("Content-Type: multipart/mixed; boundary=b\n\n");

	for (size_t i = 0; i < n; i++)
		text = arena_fmt(&arena, "%.*s--b\nContent-Type: application/pdf\n"
		    "Content-Disposition: attachment%s%s%s\n\n%zu\n", STR_ARG(text),
		    name[i] ? "; filename=\"" : "", name[i] ? name[i] : "", name[i] ? "\"" : "", i);
	return arena_fmt(&arena, "%.*s--b--\n", STR_ARG(text)).p;
}

static void
names_of_files(void **state)
{
	static const char *const name[] = {
		"a.pdf", "A.PDF", "c:/d*e?.txt", "...", NULL, "x..y", " . b . ", "a.pdf", "~#%&{|}<>", "",
	};
	static const char *const want[] = {
		"a.pdf", "A (2).PDF", "c__d_e_.txt", "file4.pdf", "file5.pdf", "x.y", "b", "a (3).pdf",
		"_________", "file10.pdf",
	};
	struct post p = taken(message_with(name, 10));
	char many[400];
	const char *one = many;

	(void)state;
	assert_int_equal(p.file_n, 10);
	for (size_t i = 0; i < 10; i++) {
		assert_str(p.file[i].name, want[i]);
		assert_null(attach_name_why_not(p.file[i].name));
		assert_int_equal(p.file[i].size, 1);
	}
	memset(many, 'x', sizeof(many));
	memcpy(many + sizeof(many) - 6, ".docx", 6);
	p = taken(message_with(&one, 1));
	assert_int_equal(p.file[0].name.n, LIMIT_FILE_NAME);
	assert_string_equal(p.file[0].name.p + LIMIT_FILE_NAME - 6, "x.docx");
}

static void
empty_files_are_none(void **state)
{
	struct post p = taken("Content-Type: multipart/mixed; boundary=b\n\n--b\n"
	    "Content-Disposition: attachment; filename=a\n\n\n--b\n"
	    "Content-Disposition: attachment; filename=b\n\n1\n--b--\n");

	(void)state;
	assert_int_equal(p.file_n, 1);
	assert_str(p.file[0].name, "b");
}

static void
too_many_files(void **state)
{
	const char *name[LIMIT_ITEM_FILES + 1] = { NULL };
	struct post p;
	struct err e;

	(void)state;
	assert_int_equal(taken(message_with(name, LIMIT_ITEM_FILES)).file_n, LIMIT_ITEM_FILES);
	assert_int_equal(take(message_with(name, LIMIT_ITEM_FILES + 1), &p, &e), E_LIMIT);
	assert_non_null(strstr(e.peer, "201 files"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(titles),
		cmocka_unit_test(bodies),
		cmocka_unit_test(headers),
		cmocka_unit_test(the_message_id_names_it),
		cmocka_unit_test(names_of_files),
		cmocka_unit_test(empty_files_are_none),
		cmocka_unit_test(too_many_files),
	};

	return cmocka_run_group_tests_name("post", tests, up, down);
}
