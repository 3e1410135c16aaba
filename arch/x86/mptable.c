/*
 * mptable.c - the table of machines before ACPI: CPUs and interrupt lines (MultiProcessor Specification 1.4,
 * 4). The default configurations of its chapter 5, without a table, are of machines older than this kernel
 * runs on.
 */
#include <arch/tables.h>
#include <lib/string.h>

enum { POINTER_SIZE = 16, POINTER_TABLE = 4 };
enum { HEADER_LENGTH = 4, HEADER_COUNT = 34, HEADER_SIZE = 44, LONG_ENTRY = 20, SHORT_ENTRY = 8 };

enum { CPU = 0, CPU_ID = 1, CPU_FLAGS = 3, CPU_ENABLED = 1 };
enum { BUS = 1, BUS_ID = 1, BUS_NAME = 2 };
enum { IO_APIC = 2, IO_ID = 1, IO_FLAGS = 3, IO_ENABLED = 1, IO_ADDRESS = 4 };
enum { IO_LINE = 3, LINE_TYPE = 1, LINE_FLAGS = 2, LINE_BUS = 4, LINE_IRQ = 5, LINE_APIC = 6, LINE_PIN = 7 };
enum { LOCAL_LINE = 4, TYPE_VECTORED = 0, EVERY_APIC = 0xff, NONE = 0x100 };

/* What the entries so far said: they are sorted by type (4.3). */
struct seen {
    unsigned isa_bus, io_apic;
};

static void read_entry(struct x86_tables *t, struct seen *seen, const uint8_t *e)
{
    if (e[0] == CPU && (e[CPU_FLAGS] & CPU_ENABLED) != 0) {
        x86_tables_cpu(t, e[CPU_ID]);
    } else if (e[0] == BUS && memcmp(e + BUS_NAME, "ISA   ", 6) == 0) {
        seen->isa_bus = e[BUS_ID];
    } else if (e[0] == IO_APIC && (e[IO_FLAGS] & IO_ENABLED) != 0 && seen->io_apic == NONE) {
        seen->io_apic = e[IO_ID];
        t->ioapic_pa = x86_get32(e + IO_ADDRESS);
    } else if (e[0] == IO_LINE && e[LINE_TYPE] == TYPE_VECTORED && e[LINE_BUS] == seen->isa_bus) {
        bool ours = e[LINE_APIC] == seen->io_apic || e[LINE_APIC] == EVERY_APIC;
        x86_tables_line(t, e[LINE_IRQ], ours ? e[LINE_PIN] : X86_NO_PIN, x86_get16(e + LINE_FLAGS));
    }
}

bool x86_mp_read(struct x86_tables *t)
{
    const uint8_t *pointer = x86_tables_find("_MP_", POINTER_SIZE);
    if (pointer == NULL || x86_get32(pointer + POINTER_TABLE) == 0)
        return false;
    const uint8_t *p = x86_look(X86_LOOK_TABLE, x86_get32(pointer + POINTER_TABLE));
    if (memcmp(p, "PCMP", HEADER_LENGTH) != 0)
        return false;
    size_t length = x86_get16(p + HEADER_LENGTH);
    if (length < HEADER_SIZE || x86_tables_sum(p, length) != 0)
        return false;
    struct seen seen = { NONE, NONE };
    size_t at = HEADER_SIZE;
    for (unsigned left = x86_get16(p + HEADER_COUNT); left > 0 && at < length; left--) {
        size_t size = p[at] == CPU ? LONG_ENTRY : SHORT_ENTRY;
        if (p[at] > LOCAL_LINE || size > length - at)
            break;
        read_entry(t, &seen, p + at);
        at += size;
    }
    return true;
}
