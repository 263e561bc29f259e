#!/bin/sh
# A worker, as a web server starts it: with a socket that listens as its standard input. Settings are in
# cowry.env beside the folder with the program; this line is to be changed.
cowry=/home/pay/cowry

set -a
# shellcheck source=/dev/null
. "$cowry/cowry.env"
exec "$cowry/bin/cowry-worker"
