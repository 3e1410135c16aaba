# board.mk - the Raspberry Pi 4, and QEMU's "raspi4b".
BOARD_ARCH := arm64
BOARD_OBJS := board.o console.o power.o
SMP_MAX    := 4
