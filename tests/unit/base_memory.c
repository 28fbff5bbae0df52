/*
 * base_memory.c -- tests of arena.c and buf.c.
 */
#include "unit.h"

#include <signal.h>
#include <sys/wait.h>

#include "arena.h"
#include "limits.h"

static void
arena_gives_zeroed_aligned_bytes(void **state)
{
	struct arena a;
	size_t i, k;

	(void)state;
	arena_init(&a, 8 * MIB);
	for (i = 0; i < 3000; i++) {
		unsigned char *p = arena_get(&a, i);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (k = 0; k < i; k++)
			assert_int_equal(p[k], 0);
		memset(p, 0xAA, i);
	}
	arena_reset(&a);
	for (i = 0; i < 500; i++) { /* reused memory is zeroed, too */
		unsigned char *p = arena_get(&a, 1000);

		for (k = 0; k < 1000; k++)
			assert_int_equal(p[k], 0);
	}
	arena_clear(&a);
}

static void
arena_pieces_do_not_overlap(void **state)
{
	struct arena a;
	unsigned char *p[200];
	size_t i, k, n;

	(void)state;
	arena_init(&a, 96 * MIB);
	for (i = 0; i < 200; i++) {
		n = i % 7 == 0 ? 100000 + i : 50 + i;
		p[i] = arena_get(&a, n);
		memset(p[i], (int)i, n);
	}
	for (i = 0; i < 200; i++) {
		n = i % 7 == 0 ? 100000 + i : 50 + i;
		for (k = 0; k < n; k++)
			assert_int_equal(p[i][k], (unsigned char)i);
	}
	arena_clear(&a);
}

static void
arena_keeps_one_block_and_the_high_mark(void **state)
{
	struct arena a;
	size_t high;
	int i;

	(void)state;
	arena_init(&a, 96 * MIB);
	for (i = 0; i < 100; i++)
		(void)arena_get(&a, 50000);
	(void)arena_get(&a, 5 * MIB);
	assert_true(a.used >= 100 * 50000 + 5 * MIB);
	high = a.high;
	assert_int_equal(high, a.used);
	arena_reset(&a);
	assert_int_equal(a.used, 0);
	assert_int_equal(a.high, high);
	assert_non_null(a.block);
	arena_clear(&a);
	assert_null(a.block);
	assert_non_null(arena_get(&a, 10)); /* usable again */
	arena_clear(&a);
}

