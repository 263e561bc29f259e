# axios, for the examples. Only `make client-libraries` runs npm, never `make check`.
CLIENT_FILES = tests/clients/package.json tests/clients/package-lock.json tests/clients/.npmrc
CLIENT_EXAMPLES = tests/clients/bitpal.mjs tests/clients/moolah.mjs tests/clients/otp.mjs \
	tests/clients/sandbox.mjs tests/clients/tap.mjs
EXTRA_DIST += $(CLIENT_FILES) $(CLIENT_EXAMPLES) tests/clients/README.md

.PHONY: client-libraries clean-client-libraries
client-libraries: tests/clients/node_modules/.stamp
	for file in $(CLIENT_EXAMPLES); do \
		cmp -s $(srcdir)/$$file $$file || cp $(srcdir)/$$file $$file || exit 1; done
tests/clients/node_modules/.stamp: $(srcdir)/tests/clients/package-lock.json
	$(AM_V_GEN)$(MKDIR_P) tests/clients && for file in $(CLIENT_FILES); do \
		cmp -s $(srcdir)/$$file $$file || cp $(srcdir)/$$file $$file || exit 1; done && \
	(cd tests/clients && npm ci --ignore-scripts) && touch $@

clean-client-libraries:
	rm -rf tests/clients/node_modules
	test '$(srcdir)' = . || rm -f $(CLIENT_FILES) $(CLIENT_EXAMPLES)
