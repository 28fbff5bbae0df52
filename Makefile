# owsd: SQL rows as Outlook lists.  `make run` to try it, `make test` to prove it.
#
# Each folder of fcgi/ is a layer: an archive with its own include path, so that
# the compiler keeps the engine from seeing SQL or HTTP.
#
#   base  <- sync <- db
#                 <- front <- process (fcgi/*.c), owsadm (fcgi/adm/*.c)
#
# Folders of tests/ bring their own rules (tests/*/rules.mk): they add programs
# to TESTS, which `make test` builds and runs.

-include Makefile.local

BUILD   ?= build
PREFIX  ?= /usr/local
ifeq ($(origin CC),default)
CC       = gcc
endif
CFLAGS  ?= -O2 -g
Q        = $(if $(V),,@echo "  $@";)# V=1 shows whole commands
WARN     = -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Wall -Wextra -Wpedantic -Wshadow \
           -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings \
           -Wformat=2 -Wswitch-enum -Wvla
HARDEN   = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
ALLFLAGS = $(CFLAGS) $(WARN) $(WERROR) $(HARDEN) -MMD -MP

XML_CFLAGS   := $(shell xml2-config --cflags 2>/dev/null)
GMIME_CFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags gmime-3.0 2>/dev/null))
MARIA_CFLAGS := $(shell pkg-config --cflags libmariadb 2>/dev/null)

# what each layer may include
INC_base  = -Ifcgi/base $(XML_CFLAGS) $(GMIME_CFLAGS)
INC_sync  = -Ifcgi/base -Ifcgi/sync
INC_db    = $(INC_sync) -Ifcgi/db $(MARIA_CFLAGS)
INC_front = $(INC_sync) -Ifcgi/front
INC_proc  = $(INC_sync) -Ifcgi/db -Ifcgi/front -Ifcgi -DOWSD_DATA_DIR='"$(PREFIX)/share/owsd"'

LIBS = -lfcgi -lmariadb -liniparser -lxml2 -lcrypto -lgmime-3.0 -lgobject-2.0 -lglib-2.0 -lm

