"""test_misuse.py - memory freed twice, in the wrong way, or written to by strangers, on three ports: the
panic names the cache, and both who does it and who was there before."""

import re

import pytest

from harness import PANIC, run

P = r"0x[0-9a-f]+"


def by(name):
    return rf"{name}\+0x[0-9a-f]+"


# name of the test: the panic, on every port and in every build
EVERYWHERE = {
    "misuse-page-twice": rf"page_free\({P}, 0\) in {by('misuse_page_twice')}: it is free already, since "
                         + by("misuse_page_twice"),
    "misuse-block-twice": rf"page_free\({P}, 3\) in {by('misuse_block_twice')}: it is free already, since "
                          + by("misuse_block_twice"),
    "misuse-page-order": rf"page_free\({P}, 1\) in {by('misuse_page_order')}: it is a block of order 2 "
                         rf"\(.*\) that {by('misuse_page_order')} took",
    "misuse-page-within": rf"page_free\({P}, 0\) in {by('misuse_page_within')}: it lies within the block of "
                          rf"order 2 at {P} that {by('misuse_page_within')} took",
    "misuse-page-of-kernel": rf"page_free\({P}, 0\) in {by('misuse_page_of_kernel')}: it is a block of "
                             r"order 0 \(kernel image\) that the boot took",
    "misuse-kfree-page": rf"kfree\({P}\): this is not from kmalloc\(\), but in a page of: ",
    "misuse-wrong-cache": rf"cache pears: {P} is freed to it, but is an object of cache apples",
    "misuse-no-object": rf"cache apples: {P} is freed to it, but is not in a slab",
    "misuse-mutex-twice": r"mutex pear: main \(PID \d+\) locks it and has it already",
    "misuse-mutex-unlock": r"mutex pear: main \(PID \d+\) unlocks it and does not have it",
    "misuse-within-object": rf"cache apples: {P} is not an object, but lies within number \d+ of the slab",
}

# the same mistake, as a plain build finds it later and a DEBUG build at once
TWICE = "misuse-object-twice"
TWICE_PLAIN = rf"cache apples: object {P} was freed twice"
TWICE_DEBUG = (rf"cache apples: {P} is freed twice: by {by('misuse_object_twice')}, and before that by "
               + by("misuse_object_twice"))

DEBUG = {
    "misuse-overrun": rf"cache kmalloc-128: {P} was written beyond its 100 bytes, at offset 100; "
                      rf"{by('misuse_overrun')} took it",
    "misuse-cache-overrun": rf"cache apples: {P} was written beyond its 100 bytes, at offset 100; "
                            rf"{by('misuse_cache_overrun')} took it",
    "misuse-underrun": rf"cache apples: {P} was written before its beginning; "
                       rf"{by('misuse_underrun')} took it",
    "misuse-write-after-free": rf"cache apples: {P} was written to after it was freed, at offset 5; "
                               rf"{by('misuse_write_after_free')} freed it",
    "misuse-page-write-after-free": rf"free page {P} was written to: 0x01 at offset 77",
    "misuse-kfree-object": rf"kfree\({P}\): this is an object of cache apples, for cache_free\(\)",
}


def check(port, test, words, variant=""):
    result = run(port, f"test={test} panic=poweroff", variant=variant, timeout=30)
    assert result.status == PANIC, result
    assert re.search("PANIC: " + words, result.output), f"no {words!r}\n{result}"
    assert "panic inside a panic" not in result.output, result


@pytest.mark.parametrize("variant", ("", "debug"), ids=lambda v: v or "release")
@pytest.mark.parametrize("test", EVERYWHERE)
def test_misuse(port, test, variant):
    check(port, test, EVERYWHERE[test], variant)


def test_object_freed_twice(port):
    check(port, TWICE, TWICE_PLAIN)
    check(port, TWICE, TWICE_DEBUG, "debug")


@pytest.mark.parametrize("test", DEBUG)
def test_debug(port, test):
    check(port, test, DEBUG[test], "debug")


@pytest.mark.parametrize("test", DEBUG)
def test_release_does_not_mind(port, test):
    """The control: what DEBUG finds goes unnoticed without it."""
    result = run(port, f"test={test} panic=poweroff", timeout=30)
    assert "nobody minded" in result.output, result
