# The browser driver of the end-to-end tests. Only `make browser-driver` runs npm; the
# browser itself is the system's.
BROWSER_FILES = tests/browser/package.json tests/browser/package-lock.json tests/browser/.npmrc
BROWSER_PLAYS = tests/browser/origins.mjs tests/browser/pay.mjs tests/browser/receipts.mjs
EXTRA_DIST += $(BROWSER_FILES) $(BROWSER_PLAYS)

.PHONY: browser-driver clean-browser-driver
browser-driver: tests/browser/node_modules/.stamp
	for file in $(BROWSER_PLAYS) tests/clients/tap.mjs; do \
		cmp -s $(srcdir)/$$file $$file || cp $(srcdir)/$$file $$file || exit 1; done
tests/browser/node_modules/.stamp: $(srcdir)/tests/browser/package-lock.json
	$(AM_V_GEN)$(MKDIR_P) tests/browser tests/clients && for file in $(BROWSER_FILES); do \
		cmp -s $(srcdir)/$$file $$file || cp $(srcdir)/$$file $$file || exit 1; done && \
	(cd tests/browser && npm ci --ignore-scripts) && touch $@

clean-browser-driver:
	rm -rf tests/browser/node_modules
	test '$(srcdir)' = . || rm -f $(BROWSER_FILES) $(BROWSER_PLAYS)
