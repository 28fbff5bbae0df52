/*
 * base_spool.c -- tests of spool.c: memory, file, full disk, both ways of
 * making a nameless file.
 */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "limits.h"
#include "spool.h"

static char
byte_at(size_t i)
{
	return (char)(i * 2654435761u >> 13);
}

/* n known bytes in uneven pieces. */
static void
fill(struct spool *s, size_t n)
{
	struct sink sink = spool_sink(s);
	char piece[3001];
	size_t at, i, len;

	for (at = 0; at < n; at += len) {
		len = n - at < sizeof(piece) ? n - at : sizeof(piece);
		for (i = 0; i < len; i++)
			piece[i] = byte_at(at + i);
		sink_write(&sink, piece, len);
	}
	assert_false(sink.failed);
	assert_int_equal(sink.bytes, n);
}

struct check {
	size_t at, largest;
	size_t fail_at; /* the receiver goes away here */
	bool is_wrong;
};

static bool
check_bytes(void *arg, const char *p, size_t n)
{
	struct check *c = arg;
	size_t i;

	for (i = 0; i < n; i++)
		c->is_wrong |= p[i] != byte_at(c->at + i);
	c->at += n;
	c->largest = n > c->largest ? n : c->largest;
	return c->at < c->fail_at;
}

static void
round_trip(struct spool *s, size_t n)
{
	struct check c = { .fail_at = SIZE_MAX };
	struct sink to = { .write = check_bytes, .arg = &c };

	fill(s, n);
	assert_int_equal(s->length, n);
	assert_true(spool_send(s, &to));
	assert_int_equal(c.at, n);
	assert_false(c.is_wrong);
	assert_true(c.largest <= 64 * KIB);
}

static size_t
files_in(const char *dir)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void
bytes_come_back_in_order(void **state)
{
	static const size_t sizes[] = { 0, 1, 9999, 10000, 10001, 300000, 2 * MIB + 7 };
	char dir[] = "/tmp/owsd-unit-XXXXXX";
	struct spool s;
	size_t i, empty;

	(void)state;
	assert_non_null(mkdtemp(dir));
	empty = files_in(dir);
	spool_init(&s, 10000, dir);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		round_trip(&s, sizes[i]);
		assert_int_equal(s.fd >= 0, sizes[i] > 10000);
		assert_int_equal(s.memory_n, sizes[i] < 10000 ? sizes[i] : 10000);
		assert_int_equal(files_in(dir), empty); /* it has no name */
		spool_reset(&s);
		assert_int_equal(s.fd, -1);
		assert_int_equal(s.length, 0);
	}
	spool_clear(&s);
	assert_null(s.memory);
	assert_int_equal(rmdir(dir), 0);
}

static void
everything_may_go_to_the_file(void **state)
{
	struct spool s;

	(void)state;
	spool_init(&s, 0, "/tmp");
	round_trip(&s, 100000);
	assert_null(s.memory);
	spool_clear(&s);
}

static void
it_can_be_sent_twice(void **state)
{
	struct check c = { .fail_at = SIZE_MAX };
	struct sink to = { .write = check_bytes, .arg = &c };
	struct spool s;

	(void)state;
	spool_init(&s, 1000, "/tmp");
	round_trip(&s, 200000);
	assert_true(spool_send(&s, &to));
	assert_int_equal(c.at, 200000);
	assert_false(c.is_wrong);
	spool_clear(&s);
}

static void
sending_stops_when_the_receiver_is_gone(void **state)
{
	struct check c = { .fail_at = 100000 };
	struct sink to = { .write = check_bytes, .arg = &c };
	struct spool s;

	(void)state;
	spool_init(&s, 1000, "/tmp");
	fill(&s, 2 * MIB);
	assert_true(spool_send(&s, &to)); /* reading did not fail */
	assert_true(to.failed);
	assert_true(c.at < 300000);
	spool_clear(&s);
}

static void
read_in_any_order(void **state)
{
	static const size_t at[] = { 0, 9, 10, 11, 150000, 199999, 3, 200000, 200001 };
	char piece[70000];
	struct spool s;
	size_t got, i, k;

	(void)state;
	spool_init(&s, 10, "/tmp");
	fill(&s, 200000);
	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		assert_true(spool_read(&s, at[i], piece, sizeof(piece), &got));
		assert_int_equal(got == 0, at[i] >= 200000);
		for (k = 0; k < got; k++)
			assert_int_equal(piece[k], byte_at(at[i] + k));
	}
	assert_int_equal(ftruncate(s.fd, 1000), 0);
	assert_false(spool_read(&s, 150000, piece, sizeof(piece), &got));
	assert_int_equal(s.error, EIO);
	spool_clear(&s);
}

static void
a_folder_that_is_missing(void **state)
{
	struct sink to = { .write = check_bytes };
	struct spool s;

	(void)state;
	spool_init(&s, 4, "/tmp/owsd-unit-there-is-no-such-folder");
	assert_true(spool_write(&s, "1234", 4));
	assert_false(spool_write(&s, "5", 1));
	assert_int_equal(s.error, ENOENT);
	assert_false(spool_write(&s, "6", 1));
	assert_int_equal(s.error, ENOENT);
	assert_false(spool_send(&s, &to)); /* not the whole: nothing is sent */
	assert_int_equal(to.bytes, 0);
	spool_reset(&s);
	assert_int_equal(s.error, 0);
	spool_clear(&s);
}

/* /dev/full is no folder, so the full disk is a file descriptor put in its place. */
static void
a_full_disk_is_remembered(void **state)
{
	struct spool s;

	(void)state;
	spool_init(&s, 4, "/tmp");
	s.fd = open("/dev/full", O_RDWR);
	assert_true(s.fd >= 0);
	assert_false(spool_write(&s, "12345", 5));
	assert_int_equal(s.error, ENOSPC);
	spool_clear(&s);
}

static void
a_file_cut_behind_our_back_is_noticed(void **state)
{
	struct check c = { .fail_at = SIZE_MAX };
	struct sink to = { .write = check_bytes, .arg = &c };
	struct spool s;

	(void)state;
	spool_init(&s, 10, "/tmp");
	fill(&s, 200000);
	assert_int_equal(ftruncate(s.fd, 1000), 0);
	assert_false(spool_send(&s, &to));
	assert_int_equal(s.error, EIO);
	spool_clear(&s);
}

/* A write that the kernel takes in part, then refuses: a file size limit. */
static void
a_file_over_its_limit(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		struct rlimit limit = { 5000, 5000 };
		char piece[4000] = { 0 };
		struct spool s;

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &limit);
		spool_init(&s, 0, "/tmp");
		_exit(spool_write(&s, piece, sizeof(piece)) &&
		    !spool_write(&s, piece, sizeof(piece)) && s.error == EFBIG ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_come_back_in_order),
		cmocka_unit_test(everything_may_go_to_the_file),
		cmocka_unit_test(it_can_be_sent_twice),
		cmocka_unit_test(sending_stops_when_the_receiver_is_gone),
		cmocka_unit_test(read_in_any_order),
		cmocka_unit_test(a_folder_that_is_missing),
		cmocka_unit_test(a_full_disk_is_remembered),
		cmocka_unit_test(a_file_cut_behind_our_back_is_noticed),
		cmocka_unit_test(a_file_over_its_limit),
	};

	return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
