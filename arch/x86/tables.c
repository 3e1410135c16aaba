/* tables.c - what the firmware's tables say of CPUs and interrupt lines, whichever kind it left. */
#include <arch/tables.h>
#include <lib/string.h>

/* Interrupt Descriptions 4.3.4 of the MultiProcessor Specification 1.4; ACPI 6.5, table 5.26, is the same. */
enum { POLARITY = 3, POLARITY_LOW = 3, TRIGGER_SHIFT = 2, TRIGGER = 3, TRIGGER_LEVEL = 3 };

/* The BIOS tells in its data area where its extended one is, and how much memory lies before that. */
enum { EBDA_SEGMENT = 0x40e, BASE_KIB = 0x413, KIB = 1024 };
enum { VIDEO_START = 0xa0000, BIOS_START = 0xe0000, BIOS_END = 0x100000, STEP = 16 };

struct x86_tables x86_tables;

uint8_t x86_tables_sum(const uint8_t *bytes, size_t n)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += bytes[i];
    return sum;
}

/* ACPI 6.5, 5.2.5.1; MultiProcessor Specification 1.4, 4. */
const uint8_t *x86_tables_find(const char *signature, size_t size)
{
    const uint8_t *low = x86_look(X86_LOOK_LOW, 0);
    size_t length = strlen(signature);
    uint32_t ebda = x86_get16(low + EBDA_SEGMENT) << 4, base = x86_get16(low + BASE_KIB) * KIB;
    const struct {
        uint32_t start, end;
    } places[] = { { ebda, ebda + KIB }, { base - KIB, base }, { BIOS_START, BIOS_END } };
    for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (places[i].start < KIB || (places[i].end > VIDEO_START && places[i].end != BIOS_END))
            continue; /* there is no such place */
        for (uint32_t pa = places[i].start; pa + size <= places[i].end; pa += STEP) {
            if (memcmp(low + pa, signature, length) == 0 && x86_tables_sum(low + pa, size) == 0)
                return low + pa;
        }
    }
    return NULL;
}

void x86_tables_cpu(struct x86_tables *t, uint8_t id)
{
    if (id == t->apic_id[0]) {
        t->boot_listed = true;
        return;
    }
    for (unsigned i = 1; i < t->ncpus; i++) {
        if (t->apic_id[i] == id)
            return;
    }
    t->nlisted++;
    if (t->ncpus < MAX_CPUS)
        t->apic_id[t->ncpus++] = id;
}

void x86_tables_line(struct x86_tables *t, uint8_t isa, uint32_t pin, unsigned flags)
{
    if (isa >= X86_ISA_LINES)
        return;
    t->line[isa] = (struct x86_line){
        .pin = pin < X86_NO_PIN ? (uint8_t)pin : X86_NO_PIN,
        .low = (flags & POLARITY) == POLARITY_LOW, /* as the bus has it, which for ISA is active high, */
        .level = (flags >> TRIGGER_SHIFT & TRIGGER) == TRIGGER_LEVEL, /* and by edges */
    };
}

static void begin(struct x86_tables *t, uint8_t boot_id)
{
    *t = (struct x86_tables){ .ncpus = 1, .apic_id = { boot_id } };
    for (uint8_t i = 0; i < X86_ISA_LINES; i++)
        x86_tables_line(t, i, i, 0);
}

void x86_tables_read(struct x86_tables *t, uint8_t boot_id)
{
    begin(t, boot_id);
    if (x86_acpi_read(t))
        return;
    begin(t, boot_id);
    if (!x86_mp_read(t))
        begin(t, boot_id);
}
