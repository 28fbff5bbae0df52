/*
 * base_base64.c -- tests of base64.c: RFC 4648 §10's vectors, cut anywhere,
 * and what is no base64.
 */
#include "unit.h"

#include <string.h>

#include "base64.h"

/* Decoded in steps of `step` characters. False: refused. */
static bool
decoded(const char *text, size_t step, struct buf *out)
{
	struct sink to = unit_sink(out);
	struct base64 b;
	size_t n = strlen(text), at;

	buf_reset(out);
	base64_init(&b);
	for (at = 0; at < n; at += step)
		base64_add(&b, text + at, n - at < step ? n - at : step, &to);
	return base64_end(&b);
}

static void
vectors_cut_anywhere(void **state)
{
	static const char *const v[][2] = {
		{ "", "" }, { "Zg==", "f" }, { "Zm8=", "fo" }, { "Zm9v", "foo" },
		{ "Zm9vYg==", "foob" }, { "Zm9vYmE=", "fooba" }, { "Zm9vYmFy", "foobar" },
		{ " Z\tm\r\n9 v ", "foo" }, { "Z g = =\n", "f" }, { "+/+/", "\xFB\xFF\xBF" },
	};
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		for (size_t step = 1; step < 9; step++) {
			assert_true(decoded(v[i][0], step, &out));
			assert_str(buf_str(&out), v[i][1]);
		}
	buf_clear(&out);
}

static void
what_is_none(void **state)
{
	static const char *const bad[] = {
		"Z", "Zg", "Zg=", "Zm9", "=", "====", "Z===", "Zg==Zg==", "Zm8=Zm8=", "Zg==x",
		"Zm-v", "Zm_v", "Zm9v!", "Zm9v\x01", "Zg=g", "Zm9v\xC3\xA4", "data:Zm9v",
	};
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (size_t step = 1; step < 9; step++)
			if (decoded(bad[i], step, &out))
				fail_msg("taken for base64: %s", bad[i]);
	buf_clear(&out);
}

static void
long_and_back(void **state)
{
	static const char symbol[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	enum { N = 30001 };
	unsigned char *raw = malloc(N);
	char *text = malloc(N * 2);
	struct buf out;
	size_t n = 0;

	(void)state;
	buf_init(&out, 2 * N);
	for (size_t i = 0; i < N; i++)
		raw[i] = (unsigned char)(i * 7 + i / 251);
	for (size_t i = 0; i < N; i += 3) {
		unsigned left = N - i < 3 ? (unsigned)(N - i) : 3;
		unsigned long b = (unsigned long)raw[i] << 16 |
		    (unsigned long)(left > 1 ? raw[i + 1] : 0) << 8 | (left > 2 ? raw[i + 2] : 0);

		for (unsigned k = 0; k < 4; k++)
			text[n++] = k <= left ? symbol[b >> (18 - 6 * k) & 63] : '=';
		if (n % 77 == 76)
			text[n++] = '\n';
	}
	text[n] = '\0';
	for (size_t step = 1; step < 10000; step = step * 3 + 1) {
		assert_true(decoded(text, step, &out));
		assert_int_equal(out.n, N);
		assert_memory_equal(out.p, raw, N);
	}
	buf_clear(&out);
	free(text);
	free(raw);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_cut_anywhere), cmocka_unit_test(what_is_none),
		cmocka_unit_test(long_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
