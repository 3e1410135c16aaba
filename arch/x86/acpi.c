/* acpi.c - the ACPI table called "APIC": CPUs and interrupt lines (ACPI 6.5, 5.2.5 to 5.2.8 and 5.2.12). */
#include <arch/tables.h>
#include <lib/string.h>

enum { ROOT_SIZE = 20, ROOT_RSDT = 16 };
enum { HEADER_LENGTH = 4, HEADER_SIZE = 36, ENTRY_SIZE = 4 };

enum { MADT_FIRST = 44, ENTRY_TYPE = 0, ENTRY_LENGTH = 1, ENTRY_LEAST = 2 };
enum { LOCAL_APIC = 0, LOCAL_ID = 3, LOCAL_FLAGS = 4, LOCAL_ENABLED = 1, LOCAL_SIZE = 8 };
enum { IO_APIC = 1, IO_ADDRESS = 4, IO_FIRST_LINE = 8, IO_SIZE = 12 };
enum { OVERRIDE = 2, OVERRIDE_IRQ = 3, OVERRIDE_LINE = 4, OVERRIDE_FLAGS = 8, OVERRIDE_SIZE = 10 };

/* The table at pa, if it is one with that signature; its length into *length. */
static const uint8_t *table(unsigned slot, uint32_t pa, const char *signature, size_t *length)
{
    const uint8_t *p = x86_look(slot, pa);
    if (memcmp(p, signature, HEADER_LENGTH) != 0)
        return NULL;
    *length = x86_get32(p + HEADER_LENGTH);
    if (*length < HEADER_SIZE || *length > X86_LOOK_SIZE || x86_tables_sum(p, *length) != 0)
        return NULL;
    return p;
}

static void read_entry(struct x86_tables *t, const uint8_t *e, size_t size)
{
    if (e[ENTRY_TYPE] == LOCAL_APIC && size >= LOCAL_SIZE) {
        if (x86_get32(e + LOCAL_FLAGS) & LOCAL_ENABLED)
            x86_tables_cpu(t, e[LOCAL_ID]);
    } else if (e[ENTRY_TYPE] == IO_APIC && size >= IO_SIZE) {
        if (x86_get32(e + IO_FIRST_LINE) == 0) /* ISA lines are the first ones */
            t->ioapic_pa = x86_get32(e + IO_ADDRESS);
    } else if (e[ENTRY_TYPE] == OVERRIDE && size >= OVERRIDE_SIZE) {
        x86_tables_line(t, e[OVERRIDE_IRQ], x86_get32(e + OVERRIDE_LINE), x86_get16(e + OVERRIDE_FLAGS));
    }
}

bool x86_acpi_read(struct x86_tables *t)
{
    size_t rsdt_length, length = 0;
    const uint8_t *madt = NULL, *root = x86_tables_find("RSD PTR ", ROOT_SIZE);
    if (root == NULL)
        return false;
    const uint8_t *rsdt = table(X86_LOOK_TABLE, x86_get32(root + ROOT_RSDT), "RSDT", &rsdt_length);
    if (rsdt == NULL)
        return false;
    for (size_t at = HEADER_SIZE; madt == NULL && at + ENTRY_SIZE <= rsdt_length; at += ENTRY_SIZE)
        madt = table(X86_LOOK_ENTRY, x86_get32(rsdt + at), "APIC", &length);
    if (madt == NULL)
        return false;
    for (size_t at = MADT_FIRST; at + ENTRY_LEAST <= length;) {
        size_t size = madt[at + ENTRY_LENGTH];
        if (size < ENTRY_LEAST || size > length - at)
            break;
        read_entry(t, madt + at, size);
        at += size;
    }
    return true;
}
