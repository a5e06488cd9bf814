#!/usr/bin/env bash
# The demo behind `make demo`: a real onboarding against a reference server of its own, with a DNS server, an LDAP
# directory and a mail relay beside it.
#
#   demo.sh        apply, show, change one line, clean up
#   demo.sh up     apply and show, then leave servers and state in .demo/ for playing
#   demo.sh down   stop what "up" left and remove it
#
# CUSTOMERS=1000 makes up so many customers.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
binary=$root/bin/terraform-provider-msp
services=$root/bin/demo-services
mode=${1:-run}
standing=$root/.demo

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'demo: %s\n' "$*" >&2; exit 1; }

stop_servers() { # $1: folder of the demo
  stop "$1/server.pid" reference-server
  stop "$1/services.pid" demo-services
}

stop() { # $1: file with a process id, $2: part of its command line
  local pid
  [[ -f $1 ]] || return 0
  pid=$(<"$1")
  rm -f "$1"
  # The number may belong to another process by now, as after a restart of the machine.
  if command -v ps >/dev/null && ! ps -o args= -p "$pid" | grep -q "$2"; then return 0; fi
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
    stop_servers "$standing"
    rm -rf "$standing"
    echo "Stopped the servers and removed their data and the state."
    exit 0
    ;;
  *) fail "unknown argument \"$mode\": none, up or down is possible" ;;
esac

tf=${TERRAFORM:-$(command -v terraform || command -v tofu || true)}
[[ -n $tf ]] || fail "neither terraform nor tofu is on the PATH; install one, or name it in TERRAFORM"
[[ -x $binary && -x $services ]] || fail "bin/ misses something; run make demo"

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
    stop_servers "$dir"
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

# Starts a server in a group of its own: a Ctrl-C must not end it before Terraform has ended what it was writing.
start() { # $1: its name, $2: what it prints when it is ready, then its command
  local name=$1 ready=$2
  shift 2
  : >"$dir/$name.out" # there before it is looked at
  set -m
  "$@" >"$dir/$name.out" 2>"$dir/$name.log" </dev/null &
  echo $! >"$dir/$name.pid"
  set +m
  for _ in {1..1200}; do # two minutes, for machines that have much else to do
    ! grep -q "^$ready" "$dir/$name.out" || return 0
    kill -0 "$(<"$dir/$name.pid")" 2>/dev/null || break
    sleep 0.1
  done
  cat "$dir/$name.log" >&2
  fail "$name did not start"
}
printed() { sed -n "s/^$2 //p" "$dir/$1.out"; }

say "Start DNS, directory and mail relay, and the reference server on a fresh database"
start services ready "$services" -dir "$dir"
(umask 077 && head -c 32 /dev/urandom | base64 >"$dir/secret.keys")
start server 'listening on' "$binary" reference-server --listen 127.0.0.1:0 --database "sqlite:$dir/portal.db" \
  --seed "$root/examples/demo/seed.json" --secret-key-file "$dir/secret.keys" --dns-resolver "$(printed services dns)" \
  --directory-ca-file "$dir/ldap-ca.pem" --smtp "$(printed services smtp)" --smtp-from portal@northwind-msp.example
endpoint=$(printed server 'listening on')
export MSP_ENDPOINT=$endpoint MSP_CLIENT_ID=demo MSP_CLIENT_SECRET=only-for-the-demo-on-loopback
echo "$endpoint" >"$dir/portal.txt"
echo "It listens on $endpoint."

