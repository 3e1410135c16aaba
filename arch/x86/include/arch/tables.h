/*
 * arch/tables.h - CPUs and interrupt lines, as the firmware's tables list them: ACPI, or the older MP table.
 *
 * Tables are bytes from outside: nothing in them is believed that lies beyond their end, and one whose
 * checksum is wrong is none.
 */
#pragma once
#include <kernel/config.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define X86_ISA_LINES 16
#define X86_NO_PIN    0xff

struct x86_line {
    uint8_t pin;     /* of the I/O APIC, or X86_NO_PIN */
    bool low, level; /* active low; level-triggered */
};

struct x86_tables {
    unsigned ncpus;            /* that can be used, MAX_CPUS at most */
    unsigned nlisted;          /* other CPUs that are listed and enabled */
    bool boot_listed;          /* the boot CPU is among the listed */
    uint8_t apic_id[MAX_CPUS]; /* of the local APIC; the boot CPU is [0] */
    uint32_t ioapic_pa;        /* 0: there is none */
    struct x86_line line[X86_ISA_LINES];
};

extern struct x86_tables x86_tables; /* constant after x86_irqchip_probe() */

/* irqs off, boot. Fills in *t; whatever the tables say, it is at least the boot CPU. */
void x86_tables_read(struct x86_tables *t, uint8_t boot_id);
/* The two kinds of tables. False: there is none, or it is broken; *t may then have changed. */
bool x86_acpi_read(struct x86_tables *t);
bool x86_mp_read(struct x86_tables *t);

/* For those two. A CPU that is enabled, once or more often. */
void x86_tables_cpu(struct x86_tables *t, uint8_t id);
/* An ISA interrupt; flags as in MP table and MADT: bits 0-1 polarity, 2-3 trigger mode. */
void x86_tables_line(struct x86_tables *t, uint8_t isa, uint32_t pin, unsigned flags);
/* Of n bytes, modulo 256: 0 if the checksum is right. */
uint8_t x86_tables_sum(const uint8_t *bytes, size_t n);
/*
 * The structure of `size` bytes, checksum right, that begins with `signature`, where firmware leaves such
 * things; or NULL. Until the next x86_look(X86_LOOK_LOW).
 */
const uint8_t *x86_tables_find(const char *signature, size_t size);

/*
 * irqs off, boot, before hal_pt_kernel(). Any physical address, of which at least X86_LOOK_SIZE bytes can
 * then be read; each slot shows what was last asked for.
 */
enum { X86_LOOK_LOW, X86_LOOK_TABLE, X86_LOOK_ENTRY };
#define X86_LOOK_SIZE 0x200000
const void *x86_look(unsigned slot, uintptr_t pa);

/* Fields lie at any address. */
static inline uint32_t x86_get16(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t x86_get32(const uint8_t *p)
{
    return x86_get16(p) | x86_get16(p + 2) << 16;
}
