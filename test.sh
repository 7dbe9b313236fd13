#!/usr/bin/env bash
# Installs what the tests need on a Debian-like machine and runs them all. Arguments go to `cargo test`.
#
# UNSTILL_GPU_TESTS and UNSTILL_WINDOW_TESTS decide what happens where there is no Vulkan device or no X server:
# auto (the default) skips those tests with a loud message, require fails, off leaves them out.
set -euo pipefail
cd "$(dirname "$0")"

./run.sh --install xvfb xdotool imagemagick weston
export PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-$(mktemp -d)}

if [ "${UNSTILL_GPU_TESTS:-auto}" = require ] && ! ls /usr/share/vulkan/icd.d/lvp_icd*.json >/dev/null 2>&1; then
    echo "The software Vulkan device (mesa-vulkan-drivers: lvp_icd) is missing, and UNSTILL_GPU_TESTS=require." >&2
    exit 1
fi

cargo test "$@"
