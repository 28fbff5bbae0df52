/*
 * kind_documents.c -- what is special about documents. See kind.h.
 */
#include "kind.h"

const struct kind_rules document_rules = {
	.settle = NULL,
};
