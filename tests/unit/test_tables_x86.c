/* test_tables_x86.c - arch/x86/tables.c, acpi.c, mptable.c: the tables of a PC's firmware, whole and broken.
 *
 * Planted and caught: a checksum not looked at, of each kind; an entry of length 0 or 1, or too short for its
 * kind; an entry, or a table, that ends behind its end; a disabled CPU counted, a CPU counted twice, the boot
 * CPU counted again; more than MAX_CPUS; an I/O APIC of later lines taken, one that is disabled, the 2nd; a
 * pin beyond 8 bits cut off; lines of another bus taken; the count of entries not believed.
 */
#include "firmware.h"
#include "unit.h"

#include <string.h>

enum { BIOS_AT = 0xf5240, LOW = FIRMWARE_LOW, BOOT_ID = 3, ROUNDS = 20000 };

static const uint8_t acpi_entries[] = {
    0, 8,  0,   0,  1,  0,    0,    0,                 /* CPUs with ids 0, */
    0, 8,  1,   1,  0,  0,    0,    0,                 /* 1, disabled, */
    0, 8,  2,   3,  1,  0,    0,    0,                 /* 3, */
    0, 8,  3,   9,  1,  0,    0,    0,                 /* 9, */
    0, 8,  4,   0,  1,  0,    0,    0,                 /* and 0 once more */
    1, 12, 7,   0,  0,  0,    0xc0, 0xfe, 0,  0, 0, 0, /* I/O APIC of the lines from 0 */
    1, 12, 8,   0,  0,  0x10, 0xc0, 0xfe, 24, 0, 0, 0, /* and one of those from 24 */
    2, 10, 0,   0,  2,  0,    0,    0,    0,  0,       /* line 0 is pin 2, as the bus has it */
    2, 10, 0,   9,  20, 0,    0,    0,    15, 0,       /* 9: pin 20, low, level */
    2, 10, 0,   5,  4,  1,    0,    0,    13, 0,       /* 5: 260, which is no pin; high, level */
    2, 10, 0,   16, 1,  0,    0,    0,    0,  0,       /* no line of the ISA bus */
    4, 6,  255, 0,  0,  1,                             /* of no interest */
};

static void check_line(const struct x86_tables *t, unsigned isa, unsigned pin, bool is_low, bool level)
{
    assert_int_equal(t->line[isa].pin, pin);
    assert_int_equal(t->line[isa].low, is_low);
    assert_int_equal(t->line[isa].level, level);
}

static void check_nothing(const struct x86_tables *t)
{
    assert_int_equal(t->ncpus, 1);
    assert_int_equal(t->apic_id[0], BOOT_ID);
    assert_int_equal(t->ioapic_pa, 0);
    for (unsigned i = 0; i < X86_ISA_LINES; i++)
        check_line(t, i, i, false, false);
}

static void check_acpi(const struct x86_tables *t)
{
    assert_int_equal(t->ncpus, 3);
    assert_int_equal(t->nlisted, 2);
    assert_true(t->boot_listed);
    assert_memory_equal(t->apic_id, ((uint8_t[]){ BOOT_ID, 0, 9 }), 3);
    assert_int_equal(t->ioapic_pa, 0xfec00000);
    check_line(t, 0, 2, false, false);
    check_line(t, 1, 1, false, false);
    check_line(t, 5, X86_NO_PIN, false, true);
    check_line(t, 9, 20, true, true);
}

static void test_acpi(void **state)
{
    static const uint32_t places[] = { EBDA, EBDA + 1024 - 32, 0xe0000, BIOS_AT, LOW - 32 };
    for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
        struct x86_tables t;
        firmware_end(state);
        firmware_begin(state);
        firmware_acpi(places[i], acpi_entries, sizeof(acpi_entries));
        x86_tables_read(&t, BOOT_ID);
        check_acpi(&t);
    }
}

static void test_nothing(void **state)
{
    (void)state;
    struct x86_tables t;
    x86_tables_read(&t, BOOT_ID);
    check_nothing(&t);
    firmware_put16(firmware_low + EBDA_SEGMENT, 0); /* a BIOS that says nothing of these */
    firmware_put16(firmware_low + BASE_KIB, 0);
    x86_tables_read(&t, BOOT_ID);
    check_nothing(&t);
    firmware_put16(firmware_low + EBDA_SEGMENT, 0xffff);
    firmware_put16(firmware_low + BASE_KIB, 0xffff);
    x86_tables_read(&t, BOOT_ID);
    check_nothing(&t);
}

