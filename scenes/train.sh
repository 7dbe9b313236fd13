#!/usr/bin/env bash
# Makes the bundled scenes again from their bare pictures: learns each rule and writes its certificate into it.
# About an hour on two cores. Arguments: names of scenes (all, without).
set -euo pipefail
cd "$(dirname "$0")"
unstill=${CARGO_TARGET_DIR:-../target}/debug/unstill
# Steps of the energy and of the flow: what the pattern needs to be kept.
declare -A steps=([flock]=6000 [mill]=3000 [pairs]=3000 [train]=6000 [lanes]=4000 [crystal]=8000 [amoeba]=4000 [hunt]=4000)
declare -A flow_steps=([flock]=4000 [mill]=1200 [pairs]=1200 [train]=3000)
# The crystal and a file of the train are longer than what a particle sees by default.
declare -A cutoff=([train]=5.4 [crystal]=4.4)
# How each lives: the flow as fast as the pattern bears; warm where wrong numbers would freeze in, and quick to relax.
declare -A live=(
    [flock]="--strength 1 --relaxation 2 --sigma 0.18"
    [mill]="--strength 10"
    [pairs]="--strength 8"
    [train]="--strength 2 --relaxation 3 --sigma 0.18"
    [lanes]="--strength 4 --relaxation 2 --sigma 0.18"
    [crystal]="--strength 4 --relaxation 5 --sigma 0.24"
    [amoeba]="--strength 1 --relaxation 2 --sigma 0.15"
    [hunt]="--strength 1 --relaxation 2 --sigma 0.18"
)
# A patch with no heading in common has no forward to fly to: it lives by the exact flow alone.
declare -A flow=([crystal]=none)
swarms="flock mill pairs train lanes crystal amoeba hunt"
clouds="two-peaks ring two-moons letter lorenz"
patterns="life waves spirals maze"
tokens="firefly taiji arrow dots"

swarm() {
    "$unstill" motif "$1" -o "$1.ron" --quiet
    "$unstill" learn "$1.ron" --steps "${steps[$1]}" --flow-steps "${flow_steps[$1]:-2000}" --flow "${flow[$1]:-learned}" \
        --cutoff "${cutoff[$1]:-3.9}" --quiet
    # shellcheck disable=SC2086 # options are several words
    "$unstill" check "$1.ron" ${live[$1]} --certify --quiet
}

cloud() {
    local points=20000 free_seed=1
    if [ "$1" = lorenz ]; then points=40000; fi
    # A free network may end in a bad minimum: on the letter those of seeds 1 and 2 do.
    if [ "$1" = letter ]; then free_seed=3; fi
    "$unstill" import --world points --target "$1" --points $points -o "$1.ron" --quiet
    "$unstill" learn "$1.ron" --flow exact --quiet
    if [ "$1" = lorenz ]; then
        "$unstill" learn "$1.ron" --flow weak --quiet
    else
        "$unstill" learn "$1.ron" --flow free --seed "$free_seed" --choose smoothest --quiet
    fi
    # The seed of the README's table.
    "$unstill" check "$1.ron" --seed 101 --certify --quiet
}

pattern() {
    "$unstill" simulate gray-scott --preset "$1" -o "$1.ron" --quiet
    "$unstill" learn "$1.ron" --quiet
    "$unstill" check "$1.ron" --steps 20000 --certify --quiet
}

token() {
    # The heads beyond the second: what each bears without losing contrast.
    local files=$1 seed=1 heads=
    case $1 in
    firefly) heads="--turn 0.015 --slide 0.05" ;;
    arrow) seed=2 heads="--turn 0.015" ;;
    dots) files="dot ring" ;;
    esac
    # shellcheck disable=SC2086 # two kinds are two words
    "$unstill" import --world field --tokens $files -o "$1.ron" --quiet
    # Two kinds are told apart better when their poses are corrected faster and nothing is spent on growth. They swim slowly:
    # a ring has no front, and follows the command only in part.
    if [ "$1" = dots ]; then
        sed -i 's/registration: 0.02/registration: 0.05/; s/sigma_range: (0.15, 5.0)/sigma_range: (0.15, 0.45)/' dots.ron
        sed -i 's/swim_px: 0.05/swim_px: 0.02/' dots.ron
    fi
    # shellcheck disable=SC2086 # options are several words
    "$unstill" learn "$1.ron" --steps 10000 --seed $seed $heads --quiet
    "$unstill" check "$1.ron" --steps 10000 --certify --quiet
}

for name in ${*:-$swarms $clouds $patterns $tokens}; do
    case " $clouds " in *" $name "*) cloud "$name"; continue ;; esac
    case " $patterns " in *" $name "*) pattern "$name"; continue ;; esac
    case " $tokens " in *" $name "*) token "$name"; continue ;; esac
    swarm "$name"
done
