"""test_backports.py - how tools/setup finds the mirror that apt uses, and tells apt about its backports."""

import pytest
from made_up import DEBIAN_12, ONE_LINE, STANZAS, System


def added(tmp_path, sources):
    system = System(tmp_path, DEBIAN_12, sources)
    status, text, _ = system.setup()
    return status, text, system


def test_adds_backports_in_one_line_format(tmp_path):
    status, _, system = added(tmp_path, {"sources.list": ONE_LINE})
    assert status == 0
    assert system.sources() == {"triptych-backports.list":
                                "deb [signed-by=/etc/key.gpg check-valid-until=no] "
                                "http://mirror.invalid/debian/ bookworm-backports main\n"}


def test_adds_backports_in_stanza_format(tmp_path):
    """The key, here inside the file, comes along; comments, other components and the other suite do not."""
    status, _, system = added(tmp_path, {"sources.list.d/debian.sources": STANZAS})
    assert status == 0
    assert system.sources() == {"triptych-backports.sources":
                                "Types: deb\nSuites: bookworm-backports\nComponents: main\n"
                                "URIs: http://mirror.invalid/debian\nSigned-By:\n"
                                " -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n"
                                " -----END PGP PUBLIC KEY BLOCK-----\n"}


def test_adding_twice_adds_once(tmp_path):
    for sources in ({"sources.list": ONE_LINE}, {"sources.list.d/debian.sources": STANZAS}):
        place = tmp_path / str(len(sources["sources.list"]) if "sources.list" in sources else 0)
        _, first, system = added(place, sources)
        before = system.sources()
        _, second, _ = system.setup()
        assert "adds" in first and "adds" not in second
        assert system.sources() == before


@pytest.mark.parametrize("name, text", [
    ("backports.list", "deb http://other.invalid/debian bookworm-backports main contrib\n"),
    ("all.sources", STANZAS.replace("bookworm-updates", "bookworm-updates bookworm-backports")),
])
def test_backports_already_there(tmp_path, name, text):
    status, _, system = added(tmp_path, {"sources.list": ONE_LINE, f"sources.list.d/{name}": text})
    assert status == 0 and system.sources() == {}
    assert "qemu-system-arm/bookworm-backports" in system.log.read_text()


@pytest.mark.parametrize("name, text", [
    ("off.list", "# deb http://other.invalid/debian bookworm-backports main\n"),
    ("off.sources", "Enabled: no\nTypes: deb\nURIs: http://other.invalid/debian\nSuites: bookworm-backports\n"
                    "Components: main\n"),
    ("src.sources", "Types: deb-src\nURIs: http://other.invalid/debian\nSuites: bookworm-backports\n"
                    "Components: main\n"),
])
def test_backports_switched_off_count_as_absent(tmp_path, name, text):
    _, _, system = added(tmp_path, {"sources.list": ONE_LINE, f"sources.list.d/{name}": text})
    assert "http://mirror.invalid/debian/ bookworm-backports" in system.sources()["triptych-backports.list"]


def test_other_suppliers_are_not_the_mirror(tmp_path):
    """They come first, and they name a suite after the release; Debian's mirror has updates, too."""
    supplier = "deb http://supplier.invalid/debian bookworm main\n"
    for number, mirror in enumerate(({"sources.list.d/debian.sources": STANZAS},
                                     {"sources.list.d/debian.list": ONE_LINE})):
        _, _, system = added(tmp_path / str(number), {"sources.list": supplier} | mirror)
        assert "mirror.invalid" in "".join(system.sources().values())


def test_the_only_entry_is_the_mirror(tmp_path):
    """A bare system as debootstrap leaves it has one line, without updates."""
    _, _, system = added(tmp_path, {"sources.list": "deb http://mirror.invalid/debian bookworm main\n"})
    assert system.sources() == {"triptych-backports.list":
                                "deb http://mirror.invalid/debian bookworm-backports main\n"}


@pytest.mark.parametrize("text", ["", "deb http://mirror.invalid/debian trixie main\n",
                                  "deb http://mirror.invalid/debian bookworm contrib # not main\n",
                                  "deb-src http://mirror.invalid/debian bookworm main\n"])
def test_no_mirror_to_go_by(tmp_path, text):
    status, output, system = added(tmp_path, {"sources.list": text})
    assert status == 1 and "no source of bookworm main" in output
    assert system.sources() == {} and system.log.read_text() == ""