/* Each table of the chain with one bit wrong: then there is none. */
static void test_acpi_checksums(void **state)
{
    (void)state;
    struct x86_tables t;
    uint8_t *madt = firmware_acpi(BIOS_AT, acpi_entries, sizeof(acpi_entries));
    uint8_t *wrong[] = { firmware_low + BIOS_AT + 9, firmware_blocks[0].bytes + 10, madt + 10, madt + 50 };
    for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
        *wrong[i] ^= 0x40;
        x86_tables_read(&t, BOOT_ID);
        check_nothing(&t);
        *wrong[i] ^= 0x40;
    }
    x86_tables_read(&t, BOOT_ID);
    check_acpi(&t);
}

/* A table that says it is longer than what can be looked at is not even summed. */
static void test_acpi_too_long(void **state)
{
    (void)state;
    struct x86_tables t;
    uint8_t *madt = firmware_acpi(BIOS_AT, acpi_entries, sizeof(acpi_entries));
    firmware_put16(madt + 4, (X86_LOOK_SIZE + 1) & 0xffff);
    firmware_put16(madt + 6, (X86_LOOK_SIZE + 1) >> 16);
    x86_tables_read(&t, BOOT_ID);
    check_nothing(&t);
}

static void test_most_cpus(void **state)
{
    (void)state;
    uint8_t entries[20][8] = { 0 };
    struct x86_tables t;
    for (unsigned i = 0; i < 20; i++)
        memcpy(entries[i], ((uint8_t[]){ 0, 8, 0, (uint8_t)(40 - i), 1, 0, 0, 0 }), 8);
    firmware_acpi(BIOS_AT, entries[0], sizeof(entries));
    x86_tables_read(&t, 21); /* the last one that is listed */
    assert_int_equal(t.ncpus, MAX_CPUS);
    assert_int_equal(t.nlisted, 19);
    assert_true(t.boot_listed);
    assert_int_equal(t.apic_id[0], 21);
    for (unsigned i = 1; i < MAX_CPUS; i++)
        assert_int_equal(t.apic_id[i], 41 - i);
    x86_tables_read(&t, 77);
    assert_false(t.boot_listed);
}

static const uint8_t mp_entries[] = {
    0, 0, 0x14, 3,   0,   0,    0,    0,    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* CPUs: 0, the boot CPU; */
    0, 3, 0x14, 1,   0,   0,    0,    0,    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 3 */
    0, 5, 0x14, 0,   0,   0,    0,    0,    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 5, disabled */
    0, 9, 0x14, 1,   0,   0,    0,    0,    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 9 */
    1, 0, 'P',  'C', 'I', ' ',  ' ',  ' ',                                      /* buses */
    1, 1, 'I',  'S', 'A', ' ',  ' ',  ' ',                                      /* ours */
    2, 6, 0x11, 0,   0,   0x10, 0xc0, 0xfe,                                     /* I/O APICs: disabled; */
    2, 7, 0x11, 1,   0,   0,    0xc0, 0xfe,                                     /* this one */
    2, 8, 0x11, 1,   0,   0x20, 0xc0, 0xfe,                                     /* and another */
    3, 0, 0,    0,   1,   0,    7,    2,                                        /* line 0 is pin 2 */
    3, 0, 15,   0,   1,   9,    7,    20,                                       /* 9: pin 20, low, level */
    3, 0, 13,   0,   1,   5,    8,    5,                                        /* 5 is somebody else's */
    3, 0, 15,   0,   0,   1,    7,    11,                                       /* of another bus */
    3, 3, 15,   0,   1,   1,    7,    0,                                        /* the 8259s */
    4, 1, 0,    0,   1,   0,    255,  1,                                        /* of no interest */
};

static void check_mp(const struct x86_tables *t)
{
    assert_int_equal(t->ncpus, 3);
    assert_true(t->boot_listed);
    assert_memory_equal(t->apic_id, ((uint8_t[]){ BOOT_ID, 0, 9 }), 3);
    assert_int_equal(t->ioapic_pa, 0xfec00000);
    check_line(t, 0, 2, false, false);
    check_line(t, 1, 1, false, false);
    check_line(t, 5, X86_NO_PIN, false, true);
    check_line(t, 9, 20, true, true);
}

static void test_mp(void **state)
{
    static const uint32_t places[] = { EBDA + 16, EBDA - 1024, EBDA - 16, BIOS_AT, LOW - 16 };
    for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
        struct x86_tables t;
        firmware_end(state);
        firmware_begin(state);
        uint8_t *table = firmware_mp(places[i], mp_entries, sizeof(mp_entries), 15);
        x86_tables_read(&t, BOOT_ID);
        check_mp(&t);
        table[45] ^= 1;
        x86_tables_read(&t, BOOT_ID);
        check_nothing(&t);
        table[45] ^= 1;
        firmware_low[places[i] + 11] ^= 1;
        x86_tables_read(&t, BOOT_ID);
        check_nothing(&t);
    }
}

