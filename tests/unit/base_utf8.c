/*
 * base_utf8.c -- tests of utf8.c and hash.c.
 */
#include "unit.h"

#include "hash.h"
#include "limits.h"
#include "utf8.h"

static void
validity(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} rows[] = {
		{ "", true }, { "plain", true }, { "Gr\xC3\xBC\xC3\x9F" "e", true },
		{ "\xE2\x82\xAC", true }, { "\xF0\x9F\x98\x80", true }, { "\xC2\x80", true },
		{ "\xED\x9F\xBF", true }, { "\xEE\x80\x80", true }, { "\xEF\xBF\xBF", true },
		{ "\xF4\x8F\xBF\xBF", true }, { "\xE0\xA0\x80", true }, { "\xF0\x90\x80\x80", true },
		{ "\x80", false }, { "\xC0\x80", false }, { "\xC1\xBF", false },
		{ "\xE0\x9F\xBF", false }, { "\xF0\x8F\xBF\xBF", false }, { "\xED\xA0\x80", false },
		{ "\xED\xBF\xBF", false }, { "\xF4\x90\x80\x80", false }, { "\xF5\x80\x80\x80", false },
		{ "\xFF", false }, { "\xC3", false }, { "\xE2\x82", false }, { "\xF0\x9F\x98", false },
		{ "\xC3(", false }, { "\xE2\x28\xA1", false }, { "ab\xE4zug", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (utf8_valid(str_of(rows[i].text)) != rows[i].ok)
			fail_msg("row %zu", i);
	assert_true(utf8_valid(STR("a\0b")));
}

/* Every code point, encoded here by the book, against both judgements. */
static void
every_code_point(void **state)
{
	unsigned long c;
	char b[4];

	(void)state;
	for (c = 0; c < 0x110800; c++) {
		size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, i;
		static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
		bool is_surrogate = c >= 0xD800 && c <= 0xDFFF, ok, xml;

		for (i = n; i-- > 1; )
			b[i] = (char)(0x80 | (c >> 6 * (n - 1 - i) & 0x3F));
		b[0] = (char)(lead[n] | c >> 6 * (n - 1));
		ok = !is_surrogate && c <= 0x10FFFF;
		xml = ok && (c == 9 || c == 10 || c == 13 || c >= 0x20) && c != 0xFFFE &&
		      c != 0xFFFF;
		if (utf8_valid((struct str){ b, n }) != ok)
			fail_msg("U+%04lX valid", c);
		if (ok && utf8_xml_ok((struct str){ b, n }) != xml)
			fail_msg("U+%04lX in XML", c);
		if (ok && utf8_chars((struct str){ b, n }) != 1)
			fail_msg("U+%04lX counted", c);
	}
}

static void
cleaning(void **state)
{
	struct arena a;
	struct str s = STR("Gr\xC3\xBC\xC3\x9F" "e\t\r\n");

	(void)state;
	arena_init(&a, MIB);
	assert_ptr_equal(utf8_xml_clean(&a, s).p, s.p); /* clean: not copied */
	assert_null(utf8_xml_clean(&a, STR_NULL).p);
	assert_str(utf8_xml_clean(&a, STR("a\x0B" "b\xEF\xBF\xBF" "c\x1F")), "abc");
	assert_str(utf8_xml_clean(&a, STR("a\0b\xEF\xBF\xBD")), "ab\xEF\xBF\xBD");
	assert_str(utf8_xml_clean(&a, STR("\x01\x02")), "");
	assert_str(utf8_xml_clean(&a, STR("a\xE4\xC3\xBC\xC3")),
	    "a\xC3\xBC"); /* no UTF-8: dropped */
	assert_int_equal(utf8_chars(STR("Gr\xC3\xBC\xC3\x9F" "e \xF0\x9F\x98\x80")), 7);
	arena_clear(&a);
}

static void
hex(const unsigned char h[HASH_LEN], char out[HASH_LEN * 2 + 1])
{
	int i;

	for (i = 0; i < HASH_LEN; i++)
		sprintf(out + 2 * i, "%02x", h[i]);
}

/* FIPS 180-2, appendix B, and the hash of nothing. */
static void
hash_of_the_standard(void **state)
{
	unsigned char out[HASH_LEN];
	char text[HASH_LEN * 2 + 1];
	char a[1000];
	struct hash h;
	int i;

	(void)state;
	hash_open(&h);
	hash_start(&h);
	hash_add(&h, "abc", 3);
	hash_end(&h, out);
	hex(out, text);
	assert_string_equal(text,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hash_start(&h); /* reusable */
	hash_add(&h, NULL, 0);
	hash_end(&h, out);
	hex(out, text);
	assert_string_equal(text,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	memset(a, 'a', sizeof(a));
	hash_start(&h);
	for (i = 0; i < 1000; i++)
		hash_add(&h, a, sizeof(a));
	hash_end(&h, out);
	hex(out, text);
	assert_string_equal(text,
	    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	hash_start(&h);
	hash_add(&h, "given up", 8); /* and started again */
	hash_start(&h);
	hash_add(&h, "ab", 2);
	hash_add(&h, "c", 1);
	hash_end(&h, out);
	hex(out, text);
	assert_memory_equal(text, "ba7816bf", 8);
	hash_close(&h);
	assert_null(h.ctx);
	hash_close(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(validity),
		cmocka_unit_test(every_code_point),
		cmocka_unit_test(cleaning),
		cmocka_unit_test(hash_of_the_standard),
	};

	return cmocka_run_group_tests_name("utf8 and hash", tests, NULL, NULL);
}
