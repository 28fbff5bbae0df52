# Through nginx against a real MariaDB; each file starts a stack of its own.
WIRE = $(sort $(wildcard tests/wire/test_*.py))
TESTS += $(WIRE)

# what the checks say of slowness: deadlines grow under sanitizers
ifneq ($(findstring fsanitize,$(CFLAGS)),)
export OWS_SLOW = 5
endif

# a short wire run with the daemon under valgrind
valgrind: all
	@BUILD='$(BUILD)' tests/wire/valgrind.sh
.PHONY: valgrind
