#!/usr/bin/env bash
# The demo behind `make demo`: a real onboarding against a reference server of its own.
#
#   demo.sh        apply, show, change one line, clean up
#   demo.sh up     apply and show, then leave server and state in .demo/ for playing
#   demo.sh down   stop what "up" left and remove it
#
# CUSTOMERS=1000 makes up so many customers; from 200 on, external administrators are declared as maps.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
binary=$root/bin/terraform-provider-msp
mode=${1:-run}
standing=$root/.demo

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'demo: %s\n' "$*" >&2; exit 1; }

stop_server() { # $1: folder of the demo
  local pid
  [[ -f $1/server.pid ]] || return 0
  pid=$(<"$1/server.pid")
  rm -f "$1/server.pid"
  # The number may belong to another process by now, as after a restart of the machine.
  if command -v ps >/dev/null && ! ps -o args= -p "$pid" | grep -q reference-server; then return 0; fi
  kill "$pid" 2>/dev/null || return 0
  for _ in {1..50}; do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -9 "$pid" 2>/dev/null || true
}

case $mode in
  run | up) ;;
  down)
    stop_server "$standing"
    rm -rf "$standing"
    echo "Stopped the server and removed its data and the state."
    exit 0
    ;;
  *) fail "unknown argument \"$mode\": none, up or down is possible" ;;
esac

tf=${TERRAFORM:-$(command -v terraform || command -v tofu || true)}
[[ -n $tf ]] || fail "neither terraform nor tofu is on the PATH; install one, or name it in TERRAFORM"
[[ -x $binary ]] || fail "bin/terraform-provider-msp is missing; run make build"

if [[ $mode == up ]]; then
  [[ ! -e $standing ]] || fail "a demo stands already; make demo-down removes it"
  dir=$standing
  mkdir -m 700 "$dir"
else
  dir=$(mktemp -d)
fi

keep=
child=
cleanup() {
  local status=$?
  # Another signal must not end the script before its children.
  trap - EXIT
  trap '' INT TERM HUP
  stop_child
  if [[ -z $keep ]]; then
    stop_server "$dir"
    rm -rf "$dir"
  fi
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Terraform gets time to end what it has begun. Its group takes its plugins along.
stop_child() {
  [[ -n $child ]] && kill -0 "$child" 2>/dev/null || return 0
  kill -INT -- "-$child" 2>/dev/null || true
  for _ in {1..100}; do
    kill -0 "$child" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL -- "-$child" 2>/dev/null || true
}

# In the background and in a group of its own, so that a signal is handled here, at once and not when the command ends.
run() {
  set -m
  "$@" </dev/null &
  child=$!
  set +m
  local status=0
  wait "$child" || status=$?
  child=
  return "$status"
}

# Terraform gets the provider from a folder and asks no registry for it.
host=registry.terraform.io
case $(basename "$tf") in *tofu*) host=registry.opentofu.org ;; esac
mirror=$dir/plugins/$host/terraform-provider-msp/msp/0.0.1/$(go env GOOS)_$(go env GOARCH)
mkdir -p "$mirror"
cp "$binary" "$mirror/terraform-provider-msp_v0.0.1"
cat >"$dir/terraform.rc" <<RC
provider_installation {
  filesystem_mirror {
    path = "$dir/plugins"
  }
}
RC
export TF_CLI_CONFIG_FILE=$dir/terraform.rc CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1
# Nothing of the caller's own setting may reach the demo.
unset TF_PLUGIN_CACHE_DIR TF_WORKSPACE TF_DATA_DIR "${!TF_CLI_ARGS@}" "${!TF_VAR_@}"
unset MSP_TOKEN MSP_CLIENT_SECRET_FILE MSP_CA_CERT_FILE "${!MSP_OIDC_@}"

say "Start the reference server on a fresh database"
# In a group of its own: a Ctrl-C must not end it before Terraform has ended what it was writing.
set -m
"$binary" reference-server --listen 127.0.0.1:0 --database "sqlite:$dir/portal.db" --seed "$root/examples/demo/seed.json" \
  >"$dir/server.out" 2>"$dir/server.log" </dev/null &
