#!/bin/sh
# Packs this checkout with what it needs and submits job.py to a cluster:
#   deploy/spark/submit.sh MASTER IN OUT RECIPE      for example: deploy/spark/submit.sh yarn /raw/t /ids/t recipe.yaml
# The Python that runs it has to be of the version, and on a machine of the kind, that the executors have.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
master=$1 in=$2 out=$3 recipe=$4
packed=${ROWID_PACKED:-environment.tar.gz}

if [ ! -f "$packed" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet --constraint "$here/../../constraints.txt" "$here/../..[fast,pandas]" venv-pack
    "$work/venv/bin/venv-pack" --quiet --prefix "$work/venv" --output "$packed"
fi

PYSPARK_DRIVER_PYTHON=${PYSPARK_DRIVER_PYTHON:-python3} PYSPARK_PYTHON=./environment/bin/python \
    spark-submit --master "$master" --archives "$packed#environment" \
    --conf spark.executorEnv.ROWID_CACHE=/tmp/rowid-cache \
    "$here/job.py" "$in" "$out" "$recipe"
