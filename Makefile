# owsd: SQL rows as Outlook lists.  `make run` to try it, `make test` to prove it.
#
# Each folder of fcgi/ is a layer: an archive with its own include path, so that
# the compiler keeps the engine from seeing SQL or HTTP.
#
#   base  <- sync <- db
#                 <- front <- process (fcgi/*.c)

-include Makefile.local

BUILD   ?= build
CC      ?= gcc
CFLAGS  ?= -O2 -g
WARN     = -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Wall -Wextra -Wpedantic -Wshadow \
           -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings \
           -Wformat=2 -Wswitch-enum -Wvla
HARDEN   = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
ALLFLAGS = $(CFLAGS) $(WARN) $(WERROR) $(HARDEN) -MMD -MP

XML_CFLAGS   := $(shell xml2-config --cflags 2>/dev/null)
MARIA_CFLAGS := $(shell pkg-config --cflags libmariadb 2>/dev/null)

# what each layer may include
INC_base  = -Ifcgi/base $(XML_CFLAGS)
INC_sync  = -Ifcgi/base -Ifcgi/sync
INC_db    = $(INC_sync) -Ifcgi/db $(MARIA_CFLAGS)
INC_front = $(INC_sync) -Ifcgi/front
INC_proc  = $(INC_sync) -Ifcgi/db -Ifcgi/front -Ifcgi

LIBS = -lfcgi -lmariadb -liniparser -lxml2 -lcrypto -lm

src_base  := $(wildcard fcgi/base/*.c)
src_sync  := $(wildcard fcgi/sync/*.c)
src_db    := $(wildcard fcgi/db/*.c)
src_front := $(wildcard fcgi/front/*.c fcgi/front/lists/*.c fcgi/front/portal/*.c)

define layer
$(BUILD)/lib$(1).a: $$(patsubst %.c,$(BUILD)/%.o,$$(src_$(1)))
	@rm -f $$@
	ar rcs $$@ $$^
$$(patsubst %.c,$(BUILD)/%.o,$$(src_$(1))): $(BUILD)/%.o: %.c
	@mkdir -p $$(@D)
	$$(CC) $$(ALLFLAGS) $$(INC_$(1)) -c -o $$@ $$<
endef
$(foreach l,base sync db front,$(eval $(call layer,$(l))))

# unit tests: tests/unit/<layer>_<what>.c links that layer and those below it
UNIT_LIBS_base  = $(BUILD)/libbase.a
UNIT_LIBS_sync  = $(BUILD)/libsync.a $(BUILD)/libbase.a
UNIT_LIBS_front = $(BUILD)/libfront.a $(BUILD)/libsync.a $(BUILD)/libbase.a
define unit
$(BUILD)/unit/$(1)_%: tests/unit/$(1)_%.c $$(UNIT_LIBS_$(1))
	@mkdir -p $$(@D)
	$$(CC) $$(ALLFLAGS) $$(INC_$(1)) -Itests/unit -o $$@ $$< $$(UNIT_LIBS_$(1)) -lcmocka $$(LIBS)
endef
$(foreach l,base sync front,$(eval $(call unit,$(l))))
UNITS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*_*.c))

units: $(UNITS)
.PHONY: units

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