echo $! >"$dir/server.pid"
set +m
for _ in {1..100}; do
  endpoint=$(sed -n 's/^listening on //p' "$dir/server.out")
  [[ -z $endpoint ]] || break
  kill -0 "$(<"$dir/server.pid")" 2>/dev/null || { cat "$dir/server.log" >&2; fail "the server ended"; }
  sleep 0.1
done
[[ -n $endpoint ]] || fail "the server did not start within 10 seconds"
export MSP_ENDPOINT=$endpoint MSP_CLIENT_ID=demo MSP_CLIENT_SECRET=only-for-the-demo-on-loopback
echo "It listens on $endpoint."

cp -R "$root/examples/onboarding" "$root/examples/demo/report" "$dir/"
export TF_VAR_deletion_protection=false

shipped=$(($(wc -l <"$dir/onboarding/customers.csv") - 1))
customers=${CUSTOMERS:-$shipped}
[[ $customers =~ ^[1-9][0-9]{0,4}$ ]] && ((customers >= shipped)) || fail "CUSTOMERS is a number from $shipped to 99999"
for ((i = shipped + 1; i <= customers; i++)); do
  printf 'Customer %05d,customer-%05d.example,DE,Mail Security,%d,%s\n' "$i" "$i" $((10 + i % 90)) phone_manager
done >>"$dir/onboarding/customers.csv"
if ((customers >= 200)); then export TF_VAR_administrators_as_maps=true; fi

onboarding() { run "$tf" "-chdir=$dir/onboarding" "$@"; }
report() {
  run "$tf" "-chdir=$dir/report" init -input=false -no-color >/dev/null
  run "$tf" "-chdir=$dir/report" apply -input=false -auto-approve -no-color >/dev/null
  run "$tf" "-chdir=$dir/report" output -raw table >"$dir/table.txt"
  echo >>"$dir/table.txt"
  head -n $((shipped + 1)) "$dir/table.txt"
  if ((customers > shipped)); then echo "... and $((customers - shipped)) more"; fi
}

say "Onboard the partner, its administrators and $customers customers (examples/onboarding)"
onboarding init -input=false -no-color >/dev/null
started=$SECONDS
onboarding apply -input=false -auto-approve -no-color -compact-warnings >"$dir/apply.log" || { cat "$dir/apply.log" >&2; exit 1; }
grep '^Apply complete' "$dir/apply.log"
echo "It took $((SECONDS - started)) seconds."

say "Who can get in where, as the server answers it"
report

say "Plan again: nothing to do"
onboarding plan -input=false -no-color -detailed-exitcode >"$dir/plan.log" || { cat "$dir/plan.log" >&2; fail "the second plan is not empty"; }
grep '^No changes' "$dir/plan.log"

if [[ $mode == up ]]; then
  keep=1
  cat <<TXT

== The server and the state stand
Go on with:
  cd .demo/onboarding
  unset MSP_TOKEN MSP_CLIENT_SECRET_FILE MSP_CA_CERT_FILE
  export TF_CLI_CONFIG_FILE=$dir/terraform.rc TF_VAR_deletion_protection=false
  export MSP_ENDPOINT=$endpoint MSP_CLIENT_ID=demo MSP_CLIENT_SECRET=$MSP_CLIENT_SECRET
  terraform plan
make demo-down removes it all.
TXT
  exit 0
fi

say "Change one line: Carla is a basic administrator at Bluebird Bakery from now on"
sed -i.bak '/^bluebird-bakery/s/partner_administrator/basic_administrator/' "$dir/onboarding/exceptions.csv"
diff "$dir/onboarding/exceptions.csv.bak" "$dir/onboarding/exceptions.csv" || true
onboarding apply -input=false -auto-approve -no-color >"$dir/change.log" || { cat "$dir/change.log" >&2; exit 1; }
sed -n '/^Terraform will perform/,/^Plan:/p;/^OpenTofu will perform/,/^Plan:/p;/^Apply complete/p' "$dir/change.log"
grep -q '^Plan: 0 to add, 1 to change, 0 to destroy' "$dir/change.log" || fail "more than that one line changed"

say "Clean up: destroy everything, stop the server"
onboarding destroy -input=false -auto-approve -no-color >"$dir/destroy.log" || { cat "$dir/destroy.log" >&2; exit 1; }
grep '^Destroy complete' "$dir/destroy.log"
