#!/bin/sh
# Brings a checkout to a state in which it runs; quick when nothing is missing. Safe to run twice at once.
#
#   --tests  install what `npm test` needs, too
#   --yes    install system packages without asking
#
# On a terminal it asks before it installs packages; without one, or with CI=true, it installs.
set -eu
cd "$(dirname "$0")/.."

min_node=20.17
ready=dist/.ready
tests=
yes=${CI:+yes}
[ "${CI:-}" != false ] || yes=
[ -t 0 ] && [ -t 2 ] || yes=yes
for option in "$@"; do
  case $option in
    --tests) tests=yes ;;
    --yes) yes=yes ;;
    *) echo "berth: bootstrap: unknown option $option" >&2 && exit 2 ;;
  esac
done

say() { echo "berth: $*" >&2; }
fail() { say "$@" && exit 1; }

check_node() {
  command -v node >/dev/null || fail "node is not installed: Node $min_node or later is needed, see https://nodejs.org"
  command -v npm >/dev/null || fail "npm is not installed: it comes with Node, or as the package npm"
  node -e "
    const [major, minor] = process.versions.node.split('.').map(Number);
    const [wantMajor, wantMinor] = '$min_node'.split('.').map(Number);
    process.exit(major > wantMajor || (major === wantMajor && minor >= wantMinor) ? 0 : 1);
  " || fail "node $(node -p process.versions.node) is too old: Node $min_node or later is needed, see https://nodejs.org"
}

# What the build is made from: changed means set up again.
fingerprint() {
  {
    node -p process.version
    cat package.json package-lock.json CMakeLists.txt
    find cmake native scripts src -type f | LC_ALL=C sort | xargs cat
  } | cksum
}

# Prints the packages of a list that this release has and this machine lacks.
missing_packages() {
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  while read -r package releases; do
    case $package in '' | \#*) continue ;; esac
    case ,$releases, in ,, | *,"$codename",*) ;; *) continue ;; esac
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || :)
    [ "$status" = installed ] || printf ' %s' "$package"
  done <"$1"
}

confirm() {
  [ -z "$yes" ] || return 0
  printf 'berth: install%s with apt-get? [y/N] ' "$1" >&2
  read -r answer || answer=
  case $answer in [yY] | [yY][eE][sS]) ;; *) return 1 ;; esac
}

install_packages() {
  if ! command -v dpkg-query >/dev/null; then
    say "this is not Debian or Ubuntu: see scripts/apt-packages.txt for what must be installed"
    return 0
  fi
  missing=$(missing_packages scripts/apt-packages.txt)
  [ -z "$tests" ] || missing=$missing$(missing_packages scripts/apt-packages-test.txt)
  [ -n "$missing" ] || return 0
  by_hand="install these first: apt-get install --no-install-recommends$missing"
  sudo=
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "$by_hand"
    sudo=sudo
    # Without a terminal sudo cannot ask for a password.
    [ -t 0 ] || sudo -n true 2>/dev/null || fail "$by_hand"
  fi
  confirm "$missing" || fail "$by_hand"
  say "installing$missing"
  $sudo apt-get -o DPkg::Lock::Timeout=300 update -qq >&2 || say "apt-get update failed; trying with the lists at hand"
  # A service that a package starts must not inherit the lock, hence 9>&-.
  # shellcheck disable=SC2086 # a list of words
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends $missing >&2 9>&- ||
    fail "$by_hand"
}

install_node_modules() {
  lock=$(cksum <package-lock.json)
  [ "$(cat node_modules/.berth-lock 2>/dev/null)" != "$lock" ] || return 0
  say 'installing npm packages'
  npm ci --no-audit --no-fund >&2
  echo "$lock" >node_modules/.berth-lock
}

check_node
# Released by the kernel with the last descriptor, however this ends.
exec 9>.bootstrap.lock
flock 9
install_packages
wanted=$(fingerprint)
if [ "$(cat "$ready" 2>/dev/null)" != "$wanted" ]; then
  install_node_modules
  say 'building'
  npm run --silent build >&2
  echo "$wanted" >"$ready"
fi
