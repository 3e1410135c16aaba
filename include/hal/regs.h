/*
 * hal/regs.h - instructions that C cannot be made to write, for demos and fault tests.    port: regs.{asm,S}
 */
#pragma once

/*
 * Thread, irqs on. Fills every general register with its own value made from seed, the result register with
 * seed itself, counts `spins` down in one of them, and looks. Returns 0 if all kept their value, else the
 * number of the first that did not, counted as in arch/<port>/regs.
 */
unsigned long hal_regs_hold(unsigned long seed, unsigned long spins);

void hal_regs_illegal(void);  /* Thread. Executes an instruction that no CPU of this kind has. */
