# The templates that `render` turns into nginx's configuration, and the static pages.
nginxdir = $(pkgdatadir)/nginx
dist_nginx_DATA = nginx/nginx.conf nginx/cors.conf nginx/cowry.conf nginx/dialects.conf \
	nginx/errors.conf nginx/error-headers.conf nginx/headers.conf nginx/limits.conf nginx/metrics.conf nginx/page.conf \
	nginx/sandbox.conf nginx/seals.conf nginx/seals-headers.conf nginx/tls.conf nginx/upstream.conf nginx/worker.conf
dist_nginx_SCRIPTS = nginx/render

droppagedir = $(pkgdatadir)/www/drop
dist_droppage_DATA = nginx/drop/index.html nginx/drop/drop.css nginx/drop/drop.js

receiptpagedir = $(pkgdatadir)/www/receipt
dist_receiptpage_DATA = nginx/receipt/index.html nginx/receipt/receipt.css nginx/receipt/check.js nginx/receipt/receipt.js
nodist_receiptpage_DATA = nginx/receipt/currencies.js
CLEANFILES += nginx/receipt/currencies.js
nginx/receipt/currencies.js: $(srcdir)/src/base/currency.def
	$(AM_V_GEN)$(MKDIR_P) $(@D) && { echo '// Decimals of the minor unit.' && echo '"use strict";' && \
		echo 'globalThis.CURRENCIES = {' && \
		sed -n 's/^CURRENCY("\(...\)", \([0-4]\), .*/    \1: \2,/p' $(srcdir)/src/base/currency.def && \
		echo '};'; } >$@.tmp && mv $@.tmp $@

apidocdir = $(pkgdatadir)/www/api-doc
dist_apidoc_DATA = nginx/api-doc/index.html nginx/api-doc/api-doc.css nginx/api-doc/api-doc.js

NPM_FILES = nginx/api-doc/package.json nginx/api-doc/package-lock.json nginx/api-doc/.npmrc
SWAGGER = nginx/api-doc/node_modules/swagger-ui-dist
SWAGGER_FILES = swagger-ui-bundle.js swagger-ui.css LICENSE NOTICE
EXTRA_DIST += nginx/README.md $(NPM_FILES)

# Swagger UI comes from npm, pinned by the lock file; downloaded files are installed with the rest.
.PHONY: api-doc install-swagger uninstall-swagger clean-swagger
api-doc: nginx/api-doc/node_modules/.stamp
nginx/api-doc/node_modules/.stamp: $(srcdir)/nginx/api-doc/package-lock.json
	$(AM_V_GEN)$(MKDIR_P) nginx/api-doc && for file in $(NPM_FILES); do \
		cmp -s $(srcdir)/$$file $$file || cp $(srcdir)/$$file $$file || exit 1; done && \
	(cd nginx/api-doc && npm ci --ignore-scripts) && touch $@

install-data-local: install-swagger
install-swagger:
	if test -d $(SWAGGER); then \
		$(MKDIR_P) "$(DESTDIR)$(apidocdir)" && for file in $(SWAGGER_FILES); do \
			$(INSTALL_DATA) $(SWAGGER)/$$file "$(DESTDIR)$(apidocdir)/" || exit 1; done; fi
uninstall-local: uninstall-swagger
uninstall-swagger:
	cd "$(DESTDIR)$(apidocdir)" 2>/dev/null && rm -f $(SWAGGER_FILES) || true
clean-local: clean-swagger
clean-swagger:
	rm -rf nginx/api-doc/node_modules
	test '$(srcdir)' = . || rm -f $(NPM_FILES)
