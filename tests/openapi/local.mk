# The OpenAPI documents, linted, and compared with the answers recorded by tests/api. Only
# `make openapi-linter` runs npm, never `make check`.
OPENAPI_TESTS = tests/openapi/openapi.sh tests/openapi/answers.sh tests/openapi/types.sh
OPENAPI_READERS = tests/openapi/lint.mjs tests/openapi/check.mjs tests/openapi/unseen.mjs
dist_check_SCRIPTS += $(OPENAPI_TESTS)
TESTS += $(OPENAPI_TESTS)
if CMOCKA
tests/openapi/answers.log: $(API_TESTS:=.log)
endif
LINTER_FILES = tests/openapi/package.json tests/openapi/package-lock.json tests/openapi/.npmrc
EXTRA_DIST += $(LINTER_FILES) $(OPENAPI_READERS) tests/openapi/lib.sh tests/openapi/client.ts \
	tests/openapi/tsconfig.json

.PHONY: openapi-linter clean-openapi-linter
openapi-linter: tests/openapi/node_modules/.stamp
tests/openapi/node_modules/.stamp: $(srcdir)/tests/openapi/package-lock.json
	$(AM_V_GEN)$(MKDIR_P) tests/openapi && for file in $(LINTER_FILES); do \
		cmp -s $(srcdir)/$$file $$file || cp $(srcdir)/$$file $$file || exit 1; done && \
	(cd tests/openapi && npm ci --ignore-scripts) && touch $@

clean-openapi-linter:
	rm -rf tests/openapi/node_modules tests/openapi/client tests/api/answers
	test '$(srcdir)' = . || rm -f $(LINTER_FILES) $(OPENAPI_READERS)
