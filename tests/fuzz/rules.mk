# The corpus is replayed by `make test`; `make fuzz` searches on (clang's libFuzzer).
FUZZ_SECONDS ?= 30
FUZZERS = text

$(BUILD)/fuzz/replay-%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c $(BUILD)/libfront.a $(BUILD)/libsync.a $(BUILD)/libbase.a
	@mkdir -p $(@D)
	$(CC) $(ALLFLAGS) $(INC_front) -Ifcgi/front/lists -o $@ $< tests/fuzz/replay.c \
	    $(BUILD)/libfront.a $(BUILD)/libsync.a $(BUILD)/libbase.a $(LIBS)

fuzz: $(FUZZERS:%=fuzz-%)
fuzz-%:
	@mkdir -p $(BUILD)/fuzz/found-$*
	clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined $(WARN) \
	    $(INC_front) -Ifcgi/front/lists -o $(BUILD)/fuzz/fuzz-$* tests/fuzz/fuzz_$*.c \
	    fcgi/front/*.c fcgi/front/lists/*.c fcgi/front/portal/*.c fcgi/sync/*.c fcgi/base/*.c \
	    $(LIBS)
	$(BUILD)/fuzz/fuzz-$* $(BUILD)/fuzz/found-$* tests/fuzz/corpus/$* \
	    -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -artifact_prefix=$(BUILD)/fuzz/crash-
.PHONY: fuzz
