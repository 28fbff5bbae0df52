/*
 * base_mime.c -- tests of mime.c: what becomes of a message's headers, text and
 * files, and that hostile ones cost little.
 */
#include "unit.h"

#include <sys/resource.h>
#include <time.h>

#include "limits.h"
#include "log.h"
#include "mime.h"

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

static enum outcome
take(struct str bytes, struct mime *out, struct err *e)
{
	struct spool *s = ARENA_NEW(&arena, struct spool);
	enum outcome o;

	spool_init(s, 64 * KIB, "/tmp");
	assert_true(spool_write(s, bytes.p, bytes.n));
	o = mime_read(&arena, s, "/tmp", out, e);
	spool_clear(s);
	return o;
}

static void
taken(struct str bytes, struct mime *out)
{
	struct err e = { 0 };

	if (take(bytes, out, &e) != OK)
		fail_msg("refused: %s", e.peer);
}

static struct str
content(const struct mime_file *f)
{
	struct buf b;
	struct sink sink = { .write = unit_to_buf, .arg = &b };
	struct str out;

	buf_init(&b, 128 * MIB);
	assert_true(mime_file_send(f, &sink));
	out = arena_dup(&arena, buf_str(&b));
	buf_clear(&b);
	return out;
}

/* ---- headers and text ---- */

static void
plain(void **state)
{
	struct mime m;

	(void)state;
	taken(STR("Subject: Hello\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nFirst post\r\n"),
	    &m);
	assert_str(m.subject, "Hello");
	assert_int_equal(m.text_n, 1);
	assert_false(m.text[0].is_html);
	assert_str(m.text[0].text, "First post\r\n");
	assert_int_equal(m.file_n, 0);
	assert_null(m.message_id.p);
	assert_null(m.thread_index.p);
}

static void
headers(void **state)
{
	struct mime m;

	(void)state;
	taken(STR("subject: =?iso-8859-1?Q?Gr=FC=DFe?= =?utf-8?B?IPCfmIA=?=\r\n"
	    "Message-Id: <a@b>\r\nImportance: high\r\nThread-Topic: Old\r\n"
	    "Thread-Index: AdT5iJ0g\r\n +abc=\r\n\r\nx"), &m);
	assert_str(m.subject, "Gr\xC3\xBC\xC3\x9F" "e \xF0\x9F\x98\x80");
	assert_str(m.message_id, "<a@b>");
	assert_str(m.importance, "high");
	assert_str(m.thread_topic, "Old");
	assert_str(m.thread_index, "AdT5iJ0g +abc=");
}

struct case_of_text {
	const char *message, *text;
	bool is_html;
};

