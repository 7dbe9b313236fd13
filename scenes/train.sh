#!/usr/bin/env bash
# Makes the bundled scenes again from their bare pictures: learns each rule and writes its certificate into it.
# About twenty minutes on two cores. Arguments: names of scenes (all, without).
set -euo pipefail
cd "$(dirname "$0")"
unstill=${CARGO_TARGET_DIR:-../target}/debug/unstill
# Steps of the energy: what the pattern needs to be kept.
declare -A steps=([flock]=4000 [mill]=3000 [pairs]=3000 [train]=4000 [lanes]=4000 [crystal]=3000 [amoeba]=3000 [hunt]=4000)
declare -A flow_steps=([mill]=1200 [pairs]=1200)
# Strength of the flow: as fast as the pattern bears.
declare -A strength=([flock]=2 [mill]=10 [pairs]=8 [train]=2 [lanes]=4 [crystal]=4 [amoeba]=1 [hunt]=1)
# A patch with no heading in common has no forward to fly to: it lives by the exact flow alone.
declare -A flow=([crystal]=none)
for name in "${@:-flock mill pairs train lanes crystal amoeba hunt}"; do
    for scene in $name; do
        "$unstill" motif "$scene" -o "$scene.ron" --quiet
        "$unstill" learn "$scene.ron" --steps "${steps[$scene]}" --flow-steps "${flow_steps[$scene]:-2000}" \
            --flow "${flow[$scene]:-learned}" --quiet
        "$unstill" check "$scene.ron" --strength "${strength[$scene]}" --certify --quiet
    done
done
