#!/usr/bin/env bash
# Installs what is missing on a Debian-like machine, builds Unstill and opens its window.
# With no display (or nothing to draw on), grows a bundled scene without a window and writes a picture and a GIF.
#
#   ./run.sh [SCENE.ron]              the window, with SCENE in it
#   ./run.sh --install [PACKAGE...]   only install what is missing, and these Debian packages
#   ./run.sh --install-desktop        build the release profile and put program, icon and menu entry into ~/.local
set -euo pipefail
cd "$(dirname "$0")"

say() { if [ -t 2 ]; then printf '\033[1m%s\033[0m\n' "$*" >&2; else printf '%s\n' "$*" >&2; fi; }

# To build: a linker. To run: X, Wayland, Vulkan and keyboard libraries, which are loaded at run time, and a software
# Vulkan device for machines without a GPU.
packages=(gcc libc6-dev ca-certificates curl
    libvulkan1 mesa-vulkan-drivers libwayland-client0 libx11-6 libx11-xcb1 libxcb1 libxcursor1 libxi6 libxkbcommon-x11-0 libxrandr2 xkb-data)

install_packages() {
    local missing=() package
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "Not a Debian-like system: please see that these are there (by Debian's names): $*"
        return
    fi
    for package in "$@"; do
        if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
            missing+=("$package")
        fi
    done
    if [ ${#missing[@]} -eq 0 ]; then
        return
    fi
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            say "These packages are missing, and there is no sudo to install them with: ${missing[*]}"
            exit 1
        fi
        as_root=(sudo)
    fi
    say "Installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The Rust version that Cargo.toml asks for, or newer.
install_rust() {
    local needed have=none
    needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    export PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
    if command -v cargo >/dev/null; then
        have=$(cargo --version | cut -d' ' -f2)
        if [ "$(printf '%s\n' "$needed" "$have" | sort -V | head -n1)" = "$needed" ]; then
            return
        fi
    fi
    if command -v rustup >/dev/null; then
        say "Rust $needed or newer is needed, $have is here: updating it with rustup"
        rustup update stable && rustup default stable
    else
        say "Rust $needed or newer is needed ($have is here): installing it with the official script of https://rustup.rs"
        curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal --no-modify-path
        # Before an older one of the system.
        export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
    fi
}

# Program, icon, menu entry and the file type of scenes, for this user alone.
install_desktop() {
    local share=${XDG_DATA_HOME:-$HOME/.local/share} bin=$HOME/.local/bin size
    say "Building the release profile; this takes longer than the development profile"
    cargo build --release --quiet
    install -D -m 755 "${CARGO_TARGET_DIR:-target}/release/unstill" "$bin/unstill"
    for size in 32 48 64 128 256; do
        install -D -m 644 "assets/icons/unstill-$size.png" "$share/icons/hicolor/${size}x$size/apps/unstill.png"
    done
    install -D -m 644 assets/icon.svg "$share/icons/hicolor/scalable/apps/unstill.svg"
    install -D -m 644 assets/unstill-mime.xml "$share/mime/packages/unstill.xml"
    mkdir -p "$share/applications"
    # A menu does not search ~/.local/bin on every desktop.
    sed "s|^Exec=unstill|Exec=$bin/unstill|" assets/unstill.desktop >"$share/applications/unstill.desktop"
    if command -v update-mime-database >/dev/null; then update-mime-database "$share/mime"; fi
    if command -v update-desktop-database >/dev/null; then update-desktop-database "$share/applications"; fi
    say "Installed: $bin/unstill, and its entry in the menu"
}

if [ "${1:-}" = --install-desktop ]; then
    install_packages "${packages[@]}"
    install_rust
    install_desktop
    exit
fi

if [ "${1:-}" = --install ]; then
    shift
    install_packages "${packages[@]}" "$@"
    install_rust
    exit
fi

install_packages "${packages[@]}"
install_rust
target=${CARGO_TARGET_DIR:-target}
if [ ! -x "$target/debug/unstill" ]; then
    say "Building; the first time takes up to half an hour on two cores"
fi
cargo build --quiet
unstill=$target/debug/unstill

# Mesa complains on every start without it.
export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-$(mktemp -d)}

status=0
"$unstill" "$@" || status=$?
if [ "$status" -ne 3 ]; then
    exit "$status"
fi

# Exit code 3: no window can be opened here.
scene=${1:-scenes/mill.ron}
name=$(basename "$scene" .ron)
mkdir -p artefacts
say "Growing $scene from random without a window"
"$unstill" live "$scene" --from random --png "artefacts/$name.png" --gif "artefacts/$name.gif"
say "Look at artefacts/$name.png and artefacts/$name.gif"
