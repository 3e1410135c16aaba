/*
 * board.c - how much RAM: asked of the VideoCore, which boots the board and divides its memory.
 *
 * One message of the property interface (wiki of the firmware on GitHub, "Mailbox property interface"). The
 * VideoCore sees memory, not our caches: they let go of the message before it is sent, and again before the
 * answer is read.
 */
#include <arch/arm64.h>
#include <arch/sysreg.h>
#include <board/board.h>
#include <hal/mmu.h>
#include <lib/util.h>

enum { MAILBOX_READ = 0x00, MAILBOX_READ_STATUS = 0x18, MAILBOX_WRITE = 0x20, MAILBOX_WRITE_STATUS = 0x38 };
enum { STATUS_FULL = 1u << 31, STATUS_EMPTY = 1 << 30, CHANNEL_PROPERTY = 8, TRIES = 1 << 20 };
enum { TAG_REVISION = 0x00010002, TAG_ARM_MEMORY = 0x00010005, ANSWERED = 1u << 31 };

/* In a revision of the new style three bits say the size of memory: 256 MiB and its doubles. */
enum { REVISION_NEW_STYLE = 1 << 23, REVISION_MEMORY_SHIFT = 20, REVISION_MEMORY_MASK = 7 };

#define VIDEOCORE_BUS 0xc0000000u /* where it sees the first GiB, past its own cache */
#define MIB           (1ull << 20)
#define GIB           (1ull << 30)

static struct {
    uint32_t size, code;
    struct {
        uint32_t tag, size, code, value;
    } revision;
    struct {
        uint32_t tag, size, code, base, bytes;
    } memory;
    uint32_t end;
} message __attribute__((aligned(CACHE_LINE))); /* and so alone in its cache lines */

static volatile uint32_t *reg(unsigned offset)
{
    return (volatile uint32_t *)((uintptr_t)hal_p2v(BOARD_MAILBOX_PA) + offset);
}

/* Until none of the bits is set. False: it takes too long. */
static bool wait_clear(unsigned status, uint32_t bits)
{
    for (unsigned i = 0; i < TRIES; i++) {
        if ((*reg(status) & bits) == 0)
            return true;
    }
    return false;
}

static bool send_message(void)
{
    uint32_t mail = (VIDEOCORE_BUS + (uint32_t)hal_v2p(&message)) | CHANNEL_PROPERTY;
    arm64_dcache_flush(&message, sizeof(message));
    if (!wait_clear(MAILBOX_WRITE_STATUS, STATUS_FULL))
        return false;
    *reg(MAILBOX_WRITE) = mail;
    do {
        if (!wait_clear(MAILBOX_READ_STATUS, STATUS_EMPTY))
            return false;
    } while (*reg(MAILBOX_READ) != mail); /* answers for other channels were not asked for */
    arm64_dcache_flush(&message, sizeof(message));
    return message.code == ANSWERED;
}

unsigned board_ram(struct dt_range ram[BOARD_RAM_RANGES])
{
    unsigned n = 0;
    message.size = sizeof(message);
    message.revision.tag = TAG_REVISION;
    message.revision.size = sizeof(message.revision.value);
    message.memory.tag = TAG_ARM_MEMORY;
    message.memory.size = sizeof(message.memory.base) + sizeof(message.memory.bytes);
    if (!send_message() || (message.revision.value & REVISION_NEW_STYLE) == 0) {
        ram[n++] = (struct dt_range){ 0, BOARD_RAM_LEAST };
        return n;
    }
    uint64_t all = 256 * MIB << (message.revision.value >> REVISION_MEMORY_SHIFT & REVISION_MEMORY_MASK);
    ram[n++] = (struct dt_range){ message.memory.base, message.memory.bytes };
    if (all > GIB)
        ram[n++] = (struct dt_range){ GIB, min_u64(all, BOARD_DEVICES_PA) - GIB };
    if (all > 4 * GIB)
        ram[n++] = (struct dt_range){ 4 * GIB, all - 4 * GIB };
    return n;
}