/* ACPI comes first; what it left when it turned out to be broken is gone. */
static void test_both(void **state)
{
    (void)state;
    struct x86_tables t;
    uint8_t *madt = firmware_acpi(BIOS_AT, acpi_entries, sizeof(acpi_entries));
    firmware_mp(BIOS_AT + 64, mp_entries, 20, 1);
    x86_tables_read(&t, BOOT_ID);
    check_acpi(&t);
    madt[44] ^= 1;
    x86_tables_read(&t, BOOT_ID);
    assert_int_equal(t.ncpus, 2);
    assert_int_equal(t.ioapic_pa, 0);
}

/* What is listed before the fault counts. */
static void test_broken_entries(void **state)
{
    (void)state;
    static const uint8_t sizes[] = { 0, 1, 9, 0xff }; /* of the last of two entries */
    struct x86_tables t;
    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
        uint8_t entries[] = { 0, 8, 0, 7, 1, 0, 0, 0, 0, sizes[i], 0, 8, 1, 0, 0, 0 };
        firmware_end(state);
        firmware_begin(state);
        firmware_acpi(BIOS_AT, entries, sizeof(entries));
        x86_tables_read(&t, BOOT_ID);
        assert_int_equal(t.ncpus, 2);
        assert_int_equal(t.apic_id[1], 7);
    }
    for (uint8_t type = 0; type <= 2; type++) { /* too short for what they say they are */
        uint8_t entries[] = { 0, 8, 0, 7, 1, 0, 0, 0, type, 4, 0, 8 };
        firmware_end(state);
        firmware_begin(state);
        firmware_acpi(BIOS_AT, entries, sizeof(entries));
        x86_tables_read(&t, BOOT_ID);
        assert_int_equal(t.ncpus, 2);
    }
    /* Of length 1: what would begin behind that byte is an I/O APIC. */
    static const uint8_t one[] = { 0, 8, 0, 7, 1, 0, 0, 0, 0, 1, 12, 9, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0, 0 };
    firmware_end(state);
    firmware_begin(state);
    firmware_acpi(BIOS_AT, one, sizeof(one));
    x86_tables_read(&t, BOOT_ID);
    assert_int_equal(t.ncpus, 2);
    assert_int_equal(t.ioapic_pa, 0);
    for (size_t size = 0; size <= sizeof(mp_entries); size++) {
        firmware_end(state);
        firmware_begin(state);
        firmware_mp(BIOS_AT, mp_entries, size, 0xffff);
        x86_tables_read(&t, BOOT_ID);
        assert_int_equal(t.ncpus, size < 20 ? 1 : size < 80 ? 2 : 3);
    }
    firmware_end(state);
    firmware_begin(state);
    firmware_mp(BIOS_AT, (const uint8_t[20]){ 0, 3, 0, 1, 0 }, 20, 0); /* and its count says none */
    x86_tables_read(&t, 77);
    assert_int_equal(t.nlisted, 0);
}

/* Anything, with checksums that are right: nothing beyond a table's end is read, no bound is broken. */
static void test_random(void **state)
{
    uint64_t seed = unit_seed();
    for (unsigned round = 0; round < ROUNDS; round++) {
        bool acpi = round % 2 == 0;
        struct x86_tables t;
        firmware_end(state);
        firmware_begin(state);
        if (acpi)
            firmware_acpi(BIOS_AT, acpi_entries, sizeof(acpi_entries));
        else
            firmware_mp(BIOS_AT, mp_entries, sizeof(mp_entries), 15);
        unsigned which = acpi ? (unsigned)(unit_random(&seed) % 2) : 0;
        size_t size = 8 + unit_random(&seed) % (firmware_blocks[which].size - 7);
        uint8_t *p = firmware_shorten(which, size);
        for (unsigned n = (unsigned)(unit_random(&seed) % 8); n > 0 && size > 12; n--)
            p[12 + unit_random(&seed) % (size - 12)] = (uint8_t)unit_random(&seed);
        firmware_put16(p + 4, (uint32_t)size);
        if (size > 9)
            firmware_fix(p, size, acpi ? 9 : 7);
        x86_tables_read(&t, BOOT_ID);
        assert_in_range(t.ncpus, 1, MAX_CPUS);
        assert_int_equal(t.apic_id[0], BOOT_ID);
    }
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, firmware_begin, firmware_end)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_nothing),       TEST(test_acpi),           TEST(test_acpi_checksums),
        TEST(test_acpi_too_long), TEST(test_most_cpus),      TEST(test_mp),
        TEST(test_both),          TEST(test_broken_entries), TEST(test_random),
    };
    return UNIT_RUN("tables_x86", tests);
}
