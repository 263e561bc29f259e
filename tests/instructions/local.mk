# What a worker executes for a request, counted by `./dev check instructions`.
EXTRA_DIST += tests/instructions/compare tests/instructions/recorded
if CMOCKA
check_PROGRAMS += tests/instructions/worker
tests_instructions_worker_SOURCES = tests/instructions/worker.c \
	src/bin/arrival.c src/bin/arrival.h src/bin/body.c src/bin/body.h \
	src/bin/fcgi_request.c src/bin/fcgi_request.h
tests_instructions_worker_LDADD = $(API_LIBS) $(FCGI_LIBS)
endif
