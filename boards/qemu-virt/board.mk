# board.mk - the "virt" machine of QEMU, and boards that look like it.
BOARD_ARCH := riscv
BOARD_OBJS := board.o console.o power.o
SMP_MAX    := 8
