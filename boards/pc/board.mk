# board.mk - a PC with BIOS: serial port, VGA text, PS/2 keyboard.
BOARD_ARCH := x86
BOARD_OBJS := board.o console.o uart.o vga.o keyboard.o power.o
SMP_MAX    := 8
