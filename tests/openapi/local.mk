# The OpenAPI documents, linted. npm is asked by `make openapi-linter` only, never by `make check`.
dist_check_SCRIPTS += tests/openapi/openapi.sh
TESTS += tests/openapi/openapi.sh
LINTER_FILES = tests/openapi/package.json tests/openapi/package-lock.json tests/openapi/.npmrc
EXTRA_DIST += $(LINTER_FILES) tests/openapi/lint.mjs

.PHONY: openapi-linter clean-openapi-linter
openapi-linter: tests/openapi/node_modules/.stamp
tests/openapi/node_modules/.stamp: $(srcdir)/tests/openapi/package-lock.json
	$(AM_V_GEN)$(MKDIR_P) tests/openapi && for file in $(LINTER_FILES); do \
		cmp -s $(srcdir)/$$file $$file || cp $(srcdir)/$$file $$file || exit 1; done && \
	(cd tests/openapi && npm ci --ignore-scripts) && touch $@

clean-openapi-linter:
	rm -rf tests/openapi/node_modules
	test '$(srcdir)' = . || rm -f $(LINTER_FILES) tests/openapi/lint.mjs
