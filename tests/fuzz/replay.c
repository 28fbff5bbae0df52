/*
 * replay.c -- run a fuzz target over its corpus without the fuzzer: what was
 * found once stays a test. CORPUS: the folder, from the top of the checkout.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static int
replay(const char *name)
{
	static unsigned char data[1 << 20];
	char file[1024];
	size_t n;
	FILE *f;

	snprintf(file, sizeof(file), CORPUS "/%s", name);
	f = fopen(file, "rb");
	if (!f) {
		perror(file);
		return 1;
	}
	n = fread(data, 1, sizeof(data), f);
	fclose(f);
	LLVMFuzzerTestOneInput(data, n);
	printf("ok - %s\n", name);
	return 0;
}

int
main(void)
{
	DIR *d = opendir(CORPUS);
	struct dirent *entry;
	int failed = 0, n = 0;

	if (!d) {
		perror(CORPUS);
		return 1;
	}
	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.') {
			failed += replay(entry->d_name);
			n++;
		}
	closedir(d);
	return failed || n == 0;
}