static void
charsets_and_encodings(void **state)
{
	static const struct case_of_text cases[] = {
		{ "Content-Type: text/plain; charset=iso-8859-1\n"
		  "Content-Transfer-Encoding: quoted-printable\n\n=FC=80 a=\nb", "\xC3\xBC\xE2\x82\xAC ab", false },
		{ "Content-Type: text/html; charset=\"UTF-8\"\n"
		  "Content-Transfer-Encoding: base64\n\nPGI+w7w8L2I+\n", "<b>\xC3\xBC</b>", true },
		{ "Content-Type: text/plain; charset=utf-16le\n"
		  "Content-Transfer-Encoding: base64\n\n/ADkACAA\n", "\xC3\xBC\xC3\xA4 ", false },
		{ "Content-Type: text/plain; charset=koi8-r\n\n\xF0\xD2", "\xD0\x9F\xD1\x80", false },
		{ "Content-Type: text/plain; charset=no-such-set\n\nK\xE4se", "K\xC3\xA4se", false },
		{ "Content-Type: text/plain; charset=utf-8\n\nK\xE4se", "K\xEF\xBF\xBDse", false },
		{ "Content-Type: text/plain\n\nK\xC3\xA4se", "K\xC3\xA4se", false },
		{ "Content-Type: text/plain\n\nK\xE4se", "K\xC3\xA4se", false },
		{ "Content-Type: text/plain; charset=us-ascii\n\nK\xC3\xA4se", "K\xC3\xA4se", false },
		/* as it says, although it could be UTF-8 */
		{ "Content-Type: text/plain; charset=iso-8859-1\n\nK\xC3\xA4se",
		  "K\xC3\x83\xC2\xA4se", false },
		{ "Content-Type: text/plain; charset=utf-7\n\nK+AOQ-se", "K\xC3\xA4se", false },
		{ "Subject: no type\n\nK\x01\xC3\xA4se", "K\xC3\xA4se", false },
		{ "Content-Type: text/plain; charset=iso-2022-jp\n\n\x1B$B$\"\x1B(B", "\xE3\x81\x82", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mime m;

		taken(str_of(cases[i].message), &m);
		assert_int_equal(m.text_n, 1);
		assert_str(m.text[0].text, cases[i].text);
		assert_int_equal(m.text[0].is_html, cases[i].is_html);
	}
}

/* ---- parts ---- */

static void
html_of_alternatives_and_their_pictures(void **state)
{
	struct mime m;

	(void)state;
	taken(STR("Content-Type: multipart/mixed; boundary=o\n\n"
	    "--o\nContent-Type: multipart/alternative; boundary=a\n\n"
	    "--a\nContent-Type: text/plain\n\nplain\n"
	    "--a\nContent-Type: multipart/related; boundary=r\n\n"
	    "--r\nContent-Type: text/html\n\n<p>rich</p>\n"
	    "--r\nContent-Type: image/png; name=dot.png\nContent-Transfer-Encoding: base64\n\niVBO\n"
	    "--r--\n--a--\n"
	    "--o\nContent-Type: application/pdf\nContent-Disposition: attachment;\n"
	    " filename*=utf-8''gr%C3%BCn.pdf\n\n%PDF\n"
	    "--o\nContent-Type: text/plain\nContent-Disposition: attachment\n\nnot shown\n"
	    "--o\nContent-Type: text/plain\n\nfooter\n--o--\n"), &m);
	assert_int_equal(m.text_n, 2);
	assert_true(m.text[0].is_html);
	assert_str(m.text[0].text, "<p>rich</p>");
	assert_str(m.text[1].text, "footer");
	assert_int_equal(m.file_n, 3);
	assert_str(m.file[0].name, "dot.png");
	assert_str(content(&m.file[0]), "\x89PN");
	assert_str(m.file[1].name, "gr\xC3\xBCn.pdf");
	assert_str(content(&m.file[1]), "%PDF");
	assert_null(m.file[2].name.p);
	assert_string_equal(m.file[2].extension, ".txt");
	assert_str(content(&m.file[2]), "not shown");
}

static void
a_message_in_the_message_is_a_file(void **state)
{
	struct mime m;
	struct str inner;

	(void)state;
	taken(STR("Content-Type: multipart/mixed; boundary=o\n\n--o\n\nsee below\n"
	    "--o\nContent-Type: message/rfc822\n\nSubject: Inner\n\nbody\n--o--\n"), &m);
	assert_int_equal(m.text_n, 1);
	assert_int_equal(m.file_n, 1);
	assert_str(m.file[0].name, "Inner.eml");
	inner = content(&m.file[0]);
	assert_non_null(strstr(inner.p, "Subject: Inner"));
	assert_non_null(strstr(inner.p, "body"));
}

/* Twenty megabytes go through in pieces. */
static void
a_large_file_costs_no_memory(void **state)
{
	struct rusage before, after;
	struct buf b;
	struct mime m;
	uint64_t i;
	struct sink sink = { .write = unit_to_buf, .arg = &b };

	(void)state;
	buf_init(&b, 64 * MIB);
	buf_addf(&b, "Content-Type: multipart/mixed; boundary=o\n\n--o\n\nhi\n--o\n"
	    "Content-Type: application/x-thing; name=big\nContent-Transfer-Encoding: base64\n\n");
	for (i = 0; i < 400000; i++)
		buf_addf(&b, "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB\n");
	buf_addf(&b, "--o--\n");
	getrusage(RUSAGE_SELF, &before);
	taken(buf_str(&b), &m);
	getrusage(RUSAGE_SELF, &after);
	buf_clear(&b);
	assert_true(after.ru_maxrss - before.ru_maxrss < 8 * KIB);
	assert_int_equal(m.file_n, 1);
	buf_init(&b, 64 * MIB);
	assert_true(mime_file_send(&m.file[0], &sink));
	assert_int_equal(b.n, 400000u * 48);
	for (i = 0; i < b.n; i++)
		if (b.p[i] != 'A')
			fail_msg("byte %llu", (unsigned long long)i);
	buf_clear(&b);
}

/* ---- what is refused ---- */

static void
nothing_is_no_message(void **state)
{
	static const char *const cases[] = { "", "\n", "\r\n\r\nbody" };
	struct mime m;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(take(str_of(cases[i]), &m, &e), E_INVALID);
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
bombs(void **state)
{
	struct buf b;
	struct mime m;
	struct err e;
	double began = seconds();
	int i;

	(void)state;
	buf_init(&b, 64 * MIB);
	/* nesting, as deep as is let through: it neither overflows nor is lost */
	buf_addf(&b, "Subject: deep\n");
	for (i = 0; i < LIMIT_MESSAGE_TYPES; i++)
		buf_addf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	buf_addf(&b, "\ntext\n");
	assert_int_equal(take(buf_str(&b), &m, &e), OK);
	assert_int_equal(m.file_n + m.text_n, 1);
	/* one more */
	buf_reset(&b);
	buf_addf(&b, "Subject: deeper\n");
	for (i = 0; i <= LIMIT_MESSAGE_TYPES; i++)
		buf_addf(&b, "Content-TYPE: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	assert_int_equal(take(buf_str(&b), &m, &e), E_LIMIT);
	/* messages in messages */
	buf_reset(&b);
	for (i = 0; i < LIMIT_MESSAGE_TYPES; i++)
		buf_addf(&b, "Content-Type: message/rfc822\n\n");
	assert_int_equal(take(buf_str(&b), &m, &e), OK);
	/* parts */
	buf_reset(&b);
	buf_addf(&b, "Content-Type: multipart/mixed; boundary=b\n\n");
	for (i = 0; i <= LIMIT_MESSAGE_PARTS; i++)
		buf_addf(&b, "--b\n\n\n");
	assert_int_equal(take(buf_str(&b), &m, &e), E_LIMIT);
	/* headers */
	buf_reset(&b);
	buf_addf(&b, "Subject: ");
	for (i = 0; i < LIMIT_MESSAGE_HEADER / 10; i++)
		buf_addf(&b, "=?utf-8?Q?");
	assert_int_equal(take(buf_str(&b), &m, &e), E_LIMIT);
	/* text */
	buf_reset(&b);
	buf_addf(&b, "Subject: long\n\n");
	for (i = 0; i < LIMIT_FIELD_BYTES / 8 + 1; i++)
		buf_addf(&b, "1234567\n");
	assert_int_equal(take(buf_str(&b), &m, &e), E_LIMIT);
	buf_clear(&b);
	assert_true(seconds() - began < 20);
}

/* GMime keeps an object for each field and parameter: they are counted wherever it reads them. */
static void
bombs_in_the_headers_of_parts(void **state)
{
	static const char *const before[] = {
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nno field\n",
		"Content-Type: message/rfc822\n\n",
		"Subject: x\nContent-Type :\n message/RFC822\r\n\r\nFrom x\n",
		"Content-Type: multipart/digest; boundary=b\n\n--b\n\n",
		"Subject: x\nContent-Type: multipart/digest; boundary=b\n\n--b\nX: y\n\n",
	};
	struct buf b;
	struct mime m;
	struct err e;
	size_t i, k;

	(void)state;
	buf_init(&b, 64 * MIB);
	for (i = 0; i < 3 * sizeof(before) / sizeof(before[0]); i++) {
		buf_reset(&b);
		buf_addf(&b, "%s", before[i / 3]);
		if (i % 3 == 0)
			buf_addf(&b, "Content-Type: text/plain");
		for (k = 0; k < 4 * MIB / 6; k++)
			buf_addf(&b, i % 3 == 0 ? ";\n a=b" : i % 3 == 1 ? "abc:d\n" : "a \t: b\n");
		buf_addf(&b, "\n\nhello\n");
		assert_int_equal(take(buf_str(&b), &m, &e), E_LIMIT);
	}
	/* a text of such lines is a text */
	buf_reset(&b);
	buf_addf(&b, "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
	    "Content-Type: text/plain\n\n");
	for (k = 0; k < 1 * MIB; k++)
		buf_addf(&b, "abc:d\n");
	buf_addf(&b, "\n--b--\n");
	taken(buf_str(&b), &m);
	assert_int_equal(m.text_n, 1);
	assert_int_equal(m.text[0].text.n, 6 * MIB);
	buf_clear(&b);
}

/* Each fits into a field, all of them together not into memory. */
static void
many_long_texts(void **state)
{
	struct buf b;
	struct mime m;
	struct err e;
	size_t i, k;

	(void)state;
	buf_init(&b, 64 * MIB);
	buf_addf(&b, "Content-Type: multipart/mixed; boundary=b\n\n");
	for (i = 0; i < 18; i++) {
		buf_addf(&b, "--b\nContent-Type: text/plain; charset=windows-1252\n\n\x01");
		for (k = 0; k < LIMIT_FIELD_BYTES / 3 - 10; k++)
			buf_add(&b, "\x80", 1);
		buf_addf(&b, "\n");
	}
	assert_false(b.failed);
	assert_int_equal(take(buf_str(&b), &m, &e), E_LIMIT);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(headers),
		cmocka_unit_test(charsets_and_encodings),
		cmocka_unit_test(html_of_alternatives_and_their_pictures),
		cmocka_unit_test(a_message_in_the_message_is_a_file),
		cmocka_unit_test(a_large_file_costs_no_memory),
		cmocka_unit_test(nothing_is_no_message),
		cmocka_unit_test(bombs),
		cmocka_unit_test(bombs_in_the_headers_of_parts),
		cmocka_unit_test(many_long_texts),
	};

	return cmocka_run_group_tests_name("mime", tests, up, down);
}
