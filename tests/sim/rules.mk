# The simulator: `make sim` (SEED= ROUNDS= SECONDS= TRACE=1; KIND=calendar, series, posts,
# files, or all: the second model), `make sim-db`, `make sim-mutants`.

SIM_CFLAGS = $(INC_sync) -Itests/sim
SIM_MODEL  = dba client client_pull client_push door judge judge_answer value
SIM_FAKE   = table fake fake_source fake_item fake_together fake_file fake_answer fake_world
SIM_REAL   = real real_calls
SIM_KINDS  = kinds_shape kinds_door kinds_client kinds_user kinds_dba kinds_judge kinds_pause
SIM_DIR    = $(BUILD)/tests/sim

$(SIM_DIR)/%.o: tests/sim/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLFLAGS) $(SIM_CFLAGS) -c -o $@ $<

$(SIM_DIR)/libmodel.a: $(SIM_MODEL:%=$(SIM_DIR)/%.o)
	@rm -f $@
	ar rcs $@ $^

$(SIM_DIR)/libfake.a: $(SIM_FAKE:%=$(SIM_DIR)/%.o)
	@rm -f $@
	ar rcs $@ $^

# model and engine call each other's world through the linker: one group
$(BUILD)/sim: $(SIM_DIR)/sim.o $(SIM_DIR)/libmodel.a $(SIM_DIR)/libfake.a \
    $(BUILD)/libsync.a $(BUILD)/libbase.a
	$(CC) $(ALLFLAGS) -o $@ $(SIM_DIR)/sim.o -Wl,--start-group $(SIM_DIR)/libmodel.a \
	    $(SIM_DIR)/libfake.a $(BUILD)/libsync.a $(BUILD)/libbase.a -Wl,--end-group $(LIBS)

# the second model: calendars, threads, folders, files of items
$(SIM_DIR)/libkinds.a: $(SIM_KINDS:%=$(SIM_DIR)/%.o)
	@rm -f $@
	ar rcs $@ $^
$(BUILD)/sim-kinds: $(SIM_DIR)/kinds.o $(SIM_DIR)/libkinds.a $(SIM_DIR)/libmodel.a \
    $(SIM_DIR)/libfake.a $(BUILD)/libsync.a $(BUILD)/libbase.a
	$(CC) $(ALLFLAGS) -o $@ $(SIM_DIR)/kinds.o -Wl,--start-group $(SIM_DIR)/libkinds.a \
	    $(SIM_DIR)/libmodel.a $(SIM_DIR)/libfake.a $(BUILD)/libsync.a $(BUILD)/libbase.a \
	    -Wl,--end-group $(LIBS)

# files of items alone, over the same store
$(BUILD)/attach_sim: $(SIM_DIR)/attach_sim.o $(SIM_DIR)/libmodel.a $(SIM_DIR)/libfake.a \
    $(BUILD)/libsync.a $(BUILD)/libbase.a
	$(CC) $(ALLFLAGS) -o $@ $(SIM_DIR)/attach_sim.o -Wl,--start-group $(SIM_DIR)/libmodel.a \
	    $(SIM_DIR)/libfake.a $(BUILD)/libsync.a $(BUILD)/libbase.a -Wl,--end-group $(LIBS)

sim: $(BUILD)/sim$(if $(KIND),-kinds)
	KIND=$(KIND:all=) SEED=$(SEED) ROUNDS=$(ROUNDS) SECONDS=$(SECONDS) TRACE=$(TRACE) $<

# each seeded bug must be found within a minute
sim-mutants: $(BUILD)/sim $(BUILD)/sim-kinds
	CC="$(CC)" CFLAGS="$(CFLAGS) -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE $(SIM_CFLAGS)" \
	    LIBS="$(LIBS)" /usr/bin/python3 tests/sim/mutants.py $(BUILD)

# the same model over the real store and a private MariaDB
SIM_WRAP = begin commit abort lock rows row_lock row_insert row_update row_delete receipt_add scan
$(SIM_REAL:%=$(SIM_DIR)/%.o): $(SIM_DIR)/%.o: tests/sim/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLFLAGS) $(INC_db) -Itests/db -Itests/sim -c -o $@ $<
$(BUILD)/sim-db: $(SIM_DIR)/sim.o $(SIM_DIR)/libmodel.a $(SIM_REAL:%=$(SIM_DIR)/%.o) \
    $(BUILD)/tests/db/server.o $(BUILD)/libdb.a $(BUILD)/libsync.a $(BUILD)/libbase.a
	$(CC) $(ALLFLAGS) -o $@ $(SIM_DIR)/sim.o $(SIM_WRAP:%=-Wl,--wrap=store_%) \
	    -Wl,--start-group $(SIM_DIR)/libmodel.a \
	    $(SIM_REAL:%=$(SIM_DIR)/%.o) $(BUILD)/tests/db/server.o \
	    $(BUILD)/libdb.a $(BUILD)/libsync.a $(BUILD)/libbase.a -Wl,--end-group -lcmocka $(LIBS)

sim-db: $(BUILD)/sim-db
	SEED=$(SEED) ROUNDS=$(ROUNDS) SECONDS=$(SECONDS) TRACE=$(TRACE) $(BUILD)/sim-db

# `make test` walks the same rounds each time, so that a failure is this change's; `make sim`
# begins anywhere (SEED= to choose)
test-run: export SEED ?= 20250

TESTS += $(BUILD)/sim $(BUILD)/sim-kinds $(BUILD)/attach_sim $(BUILD)/sim-db
.PHONY: sim sim-db sim-mutants
