#!/usr/bin/env bash
# What the release before policies in parts wrote, and what it makes of what this one writes: compares both with
# tests/corpus/earlier.json and later.json, which the suite `gate` holds this release to. Builds that release once.
# bash tests/upgrade/run.sh [COMMIT]; with WRITE=1 the files are written afresh.
set -euo pipefail
cd "$(dirname "$0")/../.."
# Of 2026-11-28: policies in one piece, version 1.
COMMIT=${1:-637f194}
TREE=$(mktemp -d)
trap 'git worktree remove --force "$TREE/tree"; rm -rf "$TREE"' EXIT
git worktree add --quiet --detach "$TREE/tree" "$COMMIT"
cp tests/upgrade/earlier.rs "$TREE/tree/examples/earlier.rs"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
earlier() { (cd "$TREE/tree" && cargo run --quiet --locked --package tidegate --example earlier -- "$@"); }
CORPUS=$PWD/tests/corpus
earlier write "$PWD/tests/upgrade/cases.json" > "$TREE/earlier.json"
earlier read "$CORPUS/later.json" > "$TREE/verdicts.json"
if [ -n "${WRITE:-}" ]; then
  cp "$TREE/earlier.json" "$CORPUS/earlier.json"
  cp "$TREE/verdicts.json" "$CORPUS/earlier-verdicts.json"
fi
diff "$CORPUS/earlier.json" "$TREE/earlier.json"
diff "$CORPUS/earlier-verdicts.json" "$TREE/verdicts.json"
echo "The release of $COMMIT writes and reads what tests/corpus says"
