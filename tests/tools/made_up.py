"""made_up.py - a system that does not exist, for the tests of tools/setup.

It is a directory with an etc/ and a bin/ of fake package managers, which note how they were called. Neither
the network nor root is needed.
"""

import subprocess
from pathlib import Path

SETUP = Path(__file__).resolve().parents[2] / "tools/setup"
DEBIAN_12 = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
ONE_LINE = """# the mirror
deb [signed-by=/etc/key.gpg check-valid-until=no] http://mirror.invalid/debian/ bookworm main contrib
deb http://mirror.invalid/debian bookworm-updates main # and its updates
"""
STANZAS = """# the mirror
Types: deb deb-src
# http://old.invalid/debian
URIs: http://mirror.invalid/debian
Suites: bookworm
  bookworm-updates
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
URIs: http://security.invalid/debian-security
Suites: bookworm-security
Components: main
"""


class System:
    """A made-up system. installed: package -> version, for dpkg-query; calls: what was run, in order."""

    def __init__(self, path, os_release, sources=(), installed=(), root=True):
        self.path, self.bin, self.log = path, path / "bin", path / "log"
        self.environment = {"PATH": f"{self.bin}:/usr/bin:/bin", "SETUP_ROOT": str(path)}
        (path / "etc/apt/sources.list.d").mkdir(parents=True)
        (path / "etc/os-release").write_text(os_release)
        for name, text in dict(sources).items():
            (path / "etc/apt" / name).write_text(text)
        self.bin.mkdir()
        self.log.touch()
        for name in ("apt-get", "dnf", "brew"):
            self.tool(name, f'echo "{name} $*" >>"{self.log}"')
        self.tool("sudo", f'echo "sudo" >>"{self.log}"\nexec "$@"')
        self.tool("id", f"echo {0 if root else 1000}")
        answers = "".join(f'{name}) echo "installed {version}" ;;\n'
                          for name, version in dict(installed).items())
        self.tool("dpkg-query", f'eval "last=\\${{$#}}"\ncase $last in\n{answers}*) exit 1 ;;\nesac')
        self.tool("rpm", "exit 1")
        self.tool("pacman", f'[ "$1" = -T ] && exit 127\necho "pacman $*" >>"{self.log}"')

    def tool(self, name, body):
        (self.bin / name).write_text(f"#!/bin/sh\n{body}\n")
        (self.bin / name).chmod(0o755)

    def setup(self, *arguments):
        """(status, output, calls) of one run of tools/setup."""
        done = subprocess.run([SETUP, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=30, env=self.environment)
        return done.returncode, done.stdout, self.log.read_text().splitlines()

    def sources(self):
        """The files of apt sources that setup has written."""
        written = (self.path / "etc/apt/sources.list.d").glob("triptych*")
        return {path.name: path.read_text() for path in written}
