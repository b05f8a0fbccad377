#!/bin/sh
# Install the system packages that are missing, where that may be done; else say what is taken instead.
missing=""
command -v bwrap >/dev/null 2>&1 || missing="$missing bubblewrap"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing system packages:$missing"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null && exit 0
    echo "apt-get could not install:$missing" >&2
fi
echo "Not installed and not installable from here:$missing" >&2
echo "Without bubblewrap the sandbox takes its next tier down (tito system doctor names it); tests that need" >&2
echo "a missing package fail. To install by hand:  sudo apt-get install$missing" >&2
