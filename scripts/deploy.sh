#!/usr/bin/env bash
# Build and deploy a stack. Usage: scripts/deploy.sh SAM STACK [OPTION...]
#
# The first time SAM asks for the parameters and keeps the answers in infra/samconfig.user.toml, under
# the stack's name; later it deploys with those. Where CI is set it asks nothing, and takes the
# parameters from STACK_PARAMETERS (Name=value ...). OPTIONs go to `sam deploy`.
set -euo pipefail
cd "$(dirname "$0")/../infra"

sam=$1
stack=$2
shift 2

case $sam in
    /*) ;;
    *) sam=../$sam ;;
esac
answers=samconfig.user.toml
base=python:3.11-slim-bookworm

# scripts/base_image.sh makes a base where none can be pulled. It is for trying things out: nobody
# else could build the same.
made_here=$(docker image inspect --format '{{index .Config.Labels "multifidus.base"}}' "$base" \
    2>/dev/null || true)
if [ -n "$made_here" ]; then
    echo "$base was made on this machine and must not be published." >&2
    echo "Pull the public one first: docker pull $base" >&2
    exit 1
fi

anew=(--stack-name "$stack" --capabilities CAPABILITY_IAM --resolve-s3 --resolve-image-repos
    --tags project=multifidus)

"$sam" build
if [ -n "${CI:-}" ]; then
    parameters=()
    if [ -n "${STACK_PARAMETERS:-}" ]; then
        read -ra given <<<"$STACK_PARAMETERS"
        parameters=(--parameter-overrides "${given[@]}")
    fi
    exec "$sam" deploy "${anew[@]}" --no-confirm-changeset --no-fail-on-empty-changeset \
        "${parameters[@]}" "$@"
fi
if grep -qs "^\[$stack\.deploy\.parameters\]" "$answers"; then
    exec "$sam" deploy --config-file "$answers" --config-env "$stack" "$@"
fi
exec "$sam" deploy --guided --config-file "$answers" --config-env "$stack" "${anew[@]}" "$@"
