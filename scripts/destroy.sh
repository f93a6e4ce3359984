#!/usr/bin/env bash
# Remove a stack and, after asking, the page's bucket. Usage: scripts/destroy.sh SAM PYTHON STACK
set -euo pipefail
cd "$(dirname "$0")/.."

sam=$1
python=$2
stack=$3

# The template keeps the bucket, since only an empty one can be removed; its name is known as long as
# the stack is there.
bucket=$("$python" -c '
import sys, boto3
from infra.deploy_site import find_site
print(find_site(boto3.client("cloudformation"), sys.argv[1]).bucket)' "$stack")

"$sam" delete --stack-name "$stack"
read -rp "Remove the page's bucket $bucket too, with all that it holds? [y/N] " answer
if [ "$answer" = y ]; then
    exec "$python" -m infra.deploy_site --empty "$bucket"
fi
echo "$bucket is kept."
