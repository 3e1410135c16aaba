/* test_elf.c - a program that is good, and each way for it not to be.
 *
 * Planted and caught: segments of a page that is both; an end that wraps; the file's size not looked at; an
 * entry in data.
 */
#include "unit.h"

#include <string.h>

#include "elf_check.h"

#include <uapi/errno.h>

enum { BASE = 0x400000, SIZE = 0x5000, MACHINE = EM_RISCV };

static const struct elf_limits limits = { MACHINE, 0x10000, 0x7ffff000, SIZE };
static struct elf_ehdr h;
static struct elf_phdr ph[ELF_PHDRS_MOST];
static struct elf_image image;

/* Headers and text, constants, data with a tail of zeros, and something that is not loaded. */
static void make(void)
{
    memset(&h, 0, sizeof(h));
    memset(ph, 0, sizeof(ph));
    memcpy(h.ident, ELF_MAGIC, 4);
    h.ident[EI_CLASS] = sizeof(long) == 8 ? ELFCLASS64 : ELFCLASS32;
    h.ident[EI_DATA] = ELFDATA2LSB;
    h.ident[EI_VERSION] = EV_CURRENT;
    h.type = ET_EXEC;
    h.machine = MACHINE;
    h.version = EV_CURRENT;
    h.entry = BASE + 0x123;
    h.phoff = sizeof(h);
    h.phentsize = sizeof(ph[0]);
    h.phnum = 4;
    for (unsigned i = 0; i < 3; i++)
        ph[i] = (struct elf_phdr){ .type = PT_LOAD,
                                   .flags = PF_R,
                                   .offset = i * 0x1000,
                                   .vaddr = BASE + i * 0x1000,
                                   .filesz = 0x1000,
                                   .memsz = 0x1000 };
    ph[0].flags = PF_R | PF_X;
    ph[2].flags = PF_R | PF_W;
    ph[2].offset += 0x10;
    ph[2].vaddr += 0x10;
    ph[2].filesz = 0x20;
    ph[2].memsz = 0x3000;
    ph[3] = (struct elf_phdr){ .type = PT_GNU_STACK, .flags = PF_R | PF_W | PF_X };
}

static int plan(void)
{
    int result = elf_check(&h, &limits);
    return result != 0 ? result : elf_load_plan(&h, ph, &limits, &image);
}

static void test_good(void **state)
{
    (void)state;
    make();
    assert_int_equal(plan(), 0);
    assert_true(elf_plan_is_safe(&image, &limits));
    assert_int_equal(image.nsegments, 3);
    assert_int_equal(image.entry, BASE + 0x123);
    assert_int_equal(image.phdrs, BASE + sizeof(h));
    assert_int_equal(image.nphdrs, 4);
    assert_int_equal(image.segment[2].va, BASE + 0x2000);
    assert_int_equal(image.segment[2].file_size, 0x30);
    assert_int_equal(image.segment[2].mem_size, 0x4000); /* 0x10 + 0x3000 are four pages */
    assert_int_equal(image.end, BASE + 0x6000);
    assert_true(image.segment[0].x && !image.segment[0].w && image.segment[2].w && !image.segment[2].x);
}

static void test_odd_but_good(void **state)
{
    (void)state;
    make();
    ph[1].filesz = ph[1].memsz = 0; /* nothing */
    assert_int_equal(plan(), 0);
    assert_int_equal(image.nsegments, 2);
    make();
    ph[0].offset = 0x3000; /* the headers are nowhere */
    assert_int_equal(plan(), 0);
    assert_int_equal(image.phdrs, 0);
    make();
    ph[2].vaddr = limits.end - 0x1000 + 0x10; /* up to the last byte */
    ph[2].memsz = 0x1000 - 0x10;
    assert_int_equal(plan(), 0);
    assert_int_equal(image.end, limits.end);
}

/* One after the other is spoiled: an assignment each. */
#define REFUSED(...)                        \
    do {                                    \
        make();                             \
        __VA_ARGS__;                        \
        assert_int_equal(plan(), -ENOEXEC); \
    } while (0)

