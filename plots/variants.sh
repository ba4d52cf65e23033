#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Bars per variant for the key benchmarks, by gnuplot.
# Usage: variants.sh RUNDIR [BENCHMARK,...]
# Writes RUNDIR/plots/variants.svg and .png. Status 77: not available here.
set -eu

run=${1:?usage: variants.sh RUNDIR [BENCHMARK,...]}
benchmarks=${2:-null-call,ipc-inter/words:0,ipc-inter/words:8,rpc-working-set/pages:8}
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
gnuplot=${GNUPLOT:-gnuplot}

if ! command -v "$gnuplot" >/dev/null; then
	echo "gnuplot is not installed ($gnuplot)"
	exit 77
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/ukbench-plot.XXXXXX")
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" "$here/../scripts/tables.py" "$run" --gnuplot "$benchmarks" >"$work/data.gp" || {
	status=$?
	cat "$work/data.gp"
	exit "$status"
}

mkdir -p "$run/plots"
for kind in svg png; do
	printf "kind = '%s'\noutput = '%s'\n" "$kind" "$work/out.$kind" |
		cat - "$work/data.gp" "$here/variants.gp" >"$work/$kind.gp"
	"$gnuplot" "$work/$kind.gp"
	# a figure is replaced by a whole one or not at all
	mv "$work/out.$kind" "$run/plots/variants.$kind"
done
