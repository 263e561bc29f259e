# docs/installing.md on new machines: ./dev check install.
EXTRA_DIST += tests/install/run tests/install/setup.t.sh
