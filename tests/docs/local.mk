# What the documents say; tests/e2e/15-docs.t.sh runs their commands.
dist_check_SCRIPTS += tests/docs/docs.sh tests/docs/receipts.sh
TESTS += tests/docs/docs.sh tests/docs/receipts.sh
EXTRA_DIST += tests/docs/run tests/docs/blocks.awk tests/docs/not-run tests/docs/receipt_page.mjs