static void test_header(void **state)
{
    (void)state;
    REFUSED(h.ident[0]++);
    REFUSED(h.ident[3]++);
    REFUSED(h.ident[EI_CLASS] ^= 3);
    REFUSED(h.ident[EI_DATA] = 2);
    REFUSED(h.ident[EI_VERSION] = 0);
    REFUSED(h.type = 3);
    REFUSED(h.machine = EM_AARCH64);
    REFUSED(h.version = 2);
    REFUSED(h.phentsize--);
    REFUSED(h.phnum = 0);
    REFUSED(h.phnum = ELF_PHDRS_MOST + 1);
    REFUSED(h.phoff = SIZE - 4 * sizeof(ph[0]) + 8);
    REFUSED(h.phoff = -8ul);
    REFUSED(h.phoff++);
    REFUSED(h.entry = BASE - 1);
    REFUSED(h.entry = BASE + 0x1000); /* constants */
    REFUSED(h.entry = BASE + 0x2010); /* data */
}

static void test_segments(void **state)
{
    (void)state;
    REFUSED(ph[0].flags |= PF_W);
    REFUSED(ph[0].flags = PF_X);
    REFUSED(ph[3].type = PT_INTERP);
    REFUSED(ph[1].vaddr = BASE);          /* overlap */
    REFUSED(ph[0].memsz++);               /* by a byte: the same page */
    REFUSED(ph[1].vaddr = BASE + 0x7000); /* not in rising order */
    REFUSED(ph[1].offset++);              /* a page cannot be mapped so */
    REFUSED(ph[1].memsz = 0);             /* less than in the file */
    REFUSED(ph[2].filesz = ph[2].memsz + 1);
    REFUSED(ph[2].offset = SIZE - 0x1000 + 0x10, ph[2].filesz = 0x1000);
    REFUSED(ph[2].offset = -0x1000ul + 0x10);
    REFUSED(ph[2].memsz = -1ul);
    REFUSED(ph[2].memsz = limits.end - ph[2].vaddr + 1);
    REFUSED(ph[2].vaddr = limits.end + 0x10);
    REFUSED(ph[2].vaddr = -0x1000ul + 0x10);
    REFUSED(ph[0].vaddr = 0, h.entry = 0x123);
    REFUSED(ph[0].vaddr = limits.lowest - 0x1000, h.entry = limits.lowest - 0x1000);
}

static void test_too_many(void **state)
{
    struct elf_phdr many[ELF_SEGMENTS_MOST + 1];
    (void)state;
    make();
    for (unsigned i = 0; i <= ELF_SEGMENTS_MOST; i++) {
        many[i] = ph[0];
        many[i].vaddr += i * 0x1000;
    }
    h.phnum = ELF_SEGMENTS_MOST;
    assert_int_equal(elf_load_plan(&h, many, &limits, &image), 0);
    assert_int_equal(image.nsegments, ELF_SEGMENTS_MOST);
    h.phnum++;
    assert_int_equal(elf_load_plan(&h, many, &limits, &image), -ENOEXEC);
}

/* Bytes changed at random: what is accepted all the same is safe. */
static void test_random(void **state)
{
    uint64_t seed = unit_seed();
    unsigned accepted = 0;
    (void)state;
    for (unsigned round = 0; round < 300000; round++) {
        make();
        for (uint64_t n = unit_random(&seed) % 4; n > 0; n--) {
            size_t at = unit_random(&seed) % (sizeof(h) + 4 * sizeof(ph[0]));
            unsigned char *p =
                at < sizeof(h) ? (unsigned char *)&h + at : (unsigned char *)ph + at - sizeof(h);
            *p = (unsigned char)unit_random(&seed);
        }
        if (plan() != 0)
            continue;
        assert_true(elf_plan_is_safe(&image, &limits));
        accepted++;
    }
    assert_true(accepted > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),     cmocka_unit_test(test_odd_but_good), cmocka_unit_test(test_header),
        cmocka_unit_test(test_segments), cmocka_unit_test(test_too_many),     cmocka_unit_test(test_random),
    };
    return UNIT_RUN("elf", tests);
}
