/*
 * hash.c -- SHA-256 through libcrypto.
 *
 * The algorithm is fetched once and the context kept: looking it up for each
 * row would cost more than hashing the row.
 */
#include "hash.h"

#include <stdlib.h>

#include <openssl/evp.h>

#include "log.h"

/* libcrypto fails here only without memory or without its provider. */
static void
need(bool ok, const char *what)
{
	if (ok)
		return;
	log_error("libcrypto: %s for SHA-256 failed; this process ends and is replaced",
	    what);
	abort();
}

void
hash_open(struct hash *h)
{
	EVP_MD *md = EVP_MD_fetch(NULL, "SHA256", NULL);

	h->md = md;
	h->ctx = EVP_MD_CTX_new();
	need(h->md && h->ctx, "preparing");
	need(EVP_DigestInit_ex(h->ctx, md, NULL) == 1, "preparing");
}

void
hash_start(struct hash *h)
{
	need(EVP_DigestInit_ex(h->ctx, NULL, NULL) == 1, "starting");
}

void
hash_add(struct hash *h, const void *p, size_t n)
{
	if (n)
		need(EVP_DigestUpdate(h->ctx, p, n) == 1, "adding bytes");
}

void
hash_end(struct hash *h, unsigned char out[HASH_LEN])
{
	unsigned n = HASH_LEN;

	need(EVP_DigestFinal_ex(h->ctx, out, &n) == 1 && n == HASH_LEN, "finishing");
}

void
hash_close(struct hash *h)
{
	union { /* EVP_MD_free takes what the header, rightly, holds as const */
		const void *held;
		EVP_MD *md;
	} u = { .held = h->md };

	EVP_MD_CTX_free(h->ctx);
	EVP_MD_free(u.md);
	*h = (struct hash){ 0 };
}
