# Tests against a real MariaDB, one private server per program.
DB_LIBS      = $(BUILD)/libdb.a $(BUILD)/libsync.a $(BUILD)/libbase.a
DB_PROGRAMS := $(patsubst tests/db/%.c,$(BUILD)/tests/db/%,$(wildcard tests/db/db_*.c))

$(BUILD)/tests/db/server.o: tests/db/server.c
	@mkdir -p $(@D)
	$(CC) $(ALLFLAGS) $(INC_db) -Itests/db -c -o $@ $<
$(DB_PROGRAMS): $(BUILD)/tests/db/%: tests/db/%.c $(BUILD)/tests/db/server.o $(DB_LIBS)
	@mkdir -p $(@D)
	$(CC) $(ALLFLAGS) $(INC_db) -Itests/db -o $@ $< $(BUILD)/tests/db/server.o -Wl,--start-group $(DB_LIBS) -Wl,--end-group -lcmocka $(LIBS)

db-tests: $(DB_PROGRAMS)
.PHONY: db-tests
TESTS += $(DB_PROGRAMS)