src_base  := $(wildcard fcgi/base/*.c)
src_sync  := $(wildcard fcgi/sync/*.c)
src_db    := $(wildcard fcgi/db/*.c)
src_front := $(wildcard fcgi/front/*.c fcgi/front/files/*.c fcgi/front/lists/*.c fcgi/front/portal/*.c)
src_proc  := $(wildcard fcgi/*.c)
src_adm   := $(wildcard fcgi/adm/*.c)

all: need-build $(BUILD)/owsd $(BUILD)/owsadm
.PHONY: all

define objects
$$(patsubst %.c,$(BUILD)/%.o,$$(src_$(1))): $(BUILD)/%.o: %.c
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(ALLFLAGS) $$(INC_$(2)) -c -o $$@ $$<
endef
define layer
$(BUILD)/lib$(1).a: $$(patsubst %.c,$(BUILD)/%.o,$$(src_$(1)))
	@rm -f $$@
	$$(Q)$$(AR) rcs $$@ $$^
$(call objects,$(1),$(1))
endef
$(foreach l,base sync db front,$(eval $(call layer,$(l))))
$(eval $(call objects,proc,proc))
$(eval $(call objects,adm,proc))

# paths below PREFIX are compiled in
$(BUILD)/fcgi/conf.o: $(BUILD)/prefix
$(BUILD)/prefix: always
	@mkdir -p $(@D); echo '$(PREFIX)' | cmp -s - $@ || echo '$(PREFIX)' > $@
.PHONY: always

ARCHIVES    = $(BUILD)/libfront.a $(BUILD)/libdb.a $(BUILD)/libsync.a $(BUILD)/libbase.a
OWSD_OBJS   = $(src_proc:%.c=$(BUILD)/%.o)
OWSADM_OBJS = $(src_adm:%.c=$(BUILD)/%.o) \
              $(addprefix $(BUILD)/fcgi/,conf.o conf_read.o app.o binding.o)

# the engine calls the store, which lies above it: both directions
GROUP = -Wl,--start-group $(ARCHIVES) -Wl,--end-group

$(BUILD)/owsd: $(OWSD_OBJS) $(ARCHIVES)
	$(Q)$(CC) $(CFLAGS) -pie -o $@ $(OWSD_OBJS) $(GROUP) $(LDFLAGS) $(LIBS)
$(BUILD)/owsadm: $(OWSADM_OBJS) $(ARCHIVES)
	$(Q)$(CC) $(CFLAGS) -pie -o $@ $(OWSADM_OBJS) $(GROUP) $(LDFLAGS) -lcurl $(LIBS)

# ---- try it: a private MariaDB, owsd and nginx under RUN ---------------------

ADDR ?= 127.0.0.1
PORT ?= 8080
RUN  ?= $(BUILD)/run
STACK = BUILD='$(BUILD)' PROVIDERS='$(PROVIDERS)' SAMPLES='$(SAMPLES)' tests/stack/stack.sh

run up: need-run
	@$(MAKE) --no-print-directory -s all
	@$(STACK) $@ '$(RUN)' '$(ADDR)' '$(PORT)'
down:
	@$(STACK) down '$(RUN)'
deps:
	@tests/stack/deps.sh run test
need-run need-test need-bench need-fuzz need-valgrind: need-%:
	@tests/stack/deps.sh --quiet $*
need-build need-lint: need-%: # compiling installs nothing
	@tests/stack/deps.sh --quiet --name $*
bench: need-bench
fuzz-libs: need-fuzz
valgrind: need-valgrind
.PHONY: run up down deps need-run need-test need-bench need-fuzz need-valgrind need-build need-lint

# ---- prove it ----------------------------------------------------------------

# unit tests: tests/unit/<layer>_<what>.c links that layer and those below it
UNIT_LIBS_base  = $(BUILD)/libbase.a
UNIT_LIBS_sync  = $(BUILD)/libdb.a $(BUILD)/libsync.a $(BUILD)/libbase.a
UNIT_LIBS_front = $(ARCHIVES) # rules of kinds call the store
define unit
$(BUILD)/unit/$(1)_%: tests/unit/$(1)_%.c $$(UNIT_LIBS_$(1))
	@mkdir -p $$(@D)
	$$(CC) $$(ALLFLAGS) $$(INC_$(1)) -Itests/unit -o $$@ $$< -Wl,--start-group $$(UNIT_LIBS_$(1)) -Wl,--end-group -lcmocka $$(LIBS)
endef
$(foreach l,base sync front,$(eval $(call unit,$(l))))
UNITS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*_*.c))

units: $(UNITS)
.PHONY: units

TESTS = $(UNITS)
-include $(sort $(wildcard tests/*/rules.mk))

JOBS ?= 2
# `make test ONLY='live/*'` runs those whose name matches
test: need-test
	@$(MAKE) --no-print-directory -s test-run
test-run: all $(TESTS)
	@BUILD='$(BUILD)' tests/run -j $(JOBS) $(if $(ONLY),-k '$(ONLY)') $(TESTS)
lint: need-lint
	@BUILD='$(BUILD)' CC='$(CC)' tests/lint/lint.sh
# the same tests with address and undefined-behaviour sanitizers, in a build of their own
asan:
	@$(MAKE) --no-print-directory test BUILD='$(BUILD)/asan' HARDEN= \
	    CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer'
.PHONY: test test-run lint asan

# ---- keep it -----------------------------------------------------------------

SHARE = $(DESTDIR)$(PREFIX)/share/owsd
install: all
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin $(DESTDIR)/etc/owsd/providers \
	    $(DESTDIR)$(PREFIX)/share/man/man8 $(DESTDIR)$(PREFIX)/share/man/man5 $(SHARE)
	install -m 755 $(BUILD)/owsd $(DESTDIR)$(PREFIX)/sbin/
	install -m 755 $(BUILD)/owsadm $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(wildcard fcgi/*.8) $(DESTDIR)$(PREFIX)/share/man/man8/
	install -m 644 $(wildcard fcgi/*.5 providers/*.5) $(DESTDIR)$(PREFIX)/share/man/man5/
	cp -R sql htdocs providers nginx apache $(SHARE)/
	rm -f $(SHARE)/*/README.md $(SHARE)/providers/*.5 && chmod -R a+rX $(SHARE)
	@test -e $(DESTDIR)/etc/owsd/owsd.ini || \
	    install -m 640 fcgi/owsd.ini.sample $(DESTDIR)/etc/owsd/owsd.ini
clean:
	@tests/stack/stack.sh clean '$(RUN)'
	rm -rf '$(BUILD)'
.PHONY: install clean

-include $(shell find $(BUILD) -type f -name '*.d' 2>/dev/null)
