# The corpus is replayed by `make test`; `make fuzz` searches on (clang's libFuzzer).
FUZZ_SECONDS ?= 30
FUZZERS       = text soap recur pattern zone url post
TESTS        += $(FUZZERS:%=$(BUILD)/fuzz/replay-%)
FUZZ_LIBS     = libfront.a libdb.a libsync.a libbase.a

$(BUILD)/fuzz/replay-%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c $(FUZZ_LIBS:%=$(BUILD)/%)
	@mkdir -p $(@D)
	$(CC) $(ALLFLAGS) $(INC_front) -DCORPUS='"tests/fuzz/corpus/$*"' -o $@ $< tests/fuzz/replay.c -Wl,--start-group $(FUZZ_LIBS:%=$(BUILD)/%) -Wl,--end-group $(LIBS)

# the same sources once more, by clang, instrumented
FUZZ_FLAGS = -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined
fuzz: $(FUZZERS:%=fuzz-%)
fuzz-libs:
	$(MAKE) BUILD=$(BUILD)/fuzz CC=clang CFLAGS="$(FUZZ_FLAGS) -fsanitize=fuzzer-no-link" \
	    HARDEN= $(FUZZ_LIBS:%=$(BUILD)/fuzz/%)
fuzz-%: fuzz-libs
	@mkdir -p $(BUILD)/fuzz/found-$*
	clang $(FUZZ_FLAGS) -fsanitize=fuzzer $(WARN) $(INC_front) -o $(BUILD)/fuzz/fuzz-$* \
	    tests/fuzz/fuzz_$*.c -Wl,--start-group $(FUZZ_LIBS:%=$(BUILD)/fuzz/%) -Wl,--end-group $(LIBS)
	$(BUILD)/fuzz/fuzz-$* $(BUILD)/fuzz/found-$* tests/fuzz/corpus/$* \
	    -max_total_time=$(FUZZ_SECONDS) -max_len=8192 -artifact_prefix=$(BUILD)/fuzz/crash-
.PHONY: fuzz fuzz-libs
