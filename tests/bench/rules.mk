# How fast, side by side with the limit on the same machine.  SIZES='1000 10000' CALENDARS=10000 shortens it.
SIZES ?= 1000 10000 100000
CALENDARS ?= 10000 100000
RUNS  ?= 5

$(BUILD)/bench/bare $(BUILD)/bench/inserts: $(BUILD)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALLFLAGS) $(MARIA_CFLAGS) -pie -o $@ $< -lfcgi -lmariadb

bench: need-test
	@$(MAKE) --no-print-directory -s all $(BUILD)/bench/bare $(BUILD)/bench/inserts
	@BUILD='$(BUILD)' SIZES='$(SIZES)' CALENDARS='$(CALENDARS)' RUNS='$(RUNS)' tests/bench/bench.py
.PHONY: bench
