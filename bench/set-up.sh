#!/usr/bin/env bash
# How long a new machine takes until the gate answers: `cargo xtask dev` in a fresh clone, with a home directory that holds nothing but
# Rust. Prints when each step began and ended, in seconds.
#   bash bench/set-up.sh [PORT]
set -euo pipefail
port=${1:-8787}
project=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

git clone --quiet "$project" "$place/clone"
cd "$place/clone"
RUSTUP_HOME=$(rustup show home) # before HOME is another one
export RUSTUP_HOME HOME="$place/home" CARGO_HOME="$place/home/.cargo" npm_config_cache="$place/home/.npm"
mkdir -p "$CARGO_HOME"

started=$EPOCHREALTIME
since() { awk -v from="$started" -v to="$EPOCHREALTIME" 'BEGIN { printf "%6.1f", to - from }'; }
echo "$(git log -1 --format=%h), $(date -u +%F), $(nproc) cores, load average $(cut -d' ' -f1 /proc/loadavg) before"
time (cargo xtask dev --port "$port" --once-ready-run true 2>&1 | while IFS= read -r line; do echo "$(since) $line"; done)
echo "load average $(cut -d' ' -f1 /proc/loadavg) after"
