# For scripts that take packages of Debian, of a release that need not be this machine's. Sourced.
# shellcheck shell=bash

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# A machine may reach nothing but the mirror its apt is configured for. One whose apt has none of Debian's, such as an
# Ubuntu, gets the one that debootstrap uses.
find_mirror() {
  local suite=$1 uri
  # shellcheck disable=SC2016 # apt-get expands it
  while read -r uri; do
    if wget -qO- --timeout=10 --tries=2 "$uri/dists/$suite/InRelease" | grep -x 'Origin: Debian' >/dev/null; then
      printf '%s\n' "$uri"
      return
    fi
  done < <(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    grep -E '^https?://' | sed 's:/*$::' | sort -u)
  sed -n 's/^DEF_MIRROR="\(.*\)"$/\1/p' "$(command -v debootstrap || echo /dev/null)"
}

# The proxy and the leniency about dates that the machine's own apt needs.
apt_settings() {
  printf '%s\n' 'APT::Install-Recommends "false";' 'Acquire::Languages "none";'
  { apt-config dump 2>/dev/null || true; } | grep -E '^Acquire::(Check-|https?::Proxy)' || true
}
