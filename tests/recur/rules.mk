# Recurrence against two other engines: python3-dateutil and libical (SEED= RULES= to vary).
RECUR_LIBS = libfront.a libsync.a libbase.a

$(BUILD)/recur/recur_tool: tests/recur/recur_tool.c $(RECUR_LIBS:%=$(BUILD)/%)
	@mkdir -p $(@D)
	$(CC) $(ALLFLAGS) $(INC_front) -o $@ $< -Wl,--start-group $(RECUR_LIBS:%=$(BUILD)/%) -Wl,--end-group $(LIBS)
# its header is not written for our warnings
$(BUILD)/recur/ical_tool: tests/recur/ical_tool.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra $(WERROR) -isystem /usr/include/libical -o $@ $< -lical

test-run: $(BUILD)/recur/recur_tool $(BUILD)/recur/ical_tool
TESTS += tests/recur/test_recur.py
