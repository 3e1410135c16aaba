/* board/board.h - the Raspberry Pi 4: what its firmware and data sheet (BCM2711 ARM Peripherals) promise. */
#pragma once

#define BOARD_NAME    "rpi4"
#define BOARD_MACHINE "Raspberry Pi 4 Model B"
#define BOARD_CPUS    4

#define BOARD_LOAD_PA   0x80000
#define BOARD_LOAD_TEXT "0x80000"

/*
 * Below that the firmware's other CPUs wait in a loop, each for a word that says where to go on: the device
 * tree's cpu-release-addr. QEMU does the same, and without a device tree leaves an ATAG list there.
 */
#define BOARD_SPIN_TABLE 0xd8

/* RAM ends where the devices begin and goes on above them; the end of the first GiB is the VideoCore's. */
#define BOARD_DEVICES_PA 0xfc000000
#define BOARD_RAM_RANGES 3
#define BOARD_RAM_LEAST  0x3b400000 /* what the VideoCore leaves of 1 GiB, as delivered */

/* The PL011 on GPIO 14 and 15 (Arm DDI 0183, 3.3). */
#define BOARD_UART_PA    0xfe201000
#define BOARD_UART_SIZE  0x1000
#define BOARD_UART_IRQ   153
#define BOARD_UART_CLOCK 48000000 /* Hz: what the firmware sets unless config.txt says otherwise */
#define UART_DR          0x00
#define UART_FR          0x18
#define UART_FR_BUSY     0x08
#define UART_FR_RX_EMPTY 0x10
#define UART_FR_TX_FULL  0x20
#define UART_CR          0x30
#define UART_CR_ENABLE   0x001
#define UART_CR_TX       0x100
#define UART_CR_RX       0x200

/* Power management and watchdog: not in the data sheet. */
#define BOARD_PM_PA   0xfe100000
#define BOARD_PM_SIZE 0x1000

/* The mailbox to the VideoCore. */
#define BOARD_MAILBOX_PA 0xfe00b880

/* The GIC-400: distributor, and CPU interface behind it. */
#define BOARD_GIC_PA   0xff841000
#define BOARD_GIC_SIZE 0x3000

#ifndef __ASSEMBLER__
#include <lib/fdt.h>

/* irqs off, boot, once. RAM as the VideoCore says: fills in some ranges, returns how many. */
unsigned board_ram(struct dt_range ram[BOARD_RAM_RANGES]);
#endif