cp -R "$root/examples/msp-at-scale" "$root/examples/modules" "$root/examples/demo/report" "$root/examples/demo/sessions" "$dir/"
# Nothing of what somebody tried out in the examples.
find "$dir" \( -name '.terraform*' -o -name '*.tfstate*' \) -prune -exec rm -rf {} +
export TF_VAR_zone_file=$dir/zone.txt
# The directory's password is a write-only argument, which older versions do not have: they add everybody by hand.
version=$("$tf" version | sed -n '1s/[^0-9]*\([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
directory=
if ((${version% *} > 1 || ${version#* } >= 11)); then
  directory=1
  export TF_VAR_directory_password=only-for-the-demo-on-loopback
  TF_VAR_directory=$(printf '{"host":"127.0.0.1","port":%d,"bind_dn":"CN=portal,OU=Services,DC=northwind-msp,DC=example","base_dn":"OU=Staff,DC=northwind-msp,DC=example"}' "$(printed services ldap)")
  export TF_VAR_directory
fi
export TF_VAR_deletion_protection=false

shipped=$(($(wc -l <"$dir/msp-at-scale/customers.csv") - 1))
customers=${CUSTOMERS:-$shipped}
[[ $customers =~ ^[1-9][0-9]{0,4}$ ]] && ((customers >= shipped)) || fail "CUSTOMERS is a number from $shipped to 99999"
# With few resources each: what Terraform itself needs grows with the square of their number.
for ((i = shipped + 1; i <= customers; i++)); do
  printf 'Customer %05d,customer-%05d.example,DE,Mail Security,%d,CRM-X%d,,,,\n' "$i" "$i" $((10 + i % 90)) "$i"
done >>"$dir/msp-at-scale/customers.csv"

customers() { run "$tf" "-chdir=$dir/msp-at-scale" "$@"; }
partner() { run "$tf" "-chdir=$dir/msp-at-scale/partner" "$@"; }

# Shows a command's output only if it fails.
quiet() { # $1: file for the output, then the command
  local log=$dir/$1
  shift
  "$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
}
unchanged() { # $1: partner or customers
  quiet plan.log "$1" plan -input=false -no-color -detailed-exitcode || fail "the second plan is not empty"
  grep '^No changes' "$dir/plan.log"
}
shows() { # $1: an output of the report
  run "$tf" "-chdir=$dir/report" output -raw "$1" >"$dir/$1.txt"
  echo >>"$dir/$1.txt"
}
started=$SECONDS

say "The partner's own account: configuration, emergency contact, domains, directory (examples/msp-at-scale/partner)"
quiet init.log partner init -input=false -no-color
quiet apply.log partner apply -input=false -auto-approve -no-color
grep '^Apply complete' "$dir/apply.log"
# People are there after the directory's first synchronization, which follows within seconds.
for _ in {1..150}; do
  quiet refresh.log partner apply -refresh-only -input=false -auto-approve -no-color
  sed -n '/^Outputs:/,$p' "$dir/refresh.log" >"$dir/outputs.txt"
  [[ -n $directory ]] && ! grep -q '^directory_status = "ok"' "$dir/outputs.txt" || break
  sleep 0.2
done
[[ -z $directory ]] || grep -q '^directory_status = "ok"' "$dir/outputs.txt" || { cat "$dir/refresh.log" >&2; fail "the directory was not read"; }
sed 1,2d "$dir/outputs.txt"
[[ -n $directory ]] || echo "Without a directory: its secret needs Terraform or OpenTofu 1.11 or newer."

say "The team and $customers customers (examples/msp-at-scale)"
quiet init.log customers init -input=false -no-color
quiet apply.log customers apply -input=false -auto-approve -no-color -compact-warnings
grep '^Apply complete' "$dir/apply.log"
echo "Both took $((SECONDS - started)) seconds."

# Whoever is invited gets in nowhere before the temporary password of the mail is replaced.
joined() { sort "$dir/joined.txt" 2>/dev/null || true; }
for _ in {1..900}; do
  [[ $(joined | wc -l) -lt 3 ]] || break
  kill -0 "$(<"$dir/services.pid")" 2>/dev/null || { cat "$dir/services.log" >&2; fail "nobody could register"; }
  sleep 0.2
done
[[ $(joined | wc -l) -ge 3 ]] || fail "not everybody registered who reads their mail"
say "Who has replaced the temporary password of the invitation; Dmitri and Elif have not yet"
joined

say "Who can get in where, as the server answers it"
quiet init.log run "$tf" "-chdir=$dir/report" init -input=false -no-color
quiet report.log run "$tf" "-chdir=$dir/report" apply -input=false -auto-approve -no-color
shows table
head -n $((shipped + 1)) "$dir/table.txt"
if ((customers > shipped)); then echo "... and $((customers - shipped)) more"; fi

say "By which ways, and why (msp_effective_access)"
shows why
cat "$dir/why.txt"

# Ephemeral resources came with the version that has write-only arguments, or before.
if [[ -n $directory ]]; then
  say "Nora signs in to two customers at once, for one run (msp_customer_session)"
  export TF_VAR_password='only for the demo on loopback'
  quiet init.log run "$tf" "-chdir=$dir/sessions" init -input=false -no-color
  quiet sessions.log run "$tf" "-chdir=$dir/sessions" apply -input=false -auto-approve -no-color
  run "$tf" "-chdir=$dir/sessions" output -raw seen
  ! grep -rqF -e "$TF_VAR_password" -e '"token"' "$dir/sessions" --include='*.tfstate' || fail "the state has secrets"
  printf '\nNothing of it is in the state.\n'
  unset TF_VAR_password
fi

say "Which mail went out by now"
cut -f 2 "$dir/mails.txt" | sed 's/ at .*/ at .../' | sort | uniq -c | sort -rn

say "Plan again: nothing to do"
unchanged partner
unchanged customers

if [[ $mode == up ]]; then
  keep=1
  cat <<TXT

== The servers and the state stand
Go on with:
  cd .demo/msp-at-scale
  unset MSP_TOKEN MSP_CLIENT_SECRET_FILE MSP_CA_CERT_FILE
  export TF_CLI_CONFIG_FILE=$dir/terraform.rc TF_VAR_deletion_protection=false
  export MSP_ENDPOINT=$endpoint MSP_CLIENT_ID=demo MSP_CLIENT_SECRET=$MSP_CLIENT_SECRET
  terraform plan
make demo-down removes it all.
TXT
  exit 0
fi

say "Change one line: Carla is a basic administrator at Bluebird Bakery from now on"
people=$dir/msp-at-scale/administrators.yaml
sed -i.bak -e '/bluebird-bakery/{' -e n -e 's/partner_administrator/basic_administrator/' -e '}' "$people"
diff "$people.bak" "$people" || true
quiet change.log customers apply -input=false -auto-approve -no-color
sed -n '/^Terraform will perform/,/^Plan:/p;/^OpenTofu will perform/,/^Plan:/p;/^Apply complete/p' "$dir/change.log"
grep -q '^Plan: 0 to add, 1 to change, 0 to destroy' "$dir/change.log" || fail "more than that one line changed"

say "Clean up: destroy everything, stop the servers"
for part in customers partner; do
  quiet destroy.log "$part" destroy -input=false -auto-approve -no-color
  grep '^Destroy complete' "$dir/destroy.log"
done
