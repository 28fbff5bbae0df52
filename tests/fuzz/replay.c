/*
 * replay.c -- run a fuzz target over files without the fuzzer: the corpus is a
 * test like any other.
 */
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static int
replay(const char *file)
{
	static unsigned char data[1 << 20];
	FILE *f = fopen(file, "rb");
	size_t n;

	if (!f) {
		perror(file);
		return 1;
	}
	n = fread(data, 1, sizeof(data), f);
	fclose(f);
	LLVMFuzzerTestOneInput(data, n);
	return 0;
}

int
main(int argc, char **argv)
{
	int failed = argc < 2;

	for (int i = 1; i < argc; i++)
		failed += replay(argv[i]);
	printf("%d passed, %d failed\n", argc - 1 - failed, failed);
	return failed != 0;
}