static void
arena_copies_and_formats(void **state)
{
	struct arena a;
	struct str s;
	char big[2000];

	(void)state;
	arena_init(&a, MIB);
	assert_null(arena_dup(&a, STR_NULL).p);
	s = arena_dup(&a, STR("a\0b"));
	assert_int_equal(s.n, 3);
	assert_memory_equal(s.p, "a\0b", 4);
	assert_str(arena_dup(&a, STR("")), "");
	assert_str(arena_fmt(&a, "%d-%s", 42, "x"), "42-x");
	memset(big, 'y', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	s = arena_fmt(&a, "<%s>", big);
	assert_int_equal(s.n, sizeof(big) + 1);
	assert_int_equal(s.p[s.n - 1], '>');
	assert_int_equal(s.p[s.n], '\0');
	arena_clear(&a);
}

struct order {
	int n;
	int seen[4];
	struct arena *arena;
};

static struct order order;

static void
note(void *arg)
{
	order.seen[order.n++] = *(int *)arg;
}

static void
note_and_defer(void *arg)
{
	static int last = 9;

	note(arg);
	arena_defer(order.arena, note, &last);
}

static void
arena_runs_cleanups_newest_first_and_once(void **state)
{
	struct arena a;
	int one = 1, two = 2, three = 3;

	(void)state;
	arena_init(&a, MIB);
	order = (struct order){ .arena = &a };
	arena_defer(&a, note, &one);
	arena_defer(&a, note_and_defer, &two);
	arena_defer(&a, note, &three);
	arena_reset(&a);
	assert_int_equal(order.n, 4);
	assert_int_equal(order.seen[0], 3);
	assert_int_equal(order.seen[1], 2);
	assert_int_equal(order.seen[2], 9); /* deferred while cleaning up */
	assert_int_equal(order.seen[3], 1);
	arena_clear(&a);
	assert_int_equal(order.n, 4);
}

/* What a child says on stderr before it dies of the signal in *sig. */
static void
child_says(void (*fn)(void), char *out, size_t size, int *sig)
{
	int fd[2], status;
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		dup2(fd[1], STDERR_FILENO);
		fn();
		_exit(0);
	}
	close(fd[1]);
	while (n < size - 1 && (got = read(fd[0], out + n, size - 1 - n)) > 0)
		n += (size_t)got;
	out[n] = '\0';
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	*sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
exceed(void)
{
	struct arena a;

	arena_init(&a, 100000);
	(void)arena_get(&a, 60000);
	(void)arena_get(&a, 60000);
}

static void
ask_for_everything(void)
{
	struct arena a;

	arena_init(&a, SIZE_MAX);
	(void)arena_get(&a, SIZE_MAX - 3);
}

static void
arena_over_its_ceiling_logs_and_aborts(void **state)
{
	char said[512];
	int sig;

	(void)state;
	child_says(exceed, said, sizeof(said), &sig);
	assert_int_equal(sig, SIGABRT);
	assert_non_null(strstr(said, "ceiling of 100000"));
	assert_non_null(strstr(said, " error "));
	child_says(ask_for_everything, said, sizeof(said), &sig);
	assert_int_equal(sig, SIGABRT);
}

static void
buf_grows_and_ends_with_nul(void **state)
{
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, MIB);
	assert_str(buf_str(&b), "");
	assert_null(b.p);
	for (i = 0; i < 1000; i++) {
		buf_addf(&b, "%d,", i);
		assert_int_equal(b.p[b.n], '\0');
	}
	buf_add_str(&b, STR("end"));
	buf_add_str(&b, STR_NULL);
	assert_int_equal(b.n, 10 * 2 + 90 * 3 + 900 * 4 + 3);
	assert_string_equal(b.p + b.n - 7, "999,end");
	assert_false(b.failed);
	buf_reset(&b);
	assert_str(buf_str(&b), "");
	assert_true(b.size > 0);
	buf_clear(&b);
	assert_null(b.p);
	assert_int_equal(b.max, MIB);
	buf_add(&b, "x", 1);
	assert_str(buf_str(&b), "x");
	buf_clear(&b);
}

static void
buf_failure_is_sticky(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	buf_add(&b, "0123456789", 10); /* exactly the ceiling */
	assert_false(b.failed);
	buf_add(&b, "", 0);
	assert_false(b.failed);
	buf_add(&b, "x", 1);
	assert_true(b.failed);
	assert_str(buf_str(&b), "0123456789");
	buf_reset(&b);
	assert_false(b.failed);
	buf_addf(&b, "%s", "01234567890");
	assert_true(b.failed);
	buf_add(&b, "a", 1); /* would fit, but the work is lost */
	assert_str(buf_str(&b), "");
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_gives_zeroed_aligned_bytes),
		cmocka_unit_test(arena_pieces_do_not_overlap),
		cmocka_unit_test(arena_keeps_one_block_and_the_high_mark),
		cmocka_unit_test(arena_copies_and_formats),
		cmocka_unit_test(arena_runs_cleanups_newest_first_and_once),
		cmocka_unit_test(arena_over_its_ceiling_logs_and_aborts),
		cmocka_unit_test(buf_grows_and_ends_with_nul),
		cmocka_unit_test(buf_failure_is_sticky),
	};

	return cmocka_run_group_tests_name("arena and buf", tests, NULL, NULL);
}
