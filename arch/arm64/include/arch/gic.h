/*
 * arch/gic.h - the GIC-400 (Arm GIC architecture 2.0, IHI 0048B: 4.3 distributor, 4.4 CPU interface), from
 * BOARD_GIC_PA; for C and assembly.
 *
 * What is about lines 0 to 31 exists once per CPU at one address: each sees its own. So does all of GICC.
 */
#pragma once

#define GICD_CTLR               0x000
#define GICD_TYPER              0x004
#define GICD_TYPER_LINES        0x1f /* words of 32 lines, less one */
#define GICD_TYPER_SECURITY_BIT 10
#define GICD_IGROUPR            0x080 /* a bit per line, as in the next two */
#define GICD_ISENABLER          0x100
#define GICD_ICENABLER          0x180
#define GICD_IPRIORITYR         0x400 /* a byte per line, as in the next */
#define GICD_ITARGETSR          0x800
#define GICD_SGIR               0xf00 /* targets, and the line, of a call to other CPUs */
#define GICD_SGIR_TARGETS_SHIFT 16

#define GICC_OFFSET 0x1000 /* the rest: from here */
#define GICC_CTLR   0x00
#define GICC_PMR    0x04
#define GICC_IAR    0x0c
#define GICC_EOIR   0x10

#define GIC_ENABLE     1    /* of both CTLR */
#define GIC_PRIORITY   0xa0 /* of all lines: above the threshold */
#define GIC_PRIORITIES 0xff /* the threshold that lets all through */
